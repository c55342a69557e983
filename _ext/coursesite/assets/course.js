// Formulas, the way to the other language, and boxes that scroll.

// --- formulas: first what is on the screen, the rest while the browser is idle

const formulas = () => {
  if (typeof renderMathInElement === "undefined") return;
  const delimiters = [
    { left: "\\(", right: "\\)", display: false },
    { left: "\\[", right: "\\]", display: true },
  ];
  const set = (element) => renderMathInElement(element, { delimiters, throwOnError: false });
  const screen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > -200 && top < innerHeight + 200;
  };
  const holders = ".bd-article .math, .bd-article summary, .bd-article td, .bd-article th, .nav-link, .prev-next-title";
  const all = [...document.querySelectorAll(holders)].filter((element) => /\\[([]/.test(element.textContent));
  const waiting = all.filter((element) => !screen(element));
  all.filter(screen).forEach(set);
  const finish = () => waiting.splice(0).forEach(set);
  const idle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 10 }), 20));
  const work = (deadline) => {
    do {
      if (waiting.length) set(waiting.shift());
    } while (waiting.length && deadline.timeRemaining() > 4);
    if (waiting.length) idle(work);
    else document.documentElement.dataset.formulas = "set";
  };
  addEventListener("beforeprint", finish);
  // whoever comes for one place wants it to stay where it is
  if (location.hash) {
    finish();
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }
  idle(work);
};

// --- the other language: "#~7" is the seventh heading, whatever its name there

const sections = () => [...document.querySelectorAll(".bd-article section[id]")];

const reading = () => {
  const passed = sections().filter((section) => section.firstElementChild.getBoundingClientRect().top < innerHeight / 3);
  return passed.length - 1;
};

const otherLanguage = () => {
  const link = document.querySelector("a.language-switch");
  const page = link.getAttribute("href");
  link.addEventListener("click", () => {
    const place = reading();
    link.setAttribute("href", place > 0 ? `${page}#~${place}` : page);
  });
  // search engines want whole addresses
  document.querySelectorAll("link[hreflang]").forEach((element) => (element.href = element.href));
};

const arrive = () => {
  const place = /^#~(\d+)$/.exec(location.hash);
  const section = place && sections()[place[1]];
  if (section) history.replaceState(null, "", `#${section.id}`);
};

// --- what is wider than its box can be scrolled by keyboard

const scrollable = () => {
  document.querySelectorAll(".bd-article :is(pre, .wide, .katex-display), .bd-sidebar-secondary").forEach((box) => {
    const more = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (more && getComputedStyle(box).overflow !== "visible") box.tabIndex = 0;
  });
};

// --- a page opened from a folder may not read the others: no excerpts there

if (location.protocol === "file:" && window.DOCUMENTATION_OPTIONS) DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

arrive();
otherLanguage();
formulas();
addEventListener("load", scrollable);
addEventListener("resize", scrollable);
