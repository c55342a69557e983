"""An error is a hint: it names what was wrong and what to try, in the language in use.

Each row: a call, and a piece of the message, the same in both languages, that names the culprit.
"""

import itertools
import math
import re

import numpy as np
import pytest

import gdcourse as gd
from gdcourse import checks

BOWL, LINE = gd.Surface("bowl"), gd.LinearRegression.line()
X, Y = np.ones((4, 2)), np.array([0.0, 1.0, 1.0, 0.0])


def run(rule=gd.adam, problem=BOWL, theta0=None, steps=5, **options):
    return lambda: gd.minimize(problem, rule, theta0, steps=steps, **options)


def sweep(rule=gd.adam, problem=BOWL, theta0=None, steps=5, **options):
    return lambda: gd.sweep(problem, rule, theta0, steps=steps, **options)


# Rules that beginners write
def knob_before_the_star(theta, grad, lr=0.1):
    return theta - lr * grad(theta), ()


def knob_without_a_value(theta, grad, *, lr):
    return theta - lr * grad(theta), ()


def state_without_a_start(theta, grad, u, *, lr=0.1):
    return theta - lr * grad(theta), (u,)


def forgets_to_return(theta, grad, *, lr=0.1):
    theta = theta - lr * grad(theta)


def forgets_at_step_3(theta, grad, t=0, *, lr=0.1):
    return (theta, (t + 1,)) if t < 2 else None


def returns_theta_only(theta, grad, *, lr=0.1):
    return theta - lr * grad(theta)


def returns_theta_alone(theta, grad, *, lr=0.1):
    return (theta - lr * grad(theta),)


def returns_three(theta, grad, u=0.0, *, lr=0.1):
    return theta - lr * grad(theta), (u,), grad(theta)


def forgets_the_comma(theta, grad, u=0.0, *, lr=0.1):
    return theta - lr * grad(theta), (u)


def returns_too_many(theta, grad, u=0.0, *, lr=0.1):
    return theta, (u, u)


def returns_too_few(theta, grad, u=0.0, v=0.0, *, lr=0.1):
    return theta, (u,)


def hides_its_state(theta, grad, *state, **knobs):
    return gd.adam(theta, grad, *state, **knobs)


def changes_the_shape(theta, grad, *, lr=0.1):
    return theta[:, None] - lr * grad(theta), ()


def remembers_ever_more(theta, grad, past=0.0, *, lr=0.1):
    past = np.append(past, grad(theta))
    return theta - lr * past[-2:], (past,)


def ragged_state(theta, grad, past=0.0, *, lr=0.1):
    return theta - lr * grad(theta), ([1.0, [2.0]],)


one_number = gd.Problem(lambda x: np.sum(x**2) / 2, lambda x: x, [3.0, 4.0])


def takes_theta_only(theta, *, lr=0.1):
    return theta, ()


class TakesNoBatches:
    start, loss = np.ones(2), staticmethod(np.sum)

    def gradients(self):
        return iter([])


class HandsOutNothing(TakesNoBatches):
    def gradients(self, batch_size, seed):
        return itertools.repeat(None)


BAD = {
    # knobs
    "lr below 0": (run(lr=-0.1), "-0.1"),
    "lr a text": (run(lr="0.1"), "lr"),
    "lr None": (run(lr=None), "None"),
    "lr NaN": (run(lr=np.nan), "nan"),
    "lr infinite": (run(lr=np.inf), "inf"),
    "lr complex": (run(lr=1j), "1j"),
    "lr True": (run(lr=True), "True"),
    "beta1 one": (run(beta1=1.0), "beta1"),
    "beta2 two": (run(beta2=2), "[0, 1)"),
    "mu below 0": (run(gd.momentum, mu=-0.5), "-0.5"),
    "rho one, in an array": (sweep(gd.rmsprop, rho=np.array([0.9, 1.0])), "1.0"),
    "eps below 0": (run(eps=-1e-8), "eps"),
    "weight_decay below 0": (run(gd.adamw, weight_decay=-1), "weight_decay"),
    "empty array": (run(lr=np.array([])), "lr"),
    "three rates for two coordinates": (run(lr=np.ones(3)), "(3,)"),
    "ragged rates": (run(lr=[[1, 2], [3]]), "lr"),
    "unknown knob": (run(gamma=0.9), "'gamma'"),
    "misspelt knob": (run(betal=0.9), "beta1"),
    "the state as a knob": (run(m=0.0), "*, m="),
    "schedule bad at step 3": (run(lr=lambda t: -1.0 if t == 3 else 0.1), "-1.0"),
    "schedule without a return": (run(lr=lambda t: None), "None"),
    "schedule without t": (run(lr=lambda: 0.1), "lambda t"),
    "schedule of a function": (run(lr=lambda t: np.sqrt), "sqrt"),
    "schedule of another shape at step 3": (run(lr=lambda t: 0.1 if t < 3 else np.ones((3, 1))), "(3, 1)"),
    "schedule that leaves the grid": (sweep(lr=lambda t: np.ones(2 if t < 3 else 3) / 9), "(3,)"),
    "masked rates": (run(lr=np.ma.array([0.1, 0.2], mask=[0, 1])), "lr"),
    "beta1 that is 1 in float32": (run(theta0=np.ones(2, "f4"), beta1=np.array([0.9, 1 - 1e-12])), "[0, 1)"),
    "grids that do not fit": (sweep(lr=np.ones(3) / 9, beta1=np.ones(4) / 9), "beta1[None, :]"),
    # rules
    "rule a text": (run("adam"), "'adam'"),
    "rule called": (run(3.5), "3.5"),
    "rule without grad": (run(takes_theta_only), "takes_theta_only"),
    "rule built-in": (run(max), "max"),
    "knob before the star": (run(knob_before_the_star, lr=0.1), "*, lr="),
    "knob without a value": (run(knob_without_a_value), "lr=…"),
    "state without a start": (run(state_without_a_start), "state_without_a_start"),
    "returns None": (run(forgets_to_return), "NoneType"),
    "returns None at step 3": (run(forgets_at_step_3), "NoneType"),
    "returns theta only": (run(returns_theta_only), "ndarray"),
    "returns theta alone": (run(returns_theta_alone), "(ndarray)"),
    "returns three": (run(returns_three), "(ndarray, tuple, ndarray)"),
    "forgets the comma": (run(forgets_the_comma), "(ndarray, float)"),
    "too many states": (run(returns_too_many), "2"),
    "too few states": (run(returns_too_few), "u, v"),
    "state behind a star": (run(hides_its_state), "functools.wraps"),
    "shape changed": (run(changes_the_shape), "(2, 2)"),
    "state grows": (run(remembers_ever_more), "remembers_ever_more"),
    "state of lists that differ": (run(ragged_state), "ragged_state"),
    "shape changed, swept": (sweep(changes_the_shape), "changes_the_shape"),
    "loss of one number, swept": (sweep(problem=one_number, lr=np.array([0.1, 0.2])), "axis=-1"),
    # the loop
    "no problem": (run(problem="bowl"), "'bowl'"),
    "a class": (run(problem=gd.LinearRegression), "LinearRegression"),
    "no steps": (run(steps=0), "steps=100"),
    "half a step": (run(steps=1.5), "1.5"),
    "steps True": (sweep(steps=True), "True"),
    "record_every 0": (run(record_every=0), "record_every"),
    "stop a text": (run(stop="x"), "'x'"),
    "stop a number": (run(stop=1e-6), "1e-06"),
    "tol 0": (lambda: gd.gradient_below(0), "gradient_below"),
    "tol below 0": (lambda: gd.step_below(-1e-6), "-1e-06"),
    "tol NaN": (lambda: gd.loss_change_below(np.nan), "nan"),
    "tol a text": (lambda: gd.relative_gradient_below("small"), "'small'"),
    "theta0 too long": (run(theta0=(1.0, 2.0, 3.0)), "(3,)"),
    "theta0 too short": (run(theta0=(1.0,)), "(1,)"),
    "theta0 a column": (run(theta0=np.ones((2, 1))), ".ravel()"),
    "theta0 too long, swept": (sweep(theta0=np.ones((5, 3))), "(5, 3)"),
    "theta0 too short, swept": (sweep(theta0=np.ones((5, 1))), "(5, 1)"),
    "theta0 NaN": (run(theta0=(np.nan, 1.0)), "theta0"),
    "theta0 a text": (run(theta0="start"), "'start'"),
    "theta0 complex": (run(theta0=(1j, 2)), "np.real"),
    "theta0 masked": (run(theta0=np.ma.array([1.0, 2.0], mask=[0, 1])), ".filled(0)"),
    "theta0 beyond float64": (run(theta0=np.array(["1e400", "1"], np.longdouble)), "theta0"),
    "theta0 where the loss is infinite": (run(problem=gd.Surface("rosenbrock"), theta0=(1e200, 0.0)), "inf"),
    "batch_size above N": (run(problem=LINE, batch_size=101), "101"),
    "batch_size 0": (run(problem=LINE, batch_size=0), "batch_size"),
    "batch_size a fraction": (sweep(problem=LINE, batch_size=0.5), "0.5"),
    "seed a fraction": (run(problem=LINE, batch_size=5, seed=1.5), "seed=0"),
    "seed below 0": (run(problem=LINE, batch_size=5, seed=-1), "seed=0"),
    "gradients without batch_size": (run(problem=TakesNoBatches()), "gradients(batch_size, seed)"),
    "gradients of None": (run(problem=HandsOutNothing()), "lambda theta: theta"),
    "batch_size on a surface": (run(batch_size=10), "batch_size"),
    "no curves": (lambda: gd.sweep(BOWL, gd.sgd, steps=1).stays_below(1), "record_every=1"),
    # problems
    "X a vector": (lambda: gd.LinearRegression(np.ones(4), Y), "(4,)"),
    "X ragged": (lambda: gd.LinearRegression([[1, 2], [3]], [1, 2]), "X"),
    "X a number": (lambda: gd.MLP(3.0, [1.0]), "X"),
    "y a column": (lambda: gd.LinearRegression(X, Y[:, None]), "(4, 1)"),
    "y too short": (lambda: gd.LogisticRegression(X, Y[:3]), "(3,)"),
    "X masked": (lambda: gd.LinearRegression(np.ma.array(X, mask=X > 0), Y), ".filled(0)"),
    "X with NaN": (lambda: gd.LinearRegression([[1.0], [np.nan]], [1, 2]), "(1, 0)"),
    "y infinite": (lambda: gd.LinearRegression(X, [1, 2, np.inf, 3]), "y"),
    "y of words": (lambda: gd.LinearRegression(X, list("abcd")), "y"),
    "no data": (lambda: gd.LinearRegression(np.ones((0, 2)), []), "(0, 2)"),
    "labels −1, 1": (lambda: gd.LogisticRegression(X, 2 * Y - 1), "(y + 1) / 2"),
    "l2 below 0": (lambda: gd.LogisticRegression(X, Y, l2=-1), "-1"),
    "l2 a text": (lambda: gd.LogisticRegression(X, Y, l2="small"), "'small'"),
    "no minimum": (lambda: gd.LogisticRegression(X, Y).exact, "l2=0.01"),
    "unknown activation": (lambda: gd.MLP(X, Y, activation="gelu"), "'gelu'"),
    "hidden a number": (lambda: gd.MLP(X, Y, hidden=16), "16"),
    "hidden of 0": (lambda: gd.MLP(X, Y, hidden=(8, 0)), "(8, 0)"),
    "unknown surface": (lambda: gd.Surface("rosenbrok"), "'rosenbrok'"),
    "surface a number": (lambda: gd.Surface(3, start=(1, 2)), "3"),
    "surface without a start": (lambda: gd.Surface(lambda x, y: (x, 1, 0)), "start=(1.0, 2.0)"),
    "surface with three coordinates": (lambda: gd.Surface("bowl", start=(1, 2, 3)), "(3,)"),
    "surface without derivatives": (lambda: gd.Surface(lambda x, y: x * y, start=(1, 2)), "df/dx"),
    "surface of None": (lambda: gd.Surface(lambda x, y: (None, x, y), start=(1, 2)), "df/dx"),
    "kappa below 1": (lambda: gd.Surface("bowl", kappa=0.5), "0.5"),
    "kappa a text": (lambda: gd.Surface("bowl", kappa="10"), "'10'"),
    "unknown parameter": (lambda: gd.Surface("bowl", tilt=30), "tilt"),
    "loss not a function": (lambda: gd.Problem(1.0, lambda x: x, [1.0]), "loss"),
    "loss of each coordinate": (lambda: gd.Problem(lambda x: x**2, lambda x: 2 * x, [1.0, 2.0]), "loss"),
    "gradient of another shape": (lambda: gd.Problem(lambda x: 0.0, lambda x: 1.0, [1.0, 2.0]), "gradient"),
    "start empty": (lambda: gd.Problem(lambda x: 0.0, lambda x: x, []), "start"),
    "online not a function": (lambda: gd.Online(3, lambda x: 0.0, [1.0]), "gradient_at"),
    # language
    "another language": (lambda: gd.use_language("fr"), "'fr'"),
    "language None": (lambda: gd.use_language(None), "None"),
}


def message(call, language):
    gd.use_language(language)
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    return str(caught.value)


def chinese(text):
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize(("call", "culprit"), BAD.values(), ids=BAD)
def test_message_names_the_culprit_in_both_languages(call, culprit):
    english, zh = message(call, "en"), message(call, "zh")
    assert culprit in english
    assert culprit in zh
    assert chinese(zh)
    assert not chinese(english)
    assert min(len(english), 2 * len(zh)) > 40, "says what is wrong and what to try"


def test_chinese_has_chinese_punctuation():
    for call, _ in BAD.values():
        zh = message(call, "zh")
        bad = [zh[i - 1 : i + 2] for i, c in enumerate(zh) if c in ",;:?!" and i and chinese(zh[i - 1])]
        assert not bad, zh


def test_the_table_is_long():
    assert len(BAD) >= 40


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1)", (0, 0.5, np.float32(0)), (-1e-9, 1, 1.5)),
        ("(0, ∞)", (1e-300, 1e308), (0, -1, math.inf)),
        ("[1, 100]", (1, 100, np.int8(100)), (0, 101)),
        ("(-∞, ∞)", (-1e308, 0, 1e308), (-math.inf, math.inf)),
    ],
)
def test_a_limit_is_the_interval_that_it_shows(interval, inside, outside):
    for value in inside:
        checks.limit("knob", value, interval, "a hint")
    for value in (*outside, math.nan, None, "0.5", True, 1j, np.array([0.5])):
        with pytest.raises(ValueError, match=re.escape(f"knob must lie in {interval}, got {value!r}; a hint")):
            checks.limit("knob", value, interval, "a hint")


# (lowest that is allowed, lowest that is too much)
BOUNDS = {
    **dict.fromkeys(("mu", "rho", "beta", "beta1", "beta2"), (0, 1)),
    **dict.fromkeys(("lr", "eps", "weight_decay", "momentum_decay"), (0, math.inf)),
}


def test_these_are_all_knobs():
    assert BOUNDS.keys() == checks._KNOBS.keys()


@pytest.mark.parametrize("name", BOUNDS)
def test_the_bounds_of_each_knob(name):
    low, high = BOUNDS[name]
    for good in (low, math.nextafter(high, 0)):
        assert checks.check_knob(name, good) == good
    for bad in (math.nextafter(low, -1), high, math.nan):
        with pytest.raises(ValueError, match=rf"{name} must lie in \[{low}, "):
            checks.check_knob(name, bad)
