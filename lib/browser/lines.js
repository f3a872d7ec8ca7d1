// The fast picture of lines while the hand moves: those that changed, and those that share an axis which must grow or
// shrink with them, on a canvas over the figure. What is drawn there is hidden in the figure until it is at rest.

const TICK_ROOM = 40; // px between two labels of a vertical axis, as Plotly has it
const PADDED = 0.05; // share of an axis that Plotly leaves free at each end
const PREFIXES = { 3: "k", 6: "M", 9: "B", "-3": "m", "-6": "μ" };

// Paint a chart's lines as they are now; false where only Plotly can.
function paintLines(chart) {
  const full = chart.plot._fullLayout;
  if (!full || chart.plot.data.length !== chart.figure?.data.length || chart.layoutPatches.wide?.annotations) return false;
  // A note that an earlier place has left in the figure goes with its next drawing.
  if (chart.plot.layout.annotations !== chart.figure.layout.annotations) return false;
  const traces = chart.plot.data.map((trace, number) => ({ ...trace, ...unpacked(chart.plot._fullData[number]), ...chart.patches[trace.uid], number }));
  if (chart.data.time) fillTime(chart, traces);
  const changed = traces.filter(({ uid }) => chart.patches[uid] || chart.data.time?.lines.includes(uid));
  const names = new Set(changed.filter((trace) => trace.visible !== false).map(ownAxis));
  const axes = new Map([...names].map((name) => [name, fitAxis(chart, full[name], traces.filter((t) => ownAxis(t) === name))]));
  const shown = traces.filter((trace) => axes.has(ownAxis(trace)) && (axes.get(ownAxis(trace)).isFitted || changed.includes(trace)));
  if (!shown.every(isLine) || [...axes.values()].some(({ axis }) => axis?.type !== "linear")) return false;
  const context = coverPlot(chart);
  hideInFigure(chart, shown, axes);
  for (const fitted of axes.values()) if (fitted.isFitted && fitted.axis.visible) paintTicks(context, fitted, full);
  for (const trace of shown) if (trace.visible !== false) paintLine(context, trace, full[longName(trace.xaxis ?? "x")], axes.get(ownAxis(trace)));
  nameInLegend(chart, changed);
  chart.host.dataset.painted = String(Number(chart.host.dataset.painted ?? 0) + 1);
  return true;
}

// Arrays may come packed; Plotly has them unpacked.
const unpacked = ({ x, y }) => ({ ...(x && { x }), ...(y && { y }) });
const longName = (axis) => `${axis[0]}axis${axis.slice(1)}`;
const ownAxis = (trace) => longName(trace.yaxis ?? "y");
const isLine = (trace) => trace.type === "scatter" && trace.mode === "lines";

// An axis with the range that it will have at rest: as it stands, or fitted to its traces.
function fitAxis(chart, axis, traces) {
  if (!axis?.autorange || !axis.range) return { axis, range: axis?.range, isFitted: false };
  let [low, high] = [Infinity, -Infinity];
  for (const { y, visible } of traces) {
    if (visible === false) continue;
    for (const value of y ?? []) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return { axis, range: axis.range, isFitted: true };
  const isFromZero = axis.rangemode === "tozero" && low >= 0;
  if (isFromZero) low = 0;
  if (low === high) return { axis, range: [low - 1, high + 1], isFitted: true };
  const pad = (PADDED * (high - low)) / (1 - (isFromZero ? 1 : 2) * PADDED);
  return { axis, range: [isFromZero ? low : low - pad, high + pad], isFitted: true };
}

// A clear canvas as large as the plot.
function coverPlot(chart) {
  const canvas = standIn(chart, "lines");
  const context = sizeCanvas(canvas, { left: 0, top: 0, width: chart.host.clientWidth, height: chart.height });
  context.clearRect(0, 0, chart.host.clientWidth, chart.height);
  canvas.hidden = false;
  return context;
}

function hideInFigure(chart, traces, axes) {
  showInFigure(chart);
  const numbers = new Set(traces.map(({ number }) => number));
  const drawn = [...chart.plot.querySelectorAll(".scatterlayer > .trace")].filter((group) => numbers.has(group.__data__?.[0]?.trace?.index));
  const ticks = [...axes.values()].filter(({ isFitted }) => isFitted).flatMap(({ axis }) => [...chart.plot.querySelectorAll(`.${axis._id}tick, .${axis._id}grid`)]);
  chart.hidden = [...drawn, ...ticks];
  for (const element of chart.hidden) element.style.visibility = "hidden";
}

function showInFigure(chart) {
  for (const element of chart.hidden ?? []) element.style.visibility = "";
  chart.hidden = [];
}

function paintTicks(context, { axis, range: [low, high] }, full) {
  const many = Math.max(4, Math.min(9, axis._length / TICK_ROOM)) + 1;
  const rough = (high - low) / many;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [2, 5, 10].find((round) => rough / power <= round);
  const left = full._size.l;
  const exponent = chooseExponent(Math.max(Math.abs(low), Math.abs(high)));
  const decimals = Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-6));
  context.font = `${axis.tickfont.size}px ${axis.tickfont.family}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
    const y = axis._offset + axis._length * (1 - (tick - low) / (high - low));
    context.strokeStyle = axis.gridcolor;
    context.lineWidth = axis.gridwidth;
    context.beginPath();
    context.moveTo(left, Math.round(y) + 0.5);
    context.lineTo(left + full._size.w, Math.round(y) + 0.5);
    context.stroke();
    const text = `${(tick / 10 ** exponent).toFixed(decimals)}${PREFIXES[exponent] ?? ""}`;
    context.fillStyle = axis.tickfont.color;
    context.fillText(/^-0(\.0*)?$/.test(text) ? "0" : text.replace("-", "−"), left - 3, y);
  }
}

// Numbers of five digits, and those below a thousandth, are told in thousands and the like.
function chooseExponent(largest) {
  const power = Math.floor(Math.log10(largest || 1));
  const exponent = Math.abs(power) > 3 ? 3 * Math.round((power - 1) / 3) : 0;
  return PREFIXES[exponent] ? exponent : 0;
}

function paintLine(context, trace, across, { axis, range: [low, high] }) {
  const [start, end] = across.range.map(Number);
  const toX = (value) => across._offset + (across._length * (value - start)) / (end - start);
  const toY = (value) => axis._offset + axis._length * (1 - (value - low) / (high - low));
  context.save();
  context.beginPath();
  context.rect(across._offset, axis._offset, across._length, axis._length);
  context.clip();
  context.globalAlpha = trace.opacity ?? 1;
  context.beginPath();
  let isDown = false;
  for (let i = 0; i < (trace.y?.length ?? 0); i++) {
    const isThere = trace.x[i] !== null && trace.y[i] !== null;
    if (isThere && isDown) context.lineTo(toX(trace.x[i]), toY(trace.y[i]));
    else if (isThere) context.moveTo(toX(trace.x[i]), toY(trace.y[i]));
    isDown = isThere;
  }
  const { color, width = 2, dash } = trace.line ?? {};
  if (trace.fill) {
    context.fillStyle = trace.fillcolor ?? color;
    context.fill();
  }
  if (width) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.setLineDash({ dot: [width, width], dash: [3 * width, 3 * width] }[dash] ?? []);
    context.stroke();
  }
  context.restore();
}

// The legend says whose line is seen.
function nameInLegend(chart, traces) {
  for (const entry of chart.plot.querySelectorAll(".legend .traces")) {
    const trace = traces.find(({ number }) => number === entry.__data__?.[0]?.trace?.index);
    const text = entry.querySelector(".legendtext");
    if (trace?.name && text) text.textContent = plainText(trace.name);
  }
}
