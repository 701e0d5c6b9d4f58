// The elements of one panel, and what is written in them.

import { element, find, setText } from "../data/dom.js";
import { isWaiting } from "../data/film.js";
import { lookOf } from "../data/looks.js";
import { windowFigures, windowLimits } from "../data/window.js";
import { isComing, scaleOf } from "../painting/scales.js";
import { modeOf } from "../data/modes.js";
import { description, explained, fill, lines, percent, totalWords } from "../words/words.js";

/** @import { Data, DrawnMap, Mode, Panel, Parts, State, Words } from "../types.d.ts" */
/** @typedef {{ low: number, high: number }} Span */

/** @param {string} key @returns {Parts} */
export function makePanel(key) {
  const parts = {
    name: element("h4"),
    mark: element("span", { class: "mark" }),
    share: element("span", { class: "share" }),
    canvas: element("canvas", { role: "img", tabindex: "0", "aria-keyshortcuts": "Enter Escape + -", "data-painted": "0" }),
    cross: element("span", { class: "cross" }),
    first: element("div", { class: "first" }),
    total: element("span", { class: "figure" }),
    bar: element("span", { class: "bar", "aria-hidden": "true" }, element("i"), element("b")),
    second: element("div", { class: "second" }),
  };
  parts.canvas.dataset.key = key;
  parts.first.append(parts.bar, parts.total);
  const heading = element("header", {}, parts.name, parts.mark, parts.share);
  const box = element("div", { class: "box" }, parts.canvas, parts.cross);
  const caption = element("figcaption", {}, parts.first, parts.second);
  return { ...parts, root: element("figure", { class: "panel" }, heading, box, caption) };
}

/**
 * The two parts of a caption: one line, empty where there is none, and what wraps over the lines beneath it.
 * @param {Panel} panel
 * @param {Data} data
 * @param {State} state
 * @param {boolean} brief
 * @returns {[string, string]}
 */
export function captionOf({ kind, map, source }, data, state, brief) {
  if (kind === "unknown") return ["", fill(data.words.unknownClass, { letter: source?.letter ?? "" })];
  if (!map) return [data.picture.label, filmWords(data, state)];
  if (isComing(map)) return [totalWords(map, modeOf(data, state), brief), data.words.loadingMap];
  return lines(map, scaleOf(map, data, state), { look: lookOf(data, state), mode: modeOf(data, state), brief });
}

/**
 * @param {Parts} parts
 * @param {Panel} panel
 * @param {Data} data
 * @param {State} state
 * @param {{ axis: Span, brief: boolean }} how
 */
export function describePanel(parts, panel, data, state, { axis, brief }) {
  const [first, second] = captionOf(panel, data, state, brief);
  setText(parts.total, first);
  parts.first.hidden = !first;
  parts.second.dataset.said = second;
  parts.second.title = tooltipOf(second, panel, data);
  if (!parts.second.classList.contains("here")) setText(parts.second, second);
  for (const kind of ["film", "unknown"]) parts.root.classList.toggle(kind, panel.kind === kind);
  showBar(parts.bar, panel.map, axis);
  if (panel.map) describeMap(parts, panel, panel.map, first, { mode: modeOf(data, state), words: data.words, brief });
  else describeOther(parts, panel, data);
}

/**
 * What is said in full only when the pointer rests: the caption of a small panel, and what a compressed picture is.
 * @param {string} second @param {Panel} panel @param {Data} data
 */
function tooltipOf(second, { kind, map }, { picture, words }) {
  const whole = map?.caption && !second.includes(map.caption) ? map.caption : "";
  const copy = kind === "film" && picture.mime !== "image/png" ? words.copy : "";
  return [second, whole, copy].filter(Boolean).join(" · ");
}

/**
 * @param {Parts} parts
 * @param {Panel} panel
 * @param {DrawnMap} map
 * @param {string} first
 * @param {{ mode: Mode, words: Words, brief: boolean }} how
 */
function describeMap(parts, { name, kind }, map, first, { mode, words, brief }) {
  setText(parts.name, name);
  setText(parts.mark, map.predicted ? `✓ ${brief ? "" : map.mark || words.predicted}` : "");
  setText(parts.share, map.share || (map.probability === null ? "" : percent(map.probability)));
  parts.name.title = name;
  parts.first.title = explained(map, mode) || first;
  parts.root.classList.toggle("predicted", map.predicted);
  parts.canvas.setAttribute("aria-label", description(map, mode, words));
  parts.canvas.dataset.mapId = kind === "heat" ? `heat-${map.id}` : map.id;
}

/**
 * The radiograph, or the place of a class that one checkpoint does not know.
 * @param {Parts} parts @param {Panel} panel @param {Data} data
 */
function describeOther(parts, { kind, name, mark }, { picture: { label }, words }) {
  const isFilm = kind === "film";
  setText(parts.name, name);
  setText(parts.mark, mark);
  setText(parts.share, "");
  parts.name.title = isFilm ? label : name;
  parts.first.title = label;
  parts.root.classList.remove("predicted");
  parts.canvas.setAttribute("aria-label", fill(words.theRadiograph, { name: label }));
  parts.canvas.dataset.mapId = "radiograph";
}

/**
 * The lowest and the highest total of all classes in a mode, and nothing: what all bars are drawn on.
 * @param {Data} data @param {string} mode
 */
export function totalsAxis(data, mode) {
  const maps = data.sources.flatMap((source) => source.maps).filter((map) => map.scales[mode]);
  const totals = maps.flatMap(({ logit }) => logit ?? []);
  if (totals.length < 2) return { low: 0, high: 0 }; // a bar alone would be full, whatever its total
  return { low: Math.min(0, ...totals), high: Math.max(0, ...totals) };
}

/**
 * The total of a class as a bar from zero, to the right for it, to the left against it.
 * @param {HTMLElement} bar @param {DrawnMap | undefined} map @param {Span} axis
 */
function showBar(bar, map, { low, high }) {
  const total = map?.logit ?? null;
  bar.hidden = total === null || high === low;
  if (total === null || bar.hidden) return;
  const share = (/** @type {number} */ value) => (100 * (value - low)) / (high - low);
  const [start, end] = [share(Math.min(total, 0)), share(Math.max(total, 0))];
  find(bar, "i").style.left = `${share(0)}%`;
  Object.assign(find(bar, "b").style, { left: `${start}%`, width: `${end - start}%` });
  bar.classList.toggle("against", total < 0);
}

/**
 * How large the radiograph is, and how it is shown: as it was sent, or through which window.
 * @param {Data} data @param {State} state
 */
function filmWords({ picture, window, words }, state) {
  const said = [fill(words.pixels, { columns: picture.columns, rows: picture.rows })];
  if (isWaiting(window, state)) said.push(words.loading);
  else if (state.window) said.push(fill(words.windowed, windowFigures(state.window, windowLimits(window))));
  else said.push(picture.mime === "image/png" ? words.lossless : words.compressed);
  if (state.inverted) said.push(words.inverted);
  return said.join(", ");
}
