"""Checks at the door: each argument once, by name, with a hint of what to try.

Every function raises ValueError or TypeError in the language in use.
"""

import difflib
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from gdcourse.guard import call_it, floats, short, spaced, trusted
from gdcourse.languages import say
from gdcourse.protocols import Array, Problem, Rule, Schedule

# name: (where it lies, hint in Chinese, in English)
_KNOBS = {
    "lr": ("[0, ∞)", "梯度前的负号已在更新式里", "the minus sign is already in the rule"),
    "mu": ("[0, 1)", "0.9 大约记住 10 步", "0.9 remembers about 10 steps"),
    "rho": ("[0, 1)", "0.9 大约记住 10 步", "0.9 remembers about 10 steps"),
    "beta": ("[0, 1)", "0.9 大约记住 10 步", "0.9 remembers about 10 steps"),
    "beta1": ("[0, 1)", "0.9 大约记住 10 步", "0.9 remembers about 10 steps"),
    "beta2": ("[0, 1)", "0.999 大约记住 1000 步", "0.999 remembers about 1000 steps"),
    "eps": ("[0, ∞)", "1e-8 很常用", "1e-8 is common"),
    "weight_decay": ("[0, ∞)", "0.01 很常用，0 表示不衰减", "0.01 is common, 0 means none"),
    "momentum_decay": ("[0, ∞)", "0.004 是 PyTorch 的默认值", "0.004 is PyTorch's default"),
}


def limit(name: str, value: Any, interval: str, hint: str) -> None:
    """Raise ValueError, with the ``hint``, unless ``value`` is a number in the ``interval``, written "[0, 1)"."""
    above, low, high, below = _ends(interval)
    if not (is_number(value) and above(value, low) and below(value, high)):
        raise ValueError(
            say(
                f"{spaced(name)}必须在 {interval} 内，收到的是 {short(value)}；{hint}",
                f"{name} must lie in {interval}, got {short(value)}; {hint}",
            )
        )


@cache
def _ends(interval: str) -> tuple[Callable[..., Any], float, float, Callable[..., Any]]:
    low, high = (float(end.replace("∞", "inf")) for end in interval[1:-1].split(", "))
    return gt if interval[0] == "(" else ge, low, high, lt if interval[-1] == ")" else le


def check_knob(name: str, value: Any, dtype: DTypeLike = float) -> Any:
    """``value`` if it is a number, an array or a function, and in range; else raise with a hint.

    A number comes back as Python's own, and an array of floats as a copy of
    ``dtype``, so that none of them decides in which precision a run is made.
    """
    if callable(value):
        return _check_schedule(name, value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # ragged lists, tensors that want a gradient
        array = np.array(None)
    kinds = "fiu" if name in _KNOBS else "fiub"  # a rule of one's own may have switches
    if array.dtype.kind not in kinds or array.size == 0 or np.ma.is_masked(value):
        raise TypeError(
            say(
                f"{name} 应为数、数组或步数的函数，收到的是 {short(value)}；"
                f"例如 {name}=0.1 或 {name}=lambda t: 0.1 / t**0.5",
                f"{name} must be a number, an array or a function of the step, got {short(value)}; "
                f"for example {name}=0.1 or {name}=lambda t: 0.1 / t**0.5",
            )
        )
    if array.dtype.kind == "f" or (name in _KNOBS and array.ndim):
        with np.errstate(all="ignore"):
            array = array.astype(dtype if array.ndim else float)
    interval, zh, en = _KNOBS.get(name, ("(-∞, ∞)", "请给有限的数", "give a finite number"))
    if array.dtype.kind != "b":
        for end in (array.min(), array.max()) if array.ndim else (array,):
            limit(name, end.item(), interval, say(zh, en))
    return array if array.ndim else array.item()


def _check_schedule(name: str, value: Schedule) -> Schedule:
    """``value`` if it can be called with the step alone."""
    try:
        inspect.signature(value).bind(1)
    except ValueError:  # a built-in without a signature
        pass
    except TypeError as error:
        raise TypeError(
            say(
                f"{name} 作为函数，只接受步数 t 一个参数（{error}）；例如 {name}=lambda t: 0.1 / t**0.5",
                f"{name} as a function takes the step t and nothing else ({error}); try {name}=lambda t: 0.1 / t**0.5",
            )
        ) from None
    return value


def check_scheduled(name: str, value: Any, dtype: DTypeLike) -> Any:
    """What a schedule gave for a step: a number or an array, never another function."""
    if callable(value):
        raise TypeError(
            say(
                f"{name}(t) 应返回数或数组，返回的是函数 {name_of(value)}；是不是少写了括号？",
                f"{name}(t) must return a number or an array, it returned the function {name_of(value)}; "
                "are brackets missing?",
            )
        )
    return check_knob(name, value, dtype)


def check_rule(rule: Rule, hyper: Mapping[str, Any]) -> dict[str, Any]:
    """The rule's state at the start, by name; raise TypeError, with a hint, unless rule and knobs fit."""
    if not callable(rule):
        raise TypeError(
            say(
                f"更新规则必须是函数，收到的是 {rule!r}；例如 gd.adam（不加括号、不加引号）",
                f"the rule must be a function, got {rule!r}; for example gd.adam, without brackets or quotes",
            )
        )
    try:
        parameters = [*inspect.signature(rule).parameters.values()]
    except ValueError:  # a built-in without a signature
        parameters = []
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    state = {p.name: p.default for p in positional[2:]}
    if len(positional) < 2 or any(p.default is p.empty for p in positional[2:]):
        raise TypeError(
            say(
                f"{name_of(rule)} 的前两个参数应是 theta 和 grad，其后的状态都要有初值，"
                "例如 def my_rule(theta, grad, m=0.0, *, lr=0.1)",
                f"{name_of(rule)} must take theta and grad first, and give every state after them an initial value, "
                "as in def my_rule(theta, grad, m=0.0, *, lr=0.1)",
            )
        )
    if any(p.kind == p.VAR_KEYWORD for p in parameters):
        return state
    knobs = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY]
    for name in hyper:
        if name in state:
            raise TypeError(
                say(
                    f"{name} 在 {name_of(rule)} 中排在 * 之前，会被当作状态；请写成 *, {name}=…",
                    f"{name} stands before the * in {name_of(rule)}, so it counts as state; write *, {name}=…",
                )
            )
        if name not in knobs:
            near = difflib.get_close_matches(name, knobs, n=1)
            guess = say(f"；是不是想写 {near[0]}？", f"; did you mean {near[0]}?") if near else say("；", ".")
            known = ", ".join(knobs) or say("（没有）", "(none)")
            raise TypeError(
                say(
                    f"{name_of(rule)} 没有名为 {name!r} 的超参数{guess}可用的有：{known}",
                    f"{name_of(rule)} has no hyperparameter {name!r}{guess} It has: {known}",
                )
            )
    missing = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY and p.default is p.empty and p.name not in hyper]
    if missing:
        raise TypeError(
            say(
                f"{name_of(rule)} 还缺少超参数 {missing[0]}；请写 {missing[0]}=…",
                f"{name_of(rule)} still needs the hyperparameter {missing[0]}; write {missing[0]}=…",
            )
        )
    return state


def check_problem(problem: Problem) -> None:
    """Raise TypeError, with a hint, unless ``problem`` has what a problem has."""
    if isinstance(problem, type) or not all(hasattr(problem, name) for name in ("loss", "gradients", "start")):
        raise TypeError(
            say(
                f'需要一个问题对象，收到的是 {problem!r}；例如 gd.LinearRegression.line()、gd.Surface("bowl")，'
                "或 gd.Problem(loss, gradient, start)",
                f'a problem is needed, got {problem!r}; try gd.LinearRegression.line(), gd.Surface("bowl") '
                "or gd.Problem(loss, gradient, start)",
            )
        )
    for name, arguments in () if trusted(problem) else (("loss", "theta"), ("gradients", "batch_size, seed")):
        try:
            inspect.signature(getattr(problem, name)).bind(*arguments.split(", "))
        except ValueError:  # a built-in without a signature
            pass
        except TypeError as error:
            raise TypeError(
                say(
                    f"问题的 {name} 应能写成 {name}({arguments}) 来调用（{error}）",
                    f"it must be possible to call the problem's {name} as {name}({arguments}) ({error})",
                )
            ) from None


def check_count(name: str, value: int) -> None:
    """Raise unless ``value`` is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(
            say(
                f"{name} 应为整数，收到的是 {value!r}；例如 {name}=100",
                f"{name} must be a whole number, got {value!r}; try {name}=100",
            )
        )
    limit(name, value, "[1, ∞)", say(f"例如 {name}=100", f"try {name}=100"))


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def name_of(rule: Any) -> str:
    return getattr(rule, "__name__", repr(rule))


def check_output(rule: Rule, out: Any, names: Collection[str]) -> None:
    if not (isinstance(out, tuple) and len(out) == 2 and isinstance(out[1], tuple)):
        got = f"({', '.join(type(x).__name__ for x in out)})" if isinstance(out, tuple) else type(out).__name__
        raise TypeError(
            say(
                f"{name_of(rule)} 应返回（新的 theta，状态元组），收到的是 {got}；"
                f"例如 return theta - lr * g, ({''.join(name + ', ' for name in names).strip()})",
                f"{name_of(rule)} must return (new theta, tuple of state), got {got}; "
                f"for example return theta - lr * g, ({''.join(name + ', ' for name in names).strip()})",
            )
        )
    if out[1] and not names:
        raise TypeError(
            say(
                f"{name_of(rule)} 返回了 {len(out[1])} 项状态，签名里却一项也没有；"
                "请逐项写出名字和初值，例如 def my_rule(theta, grad, m=0.0, *, lr=0.1)，"
                "*state 不算；包装别的规则时可用 functools.wraps(rule)",
                f"{name_of(rule)} returns {len(out[1])} state entries, but its signature has none; "
                "write each with a name and an initial value, as in def my_rule(theta, grad, m=0.0, *, lr=0.1), "
                "where *state will not do; around another rule, try functools.wraps(rule)",
            )
        )
    if len(out[1]) != len(names):
        raise TypeError(
            say(
                f"{name_of(rule)} 的状态应有 {len(names)} 项（{', '.join(names)}），返回了 {len(out[1])} 项",
                f"{name_of(rule)} must return {len(names)} state entries ({', '.join(names)}), got {len(out[1])}; "
                "try the names in the signature, in order",
            )
        )


def check_fits(name: str, value: Any, shape: tuple[int, ...]) -> Any:
    """``value`` if it broadcasts against a theta of this shape; else raise ValueError."""
    sizes = () if callable(value) else np.shape(value)
    if len(sizes) > len(shape) or any(k not in (1, n) for k, n in zip(reversed(sizes), reversed(shape), strict=False)):
        raise ValueError(
            say(
                f"{name} 的形状是 {sizes}，无法逐坐标用在形状为 {shape} 的 theta 上；若要比较几个值，请用 gd.sweep",
                f"{name} has shape {sizes}, which does not fit theta of shape {shape} coordinate by coordinate; "
                "to compare several values, try gd.sweep",
            )
        )
    return value


def check_theta(rule: Rule, theta: Any, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """The theta that ``rule`` returned as an array of this shape and dtype; else raise with a hint."""
    who = say(f"{name_of(rule)} 返回的 theta", f"the theta that {name_of(rule)} returns")
    array = floats(who, theta, dtype)
    if array.shape != shape and not array.size == 1 == math.prod(shape):
        raise ValueError(shape_hint(who, array.shape, shape))
    return array.reshape(shape)


def check_states(rule: Rule, names: Iterable[str], state: Iterable[Any]) -> None:
    """Raise TypeError, with a hint, if a state is a function or complex."""
    for name, value in zip(names, state, strict=True):
        if callable(value):
            raise TypeError(
                say(
                    f"{name_of(rule)} 返回的状态 {name} 是函数；{call_it()}",
                    f"the state {name} that {name_of(rule)} returns is a function; {call_it()}",
                )
            )
        if isinstance(value, complex) or (hasattr(value, "dtype") and np.iscomplexobj(value)):
            floats(say(f"{name_of(rule)} 返回的状态 {name}", f"the state {name} that {name_of(rule)} returns"), value)


def shape_hint(name: str, got: tuple[int, ...], wanted: tuple[int | str, ...]) -> str:
    shape = "(" + ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "") + ")"
    return say(
        f"{name} 的形状是 {got}，应为 {shape}；检查是否混用了 (n,) 与 (n, 1)，可用 .ravel() 摊平",
        f"{name} has shape {got}, it must be {shape}; check for (n,) mixed with (n, 1), .ravel() flattens",
    )


def finite_array(name: str, values: Any) -> Array:
    """``values`` as a new float array of the machine's byte order; float32 stays, all else becomes float64.

    Raises TypeError when they are not real numbers, ValueError when there are
    none of them or one is not finite.
    """
    array = floats(name, values)
    if array.size == 0:
        raise ValueError(
            say(
                f"{name} 是空的，形状为 {array.shape}；至少要有一个数",
                f"{name} is empty, shape {array.shape}; give at least one number",
            )
        )
    if not np.isfinite(array).all():
        raise ValueError(
            say(
                f"{name} 里有 NaN 或无穷大，第一个在位置 {_first_bad(array)}；"
                "请先清理，例如用 np.isfinite 挑出有效的数",
                f"{name} holds NaN or infinity, first at {_first_bad(array)}; "
                "clean it first, np.isfinite finds the good ones",
            )
        )
    return array


def _first_bad(array: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
