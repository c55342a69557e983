"""The records of a run: copies, one to a row, in a table that doubles when it is full."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from gdcourse.checks import name_of
from gdcourse.guard import Loss
from gdcourse.languages import say
from gdcourse.protocols import Array, Problem
from gdcourse.reasons import largest
from gdcourse.stopping import Moment
from gdcourse.walk import Walk


class History:
    """Where ``walk`` has been.  Raises ValueError, with a hint, where the loss is not finite at the start."""

    def __init__(self, problem: Problem, walk: Walk):
        self.problem, self.memory = problem, walk.memory
        self.loss = Loss(problem.loss) if walk.guard else problem.loss
        self.few = walk.theta.ndim == 1 and walk.theta.size < 16  # then Python's own sum is the quickest way
        self.last = walk.theta  # the last that was finite, itself and no copy
        self.refused: Any = None  # a loss that was not finite, as it was returned
        value = self.loss(walk.theta)
        if not math.isfinite(value):
            zh, en = largest(np.asarray(getattr(self.loss, "answer", value)).dtype)
            raise ValueError(
                say(
                    f"起点处的损失就是 {value}；换一个更近的 theta0。{zh}",
                    f"the loss is already {value} at the start; choose a theta0 nearer by.{en}",
                )
            )
        self.start = 0, value, walk.theta.copy(), tuple(walk.memory.values())
        self.table, self.filled = self._table(1, *self.start), 1

    def sound(self, theta: Array) -> bool:
        """Whether all of theta is finite; if so, the next step begins there."""
        total = sum(theta.tolist()) if self.few else np.vdot(theta, theta)
        if not (math.isfinite(total) or np.isfinite(theta).all()):  # a sum may overflow
            return False
        self.last = theta
        return True

    def add(self, walk: Walk) -> bool:
        """Whether theta and the loss there are finite; if so, they are recorded."""
        if walk.guard and not self.sound(walk.theta):  # where theta is NaN, the loss of the course's own problems is
            return False
        loss = self.loss(walk.theta)
        if not math.isfinite(loss):
            self.refused = getattr(self.loss, "answer", loss)
            return False
        record = walk.t, loss, walk.theta, walk.state
        try:
            if self.filled == len(self.table):
                self._grow(record)
            self.table[self.filled] = record
        except (TypeError, ValueError) as error:
            name = name_of(walk.rule)
            raise ValueError(
                say(
                    f"第 {walk.t} 步，{name} 返回的状态变了形状，无法记录：{error}。"
                    "每一项都应是数或数组，形状从第一步起保持不变",
                    f"at step {walk.t} the state that {name} returns has changed its shape and cannot be "
                    f"recorded: {error}. Let each entry be a number or an array, of the same shape from the first "
                    "step on",
                )
            ) from error
        self.filled += 1
        self.last = walk.theta
        return True

    def moment(self) -> Moment:
        """The last record, as a stopping rule sees it."""
        first, last, now = self.table[[0, self.filled - 2, self.filled - 1]]
        here, before = (now["theta"], now["loss"]), (last["theta"], last["loss"])
        return Moment(self.problem, int(now["step"]), *here, *before, first["theta"])

    def columns(self) -> dict[str, Any]:
        """What a ``Run`` keeps of the records, by name."""
        records = self.table[: self.filled]
        return {
            "steps": np.array(records["step"]),
            "thetas": np.array(records["theta"]),
            "losses": np.array(records["loss"]),
            "states": {name: np.array(records["state"][name]) for name in self.memory},
        }

    def _grow(self, record: tuple[Any, ...]) -> None:
        if self.filled == 1:  # only now do the fields show: a state may have started as a mere 0.0
            self.table = self._table(2, *record)
        else:
            shorter, self.table = self.table, np.empty(2 * self.filled, self.table.dtype)
            self.table[: self.filled] = shorter

    def _table(self, rows: int, t: int, loss: float, theta: Array, state: Iterable[Any]) -> Array:
        """So many rows with the fields of this record; the first row is the start."""
        fields = [_field(name, value) for name, value in zip(self.memory, state, strict=True)]
        table = np.empty(rows, [("step", int), ("loss", float), _field("theta", theta), ("state", fields)])
        table[0] = self.start
        return table


def _field(name: str, value: Any) -> tuple[Any, ...]:
    """Room for numbers like ``value``, be they all whole so far; anything else is kept as it is."""
    value = np.asarray(value)
    if value.dtype.kind not in "fiub":
        return name, object
    return name, np.result_type(value, np.float32), value.shape
