// The view: which part of the radiograph all panels show. Kept in the unit square of the radiograph, so that it
// survives another size of picture or window: { x, y } is the centre, `zoom` is relative to fitting the panel.

/** @import { Box, Film, Place, View } from "../types.d.ts" */

const LARGEST = 16; // canvas pixels per radiograph pixel
export const FIT = { x: 0.5, y: 0.5, zoom: 1 };

/** @param {Box} size @param {Film} picture */
export function fitScale(size, picture) {
  return Math.min(size.width / picture.columns, size.height / picture.rows);
}

/** @param {Box} size @param {Film} picture */
function zoomLimits(size, picture) {
  const fit = fitScale(size, picture);
  return [Math.min(1, 1 / fit), Math.max(1, LARGEST / fit)];
}

/**
 * The canvas pixels per radiograph pixel, and the canvas pixel edge of the radiograph's top left corner; on whole
 * pixels, so that at a scale of 1 the pixels are the file's own.
 * @param {View} view @param {Box} size @param {Film} picture @returns {Place}
 */
export function transform(view, size, picture) {
  const scale = fitScale(size, picture) * view.zoom;
  return {
    scale: Math.abs(scale - 1) < 1e-6 ? 1 : scale,
    left: Math.round(size.width / 2 - view.x * picture.columns * scale),
    top: Math.round(size.height / 2 - view.y * picture.rows * scale),
  };
}

/** @param {View} view @param {Box} size @param {Film} picture @returns {View} */
export function within(view, size, picture) {
  const [low, high] = zoomLimits(size, picture);
  const zoom = Math.min(Math.max(view.zoom, low), high);
  const scale = fitScale(size, picture) * zoom;
  /** @type {(centre: number, box: number, film: number) => number} */
  const kept = (centre, box, film) => {
    const half = Math.min(box / film / scale / 2, 0.5);
    return Math.min(Math.max(centre, half), 1 - half);
  };
  return { x: kept(view.x, size.width, picture.columns), y: kept(view.y, size.height, picture.rows), zoom };
}

/**
 * Zoom by a factor and keep what lies under canvas place (x, y) where it is.
 * @param {View} view
 * @param {number} factor
 * @param {number} x
 * @param {number} y
 * @param {Box} size
 * @param {Film} picture
 */
export function zoomedAt(view, factor, x, y, size, picture) {
  const [low, high] = zoomLimits(size, picture);
  const zoom = Math.min(Math.max(view.zoom * factor, low), high);
  const fit = fitScale(size, picture);
  /** @type {(place: number, box: number, film: number) => number} */
  const moved = (place, box, film) => ((place - box / 2) / (fit * film)) * (1 / view.zoom - 1 / zoom);
  const shifted = {
    x: view.x + moved(x, size.width, picture.columns),
    y: view.y + moved(y, size.height, picture.rows),
    zoom,
  };
  return within(shifted, size, picture);
}

/** @param {View} view @param {number} dx @param {number} dy @param {Box} size @param {Film} picture */
export function pannedBy(view, dx, dy, size, picture) {
  const scale = fitScale(size, picture) * view.zoom;
  const moved = { ...view, x: view.x - dx / (picture.columns * scale), y: view.y - dy / (picture.rows * scale) };
  return within(moved, size, picture);
}

/** @param {View} view */
export function isFit(view) {
  return Math.abs(view.zoom - 1) < 1e-9;
}
