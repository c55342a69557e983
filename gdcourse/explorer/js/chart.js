// What Python is asked for the map of knobs: a few cells at a time, from coarse to fine, until something else is wished.

import { cellsOf, charted, order, settingsOf } from "./cells.js";
import { within } from "./geometry.js";
import { job } from "./race.js";
import { knobOf, racerOf } from "./racers.js";
import { doubles } from "./results.js";
import { say } from "./text.js";

const PACE = 60; // ms that a call should take, so that no slider waits for it long
const FIRST = 12; // cells in the first call
const MOST = 48; // … in any
const POINTS = 32; // of a line of the theory

/** `news()` is called whenever there is more to draw. */
export function chartOf(figure, news) {
  const { state, words, common } = figure;
  const chart = { cells: [], theory: {}, fault: "" };
  let wished = ""; // what the map depends on, of the one that is there or being asked for

  /** All that the map of a figure depends on: not on where it stands on the axes. */
  function about(from, names) {
    const racer = job(from.racers[racerOf(names[0])], from, common.rules);
    const knobs = { ...racer.knobs };
    const problem = { ...from.problem };
    for (const name of names) delete (racerOf(name) >= 0 ? knobs : problem)[knobOf(name)];
    return JSON.stringify([names, problem, { ...racer, knobs }, from.target]);
  }

  /** Sees to it that the map of these axes comes. */
  async function want(axes) {
    const wish = about(state, axes.map(({ name }) => name)); // prettier-ignore
    if (wish === wished) return;
    const patient = wished !== "";
    wished = wish;
    if (patient) await figure.still(); // a start that is being dragged wishes many
    const current = () => wished === wish && !figure.closed;
    try {
      if (current()) await ask(axes, wish, current);
    } catch (error) {
      if (current()) Object.assign(chart, { fault: say(words.map_failed, { what: figure.explained(error).what }) });
    }
    if (current()) news();
  }

  async function ask(axes, wish, current) {
    const racer = job(state.racers[racerOf(axes[0].name)], state, common.rules);
    const call = structuredClone({ problem: state.problem, racer });
    const cells = drawnUp(wish) ?? [];
    const todo = cells.length ? [] : order(common.grid, racer.source && !racer.elementwise);
    if (cells.length) Object.assign(chart, { cells, fault: "" });
    const theory = await figure.ask("theory", { ...call, settings: line(axes[1]) });
    if (current()) Object.assign(chart, { theory });
    for (let count = FIRST; todo.length && current(); ) {
      const [now, began] = [todo.splice(0, count), performance.now()];
      const settings = settingsOf(now, axes, common.grid);
      const { rows, error } = await figure.ask("cells", { ...call, settings, target: state.target });
      if (error) throw Object.assign(new Error(error.what), { name: "PythonError" });
      cellsOf(doubles(rows)).forEach((cell, k) => (cells[now[k]] = cell));
      count = within(1, Math.round((count * PACE) / (performance.now() - began)), MOST);
      if (!current()) return;
      Object.assign(chart, { cells, fault: "" });
      news();
    }
  }

  const line = ({ knob, value }) => Array.from({ length: POINTS + 1 }, (_, k) => ({ [knob]: value(k / POINTS) }));

  /** The chapter's own map, which came with the page. */
  function drawnUp(wish) {
    const mine = common.maps?.[state.question];
    return mine && about(common.presets[state.question], mine.axes) === wish ? charted(mine.cells) : null;
  }

  return { chart, want };
}
