"""Figures in a live notebook that also has widgets."""

import threading
from typing import Any


def figures_only_after_cells() -> None:
    """Let IPython draw, show and close figures when a cell has ended, not when a widget has been answered meanwhile.

    JupyterLab has widgets answered in a thread of their own, beside a running
    cell, and around each answer ``comm`` says "pre_execute" and "post_execute".
    What listens (pyplot, the inline backend) would there draw the figures that
    the cell is drawing at the same time: they came out half empty (ipykernel
    7.1, JupyterLab 4.6).
    """
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or hasattr(shell.events.trigger, "in_cells"):
        return
    trigger = shell.events.trigger

    def in_cells(event: str, *args: Any, **options: Any) -> None:
        beside = threading.current_thread() is not threading.main_thread()
        if not (beside and event in ("pre_execute", "post_execute")):
            trigger(event, *args, **options)

    in_cells.in_cells = True  # type: ignore[attr-defined]
    shell.events.trigger = in_cells
