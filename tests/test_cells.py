"""A notebook speaks one language, and its code can be read: on a narrow page, without what only tests it."""

import ast
import io
import re
import tokenize
import unicodedata

import nbformat
import pytest
from cells import SourceError, same_but_for_words, speak
from conftest import soup
from notebooks import EDITIONS, print_notebook, sources, target
from project import chapters

import gdcourse as gd
from gdcourse.exercises import shell

LANGUAGES = pytest.mark.parametrize("language", EDITIONS)
CHAPTERS = pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)
HAN = re.compile("[\u2e80-\u9fff\uff00-\uffef]")  # the full-width signs, too
WIDTH = 76


# --- one cell, one language ------------------------------------------------------

SOURCE = """\
x  =  f(  'a', gd.say("步", "step"), gd.say(f"第 {n} 步", f"step {n}")[1:] )   # (7.1)
# zh: 走一步
# en: one step
for name in gd.say(("左", "右"), ("left", "right")):
    # zh: 只说一次
    print(gd.say("甲" "乙", "a" 'b'), name)
gd.use_language("zh")
"""
SPOKEN = {
    "zh": """\
x  =  f(  'a', "步", f"第 {n} 步"[1:] )   # (7.1)
# 走一步
for name in ("左", "右"):
    # 只说一次
    print("甲" "乙", name)
gd.use_language("zh")""",
    "en": """\
x  =  f(  'a', "step", f"step {n}"[1:] )   # (7.1)
# one step
for name in ("left", "right"):
    print("a" 'b', name)
gd.use_language("en")""",
}


@LANGUAGES
def test_a_cell_speaks_one_language_and_keeps_all_else_as_it_is(language):
    assert speak(SOURCE, language) == SPOKEN[language]


@LANGUAGES
def test_a_text_over_several_lines_moves_to_where_it_is_said(language):
    code = """\
if far:
    words = gd.say(
        [
            "甲",
        ],
        [
            "A",
        ],
    )
    print(
        gd.say(
            "长"
            "句",
            "a long "
            "sentence",
        )
    )"""
    said = {"zh": ("甲", '"长"\n        "句"'), "en": ("A", '"a long "\n        "sentence"')}[language]
    one = f'if far:\n    words = [\n        "{said[0]}",\n    ]\n'
    assert speak(code, language) == f"{one}    print(\n        ({said[1]})\n    )"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("gd.say(zh, 'step')", "needs its two texts as they are"),
        ("gd.say('步' if far else '停', 'step')", "needs its two texts as they are"),
        ("gd.say(*words)", "needs its two texts as they are"),
        ("gd.say('步', en='step')", "needs its two texts as they are"),
        ("gd.say('步', 'step', end='')", "needs its two texts as they are"),
        ("gd.say('步')", "needs its two texts as they are"),
        ("gd.say(('步', far), ('step', far))", "needs its two texts as they are"),
        ("f\"{gd.say('步', 'step')}\"", "inside an f-string"),
        ("gd.say(f\"{gd.say('步', 'step')}\", 'x')", "inside an f-string"),
        ("words = map(gd.say, a, b)", "not called here"),
        ('gd.say("""步\n子""", "x")', "would be moved with its spaces"),
        ("gd.say('''步\n子''', 'x')", "would be moved with its spaces"),
        ("gd.say('步', 'step'", "not Python"),
        ("t = t + 1  # zh: 走一步", "needs a line of its own"),
    ],
)
def test_what_nobody_could_read_off_is_refused(code, why):
    with pytest.raises(SourceError, match=rf"^05_adam\.md, line 13: .*{why}"):
        speak(f"x = 1\n{code}", "zh", "05_adam.md", first=12)


def test_the_line_that_is_named_is_that_of_the_source(tmp_path):
    source = tmp_path / "99_try.md"
    head = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n```{code-cell} python\n1\n```\n\n"
    source.write_text(f"{head}```{{code-cell}} python\n---\nname: a\n---\nx = 1\ngd.say(a, b)\n```\n", "utf-8")
    with pytest.raises(SourceError, match=r"^99_try\.md, line 14: "):
        print_notebook(source, "zh")


def test_cells_are_the_same_but_for_words_and_comments():
    assert same_but_for_words('f("步", f"{n} 步")  # 走', "f('step', f'step {n + 1}')")
    assert not same_but_for_words('f("步", 1)', 'f("step", 2)')
    assert not same_but_for_words('f("步")', 'f("step", "by step")')


# --- all printed notebooks -------------------------------------------------------


def read(source, language):
    notebook = nbformat.read(target(source, language), as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "colab"]


def tags(cell):
    return cell.metadata.get("tags", [])


def is_shown(cell):
    return not {"hide-input", "check"} & set(tags(cell))


def comments(code):
    return [t.string for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type == tokenize.COMMENT]


def columns(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@CHAPTERS
@LANGUAGES
def test_a_notebook_speaks_one_language(source, language):
    """Comments, too, unless they have no words (a name, a number); a docstring would have only one."""
    for cell in read(source, language):
        assert not re.search(r"\bsay\(", cell.source), cell.id
        assert language == "zh" or not HAN.search(cell.source), cell.id
        for comment in comments(cell.source):
            assert not re.match(r"# (zh|en):", comment), cell.id
            if language == "zh" and not HAN.search(comment):
                assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", comment), f"{cell.id}: {comment}"
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert not ast.get_docstring(node), f"{cell.id}: say it in comments, # zh: … and # en: …"


@CHAPTERS
@LANGUAGES
def test_shown_code_fits_a_narrow_page(source, language):
    long = [
        f"{cell.id}: {line}"
        for cell in read(source, language)
        if is_shown(cell)
        for line in cell.source.splitlines()
        if columns(line) > WIDTH
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("module", [gd.optimizers, gd.dialects], ids=lambda module: module.__name__)
def test_every_rule_fits_a_narrow_page(module):
    """As ``gd.source`` shows it, and the explorer."""
    rules = [rule for rule in vars(module).values() if getattr(rule, "__module__", "") == module.__name__]
    assert len(rules) > 10
    long = [line for rule in rules for line in gd.source(rule).splitlines() if columns(line) > WIDTH]
    assert not long, "\n".join(long)


def test_every_solution_fits_a_narrow_page():
    long = [line for name in shell.exercises() for line in shell.get(name).source.splitlines() if columns(line) > WIDTH]
    assert not long, "\n".join(long)


@LANGUAGES
def test_stubs_fit_a_narrow_page_and_speak_one_language(language):
    gd.use_language(language)
    for name in shell.exercises():
        stub = shell.stub(name)
        assert max(map(columns, stub.splitlines())) <= WIDTH, name
        assert bool(HAN.search(stub)) == (language == "zh"), name


@CHAPTERS
def test_assertions_stand_in_cells_of_their_own(source):
    for cell in read(source, "en"):
        asserts = any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))
        assert asserts == ("check" in tags(cell)), cell.id
        assert asserts or "claims" not in cell.metadata, f"{cell.id}: claims belong to the cell that asserts them"
        if asserts:
            assert not cell.outputs, f"{cell.id}: what the site leaves out must show nothing"


@CHAPTERS
def test_a_cell_that_is_folded_on_the_site_is_folded_in_jupyter(source):
    for cell in read(source, "zh"):
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        assert hidden == bool({"hide-input", "check"} & set(tags(cell))), cell.id
        assert ("remove-cell" in tags(cell)) == ("check" in tags(cell)), cell.id


@CHAPTERS
def test_a_picture_takes_no_more_than_three_shown_lines(source):
    for cell in read(source, "en"):
        drawing = re.findall(r"^.*\b(?:ax|axes|fig|plt|plot)\b[.,\[ ].*$", cell.source, re.M)
        assert not is_shown(cell) or len(drawing) <= 3, f"{cell.id}: hide-input, in a cell of its own"


def test_the_site_shows_no_assertion(site):
    """The cells are run, or the book would not build; they leave no trace on the page."""
    seen = 0
    for page in chapters():
        for folder in ("", "en/"):
            listings = soup(site / folder / "chapters" / f"{page.stem}.html").select(".cell_input pre")
            seen += len(listings)
            assert not [pre for pre in listings if re.search(r"^\s*assert ", pre.get_text(), re.M)], page.stem
    assert seen > 500
