// Keeps a page fresh: replaces the parts that the server renders anew, and tells when it no longer can.
"use strict";

(() => {
  const form = document.querySelector("form[data-at-once]");
  if (form && document.visibilityState === "visible" && !document.prerendering) form.submit();

  const path = document.body.dataset.live;
  if (!path) return;

  const SILENT_MS = 8000; // the server speaks every 2 s
  const pulse = document.getElementById("pulse");
  const text = document.getElementById("pulse-text");
  const pause = document.getElementById("pause");
  let paused = false;
  let lost = false;
  let heard = performance.now();
  let waiting = new Map();
  let source;

  // Children with a data-key that did not change are kept, so that pictures do not flicker.
  function keyed(element, html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const old = new Map([...element.children].map((child) => [child.dataset.key, child]));
    const fresh = [...template.content.children].map((child) => {
      const before = old.get(child.dataset.key);
      return before && before.outerHTML === child.outerHTML ? before : document.importNode(child, true);
    });
    element.replaceChildren(...fresh);
  }

  function replace(id, html) {
    const element = document.getElementById(id);
    if (!element) return;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const target = focused && (focused.getAttribute("href") || focused.id);
    if ("keyed" in element.dataset) keyed(element, html);
    else element.innerHTML = html;
    if (target && !element.contains(document.activeElement)) {
      const again = [...element.querySelectorAll("a, button, input")].find(
        (one) => (one.getAttribute("href") || one.id) === target,
      );
      if (again) again.focus({ preventScroll: true });
    }
  }

  function show(id, html) {
    const element = document.getElementById(id);
    if (paused && element && "pausable" in element.dataset) waiting.set(id, html);
    else replace(id, html);
  }

  // Without the server nothing is proven, so nothing stays green.
  function loseProofs() {
    for (const badge of document.querySelectorAll("[data-proof] .state")) {
      badge.className = "state state-unknown";
      badge.textContent = `? ${badge.dataset.unknown}`;
    }
    for (const tile of document.querySelectorAll(".tile-well")) tile.classList.remove("tile-well");
  }

  function setLost(now) {
    if (lost === now) return;
    lost = now;
    document.body.classList.toggle("lost", lost);
    text.textContent = lost ? pulse.dataset.lost : pulse.dataset.back;
    if (lost) loseProofs();
  }

  function connect() {
    source = new EventSource(path);
    source.addEventListener("part", (event) => {
      const { id, html } = JSON.parse(event.data);
      show(id, html);
    });
    source.addEventListener("beat", () => {
      heard = performance.now();
      setLost(false);
      if (!paused) text.textContent = pulse.dataset.back;
      document.body.dataset.beat = String(Number(document.body.dataset.beat || 0) + 1);
    });
    source.addEventListener("over", () => {
      source.close();
      location.reload();
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
    });
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    document.body.classList.toggle("paused", paused);
    if (!lost) text.textContent = paused ? pulse.dataset.paused : pulse.dataset.back;
    if (!paused) {
      for (const [id, html] of waiting) replace(id, html);
      waiting = new Map();
    }
  });
  setInterval(() => setLost(performance.now() - heard > SILENT_MS), 1000);
  connect();
})();
