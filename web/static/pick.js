// Choosing cases in the list: all of the page at once, and how many are chosen.
const form = document.getElementById("pick");
const boxes = [...document.querySelectorAll('input[form="pick"]')];
const all = form.querySelector("#pick-all");
const count = form.querySelector("#pick-count");

const tell = () => {
  const chosen = boxes.filter((box) => box.checked).length;
  count.textContent = chosen ? count.dataset.words.replace("{n}", chosen) : "";
  all.checked = chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
};

all.closest("label").hidden = false;
all.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  tell();
});
for (const box of boxes) box.addEventListener("change", tell);
addEventListener("pageshow", tell);
