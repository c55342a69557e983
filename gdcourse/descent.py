"""The one loop: a problem hands out gradients, a rule turns them into steps.

``minimize`` follows one run and keeps its history; ``sweep`` advances
thousands of runs together.  Both walk the same path (``_walk``).
"""

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
    check_shape,
    finite_array,
    is_number,
    name_of,
    shape_hint,
)
from gdcourse.language import say

# --- what comes out ---------------------------------------------------------


class Status(enum.Enum):
    """How a run ended; ``str(status)`` is advice in the language in use."""

    CONVERGED = "converged"
    MAX_STEPS = "max_steps"
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
            Status.DIVERGED: say(
                "损失变成了无穷大或 NaN。先把 lr 减小到十分之一再试，并检查更新的符号。",
                "The loss became infinite or NaN. Try a tenth of lr first, and check the sign of the update.",
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

    A diverged run is recorded up to its last finite loss.
    """

    label: str
    steps: np.ndarray
    thetas: np.ndarray
    losses: np.ndarray
    states: dict
    status: Status
    stopped_by: str = ""
    hyper: dict = field(default_factory=dict)

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

    def __repr__(self):
        why = f" ({self.stopped_by})" if self.stopped_by else ""
        head = say("第 {} 步，损失 {:.4g}", "step {}, loss {:.4g}").format(self.steps[-1], self.loss)
        return f"{self.label}: {self.status.name}{why}, {head}\n{self.status}"


@dataclass(frozen=True, eq=False)
class Sweep(_Curves):
    """The ends of a grid of runs (and, if asked for, their loss curves).

    ``theta``     (*grid, *theta.shape);  ``loss``  (*grid), inf where diverged
    ``diverged``  (*grid) bool
    ``steps``     (K,) and ``losses`` (K, *grid), None without ``record_every``
    """

    label: str
    theta: np.ndarray
    loss: np.ndarray
    diverged: np.ndarray
    steps: np.ndarray | None = None
    losses: np.ndarray | None = None

    def __repr__(self):
        return say("{}：{} 条路径，其中 {} 条发散", "{}: {} runs, {} of them diverged").format(
            self.label, self.loss.size, int(self.diverged.sum())
        )


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
        return np.linalg.norm(self.problem.gradient(theta))


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
    shape = theta.shape
    hyper = {name: check_fits(name, check_knob(name, value), shape) for name, value in hyper.items()}
    status, stopped_by = Status.MAX_STEPS, ""
    with np.errstate(all="ignore"):
        loss = float(problem.loss(theta))
        if not math.isfinite(loss):
            raise ValueError(
                say(
                    f"起点处的损失就是 {loss}；换一个更近的 theta0",
                    f"the loss is already {loss} at the start; choose a theta0 nearer by",
                )
            )
        history = _History(rule, memory, theta, loss)
        path = _walk(rule, theta, problem.gradients(batch_size, seed), hyper, memory)
        for t, theta, state in tqdm(path, total=steps, desc=name_of(rule), disable=None, delay=2, leave=False):
            if t % record_every == 0 or t == steps:
                if t <= record_every:
                    check_shape(rule, theta, shape)
                loss = float(problem.loss(theta))
                if not math.isfinite(loss):
                    status = Status.DIVERGED
                    break
                history.add(t, loss, theta, state)
                if stop:
                    first, last, now = history.table[[0, history.filled - 2, history.filled - 1]]
                    moment = Moment(problem, t, now["theta"], loss, last["theta"], last["loss"], first["theta"])
                    met = next((s for s in stop if s(moment)), None)
                    if met is not None:
                        status, stopped_by = Status.CONVERGED, getattr(met, "__name__", str(met))
                        break
            if t == steps:
                break
    records = history.table[: history.filled]
    return Run(
        label=label or _label(rule, hyper),
        steps=np.array(records["step"]),
        thetas=np.array(records["theta"]),
        losses=np.array(records["loss"]),
        states={name: np.array(records["state"][name]) for name in memory},
        status=status,
        stopped_by=stopped_by,
        hyper=hyper,
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
    inner = problem.start.shape
    starts = problem.start if theta0 is None else finite_array("theta0", theta0)
    outer = starts.ndim - len(inner)
    if starts.shape[max(outer, 0) :] != inner:
        raise ValueError(shape_hint("theta0", starts.shape, ("…", *inner)))
    hyper = {name: check_knob(name, value) for name, value in hyper.items()}
    shapes = {name: np.shape(value(1) if callable(value) else value) for name, value in hyper.items()}
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
    shape = theta.shape
    hyper = {name: _over_runs(value, grid, len(inner)) for name, value in hyper.items()}
    with np.errstate(all="ignore"):
        at, losses = [0], [_losses(problem, theta, grid)]
        path = _walk(rule, theta, problem.gradients(batch_size, seed), hyper, memory)
        for t, theta, _ in tqdm(path, total=steps, desc=name_of(rule), disable=None, delay=2, leave=False):
            if t == 1:
                check_shape(rule, theta, shape)
            if record_every and (t % record_every == 0 or t == steps):
                at.append(t)
                losses.append(_losses(problem, theta, grid))
            if t == steps:
                break
        loss = _losses(problem, theta, grid)
    diverged = ~np.isfinite(loss)
    return Sweep(
        label=label or name_of(rule),
        theta=theta.reshape(*grid, *inner),
        loss=np.where(diverged, np.inf, loss)[()],
        diverged=diverged[()],
        steps=np.array(at) if record_every else None,
        losses=np.nan_to_num(np.array(losses), copy=False, nan=np.inf, posinf=np.inf) if record_every else None,
    )


def _walk(rule, theta, gradients, hyper, memory):
    """Yield (t, theta, state) after every step t = 1, 2, …, for ever."""
    scheduled = {name: value for name, value in hyper.items() if callable(value)}
    knobs, state = dict(hyper), ()
    for t, grad in enumerate(gradients, 1):
        if scheduled:
            knobs |= {name: check_knob(name, value(t)) for name, value in scheduled.items()}
        out = rule(theta, grad, *state, **knobs)
        check_output(rule, out, memory)
        theta, state = out
        yield t, theta, state


def _losses(problem, theta, grid):
    """The losses of all runs, in the shape of the grid."""
    losses = np.asarray(problem.loss(theta))
    if losses.size != math.prod(grid):
        raise ValueError(
            say(
                f"sweep 把 {math.prod(grid)} 条路径放进一个数组，loss 应返回同样多个数，收到的形状是 {losses.shape}；"
                "试试 np.sum(..., axis=-1)",
                f"a sweep keeps {math.prod(grid)} runs in one array and loss must return as many numbers, "
                f"got shape {losses.shape}; try np.sum(..., axis=-1)",
            )
        )
    return losses.reshape(grid)


def _over_runs(value, grid, inner):
    """A knob of the grid as a column, one entry to a run, so that it never varies over coordinates."""
    if callable(value):
        return lambda t: _over_runs(value(t), grid, inner)
    return np.broadcast_to(value, grid).reshape(-1, *(1,) * inner) if np.ndim(value) else value


class _History:
    """The records of a run: copies, one to a row, in a table that doubles when it is full."""

    def __init__(self, rule, memory, theta, loss):
        self.rule, self.memory, self.filled = rule, memory, 1
        self.start = 0, loss, theta.copy(), tuple(memory.values())
        self.table = self._table(1, *self.start)

    def add(self, *record):
        try:
            if self.filled == len(self.table):
                self._grow(record)
            self.table[self.filled] = record
        except (TypeError, ValueError) as error:
            raise ValueError(
                say(
                    f"第 {record[0]} 步，{name_of(self.rule)} 返回的 theta 或状态变了形状，无法记录：{error}。"
                    "每一项都应是数或数组，形状从第一步起保持不变",
                    f"at step {record[0]} the theta or the state that {name_of(self.rule)} returns has changed "
                    f"its shape and cannot be recorded: {error}. Let each entry be a number or an array, "
                    "of the same shape from the first step on",
                )
            ) from error
        self.filled += 1

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
    theta = np.array(problem.start) if theta0 is None else finite_array("theta0", theta0)
    if theta.shape != problem.start.shape:
        raise ValueError(shape_hint("theta0", theta.shape, problem.start.shape))
    return theta


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
