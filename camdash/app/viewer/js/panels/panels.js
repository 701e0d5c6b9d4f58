// Which panels there are.

// A section for each source that has maps in the present mode. The radiograph stands in the first one alone; in its
// place in the second stands the legend, so that a class has the same column in both. A source without any maps is a
// section with a sentence; where there are only such, or none, the radiograph stands alone.
function panelsOf(header, state) {
  if (!hasMaps(header)) return [{ label: "", panels: [{ ...film(), key: "radiograph" }] }, ...withoutMaps(header)];
  const sections = mappedPanels(header, state);
  return header.sources[0].maps.length ? [...sections, ...withoutMaps(header)] : [...withoutMaps(header), ...sections];
}

function hasMaps(header) {
  return header.sources.some((source) => source.maps.length > 0);
}

function withoutMaps(header) {
  const lacking = header.sources.filter((source) => !source.maps.length);
  return lacking.map(({ label, noMaps }) => ({ label, panels: [], noMaps }));
}

function mappedPanels(header, state) {
  const ranks = rankOf(header);
  const drawn = header.sources.map((source) => inOrder(source.maps.filter((map) => map.scales[state.mode]), ranks));
  const predicted = new Set(drawn.flat().filter((map) => map.predicted).map((map) => map.slot));
  const several = drawn.filter((maps) => maps.length).length > 1;
  const sections = drawn.map((maps, index) => {
    const source = header.sources[index];
    const panels = state.look === "classic" && state.classicShow === "three"
      ? threePictures(maps)
      : chosenPanels(maps, state, predicted, { header, unknown: several ? unknownAnswers(drawn, index, ranks) : [] });
    const keyOf = ({ kind, id }) => (kind === "film" ? id : `${index}/${id}`);
    const keyed = panels.map((panel) => ({ ...panel, source, key: keyOf(panel) }));
    return { label: header.sources.length > 1 ? source.label : "", panels: keyed };
  });
  const filled = sections.filter((_, index) => drawn[index].length);
  return filled.length > 1 && shownSlots(state) === "top" ? [inOneRow(filled)] : withOneFilm(filled);
}

// The panels that are on the page: an enlarged class alone, also where its panel is not among those that are shown.
function sectionsOf(header, state) {
  const sections = panelsOf(header, state);
  if (!state.focus) return sections;
  return focused(sections, state.focus) ?? focused(panelsOf(header, everything(state)), state.focus) ?? sections;
}

// The enlarged class, empty where there is no such class now.
function focusOf(header, state) {
  const slots = [panelsOf(header, state), panelsOf(header, everything(state))].flat(2).flatMap(({ panels }) => panels);
  return slots.some(({ slot }) => slot === state.focus) ? state.focus : "";
}

const everything = (state) => ({ ...state, show: "every", classicShow: "every" });

// Each checkpoint's own predicted class beside the radiograph, large.
function inOneRow(sections) {
  const panels = sections.flatMap((section) => section.panels.filter(({ map }) => map?.predicted));
  const named = panels.map((panel) => ({ ...panel, name: whose(panel) }));
  return { label: sections.map(({ label }) => label).join(" | "), panels: [{ ...film(), key: "radiograph" }, ...named] };
}

function withOneFilm(sections) {
  if (sections.length < 2) return sections;
  return sections.map((section, index) => {
    // The radiograph is neither one's alone, so it carries no answer.
    if (index === 0) return { ...section, panels: section.panels.map((panel) => ({ ...panel, mark: "" })) };
    const panels = section.panels.filter(({ kind }) => kind !== "film");
    return { ...section, panels, legendFirst: section.panels[0].kind === "film" };
  });
}

const film = (mark = "") => ({ id: "radiograph", slot: "radiograph", kind: "film", mark });
const mapPanel = (map) => ({ id: map.slot, slot: map.slot, kind: "map", map, name: map.name });

// In the row of a checkpoint that does not know the other's answer: it keeps the place, so that columns stay in line.
const unknownPanel = ({ slot, name }) => ({ id: `unknown-${slot}`, slot: "", kind: "unknown", name });

function unknownAnswers(drawn, index, { answers }) {
  const known = new Set(drawn[index].map(({ slot }) => slot));
  const maps = drawn.flat();
  return answers.filter((slot) => !known.has(slot)).map((slot) => maps.find((map) => map.slot === slot)).filter(Boolean);
}

function threePictures(maps) {
  if (!maps.length) return [];
  const top = maps.find((map) => map.predicted);
  const average = maps.find((map) => map.slot === "average") ?? top ?? maps[0];
  const label = top ? `${top.name}${top.probability === null ? "" : ` ${percent(top.probability)}`}` : "";
  const heat = { id: "heat", slot: "heat", kind: "heat", map: average, name: `Heat map: ${average.name}` };
  return [{ ...mapPanel(average), name: `Overlay: ${average.name}` }, heat, film(label)];
}

function shownSlots(state) {
  const show = state.look === "classic" ? state.classicShow : state.show;
  return show === "choose" && state.chosen?.length ? new Set(state.chosen) : show;
}

function chosenPanels(maps, state, predicted, { header, unknown }) {
  const slots = shownSlots(state);
  if (slots instanceof Set) {
    const panels = maps.filter((map) => slots.has(map.slot)).map(mapPanel);
    if (panels.length || slots.has("radiograph")) return slots.has("radiograph") ? [film(), ...panels] : panels;
  }
  const one = (map) => (slots === "average" ? map.slot === "average" : predicted.has(map.slot));
  const kept = slots === "average" || slots === "top" ? maps.filter(one) : [];
  if (kept.length) return [film(), ...kept.map(mapPanel)];
  const shown = hasMany(header) && slots !== "every" ? leading(maps, LEADING - unknown.length) : maps;
  return [film(), ...withUnknown(shown.map(mapPanel), unknown, rankOf(header))];
}

function withUnknown(panels, unknown, { places }) {
  const all = [...panels];
  for (const map of unknown) all.splice(places.get(map.slot), 0, unknownPanel(map));
  return all;
}

// A focused slot stands beside the radiograph, alone: the panels of all sections that have it, in one row.
function focused(sections, slot) {
  const panels = sections.flatMap((section) => section.panels.filter((panel) => panel.slot === slot));
  if (!panels.length) return null;
  const labels = sections.map(({ label }) => label).filter(Boolean);
  const beside = slot === "radiograph" ? [] : [{ ...film(), key: "radiograph" }];
  const named = panels.map((panel) => (panels.length > 1 ? { ...panel, name: whose(panel) } : panel));
  return [{ label: panels.length > 1 || labels.length === 1 ? labels.join(" | ") : "", panels: [...beside, ...named] }];
}

const whose = ({ source, name }) => `${source.label.split(" ")[0]} · ${name}`;
