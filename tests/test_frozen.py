"""What the first edition had, and others may have linked to, quoted or set as homework: nothing of it is lost.

``first_edition.json`` was written once, from the site of the first edition:
the addresses (page, and places in it, by edition), the numbers of equations,
the claims and slips, the exercises, the questions.
"""

import json
import re
from html import unescape

import pytest
import yaml
from project import ROOT

from gdcourse.exercises.shell import exercises

FROZEN = json.loads((ROOT / "tests" / "first_edition.json").read_text("utf-8"))


def ids(page):
    return set(re.findall(r'<[^>]* id="([^"]+)"', page.read_text("utf-8")))


def moved(page):
    """The places to which the page sends on, all of which must be where it says."""
    told = re.search('<meta name="moved" content="(.*?)">', page.read_text("utf-8"))
    pages = json.loads(unescape(told[1])) if told else {}
    assert all(set(places) <= ids(page.with_name(f"{name}.html")) for name, places in pages.items())
    return {place for places in pages.values() for place in places}


@pytest.mark.parametrize("address", FROZEN["addresses"])
def test_an_address_still_leads_there(site, address):
    """To the page itself, or by ``course.js`` to another of its chapter."""
    page = site / address
    assert page.is_file()
    lost = set(FROZEN["addresses"][address]) - ids(page) - moved(page)
    assert not lost


def test_equations_keep_their_numbers():
    printed = {
        number
        for path in ROOT.glob("source/*.md")
        for number in re.findall(r"\\tag\{([^}]+)\}", path.read_text("utf-8"))
    }
    assert not set(FROZEN["equations"]) - printed


def test_claims_and_slips_keep_their_names():
    assert not set(FROZEN["claims"]) - set(yaml.safe_load((ROOT / "source/claims.yml").read_text("utf-8")))


def test_questions_and_exercises_keep_their_names():
    assert not set(FROZEN["questions"]) - set(yaml.safe_load((ROOT / "source/questions.yml").read_text("utf-8")))
    assert not set(FROZEN["exercises"]) - set(exercises())
