// Draws a Plotly figure, updates it in place, reports clicks, and moves the cursor without the server.
// All charts of a page share one cursor: a point in world mm and a volume index. Python owns the figure; the browser
// owns the hand. Python's cursor is taken over when its stamp is new, and is told the browser's while it moves.

const page = (window.voxelExplorer ??= { cursor: null, stamp: null, charts: new Set(), plotly: null });

const appRoot = () => {
  const own = document.querySelector('script[src*="static/js/"]')?.src;
  return own ? own.slice(0, own.indexOf("static/js/")) : `${location.origin}/`;
};

function loadPlotly(version) {
  const src = `${appRoot()}live/plotly.js?v=${version}`;
  const attempt = () => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Unreachable(UNREACHABLE));
    firstPictures().then(() => document.head.append(script));
  });
  if (!page.plotly) document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "script", fetchPriority: "low", href: src }));
  page.plotly ??= persist(attempt, () => true, (words) => page.charts.forEach((chart) => say(chart, words)));
  return page.plotly;
}

// Streamlit ends a call that a newer one has overtaken as soon as it returns, and may make it after the newer one: while
// this module is being loaded, calls wait, and go on in any order. Told a moment later, a chart hears of the newest alone;
// but before the rest of the page is put up, which takes longer than the picture.
const soon = (job) => (window.scheduler?.postTask ? scheduler.postTask(job, { priority: "user-blocking" }) : setTimeout(job));

export default function (component) {
  const host = component.parentElement.querySelector(".live-chart");
  const chart = (host.chart ??= createChart(host));
  let isEnded = false;
  soon(() => {
    if (isEnded) return;
    chart.enter();
    chart.receive(component);
  });
  return () => {
    isEnded = true;
    chart.remove();
  };
}

function createChart(host) {
  const plot = host.querySelector(".plot");
  const chart = {
    host, plot, data: null, figure: null, figureText: "", zoom: {}, patches: {}, layers: [], canvases: {},
    layoutPatches: {}, swipe: 1, isOverlayOff: false, flicker: 0, plane: "axial", isMoving: false, frame: 0, restTimer: 0, wheel: 0, drawn: Promise.resolve(),
  };
  const observer = new ResizeObserver(() => chart.data && draw(chart));
  listen(chart);

  // Streamlit may take a chart off the page and put the same element there again: it is drawn anew then.
  chart.enter = () => {
    if (page.charts.has(chart)) return;
    page.charts.add(chart);
    observer.observe(host);
    chart.received = null;
  };

  chart.receive = (component) => {
    chart.report = component.setStateValue;
    chart.trigger = component.setTriggerValue;
    const previous = chart.data;
    const style = getComputedStyle(host);
    const received = JSON.stringify([component.data, style.getPropertyValue("--st-text-color"), style.getPropertyValue("--st-background-color")]);
    if (received === chart.received) return;
    chart.received = received;
    chart.data = component.data;
    expectFirst(chart);
    readView();
    if (chart.large === undefined) readLarge(chart);
    chart.plot.setAttribute("aria-label", chart.data.alt);
    if (previous?.feed !== chart.data.feed) startFeed(chart);
    const cursor = chart.data.cursor;
    if (cursor && cursor.stamp !== page.stamp) {
      page.stamp = cursor.stamp;
      page.cursor = { x: cursor.x, y: cursor.y, z: cursor.z, t: cursor.t };
      for (const other of page.charts) if (other !== chart && other.data) follow(other);
      writeAddress();
    }
    if (chart.data.link) writeAddress();
    if (chart.data.slices) buildControls(chart);
    reserveSize(chart);
    loadLayers(chart);
    paintFirst(chart);
    fetchFeed(chart);
    // What is there stays until the picture that belongs to the new figure has come: drawn once, and never with another.
    const isExpected = chart.isAwaiting || (previous && chart.layers.some(({ isLoading }) => isLoading));
    if (!isExpected) draw(chart);
    else loadPlotly(chart.data.plotly_version); // beside
  };
  // A call that was overtaken ends, too, while the chart is there.
  chart.remove = () => {
    if (host.isConnected) return;
    page.charts.delete(chart);
    giveUpFirst(chart);
    observer.disconnect();
    clearTimeout(chart.restTimer);
    cancelAnimationFrame(chart.frame);
    stopPlaying(chart);
    clearInterval(chart.flicker);
    if (window.Plotly) window.Plotly.purge(plot);
  };
  return chart;
}
