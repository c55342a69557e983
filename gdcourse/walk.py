"""The one walk: a problem hands out gradients, a rule turns them into steps, of one theta or of a row of them."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from tqdm import tqdm

from gdcourse.checks import check_output, check_states, check_theta, name_of
from gdcourse.guard import Gradient, Guard, short, trusted
from gdcourse.knobs import Knobs
from gdcourse.languages import say
from gdcourse.protocols import Array, Problem, Rule


class Walk:
    """``for t in walk`` makes step t = 1, 2, …, ``steps``, unless the gradients end before, and pauses after each.

    ``t, theta, state``  where it stands; theta keeps its shape and its dtype
    ``grad``             the gradient that the last step was shown
    ``guard``            stands around the gradients, None if they are the course's own
    """

    def __init__(
        self,
        problem: Problem,
        rule: Rule,
        memory: Mapping[str, Any],
        theta: Array,
        knobs: Knobs,
        *,
        steps: int,
        batch_size: int | None,
        seed: int,
    ):
        self.rule, self.memory, self.knobs, self.steps = rule, memory, knobs, steps
        self.gradients = _stream(problem, batch_size, seed)
        self.t, self.theta, self.state = 0, theta, _own(memory.values())
        self.grad: Any = None
        ours = trusted(problem) and theta.dtype == np.float64
        self.guard = None if ours else Guard(theta.dtype, np.ndim(problem.start))

    def __iter__(self) -> Iterator[int]:
        rule, theta, state, count = self.rule, self.theta, self.state, len(self.memory)
        array, shape, dtype = np.ndarray, theta.shape, theta.dtype
        shown: Any = self.guard.around if self.guard else Gradient
        given: Any = self  # no gradient so far
        for t, function, knobs in zip(range(1, self.steps + 1), self.gradients, self.knobs, strict=False):
            if function is not given:
                given, self.grad = function, shown(function)
            try:
                out = rule(theta, self.grad, *state, **knobs)
            except ZeroDivisionError as error:
                error.add_note(_from_1(t))
                raise
            if type(out) is not tuple or len(out) != 2 or type(out[1]) is not tuple or len(out[1]) != count:
                check_output(rule, out, self.memory)
            theta, state = out
            if not (type(theta) is array and theta.dtype is dtype and theta.shape == shape):
                theta, state = check_theta(rule, theta, shape, dtype), _in(dtype, state)
            if t == 1:
                check_states(rule, self.memory, state)
            self.t, self.theta, self.state = t, theta, state
            yield t

    def with_bar(self) -> Iterable[int]:
        """The walk, with a progress bar in a terminal if it takes long."""
        bar = tqdm(self, total=self.steps, desc=name_of(self.rule), disable=None, delay=2, leave=False)
        return self if bar.disable else bar


def _stream(problem: Problem, batch_size: int | None, seed: int) -> Iterable[Any]:
    gradients = problem.gradients(batch_size, seed)
    if not np.iterable(gradients):
        raise TypeError(
            say(
                f"gradients 应逐步给出梯度函数，得到的是 {short(gradients)}；例如 itertools.repeat(self.gradient)",
                f"gradients must hand out one gradient function per step, got {short(gradients)}; "
                "try itertools.repeat(self.gradient)",
            )
        )
    return gradients


def _own(values: Iterable[Any]) -> tuple[Any, ...]:
    """The initial state, () where the rule's own defaults will do: lists and arrays are copied, for they may change."""
    if not any(isinstance(value, (np.ndarray, list, dict, set)) for value in values):
        return ()
    return tuple(copy.deepcopy(value) for value in values)


def _in(dtype: np.dtype[Any], state: tuple[Any, ...]) -> tuple[Any, ...]:
    """The state with its arrays of floats in ``dtype``."""
    return tuple(x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x for x in state)


def _from_1(t: int) -> str:
    return say(
        f"（在第 {t} 步。步数若从 0 数起，1 − β⁰ 就是 0：先写 t = t + 1，再用它。）",
        f"(At step {t}. If steps are counted from 0, 1 - beta**0 is 0: write t = t + 1 before it is used.)",
    )
