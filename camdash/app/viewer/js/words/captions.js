// How many lines the words beneath the panels need, so that none of them is cut and none moves another.

import { penOf } from "../data/dom.js";
import { NARROWEST } from "../panels/layout.js";

const MOST_LINES = 6;
/** @type {Map<string, number>} */
const widths = new Map();
/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

/**
 * `texts`: the second part of each caption, beneath a first line or (`alone`) in its place.
 * @param {{ text: string, alone: boolean }[]} texts
 * @param {number} width
 * @param {string} font
 */
export function captionLines(texts, width, font) {
  const needed = texts.map(({ text, alone }) => wrapped(text, width - 2, font) + (alone ? 0 : 1));
  // One line at least is kept for what the pointer finds; two where panels are small.
  return Math.min(Math.max(width < NARROWEST ? 3 : 2, ...needed), MOST_LINES);
}

/** @param {string} text @param {number} width @param {string} font */
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

/** @param {string} word @param {string} font */
function measured(word, font) {
  const key = `${font} ${word}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  ruler ??= penOf(document.createElement("canvas"));
  ruler.font = font;
  const { width } = ruler.measureText(word);
  widths.set(key, width);
  return width;
}
