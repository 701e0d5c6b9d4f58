// The window's menu, and the drag with the right button: they write the window to the shared store.

import { element, fieldOf, find, focusedIn, input, setText } from "../data/dom.js";
import { isWaiting } from "../data/film.js";
import { change, sharedState } from "../data/store.js";
import { draggedWindow, inUnits, presentWindow, shareOfWidth, widthAt, windowLimits } from "../data/window.js";
import { fill } from "../words/words.js";

/** @import { Data, FilmWindow, State, Window, Words } from "../types.d.ts" */
/** @import { Viewer } from "./viewer.js" */
/** @import { Listen } from "./gestures.js" */

/** @param {HTMLElement} root @param {AbortSignal} signal @param {Viewer} viewer */
export function wireDials(root, signal, viewer) {
  const menu = find(root, "#window");
  /** @type {(name: string, type: string, act: (field: HTMLInputElement) => void) => void} */
  const on = (name, type, act) =>
    find(menu, `[name=${name}]`).addEventListener(type, (event) => act(fieldOf(event)), { signal });
  /** @type {(field: HTMLInputElement) => number} */
  const number = ({ value }) => (value === "" ? NaN : Number(value));
  const limits = () => windowLimits(viewer.shown().window);
  menu.addEventListener("toggle", (event) => event.newState === "open" && viewer.wantValues(), { signal });
  on("preset", "change", ({ value }) => choosePreset(Number(value), viewer));
  on("centre", "input", (field) => viewer.setWindow({ centre: number(field) }));
  on("centre-figure", "change", (field) => viewer.setWindow({ centre: number(field) }));
  on("width", "input", (field) => viewer.setWindow({ width: widthAt(number(field), limits()) }));
  on("width-figure", "change", (field) => viewer.setWindow({ width: number(field) }));
  on("inverted", "change", ({ checked }) => change({ inverted: checked }));
  on("lossless", "change", ({ checked }) => change({ lossless: checked }));
  on("reset", "click", () => change({ preset: 0, window: null, inverted: false }));
}

/**
 * The default and tables are pictures of the server's; a window is drawn here.
 * @param {number} place
 * @param {Viewer} viewer
 */
function choosePreset(place, viewer) {
  const { window, table } = viewer.shown().window.presets[place];
  if (place === 0 || table) change({ preset: place, window: null });
  else viewer.setWindow(window);
}

/** @param {HTMLCanvasElement} canvas @param {Viewer} viewer @param {Listen} on */
export function wireWindowDrag(canvas, viewer, on) {
  /** @type {{ x: number, y: number, window: Window } | null} */
  let start = null;
  on("contextmenu", (event) => event.preventDefault());
  on("pointerdown", (event) => {
    if (event.button !== 2) return;
    canvas.setPointerCapture(event.pointerId);
    start = { x: event.clientX, y: event.clientY, window: viewer.window() };
    viewer.wantValues();
  });
  on("pointermove", (event) => {
    if (!start) return;
    const { window } = viewer.shown();
    const turned = window.inverted !== sharedState().inverted;
    const [right, down] = [event.clientX - start.x, event.clientY - start.y];
    viewer.setWindow(draggedWindow(start.window, right, down, windowLimits(window), turned));
  });
  on("pointerup", () => (start = null));
  on("pointercancel", () => (start = null));
  on("lostpointercapture", () => (start = null));
}

/** @param {HTMLElement} root @param {State} state @param {Data} data */
export function showDials(root, state, { window: described, words }) {
  const menu = find(root, "#window");
  const { centre, width } = presentWindow(described, state);
  const limits = windowLimits(described);
  const changed = state.window !== null || state.preset > 0 || state.inverted;
  showPresets(find(menu, "[name=preset]"), state, described, words);
  showDial(menu, "centre", { place: centre, figure: inUnits(centre, limits), low: limits.low, high: limits.high });
  showDial(menu, "width", { place: shareOfWidth(width, limits), figure: inUnits(width, limits), low: 0, high: 1 });
  input(menu, "[name=inverted]").checked = state.inverted;
  input(menu, "[name=lossless]").checked = state.lossless;
  setText(find(menu, "[role=status]"), isWaiting(described, state) ? words.nowLoading : "");
  find(root, "[popovertarget=window]").setAttribute("aria-pressed", String(changed));
}

/**
 * @param {HTMLElement} menu
 * @param {string} name
 * @param {{ place: number, figure: string, low: number, high: number }} dial
 */
function showDial(menu, name, { place, figure, low, high }) {
  const slider = input(menu, `[name=${name}]`);
  const typed = input(menu, `[name=${name}-figure]`);
  Object.assign(slider, { min: low, max: high });
  slider.value = String(place);
  slider.setAttribute("aria-valuetext", figure);
  if (focusedIn(typed) !== typed) typed.value = figure;
}

/** @param {HTMLSelectElement} select @param {State} state @param {FilmWindow} described @param {Words} words */
function showPresets(select, { window, preset }, { presets }, words) {
  const isFirst = (/** @type {string} */ name, /** @type {number} */ place) => place === 0 && name !== words.default;
  const named = presets.map(({ name }, place) => (isFirst(name, place) ? fill(words.defaultOf, { name }) : name));
  const names = [words.custom, ...named];
  const text = names.join("\n");
  if (select.dataset.names !== text) {
    select.dataset.names = text;
    const options = names.map((name, place) => element("option", { value: String(place - 1) }, name));
    select.replaceChildren(...options);
    select.options[0].hidden = true;
  }
  const place = window ? presets.findIndex((one) => !one.table && sameWindow(one.window, window)) : preset;
  select.value = String(place);
}

/** @param {Window} one @param {Window} other */
function sameWindow(one, other) {
  return one.centre === other.centre && one.width === other.width && one.function === other.function;
}
