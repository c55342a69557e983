"""What a page hides until the reader asks for it: folds of code are the theme's, a prediction's outcome is ours."""

from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput, visit_HideCellInput

from .words import WORDS


def add_folds(app):
    app.setup_extension("myst_nb")  # whose way to show a fold is replaced
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, depart_HideCellInput))


def open_fold(self, node):
    """The output of a cell with the tag ``predict`` is an answer; without any script it is a plain fold."""
    if "tag_predict" in node.parent["classes"] and "above-input" not in node["classes"]:
        words = WORDS[self.config.language]["predicted"]
        self.body.append(f'<details class="predict" data-activity="predict"><summary>{words}</summary>\n')
    else:
        visit_HideCellInput(self, node)
