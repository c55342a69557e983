// Time: step by step, by the bar, or played.

import { h } from "./dom.js";

const LENGTH = 6; // seconds that a whole race is played in, but not less than
const SLOWEST = 5; // steps a second

export function timeOf(figure) {
  const { state, words, first } = figure;
  let playing = 0;

  const button = (text, title, onclick) => h("button", { type: "button", className: "gx-button", title, onclick, "aria-label": title }, text);
  const play = button("▶", words.play, () => (playing ? pause() : start()));
  const bar = h("input", { type: "range", min: 0, step: 1, className: "gx-time-bar", "aria-label": words.time });
  const clock = h("span", { className: "gx-clock" });
  bar.addEventListener("input", () => go(Number(bar.value)));

  function go(step) {
    pause();
    figure.show(step);
  }

  function start() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return figure.show(state.steps); // no motion: straight to the end
    if (state.at >= state.steps) figure.show(0);
    const [from, began] = [state.at, performance.now()];
    const pace = Math.max(SLOWEST, state.steps / LENGTH) / 1000; // steps per millisecond
    const frame = (now) => {
      figure.show(from + Math.max(0, now - began) * pace);
      playing = state.at < state.steps && !figure.closed ? requestAnimationFrame(frame) : 0;
      if (!playing) drawPlay();
    };
    playing = requestAnimationFrame(frame);
    drawPlay();
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    drawPlay();
  }

  function drawPlay() {
    play.textContent = playing ? "❚❚" : "▶";
    play.title = playing ? words.pause : words.play;
    play.setAttribute("aria-label", play.title);
  }

  function reset() {
    pause();
    Object.assign(state, structuredClone(first));
    figure.tell("");
    figure.rebuild();
  }

  function draw() {
    bar.max = state.steps;
    bar.value = state.at;
    bar.setAttribute("aria-valuetext", figure.step());
    clock.textContent = figure.step();
  }

  const back = button("‹", words.back, () => go(state.at - 1));
  const forward = button("›", words.forward, () => go(state.at + 1));
  const element = h("div", { className: "gx-time" }, button("⟲", words.reset, reset), back, play, forward, bar, clock);
  return { element, draw, close: pause };
}
