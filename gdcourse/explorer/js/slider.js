// A slider of the compact form.  It may drive several knobs, of several racers.

import { knobOf, ownerOf, turn } from "./racers.js";
import { bounds, scaleOf, typed } from "./scales.js";
import { round, say } from "./text.js";

/** `about` is Python's, with `drives`, the names of its knobs; `touched()` is called before they turn. */
export function sliderOf(figure, about, element, touched) {
  const { state, words } = figure;
  const [bar, number] = [element.querySelector("[type=range]"), element.querySelector(".gx-number")];
  const { value, position } = scaleOf(about);

  function turned(to) {
    touched();
    drive(state, about, to);
    draw();
    figure.refresh();
  }

  function draw() {
    const now = driven(state, about);
    bar.value = bar.max * position(now);
    bar.setAttribute("aria-valuetext", `${now}${about.unit ?? ""}`);
    if (document.activeElement !== number) number.value = round(now, 6);
    number.removeAttribute("aria-invalid");
    // where the danger begins is often the answer: it shows once somebody has been there
    if (now > about.danger) element.style.setProperty("--danger", position(about.danger));
  }

  bar.addEventListener("input", () => turned(value(bar.value / bar.max)));
  number.addEventListener("change", () => {
    const wanted = typed(number.value, about);
    if (wanted !== null) return turned(wanted);
    figure.tell(say(words.out_of_range, { name: bar.getAttribute("aria-label"), range: bounds(about) }));
    number.setAttribute("aria-invalid", "true");
  });
  number.addEventListener("blur", draw);
  return { draw };
}

/** What the slider stands at: its first knob's value. */
export const driven = (state, { drives: [name] }) => ownerOf(state, name)[knobOf(name)];

/** All its knobs get the value. */
export const drive = (state, { drives }, value) => drives.forEach((name) => turn(state, name, value));
