// How the panels share the space: never narrower than they are legible, and all of them on one screen if they fit.

const NARROWEST = 200;
const NARROWEST_OF_MANY = 128; // where checkpoints stand one above the other: rather small than far apart
const LOWEST = 150;
const LOWEST_OF_MANY = 110;
const GAP = 6;
const HEADING = 26; // above a panel and between its parts, CSS pixels
const LINE = 16; // of its caption
const STRIP = 48; // the legend where it has a row of its own
const ABOVE = [100, 300]; // how much of the page above is reckoned with
const BELOW = 12;
const LEAST = 420;

// `counts`: the panels of each section, the legend among them where it is `placed`.
// Returns the box of each panel in CSS pixels, the lines of its caption, and whether the last row has a free place for the legend.
function arrange(counts, { width, above, toolbar, labels, several, wordy, placed }) {
  const most = Math.max(...counts);
  const fitting = Math.max(1, Math.floor((width + GAP) / ((several ? NARROWEST_OF_MANY : NARROWEST) + GAP)));
  const columns = Math.ceil(most / Math.ceil(most / fitting));
  const boxWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  const rows = counts.reduce((sum, count) => sum + Math.ceil(count / columns), 0);
  const free = placed || counts[counts.length - 1] % columns !== 0;
  const height = Math.max(window.innerHeight - Math.min(Math.max(above, ABOVE[0]), ABOVE[1]) - BELOW, LEAST);
  // Where panels are small or words long, captions go over one line more.
  const lines = several || wordy ? 3 : 2;
  const left = height - toolbar - labels * 24 - (free ? 0 : STRIP);
  const share = left / rows - HEADING - LINE * lines;
  const least = fitting === 1 ? boxWidth : several ? LOWEST_OF_MANY : LOWEST;
  return { boxWidth, boxHeight: Math.floor(Math.min(Math.max(share, least), boxWidth)), lines, free };
}

// How far down the page an element stands, however far the page is scrolled; in steps, so that a line more or less
// above does not move the panels.
function placeOnPage(node) {
  const scrolled = node.getRootNode().host?.closest("[data-testid=stMain]")?.scrollTop ?? 0;
  return Math.ceil((node.getBoundingClientRect().top + scrolled) / 16) * 16;
}

function canvasSize({ boxWidth, boxHeight }) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  return { width: Math.round(boxWidth * ratio), height: Math.round(boxHeight * ratio), ratio };
}
