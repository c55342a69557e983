// What is drawn more than once.

/** A canvas in CSS pixels, sharp on every screen. */
export function sheet(canvas) {
  const [width, height, density] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/** A line as its rule looks: `step(k)` gives the points from 0 to `last`; those where `hidden(k)` are left out. */
export function stroke(pen, look, last, step, hidden = () => false) {
  pen.strokeStyle = pen.fillStyle = look.colour;
  pen.lineWidth = 2;
  pen.setLineDash(look.dash);
  pen.beginPath();
  for (let k = 0; k <= last; k++) pen[hidden(k) && (k === 0 || hidden(k - 1)) ? "moveTo" : "lineTo"](...step(k));
  pen.stroke();
  pen.setLineDash([]);
}

/** Many lines behind the one. */
export function faintly(pen, draw) {
  pen.save();
  pen.globalAlpha = 0.15;
  draw();
  pen.restore();
}

export function dot(pen, x, y) {
  pen.beginPath();
  pen.arc(x, y, 2, 0, 7);
  pen.fill();
}

/** A point that one can move. */
export function circle(pen, x, y, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 3.5;
  pen.beginPath();
  pen.arc(x, y, 6.25, 0, 7);
  pen.stroke();
}

/** Here a run was lost. */
export function cross(pen, x, y) {
  pen.lineWidth = 4;
  pen.beginPath();
  for (const side of [-1, 1]) {
    pen.moveTo(x - 7, y - 7 * side);
    pen.lineTo(x + 7, y + 7 * side);
  }
  pen.stroke();
}

const CORNERS = [[], [[-5, -5], [5, -5], [5, 5], [-5, 5]], [[0, -7], [6, 5], [-6, 5]], [[0, -7], [7, 0], [0, 7], [-7, 0]]]; // prettier-ignore

/** Circle, square, triangle or diamond, with a rim: who is where at this step. */
export function mark(pen, x, y, kind, rim) {
  pen.beginPath();
  if (kind === 0) pen.arc(x, y, 5.5, 0, 7);
  CORNERS[kind].forEach(([dx, dy], i) => pen[i ? "lineTo" : "moveTo"](x + dx, y + dy));
  pen.closePath();
  pen.fill();
  pen.save();
  pen.strokeStyle = rim;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.restore();
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = [
  `<circle cx="17" cy="5" r="4"/>`, `<rect x="13" y="1" width="8" height="8"/>`,
  `<path d="M17 0l5 9h-10z"/>`, `<path d="M17 0l5 5-5 5-5-5z"/>`,
]; // prettier-ignore

/** Line and mark of a racer, for the table and the sliders. */
export function swatch({ colour, dash, mark }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 34 10");
  svg.setAttribute("class", "gx-swatch");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = `<path d="M0 5h34" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash.join(" ") || "none"}"/><g fill="${colour}">${SHAPES[mark]}</g>`;
  return svg;
}
