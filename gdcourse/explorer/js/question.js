// The question, the task, and the link to what one sees.

import { h, offer } from "./dom.js";
import { told } from "./link.js";

export function questionOf(figure) {
  const { root, state, words, common } = figure;
  const questions = h("select", { "aria-label": words.question, onchange: () => ask(common.presets[questions.value]) });
  const tasks = h("select", { "aria-label": words.task, onchange: () => become(common.tasks[tasks.value]) });
  const text = h("p", { className: "gx-question" });
  const numbers = Object.keys(common.presets).filter((name) => /^\d/.test(name)); // that of the home page has none
  offer(questions, [["", `${words.question} …`], ...numbers.map((n) => [n, `${words.question} ${n}`])]);
  offer(tasks, Object.keys(common.tasks).map((name) => [name, words[`surface.${name}`]])); // prettier-ignore

  const ask = (preset) => preset && become(preset);

  function become(other) {
    Object.assign(state, structuredClone(other));
    figure.rebuild();
  }

  function build() {
    questions.value = state.question ?? "";
    tasks.hidden = figure.kind() === "own";
    tasks.value = figure.kind();
    text.textContent = common.questions[state.question] ?? "";
    root.setAttribute("aria-label", `${words.title}${words.stop}${text.textContent}`);
  }

  return { element: h("div", { className: "gx-top" }, questions, tasks), text, build };
}

/** A button that copies the link, where there is one; and what there is to be said meanwhile. */
export function shareOf(figure, link) {
  const { state, words } = figure;
  const message = h("p", { className: "gx-message", role: "status" });
  figure.tell = (said) => message.replaceChildren(said);
  const share = async () => {
    const address = link(told(state));
    try {
      await navigator.clipboard.writeText(address);
      figure.tell(words.copied);
    } catch {
      figure.tell(h("a", { href: address }, address));
    }
  };
  const element = h("button", { type: "button", className: "gx-quiet", hidden: !link, onclick: share }, words.share);
  return { element, message };
}
