"""For a class, from the built site: the site without answers, and slides for each lesson.

    python tools/teach.py _build/html _build/teach

``without_answers`` leaves out what a page hides until one has answered, and the
page of solutions.  ``slides`` cuts ten slides out of a lesson: its question,
its opening figure, its boxed formula …  They are HTML, one screen each, in the
folder ``slides`` of the site; ``course.py teach`` prints them as PDF, too.
"""

import argparse
import html
import re
import shutil
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from project import EDITIONS, chapters, outline

ARTICLE = re.compile(r"<article\b.*</article>", re.S)
ANSWERED = ".question, .derive, details.predict"
NO_SLIDE = "a.headerlink, .only-dark, script, style, .gx-hand, .gx-note, .gx-open, .gx-handle, .gx-sr"
WORDS = {
    "zh": {
        "run": "（结果没有印在这一版里：请运行笔记本。）",
        "solutions": "这一版没有答案。",
        "ask": "先猜，再看",
        "derive": "在纸上算",
        "headings": {"intuition": "直观理解", "verdicts": "优缺点", "last": "三句话"},
        "formula": "更新规则",
        "write": "写一写",
        "picture": "一张图",
    },
    "en": {
        "run": "(This edition leaves the result out: run the notebook.)",
        "solutions": "This edition has no solutions.",
        "ask": "Guess first",
        "derive": "On paper",
        "headings": {
            "intuition": "Intuition",
            "verdicts": "Pros and cons",
            "last": "Three sentences",
        },
        "formula": "The update",
        "write": "Write it",
        "picture": "A picture",
    },
}


# --- without answers ------------------------------------------------------------


def without_answers(page, language):
    """The HTML of a page, all that answers its questions left out."""
    found = ARTICLE.search(page)
    if not found or not (article := soup(found[0])).select(ANSWERED):
        return page
    close(article, WORDS[language])
    return page[: found.start()] + str(article) + page[found.end() :]


def close(part, words):
    """Questions keep what one may choose, derivations their task, predictions their code."""
    for question in part.select(".question"):
        question["class"] = ["question", "closed"]  # no script makes a form of it
        question.attrs.pop("data-activity", None)
        for choice in question.select("details"):
            if choice.get("data-value"):
                choice.decompose()  # one types the number
            else:
                choice.replace_with(option(choice.summary))
    for steps in part.select(".derive > details"):
        steps.decompose()
    for outcome in part.select("details.predict"):
        outcome.replace_with(soup(f"<p><em>{words['run']}</em></p>"))


def option(summary):
    summary.name = "p"
    summary["class"] = "option"
    return summary.extract()


def soup(text):
    return BeautifulSoup(text, "html.parser")


# --- slides ---------------------------------------------------------------------


def slides(page, language):
    """[(kind, heading, HTML)] of a lesson, in the order of its page; what a lesson lacks is left out."""
    words, article = WORDS[language], soup(ARTICLE.search(page)[0])
    top = article.select_one("section")
    for part in article.select(NO_SLIDE):
        part.decompose()
    for image in article.select("img"):
        image.attrs.pop("loading", None)  # all of them are printed
    close(article, words)
    question = top.select_one(".gx-question")
    parts = [
        ("title", heading_of(top), opening(top)),
        ("figure", question.extract().get_text(), first(top, ".gd-explorer")),
        ("question", words["ask"], first(top, ".question")),
        ("text", words["headings"]["intuition"], below(top, words["headings"]["intuition"], "p", most=1)),
        ("formula", words["formula"], formula(top)),
        ("question", words["derive"], task(top)),
        ("code", words["write"], first(top, ".tag_exercise pre")),
        ("picture", words["picture"], first(top, "figure.panels, .cell_output img")),
        ("table", words["headings"]["verdicts"], below(top, words["headings"]["verdicts"])),
        ("text", words["headings"]["last"], below(top, words["headings"]["last"], "ol")),
    ]
    return [(kind, heading, content) for kind, heading, content in parts if content]


def heading_of(section):
    return section.h1.get_text().strip()


def opening(top):
    """The paragraphs above the first cell."""
    paragraphs = []
    for child in top.find_all(recursive=False):
        if "cell" in child.get("class", []):
            break
        if child.name == "p":
            paragraphs.append(str(child))
    return "".join(paragraphs)


def first(top, selector):
    return str(top.select_one(selector) or "")


def below(top, heading, names="p, ol, ul, .pst-scrollable-table-container, table", most=None):
    """What stands directly below a heading, the first few of it."""
    for section in top.select("section"):
        if (title := section.find(["h2", "h3"])) and title.get_text().strip() == heading:
            return "".join(str(child) for child in [c for c in section.select(names) if c.parent == section][:most])
    return ""


def task(top):
    """One for pen and paper, if possible one that needs no formula of the page."""
    tasks = top.select(".derive")
    return str(next((one for one in tasks if not re.search(r"\(\d+\.\d+\)", one.get_text())), [*tasks, ""][0]))


def formula(top):
    """The formula in a box, and the table that comes next, of its symbols."""
    boxed = next((found for found in top.select(".formula") if r"\boxed" in found.get_text()), None)
    return "" if boxed is None else f"{boxed}{boxed.find_next('table') or ''}"


def deck(page, language):
    """The page of slides."""
    shown, course = slides(page, language), html.escape(outline()[0].title[language])
    title = shown[0][1]
    parts = "\n".join(
        f'<section class="slide {kind}"><h2>{html.escape(heading)}</h2>'
        f'<div class="content">{content}</div><footer>{course} · CC BY 4.0</footer></section>'
        for kind, heading, content in shown
    )
    styles = "".join(
        f'<link rel="stylesheet" href="../_static/{name}">'
        for name in ("katex/katex.min.css", "pygments.css", "explorer/explorer.css", "slides.css")
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}" data-theme="light"><head>'
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>{styles}</head>\n<body>\n{parts}\n</body></html>\n"
    )


def exercises_of(source):
    """The names of what a lesson lets one write."""
    return re.findall(r'^gd\.check\("(\w+)"', source, re.M)


# --- both, for the whole site ------------------------------------------------------


def write(site, out):
    """Copy the site to ``out``, without answers, with slides."""
    if out.exists() and not (out / "slides").is_dir():
        sys.exit(f"{out} is there already, and this program did not make it: name another folder.")
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(site, out)
    for path in out.rglob("*.html"):
        language = "en" if path.relative_to(out).parts[0] == "en" else "zh"
        page = path.read_text("utf-8")
        if path.stem == "solutions":
            page = ARTICLE.sub(lambda m, w=WORDS[language]: withheld(m[0], w), page)
        path.write_text(without_answers(page, language), "utf-8")
    for language in EDITIONS:
        folder = out / ("en" if language == "en" else "")
        (folder / "slides").mkdir()
        for lesson in filter(lambda page: page.lesson, chapters()):
            page = (site / folder.relative_to(out) / f"{lesson.address}.html").read_text("utf-8")
            path = folder / "slides" / f"{lesson.stem}.html"
            path.write_text(deck(page, language), "utf-8")


def withheld(article, words):
    """The page of solutions: its title, and a sentence."""
    title = soup(article).h1
    return f'<article class="bd-article"><section>{title}<p>{words["solutions"]}</p></section></article>'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(options.site, options.out)
    chinese, english = options.out / "slides", options.out / "en" / "slides"
    print(f"\nFor your class: {options.out}. Slides are in {chinese}（中文）and {english}.")


if __name__ == "__main__":
    main()
