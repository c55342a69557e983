"""The small Python of the page: the same here and in MicroPython, and nothing of it needs more than it is given."""

import ast
import json
from itertools import product

import numpy as np
import pytest
from conftest import ROOT, RULES, named

import gdcourse as gd
from gdcourse import browser, explorer
from gdcourse.browser import reading
from gdcourse.browser.vector import Pair, Vec
from gdcourse.browser.vector import np as stand_in
from gdcourse.exercises import core

TEXTS = {path: text for part in browser.PARTS for path, text in browser.files(part, "en").items()}
MODULES = [path.removesuffix(".py").replace("/", ".") for path in TEXTS if path.endswith(".py")]
STANDARD = {"math", "json", "io", "sys", "array"}

# --- the files -----------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in TEXTS if path.endswith(".py")])
def test_a_file_imports_only_what_is_there(path):
    for node in ast.walk(ast.parse(TEXTS[path])):
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= STANDARD
        if isinstance(node, ast.ImportFrom):
            inside = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            assert node.module in STANDARD or inside & set(MODULES), ast.unparse(node)


def test_all_of_it_can_be_imported_there_and_holds_the_rules(in_the_page):
    modules = [name.removesuffix(".__init__") for name in MODULES]
    program = "\n".join(f"import {name}" for name in modules)
    program += "\nfrom gdcourse.exercises import page\nfor name in sorted(page.exercises()): print(name)"
    assert in_the_page(program) == sorted(gd.exercises.list())


PROGRAMS = {path: text for path, text in TEXTS.items() if path.endswith(".py") and text}
TALKING = (ast.Module, ast.ClassDef, ast.FunctionDef)


def bare(text):
    """Its tree without docstrings, and the line of each node."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, TALKING) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree), [getattr(node, "lineno", 0) for node in ast.walk(tree)]


@pytest.mark.parametrize("path", PROGRAMS)
def test_docstrings_stay_at_home_and_lines_where_they_were(path):
    assert bare(PROGRAMS[path]) == bare((ROOT / path).read_text("utf-8"))
    nodes = [node for node in ast.walk(ast.parse(PROGRAMS[path])) if isinstance(node, TALKING)]
    assert not any((ast.get_docstring(node) or "").strip() for node in nodes)


@pytest.mark.parametrize("name", gd.exercises.list())
def test_a_rule_is_shown_as_it_is_written(name):
    """The page cuts it out of the file that it has."""
    ours = gd.exercises.get(name)
    path = ours.reference.__module__.replace(".", "/") + ".py"
    assert core.source_of(PROGRAMS[path], name) == ours.source


def test_what_needs_no_exercises_loads_less():
    light, whole = (len(json.dumps(browser.files(part, "zh"))) for part in browser.PARTS)
    assert light < whole
    assert not any("exercises" in path for path in browser.files("course.json", "zh"))


# --- one vector ------------------------------------------------------------------------

VALUES = [0.0, -0.0, 1.0, -2.5, 3.0]
EACH = pytest.mark.parametrize("make", [Vec, lambda two: Pair(*two)], ids=["vector", "pair"])
COUNTED = [
    lambda x, y: x + y - 2 * x + (1 - y),
    lambda x, y: x * y + x * 2,
    lambda x, y: x / y,
    lambda x, y: x / 0,
    lambda x, y: 1 / x,
    lambda x, y: x**0.5,
    lambda x, y: x**2 - x**2.0,
    lambda x, y: x**-1,
    lambda x, y: 2**x,
    lambda x, y: x**3000,
    lambda x, y: x**y,
    lambda x, y: abs(x) - x * x - (-y),
    lambda x, y: 1 - x + (x > 0) - (x <= 1) + (x >= y) * 3 + (y < x),
    lambda x, y: x.clip(0.5),
    lambda x, y: x.clip(-1.0, y),
]


@EACH
def test_it_counts_as_numpy_does(make):
    with np.errstate(all="ignore"):
        for count, x, y in product(COUNTED, product(VALUES, VALUES), [(1.0, -2.5), (0.0, 3.0)]):
            ours, theirs = count(make(x), make(y)), count(np.array(x), np.array(y))
            assert type(ours) is type(make(x))
            assert ours.tolist() == pytest.approx(theirs.tolist(), nan_ok=True, rel=1e-15), (x, y)


@EACH
def test_what_stands_in_for_numpy_does_as_numpy_does(make):
    names = ["sqrt", "abs", "square", "sign", "exp", "cos", "zeros_like", "ones_like", "sum", "mean", "max", "min"]
    for name in names:
        x = [0.25, 2.0]
        ours, theirs = getattr(stand_in, name)(make(x)), getattr(np, name)(np.array(x))
        assert np.shape(list(ours) if hasattr(ours, "__len__") else ours) == theirs.shape, name
        assert list(np.atleast_1d(list(ours) if theirs.shape else ours)) == pytest.approx(np.atleast_1d(theirs)), name
    two = make([1.0, -3.0])
    assert list(stand_in.maximum(two, 0.0)) == [1, 0]
    assert list(stand_in.minimum(0.5, two)) == [0.5, -3]
    assert type(stand_in.sign(two)) is type(stand_in.ones_like(two)) is type(two)


@EACH
def test_its_truth_is_ambiguous_and_it_changes_in_place(make):
    x = y = make([1.0, 2.0])
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x > 0)
    x += make([1.0, 1.0])
    x -= 0.5
    assert x is y
    assert list(y) == [1.5, 2.5]
    z = y.copy()
    z += 1
    assert (len(y), y[0], y.sum(), y.mean(), z[1]) == (2, 1.5, 4.0, 2.0, 3.5)


THERE = """
from gdcourse.browser.vector import Pair, Vec
from gdcourse.optimizers import maximum
INF, NAN = float("inf"), float("nan")
for a in SPECIAL:
    for b in SPECIAL:
        row = [maximum(a, b)]
        for make in (Vec, lambda two: Pair(*two)):
            for found in maximum(make([a, b]), make([b, a])), maximum(make([a, b]), b), maximum(a, make([a, b])):
                row.extend(list(found))
        print(" ".join(["nan" if x != x else repr(float(x)) for x in row]))
"""


def test_maximum_is_exact_there(in_the_page):
    """MicroPython does not try ``number >= vector`` from the vector's side."""
    special = [0.0, 1.0, -2.5, 1e200, -1e200, 1.5e308, float("inf"), -float("inf"), float("nan")]
    said = in_the_page("inf, nan = float('inf'), float('nan')\nSPECIAL = " + repr(special) + THERE)
    for (a, b), line in zip(product(special, special), said, strict=True):
        one = np.maximum(a, b)
        wanted = [one, *[one, one, one, b, a, one] * 2]
        assert [float(x) for x in line.split()] == pytest.approx(wanted, nan_ok=True), (a, b)


# --- one reader ------------------------------------------------------------------------

TEXT = "# mine\ndef my(theta, grad, t=0, m=(0.0), *,\n       n, lr=max(0.1, 0.2), beta1=1 - 0.1):\n    pass"
DECLARED = {
    "name": "my",
    "positional": [["theta", None], ["grad", None], ["t", "0"], ["m", "(0.0)"]],
    "knobs": [["n", None], ["lr", "max(0.1, 0.2)"], ["beta1", "1 - 0.1"]],
}
FAULTS = [
    ("def f(x):\n    return x / 0\n", 2, "ZeroDivisionError"),
    ("def f(x):\n    y = x\n    return g(y)\ndef g(x):\n    return nothing\n", 5, "NameError"),
    ("def f(x):\n    return (x\n", None, "SyntaxError"),
    ("def f(x, y):\n    return x\n", None, "TypeError"),
]
READ = """
from gdcourse.browser import reading
print(json.dumps(reading.signature(TEXT)))
print(json.dumps(reading.signature("nothing")))
for text, line, name in FAULTS:
    try:
        scope = {}
        exec(compile(text, "<mine>", "exec"), scope)
        scope["f"](1)
    except Exception as error:
        places = [reading.line_of(error, file) for file in ("<mine>", "<other>")]
        print(json.dumps(places + [reading.words_of(error)]))
"""


def check_reading(lines):
    assert json.loads(lines[0]) == DECLARED
    assert json.loads(lines[1]) is None
    assert len(lines) == 2 + len(FAULTS)
    for (_, line, name), said in zip(FAULTS, lines[2:], strict=True):
        mine, other, words = json.loads(said)
        assert other is None
        assert words.startswith(name)
        assert mine == line or (name == "SyntaxError" and mine in (1, 2, 3))


def test_it_reads_signatures_lines_and_words_here_and_there(in_the_page, capsys):
    program = f"import json\nTEXT, FAULTS = {TEXT!r}, {FAULTS!r}\n{READ}"
    check_reading(in_the_page(program))
    exec(program, {})
    check_reading(capsys.readouterr().out.splitlines())


def test_the_reader_finds_what_python_knows():
    for rule in RULES:
        about = explorer.about(rule)
        found = reading.signature(about["source"])
        assert found["name"] == named(rule)
        assert [name for name, _ in found["positional"][2:]] == about["state"]
        assert {name: float(default) for name, default in found["knobs"]} == about["knobs"]


def test_words_are_short_and_survive_an_odd_error():
    class Odd(Exception):
        def __str__(self):
            raise ValueError

    assert reading.words_of(Odd()) == "Odd: "
    assert reading.words_of(ValueError("x" * 300)) == "ValueError: " + "x" * 200
