// The photo of a document: the camera's live picture, and a still of it, which the kiosk judges and keeps. The
// page is then asked for anew, and shows the still with what is to be said about it.
import { hush, say, script } from "./speech.js";

const place = document.getElementById("camera");
const take = document.getElementById("take");
const without = document.getElementById("without");
const video = place?.querySelector("video");

const LONG_PX = 1600;
const MOST_BYTES = 512 * 1024;
const QUALITIES = [0.85, 0.7, 0.5, 0.3];
/** Names of cameras that look away from who stands before the screen. */
const LOOKS_AWAY = /back|rear|environment|document|scan/i;

let opening = null;

function show(state) {
  place.dataset.state = state;
  place.querySelector("[role=status]").textContent = place.dataset[state];
  const works = state !== "off";
  take.hidden = video.hidden = !works;
  take.disabled = state === "keeping";
  without.classList.toggle("primary", !works);
}

function ready() {
  show("live");
  say(script());
}

function fail() {
  if (place.dataset.state === "off") return;
  show("off");
  say(script());
}

function ask(wanted) {
  const video = { width: { ideal: 1920 }, height: { ideal: 1080 }, ...wanted };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

/** The camera that the settings name, or else one that looks away; undefined where any will do. */
async function preferred() {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const { name } = place.dataset;
  return cameras.find((one) => (name ? one.label.includes(name) : LOOKS_AWAY.test(one.label)));
}

async function open() {
  let stream = await ask({ facingMode: { ideal: "environment" } }); // the names are told once it is allowed
  const better = await preferred();
  if (better && better.deviceId !== stream.getVideoTracks()[0].getSettings().deviceId) {
    for (const track of stream.getTracks()) track.stop();
    stream = await ask({ deviceId: { exact: better.deviceId } });
  }
  stream.getVideoTracks()[0].addEventListener("ended", fail); // it was unplugged
  window.addEventListener("pagehide", () => {
    for (const track of stream.getTracks()) track.stop();
  });
  video.srcObject = stream;
  await video.play();
}

function still() {
  const scale = Math.min(1, LONG_PX / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function jpegOf(canvas) {
  let jpeg = null;
  for (const quality of QUALITIES) {
    jpeg = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
    if (jpeg.size <= MOST_BYTES) break;
  }
  return jpeg;
}

async function photograph() {
  hush();
  try {
    await opening;
  } catch {
    return;
  }
  if (place.dataset.state === "keeping") return; // pressed twice
  video.pause();
  show("keeping");
  try {
    const body = await jpegOf(still());
    const headers = { "content-type": "image/jpeg", "x-csrf": document.body.dataset.csrf };
    const reply = await fetch("/foto", { method: "POST", body, headers, redirect: "manual" });
    if (reply.ok || reply.type === "opaqueredirect") return location.reload();
  } catch { /* the kiosk restarts: it can be taken again */ }
  show("lost");
  video.play();
  say([{ text: place.dataset.lost }]);
}

/** Opens the camera where the page asks for a photo. */
export function offerCamera() {
  if (!place || !navigator.mediaDevices) return;
  show("starting");
  opening = open();
  opening.then(ready, fail);
  take.addEventListener("click", photograph);
}
