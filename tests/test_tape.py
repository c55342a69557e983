"""A rule on a tape of gradients, in the package and in the page."""

import numpy as np
import pytest
from conftest import RULES, named, replay

import gdcourse as gd

GRADIENTS = np.random.default_rng(3).normal(size=(40, 2, 3))


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_the_path_is_that_of_the_rule_alone(rule):
    start = np.arange(6.0).reshape(2, 3)
    path = gd.follow(rule, GRADIENTS, start)
    assert path.shape == (41, 2, 3)
    np.testing.assert_array_equal(path, [start, *replay(rule, GRADIENTS, start)])
    assert np.array_equal(gd.follow(rule, GRADIENTS)[0], np.zeros((2, 3)))


THEIRS = {"sgd": ("SGD", {}), "momentum": ("SGD", {"momentum": 0.9}), "adagrad": ("Adagrad", {}), "adam": ("Adam", {})}


@pytest.mark.parametrize("rule", THEIRS)
def test_it_is_the_path_of_pytorch(rule, float64):
    name, keywords = THEIRS[rule]
    theta = float64.zeros(2, 3, requires_grad=True)
    optimizer = getattr(float64.optim, name)([theta], lr=0.1, **keywords)
    path = [np.zeros((2, 3))]
    for g in GRADIENTS:
        theta.grad = float64.tensor(g)
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    np.testing.assert_allclose(gd.follow(getattr(gd, rule), GRADIENTS, lr=0.1), path, rtol=1e-9, atol=1e-12)


def test_numbers_lists_and_schedules():
    path = gd.follow(gd.sgd, [1, 2, 4], lr=lambda t: 1 / t)
    np.testing.assert_allclose(path, [0, -1, -2, -2 - 4 / 3])
    assert path.shape == (4,)
    assert gd.follow(gd.adam, [[1.0, -1.0]] * 5, [3, 4]).shape == (6, 2)


def test_what_a_rule_spoils_is_its_own():
    def greedy(theta, grad, *, lr=0.1):
        g = grad(theta)
        g *= lr
        theta -= g + grad(theta) - 1  # asks again
        return theta, ()

    gradients, start = np.ones((3, 2)), np.zeros(2)
    np.testing.assert_allclose(gd.follow(greedy, gradients, start)[:, 0], [0, -0.1, -0.2, -0.3])
    assert (gradients == 1).all()
    assert (start == 0).all()


@pytest.mark.parametrize(
    ("arguments", "knobs", "error", "what"),
    [
        ((gd.sgd, []), {}, ValueError, "gradients is empty"),
        ((gd.sgd, 1.0), {}, ValueError, "one entry a step"),
        ((gd.sgd, [1.0, np.nan]), {}, ValueError, "gradients holds NaN"),
        ((gd.sgd, [1.0, 2.0], [0.0, 0.0]), {}, ValueError, r"theta0 has shape \(2,\)"),
        ((gd.sgd, ["one"]), {}, TypeError, "gradients"),
        (("adam", [1.0]), {}, TypeError, "the rule must be a function"),
        ((gd.adam, [1.0]), {"beta1": 1}, ValueError, "beta1 must lie in"),
        ((gd.adam, [1.0]), {"beta": 0.5}, TypeError, "did you mean"),
        ((gd.sgd, [1.0]), {"lr": [0.1, 0.2]}, ValueError, "lr has shape"),
    ],
)
def test_what_makes_no_sense_is_said(arguments, knobs, error, what):
    with pytest.raises(error, match=what):
        gd.follow(*arguments, **knobs)


@pytest.mark.parametrize("theta0", [1.0, np.ones(1), np.ones(3), np.ones((1, 2))], ids=np.shape)
def test_a_start_has_the_shape_of_one_gradient(theta0):
    with pytest.raises(ValueError, match="theta0"):
        gd.follow(gd.sgd, np.ones((4, 2)), theta0)
