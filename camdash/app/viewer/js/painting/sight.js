// Which panels are on the screen or near it: where there are very many, only those are painted.

import { pagePart } from "../data/dom.js";

/** @import { Parts } from "../types.d.ts" */

const ALWAYS_PAINTED = 30; // panels; of so few all are
const NEAR = "400px";

export class Sight {
  /** @param {HTMLElement} root @param {() => void} changed @param {AbortSignal} signal */
  constructor(root, changed, signal) {
    /** @type {Set<Parts>} */
    this.near = new Set();
    /** @type {Map<Element, Parts>} */
    this.owners = new Map();
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) this.note(entry);
      changed();
    }, { root: pagePart(root, "stMain"), rootMargin: NEAR });
    signal.addEventListener("abort", () => this.observer.disconnect());
  }

  /** @param {Parts[]} all */
  watch(all) {
    this.observer.disconnect();
    this.near.clear();
    this.owners = new Map(all.length > ALWAYS_PAINTED ? all.map((parts) => [parts.root, parts]) : []);
    for (const node of this.owners.keys()) this.observer.observe(node);
  }

  /** A panel that is out of sight gives the memory of its picture back. @param {IntersectionObserverEntry} entry */
  note({ target, isIntersecting }) {
    const parts = this.owners.get(target);
    if (!parts) return;
    if (isIntersecting) this.near.add(parts);
    else if (this.near.delete(parts)) Object.assign(parts.canvas, { width: 0, height: 0 });
  }

  /** @param {Parts} parts */
  has(parts) {
    return !this.owners.size || this.near.has(parts);
  }
}
