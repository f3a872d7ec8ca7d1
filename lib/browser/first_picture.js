// What is seen of the planes until Plotly has drawn them: the fast picture, where Plotly will draw. Plotly is several times
// as large as all else, and nothing moves while a browser compiles it, nor while it draws a figure for the first time; so
// it waits until the planes are there to be seen.

const LONGEST_WAIT = 4000; // ms that Plotly waits for pictures
const LONGEST_HOLD = 300; // ms that a first figure waits for its picture, where Plotly is there
const NEIGHBOURS = 200; // ms in which charts of one page appear one after another

// Note that a chart will have a picture to show before Plotly draws it.
function expectFirst(chart) {
  if (chart.first || !chart.data.slices) return;
  chart.first = {};
  chart.first.promise = new Promise((resolve) => Object.assign(chart.first, { resolve }));
}

const giveUpFirst = (chart) => chart.first?.resolve();

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Resolves once a chart has shown its first picture, if it can have one, or will not in time.
async function firstPicture(chart) {
  if (chart.first && !chart.plot._fullLayout) await Promise.race([after(LONGEST_HOLD), chart.first.promise]);
}

// Resolves once all charts that can have shown their first picture.
async function firstPictures() {
  await after(NEIGHBOURS);
  await Promise.race([after(LONGEST_WAIT), Promise.all([...page.charts].map((chart) => chart.first?.promise))]);
}

// Paint the planes where the figure will have them, if Plotly has not drawn it and all layers are there.
function paintFirst(chart) {
  if (!chart.first || chart.plot._fullLayout || !chart.host.clientWidth || !page.cursor) return;
  if (chart.layers.some(({ bytes }) => !bytes)) return;
  reserveSize(chart);
  readFigure(chart);
  const layout = layOut(chart);
  chart.plot.early = placeAxes(layout);
  chart.plot.style.background = layout.paper_bgcolor;
  placeStrips(chart);
  paintCanvases(chart);
  // Once the browser has shown it; one whose page is not looked at shows nothing.
  requestAnimationFrame(() => setTimeout(chart.first.resolve));
  setTimeout(chart.first.resolve, 250);
}

// The axes of a layout with their px, as Plotly's full layout has them.
function placeAxes(layout) {
  const { l, r, t, b } = layout.margin;
  const [width, height] = [layout.width - l - r, layout.height - t - b];
  return Object.fromEntries(Object.entries(layout).filter(([name]) => /^[xy]axis/.test(name)).map(([name, { domain: [start, end], range }]) => {
    const placed = name[0] === "x" ? { _offset: l + start * width, _length: (end - start) * width } : { _offset: t + (1 - end) * height, _length: (end - start) * height };
    return [name, { ...placed, range }];
  }));
}
