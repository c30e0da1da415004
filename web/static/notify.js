// Comfort on the form: questions that do not arise step aside, texts are counted,
// and the 72 hours are told while the time of awareness is being given. Without
// this file every question stands there with when to answer it.
const form = document.getElementById("form");

const answers = (name) => {
  if (name === "late") return [document.querySelector("#clock.warn") ? "true" : "false"];
  return new FormData(form).getAll(name);
};

const conditional = [...form.querySelectorAll("[data-when]")].map((box) => ({
  box,
  when: box.dataset.when.split(";").map((one) => {
    const at = one.indexOf("=");
    return { on: one.slice(0, at), in: one.slice(at + 1).split(",") };
  }),
}));

// A question whose answer decides is on this page, or the server has decided.
const known = (on) => (on === "late" && document.getElementById("clock") !== null) || form.elements.namedItem(on) !== null;

const arrange = () => {
  for (const { box, when } of conditional) {
    const here = when.filter((w) => known(w.on));
    if (here.length === 0) continue;
    const wanted = here.some((w) => answers(w.on).some((a) => w.in.includes(a)));
    const filled = box.querySelector("[aria-invalid]") !== null;
    box.hidden = !wanted && !filled;
    box.querySelector(".when")?.toggleAttribute("hidden", true);
  }
};

const count = (area) => {
  const limit = Number(area.dataset.limit);
  const n = [...area.value].length;
  let line = area.nextElementSibling;
  if (!line?.classList.contains("count")) {
    line = document.createElement("small");
    line.className = "count";
    area.after(line);
  }
  const text = n > limit ? area.dataset.over : area.dataset.count;
  line.textContent = text.replace("{n}", n.toLocaleString(document.documentElement.lang)).replace("{limit}", limit.toLocaleString(document.documentElement.lang));
  line.classList.toggle("error", n > limit);
  line.hidden = n === 0;
};

for (const area of form.querySelectorAll("textarea[data-limit]")) {
  count(area);
  area.addEventListener("input", () => count(area));
}

const aware = form.elements.namedItem("aware_at");
const clock = document.getElementById("clock");
if (aware && clock) {
  aware.addEventListener("change", async () => {
    const answer = await fetch("/notify/clock?aware_at=" + encodeURIComponent(aware.value)).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    clock.hidden = told.title === "";
    clock.classList.toggle("warn", told.late);
    clock.querySelector("strong").textContent = told.title;
    clock.querySelectorAll("p")[1].textContent = told.text;
    document.getElementById("clock-late").hidden = !told.late;
    arrange();
  });
}

form.addEventListener("change", arrange);
arrange();

// What was typed and not saved is not left behind unasked.
let touched = false;
form.addEventListener("input", () => { touched = true; });
document.addEventListener("submit", (event) => { if (event.target === form || event.submitter?.form === form) touched = false; });
window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });

// A link to a question inside a closed part opens it.
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  target.closest("details")?.setAttribute("open", "");
  target.focus();
};
window.addEventListener("hashchange", reveal);
reveal();
