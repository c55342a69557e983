#!/usr/bin/env python3
"""One word runs everything.  Needs only Python 3.11 or newer.

    python3 course.py book         build the course in both languages and open it
    python3 course.py lab          open the notebooks in JupyterLab
    python3 course.py test         run every test
    python3 course.py notebooks    print source/ into notebooks and pages
    python3 course.py pdf          one PDF per language (needs Chromium, Chrome or Edge)
    python3 course.py bench        measure the speed of the course, as ratios

On Windows: py course.py book.  The first run makes .venv and installs
requirements.txt into it; pip's own configuration (a mirror, a proxy) is used.
Each command shows the real tool that it calls, which you may call yourself.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer; this is Python %d.%d.\n"
        "本课程需要 Python 3.11 或更新的版本。" % sys.version_info[:2]
    )

import argparse
import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import venv
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
PYTHON = BIN / f"python{EXE}"
REQUIREMENTS = ROOT / "requirements.txt"
SITE = ROOT / "_build" / "html"

STRICT = ["-n", "-W", "--keep-going"]


def main():
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="book | lab | test | notebooks | pdf | bench"
    )
    book_parser = commands.add_parser("book", help="build both languages, serve them, open the browser")
    book_parser.add_argument("--no-serve", action="store_true", help="only build")
    book_parser.add_argument("--port", type=int, default=8000, help="first port to try (8000)")
    commands.add_parser("lab", help="open the notebooks in JupyterLab")
    commands.add_parser("test", help="run every test; further words go to pytest")
    commands.add_parser("notebooks", help="print source/; further words go to tools/notebooks.py")
    commands.add_parser("pdf", help="print both languages to _build/pdf")
    commands.add_parser("bench", help="measure; further words go to tools/bench.py")
    options, rest = parser.parse_known_args()
    if rest and options.command in ("book", "lab", "pdf"):
        parser.error(f"{options.command} does not know {' '.join(rest)}")
    os.chdir(ROOT)
    set_up()
    if options.command == "book":
        book(options)
    elif options.command == "lab":
        run("jupyter-lab", "--notebook-dir", str(ROOT))
    elif options.command == "test":
        run("pytest", *rest)
    elif options.command == "pdf":
        pdf()
    elif options.command == "bench":
        run("python", "tools/bench.py", *rest)
    else:
        run("python", "tools/pages.py", *(["--check"] if "--check" in rest else []))
        run("python", "tools/notebooks.py", *rest)


def set_up():
    """Make .venv and install the requirements, if that is not done yet."""
    mark = VENV / "installed.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    wanted += f" {sys.version_info[0]}.{sys.version_info[1]}"
    if PYTHON.exists() and mark.exists() and mark.read_text() == wanted:
        return
    if not works(PYTHON):
        make_venv()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", str(REQUIREMENTS)]
    show(command)
    if subprocess.run(command, env=environment()).returncode:
        sys.exit(
            "\npip could not install the requirements. Is there a network? A mirror or a proxy is set with\n"
            "    pip config set global.index-url <address of the mirror>\n"
            "and used from then on. 安装失败：请检查网络；也可以用上面的命令把 pip 指向国内镜像后重试。"
        )
    mark.write_text(wanted)


def works(python):
    """Is there an interpreter of this very version, with pip?"""
    if not python.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]
    return subprocess.run([str(python), "-c", check], capture_output=True).returncode == 0


def make_venv():
    print(f"making {VENV}")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "This Python comes without ensurepip, so it cannot make a virtual environment.\n"
            "On Debian or Ubuntu:  sudo apt install python3-venv\n"
            "此 Python 缺少 ensurepip，无法创建虚拟环境；在 Debian/Ubuntu 上请先运行上面的命令。"
        )


def book(options):
    """Build both editions side by side, then put the English one below the Chinese one."""
    with tempfile.TemporaryFile() as said:
        english = start("jupyter-book", "build", "en", "--path-output", "_build/en", *STRICT, stdout=said, stderr=said)
        try:
            run("jupyter-book", "build", ".", *STRICT)
            code = english.wait()
        finally:
            english.kill()
        said.seek(0)
        print(said.read().decode(errors="replace"), flush=True)
    if code:
        sys.exit(code)
    shutil.copytree(ROOT / "_build/en/_build/html", SITE / "en", dirs_exist_ok=True)
    print(f"\nThe course is in {SITE}: open index.html（中文）or en/index.html (English).")
    if not options.no_serve:
        serve(options.port)


def pdf():
    """Each edition as one page, printed by a browser that is there already."""
    chromium = find_chromium()
    if not chromium:
        sys.exit(
            "To print PDFs, install Chromium, Chrome or Edge, or name one in the variable CHROMIUM.\n"
            "要生成 PDF，请先安装 Chromium、Chrome 或 Edge，或者用环境变量 CHROMIUM 指明它的位置。"
        )
    folder = ROOT / "_build" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    for source, name in (".", "course-zh"), ("en", "course-en"):
        out = f"_build/single-{name}"
        run("jupyter-book", "build", source, "--builder", "singlehtml", "--path-output", out)
        page = ROOT / out / "_build" / "singlehtml" / "index.html"
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
            flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            flags += [f"--user-data-dir={profile}", "--virtual-time-budget=60000", "--no-pdf-header-footer"]
            command = [chromium, *flags, f"--print-to-pdf={folder / name}.pdf", page.as_uri()]
            show(command)
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    print(f"\nThe PDFs are in {folder}.")


def find_chromium():
    """The reader's own browser, if it is of Chromium's family."""
    named = os.environ.get("CHROMIUM")
    names = (
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "microsoft-edge",
        "msedge",
    )
    places = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    return named or next(filter(None, map(shutil.which, [*names, *places])), None)


def serve(port):
    """Serve the site on this machine only and open it."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(SITE))
    handler.log_message = lambda *args: None
    for candidate in range(port, port + 20):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", candidate), handler)
            break
        except OSError:
            continue
    else:
        sys.exit(f"No free port from {port} to {port + 19}; try --port.")
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"Read it at {address} (English: {address}en/). Ctrl-C ends.", flush=True)
    threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nended")


def run(tool, *arguments):
    """Call a tool of the virtual environment; end with its exit code if it fails."""
    code = start(tool, *arguments).wait()
    if code:
        sys.exit(code)


def start(tool, *arguments, **options):
    """Call a tool of the virtual environment and do not wait for it."""
    command = [str(BIN / f"{tool}{EXE}"), *arguments]
    show(command)
    return subprocess.Popen(command, env=environment(), **options)


def show(command):
    print("$ " + " ".join(command).replace(str(ROOT) + os.sep, ""), flush=True)


def environment():
    """UTF-8 everywhere, and the tools of .venv first on the path."""
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    return {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", "PATH": path}


if __name__ == "__main__":
    main()
