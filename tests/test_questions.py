"""The concept questions: keys and wrong answers come from the bank, and nothing is asked twice or in one language.

And as a notebook asks them: it says what is asked, and no more until somebody answers.
"""

import re
import sys
from html import unescape

import nbformat
import numpy as np
import pytest
import questions
from conftest import RULES, named
from coursesite.formulas import in_our_html
from project import ROOT, chapters

import gdcourse as gd
from gdcourse.exercises import get

QUESTIONS = questions.load()
EACH = pytest.mark.parametrize("name", QUESTIONS)
LESSONS = [page for page in chapters() if page.lesson]


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
    values = [value for value, *_ in questions.answers(QUESTIONS[name], "en")]
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


@pytest.mark.parametrize("number", sorted({page.number for page in LESSONS} - {0}))
def test_each_chapter_asks_in_several_ways(number):
    texts = [page.source.read_text("utf-8") for page in LESSONS if page.number == number]
    kinds = {questions.kind(QUESTIONS[name]) for text in texts for name in questions.asked(text)}
    assert {"value", "missing", "choices"} <= kinds


def test_every_question_is_asked_once():
    """By a page, or by a cell of one."""
    asked = [name for page in chapters() for name in questions.asked(page.source.read_text("utf-8"))]
    assert sorted(asked) == sorted(QUESTIONS)


@pytest.mark.parametrize("at", range(1, len(LESSONS)), ids=lambda at: LESSONS[at].stem)
def test_a_lesson_closes_with_three_questions_one_of_which_recalls_an_earlier_lesson(at):
    source, earlier = LESSONS[at].source.read_text("utf-8"), {page.stem for page in LESSONS[:at]}
    _, closing = re.split("^## Three questions$", source, flags=re.M)
    names = questions.asked(closing)
    assert len(names) == 3
    assert {QUESTIONS[name].get("from") for name in names} & earlier
    assert {QUESTIONS[name]["from"] for name in questions.asked(source) if "from" in QUESTIONS[name]} <= earlier


def test_what_a_question_recalls_is_said_after_the_answer():
    assert questions.where_again({"from": "01_momentum"}, "zh") == "（可以回头看第 1B 章。）"
    assert questions.where_again({"from": "00_basics"}, "en") == " (To look up: Ten minutes of basics.)"
    for name, question in QUESTIONS.items():
        said = [because.endswith("(To look up: chapter 2.)") for _, because, _ in questions.answers(question, "en")]
        assert set(said) == {question.get("from") == "02_rmsprop"}, name


def test_no_number_is_typed_in():
    """What is computed stands in no wrong or right answer's key."""
    for question in QUESTIONS.values():
        if "exercise" in question and "value" in question:
            assert set(question) == {"exercise", "value", "asks", "right", "wrong"}
            assert set(question["wrong"]) <= {*get(question["exercise"]).mistakes, *map(named, RULES)}


SUM = {
    "value": "(1 - 0.1) ** 3",
    "asks": {"zh": "三步之后 $x$ 是多少？", "en": "What is $x$ after three steps?"},
    "right": {"zh": "对，每步乘 0.9。", "en": "Right: times 0.9 a step."},
    "wrong": [{"value": "1 - 3 * 0.1", "because": {"zh": "每步减的不一样多。", "en": "Steps are not equal."}}],
}


def test_a_value_without_an_exercise_is_plain_arithmetic():
    assert questions.kind(SUM) == "value"
    assert questions.answers(SUM, "en") == [
        (pytest.approx(0.7), "Steps are not equal.", False),
        (pytest.approx(0.729), "Right: times 0.9 a step.", True),
    ]
    assert [says for says, *_ in questions.choices(SUM, "en")] == ["0.7", "0.729"]


def test_to_choose_among_lines_of_code_is_to_tap_one():
    says = {"choices": [{"says": {"en": "<code>t = t + 1</code>"}}, {"says": {"en": "<code>t = 1</code>"}}]}
    assert questions.activity(says) == "line"
    says["choices"][1]["says"]["en"] = "Neither"
    assert questions.activity(says) == "choice"
    assert {questions.activity(question) for question in QUESTIONS.values()} == {"choice", "number", "line", "bug"}


# --- as a notebook asks them -------------------------------------------------------


@pytest.fixture(params=["zh", "en"])
def spoken(request):
    gd.use_language(request.param)
    return request.param


@EACH
def test_as_text_it_gives_nothing_away(name, spoken):
    """Neither a reason nor which choice is right; of a number not even the values."""
    text = repr(gd.ask(name))
    assert not [because for _, because, _ in questions.choices(QUESTIONS[name], spoken) if because[:20] in text]
    lines = len(text.splitlines())
    assert lines == 1 if "value" in QUESTIONS[name] else lines >= 3
    assert "\\(" not in text
    assert not re.search("<[a-z/]", text)


def test_a_form_says_nothing_before_it_is_asked(monkeypatch, spoken):
    monkeypatch.delenv("GDCOURSE_STILL", raising=False)
    question = gd.ask("diverges")
    bundle = question._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    asks, *rows, said = question.widget.children
    assert question.texts["asks"] == asks.value
    assert len(rows) == 3
    assert said.value == ""
    rows[0].children[0].click()
    assert said.value == question.texts["choices"][0]["because"].replace("<p>", "<p>✗ ")
    rows[1].children[0].click()
    assert said.value == question.texts["choices"][1]["because"].replace("<p>", "<p>✓ ")


def test_a_form_takes_a_number_as_the_page_does(monkeypatch, spoken):
    monkeypatch.delenv("GDCOURSE_STILL", raising=False)
    question = gd.ask("momentum-steps")
    _, box, said = question.widget.children
    field, button = box.children
    for typed, sign in (
        ("10", "✓"),
        ("１０．００", "✓"),
        ("10.05", "✓"),
        ("1", "✗"),
        ("77", "不" if spoken == "zh" else "N"),
    ):
        field.value = typed
        button.click()
        assert sign in said.value, typed
    for typed in ("", "ten", "1e"):
        field.value = typed
        button.click()
        assert "0.25" in said.value, typed


def test_without_widgets_its_choices_unfold(monkeypatch, spoken):
    monkeypatch.delenv("GDCOURSE_STILL", raising=False)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = gd.ask("momentum-steps")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/html"].count("<details") == len(gd.ask("momentum-steps").choices)


@EACH
def test_in_the_book_it_is_what_a_page_prints(name, monkeypatch, spoken):
    """The same place, the same choices with the same values, the same formulas."""
    monkeypatch.setenv("GDCOURSE_STILL", "1")
    html = gd.ask(name)._repr_mimebundle_()["text/html"]
    page = questions.show(name, spoken, None)
    head = r'<div class="question \w+" id="q-[\w-]+" data-activity="\w+">'
    for pattern in (head, r'data-value="[^>]*"', "<summary>.*?</summary>"):
        assert re.findall(pattern, html) == re.findall(pattern, page), pattern
    assert html.count('class="right"') == 1 == page.count(' right"')
    assert not re.search(r"\$", html)
    formulas = [one or other for one, other in re.findall(r"\$([^$]+)\$|\\\((.+?)\\\)", page)]
    assert list(map(unescape, re.findall(r"\\\((.+?)\\\)", html))) == formulas


def test_its_formulas_are_set_with_the_page(spoken):
    html = gd.ask("diverges").html()
    page = in_our_html(f"<p>\\(x\\)</p>{html}", "here")
    assert page.count('class="katex"') == html.count("\\(") >= 1
    assert page.startswith("<p>\\(x\\)</p>")


def test_who_mistypes_a_name_is_told_what_there_is(spoken):
    with pytest.raises(KeyError, match="momentum-steps"):
        gd.ask("momentum-step")


def test_solutions_stand_on_their_page_and_in_no_chapter():
    for edition in ("", "en/"):
        page = (ROOT / edition / "pages" / "solutions.md").read_text("utf-8")
        assert page.count("```python\ndef ") == 15
        assert not re.search(r"<code>[^<]*\*", page)
        for lesson in LESSONS:
            cells = nbformat.read(ROOT / edition / f"{lesson.address}.ipynb", as_version=4).cells
            assert not [cell for cell in cells if "hide-cell" in cell.metadata.get("tags", [])]
