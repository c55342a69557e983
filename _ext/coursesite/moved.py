"""Places that have moved to another page of their chapter: an old address still leads there.

Each page of a chapter that has several says in its head where the places are
that it does not have itself; ``course.js`` goes there.  Nothing is listed by hand.
"""

import html
import json
import re
from pathlib import Path

from project import chapters

ARTICLE = re.compile(r"<article.*</article>", re.S)
TAG = re.compile(r'<meta name="moved" content="[^"]*">')


def tell_what_moved(app, exception):
    """In the finished pages, for only there all places have their names."""
    if exception or app.builder.name != "html":
        return
    built = [(page, Path(app.outdir, f"{page.address}.html")) for page in chapters()]
    found = [(page, path, path.read_text("utf-8")) for page, path in built if path.exists()]
    for page, path, text in found:
        others = {other.stem: its for other, _, its in found if other.number == page.number and other != page}
        told = with_places(TAG.sub("", text), others)
        if told != text:
            path.write_text(told, "utf-8")


def with_places(text, others):
    """The page, with the places that only ``others`` have, {name: text}; of several the first has it."""
    known, moved = places(text), {}
    for name, other in others.items():
        new = places(other) - known
        if new:
            moved[name] = sorted(new)
        known |= new
    if not moved:
        return text
    tag = f'<meta name="moved" content="{html.escape(json.dumps(moved, ensure_ascii=False))}">'
    return text.replace("</head>", f"{tag}</head>", 1)


def places(text):
    """What an address can name in the text of a page."""
    article = ARTICLE.search(text)
    return set(re.findall(r'<[^>]* id="([^"]+)"', article[0])) if article else set()
