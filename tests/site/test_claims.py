"""The page of claims: every row is there without scripts; with them one chooses, and the address keeps the choice."""

import pytest
from claims import load_claims
from conftest import soup, until

PAGES = pytest.mark.parametrize("name", ["pages/claims.html", "en/pages/claims.html"])


def shown(page):
    return page.evaluate(
        "[...document.querySelectorAll('.claim-row[id]')].filter((row) => row.offsetParent).map((row) => row.id)"
    )


@PAGES
def test_every_claim_has_its_row_and_its_way_to_the_test(site, name):
    rows = {row["id"]: row for row in soup(site / name).select(".claim-row[id]")}
    assert set(rows) == set(load_claims())
    for key, row in rows.items():
        assert row["data-verdict"] == load_claims()[key]["verdict"].replace(" ", "-")
        assert row.find("a", href=lambda to, key=key: to.endswith(f"#claim-{key}"))
        assert row["data-rules"] or row["data-verdict"] == "slip", key


@PAGES
def test_a_choice_hides_the_others_and_stays_in_the_address(page, address, name):
    claims = load_claims()
    page.goto(address + name)
    assert set(shown(page)) == set(claims)
    page.click("button[data-verdict='fails']")
    assert set(shown(page)) == {key for key, claim in claims.items() if claim["verdict"] == "fails"}
    page.click("button[data-verdict='holds']")  # both
    page.select_option(".claim-filter select >> nth=0", "05_adam")
    wanted = {k for k, claim in claims.items() if claim["verdict"] in ("fails", "holds") and claim["chapter"] == 5}
    assert set(shown(page)) == wanted
    assert f" {len(wanted)} " in f" {page.inner_text('.claim-filter output')} "
    page.reload()
    until(page, "document.querySelector('.claim-filter output')?.textContent")
    assert set(shown(page)) == wanted
    page.select_option(".claim-filter select >> nth=1", "amsgrad")
    assert set(shown(page)) < wanted


@pytest.mark.parametrize(("choice", "key"), [("?verdict=holds", "A25"), ("", "X9")])
def test_who_comes_for_one_claim_finds_it_open(page, address, choice, key):
    """Whatever is chosen, and in the fold of the slips."""
    page.goto(f"{address}pages/claims.html{choice}#{key}")
    assert key in shown(page)
    row = f"document.getElementById('{key}')"
    assert page.evaluate(f"{row}.open && !{row}.parentElement.closest('details:not([open])')")
    assert page.evaluate(f"0 <= {row}.getBoundingClientRect().top && {row}.getBoundingClientRect().top < 300")


@PAGES
def test_a_choice_opens_the_fold_of_the_slips_it_finds(page, address, name):
    page.goto(f"{address}{name}?rule=rmsprop")
    slips = [key for key in shown(page) if load_claims()[key]["verdict"] == "slip"]
    assert slips
    assert page.evaluate(f"document.getElementById('{slips[0]}').parentElement.closest('details').open")


@PAGES
@pytest.mark.parametrize("scripts", [True, False])
def test_closed_it_is_an_index(browser, address, name, scripts):
    """A wall of 13,857 px once; a claim takes a line, or two."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(address + name)
    assert page.evaluate("document.documentElement.scrollHeight") <= 4000
    rows = page.evaluate("[...document.querySelectorAll('.claim-row')].map((row) => row.offsetHeight)")
    assert all(height < 60 for height in rows)
    context.close()


def test_a_finger_finds_each_row_on_a_phone(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address + "pages/claims.html")
    heights = page.evaluate(
        "[...document.querySelectorAll('section > .claim-row > summary')].map((s) => s.offsetHeight)"
    )
    assert heights
    assert min(heights) >= 44
