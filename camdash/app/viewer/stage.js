// The panels on the page: where they stand, what is written and painted in them.

const SENTENCE = 40; // CSS pixels kept for the reason why a checkpoint has no maps

class Stage {
  constructor(root, viewer, signal) {
    Object.assign(this, { root, viewer, signal, painter: new Painter(), film: new Film(), parts: new Map() });
  }

  forget() {
    this.painter.forget();
    this.film.forget();
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
    // The legend counts as a panel where it takes the place of one.
    const legends = (section) => (section.legendFirst || (section.label && sections.length === 1 && !state.focus) ? 1 : 0);
    const filled = sections.filter(({ panels }) => panels.length);
    const said = sections.length - filled.length;
    const places = arrange(filled.map((section) => section.panels.length + legends(section)), {
      width: this.root.clientWidth,
      above: placeOnPage(this.root),
      toolbar: this.root.querySelector(".toolbar").offsetHeight + said * SENTENCE,
      labels: sections.filter((section) => section.label).length,
      placed: sections.some(legends) || !hasMaps(this.header),
      several: filled.length > 1,
      wordy: state.mode === "contrast",
    });
    this.root.style.setProperty("--box-width", `${places.boxWidth}px`);
    this.root.style.setProperty("--box-height", `${places.boxHeight}px`);
    this.root.style.setProperty("--lines", places.lines);
    this.brief = places.boxWidth < NARROWEST;
    this.root.classList.toggle("brief", this.brief);
    this.size = canvasSize(places);
    this.place(sections, places.free);
    for (const { panels } of sections) {
      for (const panel of panels) describePanel(this.partsOf(panel), panel, this.header, { ...state, brief: this.brief });
    }
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
      for (const panel of panels) {
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

  toCanvas(canvas, clientX, clientY) {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * canvas.width) / box.width, ((clientY - box.top) * canvas.height) / box.height];
  }

  hover(canvas, event) {
    const at = canvas && this.transform ? this.toCanvas(canvas, event.clientX, event.clientY) : null;
    for (const { panels } of this.shown ?? []) {
      for (const panel of panels) pointAt(this.partsOf(panel), panel, at, this);
    }
  }
}
