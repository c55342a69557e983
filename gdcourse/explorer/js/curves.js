// The loss curve: J − J min against the step, the height by its logarithm.

import { h } from "./dom.js";
import { decades, level } from "./geometry.js";
import { nameEnds } from "./labels.js";
import { cross, faintly, mark, sheet, stroke } from "./pen.js";
import { power } from "./text.js";

const APART = 12; // px from the end of a curve to the middle of its name

export function curvesOf(figure) {
  const { state, words } = figure;
  const canvas = h("canvas", { className: "gx-canvas", role: "img" });

  const draw = () => canvas.clientWidth && paint(sheet(canvas));

  function paint({ pen, width, height }) {
    const results = [figure.results, ...figure.cloud].flat().filter((result) => result.rows);
    const range = decades(results, state.problem.best);
    const frame = { left: 46, right: width - 10, top: 22, bottom: height - 26, height };
    const x = (k) => frame.left + ((frame.right - frame.left) * k) / state.steps;
    const y = (value) => frame.bottom - (frame.bottom - frame.top) * level(value, range);
    drawFrame(pen, frame, range, x, y);
    const looks = figure.looks();
    faintly(pen, () => figure.cloud.forEach((all) => all.forEach((result, i) => result.rows && drawLine(pen, result, looks[i], range, x, y))));
    const ends = figure.results.map((result, i) => result.rows && drawCurve(pen, result, looks[i], range, x, y));
    // the highest has room above it, the others, which come from above, below
    const highest = Math.min(...ends.filter(Boolean).map((end) => end[1]));
    const beside = ends.map((end) => end && [end[0], end[1] + (end[1] === highest ? -APART : APART)]); // prettier-ignore
    nameEnds(pen, figure, looks, beside, frame.right, frame.bottom);
  }

  function drawFrame(pen, { left, right, top, bottom, height }, [floor, roof], x, y) {
    pen.font = figure.font(12);
    pen.fillStyle = figure.style("ink");
    pen.strokeStyle = figure.style("grid");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    const every = Math.ceil((roof - floor) / 5);
    for (let n = roof; n >= floor; n -= every) {
      pen.beginPath();
      pen.moveTo(left, y(10 ** n));
      pen.lineTo(right, y(10 ** n));
      pen.stroke();
      pen.fillText(power(n), left - 5, y(10 ** n));
    }
    pen.textAlign = "left";
    pen.fillText(words.above, 4, 9);
    pen.textBaseline = "alphabetic";
    pen.fillText("0", left - 3, height - 9);
    pen.textAlign = "right";
    pen.fillText(state.steps, right, height - 9);
    pen.textAlign = "center";
    pen.fillText(words.step, (left + right) / 2, height - 9);
    pen.strokeStyle = figure.style("ink");
    pen.setLineDash([2, 3]);
    pen.beginPath();
    pen.moveTo(x(state.at), top);
    pen.lineTo(x(state.at), bottom);
    pen.stroke();
  }

  function drawLine(pen, { rows, width: row }, look, [, roof], x, y) {
    const value = (k) => rows[row * k + 2] - state.problem.best;
    const above = (k) => value(k) > 10 ** roof;
    const point = (k) => [x(k), y(value(k))];
    stroke(pen, look, rows.length / row - 1, point, above);
    return { point, above };
  }

  function drawCurve(pen, result, look, range, x, y) {
    const { rows, width: row, diverged } = result;
    const count = rows.length / row;
    const { point, above } = drawLine(pen, result, look, range, x, y);
    if (diverged) cross(pen, ...point(count - 1));
    if (state.at < count && !above(state.at)) mark(pen, ...point(state.at), look.mark, figure.style("paper"));
    return point(count - 1);
  }

  return { element: h("div", { className: "gx-curves" }, canvas), canvas, draw, paint };
}
