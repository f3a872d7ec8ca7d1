// What changes with the cursor beside slices: the line that marks the volume, feeds, playing, and the flicker.

const PATIENCE = 300; // ms that nothing is said of an answer under way
const FLICKER_EVERY = 600; // ms: under the three flashes a second that can harm

function fillTime(chart, traces) {
  const { lines, times } = chart.data.time;
  chart.shownVolume = page.cursor.t;
  const at = times[Math.min(page.cursor.t, times.length - 1)];
  for (const trace of traces) if (lines.includes(trace.uid)) trace.x = trace.y.map(() => at);
}

// A figure with a feed is drawn when that has answered, so that no empty one flashes up in between.
function startFeed(chart) {
  chart.answered = null;
  chart.isAwaiting = Boolean(chart.data.feed && chart.data.cursor);
  if (chart.isAwaiting) setTimeout(() => chart.isAwaiting && say(chart, "Loading"), PATIENCE);
  else Object.assign(chart, { patches: {}, layoutPatches: {} });
}

// Ask the server for what belongs to the cursor; while one answer is under way, only the latest question waits.
async function fetchFeed(chart) {
  const { feed } = chart.data;
  if (!feed || !page.cursor) return;
  const { x, y, z, t } = page.cursor;
  const address = `${appRoot()}${feed}?x=${x}&y=${y}&z=${z}&t=${t}${isFlat(chart) ? "&flat=1" : ""}`;
  if (chart.asking || address === chart.answered) {
    chart.isAskedAgain = chart.asking && address !== chart.asking;
    return;
  }
  chart.asking = address;
  let [changes, problem, isRenewed] = [{}, "", false];
  try {
    const isWanted = () => page.charts.has(chart) && feed === chart.data.feed;
    const answer = await persist(() => ask(address, (answer) => answer.text()), isWanted, (words) => say(chart, words));
    changes = JSON.parse(putThemeIn(chart, answer));
    chart.nRenewed = 0;
  } catch (error) {
    problem = error.message;
    isRenewed = error instanceof Expired && renew(chart, feed);
  }
  // Another feed may have been named meanwhile: what the last one says belongs to another figure.
  if (isRenewed) chart.isAskedAgain = false;
  else if (feed === chart.data.feed) await takeAnswer(chart, address, changes, problem);
  else chart.isAskedAgain = true;
  chart.asking = null;
  if (chart.isAskedAgain) {
    chart.isAskedAgain = false;
    fetchFeed(chart);
  }
}

async function takeAnswer(chart, address, { traces = {}, layout = {}, narrow_layout = layout }, failure) {
  chart.answered = address;
  readFigure(chart);
  const strangers = Object.keys(traces).filter((uid) => !chart.figure.data.some((trace) => trace.uid === uid));
  const problem = strangers.length ? `This figure has no ${strangers.join(", ")} to be changed. Reload the page.` : failure;
  say(chart, problem);
  const { isAwaiting } = chart;
  if (problem && !isAwaiting) return;
  if (isAwaiting) chart.patches = {};
  chart.isAwaiting = false;
  Object.assign(chart.patches, traces);
  chart.layoutPatches = { wide: layout, narrow: narrow_layout };
  await (isAwaiting ? draw(chart) : showLines(chart));
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
