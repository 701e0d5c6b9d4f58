// Every control that a visitor can reach now, within components too, as "kind: name", or as "kind: group / name".

() => {
  const WANTED = [
    "button, a[href], input, select, textarea, summary, [tabindex='0'], [contenteditable=true]",
    "[role=button], [role=switch], [role=checkbox], [role=radio], [role=slider], [role=combobox], [role=tab]",
    "[role=menuitem], [role=menuitemradio], [role=option]",
  ].join(", ");
  const FIELDS = "[data-testid=stSelectbox], [data-testid=stMultiSelect], [data-testid=stNumberInput]";
  const found = [];

  const spoken = (node) => {
    const copy = node.cloneNode(true);
    for (const silent of copy.querySelectorAll("[aria-hidden=true], select, output, input")) silent.remove();
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  const nameOf = (node) => {
    if (node.matches("canvas")) return node.dataset.key ? "panel" : "table";
    if (node.matches("main")) return "page";
    const label = node.labels?.[0];
    return node.getAttribute("aria-label") || (label && spoken(label)) || spoken(node) || node.title || node.placeholder || "nameless";
  };
  const groupOf = (node) => {
    if (node.type === "radio") return node.closest("fieldset")?.querySelector("legend").textContent;
    if (node.closest("[data-testid=stPopoverBody]")) return "popover";
    if (!node.matches("button") || node.closest("label, [data-testid=stWidgetLabel]")) return "";
    const label = node.closest(FIELDS)?.querySelector("[data-testid=stWidgetLabel] p");
    return label && spoken(label);
  };
  const kindOf = (node) => {
    if (node.matches("canvas")) return "canvas";
    return node.getAttribute("role") ?? (node.matches("input") ? node.type : node.tagName.toLowerCase());
  };
  const isGuard = (node) => node.matches("span") && !spoken(node); // keeps the focus within a menu
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      if (!node.matches(WANTED) || !node.checkVisibility({ visibilityProperty: true }) || isGuard(node)) continue;
      const group = groupOf(node);
      found.push(`${kindOf(node)}: ${group ? `${group} / ` : ""}${nameOf(node)}`);
    }
  };
  look(document);
  return found;
}
