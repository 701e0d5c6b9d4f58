// The controls above the panels: they write to the shared store, and show what it holds.

import { element, fieldOf, find, focusedIn, input, inputs, setText } from "../data/dom.js";
import { lookOf, opacityOf, showOf, showsWith } from "../data/looks.js";
import { modesOf } from "../data/modes.js";
import { change, sharedState } from "../data/store.js";
import { isApart } from "../painting/scales.js";
import { leadingCount, pageOf, soughtIn } from "../panels/panels.js";
import { classCount, hasMany } from "../words/ranking.js";
import { fill } from "../words/words.js";
import { copyLink } from "./link.js";

/** @import { Data, Look, State } from "../types.d.ts" */
/** @import { Viewer } from "./viewer.js" */

/** @param {HTMLElement} root @param {AbortSignal} signal @param {Viewer} viewer */
export function wireToolbar(root, signal, viewer) {
  /** @type {(selector: string, type: string, act: (event: Event) => void) => void} */
  const on = (selector, type, act) => {
    for (const node of root.querySelectorAll(selector)) node.addEventListener(type, act, { signal });
  };
  const value = (/** @type {Event} */ event) => fieldOf(event).value;
  on("input[name=show]", "click", (event) => setShow(viewer, value(event))); // also where it was chosen already
  on(".looks", "change", (event) => setLook(viewer, value(event)));
  on("button[name=link]", "click", (event) => copyLink(root, fieldOf(event), viewer.shown()));
  on("button[name=back]", "click", () => change({ focus: null }));
  on("input[name=smooth]", "change", (event) => change({ smooth: value(event) === "smooth" }));
  on("input[name=opacity]", "input", (event) => setOpacity(viewer, Number(value(event)) / 100));
  on("button[name=fit]", "click", () => viewer.fit());
  on("button[name=one]", "click", () => viewer.oneToOne());
  on("button[name=scale]", "click", () => change({ oneScale: isApart(viewer.shown(), sharedState()) }));
  on(".mode", "change", (event) => change({ mode: value(event) }));
  on("button[name=previous]", "click", () => viewer.turnPage(-1));
  on("button[name=next]", "click", () => viewer.turnPage(1));
  on("input[name=sought]", "input", (event) => change({ sought: value(event), page: 0, focus: null }));
  on("#choose", "change", () => setShow(viewer, "choose", checkedSlots(root)));
  on("#choose", "beforetoggle", () => fillChoices(root, viewer));
  for (const menu of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[popover]"))) {
    menu.addEventListener("toggle", (event) => event.newState === "open" && placeMenu(root, menu), { signal });
  }
}

/** An enlarged panel stays where the next look has the same panels. @param {Viewer} viewer @param {string} look */
function setLook(viewer, look) {
  const data = viewer.shown();
  const state = sharedState();
  const stays = lookOf(data, state).panels === lookOf(data, { look }).panels;
  change({ look, focus: stays ? state.focus : null });
}

/** @param {Viewer} viewer @param {string} show */
function setShow(viewer, show, chosen = sharedState().chosen) {
  change({ shows: showsWith(viewer.shown(), sharedState(), show), chosen, focus: null, page: 0, sought: "" });
}

/** @param {Viewer} viewer @param {number} opacity */
function setOpacity(viewer, opacity) {
  const state = sharedState();
  change({ opacities: { ...state.opacities, [lookOf(viewer.shown(), state).id]: opacity } });
}

/** @param {HTMLElement} root */
function checkedSlots(root) {
  return inputs(root, "#choose input:checked").map(({ value }) => value);
}

/** @param {HTMLElement} root @param {Viewer} viewer */
function fillChoices(root, viewer) {
  const shown = viewer.shownSlots();
  const boxes = [["radiograph", viewer.shown().words.radiograph], ...viewer.slots()].map(([slot, name]) => {
    const box = element("input", { type: "checkbox", value: slot });
    box.checked = shown.has(slot);
    return element("label", {}, box, name);
  });
  const sought = hasMany(viewer.shown()) ? [searchFor(boxes, viewer.shown().words.findInList)] : [];
  find(root, "#choose").replaceChildren(...sought, ...boxes);
}

/** A field that leaves only the labels with what is typed into it. @param {HTMLElement[]} labels @param {string} name */
function searchFor(labels, name) {
  const field = element("input", { type: "search", placeholder: name, "aria-label": name });
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    for (const label of labels) label.hidden = !label.textContent?.toLowerCase().includes(typed);
  });
  field.addEventListener("change", (event) => event.stopPropagation()); // it chooses nothing
  return field;
}

/** Beneath its button, within the window. @param {HTMLElement} root @param {HTMLElement} menu */
function placeMenu(root, menu) {
  const button = find(root, `[popovertarget=${menu.id}]`).getBoundingClientRect();
  const left = Math.min(button.left, document.documentElement.clientWidth - menu.offsetWidth - 8);
  const top = Math.min(button.bottom + 4, window.innerHeight - menu.offsetHeight - 8);
  menu.style.left = `${Math.max(left, 8)}px`;
  menu.style.top = `${Math.max(top, 8)}px`;
}

/** @param {HTMLElement} root @param {State} state @param {Data} data */
export function showToolbar(root, state, data) {
  const look = lookOf(data, state);
  showLooks(root, data.looks, look);
  showChoices(root, state, data, look);
  find(root, "button[name=back]").hidden = !state.focus;
  for (const field of inputs(root, "input[name=smooth]")) field.checked = (field.value === "smooth") === state.smooth;
  const opacity = Math.round(100 * opacityOf(data, state));
  const slider = input(root, "input[name=opacity]");
  slider.value = String(opacity);
  slider.setAttribute("aria-valuetext", fill(data.words.percent, { number: opacity }));
  setText(find(root, ".opacity output"), `${opacity} %`);
  setText(find(root, ".about-totals"), data.totals);
  showModes(/** @type {HTMLFieldSetElement} */ (find(root, ".mode")), state, data);
}

/**
 * A button for each look, and a sentence in the help.
 * @param {HTMLElement} root
 * @param {Look[]} looks
 * @param {Look} chosen
 */
function showLooks(root, looks, chosen) {
  const group = find(root, ".looks");
  const ids = looks.map(({ id }) => id).join();
  if (group.dataset.looks !== ids) {
    group.dataset.looks = ids;
    for (const label of group.querySelectorAll("label")) label.remove();
    group.append(...looks.map(lookButton));
    const about = looks.flatMap(({ id, label, about: said }) =>
      [" ", element("b", {}, label), ": ", element("span", { id: `about-${id}` }, said)]);
    find(root, ".about-looks").replaceChildren(...about);
  }
  for (const field of inputs(group, "input")) field.checked = field.value === chosen.id;
}

/** @param {Look} look */
function lookButton({ id, label, spoken, about }) {
  const field = element("input", { type: "radio", name: "look", value: id, "aria-describedby": `about-${id}` });
  if (spoken) field.setAttribute("aria-label", spoken);
  return element("label", { title: about }, field, element("span", {}, label));
}

/**
 * Which choices of panels there are, and which one it is.
 * @param {HTMLElement} root
 * @param {State} state
 * @param {Data} data
 * @param {Look} look
 */
function showChoices(root, state, data, look) {
  const averaged = hasAverage(data);
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".of-several"))) node.hidden = !averaged;
  const wanted = hasMany(data) && soughtIn(state) ? "every" : showOf(data, state);
  /** @type {Record<string, boolean>} */
  const lacks = { average: !averaged, every: !hasMany(data), top: isAlone(data) };
  const show = lacks[wanted] ? "all" : wanted;
  showCounts(root, state, data);
  showPage(root, state, data);
  for (const field of inputs(root, "input[name=show]")) field.checked = field.value === show;
  find(root, ".choose").setAttribute("aria-pressed", String(show === "choose"));
  const three = find(root, ".only-three");
  three.hidden = look.panels !== "three";
  three.title = data.words.threeOfClass;
  setText(find(three, "span"), look.label);
}

/**
 * With many classes, the likeliest are offered first and all of them on request.
 * @param {HTMLElement} root
 * @param {State} state
 * @param {Data} data
 */
function showCounts(root, state, data) {
  const many = hasMany(data);
  const { words } = data;
  const [all, every] = ["all", "every"].map((value) => find(root, `label:has(> input[name=show][value=${value}])`));
  every.hidden = !many;
  find(root, "label:has(> input[name=show][value=top])").hidden = isAlone(data);
  const count = leadingCount(data, state.mode);
  setText(find(all, "span"), many ? fill(words.topClasses, { count }) : words.allClasses);
  all.title = many ? fill(words.mostProbable, { count }) : "";
  setText(find(every, "span"), fill(words.everyClass, { count: classCount(data) }));
}

/**
 * With many classes: the field that finds some by a part of their names, and which of them are shown.
 * @param {HTMLElement} root @param {State} state @param {Data} data
 */
function showPage(root, state, data) {
  const { words } = data;
  const field = input(root, "input[name=sought]");
  field.hidden = !hasMany(data);
  if (focusedIn(field) !== field) field.value = state.sought;
  const page = pageOf(data, state);
  const pager = find(root, ".pager");
  pager.hidden = !page || (page.last === 0 && page.count > 0 && !soughtIn(state));
  if (!page) return;
  const { first, slots, count, place, last } = page;
  const said = count ? fill(words.partOfClasses, { first: first + 1, last: first + slots.size, count }) : words.noSuchClass;
  setText(find(pager, "output"), said);
  find(pager, "[name=previous]").toggleAttribute("disabled", place === 0);
  find(pager, "[name=next]").toggleAttribute("disabled", place === last);
}

/** @param {HTMLFieldSetElement} fieldset @param {State} state @param {Data} data */
function showModes(fieldset, state, data) {
  const modes = modesOf(data);
  fieldset.hidden = modes.length < 2;
  const shown = modes.map(({ id }) => id).join();
  if (fieldset.dataset.modes !== shown) {
    fieldset.dataset.modes = shown;
    for (const label of fieldset.querySelectorAll("label")) label.remove();
    for (const { id, label, about } of modes) {
      const field = element("input", { type: "radio", name: "mode", value: id });
      fieldset.append(element("label", { title: about }, field, element("span", {}, label)));
    }
  }
  for (const field of inputs(fieldset, "input")) field.checked = field.value === state.mode;
}

/** Whether one class is all there is: then no class is the top one. @param {Data} data */
const isAlone = (data) => classCount(data) === 1;

/** A network with one class has no average: it would be the class itself. @param {Data} data */
function hasAverage({ sources }) {
  return sources.some(({ maps }) => maps.some((map) => !map.isClass));
}
