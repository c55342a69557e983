"""Every rule against steps worked by hand, and against what optimizers.py promises."""

import ast
import inspect
import re

import numpy as np
import pytest
import yaml
from conftest import DIALECTS, ROOT, RULES, named, replay

import gdcourse as gd
from gdcourse import dialects


def double(theta):
    return 2 * theta


# The first two steps from θ = 1 with ε = 0.1, worked by hand.  The gradient is
# a function, or a list of what it returns at each step.
BY_HAND = [
    # g = 2, θ = 1 − 0.2 = 0.8;  g = 1.6, θ = 0.8 − 0.16
    (gd.sgd, double, {"lr": 0.1}, [0.8, 0.64]),
    # u = −0.2, θ = 0.8;  u = −0.1 − 0.16 = −0.26
    (gd.momentum, double, {"lr": 0.1, "mu": 0.5}, [0.8, 0.8 - 0.26]),
    # u = −0.2, θ = 0.8;  looking ahead to 0.8 − 0.1 = 0.7: g = 1.4, u = −0.1 − 0.14 = −0.24
    (gd.nesterov, double, {"lr": 0.1, "mu": 0.5}, [0.8, 0.8 - 0.24]),
    # s = ¼·4 = 1, step 0.11·2/1.1 = 0.2;  s = ¾ + ¼ = 1, step −0.11/1.1 = −0.1
    (gd.rmsprop, [2, -1], {"lr": 0.11, "rho": 0.75, "eps": 0.1}, [0.8, 0.9]),
    # s = 9, √s = 3;  s = 9 + 16 = 25, √s = 5
    (gd.adagrad, [3, -4], {"lr": 0.1, "eps": 0.1}, [1 - 0.3 / 3.1, 1 - 0.3 / 3.1 + 0.4 / 5.1]),
    # s = 0.3, Δ = −√(0.1/0.4) = −0.5, d = 0.3·0.25 = 0.075;  s = 0.21 + 1.2 = 1.41, Δ = 2√(0.175/1.51)
    (gd.adadelta, [1, -2], {"rho": 0.7, "eps": 0.1}, [0.5, 0.5 + 2 * (0.175 / 1.51) ** 0.5]),
    # m = 1, v = 1, m̂ = 1/½ = 2, v̂ = 1/¼ = 4;  m = ½ + ½ = 1, v = ¾ + ¼ = 1, m̂ = 1/¾, v̂ = 1/(7/16)
    (
        gd.adam,
        [2, 1],
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 0.1},
        [1 - 0.2 / 2.1, 1 - 0.2 / 2.1 - 0.1 * (4 / 3) / (4 / 7**0.5 + 0.1)],
    ),
    # m and v as above;  m̂ = ½·1/¾ + 2 = 8/3;  m̂ = ½·1/(7/8) + ½·1/¾ = 4/7 + 2/3
    (
        gd.nadam,
        [2, 1],
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 0.1},
        [1 - 0.1 * (8 / 3) / 2.1, 1 - 0.1 * (8 / 3) / 2.1 - 0.1 * (4 / 7 + 2 / 3) / (4 / 7**0.5 + 0.1)],
    ),
    # as Adam;  then g = 0: m = ½, v = ¾ but v_max stays 1: m̂ = ½/¾ = 2/3, v̂ = 1/(7/16)
    (
        gd.amsgrad,
        [2, 0],
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 0.1},
        [1 - 0.2 / 2.1, 1 - 0.2 / 2.1 - 0.1 * (2 / 3) / (4 / 7**0.5 + 0.1)],
    ),
    # Adam's steps, and each time minus 0.1·0.2 of the θ before
    (
        gd.adamw,
        [2, 1],
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.75, "eps": 0.1, "weight_decay": 0.2},
        [0.98 - 0.2 / 2.1, 0.98 * (0.98 - 0.2 / 2.1) - 0.1 * (4 / 3) / (4 / 7**0.5 + 0.1)],
    ),
]


# Dialects that no library runs, in the same way.
HALF = np.log(0.5) / np.log(0.96)  # as momentum_decay: 0.96^ψ = ½, so that μ = 0.8·(1 − ½·½ᵗ) = 0.6, 0.7, 0.75
DIALECTS_BY_HAND = [
    # m = 0.4·2 = 0.8, v = 1, v̂ = 4, m̄ = 0.7·0.8/(1 − 0.6·0.7) + 0.4·2/(1 − 0.6);
    # m = 0.7·0.8 + 0.3 = 0.86, v = 1, v̂ = 16/7, m̄ = 0.75·0.86/(1 − 0.6·0.7·0.75) + 0.3/(1 − 0.6·0.7)
    (
        dialects.nadam_dozat,
        [2, 1],
        {"lr": 0.1, "beta1": 0.8, "beta2": 0.75, "eps": 0.1, "momentum_decay": HALF},
        [
            1 - 0.1 * (0.56 / 0.58 + 2) / 2.1,
            1 - 0.1 * (0.56 / 0.58 + 2) / 2.1 - 0.1 * (0.645 / 0.685 + 0.3 / 0.58) / (4 / 7**0.5 + 0.1),
        ],
    ),
]


def test_every_rule_is_worked_by_hand_or_by_a_library():
    """By hand at least those of the chapters; for others a library's digits may stand in the table of parity."""
    table = yaml.safe_load((ROOT / "source" / "parity.yml").read_text("utf-8"))
    by_library = {row["rule"] for row in table["rows"] if "call" in row and "golden" in row}
    followed = {row["rule"] for row in table["rows"] if "golden" in row}
    alone = [rule for rule in DIALECTS if f"dialects.{rule.__name__}" not in followed]
    assert alone == [row[0] for row in DIALECTS_BY_HAND]
    by_hand = [row[0] for row in BY_HAND]
    assert by_hand == [rule for rule in RULES if rule in by_hand]
    assert len(by_hand) >= 10
    assert not {rule.__name__ for rule in RULES if rule not in by_hand} - by_library


@pytest.mark.parametrize(
    ("rule", "grad", "knobs", "expected"), BY_HAND + DIALECTS_BY_HAND, ids=lambda x: getattr(x, "__name__", "")
)
def test_first_steps_by_hand(rule, grad, knobs, expected):
    theta, state, path = 1.0, (), []
    for step in range(2):
        theta, state = rule(theta, grad if callable(grad) else lambda _, step=step: grad[step], *state, **knobs)
        path.append(theta)
    assert path == pytest.approx(expected, abs=1e-15)


def test_states_by_hand():
    # The numbers of the comments above, where the parameters alone do not show them all.
    knobs = {"beta1": 0.5, "beta2": 0.75}
    t, m, v, v_max = gd.amsgrad(0.5, lambda _: 0.0, 1, 1.0, 1.0, 1.0, **knobs)[1]
    assert (t, m, v, v_max) == (2, 0.5, 0.75, 1.0)
    s, d = gd.adadelta(1.0, lambda _: 1.0, rho=0.7, eps=0.1)[1]
    assert (s, d) == (pytest.approx(0.3), pytest.approx(0.075))


AVERAGED = {"m": ("beta1", 1), "v": ("beta2", 2), "s": ("rho", 2), "u": ("beta", 1)}  # by which knob, of which power


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_an_average_takes_the_rest_of_the_newest_also_below_one_half(rule):
    """There the remainder of 1 by a decay is no longer what is left of 1."""
    names = list(inspect.signature(rule).parameters)
    averages = {name: about for name, about in AVERAGED.items() if name in names and about[0] in names}
    if rule is dialects.nadam_dozat:
        del averages["m"]  # its β₁ goes by a schedule, see above
    state = rule(1.0, lambda _: 2.0, **{knob: 0.3 for knob, _ in AVERAGED.values() if knob in names})[1]
    for name, (_, power) in averages.items():
        assert state[names.index(name) - 2] == pytest.approx(0.7 * 2.0**power)


GRADIENTS = np.array([[0.3, -2.0, 5.0], [-0.1, 1.0, 0.5], [0.2, 0.0, -4.0], [1.5, -0.3, 0.02]])


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_a_rule_changes_nothing_and_asks_once(rule):
    count = sum(p.kind != p.KEYWORD_ONLY for p in inspect.signature(rule).parameters.values()) - 2
    inputs = [np.array([1.0, 2.0, 3.0]), *(np.array([0.1, 0.2, 0.3]) for _ in range(count))]
    before, asked = [x.copy() for x in inputs], []

    def grad(theta):
        asked.append(theta)
        return GRADIENTS[0]

    once, twice = (rule(inputs[0], grad, *inputs[1:]) for _ in range(2))
    assert len(asked) == 2
    assert all((a == b).all() for a, b in zip(inputs, before, strict=True))
    assert (once[0] == twice[0]).all()
    assert isinstance(once[1], tuple)
    assert len(once[1]) == count
    assert all((a == b).all() for a, b in zip(once[1], twice[1], strict=True))
    assert all(out is not x for out in (once[0], *once[1]) for x in inputs)


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_the_same_on_floats_and_arrays(rule):
    arrays = np.array(replay(rule, GRADIENTS))
    floats = np.transpose([replay(rule, [float(g) for g in column]) for column in GRADIENTS.T])
    np.testing.assert_allclose(arrays, floats, rtol=1e-15)


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_the_same_on_torch(rule, torch):
    tensors = replay(rule, torch.tensor(GRADIENTS), torch.ones(3, dtype=torch.float64))
    np.testing.assert_allclose(torch.stack(tensors), replay(rule, GRADIENTS), rtol=1e-15)


@pytest.mark.parametrize("rule", RULES + DIALECTS, ids=named)
def test_a_knob_may_be_an_array(rule):
    knobs = {
        name: p.default * np.array([[0.5], [0.9], [1.0]])
        for name, p in inspect.signature(rule).parameters.items()
        if p.kind == p.KEYWORD_ONLY
    }
    together = np.array(replay(rule, GRADIENTS, **knobs))
    for run in range(3):
        alone = replay(rule, GRADIENTS, **{name: float(values[run, 0]) for name, values in knobs.items()})
        np.testing.assert_allclose(together[:, run], alone, rtol=1e-14)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_docstring_tells_all(rule):
    doc = inspect.getdoc(rule)
    for part in (".. math::", "Source:", "Libraries:"):
        assert part in doc, f"{rule.__name__} has no {part}"
    explained = set(re.findall(r"\w+", " ".join(re.findall(r"``([\w, ]+)``", doc))))
    assert set(inspect.signature(rule).parameters) - {"theta", "grad"} <= explained


@pytest.mark.parametrize("rule", DIALECTS, ids=named)
def test_dialects_name_their_speaker(rule):
    assert re.search("PyTorch|Keras|Optax|Ruder|Dozat|average", inspect.getdoc(rule))


@pytest.mark.parametrize(("name", "allowed"), [("optimizers", []), ("surfaces", ["math"])])
def test_the_file_imports_nothing(name, allowed):
    tree = ast.parse((ROOT / "gdcourse" / f"{name}.py").read_text("utf-8"))
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert modules == allowed
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
