"""Why a run went wrong and what to try: growth, 0/0 in the rule, too small a dtype, or the problem itself.

Told from what is at hand when it ends, as a pair of texts (Chinese, English);
nobody's function is called again.
"""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gdcourse.checks import name_of
from gdcourse.protocols import Array, Rule
from gdcourse.runs import Status

if TYPE_CHECKING:
    from gdcourse.history import History
    from gdcourse.walk import Walk

Told = tuple[str, ...]  # Chinese, English; () where there is no more to say

FAR = 1e8  # so many times farther out than the start, or higher up, no healthy run comes


@dataclass(frozen=True)
class Scene:
    """The step that led to no finite loss, and what is known about it."""

    rule: Rule
    hyper: Mapping[str, Any]
    t: int
    start: Array
    first_loss: float
    last_loss: float  # the last finite one
    at: Array  # where the gradient was taken
    gradient: Array | None  # as it was returned, None if it is not known
    theta: Array  # where the step led to
    states: Mapping[str, Any]  # by name, after the step
    loss: object  # as it was returned


def why(status: Status, walk: "Walk", history: "History") -> Told:
    """What more there is to say about how this run ended."""
    if status is Status.DIVERGED:
        return reason(seen(walk, history))
    if status is Status.ENDED:
        return too_short(walk.t, walk.steps)
    if status is Status.MAX_STEPS:
        return stalled(dict(zip(walk.memory, walk.state, strict=True)), walk.t)
    return ()


def seen(walk: "Walk", history: "History") -> Scene:
    """The step that went wrong, and the records before it."""
    first, last = history.table[[0, history.filled - 1]]
    at = walk.guard.at if walk.guard else history.last
    if np.shape(at) != walk.theta.shape or not np.isfinite(at).all():  # the rule has changed it in place
        at = last["theta"]
    gradient = np.asarray(walk.guard.answer if walk.guard else walk.grad(at))
    return Scene(
        rule=walk.rule,
        hyper=walk.knobs.hyper,
        t=walk.t,
        start=first["theta"],
        first_loss=first["loss"],
        last_loss=last["loss"],
        at=at,
        gradient=gradient if gradient.shape == walk.theta.shape and gradient.dtype != object else None,
        theta=walk.theta,
        states=dict(zip(walk.memory, walk.state, strict=True)),
        loss=history.refused,
    )


def reason(scene: Scene) -> Told:
    """(Chinese, English): what happened, where, and what to try."""
    if reach(scene) > FAR * (1 + size(scene.start)) or scene.last_loss > FAR * (1 + abs(scene.first_loss)):
        return growth(scene)
    if np.isfinite(scene.theta).all():
        return bad_loss(scene)
    if scene.gradient is not None and not within(scene.gradient, scene.theta.dtype).all():
        return bad_gradient(scene, scene.gradient)
    return bad_arithmetic(scene)


def reach(scene: Scene) -> float:
    return max(size(scene.at), size(scene.theta))


def size(x: Array) -> float:
    """The largest finite number of ``x``, without its sign."""
    return np.abs(x, where=np.isfinite(x), out=np.zeros(np.shape(x))).max()


def within(x: Array, dtype: np.dtype[Any]) -> Array:
    """Where ``x`` is a finite number of this dtype."""
    with np.errstate(all="ignore"):
        return np.isfinite(x.astype(dtype))


def places(bad: Array, name: str = "theta") -> str:
    """The places where ``bad`` is true, as one writes them: theta[1]."""
    found = [f"{name}[{', '.join(map(str, at))}]" if len(at) else name for at in np.argwhere(bad)]
    return ", ".join(found[:3]) + (", …" if len(found) > 3 else "")


def numbers(x: Any) -> str:
    """Up to four numbers of ``x``, to four digits."""
    flat = [f"{value:.4g}" for value in np.ravel(x)[:4]]
    return ", ".join(flat) + (", …" if np.size(x) > 4 else "")


def largest(dtype: np.dtype[Any]) -> tuple[str, str]:
    """(Chinese, English) for the end of a dtype's numbers, if it comes before float64's."""
    if dtype.kind != "f" or dtype.itemsize >= 8:
        return "", ""
    limit = f"{np.finfo(dtype).max:.3g}"
    return (
        f"{dtype.name} 最大的数是 {limit}，试试 float64。",
        f" The largest number of {dtype.name} is {limit}; try float64.",
    )


def growth(scene: Scene) -> Told:
    zh, en = largest(scene.theta.dtype)
    far = f"{reach(scene):.3g}"
    return (
        f"第 {scene.t} 步溢出：步子越走越大，|theta| 到了 {far}，损失从 {scene.first_loss:.3g} 到了 "
        f"{scene.last_loss:.3g}，再走就超出范围。先把 lr 减小到十分之一再试，并检查更新的符号。{zh}",
        f"It overflowed at step {scene.t}: the steps fed on themselves until |theta| was {far} and the loss had gone "
        f"from {scene.first_loss:.3g} to {scene.last_loss:.3g} and out of range. "
        f"Try a tenth of lr first, and check the sign of the update.{en}",
    )


def bad_loss(scene: Scene) -> Told:
    what, (zh, en) = numbers(scene.loss), largest(np.asarray(scene.loss).dtype)
    return (
        f"第 {scene.t} 步，theta = {numbers(scene.theta)} 还是有限的数，loss 却返回 {what}。{zh}"
        "loss 在这里有定义吗？找找 log(0)、1/0、负数的对数或平方根；若是一步迈得太远才到了这里，就把 lr 减小。",
        f"At step {scene.t}, theta = {numbers(scene.theta)} is finite, and yet loss returns {what}.{en} "
        "Is it defined there? Look for log(0), 1/0, the logarithm or the root of a negative number; "
        "if too long a step has led there, lower lr.",
    )


def bad_gradient(scene: Scene, g: Array) -> Told:
    bad = ~within(g, scene.theta.dtype)
    zh, en = largest(min(g.dtype, scene.theta.dtype, key=lambda dtype: dtype.itemsize))
    return (
        f"第 {scene.t} 步，在 theta = {numbers(scene.at)} 处，gradient 在 {places(bad)} 这一项返回 {numbers(g[bad])}，"
        f"不能怪更新规则。{zh}找找 gradient 里的 0/0、1/0、负数的对数或平方根。",
        f"At step {scene.t}, where theta = {numbers(scene.at)}, gradient returns {numbers(g[bad])} for {places(bad)}; "
        f"the rule is not to blame.{en} "
        "Look for 0/0, 1/0, the logarithm or the root of a negative number in gradient.",
    )


def bad_arithmetic(scene: Scene) -> Told:
    bad = ~np.isfinite(scene.theta)
    zero = scene.gradient is not None and (scene.gradient[bad] == 0).all()
    zh, en = where_it_broke(scene, bad)
    eps = knob(scene, "eps")
    if zero and eps is not None and (eps.astype(scene.theta.dtype) == 0).any():
        return (
            zh + f"eps = {numbers(eps)}，梯度又是 0，就成了 0/0，与 lr 无关：给一个 eps > 0，例如 eps=1e-8。",
            en
            + f" With eps = {numbers(eps)} a gradient of 0 makes 0/0, whatever lr is: give eps > 0, such as eps=1e-8.",
        )
    if scene.t == 1 and counts(scene) and not (zero and not bad.all()):
        return (
            zh + "这是第一步：步数若从 0 数起，偏差修正除以的就是 1 − β⁰ = 0，与 lr 无关。"
            "t 应从 1 数起：先写 t = t + 1，再用它。",
            en + " It is the first step: if steps are counted from 0, the bias correction divides by 1 - beta**0 = 0, "
            "whatever lr is. Let t start from 1: write t = t + 1 before it is used.",
        )
    return (
        zh + f"多半是{'算了 0/0' if zero else '除以了 0，或者对负数开了方'}，与 lr 无关："
        "给分母加一个大于 0 的 eps，再检查根号里的数。",
        en + f" Most likely it {'takes 0/0' if zero else 'divides by 0 or takes the root of a negative number'}, "
        "whatever lr is: add an eps > 0 to the divisor, and look at what is under the root.",
    )


def where_it_broke(scene: Scene, bad: Array) -> tuple[str, str]:
    name, where, what = name_of(scene.rule), places(bad), numbers(scene.theta[bad])
    zh = f"第 {scene.t} 步，{name} 自己的算式把 {where} 变成了 {what}"
    en = f"At step {scene.t} the arithmetic of {name} itself turned {where} into {what}"
    if scene.gradient is not None:
        zh += f"；那里的梯度是 {numbers(scene.gradient[bad])}"
        en += f"; the gradient there is {numbers(scene.gradient[bad])}"
    if there := ", ".join(f"{name} = {value}" for name, value in states_at(scene, bad)):
        zh += f"，状态是 {there}"
        en += f", the state {there}"
    return zh + "。", en + "."


def states_at(scene: Scene, bad: Array) -> Iterator[tuple[str, str]]:
    """The name and the numbers of each state, at the bad places if it has places."""
    for name, value in scene.states.items():
        value = np.asarray(value)
        if value.dtype.kind in "fiu":
            yield name, numbers(value[bad] if value.shape == bad.shape else value)


def knob(scene: Scene, name: str) -> Array | None:
    """That knob of the rule as an array, None if there is none or it changes with the step."""
    parameter = inspect.signature(scene.rule).parameters.get(name)
    value = scene.hyper.get(name, parameter.default if parameter else None)
    return np.asarray(value) if isinstance(value, (int, float, np.ndarray)) else None


def counts(scene: Scene) -> bool:
    """Whether a state may be the number of the step, counted from 0 or before."""
    return any(np.ndim(value) == 0 and value in (0, 1) for value in scene.states.values())


def stalled(states: Mapping[str, Any], t: int) -> Told:
    """(Chinese, English) for a run that went on with an infinite state, () if there is none."""
    for name, value in states.items():
        value = np.asarray(value)
        if value.dtype.kind == "f" and np.isinf(value).any():
            zh, en = largest(value.dtype)
            where = places(np.isinf(value), name)
            return (
                f"走到第 {t} 步时，状态 {where} 已是无穷大：梯度的平方溢出了，那里的 theta 不会再动。"
                f"把损失乘上一个小常数再试。{zh}",
                f"By step {t} the state {where} was infinite: the square of a gradient overflowed, and theta does "
                f"not move there any more. Multiply the loss by a small constant.{en}",
            )
    return ()


def too_short(t: int, steps: int) -> Told:
    zh, en = (f"，或者写 steps={t}", f", or write steps={t}") if t else ("", "")
    return (
        f"gradients 只给了 {t} 步，要求的是 {steps} 步。让它一直给下去，例如用 itertools.cycle 循环{zh}。",
        f"The gradients came to an end after {t} of {steps} steps. Let them go on, with itertools.cycle for "
        f"example{en}.",
    )
