// On which scale a map is drawn: all checkpoints on one, or each on its own where one outshines the other.

import { lookOf } from "../data/looks.js";

/** @import { Data, DrawnMap, State } from "../types.d.ts" */
/** @typedef {{ sources: { peaks: Record<string, number> }[] }} Compared */

export const UNLIKE = 3; // times one checkpoint's peak must exceed the other's for each to have its own scale, unless told otherwise

/**
 * How far the peaks of the sources that have maps in a mode differ: which of them is strongest, and how many times.
 * @param {Compared} data @param {string} mode
 */
export function peaksIn(data, mode) {
  const peaks = data.sources.map((source) => source.peaks[mode]).filter((peak) => peak !== undefined);
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)];
  return { peaks, strongest: peaks.indexOf(high), ratio: low > 0 && peaks.length > 1 ? high / low : 1 };
}

/** @param {Compared} data @param {{ oneScale: boolean, mode: string }} state */
export function isApart(data, state) {
  return !state.oneScale && peaksIn(data, state.mode).ratio > UNLIKE;
}

/** Whether a map is still to be sent. @param {{ grid: Float32Array }} map */
export function isComing({ grid }) {
  return grid.length === 0;
}

/** Of a map that has come. @param {DrawnMap} map @param {Data} data @param {State} state */
export function scaleOf(map, data, state) {
  return (isApart(data, state) ? map.apart : map.scales)[state.mode][lookOf(data, state).id];
}
