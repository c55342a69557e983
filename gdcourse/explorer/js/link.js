// What a shared link says.

import { round } from "./text.js";
import { within } from "./geometry.js";
import { inBounds } from "./scales.js";
import { EDITED, chosen } from "./racers.js";

const has = (object, name) => typeof name === "string" && Object.keys(object).includes(name);
const areWords = (list) => Array.isArray(list) && list.every((word) => typeof word === "string");
const isPoint = (list) => Array.isArray(list) && list.length === 2 && list.every(Number.isFinite);

/** What a problem is called among the tasks. */
export const kindOf = (problem) => ["own", "text"].find((name) => has(problem, name)) ?? problem.surface ?? "line";

/** All that can be changed in a figure. */
export function told({ problem, racers, start, steps, at, question, front }) {
  const small = problem.line ? { ...problem, line: undefined } : problem;
  return { problem: small, racers, start: start.map((x) => round(x, 4)), steps, at, question, front };
}

function taskTold(said, first, { tasks, knobs, longest }) {
  const wanted = kindOf(said && typeof said === "object" ? said : first.problem);
  const task = wanted === kindOf(first.problem) || !has(tasks, wanted) ? first : { ...first, ...tasks[wanted] };
  const turned = chosen(Object.keys(task.problem).filter((name) => name in knobs), said, knobs); // prettier-ignore
  if ("seed" in task.problem && Number.isSafeInteger(said?.seed) && said.seed >= 0) turned.seed = said.seed;
  // what is written there, Python will say (landscape.js)
  if (wanted === "text" && typeof said?.text === "string" && said.text.length <= longest) turned.text = said.text;
  return { ...task, problem: { ...task.problem, ...turned } };
}

function racerTold(said, { rules, knobs: known }) {
  if (has(rules, said?.rule)) {
    const { knobs } = rules[said.rule];
    return { rule: said.rule, knobs: { ...knobs, ...chosen(Object.keys(knobs), said.knobs, known) } };
  }
  const { rule, base, source, state } = said ?? {};
  const whole = rule === EDITED && has(rules, base) && typeof source === "string" && areWords(state);
  return whole ? { rule, base, source, state, knobs: chosen(Object.keys(said.knobs ?? {}), said.knobs, known) } : null;
}

/** The figure that a link tells of, as far as it makes sense: anybody may have written it. */
export function sensible(link, first, common) {
  const said = link && typeof link === "object" ? link : {};
  const task = taskTold(said.problem, first, common);
  const list = Array.isArray(said.racers) ? said.racers : [];
  const racers = list.map((racer) => racerTold(racer, common)).filter(Boolean).slice(0, common.most); // prettier-ignore
  const steps = inBounds(common.knobs.steps, said.steps) ? Math.round(said.steps) : task.steps;
  const at = task.at === task.steps ? steps : task.at;
  return {
    ...task,
    steps,
    start: isPoint(said.start) ? said.start : task.start,
    racers: racers.length ? racers : first.racers,
    at: within(0, Number.isFinite(said.at) ? Math.round(said.at) : at, steps),
    front: areWords(said.front) ? said.front : first.front,
    question: has(common.presets, said.question) ? said.question : null,
  };
}
