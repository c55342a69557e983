// A tape: what each step is shown stands above, where each rule goes below.  Bars and strips stand there already
// (poster.py), each strip in the coordinates of the plane, a road in metres; here the paths are laid in.

export function tapeOf(figure, element) {
  const { state } = figure;
  const [bars, strips] = [element.querySelectorAll(".gx-bar"), element.querySelectorAll(".gx-strip")];

  function draw() {
    bars.forEach((bar, i) => bar.classList.toggle("gx-later", i % state.steps >= state.at));
    figure.results.forEach((result, i) => result.rows && lay(strips[i], result, figure.standing(i).k));
  }

  function lay(strip, { rows, width }, last) {
    const point = (k) => `${rows[width * k]},${rows[width * k + 1]}`;
    const points = Array.from({ length: last + 1 }, (_, k) => point(k));
    strip.querySelector("g").setAttribute("transform", `scale(${state.problem.unit ?? 1},-1)`);
    strip.querySelector(".gx-steps")?.setAttribute("d", points.map((at) => `M${at}z`).join(""));
    strip.querySelector(".gx-path").setAttribute("d", `M${points.join(" ")}`);
    strip.querySelector(".gx-spot").setAttribute("d", `M${point(last)}z`);
  }

  return { element, draw };
}
