// The color bar, as seen over mid grey at the present opacity, and what its ends mean.

import { element, find, penOf, setText } from "../data/dom.js";
import { lookOf } from "../data/looks.js";
import { modeOf } from "../data/modes.js";
import { STEPS } from "../painting/paint.js";
import { isApart } from "../painting/scales.js";
import { fill, isOneSided, legendWords, offersScales } from "./words.js";

/** @import { Data, Scale, State, Wording } from "../types.d.ts" */

/**
 * @param {HTMLElement} legend
 * @param {Data} data
 * @param {State & Wording} state
 * @param {Scale[]} scales
 * @param {Float32Array} table
 */
export function showLegend(legend, data, state, scales, table) {
  const look = lookOf(data, state);
  const mode = modeOf(data, state);
  const { ends, sentences, whose, flat } = legendWords(data, look, state, scales);
  const button = find(legend, "button[name=scale]");
  button.hidden = !offersScales(data, look, state.mode);
  setText(button, isApart(data, state) ? data.words.useOneScale : data.words.giveOwnScales);
  const text = sentences.join(" ");
  const written = state.brief && data.sources.some((source) => source.letter) ? sentences.filter((one) => one !== mode.bar) : sentences;
  const [low, middle, high] = ends;
  setText(find(legend, ".low"), low);
  setText(find(legend, ".middle"), middle);
  setText(find(legend, ".high"), high);
  setText(find(legend, ".whose"), whose);
  legend.classList.toggle("flat", flat);
  const key = JSON.stringify(written);
  if (legend.dataset.said !== key) {
    legend.dataset.said = key;
    legend.title = text;
    find(legend, "figcaption").replaceChildren(...written.map((one) => element("span", {}, one)));
  }
  /** @type {HTMLCanvasElement} */
  const bar = find(legend, "canvas");
  bar.setAttribute("aria-label", fill(data.words.colorBar, { whose, ends: ends.filter(Boolean).join(", ") }));
  paintBar(bar, table, isOneSided(look, mode) ? STEPS / 2 : 0);
}

/** The colors from one row of the table to its last. @param {HTMLCanvasElement} canvas @param {Float32Array} table @param {number} from */
function paintBar(canvas, table, from) {
  const bar = new ImageData(canvas.width, 1);
  for (let x = 0; x < canvas.width; x++) {
    const row = 4 * Math.round(from + (x / (canvas.width - 1)) * (STEPS - from));
    for (let channel = 0; channel < 3; channel++) bar.data[4 * x + channel] = table[row + channel] + 128 * table[row + 3];
    bar.data[4 * x + 3] = 255;
  }
  penOf(canvas).putImageData(bar, 0, 0);
}
