// The panels on the page: where they stand, what is written and painted in them.

const SENTENCE = 40; // CSS pixels kept for the reason why a checkpoint has no maps
const TIGHT = 620; // CSS pixels below which the toolbar leaves the names of its groups to their tooltips

class Stage {
  constructor(root, viewer, signal) {
    Object.assign(this, { root, viewer, signal, painter: new Painter(), film: new Film(), parts: new Map() });
    this.sight = new Sight(root, () => viewer.schedule(), signal);
    this.lineCounts = new Map();
  }

  forget() {
    this.painter.forget();
    this.film.forget();
    this.said = null;
  }

  clear() {
    this.root.append(this.legend());
    this.root.querySelector(".sections").replaceChildren();
  }

  show(header, sections, state) {
    this.header = header;
    this.layOut(sections, state);
    this.paint(sections, state);
  }

  layOut(sections, state) {
    this.renewWords(sections, state);
    // The legend counts as a panel where it takes the place of one.
    const legends = (section) => (section.legendFirst ? 1 : 0);
    const shown = sections.flatMap(({ panels }) => panels);
    const filled = sections.filter(({ panels }) => panels.length);
    const said = sections.length - filled.length;
    this.root.classList.toggle("tight", this.root.clientWidth < TIGHT);
    const places = arrange(filled.map((section) => section.panels.length + legends(section)), {
      width: this.root.clientWidth,
      above: placeOnPage(this.root),
      toolbar: this.root.querySelector(".toolbar").offsetHeight + said * SENTENCE,
      labels: sections.filter((section) => section.label).length,
      placed: sections.some(legends) || !hasMaps(this.header),
      several: this.header.sources.length > 1,
      linesAt: (width) => this.linesAt(width, shown, state),
    });
    this.root.style.setProperty("--box-width", `${places.boxWidth}px`);
    this.root.style.setProperty("--box-height", `${places.boxHeight}px`);
    this.root.style.setProperty("--lines", places.lines);
    this.brief = places.boxWidth < NARROWEST;
    this.root.classList.toggle("brief", this.brief);
    this.size = canvasSize(places);
    this.place(sections, places.free);
    this.describe(shown, { ...state, brief: this.brief });
  }

  // Words are written and measured only when something that they say has changed.
  renewWords(sections, { look, mode, oneScale, window, inverted, preset }) {
    const shown = sections.map(({ panels }) => panels.map(({ key, name, mark }) => [key, name, mark]));
    const words = JSON.stringify([look, mode, oneScale, window, inverted, preset, shown]);
    if (words === this.words && this.said !== null) return;
    this.words = words;
    this.said = "";
    this.lineCounts.clear();
  }

  describe(panels, state) {
    if (this.said === `${state.brief}`) return;
    this.said = `${state.brief}`;
    const axis = totalsAxis(this.header, state.mode);
    for (const panel of panels) describePanel(this.partsOf(panel), panel, this.header, state, axis);
  }

  linesAt(width, panels, state) {
    if (!this.lineCounts.has(width)) this.lineCounts.set(width, this.countLines(width, panels, state));
    return this.lineCounts.get(width);
  }

  countLines(width, panels, state) {
    const brief = width < NARROWEST;
    const font = `${brief ? 11 : 12}px ${getComputedStyle(this.root).fontFamily}`;
    const texts = panels.map((panel) => {
      const [first, text] = captionOf(panel, this.header, { ...state, brief });
      return { text, alone: !first };
    });
    return captionLines(texts, width, font);
  }

  // Put the panels' elements in order; nothing moves while their order stays.
  place(sections, free) {
    const keys = ({ label, noMaps, panels }) => [label, noMaps, panels.map(({ key }) => key)];
    const shape = JSON.stringify([free, sections.map(keys)]);
    if (shape === this.shape) return;
    this.shape = shape;
    const active = this.root.getRootNode().activeElement;
    const made = sections.map(({ label, noMaps, panels }) => {
      const roots = panels.map((panel) => this.partsOf(panel).root);
      if (noMaps) roots.push(element("p", { class: "no-maps" }, noMaps));
      return element("div", { class: "section" }, ...(label ? [element("h3", {}, label)] : []), ...roots);
    });
    const legend = this.legend();
    const first = sections.findIndex((section) => section.legendFirst);
    legend.classList.toggle("strip", first < 0 && !free);
    this.sight.watch(sections.flatMap(({ panels }) => panels.map((panel) => this.partsOf(panel))));
    this.root.querySelector(".sections").replaceChildren(...made);
    if (first >= 0) made[first].querySelector("h3").after(legend);
    else if (free) made[sections.findLastIndex(({ panels }) => panels.length)].append(legend);
    else this.root.append(legend);
    if (active?.isConnected && active.dataset.key) active.focus({ preventScroll: true });
    this.hover(null);
  }

  legend() {
    return (this.legendElement ??= this.root.querySelector(".legend"));
  }

  partsOf({ key }) {
    if (!this.parts.has(key)) {
      const parts = makePanel(key);
      wireGestures(parts, this.viewer, this.signal);
      this.parts.set(key, parts);
    }
    return this.parts.get(key);
  }

  paint(sections, state) {
    const { header, painter, size } = this;
    const place = transform(within(state.view ?? FIT, size, header.picture), size, header.picture);
    const base = painter.base(this.film.of(header, state), header.picture, size, place);
    const look = header.looks[state.look];
    const table = painter.table(look, opacityOf(state, header));
    this.transform = place;
    this.shown = sections;
    for (const { panels } of sections) {
      for (const panel of panels.filter((one) => one.kind !== "unknown" && this.isSeen(one))) {
        const { source } = panel;
        const places = source && painter.places(header.sources.indexOf(source), source, size, place, state.smooth);
        const scale = panel.map && scaleOf(panel.map, header, state);
        const colors = panel.kind === "heat" ? painter.table(look, 1, true) : table;
        painter.paint(this.partsOf(panel).canvas, panel, base, places, scale, colors);
      }
    }
    const maps = sections.flatMap(({ panels }) => panels.flatMap(({ map }) => map ?? []));
    const scales = maps.map((map) => scaleOf(map, header, state));
    showLegend(this.legend(), { ...state, brief: this.brief }, scales, table, header);
  }

  isSeen(panel) {
    return this.sight.has(this.partsOf(panel));
  }

  toCanvas(canvas, clientX, clientY) {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * canvas.width) / box.width, ((clientY - box.top) * canvas.height) / box.height];
  }

  hover(canvas, event) {
    const at = canvas && this.transform ? this.toCanvas(canvas, event.clientX, event.clientY) : null;
    for (const { panels } of this.shown ?? []) {
      for (const panel of panels.filter((one) => this.isSeen(one))) pointAt(this.partsOf(panel), panel, at, this);
    }
  }
}
