// Wheel, drag, pinch, click and keys on a panel's canvas. A click enlarges the panel, a drag moves the picture.

const SLIP = 4; // CSS pixels that still count as a click
const DOUBLE = 250; // ms in which a second click makes a double click

function wireGestures(parts, viewer, signal) {
  const canvas = parts.canvas;
  const key = canvas.dataset.key;
  const pointers = new Map();
  const place = (event) => viewer.stage.toCanvas(canvas, event.clientX, event.clientY);
  const on = (type, act, options = {}) => canvas.addEventListener(type, act, { signal, ...options });
  let travelled = 0;
  let pending = 0;

  on("wheel", (event) => {
    if (!viewer.wheelZooms(event)) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    viewer.zoomAt(Math.exp((-event.deltaY * lines) / 400), ...place(event));
  }, { passive: false });
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  on("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return viewer.stage.hover(canvas, event);
    const after = [event.clientX, event.clientY];
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    pointers.set(event.pointerId, after);
    travelled += Math.hypot(after[0] - before[0], after[1] - before[1]);
    if (others.length) return pinch(others[0], before, after);
    if (travelled > SLIP) viewer.panBy(canvas, after[0] - before[0], after[1] - before[1]);
    return viewer.stage.hover(canvas, event);
  });
  const end = (event) => pointers.delete(event.pointerId);
  on("pointerup", end);
  on("pointercancel", end);
  on("pointerleave", () => viewer.stage.hover(null));
  on("click", (event) => {
    if (travelled > SLIP || event.detail > 1) return;
    clearTimeout(pending);
    // A picture that fits has nothing to reset, so a click need not wait for a second one.
    if (viewer.fits()) viewer.toggleFocus(key);
    else pending = setTimeout(() => viewer.toggleFocus(key), DOUBLE);
  });
  on("dblclick", () => {
    clearTimeout(pending);
    viewer.reset();
  });
  wireWindowDrag(canvas, viewer, on);
  on("keydown", (event) => keyPressed(event, canvas, viewer));
  signal.addEventListener("abort", () => clearTimeout(pending));

  function pinch(still, before, after) {
    const spread = (at) => Math.max(Math.hypot(at[0] - still[0], at[1] - still[1]), 1);
    const middle = viewer.stage.toCanvas(canvas, (still[0] + after[0]) / 2, (still[1] + after[1]) / 2);
    viewer.zoomAt(spread(after) / spread(before), ...middle);
    viewer.panBy(canvas, (after[0] - before[0]) / 2, (after[1] - before[1]) / 2);
  }
}

const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function keyPressed(event, canvas, viewer) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 40;
  const middle = [canvas.width / 2, canvas.height / 2];
  const acts = {
    Enter: () => viewer.toggleFocus(canvas.dataset.key),
    "+": () => viewer.zoomAt(1.25, ...middle),
    "=": () => viewer.zoomAt(1.25, ...middle),
    "-": () => viewer.zoomAt(0.8, ...middle),
    0: () => viewer.reset(),
  };
  const move = MOVES[event.key];
  const act = move ? () => viewer.panBy(canvas, move[0] * step, move[1] * step) : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
