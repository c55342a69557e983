"""RMSProp."""

import numpy as np

import gdcourse as gd
from trials.frame import trial
from trials.tasks import bowl, first_gap, gap, largest, made, named, rates, steps, times, valley

RHOS = (0.5, 0.9, 0.99)


@trial(
    "R1",
    ratio=(3, 100, 1e4),
    rho=RHOS,
    changed=("never", "the small one fell"),
    after=(10, 100, 1000),
    noise=(0.0, 1.0),
    seed=range(3),
)
def small_gradients_get_the_larger_rate(ratio, rho, changed, after, noise, seed):
    wobble = 1 + noise * np.random.default_rng(seed).uniform(-1, 1, (100 + after, 2))
    g = wobble * [ratio, 1.0]
    if changed != "never":
        g[:100, 1] = wobble[:100, 1] * ratio * 10
    rate = 1 / np.array([np.sum((1 - rho) * rho ** np.arange(len(g))[::-1] * g[:, i] ** 2) for i in (0, 1)]) ** 0.5
    return float(np.log10(rate[1] / rate[0] / 1.05))


@trial(
    "R2", task=("bowl", "turned bowl", "valley"), rates_are=("tuned", "at the limit"), dimension=(2, 5, 10, 30),
    phase=("early", "late"), rho=(0.9, 0.99), seed=range(4),
)  # fmt: skip
def rmsprop_turns_less(task, rates_are, dimension, phase, rho, seed):
    problem = valley(dimension, True, seed) if task == "valley" else made(task, dimension, 10, seed)
    ways = []
    for rule, knobs in ((gd.sgd, {}), (gd.rmsprop, {"rho": rho})):
        grid = np.geomspace(1e-4, 0.03, 12) if task == "valley" and rule is gd.sgd else rates(problem, rule)
        best = grid[np.argmin(gd.sweep(problem, rule, steps=100, lr=grid, **knobs).loss)]
        lr = 1.9 / largest(problem) if rates_are == "at the limit" and rule is gd.sgd else best
        moves = np.diff(gd.minimize(problem, rule, steps=100, lr=lr, **knobs).thetas, axis=0)
        turns = np.sum(moves[1:] * moves[:-1], axis=1) < 0
        ways.append(1 + np.sum(turns[:25] if phase == "early" else turns[-25:]))
    return times(*ways)


@trial(
    "R3",
    task=("line", "bowl", "turned bowl", "regression", "cancer", "net"),
    rate=(0.01, 0.1, 0.5),
    rho=RHOS,
    budget=(300, 1000),
    seed=range(3),
)
def the_loss_falls_and_rests(task, rate, rho, budget, seed):
    problem = named(task, seed)
    losses = gd.minimize(problem, gd.rmsprop, steps=budget, lr=rate, rho=rho).losses
    whole = first_gap(problem)
    return float(min(0.01 - gap(problem, losses[-1]) / whole, 0.001 - np.ptp(losses[-50:]) / whole))


@trial(
    "R4",
    threshold=(1e-1, 1e-3, 1e-6),
    rate=(0.01, 0.1, 1.0),
    task=("line", "bowl", "turned bowl", "regression", "cancer", "net"),
    rho=(0.9, 0.99),
    seed=range(3),
)
def stopping_saves_work_and_costs_nothing(threshold, rate, task, rho, seed):
    problem, knobs = named(task, seed), {"steps": 1000, "lr": rate, "rho": rho}
    run = gd.minimize(problem, gd.rmsprop, stop=gd.loss_change_below(threshold), **knobs)
    there = gap(problem, run.loss) / first_gap(problem)
    return float(np.log10(0.01 / there)) if run.steps[-1] < 900 else -1.0


@trial(
    "R5",
    task=("bowl", "turned bowl", "regression", "logistic"),
    dimension=(2, 5, 10, 30),
    spread=(1, 5, 30),
    level=(0.1, 1e-2, 1e-4),
    seed=range(3),
)
def rmsprop_takes_fewer_steps(task, dimension, spread, level, seed):
    problem = made(task, dimension, spread, seed)
    return times(*(steps(problem, rule, level, 400, every=2) for rule in (gd.sgd, gd.rmsprop)))


@trial(
    "R7",
    knob=("lr", "rho"),
    task=("line", "bowl", "turned bowl", "regression", "cancer", "net"),
    level=(0.05, 1e-3),
    budget=(100, 300),
    seed=range(3),
)
def a_knob_spoils_it(knob, task, level, budget, seed):
    problem = named(task, seed)
    grid = rates(problem, gd.rmsprop)
    best = grid[np.argmin(gd.sweep(problem, gd.rmsprop, steps=budget, lr=grid).loss)]
    knobs = {"lr": best * np.array([0.1, 1, 10])} if knob == "lr" else {"lr": best, "rho": np.array([0, 0.9, 0.999])}
    gaps = np.maximum(
        gap(problem, gd.sweep(problem, gd.rmsprop, steps=budget, **knobs).loss) / first_gap(problem), level
    )
    return float(np.log10(gaps.max() / gaps[1] / 3))


@trial("R8", dimension=(2, 5, 10, 30), turned=(False, True), rate=(0.01, 0.1, 0.3), rho=RHOS, start=range(6))
def rmsprop_stays_above_the_deepest(dimension, turned, rate, rho, start):
    problem = valley(dimension, turned, start)
    run = gd.minimize(problem, gd.rmsprop, steps=600, lr=lambda t: rate * 0.99**t, rho=rho, record_every=600)
    return float((run.loss - problem.best_loss) / dimension - 0.5)


@trial(
    "R9",
    rate=(0.001, 0.03, 1.0),
    rho=RHOS,
    task=("line", "bowl", "turned bowl", "regression", "cancer"),
    budget=(1000, 4000),
    seed=range(2),
)
def a_fixed_rate_arrives(rate, rho, task, budget, seed):
    problem = named(task, seed)
    run = gd.minimize(problem, gd.rmsprop, steps=budget, lr=rate, rho=rho, record_every=budget)
    return float(np.log10(1e-6 / (gap(problem, run.loss) / first_gap(problem))))


@trial(
    "R10",
    dimension=(1, 2, 3, 5, 10, 30),
    kappa=(10, 100),
    turned=(False, True),
    rate=(0.01, 0.1),
    rho=RHOS,
    seed=range(3),
)
def it_jumps_at_half_the_rate(dimension, kappa, turned, rate, rho, seed):
    problem = bowl(dimension, kappa, turned, seed)
    run = gd.minimize(problem, gd.rmsprop, steps=3000, lr=rate, rho=rho, record_every=3000)
    return float(0.01 - abs(abs(run.theta) / rate - 0.5).max())
