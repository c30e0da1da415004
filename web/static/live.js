// What others do while a page is being read is told, and nothing moves: one line
// says what is new, and whoever reads decides when to see it. Without this file the
// pages are what they were when they were made.
const panel = document.getElementById("live");
const text = panel.querySelector(".live-text");
const details = panel.querySelector(".live-details");
const link = panel.querySelector("a");
const pause = panel.querySelector("button");
const kind = panel.dataset.kind;

const say = (words, more) => {
  if (text.textContent !== words) text.textContent = words;
  if (details.textContent !== more) details.textContent = more;
  panel.classList.toggle("news", words !== "" && words !== panel.dataset.quiet && words !== panel.dataset.paused);
  link.hidden = !panel.classList.contains("news");
};

const ask = async (path) => {
  const answer = await fetch(path).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.json() : null;
};

// The list: cases that came, and cases that changed.
const arrived = new Set(), changed = new Set(), shown = new Set();
let unsure = false;
const paused = () => pause?.getAttribute("aria-pressed") === "true";

const mark = (row) => {
  if (row.querySelector(".changed")) return;
  const dot = document.createElement("span");
  dot.className = "changed";
  dot.append("●");
  const words = document.createElement("span");
  words.className = "sr";
  words.textContent = panel.dataset.changed;
  dot.append(words);
  dot.title = panel.dataset.changed;
  row.querySelector("th").append(dot);
};

const hearOfList = (changes, whole) => {
  unsure ||= !whole;
  for (const c of changes) {
    const row = document.querySelector(`tr[data-case="${c.id}"]`);
    if (!row) (c.arrived || arrived.has(c.id) ? arrived : changed).add(c.id);
    else if (c.version > Number(row.dataset.version)) shown.add(c.id);
  }
  tell();
};

const tellOfList = async () => {
  if (paused()) { say(panel.dataset.paused, ""); return; }
  for (const id of shown) mark(document.querySelector(`tr[data-case="${id}"]`));
  if (unsure) { say(panel.dataset.again, ""); return; }
  if (arrived.size + changed.size + shown.size === 0) { say(panel.dataset.quiet, ""); return; }
  const query = new URLSearchParams(location.search);
  for (const name of ["cursor", "done"]) query.delete(name);
  for (const [name, ids] of [["arrived", arrived], ["changed", changed], ["shown", shown]]) {
    // More than the server counts are told as many, so no more are named.
    if (ids.size) query.set(name, [...ids].slice(0, 210).join(","));
  }
  const words = await ask("/queue/news?" + query);
  if (words && !paused()) say(words.text || panel.dataset.quiet, "");
};

// A case: what the others did, in their words.
let version = Number(panel.dataset.version);
const hearOfCase = (changes, whole) => {
  const mine = changes.find((c) => c.id === panel.dataset.case);
  if (!whole || mine && mine.version > version) { version = Math.max(version, mine?.version ?? 0); tell(); }
};
const tellOfCase = async () => {
  const words = await ask(`/cases/${panel.dataset.case}/news?since=${panel.dataset.version}`);
  if (words?.text) say(words.text, words.details ?? "");
};

const hear = kind === "queue" ? hearOfList : hearOfCase;
let asking = false, anew = false;
async function tell() {
  if (asking) { anew = true; return; }
  asking = true;
  do { anew = false; await (kind === "queue" ? tellOfList : tellOfCase)(); } while (anew);
  asking = false;
}

// One stream a browser: a lock decides which page holds it, and the others hear
// from that one. A page that goes away, even into the browser's memory, lets go.
const channel = new BroadcastChannel("vaka-live");
let after = panel.dataset.after;
let leave = () => {};

const take = (news) => {
  after = news.after;
  hear(news.changes, news.whole);
};
channel.addEventListener("message", (event) => take(event.data));

const listen = () => new Promise((done) => {
  const source = new EventSource("/live?after=" + encodeURIComponent(after));
  const end = () => { source.close(); done(); };
  source.addEventListener("news", (event) => {
    const news = { ...JSON.parse(event.data), after: event.lastEventId };
    channel.postMessage(news);
    take(news);
  });
  source.addEventListener("end", end);
  leave = end;
});

const start = async () => {
  if (!navigator.locks) { listen(); return; }
  const waiting = new AbortController();
  leave = () => waiting.abort();
  navigator.locks.request("vaka-live", { signal: waiting.signal }, listen).catch(() => {});
  // What happened between the making of the page and now may have been told already.
  const missed = await ask("/live/changes?after=" + encodeURIComponent(after));
  if (missed) hear(missed.changes, missed.whole);
};

addEventListener("pagehide", () => leave());
addEventListener("pageshow", (event) => { if (event.persisted) start(); });

if (pause) {
  const set = (on) => { pause.setAttribute("aria-pressed", String(on)); tell(); };
  pause.addEventListener("click", () => {
    const on = !paused();
    localStorage.setItem("vaka.live.paused", String(on));
    set(on);
  });
  set(localStorage.getItem("vaka.live.paused") === "true");
}

// A note that is being written is there again after the page was read in anew.
const note = document.getElementById("note");
if (kind === "case" && note) {
  const place = "vaka.note." + panel.dataset.case;
  if (note.value === "") note.value = sessionStorage.getItem(place) ?? "";
  sessionStorage.removeItem(place);
  link.addEventListener("click", () => { if (note.value) sessionStorage.setItem(place, note.value); });
}

panel.hidden = false; // empty at first: what is written into it later is read aloud
start();
