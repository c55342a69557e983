"""axe-core on every page of both editions, light and dark."""

from conftest import missing, names, pages, soup, until

# Axe need not look through the thousand boxes of formulas, which stay as wide as they are, nor through each word of
# code.  What is read comes before what is changed: else the page would be laid out anew for each.
THIN_OUT = """
const formulas = [...document.querySelectorAll(".katex-html")].map((drawn) => [drawn, drawn.getBoundingClientRect()]);
for (const word of document.querySelectorAll("pre span[class]:not([data-light], [data-dark])"))
  word.replaceWith(...word.childNodes);
for (const [drawn, { width, height }] of formulas) {
  drawn.replaceChildren();
  Object.assign(drawn.style, { display: "inline-block", width: `${width}px`, height: `${height}px` });
}"""

COLOURS = "color-contrast"  # the dearest rule by far

# What the contrast of a text hangs on; of those that look alike on all pages, one is looked at.
NEW_LOOKS = """([known, scheme]) => {
  known = new Set(known);
  const fresh = [], solid = /^rgb\\(/, usual = /^(rgba\\(0, 0, 0, 0\\)|none|1|normal)$/;
  for (const element of document.body.querySelectorAll(":not(script, style, option, .katex *)")) {
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!text || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element), behind = [];
    for (let part = element; part; part = part.parentElement) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(part);
      const ways = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode];
      behind.push(...ways.filter((way) => !usual.test(way)));
      if (solid.test(backgroundColor)) break;
    }
    const look = [color, fontSize, fontWeight, ...behind].join();
    if (known.has(look)) continue;
    known.add(look);
    fresh.push(look);
    element.setAttribute(`data-${scheme}`, "");
  }
  return fresh;
}"""


# What is left of the page when only those looks count.
ONLY_THOSE = """
for (const one of document.body.querySelectorAll("*"))
  if (!one.closest("[data-light], [data-dark]") && !one.querySelector("[data-light], [data-dark]")) one.remove();"""


def turned(page, scheme):
    """The page in these colours, faded in."""
    page.emulate_media(color_scheme=scheme)
    until(page, f"document.documentElement.dataset.theme === '{scheme}'")
    until(page, "document.getAnimations().every((one) => one.playState !== 'running')")


def both_editions_show(name):
    """Of the second edition the lessons are enough: it has the same templates, scripts and colours."""
    return not name.startswith("en/") or ("chapters" in name and "tested" not in name)


def test_axe_finds_nothing(browser, address, site):
    """All rules; and of each look of a text, in the light and in the dark, its contrast."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python")
    axe, found, looks = Axe(), {}, {"light": [], "dark": []}
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    page = window.new_page()

    def look(name, scheme, within, **options):
        options |= {"resultTypes": ["violations"]}
        for violation in axe.run(page, context=within, options=options).response["violations"]:
            where, rule = [node["target"][0] for node in violation["nodes"]], f"{violation['id']}: {violation['help']}"
            found.setdefault(rule, []).append((name, scheme, len(where), where[:3]))

    for name in filter(both_editions_show, names(site)):
        page.goto(address + name)
        fresh = {}
        for scheme in looks if not name.startswith("en/") else ():
            turned(page, scheme)
            fresh[scheme] = page.evaluate(NEW_LOOKS, [looks[scheme], scheme])
            looks[scheme] += fresh[scheme]
        page.evaluate(THIN_OUT)
        # what a formula looks like is hidden from screen readers; nor does axe see the MathML of a heading that is
        # a formula: the next test looks at headings
        rules = {"empty-table-header": {"enabled": False}, COLOURS: {"enabled": False}}
        look(name, "", {"exclude": [[".katex"]]}, rules=rules)
        if any(fresh.values()):
            page.evaluate(ONLY_THOSE)
        for scheme in filter(fresh.get, fresh):
            turned(page, scheme)
            look(name, scheme, {"include": [[f"[data-{scheme}]"]]}, runOnly=[COLOURS])
    window.close()
    assert not found, "\n".join(f"{rule}\n    {places[:4]}" for rule, places in found.items())
    assert all(len(known) > 50 for known in looks.values())


def test_each_heading_of_a_table_says_something(site):
    empty = {}
    for path in pages(site):
        for heading in soup(path).select("article th"):
            if not heading.get_text().strip():
                empty.setdefault(path.relative_to(site).as_posix(), []).append(str(heading))
    assert not empty
