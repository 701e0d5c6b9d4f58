import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../camdash/app/viewer/js/data/unpack.js";
import { axisPlaces, blend, blendTable } from "../../camdash/app/viewer/js/painting/paint.js";
import { bytesOf, near, STEPS_TESTED, vectors } from "./vectors.js";

const { looks, sources, picture } = unpack(bytesOf(vectors.payload.bytes));
const greys = bytesOf(vectors.payload.grey);

/** @param {string} id */
function lookNamed(id) {
  const found = looks.find((look) => look.id === id);
  assert.ok(found);
  return found;
}

test("each look blends as the server does, whatever its table and its opacity", () => {
  for (const { look, opacity, rows } of vectors.tables) {
    const table = blendTable(lookNamed(look), opacity);
    for (const [place, step] of STEPS_TESTED.entries()) {
      const row = [...table.subarray(4 * step, 4 * step + 4)];
      assert.ok(row.every((value, at) => near(value, rows[place][at], 2e-3)), `${look} at ${step}: ${row} ${rows[place]}`);
    }
  }
});

test("a heat map alone is as opaque everywhere as its look says at most", () => {
  const table = blendTable(looks[0], 1, true);
  for (const step of STEPS_TESTED) assert.equal(table[4 * step + 3], 0);
});

test("each overlay is painted as the server draws it, wherever the network looked", () => {
  for (const { fit, look: id, map: place, smooth, opacity, pixels } of vectors.overlays) {
    const source = sources.find(({ label }) => label === fit);
    assert.ok(source);
    const map = source.maps[place];
    const places = [
      axisPlaces(source.axes[0], picture.rows, 0, 1, smooth),
      axisPlaces(source.axes[1], picture.columns, 0, 1, smooth),
    ];
    const target = Uint32Array.from(greys, (grey) => 0xff000000 | (grey * 0x010101));
    const table = blendTable(lookNamed(id), opacity);
    blend(target, greys, picture.columns, places, map.grid, map.scales.evidence[id], table);
    const painted = new Uint8Array(target.buffer);
    const expected = bytesOf(pixels);
    let most = 0;
    for (let at = 0; at < greys.length; at++) {
      for (let channel = 0; channel < 3; channel++) {
        most = Math.max(most, Math.abs(painted[4 * at + channel] - expected[3 * at + channel]));
      }
    }
    assert.ok(most <= 1, JSON.stringify({ fit, id, place, smooth, opacity, most }));
  }
});

/** @type {import("../../camdash/app/viewer/js/types.d.ts").Axis[]} a pixel more is cropped above than at the side */
const AXES = [
  { affine: [0.25, -0.5], seen: [2, 11], cells: 3 },
  { affine: [0.25, -0.25], seen: [1, 10], cells: 3 },
];

test("no canvas pixel beyond what the network saw is painted", () => {
  const [rows, columns] = AXES.map((axis) => axisPlaces(axis, 13, 0, 1, true));
  assert.deepEqual([rows.start, rows.stop, columns.start, columns.stop], [2, 11, 1, 10]);
  const doubled = axisPlaces(AXES[0], 40, 4, 2, true);
  assert.deepEqual([doubled.start, doubled.stop], [4 + 2 * 2, 4 + 2 * 11]);
});

test("what only one of two checkpoints saw leaves the radiograph as it is", () => {
  const axis = { affine: /** @type {[number, number]} */ ([1, 0]), seen: /** @type {[number, number]} */ ([0, 2]), cells: 2 };
  const places = [axisPlaces(axis, 2, 0, 1, false), axisPlaces(axis, 2, 0, 1, false)];
  const target = new Uint32Array(4).fill(7);
  blend(target, new Uint8Array(4), 2, places, Float32Array.of(1, NaN, 1, 1), { low: -1, high: 1 }, blendTable(looks[0], 1));
  assert.deepEqual([...target].map((pixel) => pixel === 7), [false, true, false, false]);
});
