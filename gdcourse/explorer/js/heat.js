// The picture of the map of knobs: cells, hatching, the edge of what is lost, theory, both axes.

import { cellAt, shade } from "./cells.js";
import { ticks } from "./scales.js";

/** `frame` {left, right, top, bottom} in pixels; `look` {hue, ink, grid, paper, font}. */
export function drawCells(pen, frame, cells, [columns, rows], goal, look) {
  const [width, height] = [(frame.right - frame.left) / columns, (frame.bottom - frame.top) / rows];
  const left = (i) => Math.round(frame.left + i * width); // whole pixels, so that no seams show
  const top = (j) => Math.round(frame.bottom - (j + 1) * height);
  const lost = (i, j) => cellAt(cells, columns, i, j)?.lost;
  const gone = new Path2D();
  const edge = new Path2D();
  const side = (x, y, dx, dy) => {
    edge.moveTo(x, y);
    edge.lineTo(x + dx, y + dy);
  };
  pen.fillStyle = look.hue;
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const cell = cellAt(cells, columns, i, j);
      const size = [left(i + 1) - left(i), top(j - 1) - top(j)];
      if (cell?.lost) gone.rect(left(i), top(j), ...size);
      else if (cell) {
        pen.globalAlpha = shade(cell, goal);
        pen.fillRect(left(i), top(j), ...size);
      }
      if (i && cell && lost(i, j) !== lost(i - 1, j)) side(left(i), top(j), 0, size[1]);
      if (j && cell && lost(i, j) !== lost(i, j - 1)) side(left(i), top(j - 1), size[0], 0);
    }
  pen.globalAlpha = 1;
  hatch(pen, frame, gone, look.edge);
  pen.strokeStyle = look.ink;
  pen.lineWidth = 2;
  pen.stroke(edge);
}

function hatch(pen, { left, right, top, bottom }, where, colour) {
  pen.save();
  pen.clip(where);
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = left - (bottom - top); x < right; x += 6) {
    pen.moveTo(x, bottom);
    pen.lineTo(x + bottom - top, top);
  }
  pen.stroke();
  pen.restore();
}

/** The colours and the font of the map. */
export function lookOf(figure) {
  const [hue, ink, edge, paper] = ["accent", "strong", "edge", "paper"].map(figure.style);
  return { hue, ink, edge, paper, font: figure.font(12) };
}

/** The frame on the screen, where its canvas is the box. */
export const framed = ({ left, right, top, bottom }, box) => ({ left: box.left + left, top: box.top + top, width: right - left, height: bottom - top });

/** Where a point of the unit square stands in the picture. */
export const pixel = ({ left, right, top, bottom }, [p, q]) => [left + p * (right - left), bottom - q * (bottom - top)];

/** What of the theory can be drawn on these axes: {lines, points}. */
export function shownOn([along, up], { lines = {}, points = {} }) {
  const here = Object.entries(points).filter(([, setting]) => along.knob in setting && up.knob in setting);
  return { lines: along.knob === "lr" ? lines : {}, points: Object.fromEntries(here) };
}

/** Lines (a learning rate for each height) and rings of the theory, on a rim of paper, to be seen on every ground. */
export function drawTheory(pen, frame, [along, up], { lines, points }, look) {
  const inside = (x) => x >= along.from && x <= along.to;
  for (const [colour, width] of [[look.paper, 4], [look.ink, 2]]) { // prettier-ignore
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.setLineDash([5, 4]);
    for (const rates of Object.values(lines)) {
      pen.beginPath();
      rates.forEach((rate, k) => inside(rate) && pen.lineTo(...pixel(frame, [along.position(rate), k / (rates.length - 1)])));
      pen.stroke();
    }
    pen.setLineDash([]);
    for (const setting of Object.values(points)) {
      pen.beginPath();
      pen.arc(...pixel(frame, [along, up].map(({ knob, position }) => position(setting[knob]))), 6, 0, 7); // prettier-ignore
      pen.stroke();
    }
  }
}

/** The frame, the ticks of both axes, the name of the one along. */
export function drawAxes(pen, frame, [along, up], name, look) {
  pen.strokeStyle = look.edge;
  pen.lineWidth = 1;
  pen.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  pen.font = look.font;
  pen.fillStyle = look.ink;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const [x, text] of ticks(along)) pen.fillText(text, pixel(frame, [along.position(x), 0])[0], frame.bottom + 4);
  pen.fillText(name, (frame.left + frame.right) / 2, frame.bottom + 19);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const [x, text] of ticks(up)) pen.fillText(text, frame.left - 5, pixel(frame, [0, up.position(x)])[1]);
}
