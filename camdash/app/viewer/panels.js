// Which panels there are, and their elements.

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
  const drawn = header.sources.map((source) => source.maps.filter((map) => map.scales[state.mode]));
  const predicted = new Set(drawn.flat().filter((map) => map.predicted).map((map) => map.slot));
  const sections = drawn.map((maps, index) => {
    const source = header.sources[index];
    const panels = state.look === "classic" && state.classicShow === "three"
      ? threePictures(maps)
      : chosenPanels(maps, state, predicted);
    const keyOf = ({ kind, id }) => (kind === "film" ? id : `${index}/${id}`);
    const keyed = panels.map((panel) => ({ ...panel, source, key: keyOf(panel) }));
    return { label: header.sources.length > 1 ? source.label : "", panels: keyed };
  });
  const filled = sections.filter((_, index) => drawn[index].length);
  return filled.length > 1 && shownSlots(state) === "top" ? [inOneRow(filled)] : withOneFilm(filled);
}

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

function chosenPanels(maps, state, predicted) {
  const slots = shownSlots(state);
  if (slots instanceof Set) {
    const panels = maps.filter((map) => slots.has(map.slot)).map(mapPanel);
    if (panels.length || slots.has("radiograph")) return slots.has("radiograph") ? [film(), ...panels] : panels;
  }
  const one = (map) => (slots === "average" ? map.slot === "average" : predicted.has(map.slot));
  const kept = slots === "average" || slots === "top" ? maps.filter(one) : maps;
  return [film(), ...(kept.length ? kept : maps).map(mapPanel)];
}

// A focused slot stands beside the radiograph, alone: the panels of all sections that have it, in one row.
function focused(sections, slot) {
  const panels = sections.flatMap((section) => section.panels.filter((panel) => panel.slot === slot));
  if (!panels.length) return sections;
  const labels = sections.map(({ label }) => label).filter(Boolean);
  const beside = slot === "radiograph" ? [] : [{ ...film(), key: "radiograph" }];
  const named = panels.map((panel) => (panels.length > 1 ? { ...panel, name: whose(panel) } : panel));
  return [{ label: panels.length > 1 || labels.length === 1 ? labels.join(" | ") : "", panels: [...beside, ...named] }];
}

const whose = ({ source, name }) => `${source.label.split(" ")[0]} · ${name}`;

function makePanel(key) {
  const parts = {
    name: element("h4"),
    mark: element("span", { class: "mark" }),
    share: element("span", { class: "share" }),
    canvas: element("canvas", { role: "img", tabindex: "0", "aria-keyshortcuts": "Enter Escape + -", "data-painted": "0" }),
    cross: element("span", { class: "cross" }),
    first: element("div", { class: "first" }),
    total: element("span", { class: "figure" }),
    bar: element("span", { class: "bar", "aria-hidden": "true" }, element("i"), element("b")),
    second: element("div", { class: "second" }),
  };
  parts.canvas.dataset.key = key;
  parts.first.append(parts.bar, parts.total);
  const heading = element("header", {}, parts.name, parts.mark, parts.share);
  const box = element("div", { class: "box" }, parts.canvas, parts.cross);
  const caption = element("figcaption", {}, parts.first, parts.second);
  parts.root = element("figure", { class: "panel" }, heading, box, caption);
  return parts;
}

function describePanel(parts, panel, header, state) {
  const isFilm = panel.kind === "film";
  const map = panel.map;
  const { label } = header.picture;
  const [first, second] = isFilm
    ? [label, filmWords(header, state)]
    : lines(map, scaleOf(map, header, state), state);
  setText(parts.name, isFilm ? "Radiograph" : panel.name);
  setText(parts.mark, isFilm ? panel.mark : map.predicted ? `✓ ${state.brief ? "" : map.mark || "predicted"}` : "");
  setText(parts.share, isFilm ? "" : map.share || (map.probability === null ? "" : percent(map.probability)));
  setText(parts.total, first);
  showBar(parts.bar, isFilm ? null : map, totalsAxis(header, state.mode));
  parts.second.dataset.said = second;
  if (!parts.second.classList.contains("here")) setText(parts.second, second);
  parts.name.title = isFilm ? label : panel.name;
  parts.first.title = isFilm ? label : equation(map, state.mode) ? `${equation(map, state.mode)} (${SUMS[state.mode]})` : first;
  parts.second.title = second;
  parts.root.classList.toggle("film", isFilm);
  parts.root.classList.toggle("predicted", !isFilm && map.predicted);
  parts.canvas.setAttribute("aria-label", isFilm ? `The radiograph ${label}` : description(map, state.mode));
  parts.canvas.dataset.mapId = isFilm ? "radiograph" : panel.kind === "heat" ? `heat-${map.id}` : map.id;
}

// The lowest and the highest total of all classes in a mode, and nothing: what all bars are drawn on.
function totalsAxis(header, mode) {
  const maps = header.sources.flatMap((source) => source.maps).filter((map) => map.scales[mode] && map.logit !== null);
  const totals = maps.map((map) => map.logit);
  return { low: Math.min(0, ...totals), high: Math.max(0, ...totals) };
}

// The total of a class as a bar from zero, to the right for it, to the left against it.
function showBar(bar, map, { low, high }) {
  bar.hidden = !map || map.logit === null || high === low;
  if (bar.hidden) return;
  const share = (value) => (100 * (value - low)) / (high - low);
  const [start, end] = [share(Math.min(map.logit, 0)), share(Math.max(map.logit, 0))];
  const [zero, fill] = bar.children;
  zero.style.left = `${share(0)}%`;
  Object.assign(fill.style, { left: `${start}%`, width: `${end - start}%` });
  bar.classList.toggle("against", map.logit < 0);
}

// How large the radiograph is, and how it is shown: as it was sent, or through which window.
function filmWords({ picture, window }, state) {
  const words = [`${picture.columns} × ${picture.rows} pixels`];
  if (isWaiting(window, state)) words.push("loading full depth …");
  else if (state.window) words.push(windowWords(state.window, windowLimits(window)));
  else words.push(picture.mime === "image/png" ? "lossless" : "JPEG, quality 90");
  if (state.inverted) words.push("inverted");
  return words.join(", ");
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
