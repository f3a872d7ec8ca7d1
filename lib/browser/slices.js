// Slices of a volume that is already in the browser: which voxels lie in a plane, and a fast picture of them.
// Colours come with the volume (one table of 256 colours); nothing here decides how anything looks.

const PICTURE_BUDGET = 192 * 2 ** 20; // bytes of volumes kept, so that playing a run does not fetch it twice
const pictures = new Map(); // address -> {promise, bytes}, oldest first

function fetchPicture(address) {
  let entry = pictures.get(address);
  if (entry) {
    pictures.delete(address);
  } else {
    entry = { bytes: null };
    const showing = () => [...page.charts].filter((chart) => chart.layers.some((layer) => layer.address === address));
    const tell = (words) => showing().forEach((chart) => say(chart, words));
    const attempt = () => ask(address, (answer) => answer.arrayBuffer());
    entry.promise = persist(attempt, () => showing().length > 0, tell).then((content) => {
      entry.bytes = new Uint8Array(content);
      dropOldPictures();
      return entry.bytes;
    });
    entry.promise.catch(() => pictures.delete(address));
  }
  pictures.set(address, entry);
  return entry;
}

function dropOldPictures() {
  let total = 0;
  for (const entry of pictures.values()) total += entry.bytes?.length ?? 0;
  for (const [address, entry] of pictures) {
    if (total <= PICTURE_BUDGET || pictures.size <= 2) break;
    total -= entry.bytes?.length ?? 0;
    pictures.delete(address);
  }
}

// (4, 4) affine as rows of numbers, applied to a point.
function applyAffine(affine, point) {
  return [0, 1, 2].map((row) => affine[row][0] * point[0] + affine[row][1] * point[1] + affine[row][2] * point[2] + affine[row][3]);
}

// The voxel whose cell contains a point: integers are voxel centres and a half rounds up, as in lib/spaces.
function nearestIndex(gridFromWorld, point) {
  return applyAffine(gridFromWorld, point).map((value) => Math.floor(value + 0.5 + 1e-6));
}

// Rows (upwards) of one plane of a volume in which the first index runs fastest.
function takeSlice(bytes, shape, [axis, right, up], index) {
  const strides = [1, shape[0], shape[0] * shape[1]];
  const rows = [];
  const isOutside = !bytes || index < 0 || index >= shape[axis];
  for (let row = 0; row < shape[up]; row++) {
    const line = new Uint8Array(shape[right]);
    if (!isOutside) {
      let at = index * strides[axis] + row * strides[up];
      if (strides[right] === 1) line.set(bytes.subarray(at, at + shape[right]));
      else for (let column = 0; column < line.length; column++, at += strides[right]) line[column] = bytes[at];
    }
    rows.push(line);
  }
  return rows;
}

// Rows of one plane of a grid, each point with the code of the layer there: of its nearest voxel, or between its voxels.
// layer: {shape, from_grid, is_linear}: the layer's own grid, and the affine from the grid's indices to the layer's.
function takeThrough(bytes, { shape: own, from_grid: affine, is_linear: isLinear }, shape, [axis, right, up], index) {
  const start = [0, 0, 0];
  start[axis] = index;
  const origin = applyAffine(affine, start);
  const [across, upwards] = [right, up].map((column) => affine.map((row) => row[column]));
  const [[ni, nj, nk], [di, dj, dk]] = [own, across];
  const rows = [];
  for (let row = 0; row < shape[up]; row++) {
    const line = new Uint8Array(shape[right]);
    const [x, y, z] = [0, 1, 2].map((n) => origin[n] + row * upwards[n]);
    const [first, end] = bytes ? columnsInside(own, [x, y, z], across, line.length) : [0, 0];
    // Two loops, each of one kind: a call that is now one function and now the other costs twice the time.
    if (isLinear) for (let n = first; n < end; n++) line[n] = linearCode(bytes, ni, nj, nk, x + n * di, y + n * dj, z + n * dk);
    else for (let n = first; n < end; n++) line[n] = nearestCode(bytes, ni, nj, nk, x + n * di, y + n * dj, z + n * dk);
    rows.push(line);
  }
  return rows;
}

// From which column of a row, and up to which, a layer's grid may be met, where the row starts at a place of that grid and
// goes on by a step.
function columnsInside(own, place, step, length) {
  let [first, end] = [0, length];
  for (let n = 0; n < 3; n++) {
    if (Math.abs(step[n]) < 1e-9) {
      if (place[n] < -1 || place[n] > own[n]) return [0, 0];
      continue;
    }
    const [near, far] = [-1, own[n]].map((face) => (face - place[n]) / step[n]).sort((a, b) => a - b);
    first = Math.max(first, Math.ceil(near));
    end = Math.min(end, Math.floor(far) + 1);
  }
  return [first, end];
}

// The code of the voxel whose cell holds a point of the layer's grid; 0 beside the grid.
function nearestCode(bytes, ni, nj, nk, x, y, z) {
  const i = Math.floor(x + 0.5 + 1e-6);
  const j = Math.floor(y + 0.5 + 1e-6);
  const k = Math.floor(z + 0.5 + 1e-6);
  return i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk ? bytes[i + ni * (j + nj * k)] : 0;
}

// The code between the eight voxels around a point, whose codes grow with their values. Where one of them is not drawn,
// code 0, there is nothing to go between: the nearest voxel's.
function linearCode(bytes, ni, nj, nk, x, y, z) {
  const half = 0.5 + 1e-6; // as in nearestCode
  if (x < -half || y < -half || z < -half || x + half >= ni || y + half >= nj || z + half >= nk) return 0;
  const px = Math.min(Math.max(x, 0), ni - 1);
  const py = Math.min(Math.max(y, 0), nj - 1);
  const pz = Math.min(Math.max(z, 0), nk - 1);
  const i = Math.floor(px);
  const j = Math.floor(py);
  const k = Math.floor(pz);
  const di = i + 1 < ni ? 1 : 0;
  const dj = j + 1 < nj ? ni : 0;
  const dk = k + 1 < nk ? ni * nj : 0;
  const at = i + ni * (j + nj * k);
  const a = bytes[at], b = bytes[at + di], c = bytes[at + dj], d = bytes[at + di + dj];
  const e = bytes[at + dk], f = bytes[at + di + dk], g = bytes[at + dj + dk], h = bytes[at + di + dj + dk];
  if (!(a && b && c && d && e && f && g && h)) return nearestCode(bytes, ni, nj, nk, x, y, z);
  const u = px - i;
  const v = py - j;
  const low = (a + u * (b - a)) * (1 - v) + (c + u * (d - c)) * v;
  const high = (e + u * (f - e)) * (1 - v) + (g + u * (h - g)) * v;
  return Math.round(low + (pz - k) * (high - low));
}

// Of what is drawn in a plane, the pixels that have one beside them where nothing is; the plane's own border is no edge.
function outlineRows(rows) {
  return rows.map((line, row) => line.map((code, column) => {
    const beside = [line[column - 1], line[column + 1], rows[row - 1]?.[column], rows[row + 1]?.[column]];
    return code && beside.includes(0) ? 255 : 0;
  }));
}

// The left part of each row, up to a share of its length.
function keepLeft(rows, share) {
  return rows.map((line) => line.map((code, column) => (column + 0.5 <= share * line.length ? code : 0)));
}

// Draw rows through a colour table into a canvas of one pixel a voxel, upwards becoming upwards on the screen.
function tintSlice(rows, table, earlier) {
  const fits = earlier?.width === rows[0].length && earlier.height === rows.length;
  const canvas = fits ? earlier : new OffscreenCanvas(rows[0].length, rows.length);
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows.length; row++) {
    const start = (rows.length - 1 - row) * canvas.width;
    const line = rows[row];
    for (let column = 0; column < line.length; column++) pixels[start + column] = table[line[column]];
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function decodeTable(base64) {
  return new Uint32Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

// Whether a chart's axes have their places: Plotly's, or those of the first picture.
const isPlaced = (plot) => Boolean(plot._fullLayout ?? plot.early);

// Where a plot lies in its chart, in pixels, and how its axes map numbers to pixels.
function plotArea(plot, [xName, yName]) {
  const name = (axis) => (plot._fullLayout ?? plot.early)[axis[0] + "axis" + axis.slice(1)];
  const [x, y] = [name(xName), name(yName)];
  const [x0, x1] = x.range.map(Number);
  const [y0, y1] = y.range.map(Number);
  return {
    left: x._offset, top: y._offset, width: x._length, height: y._length, x0, x1, y0, y1,
    toPixel: (u, v) => [((u - x0) / (x1 - x0)) * x._length, (1 - (v - y0) / (y1 - y0)) * y._length],
    toData: (px, py) => [x0 + (px / x._length) * (x1 - x0), y0 + (1 - py / y._length) * (y1 - y0)],
    xKey: "xaxis" + xName.slice(1), yKey: "yaxis" + yName.slice(1),
  };
}

// Lay a canvas over a part of the plot; return its context, in which a unit is a px of the page.
function sizeCanvas(canvas, area) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(area.width * scale), Math.round(area.height * scale)];
  // Setting a canvas's size clears it and takes memory anew.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  Object.assign(canvas.style, { left: `${area.left}px`, top: `${area.top}px`, width: `${area.width}px`, height: `${area.height}px` });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

// Paint one plane of all layers, and the crosshair, into a canvas that covers the plot.
function paintPlane(canvas, area, layers, trace, cross) {
  const context = sizeCanvas(canvas, area);
  context.fillStyle = cross.behind;
  context.fillRect(0, 0, area.width, area.height);
  for (const { picture, opacity, isSmooth } of layers) {
    const [left, bottom] = area.toPixel(trace.x0 - trace.dx / 2, trace.y0 - trace.dy / 2);
    const [right, top] = area.toPixel(trace.x0 + (picture.width - 0.5) * trace.dx, trace.y0 + (picture.height - 0.5) * trace.dy);
    context.save();
    context.globalAlpha = opacity;
    context.imageSmoothingEnabled = isSmooth;
    context.translate(left, top);
    context.scale((right - left) / picture.width, (bottom - top) / picture.height);
    context.drawImage(picture, 0, 0);
    context.restore();
  }
  if (cross.isShown) paintCrosshair(context, area, cross);
  if (cross.bar) paintScaleBar(context, area, cross.bar);
}

function paintCrosshair(context, area, cross) {
  const [u, v] = area.toPixel(cross.u, cross.v);
  const free = cross.gap / 2;
  context.strokeStyle = cross.colour;
  context.lineWidth = 1;
  context.beginPath();
  for (const [from, to] of [[0, v - free], [v + free, area.height]]) {
    context.moveTo(u, from);
    context.lineTo(u, to);
  }
  for (const [from, to] of [[0, u - free], [u + free, area.width]]) {
    context.moveTo(from, v);
    context.lineTo(to, v);
  }
  context.stroke();
}
