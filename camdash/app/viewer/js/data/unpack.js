// The server's blob (see payload.py) -> header, grids, color tables and picture.

/** @import { Unpacked, Picture, Source } from "../types.d.ts" */
/** @import { Header, SourceHeader } from "../header.d.ts" */

const TABLE = 768; // bytes: 256 x RGB

/**
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {Unpacked}
 */
export function unpack(bytes) {
  const blob = new Uint8Array(bytes instanceof Uint8Array ? bytes.slice() : bytes);
  const length = new DataView(blob.buffer).getUint32(0, true);
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(blob.subarray(4, 4 + length)));
  const body = blob.buffer.slice(4 + length);
  const { picture, window, looks, sources } = header;
  const [values, padding, end] = window.bounds;
  return {
    ...header,
    looks: looks.map((look) => ({ ...look, table: new Uint8Array(body, look.start, TABLE) })),
    sources: sources.map((source) => withGrids(source, body)),
    window: {
      ...window,
      sent: new Uint8Array(body, values, padding - values),
      sentPadding: new Uint8Array(body, padding, end - padding),
    },
    picture: { ...picture, blob: new Blob([new Uint8Array(body, picture.start, picture.length)], { type: picture.mime }) },
  };
}

/**
 * @param {SourceHeader} source
 * @param {ArrayBuffer} body
 * @returns {Source}
 */
function withGrids(source, body) {
  const count = source.axes.reduce((product, { cells }) => product * cells, 1);
  const grid = (/** @type {number} */ start) => (start < 0 ? new Float32Array() : new Float32Array(body, start, count));
  return { ...source, maps: source.maps.map((map) => ({ ...map, grid: grid(map.start) })) };
}

/** @param {Picture} picture */
export function decode(picture) {
  return createImageBitmap(picture.blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}
