// A point in a box that mouse, finger and arrow keys move.

import { nudge } from "./geometry.js";

function hold(box, pointer) {
  try {
    box.setPointerCapture(pointer);
  } catch {} // it was down before the figure lived (compact.js), and is up again
}

/** Mouse, touch (the page still scrolls) and arrow keys: `to(event)` a place, or `by([dx, dy])`. */
export function listen(box, canvas, handle, { to, by, region }) {
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
