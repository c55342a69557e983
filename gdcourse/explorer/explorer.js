// The explorer: draws and listens.  What is drawn comes from page.py, which the
// kernel runs in a notebook and MicroPython in the static page.
//
//   render({ model, el })
//   model.get("spec")    problem, racers, start, steps, view … of this figure
//   model.get("common")  words, rules, tasks, questions, ranges of the knobs
//   model.ask(call, args)  a promise of what page.py's function returns; a notebook's
//                        model has send() and on() instead, see askKernel
//
// d3.contours stands above these lines: gdcourse.explorer.module() puts it there.

const MOST = 4; // racers
const NARROW = 560; // px of width up to which there are two rules and two sliders
const EDITED = "*"; // the rule that the reader wrote: no function can be called so
const TICKS = 250; // positions of a slider
const DASHES = { "-": [], "--": [7, 4], "-.": [7, 3, 2, 3], ":": [2, 3] };

// --- small tools ------------------------------------------------------------------

const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
};

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const short = (x, digits = 3) => {
  const size = Math.abs(x);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const text = x !== 0 && (size >= 1e5 || size < 1e-3) ? x.toExponential(digits - 2) : String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
};

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (n) => `10${n < 0 ? "⁻" : ""}${[...String(Math.abs(n))].map((d) => SUPERSCRIPT[d]).join("")}`;

/** The doubles that page.py wrote in hexadecimal. */
const doubles = (text) => {
  const bytes = new Uint8Array(text.length / 2);
  const value = (code) => (code < 58 ? code - 48 : code - 87);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 16 * value(text.charCodeAt(2 * i)) + value(text.charCodeAt(2 * i + 1));
  return new Float64Array(bytes.buffer);
};

/** Questions to the kernel, as messages with a number each. */
const askKernel = (model) => {
  const waiting = new Map();
  let number = 0;
  model.on("msg:custom", ({ id, result, error }) => {
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) reject?.(Object.assign(new Error(error.message), error));
    else resolve?.(result);
  });
  return (call, args) =>
    new Promise((resolve, reject) => {
      waiting.set(++number, [resolve, reject]);
      model.send({ id: number, call, args });
    });
};

// --- the scales of sliders: from a position between 0 and 1 to a value and back ----

const round = (x, digits) => Number(x.toPrecision(digits));
const SCALES = {
  linear: ({ from, to }) => [(p) => Math.round(from + p * (to - from)), (x) => (x - from) / (to - from)],
  log: ({ from, to }) => [(p) => round(from * (to / from) ** p, 3), (x) => Math.log(x / from) / Math.log(to / from)],
  whole: ({ from, to }) => [(p) => Math.round(from * (to / from) ** p), (x) => Math.log(x / from) / Math.log(to / from)],
  // β by its memory: 0, 0.9, 0.99, 0.999 stand at equal distances
  memory: ({ from, to }) => [
    (p) => round(1 - round(from * (to / from) ** p, 2), 6),
    (x) => Math.log((1 - x) / from) / Math.log(to / from),
  ],
};

// --- what a link says --------------------------------------------------------------

/** The figure that a shared link tells of, as far as it makes sense: anybody may have written it. */
const sensible = (link, first, common) => {
  const said = link && typeof link === "object" ? link : {};
  const has = (object, name) => typeof name === "string" && Object.keys(object).includes(name);
  const fits = (name, x) => Number.isFinite(x) && x >= (common.knobs[name]?.low ?? -Infinity) && x < (common.knobs[name]?.high ?? Infinity);
  const chosen = (names, given) => Object.fromEntries(names.filter((name) => fits(name, given?.[name])).map((name) => [name, given[name]]));
  const words = (list) => Array.isArray(list) && list.every((word) => typeof word === "string");

  const kind = ({ surface }) => surface ?? "line";
  const wanted = said.problem && typeof said.problem === "object" ? kind(said.problem) : kind(first.problem);
  const task = wanted === kind(first.problem) || !has(common.tasks, wanted) ? first : { ...first, ...common.tasks[wanted] };
  const problem = { ...task.problem, ...chosen(["kappa", "angle", "batch"].filter((name) => name in task.problem), said.problem) };

  const racer = (given) => {
    if (has(common.rules, given?.rule)) {
      const { knobs } = common.rules[given.rule];
      return { rule: given.rule, knobs: { ...knobs, ...chosen(Object.keys(knobs), given.knobs) } };
    }
    const { rule, base, source, state } = given ?? {};
    const whole = rule === EDITED && has(common.rules, base) && typeof source === "string" && words(state);
    return whole ? { rule, base, source, state, knobs: chosen(Object.keys(given.knobs ?? {}), given.knobs) } : null;
  };
  const racers = (Array.isArray(said.racers) ? said.racers : []).map(racer).filter(Boolean).slice(0, MOST);
  const steps = fits("steps", said.steps) ? Math.round(said.steps) : task.steps;
  const start = Array.isArray(said.start) && said.start.length === 2 && said.start.every(Number.isFinite) ? said.start : task.start;
  return {
    ...task, problem, steps, start,
    racers: racers.length ? racers : first.racers,
    at: Math.max(0, Math.min(steps, Number.isFinite(said.at) ? Math.round(said.at) : (task.at ?? steps))),
    front: words(said.front) ? said.front : first.front,
    question: has(common.presets, said.question) ? said.question : null,
  }; // prettier-ignore
};

/** Python's questions, with the number of those still open on the figure: whoever looks from outside sees it at work. */
function noted(ask, root) {
  let open = 0;
  const note = (change) => (root.dataset.asking = open += change);
  return (...question) => {
    note(1);
    return ask(...question).finally(() => note(-1));
  };
}

// --- the figure -------------------------------------------------------------------

async function render({ model, el }) {
  const common = model.get("common");
  const words = common.words;
  const first = model.get("spec");
  const root = h("div", { className: "gx" });
  const ask = noted(model.ask ?? askKernel(model), root);
  const state = restored(structuredClone(model.shared ? sensible(model.shared, first, common) : first));
  let results = [];
  let land = null; // the landscape: { key, region, shapes }
  let playing = 0;
  let closed = false;

  function restored(spec) {
    spec.at ??= spec.steps;
    spec.target ??= 1e-4;
    return spec;
  }

  // what a racer is called, what it knows, how it looks
  const about = (racer) => common.rules[racer.rule] ?? { state: racer.state ?? [], knobs: racer.knobs, source: racer.source };
  const named = (name) => words[`rule.${name}`] ?? name;
  const label = (racer) => (racer.rule === EDITED ? say(words.mine, { rule: named(racer.base) }) : named(racer.rule));
  const kind = () => (state.problem.own ? "own" : (state.problem.surface ?? "line"));
  const task = () => words[`surface.${kind()}`];
  const styles = () => {
    const taken = new Set();
    const dark = getComputedStyle(root).getPropertyValue("--gx-dark").trim() === "1";
    return state.racers.map((racer, i) => {
      const fits = (look) => look && !taken.has(String(look));
      const look = fits(common.looks[racer.rule]) ? common.looks[racer.rule] : Object.values(common.looks).find(fits);
      taken.add(String(look));
      return { colour: dark ? look[2] : look[0], dash: DASHES[look[1]], mark: i };
    });
  };

  // --- asking Python, never for what is known already

  const job = (racer) => {
    const edited = racer.source ? { source: racer.source } : about(racer).edited ? { source: about(racer).source, elementwise: true } : {};
    return { rule: racer.rule, knobs: racer.knobs, start: state.start, steps: state.steps, ...edited };
  };
  const key = (racer) => JSON.stringify([state.problem, state.target, job(racer)]);
  const unpacked = (result) => (result.rows ? { ...result, rows: doubles(result.rows) } : result);

  let busy = null;
  let again = false;
  let asked = 0;

  /** Compute what has changed, draw; while that runs, only the newest wish is kept. */
  function refresh() {
    asked ||= performance.now();
    if (busy) {
      again = true;
      return busy;
    }
    busy = (async () => {
      do {
        again = false;
        const began = asked;
        const called = performance.now();
        asked = 0;
        await race();
        if (closed) return;
        const answered = performance.now();
        draw();
        const detail = { waited: called - began, python: answered - called, draw: performance.now() - answered };
        root.dispatchEvent(new CustomEvent("explorer-drawn", { bubbles: true, detail }));
        if (!again) await survey();
      } while (again && !closed);
    })().finally(() => (busy = null));
    return busy;
  }

  async function race() {
    const wanted = state.racers.map((racer) => ({ racer, key: key(racer) }));
    const known = new Map(results.map((result) => [result.key, result]));
    const missing = wanted.filter((want) => !known.has(want.key));
    // what a reader wrote may never end: it runs alone
    const groups = [missing.filter((w) => !w.racer.source), ...missing.filter((w) => w.racer.source).map((w) => [w])];
    for (const group of groups.filter((group) => group.length)) {
      const racers = group.map((want) => job(want.racer));
      let answers;
      try {
        answers = await ask("run", { problem: state.problem, racers, target: state.target });
      } catch (error) {
        answers = racers.map(() => ({ error: { ...explained(error), cause: error } }));
      }
      group.forEach((want, i) => known.set(want.key, { ...unpacked(answers[i]), key: want.key }));
    }
    results = wanted.map((want) => known.get(want.key));
  }

  const explained = (error) =>
    error.name === "Late"
      ? { what: say(words.late, { seconds: error.seconds }), line: null }
      : error.name === "PythonError"
        ? { what: error.message, line: error.line ?? null }
        : { what: say(words.broken, { what: error.message }), line: null };

  /** The landscape, when the task or the size of the map has changed. */
  async function survey() {
    const region = visible();
    const wanted = JSON.stringify([state.problem, region]);
    if (!region || land?.key === wanted) return;
    const [columns, rows] = [60, Math.max(24, Math.round((60 * map.clientHeight) / map.clientWidth))];
    try {
      const heights = await ask("heights", { problem: state.problem, view: region, columns, rows });
      const shapes = d3.contours().size([columns, rows]).thresholds(heights.levels)(Array.from(doubles(heights.rows)));
      land = { key: wanted, shapes: shapes.map((shape) => outline(shape, columns, rows)) };
    } catch {
      land = { key: wanted, shapes: [] };
    }
    drawMap();
  }

  /** A contour as a path over the unit square, y upwards. */
  function outline(shape, columns, rows) {
    const path = new Path2D();
    for (const ring of shape.coordinates.flat())
      ring.forEach(([x, y], i) => path[i ? "lineTo" : "moveTo"]((x - 0.5) / (columns - 1), 1 - (y - 0.5) / (rows - 1)));
    return path;
  }

  // --- the map

  const map = h("canvas", { className: "gx-canvas", role: "img" });
  const handle = h("button", { className: "gx-handle", type: "button" });
  const mapBox = h("div", { className: "gx-map" }, map, handle);

  /** The part of the plane on the canvas: the task's view, at equal scales. */
  function visible() {
    const [width, height] = [map.clientWidth, map.clientHeight];
    if (!width || !height) return null;
    const [left, right, bottom, top] = state.view;
    const scale = Math.min(width / (right - left), height / (top - bottom));
    const [x, y] = [(left + right) / 2, (bottom + top) / 2];
    return [x - width / scale / 2, x + width / scale / 2, y - height / scale / 2, y + height / scale / 2];
  }

  const place = ([left, right, bottom, top], width, height) => {
    const clamp = (value, limit) => Math.max(-4 * limit, Math.min(5 * limit, value));
    return (x, y) => [clamp(((x - left) / (right - left)) * width, width), clamp(((top - y) / (top - bottom)) * height, height)];
  };

  /** A canvas in CSS pixels, sharp on every screen. */
  function sheet(canvas) {
    const [width, height, density] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, width, height);
    return { pen, width, height };
  }

  const colour = (name) => getComputedStyle(root).getPropertyValue(`--gx-${name}`).trim();

  function drawMap() {
    const region = visible();
    if (!region) return;
    const { pen, width, height } = sheet(map);
    const at = place(region, width, height);
    if (land) {
      pen.save();
      pen.scale(width, height);
      pen.lineWidth = 1 / Math.max(width, height);
      pen.fillStyle = colour("hill");
      pen.strokeStyle = colour("line");
      land.shapes.forEach((shape) => {
        pen.fill(shape, "evenodd");
        pen.stroke(shape);
      });
      pen.restore();
    }
    pen.font = `18px ${getComputedStyle(root).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = colour("star");
    state.minima.forEach(([x, y]) => pen.fillText("★", ...at(x, y)));
    const looks = styles();
    results.forEach((result, i) => {
      if (!result.rows) return;
      const { rows, width: row } = result;
      const last = Math.min(state.at, rows.length / row - 1);
      pen.strokeStyle = pen.fillStyle = looks[i].colour;
      pen.lineWidth = 2;
      pen.setLineDash(looks[i].dash);
      pen.beginPath();
      for (let k = 0; k <= last; k++) pen.lineTo(...at(rows[row * k], rows[row * k + 1]));
      pen.stroke();
      pen.setLineDash([]);
      if (last <= 120)
        for (let k = 1; k <= last; k++) dot(pen, ...at(rows[row * k], rows[row * k + 1]), 2);
      const [x, y] = at(rows[row * last], rows[row * last + 1]);
      if (result.diverged && state.at > last) cross(pen, Math.max(8, Math.min(width - 8, x)), Math.max(8, Math.min(height - 8, y)));
      else mark(pen, x, y, looks[i].mark, colour("paper"));
    });
    const [x, y] = at(...state.start);
    handle.style.transform = `translate(${Math.max(0, Math.min(width, x))}px, ${Math.max(0, Math.min(height, y))}px)`;
    handle.setAttribute("aria-label", say(words.start, { x: short(state.start[0]), y: short(state.start[1]) }));
  }

  const dot = (pen, x, y, size) => {
    pen.beginPath();
    pen.arc(x, y, size, 0, 7);
    pen.fill();
  };

  const cross = (pen, x, y) => {
    pen.lineWidth = 4;
    pen.beginPath();
    for (const side of [-1, 1]) {
      pen.moveTo(x - 7, y - 7 * side);
      pen.lineTo(x + 7, y + 7 * side);
    }
    pen.stroke();
  };

  /** Circle, square, triangle or diamond, with a rim: who is where at this step. */
  function mark(pen, x, y, kind, rim) {
    const corners = [[], [[-5, -5], [5, -5], [5, 5], [-5, 5]], [[0, -7], [6, 5], [-6, 5]], [[0, -7], [7, 0], [0, 7], [-7, 0]]][kind]; // prettier-ignore
    pen.beginPath();
    if (kind === 0) pen.arc(x, y, 5.5, 0, 7);
    corners.forEach(([dx, dy], i) => pen[i ? "lineTo" : "moveTo"](x + dx, y + dy));
    pen.closePath();
    pen.fill();
    pen.save();
    pen.strokeStyle = rim;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.restore();
  }

  // --- the loss curve

  const curves = h("canvas", { className: "gx-canvas", role: "img" });

  function drawCurves() {
    const { pen, width, height } = sheet(curves);
    if (!width) return;
    const [left, right, top, bottom] = [46, width - 10, 22, height - 26];
    const best = state.problem.best ?? 0;
    let [high, low, first] = [1e-300, Infinity, 1e-300];
    for (const { rows, width: row } of results.filter((result) => result.rows))
      for (let k = 2; k < rows.length; k += row) {
        const value = rows[k] - best;
        if (value > high) high = value;
        if (k === 2 && value > first) first = value;
        if (value > 0 && value < low) low = value;
      }
    high = Math.min(high, 1e4 * first); // what runs away leaves through the roof
    low = Math.max(Math.min(low, high / 10), high * 1e-18);
    const [floor, roof] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high) + 1e-9)];
    const x = (k) => left + ((right - left) * k) / state.steps;
    const y = (value) =>
      bottom - ((bottom - top) * (Math.log10(Math.max(10 ** floor, Math.min(10 ** roof, value))) - floor)) / Math.max(1, roof - floor);
    pen.font = `12px ${getComputedStyle(root).fontFamily}`;
    pen.fillStyle = colour("ink");
    pen.strokeStyle = colour("grid");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    const every = Math.ceil((roof - floor) / 5);
    for (let n = roof; n >= floor; n -= every) {
      pen.beginPath();
      pen.moveTo(left, y(10 ** n));
      pen.lineTo(right, y(10 ** n));
      pen.stroke();
      pen.fillText(power(n), left - 5, y(10 ** n));
    }
    pen.textAlign = "left";
    pen.fillText(words.above, 4, 9);
    pen.textBaseline = "alphabetic";
    pen.fillText("0", left - 3, height - 9);
    pen.textAlign = "right";
    pen.fillText(state.steps, right, height - 9);
    pen.textAlign = "center";
    pen.fillText(words.step, (left + right) / 2, height - 9);
    pen.strokeStyle = colour("ink");
    pen.setLineDash([2, 3]);
    pen.beginPath();
    pen.moveTo(x(state.at), top);
    pen.lineTo(x(state.at), bottom);
    pen.stroke();
    const looks = styles();
    results.forEach((result, i) => {
      if (!result.rows) return;
      const { rows, width: row } = result;
      const count = rows.length / row;
      const value = (k) => rows[row * k + 2] - best;
      pen.strokeStyle = pen.fillStyle = looks[i].colour;
      pen.lineWidth = 2;
      pen.setLineDash(looks[i].dash);
      pen.beginPath();
      const above = (k) => value(k) > 10 ** roof;
      for (let k = 0; k < count; k++) pen[above(k) && (k === 0 || above(k - 1)) ? "moveTo" : "lineTo"](x(k), y(value(k)));
      pen.stroke();
      pen.setLineDash([]);
      if (result.diverged) cross(pen, x(count - 1), y(value(count - 1)));
      if (state.at < count && !above(state.at)) mark(pen, x(state.at), y(value(state.at)), looks[i].mark, colour("paper"));
    });
  }

  // --- what is shown, as text

  /** Where racer i is at the step shown. */
  function standing(i) {
    const { rows, width: row, diverged, error } = results[i] ?? {};
    if (!rows) return { error: error?.what ?? "…" };
    const last = rows.length / row - 1;
    const k = Math.min(state.at, last);
    const gone = diverged && state.at > last;
    return { k, gone, x: rows[row * k], y: rows[row * k + 1], loss: gone ? Infinity : rows[row * k + 2] };
  }

  function sentence(i) {
    const rule = label(state.racers[i]);
    const { k, gone, x, y, loss, error } = standing(i);
    if (error !== undefined) return say(words.failed, { rule, what: error });
    if (gone) return say(words.diverged, { rule, step: k + 1 });
    return say(words.summary, { rule, step: k, loss: short(loss), x: short(x), y: short(y) });
  }

  const stop = common.lang === "zh" ? "。" : ". ";
  const told = () => state.racers.map((_, i) => sentence(i)).join(stop) + stop.trim();

  const live = h("p", { className: "gx-sr", role: "status" });
  let later;
  function announce() {
    map.setAttribute("aria-label", `${say(words.shown, { task: task(), count: state.racers.length })} ${told()}`);
    curves.setAttribute("aria-label", words.curves);
    clearTimeout(later);
    later = setTimeout(() => (live.textContent = told()), 600);
  }

  // --- the table of racers: who, where, how far

  const table = h("div", { className: "gx-racers", role: "table", "aria-label": words.title });
  const SVG = "http://www.w3.org/2000/svg";

  function swatch(look) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 34 10");
    svg.setAttribute("class", "gx-swatch");
    svg.setAttribute("aria-hidden", "true");
    const shapes = [
      `<circle cx="17" cy="5" r="4"/>`, `<rect x="13" y="1" width="8" height="8"/>`,
      `<path d="M17 0l5 9h-10z"/>`, `<path d="M17 0l5 5-5 5-5-5z"/>`,
    ]; // prettier-ignore
    svg.innerHTML = `<path d="M0 5h34" stroke="${look.colour}" stroke-width="2.5" stroke-dasharray="${look.dash.join(" ") || "none"}"/><g fill="${look.colour}">${shapes[look.mark]}</g>`;
    return svg;
  }

  function buildTable() {
    const looks = styles();
    const cell = (text, title, role = "columnheader") => h("span", { role, title: title ?? "" }, text);
    const target = power(Math.round(Math.log10(state.target)));
    const head = h("div", { className: "gx-row gx-head-row", role: "row" },
      cell(words.rule), cell(words.loss), cell(words.position),
      cell(words.hit, say(words.hit_of, { target })), cell(words.stays, say(words.stays_of, { target })), cell("", "", "cell")); // prettier-ignore
    const rows = state.racers.map((racer, i) => {
      const choice = h("select", { "aria-label": say(words.rule_n, { n: i + 1 }), onchange: () => replace(i, choice.value) });
      const options = Object.keys(common.rules);
      if (!common.rules[racer.rule]) options.push(racer.rule);
      choice.append(...options.map((name) => h("option", { value: name }, name === racer.rule ? label(racer) : named(name))));
      choice.value = racer.rule;
      const remove = h("button", { type: "button", className: "gx-quiet", onclick: () => drop(i), hidden: state.racers.length < 2 }, "×");
      remove.setAttribute("aria-label", say(words.remove, { rule: label(racer) }));
      const cells = ["loss", "position", "hit", "stays"].map((name) => {
        const span = cell("", "", "cell");
        span.dataset.what = name;
        span.dataset.label = words[name];
        return span;
      });
      const who = h("span", { role: "cell", className: "gx-who" }, swatch(looks[i]), choice);
      return h("div", { className: "gx-row", role: "row" }, who, ...cells, h("span", { role: "cell" }, remove));
    });
    table.replaceChildren(head, ...rows);
    add.hidden = state.racers.length >= most();
  }

  function fillTable() {
    state.racers.forEach((_, i) => {
      const row = table.children[i + 1];
      const { gone, x, y, loss, error } = standing(i);
      const never = words.never;
      const result = results[i] ?? {};
      const texts = {
        loss: error !== undefined ? "!" : gone ? words.diverged_short : short(loss),
        position: error !== undefined ? error : `(${short(x)}, ${short(y)})`,
        hit: String(result.hit ?? never),
        stays: String(result.stays ?? never),
      };
      for (const span of row?.querySelectorAll("[data-what]") ?? []) span.textContent = texts[span.dataset.what];
      row?.classList.toggle("gx-gone", Boolean(gone || error !== undefined));
    });
  }

  const narrow = () => root.clientWidth > 0 && root.clientWidth < NARROW;
  const most = () => (narrow() ? 2 : MOST);

  function replace(i, name) {
    const racer = state.racers[i];
    if (!common.rules[name]) return;
    const knobs = { ...common.rules[name].knobs };
    // what both rules know under one name stays as it was
    for (const knob of Object.keys(knobs)) if (knob in racer.knobs) knobs[knob] = racer.knobs[knob];
    if ("lr" in knobs && !("lr" in racer.knobs)) knobs.lr = 0.1;
    state.racers[i] = { rule: name, knobs };
    rebuilt();
  }

  function drop(i) {
    state.racers.splice(i, 1);
    state.front = state.front
      .filter((name) => !name.startsWith(`${i}.`))
      .map((name) => name.replace(/^\d+(?=\.)/, (n) => (n > i ? n - 1 : n)));
    rebuilt();
  }

  const add = h("button", { type: "button", className: "gx-quiet gx-add", onclick: () => {
    const free = Object.keys(common.rules).find((name) => !state.racers.some((racer) => racer.rule === name)) ?? "sgd";
    enter({ rule: free, knobs: { ...common.rules[free].knobs, ...("lr" in common.rules[free].knobs ? { lr: 0.1 } : {}) } });
    rebuilt();
  } }, `+ ${words.add}`); // prettier-ignore

  /** One more racer, with its first knob in front. */
  function enter(racer) {
    state.racers.push(racer);
    const knob = "lr" in racer.knobs ? "lr" : Object.keys(racer.knobs)[0];
    if (knob) state.front.push(`${state.racers.length - 1}.${knob}`);
  }

  // --- sliders: "0.lr" is racer 0's learning rate, "kappa" the task's, "steps" the race's

  const front = h("div", { className: "gx-knobs" });
  const more = h("div", { className: "gx-knobs" });
  const fold = h("details", { className: "gx-fold" }, h("summary", {}, words.knobs), more);
  const owner = (name) => (/^\d/.test(name) ? state.racers[Number.parseInt(name)]?.knobs : name === "steps" ? state : state.problem);
  const knob = (name) => name.split(".").at(-1);

  function range(name) {
    const known = common.knobs[knob(name)];
    if (known) return known;
    const value = owner(name)[knob(name)];
    return value > 0
      ? { symbol: knob(name), scale: "log", from: value / 1000, to: value * 1000 }
      : { symbol: knob(name), scale: "linear", from: value - 1, to: value + 1 };
  }

  function slider(name, look) {
    const about = range(name);
    const [value, position] = SCALES[about.scale](about);
    const place = () => {
      const at = TICKS * position(owner(name)[knob(name)]);
      return Math.max(0, Math.min(TICKS, Number.isNaN(at) ? 0 : at));
    };
    const whose = look ? ` · ${label(state.racers[Number.parseInt(name)])}` : "";
    const title = `${about.symbol} ${words[`knob.${knob(name)}`] ?? ""}`;
    const bar = h("input", { type: "range", min: 0, max: TICKS, step: about.scale === "linear" ? TICKS / (about.to - about.from) : 1 });
    const number = h("input", { type: "text", inputMode: "decimal", className: "gx-number", size: 8, autocomplete: "off" });
    for (const input of [bar, number]) input.setAttribute("aria-label", title + whose);
    const show = () => {
      const now = owner(name)[knob(name)];
      bar.value = place();
      bar.setAttribute("aria-valuetext", `${now}${about.unit ?? ""}`);
      if (document.activeElement !== number) number.value = round(now, 6);
      number.removeAttribute("aria-invalid");
    };
    bar.addEventListener("input", () => {
      owner(name)[knob(name)] = value(bar.value / TICKS);
      show();
      turned(name);
    });
    number.addEventListener("change", () => {
      const typed = Number(number.value.replace("−", "-").replace(",", "."));
      const [low, high] = [about.low ?? -Infinity, about.high ?? Infinity];
      const good = number.value.trim() && Number.isFinite(typed) && typed >= low && typed < high;
      if (!good) {
        number.setAttribute("aria-invalid", "true");
        tell(say(words.out_of_range, { name: title, range: `[${low}, ${high})`.replaceAll("Infinity", "∞").replace("[-∞", "(−∞") }));
        return;
      }
      owner(name)[knob(name)] = about.scale === "whole" ? Math.round(typed) : typed;
      number.removeAttribute("aria-invalid");
      bar.value = place();
      tell("");
      turned(name);
    });
    number.addEventListener("blur", show);
    show();
    const text = h("span", { className: "gx-name" }, ...(look ? [swatch(look)] : []), `${title}${whose}`);
    return h("div", { className: "gx-knob", "data-knob": name }, text, bar, number);
  }

  function turned(name) {
    if (name === "steps") {
      const atEnd = Number(time.value) >= Number(time.max);
      state.at = atEnd ? state.steps : Math.min(state.at, state.steps);
    }
    refresh();
  }

  function buildKnobs() {
    const looks = styles();
    const ofTask = Object.keys(state.problem).filter((name) => ["kappa", "angle", "batch"].includes(name));
    const all = [...state.racers.flatMap((racer, i) => Object.keys(racer.knobs).map((name) => `${i}.${name}`)), ...ofTask, "steps"];
    let shown = state.front.filter((name) => all.includes(name));
    if (most() === 2) shown = shown.slice(0, 2);
    const made = (name) => slider(name, looks[Number.parseInt(name)]);
    front.replaceChildren(...shown.map(made));
    more.replaceChildren(...all.filter((name) => !shown.includes(name)).map(made));
  }

  // --- time: step, play, reset

  const button = (text, name, action) => {
    const made = h("button", { type: "button", className: "gx-button", title: name, onclick: action }, text);
    made.setAttribute("aria-label", name);
    return made;
  };
  const play = button("▶", words.play, () => (playing ? pause() : start()));
  const time = h("input", { type: "range", min: 0, step: 1, className: "gx-time-bar", "aria-label": words.time });
  const clock = h("span", { className: "gx-clock" });
  time.addEventListener("input", () => go(Number(time.value)));
  const timeBox = h("div", { className: "gx-time" },
    button("⟲", words.reset, () => reset()), button("‹", words.back, () => go(state.at - 1)), play,
    button("›", words.forward, () => go(state.at + 1)), time, clock); // prettier-ignore

  function go(step) {
    pause();
    show(step);
  }

  function show(step) {
    state.at = Math.max(0, Math.min(state.steps, Math.round(step)));
    draw();
  }

  function start() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(state.steps); // no motion: straight to the end
    if (state.at >= state.steps) show(0);
    const [from, began] = [state.at, performance.now()];
    const pace = Math.max(5, state.steps / 6) / 1000; // steps per millisecond
    const frame = (now) => {
      show(from + Math.max(0, now - began) * pace);
      playing = state.at < state.steps && !closed ? requestAnimationFrame(frame) : 0;
      if (!playing) drawPlay();
    };
    playing = requestAnimationFrame(frame);
    drawPlay();
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    drawPlay();
  }

  function drawPlay() {
    play.textContent = playing ? "❚❚" : "▶";
    play.title = playing ? words.pause : words.play;
    play.setAttribute("aria-label", play.title);
  }

  function reset() {
    pause();
    Object.assign(state, restored(structuredClone(first)), { shared: undefined });
    chooseQuestion.value = state.question ?? "";
    tell("");
    rebuilt();
  }

  // --- inside the rule

  // (a preset may open it)
  const insideOf = h("select", { "aria-label": words.inside_of, onchange: () => drawInside() });
  const insideTable = h("table", { className: "gx-inside-table" });
  const correction = h("p", { className: "gx-correction" });
  const inside = h("details", { className: "gx-fold gx-inside" }, h("summary", {}, words.inside), insideOf, insideTable, correction);
  inside.addEventListener("toggle", () => drawInside());
  let insideBusy = false;
  let insideAgain = false;

  async function drawInside() {
    if (!inside.open || !results.length) return;
    if (insideBusy) return void (insideAgain = true);
    const i = Math.min(insideOf.selectedIndex < 0 ? 0 : insideOf.selectedIndex, state.racers.length - 1);
    const { rows, width: row } = results[i] ?? {};
    if (!rows) return insideTable.replaceChildren();
    const k = Math.min(state.at, rows.length / row - 1);
    const racer = state.racers[i];
    const names = racer.state ?? about(racer).state;
    const kept = row > 5 && k > 0 ? names.map((_, j) => [rows[row * k + 5 + 2 * j], rows[row * k + 6 + 2 * j]]) : [];
    insideBusy = true;
    let more = { rows: [] };
    try {
      more = await ask("inside", { names: kept.length ? names : [], state: kept, knobs: racer.knobs });
    } catch {
      // the rows from the race are shown all the same
    }
    insideBusy = false;
    if (closed) return;
    const g = k > 0 ? [rows[row * k + 3], rows[row * k + 4]] : [NaN, NaN];
    const moved = k > 0 ? [0, 1].map((c) => rows[row * k + c] - rows[row * (k - 1) + c]) : [NaN, NaN];
    const lines = [
      [words.gradient, ...g],
      ...more.rows.map(([name, x, y]) => [words[name] ?? name, x, y]),
      [words.moved, ...moved],
      [words.effective, -moved[0] / g[0], -moved[1] / g[1]],
    ];
    const cells = (kind, values) => values.map((value) => h(kind, {}, typeof value === "string" ? value : short(value ?? NaN)));
    insideTable.replaceChildren(
      h("thead", {}, h("tr", {}, ...cells("th", [`${label(racer)} · ${say(words.of, { step: k, steps: state.steps })}`, "θ₁", "θ₂"]))),
      h("tbody", {}, ...lines.map(([name, x, y]) => h("tr", {}, h("th", { scope: "row" }, name), ...cells("td", [x, y])))),
    );
    const [m, v] = more.factors ?? [];
    correction.textContent = more.factors ? say(words.correction, { m: short(m), v: short(v), both: short(m / v) }) : "";
    if (insideAgain) {
      insideAgain = false;
      drawInside();
    }
  }

  // --- edit the rule

  const editOf = h("select", { "aria-label": words.source_of, onchange: () => load() });
  const lines = h("div", { className: "gx-lines", "aria-hidden": "true" });
  const text = h("textarea", { className: "gx-source", spellcheck: false, wrap: "off", rows: 9, "aria-label": words.edit, autocapitalize: "off" });
  const fault = h("p", { className: "gx-fault", role: "alert" });
  const edit = h("details", { className: "gx-fold gx-edit" },
    h("summary", {}, words.edit), h("p", { className: "gx-hint" }, words.edit_hint),
    h("div", { className: "gx-editor" }, lines, text),
    h("div", { className: "gx-edit-buttons" },
      h("button", { type: "button", className: "gx-button gx-run", onclick: () => runEdited() }, words.run),
      h("button", { type: "button", className: "gx-button", onclick: () => load(true) }, words.original), editOf), fault); // prettier-ignore
  text.addEventListener("input", () => number());
  text.addEventListener("scroll", () => (lines.scrollTop = text.scrollTop));

  function number(bad) {
    const count = text.value.split("\n").length;
    lines.replaceChildren(...Array.from({ length: count }, (_, i) => h("span", { className: i + 1 === bad ? "gx-bad" : "" }, i + 1)));
    text.rows = Math.max(6, Math.min(16, count + 1));
  }

  let loaded = ""; // what the reader writes stays when the figure changes around it

  /** The text of the chosen rule; the reader's own unless the original is wanted. */
  function load(original = false) {
    const racer = state.racers[editOf.selectedIndex] ?? state.racers[0];
    const base = racer.rule === EDITED ? racer.base : racer.rule;
    text.value = loaded = !original && racer.source ? racer.source : (common.rules[base]?.source ?? racer.source ?? "");
    text.dataset.base = base;
    fault.textContent = "";
    number();
  }

  async function runEdited() {
    fault.textContent = "";
    number();
    const source = text.value;
    let head;
    try {
      head = await ask("signature", { text: source });
    } catch (error) {
      return wrong(explained(error));
    }
    const base = state.racers.find((racer) => racer.rule === text.dataset.base);
    const knobs = { ...head.knobs };
    for (const name of Object.keys(knobs)) if (name in (base?.knobs ?? {})) knobs[name] = base.knobs[name];
    const mine = { rule: EDITED, base: text.dataset.base, source, state: head.state, knobs };
    const before = state.racers.findIndex((racer) => racer.rule === EDITED);
    if (before >= 0) state.racers[before] = mine;
    else {
      while (state.racers.length >= most()) drop(state.racers.findLastIndex((racer) => racer !== base));
      enter(mine);
    }
    await rebuilt();
    const i = (editOf.selectedIndex = state.racers.indexOf(mine));
    if (results[i]?.error) wrong(results[i].error);
    else if (state.at === 0) show(state.steps);
  }

  function wrong({ what, line }) {
    fault.textContent = line ? say(words.line, { line, what }) : what;
    number(line);
  }

  // --- the question, the task, the link

  const chooseQuestion = h("select", { "aria-label": words.question });
  const question = h("p", { className: "gx-question" });
  const chooseTask = h("select", { "aria-label": words.task });
  const message = h("p", { className: "gx-message", role: "status" });
  const tell = (said) => (message.textContent = said);
  const share = h("button", { type: "button", className: "gx-quiet", hidden: !model.link, onclick: async () => {
    const link = model.link(shared());
    try {
      await navigator.clipboard.writeText(link);
      tell(words.copied);
    } catch {
      message.replaceChildren(h("a", { href: link }, link));
    }
  } }, words.share); // prettier-ignore

  /** What a link must tell: all that can be changed. */
  function shared() {
    const { problem, racers, start, steps, at, question, front } = state;
    const small = problem.line ? { ...problem, line: undefined } : problem;
    return { problem: small, racers, start: start.map((x) => round(x, 4)), steps, at, question, front };
  }

  function buildQuestion() {
    const numbers = Object.keys(common.presets);
    chooseQuestion.replaceChildren(h("option", { value: "" }, `${words.question} …`), ...numbers.map((n) => h("option", { value: n }, `${words.question} ${n}`)));
    chooseQuestion.value = state.question ?? "";
    const tasks = Object.keys(common.tasks);
    chooseTask.replaceChildren(...tasks.map((name) => h("option", { value: name }, words[`surface.${name}`])));
    chooseTask.hidden = kind() === "own";
    chooseTask.value = kind();
  }

  const drawQuestion = () => {
    question.textContent = common.presets[state.question]?.question[common.lang] ?? "";
    root.setAttribute("aria-label", `${words.title}${stop}${question.textContent}`);
  };

  chooseQuestion.addEventListener("change", () => {
    const preset = common.presets[chooseQuestion.value];
    if (!preset) return;
    const known = common.tasks[preset.problem.surface ?? "line"];
    const racers = preset.racers.map(({ rule, knobs }) => ({ rule, knobs: { ...common.rules[rule].knobs, ...knobs } }));
    const problem = { ...known.problem, ...preset.problem };
    Object.assign(state, structuredClone({ ...known, at: preset.steps, ...preset, problem, racers, question: chooseQuestion.value }));
    rebuilt();
  });

  chooseTask.addEventListener("change", () => {
    Object.assign(state, structuredClone(common.tasks[chooseTask.value]));
    rebuilt();
  });

  // --- moving the start: mouse, touch (the page still scrolls), keys

  function moveTo(x, y) {
    state.start = [round(x, 4), round(y, 4)];
    drawMap();
    refresh();
  }

  const point = (event) => {
    const box = map.getBoundingClientRect();
    const [left, right, bottom, top] = visible();
    const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const inside = (share) => Math.max(0, Math.min(1, share));
    return [left + inside(u) * (right - left), top - inside(v) * (top - bottom)];
  };
  let dragging = false;
  let tapping = false; // (not every browser's click says by what it was made)
  mapBox.addEventListener("pointerdown", (event) => {
    tapping = event.target === map && event.pointerType === "touch";
    if (event.button > 0 || tapping) return; // a finger on the map scrolls
    dragging = true;
    mapBox.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    event.preventDefault();
    if (event.target === map) moveTo(...point(event));
  });
  mapBox.addEventListener("pointermove", (event) => dragging && moveTo(...point(event)));
  for (const end of ["pointerup", "pointercancel"]) mapBox.addEventListener(end, () => (dragging = false));
  map.addEventListener("click", (event) => tapping && moveTo(...point(event))); // a tap does move it
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  handle.addEventListener("keydown", (event) => {
    const way = WAYS[event.key] ?? WAYS[event.code]; // some systems call a key with Shift "Unidentified"
    if (!way) return;
    event.preventDefault();
    const [left, right] = visible();
    const step = ((right - left) / 100) * (event.shiftKey ? 10 : 1);
    moveTo(state.start[0] + way[0] * step, state.start[1] + way[1] * step);
  });

  // --- all together

  function draw() {
    drawMap();
    drawCurves();
    fillTable();
    drawInside();
    time.max = state.steps;
    time.value = state.at;
    time.setAttribute("aria-valuetext", say(words.of, { step: state.at, steps: state.steps }));
    clock.textContent = say(words.of, { step: state.at, steps: state.steps });
    announce();
  }

  /** After rules, task or question have changed: the controls anew, then the race. */
  function rebuilt() {
    while (state.racers.length > MOST) state.racers.pop();
    buildTable();
    buildKnobs();
    buildQuestion();
    drawQuestion();
    for (const select of [insideOf, editOf]) {
      const chosen = Math.max(0, Math.min(select.selectedIndex, state.racers.length - 1));
      select.replaceChildren(...state.racers.map((racer, i) => h("option", { value: i }, label(racer))));
      select.selectedIndex = chosen;
    }
    if (text.value === loaded) load();
    return refresh();
  }

  root.setAttribute("role", "group");
  root.append(
    h("div", { className: "gx-top" }, chooseQuestion, chooseTask), question,
    h("div", { className: "gx-plots" }, mapBox, h("div", { className: "gx-curves" }, curves)),
    timeBox, table, h("div", { className: "gx-foot" }, add, share), front, fold, inside, edit, message, live); // prettier-ignore

  // A shared link may carry a rule.  It is shown, and runs only when the reader says so.
  const carried = state.racers.find((racer) => racer.source && racer.rule === EDITED);
  if (model.shared) state.racers = state.racers.filter((racer) => !racer.source);
  if (!state.racers.length) state.racers = structuredClone(first.racers);

  await race();
  if (closed) return;
  if (results.every((result) => result.error) && el.childElementCount) throw results[0].error.cause ?? new Error(results[0].error.what);
  el.replaceChildren(root);
  root.classList.toggle("gx-narrow", narrow());
  if (most() === 2) state.racers = state.racers.slice(0, 2);
  inside.open = Boolean(state.inside) && most() > 2;
  await rebuilt();
  if (carried && model.shared) {
    edit.open = true;
    text.value = carried.source;
    text.dataset.base = carried.base;
    fault.textContent = words.linked;
    number();
  }

  // (a class and no container query, which came to browsers later)
  const fit = () => {
    const crossed = root.classList.contains("gx-narrow") !== narrow();
    root.classList.toggle("gx-narrow", narrow());
    if (crossed) rebuilt();
    else draw();
    survey();
  };
  const resized = new ResizeObserver(() => root.clientWidth && requestAnimationFrame(fit));
  resized.observe(mapBox);
  const themed = new MutationObserver(() => {
    buildTable();
    buildKnobs();
    draw();
  });
  for (const place of [document.documentElement, document.body])
    themed.observe(place, { attributeFilter: ["data-theme", "data-jp-theme-light", "data-vscode-theme-kind"] });

  return () => {
    closed = true;
    pause();
    clearTimeout(later);
    resized.disconnect();
    themed.disconnect();
  };
}

export default { render };
