// One sentence that says what is seen now, in the words of the question.

import { racerOf } from "./racers.js";
import { memory } from "./results.js";
import { driven } from "./slider.js";
import { STILL } from "./spoken.js";
import { power, say, short } from "./text.js";

/** Which of the sentences fits a result. */
export function kindOfEnd({ error, diverged, left, stays }, live) {
  if (error) return "failed";
  if (diverged) return "diverged";
  if (live.grown && left > 1) return "grown";
  return live.never && stays === null ? "never" : "told";
}

/** The racer that the sentence is about: the last that the first slider drives. */
export const spokenOfIn = ({ sliders: [{ drives }] }) => racerOf(drives.at(-1)) || 0;

/** A number as one writes it by hand: 5.7, 2.1 × 10⁷. */
export function plain(x) {
  const n = Math.floor(Math.log10(Math.abs(x)));
  return n >= 5 || (n < -3 && x !== 0) ? `${short(x / 10 ** n, 2)} × ${power(n)}` : short(x);
}

/** The sentence of a state whose racer has this result. */
export function sentence(state, result, words) {
  const { live, steps, target, sliders } = state;
  const { rows, width, left, stays, error } = result;
  const last = rows?.length / width - 1;
  return say({ ...words, ...live }[kindOfEnd(result, live)], {
    rule: words[`rule.${state.racers[spokenOfIn(state)].rule}`],
    what: error?.what,
    step: last + 1,
    forward: short(rows?.[width * last] - state.start[0]),
    swing: short(Math.abs(rows && memory(result, last, []).moved[1])),
    steps,
    stays,
    value: driven(state, sliders[0]),
    left: plain(100 * left),
    times: plain(left),
    target: power(Math.round(Math.log10(target))),
  });
}

export function liveOf(figure, element, spoken) {
  const { state, words, root } = figure;
  let later;
  const tell = (text) => (element.textContent = text);

  function draw() {
    if (!figure.results.length) return;
    const text = sentence(state, figure.results[spokenOfIn(state)], words);
    tell(text);
    const shown = say(words.shown, { task: words[`surface.${figure.kind()}`], count: state.racers.length });
    root.querySelector("canvas")?.setAttribute("aria-label", `${shown} ${text}`);
    clearTimeout(later);
    later = setTimeout(() => (spoken.textContent = text), STILL);
  }

  return { draw, tell, close: () => clearTimeout(later) };
}
