"""Show a rule as the reader should read it: its own lines, without the docstring."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any


class Source(str):
    """Python source that a notebook shows in colour."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"


def source(function: Callable[..., Any]) -> Source:
    """The source of ``function`` without its docstring, as a ``Source``.

    Raises TypeError when there is no source to read (built-in functions).
    """
    text = textwrap.dedent(inspect.getsource(function)).rstrip()
    lines = text.splitlines()
    tree: Any = ast.parse(text).body[0]
    if ast.get_docstring(tree, clean=False) is not None:
        first = tree.body[0]
        del lines[first.lineno - 1 : first.end_lineno]
    return Source("\n".join(lines))
