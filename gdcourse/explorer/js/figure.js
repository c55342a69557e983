// What the figure shows, and the verbs that change it.  Wishes go one way: a control edits `state` and calls a verb,
// Python computes what is missing, and every part draws what is there.

import { explained, noted } from "./asking.js";
import { visible, within } from "./geometry.js";
import { kindOf } from "./link.js";
import { EDITED, about, looksOf } from "./racers.js";
import { race, survey } from "./race.js";
import { standing } from "./results.js";
import { say } from "./text.js";

const QUIET = 200; // ms in which nothing else is wished
const NARROW = 560; // px of width up to which there are two rules and two sliders

export class Figure {
  parts = []; // what builds its controls anew and draws: {element, build(), draw()}, either verb may be missing
  results = []; // of the race, in the order of state.racers
  land = null; // the landscape
  closed = false;
  cloud = []; // the results of all racers, for each of many seeds
  #running = null; // a promise
  #again = false;
  #wished = 0;

  constructor({ root, ask, common, first, state }) {
    const { words } = common;
    const still = () => new Promise((resolve) => setTimeout(resolve, QUIET));
    Object.assign(this, { root, ask: noted(ask, root), still: noted(still, root), common, words, first, state });
  }

  // --- what parts read

  named = (rule) => this.words[`rule.${rule}`] ?? rule;
  label = (racer) => (racer.rule === EDITED ? say(this.words.mine, { rule: this.named(racer.base) }) : this.named(racer.rule));
  about = (racer) => about(racer, this.common.rules);
  kind = () => kindOf(this.state.problem);
  standing = (i) => standing(this.results[i], this.state.at);
  explained = (error) => explained(error, this.words);
  narrow = () => this.root.clientWidth > 0 && this.root.clientWidth < NARROW;
  most = () => (this.narrow() ? 2 : this.common.most);
  step = () => say(this.words.of, { step: this.state.at, steps: this.state.steps });

  style = (name) => getComputedStyle(this.root).getPropertyValue(`--gx-${name}`).trim();
  looks = () => looksOf(this.state.racers, this.common.looks, this.style("dark") === "1");
  font = (size) => `${size}px ${getComputedStyle(this.root).fontFamily}`;

  // --- verbs

  /** A step of the race is shown. */
  show(step) {
    this.state.at = within(0, Math.round(step), this.state.steps);
    this.draw();
  }

  draw() {
    for (const part of this.parts) part.draw?.();
  }

  /** The controls anew, as after rules, task, question or colours have changed. */
  build() {
    this.state.racers.splice(this.common.most);
    this.results.splice(this.state.racers.length); // what a racer that has left did is not drawn
    for (const part of this.parts) part.build?.();
  }

  rebuild() {
    this.build();
    return this.refresh();
  }

  /** Compute what has changed, draw; while that runs, only the newest wish is kept. */
  refresh() {
    this.#wished ||= performance.now();
    this.#again = Boolean(this.#running);
    return (this.#running ??= this.#run().finally(() => (this.#running = null)));
  }

  async #run() {
    do {
      this.#again = false;
      const [began, called] = [this.#wished, performance.now()];
      this.#wished = 0;
      await this.race();
      if (this.closed) return;
      const answered = performance.now();
      this.draw();
      const detail = { waited: called - began, python: answered - called, draw: performance.now() - answered };
      this.root.dispatchEvent(new CustomEvent("explorer-drawn", { bubbles: true, detail }));
      if (!this.#again) await this.survey();
    } while (this.#again && !this.closed);
  }

  async race() {
    this.results = await race(this.ask, this.state, this.common, this.results);
  }

  /** Where no racer could run at all, the picture stays. */
  thrown() {
    const [{ error }] = this.results;
    if (this.results.every((result) => result.error)) throw error.cause ?? new Error(error.what);
  }

  /** The landscape, when the task or the size of the map has changed. */
  async survey() {
    if (!this.map.canvas) return; // a picture without one
    const { clientWidth: width, clientHeight: height } = this.map.canvas;
    const region = visible(this.state.view, width, height);
    if (!region) return;
    const land = await survey(this.ask, this.state.problem, region, height / width, this.land);
    if (land === this.land || this.closed) return;
    this.land = land;
    this.map.draw();
  }
}
