"""A rule on a tape: gradients that are there before the first step, wherever it leads."""

from functools import partial
from typing import Any

import numpy as np

from gdcourse.checks import check_fits, check_rule, finite_array, shape_hint
from gdcourse.knobs import Knobs, checked
from gdcourse.languages import say
from gdcourse.problems import Online
from gdcourse.protocols import Array, Rule
from gdcourse.walk import Walk


def follow(rule: Rule, gradients: Any, theta0: Any = None, **hyper: Any) -> Array:
    """The path of ``rule`` when step t is shown ``gradients[t - 1]``, wherever it stands.

    ``gradients``  one number or one array for each step
    ``theta0``     start, by default zeros of the shape of one gradient
    ``hyper``      the rule's knobs, as ``minimize`` takes them

    Returns theta before the first step and after each: shape (T + 1, …).
    Raises ValueError or TypeError, with a hint, when an argument makes no sense.
    """
    memory = check_rule(rule, hyper)
    tape = _tape(gradients)
    start = np.zeros_like(tape[0]) if theta0 is None else finite_array("theta0", theta0)
    if start.shape != tape[0].shape:
        raise ValueError(shape_hint("theta0", start.shape, tape[0].shape))
    knobs = Knobs(checked(hyper, start.dtype), start.dtype, partial(check_fits, shape=start.shape))
    problem = Online(lambda t: lambda theta: np.copy(tape[t - 1]), lambda theta: 0.0, start)
    with np.errstate(all="ignore"):
        walk = Walk(problem, rule, memory, start.copy(), knobs, steps=len(tape), batch_size=None, seed=0)
        return np.array([start, *(np.copy(walk.theta) for _ in walk)])


def _tape(gradients: Any) -> Array:
    tape = finite_array("gradients", gradients)
    if tape.ndim == 0:
        raise ValueError(
            say(
                "gradients 应是一串梯度，每步一个，收到的是一个数；例如 gradients=[1.0] * 100",
                "gradients must be a list, one entry a step, got a single number; try gradients=[1.0] * 100",
            )
        )
    return tape
