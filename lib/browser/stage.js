// How large are the planes? All at one scale, as large as their cells on the stage allow; what of a cell a plane leaves
// free belongs to it, so that planes stand edge to edge.

const MORE_ROOM = 1.35; // of the height that the planes need at full width, at most
const BESIDE_SHARE = 0.72; // of the window's height, for a large plane with the others beside it
const LARGE_SHARE = [0.66, 0.6]; // of the stage's width that it takes, or of the height where they stand below it
const BETWEEN = 0.003; // of the stage, between two cells
const SLIVER = [0, 0.0005]; // the cell of a plane that gives its place to another one: Plotly takes less for all

const isFullScreen = (chart) => document.fullscreenElement === chart.host;

// The height of a stage in px, where `wanted` is what its planes need at full width.
function stageHeight(chart, wanted, share) {
  if (isFullScreen(chart)) return window.innerHeight - controlsHeight(chart);
  const most = share * window.innerHeight + stripHeight();
  if (chart.large) return Math.round(most);
  if (layoutOf(chart) in chart.data.slices.planes) return Math.round(Math.max(most, BESIDE_SHARE * window.innerHeight));
  return Math.round(Math.min(most, MORE_ROOM * wanted));
}

function controlsHeight(chart) {
  const below = chart.host.querySelectorAll(".steps, .hint, .time, .compare");
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

// Let a figure's layout have one plane large and the two others beside it, or below it on a narrow screen.
function placeBeside(chart, layout) {
  const main = layoutOf(chart);
  const { planes } = chart.data.slices;
  if (chart.large || !(main in planes)) return;
  const isBelow = chart.host.clientWidth < NARROW_BELOW;
  const [across, up] = [LARGE_SHARE[0], 1 - LARGE_SHARE[1]];
  const half = 0.5 - BETWEEN / 2;
  const halves = [[1 - half, 1], [0, half]];
  let nBeside = 0;
  for (const [plane, { axes }] of Object.entries(planes)) {
    let cell = isBelow ? [[0, 1], [up + BETWEEN, 1]] : [[0, across], [0, 1]];
    if (plane !== main) {
      const own = halves[nBeside++];
      cell = isBelow ? [halves[2 - nBeside], [0, up]] : [[across + BETWEEN, 1], own];
    }
    axes.map(longName).forEach((name, n) => { layout[name] = { ...layout[name], domain: cell[n] }; });
  }
}

function toggleFullScreen(chart) {
  if (isFullScreen(chart)) document.exitFullscreen();
  else chart.host.requestFullscreen();
}

// Put the ranges of the axes of all planes that are seen into a figure's layout: each grid, or the head in it, in the
// middle of its cell, and all at one scale; a plane that is large beside others has a scale of its own.
function fitPlanes(chart, layout) {
  const { margin } = layout;
  const { slices } = chart.data;
  const inside = { x: layout.width - margin.l - margin.r, y: layout.height - margin.t - margin.b };
  const box = page.view.head ? headBox(chart) : null;
  const shown = Object.entries(slices.planes).filter(([plane]) => !chart.large || plane === chart.large);
  const axes = shown.flatMap(([plane, { axes: names, along }]) => names.map((short, n) => {
    const name = longName(short);
    const { domain, range } = layout[name];
    const whole = range.map(Number);
    const [start, end] = box ? headRange(slices, box, along[n + 1], whole) : whole;
    return { plane, name, start, end, px: (domain[1] - domain[0]) * inside[short[0]] };
  }));
  chart.fitted = {};
  const main = chart.large ? null : layoutOf(chart);
  for (const group of [axes.filter(({ plane }) => plane === main), axes.filter(({ plane }) => plane !== main)]) {
    const mmAPx = Math.max(...group.map(({ start, end, px }) => Math.abs(end - start) / px));
    for (const { name, start, end, px } of group) {
      const half = (Math.sign(end - start) * px * mmAPx) / 2;
      chart.fitted[name] = [(start + end) / 2 - half, (start + end) / 2 + half];
      layout[name] = { ...layout[name], range: chart.fitted[name] };
    }
  }
}
