// Edit the rule: the reader's version races the original.

import { h, offer } from "./dom.js";
import { editor } from "./editor.js";
import { EDITED, drop, enter } from "./racers.js";
import { say } from "./text.js";

let editors = 0; // on the page, each described by a line of its own

export function editOf(figure) {
  const { state, words, common } = figure;
  const hint = h("p", { className: "gx-hint" }, words.edit_hint);
  const keys = h("p", { className: "gx-hint gx-keys", id: `gx-keys-${++editors}` }, words.edit_keys);
  const choice = h("select", { "aria-label": words.source_of, onchange: () => load() });
  const lines = h("div", { className: "gx-lines", "aria-hidden": "true" });
  const area = h("textarea", {
    className: "gx-source", spellcheck: false, wrap: "off", autocapitalize: "off", "aria-label": words.edit, "aria-describedby": keys.id,
  }); // prettier-ignore
  const fault = h("p", { className: "gx-fault", role: "alert" });
  const { mark, reset } = editor(area, lines, { rows: [6, 16], spare: 1, run: () => run() });
  const button = (text, name, onclick) => h("button", { type: "button", className: `gx-button ${name}`, onclick }, text);
  const buttons = h("div", { className: "gx-edit-buttons" },
    button(words.run, "gx-run", () => run()), button(words.original, "", () => load(true)), choice); // prettier-ignore
  const element = h("details", { className: "gx-fold gx-edit" },
    h("summary", {}, words.edit), hint, h("div", { className: "gx-editor" }, lines, area), keys, buttons, fault); // prettier-ignore
  let loaded = ""; // what the reader writes stays when the figure changes around it
  let base; // the rule that it began as

  function build() {
    const chosen = Math.max(0, Math.min(choice.selectedIndex, state.racers.length - 1));
    offer(choice, state.racers.map((racer, i) => [i, figure.label(racer)])); // prettier-ignore
    choice.selectedIndex = chosen;
    if (area.value === loaded) load();
  }

  /** The text of the chosen rule; the reader's own unless the original is wanted. */
  function load(original = false) {
    const racer = state.racers[choice.selectedIndex] ?? state.racers[0];
    base = racer.rule === EDITED ? racer.base : racer.rule;
    loaded = !original && racer.source ? racer.source : (common.rules[base]?.source ?? racer.source ?? "");
    fault.textContent = "";
    reset(loaded);
  }

  async function run() {
    fault.textContent = "";
    mark();
    const source = area.value;
    let head;
    try {
      head = await figure.ask("signature", { text: source });
    } catch (error) {
      return wrong(figure.explained(error));
    }
    const mine = entered(source, head);
    await figure.rebuild();
    const i = (choice.selectedIndex = state.racers.indexOf(mine));
    const error = figure.results[i]?.error;
    if (error) wrong(error);
    else if (state.at === 0) figure.show(state.steps);
  }

  /** The reader's rule among the racers, in its own place if it is there already; knobs stand as the original's do. */
  function entered(source, head) {
    const original = state.racers.find((racer) => racer.rule === base);
    const knobs = { ...head.knobs };
    for (const name of Object.keys(knobs)) if (name in (original?.knobs ?? {})) knobs[name] = original.knobs[name];
    const mine = { rule: EDITED, base, source, state: head.state, knobs };
    const before = state.racers.findIndex((racer) => racer.rule === EDITED);
    if (before >= 0) state.racers[before] = mine;
    else {
      while (state.racers.length >= figure.most()) drop(state, state.racers.findLastIndex((racer) => racer !== original)); // prettier-ignore
      enter(state, mine);
    }
    return mine;
  }

  function wrong({ what, line }) {
    fault.textContent = line ? say(words.line, { line, what }) : what;
    mark(line);
  }

  /** A rule that came with a link is shown, and runs only when the reader says so. */
  function show(racer) {
    element.open = true;
    base = racer.base;
    reset(racer.source);
    fault.textContent = words.linked;
  }

  return { element, build, show };
}
