"""What the tests share: the rules, two ways to follow them, and what to do when a tool is missing."""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import nbformat
import pytest
from bs4 import BeautifulSoup
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from notebooks import lacks
from project import copy_to, run_by

import gdcourse as gd
from gdcourse import browser as small

matplotlib.use("Agg")

ROOT = Path(__file__).parents[1]

RULES = [rule.function for rule in gd.rules.RULES]
DIALECTS = [rule for rule in vars(gd.dialects).values() if getattr(rule, "__module__", "") == "gdcourse.dialects"]


def named(rule):
    return rule.__name__


def follow(rule, grad, theta, steps, **knobs):
    """θ after each of ``steps`` steps."""
    path, state = [], ()
    for _ in range(steps):
        theta, state = rule(theta, grad, *state, **knobs)
        path.append(theta)
    return path


def replay(rule, gradients, theta=1.0, **knobs):
    """θ after each of the recorded ``gradients``, whatever θ is."""
    path, state = [], ()
    for g in gradients:
        theta, state = rule(theta, lambda _, g=g: g, *state, **knobs)
        path.append(theta)
    return path


def on_ci():
    return os.environ.get("CI", "").lower() in ("true", "1")


def missing(what):
    """Skip and say so; on CI, where everything must be there, fail."""
    if on_ci():
        pytest.fail(f"{what} is missing, and CI must run this test")
    pytest.skip(f"{what} is missing: NOT TESTED here")


ENDLESS = 400  # seconds; a browser may owe an answer for ever


@contextlib.contextmanager
def ends_within(seconds):
    """What takes longer is interrupted by an error, where the system can do that."""

    def late(*_):
        raise TimeoutError(f"not done within {seconds} s")

    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    began, before = time.monotonic(), signal.signal(signal.SIGALRM, late)
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:  # one around this one goes on
        signal.setitimer(signal.ITIMER_REAL, left and max(left - (time.monotonic() - began), 0.01))
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test that would never end fails, and the others go on."""
    with ends_within(ENDLESS):
        return (yield)


# A process takes a whole file at a time: notebooks come first, for the book need not run them then; after them what
# takes a minute or more, so that none is left for the end.
LONG = """test_engines test_homes test_adding_a_rule test_exercises test_explorer_page test_axe test_exercises_page
test_mishaps test_pages test_pdf test_safety test_formulas test_manners test_sources test_outline""".split()  # noqa: SIM905


def turn(item):
    if item.path.suffix == ".ipynb":
        return -1
    return LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG)


def pytest_collection_modifyitems(items):
    """A notebook that needs what is not installed is skipped, and says so; on CI it runs, and fails."""
    items.sort(key=turn)
    found = {item.path: None for item in items if item.path.suffix == ".ipynb"}
    for path in found:
        found[path] = lacks(nbformat.read(path, as_version=4))
    for item in items:
        if found.get(item.path) and not on_ci():
            item.add_marker(pytest.mark.skip(f"{found[item.path]} is missing: NOT TESTED here"))


@pytest.fixture(scope="session")
def torch():
    try:
        import torch
    except ImportError:
        missing("PyTorch")
    return torch


@pytest.fixture
def float64(torch):
    """PyTorch with float64 as its default, as long as the test lasts."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(before)


@pytest.fixture(scope="session")
def node():
    path = shutil.which("node")
    return path or missing("node")


@pytest.fixture(scope="session")
def in_the_page(node):
    """Runs a program in the page's Python, with all that the page gives it; returns the lines that it prints."""
    parts = [small.files(part, "en") for part in small.PARTS]
    files = {f"/lib/{path}": text for part in parts for path, text in part.items()}
    command = [node, ROOT / "tests" / "micropython_run.mjs", ROOT / "_ext/coursesite/vendor/micropython"]

    def run(program, **more):
        job = json.dumps({"files": files | more, "program": program})
        done = subprocess.run(command, input=job, capture_output=True, encoding="utf-8", timeout=300)
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]
        return done.stdout.splitlines()

    return run


@pytest.fixture(autouse=True)
def english():
    """Every test starts and ends in English."""
    gd.use_language("en")
    yield
    gd.use_language("en")


# --- the book, built once for all tests that look at it

BOOK = [shutil.which("jupyter-book", path=Path(sys.executable).parent), "build"]
STRICT = ["-n", "-W", "--keep-going"]


def copy_of_the_project(folder):
    """What git has, and what a working tree gathers: .venv, caches, an old build of en/."""
    copy_to(folder)
    for litter in (".venv/lib/a.md", ".pytest_cache/README.md", "en/_build/old.md", "en/.ipynb_checkpoints/x.ipynb"):
        (folder / litter).parent.mkdir(parents=True, exist_ok=True)
        (folder / litter).write_text("# litter\n\n[broken](nowhere.md)\n", "utf-8")
    return folder


def build(folder, *arguments):
    """Run jupyter-book on the copy, with the copy's own gdcourse."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [*BOOK, *arguments], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture(scope="session")
def project(site):
    """The folder in which the site was built."""
    return site.parents[1]


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id, pytestconfig):
    """The finished site, both languages; fails on any warning.  COURSE_SITE names one that is built already.

    Built by whichever worker comes first; the others wait for it.  What has passed as a test is not run again.
    """
    if os.environ.get("COURSE_SITE"):
        return Path(os.environ["COURSE_SITE"])
    base = tmp_path_factory.getbasetemp()
    project = (base if worker_id == "master" else base.parent) / "built"
    with FileLock(f"{project}.lock"):
        if not project.exists():
            know_what_has_run(copy_of_the_project(project), pytestconfig)
            build_both(project)
        html = project / "_build" / "html"
        assert (html / "en" / "index.html").exists(), "the site was not built: another test says why"
    return html


def know_what_has_run(project, config):
    """Give the project's cache each notebook that ../conftest.py has kept, if the package is still the same."""
    if not hasattr(config, "cache"):  # -p no:cacheprovider
        return
    for language in "zh_CN", "en":
        cache = get_cache(project / "_build" / "cache" / run_by() / language)
        for path in (config.cache.mkdir("executed") / language).glob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            if notebook.metadata.pop("package") == run_by():
                cache.cache_notebook_bundle(CacheBundleIn(notebook, str(path)), check_validity=False, overwrite=True)
        cache.db.dispose()  # Python 3.13 and later warn of what is left open


def build_both(project):
    editions = ([".", *STRICT], ["en", "--path-output", "_build/en", *STRICT])
    with ThreadPoolExecutor() as both:
        results = list(both.map(lambda arguments: build(project, *arguments), editions))
    for result in results:
        said = result.stdout + result.stderr
        assert result.returncode == 0, said[-3000:]
        assert "WARNING" not in said, [line for line in said.splitlines() if "WARNING" in line][:10]
    shutil.copytree(project / "_build/en/_build/html", project / "_build/html/en")


def pages(site):
    """Every page of the course; 404.html belongs to none."""
    return sorted(p for p in site.rglob("*.html") if "_static" not in p.parts and p.name != "404.html")


def names(site):
    """Their addresses below the site's own."""
    return [path.relative_to(site).as_posix() for path in pages(site)]


UNSOUGHT = re.compile(
    r"<span(?![^>]* id=)[^>]*>|</span>|</?(?:m(?!ain|ap|ark|enu|eta)[a-z]+|semantics|annotation)\b[^>]*>"
)


def soup(path):
    """A page as a tree, without spans that are no places and MathML: a formula has hundreds, and none is looked for."""
    return BeautifulSoup(UNSOUGHT.sub("", path.read_text("utf-8")), "html.parser")


# --- a real browser, and a plain host for the site

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Debian's shell is the same engine without the browser around it, which takes a second of processor for each context.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    if not CHROMIUM:
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


PROSE = "article :is(p, ul, ol, table, blockquote, .formula, .cell:not(.tag_exercise):not(:has(.gd-explorer)))"
ALIVE = ".gd-explorer, .question, .tag_exercise, .self-check"


def without_prose(html):
    """A chapter with nothing but its headings and what lives: a browser lays it out in a tenth of the time."""
    page = BeautifulSoup(html, "html.parser")
    lives = {id(part) for one in page.select(ALIVE) for part in [one, *one.find_all(True), *one.parents]}
    for part in page.select(PROSE):
        if id(part) not in lives:
            part.extract()
    return str(page)


@contextlib.contextmanager
def hosted(site, root):
    """(address, paths asked for in vain) of a host as GitHub Pages: the site below a path, with its own 404 page.

    Beside "course" stands "light", where the chapters have no prose.
    """
    (root / "some").mkdir()
    for name in ("course", "light"):
        (root / "some" / name).symlink_to(site, target_is_directory=True)
    refused = []
    light = functools.cache(lambda path: without_prose((site / path).read_text("utf-8")).encode())

    class Host(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            if asked := re.match(r"/some/light/((?:en/)?chapters/\w+\.html)", self.path):
                self.answer(200, light(asked[1]))
            else:
                super().do_GET()

        def send_error(self, code, *args):
            refused.append(self.path)
            self.answer(code, (site / "404.html").read_bytes())

        def answer(self, code, content):
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(root)))
    # who leaves a page before all has come is no error
    server.handle_error = lambda *args: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/course/", refused
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def address(site, tmp_path_factory):
    """Where the site stands."""
    with hosted(site, tmp_path_factory.mktemp("host")) as (address, _):
        yield address


@pytest.fixture(scope="session")
def light(address):
    """Where the same site stands with chapters that have no prose: for what does not hang on how a page is laid out."""
    return address.replace("/course/", "/light/")


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def opened(page, address):
    """The page, with every answer open, as for printing."""
    page.goto(address)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    return page


def until(page, expression, seconds=20):
    """Wait until the page says so.  (Playwright's own way evaluates text in the page, which its policy forbids.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(50)


def settled(page):
    """No figure asks Python any more: however slow the machine, what was wished is drawn."""
    page.wait_for_timeout(100)  # a click and the frame after it
    until(page, "[...document.querySelectorAll('.gx')].every((figure) => !Number(figure.dataset.asking))")
    page.wait_for_timeout(50)


@pytest.fixture
def stranger():
    """Another host, that notes what it is asked."""
    asked = []

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


# --- what is measured, shown below the results (reports carry it, from whichever process)


def measured(kind):
    """A fixture: a list for rows of figures."""

    @pytest.fixture(name=kind)
    def rows(request):
        found = []
        yield found
        plain = [[x if isinstance(x, str) else float(x) for x in row] for row in found]
        request.node.user_properties.append((kind, plain))

    return rows


quality = measured("quality")  # of the exercise checker: (measure, figure, target)
differences = measured("differences")  # (rule, problem, whole path, step by step, one-ulp nudge)


ENGINES = re.compile(r"test_engines\.py::test_(\w+)\[(.+)\]")
MARKS = {"passed": "✓", "failed": "✗", "error": "✗", "skipped": "–"}


def engines_and_features(terminalreporter):
    """Which browser can what, from a host and from a folder; and the seconds of each."""
    table, seconds = {}, {}
    for outcome, reports in terminalreporter.stats.items():
        for report in reports:
            found = ENGINES.search(getattr(report, "nodeid", ""))
            if not found or not hasattr(report, "duration"):
                continue
            engine, *_ = found[2].split("-")
            place = int("-file" in found[2])
            seconds[engine] = seconds.get(engine, 0) + report.duration
            if outcome in MARKS:
                marks = table.setdefault(found[1].replace("_", " "), {}).setdefault(engine, [" ", " "])
                marks[place] = max(marks[place], MARKS[outcome], key=" –✓✗".index)
    if not table:
        return
    terminalreporter.section("engines and features (from a host, from a folder)")
    terminalreporter.write_line(" " * 58 + "".join(f"{engine:14}" for engine in seconds))
    for feature, engines in table.items():
        marks = ("{} {}".format(*engines.get(engine, "  ")) for engine in seconds)
        terminalreporter.write_line(f"{feature:58}" + "".join(f"{mark:14}" for mark in marks))
    terminalreporter.write_line(f"{'seconds':58}" + "".join(f"{spent:<14.0f}" for spent in seconds.values()))


def pytest_terminal_summary(terminalreporter):
    engines_and_features(terminalreporter)
    ends = [report for report in terminalreporter.stats.get("", []) if getattr(report, "when", "") == "teardown"]
    tables = {
        kind: [row for report in ends for name, rows in report.user_properties if name == kind for row in rows]
        for kind in ("quality", "differences")
    }
    if tables["quality"]:
        terminalreporter.section("the exercise checker")
    for measure, figure, target in tables["quality"]:
        terminalreporter.write_line(f"{measure:62}{figure:>22}   target {target}")
    if tables["differences"]:
        terminalreporter.section("largest relative difference from PyTorch")
        terminalreporter.write_line(f"{'':34}{'path':>10}{'one step':>10}{'a nudge of 1 ulp':>18}")
    for name, problem, path, step, nudge in sorted(tables["differences"]):
        terminalreporter.write_line(f"{name:22}{problem:12}{path:10.1e}{step:10.1e}{nudge:18.1e}".replace("nan", "  –"))
