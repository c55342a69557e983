"""The maps of knobs of the chapters' questions, drawn up while the book is built: the page shows them at once.

A cell is two of ``DIGITS``, a number below 4096: the step from which on the
loss stays below the goal; or, from 2048 on, a hundred times the decimal
logarithm of the loss at the end, above ``NEVER``; or ``LOST``.
"""

from math import log10

import numpy as np

from gdcourse.explorer.knobs import cells
from gdcourse.explorer.scales import value

COLUMNS, ROWS = 24, 16
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LATEST, NEVER, LOST = 2047, 3072, 4095


def chart(spec, known):
    """{"axes": [along, up], "cells": …} of a figure as it stands, its first rule on the first two of ``choices``."""
    axes = choices(spec["racers"][0]["knobs"], spec["problem"], known)[:2]
    along, up = (name.rpartition(".")[2] for name in axes)
    settings = [
        {along: value(known[along], (i + 0.5) / COLUMNS), up: value(known[up], (j + 0.5) / ROWS)}
        for j in range(ROWS)
        for i in range(COLUMNS)
    ]
    racer = spec["racers"][0] | {"start": spec["start"], "steps": spec["steps"]}
    rows = np.frombuffer(bytes.fromhex(cells(spec["problem"], racer, settings, spec["target"])["rows"]))
    return {"axes": axes, "cells": "".join(letters(*row) for row in rows.reshape(-1, 3))}


def choices(knobs, problem, known):
    """What a map can show, named as in ``racers.js``: the knobs of rule 0, the learning rate first, and the task's."""
    first = [name for name in knobs if name == "lr"]
    rule = [f"0.{name}" for name in [*first, *(name for name in knobs if name != "lr")]]
    return rule + [name for name in problem if name in known]


def letters(stays, loss, lost):
    if lost:
        number = LOST
    elif stays == stays:
        number = int(min(stays, LATEST))
    else:
        number = NEVER + int(np.clip(round(100 * log10(loss)), LATEST + 1 - NEVER, LOST - 1 - NEVER))
    return DIGITS[number // 64] + DIGITS[number % 64]
