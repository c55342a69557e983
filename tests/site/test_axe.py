"""axe-core on every page of both editions, light and dark."""

import pytest
from conftest import missing, names, pages, soup

# One word of code of each kind and ground is enough to see its contrast.
THIN_OUT_CODE = """
const seen = new Set();
document.querySelectorAll("pre span[class]").forEach((word) => {
  const kind = word.className + getComputedStyle(word.closest("pre")).backgroundColor;
  if (seen.has(kind)) word.replaceWith(...word.childNodes);
  seen.add(kind);
});"""


COLOURS = "color-contrast"  # the dearest rule by far; the same in both editions


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, address, site, scheme):
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python")
    # what a formula looks like is hidden from screen readers; in the dark only colours differ
    context = {"exclude": [[".katex"]]}
    options = {"resultTypes": ["violations"]} | ({"runOnly": [COLOURS]} if scheme == "dark" else {})
    axe, found = Axe(), {}
    window = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = window.new_page()
    for name in names(site):
        if scheme == "dark" and name.startswith("en/"):
            continue
        # nor does axe see the MathML of a heading that is a formula: the next test looks at headings
        options["rules"] = {"empty-table-header": {"enabled": False}, COLOURS: {"enabled": not name.startswith("en/")}}
        page.goto(address + name)
        page.wait_for_timeout(300)  # colours that fade in
        page.evaluate(THIN_OUT_CODE)
        for violation in axe.run(page, context=context, options=options).response["violations"]:
            where = [node["target"][0] for node in violation["nodes"]]
            found.setdefault(f"{violation['id']}: {violation['help']}", []).append((name, len(where), where[:3]))
    window.close()
    assert not found, "\n".join(f"{rule}\n    {places[:4]}" for rule, places in found.items())


def test_each_heading_of_a_table_says_something(site):
    empty = {}
    for path in pages(site):
        for heading in soup(path).select("article th"):
            if not heading.get_text().strip():
                empty.setdefault(path.relative_to(site).as_posix(), []).append(str(heading))
    assert not empty
