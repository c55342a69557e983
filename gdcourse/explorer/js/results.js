// A race as Python tells it: rows of numbers, x, y, J, ∂J/∂x, ∂J/∂y and two for each entry of the memory.

/** The doubles that page.py wrote in hexadecimal. */
export const doubles = (text) => {
  const bytes = new Uint8Array(text.length / 2);
  const value = (code) => (code < 58 ? code - 48 : code - 87);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * value(text.charCodeAt(2 * i)) + value(text.charCodeAt(2 * i + 1));
  return new Float64Array(bytes.buffer);
};

export const unpacked = (result) => (result.rows ? { ...result, rows: doubles(result.rows) } : result);

const lastOf = ({ rows, width }) => rows.length / width - 1;

/** Where a racer is at a step: {k, gone, x, y, loss}, or {error}; k is the last row that there is. */
export function standing(result, at) {
  if (!result?.rows) return { error: result?.error?.what ?? "…" };
  const { rows, width } = result;
  const k = Math.min(at, lastOf(result));
  const gone = result.diverged && at > k;
  return { k, gone, x: rows[width * k], y: rows[width * k + 1], loss: gone ? Infinity : rows[width * k + 2] };
}

/** What a rule held at row k: its gradient, its last step, and each of its `names`, all as [for θ₁, for θ₂]. */
export function memory({ rows, width }, k, names) {
  const pair = (row, column) => [rows[width * row + column], rows[width * row + column + 1]];
  if (k === 0) return { gradient: [NaN, NaN], moved: [NaN, NaN], kept: [] };
  const [now, before] = [pair(k, 0), pair(k - 1, 0)];
  return {
    gradient: pair(k, 3),
    moved: [now[0] - before[0], now[1] - before[1]],
    kept: width > 5 ? names.map((_, i) => pair(k, 5 + 2 * i)) : [],
  };
}
