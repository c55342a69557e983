// Sliders: from a position between 0 and 1 to a value and back, and what may be typed.
//
// `about` is what Python says of a knob: {symbol, scale, from, to}, and, where they are, its bounds [low, high), a unit.

import { round } from "./text.js";
import { within } from "./geometry.js";

const powers = (digits) => ({ from, to }) => ({
  value: (p) => digits(from * (to / from) ** p),
  position: (x) => Math.log(x / from) / Math.log(to / from),
}); // prettier-ignore

const SCALES = {
  linear: ({ from, to }) => ({ value: (p) => Math.round(from + p * (to - from)), position: (x) => (x - from) / (to - from) }),
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
