"""Print the chapters: one bilingual source, two executed notebooks.

    python tools/notebooks.py            print what has changed, run it where code has
    python tools/notebooks.py --all      everything
    python tools/notebooks.py --check    only say which notebooks are not what their source prints

``source/NN_name.md`` (MyST Markdown) gives ``chapters/NN_name.ipynb`` and
``en/chapters/NN_name.ipynb``.  Markdown cells are marked ``+++ {"lang": "zh"}``
or ``+++ {"lang": "en"}``; code cells are shared, and ``cells.py`` prints of
each what is in one language.  In Markdown, ``{{title}}`` is what
``source/course.yml`` calls the page, ``{{claim G8}}``, ``{{verdict G8}}``,
``{{folded G8}}`` and ``{{badge G8}}`` are filled in from ``source/claims.yml``,
``{{robust G8}}`` is the table of its trial (``tools/trials/``),
``{{at X1}}`` marks the place that the page of claims links to, ``{{question name}}``
prints a question of ``source/questions.yml``, and what stands between
``{{derive}}``, ``{{unfold}}`` and ``{{end}}`` is a task for pen and paper and
its steps, folded.  A code cell may have a ``name`` (its id), ``alt`` texts for
its figure (a list if it has panels), words for its ``fold``, and ``claims`` that it asserts, in a cell
with the tag ``check``, which the site leaves out.

A chapter that ``needs: torch`` in ``source/course.yml`` is run only where that
module is installed.  The book never runs it, so its notebooks keep their figures,
each with the one for the dark page inside (``_ext/dark.py``).
"""

import argparse
import base64
import hashlib
import importlib.util
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
import questions
from cells import FOLDED, SourceError, speak
from claims import CARDS, load_claims
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from project import EDITIONS, PANELS, ROOT, chapters, find, heading, package_digest, published, repository

sys.path.append(str(ROOT / "_ext"))
from dark import dark_of, let_kernels_draw_twice, without_dark

FOLDERS = {language: folder / "chapters" for language, folder in EDITIONS.items()}
MEMORY = ROOT / "_build" / "notebooks.json"
FIGURE = 70_000  # bytes

WELCOME = {
    "zh": "*《从梯度下降到 Adam》的一页，可以运行：点一格，按 Shift-Enter，一格一格往下走。{}*",
    "en": "*A page of “From Gradient Descent to Adam” that runs: click into a cell and press Shift-Enter, "
    "one cell after another. {}*",
}
ON_THE_SITE = {"zh": "只想读，就看[网页]({})。", "en": "To read only, take the [web page]({})."}
IN_THE_BOOK = {
    "zh": "只想读，就运行 `python3 course.py book`，再打开 `_build/html/{}`。",
    "en": "To read only, run `python3 course.py book` and open `_build/html/{}`.",
}

COLAB_SAYS = {
    "zh": "Colab 上没有本课程的包；在别处，这一格什么也不做。",
    "en": "Colab does not have the course's package; anywhere else this does nothing.",
}
COLAB = """\
# {}
import sys

if "google.colab" in sys.modules:
    %pip install -q git+{}"""


EXERCISE = re.compile(r'^gd\.check\("', re.M)  # a cell that the page turns into an editor
QUESTION = re.compile(r'gd\.ask\("[\w-]+"\)')  # a cell of which the page shows only what it asks

# What the site and the tests are told of a cell besides the tags of its author.
MORE_TAGS = {
    "check": ["remove-cell"],
    "predict": ["hide-output"],
    "exercise": ["exercise"],
    "question": ["remove-input", "nbval-ignore-output"],
    "fold": ["named-fold"],
}

DERIVE = re.compile(r"\{\{derive\}\}\n(.*?)\n\{\{unfold\}\}\n(.*?)\n\{\{end\}\}", re.S)
DERIVATION = """\
<div class="derive" data-activity="derive">

{label}{{task}}

<details>
<summary>{summary}</summary>

{{steps}}

</details>

</div>"""
DERIVATIONS = {
    "zh": DERIVATION.format(label="**动笔算一算**：", summary="对照步骤"),
    "en": DERIVATION.format(label="**On paper:** ", summary="Compare the steps"),
}


def sources():
    return [page.source for page in chapters()]


def target(source, language):
    return FOLDERS[language] / f"{source.stem}.ipynb"


def lacks(notebook):
    """The module that a notebook needs beyond requirements.txt, if it is not installed."""
    needs = notebook.metadata.get("gdcourse", {}).get("needs")
    return needs if needs and not importlib.util.find_spec(needs) else None


# --- printing ---------------------------------------------------------------


def print_notebook(source, language, claims=None):
    """The notebook that ``source`` prints in ``language``, not yet run."""
    claims = load_claims() if claims is None else claims
    text = source.read_text("utf-8")
    page, ids = find(source.stem), set()
    cells = notebook_only(page, language) if page and page.number is not None else []
    for cell in jupytext.reads(text, "md:myst").cells:
        if cell.cell_type == "code":
            new = code_cell(cell, language, source.name, text)
        elif spoken(cell, source.name) == language:
            new = nbformat.v4.new_markdown_cell(prose(cell.source, language, claims, source.name, page))
        else:
            continue
        new.id = cell.metadata.get("name") or "c" + hashlib.sha1(cell.source.encode()).hexdigest()[:10]
        if new.id in ids:
            raise SourceError(f"{source.name}: two cells are called {new.id}; give one another name")
        ids.add(new.id)
        cells.append(new)
    needs = {"needs": page.needs} if page and page.needs else {}
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "gdcourse": {"printed_from": f"source/{source.name}", "language": language, **needs},
        },
    )


def notebook_only(page, language):
    """The cells before the text, which the site leaves out: what this is, and what Colab lacks."""
    place = f"{'en/' if language == 'en' else ''}{page.address}.html"
    told, home = (ON_THE_SITE, f"{published()}/") if published() else (IN_THE_BOOK, "")
    site = told[language].format(home + place)
    cells = [nbformat.v4.new_markdown_cell(WELCOME[language].format(site), id="welcome")]
    if repository():
        cells.append(nbformat.v4.new_code_cell(COLAB.format(COLAB_SAYS[language], repository()), id="colab"))
    for cell in cells:
        cell.metadata.tags = ["remove-cell"]
    return cells


def spoken(cell, where):
    """The language of a text cell."""
    if cell.metadata.get("lang") not in FOLDERS:
        raise SourceError(f'{where}: a text cell needs {{"lang": "zh"}} or "en": {cell.source[:60]!r}')
    return cell.metadata.lang


def prose(text, language, claims, where, page):
    if "{{title}}" in text:
        if not page:
            raise SourceError(f"source/course.yml does not say what {where} is called")
        text = text.replace("{{title}}", heading(page, language))
    return fill_in(text, language, claims, where)


def code_cell(cell, language, where, text):
    """The cell in one language, with what the site, Jupyter and the tests are told of it."""
    first = text[: text.find(cell.source)].count("\n") + 1
    new = nbformat.v4.new_code_cell(speak(cell.source, language, where, first))
    for name in questions.asked(cell.source):
        known_question(name, where)
    given = list(cell.metadata.get("tags", []))
    if folded := {FOLDED[tag]: True for tag in given if tag in FOLDED}:
        new.metadata.jupyter = folded
    found = {
        "exercise": EXERCISE.search(cell.source),
        "question": QUESTION.fullmatch(cell.source),
        "fold": "fold" in cell.metadata,
    }
    kinds = [kind for kind, is_one in found.items() if is_one]
    if tags := given + [tag for kind in given + kinds for tag in MORE_TAGS.get(kind, [])]:
        new.metadata.tags = tags
    if cell.metadata.get("claims"):
        new.metadata.claims = cell.metadata.claims
    if told := for_the_book(cell, language):
        new.metadata.mystnb = told
    return new


def for_the_book(cell, language):
    """What the figure shows, each of its panels where there are several, and what stands on the fold of its code."""
    alt = cell.metadata.get("alt", {}).get(language)
    told = {"image": {"alt": PANELS.join(alt) if isinstance(alt, list) else alt}} if alt else {}
    if "fold" in cell.metadata:
        told |= dict.fromkeys(("code_prompt_show", "code_prompt_hide"), cell.metadata.fold[language])
    return told


def fill_in(text, language, claims, where):
    """Replace {{claim X}} and the like, {{derive}} … {{end}} and {{question name}} by their text."""

    def card(match):
        kind, key = match.groups()
        if key not in claims:
            raise SourceError(f"{where}: there is no claim {key} in source/claims.yml")
        return CARDS[kind](key, claims[key], language)

    text = re.sub(rf"\{{\{{({'|'.join(CARDS)}) (\w+)\}}\}}", card, text)
    return fill_in_questions(fill_in_derivations(text, language, where), language, where)


def fill_in_derivations(text, language, where):
    """The task stands there, its steps unfold."""
    text = DERIVE.sub(lambda found: DERIVATIONS[language].format(task=found[1], steps=found[2]), text)
    if left := re.search(r"\{\{(derive|unfold|end)\}\}", text):
        raise SourceError(f"{where}: {left[0]} stands alone; write {{{{derive}}}} … {{{{unfold}}}} … {{{{end}}}}")
    return text


def fill_in_questions(text, language, where):
    """Replace {{question name}} by the question, numbered where there are several."""
    names = re.findall(r"\{\{question ([\w-]+)\}\}", text)
    for count, name in enumerate(names, 1):
        known_question(name, where)
        shown = questions.show(name, language, count if len(names) > 1 else None)
        text = text.replace(f"{{{{question {name}}}}}", shown)
    return text


def known_question(name, where):
    if name not in questions.load():
        raise SourceError(f"{where}: there is no question {name} in source/questions.yml")


def same_text(printed, notebook):
    """Is ``notebook`` what was printed, outputs and counts aside?"""

    def bare(nb):
        return [(c.cell_type, c.id, c.source, json.dumps(c.metadata, sort_keys=True)) for c in nb.cells]

    return bare(printed) == bare(notebook)


# --- running ----------------------------------------------------------------

# HTML that is not kept, for it is made anew wherever the notebook is run: a figure, a question with its answers.
DRAWN_ANEW = re.compile('class="(gd-explorer|question)')
# What stands where a figure will be; tests/sanitize.cfg knows it, too.
UNDRAWN = {"zh": "运行这个单元格，图就画在这里。", "en": "Run this cell to draw the figure here."}
# JupyterLab shows the first line of the first output in place of hidden ones: this one has none.
CURTAIN = nbformat.v4.new_output("display_data")


def run(notebook, source, language):
    """Execute in place; keep the text of outputs, drop what varies, and the images that the book draws itself."""
    FOLDERS[language].mkdir(parents=True, exist_ok=True)
    os.environ["GDCOURSE_STILL"] = "notebook"  # no widget, whose id would differ each time, but its picture
    if "needs" in notebook.metadata.gdcourse:  # its figures are kept, so they bring those for the dark page
        let_kernels_draw_twice(ROOT / "_build" / "ipython")
    client = NotebookClient(
        notebook, timeout=300, coalesce_streams=True, resources={"metadata": {"path": str(FOLDERS[language])}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise SourceError(f"{source.name} ({language}): {error}") from None
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}  # nbclient adds the version of Python
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise SourceError(f"{source.name} ({language}), cell {cell.id}, wrote to stderr:\n{output.text}")
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if DRAWN_ANEW.search(output.get("data", {}).get("text/html", "")):
                del output.data["text/html"]
            images = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            if images and "image" not in cell.metadata.get("mystnb", {}):
                raise SourceError(f"{source.name}, cell {cell.id}, draws a figure but has no alt text")
            for kind in images:
                if "needs" not in notebook.metadata.gdcourse:
                    del output.data[kind]
                    output.data["text/plain"] = UNDRAWN[language]
                elif max(map(len, both(base64.b64decode(output.data[kind])))) > FIGURE:
                    raise SourceError(f"{source.name}, cell {cell.id}: a figure that is kept may weigh 70 KB, no more")
            if "metadata" in output:
                output.metadata = {}
        if "predict" in cell.metadata.get("tags", []):
            cell.outputs.insert(0, CURTAIN)
    return notebook


def both(png):
    """The picture for the light page, and the one for the dark page that it carries."""
    return without_dark(png), dark_of(png) or b""


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def keep_outputs(printed, before):
    """Only the text changed: the code cells are the same, and so are their outputs."""
    for new, old in zip(code_cells(printed), code_cells(before), strict=True):
        new.outputs, new.execution_count = old.outputs, old.execution_count
    printed.metadata.language_info = before.metadata.language_info
    return printed


def digest(notebook):
    """What the outputs depend on: the code cells, the package, its data."""
    cells = json.dumps([cell.source for cell in code_cells(notebook)])
    return hashlib.sha256(f"{cells}{package_digest()}".encode()).hexdigest()


# --- plan, execute, report ----------------------------------------------------


@dataclass
class Job:
    """One notebook: what its source prints, and what stands there before."""

    source: Path
    language: str
    printed: nbformat.NotebookNode
    before: nbformat.NotebookNode | None  # None if there is none
    current: bool  # are the outputs that it has those of this code and package?

    @property
    def path(self):
        return target(self.source, self.language)

    @property
    def name(self):
        return self.path.relative_to(ROOT).as_posix()

    @property
    def fresh(self):
        """Is the notebook what its source prints?"""
        return self.before is not None and same_text(self.printed, self.before)


def plan(names, memory, everything=False):
    """A job for each notebook of the chapters whose name contains one of ``names``, or of all."""
    jobs = []
    for source in sources():
        if names and not any(name in source.stem for name in names):
            continue
        for language in FOLDERS:
            job = Job(source, language, print_notebook(source, language), None, current=False)
            if job.path.exists():
                job.before = nbformat.read(job.path, as_version=4)
                job.current = memory.get(job.name) == digest(job.printed) and not everything
            jobs.append(job)
    return jobs


def execute(job):
    """Print the notebook; its cells run only when their outputs may have changed."""
    notebook = keep_outputs(job.printed, job.before) if job.current else run(job.printed, job.source, job.language)
    text = nbformat.writes(notebook) + "\n"
    job.path.parent.mkdir(parents=True, exist_ok=True)
    if not job.path.exists() or job.path.read_text("utf-8") != text:  # Sphinx reads again what is written again
        job.path.write_text(text, encoding="utf-8", newline="\n")
    print(f"printed {job.name}", flush=True)
    return job


def execute_all(jobs, memory):
    """Two at a time; what is done is remembered at once."""
    with ThreadPoolExecutor(2) as pool:
        for job in pool.map(execute, jobs):
            memory[job.name] = digest(job.printed)
            MEMORY.parent.mkdir(exist_ok=True)
            MEMORY.write_text(json.dumps(memory, indent=1))


def report(jobs):
    """Say which notebooks are not what their source prints; are there any?"""
    stale = [f"{job.name} is not what source/{job.source.name} prints" for job in jobs if not job.fresh]
    print("\n".join(stale) or "every notebook is what its source prints")
    return bool(stale)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", action="store_true", help="run every chapter")
    parser.add_argument("--check", action="store_true", help="only compare, run nothing")
    parser.add_argument("names", nargs="*", help="only chapters whose name contains one of these")
    options = parser.parse_args()
    memory = json.loads(MEMORY.read_text()) if MEMORY.exists() else {}
    try:
        jobs = plan(options.names, memory, options.all)
        if options.check:
            return report(jobs)
        work = [job for job in jobs if not (job.fresh and job.current)]
        for job in work:
            if lacks(job.printed):
                print(f"{job.name} needs what requirements-{lacks(job.printed)}.txt installs: left as it is")
        work = [job for job in work if not lacks(job.printed)]
        execute_all(work, memory)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(work)} notebooks printed, the others unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
