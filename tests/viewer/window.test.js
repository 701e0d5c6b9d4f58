import assert from "node:assert/strict";
import { test } from "node:test";
import {
  draggedWindow, heldWithin, inUnits, shareOfWidth, throughWindow, widthAt, windowFigures, windowLimits,
} from "../../camdash/app/viewer/js/data/window.js";
import { near, vectors } from "./vectors.js";

/** @type {Record<string, (numbers: number[]) => import("../../camdash/app/viewer/js/types.d.ts").Values>} */
const KINDS = {
  uint8: (numbers) => Uint8Array.from(numbers),
  uint16: (numbers) => Uint16Array.from(numbers),
  int16: (numbers) => Int16Array.from(numbers),
  float32: (numbers) => Float32Array.from(numbers),
};

test("values of all kinds through all functions have the grey levels that the server gives them", () => {
  for (const { kind, values, padding, window, inverted, greys } of vectors.windows) {
    const target = new Uint32Array(values.length);
    throughWindow({ values: KINDS[kind](values), padding: Uint8Array.from(padding) }, window, inverted, target);
    for (const [place, pixel] of target.entries()) {
      const grey = pixel & 0xff;
      const within = padding[place] ? 0 : 1; // the server inverts before it rounds
      assert.ok(near(grey, greys[place], within), JSON.stringify([kind, window, inverted, values[place], grey]));
      assert.equal(pixel >>> 8, 0xff0000 + 0x101 * grey);
    }
  }
});

const PRESET = { name: "Default", table: false, window: { centre: 500, width: 2000, function: "LINEAR_EXACT" } };
/** @type {[number, number]} */
const RANGE = [0, 1000];
const LIMITS = windowLimits({ range: RANGE, kind: "uint16", presets: [PRESET] });

test("the sliders span all values and all windows that there are to choose", () => {
  assert.deepEqual(LIMITS, { low: -500, high: 1500, narrowest: 1, widest: 4000 });
  assert.equal(windowLimits({ range: RANGE, kind: "float32", presets: [] }).narrowest, 1);
  assert.equal(windowLimits({ range: [0, 0.5], kind: "uint8", presets: [] }).narrowest, 0.5);
});

test("a window stays within what the sliders span, and a LINEAR one is never narrower than a value", () => {
  const held = heldWithin({ centre: 9999, width: 0.1, function: "LINEAR_EXACT" }, LIMITS);
  assert.deepEqual(held, { centre: 1500, width: 1, function: "LINEAR_EXACT" });
  const fine = { ...LIMITS, narrowest: 0.01 };
  assert.equal(heldWithin({ centre: 0, width: 0.1, function: "LINEAR" }, fine).width, 1);
  assert.equal(heldWithin({ centre: 0, width: 0.1, function: "SIGMOID" }, fine).width, 0.1);
});

test("a drag to the right widens, and one down darkens whichever way grey is turned", () => {
  const window = { centre: 500, width: 300, function: "LINEAR_EXACT" };
  const right = draggedWindow(window, 300, 0, LIMITS, false);
  assert.ok(near(right.width, 300 * Math.E));
  assert.equal(right.centre, 500);
  assert.equal(draggedWindow(window, 0, 30, LIMITS, false).centre, 530);
  assert.equal(draggedWindow(window, 0, 30, LIMITS, true).centre, 470);
});

test("the width's slider goes by factors from the narrowest to the widest", () => {
  assert.ok(near(widthAt(0, LIMITS), 1));
  assert.ok(near(widthAt(1, LIMITS), 4000, 1e-6));
  assert.ok(near(widthAt(0.5, LIMITS), Math.sqrt(4000), 1e-6));
  for (const share of [0, 0.2, 0.7, 1]) assert.ok(near(shareOfWidth(widthAt(share, LIMITS), LIMITS), share));
});

test("figures are as fine as their range asks for", () => {
  assert.deepEqual(windowFigures({ centre: 500.4, width: 300, function: "LINEAR" }, LIMITS), { centre: "500", width: "300" });
  assert.equal(inUnits(0.1234567, { low: 0, high: 1 }), "0.12");
  assert.equal(inUnits(0.1234567, { low: 0, high: 0.01 }), "0.1235");
  assert.equal(inUnits(123456789, { low: 0, high: 1e9 }), "123500000");
});
