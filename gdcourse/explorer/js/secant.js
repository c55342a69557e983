// A curve, its tangent and its secant: the lines stand there already (poster.py); Python says where they go.

export function secantOf(figure, element) {
  function draw() {
    for (const [name, points] of Object.entries(figure.results[0]?.lines ?? {}))
      element.querySelector(`.gx-${name}`).setAttribute("d", `M${points.join(" ")}`);
  }

  return { element, draw };
}
