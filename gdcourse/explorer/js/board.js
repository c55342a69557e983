// The board of ten runs.  Its elements are those that stood there until they were touched (board.py); here the reader
// chooses a rule and its knobs, Python trains, and every run becomes a row and a dot.

import { explained, noted } from "./asking.js";
import { h } from "./dom.js";
import { compared, ownSlider, rowOf, runSaid, sensibleRows } from "./rows.js";
import { sheetOf } from "./sheet.js";
import { sliderOf } from "./slider.js";
import { say } from "./text.js";

const FORGETFUL = { read: () => null, write: () => true }; // a notebook's: its rows last as long as the figure

/** Brings the board in `root` to life; `touched()` are the events so far, `kept` reads and writes a text. */
export function played(root, { ask: unnoted, common, state }, { touched, kept = FORGETFUL }) {
  const { words } = common;
  const find = (name) => root.querySelector(name);
  const [select, run, live, spoken] = [".gx-chooser > select", ".gx-run", ".gx-live", ".gx-sr"].map(find);
  const [fold, anew, sheet] = [find(".gx-tuned"), find(".gx-anew"), sheetOf(root, state, common)];
  const ask = noted(unnoted, root);
  let { rows, open } = sensibleRows(kept.read(), state);
  let [rule, training, ready] = [rows.at(-1)?.rule ?? 0, false, false];

  const tell = (text) => (live.textContent = spoken.textContent = text);
  const isSpent = () => rows.length >= state.runs;
  const isShut = () => fold.open || isSpent();
  const bars = [...root.querySelectorAll(".gx-slide")];
  const sliders = state.sliders.map((about, i) => sliderOf({ state, words, tell, refresh: draw }, about, bars[i], () => {}));

  async function train() {
    if (training) return;
    if (isShut()) return tell(words[isSpent() ? "board.over" : "board.shut"]);
    training = true;
    tell(words["board.training"]);
    draw();
    try {
      const [racer, row] = [structuredClone(state.racers[rule]), rowOf(state, rule, null)];
      row.left = (await ask("train", { problem: state.problem, racer: { ...racer, steps: state.steps } })).left;
      rows.push(row);
      fold.open ||= isSpent();
      tell([runSaid(state, row, rows.length, words), ...(isSpent() ? [words["board.over"]] : []), ...save()].join(" "));
    } catch (error) {
      tell(explained(error, words).what);
    }
    training = false;
    draw();
  }

  /** Returns what there is to say of it. */
  function save() {
    const text = rows.length || fold.open ? JSON.stringify({ rows, open: fold.open }) : "";
    return kept.write(text) ? [] : [words["board.unkept"]];
  }

  function again() {
    rows = [];
    fold.open = open = false;
    save();
    tell(words["board.hint"]);
    draw();
  }

  function draw() {
    if (!ready) return; // what the reader has set is still to be read
    select.value = rule;
    for (const slider of sliders) slider.draw();
    bars.forEach((bar, i) => (bar.hidden = i > 0 && state.sliders[i] !== ownSlider(state, rule)));
    const left = say(words["board.budget"], { count: state.runs - rows.length });
    run.replaceChildren(words["board.train"], h("small", {}, left));
    run.setAttribute("aria-disabled", String(training || isShut()));
    sheet.draw(rows, fold.open);
    find(".gx-far").textContent = fold.open ? compared(state, rows, words) : "";
    anew.hidden = !rows.length && !fold.open;
  }

  select.addEventListener("change", () => {
    rule = Number(select.value);
    draw();
  });
  run.addEventListener("click", train);
  anew.addEventListener("click", () => {
    again();
    run.focus();
  });
  fold.addEventListener("toggle", () => {
    draw();
    if (fold.open === open) return;
    open = fold.open;
    save();
    if (open) spoken.textContent = [live.textContent, compared(state, rows, words)].join(" ");
  });
  addEventListener("course:forget", again);

  fold.open ||= open;
  for (const part of root.querySelectorAll("[data-waits]")) part.style.visibility = "";
  live.textContent = rows.length ? runSaid(state, rows.at(-1), rows.length, words) : words["board.hint"];
  // (the fold has done already what it was told)
  for (const event of touched()) if (!fold.contains(event.target)) event.target.dispatchEvent(new event.constructor(event.type, event));
  ready = true;
  draw();
  return () => removeEventListener("course:forget", again);
}
