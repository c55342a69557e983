"""A lesson is short, and never long without something to do; its notebook, too, and it gives no answer away."""

import re
from html import unescape

import nbformat
import pytest
import questions
import rhythm
import routes
from notebooks import print_notebook, target
from project import EDITIONS, chapters

import gdcourse as gd

LESSONS = [page for page in chapters() if page.lesson]
EACH = pytest.mark.parametrize("lesson", LESSONS, ids=lambda page: page.stem)
LANGUAGES = pytest.mark.parametrize("language", EDITIONS)


@EACH
@LANGUAGES
def test_a_lesson_keeps_its_rhythm(site, lesson, language):
    folder = "en/" if language == "en" else ""
    beyond = rhythm.measure((site / f"{folder}{lesson.address}.html").read_text("utf-8")).beyond(language)
    assert not beyond


@EACH
@LANGUAGES
def test_the_notebook_of_a_lesson_begins_with_something_to_do(lesson, language):
    assert rhythm.first_to_do(nbformat.read(target(lesson.source, language), 4)) <= rhythm.FIRST_CELL


@EACH
@LANGUAGES
def test_the_notebook_of_a_lesson_gives_no_answer_away(lesson, language):
    gd.use_language(language)
    names = questions.asked(lesson.source.read_text("utf-8"))
    reasons = [c["because"] for name in names for _, c in gd.ask(name).choices]
    plain = [unescape(re.sub("<[^>]*>", "", reason)) for reason in reasons]
    notebook = nbformat.read(target(lesson.source, language), 4)
    assert not list(rhythm.answers_in_view(notebook, [*reasons, *plain]))


# --- what teachers are told ------------------------------------------------------


@EACH
def test_the_minutes_that_are_kept_are_those_of_the_site(site, lesson):
    """If not: ``python tools/routes.py _build/html``, and print the pages."""
    built, kept = routes.sections(site, lesson), routes.times()[lesson.stem]
    assert [part["en"][0] for part in built] == [part["en"][0] for part in kept]
    for now, then in zip(built, kept, strict=True):
        for language in EDITIONS:
            assert sum(then[language][1:]) == pytest.approx(sum(now[language][1:]), rel=0.1, abs=0.5), now[language][0]


@LANGUAGES
@pytest.mark.parametrize("name", routes.routes())
def test_a_route_fills_its_time_and_keeps_it(name, language):
    lengths = [routes.minutes(stop, language) for stop in routes.routes()[name]]
    assert 0.85 * name <= sum(lengths) <= name
    shown = re.findall(r"^\| (\d+) \|", routes.route(name, language), re.M)
    assert sum(map(int, shown)) == round(sum(lengths)) == int(re.search(r"\*\*(\d+)", routes.route(name, language))[1])


def test_a_route_names_sections_that_there_are():
    with pytest.raises(StopIteration):
        routes.section("05_adam", "No such section")
    for stops in routes.routes().values():
        assert len({(stop["lesson"], title) for stop in stops for title in stop["sections"]}) == sum(
            len(stop["sections"]) for stop in stops
        )


def test_whole_minutes_add_up_to_the_whole():
    assert routes.shown([2.4, 2.4, 2.4]) == [2, 3, 2]


# --- what is measured ------------------------------------------------------------

PARAGRAPH = "<p>" + "字" * 275 + "</p>"  # a minute
QUESTION = f"""<div class="question choices" data-activity="choice"><p>问</p>
<details><summary>甲</summary>{PARAGRAPH * 9}</details></div>"""


def measured(body):
    return rhythm.measure(f"<nav>{PARAGRAPH}</nav><article>{body}</article>")


@pytest.mark.parametrize(
    ("body", "minutes"),
    [
        (PARAGRAPH, 1),
        ("<p>" + "word " * 145 + "</p>", 1),
        ("<p>" + "字" * 255 + " word" * 10 + "</p>", 1),  # in Chinese, a word is two characters
        (f"<details><summary>{'字' * 55}</summary>{PARAGRAPH}</details>", 0.2),
        (f"<details open>{PARAGRAPH}</details>", 1),
        (f"<div hidden>{PARAGRAPH}</div><div class='cell tag_remove-cell'>{PARAGRAPH}</div>", 0),
        (f"<a class='badge holds'>{PARAGRAPH}</a><img class='only-dark'>", 0),
        ("<img>" * 3, 1),
        ("<figure class='panels'><img><img><img></figure>" * 3, 1),
        ("<div class='formula numbered'><span class='katex'>x y z</span></div>" * 4, 1),
        ("<p><span class='katex'><math>x</math></span></p>" * 60, 1),
        ("<table>" + "<tr><td>word word word</td></tr>" * 20 + "</table>", 1),
        ("<pre>x = 1\n\ny = 2\nz = 3\n</pre>" * 5, 1),
        ("<div class='cell_output'><pre>1\n2\n3</pre></div>" * 20, 1),
        (QUESTION * 1, 2 / 275),
        (f"<details class='predict' data-activity='predict'><summary>猜</summary>{PARAGRAPH}</details>", 0),
        (f"<div class='gd-explorer'>{PARAGRAPH}<svg></svg></div>", 1),
        ("<div class='cell tag_exercise'><pre>x</pre></div>", 0),
    ],
)
def test_reading(body, minutes):
    assert measured(body).reading == pytest.approx(minutes)


def test_sections_are_measured_one_by_one():
    page = (
        f"<article><section><h1>All</h1>{PARAGRAPH}<section><h2>One</h2>{PARAGRAPH * 2}{QUESTION}</section></section>"
    )
    (opening, first), (title, second) = rhythm.parts(page + "</article>")
    assert (opening, title) == ("", "One")
    assert (first.reading, first.doing, second.doing) == (pytest.approx(1, abs=0.01), 0, 1)
    assert second.reading == pytest.approx(2, abs=0.02)


def test_activities_part_the_reading():
    found = measured(PARAGRAPH + QUESTION + PARAGRAPH * 5 + QUESTION + PARAGRAPH * 2)
    assert (found.first, found.gap, found.activities, found.doing) == (1, pytest.approx(5, abs=0.02), 2, 2)
    assert measured(QUESTION + PARAGRAPH * 3).gap == pytest.approx(3, abs=0.02)  # up to the end
    assert measured(PARAGRAPH).first == float("inf")
    every = "".join(f'<div data-activity="{kind}"></div>' for kind in rhythm.DOING)
    assert measured(every).activities == 9


BODY = "".join(f"    x = {i}\n" for i in range(8))


@pytest.mark.parametrize(
    ("code", "beyond"),
    [
        (f"def f(x,\n      y=(1, 2), *,\n      z=3):\n{BODY}", {}),
        (f"def f(x):\n{BODY}    return x", {"long": 1}),
        (f"x = 0\n{BODY}", {"long": 1}),
        ("x" * 76, {}),
        ("x" * 77, {"wide": 1}),
        ("字" * 38, {}),
        ("字" * 39, {"wide": 1}),
        ("assert x", {"asserts": 1}),
        ('gd.use_language("zh")', {"said": 1}),
    ],
)
def test_code(code, beyond):
    assert measured(f"{QUESTION}<pre>{code}</pre>").beyond("zh") == beyond


@pytest.mark.parametrize(
    ("body", "beyond"),
    [
        ((QUESTION + PARAGRAPH * 3) * 6, set()),
        ((QUESTION + PARAGRAPH * 3) * 7, {"reading"}),
        (PARAGRAPH * 2 + QUESTION, {"first"}),
        (QUESTION + PARAGRAPH * 4, {"gap"}),
        (QUESTION + "<pre>x</pre>" * 13, {"cells"}),
        (QUESTION + "<p>文章，文章</p>", {"articles"}),
    ],
)
def test_limits(body, beyond):
    assert set(measured(body).beyond("zh")) == beyond


def test_an_english_page_may_take_longer_to_read():
    found = measured((QUESTION + PARAGRAPH * 3) * 7)
    assert found.beyond("zh")
    assert not found.beyond("en")


# --- notebooks --------------------------------------------------------------------

HEAD = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n"
TEXT = '+++ {"lang": "zh"}\n\n字\n\n+++ {"lang": "en"}\n\nword\n\n'
DERIVE = '+++ {"lang": "zh"}\n\n{{derive}}\n算\n{{unfold}}\n步骤\n{{end}}\n\n'


def cell(code, tags=""):
    return f"```{{code-cell}} python\n---\ntags: [{tags}]\n---\n{code}\n```\n\n"


def printed(tmp_path, *parts):
    source = tmp_path / "99_try.md"
    source.write_text(HEAD + "".join(parts), "utf-8")
    return print_notebook(source, "zh")


@pytest.mark.parametrize(
    "activity",
    [
        DERIVE,
        *map(cell, ('gd.ask("diverges")', "import gdcourse as gd\ngd.Explorer(1)", "gd.check()")),
        cell("1", "predict"),
    ],
)
def test_the_first_thing_to_do(tmp_path, activity):
    notebook = printed(tmp_path, TEXT, cell("x = 1"), cell("y = 2"), activity, TEXT.replace("字", "词"))
    assert rhythm.first_to_do(notebook) == 4
    assert rhythm.first_to_do(printed(tmp_path, TEXT, cell("x = 1"))) == float("inf")


def test_lines_in_view(tmp_path):
    assert (
        rhythm.visible_lines(
            printed(tmp_path, cell("x = 1\ny = 1"), cell("z", "hide-input"), cell("assert z", "check"))
        )
        == 2
    )


def test_answers_in_view_are_found(tmp_path):
    notebook = printed(tmp_path, TEXT, cell('gd.ask("diverges")'), cell("1 + 1", "predict"))
    _, question, prediction = notebook.cells
    told = lambda: [re.sub(r"^\w+ ", "", found) for found in rhythm.answers_in_view(notebook, ["因为"])]  # noqa: E731
    two = nbformat.v4.new_output("execute_result", {"text/plain": "2"})
    prediction.outputs = [nbformat.v4.new_output("display_data"), two]
    assert told() == []
    prediction.outputs = [two]
    assert told() == ["shows the first line of what is to be predicted"]
    prediction.outputs = []
    prediction.metadata.jupyter.outputs_hidden = False
    assert told() == ["shows what is to be predicted"]
    prediction.metadata.tags = []
    question.outputs = [nbformat.v4.new_output("display_data", {"text/html": '<div class="question">'})]
    assert told() == ["holds a question with its answers"]
    question.outputs = [nbformat.v4.new_output("stream", text="因为如此")]
    assert told() == ["holds the reason of an answer"]
