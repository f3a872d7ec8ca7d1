// Where is the head? The box of what is brighter than the background, by which all planes can be zoomed.

const BACKGROUND = 0.1; // of the 98th percentile of what is not zero, as in lib/images/windowing.py
const TOP = 0.98;
const FEW = 0.02; // of the voxels of the fullest slice: what has fewer is noise beside the head
const HEAD_ROOM = 0.04; // of the box's length, left free on either side
const EVERY = 2; // slices looked at

// It stays as it is while the same grid is shown, whatever becomes of the window.
// First and last index along Right, Anterior and Superior; null where nothing is brighter, or no picture has come.
function headBox(chart) {
  const { slices } = chart.data;
  const bytes = chart.layers[0]?.bytes;
  if (!bytes) return null;
  const made = chart.figure.layout.uirevision;
  if (chart.head?.made !== made) chart.head = { made, box: findHead(slices, bytes, chart.layers[0].window) };
  return chart.head.box;
}

function findHead(slices, bytes, window) {
  const isHead = brighterCodes(bytes, window);
  const counts = slices.shape.map((n) => new Float64Array(n));
  const layer = slices.layers[0];
  for (let k = 0; k < slices.shape[2]; k += EVERY) {
    const rows = layer.from_grid ? takeThrough(bytes, layer, slices.shape, [2, 0, 1], k) : takeSlice(bytes, slices.shape, [2, 0, 1], k);
    rows.forEach((row, j) => row.forEach((code, i) => {
      if (!isHead[code]) return;
      counts[0][i] += 1;
      counts[1][j] += 1;
      counts[2][k] += 1;
    }));
  }
  const box = counts.map((own) => {
    const least = FEW * Math.max(...own);
    const full = [...own.keys()].filter((n) => own[n] > least);
    return [full[0], full.at(-1)];
  });
  return box.every(([first]) => first !== undefined) ? box : null;
}

// For each code whether its value is brighter than the background; names of regions all are.
function brighterCodes(bytes, window) {
  if (!window) return Array.from({ length: 256 }, (_, code) => code > 0);
  const counts = new Float64Array(256);
  for (let n = 0; n < bytes.length; n += 7) counts[bytes[n]] += 1;
  const sizes = Array.from(counts, (_, code) => Math.abs(window.low + ((window.high - window.low) * (code - 1)) / 254));
  const order = [...sizes.keys()].filter((code) => code > 0 && sizes[code] > 0).sort((a, b) => sizes[a] - sizes[b]);
  let rest = TOP * order.reduce((sum, code) => sum + counts[code], 0);
  const top = order.find((code) => (rest -= counts[code]) <= 0);
  // The darkest code stands for all that is darker, too.
  return sizes.map((size, code) => (code > 1 || (code === 1 && window.low < 0)) && size > BACKGROUND * sizes[top ?? 0]);
}

// The ends of a plane's axis that show the head, in mm, in the direction of the range of the whole grid.
function headRange(slices, box, axis, [start, end]) {
  const { starts, sizes } = slices;
  const [low, high] = box[axis].map((index, which) => starts[axis] + (index + (which ? EVERY - 0.5 : -0.5)) * sizes[axis]);
  const room = HEAD_ROOM * (high - low);
  return start < end ? [low - room, high + room] : [high + room, low - room];
}
