// While a batch runs, the page asks every two seconds how far it has come and shows it
// in place. Without this file the link reloads the page.
const wait = () => setTimeout(look, document.hidden ? 10000 : 2000);

const look = async () => {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) { wait(); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const ended = !page.querySelector("#batch[data-running]");
  for (const id of ["progress", "outcomes"]) {
    const [now, then] = [document.getElementById(id), page.getElementById(id)];
    if (now && then && !now.contains(document.activeElement)) now.replaceWith(then);
  }
  if (!ended) { wait(); return; }
  document.getElementById("stop")?.remove();
  document.getElementById("said").textContent = page.getElementById("said").textContent;
};

if (document.querySelector("#batch[data-running]")) wait();
