// The map: landscape, paths, and the start, which mouse, finger and keys move.

import { h } from "./dom.js";
import { listen } from "./drag.js";
import { hit, place, reach, visible, within } from "./geometry.js";
import { nameEnds } from "./labels.js";
import { circle, cross, dot, faintly, mark, sheet, stroke } from "./pen.js";
import { standing } from "./results.js";
import { round, say, short } from "./text.js";

const DOTS = 120; // steps up to which each is marked

export function mapOf(figure) {
  const { state, words } = figure;
  const canvas = h("canvas", { className: "gx-canvas", role: "img" });
  const handle = h("button", { className: "gx-handle", type: "button" });
  const element = h("div", { className: "gx-map" }, canvas, handle);
  const region = () => visible(state.view, canvas.clientWidth, canvas.clientHeight);

  function draw() {
    if (!region()) return;
    paint(sheet(canvas));
    const { clientWidth: width, clientHeight: height } = canvas;
    const [x, y] = place(region(), width, height)(...state.start);
    handle.style.transform = `translate(${within(0, x, width)}px, ${within(0, y, height)}px)`;
    handle.setAttribute("aria-label", say(words.start, { x: short(state.start[0]), y: short(state.start[1]) }));
  }

  /** All but the ring at the start, which is the handle; save.js asks for that too. */
  function paint({ pen, width, height, ring }) {
    const at = place(region(), width, height);
    if (figure.land) drawLand(pen, width, height);
    if (figure.land?.axes.length) drawDirections(pen, at);
    drawMinima(pen, at);
    const looks = figure.looks();
    faintly(pen, () => figure.cloud.forEach((results) => results.forEach((result, i) => drawFaint(pen, at, result, looks[i]))));
    const ends = figure.results.map((result, i) => result.rows && drawPath(pen, at, result, looks[i], i));
    if (ring) circle(pen, ...at(...state.start), figure.style("strong"));
    nameEnds(pen, figure, looks, ends, width, height);
  }

  function drawLand(pen, width, height) {
    pen.save();
    pen.scale(width, height);
    pen.lineWidth = 1 / Math.max(width, height);
    pen.fillStyle = figure.style("hill");
    pen.strokeStyle = figure.style("line");
    figure.land.shapes.forEach((shape) => {
      pen.fill(shape, "evenodd");
      pen.stroke(shape);
    });
    pen.restore();
  }

  function drawMinima(pen, at) {
    pen.font = figure.font(18);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = figure.style("star");
    state.minima.forEach(([x, y]) => pen.fillText("★", ...at(x, y)));
  }

  /** The eigen-directions through the minimum, with their curvatures. */
  function drawDirections(pen, at) {
    pen.save();
    pen.font = figure.font(12);
    pen.strokeStyle = pen.fillStyle = figure.style("ink");
    pen.globalAlpha = 0.75;
    pen.setLineDash([2, 5]);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const [x, y] = state.minima[0];
    for (const [curvature, dx, dy] of figure.land.axes) {
      const far = reach(region(), [x, y], [dx, dy]);
      pen.beginPath();
      for (const t of [-2 * far, 2 * far]) pen.lineTo(...at(x + t * dx, y + t * dy));
      pen.stroke();
      const [u, v] = at(x + 0.8 * far * dx, y + 0.8 * far * dy);
      pen.fillText(`λ = ${short(curvature)}`, u + 26 * Math.abs(dy), v - 12 * Math.abs(dx));
    }
    pen.restore();
  }

  function drawFaint(pen, at, result, look) {
    const { k, error } = standing(result, state.at);
    if (error === undefined) stroke(pen, look, k, (n) => at(result.rows[result.width * n], result.rows[result.width * n + 1]));
  }

  function drawPath(pen, at, { rows, width: row }, look, i) {
    const { k: last, gone } = figure.standing(i);
    const point = (k) => at(rows[row * k], rows[row * k + 1]);
    stroke(pen, look, last, point);
    if (last <= DOTS) for (let k = 1; k <= last; k++) dot(pen, ...point(k));
    const [x, y] = point(last);
    if (gone) cross(pen, within(8, x, canvas.clientWidth - 8), within(8, y, canvas.clientHeight - 8));
    else mark(pen, x, y, look.mark, figure.style("paper"));
    return [within(0, x, canvas.clientWidth), within(0, y, canvas.clientHeight)];
  }

  function moveTo(x, y) {
    state.start = [round(x, 4), round(y, 4)];
    draw();
    figure.refresh();
  }

  listen(element, canvas, handle, {
    to: (event) => moveTo(...hit(region(), canvas.getBoundingClientRect(), event.clientX, event.clientY)),
    by: ([dx, dy]) => moveTo(state.start[0] + dx, state.start[1] + dy),
    region,
  });
  return { element, canvas, draw, paint };
}
