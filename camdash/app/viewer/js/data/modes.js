// The kinds of maps, as the server describes them.

/** @import { Mode } from "../types.d.ts" */

/**
 * @param {{ modes: Mode[] }} data
 * @param {{ mode: string }} state
 * @returns {Mode}
 */
export function modeOf({ modes }, { mode }) {
  return modes.find(({ id }) => id === mode) ?? modes[0];
}

/**
 * The kinds of maps that there are, in the order of their buttons.
 * @param {{ modes: Mode[], sources: { maps: { scales: object }[] }[] }} data
 */
export function modesOf({ modes, sources }) {
  const present = new Set(sources.flatMap(({ maps }) => maps.flatMap((map) => Object.keys(map.scales))));
  return modes.filter(({ id }) => present.has(id));
}
