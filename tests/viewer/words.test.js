import assert from "node:assert/strict";
import { test } from "node:test";
import { modeOf, modesOf } from "../../camdash/app/viewer/js/data/modes.js";
import { unpack } from "../../camdash/app/viewer/js/data/unpack.js";
import { isApart } from "../../camdash/app/viewer/js/painting/scales.js";
import { valueAt } from "../../camdash/app/viewer/js/panels/hover.js";
import {
  equation, explained, factor, few, filled, legendWords, lines, offersScales, percent, sharing, signed,
} from "../../camdash/app/viewer/js/words/words.js";
import { bytesOf, vectors } from "./vectors.js";

/** @import { Axis, Look } from "../../camdash/app/viewer/js/types.d.ts" */

const { looks, modes, sources, words } = unpack(bytesOf(vectors.payload.bytes));
const [EVIDENCE, POSITIVE, OWN, CLASSIC] = looks;
const modeNamed = (/** @type {string} */ name) => modeOf({ modes }, { mode: name });
const STATE = { mode: "evidence", brief: false, oneScale: false, totals: true, bars: true };

test("shares and signed figures are written as the server writes them", () => {
  for (const [share, text] of vectors.percents) assert.equal(percent(share), text);
  for (const [value, digits, text] of vectors.signed) assert.equal(signed(value, digits), text);
});

test("figures carry their sign and as many digits as they need", () => {
  assert.deepEqual([5.92, -0.04, -1.26, 0].map((value) => signed(value)), ["+5.9", "+0.0", "−1.3", "+0.0"]);
  const said = ["+12.3", "−3.46", "+0.10", "+0.0457", "+0.0000", "+0.00"];
  assert.deepEqual([12.34, -3.456, 0.1, 0.04567, -0.00004, 0].map(few), said);
  assert.deepEqual([1, 9.94, 9.95, 16.4].map(factor), ["1.0", "9.9", "10", "16"]);
});

test("the sum of a panel adds up to the last digit", () => {
  const cases = [
    [5.92, 0.2, 6.12, "evidence", "evidence +5.92 + bias 0.20 = +6.12"],
    [-2.0, -0.5, -2.5, "contrast", "contrast −2.00 − centred bias 0.50 = −2.50"],
    [1.004, 1.004, 2.008, "difference", "Δ evidence +1.01 + Δ bias 1.00 = +2.01"],
  ];
  for (const [evidence, bias, logit, mode, words] of cases) {
    assert.equal(equation({ evidence: Number(evidence), bias: Number(bias), logit: Number(logit) }, modeNamed(String(mode))), words);
  }
  assert.equal(equation({ evidence: 5.92, bias: 0.2, logit: 6.12 }, modes[0], true), "+5.92 + 0.20 = +6.12");
  const parted = { evidence: 4.496, bias: 0.2, unplaced: -1.3, logit: 3.396 };
  assert.equal(equation(parted, modes[0]), "evidence +4.50 + bias 0.20 − unplaced 1.30 = +3.40");
  assert.equal(equation(parted, modes[0], true), "+4.50 + 0.20 − 1.30 = +3.40");
  assert.equal(explained(parted, modes[0]), equation(parted, modes[0]));
  assert.match(explained({ ...parted, unplaced: null }, modes[0]), / \(evidence \+ bias = logit\)$/);
  assert.equal(equation({ evidence: null, bias: 0.2, logit: 6.12 }, modes[0]), "");
});

test("modes stand in the server's order, and only where there are maps", () => {
  const maps = (/** @type {string[]} */ ...names) => names.map((name) => ({ scales: { [name]: {} } }));
  const shown = modesOf({ modes, sources: [{ maps: maps("slopes") }, { maps: maps("difference", "evidence") }] });
  assert.deepEqual(shown.map(({ label }) => label), ["Evidence", "Difference", "Grad-CAM"]);
  assert.equal(modeNamed("none").id, "evidence");
});

/** Checkpoints with these peaks. @param {number[]} peaks */
function compared(...peaks) {
  return { modes, words, sources: peaks.map((peak) => ({ peaks: { evidence: peak, difference: peak } })) };
}

const SCALE = { low: -6.25, high: 6.25, factor: 1, flat: "" };

test("the lower end of the color bar is at the left and the higher at the right", () => {
  /** @type {[Look, object, string[]][]} */
  const cases = [
    [EVIDENCE, {}, ["−6.25 against", "0", "for +6.25 logits"]],
    [EVIDENCE, { brief: true }, ["−6.25", "0", "+6.25"]],
    [EVIDENCE, { mode: "difference" }, ["−6.25 less in B", "0", "more in B +6.25 logits"]],
    [POSITIVE, {}, ["0", "", "+6.25 logits"]],
    [POSITIVE, { brief: true }, ["0", "", "+6.25 logits"]],
    [OWN, {}, ["strongest against", "0", "strongest for"]],
    [OWN, { brief: true }, ["against", "0", "for"]],
    [OWN, { mode: "difference" }, ["less in B", "0", "more in B"]],
    [CLASSIC, {}, ["panel's lowest", "", "panel's highest"]],
  ];
  for (const [look, changed, ends] of cases) {
    const found = legendWords(compared(6.25), look, { ...STATE, ...changed }, [SCALE]);
    assert.deepEqual(found.ends, ends);
    assert.equal(found.flat, false);
    assert.equal(found.whose, look.shared ? "Strength at one spot, scale of this image" : "Each panel's own scale");
  }
});

test("the legend says how to read the look, of evidence or of a change", () => {
  for (const look of looks) {
    const first = (/** @type {string} */ mode) => legendWords(compared(6.25), look, { ...STATE, mode }, [SCALE]).sentences[0];
    assert.equal(first("evidence"), look.reading);
    assert.equal(first("difference"), look.change);
  }
});

test("where each checkpoint has its own scale both peaks are named", () => {
  for (const [look, ends] of /** @type {[Look, string[]][]} */ ([[EVIDENCE, ["against", "0", "for"]], [POSITIVE, ["0", "", "for"]]])) {
    const found = legendWords(compared(1, 8), look, STATE, [SCALE]);
    assert.deepEqual(found.ends, ends);
    assert.equal(found.whose, "Strength at one spot: A ±1.00, B ±8.00");
    assert.ok(found.sentences.includes("B's scale is 8.0 times A's."));
  }
});

test("the legend speaks of bars only where there are some, and of what they show", () => {
  const said = (/** @type {object} */ changed) =>
    legendWords(compared(6.25), EVIDENCE, { ...STATE, ...changed }, [SCALE]).sentences.join(" ");
  assert.ok(said({}).includes("the bar is the total."));
  assert.ok(said({ mode: "contrast" }).includes("the bar is the total minus the average total."));
  assert.ok(said({ mode: "difference" }).includes("the bar is the difference of the totals."));
  assert.ok(!said({ bars: false }).includes("the bar"));
  assert.ok(said({ bars: false }).includes("the total is the mean of all spots"));
  assert.ok(!said({ totals: false, bars: false }).includes("the total is"));
});

test("a bar of nothing has no ends", () => {
  const found = legendWords(compared(0), EVIDENCE, STATE, [{ low: 0, high: 0, factor: 1, flat: "Nothing to draw." }]);
  assert.deepEqual([found.ends, found.flat], [["", "", ""], true]);
  assert.equal(found.sentences[0], "Nothing to draw.");
});

test("maps that add up to nothing are said to, and have one end alone", () => {
  const found = legendWords(compared(1), EVIDENCE, { ...STATE, mode: "slopes" }, [{ low: -1, high: 1, factor: 1, flat: "" }]);
  assert.deepEqual(found.ends.slice(0, 2), ["0", ""]);
  assert.ok(found.ends[2].includes("+1.00"));
  assert.ok(!found.sentences.join(" ").includes("the bar"));
  assert.ok(!found.sentences.join(" ").includes("blue"));
  assert.ok(found.sentences.join(" ").includes("does not add up"));
  const apart = legendWords(compared(1), OWN, { ...STATE, mode: "slopes" }, [{ low: -1, high: 1, factor: 1, flat: "" }]);
  assert.deepEqual(apart.ends, ["0", "", "strongest for"]);
  assert.ok(apart.sentences[0].includes("strengths are not comparable"));
});

test("checkpoints have a scale each where one outshines the other three times", () => {
  /** @type {[number[], boolean, string][]} */
  const cases = [
    [[1, 3], false, "One scale for all panels."],
    [[1, 3.01], false, "B's scale is 3.0 times A's."],
    [[8, 2], false, "A's scale is 4.0 times B's."],
    [[8, 2], true, "A's peak is 4.0 times B's."],
    [[1, 12.4], false, "B's scale is 12 times A's."],
    [[5], false, "One scale for all panels."],
  ];
  for (const [peaks, oneScale, sentence] of cases) {
    const data = compared(...peaks);
    const unlike = Math.max(...peaks) > 3 * Math.min(...peaks);
    assert.equal(sharing(data, EVIDENCE, { ...STATE, oneScale }), sentence);
    assert.equal(isApart(data, { ...STATE, oneScale }), unlike && !oneScale);
    assert.equal(offersScales(data, EVIDENCE, "evidence"), unlike);
    assert.equal(offersScales(data, OWN, "evidence"), false);
    assert.equal(sharing(data, OWN, STATE), "");
  }
});

test("each panel's caption says how its own scale is stretched", () => {
  assert.equal(filled(OWN.caption, { low: -2, high: 2, factor: 12.34, flat: "" }), "stretched ×12 to ±2.00 logits");
  assert.equal(filled(CLASSIC.caption, { low: -2, high: 0.5, factor: 1, flat: "" }), "blue −2.00 … red +0.50 logits");
  const map = { ...sources[0].maps[0], logit: 1.5, note: "a note", caption: "First. Second." };
  const how = { look: EVIDENCE, mode: modes[0], brief: false };
  assert.deepEqual(lines(map, SCALE, how), ["Total +1.50", "First. Second. A note"]);
  assert.deepEqual(lines(map, SCALE, { ...how, mode: modeNamed("contrast") }), ["vs average +1.50", "First. Second. A note"]);
  assert.deepEqual(lines(map, SCALE, { ...how, brief: true }), ["+1.50", "First. A note"]);
  const flat = { ...SCALE, flat: "Flat." };
  assert.deepEqual(lines({ ...map, caption: "", note: "" }, flat, { ...how, look: OWN, brief: true }), ["+1.50", "Flat."]);
});

/** @type {Axis[]} a pixel more is cropped above than at the side */
const AXES = [
  { affine: [0.25, -0.5], seen: [2, 11], cells: 3 },
  { affine: [0.25, -0.25], seen: [1, 10], cells: 3 },
];

test("what a cell gives is said only where the network saw", () => {
  const grid = Float32Array.of(1, 2, 3, 4, NaN, 5, 6, 7, 8);
  /** @type {[number, number, string][]} */
  const cases = [
    [2, 1, "+0.11 of +4.00"],
    [10.9, 9.9, "+0.89 of +4.00"],
    [1.9, 5, "not seen by the model"],
    [11, 5, "not seen by the model"],
    [5, 0.9, "not seen by the model"],
    [5, 10, "not seen by the model"],
    [6.5, 5.5, "seen by only one checkpoint"],
  ];
  for (const [row, column, said] of cases) {
    assert.equal(valueAt({ grid, evidence: 4, isClass: true }, { axes: AXES }, [row, column], words), said);
  }
});

test("what the cells of a map add up to is named where there is room", () => {
  const grid = Float32Array.of(1, 2, 3, 4, 0, 5, 6, 7, 8);
  const said = (/** @type {number | null} */ evidence, /** @type {string} */ term) =>
    valueAt({ grid, evidence, isClass: evidence !== null }, { axes: AXES }, [2, 1], words, term);
  assert.equal(said(4, "evidence"), "+0.11 of +4.00 evidence");
  assert.equal(said(4, ""), "+0.11 of +4.00");
  assert.equal(said(null, "evidence"), "+0.11", "the average has no bar");
});

test("a cell of a class's map that adds up to nothing says its value alone", () => {
  const grid = Float32Array.of(1, 2, 3, 4, 0, 5, 6, 7, 8);
  assert.equal(valueAt({ grid, evidence: null, isClass: true }, { axes: AXES }, [2, 1], words), "+1.00");
  assert.equal(valueAt({ grid, evidence: null, isClass: false }, { axes: AXES }, [2, 1], words), "+0.11");
});
