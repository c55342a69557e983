"""Choosing among them."""

import numpy as np

import gdcourse as gd
from trials.frame import trial
from trials.tasks import bowl, left, made, steps, times, yes


@trial("A12", width=(4, 16, 64), task=("sine", "two inputs"), budget=(100, 300, 1000), level=(0.1, 0.03), seed=range(3))
def the_default_suits_the_network(width, task, budget, level, seed):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-3, 3, (60, 1 if task == "sine" else 2))
    problem = gd.MLP(X, np.sin(X).sum(axis=1), (width, width), seed=seed)
    run = gd.minimize(problem, gd.adam, steps=budget, record_every=budget)
    return float(np.log10(level * problem.loss(problem.start) / run.loss))


@trial(
    "C71", rule=("adagrad", "rmsprop", "adam"), kappa=(10, 30, 100), dimension=(2, 5, 10, 30), level=(1e-2, 1e-4),
    first=(True, False), seed=range(3),
)  # fmt: skip
def turning_takes_it_away(rule, kappa, dimension, level, first, seed):
    function, knobs = getattr(gd, rule), {"stay": not first, "every": 2}
    straight, turned = (bowl(dimension, kappa, turned, seed) for turned in (False, True))
    grid = np.geomspace(0.01, 100, 16)
    fast, slow = (steps(problem, function, level, 400, lr=grid, **knobs) for problem in (straight, turned))
    plain = steps(straight, gd.sgd, level, 400, **knobs)
    return min(times(plain, fast, by=1.5), times(slow, fast, by=1.5))


@trial(
    "C72",
    rate=(0.001, 0.01),
    decay=(0.01, 0.1, 1.0),
    sizes=(1, 10, 100),
    dimension=(2, 5, 10, 30),
    budget=(300, 1000),
    seed=range(3),
)
def the_two_end_apart(rate, decay, sizes, dimension, budget, seed):
    flip = np.random.default_rng(seed).choice([-1.0, 1.0], (budget, dimension)) * np.geomspace(
        0.1, 0.1 * sizes, dimension
    )
    ends = []
    for l2, decoupled in ((decay, 0.0), (0.0, decay)):
        gradients = lambda t, l2=l2: lambda x: flip[t - 1] + l2 * x  # noqa: E731
        task = gd.Online(gradients, lambda x: np.sum(x**2), np.ones(dimension))
        ends.append(
            gd.minimize(task, gd.adamw, steps=budget, lr=rate, weight_decay=decoupled, record_every=budget).theta
        )
    return float(np.linalg.norm(ends[0] - ends[1]) / dimension**0.5 - 0.001)


RULES = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "nadam")


@trial(
    "S1",
    budget=(30, 100),
    yardstick=("gap", "steps to 1e-2", "steps to 1e-4"),
    spread=(3, 30),
    dimension=(2, 5, 10, 30),
    seed=range(2),
)
def one_rule_leads_everywhere(budget, yardstick, spread, dimension, seed):
    leaders = None
    for task in ("bowl", "turned bowl", "regression", "logistic"):
        problem, found = made(task, dimension, spread, seed), {}
        for name in RULES:
            rule = getattr(gd, name)
            if name == "adadelta":
                rule = gd.dialects.adadelta_scaled
            if yardstick == "gap":
                found[name] = left(problem, rule, budget)
            else:
                found[name] = steps(problem, rule, float(yardstick.split()[-1]), budget)
        best = {name for name, value in found.items() if value <= 1.05 * min(found.values()) and np.isfinite(value)}
        leaders = best if leaders is None else leaders & best
    return yes(bool(leaders))
