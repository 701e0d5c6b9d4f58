// The window: which of a radiograph's values are black and which white, as camdash/images/window.py has it.
// A window is { centre, width, function } in the radiograph's own units.

/** @import { Limits, Preset, State, Values, Window } from "../types.d.ts" */
/** @typedef {(value: number) => number} Level */

export const WHOLE = { centre: 127.5, width: 255, function: "LINEAR_EXACT" };
const FINEST = 1000; // parts of the range, where values are no whole numbers
const SPEED = 300; // CSS pixels of a drag that move the centre by one width

/** @type {Record<string, (window: Window) => Level>} */
const LEVELS = {
  LINEAR_EXACT: ({ centre, width }) => ramp(centre - width / 2, centre + width / 2),
  LINEAR: ({ centre, width }) => ramp(centre - width / 2, centre + width / 2 - 1),
  SIGMOID: ({ centre, width }) => (value) => 255 / (1 + Math.exp((-4 * (value - centre)) / width)),
};

/** @param {number} low @param {number} high @returns {Level} */
function ramp(low, high) {
  if (high === low) return (value) => (value > low ? 255 : 0);
  const slope = 255 / (high - low);
  return (value) => Math.min(Math.max((value - low) * slope, 0), 255);
}

/**
 * Fill `target` (Uint32 pixels, RGBA in memory order); padding is black whichever way grey is turned.
 * @param {{ values: Values, padding: Uint8Array | null }} film
 * @param {Window} window
 * @param {boolean} inverted
 * @param {Uint32Array} target
 */
export function throughWindow({ values, padding }, window, inverted, target) {
  const level = LEVELS[window.function](window);
  /** @type {Level} */
  const pixel = (value) => {
    const grey = (level(value) + 0.5) | 0;
    return 0xff000000 | ((inverted ? 255 - grey : grey) * 0x010101);
  };
  if (values instanceof Float32Array) {
    for (let at = 0; at < target.length; at++) target[at] = pixel(values[at]);
  } else {
    throughTable(values, pixel, target);
  }
  if (!padding) return;
  for (let at = 0; at < target.length; at++) if (padding[at]) target[at] = 0xff000000;
}

/**
 * Whole numbers are few: each of them once, then a look-up a pixel.
 * @param {Exclude<Values, Float32Array>} values
 * @param {Level} pixel
 * @param {Uint32Array} target
 */
function throughTable(values, pixel, target) {
  const mask = 2 ** (8 * values.BYTES_PER_ELEMENT) - 1;
  const table = new Uint32Array(mask + 1);
  const value = values.slice(0, 1); // a number that wraps as they do
  for (let bits = 0; bits <= mask; bits++) {
    value[0] = bits;
    table[bits] = pixel(value[0]);
  }
  for (let at = 0; at < target.length; at++) target[at] = table[values[at] & mask];
}

/**
 * What the sliders span: all values, and all windows that there are to choose.
 * @param {{ range: [number, number], kind: string, presets: Preset[] }} described
 * @returns {Limits}
 */
export function windowLimits({ range, kind, presets }) {
  const windows = presets.map(({ window }) => window);
  const low = Math.min(range[0], ...windows.map(({ centre, width }) => centre - width / 2));
  const high = Math.max(range[1], ...windows.map(({ centre, width }) => centre + width / 2));
  const span = high - low;
  return { low, high, narrowest: kind === "float32" ? span / FINEST : Math.min(1, span), widest: 2 * span };
}

/** @param {Window} window @param {Limits} limits @returns {Window} */
export function heldWithin(window, { low, high, narrowest, widest }) {
  const least = window.function === "LINEAR" ? Math.max(narrowest, 1) : narrowest;
  /** @type {(value: number, from: number, to: number) => number} */
  const held = (value, from, to) => Math.min(Math.max(value, from), to);
  return { ...window, centre: held(window.centre, low, high), width: held(window.width, least, Math.max(widest, least)) };
}

/**
 * To the right wider; downwards darker: a higher centre, or a lower one where high values are dark (`turned`). A
 * narrow window moves more slowly.
 * @param {Window} window
 * @param {number} right
 * @param {number} down
 * @param {Limits} limits
 * @param {boolean} turned
 */
export function draggedWindow(window, right, down, limits, turned) {
  const { centre, width } = window;
  const step = ((turned ? -down : down) * width) / SPEED;
  return heldWithin({ ...window, centre: centre + step, width: width * Math.exp(right / SPEED) }, limits);
}

/**
 * The width's slider goes by factors: at 0 the narrowest, at 1 the widest.
 * @param {number} share @param {Limits} limits
 */
export function widthAt(share, { narrowest, widest }) {
  return narrowest * (widest / narrowest) ** share;
}

/** @param {number} width @param {Limits} limits */
export function shareOfWidth(width, { narrowest, widest }) {
  return Math.log(width / narrowest) / Math.log(widest / narrowest);
}

/**
 * The window that is set, or that of the preset from which the picture was drawn.
 * @param {{ presets: Preset[] }} described
 * @param {Pick<State, "window" | "preset">} state
 */
export function presentWindow({ presets }, state) {
  return state.window ?? presets[state.preset].window;
}

/** @param {Window} window @param {Limits} limits */
export function windowFigures({ centre, width }, limits) {
  return { centre: inUnits(centre, limits), width: inUnits(width, limits) };
}

/**
 * A number in the radiograph's units, as fine as their range asks for.
 * @param {number} value @param {{ low: number, high: number }} limits
 */
export function inUnits(value, { low, high }) {
  const span = high - low;
  if (!(span > 1e-3 && span < 1e7)) return String(Number(value.toPrecision(4)));
  return value.toFixed(Math.min(Math.max(2 - Math.floor(Math.log10(span)), 0), 6));
}
