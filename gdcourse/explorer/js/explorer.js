// The explorer: draws and listens.  What is drawn comes from page.py, which the kernel runs in a notebook and
// MicroPython in the static page; what there is to choose from, from gdcourse.explorer, as one description.
//
//   render({ model, el })
//   model.get("spec")      problem, racers, start, steps, view … of this figure
//   model.get("common")    words, rules, looks, tasks, questions, ranges of the knobs
//   model.ask(call, args)  a promise of what page.py's function returns; a notebook's model has send() and on()
//   model.link, shared     where there are links: one to a state; the state that one has brought
//   model.touched          of a compact form: the events since it was first touched; in a notebook the kernel is
//                          there, and model.get("poster") are its elements
//   model.kept             of a board: read() and write(text), where a page can keep what was done
//
// bundle.py makes one script of these files, with d3.contours before them.

import { askKernel } from "./asking.js";
import { attended } from "./attend.js";
import { played } from "./board.js";
import { enlivened, unwrapped } from "./compact.js";
import { curvesOf } from "./curves.js";
import { h } from "./dom.js";
import { editOf } from "./edit.js";
import { Figure } from "./figure.js";
import { insideOf } from "./inside.js";
import { knobmapOf } from "./knobmap.js";
import { knobsOf } from "./knobs.js";
import { landscapeOf } from "./landscape.js";
import { sensible } from "./link.js";
import { mapOf } from "./map.js";
import { noiseOf } from "./noise.js";
import { questionOf, shareOf } from "./question.js";
import { saveOf } from "./save.js";
import { spokenOf } from "./spoken.js";
import { tableOf } from "./table.js";
import { timeOf } from "./time.js";

export async function render({ model, el }) {
  const [first, common] = [model.get("spec"), model.get("common")];
  const world = { ask: model.ask ?? askKernel(model), common, first, link: model.link };
  if (first.form === "board") return board(el, { ...world, state: structuredClone(first) }, model);
  const state = structuredClone(model.shared ? sensible(model.shared, first, common) : first);
  if (first.form === "compact" && !model.shared) return compact(el, { ...world, state }, model);
  const carried = model.shared && withoutStrangers(state, first);
  return laboratory(el, { ...world, state }, carried);
}

/** One question; becomes the laboratory, with what was set, when its reader opens that. */
async function compact(el, world, { touched = () => [], get }) {
  const root = waiting(el, get);
  const figure = new Figure({ root, ...world });
  let leave;
  const open = async () => {
    leave();
    leave = await laboratory(el, world);
  };
  await enlivened(figure, { touched, open });
  leave = attended(figure);
  return () => leave();
}

/** Ten runs to be spent. */
const board = (el, world, { touched = () => [], get, kept }) => played(waiting(el, get), world, { touched, kept });

/** The elements that wait, or, in a notebook, come from Python. */
const waiting = (el, get) => el.querySelector(".gx") ?? el.appendChild(unwrapped(get("poster")));

/** All there is. */
async function laboratory(el, world, carried) {
  const root = h("div", { className: "gx", role: "group" });
  const { state } = world;
  const figure = new Figure({ root, ...world });
  const { inside, edit, landscape } = furnished(figure, world.link);

  await landscape.settle();
  await figure.race();
  if (el.childElementCount) figure.thrown();
  el.replaceChildren(root);
  root.classList.toggle("gx-narrow", figure.narrow());
  if (figure.narrow()) state.racers.splice(figure.most());
  inside.element.open = Boolean(state.inside) && !figure.narrow();
  await figure.rebuild();
  if (carried) edit.show(carried);
  return attended(figure);
}

/** Takes away what a link's author wrote; returns it, to be shown. */
function withoutStrangers(state, first) {
  const strange = state.racers.filter((racer) => racer.source);
  state.racers = state.racers.filter((racer) => !racer.source);
  if (!state.racers.length) state.racers = structuredClone(first.racers);
  return strange[0];
}

/** All parts, each in its place on the page. */
function furnished(figure, link) {
  const [question, map, curves, time] = [questionOf(figure), mapOf(figure), curvesOf(figure), timeOf(figure)];
  const [table, knobs, inside, edit] = [tableOf(figure), knobsOf(figure), insideOf(figure), editOf(figure)];
  const [share, spoken, knobmap, landscape] = [shareOf(figure, link), spokenOf(figure), knobmapOf(figure), landscapeOf(figure)];
  const [noise, save] = [noiseOf(figure), saveOf(figure, [map, knobmap, curves])];
  Object.assign(figure, { map, curves });
  figure.parts = [noise, map, knobmap, curves, table, knobs, question, landscape, inside, edit, time, spoken];
  figure.root.append(
    question.element, landscape.element, question.text, h("div", { className: "gx-plots" }, map.element, knobmap.element, curves.element),
    time.element, table.element, h("div", { className: "gx-foot" }, table.add, knobmap.toggle, share.element, save),
    noise.element, knobs.element, knobs.fold, inside.element, edit.element, share.message, spoken.element); // prettier-ignore
  return { inside, edit, landscape };
}
