// The table of racers: who, where, how far.

import { h, offer } from "./dom.js";
import { swatch } from "./pen.js";
import { drop, enter, newcomer, replaced } from "./racers.js";
import { power, say, short } from "./text.js";

const cell = (text, title, role = "columnheader") => h("span", { role, title: title ?? "" }, text);

export function tableOf(figure) {
  const { state, words, common } = figure;
  const element = h("div", { className: "gx-racers", role: "table", "aria-label": words.title });
  const add = h("button", { type: "button", className: "gx-quiet gx-add", onclick: () => {
    const names = Object.keys(common.rules);
    const free = names.find((name) => !state.racers.some((racer) => racer.rule === name)) ?? names[0];
    enter(state, newcomer(free, common));
    figure.rebuild();
  } }, `+ ${words.add}`); // prettier-ignore

  function build() {
    const looks = figure.looks();
    element.replaceChildren(head(), ...state.racers.map((racer, i) => row(racer, i, looks[i])));
    add.hidden = state.racers.length >= figure.most();
  }

  function head() {
    const target = power(Math.round(Math.log10(state.target)));
    return h("div", { className: "gx-row gx-head-row", role: "row" },
      cell(words.rule), cell(words.loss), cell(words.position),
      cell(words.hit, say(words.hit_of, { target })), cell(words.stays, say(words.stays_of, { target })), cell("", "", "cell")); // prettier-ignore
  }

  function row(racer, i, look) {
    const choice = h("select", { "aria-label": say(words.rule_n, { n: i + 1 }), onchange: () => replace(i, choice.value) });
    const known = Object.keys(common.rules);
    const names = known.includes(racer.rule) ? known : [...known, racer.rule];
    offer(choice, names.map((name) => [name, name === racer.rule ? figure.label(racer) : figure.named(name)])); // prettier-ignore
    choice.value = racer.rule;
    const remove = h("button", { type: "button", className: "gx-quiet", onclick: () => take(i), hidden: state.racers.length < 2 }, "×");
    remove.setAttribute("aria-label", say(words.remove, { rule: figure.label(racer) }));
    const cells = ["loss", "position", "hit", "stays"].map((name) => {
      const span = cell("", "", "cell");
      Object.assign(span.dataset, { what: name, label: words[name] });
      return span;
    });
    const who = h("span", { role: "cell", className: "gx-who" }, swatch(look), choice);
    return h("div", { className: "gx-row", role: "row" }, who, ...cells, h("span", { role: "cell" }, remove));
  }

  function replace(i, rule) {
    if (!common.rules[rule]) return;
    state.racers[i] = replaced(state.racers[i], rule, common);
    figure.rebuild();
  }

  function take(i) {
    drop(state, i);
    figure.rebuild();
  }

  function draw() {
    state.racers.forEach((_, i) => {
      const { gone, x, y, loss, error } = figure.standing(i);
      const { hit, stays } = figure.results[i] ?? {};
      const failed = error !== undefined;
      const texts = {
        loss: failed ? "!" : gone ? words.diverged_short : short(loss),
        position: failed ? error : `(${short(x)}, ${short(y)})`,
        hit: String(hit ?? words.never),
        stays: String(stays ?? words.never),
      };
      const row = element.children[i + 1];
      for (const span of row?.querySelectorAll("[data-what]") ?? []) span.textContent = texts[span.dataset.what];
      row?.classList.toggle("gx-gone", Boolean(gone || failed));
    });
  }

  return { element, add, build, draw };
}
