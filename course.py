#!/usr/bin/env python3
"""One word runs everything.  Needs only Python 3.11 or newer.

    python3 course.py book         build the course in both languages and open it
    python3 course.py lab          open the notebooks in JupyterLab
    python3 course.py test         run every test
    python3 course.py notebooks    print source/ into notebooks and pages
    python3 course.py pdf          one PDF per language (needs Chromium, Chrome or Edge)
    python3 course.py teach        for a class: slides, and the site without answers
    python3 course.py trials       try each claim in all its settings (--table: only print how they came out)
    python3 course.py bench        measure the speed of the course, as ratios

On Windows: py course.py book.  The first run makes .venv, or the folder that the
variable COURSE_VENV names, and installs requirements.txt into it, each package
in the version of constraints.txt; pip's own configuration (a mirror, a proxy) is
used.  A folder that this program did not make is never touched.  After any word,
--fresh makes the environment anew.  Each command shows the real tool that it
calls, which you may call yourself.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer; this is Python %d.%d.\n"
        "本课程需要 Python 3.11 或更新的版本。" % sys.version_info[:2]
    )

import argparse
import contextlib
import errno
import functools
import hashlib
import http.server
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import venv
import webbrowser
from pathlib import Path

WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parent
SITE = ROOT / "_build" / "html"
RECIPE = [ROOT / name for name in ("requirements.txt", "constraints.txt", "pyproject.toml")]

VENV = Path(os.path.abspath(os.environ.get("COURSE_VENV") or ROOT / ".venv"))
BEFORE = Path(f"{VENV}.before")  # the one that worked, until its successor does
PASSING = Path(f"{VENV}.passing")  # one that comes or goes, of no worth yet or any more
LOCK = Path(f"{VENV}.lock")
MARK = "made-by-course.txt"  # stands in every environment of ours, first in and last out
INSTALLED = VENV / "installed.sha256"  # there only when all is installed
ROOM = 1000  # megabytes that an environment takes

BIN = VENV / ("Scripts" if WINDOWS else "bin")
EXE = ".exe" if WINDOWS else ""
PYTHON = BIN / f"python{EXE}"

STRICT = ["-n", "-W", "--keep-going"]


def main():
    speak_utf8()
    options, rest = read_command()
    os.chdir(ROOT)
    try:
        obey(options, rest)
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.\n已停止。再运行同一条命令即可继续。", file=sys.stderr)
        sys.exit(130)
    except OSError as mishap:
        explain(mishap)
        raise


def speak_utf8():
    """Whatever the system's encoding is, and also where there is no terminal."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(encoding="utf-8", errors="replace")


def read_command():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = "book | lab | test | notebooks | pdf | teach | trials | bench"
    commands = parser.add_subparsers(dest="command", required=True, metavar=words)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--fresh", action="store_true", help="first make the environment anew")
    add = functools.partial(commands.add_parser, parents=[common], allow_abbrev=False)
    book_parser = add("book", help="build both languages, serve them, open the browser")
    book_parser.add_argument("--no-serve", action="store_true", help="only build")
    book_parser.add_argument("--port", type=port, default=8000, help="first port to try (8000)")
    add("lab", help="open the notebooks; further words go to jupyter-lab")
    add("test", help="run every test; further words go to pytest")
    add("notebooks", help="print source/; further words go to tools/notebooks.py")
    add("pdf", help="print both languages to _build/pdf")
    add("teach", help="slides and a site without answers, in _build/teach")
    add("trials", help="try the claims; further words go to tools/robust.py")
    add("bench", help="measure; further words go to tools/bench.py")
    options, rest = parser.parse_known_args()
    if rest and options.command in ("book", "pdf", "teach"):
        parser.error(f"{options.command} does not know {' '.join(rest)} / 无法识别 {' '.join(rest)}")
    return options, rest


def port(text):
    with contextlib.suppress(ValueError):
        if 1 <= int(text) <= 65535:
            return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text} / 端口号应在 1 到 65535 之间")


def obey(options, rest):
    """First what can be known to go wrong, then the environment, then the work."""
    command = options.command
    if command in ("book", "notebooks", "pdf", "teach"):
        check_writable()
    browser = find_chromium() if command == "pdf" else None
    server = listen(options.port) if command == "book" and not options.no_serve else None
    set_up(options.fresh)
    if command == "book":
        build()
        if server:
            serve(server)
    elif command == "lab":
        run("jupyter-lab", "--notebook-dir", str(ROOT), *rest, answers_ctrl_c=True)
    elif command == "test":
        run("pytest", *rest, answers_ctrl_c=True)
    elif command == "pdf":
        pdf(browser)
    elif command == "teach":
        build()
        teach(known_chromium())
    elif command == "trials":
        run("python", "tools/robust.py", *rest)
    elif command == "bench":
        run("python", "tools/bench.py", *rest)
    else:
        run("python", "tools/pages.py", *(["--check"] if "--check" in rest else []))
        run("python", "tools/notebooks.py", *rest)


# --- the environment ----------------------------------------------------------


def set_up(fresh=False):
    """Make .venv and install the requirements, if that is not done yet."""
    leave_alone(VENV)
    check_project()
    if ready() and not fresh and not BEFORE.exists() and not PASSING.exists():
        return
    with alone() as lock:
        with contextlib.suppress(OSError):
            PASSING.rmdir()  # empty if a run was killed just after making it
        leave_alone(VENV, BEFORE, PASSING)
        finish_or_undo()
        if fresh or not usable():
            check_machine()
            rebuild(lock)
        elif not ready():
            claim(VENV)
            INSTALLED.unlink(missing_ok=True)
            install(lock)


def leave_alone(*places):
    """What this program did not make is the reader's."""
    for place in places:
        if os.path.lexists(place) and not ours(place):
            folder = ("a folder", "文件夹") if place.is_dir() else ("a file", "文件")
            kind, kind_zh = ("a link", "链接") if is_link(place) else folder
            stop(
                f"{place} is {kind} that course.py did not make, so it is left as it is.\n"
                "Move it away, or name another place in the variable COURSE_VENV; then run this again.",
                f"上面的{kind_zh}不是 course.py 建立的，已原样保留。\n"
                "请把它移到别处，或者用环境变量 COURSE_VENV 另指一个位置，再运行一次。",
            )


def ours(place):
    """Made here: it says so itself (an older edition left only the second name)."""
    return not is_link(place) and any(os.path.isfile(place / name) for name in (MARK, INSTALLED.name))


def is_link(place):
    """A symbolic link, or a junction of Windows."""
    here = os.path.join(os.path.realpath(place.parent), place.name)
    return os.path.normcase(os.path.realpath(place)) != os.path.normcase(here)


def ready():
    return made_here() and PYTHON.exists() and INSTALLED.exists() and INSTALLED.read_text("utf-8") == wanted()


def wanted():
    """Names what is installed: by which recipe, from which folder, for which Python."""
    parts = [*(path.read_bytes() for path in RECIPE), os.fsencode(ROOT), b"%d.%d" % sys.version_info[:2]]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def made_here():
    """The scripts of an environment name its place: one that was moved or copied is of no use."""
    settings = VENV / "pyvenv.cfg"
    return settings.exists() and f" {VENV}\n" in settings.read_text("utf-8", errors="replace")


def usable():
    """Does it run, as this very version of Python, with a pip that is whole?"""
    check = f"""
import sys, importlib.metadata as packages
pip = packages.distribution("pip").read_text("INSTALLER")  # written after all other files
sys.exit(not pip or sys.version_info[:2] != {sys.version_info[:2]})"""
    with contextlib.suppress(OSError):
        return made_here() and subprocess.run([str(PYTHON), "-c", check], capture_output=True).returncode == 0
    return False


@contextlib.contextmanager
def alone():
    """One run at a time changes the environment.  The system frees the lock of a run that was killed."""
    with writing(LOCK):
        VENV.parent.mkdir(parents=True, exist_ok=True)
        lock = open(LOCK, "ab")  # noqa: SIM115
    with lock:
        if not locked(lock):
            print("Another run is setting up; waiting for it. / 另一次运行正在安装，等它结束。", flush=True)
            while not locked(lock):
                time.sleep(0.2)
        yield lock


def locked(lock):
    try:
        if WINDOWS:
            import msvcrt

            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as refused:
        # other errors come from a disk that knows no locks, which must not stop anybody
        return errno.errorcode.get(refused.errno) not in ("EAGAIN", "EACCES", "EDEADLK")
    return True


def rebuild(lock):
    """A new environment in the old one's place.  The old one comes back if anything goes wrong."""
    if VENV.exists():
        VENV.rename(BEFORE)
    try:
        make_venv(lock)
        install(lock)
    except BaseException:
        discard(VENV)
        finish_or_undo()
        raise
    discard(BEFORE)


def finish_or_undo():
    """What a killed run has left: a rebuild that had come to its end is finished, any other is undone."""
    discard(PASSING)
    if INSTALLED.exists():
        discard(BEFORE)
    elif BEFORE.exists():
        discard(VENV)
        BEFORE.rename(VENV)


def discard(place):
    """Delete an environment of ours; the mark goes last, so that a remnant is still known as ours."""
    if not place.exists():
        return
    claim(place)
    if place != PASSING:
        place.rename(PASSING)
    for path in PASSING.iterdir():
        if path.name != MARK:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(PASSING)


def claim(place):
    if not (place / MARK).exists():
        (place / MARK).write_text(
            "course.py made this folder and may delete it: keep nothing of your own here.\n"
            "这个文件夹由 course.py 建立，也可能被它删除：请不要在这里存放自己的东西。\n",
            "utf-8",
        )


def make_venv(lock):
    """Marked as ours before it has its name."""
    PASSING.mkdir()
    claim(PASSING)
    PASSING.rename(VENV)
    show([sys.executable, "-m", "venv", str(VENV)])
    try:
        venv.create(VENV, symlinks=not WINDOWS)
    except SystemExit:  # as Debian's does
        no_pip("")
    code, said = listen_to([str(PYTHON), "-Im", "ensurepip", "--default-pip"], lock, stdout=subprocess.DEVNULL)
    if code:
        no_pip(said)


def install(lock):
    promised = wanted()
    what = ["-r", "requirements.txt", "-c", "constraints.txt"]
    # Python compiles what it imports; pip would compile all there is, which takes a quarter of the time
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "-q", *what]
    show(command)
    code, said = listen_to(command, lock)
    if code:
        sys.stderr.write(said)
        stop(
            "\npip could not install the requirements. Is there a network? A mirror or a proxy is set with\n"
            "    pip config set global.index-url <address of the mirror>\n"
            "and used from then on.",
            "安装失败：请检查网络；也可以用上面的命令把 pip 指向国内镜像后重试。",
        )
    INSTALLED.write_text(promised, "utf-8")


def listen_to(command, lock, **options):
    """Its exit code and complaints.  It holds the lock too: if this program is killed, the next one waits for it."""
    if not WINDOWS:
        options["pass_fds"] = [lock.fileno()]
    environ = environment() | {"PIP_USER": "0"}
    done = subprocess.run(command, env=environ, stderr=subprocess.PIPE, encoding="utf-8", errors="replace", **options)
    if done.returncode and any(sign in done.stderr for sign in ("Errno 28", "No space left", "Disk quota")):
        disk_full()
    return done.returncode, done.stderr


# --- mishaps ------------------------------------------------------------------


def stop(english, chinese):
    sys.exit(f"{english}\n{chinese}")


def explain(mishap):
    """End with a sentence if it is a mishap of the machine; else it is a bug of ours."""
    kind = errno.errorcode.get(mishap.errno)
    if kind in ("ENOSPC", "EDQUOT"):
        disk_full()
    if kind in ("EACCES", "EPERM", "EROFS", "EBUSY"):
        cannot_write(mishap.filename or ROOT)


@contextlib.contextmanager
def writing(place):
    """Whatever keeps us from writing there is a mishap."""
    try:
        yield
    except OSError as mishap:
        explain(mishap)
        cannot_write(place)


def disk_full():
    stop(
        f"The disk is full (or the one of {tempfile.gettempdir()}): make room and run it again.",
        "磁盘（或存放临时文件的磁盘）已满：请腾出空间后再运行。",
    )


def cannot_write(place):
    stop(
        f"{place} cannot be written: it is read-only, belongs to somebody else, or another program uses it.\n"
        "Move the project into a folder of your own, or close that program.",
        "无法写入这个位置：它是只读的、属于别的用户，或者正被别的程序使用。\n"
        "请把项目移到你自己的文件夹里，或者关闭那个程序。",
    )


def no_pip(said):
    reason = (said.strip().splitlines() or [""])[-1]
    stop(
        f"This Python cannot put pip into a virtual environment. {reason}\n"
        "On Debian or Ubuntu:  sudo apt install python3-venv",
        "此 Python 无法在虚拟环境里安装 pip，多半是缺少 ensurepip；在 Debian/Ubuntu 上请先运行上面的命令。",
    )


def check_writable():
    for folder in (ROOT, ROOT / "_build", ROOT / "_build" / "en", SITE):
        if folder.exists():
            with writing(folder), tempfile.TemporaryFile(dir=folder):
                pass


def check_project():
    lost = [path.name for path in RECIPE if not path.exists()]
    if lost:
        stop(
            f"{', '.join(lost)} should stand beside course.py: unpack the whole project and run it there.",
            f"course.py 旁边缺少 {'、'.join(lost)}：请先解压整个项目，再在那里运行。",
        )


def check_machine():
    """What a new environment needs, asked before anything is moved for it."""
    if os.pathsep in str(VENV):
        stop(
            f"{VENV} cannot hold an environment: rename the folder, so that there is no {os.pathsep} in its path.",
            f"路径里有“{os.pathsep}”，无法在那里建立环境：请给文件夹改名。",
        )
    if not importlib.util.find_spec("ensurepip"):
        no_pip("ensurepip is missing.")
    free = shutil.disk_usage(VENV.parent).free // 2**20
    if free < ROOM:
        stop(
            f"The packages take about {ROOM} MB, and the disk has {free} MB left: make room and run it again.",
            f"安装大约需要 {ROOM} MB，而磁盘只剩 {free} MB：请腾出空间后再运行。",
        )


# --- the work -----------------------------------------------------------------


def build():
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


def teach(browser):
    """Slides and the site without answers; with a browser the slides as PDF, too."""
    folder = ROOT / "_build" / "teach"
    run("python", "tools/teach.py", str(SITE), str(folder))
    for page in sorted(folder.rglob("slides/*.html")) if browser else ():
        print_page(browser, page, page.with_suffix(".pdf"))


def pdf(browser):
    """Each edition as one page, printed by a browser that is there already."""
    folder = ROOT / "_build" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    for source, out, name in (".", ".", "course-zh"), ("en", "_build/en", "course-en"):  # where book has read all pages
        run("jupyter-book", "build", source, "--builder", "singlehtml", "--path-output", out)
        page = ROOT / out / "_build" / "singlehtml" / "index.html"
        print_page(browser, page, folder / f"{name}.pdf")
    print(f"\nThe PDFs are in {folder}.")


def print_page(browser, page, pdf):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        flags += [f"--user-data-dir={profile}", "--virtual-time-budget=60000", "--no-pdf-header-footer"]
        command = [browser, *flags, f"--print-to-pdf={pdf}", page.as_uri()]
        show(command)
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            stop(f"{browser} could not print the page.", "这个浏览器没能打印页面。")


def known_chromium():
    """The reader's own browser, if it is of Chromium's family, or None."""
    named = os.environ.get("CHROMIUM")
    names = (
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
        "microsoft-edge",
        "msedge",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    return next(filter(None, map(shutil.which, [named] if named else names)), None)


def find_chromium():
    return known_chromium() or stop(
        "To print PDFs, install Chromium, Chrome or Edge, or name one in the variable CHROMIUM.",
        "要生成 PDF，请先安装 Chromium、Chrome 或 Edge，或者用环境变量 CHROMIUM 指明它的位置。",
    )


class Handler(http.server.SimpleHTTPRequestHandler):
    """Silent, and with the right types, which Windows' registry may have wrong."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = not WINDOWS  # there it would take a port that is in use

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a browser that hangs up is no error
            super().handle_error(request, client_address)


def listen(first):
    """Take the first free port, for this machine only."""
    last = min(first + 19, 65535)
    for candidate in range(first, last + 1):
        with contextlib.suppress(OSError):
            return Server(("127.0.0.1", candidate), functools.partial(Handler, directory=str(SITE)))
    stop(f"No free port from {first} to {last}; try another --port.", "这些端口都被占用：请用 --port 换一个。")


def serve(server):
    """Show the site and open it."""
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"Read it at {address} (English: {address}en/). Ctrl-C ends.", flush=True)
    threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nended")


def run(tool, *arguments, answers_ctrl_c=False):
    """Call a tool of the virtual environment; end with its exit code if it fails."""
    if answers_ctrl_c:  # only by the tool, which as a new program knows nothing of this handler
        signal.signal(signal.SIGINT, lambda *_: None)
    process = start(tool, *arguments)
    try:
        code = process.wait()
    finally:
        process.kill()
    if code:
        sys.exit(code)


def start(tool, *arguments, **options):
    """Call a tool of the virtual environment and do not wait for it."""
    command = [str(BIN / f"{tool}{EXE}"), *arguments]
    show(command)
    try:
        return subprocess.Popen(command, env=environment(), **options)
    except OSError as refused:
        stop(
            f"{command[0]} does not start ({refused.strerror}): run the same command with --fresh.",
            "这个程序无法启动：请在同一条命令后面加上 --fresh，重新建立环境。",
        )


def show(command):
    print("$ " + " ".join(command).replace(str(ROOT) + os.sep, ""), flush=True)


def environment():
    """UTF-8 everywhere, the tools of .venv first on the path, and one thread of OpenBLAS for each process.

    More of them than processors wait for each other with full power, and both editions are built at once.
    """
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", "PATH": path}


if __name__ == "__main__":
    main()
