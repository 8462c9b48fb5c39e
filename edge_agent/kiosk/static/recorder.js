// A voice note of a minute at most: from the microphone into memory, from there to the kiosk, which seals it.
import { post } from "./visit.js";
import { hush, say } from "./speech.js";

const place = document.getElementById("recorder");
const MOST_S = 60;

let recorder = null;

function show(state, seconds = 0) {
  place.dataset.state = state;
  const told = place.querySelector("[role=status]");
  told.textContent = (place.dataset[state] ?? "").replace("{seconds}", seconds);
  for (const button of place.querySelectorAll("button")) {
    button.hidden = !button.dataset.when.split(" ").includes(state);
  }
}

function tell() {
  say([{ text: place.querySelector("[role=status]").textContent }]);
}

async function begin() {
  hush();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 }, video: false });
  } catch {
    show("silent");
    return tell();
  }
  const parts = [];
  const began = performance.now();
  recorder = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus", audioBitsPerSecond: 24000 });
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const ticking = setInterval(() => {
    const past = (performance.now() - began) / 1000;
    show("recording", Math.max(0, Math.ceil(MOST_S - past)));
    if (past >= MOST_S && recorder?.state === "recording") recorder.stop();
  }, 250);
  recorder.addEventListener("stop", async () => {
    clearInterval(ticking);
    for (const track of stream.getTracks()) track.stop();
    recorder = null;
    const seconds = Math.min(MOST_S, Math.max(1, Math.round((performance.now() - began) / 1000)));
    await keep(new Blob(parts, { type: "audio/webm" }), seconds);
  });
  recorder.start();
  show("recording", MOST_S);
}

async function keep(note, seconds) {
  show("keeping");
  try {
    const reply = await fetch(`/rekaman?detik=${seconds}`, {
      method: "POST",
      body: note,
      headers: { "content-type": "audio/webm", "x-csrf": document.body.dataset.csrf },
    });
    show(reply.ok ? "kept" : "lost", seconds);
  } catch {
    show("lost");
  }
  tell();
}

async function drop() {
  await post("/rekaman/hapus", {});
  show("ready");
  tell();
}

/** Starts a voice note, or ends the one that runs. Returns false where the page takes none. */
export function record() {
  if (!place) return false;
  if (recorder?.state === "recording") recorder.stop();
  else if (place.dataset.state !== "keeping") begin();
  return true;
}

if (place) {
  if (!navigator.mediaDevices || !window.MediaRecorder) place.hidden = true;
  show(place.dataset.state, Number(place.dataset.length));
  for (const button of place.querySelectorAll("button")) {
    button.addEventListener("click", button.dataset.act === "drop" ? drop : record);
  }
}
