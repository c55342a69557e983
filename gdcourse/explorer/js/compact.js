// The compact form: one question, one picture, one or two sliders.  Its elements are those that stood there until they
// were touched (poster.py); here they come to life in place, and do what the touches meant.

import { h } from "./dom.js";
import { liveOf } from "./live.js";
import { mapOf } from "./map.js";
import { playOf } from "./play.js";
import { sliderOf } from "./slider.js";

/** Brings `figure` to life; `touched()` are the events so far, `open` leads to the laboratory. */
export async function enlivened(figure, { touched, open }) {
  const { root, state } = figure;
  const find = (name) => root.querySelector(`.gx-${name}`);
  const [map, play, live] = [mapOf(figure), playOf(figure, find("play")), liveOf(figure, find("live"), find("sr"))];
  const bars = root.querySelectorAll(".gx-slide");
  const sliders = state.sliders.map((about, i) => sliderOf(figure, about, bars[i], play.end));
  Object.assign(figure, { map, tell: live.tell, parts: [map, play, live, ...sliders] });

  await figure.race();
  figure.thrown();
  const poster = find("map");
  const events = touched();
  const aimed = (target) => (!poster.contains(target) ? target : target.closest(".gx-handle") ? map.element.lastChild : map.canvas);
  const held = poster.contains(document.activeElement);
  poster.replaceWith(map.element);
  for (const part of root.querySelectorAll("[data-waits]")) part.style.visibility = "";
  if (held) map.element.lastChild.focus({ preventScroll: true });
  find("open").addEventListener("click", open);
  map.element.addEventListener("pointerdown", play.end);
  for (const event of events) aimed(event.target).dispatchEvent(new event.constructor(event.type, event));
  await figure.rebuild();
}

/** The elements, where no page has brought them: in a notebook. */
export function unwrapped(poster) {
  const element = h("div", { innerHTML: poster });
  return element.firstElementChild;
}
