// The map of knobs: what becomes of one rule at every setting of two knobs; the dot is where it stands.

import { axisOf, cellAt, cellOf, choices, middle } from "./cells.js";
import { chartOf } from "./chart.js";
import { h, offer } from "./dom.js";
import { listen } from "./drag.js";
import { hit, within } from "./geometry.js";
import { drawAxes, drawCells, drawTheory, framed, lookOf, pixel, shownOn } from "./heat.js";
import { circle, sheet } from "./pen.js";
import { knobOf, turn } from "./racers.js";
import { power, say, short } from "./text.js";

const SQUARE = [0, 1, 0, 1]; // in which the dot moves

export function knobmapOf(figure) {
  const { state, words, common: { grid, knobs } } = figure; // prettier-ignore
  const of = h("select", { "aria-label": words.map_of, onchange: () => figure.rebuild() });
  const up = h("select", { "aria-label": words.map_across, onchange: () => draw() });
  const canvas = h("canvas", { className: "gx-heat", role: "img" });
  const handle = h("button", { className: "gx-dot", type: "button" });
  const field = h("div", { className: "gx-field" }, canvas, handle);
  const text = h("p", { className: "gx-cell", role: "status" });
  const element = h("div", { className: "gx-knobmap", hidden: true }, h("div", { className: "gx-knobmap-head" }, up, of), field, text);
  const toggle = h("button", { type: "button", className: "gx-quiet gx-toggle", onclick: () => open(element.hidden) }, words.map);
  const { chart, want } = chartOf(figure, () => paint());
  let names = []; // of the knobs along and up
  let pointed = null; // the cell under the mouse, or to which the dot was moved

  function open(yes) {
    element.hidden = !yes;
    figure.root.classList.toggle("gx-mapped", yes);
    build();
    figure.draw();
  }

  function build() {
    const i = within(0, of.selectedIndex, state.racers.length - 1);
    offer(of, state.racers.map((racer, n) => [n, figure.label(racer)])); // prettier-ignore
    of.selectedIndex = i;
    of.hidden = state.racers.length < 2;
    const [along, ...others] = choices(state, i, knobs);
    const chosen = others.find((name) => knobOf(name) === knobOf(up.value)) ?? others[0];
    offer(up, others.map((name) => [name, `↑ ${title(name)}`])); // prettier-ignore
    up.value = chosen;
    names = [along, chosen];
    toggle.hidden = !others.length; // nothing to go up by
    toggle.setAttribute("aria-expanded", !element.hidden);
  }

  const title = (name) => `${axisOf(state, name, knobs).symbol} ${words[`knob.${knobOf(name)}`] ?? ""}`.trim();
  const axes = () => names.map((name) => axisOf(state, name, knobs));
  const dot = () => axes().map(({ position, now }) => position(now()));
  const frame = () => ({ left: 44, right: canvas.clientWidth - 12, top: 8, bottom: canvas.clientHeight - 36 });

  function draw() {
    if (element.hidden) return;
    if (toggle.hidden) return open(false);
    names[1] = up.value;
    want(axes());
    paint();
  }

  function paint() {
    if (element.hidden || !canvas.clientWidth) return;
    picture(sheet(canvas));
    const [x, y] = pixel(frame(), dot());
    handle.style.transform = `translate(${x}px, ${y}px)`;
    speak();
  }

  /** All but the dot, which is the handle. */
  function picture({ pen, ring }) {
    const look = lookOf(figure);
    drawCells(pen, frame(), chart.cells, grid, state, look);
    drawTheory(pen, frame(), axes(), shownOn(axes(), chart.theory), look);
    drawAxes(pen, frame(), axes(), `${title(names[0])} →`, look);
    if (ring) circle(pen, ...pixel(frame(), dot()), look.ink);
  }

  /** The cell that is pointed at, or how to read the map, in words. */
  function speak() {
    const [along, across] = axes();
    const target = power(Math.round(Math.log10(state.target)));
    const { lines, points } = shownOn(axes(), chart.theory);
    const known = Object.keys({ ...lines, ...points }).map((name) => words[`theory.${name}`]);
    const reading = [say(words.map_says, { target, steps: state.steps }), ...known].join(words.stop.slice(1));
    text.textContent = chart.fault || (pointed ? told(pointed, target) : reading);
    canvas.setAttribute("aria-label", `${words.map}${words.stop}${reading}`);
    const now = say(words.map_point, { x: along.said(along.now()), y: across.said(across.now()) });
    handle.setAttribute("aria-label", `${now}${words.stop}${told(cellOf(dot(), grid), target)}`);
  }

  function told(place, target) {
    const cell = cellAt(chart.cells, grid[0], ...place);
    if (!cell) return "";
    const [x, y] = axes().map(({ said, value }, k) => said(value(middle(place, grid)[k])));
    const kind = cell.lost ? words.map_lost : cell.stays >= 0 ? words.map_stays : words.map_never;
    return say(kind, { x, y, target, stays: cell.stays, loss: short(cell.loss) });
  }

  function moveTo(point) {
    axes().forEach(({ name, value }, k) => turn(state, name, value(within(0, point[k], 1))));
    pointed = cellOf(dot(), grid);
    figure.draw();
    figure.refresh();
  }

  const at = (event) => hit(SQUARE, framed(frame(), canvas.getBoundingClientRect()), event.clientX, event.clientY);

  function point(place) {
    pointed = place;
    speak();
  }

  listen(field, canvas, handle, { to: (event) => moveTo(at(event)), by: (way) => moveTo(dot().map((p, k) => p + way[k])), region: () => SQUARE }); // prettier-ignore
  field.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(cellOf(at(event), grid)));
  field.addEventListener("pointerleave", () => point(null));
  handle.addEventListener("blur", () => point(null));
  return { element, canvas, toggle, build, draw, paint: picture };
}
