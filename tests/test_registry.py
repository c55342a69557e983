"""The registry: every rule has its entry, every entry is whole, and looks can be told apart."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from conftest import RULES, named
from gaps import WANTED, gaps
from project import chapters

import gdcourse as gd
from gdcourse import checks, explorer, plotting, rules
from gdcourse.exercises import get, shell

LION = rules.Entry(
    gd.sgd, family="direction", called={"zh": "狮", "en": "Lion"}, exercise=8, explorer=True, form="elementwise"
)


def test_every_entry_is_whole():
    assert not list(gaps())


@pytest.mark.parametrize("field", ["family", "called", "exercise", "explorer", "form"])
def test_what_is_missing_is_said_with_rule_and_field(field):
    adam = rules.RULES.index(next(rule for rule in rules.RULES if rule.name == "adam"))
    entries = list(rules.RULES)
    entries[adam] = replace(entries[adam], **{field: None})
    (said,) = gaps(entries)
    assert said.startswith(f"adam: {field} is missing: ")
    assert said.endswith(WANTED[field][0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"family": "luck"}, "adam: family cannot be 'luck': what it remembers, one of nothing, direction"),
        ({"called": {"en": "Adam"}}, "adam: called cannot be"),
        ({"exercise": "no"}, "adam: exercise cannot be 'no': the chapter"),
        ({"explorer": False}, "adam: explorer cannot be False"),
        ({"form": "matrix"}, "adam: explorer cannot be True: there each parameter walks alone"),
    ],
)
def test_what_fits_nothing_is_said(change, said):
    entries = [replace(rule, **change) if rule.name == "adam" else rule for rule in rules.RULES]
    assert [sentence[: len(said)] for sentence in gaps(entries)] == [said]


def test_a_rule_without_entry_and_a_wrong_order_are_said():
    assert list(gaps(rules.RULES[1:])) == ["sgd: it stands in optimizers.py and has no entry in rules.py"]
    (said,) = gaps(rules.RULES[::-1])
    assert said.startswith("the entries of rules.py do not stand in the order of the files: sgd, momentum")
    crowd = [*rules.RULES, *[replace(rules.RULES[0], family="matrix")] * 5]
    assert any(said.startswith("family matrix has more rules than looks") for said in gaps(crowd))


def test_everything_follows_from_the_entries():
    names = [rule.name for rule in rules.RULES]
    assert [getattr(gd, name) for name in names] == RULES
    assert set(names) <= set(gd.__all__)
    assert list(plotting.LOOKS) == [*names, *rules.VARIANTS]
    assert list(explorer.common("en")["rules"]) == [*names, *rules.VARIANTS]
    assert explorer.words("en")["rule.sgd"] == shell.messages("en")["titles"]["sgd"] == "gradient descent"
    assert explorer.words("zh")["rule.adam_uncorrected"] == "Adam（不修正）"


def test_a_reason_keeps_a_rule_out():
    out = replace(LION, explorer="It needs a matrix.", exercise="It is only told of.")
    assert rules.in_explorer([LION, out]) == [LION]
    assert rules.posed([LION, out]) == [[8, "sgd", "optimizers"]]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_the_chapter_of_an_exercise_is_one_that_poses_it(rule):
    """If any does: the others wait in the notebook, and on the page of solutions."""
    call = f'gd.check("{rule.name}"'
    posing = [page.number for page in chapters() if call in page.source.read_text("utf-8")]
    assert not posing or rule.exercise in posing


def test_exercises_come_up_by_chapter_and_none_is_lost():
    known = list(shell.exercises())
    assert known.index("sgd") < known.index("minibatch") < known.index("momentum") < known.index("rmsprop")
    assert known.index("bias_correction") < known.index("adam") < known.index("nesterov") < known.index("adamw")
    assert {name for name, _ in shell.core.asked.OTHERS} | {name for _, name, _ in rules.posed()} == set(known)


# --- the variant that the explorer races against Adam ------------------------------


def test_uncorrected_adam_is_adam_without_correction_and_another_path():
    """One fact: the bank's mistake ``no_bias``."""
    scope = {"sqrt": gd.optimizers.sqrt}
    exec(explorer.common("en")["rules"]["adam_uncorrected"]["source"], scope)
    uncorrected = scope["adam_uncorrected"]
    for t, m, v in ((0, 0.0, 0.0), (3, 0.2, 0.3)):
        theta, state = uncorrected(1.0, lambda _: 0.5, t, m, v, lr=0.1, beta1=0.8, beta2=0.99, eps=1e-3)
        new_m, new_v = 0.8 * m + 0.2 * 0.5, 0.99 * v + 0.01 * 0.25
        assert state == (t + 1, pytest.approx(new_m), pytest.approx(new_v))
        assert theta == pytest.approx(1.0 - 0.1 * new_m / (new_v**0.5 + 1e-3), rel=1e-14)
        assert abs(theta - gd.adam(1.0, lambda _: 0.5, t, m, v, lr=0.1, beta1=0.8, beta2=0.99, eps=1e-3)[0]) > 0.01
    assert get("adam").mistaken("no_bias")(1.0, lambda _: 0.5)[0] == uncorrected(1.0, lambda _: 0.5)[0]


# --- looks ---------------------------------------------------------------------------

ALL = [(family, *look) for family, looks in rules.COLOURS.items() for look in looks]


def linear(colour):
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """As WCAG counts it."""
    low, high = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def oklab(colour):
    """Björn Ottosson's space, in which equal distances look equal."""
    cones = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    axes = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    return np.array(axes) @ np.cbrt(np.array(cones) @ linear(colour))


def test_there_are_looks_for_two_dozen_rules():
    assert len(ALL) >= 24
    assert set(rules.MARKS) == set(rules.COLOURS)
    assert len(set(rules.MARKS.values())) == len(rules.MARKS)


@pytest.mark.parametrize(("place", "ground"), [(1, "#FFFFFF"), (2, "#14181C")], ids=["light", "dark"])
def test_every_look_stands_out_from_its_ground_and_from_the_others(place, ground):
    for look in ALL:
        assert contrast(look[place], ground) >= 3, look
    for one, other in combinations(ALL, 2):
        assert np.linalg.norm(oklab(one[place]) - oklab(other[place])) >= 0.08, (one, other)


def test_no_two_rules_look_the_same():
    looks = rules.LOOKS.values()
    for colour in "light", "dark":
        assert len({(getattr(look, colour), look.dash) for look in looks}) == len(looks) == 11
    assert all(look.mark == rules.MARKS[rule.family] for rule, look in zip(rules.RULES, looks, strict=False))
    uncorrected, adam = rules.LOOKS["adam_uncorrected"], rules.LOOKS["adam"]
    assert (uncorrected.light, uncorrected.dark) == (adam.light, adam.dark)
    assert uncorrected.dash != adam.dash


def test_siblings_in_a_row_differ_in_dash():
    for looks in rules.COLOURS.values():
        assert all(one[2] != other[2] for one, other in zip(looks, looks[1:], strict=False))


def test_the_figure_wears_the_looks(monkeypatch):
    monkeypatch.setenv(explorer.STILL, "1")
    drawn = gd.Explorer(gd.Surface("bowl"), [gd.adam, gd.amsgrad], lr=0.1).still()
    for name in "adam", "amsgrad":
        look = rules.LOOKS[name]
        assert f"--c:{look.light};--c-dark:{look.dark}" in drawn, named(getattr(gd, name))


# --- what an entry asks of its knobs and its memory --------------------------------


@pytest.mark.parametrize("rule", rules.in_explorer(), ids=lambda rule: rule.name)
def test_the_explorer_has_a_slider_and_a_name_for_each_knob(rule):
    knobs = explorer.about(rule.function)["knobs"]
    assert not set(knobs) - set(explorer.presets()["knobs"]), f"{rule.name}: a knob has no slider in presets.json"
    named_knobs = {key.removeprefix("knob.") for key in explorer.words("en")}
    assert not set(knobs) - named_knobs, f"{rule.name}: a knob has no name in words.*.json"
    assert not set(knobs) - set(checks._KNOBS), f"{rule.name}: a knob has no bounds in checks.py"


@pytest.mark.parametrize("name", [name for _, name, _ in rules.posed()])
def test_each_knob_and_each_entry_of_the_state_is_asked_for(name):
    """Else a learner's function could leave it at its default."""
    exercise = get(name)
    settings = shell.core.asked.SETTINGS
    for knob, default in exercise.defaults.items():
        asked = {setting["knobs"].get(knob, default) for setting in settings}
        assert len(asked) > 2, f"{name}: {knob} needs values in SETTINGS of asked.py"
    assert not set(exercise.state) - set(shell.core.asked.STATES), f"{name}: STATES of asked.py lacks an entry"
