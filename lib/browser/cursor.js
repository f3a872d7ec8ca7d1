// The cursor that all charts of a page share: moved here, followed by every chart, told to Python and the link.

const REPORT_EVERY = 250; // ms between two reports of a moving cursor to Python: a rerun takes browser and server both
const REPORT_PAUSE = 100; // ms without a move until the last one is reported
const FEEDS_FIRST = 40; // ms that a feed has before Python is told: both need the server, and one is waited for
const REST_AFTER = 140; // ms without a move until the fast picture gives way to the figure
const REST_WHILE_PLAYING = 650; // ms: more than from one volume to the next at the slowest rate

// A chart shows the page's cursor: at once by the fast picture, at rest by the figure.
function follow(chart) {
  const { slices, time, feed } = chart.data;
  endHover(chart);
  if (feed) fetchFeed(chart);
  if (!slices && !time) return;
  if (!slices) {
    if (page.cursor.t !== chart.shownVolume) showLines(chart);
    return;
  }
  loadLayers(chart);
  showTime(chart);
  chart.isMoving = true;
  paintSoon(chart);
  restSoon(chart);
}

// Show a chart's lines as they are now: while the hand moves, by the fast picture where it can.
async function showLines(chart) {
  if (!isHandMoving() || !paintLines(chart)) return draw(chart);
  chart.isMoving = true;
  restSoon(chart);
}

// A run that plays is not at rest between two of its volumes.
const restTime = () => ([...page.charts].some((chart) => chart.playing) ? REST_WHILE_PLAYING : REST_AFTER);
const isHandMoving = () => performance.now() - (page.movedAt ?? -REST_WHILE_PLAYING) < restTime();

// Without a move for a while, the figure itself takes over again.
function restSoon(chart) {
  clearTimeout(chart.restTimer);
  chart.restTimer = setTimeout(() => {
    chart.isMoving = false;
    draw(chart);
  }, restTime());
}

function moveCursor(chart, change) {
  page.movedAt = performance.now();
  page.cursor = { ...page.cursor, ...change };
  for (const other of page.charts) if (other.data) follow(other);
  reportSoon(chart);
}

// The first of several moves is reported at once, the last one after a pause, and those between now and then.
function reportSoon(chart) {
  const now = performance.now();
  const atOnce = [...page.charts].some((other) => other.data?.feed) ? FEEDS_FIRST : 0;
  chart.reportBy ??= Math.max(now + atOnce, (chart.reportedAt ?? -REPORT_EVERY) + REPORT_EVERY);
  clearTimeout(chart.reportTimer);
  chart.reportTimer = setTimeout(() => {
    chart.reportBy = null;
    chart.reportedAt = performance.now();
    chart.report("cursor", { ...page.cursor });
  }, Math.min(REPORT_PAUSE, chart.reportBy - now));
  writeAddressSoon();
}

// Each change of the address makes Streamlit match it anew, and a browser allows but some a second.
function writeAddressSoon() {
  clearTimeout(page.addressTimer);
  page.addressTimer = setTimeout(writeAddress, REST_AFTER);
}

// The link in the address bar reproduces the view. Replaced, not pushed: a drag is not a history of pages.
function writeAddress() {
  // A picture with a cursor of its own is no view that a link could give.
  if (!page.cursor || ![...page.charts].some((chart) => chart.data?.link)) return;
  const address = new URL(location.href);
  for (const chart of page.charts) {
    for (const [name, value] of Object.entries(chart.data?.link ?? {})) {
      const wanted = value === null ? [] : [value].flat();
      // What is right already keeps its place.
      if (String(address.searchParams.getAll(name)) === String(wanted)) continue;
      address.searchParams.delete(name);
      for (const one of wanted) address.searchParams.append(name, one);
    }
  }
  for (const axis of ["x", "y", "z"]) address.searchParams.set(axis, page.cursor[axis].toFixed(2).replace(/^-0\.00$/, "0.00"));
  const main = [...page.charts].find(isMainStage);
  if (main?.large) address.searchParams.set("large", main.large);
  else if (main) address.searchParams.delete("large");
  if (main) writeView(address.searchParams);
  const hasTime = [...page.charts].some((chart) => chart.data?.time || chart.data?.slices?.n_volumes > 1);
  if (hasTime) address.searchParams.set("t", String(page.cursor.t));
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

// The grid's indices at a place of a plane through the cursor, inside the grid or not.
function indexUnder(slices, plane, u, v) {
  const [, right, up] = slices.planes[plane].along;
  const index = nearestIndex(slices.grid_from_world, [page.cursor.x, page.cursor.y, page.cursor.z]);
  for (const [axis, value] of [[right, u], [up, v]]) index[axis] = Math.floor((value - slices.starts[axis]) / slices.sizes[axis] + 0.5);
  return index;
}

function moveInPlane(chart, plane, u, v) {
  const { slices } = chart.data;
  const index = indexUnder(slices, plane, u, v);
  for (const axis of slices.planes[plane].along.slice(1)) index[axis] = Math.max(0, Math.min(slices.shape[axis] - 1, index[axis]));
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
