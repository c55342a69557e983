"""Adadelta."""

import numpy as np

import gdcourse as gd
from trials.frame import trial
from trials.tasks import bowl, named, times, tracked

NAMED = ("line", "bowl", "turned bowl", "regression", "scaled regression", "cancer", "net")


@trial("E1", task=NAMED, budget=(100, 300, 1000, 3000), level=(0.1, 0.05, 0.01), rho=(0.9, 0.95), seed=range(2))
def it_does_well_untuned(task, budget, level, rho, seed):
    problem = named(task, seed)
    run = gd.minimize(problem, gd.adadelta, steps=budget, rho=rho, record_every=budget)
    return float(np.log10(level * (problem.loss(problem.start) - problem.best_loss) / (run.loss - problem.best_loss)))


@trial("E2", drop=(1, 0.1, 0.01), speed=(0.0, 0.003, 0.03), noise=(0.0, 0.3), dimension=(2, 10, 30), seed=range(3))
def adadelta_tracks_better(drop, speed, noise, dimension, seed):
    def adadelta(theta, grad, *state, lr):
        return gd.adadelta(theta, grad, *state, eps=1e-4 * lr**2)

    setting = (speed, drop, noise, dimension, seed)
    return times(tracked(gd.adagrad, *setting), tracked(adadelta, *setting))


@trial(
    "C41",
    unit_of=("loss", "parameters"),
    factor=(0.01, 10, 1e4),
    dimension=(2, 5, 10, 30),
    kappa=(1, 10),
    turned=(False, True),
    budget=(100, 1000),
    seed=range(2),
)
def the_path_is_the_same(unit_of, factor, dimension, kappa, turned, budget, seed):
    plain = bowl(dimension, kappa, turned, seed)
    if unit_of == "loss":
        other = gd.Problem(lambda x: factor * plain.loss(x), lambda x: factor * plain.gradient(x), plain.start)
    else:
        other = gd.Problem(
            lambda x: plain.loss(x / factor), lambda x: plain.gradient(x / factor) / factor, plain.start * factor
        )
    ends = [gd.minimize(p, gd.adadelta, steps=budget, record_every=budget).theta for p in (plain, other)]
    apart = ends[0] - (ends[1] if unit_of == "loss" else ends[1] / factor)
    return float(0.01 - np.linalg.norm(apart) / np.linalg.norm(plain.start))


@trial(
    "C42",
    steepest=(1.5, 3, 10, 100),
    dimension=(1, 2, 10, 30),
    turned=(False, True),
    distance=(0.2, 2.0),
    budget=(500, 2000),
    seed=range(2),
)
def longer_is_closer(steepest, dimension, turned, distance, budget, seed):
    problem = bowl(dimension, steepest, turned, seed)
    run = gd.minimize(problem, gd.adadelta, problem.start * distance / 2, steps=4 * budget, record_every=budget)
    early, late = run.losses[1], run.losses[4]
    return float(np.log10(early / max(late, 1e-99))) if early > 1e-25 else 1.0  # which is at the minimum
