// How long is a centimetre here? A bar in each plane, of a round length: a plane of an image's own grid has no rulers,
// because the world's axes may lean out of it.

const LONGEST_BAR = 0.3; // share of a plane's width
const BAR_PLACE = [0.97, 0.05]; // its right end, in shares of the plane

function barLength(mm) {
  const power = 10 ** Math.floor(Math.log10(mm * LONGEST_BAR));
  return power * [5, 2, 1].find((round) => round * power <= mm * LONGEST_BAR);
}

function barOf(range) {
  const mm = Math.abs(range[1] - range[0]);
  return { mm: barLength(mm), share: barLength(mm) / mm };
}

// Put the bars into a figure's layout; while the hand moves, `paintPlane` draws them over the fast picture.
function addScaleBars(chart, layout) {
  const { planes, bar: colour } = chart.data.slices;
  if (!colour) return;
  const [right, y] = BAR_PLACE;
  const [shapes, annotations] = [[...(layout.shapes ?? [])], [...(layout.annotations ?? [])]];
  for (const [plane, { axes: [xName, yName] }] of Object.entries(planes)) {
    if (chart.large && plane !== chart.large) continue;
    const { mm, share } = barOf(layout[longName(xName)].range.map(Number));
    const place = { xref: `${xName} domain`, yref: `${yName} domain` };
    shapes.push({ type: "line", ...place, x0: right - share, x1: right, y0: y, y1: y, line: { color: colour, width: 2 } });
    const text = `${Number(mm.toPrecision(1))} mm`;
    annotations.push({ text, ...place, x: right - share / 2, y, yanchor: "bottom", xanchor: "center", yshift: 2, showarrow: false, font: { color: colour, size: 11, shadow: "0 0 2px #000, 0 0 3px #000" } });
  }
  Object.assign(layout, { shapes, annotations });
}

function paintScaleBar(context, area, colour) {
  const { share } = barOf([area.x0, area.x1]);
  const [right, y] = [BAR_PLACE[0] * area.width, (1 - BAR_PLACE[1]) * area.height];
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(right - share * area.width, y);
  context.lineTo(right, y);
  context.stroke();
}
