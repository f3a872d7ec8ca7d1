// What lies under the mouse, beside it: the words that the readout would have if the cursor were there.

const HOVER_PAUSE = 40; // ms that the mouse rests on a voxel until the server is asked for its words
const HOVER_GAP = 14; // px between the pointer and the words

// Point at a place of a chart, in px of its plot; without a plane there, at nothing.
function hoverOver(chart, plane, at) {
  const url = chart.data?.slices?.readout;
  const point = url && plane ? pointUnder(chart, plane, at) : null;
  if (!point) return endHover(chart);
  const [x, y, z] = point;
  const address = `${appRoot()}${url}?x=${x}&y=${y}&z=${z}&t=${shownVolume(chart)}`;
  const known = chart.hover;
  chart.hover = { address, at, words: known?.address === address ? known.words : null };
  showHover(chart);
  if (known?.address === address) return;
  clearTimeout(chart.hoverTimer);
  chart.hoverTimer = setTimeout(() => askWords(chart, url), HOVER_PAUSE);
}

// One question at a time; where the mouse went on meanwhile, the latest place is asked for then.
async function askWords(chart, url) {
  const address = chart.hover?.address;
  if (!address || chart.hover.words !== null || chart.isReading) return;
  chart.isReading = true;
  let words = "";
  try {
    words = (await ask(address, (answer) => answer.json())).text;
  } catch (error) {
    // A server that cannot be reached is told by what the page needs of it.
    if (error instanceof Expired) renew(chart, url);
    else if (!(error instanceof Unreachable)) words = error.message;
  }
  chart.isReading = false;
  if (chart.hover?.address === address) {
    chart.hover.words = words;
    showHover(chart);
  } else askWords(chart, url);
}

function sayUnderMouse(chart, at, words) {
  chart.hover = { address: null, at, words };
  showHover(chart);
}

function endHover(chart) {
  clearTimeout(chart.hoverTimer);
  chart.hover = null;
  showHover(chart);
}

function showHover(chart) {
  const box = chart.host.querySelector(".hover");
  box.hidden = !chart.hover?.words;
  if (box.hidden) return;
  const [px, py] = chart.hover.at;
  box.textContent = chart.hover.words.replaceAll("\u2003", "\n");
  const isRight = px > chart.host.clientWidth / 2;
  const isLow = py > chart.height / 2;
  Object.assign(box.style, {
    left: isRight ? "auto" : `${px + HOVER_GAP}px`, right: isRight ? `${chart.host.clientWidth - px + HOVER_GAP}px` : "auto",
    top: isLow ? "auto" : `${py + HOVER_GAP}px`, bottom: isLow ? `${chart.height - py + HOVER_GAP}px` : "auto",
  });
}

// The point to which a click there would move the cursor; null beside the grid.
function pointUnder(chart, plane, [px, py]) {
  const { slices } = chart.data;
  const area = plotArea(chart.plot, slices.planes[plane].axes);
  const index = indexUnder(slices, plane, ...area.toData(px - area.left, py - area.top));
  return index.every((value, axis) => value >= 0 && value < slices.shape[axis]) ? applyAffine(slices.world_from_grid, index) : null;
}
