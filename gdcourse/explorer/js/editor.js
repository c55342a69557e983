// An editor of code in the page, for the explorer's rules and for exercises: numbered lines, a marked one, Tab and
// Enter as programmers know them, room that grows with the text.  Escape lets the next Tab leave.

import { h } from "./dom.js";
import { within } from "./geometry.js";

const NUMBERED = 1000; // lines: whatever is pasted, the page lives on
const INDENT = 4;

const lineBefore = (text, at) => text.slice(text.lastIndexOf("\n", at - 1) + 1, at);

/** What Enter inserts at a place of the text: a line as far in as this one, and deeper after a colon. */
export function newLine(text, at) {
  const line = lineBefore(text, at);
  return `\n${/^ */.exec(line)[0]}${/:\s*(#.*)?$/.test(line) ? " ".repeat(INDENT) : ""}`;
}

/** What Tab inserts: spaces up to the next stop. */
export const tabbed = (text, at) => " ".repeat(INDENT - (lineBefore(text, at).length % INDENT));

/** What Shift+Tab takes away: [from, to), spaces at the beginning of the line. */
export function outdented(text, at) {
  const from = at - lineBefore(text, at).length;
  return [from, from + new RegExp(`^ {0,${INDENT}}`).exec(text.slice(from))[0].length];
}

/**
 * Makes an editor of `area`, a <textarea>, and `lines`, an element beside it for the numbers.
 * `rows` are the fewest and most that it shows, `spare` those below its last line; `run` is what Ctrl+Enter does.
 */
export function editor(area, lines, { rows: [fewest, most], spare = 0, run }) {
  let leaving = false;

  /** Number the lines, and mark one of them. */
  function mark(wrong) {
    const count = Math.min(NUMBERED, area.value.split("\n").length);
    const made = (_, i) => (i + 1 === wrong ? h("mark", { className: "gx-bad" }, `${i + 1}\n`) : h("span", {}, `${i + 1}\n`));
    lines.replaceChildren(...Array.from({ length: count }, made));
    area.rows = within(fewest, count + spare, most);
  }

  /** Another text, nothing marked. */
  function reset(text) {
    area.value = text;
    mark();
  }

  const insert = (text) => document.execCommand("insertText", false, text); // keeps the browser's undo

  /** Take back one indent; false if there is none, for then the key leaves. */
  function outdent(at) {
    const [from, to] = outdented(area.value, at);
    if (from === to) return false;
    area.setSelectionRange(from, to);
    document.execCommand("delete");
    area.setSelectionRange(at - (to - from), at - (to - from));
    return true;
  }

  /** Whether the key was one for the editor. */
  function pressed(event) {
    const at = area.selectionStart;
    const tab = event.key === "Tab" || event.code === "Tab"; // with Shift, some systems call the key "Unidentified"
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return run(), true;
    else if (event.key === "Enter") return insert(newLine(area.value, at)), true;
    else if (tab && !leaving && event.shiftKey) return outdent(at);
    else if (tab && !leaving) return insert(tabbed(area.value, at)), true;
    return false;
  }

  area.addEventListener("keydown", (event) => !event.isComposing && pressed(event) && event.preventDefault());
  area.addEventListener("blur", () => (leaving = false));
  area.addEventListener("input", () => mark());
  area.addEventListener("scroll", () => (lines.scrollTop = area.scrollTop));
  return { mark, reset };
}
