// The board's sixteen keys, which arrive as those of a keyboard (docs/reference/keypad.md): digits choose or
// write by multi-tap, * erases or goes back, # goes on, A to D are for hearing, text size, language, finish.
import { warned } from "./visit.js";
import { record } from "./recorder.js";
import { hear, repeatPage, say, spoken, words } from "./speech.js";

const TAPS = ["0 ", "1.,?!-'\"@:/()", "2abc", "3def", "4ghi", "5jkl", "6mno", "7pqrs", "8tuv", "9wxyz"];
/** What each digit writes; its letters come first, the digit itself last. */
const LETTERS = TAPS.map((taps) => taps.slice(1) + taps[0]);
const TAP_MS = spoken ? 1800 : 1000;

let last = { key: "", at: 0, turn: 0, field: null };

const seen = (one) => one && one.checkVisibility({ visibilityProperty: true }) && !one.disabled;
const first = (selector, inside = document) => [...inside.querySelectorAll(selector)].find(seen);

/** Where digits write: the field with the focus, or the only field of a page that has no choices. */
export function field() {
  const typed = "textarea, input[type=text], input[type=tel]";
  if (document.activeElement?.matches(typed)) return document.activeElement;
  if (document.querySelector(".page [data-key]:not([data-numbered])")) return null;
  return first(typed);
}

function changed(target) {
  target.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Puts `text` where the caret is, in place of the `replaced` characters before it. */
export function write(target, text, replaced = 0) {
  const end = target.selectionEnd ?? target.value.length;
  const start = Math.min(target.selectionStart ?? end, end);
  target.setRangeText(text, Math.max(0, start - replaced), end, "end");
  changed(target);
}

/** Takes away the character before the caret; returns it. */
export function erase(target) {
  const end = target.selectionEnd ?? target.value.length;
  const start = target.selectionStart ?? end;
  const gone = start < end ? target.value.slice(start, end) : [...target.value.slice(0, start)].at(-1) ?? "";
  if (gone) {
    target.setRangeText("", start < end ? start : start - gone.length, end, "end");
    changed(target);
  }
  return gone;
}

function tap(target, digit) {
  target.focus();
  if (target.dataset.entry === "digits") {
    write(target, digit);
    return say([{ text: digit }]);
  }
  const now = performance.now();
  const again = last.key === digit && last.field === target && now - last.at < TAP_MS;
  const turn = again ? last.turn + 1 : 0;
  const ring = LETTERS[Number(digit)];
  let sign = ring[turn % ring.length];
  const before = target.value.slice(0, (target.selectionStart ?? 0) - (again ? 1 : 0));
  if (target.dataset.entry === "code" || (target.tagName === "TEXTAREA" && /(^|[.!?]\s)$/.test(before))) {
    sign = sign.toUpperCase();
  }
  write(target, sign, again ? 1 : 0);
  last = { key: digit, at: now, turn, field: target };
  return say([{ text: sign === " " ? words.space : sign }]);
}

function star() {
  const target = field();
  last = { key: "", at: 0, turn: 0, field: null };
  if (target?.value) {
    const gone = erase(target);
    say([{ text: words.erased.replace("{name}", gone === " " ? words.space : gone) }]);
  } else {
    press(first("button[name=go][value=back]"));
  }
}

function digit(key) {
  const target = field();
  if (target && key === "0" && !target.value && record()) return;
  if (target) return tap(target, key);
  const chosen = first(`[data-key="${key}"]`);
  if (chosen) return choose(chosen);
  if (key === "0") hear();
}

function choose(control) {
  control.focus();
  control.click();
}

function press(control) {
  control?.click();
}

/** The button that goes on: of the question whether one is still there, else of the page. */
export function onward() {
  return first(".button.primary", document.querySelector("dialog[open]") ?? document.querySelector(".actions"));
}

function otherLanguage() {
  const all = [...document.querySelectorAll(".language[lang]")];
  const now = all.findIndex((one) => one.getAttribute("aria-pressed") === "true");
  return all[(now + 1) % all.length];
}

const KEYS = {
  NumpadEnter: () => press(onward()),
  NumpadMultiply: () => { if (!warned()) star(); },
  F13: () => (spoken ? repeatPage() : press(first("#look-audio"))),
  F14: () => press(first("#look-text")),
  F15: () => press(otherLanguage()),
  F16: () => press(first("button[form=finish]", document.querySelector("dialog[open]") ?? document)),
  F17: () => { if (spoken) press(first("#look-audio")); },
};
for (let key = 0; key < 10; key += 1) KEYS[`Numpad${key}`] = () => { if (!warned()) digit(String(key)); };

/** Gives a digit to every control of the page that has none, so that no control needs a pointer. */
function number() {
  const taken = new Set([...document.querySelectorAll("[data-key]")].map((one) => one.dataset.key));
  const free = [..."123456789"].filter((key) => !taken.has(key));
  for (const control of document.querySelectorAll(".page a.button, .page button, .page summary")) {
    if (control.dataset.key || control.closest("[data-unnumbered], dialog") || !free.length) continue;
    control.dataset.key = free.shift();
    control.dataset.numbered = "";
    const badge = document.createElement("span");
    badge.className = "key";
    badge.ariaHidden = "true";
    badge.textContent = control.dataset.key;
    control.prepend(badge);
  }
}

/** Whether a key asks something of the browser and not of the page. */
function isForTheBrowser(event) {
  return event.ctrlKey || event.altKey || event.metaKey
    || (event.shiftKey && ["Escape", "Enter", " "].includes(event.key))
    || /^(F([1-9]|1[0-2])|Browser.*|Launch.*|ContextMenu|Print.*|Help|Find|ZoomToggle)$/.test(event.key);
}

/** Listens to the keypad, and to the digits of an ordinary keyboard where nothing is typed. */
export function hearKeys() {
  number();
  window.addEventListener("keydown", (event) => {
    if (isForTheBrowser(event)) event.preventDefault();
  }, { capture: true });
  for (const press of ["click", "auxclick"]) { // with Shift, Control or another button: into a new window
    window.addEventListener(press, (event) => {
      if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.button > 0) event.preventDefault();
    }, { capture: true });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = KEYS[event.code];
    if (act) {
      event.preventDefault();
      if (!event.repeat) act();
      return;
    }
    const typing = event.target.matches?.("textarea, input[type=text], input[type=tel]");
    if (typing || warned()) return;
    const chosen = first(`[data-key="${CSS.escape(event.key)}"]`);
    if (!chosen) return;
    event.preventDefault();
    choose(chosen);
  });
}
