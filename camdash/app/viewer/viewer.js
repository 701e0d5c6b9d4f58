// The viewer: one picture, many maps, painted in the browser. See payload.py for what it is given.

const viewers = new WeakMap();
const SYNC_AFTER = 300; // ms without a change until the server is told

export default function mountViewer(component) {
  const { parentElement } = component;
  let viewer = viewers.get(parentElement);
  if (!viewer) viewers.set(parentElement, (viewer = new Viewer(parentElement.querySelector(".camdash"))));
  viewer.update(component);
  const mount = viewer.mounts;
  return () => {
    // Streamlit may call the clean-up of an overtaken run; only the last one ends the viewer.
    if (viewer.mounts !== mount) return;
    viewer.end();
    viewers.delete(parentElement);
  };
}

class Viewer {
  constructor(root) {
    this.root = root;
    this.stop = new AbortController();
    this.painter = new Painter();
    this.parts = new Map();
    this.mounts = 0;
    this.sent = null;
    const { signal } = this.stop;
    wireToolbar(root, signal, this);
    window.addEventListener(CHANGE, () => this.changed(), { signal });
    window.addEventListener("resize", () => this.schedule(), { signal });
    root.addEventListener("keydown", (event) => this.escaped(event), { signal });
    this.observer = new ResizeObserver(() => this.schedule());
    this.observer.observe(root);
    // What appears above the viewer moves it down the page, and leaves the panels less height.
    const page = root.getRootNode().host?.closest("[data-testid=stMainBlockContainer]");
    if (page) this.observer.observe(page);
  }

  end() {
    this.stop.abort();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.header?.bitmap.close();
    this.root.append(this.legend());
    this.root.querySelector(".sections").replaceChildren();
  }

  // New data: what is painted stays until the new picture is decoded.
  async update({ data, setStateValue }) {
    this.mounts += 1;
    this.setStateValue = setStateValue;
    if (!data || data === this.data) return this.schedule();
    this.data = data;
    const header = unpack(data);
    header.bitmap = await decode(header.picture);
    if (data !== this.data || this.stop.signal.aborted) return header.bitmap.close();
    this.header?.bitmap.close();
    this.header = header;
    this.painter.forget();
    if (this.settle(sharedState(), header)) this.changed();
    this.root.hidden = false;
    return this.schedule();
  }

  // Bring the settings in line with new data: the link's wishes once, and never a mode without maps.
  settle(state, { opening, ...header }) {
    const { mode, focus } = state;
    if (!state.opened) Object.assign(state, { opened: true, mode: opening.mode ?? mode, focus: opening.slot || focus });
    if (!modesOf(header).includes(state.mode)) state.mode = modesOf(header)[0];
    return state.mode !== mode || state.focus !== focus;
  }

  changed() {
    this.schedule();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellServer(), SYNC_AFTER);
  }

  tellServer() {
    if (!this.header) return;
    const state = sharedState();
    const { look, mode, smooth, lossless } = state;
    const panels = [...this.shownSlots()];
    const focus = panels.includes(state.focus) ? state.focus : "";
    const settings = { look, opacity: opacityOf(state, this.header), panels, mode, smooth, lossless, focus };
    const text = JSON.stringify(settings);
    if (text === this.sent) return;
    this.sent = text;
    this.setStateValue("settings", settings);
  }

  // `data-state` says whether what is painted is what is set.
  schedule() {
    cancelAnimationFrame(this.frame);
    this.root.dataset.state = "waiting";
    if (this.header) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    if (!this.root.clientWidth) return; // not laid out yet; its observer calls again
    const state = sharedState();
    const sections = focused(panelsOf(this.header, state), state.focus);
    showToolbar(this.root, state, this.header);
    this.root.classList.toggle("zoomed", !this.fits());
    this.layOut(sections);
    this.paint(sections, state);
    this.root.dataset.state = "painted";
  }

  layOut(sections) {
    const state = sharedState();
    // The legend counts as a panel where it takes the place of one.
    const legends = (section) => (section.legendFirst || (section.label && sections.length === 1 && !state.focus) ? 1 : 0);
    const places = arrange(sections.map((section) => section.panels.length + legends(section)), {
      width: this.root.clientWidth,
      above: placeOnPage(this.root),
      toolbar: this.root.querySelector(".toolbar").offsetHeight,
      labels: sections.filter((section) => section.label).length,
      placed: sections.some(legends),
      several: sections.length > 1,
    });
    this.root.style.setProperty("--box-width", `${places.boxWidth}px`);
    this.root.style.setProperty("--box-height", `${places.boxHeight}px`);
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
    const shape = JSON.stringify([free, sections.map(({ label, panels }) => [label, panels.map(({ key }) => key)])]);
    if (shape === this.shape) return;
    this.shape = shape;
    const active = this.root.getRootNode().activeElement;
    const made = sections.map(({ label, panels }) => {
      const roots = panels.map((panel) => this.partsOf(panel).root);
      return element("div", { class: "section" }, ...(label ? [element("h3", {}, label)] : []), ...roots);
    });
    const legend = this.legend();
    const first = sections.findIndex((section) => section.legendFirst);
    legend.classList.toggle("strip", first < 0 && !free);
    this.root.querySelector(".sections").replaceChildren(...made);
    if (first >= 0) made[first].querySelector("h3").after(legend);
    else if (free) made[made.length - 1].append(legend);
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
      wireGestures(parts, this, this.stop.signal);
      this.parts.set(key, parts);
    }
    return this.parts.get(key);
  }

  paint(sections, state) {
    const { header, painter, size } = this;
    const view = within(state.view ?? FIT, size, header.picture);
    const place = transform(view, size, header.picture);
    const base = painter.base(header.bitmap, size, place);
    const look = header.looks[state.look];
    const table = painter.table(look, opacityOf(state, header));
    this.transform = place;
    this.shown = sections;
    for (const { panels } of sections) {
      for (const panel of panels) {
        const { source } = panel;
        const places = source && painter.places(header.sources.indexOf(source), source, size, place, state.smooth);
        const scale = panel.map?.scales[state.mode][state.look];
        const colors = panel.kind === "heat" ? painter.table(look, 1, true) : table;
        painter.paint(this.partsOf(panel).canvas, panel, base, places, scale, colors);
      }
    }
    const maps = sections.flatMap(({ panels }) => panels.flatMap(({ map }) => map ?? []));
    const scales = maps.map((map) => map.scales[state.mode][state.look]);
    showLegend(this.legend(), { ...state, brief: this.brief }, scales, table);
  }

  slots() {
    const maps = this.header.sources.flatMap((source) => source.maps).filter((map) => map.scales[sharedState().mode]);
    return [...new Map(maps.map((map) => [map.slot, map.name]))];
  }

  shownSlots() {
    return new Set(panelsOf(this.header, sharedState()).flatMap(({ panels }) => panels.map(({ slot }) => slot)));
  }

  fits() {
    return isFit(sharedState().view ?? FIT);
  }

  view() {
    return within(sharedState().view ?? FIT, this.size, this.header.picture);
  }

  zoomAt(ratio, x, y) {
    change({ view: zoomedAt(this.view(), ratio, x, y, this.size, this.header.picture) });
  }

  panBy(canvas, dx, dy) {
    const ratio = this.size.ratio;
    change({ view: pannedBy(this.view(), dx * ratio, dy * ratio, this.size, this.header.picture) });
  }

  reset() {
    change({ view: null });
  }

  oneToOne() {
    const view = this.view();
    change({ view: within({ ...view, zoom: 1 / fitScale(this.size, this.header.picture) }, this.size, this.header.picture) });
  }

  toggleFocus(key) {
    change({ focus: sharedState().focus ? null : key.split("/").pop() });
  }

  escaped(event) {
    if (event.key !== "Escape" || !sharedState().focus || this.root.querySelector(":popover-open")) return;
    change({ focus: null });
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
