"""Code, spelling, Chinese typography, vendored files."""

import hashlib
import json
import os
import re
import subprocess
import sys

import autocorrect_py
import jupytext
import pytest
from notebooks import sources
from project import ROOT, pages

VENDOR = ROOT / "_ext" / "coursesite" / "vendor"


def run(*command):
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("command", [["ruff", "check", "."], ["ruff", "format", "--check", "."]], ids=" ".join)
def test_ruff(command):
    result = run(*command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_spelling():
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    names = [n for n in files.stdout.split() if n.endswith((".py", ".md", ".yml", ".toml", ".cff", ".css", ".ipynb"))]
    names = [n for n in names if "/vendor/" not in n and (ROOT / n).exists()]
    assert names, "no files to check: is this a git checkout?"
    pictures = r'"image/png": "[^"]*"'
    result = run("codespell_lib", "--ignore-words-list", "nd,ans", "--ignore-regex", pictures, *names)
    assert result.returncode == 0, result.stdout


def chinese_texts():
    for source in sources():
        for cell in jupytext.reads(source.read_text("utf-8"), "md:myst").cells:
            if cell.metadata.get("lang") == "zh":
                yield source.name, cell.source
    for page in pages():
        if page.number is None:
            yield page.stem, (ROOT / page.file).read_text("utf-8")
        yield "course.yml", f"{page.title['zh']}\n{page.description['zh']}"


def test_chinese_typography():
    """AutoCorrect would change nothing: full-width signs, spaces between Han and Latin."""
    wrong = []
    for name, text in chinese_texts():
        for line, better in zip(
            text.splitlines(), autocorrect_py.format_for(text, "markdown").splitlines(), strict=True
        ):
            if line != better:
                wrong.append(f"{name}: {line[:70]}\n    better: {better[:70]}")
    assert not wrong, "\n".join(wrong)


def test_no_half_width_sign_beside_a_han_character():
    for name, text in chinese_texts():
        bare = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>", "`", text, flags=re.S)
        bare = re.sub(r"^---.*?^---", "", bare, flags=re.S | re.M)
        for match in re.finditer(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", bare):
            pytest.fail(f"{name}: …{bare[max(0, match.start() - 20) : match.end() + 10]}…")


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
    listed = {}
    for entry in manifest.values():
        assert entry["version"]
        assert entry["licence"]
        assert (VENDOR / entry["licence_file"]).exists()
        listed |= entry["sha256"]
    found = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()}
    # what a notebook needs too lies in the package
    found |= {os.path.relpath(p, VENDOR).replace(os.sep, "/") for p in (ROOT / "gdcourse/explorer/d3").iterdir()}
    assert found == set(listed) | {e["licence_file"] for e in manifest.values()} | {"manifest.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_no_registry_host_is_named():
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
    ]
    for pattern in ("*.py", "tools/*.py", "*.txt", "*.toml", "*.yml", ".github/**/*.yml", "README.md", ".ci/run"):
        for path in ROOT.glob(pattern):
            text = path.read_text("utf-8")
            assert not any(host in text for host in hosts), path
