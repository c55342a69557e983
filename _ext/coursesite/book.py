"""The printed book has two parts: lessons, what is looked up and the answers; then the trials and what belongs to them.

On the site a trial stands below its lesson.  On paper nobody unfolds it, and
whoever reads one lesson after the other would leaf through all proofs.
"""

from docutils import nodes
from sphinx import addnodes

from .words import WORDS

SECOND = ("pages/claims", "pages/references")  # with what stands below them, behind the trials
ANSWERS = "pages/solutions"  # the end of the first


def in_two_parts(app, doctree, docname):
    """Move what ``singlehtml`` has made one tree of, in the order of the sidebar."""
    if app.builder.name != "singlehtml" or docname != app.config.root_doc:
        return
    files = {file["docname"]: file for file in doctree.findall(addnodes.start_of_file)}
    trials = [name for name in files if name.endswith("_tested")]
    part = nodes.section("", ids=["second-part"], classes=["second-part"])
    part += nodes.title("", WORDS[app.config.language]["second_part"])
    move([files[ANSWERS]], doctree.next_node(nodes.section))
    move([files[name] for name in [*trials, *SECOND]], part)
    doctree += part


def move(files, section):
    for file in files:
        file.parent.remove(file)
        section += file
