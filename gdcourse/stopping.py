"""When to stop: small rules with a name, each of which can lie."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from gdcourse.checks import limit, name_of
from gdcourse.guard import Guard, short
from gdcourse.languages import say
from gdcourse.protocols import Array, Problem


@dataclass(frozen=True)
class Moment:
    """What a stopping rule may look at: this record and the one before it."""

    problem: Problem
    step: int
    theta: Array
    loss: float
    last_theta: Array
    last_loss: float
    start: Array

    def gradient_norm(self, theta: Array) -> Any:
        """Length of the *full* gradient at ``theta``."""
        if not hasattr(self.problem, "gradient"):
            raise TypeError(
                say(
                    "这个问题没有完整的梯度（每一步的梯度都不同），量不出它的长度；试试 gd.loss_change_below(1e-8)",
                    "this problem has no full gradient whose length could be measured, each step has its own; "
                    "try gd.loss_change_below(1e-8)",
                )
            )
        return np.linalg.norm(Guard(theta.dtype, theta.ndim, self.problem.gradient).ask(theta))


@dataclass(frozen=True)
class StopRule:
    """Stop when ``quantity(moment)`` falls below ``tol``."""

    name: str
    tol: float
    quantity: Callable[[Moment], Any]

    def __post_init__(self) -> None:
        what = say(f"{self.name} 的阈值 tol ", f"the tol of {self.name}")
        limit(what, self.tol, "(0, ∞)", say("1e-6 是常见的起点", "1e-6 is a usual first try"))

    def __call__(self, moment: Moment) -> Any:
        return self.quantity(moment) < self.tol

    def __str__(self) -> str:
        return f"{self.name} {self.tol:g}"


Stop: TypeAlias = Callable[[Moment], Any]  # says whether to stop


def gradient_below(tol: float) -> StopRule:
    """|∇J(θ)| < tol.  Lies where the surface is flat: x⁴, a saddle."""
    return StopRule("gradient_below", tol, lambda at: at.gradient_norm(at.theta))


def relative_gradient_below(tol: float) -> StopRule:
    """|∇J(θ)| < tol · |∇J(start)|.  Lies when the start is far out, or already good."""
    return StopRule("relative_gradient_below", tol, lambda at: at.gradient_norm(at.theta) / at.gradient_norm(at.start))


def loss_change_below(tol: float) -> StopRule:
    """|J − J of the record before| < tol.  Lies when steps are small, or swing evenly."""
    return StopRule("loss_change_below", tol, lambda at: abs(at.loss - at.last_loss))


def step_below(tol: float) -> StopRule:
    """|θ − θ of the record before| < tol.  Lies when lr is small."""
    return StopRule("step_below", tol, lambda at: np.linalg.norm(at.theta - at.last_theta))


def first_met(stop: Iterable[Stop], moment: Moment) -> Stop | None:
    """The first of the stopping rules that says yes, or None."""
    for rule in stop:
        answer = rule(moment)
        if answer is None or np.size(answer) != 1:
            raise TypeError(
                say(
                    f"停止规则 {name_of(rule)} 应返回 True 或 False，返回的却是 {short(answer)}；"
                    "试试 np.all(...) 或 np.any(...)",
                    f"the stopping rule {name_of(rule)} must return True or False, got {short(answer)}; "
                    "try np.all(...) or np.any(...)",
                )
            )
        if answer:
            return rule
    return None


def stop_rules(stop: Any) -> tuple[Stop, ...]:
    """One stopping rule or several as a tuple; raises TypeError, with a hint, if one cannot be called."""
    rules = (stop,) if callable(stop) else stop
    try:
        rules = tuple(rules)
    except TypeError:
        rules = (stop,)
    for rule in rules:
        if not callable(rule):
            raise TypeError(
                say(
                    f"stop 应为停止规则，收到的是 {rule!r}；例如 stop=gd.loss_change_below(1e-8)",
                    f"stop must be a stopping rule, got {rule!r}; try stop=gd.loss_change_below(1e-8)",
                )
            )
    return rules
