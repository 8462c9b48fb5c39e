// What the pages gain with a script: a warning before a visit ends, the live state of a submission, a count
// of characters, number keys, and words kept while they are typed. Without it every page still works.
"use strict";

const body = document.body;
const csrf = body.dataset.csrf;
const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);

function post(path, fields) {
  const form = new URLSearchParams({ csrf, ...fields });
  return fetch(path, { method: "POST", body: form, keepalive: true, redirect: "manual" });
}

// A page that comes out of the browser's own memory may be another person's: ask the kiosk again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
document.addEventListener("contextmenu", (event) => event.preventDefault());
document.addEventListener("dragstart", (event) => event.preventDefault());

// The visit's time --------------------------------------------------------------------------------------

const dialog = document.getElementById("warning");
const started = "started" in body.dataset;
const warningMs = Number(body.dataset.warning) * 1000;
let endsAt = performance.now() + Number(body.dataset.left) * 1000;
let extendedAt = performance.now();
let asking = false;

function leave() {
  location.replace(started ? `/habis?bahasa=${language}` : "/");
}

async function extend() {
  extendedAt = performance.now();
  try {
    const answer = await post("/lanjutkan", {});
    if (!answer.ok) return leave();
    endsAt = performance.now() + (await answer.json()).left_s * 1000;
    if (dialog?.open) dialog.close();
  } catch { /* the kiosk restarts: the time runs on, and the next touch asks again */ }
}

async function askLeft() {
  // Another tab of the same visit may have extended it.
  asking = true;
  try {
    const answer = await fetch("/sisa");
    endsAt = performance.now() + (await answer.json()).left_s * 1000;
  } catch { /* as above */ }
  asking = false;
}

async function tick() {
  const left = endsAt - performance.now();
  if (left <= 0) return leave();
  if (dialog && left <= warningMs) {
    if (!dialog.open && !asking) {
      await askLeft();
      if (endsAt - performance.now() > warningMs) return;
      dialog.showModal();
      document.getElementById("stay").focus();
    }
    document.getElementById("seconds").textContent = numbers.format(Math.ceil(left / 1000));
  }
}

if (csrf) {
  setInterval(tick, 1000);
  document.getElementById("stay")?.addEventListener("click", extend);
  dialog?.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
  for (const sign of ["pointerdown", "keydown"]) {
    document.addEventListener(sign, () => {
      if (!dialog?.open && performance.now() - extendedAt > 10000) extend();
    }, { passive: true });
  }
}

const home = document.querySelector("[data-home]");
if (home) setTimeout(() => location.replace("/"), Number(home.dataset.home) * 1000);

// The live state ----------------------------------------------------------------------------------------

const state = document.getElementById("state");
if (state) {
  const fresh = document.createElement("template");
  setInterval(async () => {
    try {
      const answer = await fetch(state.dataset.path, { redirect: "manual" });
      if (answer.type === "opaqueredirect") return leave();
      if (answer.status !== 200) return;
      fresh.innerHTML = (await answer.text()).trim();
      if (fresh.innerHTML !== state.innerHTML.trim()) state.innerHTML = fresh.innerHTML;
    } catch { /* shown as it was last known */ }
  }, 2000);
}

// Words ---------------------------------------------------------------------------------------------------

const answer = document.getElementById("answer");
const counter = document.getElementById("counter");
if (answer && counter) {
  const count = () => {
    const left = Number(answer.dataset.most) - [...answer.value].length;
    counter.classList.toggle("over", left < 0);
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = words.replace("{}", numbers.format(Math.abs(left)));
  };
  answer.addEventListener("input", count);
  count();
}

const form = document.getElementById("question");
if (form?.dataset.keep && answer && (answer.tagName === "TEXTAREA" || answer.type === "text")) {
  let dirty = false;
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (!dirty) return;
    dirty = false;
    post(form.dataset.keep, { [answer.name]: answer.value }).catch(() => { dirty = true; });
  };
  answer.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  });
  document.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  // Before the page is left, so that the words are there before the next page is asked for.
  window.addEventListener("beforeunload", keep);
  window.addEventListener("pagehide", keep);
  answer.setSelectionRange(answer.value.length, answer.value.length);
}

// Keys --------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("textarea, input[type=text]");
  if (typing || dialog?.open || event.ctrlKey || event.altKey || event.metaKey) return;
  const chosen = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.focus();
  chosen.click();
});

document.getElementById("summary")?.focus();
