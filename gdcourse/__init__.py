"""Reference implementations for the course "How gradient descent became Adam"."""

from importlib import import_module
from typing import TYPE_CHECKING

from gdcourse import dialects, optimizers, plotting, rules, surfaces
from gdcourse.descent import minimize, sweep
from gdcourse.languages import language, say, use_language
from gdcourse.listing import source
from gdcourse.optimizers import *  # noqa: F403  (each rule, by its own name)
from gdcourse.problems import MLP, LinearRegression, LogisticRegression, Online, Problem, Surface, landscape
from gdcourse.runs import Run, Status, Sweep
from gdcourse.stopping import gradient_below, loss_change_below, relative_gradient_below, step_below
from gdcourse.tape import follow

__version__ = "0.1.0"

# What a chapter needs only when a reader practises or plays is loaded when it is first asked for.
if TYPE_CHECKING:
    from gdcourse import exercises
    from gdcourse.exercises import check, hint, solution
    from gdcourse.explorer import Explorer
    from gdcourse.questions import ask
else:

    def __getattr__(name):
        if name in ("exercises", "explorer"):
            return import_module(f"gdcourse.{name}")
        where = {"check": "exercises", "hint": "exercises", "solution": "exercises"}.get(name)
        where = where or {"Explorer": "explorer", "ask": "questions"}.get(name)
        if where is None:
            raise AttributeError(f"module 'gdcourse' has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"gdcourse.{where}"), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "Explorer",
    "MLP",
    "LinearRegression",
    "LogisticRegression",
    "Online",
    "Problem",
    "Run",
    "Status",
    "Surface",
    "Sweep",
    "ask",
    "check",
    "dialects",
    "exercises",
    "follow",
    "gradient_below",
    "hint",
    "landscape",
    "language",
    "loss_change_below",
    "minimize",
    "optimizers",
    "plotting",
    "relative_gradient_below",
    "rules",
    "say",
    "solution",
    "source",
    "step_below",
    "surfaces",
    "sweep",
    "use_language",
    *(rule.name for rule in rules.RULES),
]
