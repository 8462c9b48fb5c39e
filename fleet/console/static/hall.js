// The display of a hall: shows what the server renders, and plays each call once, in order.
"use strict";

(() => {
  const SILENT_MS = 8000; // the server speaks every 2 s
  const board = document.getElementById("board");
  const button = document.getElementById("sound");
  const said = document.getElementById("said");
  const trouble = document.getElementById("trouble");
  const context = new AudioContext();
  const waiting = [];
  let playing = false;
  let heard = performance.now();

  // A browser plays nothing before somebody touched the page, unless it is started for that (kiosk mode).
  function showSound() {
    button.hidden = context.state === "running";
    document.body.dataset.sound = context.state;
  }
  context.addEventListener("statechange", showSound);
  button.addEventListener("click", () => context.resume());

  async function play(call) {
    const answer = await fetch(call.sound);
    if (!answer.ok) return;
    const sound = await context.decodeAudioData(await answer.arrayBuffer());
    const source = context.createBufferSource();
    source.buffer = sound;
    source.connect(context.destination);
    await new Promise((over) => {
      source.addEventListener("ended", over);
      source.start();
      document.body.dataset.heard = call.number;
      document.body.dataset.heardAt = String(Date.now());
      if (context.state !== "running") over(); // nobody hears it: it must not hold up the next one
    });
  }

  async function playAll() {
    if (playing) return;
    playing = true;
    document.body.dataset.playing = "yes";
    while (waiting.length) {
      try {
        await play(waiting.shift());
      } catch {
        document.body.dataset.heard = "";
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
    if (waiting.some((other) => other.number === call.number)) return; // it is about to be heard
    waiting.push(call);
    if (waiting.length > 10) waiting.shift();
    playAll();
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
})();
