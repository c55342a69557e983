"""A rule is added as CONTRIBUTING says it, and it is everywhere.  The edits are counted.

Lion, in a copy of the project: three edits in three files make it a rule of
the course, five more in three more make it an exercise.
"""

import json
import os
import subprocess
import sys

import pytest
from project import ROOT, copy_to

FUNCTION = '''

def lion(theta, grad, m=0.0, *, lr=0.01, beta1=0.9, beta2=0.99, weight_decay=0.0):
    r"""Only the sign of a look-ahead momentum: every coordinate moves by the same length.

    .. math:: \\theta \\leftarrow \\theta - \\eta\\, (\\mathrm{sign}(\\beta_1 m + (1 - \\beta_1) g) + \\lambda \\theta)

    ``m``  moving average of g, [g]
    ``lr, beta1, beta2, weight_decay``  as in AdamW

    Source: Chen et al. 2023, Program 1.
    Libraries: Optax the same.
    """
    g = grad(theta)
    c = beta1 * m + (1 - beta1) * g
    m = beta2 * m + (1 - beta2) * g
    return theta - lr * (c / maximum(abs(c), 1e-30) + weight_decay * theta), (m,)
'''
ENTRY = """    Entry(
        optimizers.lion,
        family="direction",
        called={{"zh": "Lion", "en": "Lion"}},
        exercise={exercise},
        explorer=True,
        form="elementwise",
    ),
)


@dataclass(frozen=True)
class Variant:"""
ROW = r"""
  - id: lion-optax
    of: lion
    library: Optax
    call: optax.lion(learning_rate=0.01, b1=0.9, b2=0.99, weight_decay=0.0)
    defaults: b1 0.9, b2 0.99, weight_decay 1e-3
    rule: lion
    knobs: {lr: 0.01, beta1: 0.9, beta2: 0.99, weight_decay: 0.0}
    tex: '\theta \leftarrow \theta - \eta\, \mathrm{sign}(\beta_1 m + (1 - \beta_1)\, g)'
    eps_where: none
    golden: [0.990000000000, 1.000000000000, 0.990000000000, 0.980000000000]

traps:"""
MISTAKES = """    "lion": SIGN | {
        "no_lr": "lr * ( => (",
        "betas_swapped": ("beta1 => BETA", "beta2 => beta1", "BETA => beta2"),
        "m_not_accumulated": "m = beta2 * m + => m =",
        "no_sign": "c / maximum(abs(c), 1e-30) => c",
    },
    "bias_correction": {"""
WORDS = {
    "where": {"zh": "第八章，“数学原理”", "en": "chapter 8, “The mathematics”"},
    "hints": {
        "zh": ["只要方向，不要大小。", "取符号的是 β₁ 的平均，记住的是 β₂ 的平均。", "先算 c，再更新 m。"],
        "en": ["Only the direction counts.", "The sign is that of β₁'s average, kept is β₂'s.", "First c, then m."],
    },
    "no_sign": {
        "zh": [
            "少了符号函数。",
            "这样走的步子随梯度的大小而变，陡处长、平处短；这条规则只看每个坐标的正负，步子的长短全由学习率说了算。",
        ],
        "en": [
            "The sign is missing.",
            "Now steps grow with the gradient, long where it is steep and short where it is flat; this rule looks "
            "only at the sign in each coordinate, so that the learning rate alone says how long they are.",
        ],
    },
}
RIGHT = """

=== lion
g = grad(theta)
c = beta1 * m + (1 - beta1) * g
return theta - lr * (np.sign(c) + weight_decay * theta), (beta2 * m + (1 - beta2) * g,)

=== lion
g = grad(theta)
c = g + beta1 * (m - g)
return theta - lr * np.sign(c) - lr * weight_decay * theta, (g + beta2 * (m - g),)

=== lion
g = grad(theta)
step = np.sign(beta1 * m + (1 - beta1) * g)
m = beta2 * m + (1 - beta2) * g
return theta * (1 - lr * weight_decay) - lr * step, (m,)

=== lion
g = grad(theta)
new = theta - lr * weight_decay * theta
new = new - lr * np.sign((1 - beta1) * g + m * beta1)
return new, (m * beta2 + g * (1 - beta2),)

=== lion
g = grad(theta)
c = beta1 * m + (1 - beta1) * g
s = np.where(c > 0, 1.0, np.where(c < 0, -1.0, 0.0))
return theta - lr * (s + weight_decay * theta), (beta2 * m + (1 - beta2) * g,)

=== lion
g = grad(theta)
u = np.sign(beta1 * m + (1 - beta1) * g) + theta * weight_decay
return theta - u * lr, [beta2 * m + (1 - beta2) * g]

=== lion
g = grad(theta)
old, m = m, beta2 * m + (1 - beta2) * g
return theta - lr * (np.sign(beta1 * old + (1 - beta1) * g) + weight_decay * theta), (m,)

=== lion
g = grad(theta)
c = beta1 * m + g - beta1 * g
return theta - lr * (c / abs(c) + weight_decay * theta), (beta2 * m + g - beta2 * g,)
"""


class Edits:
    """Changes the copy, and counts."""

    def __init__(self, copy):
        self.copy, self.made = copy, []

    def append(self, path, text):
        self.replace(path, None, text)

    def replace(self, path, old, new):
        before = (self.copy / path).read_text("utf-8")
        assert old is None or before.count(old) == 1, f"{old!r} must stand once in {path}"
        after = before.rstrip("\n") + "\n" + new if old is None else before.replace(old, new)
        (self.copy / path).write_text(after, "utf-8")
        self.made.append(path)

    def word(self, part, key, words):
        """One entry of the words of the exercises: before the first of its part."""
        text = json.dumps({key: words}, ensure_ascii=False)[1:-1]
        self.replace("gdcourse/exercises/messages.json", f'\n "{part}": {{', f'\n "{part}": {{\n  {text},')


def run(copy, *command, program=None):
    paths = os.pathsep.join(map(str, (copy, copy / "tools", copy / "_ext", copy / "tests")))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "NO_COLOR": "1", "GDCOURSE_STILL": "1"}
    command = command or ("-c", program)
    done = subprocess.run([sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


LOOK_AROUND = """
import json
import gdcourse as gd
from gaps import gaps
from gdcourse import explorer, rules
assert not list(gaps()), list(gaps())
common = explorer.common("zh")
figure = gd.Explorer(gd.Surface("bowl"), [gd.lion], lr=0.1, steps=5)
print(json.dumps({
    "exported": "lion" in gd.__all__,
    "minimized": gd.minimize(gd.Surface("bowl"), gd.lion, lr=0.1, steps=5).thetas[-1].tolist(),
    "explored": list(common["rules"]["lion"]["knobs"]),
    "called": common["words"]["rule.lion"],
    "look": gd.plotting.look("lion"),
    "drawn": rules.LOOKS["lion"].dark in figure.still(),
    "checked": gd.check("lion", gd.lion).id,
    "exercises": list(gd.exercises.list()),
}))
"""
IN_THE_PAGE = """
import json
from gdcourse.explorer import page as explorer
from gdcourse.exercises import page as exercises
racer = {"rule": "lion", "knobs": {"lr": 0.1}, "start": [1.0, 0.5], "steps": 5}
print(explorer.run({"surface": "bowl"}, [racer])[0]["width"])
for source in ANSWERS:
    print(exercises.check("lion", source)["id"])
"""
FILES = """
import json
from gdcourse import browser
print(json.dumps([browser.files(part, "en") for part in browser.PARTS]))
"""
ANSWER = """def my_lion(theta, grad, m=0.0, *, lr=0.01, beta1=0.9, beta2=0.99, weight_decay=0.0):
    g = grad(theta)
    c = beta1 * m + (1 - beta1) * g
    return theta - lr * (np.sign(c) + weight_decay * theta), (beta2 * m + (1 - beta2) * g,)
"""


def there(copy, node, answers):
    """What the page's Python says in the copy."""
    texts = (
        "from gdcourse import browser; import json; print(json.dumps([browser.files(p, 'en') for p in browser.PARTS]))"
    )
    files = {f"/lib/{path}": text for part in json.loads(run(copy, program=texts)) for path, text in part.items()}
    job = json.dumps({"files": files, "program": f"ANSWERS = {answers!r}\n{IN_THE_PAGE}"})
    command = [node, ROOT / "tests" / "micropython_run.mjs", ROOT / "_ext/coursesite/vendor/micropython"]
    done = subprocess.run(command, input=job, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.split()


def passing(copy, *files):
    """How many tests of the copy name the rule; they must pass."""
    options = ["-q", "-n0", "-p", "no:cacheprovider", "-k", "lion"]
    said = run(copy, "-m", "pytest", *options, *(f"tests/{file}.py" for file in files))
    return int(said.split(" passed")[0].split()[-1])


@pytest.fixture
def copy(tmp_path):
    return copy_to(tmp_path)


def add(edits, exercise):
    edits.append("gdcourse/optimizers.py", FUNCTION)
    last = ")\n\n\n@dataclass(frozen=True)\nclass Variant:"
    edits.replace("gdcourse/rules.py", last, ENTRY.format(exercise=exercise))
    edits.replace("source/parity.yml", "\ntraps:", ROW)


def test_three_edits_make_a_rule_of_the_course(copy, node):
    edits = Edits(copy)
    add(edits, '"It comes after the chapters."')
    assert len(edits.made) <= 6
    assert len(set(edits.made)) <= 4

    found = json.loads(run(copy, program=LOOK_AROUND))
    assert found.pop("exercises") == list(__import__("gdcourse").exercises.list())
    assert found.pop("minimized") == pytest.approx([-1.3, 0.4])
    assert found == {
        "exported": True,
        "explored": ["lr", "beta1", "beta2", "weight_decay"],
        "called": "Lion",
        "look": {"color": "#887769", "linestyle": "-."},
        "drawn": True,
        "checked": "no_exercise",
    }
    assert there(copy, node, []) == ["7"]
    run(copy, "tools/pages.py")
    for page in "pages/defaults.md", "en/pages/defaults.md":
        sections = (copy / page).read_text("utf-8").split("\n## ")
        assert sections[-2].startswith("Lion\n"), "the last before the traps"
        assert "gd.lion(theta, grad, lr=0.01, beta1=0.9, beta2=0.99, weight_decay=0)" in sections[-2]
    assert passing(copy, "test_rules", "test_parity", "test_properties", "test_micropython", "test_explorer") >= 11


def test_five_more_make_it_an_exercise(copy, node):
    edits = Edits(copy)
    add(edits, 8)
    edits.replace("gdcourse/exercises/bank.py", '    "bias_correction": {', MISTAKES)
    edits.word("where", "lion", WORDS["where"])
    edits.word("hints", "lion", WORDS["hints"])
    edits.word("mistakes", "no_sign", WORDS["no_sign"])
    edits.append("tests/exercises/right.txt", RIGHT)
    assert len(edits.made) <= 10
    assert len(set(edits.made)) <= 6

    found = json.loads(run(copy, program=LOOK_AROUND))
    assert found["checked"] == "pass"
    assert found["exercises"][-1] == "lion"
    wrong = ANSWER.replace("np.sign(c)", "c")
    assert there(copy, node, [ANSWER, wrong]) == ["7", "pass", "no_sign"]
    run(copy, "tools/pages.py")
    assert "**Lion**（`lion`）" in (copy / "pages/solutions.md").read_text("utf-8")
    assert passing(copy, "test_exercises") >= 8
