"""From a start to where a rule leads: ``minimize`` follows one run and keeps its history, ``sweep`` advances thousands.

Both walk the same path (``walk.py``).
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from gdcourse.checks import (
    check_count,
    check_fits,
    check_problem,
    check_rule,
    finite_array,
    name_of,
    shape_hint,
)
from gdcourse.grid import Grid
from gdcourse.history import History
from gdcourse.knobs import Knobs, asked, checked, shapes
from gdcourse.protocols import Array, Problem, Rule
from gdcourse.reasons import why
from gdcourse.runs import Run, Status, Sweep
from gdcourse.stopping import Stop, first_met, stop_rules
from gdcourse.walk import Walk


def minimize(
    problem: Problem,
    rule: Rule,
    theta0: Any = None,
    *,
    steps: int,
    batch_size: int | None = None,
    stop: Stop | Iterable[Stop] = (),
    record_every: int = 1,
    seed: int = 0,
    label: str | None = None,
    **hyper: Any,
) -> Run:
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
    memory = _memory(problem, rule, hyper, steps, record_every)
    theta, stop = _start(problem, theta0), stop_rules(stop)
    knobs = Knobs(checked(hyper, theta.dtype), theta.dtype, partial(check_fits, shape=theta.shape))
    with np.errstate(all="ignore"):
        walk = Walk(problem, rule, memory, theta, knobs, steps=steps, batch_size=batch_size, seed=seed)
        history = History(problem, walk)
        status, stopped_by = _follow(walk, history, stop, record_every)
        return Run(
            label=label or _label(rule, knobs.hyper),
            **history.columns(),
            status=status,
            stopped_by=stopped_by,
            hyper=knobs.hyper,
            why=why(status, walk, history),
        )


def _follow(walk: Walk, history: History, stop: tuple[Stop, ...], record_every: int) -> tuple[Status, str]:
    """Go to the end and record the way: how it ended, and the stopping rule, if one was met."""
    for t in walk.with_bar():
        due = t % record_every == 0 or t == walk.steps
        if not (history.add(walk) if due else history.sound(walk.theta)):
            return Status.DIVERGED, ""
        if due and stop and (met := first_met(stop, history.moment())) is not None:
            return Status.CONVERGED, getattr(met, "__name__", str(met))
    if walk.t == walk.steps:
        return Status.MAX_STEPS, ""
    whole = walk.t % record_every == 0 or history.add(walk)
    return Status.ENDED if whole else Status.DIVERGED, ""


def sweep(
    problem: Problem,
    rule: Rule,
    theta0: Any = None,
    *,
    steps: int,
    batch_size: int | None = None,
    record_every: int | None = None,
    seed: int = 0,
    label: str | None = None,
    **hyper: Any,
) -> Sweep:
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
    memory = _memory(problem, rule, hyper, steps, 1 if record_every is None else record_every)
    starts, inner = _starts(problem, theta0)
    hyper = asked(checked(hyper, starts.dtype), starts.dtype)
    grid = Grid(starts, inner, shapes(hyper))
    knobs = Knobs(hyper, starts.dtype, grid.column)
    with np.errstate(all="ignore"):
        walk = Walk(problem, rule, memory, grid.row(starts), knobs, steps=steps, batch_size=batch_size, seed=seed)
        curves = {0: grid.losses(problem, walk.theta)}
        for t in walk.with_bar():
            if record_every and (t % record_every == 0 or t == steps):
                curves[t] = grid.losses(problem, walk.theta)
        if walk.t not in curves:
            curves[walk.t] = grid.losses(problem, walk.theta)
    loss, (theta, whole) = curves[walk.t], grid.ends(walk.theta)
    diverged = ~(np.isfinite(loss) & whole)
    return Sweep(
        label=label or name_of(rule),
        theta=theta,
        loss=np.where(diverged, np.inf, loss)[()],
        diverged=diverged[()],
        steps=np.array([*curves]) if record_every else None,
        losses=_never_nan([*curves.values()]) if record_every else None,
        ended=walk.t if walk.t < steps else None,
    )


def _never_nan(losses: list[Array]) -> Array:
    """The losses as one array, inf where they are no numbers."""
    return np.nan_to_num(np.array(losses), copy=False, nan=np.inf, posinf=np.inf)


def _memory(problem: Problem, rule: Rule, hyper: Mapping[str, Any], steps: int, record_every: int) -> dict[str, Any]:
    """The rule's state before the first step, by name, once it is clear that the arguments make sense."""
    memory = check_rule(rule, hyper)
    check_problem(problem)
    check_count("steps", steps)
    check_count("record_every", record_every)
    return memory


def _start(problem: Problem, theta0: Any) -> Array:
    start = finite_array("start", problem.start)
    theta = start if theta0 is None else finite_array("theta0", theta0)
    if theta.shape != start.shape:
        raise ValueError(shape_hint("theta0", theta.shape, start.shape))
    return theta


def _starts(problem: Problem, theta0: Any) -> tuple[Array, tuple[int, ...]]:
    """The starts of a sweep, and the shape of one of them."""
    start = finite_array("start", problem.start)
    starts = start if theta0 is None else finite_array("theta0", theta0)
    if starts.shape[max(starts.ndim - start.ndim, 0) :] != start.shape:
        raise ValueError(shape_hint("theta0", starts.shape, ("…", *start.shape)))
    return starts, start.shape


def _label(rule: Rule, hyper: Mapping[str, Any]) -> str:
    plain = {name: value for name, value in hyper.items() if np.isscalar(value)}
    switch = (bool, np.bool_)
    shown = [f"{name}={value if isinstance(value, switch) else format(value, 'g')}" for name, value in plain.items()]
    return ", ".join([name_of(rule), *shown])
