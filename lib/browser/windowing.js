// Brightness and contrast under the hand: a drag with the right button moves the window of the bottom layer. While it
// is dragged, the codes that are there are spread anew; at the end Python is told, and sends the picture of that window.

const WIDTH_DRAG = 200; // px of sideways drag that make the window e times as wide
const LEVEL_DRAG = 300; // px of upward drag that move the window by its own width
const NARROWEST = 1e-3; // of all that can be shown

const canWindow = (chart) => Boolean(chart.data?.slices?.window);

function startWindowing(chart) {
  const { low, high } = chart.windowing ?? chart.data.slices.window;
  return { low, high };
}

// Drag by so many px from where a window was taken: to the right it gets wider, upwards the picture gets brighter.
function dragWindow(chart, from, [dx, dy]) {
  const { minimum, maximum, is_symmetric: isSymmetric } = chart.data.slices.window;
  const width = Math.max((from.high - from.low) * Math.exp(dx / WIDTH_DRAG), NARROWEST * (maximum - minimum));
  const level = (from.low + from.high) / 2 + (isSymmetric ? 0 : (dy / LEVEL_DRAG) * (from.high - from.low));
  const middle = Math.max(minimum, Math.min(maximum, level));
  const [low, high] = [Math.max(minimum, middle - width / 2), Math.min(maximum, middle + width / 2)].map(roundEnd);
  if (!(high > low)) return;
  chart.windowing = { low, high, url: chart.data.slices.layers[0].url };
  chart.isMoving = true;
  page.movedAt = performance.now();
  paintSoon(chart);
  restSoon(chart);
}

const roundEnd = (value) => Number(value.toPrecision(5));

function windowWords({ low, high }) {
  return `Window ${low.toLocaleString("en")} to ${high.toLocaleString("en")}`;
}

function tellWindow(chart) {
  if (chart.windowing) chart.trigger("window", { low: chart.windowing.low, high: chart.windowing.high });
}

// The picture of the new window is there, or nothing will come: what was drawn for the time until then ends.
function endWindowing(chart, url) {
  if (chart.windowing && !chart.isWindowed && url !== chart.windowing.url) chart.windowing = null;
}

// For each code of a picture, in the window that it was made for, its code in the one that is dragged; null without one.
function movedCodes(chart) {
  if (!chart.windowing || !chart.layers[0]?.window) return null;
  const { low, high } = chart.layers[0].window;
  const { low: newLow, high: newHigh } = chart.windowing;
  const [middle, reach] = [(newLow + newHigh) / 2, (newHigh - newLow) / 2];
  return Uint8Array.from({ length: 256 }, (_, code) => {
    if (code === 0) return 0;
    const value = low + ((high - low) * (code - 1)) / 254;
    return 128 + Math.round(Math.max(-127, Math.min(127, (127 * (value - middle)) / reach)));
  });
}

function moveCodes(rows, codes) {
  for (const row of rows) for (let n = 0; n < row.length; n++) row[n] = codes[row[n]];
  return rows;
}
