// Inside the rule: gradient, memory and step of one racer, and what bias correction does.

import { h, offer } from "./dom.js";
import { memory } from "./results.js";
import { say, short } from "./text.js";

export function insideOf(figure) {
  const { state, words } = figure;
  const choice = h("select", { "aria-label": words.inside_of, onchange: () => draw() });
  const table = h("table", { className: "gx-inside-table" });
  const correction = h("p", { className: "gx-correction" });
  const element = h("details", { className: "gx-fold gx-inside" }, h("summary", {}, words.inside), choice, table, correction);
  element.addEventListener("toggle", () => draw());
  let busy = false;
  let again = false;

  function build() {
    const chosen = Math.max(0, Math.min(choice.selectedIndex, state.racers.length - 1));
    offer(choice, state.racers.map((racer, i) => [i, figure.label(racer)])); // prettier-ignore
    choice.selectedIndex = chosen;
  }

  /** Draws the step shown; while Python is asked, only the newest wish is kept. */
  async function draw() {
    if (!element.open || !figure.results.length) return;
    if (busy) return void (again = true);
    busy = true;
    do {
      again = false;
      await fill(Math.max(0, Math.min(choice.selectedIndex, state.racers.length - 1)));
    } while (again && !figure.closed);
    busy = false;
  }

  async function fill(i) {
    const result = figure.results[i];
    const { k, error } = figure.standing(i);
    if (error !== undefined) return table.replaceChildren();
    const racer = state.racers[i];
    const names = racer.state ?? figure.about(racer).state;
    const { gradient, moved, kept } = memory(result, k, names);
    const title = `${figure.label(racer)} · ${say(words.of, { step: k, steps: state.steps })}`;
    let more = { rows: [] };
    try {
      more = await figure.ask("inside", { names: kept.length ? names : [], state: kept, knobs: racer.knobs });
    } catch {
      // the rows from the race are shown all the same
    }
    if (figure.closed) return;
    const rows = [
      [words.gradient, ...gradient],
      ...more.rows.map(([name, x, y]) => [words[name] ?? name, x, y]),
      [words.moved, ...moved],
      [words.effective, ...gradient.map((g, axis) => -moved[axis] / g)],
    ];
    const numbers = (pair) => pair.map((number) => h("td", {}, short(number ?? NaN)));
    table.replaceChildren(
      h("thead", {}, h("tr", {}, ...[title, "θ₁", "θ₂"].map((text) => h("th", {}, text)))),
      h("tbody", {}, ...rows.map(([name, ...pair]) => h("tr", {}, h("th", { scope: "row" }, name), ...numbers(pair)))),
    );
    const [m, v] = more.factors ?? [];
    correction.textContent = more.factors ? say(words.correction, { m: short(m), v: short(v), both: short(m / v) }) : "";
  }

  return { element, build, draw };
}
