"""Try the course on fresh machines: a minimal Debian, an ordinary user, an empty home.

    sudo python3 tools/fresh.py                    bookworm, trixie and sid: Python 3.11, 3.13 and the newest
    sudo python3 tools/fresh.py trixie --only book --only test --pytest "-x tests/test_rules.py"

debootstrap makes each machine below the temporary folder, with nothing but
Python, git and certificates; there it stays, and is used again, unless
``--anew``.  In it the last commit is cloned, README's two commands are run,
then every notebook.  One row each goes into a table of Markdown; what the
commands said lies beside the machines.

Debian comes from where apt gets it here, Python's packages from where pip
gets them.  A machine has mounts and processes of its own: whatever ends this
program ends them too.  Needs Linux, root, and the package debootstrap.
"""

import argparse
import ast
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = Path(tempfile.gettempdir()) / "chroots"
MACHINES = ["bookworm", "trixie", "sid"]
PACKAGES = "python3,python3-venv,git,ca-certificates"
COMMANDS = {
    "book": ["book", "--no-serve"],
    "test": ["test"],
    "notebooks": ["notebooks", "--all"],
}

READER = 1000
HOME = "home/reader"
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
COLUMNS = ["machine", "Python", "book", "warnings", "passed", "failed", "skipped", "tests"]
COLUMNS += ["notebooks run", "differ", "time"]

# Mounts and processes that nobody else sees, and that end with whoever started them.
APART = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"]
INSIDE = """
mount -t proc proc "$0/proc" && mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm" || exit
chroot --userspec "$1:$1" --groups= "$0" env -i "${@:2}"
exit $?  # not exec: who becomes another user no longer ends with whoever started it, so root stays above
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("machines", nargs="*", default=MACHINES, help="releases of Debian (bookworm trixie sid)")
    parser.add_argument("--place", type=Path, default=PLACE, help=f"where the machines are kept ({PLACE})")
    parser.add_argument("--only", action="append", choices=COMMANDS, help="only this; may be given again")
    parser.add_argument("--pytest", type=shlex.split, default=[], metavar="WORDS", help="further words for pytest")
    parser.add_argument("--anew", action="store_true", help="make the machines again")
    options = parser.parse_args()
    if sys.platform != "linux" or os.geteuid() or not shutil.which("debootstrap"):
        sys.exit("A fresh machine needs Linux, root and debootstrap:  sudo apt install debootstrap")
    options.place.mkdir(parents=True, exist_ok=True)
    if options.place.stat().st_uid:
        sys.exit(f"{options.place} is not root's own. Try another:  --place FOLDER")
    rows = []
    for name in options.machines:
        machine = options.place.resolve() / name
        if options.anew or not machine.exists():
            make(machine)
        move_in(machine)
        rows.append(row(machine, [c for c in COMMANDS if c in (options.only or COMMANDS)], options.pytest))
    print("\n" + table(rows))
    print(f"\nWhat the commands said: {options.place}/*.log")
    return any(row["bad"] for row in rows)


# --- a machine -------------------------------------------------------------------


def make(machine):
    """Debian at its smallest; what is half made has another name."""
    half = machine.with_suffix(".half")
    remove(half)
    print(f"making {machine}", flush=True)
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", machine.name, half, *mirror()]
    log = machine.with_suffix(".debootstrap.log")
    if logged([*APART, *command], log)[0]:
        sys.exit(f"debootstrap could not make {machine.name}; what it said is in {log}")
    subprocess.run(["chroot", half, "useradd", "--uid", str(READER), "--no-create-home", "reader"], check=True)
    remove(machine)
    half.rename(machine)


def mirror():
    """[where apt gets Debian from on this machine], or [] for debootstrap's own choice."""
    if not shutil.which("apt-get"):
        return []
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.split()[:1]


def move_in(machine):
    """A new home that holds the last commit, and the way to the network that this machine has."""
    brought = {"etc/resolv.conf": "/etc/resolv.conf", "etc/hosts": "/etc/hosts"}
    brought |= {BUNDLE: ssl.get_default_verify_paths().cafile or f"/{BUNDLE}"}
    for name, source in brought.items():
        (machine / name).unlink(missing_ok=True)  # a link would lead out of the machine
        shutil.copyfile(source, machine / name)
    home = machine / HOME
    remove(home)
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), home / "course"], check=True)
    subprocess.run(["chown", "-R", f"{READER}:{READER}", home], check=True)


def remove(folder):
    """Delete a folder of ours, and nothing that somebody mounted in it."""
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [point for point in mounted if Path(point).is_relative_to(folder)]
    if inside:
        sys.exit(f"{folder} is not deleted: {inside[0]} is mounted there. Try:  umount {inside[0]}")
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)


def environment():
    """What the reader finds set: paths, and the way to pip's index."""
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    asked = [sys.executable, "-m", "pip", "config", "list"]
    settings = pip_settings(subprocess.run(asked, capture_output=True, text=True).stdout)
    fixed = {"HOME": f"/{HOME}", "PATH": "/usr/bin:/bin", "SSL_CERT_FILE": f"/{BUNDLE}", "PIP_CERT": f"/{BUNDLE}"}
    return proxies | settings | fixed


def pip_settings(listed):
    """From what ``pip config list`` says: variables that lead to the same index, but for what lies on this disk."""
    wanted = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
    found = {}
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):  # the environment wins
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        words = [word for word in ast.literal_eval(value).split() if not word.startswith("file:")]
        if name in wanted and words:
            found["PIP_" + name.upper().replace("-", "_")] = " ".join(words)
    return found


# --- what is tried on it --------------------------------------------------------------


def row(machine, commands, further):
    """The measurements on one machine, by column; "bad" if a command failed."""
    _, version = say(machine, machine.with_suffix(".python.log"), "python3", "--version")
    found = {"machine": machine.name, "Python": version.split()[1], "bad": False}
    for command in commands:
        words = ["python3", "course.py", *COMMANDS[command], *(further if command == "test" else [])]
        print(f"{machine.name}: {shlex.join(words)}", flush=True)
        begin = time.monotonic()
        code, said = say(machine, machine.with_suffix(f".{command}.log"), *words)
        found |= READ[command](said) | {TIME[command]: minutes(time.monotonic() - begin)}
        found["bad"] |= bool(code)
        if command == "notebooks":
            found["differ"] = len(say(machine, os.devnull, "git", "status", "--porcelain")[1].splitlines())
    return found


def say(machine, log, *words):
    """Run a command as the reader of ``machine``, in the course's folder; its code, and what it said."""
    return logged(inside(machine, "bash", "-c", f"cd ~/course && exec {shlex.join(words)}"), log)


def inside(machine, *words):
    """The command that runs a command as the reader of ``machine``."""
    settings = [f"{name}={value}" for name, value in environment().items()]
    return [*APART, "bash", "-c", INSIDE, str(machine), str(READER), *settings, *words]


def logged(command, log):
    """Run a command that nobody answers; its code, and what it said, which is in ``log`` too."""
    with open(log, "w+", encoding="utf-8", errors="replace") as file:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        file.seek(0)
        return done.returncode, file.read()


def built(said):
    return {"warnings": said.count("WARNING")}


def tested(said):
    """How many passed, failed, were skipped: pytest's last line."""
    last = re.findall(r"^(?:=+ )?(\d+ \w+.*) in [\d.]+s(?: \([\d:]+\))?(?: =+)?$", said, re.M)[-1:]
    found = {what: int(n) for n, what in re.findall(r"(\d+) (\w+)", "".join(last))}
    return {what: found.get(what, 0) for what in ("passed", "skipped")} | {
        "failed": sum(found.get(what, 0) for what in ("failed", "error", "errors"))
    }


def printed(said):
    return {"notebooks run": len(re.findall(r"^printed ", said, re.M))}


READ = {"book": built, "test": tested, "notebooks": printed}
TIME = {"book": "book", "test": "tests", "notebooks": "time"}


def minutes(seconds):
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


def table(rows):
    """In Markdown; – stands where nothing was measured, ✗ behind a machine on which a command failed."""
    cells = [COLUMNS, ["-" * len(column) for column in COLUMNS]]
    for found in rows:
        cells.append([str(found.get(column, "–")) for column in COLUMNS])
        cells[-1][0] += " ✗" * found["bad"]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
