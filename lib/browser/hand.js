// The hand: buttons and sliders, mouse, touch, wheel and keys.

const WHEEL_STEP = 40; // px of wheel travel a slice

function buildControls(chart) {
  const { slices } = chart.data;
  const isCompared = slices.layers.length > 1;
  readFigure(chart);
  const isSmooth = chart.figure.data.some(({ zsmooth }) => zsmooth === "fast");
  const shown = `${Object.keys(slices.planes)}|${Boolean(chart.data.square)}|${chart.host.clientWidth < NARROW_BELOW}|${slices.n_volumes}|${isCompared}|${isSmooth}`;
  if (chart.controls === shown) return showTime(chart);
  chart.controls = shown;
  buildStrips(chart);
  buildBar(chart, isSmooth);
  showHint(chart);
  showLarge(chart);
  const bar = chart.host.querySelector(".time");
  bar.hidden = slices.n_volumes < 2;
  const slider = bar.querySelector(".volume");
  slider.max = String(slices.n_volumes - 1);
  slider.oninput = () => moveToVolume(chart, Number(slider.value));
  bar.querySelector(".first").onclick = () => moveToVolume(chart, 0);
  bar.querySelector(".last").onclick = () => moveToVolume(chart, countVolumes(chart) - 1);
  bar.querySelector(".play").onclick = () => (chart.playing ? stopPlaying(chart) : startPlaying(chart));
  bar.querySelector(".rate").onchange = () => chart.playing && (stopPlaying(chart), startPlaying(chart));
  showTime(chart);
  const compare = chart.host.querySelector(".compare");
  compare.hidden = !isCompared;
  if (!isCompared) chart.swipe = 1;
  if (!isCompared && chart.flicker) setFlicker(chart, false);
  const swipe = compare.querySelector(".swipe");
  swipe.value = String(100 * chart.swipe);
  swipe.oninput = () => showCompared(chart, { swipe: Number(swipe.value) / 100 });
  compare.querySelector(".flicker").onclick = () => setFlicker(chart, !chart.flicker);
}

function listen(chart) {
  const { host, plot } = chart;
  let grip = null;
  const at = (event) => {
    const box = plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const hover = (event) => event.pointerType === "mouse" && plot._fullLayout && hoverOver(chart, isButton(event) ? null : findPlane(event)?.[0], at(event));
  const findPlane = (event) => Object.entries(chart.data?.slices?.planes ?? {}).find(([, { axes }]) => isIn(plotArea(plot, axes), at(event)));
  const isIn = (area, [px, py]) => px >= area.left && px <= area.left + area.width && py >= area.top && py <= area.top + area.height;
  const isButton = (event) => event.target.closest?.(".modebar, button, input, select");

  plot.addEventListener("pointerdown", (event) => {
    endHover(chart);
    if (closeCard(chart)) return;
    if (event.button === 2 && event.pointerType === "mouse" && canWindow(chart) && plot._fullLayout && findPlane(event)) {
      grip = { start: at(event), from: startWindowing(chart) };
      chart.isWindowed = true;
      return;
    }
    if (event.button !== 0 || isButton(event) || !plot._fullLayout) return;
    const found = findPlane(event);
    grip = { plane: found?.[0], start: at(event), last: at(event), isPan: event.shiftKey, isTouch: event.pointerType === "touch", hasMoved: false };
    if (!found) return;
    chart.plane = found[0];
    if (!grip.isTouch) {
      host.focus({ preventScroll: true });
      event.preventDefault();
      if (!grip.isPan) dragTo(event);
    }
  }, true);
  const dragTo = (event) => {
    const area = plotArea(plot, chart.data.slices.planes[grip.plane].axes);
    const [px, py] = at(event);
    moveInPlane(chart, grip.plane, ...area.toData(px - area.left, py - area.top));
  };
  const onMove = (event) => {
    if (!grip) return;
    const [px, py] = at(event);
    if (grip.from) {
      dragWindow(chart, grip.from, [px - grip.start[0], py - grip.start[1]]);
      return sayUnderMouse(chart, [px, py], windowWords(chart.windowing ?? grip.from));
    }
    if (Math.hypot(px - grip.start[0], py - grip.start[1]) > 4) grip.hasMoved = true;
    if (!grip.plane || grip.isTouch) return;
    if (grip.isPan) zoomBy(chart, grip.plane, 1, null, [px - grip.last[0], py - grip.last[1]]);
    else dragTo(event);
    grip.last = [px, py];
  };
  const onUp = (event) => {
    const held = grip;
    grip = null;
    if (held?.from) {
      chart.isWindowed = false;
      endHover(chart);
      return tellWindow(chart);
    }
    if (!held || !page.charts.has(chart) || event.type === "pointercancel") return;
    if (held.plane && held.isTouch && !held.hasMoved) {
      grip = held;
      dragTo(event);
      grip = null;
    }
    if (!held.hasMoved && !held.plane) clickPlot(chart, at(event));
  };
  // Plotly looks for the point under the mouse at every move; while the cursor is dragged, nobody reads that.
  plot.addEventListener("mousemove", (event) => grip?.plane && event.stopPropagation(), true);
  // A browser opens its menu as the button goes down or as it goes up.
  plot.addEventListener("contextmenu", (event) => plot._fullLayout && canWindow(chart) && findPlane(event) && event.preventDefault());
  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", onUp);
  // What was zoomed goes back first; then the plane gets the stage, or gives it back.
  plot.addEventListener("dblclick", (event) => {
    const found = chart.data?.slices && findPlane(event);
    if (found && !Object.keys(chart.zoom).length) return maximise(chart, found[0]);
    undoZoom(chart);
  });
  host.addEventListener("pointermove", (event) => {
    if (grip || !plot._fullLayout) return;
    chart.plane = findPlane(event)?.[0] ?? chart.plane;
    hover(event);
  });
  host.addEventListener("pointerleave", () => endHover(chart));
  host.addEventListener("pointerenter", () => {
    if (document.activeElement?.closest("input, textarea, select, [contenteditable]")) return;
    // Keys go to the chart under the mouse; only who came by key needs to be shown where they are.
    host.classList.add("by-mouse");
    host.focus({ preventScroll: true });
  });
  plot.addEventListener("wheel", (event) => {
    const found = plot._fullLayout && findPlane(event);
    if (!found) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return zoomBy(chart, found[0], event.deltaY > 0 ? 1.15 : 1 / 1.15, at(event), [0, 0]);
    chart.wheel += event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_STEP;
    const steps = Math.trunc(chart.wheel / WHEEL_STEP);
    chart.wheel -= steps * WHEEL_STEP;
    if (steps) stepPlane(chart, found[0], -steps);
  }, { passive: false });
  host.addEventListener("blur", () => host.classList.remove("by-mouse"));
  host.addEventListener("keydown", (event) => pressKey(chart, event));
}

function pressKey(chart, event) {
  if (event.target.closest("input, select") || !page.cursor || event.ctrlKey || event.metaKey || event.altKey) return;
  if (chart.data.slices && pressLetter(chart, event)) return event.preventDefault();
  if (event.target.closest("button")) return;
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (!steps) return;
  if (chart.data.slices) stepPlane(chart, chart.plane, steps);
  else if (chart.data.time) moveToVolume(chart, shownVolume(chart) + steps);
  else return;
  event.preventDefault();
}

// A key that changes how the planes are shown; whether it was one.
function pressLetter(chart, { key }) {
  if (key === "Escape") {
    if (!closeCard(chart) && chart.large) maximise(chart, chart.large);
    return true;
  }
  const does = {
    f: () => toggleFullScreen(chart), "?": () => toggleCard(chart), v: nextLayout,
    c: () => toggleView("crosshair"), g: () => toggleView("gap"), l: () => toggleView("letters"), h: () => toggleView("head"),
    "+": () => zoomAll(chart, 1 / ZOOM_STEP), "-": () => zoomAll(chart, ZOOM_STEP), 0: () => undoZoom(chart),
  }[key];
  does?.();
  return Boolean(does);
}

function undoZoom(chart) {
  chart.zoom = {};
  draw(chart);
}

function zoomBy(chart, plane, factor, centre, shift) {
  const area = plotArea(chart.plot, chart.data.slices.planes[plane].axes);
  setZoom(chart, area, factor, centre ? area.toData(centre[0] - area.left, centre[1] - area.top) : [0, 0], shift);
  draw(chart);
}

function setZoom(chart, area, factor, [u, v], [dx, dy]) {
  const shiftX = (-dx / area.width) * (area.x1 - area.x0);
  const shiftY = (dy / area.height) * (area.y1 - area.y0);
  chart.zoom[area.xKey] = [area.x0, area.x1].map((end) => u + (end - u) * factor + shiftX);
  chart.zoom[area.yKey] = [area.y0, area.y1].map((end) => v + (end - v) * factor + shiftY);
}

// A click on a plot without slices: on a time axis it moves the volume, anywhere it can be told to Python.
function clickPlot(chart, [px, py]) {
  if (!chart.plot._fullLayout) return;
  for (const id of chart.plot._fullLayout._subplots?.cartesian ?? []) {
    const [, x, y] = id.match(/^(x\d*)(y\d*)$/);
    const area = plotArea(chart.plot, [x, y]);
    if (px < area.left || px > area.left + area.width || py < area.top || py > area.top + area.height) continue;
    const [u, v] = area.toData(px - area.left, py - area.top);
    if (chart.data.time) {
      const { times } = chart.data.time;
      const nearest = times.reduce((best, time, t) => (Math.abs(time - u) < Math.abs(times[best] - u) ? t : best), 0);
      moveToVolume(chart, nearest);
    }
    if (chart.data.clicks) chart.trigger("click", { x: u, y: v, axes: id });
    return;
  }
}
