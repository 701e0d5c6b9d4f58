// How the panels share the space: in as many columns as make them largest; all of them on one screen if they are legible
// there, else as many whole rows as it holds, and the page scrolls.

import { pagePart } from "../data/dom.js";

/** @import { Places, Size, Tried } from "../types.d.ts" */
/**
 * @typedef {object} Room
 * @property {number} width
 * @property {number} screen its height
 * @property {number} above
 * @property {number} toolbar
 * @property {number} labels how many checkpoints are named
 * @property {boolean} several whether checkpoints stand one above the other
 * @property {boolean} placed
 * @property {(width: number) => number} linesAt
 */

export const NARROWEST = 200; // CSS pixels; below it words are shortened
const NARROWEST_OF_MANY = 128; // where checkpoints stand one above the other: rather small than far apart
const LOWEST = 128; // a panel that is lower shows too little
const LOWEST_OF_MANY = 110;
const GAP = 6;
const HEADING = 26; // above a panel and between its parts
const LINE = 16; // of its caption
const STRIP = 48; // the legend where it has a row of its own
const LABEL = 24; // the name of a checkpoint above its rows
const BELOW = 12;

/**
 * `counts`: the panels of each section, the legend among them where it is `placed`; `linesAt` returns the lines of
 * captions in a box of some width. Returns the box of each panel in CSS pixels, the lines of its caption, and whether
 * the last row has a free place for the legend.
 * @param {number[]} counts
 * @param {Room} room
 * @returns {Places}
 */
export function arrange(counts, { width, screen, above, toolbar, labels, several, placed, linesAt }) {
  const most = Math.max(...counts);
  const height = screen - above - BELOW - toolbar - labels * LABEL;
  const narrowest = several ? NARROWEST_OF_MANY : NARROWEST;
  /** @type {Tried[]} */
  const tried = [];
  for (let columns = fewestColumns(most, width); columns <= most; columns++) {
    const boxWidth = widthOf(columns, width);
    if (boxWidth < narrowest && tried.length) break;
    const free = placed || counts[counts.length - 1] % columns !== 0;
    const rows = counts.reduce((sum, count) => sum + Math.ceil(count / columns), 0);
    const lines = linesAt(boxWidth);
    const share = Math.floor((height - (free ? 0 : STRIP)) / rows - HEADING - LINE * lines);
    tried.push({ boxWidth, boxHeight: Math.min(share, boxWidth), lines, free, rows });
  }
  const best = tried.reduce((one, other) => (isLarger(other, one) ? other : one));
  const lowest = several ? LOWEST_OF_MANY : LOWEST;
  return best.boxHeight >= Math.min(lowest, best.boxWidth) ? best : scrolled(tried, height, lowest);
}

/**
 * Two at least, so that what is predicted stands beside the radiograph, unless that leaves each too little.
 * @param {number} most @param {number} width
 */
function fewestColumns(most, width) {
  return most > 1 && widthOf(2, width) >= NARROWEST_OF_MANY ? 2 : 1;
}

/** @param {number} columns @param {number} width */
function widthOf(columns, width) {
  return Math.floor((width - GAP * (columns - 1)) / columns);
}

/** @param {Tried} one @param {Tried} other */
function isLarger(one, other) {
  if (one.boxHeight !== other.boxHeight) return one.boxHeight > other.boxHeight;
  return one.boxWidth > other.boxWidth;
}

/**
 * Where they do not all fit: the narrowest columns that are wide enough, and on the screen as many rows as are
 * legible.
 * @param {Tried[]} tried @param {number} height @param {number} lowest
 */
function scrolled(tried, height, lowest) {
  const { boxWidth, lines, free, rows } = tried[tried.length - 1];
  const words = HEADING + LINE * lines;
  // Two rows are worth less height, rather than one of them out of sight.
  const seen = rows === 2 ? rows : Math.max(1, Math.floor(height / (lowest + words)));
  const share = Math.floor(height / seen - words);
  return { boxWidth, boxHeight: Math.min(Math.max(share, lowest), boxWidth), lines, free };
}

/**
 * How far down the page an element stands, however far the page is scrolled; in steps, so that a line more or less
 * above does not move the panels.
 * @param {HTMLElement} node
 */
export function placeOnPage(node) {
  const scrolled = pagePart(node, "stMain")?.scrollTop ?? 0;
  return Math.ceil((node.getBoundingClientRect().top + scrolled) / 16) * 16;
}

/** @param {Places} places @returns {Size} */
export function canvasSize({ boxWidth, boxHeight }) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  return { width: Math.round(boxWidth * ratio), height: Math.round(boxHeight * ratio), ratio };
}
