"""Print the lengths of the lessons and the routes of the teachers' page, from minutes that were measured.

    python tools/routes.py _build/html

measures the lessons of a built site, both languages, and keeps their minutes in
``source/times.json``; ``tests/test_rhythm.py`` says when these no longer fit.
``source/routes.yml`` says which sections a route goes through.
"""

import json
import sys
from functools import cache
from itertools import accumulate, groupby, pairwise
from pathlib import Path

import rhythm
import yaml
from project import EDITIONS, SOURCE, called, chapters, find, heading

TIMES = SOURCE / "times.json"
WORDS = {
    "zh": {
        "lengths": ("课", "读", "动手", "合计"),
        "route": ("分钟", "哪几节", "做什么"),
        "opening": "开头",
        "and": "、",
        "of": "{}：",
        "all": "合计",
    },
    "en": {
        "lengths": ("lesson", "reading", "doing", "in all"),
        "route": ("minutes", "sections", "what to do"),
        "opening": "the opening",
        "and": ", ",
        "of": "{}: ",
        "all": "in all",
    },
}


# --- what was measured ----------------------------------------------------------


def measured(site):
    """{lesson: [{language: [title, minutes of reading, of doing]} for each section]}."""
    return {page.stem: sections(site, page) for page in chapters() if page.lesson}


def sections(site, page):
    """The sections of a lesson; what stands before the first has no title."""
    columns = []
    for language in EDITIONS:
        html = (site / ("en" if language == "en" else "") / f"{page.address}.html").read_text("utf-8")
        parts = rhythm.parts(html)
        columns.append([(language, [title, round(x.reading, 1), round(x.doing, 1)]) for title, x in parts])
    return [dict(row) for row in zip(*columns, strict=True)]


@cache
def times():
    return json.loads(TIMES.read_text("utf-8"))


def section(lesson, title):
    """The one that has this English title, "" for the opening."""
    return next(part for part in times()[lesson] if part["en"][0] == title)


# --- what is printed --------------------------------------------------------------


@cache
def routes():
    return yaml.safe_load((SOURCE / "routes.yml").read_text("utf-8"))


def minutes(stop, language):
    """How long a stop of a route takes: its sections, read and done."""
    return sum(sum(section(stop["lesson"], title)[language][1:]) for title in stop["sections"])


def shown(lengths):
    """Whole minutes whose sum is the whole, rounded."""
    ends = [round(end) for end in accumulate(lengths, initial=0)]
    return [end - begin for begin, end in pairwise(ends)]


def route(name, language):
    """The table of a route."""
    words, stops = WORDS[language], routes()[name]
    lengths = shown([minutes(stop, language) for stop in stops])
    rows = [words["route"], ("---",) * 3]
    for lesson, group in groupby(zip(lengths, stops, strict=True), key=lambda one: one[1]["lesson"]):
        page = find(lesson)
        link = words["of"].format(f"[{called(page, language)}](../{page.address})")
        for length, stop in group:
            titles = [section(lesson, title)[language][0] or words["opening"] for title in stop["sections"]]
            rows.append((length, link + words["and"].join(titles), stop[language]))
            link = ""
    return table([*rows, (f"**{sum(lengths)}**", words["all"], "")])


def lessons(language):
    """A table of how long each lesson is."""
    rows = [WORDS[language]["lengths"], ("---", *("--:",) * 3)]
    for lesson, parts in times().items():
        reading, doing = (sum(part[language][at] for part in parts) for at in (1, 2))
        page = find(lesson)
        rows.append(
            (f"[{heading(page, language)}](../{page.address})", *shown([reading, doing]), round(reading + doing))
        )
    return table(rows)


def table(rows):
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def keep(site):
    lessons = ",\n".join(
        f' "{lesson}": [\n  ' + ",\n  ".join(json.dumps(part, ensure_ascii=False) for part in parts) + "\n ]"
        for lesson, parts in measured(site).items()
    )
    TIMES.write_text(f"{{\n{lessons}\n}}\n", "utf-8")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
