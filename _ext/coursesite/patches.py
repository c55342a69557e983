"""Substitutions in what Sphinx and the themes write.  One that finds nothing any more is a warning.

In a strict build that is an error: no theme that changes under us undoes quietly what was mended.
"""

import re
from typing import NamedTuple

from sphinx.util import logging

DONE = "/* mended by coursesite */"

logger = logging.getLogger(__name__)


class Edit(NamedTuple):
    """What stands in pages, what shall stand there, and a page that surely has it, if there is one."""

    found: str
    instead: str
    on: str | None = "index"


def edited(html, edits, page):
    """The page after the edits; complains on those pages that surely had something to edit."""
    for edit in edits:
        html, count = re.subn(edit.found, edit.instead, html, flags=re.S)
        if not count and edit.on == page is not None:
            unfound(edit.found, page)
    return html


def mend(path, *edits):
    """Edit a script or style sheet in place, once: an earlier build may have left it where it was."""
    if not is_mended(path):
        path.write_text(mended(path.read_text("utf-8"), edits, path.name) + DONE, "utf-8")


def is_mended(path):
    return path.read_text("utf-8").endswith(DONE)


def mended(text, edits, name):
    """The text after the edits, each (pattern, replacement); complains of those that find nothing."""
    for found, instead in edits:
        text, count = re.subn(found, instead, text, flags=re.S)
        if not count:
            unfound(found, name)
    return text


def unfound(what, where):
    logger.warning("%s has nothing any more for coursesite to edit where it looks for %s", where, what)
