"""What comes out of a descent: ``Run`` of one, ``Sweep`` of a grid, and how it ended."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdcourse.languages import say
from gdcourse.protocols import Array


class Status(enum.Enum):
    """How a run ended; ``str(status)`` is advice in the language in use."""

    CONVERGED = "converged"
    MAX_STEPS = "max_steps"
    ENDED = "ended"
    DIVERGED = "diverged"

    def __str__(self) -> str:
        return {
            Status.CONVERGED: say(
                "停止条件已满足。它未必说明到了极小值：看看损失曲线和梯度。",
                "A stopping rule was met. That need not be a minimum: look at the loss curve and the gradient.",
            ),
            Status.MAX_STEPS: say(
                "步数用完了。看看损失曲线：还在下降，就增加 steps；来回振荡或越来越大，就减小 lr。",
                "The steps ran out. Look at the loss curve: if it is still falling, raise steps; "
                "if it swings or grows, lower lr.",
            ),
            Status.ENDED: say(
                "gradients 提前到了头，步数没有走完。让它一直给下去，例如用 itertools.cycle 循环。",
                "The gradients came to an end before the steps did. Let them go on, with itertools.cycle for example.",
            ),
            Status.DIVERGED: say(
                "损失或 theta 变成了无穷大或 NaN。print(run) 会说是在哪一步、哪个坐标，是什么缘故，该试什么。",
                "The loss or theta became infinite or NaN. print(run) says at which step, in which coordinate, why, "
                "and what to try.",
            ),
        }[self]


class Curves:
    """What can be asked of ``losses``, whose first axis is time."""

    def first_below(self: Any, level: float) -> Any:
        """The first recorded step with a loss below ``level``, inf if there is none; shape (...)."""
        below = self._recorded() < level
        return np.where(below.any(axis=0), self.steps[below.argmax(axis=0)], np.inf)[()]

    def stays_below(self: Any, level: float) -> Any:
        """The step from which the loss is below ``level`` to the end, inf if never; shape (...)."""
        above = ~(self._recorded() < level)
        first = len(above) - above[::-1].argmax(axis=0)
        first = np.where(above.any(axis=0), first, 0)
        steps = np.append(self.steps.astype(float), np.inf)
        return np.where(self.diverged, np.inf, steps[first])[()]

    def _recorded(self: Any) -> Array:
        if self.losses is None:
            raise ValueError(
                say(
                    "没有记录损失曲线；请给 sweep 加上 record_every=1",
                    "the loss curves were not recorded; give sweep record_every=1",
                )
            )
        return self.losses


@dataclass(frozen=True, eq=False)
class Run(Curves):
    """The history of one descent.

    ``steps``   (K,) the recorded step numbers, 0 is the start
    ``thetas``  (K, *theta.shape);  ``losses``  (K,) the full loss there
    ``states``  by name, each (K, ...) floats: what the rule remembered
    ``status``  how it ended; ``stopped_by`` names the stopping rule, if one did
    ``advice``  what to try, in the language in use: the text of the status, or
                ``why`` (Chinese, English) where more is known about this run

    A diverged run is recorded up to its last finite loss and theta.
    """

    label: str
    steps: Array
    thetas: Array
    losses: Array
    states: dict[str, Array]
    status: Status
    stopped_by: str = ""
    hyper: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[str, ...] = ()

    @property
    def theta(self) -> Array:
        """The last recorded parameters."""
        return self.thetas[-1]

    @property
    def loss(self) -> float:
        """The last recorded loss."""
        return float(self.losses[-1])

    @property
    def diverged(self) -> bool:
        return self.status is Status.DIVERGED

    @property
    def advice(self) -> str:
        return say(*self.why) if self.why else str(self.status)

    def __repr__(self) -> str:
        by = f" ({self.stopped_by})" if self.stopped_by else ""
        head = say("第 {} 步，损失 {:.4g}", "step {}, loss {:.4g}").format(self.steps[-1], self.loss)
        return f"{self.label}: {self.status.name}{by}, {head}\n{self.advice}"


@dataclass(frozen=True, eq=False)
class Sweep(Curves):
    """The ends of a grid of runs (and, if asked for, their loss curves).

    ``theta``     (*grid, *theta.shape);  ``loss``  (*grid), inf where diverged
    ``diverged``  (*grid) bool
    ``steps``     (K,) and ``losses`` (K, *grid), None without ``record_every``
    ``ended``     after so many steps the gradients ended too early, None if they did not
    """

    label: str
    theta: Array
    loss: Any
    diverged: Any
    steps: Array | None = None
    losses: Array | None = None
    ended: int | None = None

    def __repr__(self) -> str:
        text = say("{}：{} 条路径，其中 {} 条发散", "{}: {} runs, {} of them diverged").format(
            self.label, self.loss.size, int(self.diverged.sum())
        )
        if self.ended is None:
            return text
        return text + say("\n只走了 {} 步。{}", "\nOnly {} steps were made. {}").format(self.ended, Status.ENDED)
