// How many lines the words beneath the panels need, so that none of them is cut and none moves another.

const MOST_LINES = 6;
const widths = new Map();
let ruler = null;

// `texts`: the second part of each caption, beneath a first line or (`alone`) in its place.
function captionLines(texts, width, font) {
  const needed = texts.map(({ text, alone }) => wrapped(text, width - 2, font) + (alone ? 0 : 1));
  // One line at least is kept for what the pointer finds; two where panels are small.
  return Math.min(Math.max(width < NARROWEST ? 3 : 2, ...needed), MOST_LINES);
}

function wrapped(text, width, font) {
  let lines = 1;
  let used = 0;
  const space = measured(" ", font);
  for (const word of text.split(" ")) {
    const size = measured(word, font);
    if (used && used + space + size > width) [lines, used] = [lines + 1, size];
    else used += (used ? space : 0) + size;
  }
  return lines;
}

function measured(word, font) {
  const key = `${font} ${word}`;
  if (!widths.has(key)) {
    ruler ??= document.createElement("canvas").getContext("2d");
    ruler.font = font;
    widths.set(key, ruler.measureText(word).width);
  }
  return widths.get(key);
}
