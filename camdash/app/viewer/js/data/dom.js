// The page's elements: made, found and written.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * An element that viewer.html or panel.js puts there.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {T}
 */
export function find(root, selector) {
  return /** @type {T} */ (root.querySelector(selector));
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLInputElement[]}
 */
export function inputs(root, selector) {
  return [...root.querySelectorAll(selector)].map((node) => /** @type {HTMLInputElement} */ (node));
}

/** @param {ParentNode} root @param {string} selector */
export function input(root, selector) {
  return inputs(root, selector)[0];
}

/** The field that somebody moved or typed into. @param {Event} event */
export function fieldOf(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}

/** @param {Element} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * The part of Streamlit's page, by its test id, in which the viewer stands.
 * @param {Element} node
 * @param {string} id
 */
export function pagePart(node, id) {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host.closest(`[data-testid=${id}]`) : null;
}

/** The element that has the focus, in the page or in the viewer's own part of it. @param {Element} node */
export function focusedIn(node) {
  const root = node.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function penOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}
