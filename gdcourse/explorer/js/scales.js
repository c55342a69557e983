// Sliders: from a position between 0 and 1 to a value and back, and what may be typed.
//
// `about` is what Python says of a knob: {symbol, scale, from, to}, and, where they are, its bounds [low, high), a unit.

import { power, round } from "./text.js";
import { within } from "./geometry.js";

const powers = (digits) => ({ from, to }) => ({
  value: (p) => digits(from * (to / from) ** p),
  position: (x) => Math.log(x / from) / Math.log(to / from),
}); // prettier-ignore

const SCALES = {
  linear: ({ from, to }) => ({ value: (p) => Math.round(from + p * (to - from)), position: (x) => (x - from) / (to - from) }),
  // from nothing on, fine at first
  square: ({ from, to }) => ({ value: (p) => round(from + p * p * (to - from), 2), position: (x) => Math.sqrt((x - from) / (to - from)) }),
  log: powers((x) => round(x, 3)),
  whole: powers(Math.round),
  // β by its memory: 0, 0.9, 0.99, 0.999 stand at equal distances
  memory: (about) => {
    const { value, position } = powers((x) => round(x, 2))(about);
    return { value: (p) => round(1 - value(p), 6), position: (x) => position(1 - x) };
  },
};

/** {value(position), position(value)}; what lies beyond the ends, or nowhere, stands at an end. */
export function scaleOf(about) {
  const { value, position } = SCALES[about.scale](about);
  return { value, position: (x) => within(0, position(x) || 0, 1) };
}

/** A knob that Python knows nothing of, because the reader's own rule has it: three decades either way. */
export const guessed = (symbol, value) =>
  value > 0
    ? { symbol, scale: "log", from: value / 1000, to: value * 1000 }
    : { symbol, scale: "linear", from: value - 1, to: value + 1 };

export const inBounds = (about, x) => Number.isFinite(x) && x >= (about?.low ?? -Infinity) && x < (about?.high ?? Infinity);

/** The number that somebody typed, or null where the knob cannot have it. */
export function typed(text, about) {
  const number = text.trim() ? Number(text.replace("−", "-").replace(",", ".")) : NaN;
  if (!inBounds(about, number)) return null;
  return about.scale === "whole" ? Math.round(number) : number;
}

/** The bounds as text: [0, 1). */
export const bounds = ({ low = -Infinity, high = Infinity }) =>
  `[${low}, ${high})`.replaceAll("Infinity", "∞").replace("[-∞", "(−∞");

const tens = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((n) => high - low < 6 || n % 2 === 0);
const powersIn = ({ from, to }) => tens(...[from, to].map((end) => Math.round(Math.log10(end))).sort((a, b) => a - b));

/** Values to be written beside an axis, with their texts: powers of ten, of the memory 1 − 10ⁿ, or both ends and a middle. */
export function ticks(about) {
  if (about.scale === "log") return powersIn(about).map((n) => [10 ** n, power(n)]);
  if (about.scale === "memory") return powersIn(about).map((n) => [1 - 10 ** n, String(round(1 - 10 ** n, 6))]);
  return [0, 0.5, 1].map(scaleOf(about).value).map((x) => [x, String(x)]);
}
