// Keeps the place to which a table was scrolled while another page is looked at, and takes it up on return.

const places = new Map();
const tables = new WeakMap();

export default function keepPlace({ parentElement, data }) {
  const before = tables.get(parentElement);
  if (before?.about === data.token) return before.leave;
  before?.leave();
  const stop = new AbortController();
  const leave = () => {
    stop.abort();
    tables.delete(parentElement);
  };
  tables.set(parentElement, { about: data.token, leave });
  follow(data, stop.signal);
  return leave;
}

// The table comes later than this, and has its height later still.
function follow({ table, token: about }, signal) {
  const wanted = places.get(about) ?? 0;
  let tries = 300;
  const look = () => {
    if (signal.aborted) return;
    const scroller = document.querySelector(`.st-key-${table} .dvn-scroller`);
    const reaches = scroller && scroller.scrollHeight - scroller.clientHeight >= wanted;
    if (!reaches && --tries) return requestAnimationFrame(look);
    if (!scroller) return;
    if (wanted) scroller.scrollTop = wanted;
    scroller.addEventListener("scroll", () => places.set(about, scroller.scrollTop), { signal });
  };
  look();
}
