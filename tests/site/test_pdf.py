"""One PDF per language, printed by the browser that is there."""

import ctypes
import sys
from pathlib import Path

import pypdfium2
import pytest
from conftest import CHROMIUM, missing
from pypdfium2 import raw

import course


@pytest.fixture(scope="module")
def printed(project, site):
    """What ``python3 course.py pdf`` makes of the project; ``site`` has run its notebooks already."""
    if not CHROMIUM:
        missing("chromium")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "ROOT", project)
        patch.setattr(course, "BIN", Path(sys.executable).parent)
        patch.setenv("PYTHONPATH", str(project))
        patch.chdir(project)
        course.pdf(CHROMIUM)
    return project / "_build" / "pdf"


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
    assert len(pages) > 40
    assert phrase in text
    assert not [line for line in text.splitlines() if "\\frac" in line or "\\tag" in line], "a formula was not set"
    texts = (piece for page in pages for piece in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]))
    assert any("KaTeX" in font_of(piece) for piece in texts)
    texts = [page.get_textpage().get_text_range() for page in pages]
    [begin] = [i for i, text in enumerate(texts) if second in text]
    trials = [i for i, text in enumerate(texts) if trial in text]
    assert trials, "lessons first, then the trials"
    assert begin <= min(trials)
    assert sum(1 for page in pages for _ in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE])) > 20
