"""What stands beside the pages: downloads, link previews, and what appears once a repository is named."""

import os
import re
import subprocess
import sys
import venv
import zipfile

import nbformat
import notebooks
import pytest
from conftest import ROOT, build, copy_of_the_project, missing, pages, soup
from project import find


def test_each_page_has_a_description_of_its_own(site):
    for path in pages(site):
        name = path.relative_to(site).with_suffix("").as_posix()
        page, language = (name[3:], "en") if name.startswith("en/") else (name, "zh")
        if page == "search":
            continue
        head = soup(path).head
        for tag in head.find("meta", attrs={"name": "description"}), head.find("meta", property="og:description"):
            assert tag["content"] == find(path.stem).description[language]
        assert head.find("meta", property="og:title")["content"]
        assert head.find("link", hreflang=True)


def test_without_a_repository_there_is_no_button_for_it(site):
    for path in pages(site):
        links = [a["href"] for a in soup(path).select(".article-header-buttons a")]
        assert links
        assert all(link.endswith((".ipynb", ".zip")) for link in links), links


def unpacked(site, edition, folder):
    with zipfile.ZipFile(site / edition / "downloads" / "course.zip") as archive:
        archive.extractall(folder)
    return folder / "course"


@pytest.fixture(scope="module")
def newcomer(site, tmp_path_factory):
    """A Python that has only what the archive's requirements.txt names, in the versions that we test with.

    But for JupyterLab, which alone brings more than all others: a kernel and nbclient run what it would run.
    """
    folder = unpacked(site, "", tmp_path_factory.mktemp("newcomer"))
    names = (folder / "requirements.txt").read_text().split()
    assert names[-1] == "jupyterlab"
    venv.create(folder / "venv", symlinks=os.name != "nt")
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # our own pip, for hers need not be unpacked; and only what is imported need be compiled
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile"]
    command = [*pip, "-c", ROOT / "constraints.txt", *names[:-1], "ipykernel", "nbclient"]
    if subprocess.run(command).returncode:
        missing("the package index")
    return python


@pytest.mark.parametrize("edition", ["", "en/"])
def test_the_archive_runs_as_it_is(site, tmp_path, newcomer, edition):
    """Unpacked anywhere, where nothing else is installed: a notebook runs, with the package that lies beside it."""
    folder = unpacked(site, edition, tmp_path)
    script = (
        "import sys, nbformat, nbclient; book = nbformat.read('00_basics.ipynb', 4);"
        "book.cells.append(nbformat.v4.new_code_cell('import gdcourse; print(gdcourse.__file__)'));"
        "nbclient.NotebookClient(book, kernel_name='python3').execute();"
        "print(book.cells[-1].outputs[0].text)"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONUTF8": "1"}
    result = subprocess.run([newcomer, "-c", script], cwd=folder, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr[-2000:]
    assert str(folder) in result.stdout


@pytest.mark.parametrize("edition", ["", "en/"])
def test_the_archive_brings_all_that_its_notebooks_import(site, tmp_path, newcomer, edition):
    """But for an appendix, which says itself what it needs."""
    folder = unpacked(site, edition, tmp_path)
    wanted = set()
    for path in folder.glob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        if "needs" not in book.metadata.gdcourse:
            code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
            wanted |= {name.split(".")[0] for name in re.findall(r"^\s*(?:import|from) ([\w.]+)", code, re.M)}
    assert {"gdcourse", "numpy"} <= wanted
    script = "import sys, importlib.util; print([name for name in sys.argv[1:] if not importlib.util.find_spec(name)])"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    command = [newcomer, "-c", script, *sorted(wanted)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert result.stdout == "[]\n", result.stdout + result.stderr


@pytest.mark.parametrize("edition", ["", "en/"])
def test_figures_for_a_teachers_slides(site, edition):
    """Every figure of every chapter, named by chapter and order, each with what it shows."""
    with zipfile.ZipFile(site / edition / "downloads" / "figures.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        said = dict(line.split("\t") for line in archive.read("figures/figures.txt").decode().splitlines())
    pages = [soup(page).select("article img:not(.only-dark)") for page in (site / edition / "chapters").glob("*.html")]
    shown = sum(len({image["src"] for image in images}) for images in pages)  # a figure's panels show the same picture
    assert len(names) == shown == len(said)
    assert "figures/05_adam-01.png" in names
    assert all(len(text) > 20 for text in said.values())


def test_one_line_brings_the_buttons(tmp_path):
    """Name a repository in _config.yml: Colab, Binder, editing, addresses, the site map."""
    small = copy_of_the_project(tmp_path)
    config = small / "_config.yml"
    line = 'repository: {url: "https://github.com/someone/course"}'
    text = re.sub("# repository: .*", line, config.read_text("utf-8"))
    assert line in text
    config.write_text(text, "utf-8")
    (small / "_toc.yml").write_text(
        "format: jb-book\nroot: pages/claims\nchapters:\n- file: chapters/00_basics\n", "utf-8"
    )
    # the notebook as it stands, not run: only its links matter here
    config.write_text(
        config.read_text("utf-8").replace("execute_notebooks: cache", "execute_notebooks: 'off'"), "utf-8"
    )
    build(small, ".")
    html = small / "_build" / "html"
    page = soup(html / "chapters/00_basics.html")
    links = " ".join(a["href"] for a in page.select(".article-header-buttons a"))
    assert "https://colab.research.google.com/github/someone/course/blob/main/chapters/00_basics.ipynb" in links
    assert "https://mybinder.org/v2/gh/someone/course/main?urlpath=lab/tree/chapters/00_basics.ipynb" in links
    assert "https://github.com/someone/course/edit/main/source/00_basics.md" in links
    links = " ".join(a["href"] for a in soup(html / "pages/claims.html").select(".article-header-buttons a"))
    assert "https://github.com/someone/course/edit/main/source/claims.yml" in links
    there = "https://someone.github.io/course/"
    assert page.find("link", rel="canonical")["href"] == there + "chapters/00_basics.html"
    assert page.find("link", hreflang="en")["href"] == there + "en/chapters/00_basics.html"
    assert there + "chapters/00_basics.html" in (html / "sitemap.xml").read_text("utf-8")


def test_colab_installs_from_the_repository(monkeypatch):
    source = notebooks.sources()[0]
    assert "colab" not in [cell.id for cell in notebooks.print_notebook(source, "zh").cells]
    monkeypatch.setattr(notebooks, "repository", lambda: "https://github.com/someone/course")
    _, first, *_ = notebooks.print_notebook(source, "zh").cells
    assert "%pip install -q git+https://github.com/someone/course" in first.source
    assert "google.colab" in first.source
