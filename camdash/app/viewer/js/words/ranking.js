// In which order classes stand in all rows, and which of them are shown before somebody asks for the others.

/** @import { Data, DrawnMap, Ranks } from "../types.d.ts" */
/** @typedef {{ slot: string, predicted: boolean, probability: number }} Ranked */

const ALL_AT_ONCE = 8; // classes that are all shown at first
export const LEADING = 5; // of more classes, so many are

/**
 * What a checkpoint predicts, then the others by the highest probability that one of them gives; then what is no
 * class; then what only one of two knows. A class has the same place in all rows.
 * @param {Data} data @returns {Ranks}
 */
export function rankOf(data) {
  return (data.ranks ??= ranked(
    data.sources.map(({ maps }) =>
      maps.flatMap(({ slot, predicted, probability }) => (probability === null ? [] : [{ slot, predicted, probability }])),
    ),
  ));
}

/** @param {Ranked[][]} sources @returns {Ranks} */
function ranked(sources) {
  const maps = sources.flat();
  const known = sources.filter(({ length }) => length).map((one) => new Set(one.map(({ slot }) => slot)));
  const isShared = (/** @type {string} */ slot) => known.every((slots) => slots.has(slot));
  /** @type {Map<string, number>} */
  const likeliest = new Map();
  for (const { slot, probability } of maps) likeliest.set(slot, Math.max(likeliest.get(slot) ?? 0, probability));
  const likelier = (/** @type {Ranked} */ one, /** @type {Ranked} */ other) => other.probability - one.probability;
  const predicted = sources.map((own) => own.filter((map) => map.predicted).sort(likelier));
  const foremost = predicted.flatMap((own) => own.slice(0, 1)); // no answer of one hides that of the other
  const answers = [...new Set([...foremost, ...predicted.flat()].map(({ slot }) => slot))];
  const others = [...likeliest.keys()].filter((slot) => !answers.includes(slot));
  const likelihood = (/** @type {string} */ slot) => likeliest.get(slot) ?? 0;
  others.sort((one, other) => likelihood(other) - likelihood(one));
  const shared = [...answers, ...others.filter(isShared)];
  const order = [...shared, "", ...others.filter((slot) => !isShared(slot))];
  return { places: new Map(order.map((slot, place) => [slot, place])), answers, noClass: shared.length };
}

/** @template {{ slot: string }} T @param {T[]} maps @param {Ranks} ranks */
export function inOrder(maps, { places, noClass }) {
  const place = (/** @type {T} */ { slot }) => places.get(slot) ?? noClass;
  return [...maps].sort((one, other) => place(one) - place(other));
}

/** @param {DrawnMap[]} maps @param {number} count */
export function leading(maps, count) {
  const kept = new Set(maps.filter(({ isClass }) => isClass).slice(0, count));
  return maps.filter((map) => !map.isClass || kept.has(map));
}

/** @param {Data} data */
export function classCount(data) {
  return new Set(data.sources.flatMap(({ maps }) => maps.filter(({ isClass }) => isClass)).map(({ slot }) => slot)).size;
}

/** @param {Data} data */
export function hasMany(data) {
  return (data.many ??= classCount(data) > ALL_AT_ONCE);
}
