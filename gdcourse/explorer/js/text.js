// Words and numbers as the reader sees them.

/** The text with its {holes} filled. */
export const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const round = (x, digits) => Number(x.toPrecision(digits));

/** A number in few digits, with a real minus. */
export const short = (x, digits = 3) => {
  const size = Math.abs(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const text = x !== 0 && (size >= 1e5 || size < 1e-3) ? x.toExponential(digits - 2) : String(round(x, digits));
  return text.replaceAll("-", "−");
};

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole power of ten, as 10⁻³. */
export const power = (n) => `10${n < 0 ? "⁻" : ""}${[...String(Math.abs(n))].map((digit) => SUPERSCRIPT[digit]).join("")}`;
