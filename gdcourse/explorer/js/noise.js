// Chance: another seed, and a cloud of many, so that no verdict hangs on one.

import { h } from "./dom.js";
import { race } from "./race.js";
import { standing } from "./results.js";
import { say, short } from "./text.js";

const SEEDS = 30;

/** Whether the gradients of a problem are drawn by lot. */
export const drawnByLot = ({ noise, batch, line }) => noise > 0 || (batch > 0 && batch < line?.x.length);

export function noiseOf(figure) {
  const { state, words, common } = figure;
  const button = (text, onclick) => h("button", { type: "button", className: "gx-quiet", onclick }, text);
  const other = button(words.seed, () => reseed(many ? SEEDS : 1));
  const cloud = button(say(words.cloud, { count: SEEDS }), () => show(!many));
  const text = h("p", { className: "gx-hint", role: "status" });
  const element = h("div", { className: "gx-noise", hidden: true }, other, cloud, text);
  let many = false;
  let wished = ""; // what the cloud depends on, of the one that is there or being asked for
  let said = ""; // … its words


  function reseed(by) {
    state.problem.seed += by;
    figure.refresh();
  }

  function show(yes) {
    many = yes;
    figure.draw();
  }

  function draw() {
    element.hidden = !drawnByLot(state.problem);
    cloud.setAttribute("aria-pressed", many);
    if (many && !element.hidden) want();
    else forget();
  }

  function forget() {
    [figure.cloud, wished, text.textContent] = [[], "", ""];
  }

  async function want() {
    const wish = JSON.stringify([state.problem, state.racers, state.start, state.steps]);
    if (wish === wished) return tell();
    const patient = wished !== "";
    [wished, figure.cloud] = [wish, []];
    if (patient) await figure.still();
    const now = structuredClone(state);
    for (let k = 1; k < SEEDS && wish === wished && !figure.closed; k++) {
      const results = await race(figure.ask, { ...now, problem: { ...now.problem, seed: now.problem.seed + k } }, common, []);
      if (wish !== wished) return;
      figure.cloud.push(results);
      if (k % 5 === 4) figure.draw();
    }
  }

  /** The middle of all seeds at the step shown, once they are there. */
  async function tell() {
    if (figure.cloud.length < SEEDS - 1) return;
    const now = JSON.stringify([wished, state.at]);
    if (said === now) return;
    said = now;
    const seeds = [figure.results, ...figure.cloud];
    const loss = (results, i) => standing(results[i], state.at).loss ?? null; // what is infinite becomes null on the way
    const spread = await figure.ask("spread", { races: state.racers.map((_, i) => seeds.map((results) => loss(results, i))) });
    if (said !== now) return;
    const number = (x) => short(x ?? Infinity);
    const sentences = spread.map(({ quarters: [low, median, high] }, i) =>
      say(words.cloud_says, { rule: figure.label(state.racers[i]), count: SEEDS, low: number(low), median: number(median), high: number(high) }),
    ); // prettier-ignore
    if (many) text.textContent = sentences.join(words.stop) + words.stop.trim();
  }

  return { element, draw };
}
