// Files are sent in pieces, with how far each has come. A connection that breaks is
// tried again from where it broke, and so is a file that is chosen again after the
// page was left. Without this file the form sends everything at once.
const attach = (form) => {
  const say = form.dataset;
  const list = form.querySelector(".sending");
  const status = form.querySelector("[role=status]");
  const input = form.elements.namedItem("files");
  const field = (name) => form.elements.namedItem(name).value;
  const url = say.attach;
  let open = 0, failed = 0;

  const ask = (method, path, body, signal, octets) => fetch(path, {
    method, body, signal, redirect: "error",
    headers: { "X-Form-Token": field("form_token"), "Content-Type": octets ? "application/octet-stream" : "application/json" },
  });
  const wait = (ms, signal) => new Promise((go, stop) => {
    const timer = setTimeout(go, ms);
    window.addEventListener("online", go, { once: true });
    signal.addEventListener("abort", () => { clearTimeout(timer); stop(signal.reason); }, { once: true });
  });

  class Refused extends Error {}
  // What the server answers. Only a lost connection and a busy server are tried again.
  const answer = async (response) => {
    if (response.status === 204) return null;
    const json = await response.json().catch(() => null);
    if (response.ok && json) return json;
    const refusal = new Refused(json?.detail ?? say.lost);
    refusal.code = json?.code;
    throw refusal;
  };
  const patiently = async (row, signal, work) => {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted || error instanceof Refused || tries >= 12) throw error;
        row.note(say.broken);
        await wait(Math.min(30000, 1000 * 2 ** tries), signal);
      }
    }
  };

  const addRow = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = Math.max(1, file.size);
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const note = document.createElement("small");
    note.textContent = say.waiting;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button second small";
    item.append(name, bar, note, button);
    list.append(item);
    list.hidden = false;
    return {
      item, bar,
      note: (text) => { if (note.textContent !== text) note.textContent = text; },
      offer: (text, act) => { button.hidden = !text; button.textContent = text; button.setAttribute("aria-label", text + ": " + file.name); button.onclick = act; },
      tell: (text) => { status.textContent = file.name + ": " + text; },
    };
  };

  const sum = async (file) => {
    if (!crypto.subtle) return undefined; // only a secure page may
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...digest].map((b) => b.toString(16).padStart(2, "0")).join("");
  };

  const begin = async (file, mark, signal) => {
    const known = sessionStorage.getItem(mark);
    if (known) {
      const stands = await ask("GET", url + "/" + known, undefined, signal);
      if (stands.ok) return answer(stands);
      sessionStorage.removeItem(mark);
    }
    const body = { name: file.name, size: file.size };
    if (Number(field("submission"))) body.submission = Number(field("submission"));
    const upload = await answer(await ask("POST", url, JSON.stringify(body), signal));
    sessionStorage.setItem(mark, upload.id);
    return upload;
  };

  const send = async (file, row, signal) => {
    const mark = ["upload", url, file.name, file.size, file.lastModified, field("submission")].join("|");
    let upload = await patiently(row, signal, () => begin(file, mark, signal));
    while (upload.received < upload.size) {
      row.bar.value = upload.received;
      row.note(say.sending.replace("{percent}", Math.floor(100 * upload.received / upload.size)));
      const piece = file.slice(upload.received, upload.received + upload.piece_size);
      upload = await patiently(row, signal, async () => answer(await ask("PUT", url + "/" + upload.id + "/" + upload.received, piece, signal, true)));
    }
    row.bar.removeAttribute("value");
    row.note(say.checking);
    const body = JSON.stringify({ sha256: await sum(file) });
    try {
      await patiently(row, signal, async () => answer(await ask("POST", url + "/" + upload.id + "/finish", body, signal)));
    } catch (error) {
      if (error.code !== "scan_unavailable") sessionStorage.removeItem(mark);
      throw error;
    }
    sessionStorage.removeItem(mark);
  };

  const take = async (file, row) => {
    const stop = new AbortController();
    row.item.classList.remove("error");
    row.offer(say.cancel, () => stop.abort());
    try {
      await send(file, row, stop.signal);
      row.bar.value = row.bar.max;
      row.note(say.done);
      row.tell(say.done);
      row.offer("");
      return true;
    } catch (error) {
      const text = stop.signal.aborted ? say.cancelled : error instanceof Refused ? error.message : say.lost;
      row.bar.value = 0;
      row.note(text);
      row.tell(text);
      row.item.classList.add("error");
      row.offer(say.again, () => { failed--; run(file, row); });
      failed++;
      return false;
    }
  };

  // One after the other, so that the first is there soon.
  let queue = Promise.resolve();
  const run = (file, row) => {
    open++;
    row.note(say.waiting);
    queue = queue.then(() => take(file, row)).then(() => {
      if (--open > 0 || failed > 0) return;
      status.textContent = say.all;
      const back = { case: "", receipt: "/receipt/" + field("submission") }[field("back")] ?? "/attachments";
      window.location.assign(form.action.replace(/\/attachments$/, "") + back + "?done=attached#attachments");
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    delete form.dataset.sent; // more may follow, unlike with other forms
    for (const file of input.files) run(file, addRow(file));
    input.value = "";
  });
  window.addEventListener("beforeunload", (event) => { if (open > 0) event.preventDefault(); });

  form.querySelector(".drop-hint").hidden = false;
  for (const kind of ["dragover", "dragenter"]) form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    for (const file of event.dataTransfer.files) run(file, addRow(file));
  });
};

for (const form of document.querySelectorAll("form[data-attach]")) attach(form);
