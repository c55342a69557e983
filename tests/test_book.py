"""The book, built as a reader would build it: from a fresh copy, with the usual litter lying about."""

import re
import shutil
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import project
import pytest
from conftest import build, copy_of_the_project, pages, soup
from coursesite import patches
from notebooks import ROOT


def test_both_languages_have_the_same_pages(site):
    zh = {p.relative_to(site).as_posix() for p in pages(site) if p.relative_to(site).parts[0] != "en"}
    en = {p.relative_to(site / "en").as_posix() for p in pages(site / "en")}
    assert zh == en
    assert {"index.html", "chapters/01_gradient_descent.html", "chapters/05_adam.html"} <= zh


def test_language_of_each_page(site):
    for path in pages(site):
        english = path.relative_to(site).parts[0] == "en"
        assert soup(path).html["lang"] == ("en" if english else "zh-CN"), path


def test_internal_links_resolve(site):
    """Every relative href and src leads to a file, and every fragment to an id in it."""
    trees = {path.resolve(): soup(path) for path in pages(site)}
    ids = {path: {tag["id"] for tag in tree.find_all(id=True)} for path, tree in trees.items()}
    broken = set()
    for path, tree in trees.items():
        for tag in tree.find_all(["a", "link", "script", "img"]):
            link = tag.get("href") or tag.get("src") or ""
            address = urlsplit(link)
            if address.scheme or address.netloc or link in ("", "#"):
                continue
            goal = (path.parent / unquote(address.path)).resolve() if address.path else path
            found = goal.is_file() and (not address.fragment or unquote(address.fragment) in ids.get(goal, ()))
            if not found:
                broken.add(f"{path.relative_to(site.resolve())} -> {link}")
    assert not broken, "\n".join(sorted(broken))


def test_nothing_is_loaded_from_another_host(site):
    for path in pages(site):
        for tag in soup(path).find_all(["script", "img", "link", "iframe"]):
            address = tag.get("src") or (tag.get("href") if "stylesheet" in tag.get("rel", []) else "") or ""
            assert not urlsplit(address).netloc, f"{path.relative_to(site)} loads {address}"
        assert "unpkg.com" not in path.read_text("utf-8")


def test_each_page_leads_to_itself_in_the_other_language(site):
    for path in pages(site):
        link = soup(path).find("a", class_="language-switch")
        assert link, path
        goal = (path.parent / link["href"]).resolve()
        assert goal.is_file(), f"{path.relative_to(site)} -> {link['href']}"
        assert (goal.relative_to(site).parts[0] == "en") != (path.relative_to(site).parts[0] == "en")
        if path.name not in ("search.html", "genindex.html"):
            assert goal.name == path.name


def test_figures_have_an_alt_text_in_the_language(site):
    for path in pages(site):
        english = path.relative_to(site).parts[0] == "en"
        for image in soup(path).select(".bd-article img"):
            alt = image.get("alt", "")
            assert len(alt) > 10, f"{path.relative_to(site)}: {image.get('src')}"
            assert bool(re.search(r"[\u4e00-\u9fff]", alt)) != english, alt


def test_litter_is_not_read(site):
    assert not [p for p in site.rglob("*") if "litter" in p.name or p.name == "old.html"]
    assert "litter" not in (site / "searchindex.js").read_text("utf-8")


def test_a_changed_rule_changes_the_page(tmp_path):
    """jupyter-cache knows only a page's cells; the cache's name must know the package too."""
    small = copy_of_the_project(tmp_path)
    front = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
    front += "kernelspec: {name: python3, display_name: Python 3}\n---\n\n# Try\n\n"
    cell = "```{code-cell} python\nimport gdcourse as gd\nprint('one step:', gd.sgd(1.0, lambda x: 1.0)[0])\n```\n"
    (small / "index.md").write_text(front + cell, "utf-8")
    (small / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    page = small / "_build" / "html" / "index.html"

    def printed():
        result = build(small, ".")
        assert page.exists(), result.stdout + result.stderr
        return re.search(r"one step: ([\d.]+)", page.read_text("utf-8"))[1]

    assert printed() == "0.99"
    rules = small / "gdcourse" / "optimizers.py"
    text = rules.read_text("utf-8")
    assert "return theta - lr * grad(theta), ()" in text
    rules.write_text(
        text.replace("return theta - lr * grad(theta), ()", "return theta + lr * grad(theta), ()"), "utf-8"
    )
    assert printed() == "1.01"


@pytest.mark.parametrize("name", ["gdcourse/optimizers.py", "gdcourse/data/breast_cancer.csv", "requirements.txt"])
def test_what_notebooks_compute_with_names_the_cache(name, tmp_path, monkeypatch):
    """A changed file has another digest, and so has a renamed one; what Python writes beside it has not.

    Nor has a script: it is the page's, and no output hangs on it.
    """
    shutil.copytree(ROOT / "gdcourse", tmp_path / "gdcourse")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    before = project.package_digest()
    (tmp_path / "gdcourse" / "x.pyc").touch()
    (tmp_path / "gdcourse" / "explorer" / "js" / "map.js").write_text("", "utf-8")
    assert project.package_digest() == before
    path = tmp_path / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert project.package_digest() != before


def test_an_edit_without_a_match_is_said(monkeypatch, tmp_path):
    """An edit of what the themes write: on the page that surely has it, and in a file; once is enough."""
    said = []
    monkeypatch.setattr(patches, "unfound", lambda what, where: said.append((what, where)))
    edits = [patches.Edit("Main", "章节", "chapters/05_adam"), patches.Edit("Page", "本页")]
    assert patches.edited("<nav>Main Page", edits, "index") == "<nav>章节 本页"
    assert patches.edited("<nav>Haupt Page", edits, "index") == "<nav>Haupt 本页"
    assert not said
    patches.edited("<nav>Haupt Page", edits, "chapters/05_adam")
    assert said.pop() == ("Main", "chapters/05_adam")
    sheet = tmp_path / "theme.css"
    sheet.write_text("a{} b{}")
    for _ in range(2):  # an earlier build may have left it there
        patches.mend(sheet, ("a{}", ""), ("c{}", ""))
    assert said == [("c{}", "theme.css")]
    assert sheet.read_text() == " b{}" + patches.DONE


def test_course_py_explains_itself():
    command = [sys.executable, ROOT / "course.py", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0
    for name in ("book", "lab", "test", "notebooks"):
        assert name in result.stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.count("python3 course.py book") >= 2
    assert readme.count("python3 course.py test") >= 2


def test_what_a_build_keeps_is_made_once(tmp_path, monkeypatch):
    """Formulas, figures, maps of knobs: an unchanged one is not made again, and a failure keeps nothing."""
    monkeypatch.setattr(project, "ROOT", tmp_path)
    made = []

    def make():
        made.append(1)
        return b"done"

    assert [project.kept("kind", key, make) for key in ("a", "a", b"a", "b")] == [b"done"] * 4
    assert len(made) == 2
    with pytest.raises(ZeroDivisionError):
        project.kept("kind", "c", lambda: 1 / 0)
    assert project.kept("kind", "c", make) == b"done"
    assert len(list(tmp_path.rglob("kind/*"))) == 3
