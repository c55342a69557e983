// The cells of the map of knobs: which settings they are, in which order Python is asked, what it has answered.

import { knobOf, ownerOf } from "./racers.js";
import { guessed, scaleOf } from "./scales.js";
import { short } from "./text.js";

/** What a map of racer i can show, as chart.py has it: its own knobs, the learning rate first, and the problem's. */
export function choices({ racers, problem }, i, known) {
  const own = Object.keys(racers[i].knobs).sort((a, b) => (b === "lr") - (a === "lr"));
  return [...own.map((name) => `${i}.${name}`), ...Object.keys(problem).filter((name) => name in known)];
}

/** A knob as an axis: {name, knob, symbol, from, to, scale, value(p), position(x), now(), said(x)}. */
export function axisOf(state, name, known) {
  const knob = knobOf(name);
  const now = () => ownerOf(state, name)[knob];
  const about = known[knob] ?? guessed(knob, now());
  return { ...about, ...scaleOf(about), name, knob, now, said: (x) => `${about.symbol} = ${short(x)}${about.unit ?? ""}` };
}

/** Column and row of a cell, by its number, counted in rows from the bottom; and the middle of the cell. */
export const placeOf = (n, columns) => [n % columns, Math.floor(n / columns)];
export const middle = (place, grid) => place.map((k, axis) => (k + 0.5) / grid[axis]);

/** The cell in which a point of the unit square lies. */
export const cellOf = (point, grid) => point.map((p, axis) => Math.min(grid[axis] - 1, Math.floor(p * grid[axis])));

/** What the knobs are in the middle of the cells with these numbers. */
export const settingsOf = (numbers, axes, grid) =>
  numbers.map((n) => {
    const point = middle(placeOf(n, grid[0]), grid);
    return Object.fromEntries(axes.map(({ knob, value }, k) => [knob, value(point[k])]));
  });

const STRIDES = [4, 2, 1]; // columns and rows that one cell stands for
const first = (stride) => (stride === 4 ? 2 : 0); // so that each grid is part of the finer one

/** The numbers of all cells, from coarse to fine; up to the second grid only where they take long. */
export function order([columns, rows], long) {
  const all = Array.from({ length: columns * rows }, (_, n) => n);
  const of = (stride) => all.filter((n) => placeOf(n, columns).every((k) => k % stride === first(stride)));
  return [...new Set(STRIDES.slice(0, long ? 2 : 3).flatMap(of))];
}

/** What is known of cell (i, j): its own answer, or that of a coarser grid. */
export function cellAt(cells, columns, i, j) {
  for (const stride of [...STRIDES].reverse()) {
    const [column, row] = [i, j].map((n) => n - (n % stride) + first(stride));
    const found = cells[row * columns + column];
    if (found) return found;
  }
  return null;
}

/** What cells.rows say: {stays, loss, lost} each. */
export const cellsOf = (rows) =>
  Array.from({ length: rows.length / 3 }, (_, k) => ({ stays: rows[3 * k], loss: rows[3 * k + 1], lost: rows[3 * k + 2] > 0 }));

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The same from what chart.py wrote while the book was built. */
export const charted = (text) =>
  Array.from({ length: text.length / 2 }, (_, k) => {
    const number = 64 * DIGITS.indexOf(text[2 * k]) + DIGITS.indexOf(text[2 * k + 1]);
    return { stays: number < 2048 ? number : NaN, loss: 10 ** ((number - 3072) / 100), lost: number === 4095 };
  });

/** How dark a cell is, from 0 to 1: the sooner it is below the goal; paler ones by how near they came. */
export function shade({ stays, loss }, { steps, target }) {
  if (stays >= 0) return 1 - 0.6 * (stays / steps);
  return 0.04 + 0.24 * Math.max(0, 1 - Math.log10(loss / target) / 6);
}
