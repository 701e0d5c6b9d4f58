// A radiograph's own values, packed by windowing.py -> a typed array, one number a pixel.

import { decode } from "./unpack.js";

/** @import { Data, Film, Unpacked, Values } from "../types.d.ts" */

/** @type {Record<string, { new (buffer: ArrayBuffer): Values, BYTES_PER_ELEMENT: number }>} */
const KINDS = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array, float32: Float32Array };
/**
 * @type {Record<number, { new (count: number): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> }>}
 */
const BITS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Film} film
 * @param {string} kind
 */
export async function unpackValues(bytes, { rows, columns }, kind) {
  const planes = await inflate(bytes);
  const count = rows * columns;
  const size = KINDS[kind].BYTES_PER_ELEMENT;
  const bits = new BITS[size](count);
  for (let row = 0, at = 0; row < rows; row++) {
    let value = 0;
    for (let column = 0; column < columns; column++, at++) {
      let folded = 0;
      for (let plane = 0; plane < size; plane++) folded |= planes[plane * count + at] << (8 * plane);
      value = (value + ((folded >>> 1) ^ -(folded & 1))) | 0;
      bits[at] = value;
    }
  }
  return new KINDS[kind](bits.buffer);
}

/**
 * Complete what was sent: its picture decoded, its values unpacked, unless `before` has those of the same radiograph.
 * @param {Unpacked} header
 * @param {Data | null} before
 * @returns {Promise<Data>}
 */
export async function completed(header, before) {
  const { picture, window } = header;
  const known = before?.window.image === window.image && before.window.values ? before.window : null;
  const given = window.sent.length > 0 && !known;
  const [bitmap, values, padding] = await Promise.all([
    decode(picture),
    given ? unpackValues(window.sent, picture, window.kind) : known?.values ?? null,
    given && window.sentPadding.length ? inflate(window.sentPadding) : known?.padding ?? null,
  ]);
  return { ...header, window: { ...window, values, padding }, bitmap };
}
