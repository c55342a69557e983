"""The one loop: what is recorded, what is drawn, when it stops, and that sweep walks minimize's paths."""

import warnings
from functools import partial, wraps
from itertools import islice

import numpy as np
import pytest
from conftest import RULES, follow, named

import gdcourse as gd
from gdcourse.problems import batches

pytestmark = pytest.mark.filterwarnings("error")

LINE = gd.LinearRegression.line()
BOWL = gd.Surface("bowl", kappa=10)
SQUARE = gd.Problem(lambda x: np.sum(x**2, axis=-1) / 2, lambda x: x, [1.0])
CONVERGED, MAX_STEPS, DIVERGED = gd.Status.CONVERGED, gd.Status.MAX_STEPS, gd.Status.DIVERGED


# --- what is recorded -------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_minimize_walks_the_rule(rule):
    run = gd.minimize(BOWL, rule, steps=20)
    np.testing.assert_array_equal(run.thetas, [BOWL.start, *follow(rule, BOWL.gradient, BOWL.start, 20)])
    np.testing.assert_array_equal(run.losses, BOWL.loss(run.thetas))
    np.testing.assert_array_equal(run.steps, range(21))
    assert run.status is MAX_STEPS
    assert run.label == rule.__name__


def test_states_go_by_name_from_their_initial_values():
    run = gd.minimize(BOWL, gd.adam, steps=3)
    assert list(run.states) == ["t", "m", "v"]
    assert list(run.states["t"]) == [0, 1, 2, 3]
    assert run.states["m"].shape == (4, 2)
    assert (run.states["m"][0] == 0).all()
    np.testing.assert_allclose(run.states["m"][1], 0.1 * BOWL.gradient(BOWL.start))
    assert gd.minimize(BOWL, gd.sgd, steps=3).states == {}


@pytest.mark.parametrize(("every", "steps", "kept"), [(1, 3, [0, 1, 2, 3]), (4, 10, [0, 4, 8, 10]), (99, 5, [0, 5])])
def test_record_every(every, steps, kept):
    run, all_of_it = (gd.minimize(BOWL, gd.adam, steps=steps, record_every=k) for k in (every, 1))
    assert list(run.steps) == kept
    np.testing.assert_array_equal(run.thetas, all_of_it.thetas[kept])
    assert len(run.losses) == len(run.states["m"]) == len(kept)


def test_a_wrapper_may_pass_on_whatever_comes():
    def wrapper(theta, grad, *state, **knobs):
        return gd.sgd(theta, grad, *state, **knobs)

    ours, theirs = (gd.minimize(BOWL, rule, steps=5, lr=0.05) for rule in (wrapper, gd.sgd))
    np.testing.assert_array_equal(ours.thetas, theirs.thetas)
    assert ours.states == {}

    @wraps(gd.adam)
    def around_adam(*everything, **knobs):
        return gd.adam(*everything, **knobs)

    assert list(gd.minimize(BOWL, around_adam, steps=5).states) == ["t", "m", "v"]


def test_a_rule_of_ones_own_may_have_switches():
    def switchable(theta, grad, *, lr=0.05, back=False):
        return theta - np.where(back, -lr, lr) * grad(theta), ()

    forth, back = (gd.minimize(BOWL, switchable, steps=5, back=switch) for switch in (False, True))
    assert forth.loss < BOWL.loss(BOWL.start) < back.loss
    assert back.label == "switchable, back=True"
    swept = gd.sweep(BOWL, switchable, steps=5, back=np.array([False, True]))
    np.testing.assert_allclose(swept.loss, [forth.loss, back.loss])


def test_loss_is_asked_only_where_it_is_recorded():
    asked = []
    problem = gd.Problem(lambda x: asked.append(1) or float(x[0] ** 2), lambda x: 2 * x, [1.0])
    asked.clear()
    gd.minimize(problem, gd.sgd, steps=100, record_every=50)
    assert len(asked) == 3


@pytest.mark.parametrize(("every", "wanted"), [(None, 2), (1, 6), (2, 4), (5, 2), (9, 2)])
def test_a_sweep_asks_the_loss_where_it_is_recorded_and_at_the_end(every, wanted):
    asked = []
    problem = gd.Problem(lambda x: asked.append(1) or np.sum(x**2, axis=-1), lambda x: 2 * x, [1.0])
    asked.clear()
    gd.sweep(problem, gd.sgd, steps=5, record_every=every, lr=np.array([0.1, 0.2]))
    assert len(asked) == wanted


def test_a_state_may_be_whole_at_first_or_nothing_or_no_number():
    def waits(theta, grad, count=0, last=None, words="none", *, lr=0.01):
        g = grad(theta)
        return theta - lr * g, (count + 1 if count < 5 else count + 0.5, g, {"seen": count})

    run = gd.minimize(BOWL, waits, steps=9)
    assert run.states["count"].tolist() == [0, 1, 2, 3, 4, 5, 5.5, 6, 6.5, 7]
    assert np.isnan(run.states["last"][0]).all()
    np.testing.assert_array_equal(run.states["last"][1:], BOWL.gradient(run.thetas[:-1]))
    assert run.states["words"][0] == "none"
    assert run.states["words"][3] == {"seen": 2}


def test_a_history_is_whole_whatever_its_length():
    """The table of records doubles: every length up to a few doublings, and what stays of each record."""
    wanted = follow(gd.adam, BOWL.gradient, BOWL.start, 40)
    for steps in range(1, 41):
        run = gd.minimize(BOWL, gd.adam, steps=steps)
        np.testing.assert_array_equal(run.steps, range(steps + 1))
        np.testing.assert_array_equal(run.thetas, [BOWL.start, *wanted[:steps]])
        np.testing.assert_array_equal(run.losses, BOWL.loss(run.thetas))
        np.testing.assert_array_equal(run.states["t"], range(steps + 1))
        assert all(column.flags.c_contiguous for column in (run.thetas, run.losses, *run.states.values()))


def test_float32_stays_float32():
    run = gd.minimize(LINE, gd.sgd, np.zeros(2, np.float32), steps=3, lr=np.float32(0.1))
    assert run.thetas.dtype == np.float32  # though the data are float64
    single = gd.Problem(lambda x: x @ x / 2, lambda x: x, np.ones(2, np.float32))
    assert gd.minimize(single, gd.adam, steps=3).thetas.dtype == np.float32


def test_states_stay_what_they_are_and_single_in_float32():
    def strays(theta, grad, m=0.0, seen=0, up=False, *, lr=0.1):
        g = grad(theta).astype(float)
        return theta - lr * g, (m + g, seen + np.ones(2, int), g > 0)

    handed = []

    def watched(theta, grad, m=0.0, seen=0, up=False, *, lr=0.1):
        handed.append([np.asarray(x).dtype for x in (theta, m, seen, up)])
        return strays(theta, grad, m, seen, up, lr=lr)

    gd.minimize(LINE, watched, np.zeros(2, np.float32), steps=2)
    assert handed[1] == [np.float32, np.float32, int, bool]


def test_an_in_place_rule_spoils_nothing():
    def careless(theta, grad, u=0.0, *, lr=0.1):
        u = 0.5 * u + grad(theta)
        theta -= lr * u
        return theta, (u,)

    start = np.array([1.0, 2.0])
    run = gd.minimize(BOWL, careless, start, steps=5)
    np.testing.assert_array_equal(start, [1.0, 2.0])
    np.testing.assert_array_equal(run.thetas[0], [1.0, 2.0])
    assert len(np.unique(run.thetas[:, 0])) == 6
    np.testing.assert_array_equal(run.thetas[1:], follow(careless_but_pure, BOWL.gradient, start, 5))
    before = BOWL.start.copy()
    gd.minimize(BOWL, careless, steps=5)
    gd.sweep(BOWL, careless, steps=5, lr=np.array([0.1, 0.2]))
    np.testing.assert_array_equal(BOWL.start, before)


def careless_but_pure(theta, grad, u=0.0, *, lr=0.1):
    u = 0.5 * u + grad(theta)
    return theta - lr * u, (u,)


# --- knobs ------------------------------------------------------------------


def test_a_schedule_is_a_function_of_the_step_from_1():
    seen = []
    run = gd.minimize(SQUARE, gd.sgd, steps=4, lr=lambda t: seen.append(t) or 0.1 * t)
    assert seen == [1, 2, 3, 4]
    assert run.theta == pytest.approx([0.9 * 0.8 * 0.7 * 0.6])


def test_an_array_knob_is_per_coordinate_in_minimize():
    for lr in (np.array([0.5, 0.1]), [0.5, 0.1]):
        assert gd.minimize(BOWL, gd.sgd, (1.0, 1.0), steps=1, lr=lr).theta == pytest.approx([0.5, 0.0])
    assert gd.minimize(BOWL, gd.adam, steps=1, beta1=[0.9, 0.8]).states["m"][1] == pytest.approx([-0.18, 1.8])


def test_a_rule_that_changes_its_knobs_in_place_gets_them_afresh():
    def halves(theta, grad, *, lr=0.1):
        theta = theta - lr * grad(theta)
        lr /= 2
        return theta, ()

    rates = np.array([0.05, 0.01])
    for go in (gd.minimize, gd.sweep):
        ends = [go(BOWL, rule, steps=4, lr=rates).theta for rule in (halves, gd.sgd)]
        np.testing.assert_array_equal(*ends)
    assert rates.tolist() == [0.05, 0.01]


def test_labels_and_rules_without_a_name():
    assert gd.minimize(BOWL, gd.adam, steps=1, lr=0.1, eps=1e-6).label == "adam, lr=0.1, eps=1e-06"
    assert gd.minimize(BOWL, gd.adam, steps=1, label="mine").label == "mine"
    half = partial(gd.sgd, lr=0.5)
    assert gd.minimize(SQUARE, half, steps=1).theta == gd.sweep(SQUARE, half, steps=1).theta == 0.5


# --- mini-batches -----------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 32, 50, 100])
def test_each_epoch_is_a_permutation_and_the_tail_is_used(size):
    per_epoch = -(-100 // size)
    drawn = list(islice(batches(100, size, seed=5), 3 * per_epoch))
    epochs = [np.concatenate(drawn[i : i + per_epoch]) for i in range(0, len(drawn), per_epoch)]
    assert all(sorted(epoch) == list(range(100)) for epoch in epochs)
    assert len(drawn[per_epoch - 1]) == (100 % size or size)
    assert not np.array_equal(epochs[0], epochs[1])


def test_the_gradient_is_the_mean_over_the_batch():
    theta = np.array([1.0, 2.0])
    handed = islice(LINE.gradients(30, seed=9), 4)
    for grad, rows in zip(handed, batches(100, 30, seed=9), strict=False):
        by_hand = sum((LINE.X[i] @ theta - LINE.y[i]) * LINE.X[i] for i in rows) / len(rows)
        np.testing.assert_allclose(grad(theta), by_hand)


def test_the_seed_decides():
    runs = [gd.minimize(LINE, gd.sgd, steps=20, batch_size=10, seed=seed).thetas for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_t_runs_on_across_epochs():
    assert gd.minimize(LINE, gd.adam, steps=25, batch_size=30).states["t"][-1] == 25


def test_a_full_size_batch_is_the_full_gradient():
    one, other = (gd.minimize(LINE, gd.sgd, steps=20, batch_size=size).thetas for size in (None, 100))
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_online_hands_out_its_sequence():
    online = gd.Online(lambda t: lambda x: np.array([float(t)]), lambda x: float(x[0]), [0.0])
    run = gd.minimize(online, gd.sgd, steps=4, lr=1.0)
    assert run.thetas[:, 0].tolist() == [0, -1, -3, -6, -10]


# --- how a run ends ---------------------------------------------------------

STOPS = [gd.gradient_below, gd.relative_gradient_below, gd.loss_change_below, gd.step_below]


@pytest.mark.parametrize("stop", STOPS, ids=named)
def test_a_stopping_rule_fires_and_names_itself(stop):
    run = gd.minimize(SQUARE, gd.sgd, steps=1000, lr=0.1, stop=stop(1e-4))
    assert run.status is CONVERGED
    assert run.stopped_by == f"{stop.__name__} 0.0001"
    assert 0 < run.steps[-1] < 1000
    assert str(run.stopped_by) in repr(run)


def test_each_stopping_rule_measures_what_it_says():
    # On x²/2 with lr .5, θ halves: the quantities are known.
    ends = {stop: gd.minimize(SQUARE, gd.sgd, [8.0], steps=99, lr=0.5, stop=stop(0.3)).steps[-1] for stop in STOPS}
    assert ends[gd.gradient_below] == 5  # 8/2⁵ = 0.25
    assert ends[gd.relative_gradient_below] == 2  # 1/4
    assert ends[gd.step_below] == 5  # 0.5 − 0.25
    assert ends[gd.loss_change_below] == 5  # 1/8 − 1/32 = 0.094, before it 3/8


def test_several_stops_and_one_of_your_own():
    def near(moment):
        return moment.step == 7

    run = gd.minimize(SQUARE, gd.sgd, steps=99, stop=[gd.step_below(1e-12), near])
    assert (run.steps[-1], run.stopped_by) == (7, "near")
    assert gd.minimize(SQUARE, gd.sgd, steps=9, stop=near).stopped_by == "near"


def test_the_budget():
    assert gd.minimize(SQUARE, gd.sgd, steps=7, stop=gd.gradient_below(1e-9)).status is MAX_STEPS
    asked = []
    problem = gd.Problem(lambda x: float(x[0] ** 2), lambda x: asked.append(1) or 2 * x, [1.0])
    asked.clear()
    gd.minimize(problem, gd.sgd, steps=7)
    assert len(asked) == 7


def adam_from_0(theta, grad, t=0, m=0.0, v=0.0, *, lr=0.1):
    g = grad(theta)
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    theta = theta - lr * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    return theta, (t + 1, m, v)


@pytest.mark.parametrize(("rule", "lr", "last"), [(gd.sgd, 1e3, None), (adam_from_0, 0.1, 0)])
def test_divergence_is_a_result(rule, lr, last):
    run = gd.minimize(gd.Surface("rosenbrock"), rule, steps=500, lr=lr)
    assert run.status is DIVERGED
    assert run.diverged
    assert np.isfinite(run.losses).all()
    assert last is None or run.steps[-1] == last
    swept = gd.sweep(gd.Surface("rosenbrock"), rule, steps=500, lr=np.array([lr, lr / 2]), record_every=1)
    assert swept.diverged.all()
    assert (swept.loss == np.inf).all()
    assert not np.isnan(swept.losses).any()


def test_a_sweep_from_far_out_does_not_warn():
    swept = gd.sweep(gd.Surface("rosenbrock"), gd.sgd, [(1e200, 0.0), (1.0, 1.0)], steps=2, record_every=1)
    assert swept.diverged.tolist() == [True, False]
    assert swept.losses[0, 0] == np.inf


@pytest.mark.parametrize("every", [1, 5])
def test_the_gradient_that_is_told_is_that_of_the_step_that_went_wrong(every):
    def breaks_at_step_3(theta, grad, t=0, *, lr=0.1):
        g = grad(theta)
        return (theta - lr * g if t < 2 else theta * np.nan), (t + 1,)

    _, second = follow(breaks_at_step_3, BOWL.gradient, BOWL.start, 2)
    run = gd.minimize(BOWL, breaks_at_step_3, steps=9, record_every=every)
    assert run.diverged
    assert "step 3" in run.advice
    assert ", ".join(f"{g:.4g}" for g in BOWL.gradient(second)) in run.advice


@pytest.mark.parametrize("status", gd.Status, ids=lambda status: status.name)
def test_status_is_advice_in_both_languages(status):
    english = str(status)
    gd.use_language("zh")
    assert english.isascii()
    assert any("\u4e00" <= c <= "\u9fff" for c in str(status))


def test_a_result_is_itself_and_may_be_kept_in_a_set():
    """Arrays have no one answer to ==, so two results are the same only if they are one."""
    for go in (gd.minimize, gd.sweep):
        one, other = (go(SQUARE, gd.sgd, steps=2) for _ in range(2))
        assert one == one
        assert one != other
        assert len({one, other, one}) == 2


# --- curves -----------------------------------------------------------------


def test_first_and_stays_below():
    losses = np.array([[4, 4, 4, 0.5], [0.5, 4, 0.5, 0.5], [4, 4, 0.5, 0.5], [0.5, 4, 0.5, 0.5]])
    end = losses[-1]
    swept = gd.Sweep("by hand", np.zeros((4, 1)), end, np.zeros(4, bool), np.array([0, 10, 20, 30]), losses)
    assert swept.first_below(1).tolist() == [10, np.inf, 10, 0]
    assert swept.stays_below(1).tolist() == [30, np.inf, 10, 0]
    run = gd.minimize(SQUARE, gd.sgd, [8.0], steps=9, lr=0.5)
    assert run.first_below(1) == run.stays_below(1) == 3  # 8²/2/4³ = 0.5
    assert run.first_below(0) == run.stays_below(0) == np.inf


def test_a_diverged_run_stays_below_nothing():
    run = gd.minimize(SQUARE, gd.sgd, steps=5000, lr=3.0)
    assert run.diverged
    assert run.stays_below(1e300) == np.inf
    assert run.first_below(1) == 0
    # Even if its last finite loss was low: this one is lost at the first step.
    assert gd.minimize(SQUARE, adam_from_0, steps=5).stays_below(1) == np.inf


# --- sweep ------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 32])
@pytest.mark.parametrize("rule", RULES, ids=named)
def test_sweep_is_minimize_run_by_run(rule, batch_size):
    knob = "rho" if rule is gd.adadelta else "lr"
    values, starts = np.array([0.003, 0.01, 0.1]), np.array([(0.0, 0.0), (5.0, -1.0)])
    common = {"steps": 40, "batch_size": batch_size, "seed": 3}
    swept = gd.sweep(LINE, rule, starts, record_every=1, **common, **{knob: values[:, None]})
    assert swept.theta.shape == (3, 2, 2)
    assert swept.losses.shape == (41, 3, 2)
    for (i, value), (j, start) in ((a, b) for a in enumerate(values) for b in enumerate(starts)):
        run = gd.minimize(LINE, rule, start, **common, **{knob: value})
        np.testing.assert_allclose(swept.theta[i, j], run.theta, rtol=1e-12)
        np.testing.assert_allclose(swept.losses[:, i, j], run.losses, rtol=1e-12)
    assert swept.loss.tolist() == swept.losses[-1].tolist()


@pytest.mark.parametrize("problem", [LINE, BOWL, gd.LogisticRegression.breast_cancer(), gd.MLP.sine(n=5)], ids=type)
def test_a_map_is_a_row_of_runs(problem):
    """A grid with two axes gives what the same runs give one after the other."""
    rates, betas = np.array([0.003, 0.01, 0.1]), np.array([0.5, 0.9])
    common = {"steps": 7, "record_every": 3}
    over = gd.sweep(problem, gd.adam, lr=rates[:, None], beta1=betas, **common)
    row = gd.sweep(problem, gd.adam, lr=np.repeat(rates, 2), beta1=np.tile(betas, 3), **common)
    assert over.theta.shape == (3, 2, *problem.start.shape)
    assert over.losses.shape == (4, 3, 2)
    assert over.loss.shape == over.diverged.shape == (3, 2)
    np.testing.assert_array_equal(over.theta.reshape(row.theta.shape), row.theta)
    np.testing.assert_array_equal(over.losses.reshape(row.losses.shape), row.losses)


def test_a_sweep_of_one_takes_a_loss_that_knows_no_grids():
    plain = gd.Problem(lambda x: x @ x / 2, lambda x: x, [3.0, 4.0])
    swept = gd.sweep(plain, gd.sgd, steps=2, lr=0.5, record_every=1)
    assert swept.losses.tolist() == [12.5, 3.125, 0.78125]
    assert swept.theta.tolist() == [0.75, 1.0]


def test_two_learning_rates_are_two_runs_not_two_coordinates():
    swept = gd.sweep(BOWL, gd.sgd, (1.0, 1.0), steps=1, lr=np.array([0.5, 0.1]))
    np.testing.assert_allclose(swept.theta, [[0.5, -4.0], [0.9, 0.0]])


def test_sweep_with_a_schedule_over_the_grid():
    rates = np.array([0.1, 0.2])
    swept = gd.sweep(SQUARE, gd.sgd, steps=3, lr=lambda t: rates / t)
    runs = [gd.minimize(SQUARE, gd.sgd, steps=3, lr=lambda t, rate=rate: rate / t).theta for rate in rates]
    np.testing.assert_allclose(swept.theta, runs)


@pytest.mark.parametrize("walk", [gd.minimize, gd.sweep], ids=named)
def test_a_schedule_is_asked_once_a_step(walk):
    asked = []
    walk(BOWL, gd.sgd, steps=4, lr=lambda t: asked.append(t) or 0.1 / t)
    assert asked == [1, 2, 3, 4]


def test_starts_of_two_axes_are_a_grid_too():
    starts, rates = np.random.default_rng(0).normal(size=(3, 4, 2)), np.array([0.01, 0.05, 0.1, 0.15])
    grid = gd.sweep(BOWL, gd.momentum, starts, steps=6, lr=rates)
    assert grid.loss.shape == (3, 4)
    for at in np.ndindex(3, 4):
        alone = gd.minimize(BOWL, gd.momentum, starts[at], steps=6, lr=rates[at[1]])
        np.testing.assert_allclose(grid.theta[at], alone.theta, rtol=1e-12)


@pytest.mark.parametrize("walk", [gd.minimize, gd.sweep], ids=named)
def test_the_seed_is_0_unless_told(walk):
    ends = [walk(LINE, gd.sgd, steps=3, lr=0.1, batch_size=10, **seed).theta for seed in ({}, {"seed": 0}, {"seed": 1})]
    assert (ends[0] == ends[1]).all()
    assert (ends[0] != ends[2]).all()


def test_sweep_of_one_and_without_history():
    swept = gd.sweep(SQUARE, gd.sgd, steps=3)
    assert swept.loss == gd.minimize(SQUARE, gd.sgd, steps=3).loss
    assert swept.losses is swept.steps is None
    with pytest.raises(ValueError, match="record_every"):
        swept.first_below(1)


def test_some_diverge_and_the_others_do_not_mind():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        swept = gd.sweep(BOWL, gd.sgd, steps=2000, lr=np.array([0.01, 0.1, 1.0]))
    assert swept.diverged.tolist() == [False, False, True]
    assert swept.loss[1] < 1e-12 < np.inf == swept.loss[2]
    assert "1 of them diverged" in repr(swept)


@pytest.mark.parametrize("walk", [gd.minimize, gd.sweep], ids=named)
def test_a_state_that_is_a_function_is_seen_at_the_first_step(walk):
    with pytest.raises(TypeError, match="is a function"):
        walk(BOWL, lambda theta, grad, s=0.0: (theta, (grad,)), steps=1)
