"""Every page of both editions, in a real browser: what it loads, says and shows."""

import gzip
import re

import pytest
from conftest import names, opened, pages, until
from PIL import Image

# Words of the themes that must not stand on a Chinese page.
ENGLISH = r"""Search|Contents|Next|Prev|Previous|Toggle|Color mode|System Settings|Copyright|Back to top|Skip to|
Download|Print|Light|Dark|Show|Hide|Copy|Copied|Click|Permalink|Link to this|Expand|Collapse|Error|Warning|Main|Page|
Home|Fullscreen|Edit|By|Made with|Searching|Preparing"""
WORD = re.compile(rf"\b(?:{ENGLISH.replace(chr(10), '')})\b")


# What stands outside the article, and every label.
WORDS = """[...document.querySelectorAll("body *:not(script, style, noscript)")].flatMap((element) => [
  ...(element.closest(".bd-article section, .language-switch, [lang=en]") ? [] : [...element.childNodes]
    .filter((node) => node.nodeType === 3).map((node) => node.textContent)),
  ...["title", "aria-label", "placeholder", "data-bs-title", "data-bs-original-title", "data-tooltip"]
    .map((attribute) => element.getAttribute(attribute) || ""),
])"""


def heard(page):
    """What the page will complain of."""
    said = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda r: said.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    return said


@pytest.fixture(scope="module")
def visit(browser, address, site):
    """Each page once, wide: opened, scrolled to its end, everything unfolded.  What was seen, by name."""
    seen = {}
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    for name in names(site):
        page = context.new_page()
        asked, said = [], heard(page)
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        opened(page, address + name + ("?q=Adam" if name.endswith("search.html") else ""))
        words = [] if name.startswith("en/") else page.evaluate(WORDS)
        first = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        page.evaluate("for (let y = 0; y < document.body.scrollHeight; y += 600) scrollTo(0, y)")
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        until(page, "[...document.images].every((image) => image.complete)", 60)
        page.wait_for_timeout(300)
        seen[name] = {
            "asked": asked,
            "said": said,
            "words": words,
            "first": first,
            "broken": page.evaluate(
                "[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)"
            ),
        }
        page.close()
    context.close()
    return seen


def test_no_page_asks_another_host(visit, address):
    ours = (address, "data:", f"blob:{address[: address.index('/', 8)]}")
    assert not {name: url for name, seen in visit.items() for url in seen["asked"] if not url.startswith(ours)}


def test_no_page_complains(visit):
    assert not {name: seen["said"] for name, seen in visit.items() if seen["said"]}


def test_pictures_are_there(visit):
    assert not {name: seen["broken"] for name, seen in visit.items() if seen["broken"]}


def test_each_figure_is_drawn_for_the_dark_page_too(site):
    """No filter trades the colours of the rules: two pictures, of which a page shows one."""
    for path in pages(site):
        html = path.read_text("utf-8")
        pictures = re.findall(r'<img [^>]*class="only-(light|dark)"[^>]*src="([^"]+)\.png"', html)
        light, dark = ([name for theme, name in pictures if theme == one] for one in ("light", "dark"))
        assert dark == [f"{name}-dark" for name in light]
        leading = re.findall(r'<a class="enlarge only-(light|dark)" href="([^"]+)\.png">', html)
        assert set(leading) == set(pictures), "a tap shows the picture alone"
        assert len(light) + len(dark) == len(re.findall('<img [^>]*src="[^"]*_images/[^"]*png"', html))
        for name in {*light, *dark}:
            with Image.open(path.parent / f"{name}.png") as picture:
                assert picture.convert("RGB").getpixel((0, 0)) == ((20, 24, 28) if name in dark else (255, 255, 255))


def test_a_first_visit_is_light(visit, site, address):
    """What arrives before anyone scrolls, gzipped as hosts do: at most 450 KB."""

    def weight(url):
        path = site / url.removeprefix(address).split("?")[0].split("#")[0]
        content = path.read_bytes()
        return len(content) if path.suffix in (".woff2", ".png") else len(gzip.compress(content))

    for name, seen in visit.items():
        total = sum(weight(url) for url in {address + name, *seen["first"]} if url.startswith(address))
        assert total <= 450_000, f"{name}: {total // 1000} KB"


def test_figures_are_light(site):
    heavy = {p.name: p.stat().st_size for p in site.rglob("_images/*") if p.stat().st_size > 70_000}
    assert not heavy


def test_chinese_pages_have_a_chinese_interface(visit):
    """Every word outside the article, and every label, is Chinese."""
    assert all(seen["words"] for name, seen in visit.items() if not name.startswith("en/"))
    found = {(name, text.strip()) for name, seen in visit.items() for text in seen["words"] if WORD.search(text)}
    assert not found


def test_on_a_phone_nothing_sticks_out_and_no_page_complains(browser, address, site):
    """Not even when the reader magnifies it until a line is 320 px (WCAG 1.4.10)."""
    context = browser.new_context(device_scale_factor=2, viewport={"width": 390, "height": 844})
    page = context.new_page()
    said, wide = heard(page), {}
    for name in names(site):
        opened(page, address + name)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        for phone in (390, 360, 320):
            page.set_viewport_size({"width": phone, "height": 844})
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > phone:
                wide[name, phone] = width
    context.close()
    assert not wide
    assert not said


@pytest.mark.parametrize(("width", "stacked"), [(1280, False), (390, True)])
def test_panels_stand_side_by_side_or_one_below_the_other(browser, address, width, stacked):
    """Each is its own half of the picture, and says what it shows."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    opened(page, address + "chapters/01_gradient_descent.html")
    panels = page.locator("figure.panels").first.locator("img")
    left, right = (panels.nth(i).bounding_box() for i in range(2))
    assert (left["x"] == right["x"]) == stacked
    assert (left["y"] == right["y"]) != stacked
    assert left["width"] == right["width"] > 300
    whole = page.evaluate("(image) => image.width / image.height", panels.first.element_handle())
    shape = float(panels.first.get_attribute("width")) / float(panels.first.get_attribute("height"))
    assert abs(2 * whole / shape - 1) < 0.02
    said = {panels.nth(i).get_attribute("alt") for i in range(2)}
    assert len(said) == 2
    assert not any("‖" in one for one in said)
    page.close()


def test_the_keyboard_reaches_everything(page, address):
    """The first Tab offers to skip to the text; the menu of downloads opens with Enter."""
    opened(page, address + "chapters/05_adam.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#pst-skip-link') !== null")
    page.focus(".course-menu summary")
    page.keyboard.press("Enter")
    assert page.locator(".course-menu a[download]").first.is_visible()


def test_the_themes_are_those_we_edited(site):
    """A newer theme would bring its words, scripts and icons in other forms: this says so."""
    for name in names(site):
        text = (site / name).read_text("utf-8")
        assert "fontawesome.js" not in text
        assert text.count('name="viewport"') == 1
        assert ("searchindex.js" in text) == name.endswith("search.html")
        assert not re.findall(r"<script(?![^>]*\bdefer\b)[^>]* src=", text), name
        assert not re.findall(r'<(?:i|span) class="fa', text), "an icon without aria-hidden"
