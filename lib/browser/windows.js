// The window under the hand: dragged with the right button, upwards it moves to darker values, so that the picture grows
// brighter, and to the right it grows wide. While it is dragged, the codes that are here are coloured as they would be
// in the new window; its own codes come when the hand lets go.

const WINDOW_TRAVEL = 300; // px of dragging that move a window by its width, or double it
const LEAST_WIDTH = 1e-3; // of the limits
const MIDDLE_CODE = 128; // as in lib/images/windowing.py
const WINDOW_PATIENCE = 4000; // ms that the picture of a dragged window waits for its codes

const windowOf = (chart) => chart.window ?? chart.data?.slices?.window;

// Put the window where the hand has it: px to the right and upwards since it had the window `start`.
function dragWindow(chart, [low, high], right, upwards, at) {
  const [least, most] = chart.data.slices.window_limits;
  const width = Math.min(most - least, Math.max((high - low) * 2 ** (right / WINDOW_TRAVEL), LEAST_WIDTH * (most - least)));
  const wanted = (low + high) / 2 - (upwards / WINDOW_TRAVEL) * (high - low);
  const middle = Math.min(most - width / 2, Math.max(least + width / 2, wanted));
  chart.window = [middle - width / 2, middle + width / 2];
  const digits = Math.max(0, 3 - Math.floor(Math.log10(most - least)));
  chart.hover = { at, words: `window ${chart.window.map((end) => end.toFixed(Math.min(digits, 6))).join(" to ")}` };
  showHover(chart);
  page.movedAt = performance.now();
  chart.isMoving = true;
  clearTimeout(chart.restTimer);
  paintSoon(chart);
}

// Tell Python of the window that was dragged to; the picture stays until the codes of that window are here.
function endWindow(chart) {
  endHover(chart);
  if (!chart.window) return;
  const [low, high] = chart.window;
  chart.trigger("window", { low, high });
  clearTimeout(chart.windowTimer);
  chart.windowTimer = setTimeout(() => leaveWindow(chart), WINDOW_PATIENCE);
}

// The window is again what the page says.
function leaveWindow(chart) {
  if (!chart.window) return;
  clearTimeout(chart.windowTimer);
  chart.window = null;
  chart.isMoving = false;
  draw(chart);
}

// A table of colours for codes of the window `from`, which are to look as in the window `to`.
function moveTable(table, from, to) {
  const half = MIDDLE_CODE - 1;
  const [middle, reach] = [(from[0] + from[1]) / 2, (from[1] - from[0]) / 2];
  const [wanted, wantedReach] = [(to[0] + to[1]) / 2, (to[1] - to[0]) / 2];
  return table.map((colour, code) => {
    if (code === 0) return colour;
    const value = middle + ((code - MIDDLE_CODE) * reach) / half;
    const moved = Math.round(((value - wanted) * half) / wantedReach);
    return table[MIDDLE_CODE + Math.max(-half, Math.min(half, moved))];
  });
}
