// Files and folders dropped anywhere on the page, and folders that are chosen, go to the uploader; and while there are
// uploads, the browser asks before it leaves the page: they are kept nowhere else.

const desks = new WeakMap();
const UPLOADER = "[data-testid=stSidebar] [data-testid=stFileUploaderDropzoneInput]";
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

export default function mountDesk({ parentElement, data }) {
  let desk = desks.get(parentElement);
  if (!desk) desks.set(parentElement, (desk = makeDesk(parentElement)));
  const mount = Symbol("mount");
  desk.mounts.add(mount);
  desk.uploads = data.uploads;
  desk.most = data.most;
  desk.words = data.words;
  desk.hint.firstChild.textContent = data.words.drop;
  return () => {
    // Streamlit may call twice at once, in any order, and take back either.
    desk.mounts.delete(mount);
    if (desk.mounts.size && parentElement.isConnected) return;
    desk.stop.abort();
    desk.hint.remove();
    desks.delete(parentElement);
  };
}

function makeDesk(parentElement) {
  const stop = new AbortController();
  const desk = { stop, mounts: new Set(), uploads: 0, most: 0, depth: 0, hint: makeHint(), words: {}, said: parentElement.querySelector(".said") };
  const on = (target, name, act, capture = true) => target.addEventListener(name, act, { capture, signal: stop.signal });
  const picker = parentElement.querySelector("input");
  on(parentElement.querySelector(".folder"), "click", () => picker.click());
  on(picker, "change", () => {
    give(desk, [...picker.files].map((file) => [file, file.webkitRelativePath || file.name]));
    picker.value = "";
  });
  on(window, "beforeunload", (event) => {
    if (!desk.uploads) return;
    event.preventDefault();
    event.returnValue = true; // browsers that do not know the line above
  });
  on(document, "dragenter", (event) => {
    if (!isOfFiles(event)) return;
    take(event);
    show(desk, ++desk.depth);
  });
  on(document, "dragleave", (event) => {
    if (!isOfFiles(event)) return;
    event.stopPropagation();
    show(desk, (desk.depth = event.relatedTarget ? Math.max(desk.depth - 1, 0) : 0)); // none: it left the window
  });
  on(document, "dragover", (event) => isOfFiles(event) && take(event));
  on(document, "drop", (event) => {
    if (!isOfFiles(event)) return;
    take(event);
    show(desk, (desk.depth = 0));
    const entries = [...event.dataTransfer.items].filter((item) => item.kind === "file").map(entryOf);
    Promise.all(entries.map((entry) => within(entry, ""))).then((found) => give(desk, found.flat()));
  });
  return desk;
}

function isOfFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

function take(event) {
  event.preventDefault();
  event.stopPropagation();
  if (event.type === "dragover") event.dataTransfer.dropEffect = "copy";
}

// An item gives its entry only while the event lasts, so this comes before anything that waits.
function entryOf(item) {
  return item.webkitGetAsEntry?.() ?? item.getAsFile();
}

// The files in an entry, each with its path; one that cannot be read is left out, as if it were not there.
async function within(entry, folder) {
  if (!entry) return [];
  if (entry instanceof File) return [[entry, entry.name]];
  if (entry.isFile) return new Promise((tell) => entry.file((file) => tell([[file, folder + file.name]]), () => tell([])));
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((tell) => reader.readEntries(tell, () => tell([]))); // a hundred at a time
    if (!some.length) break;
    for (const one of some) found.push(...(await within(one, `${folder}${entry.name}/`)));
  }
  return found;
}

// The uploader takes its files from an input, so that is where they are put; a file's name carries its folder.
function give(desk, found) {
  const files = found.filter(([file, path]) => !HIDDEN.test(file.name) && !path.split("/").includes("__MACOSX"));
  files.sort(([, one], [, other]) => (one.includes("/") || other.includes("/") ? one.localeCompare(other, undefined, { numeric: true }) : 0));
  const taken = files.slice(0, desk.most);
  desk.said.textContent = files.length > taken.length ? fill(desk.words.taken, { taken: taken.length, count: files.length }) : "";
  if (found.length && !files.length) desk.said.textContent = desk.words.none;
  const input = document.querySelector(UPLOADER);
  if (!input || !taken.length) return;
  const transfer = new DataTransfer();
  for (const [file, path] of taken) transfer.items.add(path === file.name ? file : new File([file], path, { type: file.type }));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function makeHint() {
  const hint = document.createElement("div");
  hint.className = "camdash-dropping";
  hint.setAttribute("role", "status");
  hint.append(document.createElement("div"));
  return hint;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function show(desk, depth) {
  if (depth) document.body.append(desk.hint);
  else desk.hint.remove();
}
