// What Python is asked for: the race and the landscape, and never what is known already.

import { explained } from "./asking.js";
import { about } from "./racers.js";
import { doubles, unpacked } from "./results.js";

/** What page.py needs to know of a racer. */
export function job(racer, { start, steps }, rules) {
  const known = about(racer, rules);
  const edited = racer.source ? { source: racer.source } : known.edited ? { source: known.source, elementwise: true } : {};
  return { rule: racer.rule, knobs: racer.knobs, start, steps, ...edited };
}

/** The results of all racers, in order; each has a `key` by which the next race knows it. */
export async function race(ask, state, { rules, words }, results) {
  const { problem, target } = state;
  if (problem.function) return [await ask("secant", problem)]; // where nobody races
  const wanted = state.racers.map((racer) => {
    const mine = job(racer, state, rules);
    return { job: mine, own: Boolean(racer.source), key: JSON.stringify([problem, target, mine]) };
  });
  const known = new Map(results.map((result) => [result.key, result]));
  const missing = wanted.filter((want) => !known.has(want.key));
  // what a reader wrote may never end: it runs alone
  const groups = [missing.filter((want) => !want.own), ...missing.filter((want) => want.own).map((want) => [want])];
  for (const group of groups.filter((group) => group.length)) {
    const racers = group.map((want) => want.job);
    let answers;
    try {
      answers = await ask("run", { problem, racers, target });
    } catch (error) {
      answers = racers.map(() => ({ error: { ...explained(error, words), cause: error } }));
    }
    group.forEach((want, i) => known.set(want.key, { ...unpacked(answers[i]), key: want.key }));
  }
  return wanted.map((want) => known.get(want.key));
}

/** The landscape of a region, {key, shapes, axes}; the one that is there if it is that. */
export async function survey(ask, problem, region, shape, land) {
  const key = JSON.stringify([problem, region]);
  if (land?.key === key) return land;
  const [columns, rows] = [60, Math.max(24, Math.round(60 * shape))];
  try {
    const heights = await ask("heights", { problem, view: region, columns, rows });
    const contours = d3.contours().size([columns, rows]).thresholds(heights.levels)(Array.from(doubles(heights.rows)));
    return { key, axes: heights.axes, shapes: contours.map((contour) => outline(contour, columns, rows)) };
  } catch {
    return { key, axes: [], shapes: [] };
  }
}

/** A contour as a path over the unit square, y upwards. */
function outline(contour, columns, rows) {
  const path = new Path2D();
  for (const ring of contour.coordinates.flat())
    ring.forEach(([x, y], i) => path[i ? "lineTo" : "moveTo"]((x - 0.5) / (columns - 1), 1 - (y - 0.5) / (rows - 1)));
  return path;
}
