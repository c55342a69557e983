"""From each page to itself in the other language, wherever the site stands."""

import re

import pytest
from conftest import opened, until

CHAPTER = "chapters/05_adam.html"


@pytest.mark.parametrize("start", ["", "en/"])
def test_the_switch_keeps_the_place(page, address, start):
    opened(page, address + start + CHAPTER)
    ids = page.evaluate("[...document.querySelectorAll('.bd-article section[id]')].map((s) => s.id)")
    page.goto(f"{address}{start}{CHAPTER}#{ids[7]}")
    opened(page, f"{address}{start}{CHAPTER}#{ids[7]}")
    page.locator("a.language-switch").click()
    page.wait_for_url(re.compile(r"05_adam\.html#(?!~)"))
    assert ("/en/" in page.url) == (start == "")
    goal = page.evaluate("[...document.querySelectorAll('.bd-article section[id]')].map((s) => s.id)")
    assert page.url.endswith(f"#{goal[7]}")
    assert len(goal) == len(ids)
    page.wait_for_timeout(300)
    top = page.evaluate(f"document.getElementById('{goal[7]}').getBoundingClientRect().top")
    assert -5 < top < 300


def test_from_a_folder(page, site):
    """Reading, formulas, the switch and search work without any server."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened(page, (site / CHAPTER).as_uri())
    assert page.locator(".katex").count() > 50
    page.locator("a.language-switch").click()
    page.wait_for_url("**/en/chapters/05_adam.html*")
    page.goto((site / "search.html").as_uri() + "?q=偏差修正")
    page.wait_for_selector("#search-results li a")
    assert "05_adam" in " ".join(page.eval_on_selector_all("#search-results li a", "all => all.map((a) => a.href)"))
    assert not said


def test_a_lost_reader_is_led_home(page, address):
    page.goto(address + "chapters/no/such/page.html")
    until(page, f"document.querySelector('[data-page]').href === '{address}index.html'")
    page.locator("[data-page='en/search.html']").click()
    page.wait_for_url("**/en/search.html")
