"""What the course consists of, as source/course.yml says it; where it lives; what its notebooks compute with.

Printers, site and tests ask here, so that a chapter is listed in one place.
"""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "source"
EDITIONS = {"zh": ROOT, "en": ROOT / "en"}  # language → the folder of its book


# --- the outline --------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """An entry of source/course.yml."""

    stem: str  # of its file
    title: dict  # language → words, without "Chapter 5"
    description: dict  # language → one sentence, for search engines and link previews
    printed_from: tuple  # files of the project
    needs: str | None  # the module that it needs beyond requirements.txt
    above: str | None  # the page below which it stands
    pages: tuple  # those below it
    part: str = ""  # of its chapter, "A" or "B", where that has several
    lesson: bool = False  # is it measured as one?
    objectives: tuple = ()  # what its reader can do afterwards: {language: words, "by": questions and exercises}

    @property
    def number(self):
        """5 for 05_adam and 05_adam_tested, "a" for the appendix a_pytorch, None for other pages."""
        begin = re.match(r"(\d+|[a-z])_", self.stem)
        return begin and (int(begin[1]) if begin[1].isdigit() else begin[1])

    @property
    def kind(self):
        """What it is called by: chapter 0, the basics, goes by its title, as do pages without a number."""
        return ("chapter" if isinstance(self.number, int) else "appendix") if self.number else "page"

    @property
    def source(self):
        """The first, and often the only one, that it is printed from."""
        return ROOT / self.printed_from[0]

    @property
    def address(self):
        """Its place in either book: a path without an ending."""
        if self.stem == "index":
            return self.stem
        return f"{'pages' if self.number is None else 'chapters'}/{self.stem}"

    @property
    def file(self):
        """What is printed into either book."""
        return f"{self.address}.{'md' if self.number is None else 'ipynb'}"


def page_of(entry, above=None, part=""):
    stem, part = entry["file"], entry.get("part", part)
    return Page(
        stem,
        entry["title"],
        entry["description"],
        printed_from=tuple(entry.get("from", [f"source/{stem}.md"])),
        needs=entry.get("needs"),
        above=above,
        pages=tuple(page_of(inner, stem, part) for inner in entry.get("pages", ())),
        part=part,
        lesson=entry.get("lesson", False),
        objectives=tuple(entry.get("objectives", ())),
    )


@cache
def outline():
    """(the home page, [(caption by language, its pages) for each part])"""
    course = yaml.safe_load((SOURCE / "course.yml").read_text("utf-8"))
    parts = [(part["caption"], [page_of(entry) for entry in part["pages"]]) for part in course["parts"]]
    return page_of(course["home"]), parts


@cache
def pages():
    """All pages in reading order, each before those below it."""
    home, parts = outline()

    def flat(some):
        return [page for top in some for page in (top, *flat(top.pages))]

    return flat([home, *(page for _, inside in parts for page in inside)])


def chapters():
    """Those that are notebooks: chapters, the pages below them, appendices."""
    return [page for page in pages() if page.number is not None]


def find(stem):
    """The page of this name, or None."""
    return next((page for page in pages() if page.stem == stem), None)


# --- its words ----------------------------------------------------------------

CALLED = {
    "zh": {"chapter": "第{numeral}章 {part}", "appendix": "附录 {letter}"},
    "en": {"chapter": "Chapter {number}{part}", "appendix": "Appendix {letter}"},
}
MENTIONED = {
    "zh": {"chapter": "第 {number}{part} 章", "appendix": "附录 {letter}"},
    "en": {"chapter": "chapter {number}{part}", "appendix": "appendix {letter}"},
}
BETWEEN = {"zh": {"chapter": " ", "appendix": "："}, "en": {"chapter": ": ", "appendix": ": "}}


def heading(page, language):
    """第五章 Adam; Chapter 1B: Momentum; Appendix A: the same network in PyTorch; or the title alone."""
    title = page.title[language]
    return title if page.kind == "page" else called(page, language) + BETWEEN[language][page.kind] + title


def called(page, language):
    """第五章, Chapter 5, 附录 A: as a heading says it."""
    return name(CALLED, page, language)


def mentioned(page, language):
    """第 5 章, chapter 5, appendix A: as a sentence says it."""
    return name(MENTIONED, page, language)


def name(words, page, language):
    if page.kind == "page":
        return page.title[language]
    number = page.number
    if page.kind == "appendix":
        return words[language]["appendix"].format(letter=number.upper())
    return words[language]["chapter"].format(number=number, numeral=numeral(number), part=page.part).strip()


def numeral(number):
    """1 … 99 in Chinese: 八, 十, 十二, 二十一."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


# --- the rest -----------------------------------------------------------------

PANELS = " ‖ "  # between what the panels of a figure show: the printer writes it, the site stacks the panels at it


def repository():
    """The address that _config.yml names in one line for both editions, or None."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    return ((settings.get("repository") or {}).get("url") or "").rstrip("/") or None


def published():
    """Where the site is: html.baseurl in _config.yml, or else the repository's GitHub Pages, or ""."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    given = (settings.get("html") or {}).get("baseurl")
    pages = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)", repository() or "")
    return (given or (f"https://{pages[1].lower()}.github.io/{pages[2]}" if pages else "")).rstrip("/")


def package_digest():
    """Names what notebooks compute with.  Scripts and style sheets are the page's: no output hangs on them."""
    package = [path for path in inside(ROOT / "gdcourse") if path.suffix not in (".js", ".css")]
    return digest_of(*package, ROOT / "requirements.txt")


def run_by():
    """Names all that outputs in the book hang on, the cells apart: the package, and how its figures are drawn."""
    return f"{package_digest()}-{digest_of(ROOT / '_ext/dark.py')}"


def digest_of(*paths):
    """Changes when a file does, or its name."""
    state = hashlib.sha256()
    for path in paths:
        state.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return state.hexdigest()[:16]


def kept(kind, key, make):
    """The bytes that ``make`` gives, kept from an earlier build that asked with the same ``key``, a text or bytes."""
    name = hashlib.sha256(key if isinstance(key, bytes) else key.encode()).hexdigest()
    path = ROOT / "_build" / "cache" / kind / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{name}.{os.getpid()}")
        part.write_bytes(make())
        part.replace(path)  # both editions are built side by side
    return path.read_bytes()


def inside(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def copy_to(folder):
    """Copy what git has, or would take, of the working tree."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in filter(None, listed.split("\0")):
        if (ROOT / file).exists():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    return folder
