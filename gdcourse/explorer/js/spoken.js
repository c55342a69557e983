// What is shown, in words: labels of the pictures, and, once all is still, a sentence for each racer.

import { h } from "./dom.js";
import { say, short } from "./text.js";

export const STILL = 600; // ms without a change, until all is said

export function spokenOf(figure) {
  const { state, words } = figure;
  const element = h("p", { className: "gx-sr", role: "status" });
  let later;

  function sentence(racer, i) {
    const rule = figure.label(racer);
    const { k, gone, x, y, loss, error } = figure.standing(i);
    if (error !== undefined) return say(words.failed, { rule, what: error });
    if (gone) return say(words.diverged, { rule, step: k + 1 });
    return say(words.summary, { rule, step: k, loss: short(loss), x: short(x), y: short(y) });
  }

  const told = () => state.racers.map(sentence).join(words.stop) + words.stop.trim();

  function draw() {
    const shown = say(words.shown, { task: words[`surface.${figure.kind()}`], count: state.racers.length });
    figure.map.canvas.setAttribute("aria-label", `${shown} ${told()}`);
    figure.curves.canvas.setAttribute("aria-label", words.curves);
    clearTimeout(later);
    later = setTimeout(() => (element.textContent = told()), STILL);
  }

  return { element, draw, close: () => clearTimeout(later) };
}
