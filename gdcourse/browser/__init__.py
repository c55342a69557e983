"""The small Python of the page: MicroPython without numpy, without ``inspect``.

``vector.py``   numbers that are counted as numpy counts, and what stands in for ``np``
``reading.py``  signatures, lines and words of what a reader wrote

``files`` names all that the page's Python gets, these two and what the living
parts run there: ``surfaces.py``, the rules, the exercises' core and bank, the
explorer's computing.  Those import nothing but one another and the standard
library's ``math``, ``json``, ``io``, ``sys``, ``array``; they have no ``{**a}``,
no ``[*a]``, and dictionaries have no order there.  They go there without their
docstrings, a third of their weight.
"""

import ast
import json
from pathlib import Path

from gdcourse import rules

HOME = Path(__file__).parents[1]
MODULES = [rule_file.__name__.partition(".")[2] + ".py" for rule_file in rules.MODULES]
EXPLORER = [f"explorer/{name}.py" for name in ("answers", "page", "knobs", "landscape", "training")]
# What is loaded together: the first part everywhere, the second where there are exercises.
PARTS = {
    "course.json": [*MODULES, "surfaces.py", "browser/vector.py", "browser/reading.py", *EXPLORER],
    "exercises.json": [f"exercises/{name}.py" for name in ("asked", "bank", "core", "page", "references")],
}


def files(part, language):
    """Path below MicroPython's ``/lib``: text, of one of ``PARTS``."""
    found = {f"gdcourse/{path}": without_docstrings((HOME / path).read_text("utf-8")) for path in PARTS[part]}
    # the package's own __init__ would import numpy
    inits = {f"{path.rpartition('/')[0]}/__init__.py": "" for path in found}
    return found | inits | {"gdcourse/__init__.py": ""} | (facts(language) if part == "exercises.json" else {})


def without_docstrings(text):
    """The same program with empty docstrings, every other line where it was: errors name lines."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) or ast.get_docstring(node) is None:
            continue
        said = node.body[0]
        first, last = said.lineno - 1, said.end_lineno - 1
        # (a line of blanks, for where lines are empty a function ends: ``core.source_of``)
        for i in range(first, last + 1):
            lines[i] = " " * said.col_offset
        lines[first] += 'r"""'
        lines[last] += '"""'
    return "\n".join(lines)


def facts(language):
    """What follows from files that cannot run there: the rules that are exercises, the words."""
    from gdcourse.exercises.shell import messages

    texts = {"rules.json": rules.posed(), "exercises/messages.json": messages(language)}
    return {f"gdcourse/{path}": json.dumps(text, ensure_ascii=False, sort_keys=True) for path, text in texts.items()}
