// ▶ of the compact form: the race once, from its start to where the picture stands.

const PLAYED = 2000; // ms

export function playOf(figure, button) {
  const { words, first } = figure;
  let playing = 0;

  button.addEventListener("click", () => (playing ? end() : start()));

  function start() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return; // the end is there
    const began = performance.now();
    const frame = (now) => {
      const share = Math.min(1, Math.max(0, now - began) / PLAYED);
      playing = share < 1 && !figure.closed ? requestAnimationFrame(frame) : 0;
      figure.show(first.at * share);
    };
    playing = requestAnimationFrame(frame);
  }

  /** At once, as when something else is touched. */
  function end() {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    figure.show(first.at);
  }

  function draw() {
    button.textContent = playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", playing ? words.pause : words.play);
  }

  return { draw, end, close: end };
}
