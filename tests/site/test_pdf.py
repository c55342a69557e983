"""One PDF per language, printed by the browser that is there.

The page of all chapters is made and looked at whole.  On paper comes a part of
it, a lesson and its trial: the whole, of 600 sheets, takes a browser minutes.
"""

import ctypes
import sys
from pathlib import Path

import pypdfium2
import pytest
from bs4 import BeautifulSoup
from conftest import CHROMIUM, UNSOUGHT, missing
from project import chapters
from pypdfium2 import raw

import course

ON_PAPER = ("chapters/05_adam", "pages/solutions", "chapters/05_adam_tested")


@pytest.fixture(scope="module")
def printed(project, site):
    """What ``python3 course.py pdf`` makes of the project; ``site`` has run its notebooks already."""
    if not CHROMIUM:
        missing("chromium")
    whole = course.print_page
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "ROOT", project)
        patch.setattr(course, "BIN", Path(sys.executable).parent)
        patch.setenv("PYTHONPATH", str(project))
        patch.setattr(course, "print_page", lambda browser, page, pdf: whole(browser, shortened(page), pdf))
        patch.chdir(project)
        course.pdf(CHROMIUM)
    return project / "_build" / "pdf"


def shortened(page):
    """The page without most of its chapters."""
    book = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    for place in book.select("article span[id^='document-']"):
        if not place.decomposed and place["id"].removeprefix("document-") not in ON_PAPER:
            place.find_next_sibling("section").decompose()
    short = page.with_name("short.html")
    short.write_text(str(book), "utf-8")
    return short


@pytest.mark.parametrize("edition", [".", "en"])
def test_the_page_of_all_chapters_has_two_parts(printed, project, edition):
    """Lessons, what is looked up, the answers; then the trials and what belongs to them.  Every formula is set."""
    out = project if edition == "." else project / "_build" / "en"
    text = (out / "_build" / "singlehtml" / "index.html").read_text("utf-8")
    book = BeautifulSoup(UNSOUGHT.sub("", text), "html.parser")
    second = [place["id"] for place in book.select(".second-part span[id^='document-']")]
    first = [place["id"] for place in book.select("article span[id^='document-']") if place["id"] not in second]
    trials = [f"document-{page.address}" for page in chapters() if page.stem.endswith("_tested")]
    lessons = [f"document-{page.address}" for page in chapters() if page.lesson]
    assert len(trials) >= 9
    assert second[: len(trials)] == trials
    assert second[-1] == "document-pages/references"
    assert first[: len(lessons)] == lessons
    assert first[-1] == "document-pages/solutions"
    assert text.count('class="katex-html"') == text.count("<math") > 2000
    assert "katex-error" not in text


def font_of(text):
    name = ctypes.create_string_buffer(100)
    raw.FPDFFont_GetBaseFontName(raw.FPDFTextObj_GetFont(text), name, len(name))
    return name.value.decode()


@pytest.mark.parametrize(
    ("name", "phrase", "second", "trial"),
    [
        ("course-zh", "偏差修正", "第二部分：实测", "其余的练习"),
        ("course-en", "bias correction", "Part two: the tests", "The other exercises"),
    ],
)
def test_pdf_has_text_formulas_and_figures(printed, name, phrase, second, trial):
    pages = list(pypdfium2.PdfDocument(printed / f"{name}.pdf"))
    text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    assert len(pages) > 20
    assert phrase in text
    assert not [line for line in text.splitlines() if "\\frac" in line or "\\tag" in line], "a formula was not set"
    texts = (piece for page in pages for piece in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]))
    assert any("KaTeX" in font_of(piece) for piece in texts)
    texts = [page.get_textpage().get_text_range() for page in pages]
    [begin] = [i for i, text in enumerate(texts) if second in text]
    trials = [i for i, text in enumerate(texts) if trial in text]
    assert trials, "lessons first, then the trials"
    assert begin <= min(trials)
    assert sum(1 for page in pages for _ in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE])) > 8
