"""What fits where: the shapes of the functions and objects that the course takes, for readers and type checkers.

Nothing here runs.  A function of one's own needs no base class and no
registration; it only has to look like this.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeAlias

from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Gradient: TypeAlias = Callable[[Any], Any]  # theta → the gradient there, of the shape of theta
Loss: TypeAlias = Callable[[Any], Any]  # theta → the loss there, a number
Schedule: TypeAlias = Callable[[int], ArrayLike]  # the step t = 1, 2, … → the knob
Knob: TypeAlias = ArrayLike | Schedule
SurfaceFunction: TypeAlias = Callable[..., tuple[Any, Any, Any]]  # x, y → f and its two derivatives


class Rule(Protocol):
    """An update rule: its positional defaults are its memory, its keywords are its knobs.

    ``rule(theta, grad, *state, **knobs)`` returns the new theta and a tuple of
    the new state.  It computes with whatever theta is: arrays, tensors, numbers.
    """

    def __call__(self, theta: Any, grad: Any, /, *state: Any, **knobs: Any) -> tuple[Any, tuple[Any, ...]]: ...


class Problem(Protocol):
    """What ``minimize`` needs: a start, a loss, and one gradient function per step.

    ``gdcourse.Problem`` makes one of a loss and its gradient.
    """

    @property
    def start(self) -> Any: ...

    @property
    def loss(self) -> Callable[..., Any]: ...

    def gradients(self, batch_size: int | None, seed: int, /) -> Iterable[Gradient]: ...
