// The viewer's settings in the browser. They live on `window`, so they survive a remount.

/** @import { State } from "../types.d.ts" */

// The settings of a radiograph's window, as they are until somebody touches them.
export const UNTOUCHED = { preset: 0, window: null, inverted: false, deep: false };

/** @param {State} state */
export function isTouched({ preset, window, inverted, deep }) {
  return preset !== 0 || window !== null || inverted || deep;
}

export const CHANGE = "camdash:change";

/** @returns {State} */
export function sharedState() {
  window.__camdash ??= {
    look: "", // the first of them
    opacities: {}, // by look
    mode: "evidence",
    shows: {}, // by what looks start with: their choice of panels
    chosen: null,
    page: 0, // of the classes, where there are too many to be shown at once
    sought: "", // what the names of all shown classes have in them
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

/** @param {Partial<State>} settings */
export function change(settings) {
  Object.assign(sharedState(), settings);
  window.dispatchEvent(new CustomEvent(CHANGE, { detail: Object.keys(settings) }));
}
