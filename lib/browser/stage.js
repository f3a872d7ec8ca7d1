// How large are the planes? All at one scale, as large as their cells on the stage allow; what of a cell a plane leaves
// free belongs to it, so that planes stand edge to edge.

const MORE_ROOM = 1.35; // of the height that the planes need at full width, at most

// The height of a stage in px, where `wanted` is what its planes need at full width.
const stageHeight = (wanted, share) => Math.round(Math.min(share * window.innerHeight, MORE_ROOM * wanted));

// Put the ranges of all planes' axes into a figure's layout: each grid in the middle of its cell.
function fitPlanes(chart, layout) {
  const margin = layout.margin;
  const inside = { x: layout.width - margin.l - margin.r, y: layout.height - margin.t - margin.b };
  const axes = Object.values(chart.data.slices.planes).flatMap(({ axes }) => axes).map((short) => {
    const name = longName(short);
    const { domain, range } = layout[name];
    const [start, end] = range.map(Number);
    return { name, start, end, px: (domain[1] - domain[0]) * inside[short[0]] };
  });
  const mmAPx = Math.max(...axes.map(({ start, end, px }) => Math.abs(end - start) / px));
  for (const { name, start, end, px } of axes) {
    const half = (Math.sign(end - start) * px * mmAPx) / 2;
    layout[name] = { ...layout[name], range: [(start + end) / 2 - half, (start + end) / 2 + half] };
  }
}
