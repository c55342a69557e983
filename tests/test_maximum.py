"""``optimizers.maximum``: exact on all kinds of numbers, ties, zeros, infinities and nan included, as numpy's own."""

from itertools import product

import numpy as np
import pytest
from conftest import replay
from hypothesis import given, settings
from hypothesis import strategies as st

import gdcourse as gd
from gdcourse.browser.vector import Pair, Vec
from gdcourse.optimizers import maximum

INF, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, 1.0, -2.5, 1e200, -1e200, 5e-324, -5e-324, 1.7e308, -1.7e308, INF, -INF, NAN]
PAIRS = list(product(SPECIAL, SPECIAL))

# kind of number: (made of two floats, made a list again)
KINDS = {
    "array": (np.array, np.ndarray.tolist),
    "vector": (Vec, Vec.tolist),
    "pair": (lambda two: Pair(*two), list),
}


def same(found, wanted):
    return np.array_equal(found, wanted, equal_nan=True)


def test_of_two_numbers():
    for a, b in PAIRS:
        assert same(maximum(a, b), np.maximum(a, b)), (a, b)
        assert same(maximum(np.float64(a), np.float64(b)), np.maximum(a, b)), (a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_of_many_at_once_and_of_one_with_many(kind):
    make, listed = KINDS[kind]
    for a, b in PAIRS:
        both, swapped, wanted = make([a, b]), make([b, a]), np.maximum(a, b)
        assert same(listed(maximum(both, swapped)), [wanted, wanted]), (a, b)
        assert same(listed(maximum(both, b)), [wanted, b]), (a, b)
        assert same(listed(maximum(a, both)), [a, wanted]), (a, b)


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=2, max_size=2))
@settings(deadline=None, derandomize=True)
def test_of_any_floats(rows):
    (a, b), wanted = zip(*rows, strict=True), [float(np.maximum(*row)) for row in rows]
    assert same([maximum(*row) for row in rows], wanted)
    for make, listed in KINDS.values():
        assert same(listed(maximum(make(list(a)), make(list(b)))), wanted)


def test_float32_stays_float32_and_shapes_broadcast():
    few = np.float32([1, -1])
    assert maximum(0.0, few).dtype == maximum(few, 0.0).dtype == maximum(few, few).dtype == np.float32
    column, row = np.array([[1.0], [3.0]]), np.array([2.0, 0.0])
    assert same(maximum(column, row), [[2, 1], [3, 3]])
    assert same(maximum(row, column), [[2, 1], [3, 3]])


def test_of_tensors(torch):
    a, b = (torch.tensor(side, dtype=torch.float64) for side in zip(*PAIRS, strict=True))
    assert same(maximum(a, b).numpy(), np.maximum(a.numpy(), b.numpy()))
    for x in SPECIAL:
        assert same(maximum(x, b).numpy(), np.maximum(x, b.numpy()))
        assert same(maximum(b, x).numpy(), np.maximum(x, b.numpy()))
    assert maximum(0.0, torch.ones(2)).dtype == torch.float32


def test_gradients_flow_through_the_larger(torch):
    a = torch.tensor([1.0, -3.0, INF], requires_grad=True)
    b = torch.tensor([2.0, -4.0, 1.0], requires_grad=True)
    maximum(a, b).sum().backward()
    assert a.grad.tolist() == [0, 1, 1]
    assert b.grad.tolist() == [1, 0, 0]


@pytest.mark.parametrize("huge", [1e200, -1e200, INF])
@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
def test_amsgrad_stands_still_where_pytorch_does(float64, huge):
    """One gradient whose square is beyond all floats, then ordinary ones; an infinite one makes nan, there as here."""
    gradients = [0.5, huge, 0.1, -0.2]
    theta = float64.ones(1, requires_grad=True)
    optimizer, theirs = float64.optim.Adam([theta], lr=0.01, amsgrad=True), []
    for g in gradients:
        theta.grad = float64.full_like(theta, g)
        optimizer.step()
        theirs.append(theta.item())
    for ours in (
        replay(gd.amsgrad, [np.array([g]) for g in gradients], np.ones(1), lr=0.01),
        replay(gd.amsgrad, [float64.tensor([g]) for g in gradients], float64.ones(1), lr=0.01),
        replay(gd.amsgrad, [Vec([g]) for g in gradients], Vec([1.0]), lr=0.01),
    ):
        path = [float(theta[0]) for theta in ours]
        assert path == pytest.approx(theirs, rel=1e-14, nan_ok=True)
        assert abs(huge) == INF or path[1] == path[2] == path[3]
