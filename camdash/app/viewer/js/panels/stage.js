// The panels on the page: where they stand, what is written and painted in them.

import { element, find, focusedIn } from "../data/dom.js";
import { Film } from "../data/film.js";
import { lookOf, opacityOf } from "../data/looks.js";
import { modeOf } from "../data/modes.js";
import { wireGestures } from "../input/gestures.js";
import { Painter } from "../painting/painter.js";
import { isComing, scaleOf } from "../painting/scales.js";
import { FIT, transform, within } from "../painting/view.js";
import { captionLines } from "../words/captions.js";
import { showLegend } from "../words/legend.js";
import { pointAt } from "./hover.js";
import { arrange, canvasSize, NARROWEST, placeOnPage } from "./layout.js";
import { captionOf, describePanel, makePanel, totalsAxis } from "./panel.js";
import { hasMaps } from "./panels.js";

/** @import { Data, Panel, Parts, Picture, Place, Section, Size, State, Words } from "../types.d.ts" */
/** @import { Viewer } from "../input/viewer.js" */

const SENTENCE = 40; // CSS pixels kept for the reason why a checkpoint has no maps
const TIGHT = 620; // CSS pixels below which the toolbar leaves the names of its groups to their tooltips

export class Stage {
  painter = new Painter();
  film = new Film();
  size = { width: 1, height: 1, ratio: 1 };
  brief = false;
  /** @type {Map<string, Parts>} */
  parts = new Map();
  /** @type {Map<number, number>} */
  lineCounts = new Map();
  /** @type {{ place: Place, size: Size, picture: Picture, term: string, words: Words } | null} */
  seen = null;
  /** @type {Section[]} */
  shown = [];
  words = "";
  shape = "";
  /** @type {boolean | null} whether what stands in the panels is brief; null until it is written */
  said = null;

  /** @param {HTMLElement} root @param {Viewer} viewer @param {AbortSignal} signal */
  constructor(root, viewer, signal) {
    this.root = root;
    this.viewer = viewer;
    this.signal = signal;
    this.legend = find(root, ".legend");
  }

  forget() {
    this.painter.forget();
    this.film.forget();
    this.said = null;
  }

  clear() {
    this.root.append(this.legend);
    find(this.root, ".sections").replaceChildren();
  }

  /** @param {Data} data @param {Section[]} sections @param {State} state */
  show(data, sections, state) {
    this.layOut(data, sections, state);
    this.paint(data, sections, state);
  }

  /** @param {Data} data @param {Section[]} sections @param {State} state */
  layOut(data, sections, state) {
    this.renewWords(sections, state);
    // The legend counts as a panel where it takes the place of one.
    const legends = (/** @type {Section} */ section) => (section.legendFirst ? 1 : 0);
    const shown = sections.flatMap(({ panels }) => panels);
    const filled = sections.filter(({ panels }) => panels.length);
    const said = sections.length - filled.length;
    this.root.classList.toggle("tight", this.root.clientWidth < TIGHT);
    const places = arrange(filled.map((section) => section.panels.length + legends(section)), {
      width: this.root.clientWidth,
      screen: window.innerHeight,
      above: placeOnPage(this.root),
      toolbar: find(this.root, ".toolbar").offsetHeight + said * SENTENCE,
      labels: sections.filter((section) => section.label).length,
      placed: sections.some((section) => section.legendFirst) || !hasMaps(data),
      several: data.sources.some((source) => source.letter),
      linesAt: (width) => this.linesAt(width, shown, data, state),
    });
    this.root.style.setProperty("--box-width", `${places.boxWidth}px`);
    this.root.style.setProperty("--box-height", `${places.boxHeight}px`);
    this.root.style.setProperty("--lines", String(places.lines));
    this.brief = places.boxWidth < NARROWEST;
    this.root.classList.toggle("brief", this.brief);
    this.size = canvasSize(places);
    this.place(sections, places.free);
    this.describe(shown, data, state);
  }

  /**
   * Words are written and measured only when something that they say has changed.
   * @param {Section[]} sections @param {State} state
   */
  renewWords(sections, { look, mode, oneScale, window, inverted, preset }) {
    const shown = sections.map(({ panels }) =>
      panels.map(({ key, name, mark, map }) => [key, name, mark, Boolean(map && isComing(map))]));
    const words = JSON.stringify([look, mode, oneScale, window, inverted, preset, shown]);
    if (words === this.words && this.said !== null) return;
    this.words = words;
    this.said = null;
    this.lineCounts.clear();
  }

  /** @param {Panel[]} panels @param {Data} data @param {State} state */
  describe(panels, data, state) {
    if (this.said === this.brief) return;
    this.said = this.brief;
    const axis = totalsAxis(data, state.mode);
    for (const panel of panels) describePanel(this.partsOf(panel), panel, data, state, { axis, brief: this.brief });
  }

  /** @param {number} width @param {Panel[]} panels @param {Data} data @param {State} state */
  linesAt(width, panels, data, state) {
    const known = this.lineCounts.get(width);
    if (known !== undefined) return known;
    const lines = this.countLines(width, panels, data, state);
    this.lineCounts.set(width, lines);
    return lines;
  }

  /** @param {number} width @param {Panel[]} panels @param {Data} data @param {State} state */
  countLines(width, panels, data, state) {
    const brief = width < NARROWEST;
    const font = `${brief ? 11 : 12}px ${getComputedStyle(this.root).fontFamily}`;
    const texts = panels.map((panel) => {
      const [first, text] = captionOf(panel, data, state, brief);
      return { text, alone: !first };
    });
    return captionLines(texts, width, font);
  }

  /**
   * Put the panels' elements in order; nothing moves while their order stays.
   * @param {Section[]} sections @param {boolean} free
   */
  place(sections, free) {
    const keys = (/** @type {Section} */ { label, noMaps, panels }) => [label, noMaps, panels.map(({ key }) => key)];
    const shape = JSON.stringify([free, sections.map(keys)]);
    if (shape === this.shape) return;
    this.shape = shape;
    const active = focusedIn(this.root);
    const made = sections.map(({ label, noMaps, panels }) => {
      const roots = panels.map((panel) => this.partsOf(panel).root);
      if (noMaps) roots.push(element("p", { class: "no-maps" }, noMaps));
      return element("div", { class: "section" }, ...(label ? [element("h3", {}, label)] : []), ...roots);
    });
    const { legend } = this;
    const first = sections.findIndex((section) => section.legendFirst);
    legend.classList.toggle("strip", first < 0 && !free);
    find(this.root, ".sections").replaceChildren(...made);
    if (first >= 0) find(made[first], "h3").after(legend);
    else if (free) made[sections.findLastIndex(({ panels }) => panels.length)].append(legend);
    else this.root.append(legend);
    if (active instanceof HTMLCanvasElement && active.isConnected) active.focus({ preventScroll: true });
    this.hover(null);
  }

  /** @param {Panel} panel */
  partsOf({ key, slot }) {
    const known = this.parts.get(key);
    if (known) return known;
    const parts = makePanel(key);
    wireGestures(parts.canvas, slot, this.viewer, this.signal);
    this.parts.set(key, parts);
    return parts;
  }

  /** @param {Data} data @param {Section[]} sections @param {State} state */
  paint(data, sections, state) {
    const { painter, size } = this;
    const place = transform(within(state.view ?? FIT, size, data.picture), size, data.picture);
    const base = painter.base(this.film.of(data, state), data.picture, size, place);
    const look = lookOf(data, state);
    const table = painter.table(look, opacityOf(data, state));
    const term = this.brief ? "" : modeOf(data, state).terms[0];
    this.seen = { place, size, picture: data.picture, term, words: data.words };
    this.shown = sections;
    const panels = sections.flatMap((section) => section.panels);
    for (const panel of panels.filter(({ kind }) => kind !== "unknown")) {
      const colors = panel.kind === "heat" ? painter.table(look, 1, true) : table;
      painter.paint(this.partsOf(panel).canvas, panel.kind, base, this.drawn(data, panel, place, state), colors);
    }
    const scales = panels.flatMap(({ map }) => (map && !isComing(map) ? [scaleOf(map, data, state)] : []));
    const { low, high } = totalsAxis(data, state.mode);
    const totals = panels.some(({ map }) => map && map.logit !== null);
    showLegend(this.legend, data, { ...state, brief: this.brief, totals, bars: totals && high > low }, scales, table);
  }

  /**
   * What is painted over the radiograph in a panel, and where; null for nothing.
   * @param {Data} data
   * @param {Panel} panel
   * @param {Place} place
   * @param {State} state
   */
  drawn(data, { map, source }, place, state) {
    if (!map || !source || isComing(map)) return null;
    const places = this.painter.places(data.sources.indexOf(source), source, this.size, place, state.smooth);
    return { map, places, scale: scaleOf(map, data, state) };
  }

  /** @param {HTMLCanvasElement} canvas @param {number} clientX @param {number} clientY @returns {[number, number]} */
  toCanvas(canvas, clientX, clientY) {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * canvas.width) / box.width, ((clientY - box.top) * canvas.height) / box.height];
  }

  /** @param {HTMLCanvasElement | null} canvas @param {MouseEvent} [event] */
  hover(canvas, event) {
    const { seen } = this;
    if (!seen) return;
    const at = canvas && event ? this.toCanvas(canvas, event.clientX, event.clientY) : null;
    for (const { panels } of this.shown) {
      for (const panel of panels) pointAt(this.partsOf(panel), panel, at, seen);
    }
  }
}
