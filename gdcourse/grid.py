"""The grid of a sweep, whose runs stand in one row on the way."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcourse.guard import losses
from gdcourse.languages import say
from gdcourse.protocols import Array, Problem


class Grid:
    """The shapes of ``starts`` and of the knobs, broadcast against each other.

    ``shape``  of the grid;  ``inner``  that of one theta.  Raises ValueError,
    with a hint, where they do not broadcast.
    """

    def __init__(self, starts: Array, inner: tuple[int, ...], shapes: Mapping[str, tuple[int, ...]]):
        outer = starts.shape[: starts.ndim - len(inner)]
        try:
            self.shape = np.broadcast_shapes(outer, *shapes.values())
        except ValueError:
            raise ValueError(
                say(
                    f"超参数与起点的网格形状无法广播：{shapes}；两个数组要组成网格时，写 lr[:, None] 和 beta1[None, :]",
                    f"the grids of hyperparameters and starts do not broadcast: {shapes}; "
                    "for a map write lr[:, None] and beta1[None, :]",
                )
            ) from None
        self.inner = inner

    def row(self, starts: Array) -> Array:
        """The start of each run, one below the other."""
        theta = np.array(np.broadcast_to(starts, (*self.shape, *self.inner)))
        # A block as large as a step's temporaries comes and goes: glibc then keeps what a step frees for the next
        # one, instead of returning it to the system and fetching it again, which may take half of the time.
        np.empty(min(16 * theta.nbytes, 2**24), np.uint8)
        return theta.reshape(-1, *self.inner) if self.shape else theta

    def column(self, name: str, value: Any) -> Any:
        """A knob of the grid, one entry to a run, so that it never varies over coordinates."""
        if not np.ndim(value):
            return value
        try:
            return np.broadcast_to(value, self.shape).reshape(-1, *(1,) * len(self.inner))
        except ValueError:
            raise ValueError(
                say(
                    f"{name}(t) 返回的形状是 {np.shape(value)}，与网格 {self.shape} 不合；从第一步起形状应保持不变",
                    f"{name}(t) returned the shape {np.shape(value)}, which does not fit the grid {self.shape}; "
                    "let it be the same from the first step on",
                )
            ) from None

    def losses(self, problem: Problem, row: Array) -> Array:
        """The losses of all runs, in the shape of the grid."""
        return losses(problem.loss, row, self.shape)

    def ends(self, row: Array) -> tuple[Array, Any]:
        """Theta in the shape of the grid, and where all of it is finite."""
        theta = row.reshape(*self.shape, *self.inner)
        return theta, np.isfinite(theta).all(axis=tuple(range(len(self.shape), theta.ndim)))
