// What Python computed: see vectors.py. The file is named by the test that runs these.

import { readFileSync } from "node:fs";
import { env } from "node:process";

/** @import { Film } from "../../camdash/app/viewer/js/types.d.ts" */
/** @import { Header } from "../../camdash/app/viewer/js/header.d.ts" */

/**
 * @typedef {object} Vectors
 * @property {{ kind: string, values: number[], padding: number[], window: { centre: number, width: number,
 *   function: string }, inverted: boolean, greys: number[] }[]} windows
 * @property {(Film & { kind: string, sent: string, values: string })[]} packed
 * @property {{ look: string, opacity: number, rows: number[][] }[]} tables
 * @property {{ fit: string, look: string, map: number, smooth: boolean, opacity: number, pixels: string }[]} overlays
 * @property {{ bytes: string, header: Header, tables: string[], grids: number[][], grey: string, padding: number[] }} payload
 * @property {[number, string][]} percents
 * @property {[number, number, string][]} signed
 */

/** @type {Vectors} */
export const vectors = JSON.parse(readFileSync(String(env.VECTORS), "utf-8"));

/** @param {string} text */
export function bytesOf(text) {
  return new Uint8Array(Buffer.from(text, "base64"));
}

export const STEPS_TESTED = [0, 1, 1000, 2048, 3001, 4096];

/**
 * Whether two numbers differ by no more than rounding.
 * @param {number} one
 * @param {number} other
 * @param {number} within
 */
export function near(one, other, within = 1e-9) {
  return Math.abs(one - other) <= within;
}
