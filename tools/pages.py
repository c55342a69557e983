"""Print all but the notebooks: pages, tables of contents, the questions that the package asks.

    python tools/pages.py            write what has changed
    python tools/pages.py --check    only say what is not what its source prints, exit 1 if there is anything

``source/course.yml`` lists the pages.  One with a source of its own, in both
languages, is printed as a chapter is (see ``notebooks.py``), but as Markdown.
The others are lists: their content stands in a ``source/*.yml``, and each is one
function here, from a language to what stands below the title, and one line in
``LISTS``.
"""

import argparse
import re
import sys
from functools import cache
from itertools import groupby

import claims_index
import numpy as np
import questions
import quick
import routes
import yaml
from claims import home
from notebooks import SourceError, print_notebook
from project import EDITIONS, ROOT, SOURCE, called, chapters, heading, mentioned, outline
from project import pages as all_pages

import gdcourse as gd
from gdcourse.exercises import get
from gdcourse.exercises.shell import exercises, messages


@cache
def load(name):
    return yaml.safe_load((SOURCE / name).read_text("utf-8"))


def pick(text, language):
    """``text`` itself, or its entry for the language."""
    return text[language] if isinstance(text, dict) else text


# --- defaults at a glance ---------------------------------------------------

EPS = {
    "outside": {"zh": "根号外", "en": "outside the root"},
    "inside": {"zh": "根号内", "en": "inside the root"},
    "hat": {"zh": "ε̂，未修正的根号外", "en": "ε̂, outside the uncorrected root"},
    "none": {"zh": "无", "en": "none"},
}

WORDS = {
    "zh": {
        "columns": ("", "ε 在哪里", "默认值", "首步到（见下）"),
        "traps": "容易踩的坑",
        "all": "、",
        "colon": "：",
    },
    "en": {
        "columns": ("", "ε sits", "defaults", "first step to (see below)"),
        "traps": "Traps",
        "all": ", ",
        "colon": ": ",
    },
}


def print_defaults(language):
    """source/parity.yml as a page: a section per rule, then the traps."""
    table, words = load("parity.yml"), WORDS[language]
    libraries = words["all"].join(f"{name} {version}" for name, version in table["libraries"].items())
    parts = [table["intro"][language].strip().format(libraries=libraries)]
    for rule in gd.rules.RULES:
        rows = [row for row in table["rows"] if row["of"] == rule.name]
        parts += [f"## {rule.title(language)}", *formulas(rows, language), summary(rows, language)]
        parts += [example(row, language) for row in rows]
    parts += [f"## {words['traps']}", "\n".join(f"- {trap[language]}" for trap in table["traps"])]
    return "\n\n".join(parts) + "\n"


def formulas(rows, language):
    """Each formula once, under the names of those who use it."""
    for tex in dict.fromkeys(row["tex"] for row in rows):
        names = dict.fromkeys(pick(row["library"], language) for row in rows if row["tex"] == tex)
        yield f"**{' · '.join(names)}**\n\n$$\n{tex}\n$$"


def summary(rows, language):
    """The table of a section; variants of one library at other settings share its line."""
    lines = [WORDS[language]["columns"], ("---",) * 4]
    for library, variants in groupby(rows, key=lambda row: pick(row["library"], language)):
        row = next(variants)
        lines.append((library, EPS[row["eps_where"]][language], row.get("defaults", "–"), first_step(row)))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def first_step(row):
    return f"{row['golden'][0]:.9f}" if "golden" in row else "–"


def example(row, language):
    """The two calls and their path, and the note under them."""
    knobs = ", ".join(f"{name}={number(value)}" for name, value in row["knobs"].items())
    code = [row["call"]] if "call" in row else []
    code.append(f"gd.{row['rule']}(theta, grad, {knobs})")
    if "golden" in row:
        code.append("# " + "  ".join(f"{x:.9f}" for x in row["golden"]))
    note = WORDS[language]["colon"] + row["note"][language] if "note" in row else ""
    return f"**{pick(row['library'], language)}**{note}\n\n```python\n" + "\n".join(code) + "\n```"


def number(value):
    """0.001, but 1e-8 as people write it."""
    return f"{value:g}".replace("e-0", "e-")


# --- origins ----------------------------------------------------------------


def print_origins(language):
    """source/articles.yml as a page: what the course began with."""
    data, brackets = load("articles.yml"), {"zh": "（{}）", "en": " ({})"}[language]
    texts = [
        f"**{article['title']}**{brackets.format(article['short'][language])}\n: {article['what'][language]}"
        for article in data["articles"].values()
    ]
    return "\n\n".join([data["intro"][language].strip(), *texts, data["outro"][language].strip()]) + "\n"


# --- errata -----------------------------------------------------------------

ERRATA = {
    "zh": {
        "said": "原来：",
        "says": "现在：",
        "should": "**更正**：",
        "check": "运行检验",
        "look": "见[{}](../{})。",
        "state": "**现状**：",
        "stands": "这一版里仍是这样。",
        "reported": "这一版里仍是这样，已有人指出。",
        "fixed": "已改正。",
        "answered": "已有答复。",
        "credit": "最早指出的是 {}。",
        "person": "{place}（{who}）",
        "dated": "{place}（{who}，{when}）",
        "then": "，其后是 ",
    },
    "en": {
        "said": "It said: ",
        "says": "Now it says: ",
        "should": "**Correction**: ",
        "check": "Run the check",
        "look": " See [{}](../{}).",
        "state": "**Status**: ",
        "stands": "it is still there.",
        "reported": "it is still there, and has been reported.",
        "fixed": "mended.",
        "answered": "answered.",
        "credit": " First pointed out in {}.",
        "person": "{place} ({who})",
        "dated": "{place} ({who}, {when})",
        "then": ", then ",
    },
}


def print_errata(language):
    """source/errata.yml as a page: how to tell us, our own errors, then those elsewhere, by treatment."""
    data = load("errata.yml")
    text = {name: words[language].strip() for name, words in data["texts"].items()}
    ours = [our_entry(entry, language) for entry in data["ours"]]
    parts = [text["report"], f"## {text['ours']}", text["ours_intro"], *(ours or [text["none"]])]
    parts += [f"## {text['elsewhere']}", text["elsewhere_intro"]]
    for name, title in data["treatments"].items():
        parts += [f'<span id="{title["was"][language]}"></span>'] if "was" in title else []
        parts += [f"### {title[language]}"]
        parts += [their_entry(entry, language) for entry in data["elsewhere"] if entry["of"] == name]
    return "\n\n".join([*parts, "---", text["articles"]]) + "\n"


def our_entry(entry, language):
    """A correction: where, what it said, what it says."""
    words = ERRATA[language]
    where = [str(entry["date"]), entry["page"][language], *([f"({entry['equation']})"] if "equation" in entry else [])]
    lines = [words[name] + entry[name][language] for name in ("said", "says")]
    return f"**{' · '.join(where)}**\n: " + "\n\n  ".join(lines)


def their_entry(entry, language):
    """Where, the quotation, what it should say, how things stand, and the check in a fold."""
    words = ERRATA[language]
    should = words["should"] + entry["should"][language] + see(entry, language)
    check = ["<details>", f"<summary>{words['check']}</summary>", "", "```python", *entry["check"].splitlines(), "```"]
    if "library" in entry:
        run = [f"# pip install {entry['library']['install']}", *entry["library"]["run"].splitlines()]
        check += ["", "```python", *run, "```"]
    lines = [f"> {entry['says']}", "", should, "", status(entry, language), "", *check, "", "</details>"]
    return f"**{pick(entry['where'], language)}** · {entry['read']}\n: " + "\n".join(indented(lines))


def status(entry, language):
    """Whether it is still there, who said so first, what became of it."""
    words = ERRATA[language]
    reports = [{**one, "place": pick(one["place"], language)} for one in entry.get("credit", [])]
    said = [words["dated" if "when" in one else "person"].format(**one) for one in reports]
    credit = words["credit"].format(words["then"].join(said)) if said else ""
    since = {"zh": "", "en": " "}[language] + entry["since"][language] if "since" in entry else ""
    return words["state"] + words[entry["state"]] + credit + since


def see(entry, language):
    """The way to the chapter that treats it."""
    if "chapter" not in entry:
        return ""
    page = home(entry)
    return ERRATA[language]["look"].format(mentioned(page, language), page.address)


def indented(lines):
    """The first line as it is, the others below it."""
    return [lines[0], *(f"  {line}" if line else "" for line in lines[1:])]


# --- glossary ---------------------------------------------------------------

GLOSSARY = {
    "zh": "按初次遇到的顺序排列：中文，英文，公式里的符号，代码里的名字。",
    "en": "In the order in which one meets them: English, Chinese, the symbol, the name in code.",
}


def print_glossary(language):
    """source/terms.yml as a page: a list of definitions."""
    parts = [GLOSSARY[language]]
    other = "en" if language == "zh" else "zh"
    for term in load("terms.yml"):
        names = [
            f"**{term[language]}**",
            term[other],
            term.get("symbol"),
            f"`{term['code']}`" if "code" in term else None,
        ]
        parts.append(f"{' · '.join(filter(None, names))}\n: {term['means'][language]}")
    return "\n\n".join(parts) + "\n"


# --- solutions --------------------------------------------------------------

SOLUTIONS = {
    "zh": {
        "intro": "先自己做，再来对照。代码题的写法不止一种，检查器认的是结果；这里给出的是课程自己的写法，"
        "`sqrt(x)` 就是 `x**0.5`。选错的那些项错在哪里，题目下面都有解说。",
        "chapter": "题目在[{called}的“自测”](../{address}.ipynb)里。",
        "appendix": "题目在[{called}](../{address}.ipynb)里，读到哪里问到哪里。",
        "lesson": "题目在[{called}](../{address}.ipynb)里，读到哪里问到哪里。",
        "below": "题目在[{title}](../{address}.ipynb)的末尾。",
        "questions": "### 小问题",
        "code": "### 动手题",
        "experiment": "### 没有标准答案的实验",
        "more": "## 更多练习",
        "more_intro": "章节里没有用到、但在 Jupyter 里同样可以检查的题目："
        '`gd.exercises.stub("nadam")` 给出题目，`gd.check("nadam", my_nadam)` 检查。',
    },
    "en": {
        "intro": "Try first, then compare. Code can be written in many ways, and the checker looks at the result; "
        "below is how the course writes it, where `sqrt(x)` is `x**0.5`. "
        "What is wrong with the other choices is said under each question.",
        "chapter": "The questions stand in the self-check of [{mentioned}](../{address}.ipynb).",
        "appendix": "The questions stand in [{mentioned}](../{address}.ipynb), where they come up.",
        "lesson": "The questions stand in [{mentioned}](../{address}.ipynb), where they come up.",
        "below": "The questions stand at the end of [{title}](../{address}.ipynb).",
        "questions": "### Small questions",
        "code": "### Code",
        "experiment": "### The experiment without a model answer",
        "more": "## More exercises",
        "more_intro": "Exercises that no chapter uses but that can be checked in Jupyter all the same: "
        '`gd.exercises.stub("nadam")` gives the task, `gd.check("nadam", my_nadam)` checks it.',
    },
}


def print_solutions(language):
    """The references, the keys of the questions, model answers: a section per page that asks something."""
    words, used = SOLUTIONS[language], []
    parts = [words["intro"]]
    for page in chapters():
        text = page.source.read_text("utf-8")
        names = questions.asked(text)
        posed = [name for name in re.findall(r'^gd\.check\("(\w+)"', text, re.M) if name not in used]
        answer = load("solutions.yml").get(page.stem)
        if not names and not posed and not answer:
            continue
        used += posed
        if page.part == "A" and not page.above:  # its chapter still has the address that it had as one
            parts.append(f'<span id="chapter-{page.number}"></span>')
        parts += [f"## {heading(page, language) if page.above else called(page, language)}", where(page, language)]
        if names:
            parts += [words["questions"], *(key(name, language) for name in names)]
        if posed:
            parts += [words["code"], *(reference(name, language) for name in posed)]
        if answer:
            parts += [words["experiment"], experiment(answer, language)]
    rest = [name for name in exercises() if name not in used]
    parts += [words["more"], words["more_intro"], *(reference(name, language) for name in rest)]
    return "\n\n".join(parts) + "\n"


def where(page, language):
    """The page that asks."""
    kind = "lesson" if page.lesson else "below" if page.above else page.kind
    words = SOLUTIONS[language][kind]
    names = {"called": called(page, language), "mentioned": mentioned(page, language), "title": page.title[language]}
    return words.format(**names, address=page.address)


def key(name, language):
    """A question and its right answer."""
    question = questions.load()[name]
    says, because = next((says, because) for says, because, right in questions.choices(question, language) if right)
    because = because.removeprefix("对。").removeprefix("Right.").strip()
    says = says.replace("*", "&#42;")  # or a power would end the bold letters
    stop = {"zh": "。", "en": ". "}[language]  # outside the bold letters, or a Chinese sentence would not end them
    return f"**{question['asks'][language]}**\n: **{says.rstrip('.。')}**{stop}{because}"


def reference(name, language):
    """What an exercise asks, why it is so, its formula, its source."""
    known = messages(language)
    why, formula, _ = known["hints"][name]
    label = {"zh": "公式：", "en": "Formula: "}[language]
    title = {"zh": f"**{known['titles'][name]}**（`{name}`）", "en": f"**{known['titles'][name]}** (`{name}`)"}[
        language
    ]
    return f"{title}\n\n{why}\n\n{label}{formula}\n\n```python\n{get(name).source}\n```"


def experiment(entry, language):
    return entry[language].format(**computed(entry["compute"])).strip()


@cache
def computed(program):
    """The variables that it leaves: the same for all languages."""
    found = {"gd": gd, "np": np}
    exec(program, found)
    return found


# --- pages with a source of their own ---------------------------------------

FRONT = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""  # by which the book knows that there are cells to run


def print_text(page, language):
    """source/name.md as a page: the text of one language, the code of both."""
    cells = print_notebook(page.source, language).cells
    front = FRONT if any(cell.cell_type == "code" for cell in cells) else ""
    text = "\n\n".join(map(as_text, cells)) + "\n"
    return front + mark(page) + fill_in_lists(text, language)


def fill_in_lists(text, language):
    """What the teachers' page shows of the lessons."""
    lists = {"{{objectives}}": lambda: objectives(language), "{{lengths}}": lambda: routes.lessons(language)}
    lists |= {f"{{{{route {name}}}}}": lambda name=name: routes.route(name, language) for name in routes.routes()}
    for mark, printed in lists.items():
        text = text.replace(mark, printed()) if mark in text else text
    return text


def as_text(cell):
    if cell.cell_type == "markdown":
        return cell.source
    settings = yaml.safe_dump(dict(cell.metadata), allow_unicode=True, default_flow_style=None)
    return f"```{{code-cell}} python\n---\n{settings}---\n{cell.source}\n```"


OBJECTIVES = {
    "zh": {"columns": ("课", "学完能做什么", "由什么检验"), "question": "题 {}", "exercise": "编程题"},
    "en": {
        "columns": ("lesson", "afterwards a student can", "asked by"),
        "question": "question {}",
        "exercise": "exercise",
    },
}


def objectives(language):
    """A table of what each lesson's reader can do afterwards, with links to the questions that ask for it."""
    words = OBJECTIVES[language]
    lines = [words["columns"], ("---",) * 3]
    for page in (page for page in chapters() if page.objectives):
        posed, name = questions.asked(page.source.read_text("utf-8")), f"[{heading(page, language)}](../{page.address})"
        for entry in page.objectives:
            by = [asker(page, each, posed, words) for each in entry["by"]]
            lines.append((name, entry[language], WORDS[language]["all"].join(by)))
            name = ""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def asker(page, name, posed, words):
    """A question of the page, counted as they are posed there, or its exercise."""
    address = f"../{page.address}.html"
    if name in posed:
        return f'<a href="{address}#q-{name}">{words["question"].format(posed.index(name) + 1)}</a>'
    if name not in exercises():
        raise SourceError(f"source/course.yml: {page.stem} poses neither a question nor an exercise {name}")
    return f'<a href="{address}">{words["exercise"]}</a>'


# --- tables of contents -----------------------------------------------------


def print_contents(language):
    """The sidebar: what jupyter-book reads as _toc.yml."""
    home, parts = outline()
    lines = ["# Printed from source/course.yml by tools/pages.py; change it there.", "format: jb-book"]
    lines += [f"root: {home.address}", "parts:"]
    for caption, pages in parts:
        lines += [f"  - caption: {caption[language]}", "    chapters:", *entries(pages, "      ")]
    return "\n".join(lines) + "\n"


def entries(pages, indent):
    for page in pages:
        yield f"{indent}- file: {page.address}"
        if page.pages:
            yield f"{indent}  sections:"
            yield from entries(page.pages, indent + "    ")


# --- all of them ------------------------------------------------------------

LISTS = {
    "defaults": print_defaults,
    "claims": claims_index.printed,
    "quick": quick.printed,
    "origins": print_origins,
    "errata": print_errata,
    "glossary": print_glossary,
    "solutions": print_solutions,
}


def mark(page):
    return f"<!-- Printed from {', '.join(page.printed_from)} by tools/pages.py; change it there. -->\n\n"


# Its rows need the width, and its filters know the chapters, too.
WITHOUT_CONTENTS = "---\nhtml_theme.sidebar_secondary.remove: true\n---\n\n"


def print_list(page, language):
    head = WITHOUT_CONTENTS if page.stem == "claims" else ""
    return f"{head}{mark(page)}# {heading(page, language)}\n\n{LISTS[page.stem](language)}"


def printed():
    """(path, text, what it is printed from) of all that is printed here."""
    yield ROOT / "gdcourse" / "data" / "questions.json", questions.as_json(), ("source/questions.yml",)
    for language, folder in EDITIONS.items():
        yield folder / "_toc.yml", print_contents(language), ("source/course.yml",)
        for page in all_pages():
            if page.number is None:
                text = (print_list if page.stem in LISTS else print_text)(page, language)
                yield folder / page.file, text, page.printed_from


def stale():
    """(path, text, what it is printed from) of what is not what its source prints."""
    for path, text, sources in printed():
        if not path.exists() or path.read_text("utf-8") != text:
            yield path, text, sources


def strays():
    """What nobody prints but readers would get: its source is gone, or source/course.yml does not list it."""
    names = {page.stem for page in all_pages()}
    sources = [path for path in SOURCE.glob("*.md") if path.stem not in names]
    known = {folder / page.file for folder in EDITIONS.values() for page in all_pages()}
    folders = [folder / name for folder in EDITIONS.values() for name in ("pages", "chapters")]
    return sources + [path for folder in folders for path in sorted(folder.glob("*.*")) if path not in known]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say what is not what its source prints")
    check = parser.parse_args().check
    try:
        found = list(stale())
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    for path, text, sources in found:
        print(path.relative_to(ROOT), f"is not what {', '.join(sources)} prints" if check else "printed")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    for path in strays():
        print(path.relative_to(ROOT), "is not of the course: source/course.yml does not list it", file=sys.stderr)
    return int(bool(strays()) or check and bool(found))


if __name__ == "__main__":
    sys.exit(main())
