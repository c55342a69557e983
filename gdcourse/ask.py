"""A question in a notebook: it answers only when it is asked.

    gd.ask("momentum-steps")

Texts, choices and reasons are printed from ``source/questions.yml`` into
``data/questions.json``, as HTML with formulas in ``\\(…\\)``.  In a live notebook
the question is a small form (ipywidgets); in the book it is the same HTML that
chapters show, of which ``selfcheck.js`` makes a form.
"""

import html
import json
import os
import re
from functools import cache
from pathlib import Path

from gdcourse.language import language, say

FILE = Path(__file__).parent / "data" / "questions.json"
STILL = "GDCOURSE_STILL"  # as for the explorer: the book and the notebooks are being printed
TAGS = re.compile(r"<[^>]+>")


@cache
def questions():
    """{id: {"kind", "zh": {"asks", "code", "choices"}, "en": …}}."""
    return json.loads(FILE.read_text("utf-8"))


def ask(name):
    """The question of this name, to be shown by a cell.

    Raises KeyError, with the names that come nearest, if there is none.
    """
    if name not in questions():
        import difflib

        near = difflib.get_close_matches(str(name), questions(), 3, 0.3) or list(questions())[:3]
        raise KeyError(say(f"没有叫 {name!r} 的题；有 {'、'.join(near)} ……", f"no question {name!r}; there are {', '.join(near)} …"))
    return Question(name)


class Question:
    """What ``ask`` returns.  ``answer(text)`` judges a choice ("B") or a number ("0.3"), for those without widgets."""

    def __init__(self, name):
        self.name, self.kind = name, questions()[name]["kind"]

    @property
    def texts(self):
        return questions()[self.name][language()]

    def answer(self, text):
        """(whether it is right, why), or (None, what to type) if it is no answer."""
        choices, typed = self.texts["choices"], str(text).strip()
        if len(typed) == 1 and "A" <= typed.upper() < chr(ord("A") + len(choices)):
            choice = choices[ord(typed.upper()) - ord("A")]
            return choice["right"], choice["because"]
        if self.kind != "value":
            return None, say("请输入选项前的字母。", "Type the letter of a choice.")
        try:
            given = float(typed.translate(WIDE))
        except ValueError:
            return None, say("请输入一个数，例如 0.25 或 1e-3。", "Please enter a number, such as 0.25 or 1e-3.")
        near = [choice for choice in choices if agrees(given, choice["value"])]
        if near:
            return near[0]["right"], near[0]["because"]
        return False, say(
            "不对，但也不是常见的错。把算式写下来，再算一遍。",
            "Not right, and not one of the common mistakes. Write the calculation down and do it once more.",
        )

    # --- showing

    def html(self):
        """As the chapters show it: choices that unfold."""
        texts = self.texts
        code = f"<pre>{texts['code']}</pre>" if texts.get("code") else ""
        choices = "".join(
            f'<details{" class=right" if c["right"] else ""}{valued(c)}><summary>{letter}. {c["says"]}</summary>'
            f"{c['because']}</details>"
            for letter, c in zip("ABCDEFGH", texts["choices"], strict=False)
        )
        activity = {"value": "number", "bug": "bug"}.get(self.kind, "choice")
        return (
            f'<div class="question {self.kind}" id="q-{self.name}" data-activity="{activity}">'
            f"{texts['asks']}{code}{choices}</div>"
        )

    def __repr__(self):
        """The question and what can be chosen, and nothing of the answer."""
        texts = self.texts
        letters = [f"  {x}. {plain(c['says'])}" for x, c in zip("ABCDEFGH", texts["choices"], strict=False)]
        lines = [plain(texts["asks"]), *([html.unescape(texts["code"])] if texts.get("code") else [])]
        return "\n".join(lines + (letters if self.kind != "value" else []))

    @property
    def widget(self):
        """The form, made when it is first asked for."""
        if not hasattr(self, "_widget"):
            self._widget = form(self)
        return self._widget

    def _repr_mimebundle_(self, **options):
        shown = {"text/plain": repr(self)}
        if os.environ.get(STILL):
            return shown | {"text/html": self.html()}
        try:
            bundle = self.widget._repr_mimebundle_(**options)
        except ImportError:
            return shown | {"text/html": self.html()}
        return {**bundle, **shown}


WIDE = str.maketrans("０１２３４５６７８９．－＋−", "0123456789.-+-")


def agrees(given, value):
    """To the digits that a reader types: half a per cent."""
    return abs(given - value) <= 0.005 * abs(value) + 1e-12


def valued(choice):
    return f' data-value="{choice["value"]!r}"' if "value" in choice else ""


def plain(text):
    return html.unescape(TAGS.sub("", text)).replace("\\(", "").replace("\\)", "").strip()


def form(question):
    """Buttons or a field, and below them what there is to say to the answer."""
    import ipywidgets as widgets

    texts = question.texts
    said = widgets.HTMLMath(layout={"max_width": "44em"})

    def judge(text):
        right, why = question.answer(text)
        sign = {True: "✓ ", False: "✗ ", None: ""}[right]
        said.value = why.replace("<p>", f"<p>{sign}", 1) if why.startswith("<p>") else sign + why

    asks = widgets.HTMLMath(texts["asks"], layout={"max_width": "44em"})
    code = [widgets.HTML(f"<pre>{texts['code']}</pre>")] if texts.get("code") else []
    if question.kind == "value":
        field = widgets.Text(placeholder=say("你的答案", "your answer"), continuous_update=False)
        button = widgets.Button(description=say("检查", "Check"))
        field.observe(lambda change: change["new"] and judge(change["new"]), "value")
        button.on_click(lambda _: judge(field.value))
        rows = [widgets.HBox([field, button])]
    else:
        rows = []
        for letter, choice in zip("ABCDEFGH", texts["choices"], strict=False):
            button = widgets.Button(description=letter, layout={"width": "3em"})
            button.on_click(lambda _, letter=letter: judge(letter))
            rows.append(widgets.HBox([button, widgets.HTMLMath(choice["says"])]))
    return widgets.VBox([asks, *code, *rows, said])
