"""The bibliography is what the course cites: no entry that nobody cites, no citation without an entry."""

import re

import pytest
from project import ROOT, SOURCE

BIB = (ROOT / "references.bib").read_text("utf-8")
ENTRIES = {
    key: dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},$", body, re.M))
    for key, body in re.findall(r"^@\w+\{(\w+),\n(.*?)\n\}$", BIB, re.M | re.S)
}
TEXTS = {path.name: path.read_text("utf-8") for pattern in ("*.md", "*.yml") for path in sorted(SOURCE.glob(pattern))}
CODE = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "gdcourse").rglob("*.py"))}
# Where papers are: an address that begins so is a citation.
PAPERS = r"https?://(?:arxiv\.org|doi\.org|jmlr\.org|openreview\.net|proceedings\.mlr\.press|www\.mathnet\.ru|www\.cs\.toronto\.edu|kellerjordan\.github\.io)/\S*"


def address(entry):
    """As a link of the course has it."""
    if "eprint" in entry:
        return f"https://arxiv.org/abs/{entry['eprint']}"
    return f"https://doi.org/{entry['doi']}" if "doi" in entry else entry.get("url")


def first_author(entry):
    return entry["author"].split(",")[0]


def named():
    """(first author, year) of what docstrings call their source: "Source: Duchi, Hazan & Singer 2011"."""
    for text in CODE.values():
        for words in re.findall(r"^ +Source: (.*)", text, re.M):
            yield from re.findall(r"(\w+)(?:, \w+)*(?: & \w+| et al\.)? (\d{4})", words)


def test_every_entry_was_read():
    assert len(ENTRIES) == BIB.count("\n@") >= 50
    for key, entry in ENTRIES.items():
        assert {"author", "title", "year"} <= set(entry), key
        assert re.match(r"[a-z]+\d{4}[a-z]+$", key), key


def test_entries_stand_in_the_order_of_their_years():
    years = [int(entry["year"]) for entry in ENTRIES.values()]
    assert years == sorted(years)
    assert len({address(entry) for entry in ENTRIES.values()}) == len(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_cited(key):
    """By its address; one that has none, by its author and year or journal."""
    entry = ENTRIES[key]
    if address(entry):
        assert any(address(entry) in text for text in TEXTS.values()), "no page cites it"
    else:
        lines = [line for text in TEXTS.values() for line in text.splitlines()]
        assert any(first_author(entry) in line and entry["year"] in line for line in lines), "no page cites it"


@pytest.mark.parametrize("name", TEXTS)
def test_citation_has_an_entry(name):
    known = {address(entry) for entry in ENTRIES.values()}
    for found in re.findall(PAPERS, TEXTS[name]):
        assert any(found.startswith(one) for one in known if one), found
    eprints = {entry["eprint"] for entry in ENTRIES.values() if "eprint" in entry}
    assert set(re.findall(r"arXiv:(\d{4}\.\d{4,5})", TEXTS[name])) <= eprints


@pytest.mark.parametrize("name", TEXTS)
def test_citation_has_the_year_of_its_entry(name):
    years = {address(entry): entry["year"] for entry in ENTRIES.values()}
    for year, where in re.findall(r"(?:，|, )(\d{4})\]\(([^)\s]+(?:\(\d+\)[^)\s]*)?)\)", TEXTS[name]):
        assert years.get(where, year) == year, where


def test_what_a_docstring_calls_its_source_has_an_entry():
    known = {(first_author(entry), entry["year"]) for entry in ENTRIES.values()}
    assert len(set(named())) >= 10
    assert set(named()) <= known
