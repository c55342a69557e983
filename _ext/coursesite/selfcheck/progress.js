// How far the reader has come: beside the title, in the sidebar, and above the exercises, where it can be cleared.

import { h } from "../../../gdcourse/explorer/js/dom.js";
import { kept } from "./kept.js";
import { WORDS } from "./words.js";

const pageOf = (path) => path.split("/").pop().replace(".html", "");
const here = pageOf(location.pathname);

/** The section with a title that an element stands in. */
const titled = (element) => {
  const section = element.closest("section");
  return section.querySelector(":scope > h2") ? section : titled(section.parentElement);
};

/** Shows the progress of this page, which has these questions and exercises, from now on. */
export function showProgress(questions, ids, last) {
  const home = titled(last);
  const mark = h("a", { className: "progress-mark", href: `#${home.id}` });
  const count = h("span");
  const storing = h("span");
  const forget = h("button", { type: "button", className: "quiet", onclick: clear }, WORDS.forget);

  function draw() {
    const [done, all] = kept.share(here);
    mark.textContent = `${done}/${all}`;
    mark.setAttribute("aria-label", WORDS.done(done, all));
    count.textContent = `${WORDS.done(done, all)}${WORDS.stop}`;
    storing.textContent = kept.saved ? WORDS.saved : WORDS.unsaved;
    questions.forEach((question) => question.classList.toggle("solved", question.id in kept.value.solved));
    document.querySelectorAll(".bd-sidebar-primary a.reference.internal").forEach(drawLink);
  }

  kept.listeners.push(draw);
  home.querySelector("h2").after(h("p", { className: "course-progress" }, count, storing, " ", forget));
  document.querySelector(".header-article-items__end")?.prepend(mark);
  kept.change((all) => (all.pages[here] = ids));
}

function drawLink(link) {
  const [done, all] = kept.share(pageOf(link.pathname) || here);
  link.querySelector(".progress-mark")?.remove();
  if (done) link.append(h("span", { className: "progress-mark" }, `${done}/${all}`));
}

function clear() {
  if (!confirm(WORDS.sure)) return;
  kept.change((all) => Object.assign(all, { code: {}, solved: {} }));
  // boards have a place each
  for (const name of Object.keys(localStorage)) if (name.startsWith("gdcourse.")) localStorage.removeItem(name);
  dispatchEvent(new Event("course:forget"));
}
