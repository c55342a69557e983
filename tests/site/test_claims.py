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


def test_who_comes_for_one_claim_finds_it_open(page, address):
    page.goto(address + "pages/claims.html?verdict=holds#A25")
    assert "A25" in shown(page)
    assert page.evaluate(
        "document.getElementById('A25').open && document.getElementById('A25').getBoundingClientRect().top < 300"
    )


def test_closed_it_is_short(page, address):
    """A wall of 13,857 px once."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address + "pages/claims.html")
    assert page.evaluate("document.documentElement.scrollHeight") < 7500
