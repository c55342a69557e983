"""The errors that we say others have made: each is quoted, dated, and shown by code that runs."""

import ast
import datetime
import re

import numpy as np
import pytest
from notebooks import FOLDERS

import gdcourse as gd
import pages

DATA = pages.load("errata.yml")
ELSEWHERE = DATA["elsewhere"]
VERSION = re.compile(r"\b[0-9a-f]{8}\b|\b\d+\.\d+|\b20\d\d-\d\d-\d\d\b")  # a commit, a version, a date


def named(entry):
    return f"{entry['of']}: {entry['where']['en']}: {entry['says'][:30]}"


EACH = pytest.mark.parametrize("entry", ELSEWHERE, ids=named)


@EACH
def test_check_runs(entry):
    exec(entry["check"], {"np": np, "gd": gd})


@EACH
def test_check_asserts(entry):
    """The last thing that it does is to assert, every assertion is reached, and none is a constant."""
    lines = ast.parse(entry["check"])
    assert len(re.findall(r"^.*\S", entry["check"], re.M)) <= 12
    assert isinstance(lines.body[-1], ast.Assert)
    for k, assertion in enumerate(line for line in lines.body if isinstance(line, ast.Assert)):
        assert any(isinstance(part, ast.Name) for part in ast.walk(assertion.test)), "it tests nothing computed"
        with pytest.raises(AssertionError):
            exec(denied(entry["check"], k), {"np": np, "gd": gd})
    assert k + 1 == entry["check"].count("assert "), "an assertion in a loop or a branch may never be reached"


def denied(check, k):
    """The check, its k-th assertion turned round."""
    lines = ast.parse(check)
    assertion = [line for line in lines.body if isinstance(line, ast.Assert)][k]
    assertion.test = ast.UnaryOp(ast.Not(), assertion.test)
    return ast.unparse(ast.fix_missing_locations(lines))


@EACH
def test_entry_has_both_languages_a_quotation_and_a_version(entry):
    assert entry["of"] in DATA["treatments"]
    assert entry["says"].strip()
    assert VERSION.search(entry["read"]), "name the commit, the version or the date that was read"
    for field in ("where", "should"):
        assert all(entry[field][language].strip() for language in FOLDERS)
    assert math(entry["should"]["zh"]) == math(entry["should"]["en"])
    assert "chapter" not in entry or pages.home(entry)


def math(text):
    return sorted(set(re.findall(r"\$[^$]+\$|`[^`]+`", text)))


def test_our_entries_have_a_date_and_both_languages():
    for entry in DATA["ours"]:
        assert isinstance(entry["date"], datetime.date)
        assert all(entry[field][language].strip() for field in ("page", "said", "says") for language in FOLDERS)


@pytest.mark.parametrize("language", FOLDERS)
def test_a_correction_of_ours_replaces_the_sentence_that_there_is_none(language, monkeypatch):
    both = {"zh": "某处", "en": "somewhere"}
    entry = {"date": datetime.date(2030, 1, 31), "page": both, "equation": "5.3", "said": both, "says": both}
    none = DATA["texts"]["none"][language]
    for ours in ([], [entry], [{name: text for name, text in entry.items() if name != "equation"}]):
        monkeypatch.setattr(pages, "load", lambda name, ours=ours: {**DATA, "ours": ours})
        page = pages.print_errata(language)
        assert (none in page) == (not ours)
        assert ("2030-01-31" in page) == bool(ours)
        assert ("(5.3)" in page) == any("equation" in entry for entry in ours)


@pytest.mark.parametrize("language", FOLDERS)
def test_every_entry_is_on_the_page(language):
    page = pages.print_errata(language)
    assert page.count("<details>") == len(ELSEWHERE) >= 29
    assert all(entry["should"][language] in page for entry in ELSEWHERE)
