"""The concept questions: keys and wrong answers come from the bank, and nothing is asked twice or in one language."""

import re

import nbformat
import numpy as np
import pytest
import questions
from conftest import RULES, named
from project import ROOT, chapters

from gdcourse.exercises import get

QUESTIONS = questions.load()
EACH = pytest.mark.parametrize("name", QUESTIONS)
CHAPTERS = [page.stem for page in chapters() if page.kind == "chapter" and not page.above]


def printed(path):
    """The Markdown of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@EACH
def test_a_question_has_one_right_choice_and_says_why(name):
    zh, en = (questions.choices(QUESTIONS[name], language) for language in ("zh", "en"))
    assert [right for *_, right in zh].count(True) == 1
    assert [right for *_, right in zh] == [right for *_, right in en]
    assert len(zh) >= 2
    assert len({says for says, *_ in zh}) == len(zh) == len({because for _, because, _ in zh})
    assert all(len(because) >= 10 for _, because, _ in zh + en)
    assert not any(re.search("[\u4e00-\u9fff]", says + because) for says, because, _ in en)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if "value" in QUESTIONS[name]])
def test_numbers_are_told_apart(name):
    """The form takes what is within one per cent."""
    values = [questions.what(QUESTIONS[name], mistake, "en") for mistake in [None, *QUESTIONS[name]["wrong"]]]
    for i, x in enumerate(values):
        assert np.isfinite(x)
        assert not any(abs(x - y) <= 0.025 * abs(y) for y in values[:i]), (x, values)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if "bug" in QUESTIONS[name]])
def test_no_wrong_choice_draws_the_same_curve(name):
    question = QUESTIONS[name]
    curves = [
        questions.steps(get(question["exercise"]).mistaken(mistake), [1.0] * 2000, lr=1.0)
        for mistake in [question["bug"], *question["wrong"]]
    ]
    assert all(np.abs(curve - curves[0]).max() > 0.1 for curve in curves[1:])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_chapter_asks_in_several_ways_and_once_before_the_formulas(chapter):
    zh, en = (printed(ROOT / folder / f"{chapter}.ipynb") for folder in ("chapters", "en/chapters"))
    found = re.findall(r'<div class="question (\w+)" id="q-([\w-]+)">', zh)
    assert found == re.findall(r'<div class="question (\w+)" id="q-([\w-]+)">', en)
    assert {"value", "missing", "choices"} <= {kind for kind, _ in found}
    assert zh.index('class="question') < zh.index("\n$$\n")


def test_every_question_is_asked_once():
    asked = [name for page in chapters() for name in re.findall(r'id="q-([\w-]+)"', printed(ROOT / page.file))]
    assert sorted(asked) == sorted(QUESTIONS)


def test_no_number_is_typed_in():
    """What is computed stands in no wrong or right answer's key."""
    for question in QUESTIONS.values():
        if "value" in question:
            assert set(question) == {"exercise", "value", "asks", "right", "wrong"}
            assert set(question["wrong"]) <= {*get(question["exercise"]).mistakes, *map(named, RULES)}


def test_solutions_stand_on_their_page_and_in_no_chapter():
    for edition in ("", "en/"):
        page = (ROOT / edition / "pages" / "solutions.md").read_text("utf-8")
        assert page.count("```python\ndef ") == 15
        assert not re.search(r"<code>[^<]*\*", page)
        for chapter in CHAPTERS:
            cells = nbformat.read(ROOT / edition / "chapters" / f"{chapter}.ipynb", as_version=4).cells
            text = "\n".join(cell.source for cell in cells)
            assert "pages/solutions.md" in text
            assert not [cell for cell in cells if "hide-cell" in cell.metadata.get("tags", [])]
