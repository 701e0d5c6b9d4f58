// The viewer's settings in the browser. They live on `window`, so they survive a remount.

// The settings of a radiograph's window, as they are until somebody touches them.
const UNTOUCHED = { preset: 0, window: null, inverted: false, deep: false };

function isTouched(state) {
  return Object.entries(UNTOUCHED).some(([name, value]) => state[name] !== value);
}

const CHANGE = "camdash:change";

function sharedState() {
  window.__camdash ??= {
    look: "evidence",
    opacities: {},
    mode: "evidence",
    show: "all",
    classicShow: "three",
    chosen: null,
    smooth: true,
    lossless: false,
    oneScale: false, // for checkpoints that are compared, also where their peaks differ
    token: "",
    image: null,
    ...UNTOUCHED,
    view: null,
    focus: null,
    opened: false,
    turn: 0, // how many times data came, for any viewer
    settled: 0, // for which of them the settings were brought in line last
  };
  return window.__camdash;
}

function change(settings) {
  Object.assign(sharedState(), settings);
  window.dispatchEvent(new CustomEvent(CHANGE, { detail: Object.keys(settings) }));
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
