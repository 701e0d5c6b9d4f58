// Values in logits -> color over grey: the formula of camdash/rendering/{color,enlarge,overlay}.py, per canvas pixel.

/** @import { Axis, Cells } from "../types.d.ts" */

export const STEPS = 4096;

/**
 * Row i, for position i / STEPS on the scale: red * o, green * o, blue * o, 1 - o.
 * @param {{ table: ArrayLike<number>, diverges: boolean, fades: boolean }} look
 * @param {number} opacity
 * @param {boolean} constant
 */
export function blendTable(look, opacity, constant = false) {
  const rows = new Float32Array(4 * (STEPS + 1));
  for (let step = 0; step <= STEPS; step++) {
    const position = step / STEPS;
    const strength = look.diverges ? Math.abs(2 * position - 1) : position;
    const share = opacity * (constant || !look.fades ? 1 : strength);
    const row = Math.min(Math.floor(position * 255), 254);
    const part = position * 255 - row;
    for (let channel = 0; channel < 3; channel++) {
      const color = look.table[3 * row + channel] * (1 - part) + look.table[3 * row + 3 + channel] * part;
      rows[4 * step + channel] = color * share;
    }
    rows[4 * step + 3] = 1 - share;
  }
  return rows;
}

/**
 * Where each canvas pixel on an axis lies on the grid; `seen` is the range of canvas pixels that the network saw.
 * @param {Axis} axis
 * @param {number} size
 * @param {number} origin
 * @param {number} scale
 * @param {boolean} smooth
 * @returns {Cells}
 */
export function axisPlaces(axis, size, origin, scale, smooth) {
  const [slope, intercept] = axis.affine;
  const last = axis.cells - 1;
  const first = new Int32Array(size);
  const second = new Int32Array(size);
  const weight = new Float32Array(size);
  let start = size;
  let stop = 0;
  for (let at = 0; at < size; at++) {
    const edge = (at + 0.5 - origin) / scale;
    if (edge >= axis.seen[0] && edge < axis.seen[1]) {
      start = Math.min(start, at);
      stop = at + 1;
    }
    const cell = Math.min(Math.max(slope * (edge - 0.5) + intercept, 0), last);
    first[at] = Math.floor(smooth ? cell : cell + 0.5);
    weight[at] = smooth ? cell - first[at] : 0;
    second[at] = weight[at] > 0 ? Math.min(first[at] + 1, last) : first[at];
  }
  return { first, second, weight, start, stop, cells: axis.cells };
}

/**
 * Blend one map into `target` (Uint32 pixels, RGBA in memory order) over the grey levels of the base picture. NaN,
 * what one of two compared networks did not see, leaves the pixel as it is.
 * @param {Uint32Array} target
 * @param {Uint8Array} greys
 * @param {number} width
 * @param {Cells[]} places
 * @param {Float32Array} grid
 * @param {{ low: number, high: number }} scale
 * @param {Float32Array} table
 */
export function blend(target, greys, width, [rows, columns], grid, scale, table) {
  const slope = STEPS / (scale.high - scale.low);
  const line = new Float32Array(columns.cells);
  const { first, second, weight } = columns;
  for (let y = rows.start; y < rows.stop; y++) {
    const upper = rows.first[y] * columns.cells;
    const lower = rows.second[y] * columns.cells;
    const down = rows.weight[y];
    for (let cell = 0; cell < line.length; cell++) {
      line[cell] = grid[upper + cell] * (1 - down) + grid[lower + cell] * down;
    }
    for (let x = columns.start, at = y * width + columns.start; x < columns.stop; x++, at++) {
      const value = line[first[x]] * (1 - weight[x]) + line[second[x]] * weight[x];
      if (Number.isNaN(value)) continue;
      const step = (value - scale.low) * slope;
      const row = step <= 0 ? 0 : step >= STEPS ? 4 * STEPS : ((step + 0.5) | 0) << 2;
      const grey = greys[at];
      const left = grey * table[row + 3] + 0.5;
      const red = (table[row] + left) | 0;
      const green = (table[row + 1] + left) | 0;
      const blue = (table[row + 2] + left) | 0;
      target[at] = 0xff000000 | (blue << 16) | (green << 8) | red;
    }
  }
}
