"""The notebooks and pages are what source/ prints, and both languages say the same."""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from pathlib import PurePosixPath

import coursesite
import jupytext
import nbformat
import notebooks
import pytest
import yaml
from cells import same_but_for_words
from conftest import copy_of_the_project
from dark import dark_of
from notebooks import FOLDERS, ROOT, load_claims, print_notebook, same_text, sources, target
from project import chapters, find
from project import pages as all_pages

import gdcourse as gd
import pages

SOURCES = sources()
TEXTS = [page.source for page in all_pages() if page.number is None and page.source.suffix == ".md"]
CHAPTERS = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
BILINGUAL = pytest.mark.parametrize("source", SOURCES + TEXTS, ids=lambda source: source.stem)
BOTH = pytest.mark.parametrize("language", FOLDERS)


def read(source, language):
    return nbformat.read(target(source, language), as_version=4)


@CHAPTERS
@BOTH
def test_notebook_is_what_its_source_prints(source, language):
    assert same_text(print_notebook(source, language), read(source, language)), (
        f"{target(source, language).relative_to(ROOT)} differs: edit source/{source.name}, "
        "then run python3 course.py notebooks"
    )


@CHAPTERS
@BOTH
def test_notebook_keeps_text_but_no_images_and_no_errors(source, language):
    """A notebook that the book does not run keeps its figures: each cell with an alt text has one, drawn twice."""
    notebook = read(source, language)
    kept = "needs" in notebook.metadata.gdcourse
    for cell in notebook.cells:
        stored = [item for output in cell.get("outputs", []) for item in output.get("data", {}).items()]
        images = [data for kind, data in stored if "image/" in kind]
        assert len(images) == (kept and "image" in cell.metadata.get("mystnb", {})), cell.id
        assert all(dark_of(b64decode(data)) for data in images), f"{cell.id}: nothing for the dark page"
        for output in cell.get("outputs", []):
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id


@CHAPTERS
@BOTH
def test_what_an_explorer_has_drawn_is_kept_until_it_is_run(source, language):
    """Beside its words a picture, which is not compared: where the notebook is run, a living figure stands there."""
    for cell in read(source, language).cells:
        if "gd.Explorer(" in cell.source and cell.cell_type == "code":
            assert "nbval-ignore-output" in cell.metadata.tags, cell.id
            (output,) = cell.outputs
            assert set(output.data) == {"text/plain", "text/html"}
            assert output.data["text/html"].startswith('<div class="gd-unrun"><p><strong>')


def test_pages_and_contents_are_what_their_sources_print():
    stale = [f"{path.relative_to(ROOT)} differs: edit {', '.join(sources)}" for path, _, sources in pages.stale()]
    assert not stale, "\n".join([*stale, "then run python3 course.py notebooks"])


def test_readers_get_nothing_that_is_not_printed():
    assert not pages.strays()


def test_what_is_edited_by_hand_is_named_with_its_source(tmp_path, monkeypatch, capsys):
    """Also a page that nobody prints any more, and a source that nobody has listed."""
    copy = copy_of_the_project(tmp_path)
    monkeypatch.setattr(pages, "ROOT", copy)
    monkeypatch.setattr(pages, "SOURCE", copy / "source")
    monkeypatch.setattr(pages, "EDITIONS", {"zh": copy, "en": copy / "en"})
    monkeypatch.setattr(sys, "argv", ["pages.py", "--check"])
    assert pages.main() == 0
    for name in ("_toc.yml", "en/index.md", "pages/references.md", "en/pages/claims.md"):
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write("\n# by hand\n")
    (copy / "source" / "09_new.md").write_text("# New\n", "utf-8")
    (copy / "pages" / "old.md").write_text("# Old\n", "utf-8")
    assert pages.main() == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "_toc.yml is not what source/course.yml prints",
        "pages/references.md is not what source/references.md prints",
        "en/index.md is not what source/index.md prints",
        "en/pages/claims.md is not what source/claims.yml, source/articles.yml prints",
    ]
    assert said.err.splitlines() == [
        "source/09_new.md is not of the course: source/course.yml does not list it",
        "pages/old.md is not of the course: source/course.yml does not list it",
    ]


@BILINGUAL
def test_a_source_begins_with_the_title_of_the_outline(source):
    assert pairs(source)[0][0].startswith("# {{title}}\n")
    assert pairs(source)[0][1].startswith("# {{title}}\n")


@CHAPTERS
def test_languages_share_code_claims_and_alt_texts(source):
    """The code is the same but for the words in its strings and comments."""
    zh, en = ([c for c in read(source, language).cells if c.cell_type == "code"] for language in ("zh", "en"))
    assert [c.id for c in zh] == [c.id for c in en]
    for one, other in zip(zh, en, strict=True):
        assert one.id == "colab" or same_but_for_words(one.source, other.source), one.id
    assert [c.metadata.get("tags") for c in zh] == [c.metadata.get("tags") for c in en]
    assert [c.metadata.get("claims") for c in zh] == [c.metadata.get("claims") for c in en]
    assert ["mystnb" in c.metadata for c in zh] == ["mystnb" in c.metadata for c in en]


def pairs(source):
    """(Chinese, English) for each pair of text cells, by their order."""
    cells = [c for c in jupytext.reads(source.read_text("utf-8"), "md:myst").cells if c.cell_type == "markdown"]
    zh, en = ([c.source for c in cells if c.metadata.get("lang") == language] for language in ("zh", "en"))
    assert len(zh) == len(en), f"{source.name}: {len(zh)} Chinese text cells, {len(en)} English ones"
    return list(zip(zh, en, strict=True))


def formulas(text, pattern):
    """The formulas of a text, words inside them left out."""
    return [re.sub(r"\s|\\text\{.*?\}", "", found) for found in re.findall(pattern, text, re.S)]


@BILINGUAL
def test_languages_share_formulas_links_and_placeholders(source):
    for zh, en in pairs(source):
        for pattern in (r"\$\$.*?\$\$", r"\{\{.*?\}\}", r"\]\(https?://[^)]*\)"):
            assert formulas(zh, pattern) == formulas(en, pattern), (pattern, en[:80])
        inline = r"(?<!\$)\$([^$\n]+)\$(?!\$)"
        assert set(formulas(zh, inline)) == set(formulas(en, inline)), en[:80]


@CHAPTERS
def test_equation_numbers_are_unique_and_of_the_chapter(source):
    tags = [tag for zh, _ in pairs(source) for tag in re.findall(r"\\tag\{(.*?)\}", zh)]
    assert len(tags) == len(set(tags))
    number = str(find(source.stem).number).upper()
    assert all(tag.split(".")[0] == number for tag in tags)


NUMBER = re.compile(r"(?<![\w.\\{^_])\d+\.\d{2,}(?:e-?\d+)?(?!\w|\.\d)")
# a version of Keras; the roots of 0.1 and 0.001, worked out where they stand; β₂ of large language models
KNOWN = {"3.15", "0.316", "0.03162", "0.95"}


@CHAPTERS
@BOTH
def test_a_number_in_the_prose_stands_in_an_output(source, language):
    """Every number with two or more decimals; those of the questions are computed when they are printed."""
    cells = nbformat.read(target(source, language), as_version=4).cells
    code = [c for c in cells if c.cell_type == "code"]
    shown = [o.get("text") or str(o.get("data", {}).get("text/plain", "")) for c in code for o in c.outputs]
    found = [float(x) for x in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", " ".join([*shown, *(c.source for c in code)]))]
    lost = []
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        # what is worked out on paper stands there step by step
        prose = re.sub(r'<div class="(question|derive)\b.*?</div>', "", cell.source, flags=re.S)
        prose = re.sub(r'<details class="robust">.*?</details>', "", prose, flags=re.S)  # the settings of a trial
        prose = re.sub(r"\n#+ (References|参考文献).*", "", prose, flags=re.S)
        prose = re.sub(r"\]\([^)]*\)|https?\S+|\\tag\{[^}]*\}|[(（]\d\.\d+[)）]", "", prose)
        for match in NUMBER.finditer(prose):
            digits = len(match[0].split("e")[0].split(".")[1])
            near = any(abs(value - float(match[0])) <= 0.51 * 10**-digits for value in found)
            if not near and match[0] not in KNOWN:
                lost.append(prose[max(0, match.start() - 30) : match.end()])
    assert not lost, lost


@CHAPTERS
def test_no_directive_or_role_that_plain_jupyter_shows_raw(source):
    for zh, en in pairs(source):
        for text in (zh, en):
            assert not re.search(r"```\{|:::|\{(ref|cite|eq|doc|math|numref)[a-z:]*\}`", text), text[:80]


CLAIMS = load_claims()


@pytest.mark.parametrize("key", CLAIMS)
def test_claim_has_a_verdict_a_reason_and_an_asserting_cell(key):
    claim = CLAIMS[key]
    assert claim["verdict"] in {"holds", "fails", "only when", "not settled", "slip"}
    assert claim["surprise"] in (1, 2, 3)
    for language in FOLDERS:
        assert claim["says"][language].strip()
        assert claim["because"][language].strip()
    source = pages.home(claim, key).source
    text = read(source, "en")
    cells = [c for c in text.cells if key in c.metadata.get("claims", [])]
    if claim.get("by") == "sources":
        assert "https://" in claim["because"]["en"] or claim["verdict"] == "slip"
    else:
        assert cells, f"no code cell of {source.name} has claims: [{key}]"
        assert any("assert " in c.source for c in cells), f"the cell for {key} asserts nothing"


def test_every_claim_named_in_a_chapter_exists():
    for source in SOURCES:
        named = claims_of(source)
        assert named <= set(CLAIMS), f"{source.name}: {named - set(CLAIMS)} not in source/claims.yml"


def test_a_claim_is_put_to_the_test_in_one_chapter_only():
    """Elsewhere stands a link to it."""
    found = {}
    for source in SOURCES:
        for key in claims_of(source):
            found.setdefault(key, set()).add(source.name[:2])
    assert {key: where for key, where in found.items() if len(where) > 1} == {}


def claims_of(source):
    return {key for cell in read(source, "en").cells for key in cell.metadata.get("claims", [])}


def test_an_exercise_is_set_on_one_page_only():
    """All of Adam once more in the project."""
    chapters = [source for source in SOURCES if source.name[0].isdigit()]
    posed = [name for source in chapters for name in re.findall(r'gd\.check\("(\w+)"', source.read_text("utf-8"))]
    assert len(posed) == len(set(posed)), sorted(posed)


def test_no_door_promises_more_than_was_settled():
    """The home page, the README, the teachers' page: what they say of the claims is true of all of them."""
    open_ones = sum(claim["verdict"] == "not settled" for claim in CLAIMS.values())
    counted = {3: "三 three", 4: "四 four", 5: "五 five", 6: "六 six", 7: "七 seven"}[open_ones].split()
    for name in ("README.md", "source/teachers.md"):
        text = (ROOT / name).read_text("utf-8")
        assert f"有{counted[0]}条没有下定论" in text
        assert f"{counted[1]} are left open" in text
    for name in ("README.md", "source/index.md", "source/course.yml"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search('every (claim|"?advantage)|每[条个]“?优', text), name


TERMS = yaml.safe_load((ROOT / "source" / "terms.yml").read_text("utf-8"))
AVOID = sorted({word for term in TERMS for word in term.get("avoid", [])})


def test_terms_are_complete_and_unique():
    assert len(TERMS) >= 60
    for language in FOLDERS:
        names = [term[language] for term in TERMS]
        assert len(names) == len(set(names))
        assert all(term["means"][language] for term in TERMS)


def reader_texts():
    printed = [ROOT / page.file for page in all_pages() if page.number is None]
    lone = [ROOT / "source" / "claims.yml", ROOT / "source" / "course.yml", ROOT / "README.md"]
    return [*SOURCES, *lone, *printed, *(ROOT / "gdcourse").rglob("*.py")]


@pytest.mark.parametrize("word", AVOID)
def test_forbidden_variant_stands_nowhere(word):
    for path in reader_texts():
        assert word not in path.read_text("utf-8"), f"{path.relative_to(ROOT)} says {word}; see source/terms.yml"


def test_the_printer_refuses_what_an_author_must_mend(tmp_path):
    head = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n"
    for body, hint in (
        ("no language\n", "needs"),
        ('+++ {"lang": "zh"}\n\n{{claim NOPE}}\n', "no claim NOPE"),
        ('+++ {"lang": "zh"}\n\n{{badge NOPE}}\n', "no claim NOPE"),
        ('+++ {"lang": "zh"}\n\n{{question nope}}\n', "no question nope"),
        ('```{code-cell} python\ngd.ask("nope")\n```\n', "no question nope"),
        ('+++ {"lang": "zh"}\n\n{{derive}}\n算\n{{end}}\n', r"\{\{derive\}\} stands alone"),
        ('+++ {"lang": "zh"}\n\n# {{title}}\n', "course.yml does not say what 99_try.md is called"),
        (
            "```{code-cell} python\n:name: a\n1\n```\n\n```{code-cell} python\n:name: a\n2\n```\n",
            "two cells are called a",
        ),
    ):
        source = tmp_path / "99_try.md"
        source.write_text(head + body, "utf-8")
        with pytest.raises(notebooks.SourceError, match=hint):
            print_notebook(source, "zh")


# --- what lessons are made of

GRAMMAR = """\
+++ {"lang": "zh"}

{{derive}}
算出 $x$。
{{unfold}}
一步。

$$
x=1
$$
{{end}}

+++ {"lang": "en"}

{{derive}}
Find $x$.
{{unfold}}
One step.

$$
x=1
$$
{{end}}

```{code-cell} python
---
name: ask
---
import gdcourse as gd
```

```{code-cell} python
---
name: asked
---
gd.ask("diverges")
```

```{code-cell} python
---
name: guess
tags: [predict, hide-input]
fold: {zh: 完整代码, en: The whole program}
---
print("as it\\nis")
```
"""


@pytest.fixture
def grammar(tmp_path):
    """A source with all that lessons are made of, in a project without others."""
    source = tmp_path / "99_try.md"
    source.write_text(f"---\nkernelspec: {{name: python3, display_name: Python 3}}\n---\n\n{GRAMMAR}", "utf-8")
    return source


@BOTH
def test_a_derivation_is_a_task_and_folded_steps(grammar, language):
    text = print_notebook(grammar, language).cells[0].source
    task, steps, end = re.split(r"<details>.*</summary>|</details>", text, flags=re.S)
    said = {"zh": ("**动笔算一算**：算出 $x$。", "一步。"), "en": ("**On paper:** Find $x$.", "One step.")}[language]
    assert task == f'<div class="derive" data-activity="derive">\n\n{said[0]}\n\n'
    assert steps == f"\n\n{said[1]}\n\n$$\nx=1\n$$\n\n"
    assert end == "\n\n</div>"


@BOTH
def test_a_notebook_says_what_it_is_and_how_it_runs(monkeypatch, language):
    """In its first cell, which the site leaves out; where the course is published, the page is a link."""
    page, folder = find("05_adam"), "en/" if language == "en" else ""
    for address, shown in (("", f"`_build/html/{folder}chapters/05_adam.html`"), ("https://x.org", "](https://x.org/")):
        monkeypatch.setattr(notebooks, "published", lambda address=address: address)
        first = print_notebook(page.source, language).cells[0]
        assert "Shift-Enter" in first.source
        assert shown in first.source
        assert first.metadata.tags == ["remove-cell"]
    assert f"](https://x.org/{folder}chapters/05_adam.html)" in first.source
    assert print_notebook(find("index").source, language).cells[0].id != "welcome"


@BOTH
def test_a_badge_leads_to_where_the_claim_is_tested(language):
    badge = notebooks.fill_in("{{badge A7}} {{badge C2}}", language, CLAIMS, "x")
    found = re.findall('<a class="badge ([\\w-]+)" href="(.*?)">(. .*?)</a>', badge)
    for (tint, place, words), key in zip(found, ("A7", "C2"), strict=True):
        assert place == f"{pages.home(CLAIMS[key], key).stem}.ipynb#claim-{key}"
        assert tint == CLAIMS[key]["verdict"].replace(" ", "-")
        assert words[0] in "✓◐✗?"


def test_a_fold_says_what_its_author_says(grammar):
    for language, words in (("zh", "完整代码"), ("en", "The whole program")):
        told = print_notebook(grammar, language).cells[-1].metadata.mystnb
        assert told == {"code_prompt_show": words, "code_prompt_hide": words}


def test_a_notebook_keeps_of_a_question_only_what_is_asked(grammar, monkeypatch, tmp_path):
    """And in place of a prediction's outcome JupyterLab shows the first line of the first output: there is none."""
    monkeypatch.setitem(notebooks.FOLDERS, "en", tmp_path)
    monkeypatch.setenv("GDCOURSE_STILL", "")
    _, _, asked, guess = notebooks.run(print_notebook(grammar, "en"), grammar, "en").cells
    assert asked.metadata.tags == ["remove-input", "nbval-ignore-output"]
    assert [set(output.data) for output in asked.outputs] == [{"text/plain"}]
    assert asked.outputs[0].data["text/plain"] == repr(gd.ask("diverges"))
    assert guess.metadata.tags == ["predict", "hide-input", "hide-output", "named-fold"]
    assert guess.metadata.jupyter == {"outputs_hidden": True, "source_hidden": True}
    assert [output.get("text") or dict(output.data) for output in guess.outputs] == [{}, "as it\nis\n"]


def test_a_notebook_that_needs_more_is_run_only_where_that_is_installed(monkeypatch):
    page = replace(find("a_pytorch"), needs="no_such_module")
    monkeypatch.setattr(notebooks, "find", lambda stem: page)
    printed = print_notebook(page.source, "zh")
    assert notebooks.lacks(printed) == "no_such_module"
    printed.metadata.gdcourse.needs = "json"
    assert notebooks.lacks(printed) is None


def test_the_book_runs_no_notebook_that_needs_more():
    """The site finds it by its path; see myst_nb.core.execute."""
    assert any(page.needs for page in chapters())
    for page in chapters():
        for language in FOLDERS:
            path = PurePosixPath(target(page.source, language).as_posix())
            assert any(map(path.match, coursesite.not_run())) == bool(page.needs), path
            assert read(page.source, language).metadata.gdcourse.get("needs") == page.needs
        assert not page.needs or (ROOT / f"requirements-{page.needs}.txt").exists()


def test_what_changes_only_the_text_runs_nothing():
    """The outputs depend on the code alone, so they are kept when the prose changes, and not when the code does."""
    source = sources()[0]
    printed, before = print_notebook(source, "zh"), nbformat.read(target(source, "zh"), as_version=4)
    known = notebooks.digest(printed)
    next(cell for cell in printed.cells if cell.cell_type == "markdown").source += "改了一句。"
    assert notebooks.digest(printed) == known
    kept = notebooks.keep_outputs(printed, before)
    outputs = [[cell.get("outputs") for cell in nb.cells] for nb in (kept, before)]
    assert outputs[0] == outputs[1]
    assert any(outputs[0])
    notebooks.code_cells(printed)[-1].source += "\n1 / 0"
    assert notebooks.digest(printed) != known


def test_a_changed_sentence_writes_only_its_own_edition(tmp_path):
    """And runs nothing, as long as code and package are those that are remembered."""
    project = copy_of_the_project(tmp_path / "clone")
    client = project / "nbclient"
    client.mkdir()
    (client / "__init__.py").write_text("class NotebookClient:\n    def __init__(*_, **__): 1 / 0\n")
    (client / "exceptions.py").write_text("class CellExecutionError(Exception): pass\n")
    remembered = {f"{folder}chapters/00_basics.ipynb": language for folder, language in (("", "zh"), ("en/", "en"))}
    keys = {name: notebooks.digest(print_notebook(SOURCES[0], language)) for name, language in remembered.items()}
    (project / "_build").mkdir()
    (project / "_build" / "notebooks.json").write_text(json.dumps(keys))
    source, (zh, en) = project / "source" / "00_basics.md", [project / part / "chapters" for part in ("", "en")]
    text, before = source.read_text("utf-8"), (en / "00_basics.ipynb").stat().st_mtime_ns
    source.write_text(text.replace('+++ {"lang": "zh"}\n', '+++ {"lang": "zh"}\n\n改了一句。\n', 1), "utf-8")

    def print_again():
        command = [sys.executable, project / "tools" / "notebooks.py", "00"]
        environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONUTF8": "1"}
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8")

    said = print_again()
    assert said.returncode == 0, said.stderr
    assert "1 notebooks printed" in said.stdout
    assert "改了一句。" in (zh / "00_basics.ipynb").read_text("utf-8")
    assert (en / "00_basics.ipynb").stat().st_mtime_ns == before
    with (project / "gdcourse" / "optimizers.py").open("a") as rules:
        rules.write("\n# the package changed: all must run\n")
    assert "ZeroDivisionError" in print_again().stderr


@pytest.mark.parametrize(
    "notebook", [target(page.source, language) for page in chapters() for language in FOLDERS], ids=str
)
def test_where_a_figure_will_be_a_sentence_says_so(notebook):
    """Not the name of an object, which tells a reader nothing before the first run."""
    figures = [
        o.data
        for c in nbformat.read(notebook, 4).cells
        for o in c.get("outputs", [])
        if "text/plain" in o.get("data", {})
    ]
    assert not [data for data in figures if data["text/plain"].startswith("<Figure") and "image/png" not in data]
