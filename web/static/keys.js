// Shortcuts of one key, for those who work with the keyboard all day. They never
// act while something is being typed, and can be switched off for good.
const off = () => localStorage.getItem("vaka.keys") === "off";

// The switch stands on the page of shortcuts and in the list that ? opens.
const wire = (root) => {
  for (const label of root.querySelectorAll("[data-keys-switch]")) {
    const box = label.querySelector("input");
    box.checked = off();
    label.hidden = false;
    box.addEventListener("change", () => localStorage.setItem("vaka.keys", box.checked ? "off" : "on"));
  }
};
wire(document);

const list = async () => {
  let dialog = document.getElementById("keys");
  if (!dialog) {
    const answer = await fetch("/help/shortcuts").catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const title = document.createElement("h2");
    title.id = "keys-title";
    title.textContent = page.querySelector("h1").textContent;
    dialog = document.createElement("dialog");
    dialog.id = "keys";
    dialog.setAttribute("aria-labelledby", title.id);
    const close = document.createElement("form");
    close.method = "dialog";
    const button = document.createElement("button");
    button.className = "button second small";
    button.textContent = document.querySelector("script[data-close]").dataset.close;
    close.append(button);
    dialog.append(title, ...page.querySelector("#shortcuts").childNodes, close);
    document.body.append(dialog);
    wire(dialog);
  }
  if (!dialog.open) dialog.showModal();
};

// Rows are walked by the links that name them.
const row = (step) => {
  const links = [...document.querySelectorAll("main tbody th a")];
  if (links.length === 0) return;
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step, 0), links.length - 1)].focus();
};

const focus = (...selectors) => {
  for (const selector of selectors) {
    const found = document.querySelector(selector);
    if (found && !found.closest("[hidden]")) { found.focus(); return true; }
  }
  return false;
};
const go = (path) => () => location.assign(path);

const keys = {
  "?": list,
  "/": () => focus("#q") || go("/queue#q")(),
  j: () => row(1),
  k: () => row(-1),
  l: () => focus("#live.news a"),
  e: () => focus(".next a", ".next summary"),
  n: () => focus("#note"),
};
const after = { g: { q: go("/queue"), o: go("/overview"), i: go("/investigations") } };

let first = "", until = 0;
addEventListener("keydown", (event) => {
  if (off() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !"jk".includes(event.key)) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const second = event.timeStamp < until ? after[first]?.[event.key] : undefined;
  const act = second ?? keys[event.key];
  first = !second && event.key in after ? event.key : "";
  until = event.timeStamp + 1500;
  if (act) { event.preventDefault(); act(); }
});

if (location.hash === "#q") focus("#q");
