"""The very files of the course in the MicroPython of the static page: the same digits as in Python."""

import inspect
import json
import struct

import pytest
from conftest import DIALECTS, ROOT, RULES, named

import gdcourse as gd

DIALECT_FILE = "gdcourse/dialects.py"  # which no page needs
POINTS = [(0.3, -1.2), (-2.0, 0.5), (1.5, 1.5), (3.25, -0.75)]

# Both Pythons run this program.  Floats are printed as their eight bytes, so that no digit is lost.
PROGRAM = """
import struct
from gdcourse import dialects, optimizers, surfaces

def show(name, numbers):
    print(name, " ".join("%02x" % byte for byte in struct.pack(">%dd" % len(numbers), *numbers)).replace(" ", ""))

def grad(x):
    return 2 * x**3 - 16 * x + 2.5

for name in RULES:
    rule = getattr(optimizers, name, None) or getattr(dialects, name)
    theta, state, path = 2.0, (), []
    for _ in range(50):
        theta, state = rule(theta, grad, *state)
        path.append(theta)
    show(name, path)
for name in SURFACES:
    for x, y in POINTS:
        show(name, getattr(surfaces, name)(x, y))
show("bowl_turned", surfaces.bowl(0.3, -1.2, kappa=100, angle=30))
"""


def program():
    names = {"RULES": list(map(named, RULES + DIALECTS)), "SURFACES": list(gd.surfaces.LANDMARKS), "POINTS": POINTS}
    return "".join(f"{name} = {value!r}\n" for name, value in names.items()) + PROGRAM


def numbers(output):
    lines = [line.split() for line in output]
    return [(name, struct.unpack(f">{len(digits) // 16}d", bytes.fromhex(digits))) for name, digits in lines]


@pytest.fixture(scope="module")
def there(in_the_page):
    """What MicroPython prints, as (name, floats)."""
    return numbers(in_the_page(program(), **{"/lib/gdcourse/dialects.py": (ROOT / DIALECT_FILE).read_text("utf-8")}))


@pytest.fixture
def here(capsys):
    """What this Python prints."""
    exec(program(), {})
    return numbers(capsys.readouterr().out.splitlines())


def test_same_digits(here, there):
    assert [name for name, _ in there] == [name for name, _ in here]
    assert len(here) == len(RULES) + len(DIALECTS) + len(gd.surfaces.LANDMARKS) * len(POINTS) + 1
    for (name, ours), (_, theirs) in zip(here, there, strict=True):
        assert theirs == pytest.approx(ours, rel=1e-13, abs=1e-15), name


def test_signatures_need_no_import_on_the_page():
    # MicroPython has no inspect: names and defaults travel as JSON, so every default must survive that.
    for rule in RULES:
        defaults = [p.default for p in inspect.signature(rule).parameters.values()][2:]
        assert json.loads(json.dumps(defaults)) == defaults
