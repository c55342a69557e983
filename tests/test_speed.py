"""Guards against a course that has become slow: ratios in one process, with generous bounds, never absolute times."""

import bench
import numpy as np
import pytest

import gdcourse as gd


def best(times, ours, theirs):
    """Other tests run beside this one, so the calmest turn counts."""
    return (times[ours] / times[theirs]).min()


def test_a_run_costs_about_as_much_as_the_articles_loop():
    candidates = {"ours": lambda: bench.minimize(1), "theirs": bench.articles_loop}
    assert best(bench.in_turns(7, **candidates), "ours", "theirs") < 1.4


def test_a_run_is_faster_than_torch(torch):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    times = bench.in_turns(5, ours=lambda: bench.minimize(1), theirs=lambda: bench.torch_loop(torch))
    torch.set_num_threads(threads)
    assert best(times, "ours", "theirs") < 0.3


def test_a_sweep_costs_little_more_than_its_arithmetic():
    candidates = {
        "ours": lambda: bench.sweep(100),
        "barest": lambda: bench.barest_sweep(100),
        "loop": lambda: bench.one_by_one(100, 10),
    }
    times = bench.in_turns(5, **candidates)
    assert best(times, "ours", "barest") < 3
    assert best(times, "ours", "loop") < 0.01 * bench.RUNS / 10


def test_a_map_costs_no_more_than_its_runs_in_a_row():
    rates, betas = np.linspace(0.001, 0.1, 40), np.linspace(0, 0.9, 40)
    knobs = {
        "over": {"lr": rates[:, None], "beta1": betas},
        "row": {"lr": np.repeat(rates, 40), "beta1": np.tile(betas, 40)},
    }
    candidates = {
        name: lambda knob=knob: gd.sweep(bench.LINE, gd.adam, steps=50, **knob) for name, knob in knobs.items()
    }
    assert best(bench.in_turns(5, **candidates), "over", "row") < 1.5


def test_memory_of_a_sweep_does_not_grow_with_its_steps():
    short, long = (bench.peak(lambda steps=steps: bench.sweep(steps)) for steps in (50, 200))
    assert long < 1.5 * short
    kept = bench.peak(lambda: bench.sweep(200, record_every=1))
    assert kept - long > 200 * bench.RUNS * 8 / 1e6  # the curves, and nothing bounds them but record_every
    every_tenth = bench.peak(lambda: bench.sweep(200, record_every=10))
    assert every_tenth < kept / 4


@pytest.mark.parametrize("rule", [gd.adam, gd.nadam], ids=["adam", "nadam"])
def test_a_step_in_blocks_is_the_same_step(rule):
    theta, g, m = np.random.default_rng(0).normal(size=(3, 1000))
    v = g**2
    wanted, (_, *state) = rule(theta, lambda _: g, 0, m, v)
    bench.in_blocks(rule, theta, g, m, v, 300)  # the last block is shorter
    for name, got, want in zip(("theta", "m", "v"), (theta, m, v), (wanted, *state), strict=True):
        np.testing.assert_array_equal(got, want, err_msg=name)


def test_cost_grows_like_the_number_of_runs():
    curve = bench.growing((10_000, 30_000, 100_000), lambda runs: bench.in_runs(runs))
    assert 0.6 < bench.slope(curve) < 1.5


def test_the_pages_own_python_grows_like_its_steps(node):
    """Once of three times: other work on the machine bends a curve, but never straight."""
    assert any(0.6 < bench.slope(bench.growing((1000, 3000, 9000), bench.in_engine)) < 1.4 for _ in range(3))


def test_slope_is_the_power():
    assert bench.slope({"x": [1, 10, 100, 1000], "seconds": [5.0, 0.5, 50.0, 5000.0]}, last=3) == pytest.approx(2)


def test_turns_are_counted_apart():
    """A slow candidate shows, and the first turn, which warms up, does not count."""
    calls = []
    times = bench.in_turns(3, slow=lambda: sum(range(300_000)), quick=lambda: calls.append(1))
    assert len(calls) == 4
    assert times["slow"].shape == (3,)
    assert bench.ratio(times, "slow", "quick")[1] > 10
