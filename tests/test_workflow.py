"""What GitHub runs: valid, pinned, with no more rights than it needs, on every Python that we promise."""

import re
import signal
import subprocess
import sys
import time
import tomllib

import pytest
import yaml
from conftest import ENDLESS, ROOT, ends_within

GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path for path in sorted(GITHUB.glob("workflows/*.yml"))}
EACH = pytest.mark.parametrize("name", WORKFLOWS)


def read(name):
    return yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))


def steps(name):
    return [step for job in read(name)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", [*WORKFLOWS.values()]),
        ("custom.github-workflows-require-timeout", [*WORKFLOWS.values()]),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_schema(schema, files):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@EACH
def test_expressions_name_what_is_there(name):
    """A misspelt name in ${{ … }} would silently be empty."""
    for job in read(name)["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        there = {f"matrix.{key}" for key in matrix} | {f"steps.{step['id']}" for step in job["steps"] if "id" in step}
        for expression in re.findall(r"\$\{\{(.*?)\}\}", yaml.safe_dump(job, width=1000)):
            assert set(re.findall(r"\b(?:matrix|steps)\.\w+", expression)) <= there, expression


def test_every_action_is_pinned_to_a_commit_and_says_its_version():
    uses = {line for path in WORKFLOWS.values() for line in re.findall(r"\buses: *(.*)", path.read_text("utf-8"))}
    assert len(uses) >= 4
    for line in uses:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    assert len({line.split("@")[0] for line in uses}) == len(uses), "one action, two versions"


def test_a_job_may_read_and_only_publishing_may_write():
    assert all(read(name)["permissions"] == {} for name in WORKFLOWS)
    rights = {f"{name}: {job}": about["permissions"] for name in WORKFLOWS for job, about in read(name)["jobs"].items()}
    assert rights.pop("site: publish") == {"pages": "write", "id-token": "write"}
    assert {right: allowed for right, allowed in rights.items() if allowed != {"contents": "read"}} == {}


@EACH
def test_checkout_leaves_no_token_behind(name):
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_only_main_is_published_and_only_once_everything_passed():
    publish = read("site")["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert any(step.get("run") == "bash .ci/run" for step in read("site")["jobs"]["build"]["steps"])


def test_the_matrix_names_every_python_that_is_promised():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    promised = [line.rpartition(" ")[2] for line in project["classifiers"] if ":: Python ::" in line]
    oldest = project["requires-python"].removeprefix(">=")
    assert promised == [f"3.{minor}" for minor in range(int(oldest[2:]), int(oldest[2:]) + len(promised))]
    for line in ("需要 Python {} 或更新的版本", "You need Python {} or newer"):
        assert line.format(oldest) in (ROOT / "README.md").read_text("utf-8")
    matrix = read("site")["jobs"]["machines"]["strategy"]["matrix"]
    assert matrix["python"] == promised
    assert {other["python"] for other in matrix["include"]} <= set(promised)
    assert {other["system"] for other in matrix["include"]} == {"windows-latest", "macos-latest"}


@EACH
def test_commands_are_those_of_course_py(name):
    known = re.findall(r"^    python3 course\.py (\w+)", (ROOT / "course.py").read_text("utf-8"), re.M)
    for step in steps(name):
        assert set(re.findall(r"course\.py (\w+)", step.get("run", ""))) <= set(known)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system knows no alarm: a test may run for ever here")
def test_a_test_that_never_ends_is_interrupted_and_the_next_ones_too():
    for _ in range(2):
        with pytest.raises(TimeoutError, match=r"0\.05 s"), ends_within(0.05):
            time.sleep(20)
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    assert ENDLESS - 60 < left < ENDLESS  # that of this test itself
