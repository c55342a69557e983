"""The language in which the course speaks: messages, labels, and the font for them."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

HERE = Path(__file__).parent
FONT = HERE / "fonts" / "CourseSansSC-Regular.otf"

# How the names of the families that write Chinese begin, the best to read first.
CHINESE = (
    "Noto Sans CJK", "Source Han Sans", "PingFang", "Hiragino Sans GB", "Microsoft YaHei", "DengXian", "SimHei",
    "Heiti", "STHeiti", "WenQuanYi", "Noto Sans SC", "Droid Sans Fallback", "Microsoft JhengHei", "Noto Serif CJK",
    "Source Han Serif", "Songti", "SimSun", "AR PL", "Arial Unicode MS",
)  # fmt: skip
REGULAR = (400, "normal", "regular")

_language = "en"


def use_language(language: str) -> None:
    """Speak Chinese (``"zh"``) or English (``"en"``) from now on.

    Messages, labels of figures and advice follow; figures get the course's
    style, with a bundled font that has the Chinese of the course and its field
    and the system's Chinese fonts for the rest.  Call it again when something
    else has changed matplotlib's settings or its list of fonts.

    Raises ValueError for any other language.
    """
    global _language
    if language not in ("zh", "en"):
        raise ValueError(
            say(
                f'语言只能是 "zh"（中文）或 "en"（英文），收到的是 {language!r}',
                f'the language must be "zh" (Chinese) or "en" (English), got {language!r}',
            )
        )
    _language = language
    _set_up_figures()


def language() -> str:
    """The language in use: ``"zh"`` or ``"en"``."""
    return _language


def say(zh: T, en: T) -> T:
    """Whichever of the two texts is in the language in use."""
    return zh if _language == "zh" else en


def _set_up_figures() -> None:
    """Give matplotlib the course's font and style: each time anew, for others may have taken them away."""
    from matplotlib import font_manager, rcParams, style

    # Figures look for fonts where findfont does, also after another list has taken this one's place.
    drawing = getattr(font_manager.findfont, "__self__", font_manager.fontManager)
    for manager in {drawing, font_manager.fontManager}:
        if not any(font.fname == str(FONT) for font in manager.ttflist):
            manager.addfont(FONT)
    style.use(HERE / "course.mplstyle")
    for font in _chinese(drawing.ttflist):
        rcParams["font.family"] = [*rcParams["font.family"], font.name]
        # else the first figure would come with a remark that this font is lighter or heavier
        if font.weight not in REGULAR:
            drawing.ttflist.append(replace(font, weight=400))


def _chinese(fonts: Any) -> list[Any]:
    """Of each of the system's families that write Chinese the most regular font, best first."""
    fonts = [font for font in fonts if font.fname != str(FONT) and Path(font.fname).is_file()]
    known = [font for font in fonts if font.name.startswith(CHINESE)]
    fonts = known or [font for font in fonts if _has_han(font.fname)]
    starts = CHINESE if known else sorted({font.name for font in fonts})
    # of sisters in the forms of several countries, the one for simplified characters
    fonts.sort(key=lambda font: (not font.name.endswith("SC"), font.name, font.weight not in REGULAR))
    best = [next((font for font in fonts if font.name.startswith(start)), None) for start in starts]
    return [font for font in best if font]


@cache
def _has_han(path: str) -> bool:
    """Has the font Chinese characters?  The one that has everything has only boxes."""
    from matplotlib.ft2font import FT2Font

    font = FT2Font(path)
    return font.get_char_index(ord("\u6f22")) > 0 and font.get_char_index(0xFFFF) == 0
