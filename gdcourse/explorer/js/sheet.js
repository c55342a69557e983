// The board's table and its plot: places that wait already (board.py) are filled, a numbered dot stands for each run,
// a ring for each that was tuned.

import { knobsSaid, ownSlider, percentOf, runSaid, spotOf, tunedRow } from "./rows.js";
import { plain } from "./live.js";
import { say } from "./text.js";

const SVG_NAMES = "http://www.w3.org/2000/svg";

export function sheetOf(root, state, { words, looks }) {
  const dots = root.querySelector(".gx-axes").appendChild(svg("g"));
  const places = [...root.querySelector(".gx-runs tbody").rows];
  const called = ({ rule }) => words[`rule.${state.racers[rule].rule}`];

  function draw(rows, tuned) {
    places.forEach((place, i) => fill(place, rows[i]));
    const rings = tuned ? state.tuned.map((row) => ring(tunedRow(state, row))) : [];
    dots.replaceChildren(...rings, ...rows.map(dot));
  }

  function fill({ cells: [nth, ...others] }, row) {
    nth.firstChild.style = row ? colours(row) : "";
    const own = row && ownSlider(state, row.rule);
    const texts = row ? [called(row), plain(row.lr), own ? `${own.symbol} = ${row.second}` : "", percentOf(row.left, words)] : [];
    others.forEach((cell, i) => (cell.textContent = texts[i] ?? ""));
  }

  /** Those of a rule in which letters can be read, on either ground. */
  function colours({ rule }) {
    const { text } = looks[state.racers[rule].rule];
    return `--c:${text[0]};--c-dark:${text[1]}`;
  }

  function spot(row, title, r, name, ...more) {
    const [x, y] = spotOf(state, row).map((share) => `${share}%`);
    const circle = svg("circle", { cx: x, cy: y, r, class: name });
    return svg("g", { style: colours(row) }, svg("title", {}, title), circle, ...more.map((text) => svg("text", { x, y, dy: 4, class: "gx-digit" }, text)));
  }

  const dot = (row, i) => spot(row, runSaid(state, row, i + 1, words), 9, "gx-run-dot", String(i + 1));

  function ring(row) {
    const known = { rule: called(row), knobs: knobsSaid(state, row), left: percentOf(row.left, words) };
    return spot(row, say(words["board.dot"], known), 7, "gx-ring");
  }

  return { draw };
}

/** An element of a drawing. */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG_NAMES, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
