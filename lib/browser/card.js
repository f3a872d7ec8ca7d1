// What can the hand do here? A card with all keys and what the mouse does, and its three main lines for a first visit.

const CARD = [
  ["Mouse", [
    ["Drag, click", "moves the crosshair"],
    ["Wheel", "steps through the slices of the plane under the pointer"],
    ["Drag with the right button", "brightness and contrast of the lowest image: to the right the window gets wider, upwards brighter"],
    ["Ctrl and wheel", "zooms to the pointer"],
    ["Shift and drag", "moves the picture"],
    ["Double click", "undoes the zoom; then gives the plane the stage, or gives it back"],
    ["Rest", "reads the place under the pointer"],
  ]],
  ["Keys", [
    ["↑ → / ↓ ←", "next or previous slice of the plane under the pointer"],
    ["Page up / down", "ten slices at once"],
    ["+ / − / 0", "zoom in, out, back to the whole"],
    ["h", "fit to the head"],
    ["v", "next layout"],
    ["c / g / l", "crosshair, gap at its centre, letters"],
    ["f", "full screen"],
    ["Esc", "closes this card; gives back a plane that is large"],
    ["?", "this card"],
  ]],
  ["Touch", [["Tap", "moves the crosshair; the buttons under a plane step it and make it large"]]],
];
const MAIN_LINES = ["Drag to move the crosshair", "turn the wheel to step through slices", "drag with the right button for brightness and contrast"];
const SHORT_LINES = ["Drag: crosshair", "wheel: slices", "right drag: contrast"];
const TOUCH_LINES = ["Tap: crosshair", "‹ ›: slices", "⤢: large plane"];
const SEEN = "voxel-explorer-card-seen";

function toggleCard(chart) {
  const card = chart.host.querySelector(".card");
  if (!card.hidden) return closeCard(chart);
  if (!card.firstChild) card.append(...CARD.map(cardPart), makeButton("Close", "Close", () => closeCard(chart), "Esc"));
  card.onclick = () => closeCard(chart);
  card.hidden = false;
  card.lastChild.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function closeCard(chart) {
  const card = chart.host.querySelector(".card");
  if (card.hidden) return false;
  card.hidden = true;
  chart.host.focus({ preventScroll: true });
  return true;
}

function cardPart([title, rows]) {
  const list = document.createElement("dl");
  for (const [action, effect] of rows) list.append(...[["dt", action], ["dd", effect]].map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })));
  const part = document.createElement("section");
  part.append(Object.assign(document.createElement("h4"), { textContent: title }), list);
  return part;
}

// A browser may forbid pages to keep anything: then each visit is a first one no more.
function isFirstVisit() {
  try {
    page.isFirstVisit ??= localStorage.getItem(SEEN) === null;
    localStorage.setItem(SEEN, "1");
  } catch {
    page.isFirstVisit ??= false;
  }
  return page.isFirstVisit;
}

function showHint(chart) {
  const hint = chart.host.querySelector(".hint");
  hint.hidden = !isMainStage(chart) || !isFirstVisit();
  if (hint.hidden || hint.firstChild) return;
  const isSmall = chart.host.clientWidth < NARROW_BELOW;
  const lines = hasHover() ? (isSmall ? SHORT_LINES : MAIN_LINES) : TOUCH_LINES;
  const end = () => {
    page.isFirstVisit = false;
    hint.hidden = true;
  };
  const close = makeButton("×", "Do not show this again", end);
  // Whoever has begun needs it no more.
  chart.plot.addEventListener("pointerdown", end, { once: true });
  const words = document.createElement("span");
  words.textContent = lines.join(" · ");
  if (isSmall) return hint.append(words, close);
  words.textContent += ". All keys: ";
  hint.append(words, makeButton("?", "Show the whole card", () => toggleCard(chart)), close);
}
