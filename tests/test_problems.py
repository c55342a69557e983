"""What is minimized: gradients against differences, the landmarks, the articles' numbers, the files."""

import hashlib
import re

import numpy as np
import pytest
from conftest import ROOT

import gdcourse as gd
from gdcourse.surfaces import LANDMARKS

RNG = np.random.default_rng(7)
CANCER = gd.LogisticRegression.breast_cancer()
BOWL = gd.Surface("bowl", kappa=100, angle=30)

PROBLEMS = {
    "line": gd.LinearRegression.line(),
    "regression": gd.LinearRegression(RNG.normal(size=(20, 4)), RNG.normal(size=20)),
    "breast cancer": CANCER,
    "logistic": gd.LogisticRegression(RNG.normal(size=(20, 3)), RNG.integers(0, 2, 20)),
    "MLP, tanh": gd.MLP.sine(hidden=(5, 4)),
    "MLP, relu": gd.MLP(RNG.normal(size=(15, 2)), RNG.normal(size=15), hidden=(6,), activation="relu"),
    "MLP, two relu layers": gd.MLP(RNG.normal(size=(15, 3)), RNG.normal(size=15), (5, 4), "relu", seed=1),
    "MLP, linear": gd.MLP(RNG.normal(size=(15, 2)), RNG.normal(size=15), hidden=()),
    "own": gd.Problem(lambda x: np.sum(x**4, axis=(-1, -2)), lambda x: 4 * x**3, np.ones((2, 3))),
    "own surface": gd.Surface(lambda x, y: (x**2 * y, 2 * x * y, x**2), start=(1, 2)),
    "turned bowl": BOWL,
    **{name: gd.Surface(name) for name in LANDMARKS},
}


def differences(loss, theta, h=1e-5):
    """The gradient by central differences, coordinate by coordinate."""
    out = np.empty_like(theta)
    for at in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[at] = h
        out[at] = (loss(theta + step) - loss(theta - step)) / (2 * h)
    return out


@pytest.mark.parametrize("name", PROBLEMS)
def test_gradient(name):
    problem = PROBLEMS[name]
    batch = problem.start + np.random.default_rng(1).normal(0, 0.5, (2, 3, *problem.start.shape))
    loss, gradient = problem.loss(batch), problem.gradient(batch)
    assert loss.shape == (2, 3)
    assert gradient.shape == batch.shape
    for at in np.ndindex(2, 3):
        assert problem.loss(batch[at]) == pytest.approx(loss[at], rel=1e-12)
        np.testing.assert_allclose(problem.gradient(batch[at]), gradient[at], rtol=1e-9, atol=1e-12)
        expected = differences(problem.loss, batch[at])
        np.testing.assert_allclose(gradient[at], expected, rtol=1e-5, atol=1e-6 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("name", [name for name, problem in PROBLEMS.items() if hasattr(problem, "X")])
def test_gradient_of_some_rows_is_their_mean(name):
    problem, rows = PROBLEMS[name], np.array([3, 1, 4])
    theta = problem.start + 0.1
    one_by_one = [problem.gradient(theta, [row]) for row in rows]
    np.testing.assert_allclose(problem.gradient(theta, rows), np.mean(one_by_one, axis=0), rtol=1e-12, atol=1e-14)
    losses = [problem.loss(theta, [row]) for row in rows]
    assert problem.loss(theta, rows) == pytest.approx(np.mean(losses), rel=1e-12)


@pytest.mark.parametrize("name", LANDMARKS)
def test_landmarks(name):
    surface = gd.Surface(name)
    left, right, bottom, top = surface.view
    for x, y in [*surface.minima, surface.start]:
        assert left <= x <= right
        assert bottom <= y <= top
    assert np.abs(surface.gradient(surface.minima)).max() < 1e-8
    around = 1e-3 * np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)])
    heights = surface.loss(surface.minima)
    assert (surface.loss(surface.minima[:, None] + around) > heights[:, None]).all()
    assert heights[0] == heights.min() == surface.best_loss
    assert surface.loss(surface.start) > surface.best_loss + 0.1


def test_of_a_surface_of_ones_own_no_minimum_is_known():
    surface = PROBLEMS["own surface"]
    assert surface.minima.shape == (0, 2)
    assert surface.best_loss == 0.0
    assert surface.view == (-2.0, 2.0, -2.0, 2.0)
    assert gd.Surface(surface.function, start=(1, 2), view=(0.0, 1.0, 0.0, 1.0)).view == (0.0, 1.0, 0.0, 1.0)


def test_a_turned_bowl_has_the_curvatures_1_and_kappa():
    c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
    np.testing.assert_allclose(BOWL.gradient(np.array([c, s])), [c, s], atol=1e-12)
    np.testing.assert_allclose(BOWL.gradient(np.array([-s, c])), [-100 * s, 100 * c], atol=1e-12)


def test_the_line_of_the_articles():
    line = gd.LinearRegression.line()
    np.testing.assert_allclose(line.exact, [4.2151, 2.7701], atol=5e-5)
    assert line.best_loss == pytest.approx(0.40329, abs=5e-6)
    np.testing.assert_allclose(line.gradient(line.exact), 0, atol=1e-13)
    assert line.X.shape == (100, 2)


def test_the_articles_rmsprop_swings_and_never_arrives():
    # η .1, ρ .9, ε 1e-5, from zero, 1000 steps: FACTS §4.
    run = gd.minimize(gd.LinearRegression.line(), gd.rmsprop, steps=1000, lr=0.1, rho=0.9, eps=1e-5)
    np.testing.assert_allclose(run.theta, [4.265, 2.820], atol=1e-3)
    assert run.loss == pytest.approx(0.40843, abs=1e-5)


@pytest.mark.parametrize("standardize", [True, False])
def test_logistic_exact(standardize):
    problem = gd.LogisticRegression.breast_cancer(standardize)
    assert problem.X.shape == (569, 31)
    assert np.abs(problem.gradient(problem.exact)).max() < 1e-8
    assert problem.best_loss < problem.loss(problem.start) == pytest.approx(np.log(2))
    assert problem.accuracy(problem.exact) > 0.93


def test_logistic_loss_does_not_overflow():
    problem = gd.LogisticRegression([[1.0], [-1.0]], [1, 0])
    with np.errstate(all="raise", under="ignore"):
        assert problem.loss(np.array([-1e4])) == pytest.approx(1e4)
        assert problem.gradient(np.array([-1e4])) == pytest.approx(-1)


def test_mlp_layers_and_prediction():
    mlp = gd.MLP.sine(hidden=(5, 4), seed=3)
    shapes = [(W.shape, b.shape) for W, b in mlp.layers(mlp.start)]
    assert shapes == [((1, 5), (1, 5)), ((5, 4), (1, 4)), ((4, 1), (1, 1))]
    (W1, b1), (W2, b2), (W3, b3) = mlp.layers(mlp.start)
    by_hand = np.tanh(np.tanh(mlp.X @ W1 + b1) @ W2 + b2) @ W3 + b3
    np.testing.assert_allclose(mlp.predict(mlp.start, mlp.X), by_hand[:, 0])
    assert not np.array_equal(mlp.start, gd.MLP.sine(hidden=(5, 4), seed=4).start)


def test_an_mlp_starts_within_one_over_the_root_of_its_inputs():
    mlp = gd.MLP(RNG.normal(size=(5, 4)), RNG.normal(size=5), hidden=(400,))
    for (weights, biases), inputs in zip(mlp.layers(mlp.start), (4, 400), strict=True):
        for part in (weights, biases):
            assert np.abs(part).max() <= 1 / inputs**0.5
        assert (weights.min(), weights.max()) == pytest.approx(inputs**-0.5 * np.array([-1, 1]), rel=0.02)


def test_a_sine_and_its_noise():
    clean, noisy = (gd.MLP.sine(n=500, noise=noise) for noise in (0.0, 0.1))
    np.testing.assert_allclose(clean.y, np.sin(clean.X[:, 0]))
    np.testing.assert_array_equal(noisy.X, clean.X)
    assert (clean.X.min(), clean.X.max()) == pytest.approx((-3, 3), abs=0.05)
    assert np.std(noisy.y - clean.y) == pytest.approx(0.1, rel=0.1)
    assert np.abs(noisy.y - clean.y).max() < 0.5  # normal, no outliers


def test_features_are_standardized_unless_told():
    features = CANCER.X[:, 1:]
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(features.std(axis=0), 1)


def test_data_given_are_copied():
    X, y = np.ones((3, 1)), np.zeros(3)
    problem = gd.LinearRegression(X, y)
    X[:], y[:] = 9, 9
    assert (problem.X == 1).all()
    assert (problem.y == 0).all()


@pytest.mark.parametrize(("folder", "name"), [("data", "breast_cancer.csv"), ("fonts", "CourseSansSC-Regular.otf")])
def test_file_is_the_one_in_the_readme(folder, name):
    home = ROOT / "gdcourse" / folder
    said = re.search(r"sha256[^:]*: ([0-9a-f]{64})", (home / "README.md").read_text("utf-8"))[1]
    assert hashlib.sha256((home / name).read_bytes()).hexdigest() == said
