// In which order classes stand in all rows, and which of them are shown before somebody asks for the others.

const ALL_AT_ONCE = 8; // classes that are all shown at first
const LEADING = 5; // of more classes, so many are

// What a checkpoint predicts, then the others by the highest probability that one of them gives; then what is no class;
// then what only one of two knows. A class has the same place in all rows.
function rankOf(header) {
  return (header.ranks ??= ranked(header.sources.map(({ maps }) => maps.filter(({ probability }) => probability !== null))));
}

function ranked(sources) {
  const maps = sources.flat();
  const known = sources.filter(({ length }) => length).map((one) => new Set(one.map(({ slot }) => slot)));
  const isShared = (slot) => known.every((slots) => slots.has(slot));
  const likeliest = new Map();
  for (const { slot, probability } of maps) likeliest.set(slot, Math.max(likeliest.get(slot) ?? 0, probability));
  const answers = [...new Set(maps.filter(({ predicted }) => predicted).map(({ slot }) => slot))];
  const others = [...likeliest.keys()].filter((slot) => !answers.includes(slot));
  others.sort((one, other) => likeliest.get(other) - likeliest.get(one));
  const shared = [...answers, ...others.filter(isShared)];
  const order = [...shared, "", ...others.filter((slot) => !isShared(slot))];
  return { places: new Map(order.map((slot, place) => [slot, place])), answers, noClass: shared.length };
}

function inOrder(maps, { places, noClass }) {
  const place = ({ slot }) => places.get(slot) ?? noClass;
  return [...maps].sort((one, other) => place(one) - place(other));
}

const isClass = ({ slot }) => slot !== "average";

function leading(maps, count) {
  const kept = new Set(maps.filter(isClass).slice(0, count));
  return maps.filter((map) => !isClass(map) || kept.has(map));
}

function classCount(header) {
  return new Set(header.sources.flatMap(({ maps }) => maps.filter(isClass)).map(({ slot }) => slot)).size;
}

function hasMany(header) {
  return (header.many ??= classCount(header) > ALL_AT_ONCE);
}
