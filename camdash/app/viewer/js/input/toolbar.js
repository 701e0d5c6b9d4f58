// The controls above the panels: they write to the shared store, and show what it holds.

function wireToolbar(root, signal, viewer) {
  const on = (selector, type, act) =>
    root.querySelectorAll(selector).forEach((node) => node.addEventListener(type, act, { signal }));
  on("input[name=show]", "click", (event) => setShow(event.target.value)); // also where it was chosen already
  for (const input of root.querySelectorAll("input[name=look]")) {
    input.parentElement.title = root.querySelector(`#about-${input.value}`).textContent.replace(/\s+/g, " ");
  }
  on("input[name=look]", "change", (event) => setLook(event.target.value));
  on("button[name=link]", "click", (event) => copyLink(event.target, viewer.header));
  on("button[name=back]", "click", () => change({ focus: null }));
  on("input[name=smooth]", "change", (event) => change({ smooth: event.target.value === "smooth" }));
  on("input[name=opacity]", "input", (event) => setOpacity(event.target.value / 100));
  on("button[name=fit]", "click", () => viewer.fit());
  on("button[name=one]", "click", () => viewer.oneToOne());
  on("button[name=scale]", "click", () => change({ oneScale: isApart(viewer.header, sharedState()) }));
  on(".mode", "change", (event) => change({ mode: event.target.value }));
  on("#choose", "change", () => setShow("choose", checkedSlots(root)));
  on("#choose", "beforetoggle", () => fillChoices(root, viewer));
  on("[popover]", "toggle", (event) => event.newState === "open" && placeMenu(root, event.target));
}

// Classic has other panels than the other looks; among these an enlarged one stays.
function setLook(look) {
  const { look: before, focus } = sharedState();
  change({ look, focus: [look, before].includes("classic") ? null : focus });
}

function setShow(show, chosen = sharedState().chosen) {
  const name = sharedState().look === "classic" ? "classicShow" : "show";
  change({ [name]: show, chosen, focus: null });
}

function setOpacity(opacity) {
  const state = sharedState();
  change({ opacities: { ...state.opacities, [state.look]: opacity } });
}

function checkedSlots(root) {
  return [...root.querySelectorAll("#choose input:checked")].map((input) => input.value);
}

function fillChoices(root, viewer) {
  const shown = viewer.shownSlots();
  const boxes = [["radiograph", "Radiograph"], ...viewer.slots()].map(([slot, name]) => {
    const input = element("input", { type: "checkbox", value: slot });
    input.checked = shown.has(slot);
    return element("label", {}, input, name);
  });
  const sought = hasMany(viewer.header) ? [searchFor(boxes)] : [];
  root.querySelector("#choose").replaceChildren(...sought, ...boxes);
}

// A field that leaves only the labels with what is typed into it.
function searchFor(labels) {
  const field = element("input", { type: "search", placeholder: "Find a class", "aria-label": "Find a class" });
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(typed);
  });
  field.addEventListener("change", (event) => event.stopPropagation()); // it chooses nothing
  return field;
}

// Beneath its button, within the window.
function placeMenu(root, menu) {
  const button = root.querySelector(`[popovertarget=${menu.id}]`).getBoundingClientRect();
  const left = Math.min(button.left, document.documentElement.clientWidth - menu.offsetWidth - 8);
  const top = Math.min(button.bottom + 4, window.innerHeight - menu.offsetHeight - 8);
  menu.style.left = `${Math.max(left, 8)}px`;
  menu.style.top = `${Math.max(top, 8)}px`;
}

function showToolbar(root, state, header) {
  const averaged = hasAverage(header);
  for (const node of root.querySelectorAll(".of-several")) node.hidden = !averaged;
  const wanted = state.look === "classic" ? state.classicShow : state.show;
  const show = (wanted === "average" && !averaged) || (wanted === "every" && !hasMany(header)) ? "all" : wanted;
  showCounts(root, header);
  for (const input of root.querySelectorAll("input[name=show]")) input.checked = input.value === show;
  for (const input of root.querySelectorAll("input[name=look]")) input.checked = input.value === state.look;
  root.querySelector("button[name=back]").hidden = !state.focus;
  root.querySelector(".choose").setAttribute("aria-pressed", String(show === "choose"));
  const classic = root.querySelector(".only-classic");
  classic.hidden = state.look !== "classic";
  classic.title = `Overlay of the ${averaged ? "average" : "class"}, its heat map alone, and the radiograph`;
  for (const input of root.querySelectorAll("input[name=smooth]")) input.checked = (input.value === "smooth") === state.smooth;
  const opacity = Math.round(100 * opacityOf(state, header));
  const slider = root.querySelector("input[name=opacity]");
  slider.value = opacity;
  slider.setAttribute("aria-valuetext", `${opacity} percent`);
  setText(root.querySelector(".opacity output"), `${opacity} %`);
  showModes(root.querySelector(".mode"), state, header);
}

// With many classes, the likeliest are offered first and all of them on request.
function showCounts(root, header) {
  const many = hasMany(header);
  const [all, every] = ["all", "every"].map((value) => root.querySelector(`input[name=show][value=${value}]`));
  every.parentElement.hidden = !many;
  setText(all.nextElementSibling, many ? `Top ${LEADING}` : "All classes");
  all.parentElement.title = many ? `The ${LEADING} most probable classes` : "";
  setText(every.nextElementSibling, `All ${classCount(header)} classes`);
}

function showModes(fieldset, state, header) {
  const modes = modesOf(header);
  fieldset.hidden = modes.length < 2;
  if (fieldset.dataset.modes !== modes.join()) {
    fieldset.dataset.modes = modes.join();
    fieldset.querySelectorAll("label").forEach((label) => label.remove());
    for (const mode of modes) {
      const input = element("input", { type: "radio", name: "mode", value: mode });
      fieldset.append(element("label", { title: ABOUT_MODES[mode] }, input, element("span", {}, MODES[mode])));
    }
  }
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === state.mode;
}

function modesOf(header) {
  const present = new Set(header.sources.flatMap((source) => source.maps.flatMap((map) => Object.keys(map.scales))));
  return Object.keys(MODES).filter((mode) => present.has(mode));
}

// A network with one class has no average: it would be the class itself.
function hasAverage(header) {
  return header.sources.some((source) => source.maps.some((map) => map.slot === "average"));
}

function opacityOf(state, header) {
  return state.opacities[state.look] ?? header.looks[state.look].opacity;
}
