import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange } from "../../camdash/app/viewer/js/panels/layout.js";

const ROOM = {
  width: 1200, screen: 720, above: 160, toolbar: 36, labels: 0, several: false, placed: false, linesAt: () => 2,
};
const BESIDE = 6; // CSS pixels between panels
const WORDS = 26; // of a panel, beside the lines of its caption
const LEGEND = 48; // in a row of its own

/** How many columns a width of panels makes. @param {number} boxWidth @param {number} width */
function columnsOf(boxWidth, width) {
  return Math.floor((width + BESIDE) / (boxWidth + BESIDE));
}

test("all panels stand on one screen where they are legible there, and no other columns make them larger", () => {
  for (const count of [1, 2, 3, 5, 7, 9]) for (const [width, screen] of [[1200, 720], [900, 1000], [1800, 1000]]) {
    const room = { ...ROOM, width, screen };
    const { boxWidth, boxHeight, lines, free } = arrange([count], room);
    const rows = Math.ceil(count / columnsOf(boxWidth, width));
    const used = rows * (boxHeight + WORDS + 16 * lines) + (free ? 0 : LEGEND);
    assert.ok(used <= screen - room.above - room.toolbar, JSON.stringify({ count, width, screen, used }));
    assert.ok(boxHeight <= boxWidth);
    for (let columns = count > 1 ? 2 : 1; columns <= count; columns++) {
      const other = Math.floor((width - BESIDE * (columns - 1)) / columns);
      const left = screen - room.above - 12 - room.toolbar - (count % columns ? 0 : LEGEND);
      const height = Math.min(Math.floor(left / Math.ceil(count / columns) - WORDS - 32), other);
      assert.ok(other < 200 || height <= boxHeight, JSON.stringify({ count, width, columns, height, boxHeight }));
    }
  }
});

test("where they do not fit, panels keep a legible height and the page scrolls", () => {
  const { boxHeight, boxWidth } = arrange([60], ROOM);
  assert.ok(boxWidth >= 200);
  assert.ok(boxHeight >= 128);
});

test("a screen that is too narrow for two panels has one column", () => {
  assert.equal(arrange([5], { ...ROOM, width: 250 }).boxWidth, 250);
  assert.equal(arrange([5], { ...ROOM, width: 2 * 128 + BESIDE }).boxWidth, 128);
});

test("the legend takes a free place in the last row, or has a row of its own", () => {
  assert.equal(arrange([7], { ...ROOM, width: 4 * 300 + 3 * BESIDE }).free, true);
  assert.equal(arrange([2], { ...ROOM, screen: 400 }).free, false);
  assert.equal(arrange([2], { ...ROOM, screen: 400, placed: true }).free, true);
});
