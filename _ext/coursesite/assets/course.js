// The way to the other language and to what has moved, boxes that scroll, and what is on paper.

// --- the other language: "#~7" is the seventh heading, whatever its name there

const sections = () => [...document.querySelectorAll(".bd-article section[id]")];

const reading = () => {
  const named = sections().findIndex((section) => `#${section.id}` === decodeURIComponent(location.hash));
  const top = sections()[named]?.getBoundingClientRect().top;
  if (top > -100 && top < innerHeight) return named;
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
  if (section) location.replace(`#${section.id}`);
};

// --- a place that stands on another page of the chapter now (moved.py says where)

const forward = () => {
  const hash = location.hash.slice(1);
  const moved = JSON.parse(document.querySelector('meta[name="moved"]')?.content ?? "{}");
  const named = (place) => place === hash || encodeURIComponent(place) === hash;
  const [page] = Object.entries(moved).find(([, places]) => places.some(named)) ?? [];
  if (page) location.replace(`${page}.html${location.hash}`);
};

// --- what is wider than its box can be scrolled by keyboard (code is the theme's own care)

const scrollable = () => {
  const boxes = [...document.querySelectorAll(".bd-article .formula, .bd-sidebar-secondary")];
  // all are measured before any is changed, or the page would be laid out anew for each
  const scrolls = boxes.filter((box) => {
    const more = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    return more && getComputedStyle(box).overflow !== "visible";
  });
  scrolls.forEach((box) => (box.tabIndex = 0));
};

// --- the link that hides the marks of a search is a "javascript:" one, which the page's policy refuses

document.addEventListener("click", (event) => {
  if (!event.target.closest?.(".highlight-link a")) return;
  event.preventDefault();
  SphinxHighlight.hideSearchWords();
});

// --- on paper every answer is open, and every fold of code stays as it is

document.querySelector("[data-print]")?.addEventListener("click", () => print());
addEventListener("beforeprint", () => {
  document.querySelectorAll(".bd-article details:not(.hide)").forEach((fold) => (fold.open = true));
});

arrive();
forward();
addEventListener("hashchange", forward);
otherLanguage();
addEventListener("load", () => setTimeout(scrollable));
addEventListener("resize", scrollable);
// a fold that opens may hold such a box
addEventListener("toggle", scrollable, true);
