// One sentence that says what is seen now, in the words of the question.

import { racerOf } from "./racers.js";
import { memory } from "./results.js";
import { driven } from "./slider.js";
import { STILL } from "./spoken.js";
import { power, round, say, short } from "./text.js";

/** Which of the sentences fits a result. */
export function kindOfEnd({ error, diverged, left, stays }, live) {
  if (error) return "failed";
  if (diverged) return "diverged";
  if (live.grown && left > 1) return "grown";
  return live.never && stays === null ? "never" : "told";
}

/** The racer that the sentence is about: one that is named, or the last that the first slider drives. */
export const spokenOfIn = ({ told, sliders: [{ drives }] }) => told ?? (racerOf(drives.at(-1)) || 0);

/** A number as one writes it by hand: 5.7, 2.1 × 10⁷, 10⁻³. */
export function plain(x) {
  if (!Number.isFinite(x)) return short(x);
  const [digits, n] = x.toExponential(1).split("e").map(Number);
  if (x === 0 || (n < 5 && n >= -3)) return short(x);
  return digits === 1 ? power(n) : `${short(digits)} × ${power(n)}`;
}

/** The sentence of a state whose racer has this result; `results` are those of all. */
export function sentence(state, result, words, results = [result]) {
  const { live, steps, target, sliders } = state;
  return say({ ...words, ...live }[kindOfEnd(result, live)], {
    steps,
    value: plain(driven(state, sliders[0])),
    target: power(Math.round(Math.log10(target))),
    order: live.between && ranked(state, results, words).join(live.between),
    ...(result.lines ? ofSecant(result) : result.errors ? ofWords(results) : ofRace(state, result, words)),
  });
}

/** The racers' names, the lowest loss first. */
function ranked({ racers }, results, words) {
  const left = (i) => results[i].left ?? Infinity;
  const places = results.map((_, i) => i).sort((a, b) => left(a) - left(b));
  return places.map((i) => words[`rule.${racers[i].rule}`]);
}

const ofSecant = ({ slope, off }) => ({ slope: short(slope, 8), off: plain(round(off, 2)) });

const ofWords = (results) => Object.fromEntries(results.map(({ errors }, i) => [`errors${i}`, errors.map((x) => short(x, 2)).join(" / ")]));

function ofRace(state, result, words) {
  const rule = words[`rule.${state.racers[spokenOfIn(state)].rule}`];
  if (result.error) return { rule, what: result.error.what };
  const { rows, width, left, stays } = { ...result, left: result.left ?? NaN };
  const last = rows.length / width - 1;
  const [, y] = memory(result, last, []).moved;
  const forward = short(rows[width * last] - state.start[0]);
  const place = short(rows[width * last] * (state.problem.unit ?? 1));
  return { rule, step: last + 1, stays, left: plain(100 * left), times: plain(left), forward, place, swing: short(Math.abs(y)) };
}

export function liveOf(figure, element, spoken) {
  const { state, words, root } = figure;
  let later;
  const tell = (text) => (element.textContent = text);

  function draw() {
    if (!figure.results.length) return;
    const text = sentence(state, figure.results[spokenOfIn(state)], words, figure.results);
    tell(text);
    const shown = say(words.shown, { task: words[`surface.${figure.kind()}`], count: state.racers.length });
    root.querySelector("canvas")?.setAttribute("aria-label", `${shown} ${text}`);
    clearTimeout(later);
    later = setTimeout(() => (spoken.textContent = text), STILL);
  }

  return { draw, tell, close: () => clearTimeout(later) };
}
