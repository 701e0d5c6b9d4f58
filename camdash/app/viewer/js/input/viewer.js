// The viewer: one picture, many maps, painted in the browser. See payload.py for what it is given.

import { find, pagePart } from "../data/dom.js";
import { isWaiting } from "../data/film.js";
import { lookOf, opacityOf, showOf, showsWith } from "../data/looks.js";
import { modesOf } from "../data/modes.js";
import { CHANGE, change, isTouched, sharedState, UNTOUCHED } from "../data/store.js";
import { unpack } from "../data/unpack.js";
import { completed } from "../data/values.js";
import { heldWithin, presentWindow, windowLimits } from "../data/window.js";
import { isApart } from "../painting/scales.js";
import { FIT, fitScale, isFit, pannedBy, within, zoomedAt } from "../painting/view.js";
import { focusOf, hasMaps, isIncomplete, pageOf, panelsOf, sectionsOf, slotsIn, soughtIn } from "../panels/panels.js";
import { Stage } from "../panels/stage.js";
import { showDials, wireDials } from "./dials.js";
import { Together } from "./together.js";
import { showToolbar, wireToolbar } from "./toolbar.js";

/** @import { Component, Data, State, Window } from "../types.d.ts" */

/** @type {WeakMap<HTMLElement, Viewer>} */
const viewers = new WeakMap();
const SYNC_AFTER = 300; // ms without a change until the server is told

/** @param {Component} component */
export default function mountViewer(component) {
  const { parentElement } = component;
  let viewer = viewers.get(parentElement);
  if (!viewer) viewers.set(parentElement, (viewer = new Viewer(find(parentElement, ".camdash"))));
  const mount = Symbol("mount");
  viewer.mounts.add(mount);
  viewer.update(component);
  return () => {
    // Streamlit may call twice at once, in any order, and take back either: the viewer ends with the last one.
    viewer.mounts.delete(mount);
    if (viewer.mounts.size && viewer.root.isConnected) return;
    viewer.end();
    viewers.delete(parentElement);
  };
}

export class Viewer {
  stop = new AbortController();
  /** @type {Set<symbol>} */
  mounts = new Set();
  observer = new ResizeObserver(() => this.schedule());
  /** @type {Component["setStateValue"]} */
  setStateValue = () => {};
  /** @type {Component["data"]} what came last */
  given = null;
  /** @type {Data | null} what is shown */
  data = null;
  coming = false;
  sent = "";
  frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;
  grasped = false;
  hinted = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    const { signal } = this.stop;
    this.stage = new Stage(root, this, signal);
    this.together = new Together(root);
    wireToolbar(root, signal, this);
    wireDials(root, signal, this);
    window.addEventListener(CHANGE, () => this.changed(), { signal });
    window.addEventListener("resize", () => this.schedule(), { signal });
    document.addEventListener("keydown", (event) => this.escaped(event), { signal });
    document.addEventListener("pointerdown", (event) => this.pressed(event), { signal, capture: true });
    this.observer.observe(root);
    // What appears above the viewer moves it down the page, and leaves the panels less height.
    const page = pagePart(root, "stMainBlockContainer");
    if (page) this.observer.observe(page);
  }

  end() {
    this.stop.abort();
    this.observer.disconnect();
    this.together.end();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.data?.bitmap.close();
    this.stage.clear();
  }

  /**
   * New data: what is painted stays until the new picture is decoded and the answer above is drawn.
   * @param {Component} component
   */
  async update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    if (!data || data === this.given) return this.schedule();
    this.given = data;
    this.coming = true;
    this.root.dataset.state = "waiting";
    const state = sharedState();
    const turn = ++state.turn;
    const shown = await completed(unpack(data), this.data);
    await this.together.ready(shown.answer);
    if (data !== this.given || this.stop.signal.aborted) return shown.bitmap.close();
    this.data?.bitmap.close();
    this.data = shown;
    this.coming = false;
    this.stage.forget();
    if (turn > state.settled) this.share(turn, state, shown);
    this.root.hidden = false;
    return this.schedule();
  }

  /**
   * A viewer that gives way to another may have waited longer for its answer: what all share follows the later data.
   * @param {number} turn @param {State} state @param {Data} data
   */
  share(turn, state, data) {
    state.settled = turn;
    if (this.settle(state, data)) change({}); // the server is told
  }

  /**
   * Bring the settings in line with new data: the link's wishes once, never a mode without maps, and no window of
   * another radiograph.
   * @param {State} state @param {Data} data
   */
  settle(state, data) {
    const { opening, window } = data;
    const { mode, focus, look, shows, token } = state;
    if (!state.opened) this.openFirst(state, data);
    if (opening.token !== state.token) this.openAnew(state, data);
    const modes = modesOf(data).map(({ id }) => id); // none without maps: what is set waits for the next network
    if (modes.length && !modes.includes(state.mode)) state.mode = modes[0];
    if (state.image !== window.image) state.page = 0;
    const dropped = state.image !== window.image && isTouched(state);
    if (state.image !== window.image) Object.assign(state, { image: window.image, ...UNTOUCHED });
    const opened = state.look !== look || state.shows !== shows || state.token !== token;
    return state.mode !== mode || state.focus !== focus || opened || dropped;
  }

  /**
   * What the page's address asked for, once in the life of a browser's page.
   * @param {State} state @param {Data} data
   */
  openFirst(state, data) {
    const { mode, slot, look, show, panels, smooth } = data.opening;
    Object.assign(state, { opened: true, mode: mode ?? state.mode, focus: slot || state.focus, smooth });
    if (look) state.look = look;
    if (panels.length) state.chosen = panels;
    const asked = panels.length ? "choose" : show;
    if (asked) state.shows = showsWith(data, state, asked);
  }

  /**
   * A demonstration begins, or the browser went back: to what is asked for, whatever was set before. Or other maps are
   * asked for, and nothing else.
   * @param {State} state @param {Data} data
   */
  openAnew(state, data) {
    const { token, keeps, mode } = data.opening;
    state.token = token;
    if (!token) return;
    if (keeps) {
      state.mode = mode ?? state.mode;
      return;
    }
    Object.assign(state, { look: "", mode: "evidence", shows: {}, oneScale: false, focus: null, view: null, page: 0, sought: "" });
    this.openFirst(state, data);
  }

  changed() {
    this.schedule();
    this.tellLater();
  }

  tellLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellServer(), SYNC_AFTER);
  }

  tellServer() {
    const { data } = this;
    if (!data) return;
    const state = sharedState();
    const { mode, smooth, lossless, image, preset, inverted, deep, token, window } = state;
    const settings = {
      look: lookOf(data, state).id,
      opacity: opacityOf(data, state),
      panels: [...this.shownSlots()],
      show: showOf(data, state),
      mode,
      smooth,
      lossless,
      focus: focusOf(data, state),
      apart: isApart(data, state),
      token,
      image,
      preset,
      window: window && [window.centre, window.width, window.function],
      inverted,
      deep,
      sought: soughtIn(state),
    };
    const text = JSON.stringify(settings);
    if (text === this.sent) return;
    this.sent = text;
    this.setStateValue("settings", settings);
  }

  // What is shown; only what data that came can call asks for it.
  shown() {
    if (!this.data) throw new Error("the viewer has no data yet");
    return this.data;
  }

  // `data-state` says whether what is painted is what is set.
  schedule() {
    cancelAnimationFrame(this.frame);
    this.root.dataset.state = "waiting";
    const { data } = this;
    if (data) this.frame = requestAnimationFrame(() => this.draw(data));
  }

  /** @param {Data} data */
  draw(data) {
    if (!this.root.clientWidth) return; // not laid out yet; its observer calls again
    this.together.painted(data.answer); // first: a longer answer leaves the panels less room
    const state = sharedState();
    const sections = sectionsOf(data, state);
    showToolbar(this.root, state, data);
    showDials(this.root, state, data);
    this.root.classList.toggle("zoomed", !this.fits());
    this.root.classList.toggle("mapless", !hasMaps(data));
    this.stage.show(data, sections, state);
    const lacks = isIncomplete(sections);
    if (lacks && !this.coming) this.tellLater(); // the server sends what is seen
    this.root.dataset.state = lacks || this.coming || isWaiting(data.window, state) ? "waiting" : "painted";
  }

  // The slots that there are in the present mode, with their names.
  slots() {
    return slotsIn(this.shown(), sharedState().mode).map(({ slot, name }) => [slot, name]);
  }

  shownSlots() {
    return new Set(panelsOf(this.shown(), sharedState()).flatMap(({ panels }) => panels.map(({ slot }) => slot)));
  }

  // So many classes further, where not all are shown at once.
  turnPage(/** @type {number} */ by) {
    const page = pageOf(this.shown(), sharedState());
    if (!page) return;
    change({ page: Math.min(Math.max(page.place + by, 0), page.last), focus: null });
    this.tellServer(); // at once: maps may be missing
  }

  window() {
    return presentWindow(this.shown().window, sharedState());
  }

  /** @param {Partial<Window>} wished */
  setWindow(wished) {
    const numbers = [wished.centre ?? 0, wished.width ?? 1];
    if (!numbers.every(Number.isFinite)) return this.schedule();
    this.wantValues();
    change({ window: heldWithin({ ...this.window(), ...wished }, windowLimits(this.shown().window)) });
  }

  // Ask for the radiograph's own values, at once, when its window is first touched.
  wantValues() {
    if (sharedState().deep) return;
    change({ deep: true });
    this.tellServer();
  }

  fits() {
    return isFit(sharedState().view ?? FIT);
  }

  view() {
    return within(sharedState().view ?? FIT, this.stage.size, this.shown().picture);
  }

  /** @param {number} ratio @param {number} x @param {number} y */
  zoomAt(ratio, x, y) {
    change({ view: zoomedAt(this.view(), ratio, x, y, this.stage.size, this.shown().picture) });
  }

  /** @param {number} dx @param {number} dy */
  panBy(dx, dy) {
    const { size } = this.stage;
    change({ view: pannedBy(this.view(), dx * size.ratio, dy * size.ratio, size, this.shown().picture) });
  }

  reset() {
    change({ view: null });
  }

  // The whole radiograph; where it is shown already, all panels.
  fit() {
    change(this.fits() ? { focus: null } : { view: null });
  }

  /**
   * The wheel zooms once a panel was clicked, until something beside the panels is; before, it scrolls the page.
   * @param {PointerEvent} event
   */
  pressed(event) {
    const isPanel = (/** @type {EventTarget} */ node) => node instanceof HTMLCanvasElement && Boolean(node.dataset.key);
    this.grasped = event.composedPath().some((node) => isPanel(node) && this.root.contains(/** @type {Node} */ (node)));
    if (this.grasped) find(this.root, ".hint").hidden = true;
  }

  /** @param {WheelEvent} event */
  wheelZooms(event) {
    const zooms = this.grasped || event.ctrlKey || event.metaKey;
    if (!zooms && !this.hinted) this.hint();
    return zooms;
  }

  // Said once, and gone after a while.
  hint() {
    const hint = find(this.root, ".hint");
    this.hinted = true;
    hint.hidden = false;
    hint.addEventListener("animationend", () => (hint.hidden = true), { once: true });
  }

  oneToOne() {
    const { size } = this.stage;
    const { picture } = this.shown();
    change({ view: within({ ...this.view(), zoom: 1 / fitScale(size, picture) }, size, picture) });
  }

  /** @param {string} slot */
  toggleFocus(slot) {
    if (!hasMaps(this.shown())) return; // the radiograph is as large as it gets
    change({ focus: sharedState().focus ? null : slot });
  }

  /** @param {KeyboardEvent} event */
  escaped(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !sharedState().focus) return;
    if (this.root.querySelector(":popover-open")) return;
    change({ focus: null });
  }
}
