"""What the entries of gdcourse/rules.py lack, as sentences that name the rule and the field."""

from inspect import isfunction, signature
from pathlib import Path

from project import EDITIONS

from gdcourse.rules import COLOURS, MODULES, RULES

FORMS = ("elementwise", "matrix")


def is_sentence(value):
    return isinstance(value, str) and " " in value


# field: (what belongs there, whether this does)
WANTED = {
    "function": ("the function in optimizers.py", callable),
    "family": (f"what it remembers, one of {', '.join(COLOURS)}", lambda value: value in list(COLOURS)),
    "called": (
        f"its name in each language, {', '.join(EDITIONS)}",
        lambda value: isinstance(value, dict) and set(value) == set(EDITIONS) and all(value.values()),
    ),
    "exercise": (
        "the chapter that it is an exercise of, or a sentence that says why it is none",
        lambda value: type(value) is int or is_sentence(value),
    ),
    "explorer": (
        "True, or a sentence that says why it does not race there",
        lambda value: value is True or is_sentence(value),
    ),
    "form": (f"one of {', '.join(FORMS)}", lambda value: value in FORMS),
}


def defined(modules=MODULES):
    """The rules that the files hold, in their order: functions that begin with θ."""
    own = [f for module in modules for f in vars(module).values() if isfunction(f) and f.__module__ == module.__name__]
    return [function for function in own if next(iter(signature(function).parameters)) == "theta"]


def gaps(rules=RULES):
    """A sentence for each thing that an entry lacks, or that fits nothing."""
    for place, rule in enumerate(rules):
        name = getattr(rule.function, "__name__", f"entry {place + 1} of rules.py")
        for field, (wanted, fits) in WANTED.items():
            given = getattr(rule, field)
            if not fits(given):
                yield f"{name}: {field} {'is missing' if given is None else f'cannot be {given!r}'}: {wanted}"
        if rule.form == "matrix" and rule.explorer is True:
            yield f"{name}: explorer cannot be True: there each parameter walks alone, as in no matrix rule"
    for family, colours in COLOURS.items():
        if len([rule for rule in rules if rule.family == family]) > len(colours):
            yield f"family {family} has more rules than looks: add a line to COLOURS[{family!r}]"
    yield from unlisted(rules)


def unlisted(rules):
    """Whether files and entries hold the same, in the same order."""
    listed, there = [rule.function for rule in rules if rule.function], defined()
    for function in there:
        if function not in listed:
            file = Path(function.__code__.co_filename).name
            yield f"{function.__name__}: it stands in {file} and has no entry in rules.py"
    if [f for f in listed if f in there] != [f for f in there if f in listed]:
        order = ", ".join(f.__name__ for f in there)
        yield f"the entries of rules.py do not stand in the order of the files: {order}"
