"""The map of knobs: the same runs as ``sweep``, and the theory where there is one."""

import numpy as np
import pytest

import gdcourse as gd
from gdcourse import explorer
from gdcourse.browser.vector import Pair
from gdcourse.explorer import chart, knobs, page, scales

BOWL = {"surface": "bowl", "kappa": 10, "angle": 0}
START = [-1.8, 0.9]
SECOND = {"momentum": "mu", "nesterov": "mu", "rmsprop": "rho", "adam": "beta1 eps", "nadam": "eps"}


def cells(settings, rule, problem=BOWL, start=START, steps=200, target=1e-4, **more):
    """(stays, loss) of each setting, shape (settings, 2)."""
    racer = {"rule": rule, "knobs": {}, "start": start, "steps": steps} | more
    settings = [{name: float(value) for name, value in setting.items()} for setting in settings]
    answer = knobs.cells(problem, racer, settings, target)
    assert "error" not in answer, answer
    return np.frombuffer(bytes.fromhex(answer["rows"])).reshape(-1, 3)[:, :2]


def swept(rule, problem, names, xs, ys, steps=200, target=1e-4, start=START):
    """The same by ``sweep``: (stays, loss), each of shape (len(xs), len(ys))."""
    grid = {names[0]: xs[:, None], names[1]: ys[None, :]}
    runs = gd.sweep(problem, getattr(gd, rule), np.array(start), steps=steps, record_every=1, **grid)
    above = runs.losses - problem.best_loss >= target
    stays = np.where(above.any(0), steps - np.argmax(above[::-1], axis=0) + 1.0, 0)
    return np.where(above[-1], np.nan, stays), runs.loss - problem.best_loss


@pytest.mark.parametrize(("rule", "second"), [(rule, knob) for rule, names in SECOND.items() for knob in names.split()])
@pytest.mark.parametrize("surface", ["bowl", "saddle"])
def test_cells_are_the_runs_of_sweep(rule, second, surface):
    xs, ys = np.geomspace(1e-3, 0.1, 6), np.array([1e-8, 0.3, 0.6, 0.9])
    problem = gd.Surface(surface)
    spec = BOWL if surface == "bowl" else {"surface": surface, "best": problem.best_loss}
    stays, loss = swept(rule, problem, ("lr", second), xs, ys)
    ours = cells([{"lr": x, second: y} for x in xs for y in ys], rule, spec).reshape(6, 4, 2)
    calm = loss < 1  # what has run away, or wanders, hangs on the last bits
    assert np.array_equal(np.isinf(ours[..., 1]) | (ours[..., 1] > 1e3), np.isinf(loss) | (loss > 1e3))
    assert ours[..., 1][calm] == pytest.approx(loss[calm], rel=1e-6, abs=1e-12)
    assert np.array_equal(ours[..., 0][calm], stays[calm], equal_nan=True)
    assert calm.any()


@pytest.mark.parametrize("batch", [0, 10])
def test_the_line_has_a_map_too(batch):
    data = gd.LinearRegression.line()
    line = {"x": data.X[:, 1].tolist(), "y": data.y.tolist()}
    problem = {"line": line, "batch": batch, "seed": 0, "best": data.best_loss}
    ends = cells([{"lr": 0.1}, {"lr": 0.3}, {"lr": 50.0}], "sgd", problem, [0.0, 0.0], 300, target=0.02)
    assert np.isfinite(ends[:2, 0]).all()
    assert np.isinf(ends[2, 1])


def test_the_task_can_be_a_knob():
    one, two = cells([{"kappa": 10, "lr": 0.05}, {"kappa": 50, "lr": 0.05}], "sgd")
    assert one[1] < 1e-6
    assert two[1] > 1e6
    turned = cells([{"angle": angle, "lr": 0.05} for angle in (0, 30)], "adam")
    assert turned[0, 1] != turned[1, 1]


def test_a_rule_of_the_readers_own():
    text = "def mine(theta, grad, *, lr=0.1):\n    return theta - lr * grad(theta), ()\n"
    ours = cells([{"lr": 0.05}], "mine", source=text)
    assert ours == pytest.approx(cells([{"lr": 0.05}], "sgd"), rel=1e-12)
    racer = {"rule": "mine", "knobs": {}, "start": START, "steps": 9, "source": text.replace("lr * g", "nobody * g")}
    error = knobs.cells(BOWL, racer, [{"lr": 0.05}])["error"]
    assert error["line"] == 2
    assert "nobody" in error["what"]


def test_numbers_and_pairs_count_the_same():
    settings = [{"lr": lr, "beta1": beta1} for lr in (0.01, 0.1, 1) for beta1 in (0, 0.9)]
    racer = {"rule": "adam", "knobs": {}, "start": START, "steps": 100}
    rows = {pair: knobs.cells(BOWL, racer, settings, pair=pair)["rows"] for pair in (Pair, lambda x, y: Pair(x, y))}
    alone, together = (np.frombuffer(bytes.fromhex(row)) for row in rows.values())
    assert alone == pytest.approx(together, rel=1e-12, nan_ok=True)


# --- the theory


@pytest.mark.parametrize("kappa", [2, 10, 100])
@pytest.mark.parametrize("angle", [0, 30])
def test_gradient_descent_breaks_at_2_over_the_largest_curvature(kappa, angle):
    rates = 2 / kappa * np.array([0.9, 0.99, 1.01, 1.1])
    problem = {"surface": "bowl", "kappa": kappa, "angle": angle}
    ends = cells([{"lr": rate} for rate in rates], "sgd", problem, steps=1000)[:, 1]
    above = gd.surfaces.bowl(*START, kappa=kappa, angle=angle)[0]
    assert (ends < above).tolist() == [True, True, False, False]


@pytest.mark.parametrize("kappa", [10, 100])
def test_the_best_of_heavy_ball_is_polyaks(kappa):
    """η = (2/(1 + √κ))², μ = ((√κ − 1)/(√κ + 1))²: steps fall as √μ to the power t, nowhere faster (Polyak 1964)."""
    root = np.sqrt(kappa)
    lr, mu = (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2
    rates, mus = lr * np.geomspace(0.25, 4, 33), np.linspace(0, 0.98, 50)
    problem = {"surface": "bowl", "kappa": kappa, "angle": 0}
    settings = [{"lr": x, "mu": y} for x in rates for y in mus]
    stays = cells(settings, "momentum", problem, steps=400, target=1e-12)[:, 0].reshape(33, 50)
    i, j = np.unravel_index(np.nanargmin(stays), stays.shape)
    assert rates[i] == pytest.approx(lr, rel=0.2)
    assert mus[j] == pytest.approx(mu, abs=0.06)


@pytest.mark.parametrize("lr", [0.01, 0.1, 0.5])
def test_rmsprop_stops_half_a_step_away(lr):
    """In one dimension it ends jumping between −η/2 and η/2, so J is ½(η/2)²."""
    ends = cells([{"lr": lr, "rho": 0.9}], "rmsprop", start=[-1.8, 0.0], steps=3000)
    assert ends[0, 1] == pytest.approx(0.5 * (lr / 2) ** 2, rel=0.01)


# --- lines of the theory on the map, each against runs on both sides of it


def long_run(rule, knobs_, problem):
    """Whether the run ends higher than it began."""
    racer = {"rule": rule, "knobs": knobs_, "start": START, "steps": 3000}
    rows = knobs.cells(problem, racer, [{}])["rows"]
    return bool(np.frombuffer(bytes.fromhex(rows))[2])


@pytest.mark.parametrize("rule", ["sgd", "momentum", "nesterov"])
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("kappa", "angle"), [(1, 0), (10, 30), (100, 0)])
def test_a_rule_is_lost_beyond_the_line_of_the_theory(rule, mu, kappa, angle):
    problem = {"surface": "bowl", "kappa": kappa, "angle": angle}
    knobs_ = {"lr": 0.1} | ({} if rule == "sgd" else {"mu": mu})
    told = knobs.theory(problem, {"rule": rule, "knobs": knobs_}, [{}, {"kappa": 4.0 * kappa}])
    rate, other = told["lines"]["stable"]
    assert other == pytest.approx(rate / 4)
    assert not long_run(rule, knobs_ | {"lr": 0.99 * rate}, problem)
    assert long_run(rule, knobs_ | {"lr": 1.01 * rate}, problem)


def test_the_line_of_the_articles_has_curvatures_too():
    data = gd.LinearRegression.line()
    problem = {"line": {"x": data.X[:, 1].tolist(), "y": data.y.tolist()}, "best": data.best_loss}
    hessian = data.X.T @ data.X / len(data.X)
    for curvature, *direction in page.curvatures(problem):
        np.testing.assert_allclose(hessian @ direction, curvature * np.array(direction), atol=1e-12)
        assert np.hypot(*direction) == pytest.approx(1)
    rate = knobs.theory(problem, {"rule": "sgd", "knobs": {"lr": 0.1}}, [{}])["lines"]["stable"][0]
    assert rate == pytest.approx(2 / np.linalg.eigvalsh(hessian)[-1])


def test_curvatures_of_the_bowl_are_those_of_its_gradient():
    for curvature, *direction in page.curvatures({"surface": "bowl", "kappa": 7, "angle": 25}):
        slope = gd.Surface("bowl", kappa=7, angle=25).gradient(np.array(direction))
        np.testing.assert_allclose(slope, curvature * np.array(direction), atol=1e-12)


def test_polyaks_point_is_on_the_map_of_momentum_only():
    told = {
        rule: knobs.theory(BOWL, {"rule": rule, "knobs": {"lr": 0.1}}, [{}]) for rule in ("momentum", "sgd", "adam")
    }
    root = np.sqrt(10)
    wanted = {"lr": 4 / (1 + root) ** 2, "mu": ((root - 1) / (root + 1)) ** 2}
    assert told["momentum"]["points"]["polyak"] == pytest.approx(wanted)
    assert told["sgd"]["points"] == told["adam"]["points"] == told["adam"]["lines"] == {}
    assert knobs.theory({"surface": "saddle"}, {"rule": "sgd", "knobs": {}}, [{}]) == {"lines": {}, "points": {}}
    mine = {"rule": "sgd", "knobs": {}, "source": "def sgd(…): …"}  # nobody knows what it does
    assert knobs.theory(BOWL, mine, [{}])["lines"] == {}


def test_a_run_is_lost_when_it_ends_higher_than_it_began():
    racer = {"rule": "sgd", "knobs": {}, "start": START, "steps": 30}
    settings = [{"lr": 0.15}, {"lr": 0.21}, {"lr": 1e9}]
    for pair in (Pair, lambda x, y: Pair(x, y)):
        rows = np.frombuffer(bytes.fromhex(knobs.cells(BOWL, racer, settings, pair=pair)["rows"])).reshape(3, 3)
        assert rows[:, 2].tolist() == [0, 1, 1]
        assert np.isfinite(rows[1, 1])


# --- in the explorer


def test_the_kernel_answers_for_its_own_rule_and_problem():
    def halved(theta, grad, *, lr=0.1):
        return theta - lr / 2 * grad(theta), ()

    def slope(x, y):
        return 0.5 * (x * x + 10 * y * y), x, 10 * y

    mine = gd.Explorer(gd.Surface("bowl"), halved, lr=0.1)
    (racer,) = mine.spec["racers"]
    job = {"rule": "halved", "source": racer["source"], "knobs": racer["knobs"], "start": START, "steps": 50}
    theirs = job | {"rule": "sgd"}
    del theirs["source"]
    own = gd.Explorer(gd.Surface(slope, start=START), gd.sgd)
    calls = [
        (mine, mine.spec["problem"], job, 0.1),
        (own, own.spec["problem"], theirs, 0.05),
        (mine, BOWL, theirs, 0.05),
    ]
    ends = [
        figure.answer("cells", {"problem": problem, "racer": racer, "settings": [{"lr": lr}]})["rows"]
        for figure, problem, racer, lr in calls
    ]
    loss = [np.frombuffer(bytes.fromhex(rows))[1] for rows in ends]
    assert loss == pytest.approx([loss[0]] * 3, rel=1e-9)
    assert own.answer("theory", {"problem": own.spec["problem"], "racer": theirs, "settings": [{}]})["lines"] == {}


@pytest.mark.parametrize("number", filter(explorer.has_map, explorer.presets()["presets"]))
def test_the_map_that_comes_with_the_page_is_that_of_cells(number):
    spec, known = explorer.common("en")["presets"][number], explorer.presets()["knobs"]
    drawn = chart.chart(spec, known)
    assert len(drawn["cells"]) == 2 * chart.COLUMNS * chart.ROWS <= 3000
    along, up = (name.rpartition(".")[2] for name in drawn["axes"])
    i, j = 17, 11
    setting = {along: scales.value(known[along], 17.5 / 24), up: scales.value(known[up], 11.5 / 16)}
    ends = cells(
        [setting],
        spec["racers"][0]["rule"],
        spec["problem"],
        spec["start"],
        spec["steps"],
        knobs=spec["racers"][0]["knobs"],
    )
    k = 2 * (j * chart.COLUMNS + i)
    number = 64 * chart.DIGITS.index(drawn["cells"][k]) + chart.DIGITS.index(drawn["cells"][k + 1])
    stays, loss = ends[0]
    if number == chart.LOST:
        assert loss > 1
    elif number <= chart.LATEST:
        assert number == stays
    else:
        assert np.isnan(stays)
        assert 10 ** ((number - chart.NEVER) / 100) == pytest.approx(loss, rel=0.02)
