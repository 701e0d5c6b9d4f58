// Brings the top of the page into view, once for each token.

let last = null;

export default function goUp({ parentElement, data }) {
  if (data.token === last) return;
  last = data.token;
  const host = parentElement.getRootNode().host ?? parentElement;
  host.closest("[data-testid=stMain]")?.scrollTo({ top: 0, behavior: "smooth" });
}
