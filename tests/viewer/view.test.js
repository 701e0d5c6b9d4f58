import assert from "node:assert/strict";
import { test } from "node:test";
import { fitScale, isFit, pannedBy, transform, within, zoomedAt } from "../../camdash/app/viewer/js/painting/view.js";
import { near } from "./vectors.js";

const BOXES = [{ width: 400, height: 400 }, { width: 300, height: 520 }, { width: 512, height: 200 }];
const FILMS = [{ rows: 260, columns: 300 }, { rows: 2000, columns: 900 }, { rows: 40, columns: 50 }];
const PAIRS = BOXES.flatMap((box) => FILMS.map((film) => ({ box, film })));
const ZOOMS = [0.2, 1, 1.3, 2.5, 12, 1000];
const MOVES = [[0, 0], [30, -20], [5000, 5000], [-5000, 5000], [-90_000, -90_000], [0, -700]];
const CENTRES = [[0.5, 0.5], [0, 1], [0.3, 0.9], [-4, 7]];

test("however far it is dragged, no picture leaves its panel", () => {
  for (const { box, film } of PAIRS) {
    for (const zoom of ZOOMS) for (const [right, down] of MOVES) for (const [x, y] of CENTRES) {
      const place = transform(pannedBy(within({ x, y, zoom }, box, film), right, down, box, film), box, film);
      const what = JSON.stringify({ box, film, zoom, right, down, x, y, place });
      for (const [edge, side, count] of [[place.left, box.width, film.columns], [place.top, box.height, film.rows]]) {
        const length = count * place.scale;
        if (length <= side) assert.ok(near(edge, (side - length) / 2, 1), what); // all of it is seen, in the middle
        else assert.ok(edge <= 1 && edge + length >= side - 1, what); // it fills the panel from edge to edge
      }
    }
  }
});

test("within its limits a picture follows the pointer", () => {
  const [box] = BOXES;
  const [film] = FILMS;
  const view = { x: 0.5, y: 0.5, zoom: 4 };
  for (const [right, down] of [[30, -20], [-45, 60]]) {
    const before = transform(view, box, film);
    const after = transform(pannedBy(view, right, down, box, film), box, film);
    assert.deepEqual([after.left - before.left, after.top - before.top], [right, down]);
  }
});

test("the place under the pointer stays when the picture is zoomed", () => {
  const [box] = BOXES;
  const [film] = FILMS;
  const view = { x: 0.5, y: 0.5, zoom: 4 };
  for (const factor of [1.25, 2, 0.8]) for (const [x, y] of [[200, 200], [150, 260], [290, 120]]) {
    const before = transform(view, box, film);
    const after = transform(zoomedAt(view, factor, x, y, box, film), box, film);
    assert.ok(near(after.scale, factor * before.scale));
    const stays = (/** @type {number} */ place, /** @type {"left" | "top"} */ edge) =>
      near(after[edge] + ((place - before[edge]) / before.scale) * after.scale, place, 2.5);
    assert.ok(stays(x, "left") && stays(y, "top"), JSON.stringify({ factor, x, y }));
  }
});

test("a pixel is never larger than sixteen, and the whole picture or its own pixels are the least", () => {
  for (const { box, film } of PAIRS) {
    const fit = fitScale(box, film);
    const [far, close] = [0.001, 1000].map((zoom) => within({ x: 0.5, y: 0.5, zoom }, box, film).zoom * fit);
    assert.ok(near(close, Math.max(16, fit)));
    assert.ok(near(far, Math.min(1, fit)));
  }
});

test("a view fits that is zoomed neither in nor out", () => {
  assert.deepEqual([1, 1 + 1e-12, 1.001, 0.9].map((zoom) => isFit({ x: 0.2, y: 0.5, zoom })), [true, true, false, false]);
});
