// Which panels are on the screen or near it: where there are very many, only those are painted.

const ALWAYS_PAINTED = 30; // panels; of so few all are
const NEAR = "400px";

class Sight {
  constructor(root, changed, signal) {
    this.near = new Set();
    this.owners = new Map();
    const scroller = root.getRootNode().host?.closest("[data-testid=stMain]") ?? null;
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) this.note(entry);
      changed();
    }, { root: scroller, rootMargin: NEAR });
    signal.addEventListener("abort", () => this.observer.disconnect());
  }

  watch(all) {
    this.observer.disconnect();
    this.near.clear();
    this.owners = new Map(all.length > ALWAYS_PAINTED ? all.map((parts) => [parts.root, parts]) : []);
    for (const node of this.owners.keys()) this.observer.observe(node);
  }

  // A panel that is out of sight gives the memory of its picture back.
  note({ target, isIntersecting }) {
    const parts = this.owners.get(target);
    if (!parts) return;
    if (isIntersecting) this.near.add(parts);
    else if (this.near.delete(parts)) Object.assign(parts.canvas, { width: 0, height: 0 });
  }

  has(parts) {
    return !this.owners.size || this.near.has(parts);
  }
}
