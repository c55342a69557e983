"""Adagrad."""

from functools import cache

import numpy as np

import gdcourse as gd
from trials.frame import trial
from trials.tasks import bowl, gap, named, regression, steps, times, tracked


@trial(
    "R6",
    drop=(1, 0.1, 0.01),
    speed=(0.0, 0.003, 0.03),
    noise=(0.0, 0.3),
    rho=(0.9, 0.99),
    dimension=(2, 10, 30),
    seed=range(2),
)
def rmsprop_tracks_better(drop, speed, noise, rho, dimension, seed):
    setting = (speed, drop, noise, dimension, seed)
    return times(tracked(gd.adagrad, *setting), tracked(gd.rmsprop, *setting, rho=rho))


@trial(
    "D1",
    gradients=("alike", "smaller where rare", "larger where rare"),
    density=(0.3, 0.1, 0.01),
    rows=(100, 1000),
    seed=range(10),
)
def rare_ones_get_the_larger_rate(gradients, density, rows, seed):
    rng = np.random.default_rng(seed)
    rare = rng.random(rows) < density
    size = {"alike": 1.0, "smaller where rare": 0.3, "larger where rare": 10.0}[gradients]
    total = np.sum(rng.normal(size=rows) ** 2), np.sum((size * rare * rng.normal(size=rows)) ** 2)
    return float(np.log10((total[0] / max(total[1], 1e-10)) ** 0.5 / 1.05))


@trial(
    "D2",
    early=(1, 10, 1000),
    pattern=("constant", "noise"),
    noise=(0.0, 1.0),
    budget=(100, 1000, 10_000),
    seed=range(4),
)
def it_ends_too_small(early, pattern, noise, budget, seed):
    rng = np.random.default_rng(seed)
    g = (1 + noise * rng.normal(size=budget)) if pattern == "constant" else rng.normal(size=budget) * (1 + noise)
    g[: max(1, budget // 100)] *= early
    rate = 1 / np.sqrt(np.cumsum(g**2))
    way = abs(np.sum((g * rate)[budget // 2 :]))  # in units of η, in the second half
    return float(np.log10(5 / way))


@trial(
    "D4",
    angle=(30, 45),
    kappa=(10, 30, 100),
    dimension=(2, 5, 10, 30),
    level=(1e-2, 1e-4, 1e-6),
    first=(False, True),
    seed=range(3),
)
def turned_it_is_not_ahead(angle, kappa, dimension, level, first, seed):
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    Q, problem = np.eye(dimension), bowl(dimension, kappa, False, seed)
    for i in range(dimension // 2):  # each steep direction with a flat one
        j = dimension - 1 - i
        Q[[i, i, j, j], [i, j, i, j]] = c, -s, s, c
    turned = gd.Problem(lambda x: problem.loss(x @ Q), lambda x: problem.gradient(x @ Q) @ Q.T, Q @ problem.start)
    turned.best_loss, turned.curvature = 0.0, problem.curvature
    grid = np.geomspace(0.01, 100, 16)
    knobs = {"stay": not first, "every": 2}
    plain = steps(turned, gd.sgd, level, 600, **knobs)
    return -times(plain, steps(turned, gd.adagrad, level, 600, lr=grid, **knobs), by=1.1)


@cache
def curves(rule, task, batch, seed):
    """The gap at every tenth step of 3000, a column for each rate; what is lost is infinitely far away."""
    problem = regression(20, 400, density=0.03, noise=1.0, seed=seed) if task == "sparse" else named(task, seed)
    knobs = {"steps": 3000, "lr": 10.0 ** np.arange(-3, 1.01, 0.25), "record_every": 10}
    losses = gd.sweep(problem, rule, batch_size=batch, seed=seed, **knobs).losses
    return np.where(np.isfinite(losses), gap(problem, losses), np.inf)


def cost_of_a_wrong_guess(rule, way, planned, factor, *setting):
    """The gap left at the rate for another number of steps, in gaps left at the best; means of a tenth of the run."""
    few, many = (
        curves(rule, *setting)[n * 9 // 100 + 1 : n // 10 + 1].mean(axis=0) for n in (planned, planned * factor)
    )
    guess, truth = (few, many) if way == "longer" else (many, few)
    return truth[guess.argmin()] / truth.min()


@trial(
    "D5", little=("below that of SGD", "threefold at most"), way=("longer", "shorter"), planned=(100, 300),
    factor=(3, 10), task=("line", "regression", "scaled regression", "sparse", "cancer"), batch=(10, 32),
    seed=range(4),
)  # fmt: skip
def a_wrong_guess_costs_little(little, way, planned, factor, task, batch, seed):
    setting = (way, planned, factor, task, batch, seed)
    adagrad = cost_of_a_wrong_guess(gd.adagrad, *setting)
    if little == "threefold at most":
        return float(np.log10(3 / adagrad))
    return times(cost_of_a_wrong_guess(gd.sgd, *setting), adagrad)
