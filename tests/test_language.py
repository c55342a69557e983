"""Two languages, and every character of a figure in both."""

import logging
import re
import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from conftest import ROOT, RULES, missing
from matplotlib import font_manager

import gdcourse as gd
from gdcourse import plotting

FONT = ROOT / "gdcourse" / "fonts" / "CourseSansSC-Regular.otf"


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

    has = FT2Font(str(FONT)).get_charmap()
    files = ("source/*.*", "gdcourse/**/*.py", "gdcourse/**/*.json", "gdcourse/fonts/words.txt")
    for path in [path for pattern in files for path in ROOT.glob(pattern)]:
        missing = {c for c in path.read_text("utf-8") if "\u3400" <= c <= "\u9fff" and ord(c) not in has}
        assert not missing, f"{path.name} writes {missing}; run tools/font.py"


# --- on a machine without a Chinese font, and on one with


def titles(*texts):
    return lambda ax: ax.set_title("\n".join(texts))


def lines(text, width=60):
    characters = re.sub(r"\s", "", text)
    return [characters[i : i + width] for i in range(0, len(characters), width)]


@pytest.fixture
def fonts():
    """matplotlib's list of fonts, to be changed at will."""
    manager = font_manager.fontManager
    before = manager.ttflist
    manager.ttflist = list(before)
    yield manager
    # without ours, the next call registers it anew and forgets what was found
    manager.ttflist = [font for font in before if font.fname != str(FONT)]


@pytest.fixture
def bare(fonts):
    """A machine with no font but those that come with matplotlib."""
    fonts.ttflist = [font for font in fonts.ttflist if font.fname.startswith(matplotlib.get_data_path())]
    gd.use_language("zh")
    return fonts


LEVEL_1 = b"".join(bytes([0xA0 + row, 0xA0 + cell]) for row in range(16, 56) for cell in range(1, 95))
TERMS = yaml.safe_load((ROOT / "source" / "terms.yml").read_text("utf-8"))
ALONE = {
    "GB 2312, level 1": LEVEL_1.decode("gb2312", "ignore"),
    "the glossary": "".join(re.findall("[\u3000-\u9fff]", "".join(t["zh"] + t["means"]["zh"] for t in TERMS))),
    "the words of the field": (ROOT / "gdcourse" / "fonts" / "words.txt").read_text("utf-8"),
    "some of them": "交叉熵损失、共轭梯度、利普希茨与闵可夫斯基、薛定谔、鸢尾花、骰子、博弈、耦合、混沌、伽马、湍流",
    "mathematics": "−1 ± 2 × 3 ≤ ∞ ∇ ∂ ∑ ∏ √ ∈ ≈ ≠ → ‖θ‖ αβγδεζηθικλμνξοπρστυφχψω ΓΔΘΛΞΠΣΦΨΩ",
    "traditional": "學習率與損失函數、梯度下降、動量、偏差修正、參數、權重、訓練資料、驗證、收斂、發散、優化器、步數",
}


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
@pytest.mark.parametrize("formula", ["", "$J$ "], ids=["plain", "with a formula"])
def test_the_font_is_enough_alone(text, formula, bare, caplog):
    assert draw(titles(*[formula + line for line in lines(text)]), caplog) == []


def test_level_1_is_whole():
    assert len(ALONE["GB 2312, level 1"]) == 3755


@pytest.mark.parametrize("text", ["龘", "$龘$"])
def test_an_empty_box_would_be_seen(text, bare, caplog):
    said = draw(titles(text), caplog)
    assert said
    # of that one, and of no font that is not there
    assert all("9f98" in line.lower() for line in said)


def han_font(path, name, characters, weight=400):
    """A font in which those characters look like 中."""
    from fontTools import subset, ttLib

    font = ttLib.TTFont(FONT)
    cutter = subset.Subsetter()
    cutter.populate(text="中")
    cutter.subset(font)
    for table in font["cmap"].tables:
        table.cmap = dict.fromkeys(map(ord, characters), font.getGlyphOrder()[-1])
    for record in font["name"].names:
        if record.nameID in (1, 4, 6, 16):
            record.string = name
    font["OS/2"].usWeightClass = weight
    font.save(path)
    return path


@pytest.mark.parametrize(
    "name", ["Noto Sans CJK JP", "Microsoft YaHei", "PingFang HK", "Heiti TC", "WenQuanYi Zen Hei", "Written by Hand"]
)
def test_a_chinese_font_of_the_system_has_the_rest(name, bare, tmp_path, caplog):
    bare.addfont(han_font(tmp_path / "one.otf", name, "漢龘"))
    gd.use_language("en")
    assert plt.rcParams["font.family"] == ["Course Sans SC", "DejaVu Sans", name]
    assert draw(titles("学习率 龘"), caplog) == []


@pytest.fixture
def noto():
    if not any("CJK" in font.name for font in font_manager.fontManager.ttflist):
        missing("Noto Sans CJK, Debian's fonts-noto-cjk,")


def test_the_font_of_this_system_has_the_rest(noto, caplog):
    gd.use_language("zh")
    assert draw(titles("學習率與損失函數", "龘龜鬱籲 喆堃"), caplog) == []


def test_no_remark_on_a_font_that_is_lighter_or_heavier(bare, tmp_path, caplog):
    for weight in (300, 500, 700):
        bare.addfont(han_font(tmp_path / f"{weight}.otf", "WenQuanYi Zen Hei", "漢龘", weight))
    gd.use_language("zh")
    gd.use_language("zh")
    with caplog.at_level(logging.WARNING):
        found = font_manager.findfont("WenQuanYi Zen Hei", fallback_to_default=False)
        assert draw(titles("龘"), caplog) == []
    assert not caplog.records
    assert found in (str(tmp_path / "300.otf"), str(tmp_path / "500.otf"))


def test_the_regular_font_of_a_family_is_taken_and_none_that_is_gone(bare, tmp_path, caplog):
    for name, weight in [("SimHei", 300), ("SimHei", 400), ("PingFang SC", 400)]:
        bare.addfont(han_font(tmp_path / f"{name}{weight}.otf", name, "漢龘", weight))
    (tmp_path / "PingFang SC400.otf").unlink()
    gd.use_language("zh")
    assert plt.rcParams["font.family"][2:] == ["SimHei"]
    assert font_manager.findfont("SimHei") == str(tmp_path / "SimHei400.otf")
    assert draw(titles("龘"), caplog) == []


def test_a_font_for_simplified_characters_comes_before_its_sisters(bare, tmp_path):
    for country in ("HK", "SC", "TC"):
        bare.addfont(han_font(tmp_path / f"{country}.otf", f"Noto Sans CJK {country}", "漢"))
    gd.use_language("zh")
    assert plt.rcParams["font.family"][2:] == ["Noto Sans CJK SC"]


@pytest.mark.parametrize("form", ["pdf", "svg"])
def test_the_rest_is_in_every_kind_of_file(form, noto, tmp_path, caplog):
    gd.use_language("zh")
    with caplog.at_level(logging.WARNING):
        fig, ax = plotting.figure()
        ax.set(title="交叉熵损失 龘", xlabel="學習率 $\\eta$")
        fig.savefig(tmp_path / f"a.{form}")
        plt.close(fig)
    assert not caplog.records


# --- what others take away


def seaborn_theme():
    """What sns.set_theme() changes of ours, and some more."""
    plt.rcParams.update(
        {
            "font.family": ["sans-serif"],
            "font.sans-serif": ["Arial", "SimHei"],
            "axes.grid": False,
            "axes.spines.top": True,
            "axes.titlesize": 12,
            "axes.prop_cycle": plt.cycler("color", ["red"]),
            "lines.linewidth": 1.5,
            "mathtext.fontset": "stix",
        }
    )


def lose_the_font():
    manager = font_manager.fontManager
    manager.ttflist = [font for font in manager.ttflist if font.fname != str(FONT)]


TAKEN = {
    "plt.rcdefaults": plt.rcdefaults,
    "plt.style.use": lambda: plt.style.use("default"),
    "another style": lambda: plt.style.use("ggplot"),
    "rc_file_defaults": matplotlib.rc_file_defaults,
    "rcParams.update": lambda: plt.rcParams.update(matplotlib.rcParamsDefault),
    "a theme of seaborn": seaborn_theme,
    "another font": lambda: plt.rc("font", family="DejaVu Serif"),
    "the list made anew": lambda: font_manager.fontManager.__init__(),
    "the font struck out": lose_the_font,
}


@pytest.mark.parametrize("take", TAKEN.values(), ids=TAKEN)
def test_use_language_gives_back_what_others_took(take, fonts, caplog):
    ours = matplotlib.rc_params_from_file(ROOT / "gdcourse" / "course.mplstyle", use_default_template=False)

    def here():
        return {key: plt.rcParams[key] for key in ours if key != "font.family"}, plt.rcParams["font.family"][:2]

    gd.use_language("zh")
    before = here()
    take()
    with warnings.catch_warnings(), caplog.at_level(logging.CRITICAL):
        warnings.simplefilter("ignore")  # boxes, in between
        fig, ax = plotting.figure()
        ax.set_title("损失 $J$")
        fig.canvas.draw()
        plt.close(fig)
    caplog.clear()
    gd.use_language("zh")
    assert here() == before
    assert draw(titles("损失 $J$", "交叉熵"), caplog) == []


def test_use_language_serves_a_list_of_fonts_that_has_taken_the_others_place(monkeypatch, caplog):
    new = font_manager._load_fontmanager(try_read_cache=False)
    monkeypatch.setattr(font_manager, "fontManager", new)
    lost = [font for font in font_manager.findfont.__self__.ttflist if font.fname != str(FONT)]
    monkeypatch.setattr(font_manager.findfont.__self__, "ttflist", lost)
    gd.use_language("zh")
    assert draw(titles("损失 $J$", "交叉熵"), caplog) == []
    assert any(font.fname == str(FONT) for font in new.ttflist)
