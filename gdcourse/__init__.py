"""Reference implementations for the course "How gradient descent became Adam"."""

from gdcourse import dialects, exercises, optimizers, plotting, surfaces
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
from gdcourse.optimizers import (
    adadelta,
    adagrad,
    adam,
    adamw,
    amsgrad,
    momentum,
    nadam,
    nesterov,
    rmsprop,
    sgd,
)
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
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "amsgrad",
    "check",
    "dialects",
    "exercises",
    "gradient_below",
    "hint",
    "language",
    "loss_change_below",
    "minimize",
    "momentum",
    "nadam",
    "nesterov",
    "optimizers",
    "plotting",
    "relative_gradient_below",
    "rmsprop",
    "say",
    "sgd",
    "solution",
    "source",
    "step_below",
    "surfaces",
    "sweep",
    "use_language",
]
