// The planes of a chart: heat maps filled from volumes, and the fast picture that stands in while the hand moves.

const FAR = 20; // times the grid: no cell is as long

function loadLayers(chart) {
  const slices = chart.data.slices;
  if (!slices) return;
  const wanted = slices.layers.map((layer) => appRoot() + layer.url.replace("{t}", String(page.cursor?.t ?? 0)));
  wanted.forEach((address, number) => {
    const known = chart.layers[number];
    if (known?.address === address) return;
    const layer = { address, bytes: known?.bytes ?? null, window: known?.window, isLoading: false };
    layer.size = (slices.layers[number].shape ?? slices.shape).join();
    if (known && known.size !== layer.size) layer.bytes = null;
    chart.layers[number] = layer;
    const take = (bytes) => {
      Object.assign(layer, { bytes, window: slices.window, isLoading: false });
      if (number === 0) endWindowing(chart, slices.layers[0].url);
    };
    const entry = fetchPicture(address);
    if (entry.bytes) return take(entry.bytes);
    layer.isLoading = true;
    if (!layer.bytes) say(chart, "Loading the image");
    entry.promise.then((bytes) => {
      if (chart.layers[number]?.address !== address) return;
      take(bytes);
      chart.nRenewed = 0;
      say(chart, "");
      paintFirst(chart);
      if (chart.isMoving || chart.playing) paintSoon(chart);
      else draw(chart);
    }, (error) => {
      if (chart.layers[number]?.address !== address) return;
      layer.isLoading = false;
      giveUpFirst(chart);
      say(chart, error instanceof Expired && renew(chart, slices.layers[number].url) ? "" : error.message);
      draw(chart);
    });
  });
  chart.layers.length = wanted.length;
}

// Where the crosshair stands in a plane, in its axes' mm: straight with the world, where the cursor is, to the last digit.
function crossing(slices, along, index) {
  const { x, y, z } = page.cursor;
  return along.slice(1).map((axis) => (slices.is_straight ? [x, y, z][axis] : slices.starts[axis] + index[axis] * slices.sizes[axis]));
}

// Rows of one plane of a layer, as it is to be seen now: outlined, swiped to the left part, or switched off.
function takeLayer(chart, number, along, index) {
  const { layers, shape } = chart.data.slices;
  const layer = layers[number];
  const bytes = number > 0 && chart.isOverlayOff ? null : chart.layers[number]?.bytes;
  let rows = layer.from_grid ? takeThrough(bytes, layer, shape, along, index) : takeSlice(bytes, shape, along, index);
  const codes = number === 0 ? movedCodes(chart) : null;
  if (codes) rows = moveCodes(rows, codes);
  if (layer.is_outline) rows = outlineRows(rows);
  return number > 0 && chart.swipe < 1 ? keepLeft(rows, chart.swipe) : rows;
}

function fillSlices(chart, traces, layout) {
  const { slices } = chart.data;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const { axes, along, heatmaps, crosshair } of Object.values(slices.planes)) {
    heatmaps.forEach((trace, layer) => {
      traces[trace].z = takeLayer(chart, layer, along, index[along[0]]);
    });
    // Beyond every cell.
    const ends = along.slice(1).map((axis) => [-FAR, FAR].map((n) => slices.starts[axis] + n * slices.shape[axis] * slices.sizes[axis]));
    [traces[crosshair].x, traces[crosshair].y] = crossLines(crossing(slices, along, index), ends, layout, axes);
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
  const ends = number === 0 && chart.windowing ? windowWords(chart.windowing) : "";
  const made = [address, Boolean(bytes), index, table, placed, isOutline, chart.swipe, chart.isOverlayOff, ends].join();
  const kept = ((chart.tinted ??= {})[`${plane} ${number}`] ??= {});
  if (kept.made !== made) {
    const colours = ((chart.tables ??= {})[table] ??= decodeTable(table));
    Object.assign(kept, { made, picture: tintSlice(takeLayer(chart, number, along, index), colours, kept.picture) });
  }
  return kept.picture;
}

function paintCanvases(chart) {
  if (!isPlaced(chart.plot) || !chart.figure) return;
  const { slices } = chart.data;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const [name, { axes, along, heatmaps, crosshair }] of Object.entries(slices.planes)) {
    if (chart.large && name !== chart.large) continue;
    const canvas = standIn(chart, name);
    const [u, v] = crossing(slices, along, index);
    const layers = heatmaps.map((trace, number) => ({
      picture: tintLayer(chart, name, number, along, index[along[0]]),
      opacity: chart.figure.data[trace].opacity ?? 1,
      isSmooth: chart.figure.data[trace].zsmooth === "fast",
    }));
    const colour = chart.figure.data[crosshair].line.color;
    paintPlane(canvas, plotArea(chart.plot, axes), layers, chart.figure.data[heatmaps[0]], { u, v, colour, isShown: page.view.crosshair, gap: page.view.gap ? 2 * GAP : 0, bar: slices.bar, behind: chart.figure.layout.plot_bgcolor });
    canvas.hidden = false;
  }
  chart.host.dataset.painted = String(Number(chart.host.dataset.painted ?? 0) + 1);
}

// A canvas over what the figure draws of its data, under its letters, legend and titles.
function standIn(chart, name) {
  const canvas = (chart.canvases[name] ??= Object.assign(document.createElement("canvas"), { className: "stand-in" }));
  const box = chart.plot.querySelector(".svg-container") ?? chart.plot;
  if (canvas.parentElement !== box) box.insertBefore(canvas, box.querySelectorAll(":scope > .main-svg")[1] ?? null);
  return canvas;
}

function hideCanvases(chart) {
  for (const canvas of Object.values(chart.canvases)) canvas.hidden = true;
  showInFigure(chart);
}
