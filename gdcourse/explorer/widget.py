"""The explorer in a live notebook: messages between the figure and the kernel."""

import ctypes
import threading

import anywidget
import numpy as np
import traitlets

from gdcourse import explorer
from gdcourse.browser import reading
from gdcourse.explorer import page


class Late(BaseException):
    """The time is up; no rule's ``except Exception`` catches it."""


def within(seconds, function, *args):
    """``function(*args)``; raises ``Late`` in this thread when that takes longer.

    JupyterLab lets kernels answer figures in a thread of their own, where no
    signal arrives.  A rule that catches even this one is told again.  In the
    end nothing is on its way any more: what is, is let arrive.  (Called back it
    cannot be: Python 3.11 would look for it for ever, and stand still where
    somebody profiles, as the exercises do.)
    """
    thread, done, rung = threading.get_ident(), threading.Event(), threading.Event()

    def ring():
        wait = seconds
        while not done.wait(wait):
            rung.set()
            tell(thread)
            wait = 0.05

    bell = threading.Thread(target=ring, daemon=True)
    bell.start()
    try:
        return function(*args)
    finally:
        while True:
            try:
                done.set()
                bell.join()
                if not rung.is_set():
                    break
                rung.clear()
                tell(thread)
                while True:
                    pass
            except Late:
                pass


def tell(thread):
    """Let ``Late`` arise in a thread, at its next call or turn of a loop."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Late))


class ExplorerWidget(anywidget.AnyWidget):
    """Sends the description, answers what the figure asks."""

    _esm = f"{explorer.script()}\nexport default {{ render }};\n"
    _css = explorer.style()
    spec = traitlets.Dict().tag(sync=True)
    common = traitlets.Dict().tag(sync=True)
    poster = traitlets.Unicode().tag(sync=True)  # the elements of a compact form, or of a board

    def __init__(self, owner):
        self._owner = owner
        super().__init__(spec=owner.spec, common=explorer.common(), poster=owner.elements())
        self.on_msg(self._asked)

    def _asked(self, widget, content, buffers):
        try:
            with np.errstate(all="ignore"):
                answer = {"result": within(explorer.SECONDS, self._owner.answer, content["call"], content["args"])}
        except Late:
            answer = {"error": {"name": "Late", "message": "", "seconds": explorer.SECONDS}}
        except page.Mistake as mistake:
            answer = {"error": {"name": "PythonError", "message": mistake.what, "line": mistake.line}}
        except Exception as error:
            answer = {"error": {"name": "PythonError", "message": reading.words_of(error)}}
        self.send({"id": content["id"], **answer})
