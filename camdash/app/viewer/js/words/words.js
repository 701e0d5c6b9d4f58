// What is said of a map, in words and figures.

import { modeOf } from "../data/modes.js";
import { UNLIKE, isApart, peaksIn } from "../painting/scales.js";

/** @import { DrawnMap, Look, Mode, Scale, Wording, Words } from "../types.d.ts" */
/** @typedef {{ sources: { peaks: Record<string, number> }[], words: Words }} Compared */
/** @typedef {{ evidence: number | null, bias: number | null, logit: number | null, unplaced?: number | null }} Figures */

/**
 * A sentence with its names in braces filled.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {number} value */
export function signed(value, digits = 1) {
  const text = Math.abs(value).toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "−" : "+") + text;
}

/** @param {number} value */
export function few(value) {
  const size = Math.abs(value);
  return signed(value, size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4);
}

/** Never claims certainty; the page's own words follow the same rule. @param {number} share */
export function percent(share) {
  if (share > 0.999) return "> 99.9 %";
  return share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`;
}

/**
 * "evidence +5.92 + bias 0.20 = +6.12" (the logit), with what is unplaced after the bias, where there is any. The
 * evidence takes up the rounding, so that the line adds up.
 * @param {Figures} figures
 * @param {Mode} mode
 * @param {boolean} brief
 */
export function equation({ evidence, bias, logit, unplaced }, mode, brief = false) {
  if (evidence === null || bias === null || logit === null) return "";
  const hundredths = (/** @type {number} */ value) => Number(value.toFixed(2));
  const [name, ...others] = mode.terms.map((word) => (brief ? "" : `${word} `));
  const values = unplaced ? [bias, unplaced] : [bias];
  const first = values.reduce((rest, value) => rest - hundredths(value), hundredths(logit));
  const terms = values.map((value, place) => `${signed(value, 2)[0]} ${others[place]}${signed(value, 2).slice(1)}`);
  return `${name}${signed(first, 2)} ${terms.join(" ")} = ${signed(logit, 2)}`;
}

/** The same, and what adds up in general, where all has its place. @param {Figures} figures @param {Mode} mode */
export function explained(figures, mode) {
  const sum = equation(figures, mode);
  return sum && !figures.unplaced ? `${sum} (${mode.sum})` : sum;
}

/** What stands beside a panel's bar: the total of its class. @param {DrawnMap} map @param {Mode} mode @param {boolean} brief */
export function totalWords(map, mode, brief) {
  return map.logit === null ? "" : `${brief ? "" : `${mode.total} `}${signed(map.logit, 2)}`;
}

/**
 * A look's words with the figures of a scale.
 * @param {string} text
 * @param {Scale} scale
 */
export function filled(text, scale) {
  return fill(text, {
    low: few(scale.low),
    high: few(scale.high),
    size: few(scale.high).slice(1),
    factor: factor(scale.factor),
  });
}

/**
 * What stands beneath a panel: its total beside the bar, empty where there is none; then what else there is to say.
 * @param {DrawnMap} map
 * @param {Scale} scale
 * @param {{ look: Look, mode: Mode, brief: boolean }} how
 * @returns {[string, string]}
 */
export function lines(map, scale, { look, mode, brief }) {
  const drawn = scale.flat || filled(look.caption, scale);
  const caption = brief ? map.caption.split(/(?<=\.) |(?<=。)/)[0] : map.caption; // its first sentence; all is in the tooltip
  const more = [drawn, map.note].filter(Boolean).join(" · ");
  const sentence = caption && more ? `${caption} ${more[0].toUpperCase()}${more.slice(1)}` : caption || more;
  return [totalWords(map, mode, brief), sentence];
}

/** @param {number} value */
export function factor(value) {
  return value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

/** @param {DrawnMap} map @param {Mode} mode @param {Words} words */
export function description(map, mode, words) {
  const parts = [fill(words.mapOf, { mode: mode.label, name: map.name })];
  if (map.predicted) parts.push(map.mark || words.predictedClass);
  if (map.probability !== null) parts.push(fill(words.probability, { share: percent(map.probability) }));
  if (map.share) parts.push(map.share);
  if (equation(map, mode)) parts.push(explained(map, mode));
  if (map.note) parts.push(map.note);
  if (map.caption) parts.push(map.caption);
  return parts.join("; ");
}

/**
 * Whether the two checkpoints may be drawn on one scale or each on its own.
 * @param {Pick<Compared, "sources">} data
 * @param {Look} look
 * @param {string} mode
 */
export function offersScales(data, look, mode) {
  return look.shared && peaksIn(data, mode).ratio > UNLIKE;
}

/**
 * Whether all panels are on one scale, and by how much one checkpoint outshines the other.
 * @param {Compared} data
 * @param {Look} look
 * @param {{ oneScale: boolean, mode: string }} state
 */
export function sharing(data, look, state) {
  if (!look.shared) return "";
  const { ratio, strongest } = peaksIn(data, state.mode);
  const { words } = data;
  if (ratio <= UNLIKE) return words.oneScale;
  const [strong, weak] = strongest ? ["B", "A"] : ["A", "B"];
  const times = ratio >= 9.95 ? Math.round(ratio) : ratio.toFixed(1);
  return fill(isApart(data, state) ? words.largerScale : words.higherPeak, { strong, weak, times });
}

/**
 * The ends of the color bar and the sentences beside it.
 * @param {Compared & { modes: Mode[] }} data
 * @param {Look} look
 * @param {Wording} state
 * @param {Scale[]} drawn
 */
export function legendWords(data, look, state, drawn) {
  const shared = drawn.length > 0 && drawn.every((scale) => scale.flat === drawn[0].flat) ? drawn[0].flat : "";
  const scale = drawn.find((one) => one.high > one.low);
  const mode = modeOf(data, state);
  const sentences = legendSentences(look, mode, state, shared, shared ? "" : sharing(data, look, state));
  if (!look.shared) {
    const { full, brief, change } = look.legend;
    const own = mode.isChange ? change : state.brief ? brief : full;
    return { ends: oneSided(own, look, mode), sentences, whose: data.words.ownScales, flat: !scale };
  }
  if (!scale) return { ends: ["", "", ""], sentences, whose: "", flat: true };
  const ends = legendEnds(look, mode, state, isApart(data, state)).map((end) => filled(end, scale));
  if (isApart(data, state)) {
    const sizes = peaksIn(data, state.mode).peaks.map((peak, index) => `${"AB"[index]} ±${few(peak).slice(1)}`);
    return { ends, sentences, whose: fill(data.words.strengths, { peaks: sizes.join(", ") }), flat: false };
  }
  return { ends, sentences, whose: shared ? "" : data.words.strength, flat: Boolean(shared) };
}

/** @param {Look} look @param {Mode} mode @param {Wording} state @param {string} flat @param {string} scales */
function legendSentences(look, mode, { brief, totals, bars }, flat, scales) {
  const own = (look.diverges && (look.shared ? mode.reading : mode.readingApart)) || look.reading;
  const reading = mode.isChange ? look.change : own;
  const about = mode.isChange ? "" : mode.about;
  const bar = bars ? mode.bar : totals ? mode.alone : "";
  // In a small legend what differs from one picture to the next comes first, and the rest is in its tooltip.
  const said = brief ? [flat || scales, flat ? "" : reading, about, bar] : [flat || reading, bar, scales, about];
  return said.filter(Boolean);
}

/** @param {Look} look @param {Mode} mode @param {Wording} state @param {boolean} apart */
function legendEnds({ legend, diverges }, mode, { brief }, apart) {
  if (apart) return legend.apart;
  const ends = brief ? legend.brief : mode.isChange ? legend.change : legend.full;
  return oneSided(ends, { diverges }, mode);
}

/** Whether maps use half of the look's colors alone. @param {Pick<Look, "diverges">} look @param {Mode} mode */
export function isOneSided({ diverges }, mode) {
  return diverges && mode.isOneSided;
}

/**
 * Of two sides of the color bar only the one that the maps have.
 * @param {[string, string, string]} ends
 * @param {Pick<Look, "diverges">} look
 * @param {Mode} mode
 * @returns {[string, string, string]}
 */
function oneSided(ends, { diverges }, mode) {
  return isOneSided({ diverges }, mode) ? [ends[1], "", ends[2]] : ends;
}
