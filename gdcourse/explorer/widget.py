"""The explorer in a live notebook: messages between the figure and the kernel."""

import anywidget
import numpy as np
import traitlets

from gdcourse import explorer
from gdcourse.exercises.shell import _Late, _Limit
from gdcourse.explorer import page


class ExplorerWidget(anywidget.AnyWidget):
    """Sends the description, answers what the figure asks."""

    _esm = explorer.module()
    _css = explorer.style()
    spec = traitlets.Dict().tag(sync=True)
    common = traitlets.Dict().tag(sync=True)

    def __init__(self, owner):
        self._owner = owner
        super().__init__(spec=owner.spec, common=explorer.common())
        self.on_msg(self._asked)

    def _asked(self, widget, content, buffers):
        with np.errstate(all="ignore"), _Limit(explorer.SECONDS) as limit:
            try:
                answer = {"result": limit.around(self._owner.answer)(content["call"], content["args"])}
            except _Late:
                answer = {"error": {"name": "Late", "message": ""}}
            except page.Mistake as mistake:
                answer = {"error": {"name": "PythonError", "message": mistake.what, "line": mistake.line}}
            except Exception as error:
                answer = {"error": {"name": "PythonError", "message": page.described(error)}}
        self.send({"id": content["id"], **answer})
