"""What a figure may ask Python: the calls by name, for the kernel and for the page.

This file stands above those that compute; none of them knows it.
"""

import json

from gdcourse.explorer import knobs, page, training

ANSWERS = {
    "run": page.run,
    "heights": page.heights,
    "inside": page.inside,
    "survey": page.survey,
    "spread": page.spread,
    "secant": page.secant,
    "signature": page.signature,
    "cells": knobs.cells,
    "theory": knobs.theory,
    "train": training.train,
}


def text(call, args):
    """What ``run``, ``heights`` … return, as text: the page need not keep hold of Python's own objects then.

    The first line is JSON; in it ``rows`` is the number of the line that holds
    them, because MicroPython writes long strings slowly as JSON.
    """
    answer, lines = ANSWERS[call](**args), [""]
    for part in answer if isinstance(answer, list) else [answer]:
        if isinstance(part.get("rows"), str):
            lines.append(part["rows"])
            part["rows"] = len(lines) - 1
    lines[0] = json.dumps(answer)
    return "\n".join(lines)
