"""One PDF per language, printed by the browser that is there."""

import sys
from pathlib import Path

import pytest
from conftest import CHROMIUM, missing
from pypdf import PdfReader

import course


@pytest.fixture(scope="module")
def printed(project, site):
    """What ``python3 course.py pdf`` makes of the project; ``site`` has run its notebooks already."""
    if not CHROMIUM:
        missing("chromium")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course, "ROOT", project)
        patch.setattr(course, "BIN", Path(sys.executable).parent)
        patch.setenv("CHROMIUM", CHROMIUM)
        patch.setenv("PYTHONPATH", str(project))
        patch.chdir(project)
        course.pdf()
    return project / "_build" / "pdf"


@pytest.mark.parametrize(("name", "phrase"), [("course-zh", "偏差修正"), ("course-en", "bias correction")])
def test_pdf_has_text_formulas_and_figures(printed, name, phrase):
    pages = PdfReader(printed / f"{name}.pdf").pages
    text = "\n".join(page.extract_text() for page in pages)
    assert len(pages) > 40
    assert phrase in text
    assert not [line for line in text.splitlines() if "\\frac" in line or "\\tag" in line], "a formula was not set"
    fonts = [font.get_object() for page in pages for font in page["/Resources"].get("/Font", {}).values()]
    assert any("KaTeX" in str(font.get("/BaseFont")) for font in fonts)
    assert sum(len(page.images) for page in pages) > 20
