// Which panels there are.

import { lookOf, showOf } from "../data/looks.js";
import { hasMany, inOrder, leading, LEADING, rankOf } from "../words/ranking.js";
import { isComing } from "../painting/scales.js";
import { fill, percent } from "../words/words.js";

/** @import { Data, DrawnMap, Page, Panel, Ranks, Section, State, Words } from "../types.d.ts" */
/** @typedef {Omit<Panel, "key" | "source">} Unkeyed before it is known in whose row it stands */

const RADIOGRAPH = "radiograph";
const MOST_MAPS = 12; // of many classes that are drawn at once, beside the radiograph
const ALL_PAGES = -1; // the page that has all classes

/**
 * A section for each source that has maps in the present mode. The radiograph stands in the first one alone; in its
 * place in the second stands the legend, so that a class has the same column in both. A source without any maps is a
 * section with a sentence; where there are only such, or none, the radiograph stands alone.
 * @param {Data} data
 * @param {State} state
 * @returns {Section[]}
 */
export function panelsOf(data, state) {
  if (!hasMaps(data)) return [{ label: "", panels: [sharedFilm(data.words)] }, ...withoutMaps(data)];
  const sections = mappedPanels(data, state);
  return data.sources[0].maps.length ? [...sections, ...withoutMaps(data)] : [...withoutMaps(data), ...sections];
}

/** @param {Data} data */
export function hasMaps(data) {
  return data.sources.some((source) => source.maps.length > 0);
}

/** @param {Data} data */
function withoutMaps(data) {
  const lacking = data.sources.filter((source) => !source.maps.length);
  return lacking.map(({ label, noMaps }) => ({ label, panels: [], noMaps }));
}

/** @param {Data} data @param {State} state @returns {Section[]} */
function mappedPanels(data, state) {
  const ranks = rankOf(data);
  const drawn = mapsIn(data, state.mode);
  const predicted = new Set(drawn.flatMap(answersIn).map((map) => map.slot));
  const several = drawn.filter((maps) => maps.length).length > 1;
  const show = shownSlots(data, state);
  const page = pageOf(data, state);
  const first = page?.slots ?? new Set(ranks.answers.slice(0, hasMany(data) ? leadingCount(data, state.mode) : undefined));
  const isFirst = (/** @type {string} */ slot) => first.has(slot);
  const three = lookOf(data, state).panels === "three" && (show === "three" || show === "average");
  const sections = drawn.map((maps, index) => {
    const source = data.sources[index];
    const unknown = several ? unknownAnswers(drawn, index, ranks).filter(({ slot }) => isFirst(slot)) : [];
    const panels = three
      ? threePictures(maps, show === "average", data.words)
      : chosenPanels(maps, show, predicted, data, { mode: state.mode, unknown, page });
    // The radiograph is the same in all rows, a map is not.
    const keyed = panels.map((one) => ({ ...one, source, key: one.kind === "film" ? one.id : `${index}/${one.id}` }));
    return { label: data.sources.length > 1 ? source.label : "", panels: keyed };
  });
  const filled = sections.filter((_, index) => drawn[index].length);
  return filled.length > 1 && show === "top" ? [inOneRow(filled, data.words)] : withOneFilm(filled);
}

/**
 * The panels that are on the page: an enlarged class alone, also where its panel is not among those that are shown.
 * @param {Data} data
 * @param {State} state
 */
export function sectionsOf(data, state) {
  const { focus } = state;
  const sections = panelsOf(data, state);
  if (!focus) return sections;
  const alone = (/** @type {Section[]} */ some) => focused(some, focus, data.words);
  return alone(sections) ?? alone(panelsOf(data, everything(state))) ?? sections;
}

/** The enlarged class, empty where there is no such class now. @param {Data} data @param {State} state */
export function focusOf(data, state) {
  const all = [...panelsOf(data, state), ...panelsOf(data, everything(state))].flatMap(({ panels }) => panels);
  return state.focus && all.some(({ slot }) => slot === state.focus) ? state.focus : "";
}

/** @param {State} state */
const everything = (state) => ({ ...state, shows: { all: "every", three: "every" }, sought: "", page: ALL_PAGES });

/** The maps of each source in a mode, in their order. @param {Data} data @param {string} mode @returns {DrawnMap[][]} */
function mapsIn(data, mode) {
  data.ordered ??= {};
  return (data.ordered[mode] ??= data.sources.map(({ maps }) => inOrder(maps.filter((map) => map.scales[mode]), rankOf(data))));
}

/** All that can be shown in a mode, by slot, in order. @param {Data} data @param {string} mode */
export function slotsIn(data, mode) {
  const maps = inOrder(mapsIn(data, mode).flat(), rankOf(data));
  return [...new Map(maps.map((map) => [map.slot, map])).values()];
}

/**
 * Of many classes, those that are shown at once: so many that at most `MOST_MAPS` maps are drawn. Null where all that
 * are to be shown are.
 * @param {Data} data @param {State} state @returns {Page | null}
 */
export function pageOf(data, state) {
  const show = shownSlots(data, state);
  if (state.page === ALL_PAGES || !hasMany(data) || !(show instanceof Set || show === "every")) return null;
  const sought = soughtIn(state);
  const isShown = (/** @type {DrawnMap} */ { slot, name }) =>
    show instanceof Set ? show.has(slot) : name.toLowerCase().includes(sought);
  const all = slotsIn(data, state.mode);
  const classes = all.filter((map) => map.isClass && isShown(map));
  const averaged = all.some((map) => !map.isClass && (!(show instanceof Set) || show.has(map.slot)));
  const size = roomIn(data, state.mode) - (averaged ? 1 : 0);
  const last = Math.max(0, Math.ceil(classes.length / size) - 1);
  const place = Math.min(state.page, last);
  const shown = classes.slice(place * size, (place + 1) * size);
  return { slots: new Set(shown.map(({ slot }) => slot)), first: place * size, count: classes.length, place, last };
}

/** How many maps each row may draw. @param {Data} data @param {string} mode */
function roomIn(data, mode) {
  const rows = mapsIn(data, mode).filter(({ length }) => length).length;
  return Math.floor(MOST_MAPS / Math.max(rows, 1));
}

/** What is looked for in names. @param {State} state */
export function soughtIn({ sought }) {
  return sought.trim().toLowerCase();
}

/** Whether a panel waits for its map. @param {Section[]} sections */
export function isIncomplete(sections) {
  return sections.some(({ panels }) => panels.some(({ map }) => map && isComing(map)));
}

/**
 * The classes that are part of a checkpoint's answer; where none is, the foremost one.
 * @param {DrawnMap[]} maps in their order
 */
function answersIn(maps) {
  const found = maps.filter(({ predicted }) => predicted);
  return found.length ? found : maps.filter(({ isClass }) => isClass).slice(0, 1);
}

/**
 * Each checkpoint's own predicted class beside the radiograph, large.
 * @param {Section[]} sections
 * @param {Words} words
 * @returns {Section}
 */
function inOneRow(sections, words) {
  const panels = sections.flatMap((section) => {
    const answers = new Set(answersIn(section.panels.flatMap(({ map }) => map ?? [])));
    return section.panels.filter(({ map }) => map && answers.has(map));
  });
  const named = panels.map((panel) => ({ ...panel, name: whose(panel) }));
  return { label: sections.map(({ label }) => label).join(" | "), panels: [sharedFilm(words), ...named] };
}

/** @param {Section[]} sections */
function withOneFilm(sections) {
  if (sections.length < 2) return sections;
  return sections.map((section, index) => {
    // The radiograph is neither one's alone, so it carries no answer.
    if (index === 0) return { ...section, panels: section.panels.map((panel) => ({ ...panel, mark: "" })) };
    const panels = section.panels.filter(({ kind }) => kind !== "film");
    return { ...section, panels, legendFirst: section.panels[0].kind === "film" };
  });
}

/** @param {Words} words @returns {Unkeyed} */
const film = ({ radiograph }, mark = "") => ({ id: RADIOGRAPH, slot: RADIOGRAPH, kind: "film", name: radiograph, mark });

/** The radiograph in a row that is nobody's own. @param {Words} words @returns {Panel} */
const sharedFilm = (words) => ({ ...film(words), key: RADIOGRAPH });

/** @param {DrawnMap} map @returns {Unkeyed} */
const mapPanel = (map) => ({ id: map.slot, slot: map.slot, kind: "map", map, name: map.name, mark: "" });

/**
 * In the row of a checkpoint that does not know the other's answer: it keeps the place, so that columns stay in line.
 * @param {DrawnMap} map
 * @returns {Unkeyed}
 */
const unknownPanel = ({ slot, name }) => ({ id: `unknown-${slot}`, slot: "", kind: "unknown", name, mark: "" });

/** @param {DrawnMap[][]} drawn @param {number} index @param {Ranks} ranks @returns {DrawnMap[]} */
function unknownAnswers(drawn, index, { answers }) {
  const known = new Set(drawn[index].map(({ slot }) => slot));
  const maps = drawn.flat();
  return answers.filter((slot) => !known.has(slot)).flatMap((slot) => maps.find((map) => map.slot === slot) ?? []);
}

/**
 * Overlay, heat map and radiograph: of the predicted class, or of the average.
 * @param {DrawnMap[]} maps @param {boolean} averaged @param {Words} words @returns {Unkeyed[]}
 */
function threePictures(maps, averaged, words) {
  if (!maps.length) return [];
  const top = maps.find((map) => map.predicted);
  const average = maps.find((map) => !map.isClass);
  const shown = (averaged ? (average ?? top) : (top ?? average)) ?? maps[0];
  const share = top && (top.share || (top.probability === null ? "" : percent(top.probability)));
  const label = top ? [top.name, share].filter(Boolean).join(" ") : "";
  const overlay = { ...mapPanel(shown), name: fill(words.overlayOf, { name: shown.name }) };
  const heat = { ...mapPanel(shown), id: "heat", slot: "heat", name: fill(words.heatMapOf, { name: shown.name }) };
  return [overlay, { ...heat, kind: "heat" }, film(words, label)];
}

/**
 * Which panels are to be shown: the name of the choice, or the slots that were chosen.
 * @param {Data} data
 * @param {State} state
 */
export function shownSlots(data, state) {
  const show = showOf(data, state);
  if (soughtIn(state) && hasMany(data)) return "every";
  return show === "choose" && state.chosen?.length ? new Set(state.chosen) : show;
}

/**
 * @param {DrawnMap[]} maps
 * @param {string | Set<string>} slots
 * @param {Set<string>} predicted
 * @param {Data} data
 * @param {{ mode: string, unknown: DrawnMap[], page: Page | null }} how
 */
function chosenPanels(maps, slots, predicted, data, { mode, unknown, page }) {
  const onPage = (/** @type {DrawnMap} */ { isClass, slot }) => !isClass || !page || page.slots.has(slot);
  if (slots instanceof Set) {
    const panels = maps.filter((map) => slots.has(map.slot) && onPage(map)).map(mapPanel);
    if (panels.length || slots.has(RADIOGRAPH)) return slots.has(RADIOGRAPH) ? [film(data.words), ...panels] : panels;
  }
  const kept = slots === "average" || slots === "top" ? maps.filter((map) => isOne(map, slots, predicted)) : [];
  if (kept.length) return [film(data.words), ...kept.map(mapPanel)];
  const first = leadingCount(data, mode);
  const shown = hasMany(data) && slots !== "every" ? leading(maps, first - unknown.length) : maps.filter(onPage);
  return [film(data.words), ...withUnknown(shown.map(mapPanel), unknown, rankOf(data))];
}

/** Five, or all that are part of the answer, as far as they have room. @param {Data} data @param {string} mode */
export function leadingCount(data, mode) {
  const averaged = mapsIn(data, mode).some((maps) => maps.some(({ isClass }) => !isClass));
  return Math.max(LEADING, Math.min(rankOf(data).answers.length, roomIn(data, mode) - (averaged ? 1 : 0)));
}

/** @param {DrawnMap} map @param {string} show @param {Set<string>} predicted */
function isOne(map, show, predicted) {
  return show === "average" ? !map.isClass : predicted.has(map.slot);
}

/** @param {Unkeyed[]} panels @param {DrawnMap[]} unknown @param {Ranks} ranks */
function withUnknown(panels, unknown, { places }) {
  const all = [...panels];
  for (const map of unknown) all.splice(places.get(map.slot) ?? all.length, 0, unknownPanel(map));
  return all;
}

/**
 * A focused slot stands beside the radiograph, alone: the panels of all sections that have it, in one row.
 * @param {Section[]} sections
 * @param {string} slot
 * @param {Words} words
 * @returns {Section[] | null}
 */
function focused(sections, slot, words) {
  const panels = sections.flatMap((section) => section.panels.filter((panel) => panel.slot === slot));
  if (!panels.length) return null;
  const labels = sections.map(({ label }) => label).filter(Boolean);
  const beside = slot === RADIOGRAPH ? [] : [sharedFilm(words)];
  const named = panels.map((panel) => (panels.length > 1 ? { ...panel, name: whose(panel) } : panel));
  return [{ label: panels.length > 1 || labels.length === 1 ? labels.join(" | ") : "", panels: [...beside, ...named] }];
}

/** @param {Panel} panel */
const whose = ({ source, name }) => `${source?.letter} · ${name}`;
