// A keyboard on the screen, for fields that are touched: the kiosk has none of its own.
import { erase, write } from "./keypad.js";
import { words } from "./speech.js";

const LETTERS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const SIGNS = ["1234567890", "@/:;()-+\"", ".,?!'_&"];
const KEYS = new Map([
  ["erase", "⌫"], ["capital", "⇧"], ["space", "␣"], ["line", "↵"], ["close", "▾"],
]);

let board = null;
let target = null;
let shifted = false;
let signs = false;

function key(label, name, value) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "osk-key";
  made.tabIndex = -1;
  made.textContent = label;
  made.dataset.name = name;
  if (value !== undefined) made.dataset.value = value;
  if (name !== "sign") made.ariaLabel = words[name];
  return made;
}

function row(...keys) {
  const made = document.createElement("div");
  made.className = "osk-row";
  made.append(...keys);
  return made;
}

function signsOf(line) {
  return [...line].map((sign) => {
    const shown = shifted && !signs ? sign.toUpperCase() : sign;
    return key(shown, "sign", shown);
  });
}

function draw() {
  const [top, middle, bottom] = signs ? SIGNS : LETTERS;
  const capital = key(KEYS.get("capital"), "capital");
  capital.ariaPressed = String(shifted);
  capital.hidden = signs;
  const other = key(signs ? "abc" : "?123", signs ? "letters" : "signs");
  const line = key(KEYS.get("line"), "line");
  line.hidden = target.tagName !== "TEXTAREA";
  board.replaceChildren(
    row(...signsOf(top)),
    row(...signsOf(middle), ...(signs ? [] : [key("-", "sign", "-")])),
    row(capital, ...signsOf(bottom), key(",", "sign", ","), key(KEYS.get("erase"), "erase")),
    row(other, key("@", "sign", "@"), key(KEYS.get("space"), "space"), key(".", "sign", "."), line,
      key(KEYS.get("close"), "close")),
  );
}

function act(pressed) {
  const { name, value } = pressed.dataset;
  if (name === "sign") write(target, value);
  else if (name === "space") write(target, " ");
  else if (name === "line") write(target, "\n");
  else if (name === "erase") erase(target);
  else if (name === "close") return close();
  const wasShifted = shifted;
  if (name === "capital") shifted = !shifted;
  else if (name === "sign") shifted = false;
  if (name === "signs" || name === "letters") signs = !signs;
  if (name === "capital" || name === "signs" || name === "letters" || wasShifted !== shifted) draw();
}

function close() {
  board.hidden = true;
  document.documentElement.classList.remove("typing");
}

function open(field) {
  target = field;
  signs = field.dataset.entry === "digits";
  shifted = !field.value && field.tagName === "TEXTAREA";
  if (!board) {
    board = document.createElement("div");
    board.id = "keyboard";
    board.role = "group";
    board.ariaLabel = words.keyboard;
    // Down, not click: quick typists lift late. The field keeps its focus and its caret.
    board.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const pressed = event.target.closest("button");
      if (!pressed || pressed.dataset.name === "close") return;
      pressed.classList.add("down");
      setTimeout(() => pressed.classList.remove("down"), 120);
      act(pressed);
    });
    // A screen reader or a switch clicks without a pointer. To close waits for the click too: what lies beneath
    // would get it otherwise.
    board.addEventListener("click", (event) => {
      const pressed = event.target.closest("button");
      if (pressed && (event.detail === 0 || pressed.dataset.name === "close")) act(pressed);
    });
    document.querySelector("main").append(board);
  }
  draw();
  board.hidden = false;
  document.documentElement.classList.add("typing");
  field.focus();
  (field.labels?.[0] ?? field).scrollIntoView({ block: "start" });
}

/** Opens the keyboard when a field is touched. */
export function offerKeyboard() {
  for (const field of document.querySelectorAll("textarea, input[type=text], input[type=tel]")) {
    field.inputMode = "none"; // else a system's own keyboard would come up over ours
    field.addEventListener("pointerup", (event) => {
      if (event.pointerType !== "mouse") open(field);
    });
  }
  document.addEventListener("pointerdown", (event) => {
    if (!board || board.hidden) return;
    if (!event.target.closest("#keyboard, textarea, input")) close();
  }, { capture: true }); // before a key redraws the keyboard, and is then no longer in it
}
