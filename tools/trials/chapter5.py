"""Adam."""

import numpy as np

import gdcourse as gd
from trials.frame import trial
from trials.tasks import (
    fed,
    first_gap,
    gap,
    left,
    made,
    named,
    rates,
    regression,
    times,
    tracked,
    valley,
    yes,
)

BETAS = {"beta1": (0.5, 0.9, 0.99), "beta2": (0.9, 0.99, 0.999)}
MADE = ("bowl", "turned bowl", "regression", "logistic")
NAMED = ("line", "bowl", "turned bowl", "regression", "scaled regression", "cancer", "net")


def stream(pattern, count, seed=0):
    """Gradients of a kind, one after another."""
    noise = np.random.default_rng(seed).normal(size=count)
    return {
        "constant": np.ones(count),
        "alternating": (-1.0) ** np.arange(count),
        "noise": noise,
        "drift and noise": 1 + noise,
        "one in ten": np.arange(count) % 10 == 0,
        "once": np.arange(count) == 0,
        "growing": 1.05 ** np.arange(count),
    }[pattern].astype(float)


def averages(gradients, beta1=0.9, beta2=0.999):
    """m̂, v̂ and the average of |g|, corrected, after the last gradient."""
    weights = [(1 - b) * b ** np.arange(len(gradients))[::-1] / (1 - b ** len(gradients)) for b in (beta1, beta2)]
    return weights[0] @ gradients, weights[1] @ gradients**2, weights[0] @ abs(gradients)


def uncorrected(theta, grad, m=0.0, v=0.0, *, lr, beta1, beta2):
    g = grad(theta)
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (v**0.5 + 1e-12), (m, v)


@trial("A2", task=NAMED, budget=(100, 1000, 3000), level=(0.1, 0.01), batch=("full", 32), seed=range(2))
def the_defaults_do_well(task, budget, level, batch, seed):
    problem = named(task, seed)
    size = {} if batch == "full" or "bowl" in task else {"batch_size": batch}
    return float(np.log10(level / left(problem, gd.adam, budget, lr=0.001, **size)))


CHANGED = {
    "lr": {"lr": np.array([0.1, 1, 10])},
    "beta1": {"beta1": np.array([0, 0.9, 0.99])},
    "beta2": {"beta2": np.array([0.9, 0.999, 0.9999])},
    "eps": {"eps": np.array([1e-12, 1e-8, 1e-4])},
}


@trial("A3", knob=CHANGED, task=NAMED, level=(0.05, 1e-3), budget=(100, 300), seed=range(2))
def one_knob_spoils_it(knob, task, level, budget, seed):
    problem, grid = named(task, seed), rates(named(task, seed), gd.adam)
    best = grid[np.argmin(gd.sweep(problem, gd.adam, steps=budget, lr=grid).loss)]
    knobs = {"lr": best} | ({"lr": best * CHANGED["lr"]["lr"]} if knob == "lr" else CHANGED[knob])
    gaps = np.maximum(gap(problem, gd.sweep(problem, gd.adam, steps=budget, **knobs).loss) / first_gap(problem), level)
    return float(np.log10(gaps.max() / gaps[1] / 3))


@trial(
    "A5", task=MADE, dimension=(2, 5, 10, 30), spread=(1, 5, 30), budget=(50, 300), batch=("full", 10), seed=range(2)
)
def adam_is_ahead_of_sgd(task, dimension, spread, budget, batch, seed):
    problem = made(task, dimension, spread, seed)
    size = {} if batch == "full" else {"batch_size": batch, "seed": seed}
    return times(left(problem, gd.sgd, budget, **size), left(problem, gd.adam, budget, **size))


SPARSE = {
    "density": (0.3, 0.1, 0.03), "decades": (0.0, 1.0, 2.0), "dimension": (5, 10, 30), "budget": (100, 500),
    "batch": ("full", 10), "seed": range(3),
}  # fmt: skip


def better_than_sgd_on_sparse_data(rule, density, decades, dimension, budget, batch, seed):
    problem = regression(dimension, 400, decades, density, 0.3, seed)
    size = {} if batch == "full" else {"batch_size": batch, "seed": seed}
    return times(left(problem, gd.sgd, budget, **size), left(problem, rule, budget, **size))


@trial("A6", **SPARSE)
def adam_on_sparse_data(**setting):
    return better_than_sgd_on_sparse_data(gd.adam, **setting)


@trial("D3", **SPARSE)
def rmsprop_on_sparse_data(**setting):
    return better_than_sgd_on_sparse_data(gd.rmsprop, **setting)


@trial(
    "A7", **BETAS, gradients=("constant", "alternating", "noise", "drift and noise", "one in ten"),
    early=(3, 10, 30), seed=range(3),
)  # fmt: skip
def the_start_is_like_the_rest(beta1, beta2, gradients, early, seed):
    def unlike(rule):
        taken = fed(rule, stream(gradients, 2000, seed), lr=1.0, beta1=beta1, beta2=beta2) ** 2
        return abs(np.log10(taken[:early].mean() / taken[-500:].mean()))

    return float(unlike(uncorrected) - unlike(gd.adam) - 0.02)


@trial("A8", dimension=(2, 5, 10, 30), turned=(False, True), rate=(0.01, 0.05, 0.2), budget=(300, 1000), start=range(8))
def adam_is_stuck_higher_for_a_falling_rate(dimension, turned, rate, budget, start):
    problem = valley(dimension, turned, start)
    run = gd.minimize(problem, gd.adam, steps=budget, lr=rate, record_every=10)
    plain = gd.minimize(problem, gd.sgd, steps=budget, lr=0.005).loss
    v = run.states["v"] / (1 - 0.999 ** np.maximum(run.steps, 1))[:, None]
    fell = np.mean(v[-1]) > np.mean(v[1])
    return float((run.loss - plain - 1) / dimension) if fell else -1.0


@trial(
    "A10", rate=(0.3, 0.03, 0.003), schedule=("constant", "1/√t", "1/t"), batch=("full", 32),
    task=("line", "regression", "cancer"), budget=(200, 1000), seed=range(2),
)  # fmt: skip
def something_is_left(rate, schedule, batch, task, budget, seed):
    lr = {"constant": rate, "1/√t": lambda t: rate / t**0.5, "1/t": lambda t: rate / t}[schedule]
    size = {} if batch == "full" else {"batch_size": batch, "seed": seed}
    run = gd.minimize(named(task, seed), gd.adam, steps=budget, lr=lr, record_every=budget, **size)
    return float(np.log10(gap(named(task, seed), run.loss) / first_gap(named(task, seed)) / 1e-3))


@trial(
    "A11", rival=("sgd", "adagrad", "momentum", "rmsprop"), drop=(1, 0.1, 0.01), speed=(0.003, 0.01, 0.03),
    noise=(0.0, 0.3), dimension=(2, 10, 30), seed=range(2),
)  # fmt: skip
def adam_tracks_better(rival, drop, speed, noise, dimension, seed):
    errors = (tracked(getattr(gd, rule), speed, drop, noise, dimension, seed) for rule in (rival, "adam"))
    return times(*errors)


@trial("A13", beta1=BETAS["beta1"], period=(2, 4, 10), size=(1e-3, 1, 1e3), after=(20, 100, 1000))
def opposite_gradients_cancel(beta1, period, size, after):
    g = size * np.where(np.arange(after + period) % period < period / 2, 1.0, -1.0)
    worst = max(abs(averages(g[:n], beta1)[0]) for n in range(after, after + period))
    return float(0.5 - worst / size)


@trial("A14", beta1=BETAS["beta1"], size=(1e-3, 5, 1e3), noise=(0.0, 0.1, 0.5), after=(1, 10, 100, 1000), seed=range(3))
def steady_gradients_stay(beta1, size, noise, after, seed):
    g = size * (1 + noise * np.random.default_rng(seed).uniform(-1, 1, after))
    return float(averages(g, beta1)[0] / size - 0.5)


@trial(
    "A15",
    gradients=("constant", "alternating", "noise", "drift and noise"),
    **BETAS,
    after=(10, 100, 1000),
    seed=range(3),
)
def m_is_an_l1_norm(gradients, beta1, beta2, after, seed):
    m, _, mean = averages(stream(gradients, after, seed), beta1, beta2)
    return float(0.1 - abs(abs(m) / mean - 1))


@trial(
    "A16", passes=(1, 5, 30), batch=(1, 10, 32), dimension=(2, 5, 10, 30), task=("regression", "logistic"),
    spread=(1, 5), seed=range(2),
)  # fmt: skip
def mini_batches_save_passes(passes, batch, dimension, task, spread, seed):
    problem = made(task, dimension, spread, seed)
    mini = left(problem, gd.adam, passes * 200 // batch, lr=rates(problem, gd.adam, 8), batch_size=batch, seed=seed)
    return times(left(problem, gd.adam, passes), mini)


@trial("A18", mean=(0.0, 0.1, 0.3, 1.0, 10.0), beta2=BETAS["beta2"], size=(1e-2, 1, 100), seed=range(4))
def v_is_the_variance(mean, beta2, size, seed):
    g = size * (mean + np.random.default_rng(seed).choice([-1.0, 1.0], 10_000))
    return float(0.1 - abs(averages(g, 0.9, beta2)[1] / size**2 - 1))


@trial("A19", factor=(2, 10, 0.1), beta2=BETAS["beta2"], gradients=("constant", "noise", "one in ten"), seed=range(3))
def the_rate_is_inverse_to_v(factor, beta2, gradients, seed):
    one, other = (averages(c * stream(gradients, 1000, seed), 0.9, beta2)[1] for c in (1, factor))
    return float(0.1 - abs((one / other) ** 0.5 / (one / other) - 1))


@trial("A20", before=("nothing", "silence", "reversal"), **BETAS, after=(5, 20, 60), size=(0.01, 1, 100))
def the_steps_grow(before, beta1, beta2, after, size):
    past = {"nothing": [], "silence": [0.0] * 5000, "reversal": [-size] * 100}[before]
    taken = fed(gd.adam, [*past, *[size] * 60], lr=1.0, beta1=beta1, beta2=beta2)[len(past) :]
    return float(np.log10(max(taken[after - 1], 1e-9) / max(taken[0], 1e-3) / 1.05))


@trial(
    "A23",
    task=("regression", "logistic"),
    dimension=(2, 5, 10),
    spread=(1, 5),
    budget=(100, 400),
    level=(0.05, 1e-3),
    seed=range(3),
)
def small_and_dense_is_too_hard(task, dimension, spread, budget, level, seed):
    return float(np.log10(left(made(task, dimension, spread, seed), gd.adam, budget) / level))


@trial(
    "A25", gradients=("once", "one in ten", "noise", "drift and noise", "constant", "growing"), beta1=(0.5, 0.8, 0.9),
    beta2=BETAS["beta2"], silence=(0, 100, 5000), seed=range(2),
)  # fmt: skip
def no_step_is_longer(gradients, beta1, beta2, silence, seed):
    taken = fed(gd.adam, [0.0] * silence + list(stream(gradients, 200, seed)), lr=1.0, beta1=beta1, beta2=beta2)
    return float(max(1.0, (1 - beta1) / (1 - beta2) ** 0.5) * (1 + 1e-6) - abs(taken).max())


@trial(
    "C1", factor=(1e-3, 0.32, 10, 1e3), task=("regression", "logistic", "net"), batch=("full", 10), rate=(0.001, 0.03),
    budget=(10, 200), seed=range(3),
)  # fmt: skip
def the_path_is_the_same(factor, task, batch, rate, budget, seed):
    problem = named("net", seed) if task == "net" else made(task, 10, 5, seed)
    scaled = gd.Online(lambda t: lambda x: factor * batches[t - 1](x), problem.loss, problem.start)
    source = problem.gradients(None if batch == "full" else batch, seed)
    batches = [next(source) for _ in range(budget)]
    plain = gd.Online(lambda t: batches[t - 1], problem.loss, problem.start)
    ends = [
        gd.minimize(p, gd.adam, steps=budget, lr=rate, eps=1e-30, record_every=budget).theta for p in (plain, scaled)
    ]
    return yes(np.allclose(*ends, rtol=1e-6, atol=1e-6))


@trial(
    "C2", period=(3, 5, 11), beta2=(0.1, 0.4, 0.6, 0.9, 0.99), beta1=(0.0, 0.5, 0.9), weight=(1.1, 1.5, 3.0),
    start=(-1.0, 0.0, 1.0), budget=(300, 3000),
)  # fmt: skip
def adam_ends_at_the_worst(period, beta2, beta1, weight, start, budget):
    if beta1**2 >= beta2:
        return -1.0  # outside the condition of the paper
    x, state = start, ()
    for t in range(1, budget + 1):
        slope = weight * (period - 1) if t % period == 1 else -1.0
        x, state = gd.adam(x, lambda _, s=slope: s, *state, lr=0.5 / t**0.5, beta1=beta1, beta2=beta2)
        x = min(1.0, max(-1.0, x))
    return float(x - 0.9)


@trial(
    "A9", picked_by=("training loss", "unseen data"), rival=("sgd", "momentum"), rows=(20, 60, 200),
    noise=(0.1, 0.3, 0.6), width=(8, 32), budget=(100, 400), seed=range(3),
)  # fmt: skip
def adam_is_worse_on_unseen_data(picked_by, rival, rows, noise, width, budget, seed):
    net, points = gd.MLP.sine(n=rows, noise=noise, hidden=(width,), seed=seed), np.linspace(-3, 3, 200)
    tests = []
    for rule in (gd.adam, getattr(gd, rival)):
        grid = [0.01, 0.03, 0.1, 0.3] if rule is gd.adam else [0.03, 0.1, 0.3, 0.5]
        run = gd.sweep(net, rule, steps=budget, lr=np.array(grid))
        test = 0.5 * np.mean((net.predict(run.theta, points[:, None]) - np.sin(points)) ** 2, axis=-1)
        test = np.where(np.isfinite(test), test, np.inf)
        tests.append(test[run.loss.argmin()] if picked_by == "training loss" else test.min())
    return times(*tests)


@trial(
    "A24", batch=(1, 8, 64, 256), activation=("relu", "tanh"), inputs=("dense", "mostly blank"), depth=(1, 2),
    width=(16, 64), budget=(0, 200), seed=range(3),
)  # fmt: skip
def most_of_a_gradient_is_zero(batch, activation, inputs, depth, width, budget, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(256, 20)) * (rng.random((256, 20)) < (0.2 if inputs == "mostly blank" else 1.0))
    net = gd.MLP(X, rng.normal(size=256), (width,) * depth, activation, seed)
    theta = gd.minimize(net, gd.adam, steps=budget, lr=0.01, record_every=budget).theta if budget else net.start
    return float(np.mean(net.gradient(theta, rng.choice(256, batch, replace=False)) == 0) - 0.5)
