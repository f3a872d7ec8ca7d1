// How are all planes of a page drawn, whatever they show? Switches and a layout that the browser owns: a change of them
// needs no rerun, holds for every stage, and stands in the link where it is not the default.

const SWITCHES = { crosshair: true, gap: false, letters: true, head: false };
const LAYOUTS = { row: "Three in a row", "2x2": "2 x 2", sagittal: "Sagittal large", coronal: "Coronal large", axial: "Axial large" };
const GAP = 9; // px on either side of the crosshair's centre, where a gap is wanted

function readView() {
  if (page.view) return;
  const named = new URL(location.href).searchParams;
  const layout = named.get("layout");
  page.view = { layout: Object.hasOwn(LAYOUTS, layout ?? "") ? layout : "row" };
  for (const [name, usual] of Object.entries(SWITCHES)) page.view[name] = named.get(name) === String(!usual) ? !usual : usual;
}

function writeView(parameters) {
  const isUsual = { layout: page.view.layout === "row" };
  for (const [name, usual] of Object.entries(SWITCHES)) isUsual[name] = page.view[name] === usual;
  for (const name of Object.keys(isUsual)) {
    if (isUsual[name]) parameters.delete(name);
    else parameters.set(name, String(page.view[name]));
  }
}

function changeView(change) {
  Object.assign(page.view, change);
  for (const chart of page.charts) {
    if (!chart.data?.slices) continue;
    if (change.layout || "head" in change) chart.zoom = {};
    if ("head" in change) chart.head = null;
    hideCanvases(chart);
    showView(chart);
    draw(chart);
  }
  writeAddress();
}

const toggleView = (name) => changeView({ [name]: !page.view[name] });

// The layout of a stage: not every one has more than one.
const layoutOf = (chart) => (chart.data.square ? page.view.layout : "row");

function nextLayout() {
  const names = Object.keys(LAYOUTS);
  changeView({ layout: names[(names.indexOf(page.view.layout) + 1) % names.length] });
}

// The parts of the crosshair's lines in a plane: [x, y] of a line, in the axes' mm.
function crossLines([u, v], ends, layout, [xName, yName]) {
  const whole = [[u, u, null, ...ends[0]], [...ends[1], null, v, v]];
  if (!page.view.gap) return whole;
  const inside = { x: layout.width - layout.margin.l - layout.margin.r, y: layout.height - layout.margin.t - layout.margin.b };
  const [du, dv] = [xName, yName].map((short) => {
    const { domain, range } = layout[longName(short)];
    return (GAP * Math.abs(Number(range[1]) - Number(range[0]))) / ((domain[1] - domain[0]) * inside[short[0]]);
  });
  const [[left, right], [low, high]] = ends;
  return [
    [u, u, null, left, u - du, null, u, u, null, u + du, right],
    [low, v - dv, null, v, v, null, v + dv, high, null, v, v],
  ];
}

// What is switched off is not drawn. At this point all that is written in a plane are its letters.
function switchOff(chart, traces, layout) {
  const planes = Object.values(chart.data.slices.planes);
  if (!page.view.crosshair) for (const { crosshair } of planes) traces[crosshair].visible = false;
  if (page.view.letters) return;
  const ofPlanes = planes.map(({ axes }) => `${axes[0]} domain`);
  layout.annotations = layout.annotations.filter(({ xref }) => !ofPlanes.includes(xref));
}
