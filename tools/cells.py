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
FOLDED = {
    "check": "source_hidden",
    "hide-input": "source_hidden",
    "hide-output": "outputs_hidden",
    "predict": "outputs_hidden",
}


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
    text = Text(code)
    edits = [(*text.span(call), words(call, language, text, refuse)) for call in calls(tree, refuse)]
    for line, indent, spoken, comment in comments(code, refuse):
        edits.append((*text.line(line), f"{indent}# {comment}\n" if spoken == language else ""))
    spoken = text.edited(edits).rstrip("\n")
    return spoken.replace('use_language("zh")', f'use_language("{language}")')


class Text:
    """Code by its places as ``ast`` counts them: lines, and bytes in a line."""

    def __init__(self, code):
        self.code = code.encode()
        self.begins = [0, *(found.end() for found in re.finditer(b"\n", self.code)), len(self.code) + 1]

    def line(self, number):
        return self.begins[number - 1], self.begins[number]

    def span(self, node):
        return self.begins[node.lineno - 1] + node.col_offset, self.begins[node.end_lineno - 1] + node.end_col_offset

    def typed(self, node):
        begin, end = self.span(node)
        return self.code[begin:end].decode()

    def indent(self, node):
        begin, end = self.line(node.lineno)
        line = self.code[begin:end]
        return len(line) - len(line.lstrip())

    def edited(self, edits):
        """The code after ``edits``, each (begin, end, new text)."""
        code = self.code
        for begin, end, new in sorted(edits, reverse=True):
            code = code[:begin] + new.encode() + code[end:]
        return code.decode()


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


def words(call, language, text, refuse):
    """What ``call`` says in ``language``, as it is typed."""
    if len(call.args) != len(LANGUAGES) or call.keywords or not all(map(is_literal, call.args)):
        refuse(call.lineno, "gd.say needs its two texts as they are, not something that computes them")
    said = call.args[LANGUAGES.index(language)]
    typed = text.typed(said)
    if "\n" in typed:  # it moves to where the call began, and all its lines with it
        if '"""' in typed or "'''" in typed:
            refuse(said.lineno, "a text over several lines would be moved with its spaces; write \\n")
        deeper = max(0, text.indent(said) - text.indent(call))
        typed = re.sub(rf"\n {{0,{deeper}}}", "\n", typed)
        if not isinstance(said, ast.Tuple | ast.List):
            typed = f"({typed})"  # the brackets of the call kept its lines together
    return typed


def is_literal(node):
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(is_literal, node.elts))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def comments(code, refuse):
    """(line, indent, language, text) of each comment that is in one language."""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT and (found := COMMENT.fullmatch(token.string)):
            before = token.line[: token.start[1]]
            if before.strip():
                refuse(token.start[0], "a comment in one language needs a line of its own")
            yield token.start[0], before, *found.groups()


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
