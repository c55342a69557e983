"""Several JavaScript modules as one script, for those who can load but one: a notebook's widget, a page in a folder.

A module says what it needs in lines such as ``import { h, offer } from "./dom.js";``
and what it gives by ``export`` before a declaration at the beginning of a line.
In the script all stand in one scope, so that no name may be declared twice.
Comments and indentation stay behind, also those within a text of several lines.
"""

import re
from functools import cache
from pathlib import Path

IMPORT = re.compile(r'^import \{ ([\w$, ]+) \} from "(\.[^"]+)";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|function|class) )", re.M)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|var|function\*?|class) ([\w$]+|[\[{].*)", re.M)
COMMENT = re.compile(r"^ *(?://.*|/\*\*.*\*/)\n", re.M)  # on a line of its own: for us, not for the page
ASIDE = re.compile(r"^ +|(?<=\S) +// [^`\"'\n]*$", re.M)  # indentation, and a comment behind a line
LEFT = re.compile(r"^(?:import|export)\b.*", re.M)


def order(entry):
    """All files that the script of ``entry`` consists of, each after those that it imports."""
    found, open_ = [], []

    def visit(path):
        if path in open_:
            raise ValueError(f"modules import one another: {' → '.join(p.name for p in [*open_, path])}")
        if path not in found:
            open_.append(path)
            for _, other in imports(path):
                visit(other)
            found.append(open_.pop())

    visit(Path(entry).resolve())
    return found


def imports(path):
    """(names, file) of each import."""
    text = path.read_text("utf-8")
    return [(names.split(", "), (path.parent / other).resolve()) for names, other in IMPORT.findall(text)]


@cache
def bundled(entry):
    """The text of one script that declares what ``entry`` exports; exports nothing itself.

    Raises ValueError where modules do not fit together: a circle, a name that is
    declared twice, or imported from a module that does not export it, or an
    import or export written in another way.
    """
    paths = order(entry)
    homes, given = {}, {}
    for path in paths:
        text = path.read_text("utf-8")
        given[path] = set(DECLARED.findall("\n".join(line for line in text.split("\n") if line.startswith("export "))))
        for name in DECLARED.findall(text):
            if not name.isidentifier():
                raise ValueError(f"{path.name} declares several names at once: {name}")
            if name in homes:
                raise ValueError(f"{path.name} declares {name}, as does {homes[name]}")
            homes[name] = path.name
        for names, other in imports(path):
            for name in names:
                if name not in given[other]:
                    raise ValueError(f"{path.name} imports {name}, which {other.name} does not export")
    return "\n".join(bare(path) for path in paths)


def bare(path):
    """The module's text without imports, exports, comments and indentation, a fifteenth of its weight."""
    text = ASIDE.sub("", COMMENT.sub("", EXPORT.sub("", IMPORT.sub("", path.read_text("utf-8")))))
    left = LEFT.search(text)
    if left:
        raise ValueError(f"{path.name} has a line that cannot be bundled: {left[0]}")
    return text
