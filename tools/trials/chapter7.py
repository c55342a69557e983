"""Choosing among them."""

from functools import cache

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


@cache
def crowd(inputs, labels, tail, classes, features, seed):
    """(X, the class of each sample, how many its class has): sizes in proportion to a power of the rank."""
    rng = np.random.default_rng(seed)
    weights = np.arange(1, classes + 1) ** {"1/rank": -1.0, "1/√rank": -0.5}[tail]
    sizes = np.maximum(1, np.round(200 * weights / weights.sum())).astype(int)
    y = np.repeat(np.arange(classes), sizes)
    X = rng.uniform(size=(len(y), features))
    if labels == "of the input":  # half of an input is the middle of its class
        X = 0.5 * X + 0.5 * rng.uniform(size=(classes, features))[y]
    return X - 0.5 * (inputs == "centred"), y, sizes[y]


@cache
def each_loss(rule, *data):
    """{steps: the loss of each sample at the rate with the least mean}, of a linear classifier from 0."""
    X, y, _ = crowd(*data)
    target, kept, state = np.eye(y.max() + 1)[y], {}, ()
    grid = 10.0 ** (np.arange(-1.5, 0.6, 0.5) if rule is gd.adam else np.arange(-0.5, 2.6, 0.5))

    def share(W):
        scores = X @ W
        rise = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return rise / rise.sum(axis=-1, keepdims=True)

    W = np.zeros((len(grid), X.shape[1], len(target[0])))
    with np.errstate(all="ignore"):
        for t in range(1, 301):
            W, state = rule(W, lambda W: X.T @ (share(W) - target) / len(y), *state, lr=grid[:, None, None])
            if t in (30, 100, 300):
                losses = -np.log(share(W)[:, np.arange(len(y)), y])
                mean = losses.mean(axis=1)
                kept[t] = losses[np.where(np.isfinite(mean), mean, np.inf).argmin()]
    return kept


@trial(
    "C73", inputs=("off centre", "centred"), labels=("at random", "of the input"), tail=("1/rank", "1/√rank"),
    classes=(10, 30), features=(10, 40), seed=range(3), budget=(30, 100, 300),
)  # fmt: skip
def only_adam_learns_the_rare(inputs, labels, tail, classes, features, seed, budget):
    data = (inputs, labels, tail, classes, features, seed)
    sizes = crowd(*data)[2]
    rare = sizes <= np.quantile(sizes, 0.34)
    half = np.log(classes) / 2  # of what guessing gives
    sgd, adam = (each_loss(rule, *data)[budget][rare].mean() for rule in (gd.sgd, gd.adam))
    return min(times(sgd, half, by=1.0), times(half, adam, by=1.0))
