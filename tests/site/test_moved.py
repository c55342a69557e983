"""An old address leads to where its place stands now, also in a page that is opened from a folder."""

import json
import re
from html import unescape

import pytest
from conftest import ROOT
from coursesite.moved import places, with_places

SCRIPT = ROOT / "_ext" / "coursesite" / "assets" / "course.js"


def page_with(*ids):
    """All that ``course.js`` counts on, and these places."""
    body = "".join(f'<section id="{name}"><h2>{name}</h2></section>' for name in ids)
    link = '<a class="language-switch" href="other.html">English</a>'
    script = f'<script defer src="{SCRIPT.as_uri()}"></script>'
    head = f'<html><head><meta charset="utf-8">{script}</head><body>{link}'
    return f'{head}<article class="bd-article">{body}</article></body></html>'


LESSON = with_places(
    page_with("adam", "both"), {"05_b": page_with("both", "claim-A7", "符号"), "05_c": page_with("claim-A7", "z")}
)


def told(html):
    found = re.search('<meta name="moved" content="(.*?)">', html)
    return json.loads(unescape(found[1])) if found else None


def test_a_page_tells_what_only_others_have():
    assert told(LESSON) == {"05_b": ["claim-A7", "符号"], "05_c": ["z"]}
    assert places(LESSON) == {"adam", "both"}
    assert told(with_places(page_with("adam", "both"), {"05_b": page_with("both")})) is None


@pytest.mark.parametrize(
    ("hash", "leads"),
    [
        ("claim-A7", "05_b.html#claim-A7"),
        ("%E7%AC%A6%E5%8F%B7", "05_b.html#%E7%AC%A6%E5%8F%B7"),
        ("z", "05_c.html#z"),
        ("both", "05_adam.html#both"),  # it is here
        ("never", "05_adam.html#never"),  # it was never anywhere
        ("~1", "05_adam.html#both"),  # from the other language
    ],
)
def test_an_old_address_leads_there(page, tmp_path, hash, leads):
    (tmp_path / "05_adam.html").write_text(LESSON, "utf-8")
    for name in ("05_b", "05_c"):
        (tmp_path / f"{name}.html").write_text(page_with("claim-A7", "符号", "z"), "utf-8")
    page.goto(f"{(tmp_path / '05_adam.html').as_uri()}#{hash}")
    page.wait_for_timeout(300)  # also to see that it stays where it is to stay
    page.wait_for_url(f"**/{leads}", timeout=5000)


def test_a_link_within_the_page_is_followed_too(page, tmp_path):
    (tmp_path / "05_adam.html").write_text(LESSON, "utf-8")
    (tmp_path / "05_b.html").write_text(page_with("claim-A7"), "utf-8")
    page.goto((tmp_path / "05_adam.html").as_uri())
    page.evaluate("setTimeout(() => (location.hash = 'claim-A7'))")
    page.wait_for_url("**/05_b.html#claim-A7", timeout=5000)
