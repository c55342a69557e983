"""The scripts that are made of modules: self-check and explorer, with the explorer's description and style."""

import json
import shutil
from pathlib import Path

from project import kept, run_by

from gdcourse import explorer, questions
from gdcourse.explorer.bundle import bundled, order

SELFCHECK = Path(__file__).resolve().parent / "selfcheck" / "selfcheck.js"


def sources():
    """The files that they are made of; pages that load them are written anew when one changes."""
    return [*order(SELFCHECK), *explorer.scripts()]


def write_scripts(folder, language):
    """Into ``folder``, from where Sphinx copies them, and gives each an address that changes with it."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "explorer").mkdir(parents=True)
    maps = kept("maps", f"{language} {run_by()}", lambda: json.dumps(explorer.maps()).encode())
    common = json.dumps(explorer.common(language) | {"maps": json.loads(maps)}, ensure_ascii=False)
    drawn = f"{explorer.script()}\nwindow.gdExplorer = {{ render, common: {common} }};\n"
    (folder / "explorer" / "explorer.js").write_text(closed(drawn), "utf-8")
    (folder / "explorer" / "explorer.css").write_text(explorer.style(), "utf-8")
    form = json.dumps(questions.WORDS[language], ensure_ascii=False)
    (folder / "selfcheck.js").write_text(closed(f"const FORM = {form};\n{bundled(SELFCHECK)}"), "utf-8")


def closed(script):
    """No module, so that a page opened from a folder can load it; its names are its own all the same."""
    return f'(() => {{\n"use strict";\n{script}}})();\n'
