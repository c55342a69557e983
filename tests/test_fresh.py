"""The script that tries the course on fresh machines: what it reads, what it must not delete, that it ends."""

import os
import subprocess
import sys
from pathlib import Path

import fresh
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fresh machines are made on Linux")

ENDS = {
    "=== 812 passed, 5 skipped in 512.20s (0:08:32) ===": (812, 0, 5),
    "=== 2 failed, 810 passed, 1 skipped, 3 errors in 9.10s ===": (810, 5, 1),
    "=== 1 error in 0.10s ===\n=== 7 passed in 1.00s ===": (7, 0, 0),
    "3 failed, 1700 passed, 75 skipped in 386.76s (0:06:26)": (1700, 3, 75),  # -q draws no lines
    "pip could not install the requirements": (0, 0, 0),
}


@pytest.mark.parametrize("said", ENDS)
def test_the_last_line_of_pytest_is_read(said):
    found = fresh.tested(f"=== test session starts ===\n{said}\n")
    assert (found["passed"], found["failed"], found["skipped"]) == ENDS[said]


def test_the_way_to_the_index_is_passed_on_but_not_what_lies_on_this_disk():
    listed = """\
:env:.index-url='https://mirror.example/simple'
:env:.find-links='/some/wheels'
global.index-url='https://other.example/simple'
global.extra-index-url='file:///some/simple https://more.example/simple'
global.cert='/etc/some.crt'
install.trusted-host='mirror.example'
user.proxy='file:only'"""
    assert fresh.pip_settings(listed) == {
        "PIP_INDEX_URL": "https://mirror.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://more.example/simple",
        "PIP_TRUSTED_HOST": "mirror.example",
    }


def test_debian_comes_from_where_apt_gets_it(tmp_path, monkeypatch):
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho http://mirror.example/debian/\necho http://mirror.example/debian-security/\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert fresh.mirror() == ["http://mirror.example/debian/"]
    apt.write_text("#!/bin/sh\n")
    assert fresh.mirror() == []


def test_the_table_is_markdown_and_marks_what_failed():
    rows = [{"machine": "sid", "Python": "3.14.0", "book": "1:58", "bad": True}, {"machine": "trixie", "bad": False}]
    head, rule, sid, trixie = fresh.table(rows).splitlines()
    assert len({len(line) for line in (head, rule, sid, trixie)}) == 1
    assert [cell.strip() for cell in head.strip("|").split("|")] == fresh.COLUMNS
    assert set(rule) == set("-| ")
    assert sid.startswith("| sid ✗   | 3.14.0 | 1:58 | –")
    assert trixie.startswith("| trixie  | –")
    assert fresh.minutes(118.4) == "1:58"


def test_a_folder_in_which_something_is_mounted_is_not_deleted(monkeypatch):
    monkeypatch.setattr(fresh.subprocess, "run", lambda *_, **__: pytest.fail("deleted"))
    with pytest.raises(SystemExit, match=r"/proc is not deleted: /proc.* is mounted there"):
        fresh.remove(Path("/proc"))


def test_what_runs_on_a_machine_ends_with_the_script():
    if subprocess.run(fresh.inside(Path("/"), "true"), capture_output=True).returncode:
        pytest.skip("no right to make a namespace here: NOT TESTED")
    command = fresh.inside(Path("/"), "sh", "-c", "id -u; sleep 60; echo alive")
    script = f"import subprocess; subprocess.run({command})"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == f"{fresh.READER}\n"
        process.kill()
        assert process.stdout.read() == ""  # and at once: nobody holds it open any more
