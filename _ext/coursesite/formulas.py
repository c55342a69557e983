r"""Formulas, set while the book is built: KaTeX runs in a small JavaScript engine, the reader gets what it wrote.

A formula that LaTeX would not read is a warning, hence an error in a strict build.
"""

import functools
import re
from html import escape, unescape
from pathlib import Path
from xml.etree import ElementTree

import dukpy
from docutils import nodes
from project import digest_of, kept
from sphinx.util import logging

KATEX = Path(__file__).parent / "vendor" / "katex" / "katex.min.js"
OURS = re.compile(r'<summary[^>]*>.*?</summary>|<div class="question[^>]*>.*?</div>', re.S)
CLOSING = (
    "，。；：、！？）》”’,.;:!?)"  # what never begins a line, but would after a formula, which browsers take for a box
)
INLINE = re.compile(rf"\\\((.+?)\\\)([{CLOSING}]*)", re.S)
SHORT = 16  # so many signs go to the next line in one piece
MATH = re.compile("<math .*</math>", re.S)
# the name of a function, and the invisible sign "is applied to"
APPLIED = re.compile("<mi[^>]*>[^<]*</mi><mo>\u2061</mo>")
MATHML = "http://www.w3.org/1998/Math/MathML"
MI, MO, MROW = (f"{{{MATHML}}}{name}" for name in ("mi", "mo", "mrow"))

logger = logging.getLogger(__name__)
ElementTree.register_namespace("", MATHML)


@functools.cache
def engine():
    interpreter = dukpy.JSInterpreter()
    interpreter.evaljs(KATEX.read_text("utf-8"))
    return interpreter


@functools.cache
def typeset(tex, display=False):
    """HTML to look at, and MathML to listen to."""
    return kept("formulas", f"{display} {version()} {tex}", lambda: typeset_anew(tex, display).encode()).decode()


@functools.cache
def version():
    return digest_of(KATEX, Path(__file__))


def typeset_anew(tex, display):
    options = {"displayMode": display, "strict": "error"}
    html = engine().evaljs("katex.renderToString(dukpy.tex, dukpy.options)", tex=tex, options=options)
    return MATH.sub(mended, html)


def mended(match):
    """What KaTeX writes and MathML does not allow.

    Two elements where there must be one (an index, a numerator, what wears a
    hat), and words or whole formulas as the sign of an operator.
    """
    tree = ElementTree.fromstring(APPLIED.sub(r"<mrow>\g<0></mrow>", match[0]))
    for sign in [element for element in tree.iter() if element.tag in (MI, MO) and len(element)]:
        if all(part.tag in (MI, MROW) for part in sign.iterfind(".//*")):
            word = "".join(sign.itertext())
            sign[:] = []
            sign.text = word
        else:
            sign.tag, sign.attrib = MROW, {}
    return ElementTree.tostring(tree, "unicode")


def typeset_or_warn(tex, place, display=False):
    try:
        return typeset(tex, display)
    except dukpy.JSRuntimeError as error:
        logger.warning("in the formula %s: %s", tex.strip(), str(error).splitlines()[0], location=place)
        return f"<code>{escape(tex)}</code>"


def stays_whole(tex):
    """Can a formula not be broken anyway, or is it so short that it need not be?  What is wrong is said elsewhere."""
    try:
        return len(re.sub(r"\\\w+\s*", "x", tex)) <= SHORT or typeset(tex).count('class="base"') == 1
    except dukpy.JSRuntimeError:
        return False


def keep_together(app, doctree, docname):
    """A formula and the stop behind it stand in the same line."""
    for formula in list(doctree.findall(nodes.math)):
        parent, behind = formula.parent, formula.parent.index(formula) + 1
        text = parent[behind] if behind < len(parent) and isinstance(parent[behind], nodes.Text) else ""
        if (stops := re.match(f"[{CLOSING}]+", text)) and stays_whole(formula.astext()):
            parent[behind] = nodes.Text(text[stops.end() :])
            parent[behind - 1] = nodes.inline("", "", formula.deepcopy(), nodes.Text(stops[0]), classes=["together"])


def inline(self, node):
    self.body.append(typeset_or_warn(node.astext(), node))
    raise nodes.SkipNode


def displayed(self, node):
    """In a box that scrolls; a formula with a number needs room for it."""
    tex = node.astext()
    box = self.starttag(node, "div", CLASS="formula numbered" if r"\tag" in tex else "formula")
    self.body.append(f"{box}{typeset_or_warn(tex, node, display=True)}</div>\n")
    raise nodes.SkipNode


def in_our_html(html, page):
    r"""Summaries and what ``gd.ask`` shows are HTML, where Markdown ends: their formulas are written \(…\)."""

    def formula(match):
        shown = typeset_or_warn(unescape(match[1]), page)
        one = match[2] and stays_whole(unescape(match[1]))
        return f'<span class="together">{shown}{match[2]}</span>' if one else shown + match[2]

    return OURS.sub(lambda ours: INLINE.sub(formula, ours[0]), html)
