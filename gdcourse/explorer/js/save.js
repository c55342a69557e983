// The figure as a picture for slides: what is drawn, sharp, with the question above it and the rules below.

import { h } from "./dom.js";
import { lines } from "./lines.js";
import { plain } from "./live.js";
import { mark, stroke } from "./pen.js";
import { guessed } from "./scales.js";
import { say, short } from "./text.js";

const RIM = 16; // px around it
const GAP = 24; // … from line to line
const ACROSS = 1600; // … of the picture, or some more

export function saveOf(figure, panels) {
  const { state, words, common } = figure;

  const told = (names, owner) =>
    names.map((name) => {
      const { symbol, unit } = common.knobs[name] ?? guessed(name, owner[name]);
      return `${symbol} = ${plain(owner[name])}${unit ?? ""}`;
    });

  /** The task with its knobs, and the step. */
  function taskTold() {
    const known = Object.keys(state.problem).filter((name) => name in common.knobs && state.problem[name]);
    const formula = state.problem.text ? `: ${state.problem.text}` : "";
    const task = `${words[`surface.${figure.kind()}`]}${formula}`;
    return [task, ...told(known, state.problem), figure.step()].join("  ·  ");
  }

  function racerTold(racer, i) {
    const { gone, error, loss } = figure.standing(i);
    const end = error ?? (gone ? words.diverged_short : `${words.loss} = ${short(loss)}`);
    return [figure.label(racer), ...told(Object.keys(racer.knobs), racer.knobs), end].join("   ");
  }

  function pictured() {
    const plots = panels[0].element.parentElement.getBoundingClientRect();
    const width = Math.round(plots.width) + 2 * RIM;
    const ratio = Math.ceil(ACROSS / width); // whole, so that no seams show
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const fonts = { question: `600 ${figure.font(16)}`, task: figure.font(13), rule: figure.font(13) };
    const broken = (font, text, room) => {
      pen.font = fonts[font];
      return lines(text, (part) => pen.measureText(part).width <= room);
    };
    const question = broken("question", common.questions[state.question] ?? "", plots.width);
    const task = broken("task", taskTold(), plots.width);
    const rules = state.racers.map((racer, i) => broken("rule", racerTold(racer, i), plots.width - 46));
    const top = RIM + GAP * (question.length + task.length);
    canvas.width = ratio * width;
    canvas.height = ratio * (top + plots.height + GAP * (rules.flat().length + 0.5) + RIM);
    pen.scale(ratio, ratio);
    pen.fillStyle = figure.style("paper");
    pen.fillRect(0, 0, width, canvas.height);
    pen.textBaseline = "middle";
    let y = RIM + GAP / 2;
    const write = (texts, font, x, colour) => {
      pen.font = fonts[font];
      pen.fillStyle = colour;
      for (const text of texts) {
        pen.fillText(text, x, y);
        y += GAP;
      }
    };
    write(question, "question", RIM, figure.style("strong"));
    write(task, "task", RIM, figure.style("ink"));
    for (const panel of panels) drawPanel(pen, panel, plots, top);
    y = top + plots.height + GAP;
    const looks = figure.looks();
    rules.forEach((texts, i) => {
      stroke(pen, looks[i], 1, (k) => [RIM + 34 * k, y]);
      mark(pen, RIM + 17, y, looks[i].mark, figure.style("paper"));
      write(texts, "rule", RIM + 46, figure.style("strong"));
    });
    return canvas;
  }

  /** As it stands on the page, from the corner of all of them. */
  function drawPanel(pen, { canvas, paint }, plots, top) {
    const { left, top: above, width, height } = canvas.getBoundingClientRect();
    if (!width) return;
    pen.save();
    pen.translate(Math.round(RIM + left - plots.left), Math.round(top + above - plots.top));
    pen.strokeStyle = figure.style("grid");
    pen.strokeRect(0, 0, width, height);
    pen.beginPath();
    pen.rect(0, 0, width, height);
    pen.clip();
    paint({ pen, width, height, ring: true });
    pen.restore();
  }

  function save() {
    const name = `explorer-${state.question ?? figure.kind()}${figure.style("dark") === "1" ? "-dark" : ""}.png`;
    pictured().toBlob((blob) => {
      const href = URL.createObjectURL(blob);
      h("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10000);
      figure.tell(say(words.saved, { name }));
    });
  }

  return h("button", { type: "button", className: "gx-quiet", title: words.save_hint, onclick: save }, words.save);
}
