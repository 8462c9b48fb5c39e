// The page as it sounds: what it says in order, then what each key does. The kiosk makes the sound; what a
// citizen wrote is spoken on request only.
import { language } from "./visit.js";

export const spoken = "spoken" in document.body.dataset;
export const words = { ...document.getElementById("say").dataset };

const BLOCKS = "h1, h2, h3, p, li, dt, dd, legend, fieldset, section, div, ol, ul, dl, form, label, table, tr, "
  + "button, a.button, textarea, input, summary, details";
const SILENT = "[hidden], [aria-hidden=true], [data-silent], script, style, template, noscript, svg";

const context = spoken ? new AudioContext() : null;
let turn = 0;
let playing = null;

const CODE = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/g;
const tidy = (text) => text.replace(/\s+/g, " ").trim();
const sentence = (text) => (/[.!?:…]$/.test(text) || !text ? text : `${text}.`);
const filled = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** What an element says, without what is for the eye only. */
export function textOf(element) {
  if (element.nodeType === Node.TEXT_NODE) return element.data;
  if (element.nodeType !== Node.ELEMENT_NODE || element.matches(SILENT)) return "";
  if (element.dataset.speak !== undefined) return ` ${element.dataset.speak} `;
  if (element.ariaLabel) return ` ${element.ariaLabel} `;
  const parts = [...element.childNodes].map(textOf).join("");
  const apart = getComputedStyle(element).display !== "inline" || element.matches(".name, .explained");
  return apart ? ` ${sentence(tidy(parts))} ` : parts;
}

function spelled(element) {
  const signs = [...tidy(element.textContent)].filter((sign) => /[\p{L}\p{N}]/u.test(sign)).join(", ");
  return [{ text: `${signs}.` }, { text: filled(words.repeat, { name: `${signs}.` }) }];
}

function control(element) {
  const input = element.matches("label") ? element.querySelector("input") : element;
  const key = input?.dataset.key;
  const name = tidy(textOf(element)).replace(/\.$/, "");
  if (key) {
    const [title, ...rest] = name.split(/(?<=\.) /);
    const lines = [{ text: filled(words.press, { key, name: title.replace(/\.$/, "") }) }];
    if (rest.length) lines.push({ text: sentence(rest.join(" ")) });
    if (input.checked) lines.push({ text: filled(words.chosen, { name: title.replace(/\.$/, "") }) });
    return lines;
  }
  const named = element.form?.id === "finish" ? words.finish
    : element.matches("[name=go][value=back]") ? words.star
      : element.matches(".primary") ? words.hash : "";
  return [{ text: named ? filled(words.press, { key: named, name }) : sentence(name) }];
}

function typed(element) {
  const lines = [{ text: element.dataset.entry === "digits" ? words.digits : words.write }];
  if (element.dataset.voice) lines.push({ text: element.dataset.voice });
  return lines;
}

function walk(element, lines) {
  if (element.matches(SILENT) || !element.checkVisibility()) return;
  if (element.dataset.speak !== undefined) return void lines.push({ text: sentence(element.dataset.speak) });
  if ("private" in element.dataset || element.matches(".given")) return;
  if (element.matches(".code, [data-spell]")) return void lines.push(...spelled(element));
  if (element.matches("textarea, input[type=text], input[type=tel]")) return void lines.push(...typed(element));
  if (element.matches("button, a.button, label.option, summary")) return void lines.push(...control(element));
  const inner = [...element.children].filter((child) => child.matches(BLOCKS) || child.querySelector(BLOCKS));
  if (inner.length && !element.matches("li, p")) return void inner.forEach((child) => walk(child, lines));
  const text = sentence(tidy(textOf(element)));
  if (text) lines.push({ text });
  for (const code of text.match(CODE) ?? []) lines.push({ text: filled(words.repeat, { name: `${code}.` }) });
}

/** What the page says, line by line. */
export function script(inside = document.querySelector("dialog[open]") ?? document.querySelector("main")) {
  const lines = [];
  walk(inside, lines);
  if (ownWords().length) lines.push({ text: words.written });
  else if (!document.querySelector("[data-key='0'], textarea, input[type=text], input[type=tel]")) {
    lines.push({ text: words.again });
  }
  return lines;
}

function ownWords() {
  return [...document.querySelectorAll("[data-private], .given")].filter((one) => one.checkVisibility());
}

/** Speaks what the person wrote if the page shows it, else the page once more. */
export function hear() {
  const own = ownWords().map((one) => {
    const about = one.matches("dd") ? one.parentElement.querySelector("dt")?.textContent ?? "" : "";
    return { text: `${sentence(tidy(about))} ${sentence(tidy(textOf(one)) || words.empty)}` };
  });
  say(own.length ? own : script());
}

/** Speaks the page from its beginning. */
export function repeatPage() {
  const target = document.querySelector("textarea, input[type=text], input[type=tel]");
  const written = target?.value ? [{ text: target.value }] : [];
  say([...script(), ...written]);
}

async function sound({ text }) {
  const heard = text.replace(CODE, (code) => [...code.replace("-", "")].join(", "));
  const fields = { text: heard.slice(0, 2000), language };
  const reply = await fetch("/suara", { method: "POST", body: new URLSearchParams(fields) });
  if (!reply.ok) throw new Error(reply.status);
  return context.decodeAudioData(await reply.arrayBuffer());
}

function play(buffer) {
  return new Promise((resolve) => {
    playing = context.createBufferSource();
    playing.buffer = buffer;
    playing.connect(context.destination);
    playing.onended = resolve;
    playing.start();
    setTimeout(resolve, buffer.duration * 1000 + 1000);
  });
}

/** Stops what is being said. */
export function hush() {
  turn += 1;
  playing?.stop();
  playing = null;
}

/** Says `lines` (`{text}`) one after another, in place of what is being said; nothing while silent. */
export async function say(lines) {
  if (!spoken || !lines.length) return;
  hush();
  const mine = turn;
  await context.resume();
  let next = sound(lines[0]);
  for (let index = 0; index < lines.length; index += 1) {
    let buffer;
    try {
      buffer = await next;
    } catch {
      return mute();
    }
    if (mine !== turn) return;
    if (index + 1 < lines.length) {
      next = sound(lines[index + 1]);
      next.catch(() => {});
    }
    await play(buffer);
    if (mine !== turn) return;
  }
}

/** Tells the eye that there is no voice: somebody beside the person can then help. */
function mute() {
  if (document.getElementById("mute")) return;
  const told = document.createElement("p");
  told.id = "mute";
  told.className = "notice stop";
  told.role = "status";
  told.textContent = words.mute;
  document.querySelector(".page").prepend(told);
}

function nameOf(input) {
  const label = input.closest("label") ?? input;
  return tidy(textOf(label.querySelector(".name, .what") ?? label)).replace(/\.$/, "");
}

function speakChanges() {
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[type=radio], [type=checkbox]")) return;
    const chosen = event.target.checked ? words.chosen : words.unchosen;
    const onward = document.querySelector(".actions .button.primary");
    say([{ text: filled(chosen, { name: nameOf(event.target) }) }, ...(onward ? control(onward) : [])]);
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches(":focus-visible") || event.target.matches("#summary, #stay")) return;
    if (event.target.matches("button, a, input[type=radio], input[type=checkbox]")) {
      say(control(event.target.closest("label") ?? event.target));
    }
  });
  document.getElementById("warning")?.addEventListener("warned", () => say(script()));
  for (const live of document.querySelectorAll("[aria-live]")) {
    let before = tidy(live.textContent);
    new MutationObserver(() => {
      const now = tidy(live.textContent);
      if (now === before) return;
      before = now;
      say([{ text: sentence(tidy(textOf(live.querySelector("[aria-current]") ?? live))) }]);
    }).observe(live, { childList: true, subtree: true, characterData: true });
  }
}

/** Speaks the page if the visit is to be heard. */
export function speakPage() {
  if (!spoken) return;
  window.addEventListener("pagehide", hush);
  say(script());
  requestAnimationFrame(speakChanges); // the focus that the page sets for itself needs no words
}
