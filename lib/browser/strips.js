// A strip under each plane, on the stage: the buttons that step it and make it large.

const STRIP = 28; // px
const TOUCH_STRIP = 44;
const RULER = 31; // px under a plane that its numbers take
const LEAST = 115; // px of width below which one of a strip's parts is left out, where one plane has the stage
const SHORT_BELOW = 160; // px of width below which a strip has but three letters of the plane's name

const stripHeight = () => (matchMedia("(pointer: coarse)").matches ? TOUCH_STRIP : STRIP);

function buildStrips(chart) {
  const stage = chart.host.querySelector(".stage");
  stage.querySelectorAll(".under").forEach((strip) => strip.remove());
  for (const plane of Object.keys(chart.data.slices.planes)) {
    const strip = Object.assign(document.createElement("div"), { className: "under", hidden: true });
    strip.dataset.plane = plane;
    const back = makeButton("‹", `Previous ${plane} slice`, () => stepPlane(chart, plane, -1));
    const on = makeButton("›", `Next ${plane} slice`, () => stepPlane(chart, plane, 1));
    const large = makeButton("⤢", `Maximise the ${plane} plane`, () => maximise(chart, plane), "double click");
    large.classList.add("maximise");
    large.dataset.plane = plane;
    strip.append(back, Object.assign(document.createElement("span"), { textContent: plane }), on, large);
    stage.append(strip);
  }
}

function makeButton(text, label, onclick, key = "") {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick });
  if (text !== label) button.setAttribute("aria-label", label);
  button.title = key ? `${label} (${key})` : label;
  return button;
}

// Leave a strip below each row of planes; what is left of the height is shared as it was.
function leaveStrips(chart, layout) {
  const share = stripHeight() / (layout.height - layout.margin.t - layout.margin.b);
  const names = Object.entries(chart.data.slices.planes).filter(([plane]) => !chart.large || plane === chart.large).map(([, { axes }]) => longName(axes[1]));
  const bottoms = [...new Set(names.map((name) => layout[name].domain[0].toFixed(6)))].map(Number);
  const rest = Math.max(0.1, 1 - bottoms.length * share);
  for (const name of names) {
    const [low, high] = layout[name].domain;
    const [below, upTo] = [low + 1e-5, high - 1e-5].map((end) => bottoms.filter((bottom) => bottom < end).length);
    layout[name] = { ...layout[name], domain: [Math.min(1, low * rest + below * share), Math.min(1, high * rest + upTo * share)] };
  }
}

// Put each strip under its plane; the strips of planes that are not seen stand at the ends of the large one's.
function placeStrips(chart) {
  const { planes, is_straight: hasRulers } = chart.data.slices;
  let nBeside = 0;
  for (const strip of chart.host.querySelectorAll(".under")) {
    const { plane } = strip.dataset;
    const area = plotArea(chart.plot, planes[chart.large ?? plane].axes);
    const isBeside = chart.large && plane !== chart.large;
    const share = isBeside ? [1 / 6, 5 / 6][nBeside++] : 0.5;
    strip.hidden = false;
    const room = chart.large ? area.width / 3 : area.width;
    strip.querySelector("span").textContent = room < SHORT_BELOW ? plane.slice(0, 3) : plane;
    strip.classList.toggle("compact", room < SHORT_BELOW);
    strip.classList.toggle("beside", room < LEAST && Boolean(isBeside));
    strip.classList.toggle("alone", room < LEAST && !isBeside);
    Object.assign(strip.style, { left: `${area.left + share * area.width}px`, top: `${area.top + area.height + (hasRulers ? RULER : 0)}px`, height: `${stripHeight()}px` });
  }
}
