// A text in lines, for a canvas.

// a word with the space behind it, or a Han character with the marks that may not begin a line
const PARTS = /[\u2e80-\uffff][，。？！：；、）”]*|[^\s\u2e80-\uffff]+\s*|\s+/g;

/** The lines of a text, each as long as `fits(line)` is true. */
export function lines(text, fits) {
  const out = [];
  for (const part of text.match(PARTS) ?? []) {
    const longer = (out.at(-1) ?? "") + part;
    if (out.length && fits(longer.trimEnd())) out[out.length - 1] = longer;
    else out.push(part);
  }
  return out.map((line) => line.trim()).filter(Boolean);
}
