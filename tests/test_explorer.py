"""What the explorer computes: the very paths of minimize, on floats and on arrays; and what it refuses."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
from bs4 import BeautifulSoup
from conftest import RULES, named

import gdcourse as gd
from gdcourse import explorer
from gdcourse.explorer import answers, page

PLAIN = ("sgd", "momentum", "nesterov")


def pair(x, y):
    return np.array([x, y])


def rate(rule):
    """A learning rate that gets somewhere on every surface; Adadelta has none."""
    return {} if rule is gd.adadelta else {"lr": 0.001 if named(rule) in PLAIN else 0.05}


def table(result):
    return np.frombuffer(bytes.fromhex(result["rows"])).reshape(-1, result["width"])


@pytest.mark.parametrize("kind", [page.Pair, pair], ids=["page", "kernel"])
@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_race_is_what_minimize_does(rule, kind):
    """Without numpy as with it: path, loss and memory, on every surface."""
    for name in gd.surfaces.LANDMARKS:
        surface = gd.Surface(name)
        racer = {"rule": named(rule), "knobs": rate(rule), "start": list(surface.start), "steps": 60}
        (result,) = page.run({"surface": name, "best": surface.best_loss}, [racer], pair=kind)
        run, rows = gd.minimize(surface, rule, steps=60, **rate(rule)), table(result)
        np.testing.assert_allclose(rows[:, :2], run.thetas, rtol=1e-12, atol=1e-14, err_msg=name)
        np.testing.assert_allclose(rows[:, 2], run.losses, rtol=1e-11, atol=1e-13)
        for i, state in enumerate(run.states.values()):
            wanted = np.broadcast_to(state if state.ndim == 2 else state[:, None], (61, 2))
            np.testing.assert_allclose(rows[:, 5 + 2 * i : 7 + 2 * i], wanted, rtol=1e-11, atol=1e-14)
        hit = run.first_below(surface.best_loss + 1e-4)
        assert result["hit"] == (None if np.isinf(hit) else hit)
        stays = run.stays_below(surface.best_loss + 1e-4)
        assert result["stays"] == (None if np.isinf(stays) else stays)


@pytest.mark.parametrize("rule", [gd.sgd, gd.nesterov, gd.adam], ids=named)
def test_the_line_is_that_of_the_articles(rule):
    line = gd.LinearRegression.line()
    problem = explorer.task_of(line)["problem"]
    racer = {"rule": named(rule), "knobs": {"lr": 0.1}, "start": [0.0, 0.0], "steps": 200}
    (result,) = page.run(problem, [racer])
    run = gd.minimize(line, rule, steps=200, lr=0.1)
    np.testing.assert_allclose(table(result)[:, :2], run.thetas, rtol=1e-11)
    np.testing.assert_allclose(table(result)[:, 2], run.losses, rtol=1e-11)


def test_mini_batches_are_means_over_shuffled_rows():
    line = gd.LinearRegression.line()
    there = page.Line({"x": line.X[:, 1].tolist(), "y": line.y.tolist()}, batch=30)
    orders = page.shuffles(100, 0)
    order, other = next(orders), next(orders)
    assert sorted(order) == list(range(100)) != order
    assert order != other
    gradients, theta = there.gradients(pair), np.array([1.0, -2.0])
    for rows in order[:30], order[30:60], order[60:90], order[90:], other[:30]:  # the tail counts
        np.testing.assert_allclose(next(gradients)(theta), line.gradient(theta, rows), rtol=1e-12)


def test_signature_of_an_edited_rule():
    text = "# mine\ndef my(theta, grad, t=0, m=(0.0), *,\n       lr=max(0.1, 0.2), beta1=1 - 0.1):\n    pass"
    assert page.signature(text) == {"name": "my", "state": ["t", "m"], "knobs": {"lr": 0.2, "beta1": 0.9}}
    for rule in RULES:
        about = explorer.about(rule)
        found = page.signature(about["source"])
        assert found == {"name": named(rule), "state": about["state"], "knobs": about["knobs"]}


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("    g = grad(theta)\n    return theta_ - lr * g, ()", 3, "NameError"),
        ("    return theta -\n", 2, "SyntaxError"),
        ("    return theta - lr * grad(theta)", None, "TypeError|ValueError"),
        ("    return 1 / 0, ()", 2, "ZeroDivisionError"),
        ("    if grad(theta) > 0:\n        lr = 0\n    return theta, ()", 2, "ValueError"),
    ],
)
def test_errors_name_the_line(body, line, what):
    source = "def my(theta, grad, *, lr=0.1):\n" + body
    racer = {"rule": "mine", "source": source, "knobs": {"lr": 0.1}, "start": [1.0, 1.0], "steps": 5}
    (result,) = page.run({"surface": "bowl"}, [racer])
    assert result["error"]["line"] == line
    assert any(kind in result["error"]["what"] for kind in what.split("|"))


@pytest.mark.parametrize("lr", [0.3, 1e10, 1e300])
def test_a_diverging_race_ends_at_its_last_finite_loss(lr):
    racer = {"rule": "sgd", "knobs": {"lr": lr}, "start": [-1.2, 1.0], "steps": 1000}
    (result,) = page.run({"surface": "rosenbrock"}, [racer])
    assert result["diverged"]
    assert np.isfinite(table(result)[:, :3]).all()


def test_correction_as_the_chapter_tells_it():
    said = page.inside(["t", "m", "v"], [[1, 1], [0.1, 0.2], [0.001, 0.002]], {"beta1": 0.9, "beta2": 0.999})
    rows = {name: values for name, *values in said["rows"]}
    assert rows["m_hat"] == pytest.approx([1, 2])
    assert rows["v_hat"] == pytest.approx([1, 2])
    assert said["factors"] == pytest.approx([10, 31.62], rel=1e-3)
    assert page.inside(["u"], [[1, float("inf")]], {"lr": 1}) == {"rows": [["u", 1, None]], "factors": None}
    assert json.loads(answers.text("inside", {"names": ["u"], "state": [[1, 2]], "knobs": {}}))["rows"] == [["u", 1, 2]]


@pytest.mark.parametrize("number", explorer.presets()["presets"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_preset_draws_the_same_picture_twice(number, language, monkeypatch):
    monkeypatch.setenv(explorer.STILL, "1")
    gd.use_language(language)
    first, second = (gd.Explorer(preset=number)._repr_mimebundle_() for _ in range(2))
    assert first == second
    assert set(first) == {"text/plain", "text/html"}
    assert "nan" not in first["text/html"]
    if explorer.has_map(number):
        assert len(gd.Explorer(preset=number).spec["racers"]) <= explorer.MOST


@pytest.mark.parametrize("number", explorer.presets()["presets"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_notebook_that_was_not_run_shows_a_picture(number, language, monkeypatch):
    """All that JupyterLab lets through in a notebook that it does not trust: an image, whole in its address."""
    monkeypatch.setenv(explorer.STILL, explorer.UNRUN)
    gd.use_language(language)
    first, second = (gd.Explorer(preset=number)._repr_mimebundle_() for _ in range(2))
    assert first == second
    assert set(first) == {"text/plain", "text/html"}
    assert len(first["text/html"].encode()) <= 25_000
    there = BeautifulSoup(first["text/html"], "html.parser")
    assert {tag.name for tag in there.find_all()} == {"div", "p", "strong", "img"}
    assert there.strong.get_text() == explorer.common(language)["questions"][number]
    assert there.img["alt"]
    assert there.get_text().endswith(explorer.words(language)["unrun"])
    kind, _, text = there.img["src"].partition(",")
    assert kind == "data:image/svg+xml"
    drawn = ElementTree.fromstring(unquote(text))
    style = drawn.find("{*}style").text
    named = set(re.findall(r"var\((--gx-[\w-]+)", unquote(text)))
    assert not {name for name in named if f"{name}:" not in unquote(text)}
    shapes = [shape for shape in drawn.iter() if (shape.get("class") or "").startswith("gx-")]
    assert len(shapes) > 3
    for shape in shapes:
        assert shape.tag.endswith("svg") or f".{shape.get('class')}" in style, shape.get("class")


def test_both_languages_say_the_same():
    zh, en = explorer.words("zh"), explorer.words("en")
    assert set(zh) == set(en)
    holes = {key: sorted(set(__import__("re").findall(r"\{(\w+)\}", text))) for key, text in en.items()}
    for key, text in zh.items():
        assert sorted(set(__import__("re").findall(r"\{(\w+)\}", text))) == holes[key], key
    for rule in explorer.common("zh")["rules"]:
        assert f"rule.{rule}" in zh
    json.dumps(explorer.common("en"), allow_nan=False)


def test_what_it_takes():
    def mine(theta, grad, *, lr=0.1):
        return theta - lr * np.sign(grad(theta)), ()

    def f(x, y):
        return x**2 + 3 * y**4, 2 * x, 12 * y**3

    figure = gd.Explorer(gd.Surface(f, start=(1.0, 1.0)), [mine, gd.adam], lr=[0.05, 0.2], steps=30)
    runs = figure.runs()
    assert [len(table(run)) for run in runs] == [31, 31]
    np.testing.assert_allclose(
        table(runs[0])[:, :2], gd.minimize(gd.Surface(f, start=(1, 1)), mine, steps=30, lr=0.05).thetas
    )
    assert "script" not in figure.still()  # only a kernel knows this surface
    with pytest.raises(ValueError, match="two parameters"):
        gd.Explorer(gd.MLP.sine())
    with pytest.raises(ValueError, match="1 to 4"):
        gd.Explorer(gd.Surface("bowl"), [gd.sgd] * 5)
    with pytest.raises(ValueError, match="preset"):
        gd.Explorer(preset=99)
    with pytest.raises(TypeError, match="did you mean lr"):
        gd.Explorer(gd.Surface("bowl"), gd.sgd, lrr=0.1)
    with pytest.raises(ValueError, match="beta1"):
        gd.Explorer(gd.Surface("bowl"), gd.adam, beta1=1.5)


class Comm:
    """Stands in for the front end."""

    def __init__(self, widget):
        self.said = []
        widget.send = self.said.append


@pytest.mark.parametrize("body", ["pass", "try:\n            1 / 0\n        except Exception:\n            pass"])
@pytest.mark.parametrize("thread", [False, True], ids=["main thread", "a thread of its own"])
def test_the_kernel_answers_and_stops_an_endless_loop(monkeypatch, thread, body):
    if thread:  # as JupyterLab has it
        with ThreadPoolExecutor(1) as pool:
            pool.submit(ask_the_kernel, monkeypatch, body).result()
    else:
        ask_the_kernel(monkeypatch, body)


def ask_the_kernel(monkeypatch, body):
    widget = gd.Explorer(preset=5).widget
    front = Comm(widget)
    call = {"problem": {"surface": "bowl"}, "racers": [{"rule": "sgd", "knobs": {}, "start": [1, 1], "steps": 3}]}
    widget._asked(widget, {"id": 1, "call": "run", "args": call}, [])
    assert len(table(front.said[-1]["result"][0])) == 4
    monkeypatch.setattr(explorer, "SECONDS", 0.2)
    endless = f"def my(theta, grad):\n    while True:\n        {body}"
    call["racers"] = [{"rule": "mine", "source": endless, "knobs": {}, "start": [1, 1], "steps": 3}]
    widget._asked(widget, {"id": 2, "call": "run", "args": call}, [])
    assert front.said[-1] == {"id": 2, "error": {"name": "Late", "message": "", "seconds": 0.2}}
    widget._asked(widget, {"id": 3, "call": "signature", "args": {"text": "nothing"}}, [])
    assert front.said[-1]["error"]["name"] == "PythonError"


AFTER = """
import sys, time
from gdcourse.explorer.widget import Late, within

def stubborn(until):
    while True:
        try:
            while True:
                pass
        except BaseException:
            if time.monotonic() > until:
                raise

def profiled():
    sys.setprofile(lambda *_: None)
    (lambda: None)()
    sys.setprofile(None)

assert within(5, lambda: "answer") == "answer"
profiled()
for _ in range(10):
    try:
        within(0.02, stubborn, time.monotonic() + 0.2)
    except Late:
        profiled()
    else:
        sys.exit("it was not stopped")
"""


def test_after_an_answer_nothing_is_on_its_way():
    """Whoever counts calls next, as the exercises do, is neither interrupted nor kept."""
    subprocess.run([sys.executable, "-c", AFTER], check=True, timeout=60)


def test_amsgrad_divides_by_the_largest_second_moment():
    """Inside the rule, v̂ is what the step really uses."""
    state = {"t": [2, 2], "m": [0.1, 0.2], "v": [0.001, 0.002], "v_max": [0.004, 0.002]}
    said = page.inside(list(state), list(state.values()), {"beta1": 0.9, "beta2": 0.999})
    rows = {name: (x, y) for name, x, y in said["rows"]}
    assert rows["v_hat"] == pytest.approx((0.004 / (1 - 0.999**2), 0.002 / (1 - 0.999**2)))
    assert rows["m_hat"] == pytest.approx((0.1 / 0.19, 0.2 / 0.19))


def test_contour_levels_are_even_in_the_root_of_the_height():
    answer = page.heights({"surface": "bowl", "kappa": 4.0}, [-1, 2, -1, 1], columns=4, rows=3, lines=5)
    heights = np.frombuffer(bytes.fromhex(answer["rows"])).reshape(3, 4)
    bowl = gd.Surface("bowl", kappa=4.0)
    expected = [[bowl.loss(np.array([x, y])) for x in (-1, 0, 1, 2)] for y in (-1, 0, 1)]
    np.testing.assert_allclose(heights, expected, rtol=1e-12)
    assert answer["levels"] == pytest.approx([heights.max() * (k / 5) ** 2 for k in (1, 2, 3, 4)])


def test_the_picture_says_the_step_it_stands_at():
    """The start is row 0: after seven steps there are eight rows; a run is lost in the step that is not there."""
    assert "gradient descent, step 7, loss" in gd.Explorer(gd.Surface("bowl"), [gd.sgd], steps=7, lr=0.1).still()
    lost = gd.minimize(gd.Surface("bowl"), gd.sgd, steps=7, lr=1e100)
    assert lost.diverged
    said = gd.Explorer(gd.Surface("bowl"), [gd.sgd], steps=7, lr=1e100).still()
    assert f"gradient descent diverged at step {lost.steps[-1] + 1}" in said, lost
