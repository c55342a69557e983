"""The language in which the course speaks: messages, labels, and the font for them."""

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

_language = "en"


def use_language(language):
    """Speak Chinese (``"zh"``) or English (``"en"``) from now on.

    Messages, labels of figures and advice follow; figures get the course's
    style, with a bundled font that has every Chinese character they use.

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


def language():
    """The language in use: ``"zh"`` or ``"en"``."""
    return _language


def say(zh, en):
    """Whichever of the two texts is in the language in use."""
    return zh if _language == "zh" else en


@cache
def _set_up_figures():
    """Register the font and the course's figure style with matplotlib, once."""
    from matplotlib import font_manager, style

    font_manager.fontManager.addfont(HERE / "fonts" / "CourseSansSC-Regular.otf")
    style.use(HERE / "course.mplstyle")
