// What changes with the cursor beside slices: the line that marks the volume, feeds, playing, and the flicker.

const FLICKER_EVERY = 600; // ms: under the three flashes a second that can harm

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
    await showLines(chart);
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
