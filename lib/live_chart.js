// Draws a Plotly figure, updates it in place, reports clicks, and moves the cursor without the server.
// All charts of a page share one cursor: a point in world mm and a volume index. Python owns the figure; the browser
// owns the hand. Python's cursor is taken over when its stamp is new, and is told the browser's while it moves.

const REPORT_EVERY = 100; // ms between two reports of a moving cursor to Python
const FEEDS_FIRST = 40; // ms that a feed has before Python is told: both need the server, and one is waited for
const REST_AFTER = 140; // ms without a move until the fast picture gives way to the figure
const NARROW_BELOW = 640; // px
const FLICKER_EVERY = 600; // ms: under the three flashes a second that can harm
const WHEEL_STEP = 40; // px of wheel travel a slice

const page = (window.voxelExplorer ??= { cursor: null, stamp: null, charts: new Set(), plotly: null });

const appRoot = () => {
  const own = document.querySelector('script[src*="static/js/"]')?.src;
  return own ? own.slice(0, own.indexOf("static/js/")) : `${location.origin}/`;
};

function loadPlotly(version) {
  page.plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${appRoot()}live/plotly.js?v=${version}`;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      page.plotly = null;
      reject(new Error("The chart library could not be loaded. Reload the page."));
    };
    document.head.append(script);
  });
  return page.plotly;
}

export default function (component) {
  const host = component.parentElement.querySelector(".live-chart");
  host.chart ??= createChart(host);
  host.chart.receive(component);
  return () => host.chart.remove();
}

function createChart(host) {
  const plot = host.querySelector(".plot");
  const chart = {
    host, plot, data: null, figure: null, figureText: "", zoom: {}, patches: {}, layers: [], canvases: {},
    layoutPatches: {}, swipe: 1, isOverlayOff: false, flicker: 0, plane: "axial", isMoving: false, frame: 0, restTimer: 0, wheel: 0, drawn: Promise.resolve(),
  };
  page.charts.add(chart);
  const observer = new ResizeObserver(() => chart.data && draw(chart));
  observer.observe(host);
  listen(chart);

  chart.receive = (component) => {
    chart.report = component.setStateValue;
    chart.trigger = component.setTriggerValue;
    const previous = chart.data;
    const style = getComputedStyle(host);
    const received = JSON.stringify([component.data, style.getPropertyValue("--st-text-color"), style.getPropertyValue("--st-background-color")]);
    if (received === chart.received) return;
    chart.received = received;
    chart.data = component.data;
    chart.plot.setAttribute("aria-label", chart.data.alt);
    if (previous?.feed !== chart.data.feed) Object.assign(chart, { patches: {}, layoutPatches: {} });
    const cursor = chart.data.cursor;
    if (cursor && cursor.stamp !== page.stamp) {
      page.stamp = cursor.stamp;
      page.cursor = { x: cursor.x, y: cursor.y, z: cursor.z, t: cursor.t };
      for (const other of page.charts) if (other !== chart && other.data) follow(other);
      writeAddress();
    }
    if (chart.data.link) writeAddress();
    if (chart.data.slices) buildControls(chart);
    reserveSize(chart);
    loadLayers(chart);
    fetchFeed(chart);
    draw(chart);
  };
  chart.remove = () => {
    page.charts.delete(chart);
    observer.disconnect();
    clearTimeout(chart.restTimer);
    cancelAnimationFrame(chart.frame);
    stopPlaying(chart);
    clearInterval(chart.flicker);
    if (window.Plotly) window.Plotly.purge(plot);
  };
  return chart;
}

// --- the figure -------------------------------------------------------------------------------------------------

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
  return isNarrow(chart) ? chart.data.narrow : chart.data.wide;
}

function reserveSize(chart) {
  const { aspect, height, margin, max_height: tallest } = pickFit(chart);
  const wanted = height ?? Math.round(aspect * (chart.host.clientWidth - margin[0])) + margin[1];
  chart.height = Math.max(160, Math.min(wanted, tallest ?? wanted));
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
  if (!chart.host.clientWidth) return;
  if (chart.isWaiting) return chart.drawn;
  chart.isWaiting = true;
  chart.drawn = chart.drawn.then(async () => {
    try {
      const Plotly = await loadPlotly(chart.data.plotly_version);
      chart.isWaiting = false;
      await drawFigure(chart, Plotly);
    } catch (error) {
      chart.isWaiting = false;
      say(chart, error.message);
    }
  });
  return chart.drawn;
}

async function drawFigure(chart, Plotly) {
  if (!page.charts.has(chart)) return;
  reserveSize(chart);
  readFigure(chart);
  const traces = chart.figure.data.map((trace, number) => ({ ...trace, ...chart.patches[number] }));
  if (chart.data.slices) fillSlices(chart, traces);
  if (chart.data.time) fillTime(chart, traces);
  const layout = { ...chart.figure.layout, ...chart.layoutPatches[isNarrow(chart) ? "narrow" : "wide"], width: chart.host.clientWidth, height: chart.height };
  for (const [axis, range] of Object.entries(chart.zoom)) layout[axis] = { ...layout[axis], range };
  const config = { displaylogo: false, responsive: false, doubleClick: false, scrollZoom: false, ...chartButtons(chart, Plotly), ...(hasHover() ? {} : { displayModeBar: true }) };
  const isFirst = !chart.plot.data;
  await Plotly.react(chart.plot, traces, layout, config);
  if (isFirst) chart.plot.on("plotly_relayout", (change) => rememberZoom(chart, change));
  if (!chart.isMoving) hideCanvases(chart);
  chart.plot.dataset.drawn = String(Number(chart.plot.dataset.drawn ?? 0) + 1);
}

function chartButtons(chart, Plotly) {
  const isScene = Boolean(chart.figure.layout.scene);
  const keep = isScene ? ["tableRotation", "zoom3d", "pan3d", "resetCameraDefault3d"] : chart.data.slices ? ["zoomIn2d", "zoomOut2d", "resetScale2d"] : ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"];
  const picture = { name: "Download PNG", title: "Download PNG of this view", icon: Plotly.Icons.camera, click: () => savePicture(chart, Plotly) };
  return { modeBarButtons: [[...keep, picture]] };
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

async function savePicture(chart, Plotly) {
  const style = getComputedStyle(chart.host);
  const readout = document.querySelector(".st-key-readout")?.innerText.split("\n").filter(Boolean).join("  ") ?? "";
  const caption = [chart.data.caption, readout].filter(Boolean).join("   ");
  const { layout } = chart.plot;
  const bottom = (layout.margin?.b ?? 40) + 34;
  const note = { text: caption, x: 0, xref: "paper", xanchor: "left", y: 0, yref: "paper", yanchor: "top", yshift: 12 - bottom + 10, showarrow: false, font: { size: 12 } };
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

// --- the slices -------------------------------------------------------------------------------------------------

function loadLayers(chart) {
  const slices = chart.data.slices;
  if (!slices) return;
  const wanted = slices.layers.map((layer) => appRoot() + layer.url.replace("{t}", String(page.cursor?.t ?? 0)));
  wanted.forEach((address, number) => {
    const known = chart.layers[number];
    if (known?.address === address) return;
    const layer = { address, bytes: known?.bytes ?? null };
    layer.size = (slices.layers[number].shape ?? slices.shape).join();
    if (known && known.size !== layer.size) layer.bytes = null;
    chart.layers[number] = layer;
    const entry = fetchPicture(address);
    if (entry.bytes) {
      layer.bytes = entry.bytes;
      return;
    }
    if (!layer.bytes) say(chart, "Loading the image");
    entry.promise.then((bytes) => {
      if (chart.layers[number]?.address !== address) return;
      layer.bytes = bytes;
      say(chart, "");
      if (chart.isMoving || chart.playing) paintSoon(chart);
      else draw(chart);
    }, (error) => say(chart, error.message));
  });
  chart.layers.length = wanted.length;
}

function crossing(slices, along, index) {
  return along.slice(1).map((axis) => slices.starts[axis] + index[axis] * slices.sizes[axis]);
}

// Rows of one plane of a layer, as it is to be seen now: outlined, swiped to the left part, or switched off.
function takeLayer(chart, number, along, index) {
  const { layers, shape } = chart.data.slices;
  const layer = layers[number];
  const bytes = number > 0 && chart.isOverlayOff ? null : chart.layers[number]?.bytes;
  let rows = layer.from_grid ? takeThrough(bytes, layer, shape, along, index) : takeSlice(bytes, shape, along, index);
  if (layer.is_outline) rows = outlineRows(rows);
  return number > 0 && chart.swipe < 1 ? keepLeft(rows, chart.swipe) : rows;
}

function fillSlices(chart, traces) {
  const { slices } = chart.data;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const { along, heatmaps, crosshair } of Object.values(slices.planes)) {
    heatmaps.forEach((trace, layer) => {
      traces[trace].z = takeLayer(chart, layer, along, index[along[0]]);
    });
    const [u, v] = crossing(slices, along, index);
    const ends = along.slice(1).map((axis) => [-1, slices.shape[axis]].map((n) => slices.starts[axis] + n * slices.sizes[axis]));
    traces[crosshair].x = [u, u, null, ...ends[0]];
    traces[crosshair].y = [...ends[1], null, v, v];
  }
}

function paintSoon(chart) {
  cancelAnimationFrame(chart.frame);
  chart.frame = requestAnimationFrame(() => paintCanvases(chart));
}

// The tinted slice of one layer in one plane; kept, because a drag in a plane changes the slices of the other two only.
function tintLayer(chart, plane, number, along, index) {
  const { table, from_grid: placed, is_outline: isOutline } = chart.data.slices.layers[number];
  const { address, bytes } = chart.layers[number] ?? {};
  const made = [address, Boolean(bytes), index, table, placed, isOutline, chart.swipe, chart.isOverlayOff].join();
  const kept = ((chart.tinted ??= {})[`${plane} ${number}`] ??= {});
  if (kept.made !== made) {
    const colours = ((chart.tables ??= {})[table] ??= decodeTable(table));
    Object.assign(kept, { made, picture: tintSlice(takeLayer(chart, number, along, index), colours, kept.picture) });
  }
  return kept.picture;
}

function paintCanvases(chart) {
  if (!chart.plot._fullLayout || !chart.figure) return;
  const { slices } = chart.data;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const [name, { axes, along, heatmaps, crosshair }] of Object.entries(slices.planes)) {
    const canvas = (chart.canvases[name] ??= chart.host.querySelector(".stage").appendChild(document.createElement("canvas")));
    const [u, v] = crossing(slices, along, index);
    const layers = heatmaps.map((trace, number) => ({
      picture: tintLayer(chart, name, number, along, index[along[0]]),
      opacity: chart.figure.data[trace].opacity ?? 1,
    }));
    const colour = chart.figure.data[crosshair].line.color;
    paintPlane(canvas, plotArea(chart.plot, axes), layers, chart.figure.data[heatmaps[0]], { u, v, colour, behind: chart.figure.layout.plot_bgcolor });
    canvas.hidden = false;
  }
  chart.host.dataset.painted = String(Number(chart.host.dataset.painted ?? 0) + 1);
}

function hideCanvases(chart) {
  for (const canvas of Object.values(chart.canvases)) canvas.hidden = true;
}

// --- the cursor -------------------------------------------------------------------------------------------------

// A chart shows the page's cursor: at once by the fast picture, at rest by the figure.
function follow(chart) {
  const { slices, time, feed } = chart.data;
  if (feed) fetchFeed(chart);
  if (!slices && !time) return;
  if (!slices) {
    if (page.cursor.t !== chart.shownVolume) draw(chart);
    return;
  }
  loadLayers(chart);
  showTime(chart);
  chart.isMoving = true;
  paintSoon(chart);
  clearTimeout(chart.restTimer);
  chart.restTimer = setTimeout(() => {
    chart.isMoving = false;
    draw(chart);
  }, REST_AFTER);
}

function moveCursor(chart, change) {
  page.cursor = { ...page.cursor, ...change };
  for (const other of page.charts) if (other.data) follow(other);
  reportSoon(chart);
}

function reportSoon(chart) {
  if (chart.reportTimer) return;
  const atOnce = [...page.charts].some((other) => other.data?.feed) ? FEEDS_FIRST : 0;
  const wait = Math.max(atOnce, REPORT_EVERY - (performance.now() - (chart.reportedAt ?? -REPORT_EVERY)));
  chart.reportTimer = setTimeout(() => {
    chart.reportTimer = 0;
    chart.reportedAt = performance.now();
    writeAddress();
    chart.report("cursor", { ...page.cursor });
  }, wait);
}

// The link in the address bar reproduces the view. Replaced, not pushed: a drag is not a history of pages.
function writeAddress() {
  if (!page.cursor) return;
  const address = new URL(location.href);
  for (const chart of page.charts) {
    for (const [name, value] of Object.entries(chart.data?.link ?? {})) {
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
  }
  for (const axis of ["x", "y", "z"]) address.searchParams.set(axis, page.cursor[axis].toFixed(2).replace(/^-0\.00$/, "0.00"));
  const hasTime = [...page.charts].some((chart) => chart.data?.time || chart.data?.slices?.n_volumes > 1);
  if (hasTime) address.searchParams.set("t", String(page.cursor.t));
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

function moveInPlane(chart, plane, u, v) {
  const { slices } = chart.data;
  const [, right, up] = slices.planes[plane].along;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const [axis, value] of [[right, u], [up, v]]) {
    const nearest = Math.floor((value - slices.starts[axis]) / slices.sizes[axis] + 0.5);
    index[axis] = Math.max(0, Math.min(slices.shape[axis] - 1, nearest));
  }
  moveToIndex(chart, index);
}

function stepPlane(chart, plane, steps) {
  const { slices } = chart.data;
  const axis = slices.planes[plane].along[0];
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  index[axis] = Math.max(0, Math.min(slices.shape[axis] - 1, index[axis] + steps));
  moveToIndex(chart, index);
}

function moveToIndex(chart, index) {
  const [x, y, z] = applyAffine(chart.data.slices.world_from_grid, index);
  moveCursor(chart, { x, y, z });
}

const countVolumes = (chart) => chart.data.time?.n_volumes ?? chart.data.slices?.n_volumes ?? 1;

// The volume that a chart shows: the last one, where the cursor comes from a longer run.
const shownVolume = (chart) => Math.min(page.cursor.t, countVolumes(chart) - 1);

function moveToVolume(chart, t) {
  const next = Math.max(0, Math.min(countVolumes(chart) - 1, t));
  if (next !== page.cursor.t) moveCursor(chart, { t: next });
}

// --- time and feeds ---------------------------------------------------------------------------------------------

function fillTime(chart, traces) {
  const { lines, times } = chart.data.time;
  chart.shownVolume = page.cursor.t;
  const at = times[Math.min(page.cursor.t, times.length - 1)];
  for (const number of lines) traces[number].x = traces[number].y.map(() => at);
}

// Ask the server for what belongs to the cursor; while one answer is under way, only the latest question waits.
async function fetchFeed(chart) {
  if (!chart.data.feed || !page.cursor) return;
  const { x, y, z, t } = page.cursor;
  const address = `${appRoot()}${chart.data.feed}?x=${x}&y=${y}&z=${z}&t=${t}${isFlat(chart) ? "&flat=1" : ""}`;
  if (chart.asking || address === chart.answered) {
    chart.isAskedAgain = chart.asking && address !== chart.asking;
    return;
  }
  chart.asking = address;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    const { traces = {}, layout = {}, narrow_layout = layout } = JSON.parse(putThemeIn(chart, await answer.text()));
    Object.assign(chart.patches, traces);
    chart.layoutPatches = { wide: layout, narrow: narrow_layout };
    chart.answered = address;
    say(chart, "");
    await draw(chart);
  } catch (error) {
    chart.answered = address;
    say(chart, error.message);
  }
  chart.asking = null;
  if (chart.isAskedAgain) {
    chart.isAskedAgain = false;
    fetchFeed(chart);
  }
}

function stopPlaying(chart) {
  clearInterval(chart.playing);
  chart.playing = 0;
  showTime(chart);
}

function startPlaying(chart) {
  const rate = Number(chart.host.querySelector(".rate").value);
  chart.playing = setInterval(() => {
    if (!chart.layers.every((layer) => layer.bytes && pictures.get(layer.address)?.bytes)) return;
    moveCursor(chart, { t: (shownVolume(chart) + 1) % countVolumes(chart) });
  }, 1000 / rate);
  showTime(chart);
}

function showTime(chart) {
  const bar = chart.host.querySelector(".time");
  if (!bar || !chart.data?.slices || !page.cursor) return;
  bar.querySelector(".volume").value = String(shownVolume(chart));
  bar.querySelector(".which").textContent = `volume ${shownVolume(chart)} of 0–${countVolumes(chart) - 1}`;
  bar.querySelector(".play").textContent = chart.playing ? "Pause" : "Play";
}

function setFlicker(chart, isOn) {
  clearInterval(chart.flicker);
  chart.isOverlayOff = false;
  chart.flicker = isOn ? setInterval(() => showCompared(chart, { isOverlayOff: !chart.isOverlayOff }), FLICKER_EVERY) : 0;
  chart.host.querySelector(".flicker").textContent = isOn ? "Stop" : "Flicker";
  showCompared(chart, {});
}

function showCompared(chart, change) {
  Object.assign(chart, change);
  follow(chart);
}

// --- the hand ---------------------------------------------------------------------------------------------------

function buildControls(chart) {
  const { slices } = chart.data;
  const isCompared = slices.can_compare && slices.layers.length > 1;
  const shown = `${Object.keys(slices.planes)}|${slices.n_volumes}|${isCompared}`;
  if (chart.controls === shown) return showTime(chart);
  chart.controls = shown;
  const steps = chart.host.querySelector(".steps");
  steps.replaceChildren();
  for (const plane of Object.keys(slices.planes)) {
    const group = document.createElement("span");
    for (const [text, by, word] of [["‹", -1, "Previous"], ["›", 1, "Next"]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.setAttribute("aria-label", `${word} ${plane} slice`);
      button.onclick = () => stepPlane(chart, plane, by);
      group.append(button);
    }
    group.insertBefore(Object.assign(document.createElement("span"), { textContent: plane }), group.lastChild);
    steps.append(group);
  }
  const save = Object.assign(document.createElement("button"), { type: "button", textContent: "Download PNG" });
  save.onclick = async () => savePicture(chart, await loadPlotly(chart.data.plotly_version));
  steps.append(save);
  const bar = chart.host.querySelector(".time");
  bar.hidden = slices.n_volumes < 2;
  const slider = bar.querySelector(".volume");
  slider.max = String(slices.n_volumes - 1);
  slider.oninput = () => moveToVolume(chart, Number(slider.value));
  bar.querySelector(".first").onclick = () => moveToVolume(chart, 0);
  bar.querySelector(".last").onclick = () => moveToVolume(chart, countVolumes(chart) - 1);
  bar.querySelector(".play").onclick = () => (chart.playing ? stopPlaying(chart) : startPlaying(chart));
  bar.querySelector(".rate").onchange = () => chart.playing && (stopPlaying(chart), startPlaying(chart));
  showTime(chart);
  const compare = chart.host.querySelector(".compare");
  compare.hidden = !isCompared;
  if (!isCompared) chart.swipe = 1;
  if (!isCompared && chart.flicker) setFlicker(chart, false);
  const swipe = compare.querySelector(".swipe");
  swipe.value = String(100 * chart.swipe);
  swipe.oninput = () => showCompared(chart, { swipe: Number(swipe.value) / 100 });
  compare.querySelector(".flicker").onclick = () => setFlicker(chart, !chart.flicker);
}

function listen(chart) {
  const { host, plot } = chart;
  let grip = null;
  const at = (event) => {
    const box = plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const findPlane = (event) => Object.entries(chart.data?.slices?.planes ?? {}).find(([, { axes }]) => isIn(plotArea(plot, axes), at(event)));
  const isIn = (area, [px, py]) => px >= area.left && px <= area.left + area.width && py >= area.top && py <= area.top + area.height;
  const isButton = (event) => event.target.closest?.(".modebar, button, input, select");

  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || isButton(event) || !plot._fullLayout) return;
    const found = findPlane(event);
    grip = { plane: found?.[0], start: at(event), last: at(event), isPan: event.shiftKey, isTouch: event.pointerType === "touch", hasMoved: false };
    if (!found) return;
    chart.plane = found[0];
    if (!grip.isTouch) {
      host.focus({ preventScroll: true });
      event.preventDefault();
      if (!grip.isPan) dragTo(event);
    }
  }, true);
  const dragTo = (event) => {
    const area = plotArea(plot, chart.data.slices.planes[grip.plane].axes);
    const [px, py] = at(event);
    moveInPlane(chart, grip.plane, ...area.toData(px - area.left, py - area.top));
  };
  const onMove = (event) => {
    if (!grip) return;
    const [px, py] = at(event);
    if (Math.hypot(px - grip.start[0], py - grip.start[1]) > 4) grip.hasMoved = true;
    if (!grip.plane || grip.isTouch) return;
    if (grip.isPan) zoomBy(chart, grip.plane, 1, null, [px - grip.last[0], py - grip.last[1]]);
    else dragTo(event);
    grip.last = [px, py];
  };
  const onUp = (event) => {
    const held = grip;
    grip = null;
    if (!held || !page.charts.has(chart) || event.type === "pointercancel") return;
    if (held.plane && held.isTouch && !held.hasMoved) {
      grip = held;
      dragTo(event);
      grip = null;
    }
    if (!held.hasMoved && !held.plane) clickPlot(chart, at(event));
  };
  // Plotly looks for the point under the mouse at every move; while the cursor is dragged, nobody reads that.
  plot.addEventListener("mousemove", (event) => grip?.plane && event.stopPropagation(), true);
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onUp);
  plot.addEventListener("dblclick", () => {
    chart.zoom = {};
    draw(chart);
  });
  host.addEventListener("pointermove", (event) => {
    if (grip || !plot._fullLayout) return;
    chart.plane = findPlane(event)?.[0] ?? chart.plane;
  });
  host.addEventListener("pointerenter", () => {
    if (!document.activeElement?.closest("input, textarea, select, [contenteditable]")) host.focus({ preventScroll: true });
  });
  plot.addEventListener("wheel", (event) => {
    const found = plot._fullLayout && findPlane(event);
    if (!found) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return zoomBy(chart, found[0], event.deltaY > 0 ? 1.15 : 1 / 1.15, at(event), [0, 0]);
    chart.wheel += event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_STEP;
    const steps = Math.trunc(chart.wheel / WHEEL_STEP);
    chart.wheel -= steps * WHEEL_STEP;
    if (steps) stepPlane(chart, found[0], -steps);
  }, { passive: false });
  host.addEventListener("keydown", (event) => pressKey(chart, event));
}

function pressKey(chart, event) {
  if (event.target.closest("input, select, button") || !page.cursor || event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (!steps) return;
  if (chart.data.slices) stepPlane(chart, chart.plane, steps);
  else if (chart.data.time) moveToVolume(chart, shownVolume(chart) + steps);
  else return;
  event.preventDefault();
}

function zoomBy(chart, plane, factor, centre, [dx, dy]) {
  const area = plotArea(chart.plot, chart.data.slices.planes[plane].axes);
  const [u, v] = centre ? area.toData(centre[0] - area.left, centre[1] - area.top) : [0, 0];
  const shiftX = (-dx / area.width) * (area.x1 - area.x0);
  const shiftY = (dy / area.height) * (area.y1 - area.y0);
  chart.zoom[area.xKey] = [area.x0, area.x1].map((end) => u + (end - u) * factor + shiftX);
  chart.zoom[area.yKey] = [area.y0, area.y1].map((end) => v + (end - v) * factor + shiftY);
  draw(chart);
}

// A click on a plot without slices: on a time axis it moves the volume, anywhere it can be told to Python.
function clickPlot(chart, [px, py]) {
  if (!chart.plot._fullLayout) return;
  for (const id of chart.plot._fullLayout._subplots?.cartesian ?? []) {
    const [, x, y] = id.match(/^(x\d*)(y\d*)$/);
    const area = plotArea(chart.plot, [x, y]);
    if (px < area.left || px > area.left + area.width || py < area.top || py > area.top + area.height) continue;
    const [u, v] = area.toData(px - area.left, py - area.top);
    if (chart.data.time) {
      const { times } = chart.data.time;
      const nearest = times.reduce((best, time, t) => (Math.abs(time - u) < Math.abs(times[best] - u) ? t : best), 0);
      moveToVolume(chart, nearest);
    }
    if (chart.data.clicks) chart.trigger("click", { x: u, y: v, axes: id });
    return;
  }
}
