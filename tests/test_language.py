"""Two languages, and every character of a figure in both."""

import logging
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import ROOT, RULES

import gdcourse as gd
from gdcourse import plotting


def test_say_follows_use_language():
    assert (gd.language(), gd.say("学习率", "learning rate")) == ("en", "learning rate")
    gd.use_language("zh")
    assert (gd.language(), gd.say("学习率", "learning rate")) == ("zh", "学习率")


def test_a_refused_language_changes_nothing():
    gd.use_language("zh")
    with pytest.raises(ValueError, match="'fr'"):
        gd.use_language("fr")
    assert gd.language() == "zh"


def test_the_next_test_starts_in_english():
    assert gd.language() == "en"


BOWL, LINE = gd.Surface("bowl", kappa=10), gd.LinearRegression.line()
RUN = gd.minimize(BOWL, gd.adam, steps=20, lr=0.1)
LOST = gd.minimize(gd.Surface("rosenbrock"), gd.sgd, steps=50, lr=0.1)

FIGURES = {
    "figure": lambda ax: ax,
    "look": lambda ax: ax.plot([1, 2], **plotting.look("adam")),
    "losses": lambda ax: plotting.losses(ax, RUN, LOST, best=0.1),
    "contours": lambda ax: plotting.contours(ax, BOWL),
    "path": lambda ax: plotting.path(ax, RUN, every=2),
    "regression": lambda ax: plotting.regression(ax, LINE, exact=LINE.exact),
    "map_of": lambda ax: plotting.map_of(ax, np.array([[1.0, np.inf], [0.1, 10]]), [1, 2], [1, 2]),
}


def draw(picture, caplog):
    """Draw, and return what matplotlib says about glyphs it does not have."""
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        fig, ax = plotting.figure()
        picture(ax)
        fig.canvas.draw()
        plt.close(fig)
    said = [str(w.message) for w in caught] + [record.getMessage() for record in caplog.records]
    return [text for text in said if "lyph" in text or "not found" in text]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("picture", FIGURES.values(), ids=FIGURES)
def test_no_empty_boxes(picture, language, caplog):
    gd.use_language(language)
    assert draw(picture, caplog) == []


@pytest.mark.parametrize("text", ["龘", "$龘$"])
def test_an_empty_box_would_be_seen(text, caplog):
    assert draw(lambda ax: ax.set_title(text), caplog)


def test_every_plotting_function_is_drawn_here():
    ours = {name for name, f in vars(plotting).items() if getattr(f, "__module__", "") == plotting.__name__}
    assert {name for name in ours if not name.startswith("_")} == set(FIGURES)


def test_labels_follow_the_language(caplog):
    labels = []
    for language in ("zh", "en"):
        gd.use_language(language)
        draw(lambda ax: labels.append(plotting.losses(ax, RUN).get_xlabel()), caplog)
    assert labels == ["步数 $t$", "step $t$"]


def test_every_rule_has_a_look_of_its_own():
    looks = [tuple(plotting.look(rule).values()) for rule in RULES]
    assert len(set(looks)) == len(RULES)


def test_chinese_punctuation_is_in_the_font(caplog):
    gd.use_language("zh")
    marks = "、。，；：？！（）《》“”—…"
    assert draw(lambda ax: ax.set_title(marks), caplog) == []


def test_font_has_every_han_character_that_the_course_writes():
    from matplotlib.ft2font import FT2Font

    has = FT2Font(str(ROOT / "gdcourse" / "fonts" / "CourseSansSC-Regular.otf")).get_charmap()
    for path in [*ROOT.glob("source/*"), *ROOT.glob("gdcourse/**/*.py")]:
        missing = {c for c in path.read_text("utf-8") if "\u3400" <= c <= "\u9fff" and ord(c) not in has}
        assert not missing, f"{path.name} writes {missing}; run tools/font.py"
