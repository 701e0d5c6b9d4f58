// Which panels there are, and their elements.

function panelsOf(header, state) {
  return header.sources.map((source, index) => {
    const label = header.sources.length > 1 ? source.label : "";
    const inMode = source.maps.filter((map) => map.scales[state.mode]);
    const panels = state.look === "classic" && state.classicShow === "three"
      ? threePictures(inMode)
      : chosenPanels(inMode, state);
    return { label, source, panels: panels.map((panel) => ({ ...panel, key: `${index}/${panel.id}` })) };
  });
}

const film = (mark = "") => ({ id: "radiograph", slot: "radiograph", kind: "film", mark });
const mapPanel = (map) => ({ id: map.slot, slot: map.slot, kind: "map", map, name: map.name });

function threePictures(maps) {
  const average = maps.find((map) => map.slot === "average") ?? maps[0];
  const top = maps.find((map) => map.predicted);
  const label = top ? `${top.name}${top.probability === null ? "" : ` ${percent(top.probability)}`}` : "";
  const heat = { id: "heat", slot: "heat", kind: "heat", map: average, name: `Heat map: ${average.name}` };
  return [{ ...mapPanel(average), name: `Overlay: ${average.name}` }, heat, film(label)];
}

function shownSlots(state) {
  const show = state.look === "classic" ? state.classicShow : state.show;
  return show === "choose" && state.chosen?.length ? new Set(state.chosen) : show;
}

function chosenPanels(maps, state) {
  const slots = shownSlots(state);
  if (slots instanceof Set) {
    const panels = maps.filter((map) => slots.has(map.slot)).map(mapPanel);
    if (panels.length || slots.has("radiograph")) return slots.has("radiograph") ? [film(), ...panels] : panels;
  }
  const one = (map) => (slots === "average" ? map.slot === "average" : map.predicted);
  const kept = slots === "average" || slots === "top" ? maps.filter(one) : maps;
  return [film(), ...(kept.length ? kept : maps).map(mapPanel)];
}

// A focused panel stands beside the radiograph, alone.
function focused(sections, key) {
  for (const section of sections) {
    const panel = section.panels.find((one) => one.key === key);
    if (!panel) continue;
    const beside = { ...film(), key: `${key.split("/")[0]}/radiograph` };
    return [{ ...section, panels: panel.kind === "film" ? [panel] : [beside, panel] }];
  }
  return sections;
}

function makePanel(key) {
  const parts = {
    name: element("h4"),
    mark: element("span", { class: "mark" }),
    share: element("span", { class: "share" }),
    canvas: element("canvas", { role: "img", tabindex: "0", "data-painted": "0" }),
    cross: element("span", { class: "cross" }),
    first: element("div", { class: "first" }),
    second: element("div", { class: "second" }),
  };
  parts.canvas.dataset.key = key;
  const heading = element("header", {}, parts.name, parts.mark, parts.share);
  const box = element("div", { class: "box" }, parts.canvas, parts.cross);
  const caption = element("figcaption", {}, parts.first, parts.second);
  parts.root = element("figure", { class: "panel" }, heading, box, caption);
  return parts;
}

function describePanel(parts, panel, header, state) {
  const isFilm = panel.kind === "film";
  const map = panel.map;
  const { rows, columns, mime, label } = header.picture;
  const [first, second] = isFilm
    ? [label, `${columns} × ${rows} pixels, ${mime === "image/png" ? "lossless" : "JPEG, quality 90"}`]
    : lines(map, map.scales[state.mode][state.look], state.look);
  setText(parts.name, isFilm ? "Radiograph" : panel.name);
  setText(parts.mark, isFilm ? panel.mark : map.predicted ? "✓ predicted" : "");
  setText(parts.share, isFilm || map.probability === null ? "" : percent(map.probability));
  setText(parts.first, first);
  parts.second.dataset.said = second;
  if (!parts.second.classList.contains("here")) setText(parts.second, second);
  parts.name.title = isFilm ? label : panel.name;
  parts.first.title = isFilm ? label : equation(map) ? `${first} (evidence + bias = logit)` : first;
  parts.second.title = second;
  parts.root.classList.toggle("predicted", !isFilm && map.predicted);
  parts.canvas.setAttribute("aria-label", isFilm ? `The radiograph ${label}` : description(map, state.mode));
  parts.canvas.dataset.mapId = isFilm ? "radiograph" : panel.kind === "heat" ? `heat-${map.id}` : map.id;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
