// A landscape of the reader's own: a formula, read by Python before anything is computed with it.

import { h } from "./dom.js";
import { say } from "./text.js";

export function landscapeOf(figure) {
  const { state, words, common } = figure;
  const field = h("input", {
    type: "text", className: "gx-formula", spellcheck: false, autocapitalize: "off", autocomplete: "off",
    maxLength: common.longest, "aria-label": words.formula, onchange: () => take(field.value),
  }); // prettier-ignore
  const fault = h("p", { className: "gx-misread", role: "alert" });
  const element = h("div", { className: "gx-landscape" }, h("label", {}, "f(x, y) = ", field), fault);
  let loaded; // what the reader writes stays when the figure changes around it

  function build() {
    element.hidden = figure.kind() !== "text";
    if (loaded === state.problem.text) return;
    loaded = state.problem.text;
    field.value = loaded ?? "";
    fault.replaceChildren();
  }

  async function take(text) {
    const whole = await read(text);
    if (whole && field.value === text) figure.rebuild(); // else more has been written meanwhile
  }

  /** Whether the text is a landscape; then it is that of the figure, with its lowest point, else its fault is shown. */
  async function read(text) {
    const problem = { ...state.problem, text };
    const found = await figure.ask("survey", { problem, view: state.view }).catch((error) => ({ error }));
    if (found.error) return wrong(figure.explained(found.error).what);
    if (found.fault) return wrong(...pointed(text, ...found.fault));
    fault.replaceChildren();
    Object.assign(state, { problem: { ...problem, best: found.best }, minima: found.minima });
    return true;
  }

  /** The text with a mark under the letter from which on it cannot be read, and why. */
  function pointed(text, kind, place, what) {
    const mark = h("mark", {}, text[place] ?? "\u00a0");
    return [h("code", {}, text.slice(0, place), mark, text.slice(place + 1)), " ", say(words[kind], { what })];
  }

  function wrong(...said) {
    fault.replaceChildren(...said);
    return false;
  }

  /** A formula that came with a link is read before the first race; one that cannot be is shown with its fault. */
  async function settle() {
    const { text } = state.problem;
    if (text === undefined || (await read(text))) return;
    field.value = text;
    const { problem, minima } = structuredClone(common.tasks.text);
    Object.assign(state, { problem, minima });
    loaded = problem.text;
  }

  return { element, build, settle };
}
