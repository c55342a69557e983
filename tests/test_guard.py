"""A learner's functions at the door: what they return, what they change, how often they are asked, and what is said."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest

import gdcourse as gd

pytestmark = pytest.mark.filterwarnings("error", "ignore:the matrix subclass:PendingDeprecationWarning")

START = np.array([1.0, 2.0])
LINE = gd.LinearRegression.line()


def half_square(theta):
    return np.sum(theta**2, axis=-1) / 2


def same(theta):
    return theta


def own(gradient=same, loss=half_square, start=START):
    return gd.Problem(loss, gradient, start)


class Unchecked:
    """A problem of a learner's own make, at whose functions nobody looked before the run."""

    start = START

    def __init__(self, gradient=same, loss=half_square, stream=None):
        self.loss, self.stream = loss, stream or (lambda: itertools.repeat(gradient))

    def gradients(self, batch_size=None, seed=0):
        return self.stream()


def masked(theta):
    return np.ma.masked_greater(theta, 1.5)


# --- what a function returns ------------------------------------------------

# a gradient that means θ, or what it means instead
MADE_FLOATS = {
    "list": list,
    "tuple": tuple,
    "big-endian": lambda theta: theta.astype(">f8"),
    "longdouble": lambda theta: theta.astype(np.longdouble),
    "masked array without a mask": np.ma.array,
    "theta itself": same,
}
WHOLE = {"int8": np.int8, "int32": np.int32, "uint8": np.uint8, "bool": bool, "float16": np.float16}


@pytest.mark.parametrize("returned", MADE_FLOATS.values(), ids=MADE_FLOATS)
@pytest.mark.parametrize("rule", [gd.sgd, gd.nesterov, gd.adam], ids=lambda rule: rule.__name__)
def test_what_can_be_floats_is(returned, rule):
    wanted = gd.minimize(own(), rule, steps=9, lr=0.1)
    for problem in (own(returned), Unchecked(returned)):
        run = gd.minimize(problem, rule, steps=9, lr=0.1)
        np.testing.assert_array_equal(run.thetas, wanted.thetas)
        assert run.thetas.dtype == np.float64


@pytest.mark.parametrize("dtype", WHOLE.values(), ids=WHOLE)
def test_whole_numbers_are_squared_as_floats(dtype):
    """100² does not fit into an int8, nor 65 504² into a float16."""
    run = gd.minimize(own(lambda theta: np.array([100, 1]).astype(dtype)), gd.rmsprop, steps=5)
    exact = gd.minimize(own(lambda theta: np.array([1.0 if dtype is bool else 100.0, 1.0])), gd.rmsprop, steps=5)
    np.testing.assert_array_equal(run.thetas, exact.thetas)


def test_tensors_are_taken(torch):
    run = gd.minimize(own(torch.tensor, lambda theta: torch.tensor(half_square(theta))), gd.adam, steps=5)
    np.testing.assert_array_equal(run.thetas, gd.minimize(own(), gd.adam, steps=5).thetas)
    with pytest.raises(TypeError, match="detach"):
        own(lambda theta: torch.tensor(theta, requires_grad=True))


def test_one_number_is_one_number_whatever_its_shape():
    column = gd.Problem(lambda x: x**2 / 2, lambda x: x[0], [3.0])
    plain = gd.Problem(lambda x: x**2 / 2, lambda x: [x], 3.0)
    wanted = 3 * 0.9 ** np.arange(6)
    for problem in (column, plain):
        np.testing.assert_allclose(gd.minimize(problem, gd.sgd, steps=5, lr=0.1).thetas.ravel(), wanted)
    for loss in (lambda x: [half_square(x)], lambda x: np.array([[half_square(x)]]), lambda x: np.float32(1)):
        assert gd.minimize(own(loss=loss), gd.sgd, steps=1).losses.dtype == float


def test_a_gradient_that_knows_no_runs_is_the_same_for_all():
    flat = gd.Problem(lambda x: np.sum(x, axis=-1), lambda x: [1.0, 2.0], START)
    assert gd.sweep(flat, gd.sgd, steps=1, lr=np.array([0.1, 1.0])).theta.tolist() == [[0.9, 1.8], [0.0, 0.0]]
    slope = gd.Surface(lambda x, y: (x**2, 2 * x, 0.0), start=(1, 2))
    assert gd.sweep(slope, gd.sgd, steps=1, lr=np.array([0.25, 0.5])).theta.tolist() == [[0.5, 2.0], [0.0, 2.0]]


# what is no gradient, and a word of the hint
REFUSED = {
    "None": (lambda theta: None, "return missing"),
    "complex": (lambda theta: theta * 1j, "np.real"),
    "text": (lambda theta: ["1", "2"], "list"),
    "objects": (lambda theta: np.array([None, 1.0]), "None"),
    "fractions": (lambda theta: [Fraction(1, 2)] * 2, "dtype=float"),
    "a generator": (lambda theta: (x for x in theta), "generator"),
    "ragged": (lambda theta: [1.0, [2.0]], "list"),
    "a mask": (masked, ".filled(0)"),
    "a column": (lambda theta: theta[:, None], ".ravel()"),
    "a matrix": (np.matrix, "(1, 2)"),
    "one number for two": (lambda theta: 1.0, "(2,)"),
}


@pytest.mark.parametrize(("returned", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_is_refused_with_a_hint(returned, hint):
    late = itertools.chain([same] * 3, itertools.repeat(returned))
    for call in (
        lambda: own(returned),
        lambda: gd.minimize(Unchecked(returned), gd.sgd, steps=5),
        lambda: gd.minimize(Unchecked(stream=lambda: late), gd.sgd, steps=5),
        lambda: gd.sweep(Unchecked(returned), gd.sgd, steps=5),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert "gradient" in str(caught.value)
        assert hint in str(caught.value)


NO_LOSS = {
    "None": (lambda theta: None, "return missing"),
    "complex": (lambda theta: 1j, "np.real"),
    "numpy's complex": (lambda theta: np.complex128(1), "np.real"),
    "text": (lambda theta: "3.0", "'3.0'"),
    "two numbers": (list, "axis=-1"),
    "a function": (lambda theta: half_square, "function"),
}


@pytest.mark.parametrize(("returned", "hint"), NO_LOSS.values(), ids=NO_LOSS)
def test_a_loss_is_a_number(returned, hint):
    losses = iter([half_square] * 3)
    for call in (
        lambda: own(loss=returned),
        lambda: gd.minimize(Unchecked(loss=returned), gd.sgd, steps=5),
        lambda: gd.minimize(Unchecked(loss=lambda x: next(losses, returned)(x)), gd.sgd, steps=5),
        lambda: gd.sweep(Unchecked(loss=returned), gd.sgd, steps=5),
        lambda: gd.Online(lambda t: same, returned, START),
    ):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert "loss" in str(caught.value)
        assert hint in str(caught.value)


def test_a_subclass_of_ours_is_a_learners():
    class Listed(gd.LinearRegression):
        def gradient(self, theta, rows=None):
            return list(super().gradient(theta, rows))

    ours = gd.minimize(LINE, gd.sgd, steps=9, batch_size=30).thetas
    np.testing.assert_array_equal(gd.minimize(Listed(LINE.X, LINE.y), gd.sgd, steps=9, batch_size=30).thetas, ours)


# --- what a rule returns ----------------------------------------------------


def listed(theta, grad, m=0.0, *, lr=0.01):
    return [float(x) for x in theta - lr * grad(theta)], (m,)


def test_a_theta_of_numbers_is_an_array():
    wanted = gd.minimize(own(), gd.sgd, steps=5).thetas
    np.testing.assert_array_equal(gd.minimize(own(), listed, steps=5).thetas, wanted)


RULES_RETURN = {
    "None": (lambda theta, g: (None, (0,)), "return missing"),
    "complex": (lambda theta, g: (theta * 1j, (0,)), "np.real"),
    "texts": (lambda theta, g: (["a", "b"], (0,)), "list"),
    "a column": (lambda theta, g: (theta[:, None], (0,)), ".ravel()"),
    "the gradient function": (lambda theta, g: (g, (0,)), "grad(theta)"),
    "the function as state": (lambda theta, g: (theta, (g,)), "grad(theta)"),
    "a complex state": (lambda theta, g: (theta, (1j * theta,)), "np.real"),
}


@pytest.mark.parametrize(("returned", "hint"), RULES_RETURN.values(), ids=RULES_RETURN)
def test_what_a_rule_may_not_return(returned, hint):
    def learners(theta, grad, m=0.0, *, lr=0.1):
        return returned(theta, grad)

    for call in (gd.minimize, gd.sweep):
        with pytest.raises((TypeError, ValueError)) as caught:
            call(own(), learners, steps=3)
        assert hint in str(caught.value)


def test_a_shape_that_changes_late_is_seen_between_the_records():
    def late(theta, grad, t=0, *, lr=0.1):
        return (theta if t < 4 else theta[:, None]), (t + 1,)

    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        gd.minimize(own(), late, steps=9, record_every=9)


# --- what a function changes ------------------------------------------------


def doubles(theta):
    theta *= 2
    return theta


def doubles_far_out(theta):
    if np.abs(theta).max() < 1.7:
        theta *= 2
    return theta


@pytest.mark.parametrize(
    ("changes", "pure"),
    [
        (doubles, lambda theta: 2 * theta),
        (doubles_far_out, lambda theta: 2 * theta if np.abs(theta).max() < 1.7 else theta),
    ],
)
@pytest.mark.parametrize("make", [own, Unchecked])
def test_a_gradient_that_changes_its_argument_does_as_a_pure_one(make, changes, pure):
    for rule in (gd.sgd, gd.nesterov, gd.adam):
        ours, theirs = (gd.minimize(make(g), rule, steps=9, lr=0.1).thetas for g in (changes, pure))
        np.testing.assert_array_equal(ours, theirs)
    ours, theirs = (gd.sweep(make(g), gd.sgd, steps=9, lr=np.array([0.1, 0.2])).theta for g in (changes, pure))
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(START, [1.0, 2.0])


def test_nor_does_a_loss_a_surface_or_a_stopping_rule_harm():
    def careless(theta):
        theta *= 0
        return 1.0

    wanted = gd.minimize(own(), gd.sgd, steps=5).thetas
    np.testing.assert_array_equal(gd.minimize(own(loss=careless), gd.sgd, steps=5).thetas, wanted)

    def valley(x, y):
        if isinstance(x, np.ndarray):
            x *= 2
        return 1.0, x, y

    one = gd.minimize(gd.Surface(valley, start=(1, 2)), gd.sgd, steps=1, lr=0.25)
    np.testing.assert_array_equal(one.thetas, [[1, 2], [0.5, 1.5]])
    run = gd.minimize(own(doubles), gd.sgd, steps=5, stop=gd.gradient_below(1e-9))
    np.testing.assert_array_equal(run.thetas, gd.minimize(own(doubles), gd.sgd, steps=5).thetas)


def test_a_rule_may_change_what_it_gets():
    kept, rates = np.array([1.0, -2.0]), np.array([0.1, 0.2])

    def careless(theta, grad, m=np.zeros(2), *, lr=0.1):  # noqa: B008
        g = grad(theta)
        m += g
        g *= lr
        lr *= 0.5
        theta -= g
        return theta, (m,)

    for _ in range(2):  # the second run finds all as the first did
        run = gd.minimize(own(lambda theta: kept), careless, steps=3, lr=rates)
        np.testing.assert_allclose(run.thetas, START - np.arange(4)[:, None] * kept * rates)
        np.testing.assert_array_equal(run.states["m"][-1], 3 * kept)
    assert kept.tolist() == [1.0, -2.0]
    assert rates.tolist() == [0.1, 0.2]


# --- how often it is asked --------------------------------------------------


@pytest.mark.parametrize("go", [gd.minimize, gd.sweep])
def test_a_schedule_and_a_stream_are_asked_once_a_step(go):
    asked, numbers = [], itertools.count(1)

    def gradient_at(t):
        assert t == next(numbers)
        return lambda theta: theta

    go(gd.Online(gradient_at, half_square, START), gd.sgd, steps=4, lr=lambda t: asked.append(t) or 0.1)
    assert asked == [1, 2, 3, 4]
    assert next(numbers) == 5


def test_a_gradient_a_loss_and_a_stopping_rule_are_asked_once_a_step():
    asked = []

    def note(what, value):
        asked.append(what)
        return value

    problem = Unchecked(lambda x: note("gradient", x), lambda x: note("loss", 1.0))
    gd.minimize(problem, gd.adam, steps=3, stop=lambda moment: note("stop", False))
    assert asked == ["loss", *["gradient", "loss", "stop"] * 3]


def test_there_is_no_full_gradient_of_an_online_problem():
    with pytest.raises(TypeError, match="loss_change_below"):
        gd.minimize(gd.Online(lambda t: same, half_square, START), gd.sgd, steps=3, stop=gd.gradient_below(1e-3))


# --- a stream that ends -----------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("length", [0, 1, 5])
@pytest.mark.parametrize("every", [1, 3, 50])
def test_a_stream_that_ends_is_said(language, length, every):
    gd.use_language(language)
    problem = Unchecked(stream=lambda: iter([same] * length))
    run = gd.minimize(problem, gd.sgd, steps=100, record_every=every)
    assert run.status is gd.Status.ENDED
    assert f" {length} " in str(run)
    assert "100" in str(run)
    assert run.steps.tolist() == [*range(0, length, every), length]  # the end once, whether it was due or not
    np.testing.assert_allclose(run.theta, START * 0.99**length)
    swept = gd.sweep(problem, gd.sgd, steps=100, record_every=every, lr=np.array([0.01, 0.1]))
    assert swept.ended == swept.steps[-1] == length
    assert f" {length} " in str(swept)
    assert swept.losses[-1].tolist() == swept.loss.tolist()


def test_a_stream_of_just_as_many_steps_is_no_end():
    problem = Unchecked(stream=lambda: iter([same] * 5))
    assert gd.minimize(problem, gd.sgd, steps=5).status is gd.Status.MAX_STEPS
    assert gd.sweep(problem, gd.sgd, steps=5).ended is None


def test_an_online_generator_that_ends():
    steps = iter([same] * 4)
    run = gd.minimize(gd.Online(lambda t: next(steps), half_square, START), gd.sgd, steps=9)
    assert "4 of 9" in str(run)


@pytest.mark.parametrize("stream", [lambda: None, lambda: itertools.repeat(START), lambda: 3])
def test_a_stream_is_of_functions(stream):
    with pytest.raises(TypeError, match="gradient"):
        gd.minimize(Unchecked(stream=stream), gd.sgd, steps=3)


# --- in which precision -----------------------------------------------------

RATES = {
    "a float": 0.1,
    "float64": np.float64(0.1),
    "longdouble": np.longdouble(0.1),
    "of no axis": np.array(0.1),
    "one each": np.array([0.1, 0.2]),
    "whole": np.array([1, 2]),
    "a schedule": lambda t: 0.1 / np.sqrt(t),
    "a schedule, one each": lambda t: np.array([0.1, 0.2]) / t,
}


@pytest.mark.parametrize("lr", RATES.values(), ids=RATES)
@pytest.mark.parametrize("start", [np.float32, ">f4", np.float16, np.longdouble, ">f8", int])
def test_the_start_decides_the_precision(start, lr):
    """float32 stays, all else becomes float64, however a knob is written."""
    wanted = np.float32 if np.dtype(start).newbyteorder("=") == np.float32 else np.float64
    problem = own(start=np.ones(2, start))
    run = gd.minimize(problem, gd.adam, steps=4, lr=lr, beta1=np.float64(0.9))
    swept = gd.sweep(problem, gd.adam, steps=4, lr=lr, eps=np.array([1e-8, 1e-6]))
    assert {run.thetas.dtype, run.states["m"].dtype, run.states["v"].dtype, swept.theta.dtype} == {np.dtype(wanted)}
    assert run.thetas.dtype.isnative


def test_one_rate_is_one_run_however_it_is_written():
    """Each step is calculated in float32, not rounded to it afterwards."""
    problem = own(start=np.ones(2, np.float32))
    plain = gd.minimize(problem, gd.adam, steps=9, lr=0.1)
    for lr in (np.float64(0.1), np.longdouble(0.1), np.array(0.1), lambda t: np.float64(0.1)):
        run = gd.minimize(problem, gd.adam, steps=9, lr=lr)
        np.testing.assert_array_equal(run.thetas, plain.thetas)
        assert callable(lr) or type(run.hyper["lr"]) is float
    for lr in (np.full(2, 0.1), np.full(2, 0.1, np.float32)):
        assert gd.minimize(problem, gd.sgd, steps=1, lr=lr).hyper["lr"].dtype == np.float32


def test_float32_on_data_of_float64():
    assert gd.minimize(LINE, gd.adam, np.zeros(2, np.float32), steps=3).thetas.dtype == np.float32


def test_a_rule_of_ones_own_cannot_change_it():
    def slower(theta, grad, t=0, *, lr=0.1):
        return theta - lr / np.sqrt(t + 1) * grad(theta), (t + 1,)

    assert gd.minimize(own(start=np.ones(2, np.float32)), slower, steps=3).thetas.dtype == np.float32


# --- the function taken for its value ---------------------------------------

TAKEN = {
    "times": lambda grad, theta: 0.1 * grad,
    "an array times": lambda grad, theta: theta * grad,
    "squared": lambda grad, theta: grad**2,
    "minus": lambda grad, theta: -grad,
    "an entry": lambda grad, theta: grad[0],
    "its mean": lambda grad, theta: grad.mean(),
    "its shape": lambda grad, theta: grad.shape,
    "a root": lambda grad, theta: np.sqrt(grad),
    "a norm": lambda grad, theta: np.linalg.norm(grad),
    "a product": lambda grad, theta: theta @ grad,
    "compared": lambda grad, theta: grad > 0,
    "an array of it": lambda grad, theta: np.array(grad),
    "a sum": lambda grad, theta: sum(grad),
}


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_call_it(taken, language):
    gd.use_language(language)

    def learners(theta, grad, *, lr=0.1):
        return theta - taken(grad, theta), ()

    for problem, size in ((LINE, None), (LINE, 10), (own(), None)):
        for go in (gd.minimize, gd.sweep):
            with pytest.raises((TypeError, AttributeError), match=r"grad\(theta\)"):
                go(problem, learners, steps=2, batch_size=size)


# --- every NaN has its own reason -------------------------------------------


def rms(theta, grad, s=0.0, *, lr=0.1, eps=0.0):
    g = grad(theta)
    s = 0.9 * s + 0.1 * g**2
    return theta - lr * g / (np.sqrt(s) + eps), (s,)


def rms_in_place(theta, grad, s=0.0, *, lr=0.1):
    g = grad(theta)
    s = s + g**2
    theta -= lr * g / np.sqrt(s)
    return theta, (s,)


def from_0(theta, grad, t=0, m=0.0, *, lr=0.1):
    m = 0.9 * m + 0.1 * grad(theta)
    return theta - lr * m / (1 - 0.9**t), (t + 1, m)


def after_0(theta, grad, t=-1, m=0.0, v=0.0, *, lr=0.1):
    return gd.adam(theta, grad, t, m, v, lr=lr)


def fades(theta):
    """The second gradient becomes exactly 0 once theta[1] is below 1.5."""
    return np.array([theta[0], np.maximum(theta[1] - 1.5, 0)])


def run(rule=gd.sgd, gradient=same, loss=half_square, start=START, problem=None, steps=5000, **knobs):
    return lambda: gd.minimize(problem or own(gradient, loss, start), rule, steps=steps, **knobs)


ONE, SINGLE = np.array([1.0, 0.0]), np.ones(2, np.float32)

# a run, the words that must stand in its advice, and those that must not; "|": in English | in Chinese
LOST = {
    "growth": (run(lr=3.0), ["step 511|第 511 步", "a tenth of lr|十分之一"], ["0/0", "eps >"]),
    "growth on the line": (run(problem=LINE, lr=2.0), ["step 308|第 308 步", "a tenth of lr|十分之一"], ["0/0"]),
    "growth in one step": (run(lr=1e200), ["step 1:|第 1 步", "a tenth of lr|十分之一"], ["0/0"]),
    "growth between records": (run(lr=3.0, record_every=50), ["a tenth of lr|十分之一"], ["0/0"]),
    "growth in float32": (run(lr=3.0, start=SINGLE), ["float32", "3.4e+38", "a tenth of lr|十分之一"], ["0/0"]),
    "the wrong sign": (run(lambda theta, grad: (theta + 0.5 * grad(theta), ())), ["sign|符号"], ["0/0"]),
    "eps 0": (run(rms, start=ONE), ["step 1 |第 1 步", "theta[1]", "0/0", "eps > 0", "s = 0"], ["tenth", "十分之一"]),
    "adam, eps 0": (run(gd.adam, start=ONE, eps=0), ["theta[1]", "0/0", "eps > 0", "v = 0"], ["tenth", "十分之一"]),
    "adagrad, eps 0, on a surface": (
        run(gd.adagrad, problem=gd.Surface("bowl", start=(1.0, 0.0)), eps=0.0),
        ["theta[1]", "0/0", "eps > 0"],
        ["tenth", "十分之一"],
    ),
    "eps 0, late, between records": (
        run(gd.rmsprop, fades, rho=0.1, eps=0.0, record_every=50),
        ["step 371|第 371 步", "theta[1]", "0/0", "eps > 0"],
        ["tenth", "十分之一"],
    ),
    "eps that float32 does not know": (run(gd.adam, start=ONE.astype("f4"), eps=1e-50), ["1e-50", "0/0"], ["tenth"]),
    "no eps, in place": (run(rms_in_place, start=ONE), ["theta[1]", "0/0", "s = 0"], ["tenth", "十分之一"]),
    "no eps, in two axes": (
        run(rms, start=np.array([[1.0, 0.0]]), loss=lambda x: float(np.sum(x**2))),
        ["theta[0, 1]", "0/0"],
        ["tenth"],
    ),
    "loss blind to the NaN": (run(rms, start=ONE, loss=lambda x: float(x[0])), ["theta[1]", "0/0"], ["tenth"]),
    "t from 0": (run(from_0), ["step 1 |第 1 步", "t = t + 1", "t = 1"], ["tenth", "十分之一", "eps >"]),
    "t from 0, on the line": (run(after_0, problem=LINE), ["t = t + 1", "theta[0], theta[1]"], ["tenth", "eps > 0"]),
    "t from 0, one gradient 0": (run(after_0, start=ONE), ["t = t + 1"], ["tenth"]),
    "gradient NaN": (
        run(gradient=lambda x: np.array([1.0, np.sqrt(x[1] - 1.5)]), loss=lambda x: float(x[0])),
        ["gradient", "theta[1]", "nan", "not to blame|不能怪"],
        ["tenth", "十分之一"],
    ),
    "gradient infinite at the start": (
        run(gradient=lambda x: np.array([1.0, np.float64(1) / 0])),
        ["step 1,|第 1 步", "theta[1]", "inf"],
        ["tenth"],
    ),
    "gradient in float16": (
        run(gradient=lambda x: np.float16(60000) * (3 - x).astype(np.float16)),
        ["float16", "6.55e+04", "theta[0]"],
        ["tenth"],
    ),
    "gradient too large for float32": (run(gradient=lambda x: x * np.float64(1e39), start=SINGLE), ["3.4e+38"], []),
    "loss NaN": (
        run(gradient=lambda x: np.ones(2), loss=lambda x: float(np.log(x[0] - 0.5)), lr=0.1),
        ["loss", "nan", "log", "step 5,|第 5 步"],
        ["tenth", "十分之一", "0/0"],
    ),
    "loss in float16": (
        run(loss=lambda x: np.float16(60000) * np.float16(2 - x[0])),
        ["float16", "6.55e+04"],
        ["tenth"],
    ),
}


@pytest.mark.parametrize(("lost", "said", "not_said"), LOST.values(), ids=LOST)
def test_a_diverged_run_says_why_and_where(lost, said, not_said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where Problem asks once, at the start
        found = lost()
    assert found.status is gd.Status.DIVERGED
    assert np.isfinite(found.losses).all()
    assert np.isfinite(found.thetas).all()
    texts = {"en": str(found)}
    gd.use_language("zh")
    texts["zh"] = str(found)
    assert texts["en"].isascii()
    for language, text in texts.items():
        for words in said:
            english, _, chinese = words.partition("|")
            if language == "en" or chinese or not english.startswith("step"):
                assert (chinese if language == "zh" and chinese else english) in text, text
        assert not [words for words in not_said if words in text], text
    assert any("\u4e00" <= c <= "\u9fff" for c in texts["zh"])


def test_diverging_asks_no_learner_again():
    asked = []

    def gradient(theta):
        asked.append(1)
        return theta

    gd.minimize(Unchecked(gradient), rms, START * [1, 0], steps=9)
    assert len(asked) == 1


def test_a_swept_run_is_lost_with_its_theta():
    blind = gd.Problem(lambda x: x[..., 0] * 1.0, lambda x: x, [1.0, 0.0])
    swept = gd.sweep(blind, rms, steps=3, eps=np.array([0.0, 1e-8]))
    assert swept.diverged.tolist() == [True, False]
    assert swept.loss[0] == np.inf


def test_a_state_that_overflowed_is_said():
    steep = own(lambda theta: np.array([1e30, 1.0], np.float32), lambda theta: float(theta[1]), SINGLE)
    text = str(gd.minimize(steep, gd.adam, steps=9))
    assert "v[0]" in text
    assert "3.4e+38" in text


def test_division_by_zero_in_python_gets_a_note():
    def uncorrected(theta, grad, t=0, *, lr=0.1):
        return theta - lr / (1 - 0.9**t) * grad(theta), (t + 1,)

    with pytest.raises(ZeroDivisionError) as caught:
        gd.minimize(own(), uncorrected, steps=3)
    assert "t = t + 1" in caught.value.__notes__[0]


# --- what stops a run, what the explorer asks -------------------------------------


@pytest.mark.parametrize("answer", [np.array([True, False]), [], None, np.ones((2, 2))])
def test_a_stopping_rule_says_yes_or_no(answer):
    def mine(moment):
        return answer

    with pytest.raises(TypeError, match=r"stopping rule mine must return True or False, got .*; try np.all"):
        gd.minimize(own(), gd.sgd, steps=3, stop=mine)


def test_the_explorer_stands_at_the_same_door():
    def doubled(theta):
        theta *= 2
        return [int(theta[0]), 1]

    pure = gd.Explorer(own(gradient=lambda x: [int(2 * x[0]), 1]), gd.sgd, steps=5).runs()
    assert gd.Explorer(own(gradient=doubled), gd.sgd, steps=5).runs() == pure
    with pytest.raises(TypeError, match="complex"):
        gd.Explorer(Unchecked(loss=lambda x: 1j), gd.sgd, steps=5).runs()
    [lost] = gd.Explorer(Unchecked(gradient=lambda x: None), gd.sgd, steps=5).runs()
    assert "is a return missing?" in lost["error"]["what"]
    few = Unchecked(stream=lambda: itertools.repeat(same, 3))
    [ended] = gd.Explorer(few, gd.sgd, steps=5).runs()
    assert "gradients for 3 steps only; let steps be 3 at most" in ended["error"]["what"]
