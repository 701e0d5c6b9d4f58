// The answer above the viewer and the maps in it change in one frame. Streamlit draws the answer as soon as it comes;
// the viewer's picture must be decoded, and the chart drawn. Until all is there, a copy of the old answer stands in its
// place. The classes are those of camdash/app/radiograph/together.py.

const PATIENCE = 3000; // ms until what is there is shown, whatever is missing
const CHART_DRAWN = 600; // ms after which a chart that did not change is taken to be drawn

class Together {
  constructor(root) {
    this.page = root.getRootNode().host?.closest("[data-testid=stMainBlockContainer]") ?? null;
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
    return this.page?.querySelector(".st-key-answer");
  }

  // The part that Streamlit draws, without the copy.
  drawn() {
    return this.block()?.querySelector(":scope > :not([data-copy])");
  }

  // What the answer in the page is about; empty where it does not say.
  subject() {
    const named = this.drawn()?.parentElement.querySelector(":scope > :not([data-copy]) [class*=st-key-answer-of-]");
    return named?.className.match(/st-key-answer-of-(\w+)/)?.[1] ?? "";
  }

  // Before the browser paints: a new answer is hidden behind a copy of the old one.
  changed(records) {
    const subject = this.subject();
    if (!subject || this.shown === undefined) return;
    if (subject !== this.shown) this.hold();
    else if (!this.held) this.remember();
    const inChart = ({ target }) => target.parentElement?.closest(".stPlotlyChart") && !target.parentElement.closest("[data-copy]");
    if (this.held && records.some(inChart)) this.charted = true;
  }

  hold() {
    if (this.held || !this.copy) return;
    Object.assign(this, { held: this.copy, copy: null, since: performance.now(), charted: false });
    this.held.dataset.copy = "";
    this.held.setAttribute("aria-hidden", "true");
    this.block().dataset.held = "";
    this.block().prepend(this.held);
    this.patience = setTimeout(() => this.letGo(), PATIENCE);
  }

  letGo() {
    clearTimeout(this.patience);
    this.held?.remove();
    this.held = null;
    const block = this.block();
    if (block) delete block.dataset.held;
  }

  // Resolves when the answer about `subject` is drawn, or is none.
  async ready(subject) {
    const end = performance.now() + PATIENCE;
    while (!this.ended && performance.now() < end && !this.isDrawn(subject)) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  isDrawn(subject) {
    if (!this.block()) return true;
    if (this.subject() !== subject) return false;
    const chart = this.drawn().querySelector(".stPlotlyChart");
    if (!chart || !this.held || performance.now() - this.since > CHART_DRAWN) return true;
    return this.charted && chart.querySelector("svg .point") !== null;
  }

  // In the frame in which the maps of `subject` are painted: its answer is shown.
  painted(subject) {
    this.shown = subject;
    if (this.subject() !== subject) return;
    if (this.held) this.letGo();
    else if (this.copy) return;
    this.copy = this.drawn()?.cloneNode(true) ?? null;
    this.remember();
  }

  // Keep the copy up to date once nothing changes any more.
  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      if (!this.held && this.subject() === this.shown) this.copy = this.drawn()?.cloneNode(true) ?? null;
    }, 50);
  }
}
