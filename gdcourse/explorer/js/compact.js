// The compact form: one question, one picture, one or two sliders.  Its elements are those that stood there until they
// were touched (poster.py); here they come to life in place, and do what the touches meant.

import { h } from "./dom.js";
import { liveOf } from "./live.js";
import { mapOf } from "./map.js";
import { playOf } from "./play.js";
import { secantOf } from "./secant.js";
import { sliderOf } from "./slider.js";
import { tapeOf } from "./tape.js";
import { wordsOf } from "./words.js";

/** Brings `figure` to life; `touched()` are the events so far, `open` leads to the laboratory. */
export async function enlivened(figure, { touched, open }) {
  const { root, state } = figure;
  const find = (name) => root.querySelector(`.gx-${name}`);
  const [[name, drawing]] = [["map", mapOf], ["words", wordsOf], ["tape", tapeOf], ["chord", secantOf]].filter(([name]) => find(name));
  const map = drawing(figure, find(name));
  const play = find("play") ? playOf(figure, find("play")) : { end() {} };
  const live = liveOf(figure, find("live"), find("sr"));
  const bars = root.querySelectorAll(".gx-slide");
  const sliders = state.sliders.map((about, i) => sliderOf(figure, about, bars[i], play.end));
  Object.assign(figure, { map, tell: live.tell, parts: [map, play, live, ...sliders] });

  await figure.race();
  figure.thrown();
  const events = touched();
  const aimed = map.canvas ? exchanged(find("map"), map) : (target) => target;
  for (const part of root.querySelectorAll("[data-waits]")) part.style.visibility = "";
  find("open")?.addEventListener("click", open);
  map.element.addEventListener("pointerdown", play.end);
  for (const event of events) aimed(event.target).dispatchEvent(new event.constructor(event.type, event));
  await figure.rebuild();
}

/** Puts the living map in the place of its picture; returns where that has what was aimed at there. */
function exchanged(picture, { element, canvas }) {
  const handle = element.lastChild;
  const held = picture.contains(document.activeElement);
  picture.replaceWith(element);
  if (held) handle.focus({ preventScroll: true });
  return (target) => (!picture.contains(target) ? target : target.closest(".gx-handle") ? handle : canvas);
}

/** The elements, where no page has brought them: in a notebook. */
export function unwrapped(poster) {
  const element = h("div", { innerHTML: poster });
  return element.firstElementChild;
}
