"""What a notebook adds to the diagnosis: a time limit, the learner's own line, text and HTML."""

import _thread
import contextlib
import difflib
import html
import io
import itertools
import json
import linecache
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gdcourse import rules
from gdcourse.exercises import core
from gdcourse.languages import language, say
from gdcourse.listing import Source

HERE = Path(__file__).parent
SECONDS = 2.0  # that a learner's function may run, all probes together
DEPTH = 500  # of its calls within calls; Python's own limit is higher
MEMORY = 2**29  # bytes that it may use
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

    def __init__(self, result: dict[str, Any], printed: str = ""):
        self.id: str = result["id"]
        self.kind: str = result["kind"]
        self.ok: bool = self.kind == "pass"
        self.details = result
        self._printed = printed

    def lines(self, lang: str | None = None) -> list[str]:
        """The message as a list of sentences, in "zh" or "en" (default: the language in use)."""
        words = messages(lang or language())
        lines = core.text(self.details, words)
        if self._printed:
            lines.append(words["words"]["printed"].format(printed=self._printed))
        return lines

    def text(self, lang: str | None = None) -> str:
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
    """The words of ``messages.json`` in one language, and the names of the rules."""
    known = json.loads((HERE / "messages.json").read_text("utf-8"))
    ours = {part: {key: words[lang] for key, words in entries.items()} for part, entries in known.items()}
    return ours | {"titles": ours["titles"] | rules.names(lang)}


@cache
def exercises():
    return core.load(lambda name: (HERE.parent / name).read_text("utf-8"), rules.posed())


def get(name: str) -> core.Exercise:
    """The exercise of that name: its source, reference and known mistakes; KeyError if there is none."""
    return exercises()[name]


def array(values, shape):
    return np.array(values, dtype=float).reshape(shape)


def check(id: str, fn: Callable[..., Any]) -> Message:
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


def hint(id: str, level: int | None = None) -> Message:
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


def solution(id: str, force: bool = False) -> Source | Message:
    """The source of the reference, once exercise ``id`` has been tried, or with ``force=True``."""
    result = _unknown(id)
    if result is None and id not in _seen and not force:
        result = {"id": "not_yet", "kind": "note", "exercise": id}
    return Message(result) if result else Source(get(id).source)


def listing() -> dict[str, str]:
    """All exercises in the order of the course, each "open", "tried" or "solved" in this session."""
    return _Listing({name: _seen.get(name, "open") for name in exercises()})


def stub(id: str, blank: str | None = None) -> str:
    """The source of the cell that the learner fills in: all of it, or only the ``blank`` in the reference."""
    source = get(id).source
    if blank:
        assert source.count(blank) == 1, f"{id}: {blank!r} must stand there once"
        return source.replace(blank, core.BLANK).replace(f"def {id}(", f"def my_{id}(")
    head = source[: source.index("):") + 2].replace(f"def {id}(", f"def my_{id}(")
    return f"{head}\n    # {say('你的代码', 'your code here')}\n    raise NotImplementedError"


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


class _Stop(BaseException):
    """It ran too long, or called too deep.

    Making one sends the signal again, so that a learner's bare ``except``
    catches this one but not the next, which arrives as soon as the block ends.
    (``__init__`` is a C function: nothing can come between it and the raise.)
    """

    __init__ = _thread.interrupt_main
    passes = True  # through the diagnosis


class _Sink(io.StringIO):
    """Keeps the first lines of what is printed into it."""

    room = 200

    def write(self, text):
        if self.room > 0:
            self.room -= super().write(text[: self.room])
        return len(text)


def _diagnose(exercise, fn):
    sink, limit = _Sink(), _Limit(SECONDS)
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(_Sink()), _quiet():
        try:
            with _memory(MEMORY), limit:
                result = core.observe(exercise, limit.around(fn), array, limit.line_of)
        except _Stop:
            result = {"kind": "error", "exercise": exercise.name}
            if limit.deep:  # and where
                result |= {"id": "exception", "about": "recursion", "line": limit.deep}
            else:
                result |= {"id": "timeout", "got": f"{SECONDS:g}"}
    if "trace" in result:
        with _quiet():
            result = core.explain(exercise, result["trace"], array)
    printed = " ⏎ ".join(sink.getvalue().splitlines())
    return result, printed


@contextlib.contextmanager
def _quiet():
    """Nothing is warned of, whatever the learner's function asked for."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _memory(most):
    """``most`` bytes more than now, then MemoryError; where the system can see to it, which is Linux."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [pages * resource.getpagesize() + most, soft, hard]
    resource.setrlimit(resource.RLIMIT_DATA, (min(x for x in limits if x != resource.RLIM_INFINITY), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


class _Limit:
    """Stops what runs for too long or calls too deep, even what catches everything.

    A thread sends the main thread the signal of Ctrl-C again and again, whose
    handler raises ``_Stop`` as long as the limit is in force.

    The depth of calls is counted by a profile function, unless somebody else
    profiles.  (CPython 3.13 forgets its own limit where a function with
    defaults calls itself, and a learner can lift it.)
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.late = self.deep = self.running = False
        self.depth = 0
        self.over = threading.Event()
        self.times = threading.current_thread() is threading.main_thread()
        self.counts = sys.getprofile() is None

    def __enter__(self):
        if self.times:
            self.before = signal.signal(signal.SIGINT, self._handle)
            self.clock = threading.Thread(target=self._ring, daemon=True)
            self.clock.start()
        self.running = True
        return self

    def __exit__(self, *_):
        self.running = False
        if self.counts:
            sys.setprofile(None)
        if self.times:
            self.over.set()
            self.clock.join()
            # A signal still on its way arrives here and is ignored.
            signal.signal(signal.SIGINT, self.before if self.before is not None else signal.default_int_handler)

    def _handle(self, signum, frame):
        if not (self.late or self.deep):
            raise KeyboardInterrupt
        if frame.f_code is _Limit._count.__code__:
            frame = frame.f_back  # what is being counted
        if self.running and frame.f_code not in (_diagnose.__code__, _Limit.__exit__.__code__):  # nothing stops the end
            raise _Stop

    def _ring(self):
        self.late = not self.over.wait(self.seconds)
        while not self.over.is_set():
            if hasattr(signal, "pthread_kill"):  # wakes a sleeping thread too
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            else:
                _thread.interrupt_main()
            self.over.wait(0.05)  # at the bottom of a recursion no handler can run

    def around(self, fn):
        """``fn``, whose calls are counted."""
        if not callable(fn):
            return fn

        def watched(*args, **kwargs):
            self.depth = 0
            if self.counts and sys.getprofile() is None:  # once it has raised, Python forgets it
                sys.setprofile(self._count)
            return fn(*args, **kwargs)

        self.watched = watched.__code__
        return watched

    def _count(self, frame, event, arg):
        if event == "return":
            self.depth -= 1
        elif event == "call":
            self.depth += 1
            if self.depth > DEPTH and not self.deep:
                self.depth = self._measured(frame)
                if self.depth > DEPTH:  # from then on the handler stops it
                    self.deep = self.times and self._caller(frame.f_back)
                    raise _Stop if self.times else RecursionError

    def _measured(self, frame):
        """How many calls ``frame`` is from the learner's function; 0 if it is somebody else's."""
        depth = 0
        while frame and frame.f_code is not self.watched:
            frame, depth = frame.f_back, depth + 1
        return depth if frame else 0

    def _caller(self, frame):
        """The learner's innermost line, seen from ``frame``."""
        places = []
        while frame and frame.f_code is not self.watched:
            places.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return _text(*next(place for place in places if place[0] == places[-1][0]))

    def line_of(self, error):
        """The learner's line in which ``error`` arose; None when it arose in calling the function."""
        file = number = None
        for frame, at in itertools.islice(traceback.walk_tb(error.__traceback__), 4 * DEPTH):
            code = frame.f_code
            if code is self.watched:
                file = ""
            elif file == "":
                file, number = code.co_filename, at
            elif code.co_filename == file:
                number = at
        return _text(file, number) if file else None


def _text(file, number):
    return linecache.getline(file, number).strip() or f"line {number}"
