// What a living figure follows: its own size, and whether its page is light or dark.

/** Follows the size of the figure and the colours of the page; returns what ends that. */
export function attended(figure) {
  const { root } = figure;
  // (a class and no container query, which came to browsers later)
  const fit = () => {
    const crossed = root.classList.contains("gx-narrow") !== figure.narrow();
    root.classList.toggle("gx-narrow", figure.narrow());
    if (crossed) figure.rebuild();
    else figure.draw();
    figure.survey();
  };
  const resized = new ResizeObserver(() => root.clientWidth && requestAnimationFrame(fit));
  resized.observe(figure.map.element);
  const themed = new MutationObserver(() => {
    figure.build();
    figure.draw();
  });
  for (const place of [document.documentElement, document.body])
    themed.observe(place, { attributeFilter: ["data-theme", "data-jp-theme-light", "data-vscode-theme-kind"] });
  return () => {
    figure.closed = true;
    for (const part of figure.parts) part.close?.();
    resized.disconnect();
    themed.disconnect();
  };
}
