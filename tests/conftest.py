"""What the tests share: the rules, two ways to follow them, and what to do when a tool is missing."""

import inspect
import os
import shutil
from pathlib import Path

import matplotlib
import pytest

import gdcourse as gd

matplotlib.use("Agg")

ROOT = Path(__file__).parents[1]

RULES = [
    rule
    for name, rule in vars(gd.optimizers).items()
    if inspect.isfunction(rule) and next(iter(inspect.signature(rule).parameters)) == "theta"
]
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


def missing(what):
    """Skip and say so; on CI, where everything must be there, fail."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"{what} is missing, and CI must run this test")
    pytest.skip(f"{what} is missing: NOT TESTED here")


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


@pytest.fixture(autouse=True)
def english():
    """Every test starts and ends in English."""
    gd.use_language("en")
    yield
    gd.use_language("en")


# The largest differences that test_parity measures, shown below the results.
DIFFERENCES = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def differences(pytestconfig):
    """A list for rows (what, on which problem, whole path, step by step, one-ulp nudge)."""
    return pytestconfig.stash.setdefault(DIFFERENCES, [])


# What test_exercises measures about the checker, shown likewise.
QUALITY = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def quality(pytestconfig):
    """A list for rows (measure, figure, target)."""
    return pytestconfig.stash.setdefault(QUALITY, [])


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(QUALITY, [])
    if rows:
        terminalreporter.section("the exercise checker")
    for measure, figure, target in rows:
        terminalreporter.write_line(f"{measure:62}{figure:>22}   target {target}")
    rows = config.stash.get(DIFFERENCES, [])
    if rows:
        terminalreporter.section("largest relative difference from PyTorch")
        terminalreporter.write_line(f"{'':34}{'path':>10}{'one step':>10}{'a nudge of 1 ulp':>18}")
    for name, problem, path, step, nudge in rows:
        terminalreporter.write_line(f"{name:22}{problem:12}{path:10.1e}{step:10.1e}{nudge:18.1e}".replace("nan", "  –"))
