"""The explorer's modules, in node and without a browser: what they compute, and how they become one script."""

import json
import math
import re
import shutil
import subprocess

import numpy as np
import pytest
import questions
from conftest import ROOT
from coursesite import scripts

import gdcourse as gd
from gdcourse import explorer
from gdcourse import questions as in_notebooks
from gdcourse.explorer import answers, board, bundle, chart, looks, page, picture, scales

JS = ROOT / "gdcourse" / "explorer" / "js"
COMMON = json.loads(json.dumps(explorer.common("en")))
KNOBS = COMMON["knobs"]


@pytest.fixture(scope="module")
def js(node, tmp_path_factory):
    """Run lines of JavaScript with all that a module exports as ``it``; gives back what they return."""
    root = tmp_path_factory.mktemp("modules")
    shutil.copytree(JS, root / "gdcourse" / "explorer" / "js")
    shutil.copytree(scripts.SELFCHECK.parent, root / "_ext" / "coursesite" / "selfcheck")
    (root / "package.json").write_text('{"type": "module"}')

    def run(module, lines, **given):
        code = 'globalThis.document = { documentElement: { lang: "en" } };\n'
        code += f"const it = await import({json.dumps((root / module).as_uri())});\n"
        code += "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
        code += f"console.log(JSON.stringify((() => {{ {lines} }})()) ?? null);"
        command = [node, "--input-type=module", "--eval", code]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return lambda name, lines, **given: run(
        f"gdcourse/explorer/js/{name}.js" if "/" not in name else name, lines, **given
    )


# --- the plane and its pixels ---------------------------------------------------

VIEWS = [[-2.2, 2.2, -1.4, 1.4], [-1, 8, -1, 6], [0, 1, -50, 50]]


def test_the_map_shows_what_the_picture_shows(js):
    """One region, in Python for the picture and in JavaScript for a canvas of any size."""
    size = [picture.WIDTH, picture.HEIGHT]
    shown = js("geometry", "return views.map((view) => it.visible(view, ...size))", views=VIEWS, size=size)
    np.testing.assert_allclose(shown, [picture.region(view) for view in VIEWS], rtol=1e-14)
    assert js("geometry", "return it.visible([0, 1, 0, 1], 0, 300)") is None
    assert js("geometry", "return it.visible([0, 1, 0, 1], 300, 100)") == [-1, 2, 0, 1]


def test_a_hit_is_where_the_point_is_drawn(js):
    lines = """return points.map(([x, y]) => {
      const [u, v] = it.place(region, box.width, box.height)(x, y);
      return it.hit(region, box, box.left + u, box.top + v);
    })"""
    box, region = {"left": 30, "top": 40, "width": 200, "height": 100}, [-1, 3, -2, 0]
    inside = [[-1, -2], [3, 0], [0.25, -0.5]]
    np.testing.assert_allclose(js("geometry", lines, points=inside, box=box, region=region), inside, atol=1e-12)
    beside = [[9, -1], [-7, -1], [1, 5], [1, -9]]
    edges = [[3, -1], [-1, -1], [1, 0], [1, -2]]
    np.testing.assert_allclose(js("geometry", lines, points=beside, box=box, region=region), edges, atol=1e-12)


def test_what_is_far_away_stays_near_enough_to_draw(js):
    lines = "const at = it.place([0, 1, 0, 1], 200, 100); return [at(1e300, 1e300), at(-Infinity, -1e9), at(0.5, 0.25)]"
    assert js("geometry", lines) == [[1000, -400], [-800, 500], [100, 75]]


def test_arrow_keys_by_name_and_by_place(js):
    keys = [
        {"key": "ArrowRight"},
        {"key": "Unidentified", "code": "ArrowUp", "shiftKey": True},
        {"key": "ArrowLeft"},
        {"key": "ArrowDown", "shiftKey": True},
        {"key": "a", "code": "KeyA"},
    ]
    moved = js("geometry", "return keys.map((key) => it.nudge([-1, 1, 0, 9], key))", keys=keys)
    assert moved[-1] is None
    np.testing.assert_allclose(moved[:-1], [[0.02, 0], [0, 0.2], [-0.02, 0], [0, -0.2]], atol=1e-15)


def test_the_curves_stand_between_powers_of_ten(js):
    lines = "return it.decades(losses.map((loss) => ({ width: 3, rows: loss.flatMap((J) => [0, 0, J]) })), best)"
    assert js("geometry", lines, losses=[[5, 0.3], [20, 2]], best=0) == [-1, 2]
    assert js("geometry", lines, losses=[[5, 0.3]], best=0.2) == [-1, 1]
    assert js("geometry", lines, losses=[[5, 1e200]], best=0)[1] == 5  # leaves through the roof
    assert js("geometry", lines, losses=[[1, 0]], best=0) == [-1, 1]  # zero has no place, one has room above
    assert js("geometry", "return [1e-9, 0.1, 1, 100, 1e9].map((J) => it.level(J, [-1, 2]))") == pytest.approx(
        [0, 0, 1 / 3, 1, 1]
    )


# --- sliders --------------------------------------------------------------------


def test_every_slider_leads_there_and_back(js):
    lines = """return Object.values(knobs).map((about) => {
      const { value, position } = it.scaleOf(about);
      return [0, 0.2, 0.5, 0.8, 1].map((p) => [value(p), position(value(p))]);
    })"""
    for (name, about), pairs in zip(KNOBS.items(), js("scales", lines, knobs=KNOBS), strict=True):
        values, positions = zip(*pairs, strict=True)
        ends = [about["from"], about["to"]]
        wanted = [1 - end for end in ends] if about["scale"] == "memory" else ends
        assert [values[0], values[-1]] == pytest.approx(wanted, abs=1e-12), name
        assert sorted(values) == list(values), name
        np.testing.assert_allclose(positions, [0, 0.2, 0.5, 0.8, 1], atol=0.06, err_msg=name)  # values are rounded


def test_decay_rates_stand_by_their_memory(js):
    lines = "const { position } = it.scaleOf(about); return [0, 0.9, 0.99, 0.999, 0.9999999, 1, -3].map(position)"
    found = js("scales", lines, about=KNOBS["beta1"])
    np.testing.assert_allclose(found, [0, 1 / 3, 2 / 3, 1, 1, 1, 0], atol=1e-9)


def test_a_slider_stands_where_the_picture_had_it(js):
    """Before and after it is touched: Python places it first, JavaScript after."""
    asked = [(name, share) for name in KNOBS for share in (0.1, 0.5, 0.9)]
    lines = "return asked.map(([name, share]) => it.scaleOf(knobs[name]).value(share))"
    values = js("scales", lines, asked=asked, knobs=KNOBS)
    lines = "return asked.map(([name], i) => it.scaleOf(knobs[name]).position(values[i]))"
    there = js("scales", lines, asked=asked, values=values, knobs=KNOBS)
    here = [scales.position(KNOBS[name], value) for (name, _), value in zip(asked, values, strict=True)]
    np.testing.assert_allclose(here, there, atol=1e-9)


def test_what_lies_nowhere_stands_at_an_end(js):
    lines = "const { position } = it.scaleOf(about); return [0, -1, 1e99].map(position)"
    assert js("scales", lines, about=KNOBS["lr"]) == [0, 0, 1]


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("lr", "0.25", 0.25),
        ("lr", "1e-3", 0.001),
        ("lr", "0,5", 0.5),
        ("lr", "−1", None),
        ("lr", " ", None),
        ("lr", "fast", None),
        ("beta1", "1", None),
        ("beta1", "0", 0),
        ("steps", "10.4", 10),
        ("steps", "5001", None),
        ("angle", "-30", -30),
        ("angle", "−30", -30),
    ],
)
def test_what_is_typed_is_a_number_within_the_bounds(js, name, text, number):
    assert js("scales", "return it.typed(text, about)", text=text, about=KNOBS[name]) == number


def test_bounds_as_they_are_said(js):
    lines = "return ['beta1', 'lr', 'angle'].map((name) => it.bounds(knobs[name]))"
    assert js("scales", lines, knobs=KNOBS) == ["[0, 1)", "[0, ∞)", "(−∞, ∞)"]
    found = js("scales", "return [it.guessed('brake', 0.5), it.guessed('shift', -2)]")
    assert [(knob["from"], knob["to"], knob["scale"]) for knob in found] == [(0.0005, 500, "log"), (-3, -1, "linear")]


@pytest.mark.parametrize("name", KNOBS)
def test_a_slider_stands_where_python_puts_it(js, name):
    """The maps that come with the page are of the very settings that its own sliders have."""
    places = [(k + 0.5) / 24 for k in range(24)]
    there = js("scales", "return places.map(it.scaleOf(about).value)", places=places, about=KNOBS[name])
    assert there == pytest.approx([scales.value(KNOBS[name], p) for p in places], rel=1e-12, abs=1e-15)


def test_axes_have_a_few_ticks_within_their_range(js):
    for name, about in KNOBS.items():
        found = js(
            "scales", "return it.ticks(about).map(([x, text]) => [x, text, it.scaleOf(about).position(x)])", about=about
        )
        assert 3 <= len(found) <= 7, name
        assert len({round(place, 6) for _, _, place in found}) == len(found), name
    rows = js(
        "scales",
        "return ['lr', 'mu', 'angle'].map((name) => it.ticks(knobs[name]).map(([, text]) => text))",
        knobs=KNOBS,
    )
    assert rows == [["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"], ["0.999", "0.99", "0.9", "0"], ["0", "45", "90"]]


# --- chance and axes ------------------------------------------------------------


def test_a_seed_matters_where_gradients_are_drawn_by_lot(js):
    bowl, line = COMMON["tasks"]["bowl"]["problem"], COMMON["tasks"]["line"]["problem"]
    problems = [bowl, bowl | {"noise": 0.1}, line | {"batch": 10}, line | {"batch": 100}, line | {"batch": 0}]
    found = js("noise", "return problems.map(it.drawnByLot)", problems=problems)
    assert found == [False, True, True, False, False]


def test_an_axis_ends_at_the_edge_of_the_map(js):
    lines = "return ways.map((way) => it.reach([-2, 4, -1, 3], [1, 1], way))"
    assert js("geometry", lines, ways=[[1, 0], [0, -1], [0.6, 0.8], [-0.8, -0.6]]) == pytest.approx([3, 2, 2.5, 10 / 3])


# --- the map of knobs -----------------------------------------------------------


def test_a_map_is_asked_for_from_coarse_to_fine(js):
    grid = COMMON["grid"]
    full, long = js("cells", "return [false, true].map((long) => it.order(grid, long))", grid=grid)
    assert sorted(full) == list(range(24 * 16))
    assert full[: 12 * 8] == long
    assert len(set(full[: 6 * 4])) == 24
    lines = """const cells = [];
      const holes = (n) => { for (const k of order.slice(0, n)) cells[k] = { k };
        return full.filter((k) => it.cellAt(cells, 24, ...it.placeOf(k, 24)) === null).length; };
      return [holes(23), holes(24), it.cellAt(cells, 24, 5, 1).k, holes(384), it.cellAt(cells, 24, 5, 1).k]"""
    some, none, coarse, last, fine = js("cells", lines, order=full, full=list(range(384)))
    assert some == 16  # each of the first stands for 4 × 4
    assert none == last == 0
    assert (coarse, fine) == (2 * 24 + 6, 24 + 5)


def test_cells_are_read_as_python_wrote_them(js):
    rows = [[3.0, 1e-5, 0.0], [math.nan, 0.5, 0.0], [math.nan, 1e9, 1.0], [math.nan, 1e-30, 0.0], [5000.0, 0, 0.0]]
    text = "".join(chart.letters(*row) for row in rows)
    read = js("cells", "return it.charted(text)", text=text)
    assert [cell["stays"] for cell in read] == [3, None, None, None, chart.LATEST]
    assert [cell["lost"] for cell in read] == [False, False, True, False, False]
    assert read[1]["loss"] == pytest.approx(0.5, rel=0.02)
    told = js("cells", "return it.cellsOf(rows)", rows=[3, 1e-5, 0, 7, 8, 1])
    assert told == [{"stays": 3, "loss": 1e-5, "lost": False}, {"stays": 7, "loss": 8, "lost": True}]


def test_sooner_is_darker_and_what_never_came_is_paler(js):
    cells_ = [{"stays": 0}, {"stays": 150}, {"stays": 300}, {"stays": None, "loss": 1e-3}, {"stays": None, "loss": 1e5}]
    lines = "return cells.map((cell) => it.shade({ ...cell, stays: cell.stays ?? NaN }, { steps: 300, target: 1e-4 }))"
    shades = js("cells", lines, cells=cells_)
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) == 5
    assert shades[-1] > 0


@pytest.mark.parametrize("number", COMMON["presets"])
def test_both_sides_choose_the_same_axes(js, number):
    spec = COMMON["presets"][number]
    there = js("cells", "return it.choices(state, 0, knobs)", state=spec, knobs=KNOBS)
    assert there == chart.choices(spec["racers"][0]["knobs"], spec["problem"], KNOBS)
    lines = "const axes = it.choices(state, 0, knobs).slice(0, 2).map((name) => it.axisOf(state, name, knobs));"
    first, last = js("cells", lines + "return it.settingsOf([0, 24 * 16 - 1], axes, [24, 16])", state=spec, knobs=KNOBS)
    names = [name.rpartition(".")[2] for name in there[:2]]
    assert first == {k: pytest.approx(scales.value(KNOBS[k], 0.5 / n)) for k, n in zip(names, (24, 16), strict=True)}
    assert last == {k: pytest.approx(scales.value(KNOBS[k], 1 - 0.5 / n)) for k, n in zip(names, (24, 16), strict=True)}


# --- names at the ends of lines --------------------------------------------------


def test_names_stand_at_the_same_places_in_picture_and_figure(js):
    random = np.random.default_rng(7)
    sizes = [[640, 400], [358, 224], [270, 240]]
    crowds = [[[*random.uniform([-5, -5], [w + 5, h + 5]), random.uniform(30, 110)] for _ in "1234"] for w, h in sizes]
    close = [[300, 200 + k, 90] for k in (0, 3, -2, 0)]
    cases = [*zip(crowds, sizes, strict=True), *((close, size) for size in sizes)]
    there = js("labels", "return cases.map(([wanted, size]) => it.apart(wanted, ...size))", cases=cases)
    for (wanted, (width, height)), places in zip(cases, there, strict=True):
        np.testing.assert_allclose(places, picture.apart(wanted, width, height))
        for i, (left, middle) in enumerate(places):
            assert 0 <= left <= width - wanted[i][2]
            assert picture.LINE / 2 <= middle <= height - picture.LINE / 2
            for j, (other, level) in enumerate(places[:i]):
                beside = left >= other + wanted[j][2] or other >= left + wanted[i][2]
                assert beside or abs(middle - level) >= picture.LINE


def test_a_name_alone_stands_beside_what_it_names(js):
    lines = "return [[100, 50, 40], [330, 50, 40]].map((one) => it.apart([one], 358, 224)[0])"
    assert js("labels", lines) == [[110, 50], [280, 50]]  # at its right, or left of it where the box ends


def test_names_can_be_read_on_both_grounds():
    for name, look in COMMON["looks"].items():
        for text, ground, own in zip(look["text"], looks.GROUNDS, (look["light"], look["dark"]), strict=True):
            assert looks.contrast(text, looks.GROUNDS[ground]) >= 4.5, name
            if looks.contrast(own, looks.GROUNDS[ground]) >= 4.5:
                assert text == own.lower()
    assert looks.contrast("#000000", "#ffffff") == pytest.approx(21)
    for ground in looks.GROUNDS.values():
        assert f"--gx-paper: {ground};" in explorer.style()


def test_a_text_is_broken_between_words_and_han(js):
    text = ["RMSProp 最后来回跳。会怎样？", "一二三四五六七八九。十", "one two  three"]
    broken = js("lines", "return text.map((one) => it.lines(one, (line) => line.length <= 9))", text=text)
    assert broken == [["RMSProp 最", "后来回跳。会怎样？"], ["一二三四五六七八", "九。十"], ["one two", "three"]]


# --- racers ---------------------------------------------------------------------


@pytest.mark.parametrize("rules", [["adam", "sgd"], ["adadelta", "adadelta"], ["*", "adam_uncorrected", "sgd", "sgd"]])
def test_a_racer_looks_alike_in_picture_and_figure(js, rules):
    racers = [{"rule": rule} for rule in rules]
    lines = "return [false, true].map((dark) => it.looksOf(racers, looks, dark))"
    light, dark = js("racers", lines, racers=racers, looks=COMMON["looks"])
    wanted = looks.assigned(racers, COMMON["looks"])
    assert [(look["colour"], look["dash"]) for look in light] == [(look["light"], look["dash"]) for look in wanted]
    assert [look["colour"] for look in dark] == [look["dark"] for look in wanted]
    assert [look["mark"] for look in light] == list(range(len(rules)))
    assert len({(look["colour"], str(look["dash"])) for look in light}) == len(rules)


def test_knobs_follow_their_racers(js):
    state = {
        "racers": [{"rule": "sgd", "knobs": {"lr": 1}}, {"rule": "adadelta", "knobs": {"rho": 0.9}}],
        "front": ["0.lr", "kappa", "1.rho"],
        "problem": {"surface": "bowl", "kappa": 10, "angle": 0, "best": 0},
    }
    assert js("racers", "return it.allKnobs(state, knobs)", state=state, knobs=KNOBS) == [
        "0.lr",
        "1.rho",
        "kappa",
        "angle",
        "steps",
    ]
    lines = "it.drop(state, 0); it.enter(state, { rule: 'adam', knobs: { eps: 1, lr: 2 } }); return state.front"
    assert js("racers", lines, state=state) == ["kappa", "0.rho", "1.lr"]


def test_another_rule_keeps_what_both_know(js):
    lines = "const as = (racer) => it.replaced(racer, 'adam', common);"
    lines += "return [it.newcomer('adam', common), as(racer), as({ knobs: {} })]"
    racer = {"rule": "rmsprop", "knobs": {"lr": 0.03, "eps": 1e-4, "rho": 0.5}}
    new, kept, plain = (one["knobs"] for one in js("racers", lines, common=COMMON, racer=racer))
    assert new == COMMON["rules"]["adam"]["knobs"] | COMMON["entering"] == plain
    assert kept == new | {"lr": 0.03, "eps": 1e-4}


def test_a_picture_at_the_end_stays_at_the_end(js):
    lines = "const state = { at, steps: 60 }; it.turn(state, 'steps', to); return [state.at, state.steps]"
    for at, to, wanted in ((60, 200, 200), (60, 20, 20), (7, 200, 7), (50, 20, 20)):
        assert js("racers", lines, at=at, to=to) == [wanted, to]


# --- the compact form -----------------------------------------------------------


def test_one_slider_drives_several_racers(js):
    racers = [{"rule": "momentum", "knobs": {"mu": 0, "lr": 0.1}}, {"rule": "adam", "knobs": {"beta1": 0.5, "lr": 0.2}}]
    state = {"racers": racers, "steps": 9, "at": 9, "problem": {"kappa": 10}}
    lines = """it.drive(state, { drives: ["0.mu", "1.beta1", "kappa"] }, 0.9);
      return [it.driven(state, { drives: ["1.beta1"] }), it.driven(state, { drives: ["0.mu", "1.lr"] }), state]"""
    beta1, mu, after = js("slider", lines, state=state)
    assert (beta1, mu, after["problem"]["kappa"]) == (0.9, 0.9, 0.9)
    assert [racer["knobs"]["lr"] for racer in after["racers"]] == [0.1, 0.2]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("1a", 0.02, "After 40 steps, 5.68 % of the loss is left"),
        ("1a", 0.18, "After 40 steps, 4.9 × 10⁻⁶ % of the loss is left"),
        ("1a", 0.21, "After 40 steps, the loss is 1460 times what it was"),
        ("1a", 1e300, "gradient descent diverged at step 1: its loss became infinite"),
        ("5t", 0, "β₁ = 0: Adam has moved 3 forward, its last step swings 0.1"),
        ("5t", 0.9, "β₁ = 0.9: Adam has moved 3 forward, its last step swings 0.00526"),
        ("1b", 0.5, "μ = 0.5: below 10⁻⁴ for good from step 156"),
        ("1b", 0.78, "μ = 0.78: below 10⁻⁴ for good from step 54"),
        ("1b", 0.995, "μ = 0.995: not below 10⁻⁴ for good within 1000 steps"),
    ],
)
def test_the_sentence_says_what_is_seen(js, name, value, wanted):
    figure = gd.Explorer(preset=name)
    for drive in figure.spec["sliders"][0]["drives"]:
        racer, _, knob = drive.partition(".")
        figure.spec["racers"][int(racer)]["knobs"][knob] = value
    result = figure.runs()[-1]
    result |= {"rows": picture.points(result)[-2:].ravel().tolist()}  # all that a sentence looks at
    lines = "return it.sentence(state, result, words)"
    assert js("live", lines, state=figure.spec, result=result, words=COMMON["words"]) == wanted


@pytest.mark.parametrize(
    ("angle", "wanted"),
    [
        (0, "At 0°, the order after 40 steps: RMSProp, Adam, gradient descent, momentum"),
        (45, "At 45°, the order after 40 steps: gradient descent, momentum, RMSProp, Adam"),
    ],
)
def test_the_sentence_ranks_all_racers(js, angle, wanted):
    figure = gd.Explorer(preset="home")
    figure.spec["problem"]["angle"] = angle
    rows = {"rows": [0, 0, 0, 0], "width": 2}
    results = [result | rows for result in figure.runs()]
    lines = "return it.sentence(state, results[0], words, results)"
    assert js("live", lines, state=figure.spec, results=results, words=COMMON["words"]) == wanted


def test_numbers_as_one_writes_them_by_hand(js):
    found = js("live", "return [5.71234, 1460, 0.0012, 123456, 2.06e11, 4.9e-6, 1e-15, 9.99e5, -2e7, 0].map(it.plain)")
    assert found == ["5.71", "1460", "0.0012", "1.2 × 10⁵", "2.1 × 10¹¹", "4.9 × 10⁻⁶", "10⁻¹⁵", "10⁶", "−2 × 10⁷", "0"]


@pytest.mark.parametrize(
    ("h", "wanted"),
    [
        (1, "h = 1: secant slope 7, off by 4"),
        (1e-3, "h = 0.001: secant slope 3.003001, off by 0.003"),
        (1e-16, "h = 10⁻¹⁶: secant slope 0, off by 3"),
    ],
)
def test_what_a_secant_is_said_to_be(js, h, wanted):
    spec = gd.Explorer(preset="0").spec
    spec["problem"] = spec["problem"] | {"h": h}
    lines = "return it.sentence(state, result, words)"
    assert js("live", lines, state=spec, result=page.secant(**spec["problem"]), words=COMMON["words"]) == wanted


def test_what_two_words_are_said_to_be(js):
    figure = gd.Explorer(preset="3w")
    results = figure.runs()
    lines = "return it.sentence(state, results[1], words, results)"
    wanted = "η = 0.01, errors of the two words: gradient descent 0.039 / 0.83, Adagrad 0.41 / 0.93"
    assert js("live", lines, state=figure.spec, results=results, words=COMMON["words"]) == wanted


# --- the board --------------------------------------------------------------------

RUN = {"rule": 1, "lr": 0.1, "second": 0.9, "left": 0.25}


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        (None, []),
        ("", []),
        ("{", []),
        ("7", []),
        ('{"rows": {"length": 3}}', []),
        ([RUN], [RUN]),
        ([RUN | {"left": None}, RUN | {"more": 1}], [RUN | {"left": None}, RUN]),
        ([RUN | {"rule": 0, "second": None}], [RUN | {"rule": 0, "second": None}]),
        ([None, 3, [], "row", {}], []),
        ([RUN | {"rule": rule} for rule in (-1, 7, 1.5, "1", None)], []),
        ([RUN | {"lr": lr} for lr in (-0.1, "0.1", None)], []),
        ([RUN | {"second": second} for second in (1, None, "x")], []),
        ([RUN | {"rule": 0}], []),
        ([RUN | {"left": left} for left in (-1, "0.1", [0.1])], []),
        ([RUN] * 14, [RUN] * 10),
    ],
)
def test_what_a_browser_kept_of_a_board_may_be_rubbish(js, kept, wanted):
    text = kept if kept is None or isinstance(kept, str) else json.dumps({"rows": kept, "open": True})
    lines = "return it.sensibleRows(text, spec)"
    found = js("rows", lines, text=text, spec=gd.Explorer(preset="7t").spec)
    assert found == {"rows": wanted, "open": isinstance(kept, list)}


def test_a_tuned_run_becomes_a_row_with_its_own_knobs(js):
    spec = gd.Explorer(preset="7t").spec
    rules = [racer["rule"] for racer in spec["racers"]]
    found = js("rows", "return spec.tuned.map((run) => it.tunedRow(spec, run))", spec=spec)
    for row, run in zip(found, spec["tuned"], strict=True):
        second = next((value for name, value in run["knobs"].items() if name != "lr"), None)
        assert row == {
            "rule": rules.index(run["rule"]),
            "lr": run["knobs"]["lr"],
            "second": second,
            "left": run["left"],
        }


def test_a_run_stands_where_the_axes_of_the_plot_say(js):
    spec = gd.Explorer(preset="7t").spec
    rows = [{"lr": 10**power, "left": share} for power, share in ((-4, 1), (-1, 0.1), (1, 0.003), (0, 3e-4))]
    found = js("rows", "return rows.map((row) => it.spotOf(spec, row))", spec=spec, rows=rows)
    about = spec["sliders"][0]
    wanted = [[100 * scales.position(about, row["lr"]), board.height(row["left"])] for row in rows]
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    extremes = [{"lr": 1e-9, "left": None}, {"lr": 99, "left": 1e9}, {"lr": 1, "left": 0}]
    found = js("rows", "return rows.map((row) => it.spotOf(spec, row))", spec=spec, rows=extremes)
    np.testing.assert_allclose(found, [[0, board.TOP / 4], [100, board.TOP / 2], [80, 100]])


def test_what_is_said_of_runs(js):
    spec, words = gd.Explorer(preset="7t").spec, COMMON["words"]
    rows = [RUN, RUN | {"rule": 0, "second": None, "left": None}, RUN | {"rule": 5, "left": 0.00213}]
    told = js(
        "rows", "return rows.map((row, i) => it.runSaid(spec, row, i + 1, words))", spec=spec, rows=rows, words=words
    )
    assert told == [
        "Run 1: momentum, η = 0.1, μ = 0.9, leaves 25 % of the loss.",
        "Run 2: gradient descent, η = 0.1, diverges.",
        "Run 3: Adam, η = 0.1, β₁ = 0.9, leaves 0.21 % of the loss.",
    ]
    spec["tuned"] = [{"rule": "nadam", "knobs": {"lr": 0.1, "beta1": 0.8}, "left": 0.001}]
    lines = (
        "return [rows, rows.slice(1, 2), [{ ...rows[0], left: 0.001 }]].map((some) => it.compared(spec, some, words))"
    )
    assert js("rows", lines, spec=spec, rows=rows, words=words) == [
        "Your best run leaves 0.21 %: 2.1 times what the best of the grid does (Nadam, 0.1 %).",
        "You have no run to compare yet that did not diverge.",
        "Your best run leaves 0.1 %, no more than the best of the grid (Nadam, 0.1 %).",
    ]


# --- what Python answers, what a link says --------------------------------------


def test_rows_arrive_to_the_last_bit_and_say_where_a_racer_is(js):
    racer = {"rule": "adam", "knobs": {"lr": 0.3}, "start": [-1.8, 0.9], "steps": 5}
    (result,) = page.run({"surface": "bowl"}, [racer])
    rows = np.frombuffer(bytes.fromhex(result["rows"])).reshape(-1, result["width"])
    lines = """const read = it.unpacked(result);
      const [third, last] = [3, 9].map((at) => it.standing(read, at));
      return [[...read.rows], third, last, it.memory(read, 3, names), it.memory(read, 0, names)]"""
    numbers, third, last, memory, before = js("results", lines, result=result, names=["t", "m", "v"])
    finite = [number if math.isfinite(number) else None for number in rows.ravel()]
    assert numbers == finite
    assert (third["k"], third["x"], third["y"], third["loss"]) == (3, *rows[3, :3])
    assert (last["k"], last["gone"]) == (5, False)
    assert memory == {
        "gradient": list(rows[3, 3:5]),
        "moved": list(rows[3, :2] - rows[2, :2]),
        "kept": [list(rows[3, i : i + 2]) for i in (5, 7, 9)],
    }
    assert before == {"gradient": [None, None], "moved": [None, None], "kept": []}  # NaN, as JSON has it
    lost = result | {"diverged": True}
    lines = "const lost = it.unpacked(result); return [5, 6].map((at) => it.standing(lost, at).gone)"
    assert js("results", lines, result=lost) == [False, True]
    assert js("results", "return it.standing({ error: { what: 'no' } }, 1)") == {"error": "no"}


@pytest.mark.parametrize("number", COMMON["presets"])
def test_a_link_brings_back_what_it_was_made_of(js, number):
    first, seen = COMMON["presets"]["1"], COMMON["presets"][number] | {"steps": 77, "at": 5, "start": [0.12345, 1]}
    lines = "return it.sensible(JSON.parse(JSON.stringify(it.told(seen))), first, common)"
    there = js("link", lines, seen=seen, first=first, common=COMMON)
    for name in ("problem", "racers", "steps", "at", "front", "question", "view", "minima"):
        assert there[name] == seen[name], name
    assert there["start"] == [0.1235, 1]


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        7,
        {"problem": {"surface": "constructor"}, "racers": {"0": 1}, "steps": 1e9, "at": "end", "front": [1]},
        {"problem": "bowl", "racers": [{"rule": "toString"}, None, {"rule": "*", "base": "adam", "source": 5}]},
        {"question": "__proto__", "start": [1, None], "problem": {"surface": "bowl", "kappa": 0.5, "angle": "x"}},
    ],
)
def test_a_rubbish_link_leaves_the_figure_as_it_is(js, rubbish):
    first = COMMON["presets"]["1"]
    there = js("link", "return it.sensible(rubbish, first, common)", rubbish=rubbish, first=first, common=COMMON)
    assert there == first | {"question": None}  # none is asked that nobody knows


def test_a_link_brings_a_landscape_as_text_only(js):
    """What it says is Python's to read; nothing else of the problem is taken from it."""
    first, text = COMMON["presets"]["1"], "x^2 + y^2"
    lines = "return links.map((link) => it.sensible({ problem: link }, first, common).problem)"
    links = [
        {"text": text, "best": -9, "seed": 3, "noise": 0.5, "surface": "bowl"},
        {"text": "x" * 201, "seed": -1, "noise": -1},
        {"text": ["x"], "seed": 1.5},
    ]
    found = js("link", lines, links=links, first=first, common=COMMON)
    own = COMMON["tasks"]["text"]["problem"]
    assert found == [own | {"text": text, "seed": 3, "noise": 0.5}, own, own]


# --- the editor -----------------------------------------------------------------


def test_enter_and_tab_know_the_line(js):
    text = "def f(x):\n    if x:  # why\n      y = 1"
    ends = [9, 26, len(text), 0]
    assert js("editor", "return ends.map((at) => it.newLine(text, at))", text=text, ends=ends) == [
        "\n    ",
        "\n        ",
        "\n      ",
        "\n",
    ]
    assert js("editor", "return ends.map((at) => it.tabbed(text, at))", text=text, ends=[9, 10, 12, len(text)]) == [
        " " * 3,
        " " * 4,
        " " * 2,
        " " * 1,
    ]
    found = js("editor", "return ends.map((at) => it.outdented(text, at))", text=text, ends=[3, 20, len(text)])
    assert found == [[0, 0], [10, 14], [27, 31]]


# --- numbers that readers type --------------------------------------------------


def test_typed_numbers_find_the_printed_ones(js):
    """What the printer wrote beside each choice is the number it shows, and the form tells the choices apart."""
    module = "_ext/coursesite/selfcheck/questions.js"
    asked = [name for name, question in questions.load().items() if "value" in question]
    assert len(asked) >= 7
    for name in asked:
        html = questions.show(name, "en", None)
        found = re.findall(r'data-value="([^"]+)" data-says="([^"]+)"><summary>\w\. ([^<]+)</summary>', html)
        assert len(found) == html.count("<details") >= 2
        values, says, shown = (list(column) for column in zip(*found, strict=True))
        assert says == shown
        lines = "return says.map((text) => it.meant(it.readNumber(text), values.map(Number)))"
        assert js(module, lines, says=says, values=values) == list(range(len(says)))
    lines = "return texts.map((text) => it.readNumber(text))"
    texts = ["３．１６", "3,5", "−.5e1", "seven", "1e", ""]
    assert js(module, lines, texts=texts) == [3.16, 3.5, -5, None, None, None] == list(map(in_notebooks.number, texts))
    assert js(module, "return it.meant(7, [1, 2])") == -1


def test_a_notebook_takes_a_number_for_what_the_page_takes_it_for(js):
    """As near, and to nothing else."""
    question = gd.ask("momentum-steps")
    values = [choice["value"] for _, choice in question.choices]
    given = [float(value) * (1 + part) for value in values for part in (-0.02, -0.0101, -0.0099, 0, 0.0099, 0.0101)]
    module = "_ext/coursesite/selfcheck/questions.js"
    meant = js(module, "return given.map((number) => it.meant(number, values))", given=given, values=values)
    says = [*(choice["because"] for _, choice in question.choices), question.judge("123456")[1]]  # −1 is the last
    assert [question.judge(repr(number))[1] for number in given] == [says[at] for at in meant]
    assert {-1, 0, 1} <= set(meant)


# --- one description, one script ------------------------------------------------


@pytest.mark.parametrize("number", COMMON["presets"])
def test_a_question_chosen_in_the_page_is_that_of_its_chapter(number):
    spec = gd.Explorer(preset=number).spec
    assert COMMON["presets"][number] == json.loads(json.dumps(spec))
    assert {"at", "target", "inside", "view", "start", "minima", "problem", "racers", "steps", "front"} <= set(spec)
    assert spec["at"] == {"5": 1, "1b": 120}.get(number, spec["steps"])
    assert gd.Explorer(preset=1, steps=9).spec["at"] == 9


def test_modules_are_short_and_know_no_facts():
    for path in [*JS.glob("*.js"), *scripts.SELFCHECK.parent.glob("*.js")]:
        text = path.read_text("utf-8")
        assert text.count("\n") <= 120, path.name
        assert not re.search(r"#[0-9a-f]{6}", text, re.I), f"{path.name}: colours stand in looks.py and explorer.css"
        assert not re.search(rf"\b({'|'.join(COMMON['rules'])})\b", text), f"{path.name} knows a rule"


def test_what_the_figure_asks_is_what_it_may_ask():
    asked = {call for path in JS.glob("*.js") for call in re.findall(r'\bask\("(\w+)"', path.read_text("utf-8"))}
    assert asked == set(answers.ANSWERS)
    assert all(function.__name__ == call for call, function in answers.ANSWERS.items())


def test_every_module_is_in_the_script_after_those_it_needs():
    paths = bundle.order(explorer.ENTRY)
    assert set(paths) == set(JS.glob("*.js"))
    assert paths[-1] == explorer.ENTRY
    for i, path in enumerate(paths):
        assert {other for _, other in bundle.imports(path)} <= set(paths[:i]), path.name
    assert bundle.order(explorer.ENTRY) == paths  # always the same, so that a digest of it is
    assert JS / "editor.js" in bundle.order(scripts.SELFCHECK)
    assert set(scripts.SELFCHECK.parent.glob("*.js")) < set(scripts.sources())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_scripts_parse(node, tmp_path, language):
    scripts.write_scripts(tmp_path / "site", language)
    widget = tmp_path / "widget.mjs"
    from gdcourse.explorer.widget import ExplorerWidget

    widget.write_text(str(ExplorerWidget._esm), "utf-8")
    for path in (widget, tmp_path / "site" / "selfcheck.js", tmp_path / "site" / "explorer" / "explorer.js"):
        done = subprocess.run([node, "--check", path], capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
    load = f"const it = await import({json.dumps(widget.as_uri())}); console.log(typeof it.default.render)"
    done = subprocess.run([node, "--input-type=module", "--eval", load], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "function", done.stderr


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_for_a_number_says_in_the_page_what_it_says_in_a_notebook(tmp_path, language):
    scripts.write_scripts(tmp_path / "site", language)
    script = (tmp_path / "site" / "selfcheck.js").read_text("utf-8")
    (form,) = re.findall(r"^const FORM = (.*);$", script, re.M)
    gd.use_language(language)
    question = gd.ask("momentum-steps")
    assert question.answer("ten")[1] == json.loads(form)["notNumber"]
    assert question.answer("77")[1] == json.loads(form)["unknown"]
    used = set(re.findall(r"\bFORM\.(\w+)", script))
    assert used == set(json.loads(form))


def written(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, "utf-8")
    return folder / "entry.js"


def test_what_is_bundled_declares_and_runs(node, tmp_path):
    entry = written(
        tmp_path,
        entry='import { b, c } from "./b.js";\nimport { a } from "./a.js";\nexport const all = () => a + b() + c;\n',
        b='import { a } from "./a.js";\n/** Why. */\nexport function b() {\n  // here\n  return a + "b"; // "//"\n}\n'
        'export let c = "c // c"; // gone\n',
        a='export const a = "a";\n',
    )
    assert [path.name for path in bundle.order(entry)] == ["a.js", "b.js", "entry.js"]
    script = bundle.bundled(entry) + "console.log(all())"
    assert "import" not in script
    assert "export" not in script
    assert "Why" not in script
    assert "here" not in script
    assert "gone" not in script
    assert subprocess.run([node, "--eval", script], capture_output=True, encoding="utf-8").stdout == "aabc // c\n"


@pytest.mark.parametrize(
    ("modules", "what"),
    [
        (
            {"entry": 'import { a } from "./a.js";\nfunction b() {}\n', "a": "export const a = 1;\nconst b = 2;\n"},
            "b, as",
        ),
        (
            {"entry": 'import { a } from "./a.js";\n', "a": 'import { e } from "./entry.js";\nexport const a = 1;\n'},
            "→",
        ),
        ({"entry": 'import { a } from "./a.js";\n', "a": "const a = 1;\n"}, "does not export"),
        ({"entry": 'import a from "./a.js";\n', "a": "export const a = 1;\n"}, "import a from"),
        ({"entry": "const a = 1;\nexport { a };\n"}, "export { a }"),
        ({"entry": "export default 1;\n"}, "export default"),
        ({"entry": "const [a, b] = [1, 2];\n"}, "several names"),
        ({"entry": 'import { a as b } from "./a.js";\n', "a": "export const a = 1;\n"}, "a as b"),
    ],
)
def test_what_cannot_be_bundled_is_refused(tmp_path, modules, what):
    with pytest.raises(ValueError, match=re.escape(what)):
        bundle.bundled(written(tmp_path, **modules))
