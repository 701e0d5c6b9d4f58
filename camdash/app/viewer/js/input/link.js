// The link to what is shown now. The server writes the same into the page's address (camdash/app/session/link.py), a moment later.

import { element, find, setText } from "../data/dom.js";
import { lookOf, showOf } from "../data/looks.js";
import { sharedState } from "../data/store.js";

/** @import { Data, State } from "../types.d.ts" */

/** @param {Data} data @param {State} state */
function linkTo(data, state) {
  const { mode, smooth, focus } = state;
  const look = lookOf(data, state);
  const show = showOf(data, state);
  const enlarged = data.sources.flatMap((source) => source.maps).find((map) => map.slot === focus);
  const values = {
    ...{ checkpoint: "", with: "", sample: "", image: "", stage: "" },
    ...data.opening.address,
    look: look === data.looks[0] ? "" : look.id,
    show: show === "choose" || show === look.panels ? "" : show,
    panels: show === "choose" ? (state.chosen ?? []).join(",") : "",
    cells: smooth ? "" : "grid",
    view: mode === "evidence" ? "" : mode,
    class: enlarged?.isClass ? enlarged.name : "",
    enlarged: focus && ["average", "radiograph"].includes(focus) ? focus : "",
  };
  const link = new URL(window.location.href);
  for (const [key, value] of Object.entries(values)) {
    if (value) link.searchParams.set(key, value);
    else link.searchParams.delete(key);
  }
  return link.href;
}

/**
 * Pages without TLS may not use the clipboard; there the link is selected and copied as text.
 * @param {HTMLElement} root
 * @param {Element} button
 * @param {Data} data
 */
export async function copyLink(root, button, data) {
  const text = linkTo(data, sharedState());
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element("textarea", { "aria-hidden": "true" }, text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  setText(button, data.words.linkCopied);
  button.addEventListener("pointerleave", () => setText(button, data.words.copyLink), { once: true });
  if (data.opening.address.image) showNotice(find(root, ".notice"), data.words.linkWithoutUpload);
}

/** Say something above the panels until it has faded; said again, it stays as long again. @param {HTMLElement} notice @param {string} text */
function showNotice(notice, text) {
  notice.hidden = false;
  setText(notice, text);
  for (const fading of notice.getAnimations()) {
    fading.currentTime = 0;
    fading.play();
    fading.onfinish = () => (notice.hidden = true);
  }
}
