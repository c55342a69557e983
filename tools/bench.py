"""Measure the course's speed, as ratios; `python3 course.py bench` calls this.

    python tools/bench.py            print the table (about a minute)
    python tools/bench.py --book     time the building of the book too (ten minutes)
    python tools/bench.py --tests    time all tests, and show where the time goes (a quarter of an hour)
    python tools/bench.py --save     do all this and keep the figures for the page on speed

What is compared runs in turns, in one process and one thread, and the ratio is
taken in each turn, so that a machine that slows down slows down both.  Times
are those of the processor, so that other programs do not count.  A row shows
the median ratio of the turns, and the smallest and the largest.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes

import argparse
import datetime
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from project import EDITIONS, ROOT, chapters, copy_to

import gdcourse as gd
from gdcourse import browser

KEPT = ROOT / "gdcourse" / "data" / "speed.json"


def in_turns(rounds, **candidates):
    """Processor seconds of each candidate in each turn, after one that does not count: {name: (rounds,)}.

    Each turn has an order of its own, so that nobody always runs in the caches that another leaves behind.
    """
    rng, functions = np.random.default_rng(0), list(candidates.values())
    times = np.empty((rounds + 1, len(functions)))
    for turn in times:
        for i in rng.permutation(len(functions)):
            begin = time.process_time()
            functions[i]()
            turn[i] = time.process_time() - begin
    return dict(zip(candidates, times[1:].T, strict=True))


def ratio(times, ours, theirs):
    """How many times as long ``ours`` takes as ``theirs``: median, smallest, largest."""
    quotients = times[ours] / times[theirs]
    return [float(np.median(quotients)), float(quotients.min()), float(quotients.max())]


def torch_or_none():
    """PyTorch on one thread, where it is installed: the rules of the course use one, too."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


# --- one run: 1000 full-batch steps of Adam on the line of the articles --------

STEPS, LR = 1000, 0.05
LINE = gd.LinearRegression.line()


def articles_loop(history=None):
    """As the articles write it: all in one function, columns, a list of losses, a look at the last two.

    Given a list for the ``history``, it keeps what ``minimize`` keeps.
    """
    X, y = LINE.X, LINE.y[:, None]
    n, d = X.shape
    theta, m, v, losses = np.zeros((d, 1)), np.zeros((d, 1)), np.zeros((d, 1)), []
    for k in range(STEPS):
        residual = X.dot(theta) - y
        losses.append(np.mean(residual**2 / 2))
        g = (1 / n) * X.T.dot(residual)
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g**2
        m_hat = m / (1 - pow(0.9, k + 1))
        v_hat = np.abs(v / (1 - pow(0.999, k + 1)))
        theta = theta - (LR * m_hat) / (np.sqrt(v_hat) + 1e-8)
        if history is not None:
            history.append((theta.copy(), m.copy(), v.copy()))
        if k > 1 and abs(losses[-1] - losses[-2]) < 0:
            break
    if history:
        history[:] = map(np.array, zip(*history, strict=True))
    return theta.ravel()


def minimize(record_every):
    return gd.minimize(LINE, gd.adam, np.zeros(2), steps=STEPS, lr=LR, record_every=record_every).theta


def torch_loop(torch):
    """The loop around torch.optim.Adam, with the gradient worked out by hand."""
    X, y = torch.tensor(LINE.X), torch.tensor(LINE.y)
    theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer, losses = torch.optim.Adam([theta], lr=LR), []
    for _ in range(STEPS):
        with torch.no_grad():
            residual = X @ theta - y
            losses.append(float((residual**2).mean() / 2))
            theta.grad = residual @ X / len(y)
        optimizer.step()
    return theta.detach().numpy()


def one_run(rounds):
    candidates = {
        "all": lambda: minimize(1),
        "tenth": lambda: minimize(10),
        "articles": articles_loop,
        "keeping": lambda: articles_loop([]),
    }
    if torch := torch_or_none():
        candidates["torch"] = lambda: torch_loop(torch)
    for candidate in candidates.values():
        np.testing.assert_allclose(candidate(), minimize(1), rtol=1e-9)
    times = in_turns(rounds, **candidates)
    rows = {
        "minimize / articles": ratio(times, "all", "articles"),
        "minimize / articles, the same history kept": ratio(times, "all", "keeping"),
        "minimize, every tenth step kept / articles": ratio(times, "tenth", "articles"),
    }
    if torch:
        rows["torch.optim.Adam / minimize"] = ratio(times, "torch", "all")
    return rows | one_loss(rounds)


def one_loss(rounds, calls=1000):
    """The loss of the articles' loop and that of ``LinearRegression``, from the same residual."""
    residual, n = LINE.y, len(LINE.y)

    def mean():
        for _ in range(calls):
            np.mean(residual**2 / 2)

    def vecdot():
        for _ in range(calls):
            np.vecdot(residual, residual) / (2 * n)

    times = in_turns(rounds, mean=mean, vecdot=vecdot)
    return {"loss by np.mean / by np.vecdot": ratio(times, "mean", "vecdot")}


# --- many runs: 10,000 starts on Rosenbrock, 500 steps of Adam ------------------

RUNS = 10_000
VALLEY = gd.Surface("rosenbrock")
STARTS = np.random.default_rng(0).uniform(-2, 2, (RUNS, 2))


def barest_sweep(steps):
    """Nothing but the arithmetic."""
    theta = STARTS.copy()
    m, v, g = np.zeros_like(theta), np.zeros_like(theta), np.empty_like(theta)
    for t in range(1, steps + 1):
        x, y = theta[:, 0], theta[:, 1]
        valley = y - x * x
        g[:, 0] = -2 * (1 - x) - 400 * x * valley
        g[:, 1] = 200 * valley
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g**2
        theta = theta - 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return theta


def sweep(steps, starts=STARTS, record_every=None):
    return gd.sweep(VALLEY, gd.adam, starts, steps=steps, lr=0.01, record_every=record_every).theta


def one_by_one(steps, runs):
    for start in STARTS[:runs]:
        gd.minimize(VALLEY, gd.adam, start, steps=steps, lr=0.01, record_every=steps)


def many_runs(rounds, steps=500, few=20):
    np.testing.assert_allclose(sweep(20), barest_sweep(20), rtol=1e-9)
    candidates = {
        "sweep": lambda: sweep(steps),
        "barest": lambda: barest_sweep(steps),
        "few": lambda: one_by_one(steps, few),
    }
    times = in_turns(rounds, **candidates)
    times["loop"] = times["few"] * RUNS / few
    return {
        "sweep / barest numpy": ratio(times, "sweep", "barest"),
        "minimize in a loop / sweep": ratio(times, "loop", "sweep"),
    }


def peak(function):
    """The most memory, in MB, that is held at once while ``function`` runs."""
    tracemalloc.start()
    function()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def memory(steps=500):
    return {
        "sweep, only the end kept": peak(lambda: sweep(steps)),
        "the same, twice the steps": peak(lambda: sweep(2 * steps)),
        "sweep, the loss of every step kept": peak(lambda: sweep(steps, record_every=1)),
    }


# --- one large step: 10⁷ parameters ---------------------------------------------


def in_blocks(rule, theta, g, m, v, size, **knobs):
    """One step of an Adam-like rule, block by block; ``theta``, ``m`` and ``v`` are overwritten."""
    for i in range(0, len(theta), size):
        at = slice(i, i + size)
        theta[at], (_, m[at], v[at]) = rule(theta[at], lambda _, at=at: g[at], 0, m[at], v[at], **knobs)


def one_step(rounds, size=10_000_000):
    rng = np.random.default_rng(0)
    theta, g = rng.normal(size=size), rng.normal(size=size)
    m, v, other = np.zeros(size), np.zeros(size), np.zeros(size)

    candidates = {
        "whole": lambda: gd.adam(theta, lambda _: g, 0, m, v),
        "blocks": lambda: in_blocks(gd.adam, theta, g, m, v, 8192),
        "add": lambda: np.add(other, g, out=other),
    }
    if torch := torch_or_none():
        for name, fused in ("torch", False), ("fused", True):
            parameter = torch.zeros(size, dtype=torch.float64, requires_grad=True)
            parameter.grad = torch.tensor(g)
            optimizer = torch.optim.Adam([parameter], fused=fused)
            candidates[name] = optimizer.step
    times = in_turns(rounds, **candidates)
    # a step reads θ, g, m, v and writes θ, m, v: seven arrays; a += g reads two and writes one
    times["traffic"] = times["add"] * 7 / 3
    names = [name for name in candidates if name != "add"]
    return {f"one step, {name} / memory alone": ratio(times, name, "traffic") for name in names}


# --- how cost grows ---------------------------------------------------------------


def best(function, rounds=3):
    return float(min(in_turns(rounds, it=function)["it"]))


def growing(sizes, cost):
    sizes = [round(size) for size in sizes]
    return {"x": sizes, "seconds": [cost(size) for size in sizes]}


def in_rows(n, steps=50):
    rng = np.random.default_rng(0)
    problem = gd.LinearRegression(rng.normal(size=(n, 10)), rng.normal(size=n))
    return best(lambda: gd.minimize(problem, gd.adam, steps=steps))


def in_parameters(d, steps=50):
    problem = gd.Problem(lambda theta: 0.5 * theta @ theta, lambda theta: theta, np.ones(d))
    return best(lambda: gd.minimize(problem, gd.adam, steps=steps, record_every=steps))


def in_runs(runs, steps=50):
    starts = np.random.default_rng(0).uniform(-2, 2, (runs, 2))
    return best(lambda: sweep(steps, starts))


# the browser compiles what runs often, so it has run often before it is timed
ENGINE = """
import time
from gdcourse.explorer import page
racer = {"rule": "adam", "knobs": {"lr": 0.05}, "start": [-1.2, 1.0], "steps": %d}
page.run({"surface": "rosenbrock"}, [dict(racer, steps=1000)])
begin = time.time()
page.run({"surface": "rosenbrock"}, [racer])
print(time.time() - begin)
"""


def in_engine(steps):
    """Seconds that the page's own Python takes for one race."""
    vendor = ROOT / "_ext" / "coursesite" / "vendor" / "micropython"
    files = {f"/lib/{path}": text for path, text in browser.files("course.json", "en").items()}
    job = json.dumps({"files": files, "program": ENGINE % steps})
    command = ["node", ROOT / "tests" / "micropython_run.mjs", vendor]
    done = [subprocess.run(command, input=job, capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(it.stdout) for it in done)


def growth():
    found = {
        "rows": growing(np.logspace(2, 6, 9), in_rows),
        "parameters": growing(np.logspace(1, 6, 11), in_parameters),
        "runs": growing(np.logspace(0, 5, 11), in_runs),
    }
    if shutil.which("node"):
        found["engine"] = growing(np.logspace(2, 4, 7), in_engine)
    return found


def slope(curve, last=4):
    """The power with which the cost grows at the large end: the fit of a line to log against log."""
    x, seconds = np.log(curve["x"][-last:]), np.log(curve["seconds"][-last:])
    return float(np.polyfit(x, seconds, 1)[0])


# --- the book -----------------------------------------------------------------------


def timed(*command, cwd):
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - begin, done.stdout + done.stderr


def bare_execution(folder):
    """Run every notebook that the book runs, one after the other, and nothing else."""
    program = """
import sys, nbformat
from nbclient import NotebookClient
for path in sys.argv[1:]:
    NotebookClient(nbformat.read(path, as_version=4), resources={"metadata": {"path": "."}}).execute()
"""
    pages = [page.file for page in chapters() if not page.needs]
    notebooks = [str(folder / edition.relative_to(ROOT) / page) for edition in EDITIONS.values() for page in pages]
    return timed("-c", program, *notebooks, cwd=folder)[0]


def read_pages(said):
    """The pages that Sphinx says it has read."""
    return sorted(set(re.findall(r"reading sources\.\.\..*?\[ *\d+%\]\S* (?:\x1b\[\d+m)*([\w/]+)", said)))


def book():
    with tempfile.TemporaryDirectory() as name:
        folder = copy_to(Path(name))
        os.environ["PYTHONPATH"] = name
        found = {"bare execution of the notebooks": bare_execution(folder)}
        os.environ["COURSE_VENV"] = sys.prefix
        build = ("-X", "utf8", "-c", "import course; course.build()")
        found["cold"], _ = timed(*build, cwd=folder)
        found["warm"], _ = timed(*build, cwd=folder)
        source = folder / "source" / "05_adam.md"
        text = source.read_text("utf-8")
        source.write_text(text.replace("\n\n**阅读时间", "\n\n改了一句。\n\n**阅读时间", 1), "utf-8")
        timed("tools/pages.py", cwd=folder)
        timed("tools/notebooks.py", cwd=folder)
        found["one chapter's prose changed"], said = timed(*build, cwd=folder)
        of_chapters = growing((1, 2, 4, 7), lambda count: some_chapters(folder, count))
        del os.environ["PYTHONPATH"], os.environ["COURSE_VENV"]
        return found, read_pages(said), of_chapters


def some_chapters(folder, count):
    """Seconds for a book of the first chapters, whose notebooks have run before."""
    toc = "format: jb-book\nroot: index\nchapters:\n"
    first = [page for page in chapters() if page.kind == "chapter" and not page.above][:count]
    (folder / "_toc.yml").write_text(toc + "".join(f"  - file: {page.address}\n" for page in first), "utf-8")
    out = f"_build/first{count}"
    begin = time.perf_counter()
    subprocess.run([Path(sys.executable).parent / "jupyter-book", "build", ".", "--path-output", out], cwd=folder)
    return time.perf_counter() - begin


# --- the tests ----------------------------------------------------------------------

KINDS = {
    "the cells of the notebooks": r"^(en\.)?chapters",
    "the site, in a browser": r"^tests\.site",
    "the exercise checker": r"^tests\.test_(exercises|micropython)",
    "all others": "",
}


def tests():
    """Seconds from the first test to the last, side by side, and the seconds of each kind of test added up."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.xml"
        found = {"all": timed("course.py", "test", "-q", f"--junitxml={report}", cwd=ROOT)[0]}
        cases = ElementTree.parse(report).iter("testcase")
        for case in cases:
            kind = next(kind for kind, places in KINDS.items() if re.search(places, case.get("classname")))
            found[kind] = found.get(kind, 0) + float(case.get("time"))
    return found


# --- all of it --------------------------------------------------------------------------


def machine():
    found = (
        re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    )
    torch = torch_or_none()
    return {
        "processor": found[1] if found else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__.split("+")[0] if torch else None,
        "date": datetime.date.today().isoformat(),
    }


def show(measured):
    about = measured["machine"]
    print(", ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    print(f"{'ratio of times':48}{'median':>9}{'smallest':>10}{'largest':>9}")
    for name, (middle, low, high) in measured["ratios"].items():
        print(f"{name:48}{middle:9.2f}{low:10.2f}{high:9.2f}")
    print(f"\n{'memory':48}{'MB':>9}")
    for name, megabytes in measured["memory"].items():
        print(f"{name:48}{megabytes:9.1f}")
    print(f"\n{'growth: cost ~ size to the power of':48}{'slope':>9}")
    for name, curve in measured["growth"].items():
        print(f"{name:48}{slope(curve):9.2f}")
    for part, what in ("book", "the book"), ("tests", "the tests"):
        for name, seconds in measured.get(part, {}).items():
            print(f"{f'{what}, {name}':48}{seconds:9.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="turns of each comparison (15)")
    parser.add_argument("--book", action="store_true", help="time the building of the book, too")
    parser.add_argument("--tests", action="store_true", help="time all tests, too")
    parser.add_argument("--save", action="store_true", help=f"measure all and write {KEPT.relative_to(ROOT)}")
    options = parser.parse_args()
    rounds = options.rounds
    measured = {"tests": tests()} if options.tests or options.save else {}  # first: a red test ends it at once
    measured |= {
        "machine": machine(),
        "ratios": one_run(rounds) | many_runs(rounds) | one_step(rounds),
        "memory": memory(),
        "growth": growth(),
    }
    if options.book or options.save:
        measured["book"], pages, measured["growth"]["chapters"] = book()
        print("read again after one chapter's prose changed:", *pages)
    show(measured)
    if not torch_or_none():
        print("\nPyTorch is not installed, so nothing was compared with it: pip install -r requirements-torch.txt")
    if options.save:
        KEPT.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
