// Sliders, each with its number to type: a few in front, the others in a fold.

import { h } from "./dom.js";
import { swatch } from "./pen.js";
import { allKnobs, knobOf, ownerOf, racerOf, turn } from "./racers.js";
import { bounds, guessed, scaleOf, typed } from "./scales.js";
import { round, say } from "./text.js";

const TICKS = 250; // positions of a slider

export function knobsOf(figure) {
  const { state, words, common } = figure;
  const element = h("div", { className: "gx-knobs" });
  const more = h("div", { className: "gx-knobs" });
  const fold = h("details", { className: "gx-fold" }, h("summary", {}, words.knobs), more);

  let shows = []; // what a knob turned elsewhere shows

  function build() {
    shows = [];
    const looks = figure.looks();
    const all = allKnobs(state, common.knobs);
    let shown = state.front.filter((name) => all.includes(name));
    if (figure.narrow()) shown = shown.slice(0, 2);
    const made = (name) => slider(name, looks[racerOf(name)]);
    element.replaceChildren(...shown.map(made));
    more.replaceChildren(...all.filter((name) => !shown.includes(name)).map(made));
  }

  function slider(name, look) {
    const now = () => ownerOf(state, name)[knobOf(name)];
    const about = common.knobs[knobOf(name)] ?? guessed(knobOf(name), now());
    const { value, position } = scaleOf(about);
    const title = `${about.symbol} ${words[`knob.${knobOf(name)}`] ?? ""}`;
    const whose = look ? ` · ${figure.label(state.racers[racerOf(name)])}` : "";
    const step = about.scale === "linear" ? TICKS / (about.to - about.from) : 1;
    const label = { "aria-label": title + whose };
    const bar = h("input", { type: "range", min: 0, max: TICKS, step, ...label });
    const number = h("input", { type: "text", inputMode: "decimal", className: "gx-number", size: 8, autocomplete: "off", ...label });

    function show() {
      bar.value = TICKS * position(now());
      bar.setAttribute("aria-valuetext", `${now()}${about.unit ?? ""}`);
      if (document.activeElement !== number) number.value = round(now(), 6);
      number.removeAttribute("aria-invalid");
    }

    function turned(to) {
      turn(state, name, to);
      show();
      figure.refresh();
    }

    bar.addEventListener("input", () => turned(value(bar.value / TICKS)));
    number.addEventListener("change", () => {
      const wanted = typed(number.value, about);
      figure.tell(wanted === null ? say(words.out_of_range, { name: title, range: bounds(about) }) : "");
      if (wanted === null) number.setAttribute("aria-invalid", "true");
      else turned(wanted);
    });
    number.addEventListener("blur", show);
    show();
    let seen = now();
    shows.push(() => now() !== seen && show((seen = now())));
    const text = h("span", { className: "gx-name" }, look ? swatch(look) : null, title + whose);
    return h("div", { className: "gx-knob", "data-knob": name }, text, bar, number);
  }

  const draw = () => shows.forEach((show) => show());

  return { element, fold, build, draw };
}
