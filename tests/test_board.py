"""The board of ten runs: the network that it trains, the runs tuned for it, what stands there until it is touched."""

import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

import gdcourse as gd
from gdcourse import explorer
from gdcourse.explorer import answers, board, training


def made(language="en"):
    gd.use_language(language)
    return gd.Explorer(preset="7t")


def trained(spec, rule, **knobs):
    known = explorer.known_rules()[rule]["knobs"]
    racer = {"rule": rule, "knobs": known | knobs, "steps": spec["steps"]}
    return training.train(spec["problem"], racer)["left"]


# --- the numbers ------------------------------------------------------------------


def test_the_network_is_that_of_the_package():
    problem = made().spec["problem"]
    ours, theirs = training.Network(**problem), board.Shuffled(**problem)
    assert len(problem["start"]) == 65
    for seed in range(3):
        theta = np.random.default_rng(seed).normal(size=65)
        assert ours.loss(theta.tolist()) == pytest.approx(theirs.loss(theta), rel=1e-12)
        for rows in (range(60), [3, 1, 59]):
            g = ours.gradient(theta.tolist(), rows)
            np.testing.assert_allclose(g, theirs.gradient(theta, list(rows)), rtol=1e-10, atol=1e-13)


RUNS = [
    ("sgd", {"lr": 0.3}),
    ("momentum", {"lr": 0.05, "mu": 0.9}),
    ("nesterov", {"lr": 0.05, "mu": 0.9}),
    ("rmsprop", {"lr": 0.01, "rho": 0.99}),
    ("adagrad", {"lr": 0.1}),
    ("adam", {"lr": 0.03, "beta1": 0.8}),
    ("nadam", {"lr": 0.03, "beta1": 0.8}),
    ("sgd", {"lr": 10.0}),
]


def test_a_run_is_that_of_sweep_in_the_kernel_and_in_the_page(in_the_page):
    spec = made().spec
    racers = [
        {"rule": rule, "knobs": explorer.known_rules()[rule]["knobs"] | knobs, "steps": 200} for rule, knobs in RUNS
    ]
    calls = "".join(f"print(repr(train(problem, {racer})['left']))\n" for racer in racers)
    said = in_the_page(f"from gdcourse.explorer.training import train\nproblem = {spec['problem']}\n{calls}")
    for (rule, knobs), in_page in zip(RUNS, said, strict=True):
        left = float(board.left(spec, rule, **knobs))
        wanted = pytest.approx(left, rel=1e-8) if np.isfinite(left) else None
        assert (None if in_page == "None" else float(in_page)) == wanted, rule
        assert trained(spec, rule, **knobs) == wanted, rule
    assert left == np.inf  # the last one was lost


def test_a_kernel_answers_as_a_page_does():
    figure = made()
    racer = figure.spec["racers"][0] | {"steps": 200}
    args = {"problem": figure.spec["problem"], "racer": racer}
    assert figure.answer("train", args) == json.loads(answers.text("train", args))
    assert figure.answer("train", args)["left"] == trained(figure.spec, "sgd", lr=0.001)


def test_the_tuned_runs_are_the_best_of_their_grid():
    spec = made().spec
    assert sorted(row["rule"] for row in spec["tuned"]) == sorted(racer["rule"] for racer in spec["racers"])
    assert [row["left"] for row in spec["tuned"]] == sorted(row["left"] for row in spec["tuned"])
    for row in spec["tuned"]:
        assert trained(spec, row["rule"], **row["knobs"]) == pytest.approx(row["left"], rel=1e-6)
        beside = [row["knobs"] | {"lr": rate} for rate in board.RATES]
        shares = [trained(spec, row["rule"], **knobs) for knobs in beside[::7]]
        assert all(share is None or share >= row["left"] * 0.999 for share in shares)
        untuned = trained(spec, row["rule"], **row["knobs"] | {"lr": board.UNTUNED})
        assert untuned == pytest.approx(row["untuned"], rel=1e-6)
    second = {row["rule"]: [name for name in row["knobs"] if name != "lr"] for row in spec["tuned"]}
    assert second == {
        "sgd": [],
        "momentum": ["mu"],
        "nesterov": ["mu"],
        "rmsprop": ["rho"],
        "adagrad": [],
        "adam": ["beta1"],
        "nadam": ["beta1"],
    }


def test_what_the_board_teaches():
    """The rate decides more than the rule does."""
    lefts, untuned = ([row[name] for row in made().spec["tuned"]] for name in ("left", "untuned"))
    assert lefts[-1] < 5 * lefts[0]
    assert min(np.divide(untuned, lefts)) > 200


# --- what waits -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_weighs_little_and_tells_nothing_that_is_not_asked_for(language):
    figure = made(language)
    still = figure.still()
    assert len(still.encode()) <= 25_000
    there = BeautifulSoup(still, "html.parser").div
    assert there["data-activity"] == "explorer"
    assert there["data-kept"] == "gdcourse.board.7t"
    fold = there.details.extract()
    assert not fold.has_attr("open")
    there.script.decompose()
    there.select_one(".gx-axes").decompose()
    for row in figure.spec["tuned"]:
        assert f"{100 * row['left']:.2g}" in fold.get_text()
        assert f"{100 * row['left']:.2g}" not in there.get_text()
    for control in there.select("button, input, select"):
        waits = control if control.has_attr("data-waits") else control.find_parent(attrs={"data-waits": True})
        assert "visibility:hidden" in waits["style"], control
    json.dumps(figure.spec, allow_nan=False)


def test_the_tables_are_tables():
    there = BeautifulSoup(made().still(), "html.parser").div
    runs, tuned = there.select("table")
    assert [len(runs.select("tbody tr")), len(tuned.select("tbody tr"))] == [10, 7]
    for table in runs, tuned:
        assert table.caption.get_text()
        columns = len(table.select("thead th[scope=col]"))
        for row in table.select("tbody tr"):
            assert len(row.select("th[scope=row]")) == 1
            assert len(row.select("th, td")) == columns


def test_each_rule_has_its_own_knob_and_the_rate_is_shared():
    spec = made().spec
    assert [board.second_knob(i, spec) for i in range(7)] == [None, "mu", "mu", "rho", None, "beta1", "beta1"]
    assert spec["sliders"][0]["drives"] == [f"{i}.lr" for i in range(7)]
    there = BeautifulSoup(made().still(), "html.parser")
    assert [slide.has_attr("hidden") for slide in there.select(".gx-slide")] == [False] + [True] * 5


def test_a_notebook_gets_the_same_elements_and_the_laboratory_does_not_list_it():
    figure = made()
    assert figure.widget.poster == figure.elements()
    assert figure.elements() in figure.still()
    assert "7t" not in explorer.common("en")["presets"]
