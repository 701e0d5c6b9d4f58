// The marker at one place in all panels, and what each panel's cell says there.

import { setText } from "../data/dom.js";
import { isComing } from "../painting/scales.js";
import { few, fill, signed } from "../words/words.js";

/** @import { Axis, DrawnMap, Film, Panel, Parts, Place, Size, Words } from "../types.d.ts" */

/**
 * @param {Parts} parts
 * @param {Panel} panel
 * @param {number[] | null} at
 * @param {{ place: Place, size: Size, picture: Film, term: string, words: Words }} view `term`: what a map's mean is called; may be empty
 */
export function pointAt(parts, panel, at, { place, size, picture, term, words }) {
  const here = at && [(at[1] - place.top) / place.scale, (at[0] - place.left) / place.scale];
  const { rows, columns } = picture;
  const inside = here && here[0] >= 0 && here[0] < rows && here[1] >= 0 && here[1] < columns;
  if (panel.kind === "unknown") return undefined;
  parts.cross.style.display = inside ? "block" : "none";
  parts.second.classList.toggle("here", Boolean(inside));
  if (!inside || !at) return setText(parts.second, parts.second.dataset.said ?? "");
  parts.cross.style.left = `${at[0] / size.ratio}px`;
  parts.cross.style.top = `${at[1] / size.ratio}px`;
  if (!panel.map || !panel.source) {
    return setText(parts.second, fill(words.pixelAt, { row: Math.floor(here[0]), column: Math.floor(here[1]) }));
  }
  return setText(parts.second, fill(words.here, { value: valueAt(panel.map, panel.source, here, words, term) }));
}

/**
 * What the cell nearest to a place contributes to the evidence: its value / the number of cells, and of what where a
 * bar shows that; its value where nothing adds up.
 * @param {Pick<DrawnMap, "grid" | "evidence" | "isClass">} map
 * @param {{ axes: Axis[] }} source
 * @param {number[]} here
 * @param {Words} words
 * @param {string} [term]
 */
export function valueAt(map, source, here, words, term = "") {
  if (isComing(map)) return words.loadingMap;
  const [row, column] = source.axes.map((axis, index) => {
    if (here[index] < axis.seen[0] || here[index] >= axis.seen[1]) return -1;
    const cell = axis.affine[0] * (here[index] - 0.5) + axis.affine[1];
    return Math.floor(Math.min(Math.max(cell, 0), axis.cells - 1) + 0.5);
  });
  if (row < 0 || column < 0) return words.unseen;
  const value = map.grid[row * source.axes[1].cells + column];
  if (Number.isNaN(value)) return words.seenByOne;
  if (map.isClass && map.evidence === null) return few(value); // of a map that adds up to nothing
  const part = few(value / map.grid.length);
  if (map.evidence === null) return part; // the average: no bar beneath it shows a whole
  const figures = { part, whole: signed(map.evidence, 2) };
  return term ? fill(words.partOfTerm, { ...figures, term }) : fill(words.partOf, figures);
}
