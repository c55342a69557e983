"""What a trial is: a claim, a function from one setting to a margin, and the axes that its settings are made of."""

import hashlib
import inspect
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from project import ROOT, SOURCE, digest_of

TABLES = SOURCE / "trials"  # one table a claim: the margins of all its settings
TASKS = Path(__file__).with_name("tasks.py")
NUMERIC = ("optimizers", "dialects", "surfaces", "problems", "descent", "walk", "knobs", "grid", "tape")
CHANCE = ("seed", "start")  # axes whose single values mean nothing
TRIALS: dict[str, "Trial"] = {}

# The rule for badges: (kind, share of the settings in which the claim holds) gives the verdict.
NEARLY_ALL, HARDLY_ANY = 0.9, 0.1
CLEARLY = 0.2  # by how much shares must differ along an axis, if it is to turn round there


def verdict(kind, share):
    """The badge that a claim of this kind has earned."""
    if kind == "always":
        return "holds" if share == 1 else "fails"
    if kind == "can":
        return "holds" if share > 0 else "fails"
    return "holds" if share >= NEARLY_ALL else "fails" if share <= HARDLY_ANY else "only when"


@dataclass(frozen=True)
class Trial:
    """``margin(**setting)`` is above 0 where the claim holds."""

    claim: str
    margin: Callable[..., float]
    axes: dict[str, tuple]

    @cached_property
    def settings(self):
        """Every combination, the last axis fastest."""
        return [dict(zip(self.axes, values, strict=True)) for values in product(*self.axes.values())]

    def run(self, setting):
        """By how much the claim holds there, two digits of it; what is no number does not hold."""
        margin = float(self.margin(**setting))
        return -99.0 if math.isnan(margin) else float(f"{max(-99.0, min(99.0, margin)):.2g}")

    @property
    def written(self):
        """Names what was declared: the axes, the function, the tasks."""
        text = f"{self.axes}{inspect.getsource(self.margin)}{TASKS.read_text('utf-8')}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def table(self):
        """The table that is kept, or None if there is none of these settings."""
        path = TABLES / f"{self.claim}.json"
        table = Table(self, **json.loads(path.read_text("utf-8"))) if path.exists() else None
        return table if table and len(table.margins) == len(self.settings) else None

    def keep(self, margins, seconds):
        lines = [margins[i : i + 20] for i in range(0, len(margins), 20)]
        rows = ",\n  ".join(", ".join(f"{margin:g}" for margin in line) for line in lines)
        head = f'"written": "{self.written}",\n "package": "{package()}",\n "seconds": {seconds:.1f}'
        TABLES.mkdir(exist_ok=True)
        text = f'{{{head},\n "margins": [\n  {rows}\n ]}}\n'
        (TABLES / f"{self.claim}.json").write_text(text, "utf-8", newline="\n")


@dataclass(frozen=True)
class Table:
    """What came out: one margin a setting, in the order of ``trial.settings``."""

    trial: Trial
    written: str  # digest of what was declared
    package: str  # digest of what it was run with
    seconds: float
    margins: list[float]

    @property
    def current(self):
        return (self.written, self.package) == (self.trial.written, package())

    @property
    def held(self):
        return sum(margin > 0 for margin in self.margins)

    @property
    def share(self):
        return self.held / len(self.margins)

    def by(self, axis):
        """{value: share of the settings with it in which the claim holds}"""
        found = {value: [] for value in self.trial.axes[axis]}
        for setting, margin in zip(self.trial.settings, self.margins, strict=True):
            found[setting[axis]].append(margin > 0)
        return {value: sum(held) / len(held) for value, held in found.items()}

    def turns(self):
        """Where it turns round: each axis that does, its values at which most settings hold, and the others."""
        for axis in self.trial.axes:
            shares = self.by(axis)
            sides = [[value for value in shares if (shares[value] > 0.5) == most] for most in (True, False)]
            if axis not in CHANCE and all(sides) and max(shares.values()) - min(shares.values()) >= CLEARLY:
                yield axis, *sides


def package():
    """Names the code that computes; words and pictures change no margin."""
    files = [ROOT / "gdcourse" / f"{name}.py" for name in NUMERIC]
    return digest_of(*files, *sorted((ROOT / "gdcourse" / "data").glob("*.csv")))


def trial(claim, **axes):
    """Declare how ``claim`` is tried: the decorated function takes one value of each axis."""

    def declare(function):
        assert claim not in TRIALS, claim
        TRIALS[claim] = Trial(claim, function, {name: tuple(values) for name, values in axes.items()})
        return function

    return declare
