"""What Python says of a text of its own: the signature in it, the line where an error arose, the error's words.

Runs in MicroPython, which has no introspection, and in CPython alike.
"""

import io
import sys


def signature(text):
    """The first function in ``text`` as its ``def`` declares it, or None where there is none.

    {"name": "adam", "positional": [["theta", None], …, ["t", "0"]], "knobs":
    [["lr", "0.001"], …]}: names, and the text of their defaults.
    """
    start = text.find("def ")
    if start < 0:
        return None
    opening, depth, parts, part = text.index("(", start), 0, [], ""
    for letter in text[opening:]:
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            break
        if letter == "," and depth == 1:
            parts.append(part)
            part = ""
        elif not (letter == "(" and depth == 1 and not part):
            part += letter
    parts = [p.strip() for p in parts + [part] if p.strip()]
    star = parts.index("*") if "*" in parts else len(parts)
    return {
        "name": text[start + 4 : opening].strip(),
        "positional": [_declared(p) for p in parts[:star]],
        "knobs": [_declared(p) for p in parts[star + 1 :]],
    }


def _declared(parameter):
    name, _, default = parameter.partition("=")
    return [name.strip(), default.strip() or None]


def line_of(error, file):
    """The number of the last line of ``file`` that the error passed through; None if it was none."""
    if hasattr(sys, "print_exception"):  # MicroPython
        said = io.StringIO()
        sys.print_exception(error, said)
        places = said.getvalue().split('File "' + file + '", line ')[1:]
        return int(places[-1].split(",")[0].split("\n")[0]) if places else None
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    at, line = error.__traceback__, None
    while at:
        if at.tb_frame.f_code.co_filename == file:
            line = at.tb_lineno
        at = at.tb_next
    return line


def words_of(error):
    """Its type and message, as Python prints them, the place apart."""
    try:
        words = str(getattr(error, "msg", None) or str(error))[:200]
    except BaseException as odd:  # an error of a learner's own make
        if getattr(odd, "passes", False):
            raise
        words = ""
    return type(error).__name__ + ": " + words
