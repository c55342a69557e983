"""What trials run on, in any dimension, and how they measure: small problems, tuned rates, steps, gaps."""

from functools import cache

import numpy as np

import gdcourse as gd
from gdcourse.problems import DataProblem

RATES = np.geomspace(1e-3, 3, 15)  # what element-wise rules are tuned over


# --- tasks ----------------------------------------------------------------------


def rotation(dimension, seed):
    return np.linalg.qr(np.random.default_rng(seed + 1000).normal(size=(dimension, dimension)))[0]


def bowl(dimension=2, kappa=100, turned=False, seed=0):
    """Curvatures from 1 to κ, along the axes or along any directions; a start at distance 2 in a random direction."""
    curvature = np.geomspace(kappa, 1, dimension)
    Q = rotation(dimension, seed) if turned else np.eye(dimension)
    A = (Q * curvature) @ Q.T
    start = Q @ np.random.default_rng(seed).normal(size=dimension)
    task = gd.Problem(lambda x: 0.5 * np.sum(x @ A * x, axis=-1), lambda x: x @ A, 2 * start / np.linalg.norm(start))
    task.best_loss, task.steepest, task.curvature = 0.0, Q[:, 0], curvature
    return task


@cache
def regression(dimension=10, rows=100, decades=0.0, density=1.0, noise=0.3, seed=0):
    """Least squares; features whose scales are spread over ``decades``, present in ``density`` of the rows or more."""
    rng = np.random.default_rng(seed)
    present = rng.random((rows, dimension)) < np.geomspace(density, 1, dimension)
    X = rng.normal(size=(rows, dimension)) * present
    X[0] = np.where(X.any(axis=0), X[0], 1.0)  # no feature is missing altogether
    truth = rng.normal(size=dimension)
    y = X @ truth + noise * rng.normal(size=rows)
    return gd.LinearRegression(X * 10 ** rng.permutation(np.linspace(-decades / 2, decades / 2, dimension)), y)


@cache
def cancer(standardize=True):
    return gd.LogisticRegression.breast_cancer(standardize)


@cache
def line(seed=42):
    return gd.LinearRegression.line(seed)


@cache
def net(hidden=16, seed=0):
    task = gd.MLP.sine(hidden=(hidden,), seed=seed)
    task.best_loss = 0.0
    return task


class Wave(DataProblem):
    """The frequencies of y = Σ sin(wᵢxᵢ) + noise: many valleys."""

    best_loss = 0.0

    def part(self, w, rows):
        X = self.X[slice(None) if rows is None else rows]
        y = self.y[slice(None) if rows is None else rows]
        angle = w[..., None, :] * X
        return X, angle, np.sin(angle).sum(axis=-1) - y

    def loss(self, w, rows=None):
        return 0.5 * np.mean(self.part(w, rows)[2] ** 2, axis=-1)

    def gradient(self, w, rows=None):
        X, angle, error = self.part(w, rows)
        return np.mean(error[..., None] * np.cos(angle) * X, axis=-2)


@cache
def wave(dimension=1, frequency=2.0, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-3, 3, (100, dimension))
    return Wave(X, np.sin(frequency * X).sum(axis=1) + noise * rng.normal(size=100))


TABLE = {
    "line": line,
    "bowl": lambda seed: bowl(2, 100, False, seed),
    "turned bowl": lambda seed: bowl(10, 100, True, seed),
    "regression": lambda seed: regression(30, seed=seed),
    "scaled regression": lambda seed: regression(30, decades=2.0, seed=seed),
    "cancer": lambda seed: cancer(),
    "net": lambda seed: net(seed=seed),
}


@cache
def named(name, seed=0):
    """One of several, by name."""
    return TABLE[name](seed)


# --- measures -------------------------------------------------------------------


def largest(problem):
    """The largest curvature at the start: the scale of plain gradient descent's rates."""
    if hasattr(problem, "curvature"):
        return problem.curvature[0]
    x, v = problem.start, np.ones(problem.start.size)
    for _ in range(30):
        v = v / np.linalg.norm(v)
        v = (problem.gradient(x + 1e-4 * v) - problem.gradient(x - 1e-4 * v)) / 2e-4
    return np.linalg.norm(v)


def rates(problem, rule, count=12):
    """A grid for ``rule``: relative to the curvature where the step is, element-wise where its length is fixed."""
    if rule.__name__ in ("sgd", "momentum", "nesterov", "momentum_ema"):
        return np.geomspace(0.01, 1.9, count) / largest(problem)
    return np.geomspace(1e-3, 3, count)


def gap(problem, loss):
    return np.maximum(loss - problem.best_loss, 1e-300)


FLOOR = 1e-12  # of the first gap: what lies below is rounding, and a tie


def first_gap(problem):
    return float(gap(problem, problem.loss(problem.start)))


def steps(problem, rule, level, budget, lr=None, stay=True, every=1, **knobs):
    """How many until the gap is below ``level`` of the first one, at the best of the rates; inf if it never is."""
    lr = rates(problem, rule) if lr is None else np.atleast_1d(lr)
    run = gd.sweep(problem, rule, steps=budget, lr=lr, record_every=every, **knobs)
    goal = problem.best_loss + level * first_gap(problem)
    return max(1.0, np.min(run.stays_below(goal) if stay else run.first_below(goal)))


def left(problem, rule, budget, lr=None, **knobs):
    """The gap that is left at the best of the rates, as a part of the first one."""
    lr = rates(problem, rule) if lr is None else np.atleast_1d(lr)
    best = np.min(gap(problem, gd.sweep(problem, rule, steps=budget, lr=lr, **knobs).loss))
    return max(FLOOR, float(best) / first_gap(problem))


def times(more, fewer, by=1.05):
    """log₁₀ of how many times ``more`` is ``fewer``, above 0 if it is so by 5 %; two that never come are a tie."""
    if np.isinf(more) and np.isinf(fewer):
        return -1e-9
    return float(np.log10(more / fewer / by)) if np.isfinite(fewer) else -99.0


def yes(holds):
    return 1.0 if holds else -1.0


def fed(rule, gradients, **knobs):
    """The steps that ``rule`` takes on given gradients."""
    x, state, path = 0.0, (), [0.0]
    for g in gradients:
        x, state = rule(x, lambda _, g=g: g, *state, **knobs)
        path.append(x)
    return -np.diff(path)


class Noisy(gd.Problem):
    """A problem whose gradients are noisy when batches are asked for: the smaller, the noisier."""

    def gradients(self, batch_size=None, seed=0):
        rng = np.random.default_rng(seed)
        while True:
            noise = 0 if batch_size is None else self.noise * rng.normal(size=self.start.size) / batch_size**0.5
            yield lambda x, noise=noise: self.gradient(x) + noise


@cache
def made(name, dimension, spread, seed):
    """A task of any dimension whose scales differ by ``spread``."""
    if "bowl" in name:
        plain = bowl(dimension, spread**2, name == "turned bowl", seed)
        problem = Noisy(plain.loss, plain.gradient, plain.start)
        problem.__dict__ |= {"best_loss": 0.0, "curvature": plain.curvature, "noise": spread}
        return problem
    problem = regression(dimension, 200, np.log10(spread), 1.0, 0.3, seed)
    return problem if name == "regression" else logistic(problem)


def logistic(problem):
    """Is y of a regression above its middle?"""
    return gd.LogisticRegression(problem.X, problem.y > np.median(problem.y), l2=0.01)


def tracked(rule, speed, drop, noise, dimension, seed, budget=600, **knobs):
    """Mean squared distance to a goal that moves while gradients drop to ``drop`` halfway; at the best of the rates."""
    rng = np.random.default_rng(seed)
    turn, kick = rng.uniform(0.5, 1.5, dimension) * speed, rng.normal(size=(budget, dimension)) * noise
    lr = np.geomspace(1e-4, 3, 20)[:, None]
    x, state, error = np.zeros((20, dimension)), (), 0.0
    with np.errstate(all="ignore"):
        for t in range(budget):
            goal, strength = 1 + np.sin(turn * t), 1.0 if t < budget / 2 else drop
            x, state = rule(x, lambda x: strength * (x - goal + kick[t]), *state, lr=lr, **knobs)  # noqa: B023
            error = error + np.sum((x - goal) ** 2, axis=-1)
    return float(np.nanmin(error)) / budget / dimension


def valley(dimension, turned, seed):
    """Styblinski and Tang's function in any dimension, turned or not: two valleys a coordinate, one deeper."""
    Q = rotation(dimension, seed) if turned else np.eye(dimension)
    problem = gd.Problem(
        lambda x: 0.5 * np.sum((x @ Q) ** 4 - 16 * (x @ Q) ** 2 + 5 * (x @ Q), axis=-1),
        lambda x: (2 * (x @ Q) ** 3 - 16 * (x @ Q) + 2.5) @ Q.T,
        Q @ np.random.default_rng(seed).uniform(-4, 4, dimension),
    )
    problem.best_loss = -39.16616570377142 * dimension
    return problem
