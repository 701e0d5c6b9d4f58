// The looks, as the server describes them, and what is set of them.

/** @import { Look, State } from "../types.d.ts" */

/**
 * @param {{ looks: Look[] }} data
 * @param {{ look: string }} state
 * @returns {Look}
 */
export function lookOf({ looks }, { look }) {
  return looks.find(({ id }) => id === look) ?? looks[0];
}

/** @param {{ looks: Look[] }} data @param {Pick<State, "look" | "opacities">} state */
export function opacityOf(data, state) {
  const { id, opacity } = lookOf(data, state);
  return state.opacities[id] ?? opacity;
}

/**
 * Which panels are to be shown, by the name of the choice.
 * @param {{ looks: Look[] }} data
 * @param {Pick<State, "look" | "shows">} state
 */
export function showOf(data, state) {
  const { panels } = lookOf(data, state);
  return state.shows[panels] ?? panels;
}

/**
 * The choice of panels for the present look.
 * @param {{ looks: Look[] }} data
 * @param {State} state
 * @param {string} show
 */
export function showsWith(data, state, show) {
  return { ...state.shows, [lookOf(data, state).panels]: show };
}
