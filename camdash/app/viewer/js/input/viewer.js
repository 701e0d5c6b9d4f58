// The viewer: one picture, many maps, painted in the browser. See payload.py for what it is given.

const viewers = new WeakMap();
const SYNC_AFTER = 300; // ms without a change until the server is told

export default function mountViewer(component) {
  const { parentElement } = component;
  let viewer = viewers.get(parentElement);
  if (!viewer) viewers.set(parentElement, (viewer = new Viewer(parentElement.querySelector(".camdash"))));
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

class Viewer {
  constructor(root) {
    this.root = root;
    this.stop = new AbortController();
    this.mounts = new Set();
    this.sent = null;
    const { signal } = this.stop;
    this.stage = new Stage(root, this, signal);
    this.together = new Together(root);
    wireToolbar(root, signal, this);
    wireDials(root, signal, this);
    window.addEventListener(CHANGE, () => this.changed(), { signal });
    window.addEventListener("resize", () => this.schedule(), { signal });
    document.addEventListener("keydown", (event) => this.escaped(event), { signal });
    document.addEventListener("pointerdown", (event) => this.pressed(event), { signal, capture: true });
    this.observer = new ResizeObserver(() => this.schedule());
    this.observer.observe(root);
    // What appears above the viewer moves it down the page, and leaves the panels less height.
    const page = root.getRootNode().host?.closest("[data-testid=stMainBlockContainer]");
    if (page) this.observer.observe(page);
  }

  end() {
    this.stop.abort();
    this.observer.disconnect();
    this.together.end();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.header?.bitmap.close();
    this.stage.clear();
  }

  // New data: what is painted stays until the new picture is decoded and the answer above is drawn.
  async update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    if (!data || data === this.data) return this.schedule();
    this.data = data;
    this.coming = true;
    this.root.dataset.state = "waiting";
    const state = sharedState();
    const turn = ++state.turn;
    const header = await completed(unpack(data), this.header);
    await this.together.ready(header.answer);
    if (data !== this.data || this.stop.signal.aborted) return header.bitmap.close();
    this.header?.bitmap.close();
    Object.assign(this, { header, coming: false });
    this.stage.forget();
    if (turn > state.settled) this.share(turn, state, header);
    this.root.hidden = false;
    return this.schedule();
  }

  // A viewer that gives way to another may have waited longer for its answer: what all share follows the later data.
  share(turn, state, header) {
    state.settled = turn;
    if (this.settle(state, header)) change({}); // the server is told
  }

  // Bring the settings in line with new data: the link's wishes once, never a mode without maps, and no window of
  // another radiograph.
  settle(state, { opening, window, ...header }) {
    const { mode, focus, look, show, token } = state;
    if (!state.opened) this.openFirst(state, opening);
    if (opening.token !== state.token) this.openAnew(state, opening);
    const modes = modesOf(header); // none without maps: what is set waits for the next network
    if (modes.length && !modes.includes(state.mode)) state.mode = modes[0];
    const dropped = state.image !== window.image && isTouched(state);
    if (state.image !== window.image) Object.assign(state, { image: window.image, ...UNTOUCHED });
    return state.mode !== mode || state.focus !== focus || state.look !== look || state.show !== show || state.token !== token || dropped;
  }

  // What the page's address asked for, once in the life of a browser's page.
  openFirst(state, { mode, slot, look, show, panels, smooth }) {
    Object.assign(state, { opened: true, mode: mode ?? state.mode, focus: slot || state.focus, smooth });
    if (look) state.look = look;
    if (panels.length) [show, state.chosen] = ["choose", panels];
    if (show) state[state.look === "classic" ? "classicShow" : "show"] = show;
  }

  // A demonstration begins, or the browser went back: to what is asked for, whatever was set before.
  openAnew(state, opening) {
    const { token } = opening;
    const usual = { look: "evidence", mode: "evidence", show: "all", classicShow: "three", oneScale: false, focus: null };
    Object.assign(state, { token }, token ? { ...usual, view: null } : {});
    if (token) this.openFirst(state, opening);
  }

  changed() {
    this.schedule();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellServer(), SYNC_AFTER);
  }

  tellServer() {
    if (!this.header) return;
    const state = sharedState();
    const { look, mode, smooth, lossless, image, preset, inverted, deep } = state;
    const panels = [...this.shownSlots()];
    const focus = focusOf(this.header, state);
    const own = state.window && [state.window.centre, state.window.width, state.window.function];
    const apart = isApart(this.header, state);
    const show = look === "classic" ? state.classicShow : state.show;
    const { token } = state;
    const shown = { look, opacity: opacityOf(state, this.header), panels, show, mode, smooth, lossless, focus, apart, token };
    const settings = { ...shown, image, preset, window: own, inverted, deep };
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
    this.together.painted(this.header.answer); // first: a longer answer leaves the panels less room
    const state = sharedState();
    const sections = sectionsOf(this.header, state);
    showToolbar(this.root, state, this.header);
    showDials(this.root, state, this.header);
    this.root.classList.toggle("zoomed", !this.fits());
    this.root.classList.toggle("mapless", !hasMaps(this.header));
    this.stage.show(this.header, sections, state);
    this.root.dataset.state = this.coming || isWaiting(this.header.window, state) ? "waiting" : "painted";
  }

  slots() {
    const drawn = this.header.sources.flatMap((source) => source.maps).filter((map) => map.scales[sharedState().mode]);
    const maps = inOrder(drawn, rankOf(this.header));
    return [...new Map(maps.map((map) => [map.slot, map.name]))];
  }

  shownSlots() {
    return new Set(panelsOf(this.header, sharedState()).flatMap(({ panels }) => panels.map(({ slot }) => slot)));
  }

  window() {
    return presentWindow(this.header.window, sharedState());
  }

  setWindow(wished) {
    const numbers = [wished.centre ?? 0, wished.width ?? 1];
    if (!numbers.every(Number.isFinite)) return this.schedule();
    this.wantValues();
    change({ window: heldWithin({ ...this.window(), ...wished }, windowLimits(this.header.window)) });
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
    return within(sharedState().view ?? FIT, this.stage.size, this.header.picture);
  }

  zoomAt(ratio, x, y) {
    change({ view: zoomedAt(this.view(), ratio, x, y, this.stage.size, this.header.picture) });
  }

  panBy(canvas, dx, dy) {
    const { size } = this.stage;
    change({ view: pannedBy(this.view(), dx * size.ratio, dy * size.ratio, size, this.header.picture) });
  }

  reset() {
    change({ view: null });
  }

  // The whole radiograph; where it is shown already, all panels.
  fit() {
    change(this.fits() ? { focus: null } : { view: null });
  }

  // The wheel zooms once a panel was clicked, until something beside the panels is; before, it scrolls the page.
  pressed(event) {
    this.grasped = event.composedPath().some((node) => node.dataset?.key && this.root.contains(node));
    if (this.grasped) this.root.querySelector(".hint").hidden = true;
  }

  wheelZooms(event) {
    const zooms = this.grasped || event.ctrlKey || event.metaKey;
    if (!zooms && !this.hinted) this.hint();
    return zooms;
  }

  // Said once, and gone after a while.
  hint() {
    const hint = this.root.querySelector(".hint");
    this.hinted = true;
    hint.hidden = false;
    hint.addEventListener("animationend", () => (hint.hidden = true), { once: true });
  }

  oneToOne() {
    const { size } = this.stage;
    change({ view: within({ ...this.view(), zoom: 1 / fitScale(size, this.header.picture) }, size, this.header.picture) });
  }

  toggleFocus(key) {
    if (!hasMaps(this.header)) return; // the radiograph is as large as it gets
    change({ focus: sharedState().focus ? null : key.split("/").pop() });
  }

  escaped(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !sharedState().focus) return;
    if (this.root.querySelector(":popover-open")) return;
    change({ focus: null });
  }
}
