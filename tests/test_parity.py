"""Our rules against the libraries: golden vectors of all of them, PyTorch itself where it is installed."""

import inspect
import re
from functools import reduce

import numpy as np
import pytest
import yaml
from conftest import DIALECTS, ROOT, RULES, follow, named, replay

import gdcourse as gd
from gdcourse import dialects

TABLE = yaml.safe_load((ROOT / "source" / "parity.yml").read_text("utf-8"))
ROWS = TABLE["rows"]


def row_id(row):
    return row["id"]


def function(row):
    return reduce(getattr, row["rule"].split("."), gd)


# --- the table --------------------------------------------------------------


@pytest.mark.parametrize("row", [row for row in ROWS if "golden" in row], ids=row_id)
def test_golden(row):
    path = replay(function(row), [0.1, -0.2, 0.3, 0.05], **row["knobs"])
    assert np.abs(np.subtract(path, row["golden"])).max() < 1e-11


def test_golden_vectors_of_the_facts_are_all_there():
    # The first step of each, as the libraries gave it.
    first = {
        *(0.999, 0.9981, 0.99000000001, 0.9000001, 0.99683772334, 0.996839302294, 0.995532329484, 0.9990000001),
        *(0.9989900001, 0.997887096655, 0.996837880442, 0.996837738151, 0.999698488792, 0.999000031622),
        *(0.998937213259, 0.998526315937, 0.99810000019),
    }
    assert first <= {row["golden"][0] for row in ROWS if "golden" in row}


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_row_spells_everything_out(row):
    assert set(row) <= {
        "id",
        "of",
        "library",
        "call",
        "defaults",
        "rule",
        "knobs",
        "tex",
        "eps_where",
        "golden",
        "note",
    }
    assert row["of"] in map(named, RULES)
    assert row["eps_where"] in ("outside", "inside", "hat", "none")
    assert all(set(row[key]) == {"zh", "en"} for key in ("note", "library") if isinstance(row.get(key), dict))
    knobs = {p.name for p in inspect.signature(function(row)).parameters.values() if p.kind == p.KEYWORD_ONLY}
    assert set(row["knobs"]) == knobs


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_a_default_is_one_of_the_table(rule):
    """One that a row states or sets for this rule; a dialect that has no library takes that of the rule it is of."""
    rows = [row for row in ROWS if function(row) is rule]
    stated = {float(number) for row in rows for number in re.findall(r"\d[\d.e-]*", row.get("defaults", ""))}
    canonical = inspect.signature(getattr(gd, rows[0]["of"])).parameters
    for p in inspect.signature(rule).parameters.values():
        if p.kind == p.KEYWORD_ONLY:
            known = stated | {row["knobs"][p.name] for row in rows}
            known |= {canonical[p.name].default} if p.name in canonical and rule in DIALECTS else set()
            assert p.default in known, f"no row of source/parity.yml states or sets {p.name} = {p.default:g}"


def test_the_table_covers_every_rule_and_no_id_twice():
    assert {rule.__name__ for rule in RULES} <= {row["rule"] for row in ROWS}
    assert {row["of"] for row in ROWS} == {rule.__name__ for rule in RULES}
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    spoken = {row["rule"].removeprefix("dialects.") for row in ROWS if row["rule"].startswith("dialects.")}
    ours = {name for name, f in vars(dialects).items() if getattr(f, "__module__", "") == "gdcourse.dialects"}
    assert spoken == ours


@pytest.mark.parametrize("row", [row for row in ROWS if row["library"] == "PyTorch"], ids=row_id)
def test_the_call_as_typed_gives_the_golden_vector(row, float64):
    theta = float64.ones(1, requires_grad=True)
    optimizer = eval(row["call"], {"torch": float64, "params": [theta]})
    for g, expected in zip((0.1, -0.2, 0.3, 0.05), row["golden"], strict=True):
        theta.grad = float64.full_like(theta, g)
        optimizer.step()
        assert abs(theta.item() - expected) < 1e-11
    # What the row calls PyTorch's defaults are PyTorch's defaults.
    defaults = inspect.signature(type(optimizer).__init__).parameters
    for name, numbers in re.findall(r"([a-z_]+) ((?:\d[\d.e-]*(?:, )?)+)", row["defaults"]):
        got = tuple(float(x) for x in numbers.rstrip(", ").split(", "))
        assert got == tuple(np.atleast_1d(defaults[name].default)), name


# --- PyTorch, live ----------------------------------------------------------

STEPS = 200
PROBLEMS = {"line": gd.LinearRegression.line(), "rosenbrock": gd.Surface("rosenbrock")}
ODD, OURS = {"betas": (0.6, 0.95), "eps": 1e-3}, {"beta1": 0.6, "beta2": 0.95, "eps": 1e-3}
SLOW, PSI = {"rho": 0.8, "eps": 1e-3}, {"momentum_decay": 0.1}
MOMENTS = ["step", "exp_avg", "exp_avg_sq"]

# rule, PyTorch's class, its keywords, our knobs, where PyTorch keeps our state (None: in another form)
LIVE = [
    (gd.sgd, "SGD", {}, {}, []),
    (gd.momentum, "SGD", {"momentum": 0.7}, {"mu": 0.7}, None),
    (dialects.momentum_pytorch, "SGD", {"momentum": 0.7}, {"mu": 0.7}, ["momentum_buffer"]),
    (dialects.nesterov_shifted, "SGD", {"momentum": 0.7, "nesterov": True}, {"mu": 0.7}, ["momentum_buffer"]),
    (gd.rmsprop, "RMSprop", {"alpha": 0.6, "eps": 1e-3}, {"rho": 0.6, "eps": 1e-3}, ["square_avg"]),
    (gd.adagrad, "Adagrad", {"eps": 1e-3, "lr": 0.1}, {"eps": 1e-3, "lr": 0.1}, ["sum"]),
    (gd.adadelta, "Adadelta", {**SLOW, "lr": 1.0}, SLOW, ["square_avg", "acc_delta"]),
    (dialects.adadelta_scaled, "Adadelta", {**SLOW, "lr": 0.5}, {**SLOW, "lr": 0.5}, ["square_avg", "acc_delta"]),
    (gd.adam, "Adam", ODD, OURS, MOMENTS),
    (dialects.nadam_pytorch, "NAdam", {**ODD, **PSI}, {**OURS, **PSI}, [*MOMENTS, "mu_product"]),
    (gd.amsgrad, "Adam", {**ODD, "amsgrad": True}, OURS, [*MOMENTS, "max_exp_avg_sq"]),
    (gd.adamw, "AdamW", {**ODD, "weight_decay": 0.1}, {**OURS, "weight_decay": 0.1}, MOMENTS),
]

# Where a keyword for lr is missing above; small enough on Rosenbrock for calm paths.
LR = {"line": 0.02, "rosenbrock": 0.002}
LR_SGD = {"line": 0.05, "rosenbrock": 2e-4}


def torch_path(torch, problem, name, keywords):
    """PyTorch's parameters and its state after every step, the start first."""
    theta = torch.tensor(problem.start, requires_grad=True)
    optimizer = getattr(torch.optim, name)([theta], **keywords)
    thetas, states = [theta.detach().numpy().copy()], []
    for _ in range(STEPS):
        theta.grad = torch.tensor(problem.gradient(thetas[-1]))
        optimizer.step()
        thetas.append(theta.detach().numpy().copy())
        states.append({key: x.numpy().copy() for key, x in optimizer.state[theta].items() if x is not None})
    return np.array(thetas), states


def relative(a, b):
    """The largest difference of two paths, relative to where they are."""
    size = np.abs(b).max(axis=-1)
    return (np.abs(np.subtract(a, b)).max(axis=-1) / np.where(size == 0, 1, size)).max()


@pytest.mark.parametrize("title", PROBLEMS)
@pytest.mark.parametrize(("rule", "name", "keywords", "knobs", "state"), LIVE, ids=lambda x: getattr(x, "__name__", ""))
def test_pytorch(rule, name, keywords, knobs, state, title, float64, differences):
    problem = PROBLEMS[title]
    if "lr" not in keywords:
        lr = (LR_SGD if name == "SGD" else LR)[title]
        keywords, knobs = {**keywords, "lr": lr}, {**knobs, "lr": lr}
    theirs, states = torch_path(float64, problem, name, keywords)
    ours = follow(rule, problem.gradient, problem.start, STEPS, **knobs)
    nudges = [np.spacing(1.0) * np.array(by) for by in ((1, 1), (1, -1), (-1, 0), (0, 1))]
    nudge = max(relative(follow(rule, problem.gradient, problem.start + by, STEPS, **knobs), ours) for by in nudges)
    whole, step = relative(ours, theirs[1:]), np.nan
    if state is not None:
        memories = [(), *(tuple(then[key] for key in state) for then in states)]
        steps = [
            rule(theta, problem.gradient, *memory, **knobs)[0]
            for theta, memory in zip(theirs[:-1], memories[:-1], strict=True)
        ]
        step = relative(steps, theirs[1:])
        assert step <= 1e-14
    differences.append((rule.__name__, title, whole, step, nudge))
    # A path that magnifies the last bit of its start says nothing about the rule: there only single steps count.
    chaotic = nudge > 1e-13
    assert whole <= 1e-12 or (chaotic and state)
    assert np.abs(theirs - theirs[0]).max() > 0.1, "the path must lead somewhere"


@pytest.mark.parametrize("title", PROBLEMS)
def test_nesterov_is_pytorchs_path_up_to_the_shift(title, float64, differences):
    problem, lr, mu = PROBLEMS[title], LR_SGD[title], 0.7
    theirs, _ = torch_path(float64, problem, "SGD", {"lr": lr, "momentum": mu, "nesterov": True})
    theta, u, ahead = problem.start, 0.0, []
    for _ in range(STEPS):
        theta, (u,) = gd.nesterov(theta, problem.gradient, u, lr=lr, mu=mu)
        ahead.append(theta + mu * u)
    whole = relative(ahead, theirs[1:])
    differences.append(("nesterov, shifted", title, whole, np.nan, np.nan))
    assert whole <= 1e-12


def test_what_the_table_says_of_pytorch_was_tried_live():
    spoken = {function(row) for row in ROWS if row["library"] == "PyTorch"}
    assert len(spoken) > 8
    assert spoken <= {row[0] for row in LIVE}


def test_weight_decay_in_pytorch_is_l2_but_where_it_says_decoupled(float64):
    """What chapter 7 says of the argument, optimizer by optimizer."""

    def end(name, l2=0.0, **keywords):
        theta = float64.tensor([2.0, -3.0], requires_grad=True)
        optimizer = getattr(float64.optim, name)([theta], lr=0.1, **keywords)
        for g in ([0.1, 2.0], [-0.3, 1.0], [0.2, 0.5]):
            theta.grad = float64.tensor(g) + l2 * theta.detach()
            optimizer.step()
        return theta.detach().numpy()

    for name in ("SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "NAdam"):
        assert np.allclose(end(name, weight_decay=0.5), end(name, l2=0.5), rtol=1e-12), name
    for name in ("Adam", "NAdam"):
        apart = end(name, weight_decay=0.5, decoupled_weight_decay=True)
        assert np.abs(apart - end(name, l2=0.5)).max() > 0.01, name
    assert np.allclose(end("Adam", weight_decay=0.5, decoupled_weight_decay=True), end("AdamW", weight_decay=0.5))
