"""Reference implementations for the course "How gradient descent became Adam"."""

from gdcourse import dialects, exercises, optimizers, plotting, rules, surfaces
from gdcourse.descent import (
    Run,
    Status,
    Sweep,
    gradient_below,
    loss_change_below,
    minimize,
    relative_gradient_below,
    step_below,
    sweep,
)
from gdcourse.exercises import check, hint, solution
from gdcourse.explorer import Explorer
from gdcourse.language import language, say, use_language
from gdcourse.optimizers import *  # noqa: F403  (each rule, by its own name)
from gdcourse.problems import MLP, LinearRegression, LogisticRegression, Online, Problem, Surface
from gdcourse.source import source

__version__ = "0.1.0"

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
    "check",
    "dialects",
    "exercises",
    "gradient_below",
    "hint",
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
