"""A rule's knobs on their way into a run: checked once, where they enter, made to fit, and handed out step by step."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count, repeat
from typing import Any

import numpy as np

from gdcourse.checks import check_knob, check_scheduled
from gdcourse.protocols import Schedule


def checked(hyper: Mapping[str, Any], dtype: np.dtype[Any]) -> dict[str, Any]:
    """Each knob, a number, an array or a function of the step; raises ValueError or TypeError, with a hint."""
    return {name: check_knob(name, value, dtype) for name, value in hyper.items()}


class Asked:
    """A schedule whose value at t = 1 is known already: nobody asks for it twice."""

    def __init__(self, schedule: Schedule, first: Any):
        self.schedule, self.first = schedule, first

    def __call__(self, t: int) -> Any:
        return self.first if t == 1 else self.schedule(t)


def asked(hyper: Mapping[str, Any], dtype: np.dtype[Any]) -> dict[str, Any]:
    """The knobs, with the first value of each schedule asked for."""
    return {
        name: Asked(value, check_scheduled(name, value(1), dtype)) if callable(value) else value
        for name, value in hyper.items()
    }


def shapes(hyper: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shape of each knob at the first step; the schedules have been ``asked``."""
    return {name: np.shape(value.first if isinstance(value, Asked) else value) for name, value in hyper.items()}


class Knobs:
    """Iterate for the knobs of step t = 1, 2, …, by name.

    ``fit(name, value)`` gives a number or an array the shape that the run
    needs, and leaves a schedule alone; it raises ValueError where it cannot.
    """

    def __init__(self, hyper: Mapping[str, Any], dtype: np.dtype[Any], fit: Callable[[str, Any], Any]):
        self.hyper = {name: fit(name, value) for name, value in hyper.items()}
        self.dtype, self.fit = dtype, fit

    def __iter__(self) -> Iterator[dict[str, Any]]:
        changing = {name: value for name, value in self.hyper.items() if not np.isscalar(value)}
        if not changing:
            return repeat(self.hyper)
        return (self.hyper | {name: self._now(name, value, t) for name, value in changing.items()} for t in count(1))

    def _now(self, name: str, value: Any, t: int) -> Any:
        """The knob of step t; an array afresh, for a rule that changes its knobs in place."""
        if callable(value):
            return self.fit(name, check_scheduled(name, value(t), self.dtype))
        return value.copy()
