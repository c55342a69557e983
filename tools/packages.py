"""The versions of all packages: pin them, ask whether the pins fit, report what the newest would break.

    python3 tools/packages.py lock      write constraints.txt: every package, also those that others bring;
                                        what is pinned stays if it can (--upgrade: everything moves)
    python3 tools/packages.py fits      do the pins resolve, from wheels, on each Python and each system?
    python3 tools/packages.py newest    the newest of everything, in a place of its own: what is newer,
                                        what fails.  It only reports

Needs the standard library and a network.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
LOCK = ROOT / "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "windows", "macos")

# Version 2 is another program, which knows no Sphinx; and nothing is learnt from an older one, whatever it allows.
HELD = {"jupyter-book": "==1.*"}

HEAD = """\
# Every package that requirements.txt brings, also through others, for every Python and system of README.
# Written by: python3 tools/packages.py lock
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", choices=["lock", "fits", "newest"])
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS, help="with fits: only these")
    parser.add_argument("--upgrade", action="store_true", help="with lock: move every pin")
    options = parser.parse_args()
    if options.word == "lock":
        lock(options.upgrade)
    elif options.word == "fits":
        sys.exit(fits(options.systems))
    else:
        newest()


@contextmanager
def environment(*packages):
    """A virtual environment with these packages, gone afterwards: the folder of its programs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        programs = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        pip = [programs / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True)
        yield programs


def compiled(programs, *arguments):
    """What uv makes of requirements.txt: (whether it resolves, the pins or the reason)."""
    options = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-package", "gdcourse", "--quiet"]
    command = [programs / "uv", "pip", "compile", REQUIREMENTS, *options, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr


def lock(upgrade=False):
    """One version for all where there is one, the oldest Python's."""
    with environment("uv") as programs:
        moving = ["--upgrade"] if upgrade else []
        everywhere = ["--universal", "--python-version", PYTHONS[0], "--fork-strategy", "fewest"]
        resolved, said = compiled(programs, *everywhere, *moving, "--output-file", LOCK)
    if not resolved:
        sys.exit(said)
    LOCK.write_text(HEAD + "".join(f"{line}\n" for line in LOCK.read_text("utf-8").splitlines()), "utf-8")
    print(f"{LOCK.name}: {len(pins(LOCK))} packages")


def fits(systems=SYSTEMS):
    """A row for each Python, a column for each system.  Returns how many do not fit."""
    bad, pinned = [], pins(LOCK)
    with environment("uv") as programs, ThreadPoolExecutor(6) as several:

        def resolve(place):
            python, system = place
            where = ["--python-version", python, "--python-platform", system, "--only-binary", ":all:"]
            return compiled(programs, "--constraints", LOCK, *where)

        places = [(python, system) for python in PYTHONS for system in systems]
        found = dict(zip(places, several.map(resolve, places), strict=True))
    print("Python  " + "".join(f"{system:>16}" for system in systems))
    for python in PYTHONS:
        row = ""
        for system in systems:
            resolved, said = found[python, system]
            free = [line for line in said.splitlines() if name(line) not in pinned] if resolved else []
            if free or not resolved:
                bad.append(f"{python} on {system}: " + (f"not pinned: {free}" if free else said))
            row += f"{'FAILS' if not resolved else f'{len(said.splitlines())} packages':>16}"
        print(f"{python:8}{row}")
    print("\n".join(bad))
    return len(bad)


def newest():
    names = [name(line) for line in requirements()]
    print("Installing the newest of", len(names), "packages", flush=True)
    with environment(*(f"{package}{HELD.get(package, '')}" for package in names)) as programs:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / "course"
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv*", "_build", "node_modules"))
            subprocess.run([programs / "python", "-m", "pip", "install", "-q", "--no-deps", "-e", copy], check=True)
            results = {title: attempt(programs, command, copy) for title, command in ATTEMPTS.items()}
        found = {p["name"]: p["version"] for p in pip_list(programs)}
        beyond = {p["name"]: p["latest_version"] for p in pip_list(programs, "--outdated")}
    print(f"\n{'package':34}{'pinned':>18}{'tried':>18}{'newest':>18}")
    pinned = pins(LOCK)
    for package, version in sorted(found.items(), key=lambda item: item[0].lower()):
        before, last = pinned.get(canonical(package), "–"), beyond.get(package, version)
        if version != before and package != "gdcourse" or last != version:
            print(f"{package:34}{before:>18}{version:>18}{last if last != version else '':>18}")
    print()
    for title, said in results.items():
        print(f"{title:34}{'works' if said is None else 'FAILS'}")
    for title, said in results.items():
        if said is not None:
            print(f"\n--- {title}\n{said}")


STRICT = ["-n", "-W", "--keep-going"]
ATTEMPTS = {
    "the Chinese book": ["jupyter-book", "build", ".", *STRICT],
    "the English book": ["jupyter-book", "build", "en", "--path-output", "_build/en", *STRICT],
    "the tests, without those of the site": ["pytest", "-q", "tests", "--ignore", "tests/site", "--tb", "line"],
}


def attempt(programs, command, folder):
    """None if it works, else the end of what it said."""
    print("$", *command, flush=True)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "PYTHONUTF8": "1", "NO_COLOR": "1", "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [programs / command[0], *command[1:]], cwd=folder, env=environ, capture_output=True, text=True, encoding="utf-8"
    )
    return None if done.returncode == 0 else "\n".join((done.stdout + done.stderr).splitlines()[-40:])


def pip_list(programs, *arguments):
    command = [programs / "python", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def requirements():
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]


def pins(path):
    """Name → version.  A package with several versions, one for each kind of machine, has its last one here."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in path.read_text("utf-8").splitlines())
    return {name(line): line.split("==")[1].strip() for line in lines if "==" in line}


def name(line):
    return canonical(re.match(r"[\w.-]+", line)[0])


def canonical(package):
    return re.sub(r"[-_.]+", "-", package).lower()


if __name__ == "__main__":
    main()
