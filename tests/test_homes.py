"""Where course.py may be started: it says what is wrong, loses nothing, and recovers by itself.

Each home is a copy of course.py beside two stub files.  Its environment is real; what it installs is one tiny
wheel from a folder, whose programs jupyter-book, jupyter-lab and pytest print their words.  Most homes copy the
pip that ensurepip has put into the first one: it takes seven seconds of processor to unpack and compile it anew.
"""

import ast
import base64
import contextlib
import functools
import hashlib
import http.client
import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import packages
import pytest
from conftest import on_ci
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals, permissions and namespaces of POSIX")

TOOLS = """
import pathlib, sys, time

def say():
    print("called with", *sys.argv[1:], flush=True)

def book():
    say()
    for folder in "_build/html", "_build/en/_build/html":
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        pathlib.Path(folder, "index.html").write_text("<p>page</p>")
    time.sleep("wait" in pathlib.Path("pyproject.toml").read_text() and 60)
"""
PROGRAMS = "[console_scripts]\npytest=tiny:say\njupyter-lab=tiny:say\njupyter-book=tiny:book\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder for pip with one wheel."""
    folder = tmp_path_factory.mktemp("wheels")
    files = {
        "tiny.py": TOOLS,
        "tiny-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n",
        "tiny-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny-1.dist-info/entry_points.txt": PROGRAMS,
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        record += f"{name},sha256={digest},{len(text)}\n"
    files["tiny-1.dist-info/RECORD"] = record + "tiny-1.dist-info/RECORD,,\n"
    with zipfile.ZipFile(folder / "tiny-1-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return folder


COPIED_PIP = """
import pathlib, subprocess
run_really = subprocess.run

def run(command, **more):
    if "ensurepip" in command:
        [place] = pathlib.Path(command[0]).parents[1].rglob("site-packages")
        command = ["cp", "-a", *PIP, place]
    return run_really(command, **more)

subprocess.run = run
"""


class Home:
    """A folder with course.py, and how to start it there.  ``pip`` is what to copy, if ensurepip need not bring it."""

    def __init__(self, folder, wheels, pip=()):
        self.pip, self.meets = pip, folder.parent / "meets"
        self.folder, self.venv = folder, folder / ".venv"
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "COURSE_"))}
        self.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
        self.environ |= {"BROWSER": "true", "PIP_NO_CACHE_DIR": "1"}
        self.before = ()
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / "course.py", folder)
        (folder / "requirements.txt").write_text("tiny\n")
        (folder / "constraints.txt").write_text("tiny==1\n")
        (folder / "pyproject.toml").write_text("")
        self.disturb("")

    def command(self, *words):
        return [*self.before, sys.executable, str(self.folder / "course.py"), *words]

    @contextlib.contextmanager
    def start(self, *words):
        """The process, which is gone afterwards with all that it has started."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "start_new_session": True}
        if os.name != "nt":  # whoever runs the tests in the background has Ctrl-C ignored, and its children too
            options["preexec_fn"] = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        with subprocess.Popen(self.command(*words), cwd=self.folder, env=self.environ, **options) as process:
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError, AttributeError):
                    os.killpg(process.pid, signal.SIGKILL)

    def run(self, *words):
        """(exit code, what it said)"""
        with self.start(*words) as process:
            said = process.communicate(timeout=120)[0].decode()
        assert "Traceback" not in said, said
        return process.returncode, said

    def disturb(self, code):
        """Python code that course.py meets when it starts, as a stand-in for another machine."""
        self.meets.mkdir(exist_ok=True)
        copied = f"PIP = {[str(path) for path in self.pip]}{COPIED_PIP}" if self.pip else ""
        (self.meets / "sitecustomize.py").write_text(copied + textwrap.dedent(code))
        self.environ["PYTHONPATH"] = str(self.meets)

    def real_pip(self):
        """As on the reader's machine, where that is what is tested."""
        self.pip = ()
        self.disturb("")

    def works(self):
        code, said = self.run("test", "-k", "one")
        assert code == 0, said
        assert "called with -k one" in said
        assert not list(self.folder.glob(".venv.[bp]*")), "a rebuild has left something"
        return True


@pytest.fixture(scope="module")
def built(tmp_path_factory, wheels):
    """A home whose environment is there already; tests that use it leave it as it is."""
    home = Home(tmp_path_factory.mktemp("built") / "home", wheels)
    assert home.works()
    return home


@pytest.fixture
def home(tmp_path, wheels, built):
    return Home(tmp_path / "home", wheels, [*built.venv.rglob("site-packages/pip*")])


def digest(place):
    """Everything below, names, contents and links; not the lock, which course.py puts beside its environment."""
    if place.is_symlink():
        return {".": os.readlink(place)}
    paths = [place, *place.rglob("*")] if place.is_dir() else [place]
    return {
        str(path): os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else "folder"
        for path in paths
        if path.suffix != ".lock" and "__pycache__" not in path.parts
    }


# --- the table ----------------------------------------------------------------
# Each row prepares a home and names what must stay as it is.  Then: the words, the exit code, the phrase.

ROWS = []


def row(words, code, phrase, id=None, marks=()):
    def add(prepare):
        name = id or prepare.__name__
        ROWS.append(pytest.param(prepare, words.split(), code, phrase, id=name, marks=marks))
        return prepare

    return add


NOT_OURS = "did not make"


@row("test", 1, NOT_OURS)
def venv_without_pip(home):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home.venv], check=True)
    return [home.venv]


@row("book --no-serve", 1, NOT_OURS)
def venv_of_another_python(home):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home.venv], check=True)
    settings = home.venv / "pyvenv.cfg"
    settings.write_text(re.sub(r"version = .*", "version = 3.9.2", settings.read_text()))
    return [home.venv]


@row("test --fresh", 1, NOT_OURS)
def even_when_asked_for_a_fresh_one(home):
    return notes_of_the_reader(home)


@row("test", 1, "a folder")
def notes_of_the_reader(home):
    home.venv.mkdir()
    (home.venv / "notes.txt").write_text("mine")
    return [home.venv]


@row("test", 1, "a folder")
def an_empty_folder(home):
    home.venv.mkdir()
    return [home.venv]


@row("test", 1, "a file")
def a_file(home):
    home.venv.write_text("mine")
    return [home.venv]


@row("test", 1, "a link")
def a_link_to_somebody_elses(home):
    other = home.folder.parent / "theirs"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", other], check=True)
    home.venv.symlink_to(other, target_is_directory=True)
    return [home.venv, other]


@row("test --fresh", 1, "a link")
def a_link_to_one_of_ours(home):
    other = home.folder.parent / "other"
    other.mkdir()
    (other / "made-by-course.txt").write_text("")
    home.venv.symlink_to(other, target_is_directory=True)
    return [home.venv, other]


@row("test", 1, "a link")
def a_link_to_nowhere(home):
    home.venv.symlink_to(home.folder / "gone")
    return [home.venv]


@row("test", 1, ".venv.before is a folder that course.py did not make")
def the_readers_own_copy_beside_it(home):
    place = Path(f"{home.venv}.before")
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    return [place]


@row("test", 1, NOT_OURS)
def another_place_that_is_taken(home):
    place = home.folder.parent / "taken"
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    home.environ["COURSE_VENV"] = str(place)
    return [place]


@row("test", 0, "called with")
def another_place_that_is_free(home):
    (home.folder / ".venv").mkdir()
    (home.folder / ".venv" / "notes.txt").write_text("mine")
    home.environ["COURSE_VENV"] = str(home.folder.parent / "a place" / "of its own")
    return [home.folder / ".venv"]


@row("test", 0, "called with")
def a_name_with_spaces_and_chinese(home):
    place = home.folder.parent / "我的 课程"
    home.folder.rename(place)
    home.folder = place
    home.real_pip()
    return []


@row("test", 1, "there is no : in its path", marks=POSIX)
def a_colon_in_the_path(home):
    place = home.folder.parent / "a:b"
    home.folder.rename(place)
    home.folder = place
    return []


@row("book --port 70000", 2, "a port is a number from 1 to 65535, not 70000 / 端口号")
def a_port_out_of_range(home):
    return [home.folder]


@row("book --port http", 2, "not http")
def a_port_that_is_no_number(home):
    return [home.folder]


@row("book --prot 80", 2, "无法识别 --prot 80")
def a_word_that_book_does_not_know(home):
    return [home.folder]


@row("test", 1, "requirements.txt, constraints.txt, pyproject.toml should stand beside course.py")
def course_py_alone(home):
    for path in home.folder.iterdir():
        if path.name != "course.py":
            path.unlink()
    return [home.folder]


@row("test", 1, "apt install python3-venv")
def python_without_ensurepip(home):
    home.disturb("""
        import importlib.util
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name, *more: None if name == "ensurepip" else find(name, *more)
    """)
    return [home.folder]


@row("test", 1, "apt install python3-venv")
def debians_venv_that_exits_by_itself(home):
    home.disturb("""
        import sys, venv
        venv.EnvBuilder.setup_python = lambda *ignored: sys.exit(1)
    """)
    return []


@row("test", 1, "Is there a network?")
def no_network(home):
    home.environ["PIP_FIND_LINKS"] = str(home.folder)
    return []


@row("test", 1, "and the disk has 3 MB left")
def little_room(home):
    home.disturb("""
        import shutil
        shutil.disk_usage = lambda place: shutil._ntuple_diskusage(9 << 20, 6 << 20, 3 << 20)
    """)
    return [home.folder]


@row("pdf", 1, "install Chromium, Chrome or Edge")
def a_browser_that_is_not_there(home):
    home.environ["CHROMIUM"] = "/nowhere/chromium"
    return [home.folder]


@row("test", 1, "已原样保留", marks=POSIX)
def c_locale_and_chinese_advice(home):
    home.environ |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    home.venv.write_text("mine")
    return [home.venv]


@row("test", 1, "已原样保留")
def a_western_encoding(home):
    home.environ["PYTHONIOENCODING"] = "cp1252"
    home.venv.write_text("mine")
    return [home.venv]


@row("test", 1, "This course needs Python 3.11 or newer; this is Python 3.9")
def an_old_python(home):
    home.disturb("import sys; sys.version_info = (3, 9, 2, 'final', 0)")
    return [home.folder]


@pytest.mark.parametrize(("prepare", "words", "code", "phrase"), ROWS)
def test_home(home, prepare, words, code, phrase):
    """The exit code, the sentence, no traceback; what is not ours stays as it is; a failure leaves nothing."""
    kept = prepare(home)
    home.venv = home.folder / ".venv"
    before = [digest(place) for place in kept]
    there = home.venv.exists()
    found, said = home.run(*words)
    assert phrase in said
    assert found == code, said
    assert [digest(place) for place in kept] == before
    if code:
        assert re.search(r"[\u4e00-\u9fff]", said), f"no Chinese: {said}"
        assert home.venv.exists() == there, "a half-made environment is left"


def test_there_are_at_least_twenty_homes():
    assert len(ROWS) >= 20


# --- what the machine refuses ---------------------------------------------------


@contextlib.contextmanager
def unwritable(folder):
    """As an ordinary user meets it.  Root may write everywhere, so for root it is made immutable."""
    root = os.geteuid() == 0
    if root and subprocess.run(["chattr", "+i", folder], capture_output=True).returncode:
        pytest.skip("root may write everywhere, and this file system knows no chattr: NOT TESTED here")
    folder.chmod(0o555) if not root else None
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", folder], check=True) if root else folder.chmod(0o755)


@POSIX
@pytest.mark.parametrize("words", [["test"], ["book", "--no-serve"], ["lab"]])
def test_read_only_folder(home, words):
    with unwritable(home.folder):
        code, said = home.run(*words)
    assert code == 1
    assert "cannot be written" in said
    assert "无法写入" in said


@POSIX
def test_a_read_only_folder_that_is_ready_opens_the_notebooks(built):
    with unwritable(built.folder):
        assert built.run("lab") == (0, built.run("lab")[1])
        code, said = built.run("book", "--no-serve")
    assert code == 1
    assert "cannot be written" in said


@POSIX
@pytest.mark.parametrize("size", ["200k", "6m", "50m"])
def test_full_disk(home, size):
    """A real small disk, in a name space of its own.  It is full before pip, while pip comes, while it installs."""
    home.real_pip()
    home.disturb("import shutil; shutil.disk_usage = lambda place: shutil._ntuple_diskusage(9 << 40, 0, 9 << 40)")
    wheel = Path(home.environ["PIP_FIND_LINKS"]) / "tiny-1-py3-none-any.whl"
    home.environ["PIP_FIND_LINKS"] = str(home.folder.parent)
    shutil.copy(wheel, home.folder.parent)
    with zipfile.ZipFile(home.folder.parent / wheel.name, "a") as more:
        more.writestr("tiny.bin", bytes(45 << 20))
    disk = home.folder.parent / "disk"
    disk.mkdir()
    home.environ["COURSE_VENV"] = str(disk / "venv")
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = f'mount -t tmpfs -o size={size} none {disk} && "$@"; code=$?; ls -A {disk}; exit $code'
    home.before = ["unshare", "--mount", *root, "sh", "-c", script, "sh"]
    if subprocess.run([*home.before, "true"], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here: NOT TESTED")
    code, said = home.run("test")
    assert code == 1
    assert "The disk is full" in said
    assert "腾出空间" in said
    assert said.splitlines()[-1] == "venv.lock", "a half-made environment is left"


# --- interrupted, killed, twice at once -------------------------------------------


@POSIX
def test_killed_between_any_two_steps(home, monkeypatch):
    """SIGKILL before each thing that set_up does to the environment's place; the next run always recovers.

    pip is a stand-in here, so that every moment can be tried.  Wherever there was an environment that worked,
    there is one after the kill and the undoing that the next run begins with, even if it fails too.
    """
    course = load(home, monkeypatch)
    for start in "nothing", "old", "old edition", "half":
        for moment in range(1, 200):
            for name in ".venv", ".venv.before", ".venv.passing":
                shutil.rmtree(home.folder / name, ignore_errors=True)
            if start != "nothing":
                assert in_a_child(lambda: course.set_up()) == 0
                (home.venv / "worked").write_text("")
            if start == "old edition":
                (home.venv / course.MARK).unlink()
            if start == "half":
                (home.venv / "installed.sha256").unlink()
                (home.venv / "broken").write_text("")
            killed = in_a_child(lambda moment=moment: (kill_at(moment), course.set_up(fresh=True)))
            if start.startswith("old"):
                assert in_a_child(lambda: (setattr(course, "install", fail), course.set_up(fresh=True))) == 1
                assert (home.venv / "worked").exists() or course.ready(), (start, moment)
            assert in_a_child(lambda: course.set_up()) == 0, (start, moment)
            assert course.ready(), (start, moment)
            assert sorted(p.name for p in home.folder.glob(".venv*")) == [".venv", ".venv.lock"], (start, moment)
            if not killed:
                break
        assert moment > 5, "nothing was killed"
        assert not killed, "the moments do not end"


def load(home, monkeypatch):
    """The home's course.py as a module, which makes environments in no time, without a pip that works."""
    monkeypatch.delenv("COURSE_VENV", raising=False)
    spec = importlib.util.spec_from_file_location("course", home.folder / "course.py")
    course = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(course)
    monkeypatch.setattr(course.venv, "create", lambda place, **options: make(place))
    monkeypatch.setattr(course, "listen_to", lambda command, lock, **options: (0, ""))
    monkeypatch.setattr(course, "usable", lambda: course.made_here() and not (course.VENV / "broken").exists())
    return course


def make(place):
    (place / "bin").mkdir()
    (place / "bin" / "python").write_text("")
    (place / "pyvenv.cfg").write_text(f"command = python -m venv {place}\n")


def fail(*ignored):
    sys.exit(1)


def in_a_child(work):
    """The exit code of a process of its own; nothing is cleaned up if it is killed."""
    child = os.fork()
    if not child:
        code = 99
        try:
            work()
            code = 0
        except SystemExit:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(moment):
    """Die just before the change of this number: a folder made, renamed or deleted, a file written."""
    count = 0

    def watch(event, arguments):
        nonlocal count
        changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")
        if changes or event == "open" and arguments[1] in ("w", "wb", "a", "ab"):
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


@POSIX
@pytest.mark.parametrize(("how", "moment"), [("killed", "ensurepip"), ("killed", "install"), ("Ctrl-C", "install")])
def test_stopped_half_way(home, how, moment):
    """A kill leaves pip at work, so that the next run has to wait for it; Ctrl-C reaches every process."""
    slow = "import os, time; open('reached', 'w').close()\nwhile not os.path.exists('go on'): time.sleep(0.05)"
    home.disturb(f"""
        import subprocess
        run = subprocess.run
        subprocess.run = lambda command, **more: run(
            [command[0], "-c", {slow!r}] if "{moment}" in command else command, **more
        )
    """)
    with home.start("test") as process:
        wait_for(lambda: (home.folder / "reached").exists())
        home.disturb("")
        if how == "killed":
            process.kill()
            with home.start("test") as another:
                assert "Another run is setting up; waiting for it. / 另一次运行" in another.stdout.readline().decode()
                (home.folder / "go on").touch()
                assert "Traceback" not in another.communicate(timeout=120)[0].decode()
            assert another.returncode == 0
        else:
            os.killpg(process.pid, signal.SIGINT)
            said = process.communicate(timeout=60)[0].decode()
            assert process.returncode == 130
            assert "Stopped. The same command goes on from here.\n已停止。" in said
            assert "Traceback" not in said
            assert not home.venv.exists()
    assert home.works()


def test_two_at_once(home):
    """The second waits, and finds all done."""
    with home.start("test") as one, home.start("test") as two:
        said = [process.communicate(timeout=120)[0].decode() for process in (one, two)]
    assert [one.returncode, two.returncode] == [0, 0], said
    assert "".join(said).count("-m venv") == 1
    assert "".join(said).count("Another run is setting up") == 1
    assert home.works()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# --- an environment of ours, later ---------------------------------------------------


def test_what_becomes_of_an_environment(home):
    """Used as it is, brought up to date, taken over from an older edition, made anew, moved with the project."""
    assert home.works()
    mine = home.venv / "mine.txt"
    mine.write_text("a package that the reader has added")

    _, said = home.run("test")
    assert said.count("$") == 1, "nothing is to be done"

    (home.venv / "made-by-course.txt").unlink()  # the older edition wrote none
    (home.folder / "requirements.txt").write_text("tiny\nnot-to-be-had\n")
    code, said = home.run("test")
    assert code == 1
    assert "Is there a network?" in said
    (home.folder / "requirements.txt").write_text("tiny  # another line\n")
    code, said = home.run("test")
    assert code == 0, said
    assert "-m venv" not in said
    assert "pip install" in said
    assert mine.exists()

    works, home.environ["PIP_FIND_LINKS"] = home.environ["PIP_FIND_LINKS"], str(home.folder)
    code, said = home.run("test", "--fresh")
    assert (code, mine.exists()) == (1, True), "the old one is back"
    assert "Is there a network?" in said
    home.environ["PIP_FIND_LINKS"] = works
    (home.venv / "bin" / "pytest").unlink()
    code, said = home.run("test")
    assert code == 1
    assert "does not start (No such file or directory): run the same command with --fresh." in said
    assert "Traceback" not in said

    place = home.folder.parent / "moved"
    shutil.copytree(home.folder, place, symlinks=True)
    kept = digest(home.venv)
    moved = Home(place, works, home.pip)
    code, said = moved.run("test", "--fresh")
    assert code == 0
    assert "-m venv" in said
    assert not (moved.venv / "mine.txt").exists()
    assert digest(home.venv) == kept, "the copy has changed the original"


def test_an_interpreter_that_is_gone(home):
    """As after the system's Python was upgraded: a link to nowhere."""
    home.venv.mkdir()
    (home.venv / "made-by-course.txt").write_text("")
    (home.venv / "bin").mkdir()
    (home.venv / "bin" / "python").symlink_to("/nowhere/python3.9")
    (home.venv / "pyvenv.cfg").write_text(f"command = python -m venv {home.venv}\n")
    assert home.works()


# --- the commands ----------------------------------------------------------------------


def test_words_are_passed_on(built):
    words = "--allow-root", "--port=9"
    assert f"called with --notebook-dir {built.folder} {' '.join(words)}" in built.run("lab", *words)[1]
    assert "called with tests/a.py -k x -q" in built.run("test", "tests/a.py", "-k", "x", "-q")[1]


@POSIX
def test_without_a_terminal(built):
    """As pythonw starts it: no output, no errors, no traceback."""
    built.before = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh"]
    try:
        assert built.run("test") == (0, "")
        assert built.run("book", "--port", "0") == (2, "")
    finally:
        built.before = ()


@contextlib.contextmanager
def listening():
    """A port that is in use, and the next one free."""
    while True:
        with socket.socket() as taken, socket.socket() as next_one:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            next_one.close()
            yield port
            return


@POSIX
def test_the_server(built):
    """The next free port, the right types, not a word about browsers that come and hang up; Ctrl-C ends it."""
    with listening() as port, built.start("book", "--port", str(port)) as process:
        said = ""
        while "Ctrl-C ends" not in said:
            line = process.stdout.readline().decode()
            assert line, said
            said += line
        assert f"Read it at http://127.0.0.1:{port + 1}/" in said
        site = built.folder / "_build" / "html"
        (site / "large.wasm").write_bytes(bytes(9 << 20))
        kinds = {"large.wasm": "application/wasm", "x.mjs": "text/javascript", "x.js": "text/javascript"}
        for name, kind in kinds.items():
            (site / name).exists() or (site / name).write_text("")
            connection = http.client.HTTPConnection("127.0.0.1", port + 1)
            connection.request("HEAD", f"/{name}")
            assert connection.getresponse().headers["Content-Type"] == kind
            connection.close()
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port + 1)) as rude:
                rude.sendall(b"GET /large.wasm HTTP/1.1\r\n\r\n")
                rude.recv(10)
                rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # RST
        connection = http.client.HTTPConnection("127.0.0.1", port + 1)
        connection.request("GET", "/nothing.html")
        assert connection.getresponse().status == 404
        connection.close()
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=20)[0].decode().strip() == "ended"


def test_no_free_port_is_said_before_the_work(built):
    with contextlib.ExitStack() as taken:
        for port in range(65531, 65536):
            one = taken.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # in use already: as good
                one.bind(("127.0.0.1", port))
                one.listen()
        code, said = built.run("book", "--port", "65531")
    assert code == 1
    assert "No free port from 65531 to 65535" in said
    assert "jupyter-book" not in said


@POSIX
def test_ctrl_c_is_answered_by_the_tool_that_asks(built):
    """JupyterLab asks whether to stop: course.py must not be gone before the answer."""
    tool = built.venv / "bin" / "jupyter-lab"
    kept = tool.read_text()
    tool.write_text(
        "#!/bin/sh\ntrap 'sleep 1; echo answered; exit 7' INT\necho ready\nwhile true; do sleep 0.1; done\n"
    )
    try:
        with built.start("lab") as process:
            while process.stdout.readline() != b"ready\n":
                pass
            os.killpg(process.pid, signal.SIGINT)
            assert process.communicate(timeout=20)[0] == b"answered\n"
        assert process.returncode == 7
    finally:
        tool.write_text(kept)


# --- the lock --------------------------------------------------------------------------


def test_an_old_python_can_read_it():
    """Far enough to say that it is too old."""
    ast.parse((ROOT / "course.py").read_text("utf-8"), feature_version=(3, 7))


def locked():
    """Name → version, as this Python and this system read constraints.txt."""
    lines = (line for line in packages.LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    pins = [Requirement(line) for line in lines]
    assert all(re.fullmatch(r"==[\w.+!-]+", str(pin.specifier)) for pin in pins)
    here = (pin for pin in pins if not pin.marker or pin.marker.evaluate())
    return {packages.canonical(pin.name): str(pin.specifier)[2:] for pin in here}


def test_the_lock_is_that_of_the_requirements():
    pins = locked()
    assert all(packages.name(line) in pins for line in packages.requirements())
    for line in packages.requirements():
        if "==" in line:
            assert pins[packages.name(line)] == line.split("==")[1], f"{line}: run python3 tools/packages.py lock"


def test_the_lock_covers_all_that_is_installed():
    """Each package that a requirement brings, also through others, in the version that is installed."""
    pins, seen, todo = locked(), set(), [(packages.name(line), frozenset()) for line in packages.requirements()]
    wrong = []
    while todo:
        package, extras = todo.pop()
        if (package, extras) in seen:
            continue
        seen.add((package, extras))
        version = importlib.metadata.version(package)
        if pins.get(package) != version:
            wrong.append(f"{package}: {version} is installed, {packages.LOCK.name} has {pins.get(package)}")
        for need in map(Requirement, importlib.metadata.requires(package) or []):
            if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""}):
                todo.append((packages.canonical(need.name), frozenset(need.extras)))
    wrong += ["python3 course.py test installs it, or tools/packages.py lock pins it"] if wrong else []
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 100


def test_the_lock_fits_each_python():
    """From wheels.  Asks the package index, so that only CI does it; ``fits`` alone asks for all systems."""
    if not on_ci():
        pytest.skip("asks the package index: NOT TESTED here, see python3 tools/packages.py fits")
    done = subprocess.run(
        [sys.executable, ROOT / "tools/packages.py", "fits", "--systems", "linux"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@POSIX
def test_ci_installs_only_what_is_missing(tmp_path):
    """A runner that has the browsers gets the Chinese font all the same, and nothing else."""
    has = {"node", "npm", "chromium", "chromium-headless-shell", "firefox-esr", "WebKitWebDriver", "Xvfb"}
    for program in has | {"fc-list", "sudo", "apt-get", "python3"}:
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    (tmp_path / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
    (tmp_path / "apt-get").write_text('#!/bin/sh\necho apt-get "$@"\n')
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 3\n")  # that is all of it that we want to see
    bash, dirname = shutil.which("bash"), shutil.which("dirname")
    (tmp_path / "dirname").symlink_to(dirname)
    old = tmp_path / "course" / "chromium-103"
    old.mkdir(parents=True)
    shutil.copy(tmp_path / "chromium", old)
    environ = {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}

    def said():
        done = subprocess.run([bash, ROOT / ".ci" / "run"], env=environ, capture_output=True, text=True)
        assert done.returncode == 3, done.stderr
        return done.stdout.splitlines()

    assert said() == ["apt-get update -qq", "apt-get install -y -qq fonts-noto-cjk"]
    (tmp_path / "fc-list").write_text("#!/bin/sh\necho Some Font\n")
    assert said() == []
    (tmp_path / "firefox-esr").unlink()
    assert said()[1:] == ["apt-get install -y -qq firefox-esr"]
