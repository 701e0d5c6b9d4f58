// The sidebar's look control: a group of radio buttons that writes to the shared store.

const lookControls = new WeakMap();

export default function mountLook({ parentElement }) {
  let control = lookControls.get(parentElement);
  if (!control) lookControls.set(parentElement, (control = makeLookControl(parentElement)));
  control.mounts += 1;
  const mount = control.mounts;
  return () => {
    if (control.mounts !== mount) return;
    control.stop.abort();
    lookControls.delete(parentElement);
  };
}

function makeLookControl(parentElement) {
  const stop = new AbortController();
  const fieldset = element("fieldset", { class: "looks" }, element("legend", {}, "Look"));
  const inputs = LOOKS.map(([look, label, description], index) => {
    const input = element("input", { type: "radio", name: "look", value: look, "aria-describedby": `about-${index}` });
    input.addEventListener("change", () => change({ look, focus: null }), { signal: stop.signal });
    const words = element("span", { class: "words" }, element("span", { class: "name" }, label));
    const about = element("span", { class: "about", id: `about-${index}` }, description);
    fieldset.append(element("label", {}, input, words, about));
    return input;
  });
  const show = () => inputs.forEach((input) => (input.checked = input.value === sharedState().look));
  window.addEventListener(CHANGE, show, { signal: stop.signal });
  parentElement.querySelector(".camdash-look").replaceChildren(fieldset);
  show();
  return { stop, mounts: 0 };
}
