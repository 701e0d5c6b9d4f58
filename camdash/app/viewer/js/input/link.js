// The link to what is shown now. The server writes the same into the page's address (camdash/app/session/link.py), a moment later.

function linkTo(header, state) {
  const { look, mode, smooth, focus } = state;
  const show = look === "classic" ? state.classicShow : state.show;
  const names = header.sources.flatMap((source) => source.maps).filter((map) => map.slot === focus && map.slot !== "average");
  const values = {
    ...{ checkpoint: "", with: "", sample: "", image: "" },
    ...header.opening.address,
    look: look === "evidence" ? "" : look,
    show: show === "choose" || show === (look === "classic" ? "three" : "all") ? "" : show,
    panels: show === "choose" ? (state.chosen ?? []).join(",") : "",
    cells: smooth ? "" : "grid",
    view: mode === "evidence" ? "" : mode,
    class: names[0]?.name ?? "",
    enlarged: ["average", "radiograph"].includes(focus) ? focus : "",
  };
  const link = new URL(window.location.href);
  for (const [key, value] of Object.entries(values)) {
    if (value) link.searchParams.set(key, value);
    else link.searchParams.delete(key);
  }
  return link.href;
}

// Pages without TLS may not use the clipboard; there the link is selected and copied as text.
async function copyLink(button, header) {
  const text = linkTo(header, sharedState());
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element("textarea", { "aria-hidden": "true" }, text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  setText(button, "Link copied");
  button.addEventListener("pointerleave", () => setText(button, "Copy link"), { once: true });
}
