// Names at the ends of lines, in place of a legend.

import { within } from "./geometry.js";

const LINE = 16; // px of a name: its room upwards
const BESIDE = 10; // … from what it names
const PAPER = 2; // … of paper around its letters

/** Where names stand in a box, [left, middle] each, as picture.py has it; `wanted`: [x, y, how wide] of each. */
export function apart(wanted, width, height) {
  const placed = [];
  const inside = (y) => y >= LINE / 2 && y <= height - LINE / 2;
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i][1] - wanted[j][1]);
  for (const i of order) {
    const [x, y, wide] = wanted[i];
    const beside = x + BESIDE + wide <= width ? x + BESIDE : x - BESIDE - wide;
    const left = Math.max(0, Math.min(beside, width - wide));
    const start = within(LINE / 2, y, height - LINE / 2);
    const ways = [start];
    for (let k = 2; k <= 4 * LINE; k += 2) ways.push(start + k, start - k);
    const clear = (y, [l, m], w) => Math.abs(y - m) >= LINE || l >= left + wide || l + w <= left;
    const free = ways.find((y) => inside(y) && placed.every((place, j) => clear(y, place, wanted[j][2])));
    placed[i] = [left, free ?? start];
  }
  return placed;
}

/** Writes each racer's name at the end of its line; `ends`: [x, y] of each, or null. */
export function nameEnds(pen, figure, looks, ends, width, height) {
  const known = ends.map((_, i) => i).filter((i) => ends[i]);
  if (ends.length < 2) return;
  pen.save();
  pen.font = figure.font(12);
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.lineWidth = 2 * PAPER;
  pen.lineJoin = "round";
  pen.strokeStyle = figure.style("paper");
  const names = known.map((i) => figure.label(figure.state.racers[i]));
  const wanted = known.map((i, n) => [...ends[i], pen.measureText(names[n]).width]);
  apart(wanted, width, height).forEach(([left, middle], n) => {
    pen.fillStyle = looks[known[n]].text;
    pen.strokeText(names[n], left, middle);
    pen.fillText(names[n], left, middle);
  });
  pen.restore();
}
