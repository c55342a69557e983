"""Print the pages that are lists: their content stands once, in source/*.yml.

    python tools/pages.py            write the pages that have changed
    python tools/pages.py --check    only list the stale ones, exit 1 if there are any

A page is one function here, from a language to Markdown, and one line in ``PAGES``.
"""

import argparse
import re
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import questions
import yaml
from notebooks import WORDS as CLAIM_WORDS
from notebooks import home, load_claims, origin, sources, verdict

import gdcourse as gd
from gdcourse.exercises import core, get
from gdcourse.exercises.shell import messages

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {"zh": ROOT / "pages", "en": ROOT / "en" / "pages"}


def load(name):
    return yaml.safe_load((ROOT / "source" / name).read_text("utf-8"))


def head(source):
    return f"<!-- Printed from source/{source} by tools/pages.py; change it there. -->"


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
    parts = [head("parity.yml"), table["intro"][language].strip().format(libraries=libraries)]
    for rule, title in table["rules"].items():
        rows = [row for row in table["rows"] if row["of"] == rule]
        parts += [f"## {title[language]}", *formulas(rows, language), summary(rows, language)]
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


# --- claims -----------------------------------------------------------------

CLAIMS = {
    "zh": {
        "title": "# 说法与实测",
        "intro": "博客里常见的说法，每一条都做过实验或查过原文。最出人意料的排在前面。"
        "点“看实验”，就到了检验它的代码旁边。结论只在写明的范围内有效：小实验不是普遍的判决。",
        "articles": "## 五篇文章\n\n- 000：Python 梯度下降法（五）：Adam Optimize"
        "\n- 001：一篇用 PyTorch 网络讲 Adam 的文章\n"
        "- 002：通俗理解 Adam 优化器\n- 003：Python 中的深度学习优化器：从 SGD 到 Adam\n"
        "- 004：Python 梯度下降法（二）：RMSProp Optimize\n\n说法按意思转述，不是原文。",
        "slips": "## 文章里的疏漏",
        "slips_intro": "跑一遍，看看会怎样。",
        "chapter": "第 {} 章",
        "appendix": "附录 {}",
        "look": "看实验",
        "sources": "看出处",
        "brackets": "（{}，{}）：",
    },
    "en": {
        "title": "# Claims and what the runs say",
        "intro": "Claims that one meets in blog posts. Each was put to a test or traced to its source, the most "
        'surprising first. "See it run" leads to the code beside it. A verdict holds in the scope it names: '
        "a small experiment is no general judgement.",
        "articles": "## The five articles\n\n- 000: Python 梯度下降法（五）：Adam Optimize\n"
        "- 001: an article on Adam with a PyTorch network\n- 002: 通俗理解 Adam 优化器\n"
        "- 003: Python 中的深度学习优化器：从 SGD 到 Adam\n- 004: Python 梯度下降法（二）：RMSProp Optimize\n\n"
        "Claims are given by their meaning, not word for word.",
        "slips": "## Slips in the articles",
        "slips_intro": "Run them and look.",
        "chapter": "chapter {}",
        "appendix": "appendix {}",
        "look": "See it run",
        "sources": "See the sources",
        "brackets": " ({}, {}): ",
    },
}


def print_claims(language):
    """source/claims.yml as a page: the most surprising claims first, then the slips."""
    words = CLAIMS[language]
    ranked = sorted(load_claims().items(), key=lambda item: -item[1]["surprise"])
    claims = [claim_entry(key, claim, language) for key, claim in ranked if claim["verdict"] != "slip"]
    slips = [claim_entry(key, claim, language) for key, claim in ranked if claim["verdict"] == "slip"]
    parts = [head("claims.yml"), words["title"], words["intro"], *claims]
    parts += [words["slips"], words["slips_intro"], *slips, words["articles"]]
    return "\n\n".join(parts) + "\n"


def claim_entry(key, claim, language):
    """One claim: who says it, the verdict, the reason, the way to the experiment."""
    words = CLAIMS[language]
    look = words["sources" if claim.get("by") == "sources" else "look"]
    link = f'<a href="../chapters/{home(claim).stem}.html#claim-{key}">{look}</a>'
    place = words["chapter"] if isinstance(claim["chapter"], int) else words["appendix"]
    brackets = words["brackets"].format(origin(claim, language), place.format(str(claim["chapter"]).upper()))
    if claim["verdict"] == "slip":
        said, judged = f"**{key}**", ""
    else:
        said, judged = f"**{CLAIM_WORDS[language]['claim']} {key}**", verdict(claim, language) + " "
    return f"{said}{brackets}{claim['says'][language]}\n: {judged}{claim['because'][language]} {link}"


# --- errata -----------------------------------------------------------------

ERRATA = {
    "zh": {
        "said": "原来：",
        "says": "现在：",
        "should": "**更正**：",
        "check": "运行检验",
        "look": "见[{}](../chapters/{})。",
    },
    "en": {
        "said": "It said: ",
        "says": "Now it says: ",
        "should": "**Correction**: ",
        "check": "Run the check",
        "look": " See [{}](../chapters/{}).",
    },
}


def print_errata(language):
    """source/errata.yml as a page: our own errors, how to tell us, then those elsewhere, by treatment."""
    data = load("errata.yml")
    text = {name: words[language].strip() for name, words in data["texts"].items()}
    ours = [our_entry(entry, language) for entry in data["ours"]]
    parts = [head("errata.yml"), f"# {text['title']}", f"## {text['ours']}", text["ours_intro"]]
    parts += [*(ours or [text["none"]]), text["report"], f"## {text['elsewhere']}", text["elsewhere_intro"]]
    for name, title in data["treatments"].items():
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
    """Where, the quotation, what it should say, and the check in a fold."""
    words = ERRATA[language]
    should = words["should"] + entry["should"][language] + see(entry, language)
    check = ["<details>", f"<summary>{words['check']}</summary>", "", "```python", *entry["check"].splitlines(), "```"]
    lines = [f"> {entry['says']}", "", should, "", *check, "", "</details>"]
    return f"**{pick(entry['where'], language)}** · {entry['read']}\n: " + "\n".join(indented(lines))


def see(entry, language):
    """The way to the chapter that treats it."""
    if "chapter" not in entry:
        return ""
    return ERRATA[language]["look"].format(CLAIMS[language]["chapter"].format(entry["chapter"]), home(entry).stem)


def indented(lines):
    """The first line as it is, the others below it."""
    return [lines[0], *(f"  {line}" if line else "" for line in lines[1:])]


# --- glossary ---------------------------------------------------------------

GLOSSARY = {
    "zh": "# 术语\n\n按初次遇到的顺序排列：中文，英文，公式里的符号，代码里的名字。",
    "en": "# Glossary\n\nIn the order in which one meets them: English, Chinese, the symbol, the name in code.",
}


def print_glossary(language):
    """source/terms.yml as a page: a list of definitions."""
    parts = [head("terms.yml"), GLOSSARY[language]]
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
        "title": "# 自测题的答案",
        "intro": "先自己做，再来对照。代码题的写法不止一种，检查器认的是结果；这里给出的是课程自己的写法，"
        "`sqrt(x)` 就是 `x**0.5`。选错的那些项错在哪里，题目下面都有解说。",
        "chapter": "## 第{0}章\n\n题目在[第{0}章的“自测”](../chapters/{1}.ipynb)里。",
        "appendix": "## 附录 A\n\n题目在[附录 A 的“自测”](../chapters/{0}.ipynb)里。",
        "numerals": "零一二三四五六七",
        "questions": "### 小问题",
        "code": "### 动手题",
        "experiment": "### 没有标准答案的实验",
        "more": "## 更多练习",
        "more_intro": "章节里没有用到、但在 Jupyter 里同样可以检查的题目："
        '`gd.exercises.stub("nadam")` 给出题目，`gd.check("nadam", my_nadam)` 检查。',
    },
    "en": {
        "title": "# Solutions to the self-check",
        "intro": "Try first, then compare. Code can be written in many ways, and the checker looks at the result; "
        "below is how the course writes it, where `sqrt(x)` is `x**0.5`. "
        "What is wrong with the other choices is said under each question.",
        "chapter": "## Chapter {0}\n\nThe questions stand in the self-check of [chapter {0}](../chapters/{1}.ipynb).",
        "appendix": "## Appendix A\n\nThe questions stand in the self-check of [appendix A](../chapters/{0}.ipynb).",
        "numerals": "01234567",
        "questions": "### Small questions",
        "code": "### Code",
        "experiment": "### The experiment without a model answer",
        "more": "## More exercises",
        "more_intro": "Exercises that no chapter uses but that can be checked in Jupyter all the same: "
        '`gd.exercises.stub("nadam")` gives the task, `gd.check("nadam", my_nadam)` checks it.',
    },
}


def print_solutions(language):
    """The references, the keys of the questions, model answers: a section per chapter that asks something."""
    words, used = SOLUTIONS[language], []
    parts = [head("questions.yml, solutions.yml and gdcourse/exercises"), words["title"], words["intro"]]
    for source in sources():
        text = source.read_text("utf-8")
        names = list(dict.fromkeys(re.findall(r"\{\{question ([\w-]+)\}\}", text)))
        exercises = [name for name in re.findall(r'^gd\.check\("(\w+)"', text, re.M) if name not in used]
        number = int(source.stem[:2]) if source.stem[:2].isdigit() else source.stem
        if not names and not exercises and number not in load("solutions.yml"):
            continue
        used += exercises
        if number == source.stem:
            parts += [words["appendix"].format(source.stem)]
        else:
            parts += [words["chapter"].format(words["numerals"][number], source.stem)]
        if names:
            parts += [words["questions"], *(key(name, language) for name in names)]
        if exercises:
            parts += [words["code"], *(reference(name, language) for name in exercises)]
        if number in load("solutions.yml"):
            parts += [words["experiment"], experiment(load("solutions.yml")[number], language)]
    rest = [name for name in core.ORDER if name not in used]
    parts += [words["more"], words["more_intro"], *(reference(name, language) for name in rest)]
    return "\n\n".join(parts) + "\n"


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
    found = {"gd": gd, "np": np}
    exec(entry["compute"], found)
    return entry[language].format(**found).strip()


# --- all pages --------------------------------------------------------------

PAGES = {
    "defaults": print_defaults,
    "claims": print_claims,
    "errata": print_errata,
    "glossary": print_glossary,
    "solutions": print_solutions,
}


def stale():
    """(path, text) of every page that is not what its source prints."""
    for name, page in PAGES.items():
        for language, folder in FOLDERS.items():
            path, text = folder / f"{name}.md", page(language)
            if not path.exists() or path.read_text("utf-8") != text:
                yield path, text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only list the stale pages")
    check = parser.parse_args().check
    pages = list(stale())
    for path, text in pages:
        print(path.relative_to(ROOT), "is not what its source prints" if check else "printed")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return int(check and bool(pages))


if __name__ == "__main__":
    sys.exit(main())
