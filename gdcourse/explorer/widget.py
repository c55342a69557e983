"""The explorer in a live notebook: messages between the figure and the kernel."""

import contextlib
import ctypes
import threading

import anywidget
import numpy as np
import traitlets

from gdcourse import explorer
from gdcourse.browser import reading
from gdcourse.explorer import page, poster


class Late(BaseException):
    """The time is up; no rule's ``except Exception`` catches it."""


@contextlib.contextmanager
def limit(seconds):
    """Raise ``Late`` in this thread when the block takes longer.

    JupyterLab lets kernels answer figures in a thread of their own, where no
    signal arrives.  A rule that catches even this one is told again.
    """
    thread, done = threading.get_ident(), threading.Event()
    tell = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def ring():
        wait = seconds
        while not done.wait(wait):
            tell(ctypes.c_ulong(thread), ctypes.py_object(Late))
            wait = 0.05

    bell = threading.Thread(target=ring, daemon=True)
    bell.start()
    try:
        yield
    finally:
        done.set()
        bell.join()
        tell(ctypes.c_ulong(thread), None)  # one that was still on its way


class ExplorerWidget(anywidget.AnyWidget):
    """Sends the description, answers what the figure asks."""

    _esm = f"{explorer.script()}\nexport default {{ render }};\n"
    _css = explorer.style()
    spec = traitlets.Dict().tag(sync=True)
    common = traitlets.Dict().tag(sync=True)
    poster = traitlets.Unicode().tag(sync=True)  # the elements of a compact form

    def __init__(self, owner):
        self._owner = owner
        common = explorer.common()
        elements = poster.elements(owner, common) if owner.is_compact else ""
        super().__init__(spec=owner.spec, common=common, poster=elements)
        self.on_msg(self._asked)

    def _asked(self, widget, content, buffers):
        try:
            with np.errstate(all="ignore"), limit(explorer.SECONDS):
                answer = {"result": self._owner.answer(content["call"], content["args"])}
        except Late:
            answer = {"error": {"name": "Late", "message": "", "seconds": explorer.SECONDS}}
        except page.Mistake as mistake:
            answer = {"error": {"name": "PythonError", "message": mistake.what, "line": mistake.line}}
        except Exception as error:
            answer = {"error": {"name": "PythonError", "message": reading.words_of(error)}}
        self.send({"id": content["id"], **answer})
