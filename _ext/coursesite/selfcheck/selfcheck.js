// Self-check on the page: questions, exercises with an editor, and how far the reader has come.
//
// Without this script the questions are choices that unfold, and the exercises are listings.

import { h } from "../../../gdcourse/explorer/js/dom.js";
import { enhance, idOf } from "./exercise.js";
import { showProgress } from "./progress.js";
import { ask } from "./questions.js";
import { WORDS } from "./words.js";

const questions = [...document.querySelectorAll(".question[id]")];
const cells = [...document.querySelectorAll(".cell.tag_exercise")];
const last = [...document.querySelectorAll(".question[id], .cell.tag_exercise")].pop();
const able = window.CoursePython && typeof structuredClone === "function";

showProgress(questions, [...questions.map((question) => question.id), ...cells.map(idOf)], last);
questions.forEach(ask);
for (const cell of cells)
  if (able) enhance(cell);
  else cell.append(h("p", { className: "too-old" }, WORDS.old));
