import assert from "node:assert/strict";
import { test } from "node:test";
import { isIncomplete, leadingCount, pageOf, panelsOf, sectionsOf, slotsIn } from "../../camdash/app/viewer/js/panels/panels.js";
import { unpack } from "../../camdash/app/viewer/js/data/unpack.js";
import { bytesOf, vectors } from "./vectors.js";

/** @import { Data, State } from "../../camdash/app/viewer/js/types.d.ts" */

const { looks, words } = unpack(bytesOf(vectors.payload.bytes));
const STATE = /** @type {State} */ (/** @type {unknown} */ ({
  look: "evidence", opacities: {}, mode: "evidence", shows: { all: "every" }, chosen: null, page: 0, sought: "", focus: null,
}));

/** The map of a class, the later in the head the less probable. @param {number} place @param {object} [more] */
const ofClass = (place, more = {}) => ({
  id: `class-${place}`, slot: `class-${place}`, isClass: true, name: `Part ${place}`, predicted: place === 0,
  share: "", mark: "", probability: 1 / (place + 2), grid: new Float32Array(4), scales: { evidence: {} }, ...more,
});
const AVERAGE = { ...ofClass(0), id: "average", slot: "average", isClass: false, name: "Average", predicted: false, probability: null };

/** A row for each list of maps. @param {object[][]} rows @returns {Data} */
function dataOf(...rows) {
  const several = rows.length > 1;
  const sources = rows.map((maps, index) => ({ label: "", letter: several ? "AB"[index] : "", noMaps: "", axes: [], maps, peaks: {} }));
  return /** @type {Data} */ (/** @type {unknown} */ ({ looks, words, sources, picture: { label: "" } }));
}

const many = (/** @type {number} */ count) => Array.from({ length: count }, (_, place) => ofClass(place));

/** @param {Data} data @param {Partial<State>} [changed] */
function names(data, changed = {}) {
  return panelsOf(data, { ...STATE, ...changed }).map(({ panels }) => panels.map(({ name }) => name));
}

test("at most twelve maps are shown at once, the average among them, and pages have the others", () => {
  const data = dataOf([...many(30), AVERAGE]);
  const [first] = names(data);
  assert.deepEqual(first, [words.radiograph, ...many(11).map(({ name }) => name), "Average"]);
  const [third] = names(data, { page: 2 });
  assert.deepEqual(third, [words.radiograph, ...many(30).slice(22).map(({ name }) => name), "Average"]);
  assert.deepEqual(names(data, { page: 9 }), [third]);
  const { slots, ...page } = pageOf(data, { ...STATE, page: 1 }) ?? {};
  assert.deepEqual(page, { first: 11, count: 30, place: 1, last: 2 });
  assert.equal(slots?.size, 11);
});

test("without an average there is room for one class more", () => {
  assert.equal(names(dataOf(many(14)))[0].length, 1 + 12);
  assert.deepEqual(names(dataOf(many(14)), { page: 1 })[0], [words.radiograph, "Part 12", "Part 13"]);
});

test("two rows share the room, and show the same classes", () => {
  const rows = names(dataOf([...many(30), AVERAGE], [...many(30), AVERAGE]), { page: 1 });
  const shown = [...many(10).slice(5).map(({ name }) => name), "Average"];
  assert.deepEqual(rows, [[words.radiograph, ...shown], shown]);
});

test("a part of a name finds classes, whatever else is chosen", () => {
  const data = dataOf([...many(1000), AVERAGE]);
  for (const show of ["all", "every", "top", "average"]) {
    const [found] = names(data, { sought: " pArT 77 ".trim(), shows: { all: show } });
    const expected = ["Part 77", ...many(1000).slice(770, 780).map(({ name }) => name)];
    assert.deepEqual(found, [words.radiograph, ...expected, "Average"], show);
  }
  assert.equal(pageOf(data, { ...STATE, sought: "none" })?.count, 0);
  assert.equal(pageOf(data, { ...STATE, sought: "77" })?.count, 19);
});

test("chosen classes have pages too, and few classes have none", () => {
  const chosen = many(20).map(({ slot }) => slot);
  const data = dataOf([...many(30), AVERAGE]);
  const state = { shows: { all: "choose" }, chosen };
  assert.equal(names(data, state)[0].length, 12);
  assert.deepEqual(names(data, { ...state, page: 1 })[0], many(20).slice(12).map(({ name }) => name));
  assert.equal(pageOf(dataOf([...many(8), AVERAGE]), STATE), null);
  assert.equal(names(dataOf([...many(8), AVERAGE]))[0].length, 10);
});

test("an enlarged class stands alone, wherever it is", () => {
  const data = dataOf([...many(30), AVERAGE]);
  const [{ panels }] = sectionsOf(data, { ...STATE, shows: {}, focus: "class-29" });
  assert.deepEqual(panels.map(({ name }) => name), [words.radiograph, "Part 29"]);
});

test("all that is part of the answer is among the first, the most probable first", () => {
  const found = many(30).map((map, place) => ({ ...map, predicted: place > 20 && place < 28 }));
  const data = dataOf(found);
  assert.equal(leadingCount(data, "evidence"), 7);
  const [, ...shown] = names(data, { shows: {} })[0];
  assert.deepEqual(shown, [21, 22, 23, 24, 25, 26, 27].map((place) => `Part ${place}`));
  assert.equal(leadingCount(dataOf(many(30)), "evidence"), 5);
  const all = many(30).map((map) => ({ ...map, predicted: true }));
  assert.equal(leadingCount(dataOf([...all, AVERAGE]), "evidence"), 11);
});

test("a map that was not sent is waited for", () => {
  const maps = many(20).map((map, place) => (place === 15 ? { ...map, grid: new Float32Array() } : map));
  const data = dataOf(maps);
  assert.equal(isIncomplete(panelsOf(data, STATE)), false);
  assert.equal(isIncomplete(panelsOf(data, { ...STATE, page: 1 })), true);
  assert.equal(slotsIn(data, "evidence").length, 20);
});

test("of two checkpoints without a class in common each shows its own answers, and the places of the other's", () => {
  const [ours, theirs] = [many(40), many(14)].map((maps, row) =>
    maps.map((map, place) => ({
      ...map, slot: `${"AB"[row]}-${place}`, name: `${"AB"[row]} ${place}`, predicted: row ? place < 6 : place === 0,
    })));
  const data = dataOf([...ours, AVERAGE], theirs);
  const [first, second] = panelsOf(data, { ...STATE, shows: {} }).map(({ panels }) => panels.map(({ name, kind }) => [name, kind]));
  assert.deepEqual(first.slice(0, 3), [[words.radiograph, "film"], ["A 0", "map"], ["B 0", "unknown"]]);
  assert.equal(first.filter(([, kind]) => kind === "unknown").length, 4);
  assert.deepEqual(second.slice(0, 3), [["A 0", "unknown"], ["B 0", "map"], ["B 1", "map"]]);
  assert.equal(second.length, 5);
  const [above, beneath] = panelsOf(dataOf(theirs, ours), { ...STATE, shows: {} }).map(({ panels }) => panels);
  assert.deepEqual(above.slice(1, 3).map(({ name, kind }) => [name, kind]), [["B 0", "map"], ["A 0", "unknown"]]);
  assert.ok(beneath.some(({ name, kind }) => name === "A 0" && kind === "map"));
});
