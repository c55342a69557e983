"""For a class: what hides the answers is gone, and each lesson has its slides."""

import shutil

import pypdfium2
import pytest
import questions
import teach
from conftest import soup
from project import EDITIONS, chapters

LESSONS = [page for page in chapters() if page.lesson]
SCREEN = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def school(site, tmp_path_factory):
    """Made of the site without what none of these tests looks at."""
    folder = tmp_path_factory.mktemp("teach")
    light = shutil.copytree(site, folder / "light", ignore=shutil.ignore_patterns("*_tested.html", "downloads"))
    teach.write(light, folder / "site")
    return folder / "site"


def folder(language):
    return "en/" if language == "en" else ""


@pytest.mark.parametrize("language", EDITIONS)
def test_no_page_keeps_an_answer(site, school, language):
    hiding = "details.right, .question details, .derive > details, details.predict"
    for lesson in LESSONS:
        name = f"{folder(language)}{lesson.address}.html"
        before, after = soup(site / name), soup(school / name)
        assert before.select(hiding), "there is something to leave out"
        assert not after.select(hiding)
        assert len(after.select(".question")) == len(before.select(".question"))
        assert after.select(".option")
        for reason in before.select(".question details > p"):
            assert reason.get_text() not in after.get_text()


@pytest.mark.parametrize("language", EDITIONS)
def test_the_page_of_solutions_is_empty(site, school, language):
    name = f"{folder(language)}pages/solutions.html"
    assert len(soup(site / name).select("pre")) > 5
    assert not soup(school / name).select("article pre, article details, article dl")
    assert soup(school / name).select_one("article h1")


def test_a_page_without_questions_is_as_it_was(site, school):
    assert (school / "pages/errata.html").read_text("utf-8") == (site / "pages/errata.html").read_text("utf-8")


@pytest.mark.parametrize("language", EDITIONS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda page: page.stem)
def test_a_lesson_has_its_ten_slides(school, lesson, language):
    deck = soup(school / f"{folder(language)}slides/{lesson.stem}.html")
    kinds = [slide["class"][1] for slide in deck.select(".slide")]
    if lesson.number == 0:
        assert 6 <= len(kinds) <= 10
    else:
        assert len(kinds) == (9 if lesson.number == 7 else 10)  # chapter 7 has tables, no figure
        assert r"\boxed" in deck.select_one(".slide.formula .formula").get_text()
        assert deck.select(".slide.formula table tr")
        assert len(deck.select(".slide.table tr")) >= 6
    assert kinds[:3] == ["title", "figure", "question"]
    assert len(deck.select(".slide")[-1].select("li")) == 3
    assert not deck.select("details, script")


@pytest.mark.parametrize("language", EDITIONS)
def test_slides_fit_their_screen_and_their_sheet(school, browser, language, tmp_path):
    page = browser.new_page(viewport=SCREEN)
    for lesson in LESSONS:
        path = school / f"{folder(language)}slides/{lesson.stem}.html"
        page.goto(path.as_uri())
        beyond = page.evaluate("""[...document.querySelectorAll(".slide, .content")]
            .filter((part) => part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1)
            .map((part) => part.closest(".slide").className)""")
        assert not beyond, lesson.stem
        broken = page.evaluate("[...document.images].filter((image) => !image.naturalWidth).length")
        assert not broken, lesson.stem
        page.pdf(path=tmp_path / "slides.pdf", prefer_css_page_size=True)
        assert len(pypdfium2.PdfDocument(tmp_path / "slides.pdf")) == page.locator(".slide").count()
    page.close()


def test_a_folder_of_others_is_left_alone(site, tmp_path):
    (tmp_path / "mine.txt").write_text("kept", "utf-8")
    with pytest.raises(SystemExit, match="did not make it"):
        teach.write(site, tmp_path)
    assert (tmp_path / "mine.txt").read_text("utf-8") == "kept"


def test_objectives_name_what_the_lesson_asks():
    """Each question and exercise of a lesson serves an objective, and each objective is asked for."""
    for lesson in LESSONS:
        text = lesson.source.read_text("utf-8")
        named = [name for entry in lesson.objectives for name in entry["by"]]
        posed = [*questions.asked(text), *teach.exercises_of(text)]
        assert sorted(named) == sorted(posed), lesson.stem
        assert all(entry["zh"] and entry["en"] and entry["by"] for entry in lesson.objectives)
