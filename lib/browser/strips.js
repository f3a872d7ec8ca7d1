// A strip under each plane, on the stage: the buttons that step it and make it large.

const STRIP = 30; // px
const TOUCH_STRIP = 44;
const RULER = 31; // px under a plane that its numbers take
const SHORT_BELOW = 150; // px of width below which a strip leaves the plane's name out

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

// Take the strips' height from the cells of all planes that are seen.
function leaveStrips(chart, layout) {
  const share = stripHeight() / (layout.height - layout.margin.t - layout.margin.b);
  for (const [plane, { axes }] of Object.entries(chart.data.slices.planes)) {
    if (chart.large && plane !== chart.large) continue;
    const name = longName(axes[1]);
    const [low, high] = layout[name].domain;
    layout[name] = { ...layout[name], domain: [Math.min(low + share, high - 0.01), high] };
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
    strip.classList.toggle("short", (chart.large ? area.width / 3 : area.width) < SHORT_BELOW);
    Object.assign(strip.style, { left: `${area.left + share * area.width}px`, top: `${area.top + area.height + (hasRulers ? RULER : 0)}px`, height: `${stripHeight()}px` });
  }
}
