"""Contrast as it is seen on a page: WCAG 2.2, 1.4.3 and the definition of contrast ratio."""

from typing import Any

LEAST_OF_TEXT = 4.5
LEAST_OF_LARGE_TEXT = 3.0
"""From 24 pixels, or 18.66 in bold; also of the borders by which a control is known (1.4.11)."""

COLORS = """
  const parsed = text => {
    const [red, green, blue, alpha = 1] = (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return text.startsWith("color(srgb") ? [255 * red, 255 * green, 255 * blue, alpha] : [red, green, blue, alpha];
  };
  const over = ([red, green, blue, alpha], [r, g, b]) =>
    [red * alpha + r * (1 - alpha), green * alpha + g * (1 - alpha), blue * alpha + b * (1 - alpha), 1];
  const linear = value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const above = node => node.parentElement ?? node.getRootNode().host ?? null;
  const chain = node => { const found = []; for (let at = node; at; at = above(at)) found.push(at); return found; };
  const opacityOf = node => chain(node).reduce((product, one) => product * Number(getComputedStyle(one).opacity), 1);
  const seen = (color, node, ground) => over([...color.slice(0, 3), color[3] * opacityOf(node)], ground);
  const groundOf = node => chain(node).reverse()
    .reduce((below, one) => over(parsed(getComputedStyle(one).backgroundColor), below), [255, 255, 255, 1]);
"""

LOW = (
    f"""([normal, large]) => {{{COLORS}"""
    + """
  const isHidden = node => getComputedStyle(node).visibility === "hidden" || node.ariaHidden === "true";
  const isSeen = node => {
    const { width, height } = node.getBoundingClientRect();
    const shown = width > 1 && height > 1 && !chain(node).some(isHidden) && opacityOf(node) > 0;
    return shown && !node.closest("[disabled], .hint, .unseen, style, script, option");
  };
  const hasText = node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  const textsIn = root => [...root.querySelectorAll("*")]
    .flatMap(node => [...(node.shadowRoot ? textsIn(node.shadowRoot) : []), ...(hasText(node) ? [node] : [])]);
  const found = [];
  for (const node of textsIn(document.body).filter(isSeen)) {
    const style = getComputedStyle(node);
    const ground = groundOf(node);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const measured = ratio(seen(parsed(node instanceof SVGElement ? style.fill : style.color), node, ground), ground);
    const words = node.textContent.trim().slice(0, 60);
    if (measured < (isLarge ? large : normal)) found.push(`${measured.toFixed(2)}: ${words}`);
  }
  return found;
}"""
)

MARK = (
    f"""selector => {{{COLORS}"""
    + """
  const host = [...document.querySelectorAll("*")].find(node => node.shadowRoot?.querySelector(".camdash"));
  const node = host.shadowRoot.querySelector(selector);
  const ground = groundOf(host);
  const { backgroundColor, borderTopColor } = getComputedStyle(node);
  return ratio(seen(parsed(selector.includes("bar") ? backgroundColor : borderTopColor), node, ground), ground);
}"""
)


def too_faint(page: Any) -> list[str]:
    """Return the visible words whose contrast is too low, each behind its ratio."""
    found: list[str] = page.evaluate(LOW, [LEAST_OF_TEXT, LEAST_OF_LARGE_TEXT])
    return found


def of_mark(page: Any, selector: str) -> float:
    """Return the contrast of a bar, or of a control's border, in the viewer, to the page beneath it."""
    found: float = page.evaluate(MARK, selector)
    return found
