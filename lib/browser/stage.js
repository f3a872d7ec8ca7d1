// How large are the planes? All at one scale, as large as their cells on the stage allow; what of a cell a plane leaves
// free belongs to it, so that planes stand edge to edge.

const MORE_ROOM = 1.35; // of the height that the planes need at full width, at most
const SLIVER = [0, 0.0005]; // the cell of a plane that gives its place to another one: Plotly takes less for all

const isFullScreen = (chart) => document.fullscreenElement === chart.host;

// The height of a stage in px, where `wanted` is what its planes need at full width.
function stageHeight(chart, wanted, share) {
  if (isFullScreen(chart)) return window.innerHeight - controlsHeight(chart);
  const most = share * window.innerHeight;
  return Math.round(chart.large ? most : Math.min(most, MORE_ROOM * wanted));
}

function controlsHeight(chart) {
  const below = chart.host.querySelectorAll(".steps, .time, .compare");
  return [...below].reduce((sum, part) => sum + part.offsetHeight + parseFloat(getComputedStyle(part).marginTop), 0);
}

// Give one plane the whole stage, or all planes their cells again.
function maximise(chart, plane) {
  chart.large = chart.large === plane ? null : plane;
  chart.zoom = {};
  hideCanvases(chart);
  showLarge(chart);
  draw(chart);
  writeAddress();
}

function showLarge(chart) {
  for (const button of chart.host.querySelectorAll(".maximise")) button.setAttribute("aria-pressed", String(button.dataset.plane === chart.large));
}

// The address names the plane that is large on the page's own stage, not on one beside it.
const isMainStage = (chart) => Boolean(chart.data?.slices && chart.data.link?.image);

function readLarge(chart) {
  const named = new URL(location.href).searchParams.get("large");
  chart.large = isMainStage(chart) && named in chart.data.slices.planes ? named : null;
}

// Let a figure's layout have the large plane alone.
function placeLarge(chart, layout) {
  if (!chart.large) return;
  for (const [plane, { axes: [xName, yName] }] of Object.entries(chart.data.slices.planes)) {
    const isLarge = plane === chart.large;
    for (const name of [xName, yName].map(longName)) layout[name] = { ...layout[name], domain: isLarge ? [0, 1] : SLIVER, ...(isLarge ? {} : { showticklabels: false, ticks: "", title: { text: "" } }) };
    if (!isLarge) layout.annotations = layout.annotations.filter(({ xref }) => xref !== `${xName} domain`);
  }
}

function toggleFullScreen(chart) {
  if (isFullScreen(chart)) document.exitFullscreen();
  else chart.host.requestFullscreen();
}

// Put the ranges of the axes of all planes that are seen into a figure's layout: each grid in the middle of its cell.
function fitPlanes(chart, layout) {
  const margin = layout.margin;
  const inside = { x: layout.width - margin.l - margin.r, y: layout.height - margin.t - margin.b };
  const shown = Object.entries(chart.data.slices.planes).filter(([plane]) => !chart.large || plane === chart.large);
  const axes = shown.flatMap(([, { axes }]) => axes).map((short) => {
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
