// Follows the link that stands beside it, once for each token: what a click on the link itself does, uploads kept.

const followed = new WeakMap();
const TRIES = 120; // frames in which the link may still be drawn

export default function followLink({ parentElement, data }) {
  if (followed.get(parentElement) === data.token) return;
  followed.set(parentElement, data.token);
  let tries = 0;
  const follow = () => {
    const link = document.querySelector(`.st-key-${data.key} a`);
    if (link) link.click();
    else if (++tries < TRIES) requestAnimationFrame(follow);
  };
  follow();
}
