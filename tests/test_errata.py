"""The errors that we say others have made: each is quoted, dated, credited, and shown by code that runs.

A check runs with what the course needs.  Where a library is quoted, a second piece runs the library itself, as far as
it is installed; for all of them, install what ``source/errata.yml`` names into a folder and put it on PYTHONPATH.
"""

import ast
import datetime
import importlib.metadata
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from notebooks import FOLDERS
from project import ROOT

import gdcourse as gd
import pages

DATA = pages.load("errata.yml")
ELSEWHERE = DATA["elsewhere"]
VERSION = re.compile(r"\b[0-9a-f]{8}\b|\b\d+\.\d+|\b20\d\d-\d\d-\d\d\b")  # a commit, a version, a date

FIELDS = {"of", "where", "read", "says", "should", "state", "credit", "since", "check", "library", "chapter"}

# Who said so before us: the place in the text, and how the report begins.
REPORTED = {
    ("adam", "section 2.1"): "question 3325577 of Mathematics Stack Exchange",
    ("d2l", "`adam.md` of the Chinese edition, 算法 (the algorithm)"): "d2l-en PR #2277",
    ("distill", "Decomposing the Error"): "issue #98",
    ("distill", "The Dynamics of Momentum"): "issue #102",
    ("fastbook", "`16_accel_sgd.ipynb`, Momentum"): "issue #174",
    ("cs231n", "`neural-networks-3.md`, Kinks in the objective"): "PR #281",
    ("docs", "`optax.rprop`, `scale_by_rprop`"): "PR #1725",
    ("docs", "the documentation of `torch.optim.Adam`, the algorithm"): "issue #142323",
    ("code", "eriklindernoren/ML-From-Scratch, `deep_learning/optimizers.py`, `Adam`"): "issue #35",
}


def named(entry):
    return f"{entry['of']}: {entry['where']['en']}: {entry['says'][:30]}"


EACH = pytest.mark.parametrize("entry", ELSEWHERE, ids=named)
OF_LIBRARIES = pytest.mark.parametrize("entry", [entry for entry in ELSEWHERE if "library" in entry], ids=named)


@EACH
def test_check_runs(entry):
    exec(entry["check"], {"np": np, "gd": gd})


@EACH
def test_check_asserts(entry):
    """The last thing that it does is to assert, every assertion is reached, and none is a constant."""
    for program in denials(entry["check"]):
        with pytest.raises(AssertionError):
            exec(program, {"np": np, "gd": gd})


def denials(check):
    """The check again and again, each time another assertion turned round."""
    lines = ast.parse(check)
    assertions = [line for line in lines.body if isinstance(line, ast.Assert)]
    assert isinstance(lines.body[-1], ast.Assert)
    assert len(assertions) == check.count("assert "), "an assertion in a loop or a branch may never be reached"
    for assertion in assertions:
        assert any(isinstance(part, ast.Name) for part in ast.walk(assertion.test)), "it tests nothing computed"
    return [denied(check, k) for k in range(len(assertions))]


def denied(check, k):
    """The check, its k-th assertion turned round."""
    lines = ast.parse(check)
    assertion = [line for line in lines.body if isinstance(line, ast.Assert)][k]
    assertion.test = ast.UnaryOp(ast.Not(), assertion.test)
    return ast.unparse(ast.fix_missing_locations(lines))


@EACH
def test_check_is_short(entry):
    for code in (entry["check"], entry.get("library", {}).get("run", "")):
        assert len(re.findall(r"^.*\S", code, re.M)) <= 12
        assert max(map(len, code.splitlines()), default=0) <= 120


# In a process of its own, so that no library's settings reach the other tests.
ALONE = """
import json, sys, warnings
import numpy as np
import gdcourse as gd
warnings.simplefilter("ignore")
right, *denied = json.load(sys.stdin)
exec(right, {"np": np, "gd": gd})
for program in denied:
    try:
        exec(program, {"np": np, "gd": gd})
    except AssertionError:
        continue
    raise SystemExit("nothing is asserted by: " + program)
"""


@OF_LIBRARIES
def test_the_library_itself_does_what_we_say(entry):
    name, wanted = entry["library"]["install"].split("==")
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = None
    if (found or "").split("+")[0] != wanted:
        pytest.skip(f"NOT RUN: {name} {wanted} is quoted, {found or 'none'} is installed")
    programs = json.dumps([entry["library"]["run"], *denials(entry["library"]["run"])])
    alone = [sys.executable, "-c", ALONE]
    result = subprocess.run(alone, input=programs, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stderr[-2000:]


@OF_LIBRARIES
def test_the_library_is_of_the_version_that_was_read(entry):
    denials(entry["library"]["run"])
    name, version = entry["library"]["install"].split("==")
    assert entry["read"].startswith("PyTorch") or f"{name} {version}".lower() in entry["read"].lower()


@EACH
def test_entry_has_both_languages_a_quotation_and_a_version(entry):
    assert set(entry) <= FIELDS
    assert entry["of"] in DATA["treatments"]
    assert entry["says"].strip()
    assert VERSION.search(entry["read"]), "name the commit, the version or the date that was read"
    for field in ("where", "should", *(["since"] if "since" in entry else [])):
        assert all(entry[field][language].strip() for language in FOLDERS)
    assert math(entry["should"]["zh"]) == math(entry["should"]["en"])
    assert "chapter" not in entry or pages.home(entry)


@EACH
def test_entry_says_how_things_stand_and_who_said_so_first(entry):
    assert entry["state"] in {"stands", "reported", "fixed", "answered"}
    assert ("credit" in entry) == (entry["state"] != "stands")
    assert "since" in entry or entry["state"] not in {"fixed", "answered"}, "when was it mended, what was the answer?"
    days = [one["when"] for one in entry.get("credit", []) if "when" in one]
    assert days == sorted(days)
    for one in entry.get("credit", []):
        assert {"place", "who"} <= set(one) <= {"place", "who", "when"}
        assert "when" in one or not re.search("issue|PR", pages.pick(one["place"], "en")), "an issue has a date"


def test_first_reporters_have_their_credit():
    with_credit = [entry for entry in ELSEWHERE if "credit" in entry]
    for language in FOLDERS:
        page = pages.print_errata(language)
        for one in (one for entry in with_credit for one in entry["credit"]):
            assert pages.pick(one["place"], language) in page
            assert one["who"] in page
    first = {
        (entry["of"], entry["where"]["en"]): pages.pick(entry["credit"][0]["place"], "en") for entry in with_credit
    }
    assert first.items() >= REPORTED.items()


def math(text):
    return sorted(set(re.findall(r"\$[^$]+\$|`[^`]+`", text)))


def test_our_entries_have_a_date_and_both_languages():
    for entry in DATA["ours"]:
        assert isinstance(entry["date"], datetime.date)
        assert all(entry[field][language].strip() for field in ("page", "said", "says") for language in FOLDERS)
    assert [entry["date"] for entry in DATA["ours"]] == sorted((e["date"] for e in DATA["ours"]), reverse=True)


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
def test_the_page_opens_with_how_to_answer_us_and_ours_come_first(language):
    page, texts = pages.print_errata(language), DATA["texts"]
    places = [page.index(texts[name][language].strip()) for name in ("report", "ours_intro", "elsewhere_intro")]
    assert places == sorted(places)
    assert places[0] == 0


@pytest.mark.parametrize("language", FOLDERS)
def test_every_entry_is_on_the_page(language):
    page = pages.print_errata(language)
    assert page.count("<details>") == len(ELSEWHERE) >= 32
    assert all(entry["should"][language] in page and pages.status(entry, language) in page for entry in ELSEWHERE)
    assert page.count("# pip install ") == sum("library" in entry for entry in ELSEWHERE)
