// The bar under the stage: layout, switches, zoom, the card, the whole screen, and the picture as a file.

const ZOOM_STEP = 1.3;
const NOTE = "Smoothed for display; numbers are the voxels’.";

function buildBar(chart, isSmooth) {
  const bar = chart.host.querySelector(".steps");
  const parts = [];
  const isSmall = chart.host.clientWidth < NARROW_BELOW;
  // On a page with two stages, the switches of both stand under the first.
  if (isMainStage(chart)) {
    if (chart.data.square) parts.push(layoutBox(isNarrow(chart)));
    parts.push(
      switchButton("Crosshair", "crosshair", "c", "Show the crosshair"),
      switchButton("Gap", "gap", "g", "Leave the crosshair's centre free"),
      switchButton("Letters", "letters", "l", "Show left and right, front and back"),
      switchButton("Fit to the head", "head", "h", "Zoom all planes to what is brighter than the background: a tenth of the 98th percentile"),
    );
  }
  parts.push(groupOf(makeButton("−", "Zoom out", () => zoomAll(chart, ZOOM_STEP), "-"), makeButton("+", "Zoom in", () => zoomAll(chart, 1 / ZOOM_STEP), "+")));
  const save = makeButton("Download PNG", "Download PNG", async () => savePicture(chart, await loadPlotly(chart.data.plotly_version)));
  const main = groupOf(makeButton("?", "Keys and mouse", () => toggleCard(chart), "?"), makeButton("Full screen", "Full screen", () => toggleFullScreen(chart), "f"));
  const folded = isSmall ? foldAway([...parts.splice(0), save], main) : null;
  if (!folded) main.append(save);
  parts.push(main);
  if (isSmooth) parts.push(Object.assign(document.createElement("span"), { className: "note", textContent: isSmall ? "Smoothed for display" : NOTE, title: NOTE }));
  if (folded) parts.push(folded);
  bar.replaceChildren(...parts);
  showView(chart);
}

// On a small stage, most of the bar is one press away, so that what follows the planes is on the same screen. Returns
// what is folded; its button is put into `main`.
function foldAway(parts, main) {
  const folded = Object.assign(document.createElement("span"), { className: "folded", hidden: true });
  folded.append(...parts);
  const button = makeButton("More", "Layout, switches, zoom, download", () => {
    folded.hidden = !folded.hidden;
    button.setAttribute("aria-expanded", String(!folded.hidden));
  });
  button.setAttribute("aria-expanded", "false");
  main.append(button);
  return folded;
}

function groupOf(...buttons) {
  const group = document.createElement("span");
  group.append(...buttons);
  return group;
}

// In a narrow place, planes do not stand in a row.
function layoutBox(isNarrowPlace) {
  const box = Object.assign(document.createElement("select"), { className: "layout", title: "Layout of the planes (v)" });
  box.setAttribute("aria-label", "Layout of the planes");
  for (const [value, text] of Object.entries(LAYOUTS)) {
    const textContent = isNarrowPlace && value === "row" ? "As they fit" : text;
    box.append(Object.assign(document.createElement("option"), { value, textContent }));
  }
  box.onchange = () => changeView({ layout: box.value });
  return box;
}

function switchButton(text, name, key, words) {
  const button = makeButton(text, text, () => toggleView(name));
  button.title = `${words} (${key})`;
  button.dataset.switch = name;
  return button;
}

function showView(chart) {
  for (const button of chart.host.querySelectorAll("[data-switch]")) button.setAttribute("aria-pressed", String(page.view[button.dataset.switch]));
  const box = chart.host.querySelector("select.layout");
  if (box) box.value = page.view.layout;
}

// Zoom all planes about the crosshair; out no further than the whole.
function zoomAll(chart, factor) {
  if (!chart.plot._fullLayout || !chart.fitted) return;
  const { slices } = chart.data;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  const planes = Object.values(slices.planes);
  const isWhole = planes.every(({ axes }) => {
    const area = plotArea(chart.plot, axes);
    const whole = chart.fitted[area.xKey];
    return !whole || Math.abs(area.x1 - area.x0) * factor >= Math.abs(whole[1] - whole[0]) * 0.999;
  });
  if (factor > 1 && isWhole) {
    chart.zoom = {};
    return draw(chart);
  }
  for (const [name, { axes, along }] of Object.entries(slices.planes)) {
    if (chart.large && name !== chart.large) continue;
    const area = plotArea(chart.plot, axes);
    setZoom(chart, area, factor, crossing(slices, along, index), [0, 0]);
  }
  draw(chart);
}
