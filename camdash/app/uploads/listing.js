// The list of uploads: a click anywhere on a row opens it, its cross removes it.

const lists = new WeakMap();
const TAIL = 14; // signs of a name's end that are always seen

export default function mountList({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".uploads");
  const before = lists.get(parentElement);
  lists.set(parentElement, { current: data.current, tell: setTriggerValue });
  root.querySelector(".count").textContent = data.words.count;
  root.querySelector(".differing").textContent = data.words.differing;
  root.querySelector(".clear").onclick = () => lists.get(parentElement).tell("clear", true);
  const list = root.querySelector("ul");
  const held = list.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement.dataset.key : null;
  for (const [index, row] of data.rows.entries()) {
    show(list.children[index] ?? list.appendChild(newRow(parentElement)), row, data);
  }
  while (list.children.length > data.rows.length) list.lastChild.remove();
  if (held) list.querySelector(`.open[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  if (data.current !== before?.current) list.querySelector("[aria-current]")?.closest("li").scrollIntoView({ block: "nearest" });
}

function newRow(parentElement) {
  const row = document.createElement("li");
  const open = row.appendChild(button("open"));
  open.append(group("name", "folder", "file"), group("said", "answer", "share"));
  const remove = row.appendChild(button("remove"));
  remove.textContent = "×";
  open.onclick = () => lists.get(parentElement).tell("open", open.dataset.key);
  remove.onclick = () => {
    open.focus({ preventScroll: true }); // a second Enter opens what is here then, and removes nothing
    lists.get(parentElement).tell("remove", remove.dataset.key);
  };
  row.onkeydown = (event) => {
    const next = { ArrowDown: row.nextSibling, ArrowUp: row.previousSibling }[event.key];
    if (next) next.querySelector(".open").focus();
    if (event.key in { ArrowDown: 1, ArrowUp: 1 }) event.preventDefault();
    if (event.key === "Delete") remove.click();
  };
  return row;
}

function group(name, ...parts) {
  const made = document.createElement("span");
  made.className = name;
  for (const part of parts) made.appendChild(document.createElement("span")).className = part;
  return made;
}

// A long name loses its middle: the ends tell the files of a study apart.
function cutInTheMiddle(place, name) {
  const at = name.length > TAIL ? name.length - TAIL : name.length;
  const [head, tail] = [name.slice(0, at), name.slice(at)].map((text) => {
    const part = document.createElement("span");
    part.textContent = text;
    return part;
  });
  place.replaceChildren(head, tail);
}

function button(name) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  return made;
}

function show(row, { key, name, answer, share, state, about }, { current, words: said }) {
  const [open, remove] = row.children;
  open.dataset.key = remove.dataset.key = key;
  const cut = name.lastIndexOf("/") + 1;
  const [folder, file, words, percent] = ["folder", "file", "answer", "share"].map((part) => open.querySelector(`.${part}`));
  folder.textContent = name.slice(0, cut);
  cutInTheMiddle(file, name.slice(cut));
  words.textContent = answer;
  percent.textContent = share;
  row.className = state;
  open.title = about ? `${name}\n${about}` : name;
  open.disabled = state === "unopened";
  if (key === current) open.setAttribute("aria-current", "true");
  else open.removeAttribute("aria-current");
  remove.setAttribute("aria-label", said.remove.replace("{name}", () => name));
  remove.title = said.removeThis;
}
