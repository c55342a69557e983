"""How a lesson reads: minutes, and the longest stretch in which the reader does nothing.

    python tools/rhythm.py _build/html/chapters/05_adam.html chapters/05_adam.ipynb …

Counted is what a page shows while every fold is closed.  To read takes a minute
for 275 Han characters or 145 words, 4 s for a line of code, 1 s for a printed
line, 20 s for a figure, 15 s for a displayed formula, 3 s for a row of a table.
An activity is an element with ``data-activity``, an explorer or an exercise: its
question is read, what it hides is not.  A lesson keeps the ``LIMITS``.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, NavigableString

LIMITS = {  # as Rhythm names them; reading by language
    "reading": {"zh": 20, "en": 24},
    "first": 1.5,
    "gap": 4,
    "cells": 12,
    "long": 0,
    "wide": 0,
    "asserts": 0,
    "said": 0,
    "articles": 1,
}
BODY, WIDTH = 8, 76  # lines of a cell besides one signature, columns of a line
FIRST_CELL = 4  # by which a notebook has something to do

# how long it takes to do, in minutes
DOING = {
    "explorer": 3,
    "choice": 1,
    "number": 1,
    "predict": 0.5,
    "curve": 0.7,
    "line": 0.7,
    "bug": 1.5,
    "write": 4,
    "derive": 2,
}

SECOND = 1 / 60
HAN = re.compile("[\u3400-\u9fff]")
FULL_WIDTH = re.compile("[\u3000-\u9fff\uff00-\uffef]")
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d.,]*")
SIGNATURE = re.compile(r"def \w+\((?:[^()]|\([^()]*\))*\)[^:]*:")
# what nobody reads
ASIDE = "script, style, .headerlink, .prev-next-footer, nav, .toctree-wrapper, [hidden], [aria-hidden=true]"
UNREAD = f"{ASIDE}, .tag_remove-cell, .only-dark, .badge"


@dataclass
class Rhythm:
    """What a page has, in minutes and counts."""

    reading: float = 0
    doing: float = 0
    first: float = float("inf")  # minutes before the first activity
    gap: float = 0  # the longest reading without one
    activities: int = 0
    cells: int = 0
    lines: int = 0
    long: int = 0  # cells with a longer body than BODY
    wide: int = 0  # lines wider than WIDTH
    asserts: int = 0
    said: int = 0  # lines of code that speak two languages
    articles: int = 0  # how often the articles are named
    since: float = field(default=0, repr=False)  # the reading before the last activity

    def read(self, minutes):
        self.reading += minutes
        self.gap = max(self.gap, self.reading - self.since)

    def do(self, activity):
        self.first = min(self.first, self.reading)
        self.since = self.reading
        self.activities += 1
        self.doing += DOING[activity]

    def beyond(self, language):
        """{name: figure} of what is beyond its limit."""
        limits = LIMITS | {"reading": LIMITS["reading"][language]}
        return {name: getattr(self, name) for name in limits if getattr(self, name) > limits[name]}


def minutes(text):
    """In a Chinese sentence a Latin word is a name or a symbol, and read like two characters."""
    han, words = len(HAN.findall(text)), len(WORD.findall(text))
    return han / 275 + (words * 2 / 275 if han > words else words / 145)


# --- a page -------------------------------------------------------------------


def measure(html):
    """The rhythm of a built page."""
    return over([what_is_read(html)])


def parts(html):
    """(title, rhythm) of each section of the page; what stands before the first has no title."""
    inside = list(what_is_read(html).section.children)
    opening = over(child for child in inside if child.name != "section")
    return [("", opening), *((title(child), over([child])) for child in inside if child.name == "section")]


def what_is_read(html):
    article = BeautifulSoup(html, "html.parser").select_one("article")
    for part in article.select(UNREAD):
        part.decompose()
    return article


def title(section):
    return section.find(re.compile("^h[1-6]$")).get_text().strip()


def over(nodes):
    rhythm = Rhythm()
    for node in nodes:
        walk(node, rhythm)
    return rhythm


def walk(node, rhythm):
    if isinstance(node, NavigableString):
        rhythm.articles += len(re.findall(r"文章|articles?\b", node))
        return rhythm.read(minutes(node))
    if activity := activity_of(node):
        rhythm.do(activity)
        return rhythm.read(sum(map(minutes, asked(node))))
    if node.name == "details" and not node.has_attr("open"):
        return rhythm.read(minutes(node.summary.get_text()) if node.summary else 0)
    if seconds := looking(node):
        return rhythm.read(seconds * SECOND)
    if node.name == "pre":
        return read_code(node, rhythm)
    for child in node.children:
        walk(child, rhythm)


def activity_of(node):
    """What the reader can do here, if anything."""
    classes = node.get("class", [])
    if "data-activity" in node.attrs:
        return node["data-activity"]
    return "explorer" if "gd-explorer" in classes else "write" if "tag_exercise" in classes else None


def asked(node):
    """The texts of an activity that are read before it is done."""
    if node.name == "details":
        return
    for child in node.find_all(True, recursive=False):
        if child.name == "details":
            yield child.summary.get_text() if child.summary else ""
        elif child.name in ("p", "ul", "ol") and not child.has_attr("data-answer"):
            yield child.get_text()


def looking(node):
    """Seconds for what is looked at rather than read; a figure of several panels is one."""
    classes = node.get("class", [])
    if node.name in ("img", "svg", "canvas") or (node.name == "figure" and "panels" in classes):
        return 20
    if "formula" in classes or "math" in classes:
        return 15 if node.name == "div" else 1
    return {"katex": 1}.get(next(iter(classes), None)) or {"tr": 3}.get(node.name, 0)


def read_code(node, rhythm):
    lines = [line for line in node.get_text().splitlines() if line.strip()]
    if node.find_parent(class_="cell_output"):
        return rhythm.read(len(lines) * SECOND)
    body = SIGNATURE.sub("def f():", "\n".join(lines))
    rhythm.cells += 1
    rhythm.lines += len(lines)
    rhythm.long += len(body.splitlines()) > BODY + ("def f():" in body)
    rhythm.wide += sum(len(line) + len(FULL_WIDTH.findall(line)) > WIDTH for line in lines)
    rhythm.asserts += sum(line.lstrip().startswith("assert ") for line in lines)
    rhythm.said += sum("gd.say(" in line or "use_language(" in line for line in lines)
    rhythm.read(4 * len(lines) * SECOND)


# --- a notebook ---------------------------------------------------------------


def first_to_do(notebook):
    """The number of the first cell, counted from 1, in which there is something to do."""
    cells = [cell for cell in notebook.cells if cell.id != "colab"]
    return next((at for at, cell in enumerate(cells, 1) if to_do(cell)), float("inf"))


def to_do(cell):
    calls = re.search(r"^gd\.(ask|check|Explorer)\(", cell.source, re.M) if cell.cell_type == "code" else None
    return calls or "predict" in tags(cell) or "data-activity=" in cell.source


def visible_lines(notebook):
    """Lines of code that are not folded."""
    shown = [
        c for c in notebook.cells if c.cell_type == "code" and not c.metadata.get("jupyter", {}).get("source_hidden")
    ]
    return sum(len(cell.source.splitlines()) for cell in shown if "remove-cell" not in tags(cell))


def answers_in_view(notebook, reasons):
    """What tells a reader of the notebook an answer that nobody asked for; ``reasons`` are those of its questions."""
    for cell in notebook.cells:
        stored = [output.get("data", {}) | {"stream": output.get("text", "")} for output in cell.get("outputs", [])]
        if any(reason in f"{cell.source} {stored}" for reason in reasons):
            yield f"{cell.id} holds the reason of an answer"
        if any("question" in data.get("text/html", "") for data in stored):
            yield f"{cell.id} holds a question with its answers"
        if "predict" in tags(cell) and not hidden(cell, "outputs"):
            yield f"{cell.id} shows what is to be predicted"
        # JupyterLab puts the first line of the first output in place of hidden ones
        if "predict" in tags(cell) and any(stored[0].values() if stored else ()):
            yield f"{cell.id} shows the first line of what is to be predicted"


def tags(cell):
    return cell.metadata.get("tags", [])


def hidden(cell, part):
    return cell.metadata.get("jupyter", {}).get(f"{part}_hidden", False)


# --- a table -------------------------------------------------------------------

COLUMNS = ["reading", "doing", "first", "gap", "activities", *list(LIMITS)[3:]]


def main(paths):
    print(f"{'':36}", *(f"{name:>10}" for name in COLUMNS))
    for path in map(Path, paths):
        name = "/".join(path.parts[-3 if "en" in path.parts[-3:] else -2 :])
        if path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            print(f"{name:36} something to do in cell {first_to_do(notebook)}, {visible_lines(notebook)} lines in view")
        else:
            rhythm = measure(path.read_text("utf-8"))
            print(f"{name:36}", *(f"{getattr(rhythm, column):10.3g}" for column in COLUMNS))


if __name__ == "__main__":
    main(sys.argv[1:])
