// Wheel, drag, pinch, click and keys on a panel's canvas. A click enlarges the panel, a drag moves the picture.

import { wireWindowDrag } from "./dials.js";

/** @import { Viewer } from "./viewer.js" */
/** @typedef {[number, number]} Point */
/**
 * @callback Listen listens to a canvas
 * @param {"contextmenu" | "pointerdown" | "pointermove" | "pointerup" | "pointercancel" | "lostpointercapture"} type
 * @param {(event: PointerEvent) => void} act
 */

const SLIP = 4; // CSS pixels that still count as a click
const DOUBLE = 250; // ms in which a second click makes a double click

/** @param {HTMLCanvasElement} canvas @param {string} slot @param {Viewer} viewer @param {AbortSignal} signal */
export function wireGestures(canvas, slot, viewer, signal) {
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {(event: MouseEvent) => Point} */
  const place = (event) => viewer.stage.toCanvas(canvas, event.clientX, event.clientY);
  let travelled = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pending;

  canvas.addEventListener("wheel", (event) => {
    if (!viewer.wheelZooms(event)) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    viewer.zoomAt(Math.exp((-event.deltaY * lines) / 400), ...place(event));
  }, { signal, passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }, { signal });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return viewer.stage.hover(canvas, event);
    /** @type {Point} */
    const after = [event.clientX, event.clientY];
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    pointers.set(event.pointerId, after);
    travelled += Math.hypot(after[0] - before[0], after[1] - before[1]);
    if (others.length) return pinch(others[0], before, after);
    if (travelled > SLIP) viewer.panBy(after[0] - before[0], after[1] - before[1]);
    return viewer.stage.hover(canvas, event);
  }, { signal });
  const end = (/** @type {PointerEvent} */ event) => pointers.delete(event.pointerId);
  canvas.addEventListener("pointerup", end, { signal });
  canvas.addEventListener("pointercancel", end, { signal });
  canvas.addEventListener("pointerleave", () => viewer.stage.hover(null), { signal });
  canvas.addEventListener("click", (event) => {
    if (travelled > SLIP || event.detail > 1) return;
    clearTimeout(pending);
    // A picture that fits has nothing to reset, so a click need not wait for a second one.
    if (viewer.fits()) viewer.toggleFocus(slot);
    else pending = setTimeout(() => viewer.toggleFocus(slot), DOUBLE);
  }, { signal });
  canvas.addEventListener("dblclick", () => {
    clearTimeout(pending);
    viewer.reset();
  }, { signal });
  wireWindowDrag(canvas, viewer, (type, act) => canvas.addEventListener(type, act, { signal }));
  canvas.addEventListener("keydown", (event) => keyPressed(event, canvas, slot, viewer), { signal });
  signal.addEventListener("abort", () => clearTimeout(pending));

  /** @param {Point} still @param {Point} before @param {Point} after */
  function pinch(still, before, after) {
    const spread = (/** @type {Point} */ at) => Math.max(Math.hypot(at[0] - still[0], at[1] - still[1]), 1);
    const middle = viewer.stage.toCanvas(canvas, (still[0] + after[0]) / 2, (still[1] + after[1]) / 2);
    viewer.zoomAt(spread(after) / spread(before), ...middle);
    viewer.panBy((after[0] - before[0]) / 2, (after[1] - before[1]) / 2);
  }
}

const STEP = 40; // CSS pixels that an arrow key moves
/** @type {Record<string, Point>} */
const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {KeyboardEvent} event @param {HTMLCanvasElement} canvas @param {string} slot @param {Viewer} viewer */
function keyPressed(event, canvas, slot, viewer) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  /** @type {Point} */
  const middle = [canvas.width / 2, canvas.height / 2];
  /** @type {Record<string, () => void>} */
  const acts = {
    Enter: () => viewer.toggleFocus(slot),
    "+": () => viewer.zoomAt(1.25, ...middle),
    "=": () => viewer.zoomAt(1.25, ...middle),
    "-": () => viewer.zoomAt(0.8, ...middle),
    0: () => viewer.reset(),
  };
  const move = MOVES[event.key];
  const act = move ? () => viewer.panBy(move[0] * STEP, move[1] * STEP) : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
