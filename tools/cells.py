"""What is done to one cell of code, so that its notebook speaks one language and reads well.

In a source the reader's words stand in both languages, Chinese first:

    # zh: 走一步
    # en: one step
    label = gd.say("步数", "step")

In the English notebook that is ``# one step`` and ``label = "step"``; all else
stays as it was typed.  The words must stand in the call itself (strings,
f-strings, tuples or lists of them), for nothing is computed here.
"""

import ast
import io
import re
import tokenize

LANGUAGES = ("zh", "en")  # in the order of what say is given
COMMENT = re.compile(r"# (zh|en): (.*)")

# What Jupyter is told of a tag that the site knows, so that the cell is as folded in JupyterLab as on the site.
FOLDED = {"check": "source_hidden", "hide-input": "source_hidden", "hide-output": "outputs_hidden"}


class SourceError(Exception):
    """Something in source/ that an author must mend."""


def speak(code, language, where="a cell", first=1):
    """``code`` in ``language`` alone; ``first`` is the number of its first line in the source ``where``.

    Raises SourceError for a ``gd.say`` whose words cannot be read off, with source and line.
    """

    def refuse(line, why):
        raise SourceError(f"{where}, line {first + line - 1}: {why}")

    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        refuse(error.lineno, f"this is not Python: {error.msg}")
    text = code.encode()  # ast counts bytes
    begins = [0, *(found.end() for found in re.finditer(b"\n", text)), len(text) + 1]

    def span(node):
        return begins[node.lineno - 1] + node.col_offset, begins[node.end_lineno - 1] + node.end_col_offset

    edits = [(*span(call), words(call, language, text, span, refuse)) for call in calls(tree, refuse)]
    for line, indent, spoken, comment in comments(code):
        kept = f"{indent}# {comment}\n" if spoken == language else ""
        edits.append((begins[line - 1], begins[line], kept.encode()))
    for begin, end, new in sorted(edits, reverse=True):
        text = text[:begin] + new + text[end:]
    return text.decode().rstrip("\n").replace('use_language("zh")', f'use_language("{language}")')


def calls(tree, refuse):
    """Every call of ``say``; one that nobody could read off is refused."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_say(node.func)]
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and any(is_say(part) for part in ast.walk(node)):
            refuse(node.lineno, "gd.say stands inside an f-string; give its words a name before")
        if is_say(node) and not any(node is call.func for call in found):
            refuse(node.lineno, "gd.say is not called here, so nobody can read off what it says")
    return found


def is_say(node):
    return getattr(node, "attr", None) == "say" or getattr(node, "id", None) == "say"


def words(call, language, text, span, refuse):
    """What ``call`` says in ``language``, as it is typed."""
    if len(call.args) != len(LANGUAGES) or call.keywords or not all(map(is_literal, call.args)):
        refuse(call.lineno, "gd.say needs its two texts as they are, not something that computes them")
    said = call.args[LANGUAGES.index(language)]
    begin, end = span(said)
    typed = text[begin:end]
    bare = b"\n" in typed and not isinstance(said, ast.Tuple | ast.List)
    return b"(" + typed + b")" if bare else typed  # what runs over two lines needs the brackets of the call


def is_literal(node):
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(is_literal, node.elts))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def comments(code):
    """(line, indent, language, text) of each comment that is in one language; it has a line of its own."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        found = token.type == tokenize.COMMENT and COMMENT.fullmatch(token.string)
        if found and not token.line[: token.start[1]].strip():
            yield token.start[0], token.line[: token.start[1]], *found.groups()


def same_but_for_words(one, other):
    """Do two cells the same, whatever they say?  Their strings and comments may differ."""
    return masked(one) == masked(other)


def masked(code):
    class Mask(ast.NodeTransformer):
        def visit_JoinedStr(self, node):
            return ast.Constant("")

        def visit_Constant(self, node):
            return ast.Constant("") if isinstance(node.value, str) else node

    return ast.dump(Mask().visit(ast.parse(code)))
