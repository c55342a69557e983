"""Landscapes of the reader's own: read as one writes them, exact slopes, and a fault is shown where it stands."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_micropython import numbers

import gdcourse as gd
from gdcourse import explorer
from gdcourse.explorer import page
from gdcourse.explorer.landscape import DEEP, MOST, Fault, arrays, compiled

KNOWN = {
    "rosenbrock": "(1 - x)^2 + 100(y - x²)²",
    "saddle": "0.5*(x*x - y*y) + 0.25*y**4",
    "himmelblau": "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    "beale": "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
    "styblinski_tang": "（x⁴ − 16x² ＋ 5x ＋ y⁴ − 16y² ＋ 5y）÷ 2",
}
POINTS = [(0.3, -1.2), (-2.0, 0.5), (1.5, 1.5), (3.25, -0.75), (0.0, 0.0)]
SLOPES = {
    "sin(3x)": lambda x: 3 * math.cos(3 * x),
    "cos(x/2)": lambda x: -math.sin(x / 2) / 2,
    "exp(-x^2)": lambda x: -2 * x * math.exp(-x * x),
    "log(1 + x^2)": lambda x: 2 * x / (1 + x * x),
    "sqrt(1 + x*x)": lambda x: x / math.sqrt(1 + x * x),
    "|x| + abs(y)": lambda x: math.copysign(1, x),
    "2^x": lambda x: math.log(2) * 2**x,
    "x^x": lambda x: x**x * (math.log(x) + 1) if x > 0 else math.nan,
    "1/x": lambda x: -1 / x**2,
    "-x^2": lambda x: -2 * x,
    "2exp(x) e": lambda x: 2 * math.e * math.exp(x),
    "1e-3x pi": lambda x: 1e-3 * math.pi,
    "x^0": lambda x: 0,
    "2^-x^2": lambda x: -2 * x * math.log(2) * 2 ** -(x**2),
}
FAULTS = {
    "x +": ("end", 3),
    "": ("end", 0),
    "x + * y": ("unexpected", 4),
    "x)": ("unexpected", 1),
    "(x + 1": ("open", 0),
    "2 + |x": ("open", 4),
    "foo(x)": ("name", 0),
    "x + xy": ("name", 4),
    "sin x": ("call", 0),
    "x $ y": ("letter", 2),
    "1.2.3": ("number", 0),
    "1 + .": ("number", 4),
    "1e999": ("number", 0),
    "x" + "+x" * MOST: ("long", MOST),
    "__import__('os')": ("letter", 0),
    "x.__class__": ("number", 1),
    "x; y": ("letter", 1),
    "x² + ¥": ("letter", 5),
    "exp(x)\nimport js": ("name", 7),
    "f'{x}'": ("letter", 1),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_landscapes_can_be_written(name):
    f = compiled(KNOWN[name])
    for x, y in POINTS:
        assert f(x, y) == pytest.approx(getattr(gd.surfaces, name)(x, y), rel=1e-13, abs=1e-12)


@pytest.mark.parametrize("text", SLOPES)
@pytest.mark.parametrize("x", [0.7, -1.3, 2.5])
def test_slopes_are_those_of_the_school(text, x):
    assert compiled(text)(x, 0.4)[1] == pytest.approx(SLOPES[text](x), rel=1e-13, nan_ok=True)


trees = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({})^{}".format, inner, st.sampled_from(["2", "3"])),
        st.builds("{}({})".format, st.sampled_from(["sin", "cos", "exp", "sqrt", "log", "abs"]), inner),
    ),
    max_leaves=8,
)


@given(trees, st.floats(0.2, 2), st.floats(0.2, 2))
def test_every_slope_is_that_of_its_height(text, x, y):
    """Against the height's own difference quotients, and Python's own reading of the same text."""
    f, h = compiled(text), 1e-5
    height, along_x, along_y = f(x, y)
    near = [f(x + i * h, y + j * h) for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    assume(all(math.isfinite(n) and abs(n) < 1e3 for row in [(height, along_x, along_y), *near] for n in row))
    assume(abs(near[0][1] - near[1][1]) < 0.01 and abs(near[2][2] - near[3][2]) < 0.01)  # not at an edge of |u|
    assert along_x == pytest.approx((near[0][0] - near[1][0]) / 2 / h, abs=1e-4)
    assert along_y == pytest.approx((near[2][0] - near[3][0]) / 2 / h, abs=1e-4)
    scope = {**vars(math), "abs": abs, "x": x, "y": y}
    assert height == pytest.approx(eval(text.replace("^", "**"), scope), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("text", [*KNOWN.values(), *SLOPES])
def test_arrays_count_as_numbers_do(text):
    x, y = np.array(POINTS).T
    with np.errstate(all="ignore"):
        rows = compiled(text, arrays(np))(x, y)
    for k, point in enumerate(POINTS):
        assert [np.broadcast_to(row, 5)[k] for row in rows] == pytest.approx(compiled(text)(*point), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("1/x", math.inf),
        ("-1/x", -math.inf),
        ("log(x)", -math.inf),
        ("log(x - 1)", math.nan),
        ("sqrt(x-1)", math.nan),
        ("exp(1000 + x)", math.inf),
        ("x/x", math.nan),
        ("x^-2", math.inf),
        ("(x - 2)^0.5", math.nan),
        ("sin(1/x)", math.nan),
    ],
)
def test_where_there_is_no_number_nothing_raises(text, height):
    assert compiled(text)(0.0, 0.0)[0] == pytest.approx(height, nan_ok=True)


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_has_a_kind_and_a_place(text):
    kind, place = FAULTS[text]
    with pytest.raises(Fault) as caught:
        compiled(text)
    assert (caught.value.kind, caught.value.place) == (f"landscape.{kind}", place)


def test_deep_nesting_is_no_crash():
    assert compiled("(" * (DEEP - 1) + "x" + ")" * (DEEP - 1))(2.0, 0.0)[:2] == (2.0, 1.0)
    for text in "(" * 99 + "x" + ")" * 99, "-" * 99 + "x", "2^" * 90 + "x", "sin(" * 45:
        with pytest.raises(Fault, match="landscape.deep"):
            compiled(text)


PROGRAM = """
import struct
from gdcourse.explorer.landscape import Fault, compiled
for text in TEXTS:
    values = [n for point in POINTS for n in compiled(text)(*point)]
    print("f", " ".join("%02x" % byte for byte in struct.pack(">%dd" % len(values), *values)).replace(" ", ""))
for text in FAULTS:
    try:
        compiled(text)
    except Fault as fault:
        print(fault.kind, "%016x" % fault.place)
compiled("(" * DEPTH + "x" + ")" * DEPTH)
"""


def test_the_page_reads_and_counts_the_same(in_the_page):
    texts = [*KNOWN.values(), *SLOPES]
    given = f"TEXTS, POINTS, FAULTS, DEPTH = {texts!r}, {POINTS!r}, {list(FAULTS)!r}, {DEEP - 1}\n"
    told = in_the_page(given + PROGRAM)
    for (_, there), text in zip(numbers(told[: len(texts)]), texts, strict=True):
        here = [n for point in POINTS for n in compiled(text)(*point)]
        assert there == pytest.approx(here, rel=1e-13, abs=1e-15, nan_ok=True), text
    for line, (kind, place) in zip(told[len(texts) :], FAULTS.values(), strict=True):
        assert line == f"landscape.{kind} {place:016x}"


# --- in the explorer

VIEW = [-3.0, 3.0, -2.0, 2.0]


@pytest.mark.parametrize(
    ("text", "best", "minimum"),
    [
        ("x^2 + 10(y - 1)^2 + 3", 3, (0, 1)),
        ("(1 - x)^2 + 100(y - x^2)^2", 0, (1, 1)),
        ("|x - 1| + |y|", 0, (1, 0)),
        ("exp(x^2 + y^2)", 1, (0, 0)),
        ("1 + 0.5(x² - y²) + y⁴/4 + 0.1 y", 0.64761, (0, -1.0467)),
    ],
)
def test_the_lowest_point_is_found(text, best, minimum):
    found = page.survey({"text": text}, VIEW)
    assert found["best"] == pytest.approx(best, abs=1e-5)
    assert found["minima"][0] == pytest.approx(minimum, abs=1e-3)


@pytest.mark.parametrize(("text", "best"), [("x", -3), ("-x^2 - y^2", -13), ("log(-1 - x^2)", 0), ("1/0", 0)])
def test_without_a_lowest_point_there_is_no_star(text, best):
    assert page.survey({"text": text}, VIEW) == {"best": pytest.approx(best), "minima": []}


def test_a_fault_is_told_not_raised():
    assert page.survey({"text": "x + z"}, VIEW) == {"fault": ["landscape.name", 4, "z"]}


def test_rules_race_on_it():
    racers = [{"rule": rule, "knobs": {"lr": 0.05}, "start": [-1.8, 0.9], "steps": 200} for rule in ("sgd", "adam")]
    bowl = page.run({"surface": "bowl", "kappa": 10, "angle": 0}, racers)
    text = page.run({"text": "(x^2 + 10 y^2)/2"}, racers)
    for one, other in zip(bowl, text, strict=True):
        rows = [np.frombuffer(bytes.fromhex(run["rows"])) for run in (one, other)]
        assert rows[1] == pytest.approx(rows[0], rel=1e-9, abs=1e-9)
    assert len(page.heights({"text": "x*y"}, VIEW, 4, 3)["rows"]) == 4 * 3 * 16


# --- in the package


def test_a_landscape_is_a_surface():
    ours, known = gd.landscape("0.5 (x^2 + 10y^2)"), gd.Surface("bowl", kappa=10)
    assert ours.minima == pytest.approx(np.zeros((1, 2)), abs=1e-6)
    assert ours.start == pytest.approx(np.array([-1.8, 0.9]))
    assert ours.view == (-3.0, 3.0, -2.0, 2.0)
    runs = [gd.minimize(problem, gd.adam, (-1.8, 0.9), steps=50, lr=0.1) for problem in (ours, known)]
    np.testing.assert_allclose(runs[0].thetas, runs[1].thetas, rtol=1e-9, atol=1e-12)
    rates = np.array([0.01, 0.1, 0.19])
    grids = [gd.sweep(problem, gd.sgd, np.array([-1.8, 0.9]), steps=50, lr=rates) for problem in (ours, known)]
    np.testing.assert_allclose(grids[0].loss, grids[1].loss, rtol=1e-9)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(grids[0].loss, grids[0].loss[0])


def test_slopes_have_the_shape_of_the_place():
    flat = gd.landscape("x + 2y")
    assert flat.gradient(np.zeros((3, 4, 2))).shape == (3, 4, 2)
    assert flat.loss(np.zeros((3, 4, 2))).shape == (3, 4)
    assert len(flat.minima) == flat.best_loss == 0  # it falls for ever
    run = gd.minimize(gd.landscape("log(x)"), gd.sgd, (0.5, 0.0), steps=5, lr=1.0)
    assert run.diverged


@pytest.mark.parametrize(("lang", "said"), [("en", "z is unknown"), ("zh", "不认识 z")])
def test_a_fault_in_the_package_shows_its_place(lang, said):
    gd.use_language(lang)
    with pytest.raises(ValueError, match=said) as caught:
        gd.landscape("x + z")
    _, text, mark = str(caught.value).split("\n")
    assert text[mark.index("^")] == "z"


def test_every_fault_has_words():
    for lang in "zh", "en":
        for kind, _ in FAULTS.values():
            assert explorer.words(lang)[f"landscape.{kind}"]


def test_the_explorer_takes_it():
    figure = gd.Explorer(gd.landscape("3 + x**2 + 3*y**2"), [gd.sgd, gd.adam], lr=0.1)
    task = figure.spec["problem"]
    assert task == {"text": "3 + x**2 + 3*y**2", "best": pytest.approx(3), "noise": 0, "seed": 0}
    assert figure.spec["minima"][0] == pytest.approx([0, 0], abs=1e-6)
    assert "your own: f(x, y)" in figure.still()
    assert "script" in figure.still()  # the page can compute it, too
    assert all(run["stays"] for run in figure.runs()[:1])


def test_holes_do_not_spoil_the_contours():
    answer = page.heights({"text": "1/x + y"}, VIEW, 7, 5)
    assert np.isfinite(answer["levels"]).all()
    assert np.isfinite(np.frombuffer(bytes.fromhex(answer["rows"]))).all()


def test_the_kernel_reads_what_is_typed():
    figure = gd.Explorer(gd.Surface("bowl"), gd.sgd)
    read = lambda text: figure.answer("survey", {"problem": {"text": text, "noise": 0, "seed": 0}, "view": VIEW})  # noqa: E731
    assert read("3 + x^2 + y^2")["best"] == pytest.approx(3)
    assert read("x +")["fault"] == ["landscape.end", 3, ""]
