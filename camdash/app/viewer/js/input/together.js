// The answer above the viewer and the maps in it change in one frame. Streamlit draws the answer as soon as it comes;
// the viewer's picture must be decoded, and the chart drawn. Until all is there, a copy of the old answer stands in its
// place. The classes are those of camdash/app/radiograph/together.py.

import { find, pagePart } from "../data/dom.js";

const PATIENCE = 3000; // ms until what is there is shown, whatever is missing
const CHART_DRAWN = 600; // ms after which a chart that did not change is taken to be drawn

export class Together {
  /** @type {string | undefined} the answer that belongs to the maps that are painted */
  shown;
  /** @type {HTMLElement | null} of the answer that is shown */
  copy = null;
  /** @type {HTMLElement | null} the copy that stands in the place of an answer */
  held = null;
  since = 0;
  charted = false;
  ended = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  patience;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  remembering;

  /** @param {Element} root */
  constructor(root) {
    this.page = pagePart(root, "stMainBlockContainer");
    this.observer = new MutationObserver((records) => this.changed(records));
    const all = { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["class"] };
    if (this.page) this.observer.observe(this.page, all);
  }

  end() {
    this.ended = true;
    this.observer.disconnect();
    clearTimeout(this.remembering);
    this.letGo();
  }

  block() {
    return this.page && find(this.page, ".st-key-answer");
  }

  // The part that Streamlit draws, without the copy.
  drawn() {
    const block = this.block();
    return block && find(block, ":scope > :not([data-copy])");
  }

  // What the answer in the page is about; empty where it does not say.
  subject() {
    const named = this.block()?.querySelector(":scope > :not([data-copy]) [class*=st-key-answer-of-]");
    return named?.className.match(/st-key-answer-of-(\w+)/)?.[1] ?? "";
  }

  /**
   * Before the browser paints: a new answer is hidden behind a copy of the old one.
   * @param {MutationRecord[]} records
   */
  changed(records) {
    const subject = this.subject();
    if (!subject || this.shown === undefined) return;
    if (subject !== this.shown) this.hold();
    else if (!this.held) this.remember();
    const inChart = (/** @type {MutationRecord} */ { target: { parentElement } }) =>
      parentElement?.closest(".stPlotlyChart") && !parentElement.closest("[data-copy]");
    if (this.held && records.some(inChart)) this.charted = true;
  }

  hold() {
    const block = this.block();
    if (this.held || !this.copy || !block) return;
    const held = this.copy;
    Object.assign(this, { held, copy: null, since: performance.now(), charted: false });
    held.dataset.copy = "";
    held.setAttribute("aria-hidden", "true");
    block.dataset.held = "";
    block.prepend(held);
    this.patience = setTimeout(() => this.letGo(), PATIENCE);
  }

  letGo() {
    clearTimeout(this.patience);
    this.held?.remove();
    this.held = null;
    const block = this.block();
    if (block) delete block.dataset.held;
  }

  /** Resolves when the answer about `subject` is drawn, or is none. @param {string} subject */
  async ready(subject) {
    const end = performance.now() + PATIENCE;
    while (!this.ended && performance.now() < end && !this.isDrawn(subject)) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  /** @param {string} subject */
  isDrawn(subject) {
    if (!this.block()) return true;
    if (this.subject() !== subject) return false;
    const chart = this.drawn()?.querySelector(".stPlotlyChart");
    if (!chart || !this.held || performance.now() - this.since > CHART_DRAWN) return true;
    return this.charted && chart.querySelector("svg .point") !== null;
  }

  /** In the frame in which the maps of `subject` are painted: its answer is shown. @param {string} subject */
  painted(subject) {
    this.shown = subject;
    if (this.subject() !== subject) return;
    if (this.held) this.letGo();
    else if (this.copy) return;
    this.copy = copyOf(this.drawn());
    this.remember();
  }

  // Keep the copy up to date once nothing changes any more.
  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      if (!this.held && this.subject() === this.shown) this.copy = copyOf(this.drawn());
    }, 50);
  }
}

/** @param {HTMLElement | null} drawn */
function copyOf(drawn) {
  return drawn && /** @type {HTMLElement} */ (drawn.cloneNode(true));
}
