// What is typed is counted and kept while it is typed; what became of a submission is asked for again and again.
import { leave, numbers, post } from "./visit.js";

const answer = document.getElementById("answer");

/** Asks every two seconds what became of what the page shows. */
export function watchState() {
  const state = document.getElementById("state");
  if (!state) return;
  const fresh = document.createElement("template");
  setInterval(async () => {
    try {
      const reply = await fetch(state.dataset.path, { redirect: "manual" });
      if (reply.type === "opaqueredirect") return leave();
      if (reply.status !== 200) return;
      fresh.innerHTML = (await reply.text()).trim();
      if (fresh.innerHTML !== state.innerHTML.trim()) state.innerHTML = fresh.innerHTML;
    } catch { /* shown as it was last known */ }
  }, 2000);
}

function countCharacters() {
  const counter = document.getElementById("counter");
  if (!answer || !counter) return;
  const count = () => {
    const left = Number(answer.dataset.most) - [...answer.value].length;
    counter.classList.toggle("over", left < 0);
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = words.replace("{}", numbers.format(Math.abs(left)));
  };
  answer.addEventListener("input", count);
  count();
}

/** Keeps the answer with the kiosk while it is typed, so that no way of leaving the page loses it. */
export function keepWords() {
  countCharacters();
  const form = document.getElementById("question");
  if (!form?.dataset.keep || !(answer?.tagName === "TEXTAREA" || answer?.type === "text")) return;
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
