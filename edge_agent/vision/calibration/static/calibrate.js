// The calibration page: places are drawn over a still picture by mouse, finger or keys, checked by the device
// as they change, and saved there. What is drawn is kept as plain data; everything seen is made from it.
"use strict";

const KINDS = ["zones", "lines", "masks"];
const SVG = "http://www.w3.org/2000/svg";
const words = JSON.parse(document.getElementById("words").textContent);
let data = JSON.parse(document.getElementById("data").textContent);
const [stage, sheet, still, veil] = ["stage", "sheet", "still", "veil"].map((id) => document.getElementById(id));
const [list, status, save] = ["places", "status", "save"].map((id) => document.getElementById(id));
const [hint, hintText] = ["hint", "hint-text"].map((id) => document.getElementById(id));

let drawing = structuredClone(data.drawing);
let saved = JSON.stringify(drawing);
let undone = [];
let done = [];
let chosen = null; // {kind, index}
let wrong = null; // {kind, index}
let draft = null; // {kind, points} while something is drawn
let grip = null; // what a pointer holds
let size = { width: 1000, height: 750 };
let number = 0;

const clamp = (share) => Math.min(1, Math.max(0, share));
const rounded = (share) => Math.round(share * 10000) / 10000;
const same = (a, b) => Boolean(a && b) && a.kind === b.kind && a.index === b.index;
const make = (name, attributes = {}, children = []) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};
const shape = (name, attributes = {}) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// What is drawn ---------------------------------------------------------------------------------------------

const points = (kind, place) => (kind === "lines" ? [place.start, place.end] : place.corners);
function setPoint(kind, place, at, point) {
  const put = point.map((share) => rounded(clamp(share)));
  if (kind === "lines") place[at ? "end" : "start"] = put;
  else place.corners[at] = put;
}
const called = (kind, index) => drawing[kind][index].name;
const pointName = (kind, at) => (kind === "lines" ? (at ? words.end : words.start) : `${words.corner} ${at + 1}`);

function change(act) {
  done.push(JSON.stringify(drawing));
  if (done.length > 100) done.shift();
  undone = [];
  act();
  changed();
}

function changed() {
  wrong = null;
  show();
  soon();
}

function step(from, to) {
  if (!from.length) return;
  to.push(JSON.stringify(drawing));
  drawing = JSON.parse(from.pop());
  if (chosen && !drawing[chosen.kind][chosen.index]) chosen = null;
  changed();
}

function freeName(kind) {
  const stem = kind.slice(0, -1);
  const taken = new Set(KINDS.flatMap((each) => drawing[each].map((place) => place.name)));
  let n = 1;
  while (taken.has(`${stem}-${n}`)) n += 1;
  return `${stem}-${n}`;
}

function add(kind, corners) {
  const neat = corners.map((point) => point.map((share) => rounded(clamp(share))));
  change(() => {
    const place = { was: null, name: freeName(kind) };
    if (kind === "lines") [place.start, place.end] = neat;
    else place.corners = neat;
    drawing[kind].push(place);
    chosen = { kind, index: drawing[kind].length - 1 };
  });
  list.querySelector(".place.open input")?.focus();
}

// A new place -----------------------------------------------------------------------------------------------

function begin(kind) {
  draft = { kind, points: [] };
  hintText.textContent = kind === "lines" ? words.drawLine : words.drawArea;
  document.getElementById("done").hidden = kind === "lines";
  hint.hidden = false;
  stage.classList.add("drawing");
  stage.scrollIntoView({ block: "nearest" });
  show();
  document.getElementById("simple").focus();
}

function finish() {
  if (!draft) return;
  const { kind, points: drawn } = draft;
  if (kind !== "lines" && drawn.length < 3) { hintText.textContent = words.few; return; }
  leave();
  add(kind, drawn);
}

function leave() {
  draft = null;
  hint.hidden = true;
  stage.classList.remove("drawing");
  show();
}

function simple() {
  const { kind } = draft;
  leave();
  add(kind, kind === "lines" ? [[0.5, 0.8], [0.5, 0.4]] : [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]]);
}

// The picture -----------------------------------------------------------------------------------------------

const unit = () => size.width / Math.max(1, sheet.clientWidth); // one CSS pixel in the sheet's units
const xy = ([x, y]) => [x * size.width, y * size.height];
const path = (drawn) => drawn.map((point) => xy(point).join(",")).join(" ");

function shareAt(event) {
  const box = sheet.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
}

function show() {
  showSheet();
  showList();
  document.getElementById("undo").disabled = !done.length;
  document.getElementById("redo").disabled = !undone.length;
  save.disabled = JSON.stringify(drawing) === saved;
}

function showSheet() {
  const focused = document.activeElement?.dataset?.point;
  const px = unit();
  sheet.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  const pattern = shape("pattern", { id: "hatch", width: 10 * px, height: 10 * px, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(
    shape("rect", { width: 10 * px, height: 10 * px, fill: "#303030", "fill-opacity": 0.75 }),
    shape("rect", { width: 3 * px, height: 10 * px, fill: "#cc79a7" }),
  );
  const defs = shape("defs");
  defs.append(pattern);
  sheet.replaceChildren(defs);
  for (const kind of ["masks", "zones", "lines"]) {
    drawing[kind].forEach((place, index) => sheet.append(placeOf(kind, place, index, px)));
  }
  if (chosen && !draft) sheet.append(...handlesOf(chosen, px));
  if (draft) showDraft(px);
  if (focused) sheet.querySelector(`[data-point="${focused}"]`)?.focus();
}

function placeOf(kind, place, index, px) {
  const here = { kind, index };
  const group = shape("g", { class: [kind, same(here, chosen) && "selected", same(here, wrong) && "wrong"].filter(Boolean).join(" ") });
  const drawn = points(kind, place);
  const line = kind === "lines" ? "polyline" : "polygon";
  const body = shape(line, { points: path(drawn), class: "body", "stroke-width": 28 * px });
  body.addEventListener("pointerdown", (event) => hold(event, { ...here, whole: shareAt(event) }));
  group.append(
    body,
    shape(line, { points: path(drawn), class: "halo", "stroke-width": 5 * px, "pointer-events": "none" }),
    shape(line, { points: path(drawn), class: "edge", "stroke-width": 2.6 * px, "pointer-events": "none" }),
  );
  if (kind === "lines") group.append(...arrowOf(drawn, px));
  const [x, y] = xy(kind === "lines" ? drawn[0] : drawn.reduce((low, point) => (point[1] > low[1] ? point : low)));
  const name = shape("text", {
    class: "label", "font-size": 15 * px, "stroke-width": 4 * px,
    x: Math.min(Math.max(x + 10 * px, 4 * px), size.width - 80 * px), y: Math.min(Math.max(y - 8 * px, 16 * px), size.height - 6 * px),
  });
  name.textContent = called(kind, index);
  group.append(name);
  return group;
}

// To the right of who looks from start to end, in the picture's own proportions.
function arrowOf([start, end], px) {
  const [[ax, ay], [bx, by]] = [xy(start), xy(end)];
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [rx, ry] = [-(by - ay) / length, (bx - ax) / length];
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const at = (along, aside) => `${mx + rx * along * px - ry * aside * px},${my + ry * along * px + rx * aside * px}`;
  const arrow = shape("polygon", {
    class: "arrow", "stroke-width": 1.2 * px, "pointer-events": "none", "stroke-linejoin": "round",
    points: [at(2, -3), at(24, -3), at(24, -10), at(42, 0), at(24, 10), at(24, 3), at(2, 3)].join(" "),
  });
  const says = shape("text", {
    class: "label", "font-size": 12 * px, "stroke-width": 3.5 * px, "text-anchor": "middle",
    x: mx + rx * 62 * px, y: my + ry * 56 * px + 4 * px,
  });
  says.textContent = words.forward;
  return [arrow, says, shape("circle", { cx: ax, cy: ay, r: 5 * px, class: "arrow", "stroke-width": 1.2 * px, "pointer-events": "none" })];
}

function handlesOf({ kind, index }, px) {
  const drawn = points(kind, drawing[kind][index]);
  const handles = [];
  if (kind !== "lines" && drawn.length < 32) {
    drawn.forEach((point, at) => {
      const next = drawn[(at + 1) % drawn.length];
      const middle = [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2];
      const dot = handleAt(middle, px, "between");
      dot.setAttribute("aria-hidden", "true"); // by keys, a corner is added in the list
      dot.addEventListener("pointerdown", (event) => {
        done.push(JSON.stringify(drawing));
        undone = [];
        drawing[kind][index].corners.splice(at + 1, 0, middle.map(rounded));
        hold(event, { kind, index, at: at + 1, begun: true });
      });
      handles.push(dot);
    });
  }
  drawn.forEach((point, at) => {
    const dot = handleAt(point, px, "");
    dot.dataset.point = `${at}`;
    dot.setAttribute("tabindex", "0");
    dot.setAttribute("role", "button");
    const [x, y] = point.map((share) => Math.round(share * 1000) / 10);
    dot.setAttribute("aria-label", `${called(kind, index)}, ${pointName(kind, at)}: ${x} %, ${y} %. ${words.moves}`);
    dot.addEventListener("pointerdown", (event) => hold(event, { kind, index, at }));
    dot.addEventListener("keydown", (event) => nudge(event, kind, index, at));
    handles.push(dot);
  });
  return handles;
}

function handleAt(point, px, extra) {
  const [x, y] = xy(point);
  const group = shape("g", { class: `handle ${extra}`.trim() });
  const radius = extra ? 5 : 7;
  group.append(
    shape("circle", { cx: x, cy: y, r: (extra ? 13 : 22) * px, class: "hit" }),
    shape("circle", { cx: x, cy: y, r: 13 * px, class: "ring", "stroke-width": 4 * px }),
    shape("circle", { cx: x, cy: y, r: radius * px, class: "dot", "stroke-width": 2 * px }),
  );
  return group;
}

function showDraft(px) {
  const line = shape("polyline", { class: "draft", points: path([...draft.points, ...(draft.over ? [draft.over] : [])]), "stroke-width": 2.5 * px });
  sheet.append(shape("polyline", { class: "halo", points: line.getAttribute("points"), "stroke-width": 5 * px }), line);
  draft.points.forEach((point, at) => {
    const dot = handleAt(point, px, "");
    if (!at && draft.points.length > 2) dot.querySelector(".dot").setAttribute("r", 10 * px);
    dot.setAttribute("pointer-events", "none");
    sheet.append(dot);
  });
}

// By mouse and finger ---------------------------------------------------------------------------------------

function hold(event, what) {
  if (draft || event.button > 0) return;
  event.preventDefault();
  event.stopPropagation();
  chosen = { kind: what.kind, index: what.index };
  grip = { ...what, before: JSON.stringify(drawing), pointer: event.pointerId };
  sheet.setPointerCapture(event.pointerId);
  show();
}

sheet.addEventListener("pointermove", (event) => {
  if (draft) {
    if (event.pointerType === "mouse" && draft.points.length) { draft.over = shareAt(event); showSheet(); }
    return;
  }
  if (!grip || event.pointerId !== grip.pointer) return;
  const here = shareAt(event);
  const place = drawing[grip.kind][grip.index];
  if (!grip.begun) { done.push(grip.before); undone = []; grip.begun = true; }
  if (grip.whole) {
    const drawn = points(grip.kind, place);
    const bound = (axis) => {
      const move = here[axis] - grip.whole[axis];
      const all = drawn.map((point) => point[axis]);
      return Math.min(1 - Math.max(...all), Math.max(-Math.min(...all), move));
    };
    const by = [bound(0), bound(1)];
    drawn.map((point) => [point[0] + by[0], point[1] + by[1]]).forEach((point, at) => setPoint(grip.kind, place, at, point));
    grip.whole = here;
  } else {
    setPoint(grip.kind, place, grip.at, here);
  }
  wrong = null;
  showSheet();
});

function letGo(event) {
  if (!grip || event.pointerId !== grip.pointer) return;
  const moved = grip.begun;
  const at = grip.at;
  grip = null;
  if (moved) changed();
  else show();
  if (at !== undefined) sheet.querySelector(`[data-point="${at}"]`)?.focus({ preventScroll: true });
}
sheet.addEventListener("mousedown", (event) => event.preventDefault()); // or the focus that we set were lost
sheet.addEventListener("pointerup", letGo);
sheet.addEventListener("pointercancel", letGo);

sheet.addEventListener("pointerdown", (event) => {
  if (!draft) {
    if (event.target === sheet && chosen) { chosen = null; show(); }
    return;
  }
  if (event.button > 0) return;
  event.preventDefault();
  const here = shareAt(event);
  const box = sheet.getBoundingClientRect();
  const [first] = draft.points;
  const near = first && Math.hypot((here[0] - first[0]) * box.width, (here[1] - first[1]) * box.height) < 18;
  if (draft.kind !== "lines" && near && draft.points.length > 2) return finish();
  draft.points.push(here);
  if (draft.kind === "lines" && draft.points.length === 2) return finish();
  showSheet();
});

// By keys ---------------------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function nudge(event, kind, index, at) {
  const place = drawing[kind][index];
  if (event.key in ARROWS) {
    event.preventDefault();
    const far = event.shiftKey ? 0.05 : 0.005;
    const [x, y] = points(kind, place)[at];
    change(() => setPoint(kind, place, at, [x + ARROWS[event.key][0] * far, y + ARROWS[event.key][1] * far]));
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    dropCorner(kind, index, at);
  }
}

function dropCorner(kind, index, at) {
  if (kind === "lines" || drawing[kind][index].corners.length < 4) return;
  change(() => drawing[kind][index].corners.splice(at, 1));
  sheet.querySelector(`[data-point="${Math.max(0, at - 1)}"]`)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && draft) leave();
  if (event.key === "Enter" && draft && draft.points.length > 2 && event.target.tagName !== "BUTTON") finish();
  const typing = event.target.matches?.("input");
  if ((event.ctrlKey || event.metaKey) && !typing && event.key.toLowerCase() === "z") {
    event.preventDefault();
    if (event.shiftKey) step(undone, done);
    else step(done, undone);
  }
});

// The list --------------------------------------------------------------------------------------------------

function showList() {
  const focused = document.activeElement?.id;
  const items = KINDS.flatMap((kind) => drawing[kind].map((place, index) => itemOf(kind, place, index)));
  list.replaceChildren(...(items.length ? items : [make("li", { className: "about", textContent: words.nothing })]));
  if (focused && list.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus({ preventScroll: true });
}

function itemOf(kind, place, index) {
  const here = { kind, index };
  const open = same(here, chosen);
  const head = make("h2", {}, [
    make("button", {
      type: "button", id: `head-${kind}-${index}`, "aria-expanded": `${open}`,
      onclick: () => { chosen = open ? null : here; show(); },
    }, [
      make("span", { className: `swatch ${kind}`, "aria-hidden": "true" }), called(kind, index),
      make("span", { className: "kind", textContent: words[kind] }),
    ]),
  ]);
  const classes = ["place", open && "open", same(here, wrong) && "wrong"].filter(Boolean).join(" ");
  return make("li", { className: classes }, open ? [head, insideOf(kind, place, index)] : [head]);
}

function insideOf(kind, place, index) {
  const parts = [make("label", {}, [words.name, make("input", {
    id: `name-${kind}-${index}`, type: "text", value: place.name, maxLength: 63, autocomplete: "off", spellcheck: false,
    onchange: (event) => change(() => { place.name = event.target.value.trim().toLowerCase().replace(/[^a-z0-9-]+/g, "-"); }),
  })]), tableOf(kind, place, index)];
  const buttons = [];
  if (kind === "lines") {
    buttons.push(make("button", { type: "button", id: `flip-${index}`, textContent: words.flip, onclick: () => change(() => { [place.start, place.end] = [place.end, place.start]; }) }));
  }
  buttons.push(make("button", { type: "button", className: "danger", id: `delete-${kind}-${index}`, textContent: words.delete, "aria-label": `${words.delete} ${called(kind, index)}`, onclick: () => { chosen = null; change(() => drawing[kind].splice(index, 1)); } }));
  parts.push(make("p", { className: "about", textContent: aboutOf(kind, place) }), make("div", { className: "row" }, buttons));
  return make("div", { className: "inside" }, parts);
}

function aboutOf(kind, place) {
  if (kind === "masks") return words.masked;
  const old = place.was === null ? undefined : data.drawing[kind][place.was]?.name;
  const rules = data.watched[old] ?? [];
  return rules.length ? `${words.watched} ${rules.join(", ")}` : words.unwatched;
}

function tableOf(kind, place, index) {
  const head = make("thead", {}, [make("tr", {}, [make("td"), make("th", { scope: "col", textContent: words.across }), make("th", { scope: "col", textContent: words.down }), ...(kind === "lines" ? [] : [make("td"), make("td")])])]);
  const rows = points(kind, place).map((point, at) => make("tr", {}, [
    make("th", { scope: "row", textContent: pointName(kind, at) }),
    ...point.map((share, axis) => make("td", {}, [make("input", {
      id: `at-${kind}-${index}-${at}-${axis}`, type: "number", min: 0, max: 100, step: 0.1, inputMode: "decimal", value: Math.round(share * 1000) / 10,
      "aria-label": `${pointName(kind, at)}, ${axis ? words.down : words.across}`,
      onchange: (event) => {
        const given = event.target.valueAsNumber;
        if (Number.isNaN(given)) return show();
        change(() => { const next = [...points(kind, place)[at]]; next[axis] = given / 100; setPoint(kind, place, at, next); });
      },
    })])),
    ...(kind === "lines" ? [] : [
      make("td", {}, [make("button", {
        type: "button", className: "small", textContent: "+", id: `add-${kind}-${index}-${at}`, disabled: place.corners.length >= 32,
        "aria-label": `${words.addCorner} ${at + 1}`,
        onclick: () => change(() => {
          const next = place.corners[(at + 1) % place.corners.length];
          place.corners.splice(at + 1, 0, [rounded((point[0] + next[0]) / 2), rounded((point[1] + next[1]) / 2)]);
        }),
      })]),
      make("td", {}, [make("button", { type: "button", className: "small", textContent: "×", id: `drop-${kind}-${index}-${at}`, disabled: place.corners.length < 4, "aria-label": `${words.deleteCorner} ${at + 1}`, onclick: () => dropCorner(kind, index, at) })]),
    ]),
  ]));
  return make("table", {}, [head, make("tbody", {}, rows)]);
}

// The device ------------------------------------------------------------------------------------------------

async function post(to) {
  const answer = await fetch(to, {
    method: "POST", headers: { "content-type": "application/json", "x-csrf": words.csrf },
    body: JSON.stringify({ camera: data.camera, base: data.base, drawing }),
  });
  return answer.json();
}

function say(text, how = "") {
  status.textContent = text;
  status.className = `status ${how}`.trim();
}

function judge(answer) {
  wrong = answer.ok || !answer.kind ? null : { kind: answer.kind, index: answer.index };
  if (!answer.ok) say(answer.message, "bad");
  show();
}

let timer = 0;
let asked = 0;
function soon() {
  clearTimeout(timer);
  if (JSON.stringify(drawing) === saved) return say(words.same);
  say(words.checking);
  timer = setTimeout(check, 250);
}

async function check() {
  const mine = ++asked;
  try {
    const answer = await post("/check");
    if (mine !== asked) return;
    if (answer.ok) say(words.sound, "good");
    if (!grip) judge(answer);
  } catch { say(words.unreachable, "bad"); }
}

save.addEventListener("click", async () => {
  clearTimeout(timer);
  asked += 1;
  say(words.saving);
  try {
    const answer = await post("/save");
    if (!answer.ok) return judge(answer);
    data = answer.data;
    drawing = structuredClone(data.drawing);
    saved = JSON.stringify(drawing);
    done = [];
    undone = [];
    say(`${words.saved} ${answer.backup ?? "–"}. ${words.restart}`, "good");
    judge(answer);
    if (chosen && !drawing[chosen.kind][chosen.index]) { chosen = null; show(); }
    status.scrollIntoView({ block: "nearest" });
    picture(); // its masks may be others
  } catch { say(words.unreachable, "bad"); }
});

async function picture() {
  veil.textContent = words.taking;
  veil.hidden = false;
  try {
    const answer = await fetch(`/still/${encodeURIComponent(data.camera)}?after=${number}`);
    if (!answer.ok) { veil.textContent = await answer.text(); return; }
    number = Number(answer.headers.get("x-number"));
    const blob = await answer.blob();
    const old = still.src;
    still.src = URL.createObjectURL(blob);
    await still.decode();
    if (old) URL.revokeObjectURL(old);
    size = { width: 1000, height: Math.round((1000 * still.naturalHeight) / still.naturalWidth) };
    stage.style.setProperty("--shape", `${still.naturalWidth} / ${still.naturalHeight}`);
    stage.style.setProperty("--ratio", still.naturalWidth / still.naturalHeight);
    veil.hidden = true;
  } catch { veil.textContent = words.unreachable; }
  show();
}

for (const button of document.querySelectorAll("[data-new]")) button.addEventListener("click", () => begin(button.dataset.new));
document.getElementById("done").addEventListener("click", finish);
document.getElementById("cancel").addEventListener("click", leave);
document.getElementById("simple").addEventListener("click", simple);
document.getElementById("undo").addEventListener("click", () => step(done, undone));
document.getElementById("redo").addEventListener("click", () => step(undone, done));
document.getElementById("fresh").addEventListener("click", picture);
window.addEventListener("beforeunload", (event) => { if (JSON.stringify(drawing) !== saved) event.preventDefault(); });
new ResizeObserver(() => { if (!grip) showSheet(); }).observe(stage);

say(words.same);
show();
picture();
