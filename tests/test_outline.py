"""A chapter and an appendix are an entry in source/course.yml and a source: all else follows from that."""

import json
import os
import re
import subprocess
import sys

import pytest
import rhythm
import yaml
from conftest import BOOK, copy_of_the_project, soup
from project import EDITIONS, ROOT, Page, called, heading, mentioned, numeral, page_of, pages

# --- the outline -----------------------------------------------------------------


def test_each_page_is_listed_once_and_says_all_in_both_languages():
    stems = [page.stem for page in pages()]
    assert len(stems) == len(set(stems))
    for page in pages():
        for words in page.title, page.description:
            assert set(words) == set(EDITIONS), page.stem
            assert all(words.values()), page.stem
        assert all((ROOT / path).exists() for path in page.printed_from), page.stem


def page(stem):
    stem, _, part = stem.partition(" ")
    return Page(stem, {"zh": "题", "en": "T"}, {}, printed_from=(), needs=None, above=None, pages=(), part=part)


@pytest.mark.parametrize(
    ("stem", "headings", "names"),
    [
        ("00_basics", ("题", "T"), ("题", "T", "题", "T")),
        ("01_momentum B", ("第一章 B 题", "Chapter 1B: T"), ("第一章 B", "Chapter 1B", "第 1B 章", "chapter 1B")),
        ("08_adamw", ("第八章 题", "Chapter 8: T"), ("第八章", "Chapter 8", "第 8 章", "chapter 8")),
        ("21_x_tested", ("第二十一章 题", "Chapter 21: T"), ("第二十一章", "Chapter 21", "第 21 章", "chapter 21")),
        ("c_more", ("附录 C：题", "Appendix C: T"), ("附录 C", "Appendix C", "附录 C", "appendix C")),
        ("teachers", ("题", "T"), ("题", "T", "题", "T")),
    ],
)
def test_what_a_page_is_called(stem, headings, names):
    named = tuple(say(page(stem), language) for say in (called, mentioned) for language in ("zh", "en"))
    assert (heading(page(stem), "zh"), heading(page(stem), "en")) == headings
    assert named == names


def test_pages_below_share_the_part_and_the_number_of_theirs():
    below = {"file": "01_x_tested", "title": {}, "description": {}}
    top = page_of({"file": "01_x", "part": "B", "lesson": True, "title": {}, "description": {}, "pages": [below]})
    assert [(p.number, p.part, p.lesson) for p in (top, *top.pages)] == [(1, "B", True), (1, "B", False)]


def test_chinese_numerals():
    assert [numeral(n) for n in (1, 8, 10, 12, 20, 21, 99)] == ["一", "八", "十", "十二", "二十", "二十一", "九十九"]


# --- a chapter and two appendices more ---------------------------------------------

NEW = {
    "08_adamw": ("解耦的权重衰减", "Decoupled decay"),
    "08_adamw_tested": ("解耦的权重衰减，实测", "Decoupled decay, tested"),
    "c_lion": ("只看符号", "Only signs"),
    "d_muon": ("矩阵", "Matrices"),
}
QUESTION = """
ask-{0}:
  asks: {{zh: 问题 {0}？, en: "Question {0}?"}}
  choices:
    - {{says: {{zh: 是, en: "Yes {0}"}}, right: true, because: {{zh: 对。就是这样。, en: Right. So it is.}}}}
    - {{says: {{zh: 否, en: "No {0}"}}, because: {{zh: 并不是这样的。, en: It is not like that.}}}}
"""
CLAIM = """
Z1:
  {article: "course", chapter: 8, surprise: 3, says: {zh: 新说法。, en: A new claim.}, verdict: holds,
   because: {zh: 如此。, en: So it is.}}
"""
SOURCE = """\
+++ {{"lang": "zh"}}

# {{{{title}}}}

问一问，答案见[自测题的答案](../pages/solutions.md)。

{marks}

+++ {{"lang": "en"}}

# {{{{title}}}}

A question; see the [solutions](../pages/solutions.md).

{marks}
"""
# what makes a lesson of it
LESSON = """
```{code-cell} python
---
name: guess
tags: [predict]
---
print("the outcome")
```

+++ {"lang": "zh"}

{{derive}}
算一算。
{{unfold}}
一步。
{{end}}

见 {{badge Z1}}。

+++ {"lang": "en"}

{{derive}}
Work it out.
{{unfold}}
One step.
{{end}}

See {{badge Z1}}.
"""


def add(copy):
    """What CONTRIBUTING asks for: an entry each in source/course.yml, and a source; the claim stands on the trial."""

    def entry(stem):
        (zh, en), about = NEW[stem], {"zh": f"{stem} 的说明。", "en": f"About {stem}."}
        return {"file": stem, "title": {"zh": zh, "en": en}, "description": about}

    outline = copy / "source" / "course.yml"
    course = yaml.safe_load(outline.read_text("utf-8"))
    learn = course["parts"][0]["pages"]
    after = 1 + [entry["file"] for entry in learn].index("07_summary")
    learn.insert(after, {**entry("08_adamw"), "lesson": True, "pages": [entry("08_adamw_tested")]})
    learn += [entry("c_lion"), entry("d_muon")]
    outline.write_text(yaml.safe_dump(course, allow_unicode=True, sort_keys=False), "utf-8")
    for stem in NEW:
        marks = f"{{{{question ask-{stem}}}}}" + ("\n\n{{claim Z1}}" if stem.endswith("tested") else "")
        more = LESSON if stem == "08_adamw" else ""
        (copy / "source" / f"{stem}.md").write_text(SOURCE.format(marks=marks) + more, "utf-8")
    for name, more in ("questions.yml", "".join(map(QUESTION.format, NEW))), ("claims.yml", CLAIM):
        with (copy / "source" / name).open("a", encoding="utf-8") as file:
            file.write(more)


def run(folder, *command):
    """What it says; it must not fail."""
    paths = os.pathsep.join(map(str, (folder, folder / "_ext")))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    said = result.stdout + result.stderr
    assert result.returncode == 0, said[-3000:]
    return said


def built_in_english(copy, *names):
    """The edition's HTML: all pages are read, these are written, none is run."""
    run(copy, BOOK[0], "config", "sphinx", "en")
    html, pages = copy / "_build" / "html", [copy / "en" / name for name in names]
    # its trees stand apart, as jupyter-book has them: the scripts that are made there are copied into the site
    options = ["-b", "html", "-n", "-d", copy / "_build" / "trees", "-D", "nb_execution_mode=off"]
    said = run(copy, sys.executable, "-m", "sphinx", *options, "en", html, *pages)
    warnings = [line for line in said.splitlines() if "WARNING" in line]
    assert len(warnings) == 1, warnings
    assert "search index couldn't be loaded, but not all documents will be built" in warnings[0]
    return html


def test_a_chapter_and_two_appendices_are_added_and_the_book_builds(tmp_path):
    copy = copy_of_the_project(tmp_path)
    add(copy)
    run(copy, sys.executable, "tools/pages.py")
    run(copy, sys.executable, "tools/notebooks.py", *NEW)

    solutions = (copy / "pages" / "solutions.md").read_text("utf-8")
    chapter, appendices = ["第八章", "第八章 解耦的权重衰减，实测"], ["附录 A", "附录 A：项目实测", "附录 C", "附录 D"]
    assert re.findall(r"^## (.*)", solutions, re.M)[-7:] == [*chapter, *appendices, "更多练习"]
    assert "题目在[第八章](../chapters/08_adamw.ipynb)里，" in solutions
    assert "题目在[附录 D](../chapters/d_muon.ipynb)里，读到哪里问到哪里。" in solutions
    index = (copy / "pages" / "claims.md").read_text("utf-8")
    assert "<span>新说法。</span>" in index
    assert "（本课程，第 8 章）" in index

    pages = ["index.md", "pages/solutions.md", "pages/claims.md", *(f"chapters/{stem}.ipynb" for stem in NEW)]
    html = built_in_english(copy, *pages)
    titles = {stem: soup(html / "chapters" / f"{stem}.html").h1.get_text().rstrip("#") for stem in NEW}
    assert titles == {
        "08_adamw": "Chapter 8: Decoupled decay",
        "08_adamw_tested": "Chapter 8: Decoupled decay, tested",
        "c_lion": "Appendix C: Only signs",
        "d_muon": "Appendix D: Matrices",
    }
    sidebar = [link.get_text(strip=True) for link in soup(html / "index.html").select("nav.bd-links a.reference")]
    listed, new = ",".join(sidebar), list(titles.values())
    assert listed.count(",".join(["Chapter 7: Summary, put to the test", *new[:2], "Appendix A: "])) == 1
    assert listed.count(",".join(["Appendix B: Speed", *new[2:], "The 15-minute path"])) == 1
    trial = soup(html / "index.html").select_one('nav.bd-links a[href="chapters/08_adamw_tested.html"]')
    assert trial.find_parent("ul").find_parent("li").a.get_text(strip=True) == titles["08_adamw"]
    page = soup(html / "chapters" / "d_muon.html")
    assert page.find("meta", attrs={"name": "description"})["content"] == "About d_muon."
    page = soup(html / "pages" / "solutions.html")
    for stem in NEW:
        assert f"Question {stem}?" in page.get_text()
        assert page.find("a", href=f"../chapters/{stem}.html")
    link = soup(html / "pages" / "claims.html").find("a", href=re.compile("#claim-Z1$"))["href"]
    assert link == "../chapters/08_adamw_tested.html#claim-Z1"
    assert soup(html / "chapters" / "08_adamw_tested.html").find(id="claim-Z1")
    lesson = soup(html / "chapters" / "08_adamw.html")
    moved = json.loads(lesson.find("meta", attrs={"name": "moved"})["content"])
    assert {"claim-Z1", "q-ask-08_adamw_tested"} <= set(moved["08_adamw_tested"])
    badge = lesson.find("a", class_="badge")
    assert (badge["href"], badge["class"], badge.string) == (
        "08_adamw_tested.html#claim-Z1",
        ["badge", "holds"],
        "✓ holds",
    )
    prediction = lesson.find("details", attrs={"data-activity": "predict"})
    assert prediction.summary.string == "I have my guess: show me"
    assert "the outcome" in prediction.get_text()
    assert lesson.get_text().count("the outcome") == 2  # in the code, too
    assert rhythm.measure(str(lesson)).doing == pytest.approx(
        sum(rhythm.DOING[x] for x in ("choice", "predict", "derive"))
    )
