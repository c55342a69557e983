"""What a learner's functions return, at one door: made floats where that is harmless, else refused with a hint.

``Guard`` and ``Loss`` stand around the functions of a problem for the length of
a run.  Each hands on a copy, so that a function that changes its argument does
no harm, and remembers its last answer, so that a run that goes wrong can say
where, without asking again.  The course's own problems need no guard.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike

from gdcourse.languages import say
from gdcourse.protocols import Array


def short(value: Any) -> str:
    """``value`` as a message shows it."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def spaced(who: str) -> str:
    """``who`` before a Chinese character: with a space, if it ends in a letter."""
    return who + " " if who.isascii() else who


def floats(who: str, value: Any, dtype: DTypeLike | None = None) -> Array:
    """``value`` as a new array of floats; raises TypeError unless it holds real numbers.

    Without a ``dtype``, float32 stays and all else becomes float64: float16
    has too few digits for a running average, and longdouble is another number
    on another machine.
    """
    if value is None:
        raise TypeError(
            say(
                f"{spaced(who)}应是实数，得到的却是 None；函数里是不是漏了 return？",
                f"{who} must be real numbers, got None; is a return missing?",
            )
        )
    if np.ma.is_masked(value):
        raise TypeError(
            say(
                f"{spaced(who)}是掩码数组，有些位置没有值：{short(value)}；先用 .filled(0) 补上",
                f"{who} is a masked array, with no value in places: {short(value)}; fill it first, .filled(0) does",
            )
        )
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged lists, tensors that want a gradient
        raise _not_real(who, value, say(f"（{error}）", f" ({error})")) from error
    if array.dtype.kind == "c":
        raise TypeError(
            say(
                f"{spaced(who)}是复数：{short(value)}；是不是对负数开了方？要实部，就写 np.real(...)",
                f"{who} is complex: {short(value)}; was it the root of a negative number? "
                "np.real(...) takes the real part",
            )
        )
    if array.dtype.kind not in "fiub":
        raise _not_real(who, value)
    if dtype is None:
        dtype = np.float32 if array.dtype.kind + str(array.dtype.itemsize) == "f4" else np.float64
    with np.errstate(all="ignore"):
        return array.astype(dtype)


def _not_real(who: str, value: Any, why: str = "") -> TypeError:
    kind = type(value).__name__
    return TypeError(
        say(
            f"{spaced(who)}应是实数或实数数组，得到的是 {kind}：{short(value)}{why}；试试 np.array(..., dtype=float)",
            f"{who} must be real numbers, got {kind}: {short(value)}{why}; try np.array(..., dtype=float)",
        )
    )


def number(who: str, value: Any) -> float:
    """``value`` as a float; raises TypeError unless it is real, ValueError unless it is one number."""
    array = floats(who, value, float)
    if array.size != 1:
        raise ValueError(
            say(
                f"{spaced(who)}应是一个数，得到的形状是 {array.shape}；试试 np.sum(..., axis=-1)",
                f"{who} must be one number, got shape {array.shape}; try np.sum(..., axis=-1)",
            )
        )
    return array.item()


def trusted(problem: Any) -> bool:
    """Whether all its functions are the course's own: they change nothing and return floats."""
    functions = [value for value in vars(problem).values() if callable(value)] if hasattr(problem, "__dict__") else []
    return all(str(getattr(x, "__module__", "")).startswith("gdcourse.") for x in (type(problem), *functions))


class Loss:
    """A loss as a run asks it: of a copy, for a float."""

    def __init__(self, function: Callable[..., Any]):
        self.function, self.answer = function, None

    def __call__(self, theta: Array) -> float:
        self.answer = answer = self.function(theta.copy())
        return float(answer) if type(answer) is np.float64 else number(_loss(), answer)


def losses(function: Callable[..., Any], theta: Array, grid: tuple[int, ...]) -> Array:
    """The losses of all runs of a sweep, in the shape of its grid."""
    found = floats(_loss(), function(theta.copy()), float)
    runs = math.prod(grid)
    if found.size != runs:
        raise ValueError(
            say(
                f"sweep 把 {runs} 条路径放进一个数组，loss 应返回同样多个数，收到的形状是 {found.shape}；"
                "试试 np.sum(..., axis=-1)",
                f"a sweep keeps {runs} runs in one array and loss must return as many numbers, "
                f"got shape {found.shape}; try np.sum(..., axis=-1)",
            )
        )
    return found.reshape(grid)


def _loss() -> str:
    return say("loss 的返回值", "what loss returns")


class Guard:
    """What stands around a problem's gradient: it asks of a copy, and answers with floats of the shape of ``theta``.

    ``dtype``  that of the run;  ``axes``  how many of theta's axes are the
    problem's own, the others being runs of a sweep.
    """

    def __init__(self, dtype: np.dtype[Any], axes: int, function: Any = None):
        self.dtype, self.axes, self.function = dtype, axes, function
        self.at: Any = None
        self.answer: Any = None
        self.shown = Gradient(self.ask)

    def around(self, function: Any) -> "Gradient":
        """The gradient of the next step, as the rule sees it."""
        self.function = function
        return self.shown

    def ask(self, theta: Any) -> Array:
        copy = theta.copy() if type(theta) is ndarray else np.array(theta, self.dtype)
        shape, self.at = copy.shape, theta
        try:
            self.answer = g = self.function(copy)
        except TypeError:
            if callable(self.function):
                raise
            raise _no_function(self.function) from None
        if type(g) is ndarray and g.dtype is self.dtype and g.shape == shape:
            return g.copy()  # it may be kept somewhere, and the rule may change it
        return self._fitted(floats(say("gradient 的返回值", "what gradient returns"), g, self.dtype), shape)

    def _fitted(self, g: Array, shape: tuple[int, ...]) -> Array:
        if g.shape == shape or g.size == 1 == math.prod(shape):
            return g.reshape(shape)
        if g.shape == shape[len(shape) - self.axes :]:  # the same for all runs
            return np.array(np.broadcast_to(g, shape))
        raise ValueError(
            say(
                f"gradient 的返回值形状是 {g.shape}，应与 theta 的形状 {shape} 相同；"
                "检查是否混用了 (n,) 与 (n, 1)，可用 .ravel() 摊平",
                f"what gradient returns has shape {g.shape}, it must be that of theta, {shape}; "
                "check for (n,) mixed with (n, 1), .ravel() flattens",
            )
        )


def _no_function(value: Any) -> TypeError:
    return TypeError(
        say(
            f"每一步的梯度应是 theta 的函数，得到的是 {short(value)}；例如 lambda theta: theta",
            f"the gradient of each step must be a function of theta, got {short(value)}; try lambda theta: theta",
        )
    )


def call_it() -> str:
    return say(
        "grad 是函数，不是梯度的值；要写成 grad(theta)，例如 g = grad(theta)",
        "grad is the gradient function, not its value; call it: grad(theta), as in g = grad(theta)",
    )


def _not_called(*_: Any, **__: Any) -> Any:
    raise TypeError(call_it())


class Gradient(partial[Any]):
    """The gradient function as a rule sees it; who calculates with it as if it were a value is told to call it."""

    __array__ = _not_called
    __add__ = __radd__ = __iadd__ = __sub__ = __rsub__ = __isub__ = _not_called
    __mul__ = __rmul__ = __imul__ = __matmul__ = __rmatmul__ = __imatmul__ = _not_called
    __truediv__ = __rtruediv__ = __itruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _not_called
    __pow__ = __rpow__ = __ipow__ = __neg__ = __pos__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = _not_called
    __getitem__ = __setitem__ = __len__ = __iter__ = __float__ = __int__ = __bool__ = __complex__ = _not_called

    def __getattr__(self, name: str) -> Any:
        """An attribute that only an array has."""
        raise AttributeError(call_it())
