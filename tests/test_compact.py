"""The compact form of the explorer: what stands there until it is touched, and what its slider and sentence compute."""

import json
import re
from itertools import combinations

import numpy as np
import pytest
from bs4 import BeautifulSoup

import gdcourse as gd
from gdcourse import explorer
from gdcourse.explorer import page, picture, poster, scales

COMPACT = [name for name, chosen in explorer.presets()["presets"].items() if chosen.get("form") == "compact"]


def made(name, language="en"):
    gd.use_language(language)
    return gd.Explorer(preset=name)


def standing(name, language="en"):
    return BeautifulSoup(made(name, language).still(), "html.parser").div


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", COMPACT)
def test_what_waits_weighs_little_and_gives_nothing_away(name, language):
    still = made(name, language).still()
    assert len(still.encode()) <= 25_000
    there = standing(name, language)
    assert there["data-activity"] == "explorer"
    # no number but those of the question and the start: the result is not there to be read
    shown = there.get_text(" ") + " ".join(part["aria-label"] for part in there.select("[aria-label]"))
    said = explorer.presets()["presets"][name]["question"][language]
    start = [f"{x:g}".replace("-", "−") for x in made(name).spec.get("start", ())]
    given = re.findall(r"−?[\d.]*\d", " ".join([said, *start])) + [str(len(made(name).spec["racers"]))]
    assert not set(re.findall(r"−?[\d.]*\d", shown)) - set(given)


def test_on_the_home_page_every_rule_has_the_best_rate_of_the_same_36():
    spec = made("home").spec
    for racer in spec["racers"]:
        rates = np.round(10.0 ** np.linspace(-3, 0.5, 36), 4)
        tried = gd.sweep(gd.Surface("bowl", kappa=20), getattr(gd, racer["rule"]), steps=spec["steps"], lr=rates)
        assert racer["knobs"]["lr"] == rates[tried.loss.argmin()]


def test_the_bowl_of_the_summary_turned_by_45_degrees_is_its_mirror_image():
    """So the start tells nothing, and the ranking turns round all the same."""
    spec, order = made("7a").spec, {}
    for angle in (0, 45):
        bowl = gd.Surface("bowl", kappa=100, angle=angle, start=spec["start"])
        runs = {r["rule"]: gd.minimize(bowl, getattr(gd, r["rule"]), steps=60, **r["knobs"]) for r in spec["racers"]}
        order[angle] = sorted(runs, key=lambda rule, runs=runs: runs[rule].loss)
        order[angle, "sgd"] = runs["sgd"].loss
    assert order[0, "sgd"] == pytest.approx(order[45, "sgd"], rel=0.02)
    assert order[0] == ["adagrad", "adam", "sgd"]
    assert order[45] == ["sgd", "adagrad", "adam"]


@pytest.mark.parametrize("name", COMPACT)
def test_what_does_nothing_without_javascript_is_not_seen(name):
    there = standing(name)
    for control in there.select("button, input"):
        waits = control if control.has_attr("data-waits") else control.find_parent(attrs={"data-waits": True})
        assert "visibility:hidden" in waits["style"], control
    assert there.select_one(".gx-note").get_text() == explorer.words("en")["still"]


def test_the_ghost_is_the_path_and_can_be_left_out():
    figure = made("1a")
    (path,) = re.findall(r'<g class="gx-ghost">.*? d="M([^"]*)"', figure.still())
    points = np.array([point.split(",") for point in path.split()], float)
    run = gd.minimize(gd.Surface("bowl", kappa=10), gd.sgd, steps=40, lr=0.02)
    wanted = np.transpose(explorer.picture.place(figure.spec)(*run.thetas.T))
    np.testing.assert_allclose(points, wanted, atol=0.06)
    figure.spec["ghost"] = False
    assert "gx-ghost" not in figure.still()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_stand_at_the_ends_of_the_paths(language):
    """In place of a legend, which stays for screen readers, and for eyes where the ends would tell."""
    figure = made("1b", language)
    there = BeautifulSoup(figure.still(), "html.parser").div
    names = [explorer.words(language)["rule." + racer["rule"]] for racer in figure.spec["racers"]]
    assert [tag.get_text() for tag in there.select(".gx-tag")] == names
    assert [row.get_text(strip=True) for row in there.select(".gx-unseen li")] == names
    figure.spec["ghost"] = False
    there = BeautifulSoup(figure.still(), "html.parser").div
    assert not there.select(".gx-tag, .gx-unseen")
    assert len(there.select(".gx-names li")) == 2
    assert not standing("1a").select(".gx-tag, .gx-names")  # one alone needs no name


def test_the_picture_of_the_whole_names_its_paths():
    there = BeautifulSoup(gd.Explorer(preset=7).still(), "html.parser")
    tags = there.select("svg .gx-tag")
    assert [tag.get_text() for tag in tags] == ["gradient descent", "Adam", "RMSProp"]
    places = [(float(tag["x"]), float(tag["y"]), picture.wide(tag.get_text(), 14)) for tag in tags]
    for (x, y, wide), (across, level, other) in combinations(places, 2):
        assert abs(y - level) >= 15 or x >= across + other or across >= x + wide


def test_a_slider_is_its_knob_with_what_the_question_changes():
    (slider,) = made("1a").spec["sliders"]
    lr = explorer.presets()["knobs"]["lr"]
    assert {name: slider[name] for name in ("symbol", "scale", "low")} == {k: lr[k] for k in ("symbol", "scale", "low")}
    assert (slider["from"], slider["to"]) == (0.005, 0.25)
    assert made("1b").spec["front"] == ["1.mu"]  # what the laboratory puts in front


@pytest.mark.parametrize(("kappa", "angle"), [(1, 0), (10, 0), (30, 40)])
def test_danger_begins_where_gradient_descent_stops_arriving(kappa, angle):
    edge = explorer.stable_below({"surface": "bowl", "kappa": kappa, "angle": angle})
    bowl = gd.Surface("bowl", kappa=kappa, angle=angle)
    below, above = (gd.minimize(bowl, gd.sgd, steps=2000, lr=edge * share).losses for share in (0.99, 1.01))
    assert below[-1] < 1e-6 * below[0]
    assert above[-1] > above[0]


@pytest.mark.parametrize("rate", [0.02, 0.18, 0.21])
def test_what_is_left_is_a_share_of_the_loss(rate):
    racer = {"rule": "sgd", "knobs": {"lr": rate}, "start": [-1.8, 0.9], "steps": 40}
    (result,) = page.run({"surface": "bowl", "kappa": 10.0}, [racer])
    losses = gd.minimize(gd.Surface("bowl", kappa=10), gd.sgd, steps=40, lr=rate).losses
    assert result["left"] == pytest.approx(losses[-1] / losses[0])
    (lost,) = page.run({"surface": "bowl"}, [racer | {"knobs": {"lr": 1e300}}])
    (there,) = page.run({"surface": "bowl"}, [racer | {"start": [0.0, 0.0]}])
    assert lost["left"] is there["left"] is None


def test_a_notebook_gets_the_same_elements():
    figure = made("1a")
    assert figure.widget.poster.startswith('<div class="gx gx-compact"')
    assert figure.widget.poster in figure.still()
    assert gd.Explorer(preset=1).widget.poster == ""


def test_what_the_page_holds_of_it_is_in_its_language():
    zh, en = (explorer.common(language)["presets"]["1a"]["live"]["told"] for language in ("zh", "en"))
    gd.use_language("en")
    assert (made("1a", "zh").spec["live"]["told"], made("1a", "en").spec["live"]["told"]) == (zh, en)
    assert zh != en
    for name in COMPACT:
        told = explorer.presets()["presets"][name]["live"]
        for words in told.values():
            assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in words.values()}) == 1


def test_it_stays_json():
    json.dumps([made(name).spec for name in COMPACT], allow_nan=False)
    about = explorer.presets()["knobs"]["beta1"]
    assert scales.position(about, 0.9) == pytest.approx(1 / 3)


def test_the_slider_of_kappa_moves_the_path_of_gradient_descent_only(in_the_page):
    """In the kernel and in the page."""
    spec = made("2k").spec
    racers = [racer | {"start": spec["start"], "steps": spec["steps"]} for racer in spec["racers"]]
    problems = [spec["problem"] | {"kappa": kappa} for kappa in (1.0, 39.0, 41.0, 1000.0)]
    calls = "".join(f"for r in page.run({problem}, {racers}): print(r['rows'])\n" for problem in problems)
    said = iter(in_the_page(f"from gdcourse.explorer import page\n{calls}"))
    walked = []
    for problem in problems:
        here = page.run(problem, racers)
        there = paths({"rows": next(said), "width": result["width"]} for result in here)
        walked.append(paths(here))
        for path, in_page in zip(walked[-1], there, strict=True):
            np.testing.assert_allclose(in_page, path, rtol=1e-9, atol=1e-15)
    descent, rmsprop = zip(*walked, strict=True)
    np.testing.assert_allclose(rmsprop, np.broadcast_to(rmsprop[0], np.shape(rmsprop)), atol=1e-7)
    assert [bool(abs(path[-1, 1]) > abs(path[0, 1])) for path in descent] == [False, False, True, True]


# --- a tape -----------------------------------------------------------------------


def paths(results):
    return [np.frombuffer(bytes.fromhex(r["rows"])).reshape(-1, r["width"])[:, :2] for r in results]


@pytest.mark.parametrize("rule", ["sgd", "nesterov", "rmsprop", "adadelta", "adam", "nadam"])
def test_a_tape_is_followed_as_the_package_does(rule):
    """Without numpy as with it."""
    tape = np.random.default_rng(5).normal(size=(30, 2))
    racer = {"rule": rule, "knobs": {}, "start": [1.0, -2.0], "steps": 30}
    for pair in (page.Pair, lambda x, y: np.array([x, y])):
        (path,) = paths(page.run({"gradients": tape.tolist()}, [racer], pair=pair))
        np.testing.assert_allclose(path, gd.follow(getattr(gd, rule), tape, [1.0, -2.0]), rtol=1e-12, atol=1e-14)


def test_the_tape_of_adam_is_that_of_its_lesson():
    tape = [(-0.01, (-1) ** t) for t in range(30)]
    spec = made("5t").spec
    np.testing.assert_array_equal(spec["problem"]["gradients"], tape)
    knobs = [dict(racer["knobs"]) for racer in spec["racers"]]
    for path, rule, known in zip(paths(made("5t").runs()), (gd.momentum, gd.rmsprop, gd.adam), knobs, strict=True):
        np.testing.assert_allclose(path, gd.follow(rule, tape, **known), rtol=1e-12, atol=1e-14)


def test_no_path_leaves_its_strip():
    figure = made("5t")
    left, right, bottom, top = poster.reach(figure)
    for value in np.linspace(0, 0.99, 12):
        racers = poster.driven(figure.spec, figure.spec["sliders"][0], value)
        assert [racers[0]["knobs"]["mu"], racers[2]["knobs"]["beta1"]] == [value, value]
        for path in paths(figure.runs(racers)):
            assert ((left <= path[:, 0]) & (path[:, 0] <= right)).all()
            assert ((bottom <= path[:, 1]) & (path[:, 1] <= top)).all()
    assert figure.spec["racers"][0]["knobs"]["mu"] == 0  # the figure itself is not driven


def test_bars_are_the_gradients():
    there = standing("5t")
    rows = [row.select(".gx-bar") for row in there.select(".gx-bars")]
    assert [len(row) for row in rows] == [30, 30]
    for bar, g in zip(rows[1], made("5t").spec["problem"]["gradients"], strict=True):
        assert (float(bar["y"]), float(bar["height"])) == ((0, 1) if g[1] > 0 else (1, 1))
    assert {float(bar["y"]) for bar in rows[0]} == {1}
    assert [label.get_text() for label in there.select(".gx-label")[:2]] == ["g₁ −0.01", "g₂ ±1"]


def test_the_laboratory_lists_what_it_can_show():
    listed = explorer.common("en")["presets"]
    assert {"1", "1a", "1b"} <= set(listed)
    assert "5t" not in listed
    assert not standing("5t").select(".gx-open")
    assert standing("1a").select(".gx-open")


# --- a road ------------------------------------------------------------------------


def stood(unit, racers=None):
    """Where each racer of the road stood after each step, in metres."""
    figure = made("4u")
    figure.spec["problem"]["unit"] = unit
    return [unit * path[:, 0] for path in paths(figure.runs(racers))]


@pytest.mark.parametrize("unit", [1, 10, 70])
def test_a_road_is_walked_as_minimize_walks_it(unit, in_the_page):
    spec = made("4u").spec
    racers = [racer | {"start": [0.0, 0.0], "steps": 40} for racer in spec["racers"]]
    call = f"page.run({spec['problem'] | {'unit': unit}}, {racers})"
    said = in_the_page(f"from gdcourse.explorer import page\nfor result in {call}: print(result['rows'])")
    width = [result["width"] for result in made("4u").runs()]
    in_page = [np.frombuffer(bytes.fromhex(row)).reshape(-1, n)[:, 0] for row, n in zip(said, width, strict=True)]

    def height(x, y):
        off = (unit * x - 1000) / 100
        return off**2 / 2, unit * off / 100, 0 * y

    for racer, path, there in zip(racers, stood(unit), in_page, strict=True):
        rule = getattr(gd, racer["rule"])
        run = gd.minimize(gd.Surface(height, start=(0.0, 0.0)), rule, steps=40, **racer["knobs"])
        np.testing.assert_allclose(path, unit * run.thetas[:, 0], rtol=1e-12)
        np.testing.assert_allclose(unit * there, unit * run.thetas[:, 0], rtol=1e-10)


def test_no_path_stays_when_the_unit_changes_but_a_learning_rate_can_make_up_for_it():
    """It counts in square units for gradient descent, in units for RMSProp, whose ε counts as g does."""
    ten, twenty = stood(10), stood(20)
    for there, other in zip(ten, twenty, strict=True):
        assert abs(there[10] - other[10]) > 40
    descent, rmsprop, _ = made("4u").spec["racers"]
    descent["knobs"]["lr"] /= 4
    rmsprop["knobs"]["lr"] /= 2
    rmsprop["knobs"]["eps"] *= 2
    for there, same in zip(ten, stood(20, [descent, rmsprop]), strict=False):
        np.testing.assert_allclose(same, there, rtol=1e-12)


def test_a_road_is_drawn_in_metres():
    there = standing("4u")
    assert [lane["viewbox"] for lane in there.select(".gx-lane")] == ["-100 -1 1400 2"] * 3
    assert [group["transform"] for group in there.select(".gx-lane g")] == ["scale(10,-1)"] * 3
    assert [text.get_text() for text in there.select(".gx-metres text")] == ["0", "1000 m"]
    assert there.select_one(".gx-goal")["d"] == "M1000,-.8V.8"
    assert {path["d"] for path in there.select(".gx-lane .gx-path, .gx-steps")} == {""}  # the answer is not there


# --- two words ---------------------------------------------------------------------


def learnt(rate):
    """The errors of both words, for each racer."""
    figure = made("3w")
    racers = poster.driven(figure.spec, figure.spec["sliders"][0], rate)
    return [result["errors"] for result in figure.runs(racers)]


@pytest.mark.parametrize("rate", [0.01, 0.25])
def test_two_words_are_learnt_as_follow_learns_them(rate, in_the_page):
    """A word alone is a parabola around each target; the page's Python sees the same targets."""
    spec = made("3w").spec
    signs = page.Words(100, 0.5, 4).signs()
    wanted = {"sgd": [[], []], "adagrad": [[], []]}
    for _ in range(4):
        for word, times in enumerate((2000, 20)):
            targets = [1 + 0.5 * next(signs) for _ in range(times)]
            for name, squares in wanted.items():
                score, state = 0.0, ()
                for t, target in enumerate(targets):
                    score, state = getattr(gd, name)(score, lambda x, c=target: x - c, *state, lr=rate)
                    squares[word] += [(score - 1) ** 2] * (t >= 0.75 * times)
    for (name, squares), errors in zip(wanted.items(), learnt(rate), strict=True):
        np.testing.assert_allclose(errors, [np.mean(word) ** 0.5 for word in squares], rtol=1e-10)
        racer = {"rule": name, "knobs": {"lr": rate}, "start": [0.0, 0.0], "steps": 2000}
        call = f"page.run({spec['problem']}, [{racer}])"
        said = in_the_page(f"from gdcourse.explorer import page\nfor e in {call}[0]['errors']: print('%.9f' % e)")
        np.testing.assert_allclose([float(text) for text in said], errors, atol=1e-8)


def test_one_rate_serves_both_words_only_with_adagrad():
    goals = made("3w").spec["problem"]["goals"]
    met = [[all(np.less(errors, goals)) for errors in learnt(rate)] for rate in np.geomspace(0.003, 1, 61)]
    descent, adagrad = np.transpose(met)
    assert not descent.any()
    assert 3 <= adagrad.sum() <= 12
    assert not adagrad[0]  # one must look for it


def test_bars_are_full_until_the_words_are_learnt():
    there = standing("3w")
    assert {bar["width"] for bar in there.select(".gx-error")} == {"1"}
    assert [row.select_one(".gx-goal")["d"] for row in there.select(".gx-word")] == ["M0.05,0V2", "M0.2,0V2"]
    assert [label.get_text() for label in there.select(".gx-label")] == ["the < 0.05", "platypus < 0.2"]
    assert len(there.select(".gx-names li")) == 2
    assert not there.select(".gx-play, .gx-open")


# --- a secant ---------------------------------------------------------------------


def test_a_secant_comes_closer_and_is_then_lost_in_rounding():
    off = {h: page.secant("x*x*x", 1, h)["off"] for h in (1, 0.1, 1e-3, 1e-6, 1e-8, 1e-10, 1e-12, 1e-16)}
    assert off[1] == 4  # slope 7
    assert off[0.1] == pytest.approx(0.31)
    assert off[1e-6] == pytest.approx(3e-6, rel=0.01)
    assert min(off, key=off.get) == 1e-8
    assert off[1e-12] > 1e-5
    assert off[1e-16] == 3  # 1 + 1e-16 is 1


def test_the_lines_of_a_secant_are_in_its_window():
    said = page.secant("sin(x)", 0.5, 0.25)
    (left, y0), (right, y1) = said["lines"]["secant"]
    assert (y1 - y0) / (right - left) == pytest.approx((np.sin(0.75) - np.sin(0.5)) / 0.25) == said["slope"]
    (left, y0), (right, y1) = said["lines"]["tangent"]
    assert (y1 - y0) / (right - left) == pytest.approx(np.cos(0.5))
    x, y = np.transpose(said["lines"]["curve"])
    np.testing.assert_allclose(y, (np.sin(0.5 + 0.25 * x) - np.sin(0.5)) / 0.25, atol=1e-14)
    assert (x[0], x[-1]) == page.WINDOW[:2]


def test_a_secant_waits_with_all_its_lines():
    there = standing("0")
    chord = there.select_one(".gx-chord")
    for name, points in page.secant("x*x*x", 1, 1)["lines"].items():
        assert chord.select_one(f".gx-{name}")["d"].count(",") == len(points)
    assert not there.select(".gx-play, .gx-open")


@pytest.mark.parametrize("preset", ["5", "1b", "0"])
def test_a_legend_shows_lines_as_they_are_drawn(preset):
    page_of = BeautifulSoup(gd.Explorer(preset=preset).still(), "html.parser")
    drawn = {(" ".join(path["class"]), path.get("style") or "") for path in page_of.select("svg:not(li svg) path")}
    shown = [(" ".join(path["class"]), path["style"]) for path in page_of.select("li svg path")]
    assert len(shown) == {"5": 2, "1b": 2, "0": 3}[preset]
    assert set(shown) <= drawn
