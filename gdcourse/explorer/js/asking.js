// Questions to Python: a promise of what the function of page.py returns.

import { say } from "./text.js";

/** Asks a notebook's kernel, by messages with a number each. */
export function askKernel(model) {
  const waiting = new Map();
  let number = 0;
  model.on("msg:custom", ({ id, result, error }) => {
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) reject?.(Object.assign(new Error(error.message), error));
    else resolve?.(result);
  });
  return (call, args) =>
    new Promise((resolve, reject) => {
      waiting.set(++number, [resolve, reject]);
      model.send({ id: number, call, args });
    });
}

/** The number of questions still open stands on the figure: whoever looks from outside sees it at work. */
export function noted(ask, root) {
  const note = (change) => (root.dataset.asking = Number(root.dataset.asking ?? 0) + change);
  return (...question) => {
    note(1);
    return ask(...question).finally(() => note(-1));
  };
}

/** Why Python has not answered, for the reader: {what, line}. */
export function explained(error, words) {
  if (error.name === "Late") return { what: say(words.late, { seconds: error.seconds }), line: null };
  if (error.name === "PythonError") return { what: error.message, line: error.line ?? null };
  return { what: say(words.broken, { what: error.message }), line: null };
}
