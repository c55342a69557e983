// Who races, and with what.  A knob's name is "0.lr" for racer 0's learning rate, "kappa" for the task's, "steps".

import { inBounds } from "./scales.js";

export const EDITED = "*"; // the rule that the reader wrote: no function can be called so

/** What a racer knows: its rule's entry, or, for the reader's own, what its text declares. */
export const about = (racer, rules) => rules[racer.rule] ?? { state: racer.state ?? [], knobs: racer.knobs, source: racer.source };

/** A racer that enters, with Python's defaults and what enters instead of them. */
export function newcomer(rule, { rules, entering }) {
  const { knobs } = rules[rule];
  const instead = Object.fromEntries(Object.entries(entering).filter(([name]) => name in knobs));
  return { rule, knobs: { ...knobs, ...instead } };
}

/** The same racer with another rule: what both know under one name stays as it was. */
export function replaced(racer, rule, common) {
  const { knobs } = newcomer(rule, common);
  for (const name of Object.keys(knobs)) if (name in racer.knobs) knobs[name] = racer.knobs[name];
  return { rule, knobs };
}

/** One more racer, with its first knob in front. */
export function enter(state, racer) {
  state.racers.push(racer);
  const knob = "lr" in racer.knobs ? "lr" : Object.keys(racer.knobs)[0];
  if (knob) state.front.push(`${state.racers.length - 1}.${knob}`);
}

/** One racer less; the knobs of those behind it move up. */
export function drop(state, i) {
  state.racers.splice(i, 1);
  state.front = state.front
    .filter((name) => !name.startsWith(`${i}.`))
    .map((name) => name.replace(/^\d+(?=\.)/, (n) => (n > i ? n - 1 : n)));
}

/** How each racer is drawn: by its rule's look, or the first that is free. */
export function looksOf(racers, looks, dark) {
  const taken = new Set();
  return racers.map(({ rule }, mark) => {
    const free = (name) => name in looks && !taken.has(name);
    const name = free(rule) ? rule : Object.keys(looks).find(free);
    taken.add(name);
    const { text, dash } = looks[name];
    return { colour: looks[name][dark ? "dark" : "light"], text: text[Number(dark)], dash, mark };
  });
}

// --- knobs

export const knobOf = (name) => name.split(".").at(-1);
export const racerOf = (name) => Number.parseInt(name); // NaN for the task's and the race's

/** The object that holds the knob of this name. */
export const ownerOf = (state, name) => (/^\d/.test(name) ? state.racers[racerOf(name)]?.knobs : name === "steps" ? state : state.problem);

/** The names of all knobs: racer by racer, then the task's, then the length of the race. */
export const allKnobs = ({ racers, problem }, known) => [
  ...racers.flatMap((racer, i) => Object.keys(racer.knobs).map((name) => `${i}.${name}`)),
  ...Object.keys(problem).filter((name) => name in known),
  "steps",
];

/** Turn one; a picture at the end of the race stays at its end. */
export function turn(state, name, value) {
  const atEnd = state.at >= state.steps;
  ownerOf(state, name)[knobOf(name)] = value;
  if (name === "steps") state.at = atEnd ? value : Math.min(state.at, value);
}

/** Those of the `names` that are given and within their bounds. */
export const chosen = (names, given, known) =>
  Object.fromEntries(names.filter((name) => inBounds(known[name], given?.[name])).map((name) => [name, given[name]]));
