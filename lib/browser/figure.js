// The Plotly figure of a chart: which fit, in which colours, drawn in place, and saved as a picture.

const NARROW_BELOW = 640; // px

function isNarrow(chart) {
  return Boolean(chart.data.narrow) && chart.host.clientWidth < NARROW_BELOW;
}

// Software rendering counts: it is slow, but it draws.
function hasWebgl() {
  page.hasWebgl ??= Boolean(document.createElement("canvas").getContext("webgl"));
  return page.hasWebgl;
}

// Without a mouse nothing is hovered, so the buttons that would appear then are always there.
const hasHover = () => matchMedia("(hover: hover)").matches;

function isFlat(chart) {
  return Boolean(chart.data.flat) && !hasWebgl();
}

function pickFit(chart) {
  if (isFlat(chart)) return chart.data.flat;
  if (chart.data.slices && (chart.large || layoutOf(chart) in chart.data.slices.planes)) return chart.data.alone ?? chart.data.wide;
  if (chart.data.slices && layoutOf(chart) === "2x2") return chart.data.square;
  return isNarrow(chart) ? chart.data.narrow : chart.data.wide;
}

function reserveSize(chart) {
  const { aspect, height, margin, rows, screen_share: share } = pickFit(chart);
  const strips = chart.data.slices ? rows * stripHeight() : 0;
  const wanted = height ?? Math.round(aspect * (chart.host.clientWidth - margin[0])) + margin[1] + strips;
  chart.height = Math.max(160, share ? stageHeight(chart, wanted, share) : wanted);
  chart.plot.style.height = `${chart.height}px`;
}

function readFigure(chart) {
  const themed = putThemeIn(chart, pickFit(chart).figure);
  if (themed === chart.figureText) return;
  const figure = JSON.parse(themed);
  if (figure.layout.uirevision !== chart.figure?.layout.uirevision) chart.zoom = {};
  chart.figureText = themed;
  chart.figure = figure;
}

function putThemeIn(chart, text) {
  const style = getComputedStyle(chart.host);
  return text.replace(/var\((--st-[a-z0-9-]+)\)/g, (_, name) => style.getPropertyValue(name).trim() || "#888888");
}

// Drawings never overlap, and while one is under way at most one more waits: it will show the latest state.
async function draw(chart) {
  if (!chart.host.clientWidth || chart.isAwaiting) return;
  if (chart.isWaiting) return chart.drawn;
  chart.isWaiting = true;
  chart.drawn = chart.drawn.then(async () => {
    try {
      const Plotly = await loadPlotly(chart.data.plotly_version);
      await firstPicture(chart);
      await leaveRoom();
      chart.isWaiting = false;
      const start = performance.now();
      await drawFigure(chart, Plotly);
      page.drawnAt = performance.now();
      page.drawnFor = page.drawnAt - start;
    } catch (error) {
      chart.isWaiting = false;
      say(chart, error.message);
    }
  });
  return chart.drawn;
}

// While the hand moves, figures rest as long as they took to draw, so that the fast picture and the hand get a turn.
function leaveRoom() {
  const rest = (page.drawnAt ?? 0) + (page.drawnFor ?? 0) - performance.now();
  return isHandMoving() && rest > 0 ? new Promise((resolve) => setTimeout(resolve, rest)) : null;
}

async function drawFigure(chart, Plotly) {
  if (!page.charts.has(chart)) return;
  reserveSize(chart);
  readFigure(chart);
  const traces = chart.figure.data.map((trace) => ({ ...trace, ...chart.patches[trace.uid] }));
  if (chart.data.time) fillTime(chart, traces);
  const layout = layOut(chart);
  if (chart.data.slices) {
    fillSlices(chart, traces, layout);
    switchOff(chart, traces, layout);
    addScaleBars(chart, layout);
  }
  const config = { displaylogo: false, responsive: false, doubleClick: false, scrollZoom: false, ...chartButtons(chart, Plotly) };
  const isFirst = !chart.plot.data;
  await Plotly.react(chart.plot, traces, layout, config);
  if (isFirst) chart.plot.on("plotly_relayout", (change) => rememberZoom(chart, change));
  if (chart.data.slices) placeStrips(chart);
  if (!chart.isMoving) hideCanvases(chart);
  else if (!chart.data.slices) paintLines(chart);
  chart.plot.dataset.drawn = String(Number(chart.plot.dataset.drawn ?? 0) + 1);
}

// The figure's layout at the chart's size, as the hand has changed it.
function layOut(chart) {
  const layout = { ...chart.figure.layout, ...chart.layoutPatches[isNarrow(chart) ? "narrow" : "wide"], width: chart.host.clientWidth, height: chart.height };
  if (chart.data.slices) {
    placeLarge(chart, layout);
    placeBeside(chart, layout);
    leaveStrips(chart, layout);
    fitPlanes(chart, layout);
  }
  for (const [axis, range] of Object.entries(chart.zoom)) layout[axis] = { ...layout[axis], range };
  return layout;
}

// The planes have theirs in the bar under the stage.
function chartButtons(chart, Plotly) {
  if (chart.data.slices) return { displayModeBar: false };
  const isScene = Boolean(chart.figure.layout.scene);
  const keep = isScene ? ["tableRotation", "zoom3d", "pan3d", "resetCameraDefault3d"] : ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"];
  const picture = { name: "Download PNG", title: "Download PNG of this view", icon: Plotly.Icons.camera, click: () => savePicture(chart, Plotly) };
  return { modeBarButtons: [[...keep, picture]], ...(hasHover() ? {} : { displayModeBar: true }) };
}

function rememberZoom(chart, change) {
  for (const [key, value] of Object.entries(change)) {
    const match = key.match(/^([xy]axis\d*)\.(range(?:\[(\d)\])?|autorange)$/);
    if (!match) continue;
    const [, axis, , end] = match;
    if (key.endsWith("autorange")) delete chart.zoom[axis];
    else if (end === undefined) chart.zoom[axis] = value;
    else (chart.zoom[axis] ??= [...chart.plot.layout[axis].range])[Number(end)] = value;
  }
}

// Plotly shows such a text letter by letter, as lib/plain_text.py has it.
function escapeText(text) {
  return text.replace(/[&<>$]|%(?={)/g, (letter) => `&#${letter.codePointAt(0)};`);
}

function plainText(escaped) {
  return escaped.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

async function savePicture(chart, Plotly) {
  const style = getComputedStyle(chart.host);
  const readout = document.querySelector(".st-key-readout")?.innerText.split("\n").filter(Boolean).join("  ") ?? "";
  const caption = [chart.data.caption, readout].filter(Boolean).join("   ");
  const { layout } = chart.plot;
  const bottom = (layout.margin?.b ?? 40) + 34;
  const note = { text: escapeText(caption), x: 0, xref: "paper", xanchor: "left", y: 0, yref: "paper", yanchor: "top", yshift: 12 - bottom + 10, showarrow: false, font: { size: 12 } };
  const whole = {
    ...layout, paper_bgcolor: style.getPropertyValue("--st-background-color").trim() || "white",
    margin: { ...layout.margin, b: bottom }, annotations: [...(layout.annotations ?? []), note],
  };
  const address = await Plotly.toImage({ data: chart.plot.data, layout: whole }, { format: "png", width: layout.width, height: layout.height + 34, scale: 2 });
  const link = Object.assign(document.createElement("a"), { href: address, download: `${chart.data.file_name}.png` });
  link.click();
}

function say(chart, text) {
  chart.host.querySelector(".message").textContent = text;
}
