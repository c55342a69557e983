// From the plane to pixels and back.  A region is [left, right, bottom, top].

export const within = (low, x, high) => Math.max(low, Math.min(high, x));

/** The part of the plane that a canvas shows: the view, and what else fits, at equal scales; null without a canvas. */
export function visible([left, right, bottom, top], width, height) {
  if (!width || !height) return null;
  const scale = Math.min(width / (right - left), height / (top - bottom));
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return [x - width / scale / 2, x + width / scale / 2, y - height / scale / 2, y + height / scale / 2];
}

/** Where points of the region stand; what is far outside is drawn near enough for a canvas. */
export const place = ([left, right, bottom, top], width, height) => (x, y) => [
  within(-4 * width, ((x - left) / (right - left)) * width, 5 * width),
  within(-4 * height, ((top - y) / (top - bottom)) * height, 5 * height),
];

/** The point of the region that is hit in a box on the screen; a hit beside it counts as one on its edge. */
export function hit([left, right, bottom, top], box, clientX, clientY) {
  const u = within(0, (clientX - box.left) / box.width, 1);
  const v = within(0, (clientY - box.top) / box.height, 1);
  return [left + u * (right - left), top - v * (top - bottom)];
}

/** How far from a point in this direction the region ends. */
export function reach([left, right, bottom, top], [x, y], [dx, dy]) {
  const along = (way, low, high) => (way ? (way > 0 ? high : low) / way : Infinity);
  return Math.min(along(dx, left - x, right - x), along(dy, bottom - y, top - y));
}

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/** The way that an arrow key moves a point, a hundredth of the region or, with Shift, a tenth; null for other keys. */
export function nudge([left, right], { key, code, shiftKey }) {
  const way = WAYS[key] ?? WAYS[code]; // some systems call a key with Shift "Unidentified"
  const step = ((right - left) / 100) * (shiftKey ? 10 : 1);
  return way ? way.map((direction) => direction * step) : null;
}

/** The powers of ten, [floor, roof], between which the curves of J − best are drawn. */
export function decades(results, best) {
  let [high, low, first] = [1e-300, Infinity, 1e-300];
  for (const { rows, width } of results)
    for (let k = 2; k < rows.length; k += width) {
      const value = rows[k] - best;
      if (value > high) high = value;
      if (k === 2 && value > first) first = value;
      if (value > 0 && value < low) low = value;
    }
  high = Math.min(high, 1e4 * first); // what runs away leaves through the roof
  low = Math.max(Math.min(low, high / 10), high * 1e-18);
  return [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high) + 1e-9)];
}

/** The share of the height, 0 at the floor and 1 at the roof, at which a value stands. */
export const level = (value, [floor, roof]) =>
  (Math.log10(within(10 ** floor, value, 10 ** roof)) - floor) / Math.max(1, roof - floor);
