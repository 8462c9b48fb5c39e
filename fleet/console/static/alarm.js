// Sounds when somebody calls for help, again and again, until somebody acts. The banner says the same.
import { sound } from "./tones.js";

const AGAIN_MS = 3000;
const TONES = [[880, 0.2], [660, 0.2], [880, 0.2], [660, 0.4]];
const KEPT = "silenced calls";
const alarms = document.getElementById("alarms");
const on = document.getElementById("alarm-on");
const off = document.getElementById("alarm-off");
const context = new AudioContext();
const silenced = new Set(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
let known = new Set();

function loud() {
  const calls = [...alarms.querySelectorAll("[data-call]")].map((one) => one.dataset.call);
  return calls.filter((call) => !silenced.has(call));
}

// A browser plays nothing before somebody touched the page: until then the button asks for that.
function show() {
  const state = loud().length ? "ringing" : "quiet";
  on.hidden = context.state === "running";
  off.hidden = state === "quiet";
  document.body.dataset.alarm = state;
  document.body.dataset.alarmSound = context.state;
}

function ring() {
  if (!loud().length || context.state !== "running") return;
  sound(context, TONES, context.currentTime);
  document.body.dataset.rings = String(Number(document.body.dataset.rings || 0) + 1);
}

function look() {
  const calls = loud();
  if (calls.some((call) => !known.has(call))) ring();
  known = new Set(calls);
  show();
}

on.addEventListener("click", () => context.resume());
off.addEventListener("click", () => {
  for (const call of loud()) silenced.add(call);
  sessionStorage.setItem(KEPT, JSON.stringify([...silenced]));
  show();
});
context.addEventListener("statechange", () => {
  show();
  ring();
});
new MutationObserver(look).observe(alarms, { childList: true });
setInterval(ring, AGAIN_MS);
look();
