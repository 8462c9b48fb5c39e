// The display of a hall: shows what the server renders, chimes at every call at once, and speaks each in order.
import { sound } from "./tones.js";

const SILENT_MS = 8000; // the server speaks every 2 s
const CHIME = [[659, 0.25], [523, 0.4]];
const board = document.getElementById("board");
const button = document.getElementById("sound");
const said = document.getElementById("said");
const trouble = document.getElementById("trouble");
const context = new AudioContext();
const waiting = [];
let playing = false;
let chimesUntil = 0;
let heard = performance.now();

// A browser plays nothing before somebody touched the page, unless it is started for that (kiosk mode).
function showSound() {
  button.hidden = context.state === "running";
  document.body.dataset.sound = context.state;
}
context.addEventListener("statechange", showSound);
button.addEventListener("click", () => context.resume());

// A chime waits for none but the one before it, so that every call is heard although another is being spoken.
function chime(call) {
  if (context.state !== "running") return; // nobody would hear it
  const from = Math.max(context.currentTime, chimesUntil);
  chimesUntil = sound(context, CHIME, from);
  setTimeout(() => {
    document.body.dataset.heard = call.number;
    document.body.dataset.heardAt = String(Date.now());
  }, 1000 * (from - context.currentTime));
}

async function speak(call) {
  const answer = await fetch(call.sound);
  if (!answer.ok) return; // there is no voice: the chime was all
  const spoken = await context.decodeAudioData(await answer.arrayBuffer());
  const source = context.createBufferSource();
  source.buffer = spoken;
  source.connect(context.destination);
  await new Promise((over) => {
    source.addEventListener("ended", over);
    source.start(Math.max(context.currentTime, chimesUntil));
    document.body.dataset.spoken = call.number;
    if (context.state !== "running") over(); // nobody hears it: it must not hold up the next one
  });
}

async function speakAll() {
  if (playing) return;
  playing = true;
  document.body.dataset.playing = "yes";
  while (waiting.length) {
    try {
      await speak(waiting.shift());
    } catch {
      document.body.dataset.spoken = "";
    }
  }
  playing = false;
  document.body.dataset.playing = "no";
}

const source = new EventSource(document.body.dataset.live);
source.addEventListener("board", (event) => {
  board.innerHTML = JSON.parse(event.data).html;
  document.body.dataset.seenAt = String(Date.now());
});
source.addEventListener("call", (event) => {
  const call = JSON.parse(event.data);
  said.textContent = said.dataset.said.replace("{number}", call.number).replace("{counter}", call.counter);
  document.body.dataset.called = call.number;
  board.classList.remove("flash");
  void board.offsetWidth;
  board.classList.add("flash");
  chime(call);
  if (waiting.some((other) => other.number === call.number)) return; // it is about to be spoken
  waiting.push(call);
  if (waiting.length > 10) waiting.shift();
  speakAll();
});
source.addEventListener("beat", () => {
  heard = performance.now();
  trouble.hidden = true;
  document.body.classList.remove("lost");
});
setInterval(() => {
  if (performance.now() - heard <= SILENT_MS) return;
  trouble.textContent = document.body.dataset.lost;
  trouble.hidden = false;
  document.body.classList.add("lost");
}, 1000);
showSound();
