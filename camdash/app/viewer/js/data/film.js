// The radiograph beneath the maps: the picture as it was sent, or the radiograph's values through another window.

import { penOf } from "./dom.js";
import { WHOLE, throughWindow } from "./window.js";

/** @import { Data, Film as Shape, FilmWindow, Known, State } from "../types.d.ts" */

export class Film {
  canvas = document.createElement("canvas");
  pen = penOf(this.canvas, { willReadFrequently: true });
  key = "";
  /** @type {ImageData | null} */
  image = null;
  /** @type {Uint8Array | null} */
  greys = null;

  forget() {
    this.key = "";
    this.image = null;
    this.greys = null;
  }

  /**
   * What to draw, and a key that tells it from what was drawn before. Until the values have come it is the picture.
   * @param {Data} data
   * @param {State} state
   */
  of({ bitmap, picture, window }, state) {
    const asked = state.window;
    if ((!asked && !state.inverted) || isWaiting(window, state)) return { source: bitmap, key: "picture" };
    const key = JSON.stringify([asked, state.inverted]);
    if (key === this.key) return { source: this.canvas, key };
    this.key = key;
    const { values, padding } = window;
    this.draw(picture, (pixels) => {
      // The picture's own grey levels are turned already where the radiograph's are.
      if (asked && values) throughWindow({ values, padding }, asked, state.inverted !== window.inverted, pixels);
      else throughWindow({ values: this.levels(bitmap), padding }, WHOLE, true, pixels);
    });
    return { source: this.canvas, key };
  }

  /** @param {Shape} shape @param {(pixels: Uint32Array) => void} fill */
  draw({ rows, columns }, fill) {
    if (!this.image) {
      Object.assign(this.canvas, { width: columns, height: rows });
      this.image = new ImageData(columns, rows);
    }
    fill(new Uint32Array(this.image.data.buffer));
    this.pen.putImageData(this.image, 0, 0);
  }

  /** The grey levels of the picture as it was sent. @param {ImageBitmap} bitmap */
  levels(bitmap) {
    if (!this.greys) {
      this.pen.drawImage(bitmap, 0, 0);
      const { data } = this.pen.getImageData(0, 0, bitmap.width, bitmap.height);
      this.greys = Uint8Array.from(new Uint32Array(data.buffer));
    }
    return this.greys;
  }
}

/**
 * Whether what is set cannot be drawn before the server has sent more.
 * @param {FilmWindow & Known} window
 * @param {State} state
 */
export function isWaiting({ values, padded, preset }, state) {
  if (!state.window && state.preset !== preset) return true;
  return !values && (state.window !== null || (state.inverted && padded));
}
