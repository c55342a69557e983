"""Noise on any surface: normal, the same for all racers and in every Python, another for another seed."""

import itertools

import numpy as np
import pytest

import gdcourse as gd
from gdcourse import explorer
from gdcourse.explorer import knobs, page

BOWL = {"surface": "bowl", "kappa": 10, "angle": 0}


def drawn(seed, count):
    return np.array(list(itertools.islice(page.normals(seed), count)))


@pytest.mark.parametrize("seed", [0, 1, 2, 29, 12345])
def test_the_numbers_are_normal(seed):
    numbers = drawn(seed, 20_000)
    assert abs(numbers.mean(axis=0)).max() < 0.03
    assert numbers.var(axis=0) == pytest.approx([1, 1], abs=0.04)
    assert abs(np.corrcoef(numbers.T)[0, 1]) < 0.03
    within = [(abs(numbers) < k).mean() for k in (1, 2, 3)]
    assert within == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.006)
    later = np.corrcoef(numbers[1:, 0], numbers[:-1, 0])[0, 1]
    assert abs(later) < 0.03


def test_seeds_differ_from_the_first_number_on():
    firsts = np.array([next(page.normals(seed)) for seed in range(300)])
    assert len(np.unique(firsts.round(6), axis=0)) == 300
    assert abs(firsts.mean(axis=0)).max() < 0.2
    assert abs(np.corrcoef(firsts[1:, 0], firsts[:-1, 0])[0, 1]) < 0.2


def path(rule, **task):
    racer = {"rule": rule, "knobs": {"lr": 0.05}, "start": [-1.8, 0.9], "steps": 40}
    (run,) = page.run({**BOWL, **task}, [racer])
    return np.frombuffer(bytes.fromhex(run["rows"])).reshape(-1, run["width"])


def test_all_racers_see_the_same_noise():
    exact = {rule: path(rule, noise=0.5, seed=3) for rule in ("sgd", "momentum", "adam")}
    noise = []
    for table in exact.values():
        x, y = table[:-1, 0], table[:-1, 1]
        noise.append(np.array([table[1:, 3] - x, table[1:, 4] - 10 * y]))
    for other in noise[1:]:
        assert other == pytest.approx(noise[0])
    assert np.allclose(noise[0].T, 0.5 * drawn(3, 40))


def test_another_seed_another_path_and_none_without_noise():
    assert np.array_equal(path("sgd", noise=0.5, seed=1), path("sgd", noise=0.5, seed=1))
    assert not np.array_equal(path("sgd", noise=0.5, seed=1), path("sgd", noise=0.5, seed=2))
    assert np.array_equal(path("sgd", seed=1), path("sgd", noise=0.0, seed=2))


def test_the_floor_of_gradient_descent_under_noise():
    """On x²/2 θ ends with variance η σ²/(2 − η): the theory of a linear recursion."""
    lr, sigma = 0.2, 0.5
    racer = {"rule": "sgd", "knobs": {"lr": lr}, "start": [0.0, 0.0], "steps": 20_000}
    (run,) = page.run({"surface": "bowl", "kappa": 1, "angle": 0, "noise": sigma, "seed": 5}, [racer])
    table = np.frombuffer(bytes.fromhex(run["rows"])).reshape(-1, run["width"])
    assert table[100:, :2].var(axis=0) == pytest.approx([lr * sigma**2 / (2 - lr)] * 2, rel=0.1)


def test_the_map_of_knobs_sees_it_too():
    racer = {"rule": "sgd", "knobs": {}, "start": [-1.8, 0.9], "steps": 40}
    task = {**BOWL, "noise": 0.5, "seed": 1}
    ends = np.frombuffer(bytes.fromhex(knobs.cells(task, racer, [{"lr": 0.05}])["rows"]))
    assert ends[1] == pytest.approx(path("sgd", noise=0.5, seed=1)[-1, 2])


# --- in the explorer


@pytest.mark.parametrize("count", [1, 4, 29, 30])
def test_the_middle_of_many_races(count):
    losses = np.random.default_rng(count).lognormal(size=count).tolist()
    (told,) = page.spread([losses])
    assert told["quarters"] == pytest.approx(np.quantile(losses, [0.25, 0.5, 0.75]))


def test_lost_races_count_as_infinite():
    told = page.spread([[1.0, 2.0, 3.0, None, None], [None] * 4])
    assert told == [{"quarters": [2.0, 3.0, None]}, {"quarters": [None] * 3}]


@pytest.mark.parametrize("name", gd.surfaces.LANDMARKS)
def test_every_surface_has_a_slider_for_noise_and_none_to_begin_with(name):
    for task in explorer.common("en")["tasks"][name], gd.Explorer(gd.Surface(name)).spec:
        assert (task["problem"]["noise"], task["problem"]["seed"]) == (0, 0)
    assert "noise" in explorer.presets()["knobs"]


def test_the_map_of_heights_brings_the_axes():
    told = page.heights({"surface": "bowl", "kappa": 4, "angle": 30, "noise": 1}, [-1, 1, -1, 1], 3, 3)
    assert [axis[0] for axis in told["axes"]] == [1, 4]
    assert page.heights({"surface": "saddle"}, [-1, 1, -1, 1], 3, 3)["axes"] == []
