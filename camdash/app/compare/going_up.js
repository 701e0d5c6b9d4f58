// Brings the top of the page into view, once for each token.

let last = "";

export default function goUp({ parentElement, data }) {
  if (!data.token || data.token === last) return;
  last = data.token;
  const host = parentElement.getRootNode().host ?? parentElement;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  host.closest("[data-testid=stMain]")?.scrollTo({ top: 0, behavior });
}
