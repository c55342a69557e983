"""What the page calls, as a notebook calls ``shell``: an answer comes in as text, words come out as lists of lines.

Runs in MicroPython and in CPython alike.  The learner's own ``import numpy``
finds the stand-in of ``browser.vector``; ``/lib`` is where the page keeps its files.
"""

import json
import sys

from gdcourse.browser import reading
from gdcourse.browser.vector import Vec, np
from gdcourse.exercises import core

FILES = "/lib/gdcourse/"
FULL_WIDTH = "（）［］｛｝【】，。：；＝＋－＊／＜＞“”‘’　−"  # what looks like code and is none
PRINTED = 200  # characters that are shown of what the learner prints

_kept = {}


def exercises():
    """All exercises by name, made on first use."""
    if "exercises" not in _kept:
        sys.modules["numpy"] = np
        _kept["exercises"] = core.load(_read, json.loads(_read("rules.json")))
    return _kept["exercises"]


def words():
    """The messages in the page's language, where they differ those for the page."""
    if "words" not in _kept:
        known = json.loads(_read("exercises/messages.json"))
        known["mistakes"].update(known["page"])
        _kept["words"] = known
    return _kept["words"]


def _read(name):
    with open(FILES + name) as file:
        return file.read()


def check(id, source):
    """What is right or wrong with ``source``, the text of an answer to exercise ``id``."""
    printed = []

    def show(*values, sep=" ", end="\n"):
        printed.append(sep.join([str(value) for value in values]))

    where = {}

    def line_of(error):
        where["line"] = line = reading.line_of(error, "<answer>")
        return line and "[" + str(line) + "] " + source.split("\n")[line - 1].strip()

    sign, number = _not_code(source)
    if sign:
        said = _said({"exercise": id, "kind": "error", "id": "full_width", "got": sign, "line": str(number)})
        said["line"] = number
        return said
    exercise, scope = exercises()[id], {"np": np, "gd": _Course, "print": show}
    result = {"exercise": id, "kind": "error"}
    try:
        exec(_compiled(source), scope)
    except SyntaxError as error:
        where["line"] = line = reading.line_of(error, "<answer>")
        result.update({"id": "syntax", "error": reading.words_of(error), "line": str(line or "?")})
    except Exception as error:
        result = core.failed(exercise, error, line_of)
    if "id" not in result:
        if "my_" + id in scope:
            result = core.diagnose(exercise, scope["my_" + id], lambda values, shape: Vec(values), line_of)
        else:
            result.update({"id": "no_function", "got": "my_" + id})
    if result["id"] == "exception" and result.get("about", "array") == "array":
        if "object 'np' has no" in result["error"] or "'Vec' object" in result["error"]:
            result["id"] = "no_numpy"
        elif "'function' object has no" in result["error"] or "'closure' object has no" in result["error"]:
            result.update({"id": "hidden", "kind": "wrong", "about": "attribute"})
    said = _said(result)
    said["line"] = where.get("line")
    if printed:
        said["lines"].append(words()["words"]["printed"].format(printed=" ⏎ ".join(printed)[:PRINTED]))
    return said


def _compiled(source):
    """The code of an answer; what Python only warns of is no error."""
    if "warnings" not in sys.modules:  # MicroPython warns of nothing
        return compile(source, "<answer>", "exec")
    with sys.modules["warnings"].catch_warnings():
        sys.modules["warnings"].simplefilter("ignore")
        return compile(source, "<answer>", "exec")


def late(id, seconds):
    """What to say when the function had not finished after ``seconds``."""
    return _said({"exercise": id, "kind": "error", "id": "timeout", "got": str(seconds)})


def hint(id, level):
    """Hint ``level``: 1 the idea, 2 the formula, 3 the line."""
    count = len(words()["hints"][id])
    level = min(max(level, 1), count)
    got = str(level) + "/" + str(count)
    return _said({"exercise": id, "kind": "note", "id": "hint", "got": got, "level": level})


def not_yet(id):
    """What to say to somebody who asks for the solution before trying."""
    return _said({"exercise": id, "kind": "note", "id": "not_yet"})


def solution(id):
    """The source of the reference."""
    return exercises()[id].source


def _said(result):
    lines = core.text(result, words())
    return {"id": result["id"], "kind": result["kind"], "sign": core.SIGNS[result["kind"]], "lines": lines}


def _not_code(source):
    """The first sign that an input method for Chinese left in the code, and its line; (None, 0) if there is none."""
    for number, line in enumerate(source.split("\n")):
        for sign in line.split("#")[0]:
            if sign in FULL_WIDTH:
                return sign, number + 1
    return None, 0


class _Course:
    """What a cell copied from the notebook calls ``gd``."""

    check = hint = solution = staticmethod(lambda *arguments, **knobs: None)
