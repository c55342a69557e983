// Questions: one opens a choice, or enters a number that finds its choice.

import { h } from "../../../gdcourse/explorer/js/dom.js";
import { kept } from "./kept.js";
import { WORDS } from "./words.js";

/** The number that somebody typed, in full width or with a decimal comma; NaN if it is none. */
export function readNumber(text) {
  const plain = text.normalize("NFKC").trim().replace(/[−–—]/g, "-").replace(/[,。]/g, ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

/** Which of the values is meant: the first within one per cent, or −1. */
export const meant = (given, values) => values.findIndex((value) => Math.abs(given - value) <= 0.01 * Math.abs(value) + 1e-12);

/** The choices of a question become the answers of a form. */
function askForNumber(question) {
  const choices = [...question.querySelectorAll("details")];
  for (const choice of choices) choice.querySelector("summary").textContent = choice.dataset.says;
  const values = choices.map((choice) => Number(choice.dataset.value));
  const input = h("input", { autocomplete: "off", autocapitalize: "off", spellcheck: false, size: 9 });
  const output = h("output", { "aria-live": "polite" });
  const form = h("form", { onsubmit: answer }, h("label", {}, `${FORM.number} `, input), h("button", {}, WORDS.check), output);
  choices[0].before(form);
  for (const choice of choices) choice.remove();

  function answer(event) {
    event.preventDefault();
    const given = readNumber(input.value);
    const choice = choices[meant(given, values)];
    if (choice) choice.open = true;
    output.replaceChildren(choice ?? (Number.isNaN(given) ? FORM.notNumber : FORM.unknown));
    if (choice?.classList.contains("right")) kept.solve(question.id);
  }
}

export function ask(question) {
  if (question.classList.contains("value")) askForNumber(question);
  question.querySelector("details.right > summary")?.addEventListener("click", () => kept.solve(question.id));
}
