// The rows of the board: {rule, lr, second, left}, a run each.  `rule` is its number; `second` what its other knob
// stood at, null where it has none; `left` the share of the loss that is left, null where the run was lost.

import { plain } from "./live.js";
import { knobOf, racerOf } from "./racers.js";
import { inBounds, scaleOf } from "./scales.js";
import { round, say } from "./text.js";

/** The slider that a rule has to itself, after the one that all share. */
export const ownSlider = ({ sliders }, rule) => sliders.slice(1).find(({ drives: [name] }) => racerOf(name) === rule);

/** A run with these knobs, or those that the rule has now. */
export function rowOf(state, rule, left, knobs = state.racers[rule].knobs) {
  const own = ownSlider(state, rule);
  return { rule, lr: knobs.lr, second: own ? knobs[knobOf(own.drives[0])] : null, left };
}

/** The run that Python tuned, as a row. */
export function tunedRow(state, { rule, knobs, left }) {
  const i = state.racers.findIndex((racer) => racer.rule === rule);
  return rowOf(state, i, left, knobs);
}

/** What was kept, as far as it makes sense: {rows, open}. */
export function sensibleRows(text, spec) {
  let kept;
  try {
    kept = JSON.parse(text);
  } catch {
    kept = null;
  }
  const rows = Array.isArray(kept?.rows) ? kept.rows.filter((row) => isRow(row, spec)) : [];
  return {
    rows: rows.slice(0, spec.runs).map(({ rule, lr, second, left }) => ({ rule, lr, second, left })),
    open: kept?.open === true,
  };
}

function isRow(row, spec) {
  if (!Number.isInteger(row?.rule) || !spec.racers[row.rule]) return false;
  const own = ownSlider(spec, row.rule);
  const known = own ? inBounds(own, row.second) : row.second === null;
  return known && inBounds(spec.sliders[0], row.lr) && (row.left === null || inBounds({ low: 0 }, row.left));
}

/** The run that left the least; nothing where all were lost. */
export const leastOf = (rows) => rows.filter(({ left }) => left !== null).sort((a, b) => a.left - b.left)[0];

/** A share in per cent, as one writes it by hand. */
export const percentOf = (left, words) =>
  left === null ? words["board.lost"] : say(words["board.percent"], { share: plain(round(100 * left, 2)) });

/** The knobs in words: η = 0.01, μ = 0.9. */
export function knobsSaid(spec, { rule, lr, second }) {
  const own = ownSlider(spec, rule);
  return [`η = ${plain(lr)}`, ...(own ? [`${own.symbol} = ${second}`] : [])].join(", ");
}

const ruleSaid = (spec, { rule }, words) => words[`rule.${spec.racers[rule].rule}`];

/** One run in a sentence. */
export function runSaid(spec, row, n, words) {
  const known = { n, rule: ruleSaid(spec, row, words), knobs: knobsSaid(spec, row), left: percentOf(row.left, words) };
  return say(words[row.left === null ? "board.told_lost" : "board.told"], known);
}

/** How far the best of the reader's runs is from the best that was tuned. */
export function compared(spec, rows, words) {
  const [mine, best] = [leastOf(rows), tunedRow(spec, spec.tuned[0])];
  if (!mine) return words["board.nothing"];
  const known = { mine: percentOf(mine.left, words), best: percentOf(best.left, words), rule: ruleSaid(spec, best, words) };
  return say(words[mine.left > best.left ? "board.far" : "board.beaten"], { ...known, times: plain(round(mine.left / best.left, 2)) });
}

/** Where a run stands in the plot, in per cent from the left and from the top. */
export function spotOf({ sliders: [about], plot: { lowest, top } }, { lr, left }) {
  const share = Math.min(1, Math.log(Math.max(left, lowest)) / Math.log(lowest));
  return [100 * scaleOf(about).position(lr), left === null ? top / 4 : Math.max(top / 2, top + (100 - top) * share)];
}
