// The window's menu, and the drag with the right button: they write the window to the shared store.

function wireDials(root, signal, viewer) {
  const menu = root.querySelector("#window");
  const on = (name, type, act) => menu.querySelector(`[name=${name}]`).addEventListener(type, act, { signal });
  const number = ({ target }) => (target.value === "" ? NaN : Number(target.value));
  menu.addEventListener("toggle", (event) => event.newState === "open" && viewer.wantValues(), { signal });
  on("preset", "change", ({ target }) => choosePreset(Number(target.value), viewer));
  on("centre", "input", (event) => viewer.setWindow({ centre: number(event) }));
  on("centre-figure", "change", (event) => viewer.setWindow({ centre: number(event) }));
  on("width", "input", (event) => viewer.setWindow({ width: widthAt(number(event), windowLimits(viewer.header.window)) }));
  on("width-figure", "change", (event) => viewer.setWindow({ width: number(event) }));
  on("inverted", "change", ({ target }) => change({ inverted: target.checked }));
  on("lossless", "change", ({ target }) => change({ lossless: target.checked }));
  on("reset", "click", () => change({ preset: 0, window: null, inverted: false }));
}

// The default and tables are pictures of the server's; a window is drawn here.
function choosePreset(place, viewer) {
  const { window, table } = viewer.header.window.presets[place];
  if (place === 0 || table) change({ preset: place, window: null });
  else viewer.setWindow(window);
}

function wireWindowDrag(canvas, viewer, on) {
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
    const { window: described } = viewer.header;
    const turned = described.inverted !== sharedState().inverted;
    const moved = [event.clientX - start.x, event.clientY - start.y];
    viewer.setWindow(draggedWindow(start.window, ...moved, windowLimits(described), turned));
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) on(type, () => (start = null));
}

function showDials(root, state, { window: described }) {
  const menu = root.querySelector("#window");
  const { centre, width } = presentWindow(described, state);
  const limits = windowLimits(described);
  const changed = state.window !== null || state.preset > 0 || state.inverted;
  showPresets(menu.querySelector("[name=preset]"), state, described);
  showDial(menu, "centre", centre, inUnits(centre, limits), limits.low, limits.high);
  showDial(menu, "width", shareOfWidth(width, limits), inUnits(width, limits), 0, 1);
  menu.querySelector("[name=inverted]").checked = state.inverted;
  menu.querySelector("[name=lossless]").checked = state.lossless;
  setText(menu.querySelector("[role=status]"), isWaiting(described, state) ? "Loading full depth …" : "");
  root.querySelector("[popovertarget=window]").setAttribute("aria-pressed", String(changed));
}

function showDial(menu, name, place, figure, low, high) {
  const slider = menu.querySelector(`[name=${name}]`);
  const typed = menu.querySelector(`[name=${name}-figure]`);
  Object.assign(slider, { min: low, max: high });
  slider.value = place;
  slider.setAttribute("aria-valuetext", figure);
  if (typed.getRootNode().activeElement !== typed) typed.value = figure;
}

function showPresets(select, state, { presets }) {
  const names = ["Custom", ...presets.map(({ name }, place) => (place === 0 && name !== "Default" ? `Default: ${name}` : name))];
  if (select.dataset.names !== names.join("\n")) {
    select.dataset.names = names.join("\n");
    select.replaceChildren(...names.map((name, place) => element("option", { value: String(place - 1) }, name)));
    select.options[0].hidden = true;
  }
  select.value = String(state.window ? presets.findIndex((one) => !one.table && sameWindow(one.window, state.window)) : state.preset);
}

function sameWindow(one, other) {
  return one.centre === other.centre && one.width === other.width && one.function === other.function;
}
