"""What holds for every input: purity, broadcasting, and the scales each rule does and does not see."""

import inspect

import numpy as np
import pytest
from conftest import RULES, follow, named, replay
from hypothesis import given, settings
from hypothesis import strategies as st

import gdcourse as gd
from gdcourse import dialects

settings.register_profile("course", max_examples=40, deadline=None, derandomize=True)
settings.load_profile("course")

PLAIN = [gd.sgd, gd.momentum, gd.nesterov]
ADAPTIVE = [gd.rmsprop, gd.adagrad, gd.adam, gd.nadam, gd.amsgrad, gd.adamw]


def either_sign(low, high):
    return st.floats(low, high) | st.floats(-high, -low)


# Six steps in three coordinates: no gradient is 0, so that ε = 0 is allowed.
gradients = st.lists(st.lists(either_sign(0.1, 10), min_size=3, max_size=3).map(np.array), min_size=6, max_size=6)
scale = st.floats(1e-3, 1e3)
scales = st.lists(scale, min_size=3, max_size=3).map(np.array)
angle = st.floats(0, 2 * np.pi)


def knobs_of(rule):
    return [p.name for p in inspect.signature(rule).parameters.values() if p.kind == p.KEYWORD_ONLY]


def close(a, b, rtol=1e-10):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("rule", RULES, ids=named)
@given(gs=gradients)
def test_pure(rule, gs):
    copies = [g.copy() for g in gs]
    first = replay(rule, gs, np.ones(3))
    assert np.array_equal(first, replay(rule, gs, np.ones(3)))
    assert np.array_equal(gs, copies)


@pytest.mark.parametrize("rule", RULES, ids=named)
@given(gs=gradients, values=st.lists(st.floats(1e-4, 0.5), min_size=1, max_size=5))
def test_broadcasting_is_looping(rule, gs, values):
    knob = "lr" if "lr" in knobs_of(rule) else "rho"
    together = replay(rule, gs, np.ones(3), **{knob: np.array(values)[:, None]})
    for run, value in enumerate(values):
        close([theta[run] for theta in together], replay(rule, gs, np.ones(3), **{knob: value}), rtol=1e-13)


@pytest.mark.parametrize("rule", ADAPTIVE, ids=named)
@given(gs=gradients, c=scale)
def test_adaptive_steps_do_not_see_the_scale_of_the_loss(rule, gs, c):
    close(replay(rule, [c * g for g in gs], eps=0), replay(rule, gs, eps=0))


@pytest.mark.parametrize("rule", ADAPTIVE, ids=named)
@given(gs=gradients, d=scales)
def test_nor_that_of_a_coordinate(rule, gs, d):
    close(replay(rule, [d * g for g in gs], eps=0), replay(rule, gs, eps=0))


@pytest.mark.parametrize("rule", ADAPTIVE, ids=named)
def test_but_with_a_large_eps_they_do(rule):
    near, far = replay(rule, [1.0], eps=1.0)[-1], replay(rule, [10.0], eps=1.0)[-1]
    assert abs(far - near) > 0.1 * abs(1 - near)


@pytest.mark.parametrize("rule", PLAIN, ids=named)
@given(gs=gradients, d=scales)
def test_plain_steps_grow_with_the_gradient(rule, gs, d):
    close(replay(rule, [d * g for g in gs], 0.0), d * np.array(replay(rule, gs, 0.0)))


# Adadelta: scaling g by c leaves Δ alone only as far as ε is negligible beside s,
# since √(s + ε) then scales by c up to the relative error ε/2s.  Here s ≥ 0.05·0.1²·0.1²
# = 5e-6 and six steps pass the error on through d, so 1e-14 leaves about 1e-8.
@given(gs=gradients, d=st.lists(st.floats(0.1, 10), min_size=3, max_size=3).map(np.array))
def test_adadelta_does_not_see_the_scale_while_eps_is_negligible(gs, d):
    close(replay(gd.adadelta, [d * g for g in gs], 0.0, eps=1e-14), replay(gd.adadelta, gs, 0.0, eps=1e-14), 1e-6)


def test_adadelta_sees_it_when_eps_is_not():
    near, far = replay(gd.adadelta, [1.0], 0.0, eps=1.0)[-1], replay(gd.adadelta, [10.0], 0.0, eps=1.0)[-1]
    assert abs(far / near) > 3


# Replace g by √k·g and ε by k·ε: s + ε becomes k times as large, so does d + ε, and Δ √k times.
@given(gs=gradients, k=scale)
def test_eps_is_the_hidden_learning_rate_of_adadelta(gs, k):
    grown = replay(gd.adadelta, [k**0.5 * g for g in gs], 0.0, eps=k * 1e-3)
    close(grown, k**0.5 * np.array(replay(gd.adadelta, gs, 0.0, eps=1e-3)))


# --- rotation ---------------------------------------------------------------


def turned(radians):
    c, s = np.cos(radians), np.sin(radians)
    return np.array([[c, -s], [s, c]])


def bowl_paths(rule, radians, **knobs):
    """The path on a κ = 10 bowl, and the path on the turned bowl, turned back."""
    H, Q, start = np.diag([1.0, 10.0]), turned(radians), np.array([1.0, 1.0])
    straight = follow(rule, lambda x: H @ x, start, 20, **knobs)
    around = follow(rule, lambda x: Q @ H @ Q.T @ x, Q @ start, 20, **knobs)
    return np.array(straight), np.array(around) @ Q


@pytest.mark.parametrize("rule", PLAIN, ids=named)
@given(radians=angle)
def test_plain_rules_turn_with_the_bowl(rule, radians):
    close(*bowl_paths(rule, radians))


@pytest.mark.parametrize("rule", [*ADAPTIVE, gd.adadelta], ids=named)
def test_adaptive_rules_do_not(rule):
    straight, around = bowl_paths(rule, np.pi / 6)
    assert np.abs(straight - around).max() > 0.05 * np.abs(straight - straight[0]).max()


# --- one rule inside another ------------------------------------------------

SAME = {
    "momentum without memory is sgd": ((gd.momentum, {"mu": 0}), (gd.sgd, {})),
    "nesterov without memory is sgd": ((gd.nesterov, {"mu": 0}), (gd.sgd, {})),
    "adamw without decay is adam": ((gd.adamw, {"weight_decay": 0}), (gd.adam, {})),
    "nadam without momentum is adam without": ((gd.nadam, {"beta1": 0}), (gd.adam, {"beta1": 0})),
    "the schedule at 0 is a constant, half of beta1": (
        (dialects.nadam_dozat, {"momentum_decay": 0, "beta1": 0.8, "lr": 0.001}),
        (gd.nadam, {"beta1": 0.4}),
    ),
    "the average, at 10 times the lr, is momentum": (
        (dialects.momentum_ema, {"lr": 0.1, "beta": 0.9}),
        (gd.momentum, {}),
    ),
    "PyTorch's momentum is ours while lr is constant": ((dialects.momentum_pytorch, {"lr": 0.01}), (gd.momentum, {})),
    "eps inside or outside: no matter at 0": (
        (dialects.rmsprop_eps_inside, {"eps": 0}),
        (gd.rmsprop, {"eps": 0, "lr": 0.001}),
    ),
    "eps hat is nothing at 0": ((dialects.adam_eps_hat, {"eps": 0}), (gd.adam, {"eps": 0})),
    "adadelta at lr 1 is the paper's": ((dialects.adadelta_scaled, {"rho": 0.95}), (gd.adadelta, {})),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
@given(gs=gradients)
def test_one_rule_inside_another(pair, gs):
    (one, one_knobs), (other, other_knobs) = pair
    close(replay(one, gs, **one_knobs), replay(other, gs, **other_knobs))


@given(gs=gradients, decay=st.floats(0, 1), start=st.floats(-5, 5))
def test_adamw_is_adam_and_a_pull_that_no_root_divides(gs, decay, start):
    for t, state in ((1, (0, 0.0, 0.0)), (4, (3, gs[1], gs[2] ** 2))):
        adam, moments = gd.adam(start, lambda _, g=gs[t]: g, *state)
        adamw, same = gd.adamw(start, lambda _, g=gs[t]: g, *state, weight_decay=decay)
        close(adamw, adam - 0.001 * decay * start)
        assert np.array_equal(same[1], moments[1])
        assert np.array_equal(same[2], moments[2])


@given(gs=gradients)
def test_without_shrinking_gradients_amsgrad_is_adam(gs):
    rising = sorted(gs, key=lambda g: float(np.abs(g).max()))
    rising = [np.abs(g).max() * np.ones(3) for g in rising]
    close(replay(gd.amsgrad, rising), replay(gd.adam, rising))
