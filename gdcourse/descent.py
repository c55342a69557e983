"""The one loop: a problem hands out gradients, a rule turns them into steps.

``minimize`` follows one run and keeps its history; ``sweep`` advances
thousands of runs together.  Both walk the same path (``_walk``).
"""

import copy
import enum
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from gdcourse.checks import (
    check_count,
    check_fits,
    check_knob,
    check_output,
    check_problem,
    check_rule,
    check_scheduled,
    check_states,
    check_theta,
    finite_array,
    is_number,
    name_of,
    shape_hint,
)
from gdcourse.guard import Gradient, Guard, Loss, losses, short, trusted
from gdcourse.language import say
from gdcourse.reasons import Scene, largest, reason, stalled

# --- what comes out ---------------------------------------------------------


class Status(enum.Enum):
    """How a run ended; ``str(status)`` is advice in the language in use."""

    CONVERGED = "converged"
    MAX_STEPS = "max_steps"
    ENDED = "ended"
    DIVERGED = "diverged"

    def __str__(self):
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


class _Curves:
    """What can be asked of ``losses``, whose first axis is time."""

    def first_below(self, level):
        """The first recorded step with a loss below ``level``, inf if there is none; shape (...)."""
        below = self._recorded() < level
        return np.where(below.any(axis=0), self.steps[below.argmax(axis=0)], np.inf)[()]

    def stays_below(self, level):
        """The step from which on the loss is below ``level`` to the end, inf if never; shape (...)."""
        above = ~(self._recorded() < level)
        first = len(above) - above[::-1].argmax(axis=0)
        first = np.where(above.any(axis=0), first, 0)
        steps = np.append(self.steps.astype(float), np.inf)
        return np.where(self.diverged, np.inf, steps[first])[()]

    def _recorded(self):
        if self.losses is None:
            raise ValueError(
                say(
                    "没有记录损失曲线；请给 sweep 加上 record_every=1",
                    "the loss curves were not recorded; give sweep record_every=1",
                )
            )
        return self.losses


@dataclass(frozen=True, eq=False)
class Run(_Curves):
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
    steps: np.ndarray
    thetas: np.ndarray
    losses: np.ndarray
    states: dict
    status: Status
    stopped_by: str = ""
    hyper: dict = field(default_factory=dict)
    why: tuple = ()

    @property
    def theta(self):
        """The last recorded parameters."""
        return self.thetas[-1]

    @property
    def loss(self):
        """The last recorded loss."""
        return float(self.losses[-1])

    @property
    def diverged(self):
        return self.status is Status.DIVERGED

    @property
    def advice(self):
        return say(*self.why) if self.why else str(self.status)

    def __repr__(self):
        by = f" ({self.stopped_by})" if self.stopped_by else ""
        head = say("第 {} 步，损失 {:.4g}", "step {}, loss {:.4g}").format(self.steps[-1], self.loss)
        return f"{self.label}: {self.status.name}{by}, {head}\n{self.advice}"


@dataclass(frozen=True, eq=False)
class Sweep(_Curves):
    """The ends of a grid of runs (and, if asked for, their loss curves).

    ``theta``     (*grid, *theta.shape);  ``loss``  (*grid), inf where diverged
    ``diverged``  (*grid) bool
    ``steps``     (K,) and ``losses`` (K, *grid), None without ``record_every``
    ``ended``     after so many steps the gradients ended too early, None if they did not
    """

    label: str
    theta: np.ndarray
    loss: np.ndarray
    diverged: np.ndarray
    steps: np.ndarray | None = None
    losses: np.ndarray | None = None
    ended: int | None = None

    def __repr__(self):
        text = say("{}：{} 条路径，其中 {} 条发散", "{}: {} runs, {} of them diverged").format(
            self.label, self.loss.size, int(self.diverged.sum())
        )
        if self.ended is None:
            return text
        return text + say("\n只走了 {} 步。{}", "\nOnly {} steps were made. {}").format(self.ended, Status.ENDED)


# --- when to stop -----------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """What a stopping rule may look at: this record and the one before it."""

    problem: object
    step: int
    theta: np.ndarray
    loss: float
    last_theta: np.ndarray
    last_loss: float
    start: np.ndarray

    def gradient_norm(self, theta):
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
    quantity: Callable

    def __post_init__(self):
        if not (is_number(self.tol) and self.tol > 0):
            raise ValueError(
                say(
                    f"{self.name} 的阈值 tol 必须大于 0，收到的是 {self.tol!r}；1e-6 是常见的起点",
                    f"the tol of {self.name} must be above 0, got {self.tol!r}; 1e-6 is a usual first try",
                )
            )

    def __call__(self, moment):
        return self.quantity(moment) < self.tol

    def __str__(self):
        return f"{self.name} {self.tol:g}"


def gradient_below(tol):
    """|∇J(θ)| < tol.  Lies where the surface is flat: x⁴, a saddle."""
    return StopRule("gradient_below", tol, lambda at: at.gradient_norm(at.theta))


def relative_gradient_below(tol):
    """|∇J(θ)| < tol · |∇J(start)|.  Lies when the start is far out, or already good."""
    return StopRule("relative_gradient_below", tol, lambda at: at.gradient_norm(at.theta) / at.gradient_norm(at.start))


def loss_change_below(tol):
    """|J − J of the record before| < tol.  Lies when steps are small, or swing evenly."""
    return StopRule("loss_change_below", tol, lambda at: abs(at.loss - at.last_loss))


def step_below(tol):
    """|θ − θ of the record before| < tol.  Lies when lr is small."""
    return StopRule("step_below", tol, lambda at: np.linalg.norm(at.theta - at.last_theta))


# --- the loop ---------------------------------------------------------------


def minimize(
    problem, rule, theta0=None, *, steps, batch_size=None, stop=(), record_every=1, seed=0, label=None, **hyper
):
    """Run ``rule`` on ``problem`` and keep the history.

    ``theta0``       start, by default the problem's own; it is copied
    ``steps``        at most so many steps (the budget), ≥ 1
    ``batch_size``   rows per step, None for the full batch; shuffled each
                     epoch from ``seed``
    ``stop``         a stopping rule or several, asked at every record; any
                     function of a ``Moment`` will do
    ``record_every`` keep every so manieth step (and the last)
    ``hyper``        the rule's knobs: a number, an array that broadcasts
                     against theta, or a function of the step t = 1, 2, …;
                     those that no rule of the course has may be True or False

    Returns a ``Run``.  A run that diverges is a result, not an error.  Raises
    ValueError or TypeError, with a hint, when an argument makes no sense.
    """
    memory = check_rule(rule, hyper)
    check_problem(problem)
    check_count("steps", steps)
    check_count("record_every", record_every)
    theta = _start(problem, theta0)
    stop = _stop_rules(stop)
    shape, dtype = theta.shape, theta.dtype

    def ready(name, value):
        return check_fits(name, value, shape)

    hyper = {name: ready(name, check_knob(name, value, dtype)) for name, value in hyper.items()}
    ours = trusted(problem) and dtype == np.float64
    guard, loss_at = None if ours else Guard(dtype, theta.ndim), problem.loss if ours else Loss(problem.loss)
    few = theta.ndim == 1 and theta.size < 16  # then Python's own sum is the quickest way to see a NaN
    status, stopped_by, why = Status.MAX_STEPS, "", ()
    with np.errstate(all="ignore"):
        history = _History(rule, memory, theta, loss_at)
        path = _walk(rule, theta, guard, _stream(problem, batch_size, seed), hyper, ready, memory, steps)
        t, grad, before, state = 0, None, theta, ()
        for t, grad, theta, state in _with_bar(path, rule, steps):  # noqa: B007  (the last one is looked at)
            recorded = t % record_every == 0 or t == steps
            # (where theta is NaN, the loss of the course's own problems is)
            good = (ours and recorded) or math.isfinite(sum(theta.tolist()) if few else np.vdot(theta, theta))
            good = good or np.isfinite(theta).all()  # a sum may overflow
            if good and recorded:
                good = history.add(t, theta, state)
                if good and stop:
                    first, last, now = history.table[[0, history.filled - 2, history.filled - 1]]
                    moment = Moment(problem, t, now["theta"], now["loss"], last["theta"], last["loss"], first["theta"])
                    met = _met(stop, moment)
                    if met is not None:
                        status, stopped_by = Status.CONVERGED, getattr(met, "__name__", str(met))
                        break
            if not good:
                status = Status.DIVERGED
                break
            before = theta
        else:
            if t < steps:
                good = t % record_every == 0 or history.add(t, theta, state)
                status = Status.ENDED if good else Status.DIVERGED
        if status is Status.DIVERGED:
            why = reason(_scene(history, hyper, t, guard, grad, before, theta, state))
    records = history.table[: history.filled]
    if status is Status.ENDED:
        why = _too_short(t, steps)
    elif status is Status.MAX_STEPS:
        why = stalled(dict(zip(memory, state, strict=True)), t)
    return Run(
        label=label or _label(rule, hyper),
        steps=np.array(records["step"]),
        thetas=np.array(records["theta"]),
        losses=np.array(records["loss"]),
        states={name: np.array(records["state"][name]) for name in memory},
        status=status,
        stopped_by=stopped_by,
        hyper=hyper,
        why=why,
    )


def _scene(history, hyper, t, guard, grad, before, theta, state):
    """What ``reason`` looks at: the step that went wrong, and the records before it."""
    first, last = history.table[[0, history.filled - 1]]
    at = guard.at if guard else before
    if np.shape(at) != theta.shape or not np.isfinite(at).all():  # the rule has changed it in place
        at = last["theta"]
    gradient = np.asarray(guard.answer if guard else grad(at))
    return Scene(
        rule=history.rule,
        hyper=hyper,
        t=t,
        start=first["theta"],
        first_loss=first["loss"],
        last_loss=last["loss"],
        at=at,
        gradient=gradient if gradient.shape == theta.shape and gradient.dtype != object else None,
        theta=theta,
        states=dict(zip(history.memory, state, strict=True)),
        loss=history.refused,
    )


def _too_short(t, steps):
    zh, en = (f"，或者写 steps={t}", f", or write steps={t}") if t else ("", "")
    return (
        f"gradients 只给了 {t} 步，要求的是 {steps} 步。让它一直给下去，例如用 itertools.cycle 循环{zh}。",
        f"The gradients came to an end after {t} of {steps} steps. Let them go on, with itertools.cycle for "
        f"example{en}.",
    )


def sweep(problem, rule, theta0=None, *, steps, batch_size=None, record_every=None, seed=0, label=None, **hyper):
    """Advance a whole grid of runs together, in numpy.

    ``theta0``  starts, shape (*grid, *start.shape), or one start for all
    ``hyper``   the rule's knobs: numbers, arrays over the grid, or functions
                of the step that return such.  Arrays broadcast against each
                other and against the grid of starts, so ``lr[:, None]`` with
                ``beta1[None, :]`` is a map; they never mean "per coordinate".
    ``record_every``  keep the losses of every so manieth step; None: only the
                end, so that memory does not grow with ``steps``

    All runs see the same mini-batches.  Returns a ``Sweep``; a diverged run
    has loss inf, without a warning.  Raises as ``minimize`` does.
    """
    memory = check_rule(rule, hyper)
    check_problem(problem)
    check_count("steps", steps)
    if record_every is not None:
        check_count("record_every", record_every)
    inner = _start(problem, None).shape
    starts = _start(problem, None) if theta0 is None else finite_array("theta0", theta0)
    outer, dtype = starts.ndim - len(inner), starts.dtype
    if starts.shape[max(outer, 0) :] != inner:
        raise ValueError(shape_hint("theta0", starts.shape, ("…", *inner)))
    hyper = {name: check_knob(name, value, dtype) for name, value in hyper.items()}
    firsts = {name: check_scheduled(name, value(1), dtype) for name, value in hyper.items() if callable(value)}
    hyper |= {name: _after(first, hyper[name]) for name, first in firsts.items()}
    shapes = {name: np.shape(value) for name, value in (hyper | firsts).items()}
    try:
        grid = np.broadcast_shapes(starts.shape[:outer], *shapes.values())
    except ValueError:
        raise ValueError(
            say(
                f"超参数与起点的网格形状无法广播：{shapes}；两个数组要组成网格时，写 lr[:, None] 和 beta1[None, :]",
                f"the grids of hyper-parameters and starts do not broadcast: {shapes}; "
                "for a map write lr[:, None] and beta1[None, :]",
            )
        ) from None
    theta = np.array(np.broadcast_to(starts, (*grid, *inner)))
    if grid:  # on the way its runs stand in one row
        theta = theta.reshape(-1, *inner)

    def ready(name, value):
        return _over_runs(name, value, grid, len(inner))

    hyper = {name: value if callable(value) else ready(name, value) for name, value in hyper.items()}
    guard, t = None if trusted(problem) and dtype == np.float64 else Guard(dtype, len(inner)), 0
    with np.errstate(all="ignore"):
        at, curves = [0], [losses(problem.loss, theta, grid)]
        path = _walk(rule, theta, guard, _stream(problem, batch_size, seed), hyper, ready, memory, steps)
        for t, _, theta, _ in _with_bar(path, rule, steps):
            if record_every and (t % record_every == 0 or t == steps):
                at.append(t)
                curves.append(losses(problem.loss, theta, grid))
        loss = losses(problem.loss, theta, grid)
        if record_every and t > at[-1]:  # the stream ended
            at.append(t)
            curves.append(loss)
    theta = theta.reshape(*grid, *inner)
    diverged = ~(np.isfinite(loss) & np.isfinite(theta).all(axis=tuple(range(len(grid), theta.ndim))))
    return Sweep(
        label=label or name_of(rule),
        theta=theta,
        loss=np.where(diverged, np.inf, loss)[()],
        diverged=diverged[()],
        steps=np.array(at) if record_every else None,
        losses=np.nan_to_num(np.array(curves), copy=False, nan=np.inf, posinf=np.inf) if record_every else None,
        ended=t if t < steps else None,
    )


def _walk(rule, theta, guard, stream, hyper, ready, memory, steps):
    """Yield (t, grad, theta, state) after every step t = 1, 2, …, steps, or until the stream ends.

    ``guard``  stands around the gradients, None if they need none;  ``ready``
    makes a knob fit.  theta keeps its shape and its dtype.
    """
    shown, given = guard.around if guard else Gradient, None
    knobs, changing = dict(hyper), {name: value for name, value in hyper.items() if not np.isscalar(value)}
    state, count = _own(memory.values()), len(memory)
    array, shape, dtype = np.ndarray, theta.shape, theta.dtype

    def now(name, value, t):
        """The knob of step t; an array afresh, for a rule that changes its knobs in place."""
        return ready(name, check_scheduled(name, value(t), dtype)) if callable(value) else value.copy()

    for t, function in zip(range(1, steps + 1), stream, strict=False):
        if function is not given:
            given, grad = function, shown(function)
        if changing:
            knobs |= {name: now(name, value, t) for name, value in changing.items()}
        try:
            out = rule(theta, grad, *state, **knobs)
        except ZeroDivisionError as error:
            error.add_note(_from_1(t))
            raise
        if type(out) is not tuple or len(out) != 2 or type(out[1]) is not tuple or len(out[1]) != count:
            check_output(rule, out, memory)
        theta, state = out
        if not (type(theta) is array and theta.dtype is dtype and theta.shape == shape):
            theta, state = check_theta(rule, theta, shape, dtype), _in(dtype, state)
        if t == 1:
            check_states(rule, memory, state)
        yield t, grad, theta, state


def _with_bar(path, rule, steps):
    """``path``, with a progress bar in a terminal if it takes long."""
    bar = tqdm(path, total=steps, desc=name_of(rule), disable=None, delay=2, leave=False)
    return path if bar.disable else bar


def _own(values):
    """The initial state, () where the rule's own defaults will do: lists and arrays are copied, for they may change."""
    if not any(isinstance(value, (np.ndarray, list, dict, set)) for value in values):
        return ()
    return tuple(copy.deepcopy(value) for value in values)


def _in(dtype, state):
    """The state with its arrays of floats in ``dtype``."""
    return tuple(x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x for x in state)


def _from_1(t):
    return say(
        f"（在第 {t} 步。步数若从 0 数起，1 − β⁰ 就是 0：先写 t = t + 1，再用它。）",
        f"(At step {t}. If steps are counted from 0, 1 - beta**0 is 0: write t = t + 1 before it is used.)",
    )


def _stream(problem, batch_size, seed):
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


def _after(first, schedule):
    """``schedule``, whose value at t = 1 is known already: nobody asks for it twice."""
    return lambda t: first if t == 1 else schedule(t)


def _over_runs(name, value, grid, inner):
    """A knob of the grid as a column, one entry to a run, so that it never varies over coordinates."""
    if not np.ndim(value):
        return value
    try:
        return np.broadcast_to(value, grid).reshape(-1, *(1,) * inner)
    except ValueError:
        raise ValueError(
            say(
                f"{name}(t) 返回的形状是 {np.shape(value)}，与网格 {grid} 不合；从第一步起形状应保持不变",
                f"{name}(t) returned the shape {np.shape(value)}, which does not fit the grid {grid}; "
                "let it be the same from the first step on",
            )
        ) from None


class _History:
    """The records of a run: copies, one to a row, in a table that doubles when it is full."""

    def __init__(self, rule, memory, theta, loss):
        self.rule, self.memory, self.loss, self.filled, self.refused = rule, memory, loss, 1, None
        value = loss(theta)
        if not math.isfinite(value):
            zh, en = largest(np.asarray(getattr(loss, "answer", value)).dtype)
            raise ValueError(
                say(
                    f"起点处的损失就是 {value}；换一个更近的 theta0。{zh}",
                    f"the loss is already {value} at the start; choose a theta0 nearer by.{en}",
                )
            )
        self.start = 0, value, theta.copy(), tuple(memory.values())
        self.table = self._table(1, *self.start)

    def add(self, t, theta, state):
        """Whether the loss there is finite; if so, it is recorded."""
        loss = self.loss(theta)
        if not math.isfinite(loss):
            self.refused = getattr(self.loss, "answer", loss)
            return False
        record = t, loss, theta, state
        try:
            if self.filled == len(self.table):
                self._grow(record)
            self.table[self.filled] = record
        except (TypeError, ValueError) as error:
            raise ValueError(
                say(
                    f"第 {t} 步，{name_of(self.rule)} 返回的状态变了形状，无法记录：{error}。"
                    "每一项都应是数或数组，形状从第一步起保持不变",
                    f"at step {t} the state that {name_of(self.rule)} returns has changed its shape and cannot be "
                    f"recorded: {error}. Let each entry be a number or an array, of the same shape from the first "
                    "step on",
                )
            ) from error
        self.filled += 1
        return True

    def _grow(self, record):
        if self.filled == 1:  # only now do the fields show: a state may have started as a mere 0.0
            self.table = self._table(2, *record)
        else:
            shorter, self.table = self.table, np.empty(2 * self.filled, self.table.dtype)
            self.table[: self.filled] = shorter

    def _table(self, rows, t, loss, theta, state):
        """So many rows with the fields of this record; the first row is the start."""
        fields = [_field(name, value) for name, value in zip(self.memory, state, strict=True)]
        table = np.empty(rows, [("step", int), ("loss", float), _field("theta", theta), ("state", fields)])
        table[0] = self.start
        return table


def _field(name, value):
    """Room for numbers like ``value``, be they all whole so far; anything else is kept as it is."""
    value = np.asarray(value)
    if value.dtype.kind not in "fiub":
        return name, object
    return name, np.result_type(value, np.float32), value.shape


def _label(rule, hyper):
    plain = {name: value for name, value in hyper.items() if np.isscalar(value)}
    switch = (bool, np.bool_)
    shown = [f"{name}={value if isinstance(value, switch) else format(value, 'g')}" for name, value in plain.items()]
    return ", ".join([name_of(rule), *shown])


def _start(problem, theta0):
    start = finite_array("start", problem.start)
    theta = start if theta0 is None else finite_array("theta0", theta0)
    if theta.shape != start.shape:
        raise ValueError(shape_hint("theta0", theta.shape, start.shape))
    return theta


def _met(stop, moment):
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


def _stop_rules(stop):
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
