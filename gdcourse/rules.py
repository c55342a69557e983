"""The rules of the course, one entry each, in the order in which they are taught.

What a rule computes stands in ``optimizers.py``; what else one must know about
it stands here, once.  From these entries follow the exports of ``gdcourse``,
the colours of all pictures, the rules that the explorer and the exercises
know, what they are called there, the sections of the page of defaults, and the
rules that the tests go through.

What an entry lacks, ``tests/gaps.py`` says in a sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gdcourse import optimizers

MODULES = (optimizers,)  # that hold rules

# Colour says what a rule remembers, dash and mark say which one it is.  Each
# family has its mark and, for the first of its rules, the second …, a colour
# on white, one on black and a dash; no two alike, with room for rules to come.
MARKS = {"nothing": "o", "direction": "s", "size": "^", "both": "D", "matrix": "P"}
COLOURS = {
    "nothing": [
        ("#004E8C", "#4A9BE0", "-"),
        ("#0F74C5", "#0D69F2", "--"),
        ("#4B96B8", "#58CEF8", "-."),
    ],
    "direction": [
        ("#C08000", "#FFC933", "-"),
        ("#7A5200", "#C79A2E", "--"),
        ("#887769", "#F4E0D1", "-."),
        ("#4A3F16", "#817531", ":"),
        ("#A0600B", "#E9B082", "--"),
    ],
    "size": [
        ("#12A07A", "#7DEBC4", "-"),
        ("#0B5A45", "#1FA37C", "--"),
        ("#6B7F00", "#B9CC3A", "-."),
        ("#1B7A66", "#98B1AA", ":"),
        ("#859454", "#C3FC2F", "--"),
    ],
    "both": [
        ("#B23A00", "#FF6A2B", "-"),
        ("#E0559A", "#FF9CC8", "--"),
        ("#5C1A0A", "#C96A50", ":"),
        ("#8E3B8E", "#C58AE8", "-."),
        ("#4A0284", "#7D6C91", "--"),
        ("#BA48D3", "#CA44C3", "-."),
        ("#F53F2D", "#D70E3A", ":"),
        ("#8E1B3D", "#FE4986", "--"),
        ("#CC086C", "#B24981", "-."),
    ],
    "matrix": [
        ("#8477F3", "#824AE4", "-"),
        ("#4B34CD", "#C6BEFE", "--"),
        ("#2F3557", "#877AF7", "-."),
        ("#565669", "#9A91BA", ":"),
    ],
}


@dataclass(frozen=True)
class Look:
    """How a rule is drawn: its colour on white and on black, dash and mark as matplotlib writes them."""

    light: str
    dark: str
    dash: str
    mark: str


@dataclass(frozen=True)
class Entry:
    """An entry.  Nothing has a default but the heading: what is left out is said by a test."""

    function: Any = None  # of optimizers.py
    family: str | None = None  # what it remembers: a key of COLOURS
    called: Any = None  # language → its name, as within a sentence
    exercise: int | str | None = None  # the number of the chapter that it is an exercise of, or why it is none
    explorer: bool | str | None = None  # True, or why it does not race there
    form: str | None = None  # "elementwise", or "matrix" if it sees whole matrices
    heading: dict[str, str] | None = None  # language → its name as a heading, where that is another

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def module(self) -> str:
        """The file that it stands in, below ``gdcourse`` and without its ending."""
        return self.function.__module__.partition(".")[2]

    def title(self, language: str) -> str:
        return (self.heading or self.called)[language]


RULES = (
    Entry(
        optimizers.sgd,
        family="nothing",
        called={"zh": "梯度下降", "en": "gradient descent"},
        heading={"zh": "梯度下降（SGD）", "en": "Gradient descent (SGD)"},
        exercise=1,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.momentum,
        family="direction",
        called={"zh": "动量法", "en": "momentum"},
        heading={"zh": "动量法（momentum）", "en": "Momentum"},
        exercise=1,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.nesterov,
        family="direction",
        called={"zh": "Nesterov 动量", "en": "Nesterov momentum"},
        exercise=6,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.rmsprop,
        family="size",
        called={"zh": "RMSProp", "en": "RMSProp"},
        exercise=2,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.adagrad,
        family="size",
        called={"zh": "Adagrad", "en": "Adagrad"},
        exercise=3,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.adadelta,
        family="size",
        called={"zh": "Adadelta", "en": "Adadelta"},
        exercise=4,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.adam,
        family="both",
        called={"zh": "Adam", "en": "Adam"},
        exercise=5,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.nadam,
        family="both",
        called={"zh": "Nadam", "en": "Nadam"},
        exercise=6,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.amsgrad,
        family="both",
        called={"zh": "AMSGrad", "en": "AMSGrad"},
        exercise=5,
        explorer=True,
        form="elementwise",
    ),
    Entry(
        optimizers.adamw,
        family="both",
        called={"zh": "AdamW", "en": "AdamW"},
        exercise=7,
        explorer=True,
        form="elementwise",
    ),
)


@dataclass(frozen=True)
class Variant:
    """A rule with one of the bank's mistakes in it, to race against the right one: its colour, dashed."""

    of: str
    mistake: str
    called: dict[str, str]


VARIANTS = {
    "adam_uncorrected": Variant("adam", "no_bias", {"zh": "Adam（不修正）", "en": "Adam, uncorrected"}),
}


# --- what follows from the entries ----------------------------------------------


def looks(rules: Sequence[Entry] = RULES) -> dict[str, Look]:
    """Name → ``Look``: each family hands out its own in the order of its rules; a variant wears its rule's, dashed."""
    found: dict[str, Look] = {}
    for family, colours in COLOURS.items():
        members = [rule.name for rule in rules if rule.family == family]
        found |= {name: Look(*colour, MARKS[family]) for name, colour in zip(members, colours, strict=False)}
    ordered = {rule.name: found[rule.name] for rule in rules if rule.name in found}
    return ordered | {name: replace(found[variant.of], dash="--") for name, variant in VARIANTS.items()}


def names(language: str) -> dict[str, str]:
    """Name in code → what it is called, variants too."""
    entries: dict[str, Any] = {rule.name: rule for rule in RULES} | VARIANTS
    return {name: entry.called[language] for name, entry in entries.items()}


def in_explorer(rules: Sequence[Entry] = RULES) -> list[Entry]:
    """Those that race there."""
    return [rule for rule in rules if rule.explorer is True]


def posed(rules: Sequence[Entry] = RULES) -> list[list[Any]]:
    """[chapter, name, module] of each rule that is an exercise: JSON, for the page cannot import this file."""
    return [[rule.exercise, rule.name, rule.module] for rule in rules if isinstance(rule.exercise, int)]


LOOKS = looks()
