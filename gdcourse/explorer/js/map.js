// The map: landscape, paths, and the start, which mouse, finger and keys move.

import { h } from "./dom.js";
import { hit, nudge, place, visible, within } from "./geometry.js";
import { cross, dot, mark, sheet, stroke } from "./pen.js";
import { round, say, short } from "./text.js";

const DOTS = 120; // steps up to which each is marked

export function mapOf(figure) {
  const { state, words } = figure;
  const canvas = h("canvas", { className: "gx-canvas", role: "img" });
  const handle = h("button", { className: "gx-handle", type: "button" });
  const element = h("div", { className: "gx-map" }, canvas, handle);
  const region = () => visible(state.view, canvas.clientWidth, canvas.clientHeight);

  function draw() {
    if (!region()) return;
    const { pen, width, height } = sheet(canvas);
    const at = place(region(), width, height);
    if (figure.land) drawLand(pen, width, height);
    drawMinima(pen, at);
    const looks = figure.looks();
    figure.results.forEach((result, i) => result.rows && drawPath(pen, at, result, looks[i], i));
    const [x, y] = at(...state.start);
    handle.style.transform = `translate(${within(0, x, width)}px, ${within(0, y, height)}px)`;
    handle.setAttribute("aria-label", say(words.start, { x: short(state.start[0]), y: short(state.start[1]) }));
  }

  function drawLand(pen, width, height) {
    pen.save();
    pen.scale(width, height);
    pen.lineWidth = 1 / Math.max(width, height);
    pen.fillStyle = figure.style("hill");
    pen.strokeStyle = figure.style("line");
    figure.land.shapes.forEach((shape) => {
      pen.fill(shape, "evenodd");
      pen.stroke(shape);
    });
    pen.restore();
  }

  function drawMinima(pen, at) {
    pen.font = figure.font(18);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = figure.style("star");
    state.minima.forEach(([x, y]) => pen.fillText("★", ...at(x, y)));
  }

  function drawPath(pen, at, { rows, width: row }, look, i) {
    const { k: last, gone } = figure.standing(i);
    const point = (k) => at(rows[row * k], rows[row * k + 1]);
    stroke(pen, look, last, point);
    if (last <= DOTS) for (let k = 1; k <= last; k++) dot(pen, ...point(k));
    const [x, y] = point(last);
    if (gone) cross(pen, within(8, x, canvas.clientWidth - 8), within(8, y, canvas.clientHeight - 8));
    else mark(pen, x, y, look.mark, figure.style("paper"));
  }

  function moveTo(x, y) {
    state.start = [round(x, 4), round(y, 4)];
    draw();
    figure.refresh();
  }

  listen(element, canvas, handle, {
    to: (event) => moveTo(...hit(region(), canvas.getBoundingClientRect(), event.clientX, event.clientY)),
    by: ([dx, dy]) => moveTo(state.start[0] + dx, state.start[1] + dy),
    region,
  });
  return { element, canvas, draw };
}

function hold(box, pointer) {
  try {
    box.setPointerCapture(pointer);
  } catch {} // it was down before the figure lived (compact.js), and is up again
}

/** Mouse, touch (the page still scrolls) and arrow keys: `to(event)` a place, or `by([dx, dy])`. */
function listen(box, canvas, handle, { to, by, region }) {
  let dragging = false;
  let tapping = false; // (not every browser's click says by what it was made)
  box.addEventListener("pointerdown", (event) => {
    tapping = event.target === canvas && event.pointerType === "touch";
    if (event.button > 0 || tapping) return; // a finger on the map scrolls
    dragging = true;
    hold(box, event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
    if (event.target === canvas) to(event);
  });
  box.addEventListener("pointermove", (event) => dragging && to(event));
  for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, () => (dragging = false));
  canvas.addEventListener("click", (event) => tapping && to(event)); // a tap does move it
  handle.addEventListener("keydown", (event) => {
    const way = nudge(region(), event);
    if (!way) return;
    event.preventDefault();
    by(way);
  });
}
