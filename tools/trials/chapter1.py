"""Gradient descent and momentum."""

import numpy as np

import gdcourse as gd
from gdcourse.dialects import momentum_ema
from trials.frame import trial
from trials.tasks import bowl, gap, largest, left, named, net, rates, regression, steps, times, wave, yes


@trial("G1", task=("line", "regression", "cancer", "net"), rate=(0.1, 0.5), budget=(1, 10, 50), seed=range(4))
def one_rule(task, rate, budget, seed):
    problem = named(task, seed)
    knobs = {"steps": budget, "lr": rate / largest(problem), "seed": seed}
    full, whole = (gd.minimize(problem, gd.sgd, batch_size=b, **knobs).theta for b in (None, len(problem.X)))
    rows = np.random.default_rng(seed).permutation(len(problem.X) // 4 * 4)
    parts = [problem.gradient(problem.start, part) for part in np.split(rows, 4)]
    same = np.allclose(full, whole, atol=1e-9)
    return yes(same and np.allclose(np.mean(parts, axis=0), problem.gradient(problem.start, rows), atol=1e-12))


@trial(
    "G2", rows=(1000, 3000, 10_000), dimension=(2, 10, 30), accuracy=(0.1, 0.02, 0.002), batch=(1, 32), seed=range(2)
)
def sgd_reads_less(rows, dimension, accuracy, batch, seed):
    problem = regression(dimension, rows, noise=1.0, seed=seed)
    level = accuracy * problem.best_loss / (problem.loss(problem.start) - problem.best_loss)
    grid = np.geomspace(0.02, 1.5, 6) / largest(problem)
    full = rows * steps(problem, gd.sgd, level, 60, lr=grid, stay=False)
    knobs = {"lr": grid / (1 + dimension / batch), "stay": False, "every": 20, "batch_size": batch, "seed": seed}
    return times(full, batch * steps(problem, gd.sgd, level, 1500 if batch > 1 else 8000, **knobs))


def valleys(problem, start, rate, batch, budget, seed):
    """The floors of the valleys in which full-batch descent and SGD end, from one start at one rate."""
    ends = [
        gd.minimize(problem, gd.sgd, start, steps=budget, lr=rate, batch_size=b, seed=seed, record_every=budget).theta
        for b in (None, batch)
    ]
    return gd.sweep(problem, gd.sgd, np.array(ends), steps=150, lr=0.5 / largest(problem)).loss


@trial(
    "G3", dimension=(1, 2, 5), frequency=(1.5, 3.0), start=(0.2, 4.5),
    rate=(0.02, 0.1, 0.5), batch=(1, 5, 20), budget=(200, 800), seed=range(2),
)  # fmt: skip
def sgd_ends_lower(dimension, frequency, start, rate, batch, budget, seed):
    problem = wave(dimension, frequency, seed=seed)
    full, sgd = valleys(problem, np.full(dimension, start), rate, batch, budget, seed)
    return float(np.log10(full / sgd / 1.05))


@trial(
    "G4",
    passes=(1, 5, 30),
    dimension=(2, 5, 10, 30),
    decades=(0.0, 1.0),
    noise=(0.1, 1.0),
    batch=(1, 10),
    seed=range(2),
)
def sgd_is_behind(passes, dimension, decades, noise, batch, seed):
    problem = regression(dimension, decades=decades, noise=noise, seed=seed)
    grid = rates(problem, gd.sgd, 8)
    sgd = left(problem, gd.sgd, passes * len(problem.X) // batch, lr=grid / 4, batch_size=batch, seed=seed)
    return times(sgd, left(problem, gd.sgd, passes, lr=grid))


def crossings(way):
    """How often it changes sides before it has arrived: what is left then is rounding, and crosses as it likes."""
    way = np.where(abs(way) > 1e-9 * abs(way[0]), way, 0)
    return np.sum(way[1:] * way[:-1] < 0)


@trial(
    "G5", of_limit=(0.2, 0.5, 0.8, 0.95), measure=("crossings", "swing"), kappa=(10, 100, 1000),
    dimension=(2, 5, 10, 30), turned=(False, True), beta=(0.5, 0.9), seed=range(3),
)  # fmt: skip
def momentum_sways_less(of_limit, measure, kappa, dimension, turned, beta, seed):
    problem = bowl(dimension, kappa, turned, seed)
    knobs = {"steps": 100, "lr": of_limit * 2 / kappa}
    ways = (
        gd.minimize(problem, gd.sgd, **knobs).thetas @ problem.steepest,
        gd.minimize(problem, momentum_ema, beta=beta, **knobs).thetas @ problem.steepest,
    )
    if measure == "crossings":
        plain, heavy = (1 + crossings(way) for way in ways)
    else:
        plain, heavy = (1e-9 + abs(way[50:]).max() for way in ways)
    return times(plain, heavy)


@trial(
    "G6", how=("min-max", "standardise"), dimension=(1, 2, 5, 10, 30), decades=(0, 1, 3), offset=(0, 1, 5),
    shape=("normal", "uniform", "skewed"), seed=range(5),
)  # fmt: skip
def scaled_features_are_rounder(how, dimension, decades, offset, shape, seed):
    rng = np.random.default_rng(seed)
    draw = {"normal": rng.normal, "uniform": rng.uniform, "skewed": rng.exponential}[shape]
    F = (draw(size=(200, dimension)) + offset) * 10 ** rng.permutation(np.linspace(0, decades, dimension))
    least, most = F.min(axis=0), F.max(axis=0)
    scaled = (F - least) / (most - least) if how == "min-max" else (F - F.mean(axis=0)) / F.std(axis=0)
    raw, new = (np.linalg.cond(np.column_stack([np.ones(200), X])) ** 2 for X in (F, scaled))
    return times(raw, new)


@trial(
    "G7", task=("wave", "net"), start=range(4), rate=(0.1, 0.5, 1.0), batch=(1, 5), budget=(300, 1000), seed=range(2)
)  # fmt: skip
def mini_batches_help_where_the_full_batch_is_stuck(task, start, rate, batch, budget, seed):
    if task == "net":
        problem = net(16, seed + 10 * start)
        full, mini = valleys(problem, problem.start, rate, batch, budget, seed)
    else:
        full, mini = valleys(
            wave(1, 2.0, 0.3, seed), np.array([0.3, 3.4, 4.3, 5.5])[start : start + 1], rate, batch, budget, seed
        )
    return float(np.log10(full / mini / 1.05))


@trial(
    "G8", of_limit=(0.2, 0.5, 0.95), kappa=(3, 30, 100), dimension=(2, 5, 10, 30), turned=(False, True),
    level=(1e-3, 1e-6), beta=(0.5, 0.9), seed=range(2),
)  # fmt: skip
def the_article_s_form_is_faster(of_limit, kappa, dimension, turned, level, beta, seed):
    problem = bowl(dimension, kappa, turned, seed)
    knobs = {"lr": of_limit * 2 / kappa, "budget": int(20 + 8 * kappa / of_limit**0.5)}
    plain = steps(problem, gd.sgd, level, **knobs)
    return times(plain, steps(problem, momentum_ema, level, beta=beta, **knobs), by=1.1)


@trial("G9", mu=(0.1, 0.5, 0.9, 0.99), dimension=(2, 5, 10, 30), kappa=(10, 100), step=(5, 50), seed=range(3))
def two_gradients_suffice(mu, dimension, kappa, step, seed):
    problem = bowl(dimension, kappa, True, seed)
    run = gd.minimize(problem, gd.momentum, steps=step, lr=0.2 / kappa, mu=mu)
    last, one = (problem.gradient(run.thetas[step - k]) for k in (1, 2))
    velocity, two = run.states["u"][-1], -0.2 / kappa * (last + mu * one)
    return float(0.05 - np.linalg.norm(velocity - two) / np.linalg.norm(velocity))


@trial(
    "G11", rate_is=("the same", "converted"), drawing=("shuffled", "independent"), batch=(1, 8), mu=(0.5, 0.9),
    dimension=(2, 5, 10, 30), seed=range(2),
)  # fmt: skip
def momentum_lowers_the_floor(rate_is, drawing, batch, mu, dimension, seed):
    problem = regression(dimension, noise=1.0, seed=seed)
    rows = np.random.default_rng(seed).integers(100, size=(1200, batch))
    drawn = gd.Online(lambda t: lambda x: problem.gradient(x, rows[t - 1]), problem.loss, problem.exact)
    lr = 0.1 / np.mean(np.sum(problem.X**2, axis=1)) * (1 if batch == 1 else 2)
    knobs = {"steps": 1200, "record_every": 10, "theta0": problem.exact, "mu": np.array([0, mu])}
    knobs["lr"] = np.array([lr, lr * (1 - mu if rate_is == "converted" else 1)])
    knobs |= {"batch_size": batch, "seed": seed} if drawing == "shuffled" else {}
    losses = gd.sweep(problem if drawing == "shuffled" else drawn, gd.momentum, **knobs).losses[40:]
    return times(*np.mean(gap(problem, losses), axis=0), by=1.1)


POINTS = np.linspace(-3, 3, 200)  # what a network that learnt a sine has not seen


def unseen(net, **knobs):
    """Test losses of a sweep of SGD, without noise; inf where a run was lost."""
    ends = gd.sweep(net, gd.sgd, lr=np.array([0.03, 0.1, 0.2, 0.3, 0.4, 0.6]), **knobs).theta
    tests = 0.5 * np.mean((net.predict(ends, POINTS[:, None]) - np.sin(POINTS)) ** 2, axis=-1)
    return np.where(np.isfinite(tests), tests, np.inf)


@trial(
    "G10", equal=("passes", "steps"), passes=(30, 100), batch=(2, 8), rows=(20, 60), noise=(0.1, 0.3, 0.6),
    width=(8, 32), seed=range(3),
)  # fmt: skip
def mini_batches_do_better_on_unseen_data(equal, passes, batch, rows, noise, width, seed):
    net = gd.MLP.sine(n=rows, noise=noise, hidden=(width,), seed=seed)
    steps = passes * -(-rows // batch)
    mini = unseen(net, steps=steps, batch_size=batch, seed=seed)
    full = unseen(net, steps=steps if equal == "steps" else passes)
    return times(full.min(), mini.min())
