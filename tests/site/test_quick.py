"""The 15-minute path: all rules that one may choose from, on two sheets of paper."""

import pypdfium2
import pytest
import quick
from conftest import soup

from gdcourse.rules import RULES


@pytest.mark.parametrize("name", ["pages/quick.html", "en/pages/quick.html"])
def test_it_prints_on_two_sheets(page, address, name, tmp_path):
    page.goto(address + name)
    page.pdf(path=tmp_path / "quick.pdf", format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "10mm"))
    assert len(pypdfium2.PdfDocument(tmp_path / "quick.pdf")) <= 2


def test_each_rule_has_its_picture_formula_and_lesson(site):
    sections = soup(site / "en/pages/quick.html").select(".bd-article section section")
    rules = quick.load()["rules"]
    assert len(sections) == len(rules)
    for section, rule in zip(sections, rules, strict=True):
        assert section.h2.a["href"] == f"../chapters/{rule['lesson']}.html"
        assert len(section.select("svg polyline")) == 1
        assert section.select(".formula")
        assert all(set(rule[text]) == {"zh", "en"} for text in ("idea", "yet", "use", "avoid"))


def test_no_rule_of_the_lessons_is_forgotten():
    taught = {entry.name for entry in RULES if isinstance(entry.exercise, int)}
    assert taught - {"amsgrad"} <= {rule["of"] for rule in quick.load()["rules"]}


def test_its_lines_run(torch):
    params = torch.nn.Linear(2, 1).parameters
    for rule in quick.load()["rules"]:
        optimizer = eval(rule["torch"], {"torch": torch, "params": params()})
        optimizer.step()
