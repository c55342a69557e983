"""The package as others meet it: its types, what a chapter loads, names that hide nothing."""

import ast
import fnmatch
import inspect
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from conftest import RULES
from project import ROOT

import gdcourse as gd

PACKAGE = ROOT / "gdcourse"
LINES = 2200  # of code, with no docstrings, comments, empty lines: what a chapter loads should be readable in a day


def mypy(*arguments, cache):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(cache), *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode in (0, 1), result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


def test_the_types_of_the_package_agree(cache):
    said = mypy(cache=cache)
    assert said.startswith("Success"), said


# What a reader may write, in a file that is checked strictly; a line that ends in "# no" must be refused.
PROGRAM = """
from collections.abc import Iterator
from itertools import repeat
from typing import Any, assert_type

import gdcourse as gd
import numpy as np
from gdcourse.protocols import Gradient, Problem, Rule


def plain(theta, grad, u=0.0, *, lr=0.1):  # type: ignore[no-untyped-def]
    u = 0.9 * u + grad(theta)
    return theta - lr * u, (u,)


def annotated(theta: Any, grad: Gradient, u: float = 0.0, *, lr: float = 0.1) -> tuple[Any, tuple[float]]:
    return theta - lr * grad(theta), (u,)


def without_state(theta: Any, grad: Gradient, *, lr: float = 0.1) -> Any:
    return theta - lr * grad(theta), ()


def forgets(theta: Any, grad: Gradient, *, lr: float = 0.1) -> float:
    return float(theta - lr * grad(theta))


class Mine:
    start = np.ones(2)

    def loss(self, theta: Any) -> float:
        return float(theta @ theta)

    def gradients(self, batch_size: int | None = None, seed: int = 0) -> Iterator[Gradient]:
        return repeat(lambda theta: 2 * theta)


class NoStart:
    loss, gradients = Mine.loss, Mine.gradients


bowl = gd.Surface("bowl", kappa=10)
rules: list[Rule] = [gd.sgd, gd.adam, gd.dialects.nadam_keras, plain, annotated, without_state]
problems: list[Problem] = [bowl, Mine(), gd.LinearRegression.line(), gd.MLP.sine()]
problems.append(gd.LogisticRegression.breast_cancer())
problems.append(gd.Problem(lambda x: x @ x, lambda x: 2 * x, [1.0]))
problems.append(gd.Online(lambda t: lambda x: x / t, lambda x: x @ x, [1.0]))
problems.append(gd.Surface(lambda x, y: (x * y, y, x), start=(1, 2)))
problems.append(NoStart())  # no
run = gd.minimize(bowl, gd.adam, (1.0, 2.0), steps=5, lr=lambda t: 0.1 / t, beta1=0.9, stop=gd.step_below(1e-6))
assert_type(run, gd.Run)
assert_type(run.loss, float)
assert_type(run.status, gd.Status)
assert_type(run.advice, str)
run.lose  # no
gd.minimize(gd.adam, bowl, steps=5)  # no
gd.minimize(bowl, forgets, steps=5)  # no
gd.minimize(bowl, gd.adam)  # no
gd.minimize(bowl, gd.adam, steps="5")  # no
gd.minimize(bowl, gd.adam, steps=5, stop=1e-6)  # no
gd.minimise(bowl, gd.adam, steps=5)  # no
swept = gd.sweep(Mine(), annotated, steps=5, lr=np.array([0.1, 0.2]), record_every=1)
assert_type(swept, gd.Sweep)
swept.thetas  # no
gd.sweep(bowl, gd.sgd, steps=5, stop=gd.step_below(1e-6), record_every="all")  # no
gd.gradient_below("small")  # no
gd.Problem(lambda x: x @ x, 3.0, [1.0])  # no
gd.use_language(3)  # no
assert_type(gd.language(), str)
assert_type(gd.say("中文", "English"), str)
gd.say("中文")  # no
gd.source("adam")  # no
figure, axes = gd.plotting.figure(2)
gd.plotting.path(gd.plotting.contours(axes[0], bowl), run)
gd.plotting.losses(run, axes[1])  # no
gd.plotting.contours(axes[0], run)  # no
assert_type(gd.check("adam", annotated).ok, bool)
gd.check(annotated)  # no
gd.hint("adam", level=1)
gd.hint(1)  # no
gd.Explorer(bowl, [gd.sgd, annotated], lr=[0.1, 0.3], steps=50)
gd.Explorer(preset=5)
gd.Explorer(gd.sgd)  # no
"""


def test_a_readers_program_is_understood_and_what_is_wrong_in_it_found(cache, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    said = mypy("--strict", "--config-file", ROOT / "pyproject.toml", program, cache=cache)
    found = {int(line) for line in re.findall(r"program\.py:(\d+): error", said)}
    lines = PROGRAM.splitlines()
    assert [lines[n - 1] for n in sorted(found)] == [line for line in lines if line.endswith("# no")], said


def public():
    """Every function that readers call, but those that stay bare: the rules, and what the page runs too."""
    bare = (gd.optimizers, gd.dialects, gd.surfaces)
    for value in (getattr(gd, name) for name in gd.__all__ if getattr(gd, name) not in bare):
        for member in vars(value).values() if isinstance(value, (type, ModuleType)) else [value]:
            for wrapping in ("__func__", "fget", "func"):  # a classmethod, a property, a cached one
                member = getattr(member, wrapping, member)
            if inspect.isfunction(member) and member.__module__.startswith("gdcourse.") and member not in RULES:
                name = f"{member.__module__}.{member.__qualname__}"
                if "._" not in name.replace(".__init__", ""):
                    yield name, member


@pytest.mark.parametrize("function", dict(public()).values(), ids=dict(public()))
def test_what_readers_call_says_what_it_takes_and_gives(function):
    signature = inspect.signature(function)
    bare = [p.name for p in signature.parameters.values() if p.annotation is p.empty and p.name not in ("self", "cls")]
    assert not bare
    assert function.__name__ == "__init__" or signature.return_annotation is not signature.empty


def test_the_types_are_shipped():
    assert (PACKAGE / "py.typed").exists()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    for file in PACKAGE.rglob("*.*"):
        if file.suffix not in (".py", ".pyc"):
            assert any(fnmatch.fnmatch(file.name, pattern) for pattern in patterns), file


# --- what a chapter loads ---------------------------------------------------


def imports():
    """The lines by which chapters import from the course."""
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "source").glob("*.md"))
    found = sorted(set(re.findall(r"^(?:import gdcourse.*|from gdcourse.* import .*)$", text, re.M)))
    assert "import gdcourse as gd" in found
    return found


@pytest.fixture(scope="module")
def loaded():
    """The course's modules that are there once a chapter has imported what chapters import: {name: file}."""
    ours = "{name: m.__file__ for name, m in sys.modules.items() if name.split('.')[0] == 'gdcourse'}"
    show = f"import json, sys; print(json.dumps({ours}))"
    command = [sys.executable, "-c", "\n".join([*imports(), show])]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def test_practice_and_explorer_wait_until_they_are_asked_for(loaded):
    assert "gdcourse.optimizers" in loaded
    assert not [name for name in loaded if name.startswith(("gdcourse.exercises", "gdcourse.explorer"))]
    assert {*gd.__all__} <= {*dir(gd)}
    for name in ("check", "hint", "solution", "exercises", "explorer", "Explorer"):
        assert getattr(gd, name).__name__.endswith(name)
    with pytest.raises(AttributeError, match="minimise"):
        gd.minimise  # noqa: B018


def code_lines(text):
    """The numbers of the lines that hold code."""
    blank = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {n for token in tokens if token.type not in blank for n in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def test_what_a_chapter_loads_is_small(loaded):
    sizes = {name: len(code_lines(Path(file).read_text("utf-8"))) for name, file in loaded.items()}
    assert sum(sizes.values()) <= LINES, sizes


@pytest.mark.parametrize("function", [gd.minimize, gd.sweep], ids=["minimize", "sweep"])
def test_the_loop_reads_like_its_idea(function):
    text = inspect.getsource(function)
    body = ast.parse(text).body[0].body[1:]  # what follows the docstring
    lines = [n for n in code_lines(text) if n >= body[0].lineno]
    assert len(lines) <= 24


def test_no_name_hides_a_module():
    """``gd.x`` is the module x, if there is one: who imports it gets no function of that name in its place."""
    hidden = {file.stem: vars(gd).get(file.stem) for file in PACKAGE.glob("*.py")}
    assert "descent" in hidden
    assert not [name for name, value in hidden.items() if value is not None and not isinstance(value, ModuleType)]
