// Light or dark: the switch chooses in Streamlit's own menu, which is all that can set a page's theme, and out of sight.

const CHOICE = "camdash-theme";
const PATIENCE = 3000; // ms for the menu to open
const MENU = "[data-testid=stMainMenuButton], [data-testid=stMainMenu] button";

export default function mountSwitch({ parentElement, data }) {
  const button = parentElement.querySelector("button");
  const now = presentTheme(button);
  const page = (window.__camdashTheme ??= { busy: false, settled: false });
  const show = (theme) => name(button, data.words[other(theme)]);
  show(now);
  button.onclick = async () => {
    await choose(other(presentTheme(button)), page);
    show(presentTheme(button));
    button.focus({ preventScroll: true });
  };
  if (!page.settled) {
    page.settled = true;
    const wanted = localStorage.getItem(CHOICE) ?? data.default;
    if (wanted !== now) choose(wanted, page, false).then(() => show(presentTheme(button)));
  } else if (!page.busy && now !== page.last) localStorage.setItem(CHOICE, now); // it was chosen in the menu
  if (!page.busy) page.last = now;
}

const other = (theme) => (theme === "Dark" ? "Light" : "Dark");

function name(button, [label, about]) {
  button.textContent = `◐ ${label}`;
  button.title = about;
  button.setAttribute("aria-label", button.title);
}

function presentTheme(button) {
  const [red, green, blue] = getComputedStyle(button).backgroundColor.match(/[\d.]+/g).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128 ? "Dark" : "Light";
}

// A menu without themes stays open: the user sees that there is none.
async function choose(theme, page, keep = true) {
  if (page.busy) return;
  page.busy = true;
  const { classList } = document.documentElement;
  if (keep) localStorage.setItem(CHOICE, theme);
  classList.add("camdash-switching");
  const menu = await found(MENU);
  menu?.click();
  const item = await found(`[data-testid=stMainMenuItem-theme-${theme}]`);
  item?.click();
  if (item) menu.click();
  if (item) await gone("[data-testid=stMainMenuPopover]");
  classList.remove("camdash-switching");
  menu?.blur();
  page.busy = false;
  page.last = theme;
}

function found(selector) {
  return until(() => document.querySelector(selector));
}

function gone(selector) {
  return until(() => !document.querySelector(selector));
}

async function until(answer) {
  const end = performance.now() + PATIENCE;
  while (!answer() && performance.now() < end) await new Promise((resolve) => requestAnimationFrame(resolve));
  return answer();
}
