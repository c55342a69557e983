"""A question in a notebook: it answers only when it is asked.

    gd.ask("momentum-steps")

Texts, choices and reasons are printed from ``source/questions.yml`` into
``data/questions.json``, as HTML with formulas in ``\\(…\\)``.  In a live notebook
the question is a small form (ipywidgets); in the book, and where there are no
widgets, its choices unfold, and the book's ``selfcheck.js`` makes a form of them.
As plain text, which is all that a saved notebook keeps, it says what is asked
and what can be chosen, and nothing of the answer.
"""

import difflib
import html
import json
import os
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from gdcourse.inline import figures_only_after_cells
from gdcourse.languages import language, say

FILE = Path(__file__).parent / "data" / "questions.json"
STILL = "GDCOURSE_STILL"  # set while the book and the notebooks are printed; the explorer asks for it, too
LETTERS = "ABCDEFGH"
NEAR = 0.01  # a typed number may be off by so much of the value; as in selfcheck/questions.js
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.I)
TAG = re.compile(r"<[^>]+>")
WIDE = {"max_width": "44em"}
# What the form for a number says, here and on the page, whose script gets these very words.
WORDS = {
    "zh": {
        "number": "你的答案",
        "notNumber": "请输入一个数，例如 0.25 或 1e-3。",
        "unknown": "不对，但也不是常见的错。把算式写下来，再算一遍。",
    },
    "en": {
        "number": "Your answer",
        "notNumber": "Please enter a number, such as 0.25 or 1e-3.",
        "unknown": "Not right, and not one of the common mistakes. Write the calculation down and do it once more.",
    },
}


@cache
def questions() -> dict[str, Any]:
    """{name: {"kind", "activity", language: {"asks", "code", "choices"}}}; each choice has says, because, right."""
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def ask(name: str) -> "Question":
    """The question of this name, to be shown by a cell.

    Raises KeyError, with the names that come nearest, if there is none.
    """
    if name not in questions():
        near = difflib.get_close_matches(str(name), questions(), 3, 0.3) or list(questions())[:3]
        raise KeyError(
            say(
                f"没有叫 {name!r} 的题；有 {'、'.join(near)} ……", f"no question {name!r}; there are {', '.join(near)} …"
            )
        )
    return Question(name)


class Question:
    """What ``ask`` returns.  Its texts are in the language that is spoken when it is shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind, self.activity = (questions()[name][key] for key in ("kind", "activity"))

    @property
    def texts(self) -> dict[str, Any]:
        found: dict[str, Any] = questions()[self.name][language()]
        return found

    @property
    def choices(self) -> list[tuple[str, dict[str, Any]]]:
        """(letter, choice) for each."""
        return list(zip(LETTERS, self.texts["choices"], strict=False))

    def answer(self, text: str) -> tuple[bool | None, str]:
        """(whether it is right, why) for a letter or a number; (None, what to type) if it is neither."""
        if self.kind == "value":
            return self.judge(str(text))
        for letter, choice in self.choices:
            if plainer(str(text)).upper() == letter:
                return choice["right"], choice["because"]
        return None, say("请输入选项前的字母。", "Type the letter of a choice.")

    def judge(self, typed: str) -> tuple[bool | None, str]:
        """A typed number finds the value that it means, as it does on the page."""
        given = number(typed)
        if given is None:
            return None, WORDS[language()]["notNumber"]
        for _, choice in self.choices:
            if abs(given - choice["value"]) <= NEAR * abs(choice["value"]) + 1e-12:
                return choice["right"], choice["because"]
        return False, WORDS[language()]["unknown"]

    # --- showing

    def html(self) -> str:
        """Choices that unfold, as ``{{question name}}`` prints them into a page."""
        texts = self.texts
        code = f"<pre>{texts['code']}</pre>" if "code" in texts else ""
        head = f'<div class="question {self.kind}" id="q-{self.name}" data-activity="{self.activity}">'
        return f"{head}{texts['asks']}{code}{''.join(unfolding(*pair) for pair in self.choices)}</div>"

    def __repr__(self) -> str:
        texts = self.texts
        code = [html.unescape(texts["code"])] if "code" in texts else []
        letters = [f"  {letter}. {plain(choice['says'])}" for letter, choice in self.choices]
        return "\n".join([plain(texts["asks"]), *code, *(letters if self.kind != "value" else [])])

    @property
    def widget(self) -> Any:
        """The form, made when it is first asked for."""
        if not hasattr(self, "_widget"):
            self._widget = form(self)
        return self._widget

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        said = {"text/plain": repr(self)}
        if not os.environ.get(STILL):
            try:
                return {**self.widget._repr_mimebundle_(**options), **said}
            except ImportError:
                pass
        return {**said, "text/html": self.html()}


def number(typed: str) -> float | None:
    """What somebody typed, also in full width or with a decimal comma; None if it is no number."""
    text = re.sub("[−–—]", "-", plainer(typed))
    text = re.sub("[,。]", ".", text)
    return float(text) if NUMBER.fullmatch(text) else None


def plainer(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def unfolding(letter: str, choice: dict[str, Any]) -> str:
    right = ' class="right"' if choice["right"] else ""
    value = f' data-value="{choice["value"]:.12g}" data-says="{choice["says"]}"' if "value" in choice else ""
    return f"<details{right}{value}><summary>{letter}. {choice['says']}</summary>{choice['because']}</details>"


def plain(text: str) -> str:
    return re.sub(r"\\[()]", "$", html.unescape(TAG.sub("", text))).strip()


# --- the form -----------------------------------------------------------------


def form(question: Question) -> Any:
    """Buttons or a field, and below them what there is to say to the answer."""
    import ipywidgets as widgets

    figures_only_after_cells()
    said = widgets.HTMLMath(layout=WIDE)

    def judge(text: str) -> None:
        right, why = question.answer(text)
        sign = {True: "✓ ", False: "✗ ", None: ""}[right]
        said.value = why.replace("<p>", f"<p>{sign}", 1) if why.startswith("<p>") else sign + why

    asks = widgets.HTMLMath(question.texts["asks"], layout=WIDE)
    code = [widgets.HTML(f"<pre>{question.texts['code']}</pre>")] if "code" in question.texts else []
    answers = [field(judge)] if question.kind == "value" else [row(*pair, judge) for pair in question.choices]
    return widgets.VBox([asks, *code, *answers, said])


def field(judge: Any) -> Any:
    import ipywidgets as widgets

    text = widgets.Text(placeholder=WORDS[language()]["number"], continuous_update=False)
    button = widgets.Button(description=say("检查", "Check"))
    text.observe(lambda change: judge(change["new"]), "value")
    button.on_click(lambda _: judge(text.value))
    return widgets.HBox([text, button])


def row(letter: str, choice: dict[str, Any], judge: Any) -> Any:
    import ipywidgets as widgets

    button = widgets.Button(description=letter, layout={"width": "3em"})
    button.on_click(lambda _: judge(letter))
    return widgets.HBox([button, widgets.HTMLMath(choice["says"])])
