"""Nadam and Nesterov."""

import numpy as np

import gdcourse as gd
from gdcourse import dialects
from trials.frame import trial
from trials.tasks import bowl, made, steps, times


@trial(
    "N1", rates_are=("tuned", "0.01", "0.1", "0.5"), task=("bowl", "turned bowl", "regression", "logistic"),
    dimension=(2, 5, 10, 30), level=(1e-2, 1e-4), budget=(100, 1000), seed=range(2),
)  # fmt: skip
def nadam_takes_fewer_steps(rates_are, task, dimension, level, budget, seed):
    problem = made(task, dimension, 10, seed)
    lr = None if rates_are == "tuned" else float(rates_are)
    return times(*(steps(problem, rule, level, budget, lr=lr, every=2) for rule in (gd.adam, gd.nadam)), by=1.02)


@trial(
    "C61", mu=("0.9", "tuned"), kappa=(10, 100, 500), dimension=(2, 5, 10, 30), turned=(False, True),
    level=(1e-3, 1e-6, 1e-10), seed=range(3),
)  # fmt: skip
def nesterov_takes_fewer_steps(mu, kappa, dimension, turned, level, seed):
    problem = bowl(dimension, kappa, turned, seed)
    grid, mus = np.geomspace(0.1, 3.9, 16)[:, None] / kappa, np.array([0.9])
    if mu == "tuned":
        mus = 1 - np.geomspace(1, 0.02, 16)
    return times(*(steps(problem, rule, level, 500, lr=grid, mu=mus) for rule in (gd.momentum, gd.nesterov)))


@trial("C62", mu=(0.5, 0.9, 0.99), dimension=(1, 2, 5, 10, 30), kappa=(2, 10, 100), turned=(False, True), seed=range(4))
def the_limit_is_lower(mu, dimension, kappa, turned, seed):
    problem = bowl(dimension, kappa, turned, seed)
    first = problem.loss(problem.start)
    lr, low = 2 * (1 + mu) / largest_of(problem), 1 / (1 + 2 * mu)
    grid = lr * np.array([0.97, 0.97 * low, 1.03 * low])
    heavy = gd.sweep(problem, gd.momentum, steps=3000, lr=grid[0], mu=mu).loss
    ahead = gd.sweep(problem, gd.nesterov, steps=3000, lr=grid[1:], mu=mu).loss
    return 1.0 if heavy < first and ahead[0] < first < ahead[1] else -1.0


def largest_of(problem):
    return problem.curvature.max()


FORMS = {
    "Ruder": dialects.nadam_ruder, "Optax": gd.nadam, "Dozat": dialects.nadam_dozat, "Keras": dialects.nadam_keras,
    "PyTorch": dialects.nadam_pytorch,
}  # fmt: skip
PAIRS = [f"{one} {other}" for i, one in enumerate(FORMS) for other in list(FORMS)[i + 1 :]]


@trial(
    "C63", forms=PAIRS, dimension=(2, 5, 10, 30), kappa=(10, 100), turned=(False, True), budget=(1, 100), seed=range(2)
)
def they_are_the_same(forms, dimension, kappa, turned, budget, seed):
    problem = bowl(dimension, kappa, turned, seed)
    ends = [gd.minimize(problem, FORMS[f], steps=budget, lr=0.01).theta - problem.start for f in forms.split()]
    return float(0.001 - np.linalg.norm(ends[0] - ends[1]) / np.linalg.norm(ends[0]))
