// The severity is worked out while its scores are chosen, by the same rule as when
// it is sent. Without this file a button does it. Reasons are never sent here.
const panel = document.getElementById("severity");
const form = panel.closest("form");
const part = (name) => panel.querySelector(".severity-" + name);
panel.querySelector("button").parentElement.remove(); // Enter in a field then takes the step, as everywhere

let turn = 0;
const workOut = async () => {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("severity.") && !name.startsWith("severity.reasons.")) query.set(name, value);
  }
  const mine = ++turn;
  const answer = await fetch(panel.dataset.address + "?" + query).catch(() => null);
  if (!answer?.ok || answer.redirected || mine !== turn) return; // a later choice is being worked out
  const work = await answer.json();
  for (const name of ["sum", "level", "meaning", "difference", "missing"]) part(name).textContent = work[name];
  part("flags").replaceChildren(...work.flags.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
};
form.addEventListener("change", (event) => { if (event.target.name?.startsWith("severity.")) workOut(); });
