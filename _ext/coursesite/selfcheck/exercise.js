// An exercise: the cell's stub in an editor, and what the checker says.  Verdicts come from
// gdcourse/exercises/page.py, by engine.js.

import { h } from "../../../gdcourse/explorer/js/dom.js";
import { editor } from "../../../gdcourse/explorer/js/editor.js";
import { kept } from "./kept.js";
import { WORDS } from "./words.js";

const SECONDS = 5; // a phone is slower than what a notebook runs on
let python;
const asked = (name, entries) =>
  (python ??= new CoursePython()).call("gdcourse.exercises.page", name, entries, { seconds: SECONDS });

async function verdictOn(id, source) {
  try {
    return await asked("check", { id, source });
  } catch (error) {
    if (error.name === "Late") return asked("late", { id, seconds: SECONDS });
    throw error;
  }
}

export const idOf = (cell) => /gd\.check\("(\w+)"/.exec(cell.querySelector("pre").textContent)[1];

export function enhance(cell) {
  const id = idOf(cell);
  const stub = cell.querySelector("pre").textContent.replace(/\n*gd\.check\(.*\)\s*$/, "");
  const area = h("textarea", { id: `code-${id}`, wrap: "off", spellcheck: false, "aria-describedby": `keys-${id}` });
  for (const name of ["autocomplete", "autocapitalize", "autocorrect"]) area.setAttribute(name, "off");
  const numbers = h("div", { className: "numbers", "aria-hidden": "true" });
  const status = h("div", { className: "verdict", role: "status" });
  const { mark, reset } = editor(area, numbers, { rows: [4, Infinity], run: () => check() });
  let level = 0; // of the last hint
  let tried = false;
  let wanted = false; // the solution
  let busy = false;

  function say({ kind, sign, lines: [first, ...rest] }) {
    status.className = `verdict ${kind}`;
    const head = h("p", {}, h("strong", { className: "sign" }, sign), " ", h("strong", {}, first));
    status.replaceChildren(head, ...rest.map((line) => h("p", {}, line)));
  }

  /** One thing at a time, and a word when Python cannot come. */
  const during = (work) => async () => {
    if (busy) return;
    busy = true;
    say({ kind: "waiting", sign: "…", lines: [WORDS.wait] });
    try {
      await work();
    } catch (error) {
      say({ kind: "error", sign: "!", lines: error.name === "LoadError" ? [WORDS.broken] : [WORDS.crashed, error.message] });
    }
    busy = false;
  };

  const check = during(async () => {
    const verdict = await verdictOn(id, area.value);
    say(verdict);
    status.dataset.id = verdict.id;
    mark(verdict.line);
    if (verdict.kind === "pass") kept.solve(id);
    tried ||= verdict.kind !== "todo";
  });
  const hint = during(async () => say(await asked("hint", { id, level: ++level })));
  const solution = during(async () => {
    if (tried || wanted || kept.value.solved[id]) {
      const source = await asked("solution", { id });
      say({ kind: "note", sign: "→", lines: [WORDS.lines] });
      status.append(h("pre", { tabindex: "0" }, source));
    } else say(await asked("not_yet", { id }));
    wanted = true;
  });

  function restore() {
    reset(kept.value.code[id] ?? stub);
    status.replaceChildren();
    status.className = "verdict";
  }

  function again() {
    if (area.value !== stub && !confirm(WORDS.discard)) return;
    kept.change((all) => delete all.code[id]);
    restore();
    area.focus();
  }

  area.addEventListener("input", () => kept.change((all) => (all.code[id] = area.value)));
  addEventListener("course:forget", restore);
  restore();

  const works = { check, hint, solution, again };
  const button = (name) => h("button", { type: "button", className: name, onclick: works[name] }, WORDS[name]);
  const bar = h("div", { className: "buttons" }, ...Object.keys(works).map(button));
  cell.classList.add("enhanced");
  const box = h("div", { className: "editor" }, numbers, area);
  const help = h("p", { className: "keys", id: `keys-${id}` }, WORDS.keys);
  cell.append(h("div", { className: "exercise" }, h("label", { for: area.id }, WORDS.code), box, help, bar, status));
}
