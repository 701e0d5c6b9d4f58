// Paints all panels from one drawing of the picture; what has not changed is not computed again.

import { penOf } from "../data/dom.js";
import { axisPlaces, blend, blendTable } from "./paint.js";

/** @import { Base, Cells, DrawnMap, Film, Kind, Look, Place, Scale, Size, Source } from "../types.d.ts" */

export class Painter {
  /** @type {Map<string, { key: string, value: any }>} */
  kept = new Map();
  sheet = document.createElement("canvas");
  pen = penOf(this.sheet, { willReadFrequently: true });

  /** @template T @param {string} name @param {string} key @param {() => T} make @returns {T} */
  keep(name, key, make) {
    const kept = this.kept.get(name);
    if (kept?.key === key) return kept.value;
    const value = make();
    this.kept.set(name, { key, value });
    return value;
  }

  forget() {
    this.kept.clear();
  }

  /**
   * The picture in the present view, black around it: its pixels and grey levels, shared by all panels.
   * @param {{ source: CanvasImageSource, key: string }} film
   * @param {Film} shape
   * @param {Size} size
   * @param {Place} place
   * @returns {Base}
   */
  base({ source, key }, { rows, columns }, size, place) {
    return this.keep("base", JSON.stringify([key, size, place]), () => {
      Object.assign(this.sheet, { width: size.width, height: size.height });
      this.pen.fillStyle = "#000";
      this.pen.fillRect(0, 0, size.width, size.height);
      this.pen.imageSmoothingQuality = "high";
      this.pen.drawImage(source, place.left, place.top, columns * place.scale, rows * place.scale);
      const image = this.pen.getImageData(0, 0, size.width, size.height);
      const pixels = new Uint32Array(image.data.buffer);
      const target = new ImageData(size.width, size.height);
      return { image, pixels, greys: Uint8Array.from(pixels), target, drawn: new Uint32Array(target.data.buffer) };
    });
  }

  /** @param {number} index @param {Source} source @param {Size} size @param {Place} place @param {boolean} smooth */
  places(index, source, size, place, smooth) {
    return this.keep(`places ${index}`, JSON.stringify([size, place, smooth]), () => [
      axisPlaces(source.axes[0], size.height, place.top, place.scale, smooth),
      axisPlaces(source.axes[1], size.width, place.left, place.scale, smooth),
    ]);
  }

  /** @param {Look} look @param {number} opacity @param {boolean} constant */
  table(look, opacity, constant = false) {
    const key = JSON.stringify([look.id, opacity]);
    return this.keep(`table ${constant}`, key, () => blendTable(look, opacity, constant));
  }

  /**
   * One panel: the film, a map over it, or the map's color alone.
   * @param {HTMLCanvasElement} canvas
   * @param {Kind} kind
   * @param {Base} base
   * @param {{ map: DrawnMap, places: Cells[], scale: Scale } | null} drawn
   * @param {Float32Array} table
   */
  paint(canvas, kind, base, drawn, table) {
    const { width, height } = base.image;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const alone = kind === "heat";
    const untouched = !drawn || (drawn.scale.flat !== "" && !alone);
    if (!untouched) {
      if (alone) base.drawn.fill(0xff000000);
      else base.drawn.set(base.pixels);
      if (!drawn.scale.flat) blend(base.drawn, base.greys, width, drawn.places, drawn.map.grid, drawn.scale, table);
    }
    penOf(canvas).putImageData(untouched ? base.image : base.target, 0, 0);
    canvas.dataset.painted = String(Number(canvas.dataset.painted) + 1);
  }
}
