"""What a notebook adds to the diagnosis: a time limit, the learner's own line, text and HTML."""

import _thread
import contextlib
import difflib
import html
import io
import json
import linecache
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from functools import cache
from pathlib import Path

import numpy as np

from gdcourse.exercises import core
from gdcourse.language import language
from gdcourse.source import Source

HERE = Path(__file__).parent
SECONDS = 2.0  # that a learner's function may run, all probes together
SIGNS = core.SIGNS
# Readable on white and on black.
COLOURS = {"pass": "#2e8540", "wrong": "#c8372d", "convention": "#b26a00", "error": "#b0478f"}

_seen = {}  # exercise: "tried" or "solved"
_levels = {}  # exercise: hints given


class Message:
    """What ``check``, ``hint`` and ``solution`` say to the learner.

    ``ok``    whether the exercise is solved
    ``id``    "pass", "todo", "timeout", "mutates", … or the name of the mistake
    ``kind``  "pass", "wrong", "convention" (right elsewhere), "error" (did not
              run, or returned another form), "todo" or "note"
    ``details``  the numbers behind the message, a dictionary
    """

    def __init__(self, result, printed=""):
        self.id = result["id"]
        self.kind = result["kind"]
        self.ok = self.kind == "pass"
        self.details = result
        self._printed = printed

    def lines(self, lang=None):
        """The message as a list of sentences, in "zh" or "en" (default: the language in use)."""
        words = messages(lang or language())
        lines = core.text(self.details, words)
        if self._printed:
            lines.append(words["words"]["printed"].format(printed=self._printed))
        return lines

    def text(self, lang=None):
        """The message as plain text."""
        first, *rest = self.lines(lang)
        return "\n".join([f"{SIGNS[self.kind]} {first}", *(f"  {line}" for line in rest)])

    def __repr__(self):
        return self.text()

    def _repr_html_(self):
        first, *rest = (html.escape(line) for line in self.lines())
        colour, sign = COLOURS.get(self.kind, "#5b6b7b"), SIGNS[self.kind]
        more = "".join(f"<div>{line}</div>" for line in rest)
        return (
            f'<div role="status" lang="{language()}" style="border-left:4px solid {colour};padding:.3em .8em">'
            f'<div><strong style="color:{colour}">{sign}</strong> <strong>{first}</strong></div>{more}</div>'
        )


class _Listing(dict):
    """Exercise: "open", "tried" or "solved"."""

    def __repr__(self):
        signs = {"open": "○", "tried": "…", "solved": "✓"}
        titles = messages(language())["titles"]
        width = max(map(len, self))
        return "\n".join(f"{signs[state]} {name:{width}}  {titles[name]}" for name, state in self.items())


@cache
def messages(lang):
    """The words of one language, as in ``messages.zh.json``."""
    return json.loads((HERE / f"messages.{lang}.json").read_text("utf-8"))


@cache
def exercises():
    return core.load(lambda name: (HERE.parent / name).read_text("utf-8"))


def get(name):
    """The exercise of that name: its source, reference and known mistakes; KeyError if there is none."""
    return exercises()[name]


def array(values, shape):
    return np.array(values, dtype=float).reshape(shape)


def check(id, fn):
    """What is right or wrong with ``fn``, the learner's answer to exercise ``id``, as a ``Message``.

    Never raises because of what ``fn`` does; an endless loop is stopped after
    two seconds (in the main thread, where notebooks run their cells).

    With the environment variable GDCOURSE_EXPECT, a notebook tests itself:
    AssertionError unless the message's id is the expected one, which is either
    one id for all ("todo") or a list ("adam=pass,sgd=sign").
    """
    result, printed = _unknown(id), ""
    if result is None:
        result, printed = _diagnose(get(id), fn)
        if result["kind"] not in ("todo", "pass"):
            _seen.setdefault(id, "tried")
        elif result["kind"] == "pass":
            _seen[id] = "solved"
    message = Message(result, printed)
    _expect(id, message)
    return message


def hint(id, level=None):
    """The next hint for exercise ``id``: 1 the idea, 2 the formula, 3 the line; or hint ``level``."""
    result = _unknown(id)
    if result is None:
        known = messages(language())["hints"][id]
        if not isinstance(level, int):
            level = _levels.get(id, 0) + 1
        level = min(max(level, 1), len(known))
        _levels[id] = level
        result = {"id": "hint", "kind": "note", "exercise": id, "got": f"{level}/{len(known)}", "level": level}
    return Message(result)


def solution(id, force=False):
    """The source of the reference, once exercise ``id`` has been tried, or with ``force=True``."""
    result = _unknown(id)
    if result is None and id not in _seen and not force:
        result = {"id": "not_yet", "kind": "note", "exercise": id}
    return Message(result) if result else Source(get(id).source)


def listing():
    """All exercises in the order of the course, each "open", "tried" or "solved" in this session."""
    return _Listing({name: _seen.get(name, "open") for name in core.ORDER})


def stub(id, blank=None):
    """The source of the cell that the learner fills in: all of it, or only the ``blank`` in the reference."""
    source = get(id).source
    if blank:
        assert source.count(blank) == 1, f"{id}: {blank!r} must stand there once"
        return source.replace(blank, core.BLANK).replace(f"def {id}(", f"def my_{id}(")
    head = source[: source.index("):") + 2].replace(f"def {id}(", f"def my_{id}(")
    return f"{head}\n    raise NotImplementedError  # 你的代码 / your code here"


def _unknown(id):
    if isinstance(id, str) and id in exercises():
        return None
    near = difflib.get_close_matches(str(id), exercises(), n=1)
    return {
        "id": "no_exercise",
        "kind": "error",
        "exercise": "",
        "got": str(id)[:40],
        "expected": ", ".join(near or exercises()),
    }


def _expect(id, message):
    expected = os.environ.get("GDCOURSE_EXPECT")
    if expected:
        wanted = dict(part.split("=") if "=" in part else (id, part) for part in expected.split(","))
        if id in wanted:
            assert message.id == wanted[id], f"{id}: expected {wanted[id]}, got {message.id}\n{message}"


# --- running a stranger's function ----------------------------------------------


class _Late(BaseException):
    """The time is up.

    Making one sends the signal again, so that a learner's bare ``except``
    catches this one but not the next, which arrives as soon as the block ends.
    (``__init__`` is a C function: nothing can come between it and the raise.)
    """

    __init__ = _thread.interrupt_main
    passes = True  # through the diagnosis


class _Sink(io.StringIO):
    """Keeps the first lines of what is printed into it."""

    def write(self, text):
        return super().write(text[: max(0, 200 - self.tell())]) and len(text)


def _diagnose(exercise, fn):
    sink = _Sink()
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(_Sink()),
        np.errstate(all="ignore"),
        warnings.catch_warnings(),
        _Limit(SECONDS) as limit,
    ):
        warnings.simplefilter("ignore")
        try:
            result = core.diagnose(exercise, limit.around(fn), array, limit.line_of)
        except _Late:
            result = {"id": "timeout", "kind": "error", "exercise": exercise.name, "got": f"{SECONDS:g}"}
    printed = " ⏎ ".join(sink.getvalue().splitlines())
    return result, printed


class _Limit:
    """Stops a function that runs for too long, even one that catches everything.

    A timer sends the main thread the signal of Ctrl-C, whose handler raises
    ``_Late`` as long as the function runs.
    """

    def __init__(self, seconds):
        self.left = seconds
        self.late = self.running = False
        self.works = threading.current_thread() is threading.main_thread()

    def __enter__(self):
        if self.works:
            self.before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_):
        self.running = False
        if self.works:
            # A signal still on its way arrives here and is ignored.
            signal.signal(signal.SIGINT, self.before if self.before is not None else signal.default_int_handler)

    def _handle(self, signum, frame):
        if not self.late:
            raise KeyboardInterrupt
        if self.running and frame is not self.frame:
            raise _Late

    def _ring(self):
        self.late = True
        if hasattr(signal, "pthread_kill"):  # wakes a sleeping thread too
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            _thread.interrupt_main()

    def around(self, fn):
        """``fn`` that may run for what is left of the time."""
        if not callable(fn):
            return fn

        def guarded(*args, **kwargs):
            if not self.works:
                return fn(*args, **kwargs)
            self.frame = sys._getframe()
            timer = threading.Timer(self.left, self._ring)
            timer.daemon = True
            begin = time.monotonic()
            timer.start()
            self.running = True
            try:
                return fn(*args, **kwargs)
            finally:
                self.running = False
                timer.cancel()
                self.left = max(0.0, self.left - (time.monotonic() - begin))

        self.guarded = guarded.__code__
        return guarded

    def line_of(self, error):
        """The learner's line in which ``error`` arose; None when it arose in calling the function."""
        frames = [f for f, _ in traceback.walk_tb(error.__traceback__)]
        numbers = [n for _, n in traceback.walk_tb(error.__traceback__)]
        codes = [f.f_code for f in frames]
        if self.guarded not in codes or codes[-1] is self.guarded:
            return None
        first = codes.index(self.guarded) + 1
        last = max(k for k in range(first, len(codes)) if codes[k].co_filename == codes[first].co_filename)
        line = linecache.getline(codes[last].co_filename, numbers[last]).strip()
        return line or f"line {numbers[last]}"
