// The elements of one panel, and what is written in them.

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

// The two parts of a caption: one line, empty where there is none, and what wraps over the lines beneath it.
function captionOf(panel, header, state) {
  if (panel.kind === "film") return [header.picture.label, filmWords(header, state)];
  if (panel.kind === "unknown") return ["", `${panel.source.label.split(" ")[0]} does not know this class.`];
  return lines(panel.map, scaleOf(panel.map, header, state), state);
}

// `axis`: see `totalsAxis`.
function describePanel(parts, panel, header, state, axis) {
  const [first, second] = captionOf(panel, header, state);
  setText(parts.total, first);
  parts.first.hidden = !first;
  parts.second.dataset.said = second;
  parts.second.title = tooltipOf(second, panel, header);
  if (!parts.second.classList.contains("here")) setText(parts.second, second);
  for (const kind of ["film", "unknown"]) parts.root.classList.toggle(kind, panel.kind === kind);
  showBar(parts.bar, panel.map, axis);
  if (panel.map) describeMap(parts, panel, first, state);
  else describeOther(parts, panel, header.picture.label);
}

// What is said in full only when the pointer rests: the caption of a small panel, and what a compressed picture is.
function tooltipOf(second, { kind, map }, { picture }) {
  const whole = map?.caption && !second.includes(map.caption) ? map.caption : "";
  const copy = kind === "film" && picture.mime !== "image/png" ? COPY : "";
  return [second, whole, copy].filter(Boolean).join(" · ");
}

function describeMap(parts, { name, map, kind }, first, state) {
  setText(parts.name, name);
  setText(parts.mark, map.predicted ? `✓ ${state.brief ? "" : map.mark || "predicted"}` : "");
  setText(parts.share, map.share || (map.probability === null ? "" : percent(map.probability)));
  parts.name.title = name;
  parts.first.title = equation(map, state.mode) ? `${equation(map, state.mode)} (${SUMS[state.mode]})` : first;
  parts.root.classList.toggle("predicted", map.predicted);
  parts.canvas.setAttribute("aria-label", description(map, state.mode));
  parts.canvas.dataset.mapId = kind === "heat" ? `heat-${map.id}` : map.id;
}

// The radiograph, or the place of a class that one checkpoint does not know.
function describeOther(parts, { kind, name, mark }, label) {
  const isFilm = kind === "film";
  setText(parts.name, isFilm ? "Radiograph" : name);
  setText(parts.mark, mark ?? "");
  setText(parts.share, "");
  parts.name.title = isFilm ? label : name;
  parts.first.title = label;
  parts.root.classList.remove("predicted");
  parts.canvas.setAttribute("aria-label", `The radiograph ${label}`);
  parts.canvas.dataset.mapId = "radiograph";
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
  else words.push(picture.mime === "image/png" ? "shown lossless" : "shown as a JPEG");
  if (state.inverted) words.push("inverted");
  return words.join(", ");
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
