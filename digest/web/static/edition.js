// A draft's page with less waiting: forms save themselves, moves don't reload the page, briefs can
// be dragged. Without this, each form has a button of its own and works alike.
const PAUSE = 800; // ms after the last key
const saving = () => document.getElementById("saving");
const say = (text) => { if (saving()) saving().textContent = text; };
const timers = new Map(); // form → timer: it holds what isn't saved yet
let running = 0; // requests under way
let known = Number(document.getElementById("draft").dataset.version); // all of it was seen here
let queue = Promise.resolve(); // one request after the other

document.documentElement.classList.add("scripted");

const inTurn = (job) => {
  running += 1;
  queue = queue.then(job, job).finally(() => { running -= 1; });
};
const send = (form, submitter, headers = {}) => {
  const body = new URLSearchParams(new FormData(form, submitter));
  return fetch(form.action, { method: "POST", body, headers: { "X-Form-Token": form.form_token.value, ...headers } });
};
const FIELDS = "input:not([type=hidden]), textarea";
const remember = (form) => {
  for (const field of form.querySelectorAll(FIELDS)) field.dataset.saved = field.value;
};

// What others changed meanwhile goes into the fields that nobody here has touched.
function takeOver(form, words) {
  for (const [name, value] of Object.entries(words ?? {})) {
    const field = form.elements[name];
    if (field?.dataset && field.value === field.dataset.saved) field.value = field.dataset.saved = value;
  }
}

async function save(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  remember(form);
  say("Saving…");
  let answer;
  try {
    answer = await send(form, null, { Accept: "application/json" });
  } catch {
    say("Not saved: no connection. Trying again…");
    later(form, 4000);
    return;
  }
  if (answer.status === 401 || answer.status === 403) return say("Not saved: you are signed out. Sign in in another tab, then type on.");
  if (answer.status === 409) return HTMLFormElement.prototype.submit.call(form); // the page shows both
  const said = await answer.json().catch(() => ({ fault: "the service can’t answer just now." }));
  if (said.fault) return say(`Not saved: ${said.fault}`);
  form.version.value = said.version;
  takeOver(form, said.words[form.id]);
  const heading = form.closest(".brief")?.querySelector("h3");
  if (heading) heading.textContent = form.title.value;
  document.getElementById("undo")?.removeAttribute("disabled");
  if (said.version <= known + 1) known = said.version;
  const others = said.version > known;
  if (timers.size === 0) say(others ? "Saved. Somebody else is editing, too: open the page again to see all of it." : "Saved.");
}

function later(form, pause = PAUSE) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => inTurn(() => save(form)), pause));
}

const saveAll = () => { for (const form of [...timers.keys()]) inTurn(() => save(form)); };

// Sends a form that changes the arrangement, and shows the page as it is then.
function step(form, submitter) {
  const focus = submitter?.id;
  saveAll();
  inTurn(async () => {
    say("Saving…");
    const answer = await send(form, submitter).catch(() => null);
    if (!answer) return say("Not changed: no connection.");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("draft");
    if (!fresh) { document.documentElement.replaceWith(page.documentElement); return; }
    const open = [...document.querySelectorAll("#draft details[open]")].map((it) => it.closest("[id]")?.id);
    document.getElementById("draft").replaceWith(fresh);
    known = Number(fresh.dataset.version);
    for (const id of open) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    ready();
    const fault = page.querySelector(".fault[role=alert]");
    say(fault ? fault.textContent : "Saved.");
    focusAgain(focus);
  });
}

function focusAgain(id) {
  const button = id && document.getElementById(id);
  if (button && !button.disabled) return button.focus();
  const brief = button?.closest(".brief");
  (brief?.querySelector(".tools button:not([disabled])") ?? document.getElementById("undo"))?.focus();
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-save]");
  if (form) { say("…"); later(form); }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.matches("[data-save]")) { event.preventDefault(); delete form.dataset.sent; inTurn(() => save(form)); return; }
  if (form.matches("[data-step]")) { event.preventDefault(); delete form.dataset.sent; step(form, event.submitter); return; }
  // Approving and the like: what was typed last is saved first, and its version sent along.
  if (timers.size || running) {
    event.preventDefault();
    delete form.dataset.sent;
    const submitter = event.submitter;
    saveAll();
    queue.then(() => setTimeout(() => form.requestSubmit(submitter)));
  } else if (form.version) {
    form.version.value = known;
  }
});
window.addEventListener("beforeunload", (event) => { if (timers.size) { saveAll(); event.preventDefault(); } });

// Dragging by the grip; the buttons do the same for keyboards and phones.
let dragged = null;
const spotOf = (event) => {
  const brief = event.target.closest?.(".brief");
  if (!brief || brief === dragged) return null;
  const box = brief.getBoundingClientRect();
  return { brief, after: event.clientY > box.top + box.height / 2 };
};
const unmark = () => { for (const it of document.querySelectorAll(".drop-before, .drop-after")) it.classList.remove("drop-before", "drop-after"); };
document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".grip")) return;
  dragged = event.target.closest(".brief");
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(dragged, 20, 20);
});
document.addEventListener("dragover", (event) => {
  const spot = dragged && spotOf(event);
  unmark();
  if (!spot) return;
  event.preventDefault();
  spot.brief.classList.add(spot.after ? "drop-after" : "drop-before");
});
document.addEventListener("drop", (event) => {
  const spot = dragged && spotOf(event);
  if (!spot) return;
  event.preventDefault();
  const others = [...spot.brief.parentElement.children].filter((it) => it !== dragged);
  const form = dragged.querySelector("form[action$='/place']").cloneNode(true);
  for (const name of ["step", "section", "position"]) form.querySelector(`[name=${name}]`)?.remove();
  const add = (name, value) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  };
  add("section", spot.brief.closest("[data-section]").dataset.section);
  add("position", others.indexOf(spot.brief) + (spot.after ? 1 : 0));
  step(form, null);
});
document.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; unmark(); });

function ready() {
  for (const form of document.querySelectorAll("form[data-save]")) remember(form);
}
ready();
