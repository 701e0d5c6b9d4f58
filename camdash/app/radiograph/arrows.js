// The arrow keys press the arrow buttons, wherever on the page they mean nothing else.

const listening = new WeakMap();
const BUTTONS = { ArrowLeft: "previous", ArrowRight: "next" };
const OWN = "input, textarea, select, canvas, table, [contenteditable], [role=slider], [role=listbox], [role=radiogroup]";

export default function listenForArrows({ parentElement }) {
  let one = listening.get(parentElement);
  if (!one) listening.set(parentElement, (one = { stop: new AbortController(), mounts: new Set() }));
  const mount = Symbol("mount");
  if (!one.mounts.size) document.addEventListener("keydown", press, { signal: one.stop.signal });
  one.mounts.add(mount);
  return () => {
    // Streamlit may call twice at once, in any order, and take back either.
    one.mounts.delete(mount);
    if (one.mounts.size && parentElement.isConnected) return;
    one.stop.abort();
    listening.delete(parentElement);
  };
}

function press(event) {
  const name = BUTTONS[event.key];
  if (!name || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.composedPath().some((node) => node instanceof Element && node.matches(OWN))) return;
  document.querySelector(`.st-key-arrow-${name} button:not(:disabled)`)?.click();
}
