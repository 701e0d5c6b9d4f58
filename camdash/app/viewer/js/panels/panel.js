// The elements of one panel, and what is written in them.

import { element, find, setText } from "../data/dom.js";
import { isWaiting } from "../data/film.js";
import { lookOf } from "../data/looks.js";
import { windowLimits, windowWords } from "../data/window.js";
import { scaleOf } from "../painting/scales.js";
import { modeOf } from "../data/modes.js";
import { COPY, description, equation, lines, percent } from "../words/words.js";

/** @import { Data, DrawnMap, Mode, Panel, Parts, State } from "../types.d.ts" */
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
  if (kind === "unknown") return ["", `${source?.letter} does not know this class.`];
  if (!map) return [data.picture.label, filmWords(data, state)];
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
  if (panel.map) describeMap(parts, panel, panel.map, first, modeOf(data, state), brief);
  else describeOther(parts, panel, data.picture.label);
}

/**
 * What is said in full only when the pointer rests: the caption of a small panel, and what a compressed picture is.
 * @param {string} second @param {Panel} panel @param {Data} data
 */
function tooltipOf(second, { kind, map }, { picture }) {
  const whole = map?.caption && !second.includes(map.caption) ? map.caption : "";
  const copy = kind === "film" && picture.mime !== "image/png" ? COPY : "";
  return [second, whole, copy].filter(Boolean).join(" · ");
}

/**
 * @param {Parts} parts
 * @param {Panel} panel
 * @param {DrawnMap} map
 * @param {string} first
 * @param {Mode} mode
 * @param {boolean} brief
 */
function describeMap(parts, { name, kind }, map, first, mode, brief) {
  setText(parts.name, name);
  setText(parts.mark, map.predicted ? `✓ ${brief ? "" : map.mark || "predicted"}` : "");
  setText(parts.share, map.share || (map.probability === null ? "" : percent(map.probability)));
  parts.name.title = name;
  parts.first.title = equation(map, mode) ? `${equation(map, mode)} (${mode.sum})` : first;
  parts.root.classList.toggle("predicted", map.predicted);
  parts.canvas.setAttribute("aria-label", description(map, mode));
  parts.canvas.dataset.mapId = kind === "heat" ? `heat-${map.id}` : map.id;
}

/**
 * The radiograph, or the place of a class that one checkpoint does not know.
 * @param {Parts} parts @param {Panel} panel @param {string} label
 */
function describeOther(parts, { kind, name, mark }, label) {
  const isFilm = kind === "film";
  setText(parts.name, name);
  setText(parts.mark, mark);
  setText(parts.share, "");
  parts.name.title = isFilm ? label : name;
  parts.first.title = label;
  parts.root.classList.remove("predicted");
  parts.canvas.setAttribute("aria-label", `The radiograph ${label}`);
  parts.canvas.dataset.mapId = "radiograph";
}

/**
 * The lowest and the highest total of all classes in a mode, and nothing: what all bars are drawn on.
 * @param {Data} data @param {string} mode
 */
export function totalsAxis(data, mode) {
  const maps = data.sources.flatMap((source) => source.maps).filter((map) => map.scales[mode]);
  const totals = maps.flatMap(({ logit }) => logit ?? []);
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
function filmWords({ picture, window }, state) {
  const words = [`${picture.columns} × ${picture.rows} pixels`];
  if (isWaiting(window, state)) words.push("loading full depth …");
  else if (state.window) words.push(windowWords(state.window, windowLimits(window)));
  else words.push(picture.mime === "image/png" ? "shown lossless" : "shown as a JPEG");
  if (state.inverted) words.push("inverted");
  return words.join(", ");
}
