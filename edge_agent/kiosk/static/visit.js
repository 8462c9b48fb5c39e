// A visit's time: a warning before it ends, more of it when asked, and away with the page when it is over.
const body = document.body;
const csrf = body.dataset.csrf;
const dialog = document.getElementById("warning");
export const language = document.documentElement.lang;
export const numbers = new Intl.NumberFormat(language);
export const spoken = "spoken" in body.dataset;

/** A form of ours, sent without leaving the page. */
export function post(path, fields) {
  const form = new URLSearchParams({ csrf, ...fields });
  return fetch(path, { method: "POST", body: form, keepalive: true, redirect: "manual" });
}

/** The visit is over: its page must not stay. */
export function leave() {
  location.replace("started" in body.dataset ? body.dataset.expired : "/");
}

/** Whether the page asks if the person is still there. */
export function warned() {
  return dialog?.open ?? false;
}

let endsAt = performance.now() + Number(body.dataset.left) * 1000;
let extendedAt = performance.now();
let asking = false;

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
  const warningMs = Number(body.dataset.warning) * 1000;
  if (left <= 0) return leave();
  if (dialog && left <= warningMs) {
    if (!dialog.open && !asking) {
      await askLeft();
      if (endsAt - performance.now() > warningMs) return;
      dialog.showModal();
      document.getElementById("stay").focus();
      dialog.dispatchEvent(new Event("warned"));
    }
    document.getElementById("seconds").textContent = numbers.format(Math.ceil(left / 1000));
  }
}

/** Begins to watch the time, and refuses what a kiosk's page must not do. */
export function watchVisit() {
  // A page that comes out of the browser's own memory may be another person's: ask the kiosk again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  for (const gesture of ["contextmenu", "dragstart", "dragover", "drop"]) {
    document.addEventListener(gesture, (event) => event.preventDefault());
  }
  const home = document.querySelector("[data-home]");
  if (home?.dataset.elsewhere) return location.replace(home.dataset.elsewhere);
  if (home) setTimeout(() => location.replace("/"), Number(home.dataset.home) * 1000);
  if (!csrf) return;
  setInterval(tick, 1000);
  document.getElementById("stay")?.addEventListener("click", extend);
  dialog?.addEventListener("cancel", (event) => { event.preventDefault(); extend(); });
  for (const sign of ["pointerdown", "keydown"]) {
    document.addEventListener(sign, () => {
      if (!dialog?.open && performance.now() - extendedAt > 10000) extend();
    }, { passive: true });
  }
}
