"""The explorer in the static page, in a real browser: the same digits as numpy, quick, usable by everyone."""

import base64
import gzip
import json
import re
import time

import numpy as np
import pytest
from conftest import RULES, build, copy_of_the_project, named, pages, settled, until
from PIL import Image

import gdcourse as gd
from gdcourse.explorer import looks

ADAM, DESCENT = "en/chapters/05_adam_tested.html", "en/chapters/01_gradient_descent_tested.html"
PLAIN = ("sgd", "momentum", "nesterov")


def alive(page, address, number=1):
    """The page's explorer, come to life."""
    if page.url != address:
        page.goto(address)
    page.locator(".gd-explorer").nth(number - 1).scroll_into_view_if_needed()
    page.wait_for_selector(f"#explorer-{number}[data-alive=true]", timeout=20000)
    return page.locator(f"#explorer-{number}")


@pytest.fixture
def quiet(page):
    """Whatever a test does, the page complains of nothing."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    yield
    assert not said


@pytest.fixture
def adam(quiet, page, light):
    return alive(page, light + ADAM)


@pytest.fixture
def whole(quiet, page, address):
    """In the whole page, where the rest is laid out too."""
    return alive(page, address + ADAM)


def type_in(explorer, knob, value):
    """Open the fold if the knob is there, and type."""
    box = explorer.locator(f"[data-knob='{knob}'] .gx-number")
    if not box.is_visible():
        explorer.locator("summary", has_text="More knobs").click()
    box.fill(str(value))
    box.press("Enter")
    settled(explorer.page)


def cell(explorer, row, what):
    return explorer.locator(".gx-row").nth(row).locator(f"[data-what={what}]").inner_text()


# --- the same digits ------------------------------------------------------------------


def rate(rule):
    return {} if rule is gd.adadelta else {"lr": 0.001 if named(rule) in PLAIN else 0.05}


def relative(a, b, scale):
    """The largest difference of two points, measured by the size of where they are and were."""
    return np.max(np.max(np.abs(a - b), axis=-1) / np.maximum(scale, 1e-300))


CALL = """async ([problem, racers]) => {
  self.python ??= new CoursePython(["course.json"]);
  const run = { call: "run", args: { problem, racers } };
  const text = await python.call("gdcourse.explorer.answers", "text", run, { seconds: 60 });
  const [answer, ...rows] = text.split("\\n");
  return JSON.parse(answer).map((one) => ({ ...one, rows: rows[one.rows - 1] }));
}"""


def table(result):
    return np.frombuffer(bytes.fromhex(result["rows"])).reshape(-1, result["width"])


def test_same_digits_as_numpy(page, light):
    """One step from each state of numpy's path, for every rule on every surface; and whole paths that bear a nudge."""
    page.goto(light + ADAM)
    steps, worst, whole, chaotic, longest = 60, 0.0, 0, [], 0.0
    for rule in RULES:
        for name in gd.surfaces.LANDMARKS:
            surface, knobs = gd.Surface(name), rate(rule)
            run = gd.minimize(surface, rule, steps=steps, **knobs)
            states = [
                [state[k].tolist() if np.ndim(state[k]) else state[k].item() for state in run.states.values()]
                for k in range(steps)
            ]
            common = {"rule": named(rule), "knobs": knobs}
            racers = [
                common | {"start": run.thetas[k].tolist(), "steps": 1, "state": states[k]}
                for k in range(len(run.steps) - 1)
            ]
            racers.append(common | {"start": run.thetas[0].tolist(), "steps": steps})
            *single, path = page.evaluate(CALL, [{"surface": name}, racers])
            after = np.array([table(result)[-1] for result in single])
            size = np.max(np.abs(run.thetas), axis=-1)
            worst = max(worst, relative(after[:, :2], run.thetas[1:], np.maximum(size[1:], size[:-1])))
            for i, state in enumerate(run.states.values()):
                wanted = np.broadcast_to(state if state.ndim == 2 else state[:, None], (steps + 1, 2))
                size_ = np.max(np.abs(wanted), axis=-1)
                worst = max(
                    worst, relative(after[:, 5 + 2 * i : 7 + 2 * i], wanted[1:], np.maximum(size_[1:], size_[:-1]))
                )
            nudged = gd.minimize(surface, rule, np.nextafter(run.thetas[0], np.inf), steps=steps, **knobs)
            if relative(nudged.thetas, run.thetas, np.max(size)) < 1e-13:
                whole += 1
                longest = max(longest, relative(table(path)[:, :2], run.thetas, np.max(size)))
            else:
                chaotic.append(f"{named(rule)} on {name}")
    print(f"\none step: {worst:.1e}; {whole} whole paths: {longest:.1e}; a nudge spreads: {chaotic}")
    assert worst <= 1e-13
    assert whole >= 40
    assert longest <= 1e-12


# --- quick and light ------------------------------------------------------------------

TURN = """async ([el, which, count]) => {
  const bar = el.querySelector(which), out = [];
  for (let i = 0; i < count; i++) {
    const drawn = new Promise((done) => el.addEventListener("explorer-drawn",
      (event) => requestAnimationFrame(() => done(event.detail)), { once: true }));
    const began = performance.now();
    bar.value = 60 + ((i * 37) % 120);
    bar.dispatchEvent(new Event("input", { bubbles: true }));
    const { python, draw } = await drawn;
    out.push([performance.now() - began, python, draw]);
    await new Promise((next) => setTimeout(next, 30));
  }
  return out;
}"""


PIECE = 1  # ms of the fixed piece of work on a processor for which the limits are meant
FIXED = """async () => {
  const out = [];
  for (let i = 0; i < 60; i++) {
    const began = performance.now();
    for (let k = 0, x = 0; k < 4e6; k++) x += Math.sqrt(k);
    out.push(performance.now() - began);
    await new Promise((next) => setTimeout(next, 5));
  }
  return out;
}"""


@pytest.mark.parametrize("knob", ["0.lr", "kappa"])
def test_a_slider_redraws_at_once(whole, page, knob):
    """Two rules, 300 steps: 100 ms, and as much more as the machine's other work delays a fixed piece of work.

    One in ten turns is let alone by whatever else runs: that one has no excuse but a slow processor.
    """
    type_in(whole, "steps", 300)
    pieces = np.array(page.evaluate(FIXED))
    busy = np.percentile(pieces, 95) / pieces.min()
    rows = np.array(page.evaluate(TURN, [whole.element_handle(), f"[data-knob='{knob}'] input[type=range]", 100]))
    alone, median, late = np.percentile(rows, [10, 50, 95], axis=0)
    for what, p50, p95 in zip(("slider to redraw", "of it Python", "of it drawing"), median, late, strict=True):
        print(f"\n{knob}: {what}: median {p50:.0f} ms, 95 % within {p95:.0f} ms", end="")
    print(f"\nthe machine is {busy:.1f} times slower than alone", end="")
    print(f"; alone, it takes {pieces.min():.1f} ms for {PIECE} ms", end="")
    assert alone[0] <= 100 * max(1, pieces.min() / PIECE)
    assert median[0] <= 100 * max(1, busy)
    assert late[0] <= 100 * max(1.5, 2 * busy)


def test_it_comes_to_life_quickly_and_nothing_jumps(browser, address, site):
    for width in (1280, 390):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(address + ADAM)
        page.wait_for_timeout(1000)
        assert not [url for url in asked if re.search("micropython|explorer.js|course.json", url)]
        page.evaluate("""() => {
          self.shifts = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((e) => (shifts += e.value)))
            .observe({ type: "layout-shift", buffered: false });
        }""")
        began = time.monotonic()
        page.evaluate("document.querySelector('.gd-explorer').scrollIntoView()")
        page.wait_for_selector("[data-alive=true]")
        took = time.monotonic() - began
        page.wait_for_timeout(500)
        ours = {url for url in asked if re.search(r"/_static/(explorer/|python/|engine|explore)", url)}
        files = [site / url.removeprefix(address).split("?")[0] for url in ours]
        weight = sum(len(gzip.compress(path.read_bytes())) for path in files)
        picture = re.search(r'<div class="gd-explorer.*?</script></div>', (site / ADAM).read_text("utf-8"), re.S)[0]
        weight += len(gzip.compress(picture.encode()))
        shifts = page.evaluate("shifts")
        print(
            f"\n{width} px: alive after {1000 * took:.0f} ms, {weight / 1000:.0f} KB gz, layout shift {shifts:.4f}",
            end="",
        )
        assert took <= 4  # the aim is 1 s
        assert weight <= 300_000
        assert shifts <= 0.02
        context.close()


PYTHON_MEMORY = """async ([problem, racers]) => {
  const python = new CoursePython(["course.json"]);
  const run = async (count) => {
    for (let i = 0; i < count; i++)
      await python.call("gdcourse.explorer.answers", "text", { call: "run", args: { problem, racers } });
    await python.call("gc", "collect");
    const [held, free] = [await python.call("gc", "mem_alloc"), await python.call("gc", "mem_free")];
    return [held, held + free - 2 ** 27]; // (free counts 128 MiB that the heap may still grow by)
  };
  return [await run(20), await run(100)];
}"""


def test_memory_stays_flat(adam, page):
    """The page's own memory, its nodes and MicroPython's, over 150 turns and 100 runs."""
    session = page.context.new_cdp_session(page)

    def measured():
        session.send("HeapProfiler.collectGarbage")
        counters = session.send("Memory.getDOMCounters")
        return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6, counters["nodes"], counters["jsEventListeners"]

    turn = [adam.element_handle(), "[data-knob='0.lr'] input[type=range]"]
    page.evaluate(TURN.replace("30));", "0));"), [*turn, 50])
    before = measured()
    page.evaluate(TURN.replace("30));", "0));"), [*turn, 150])
    after = measured()
    print(
        f"\nheap {before[0]:.1f} → {after[0]:.1f} MB, nodes {before[1]} → {after[1]}, "
        f"listeners {before[2]} → {after[2]}"
    )
    assert after[0] <= before[0] + 0.8
    assert after[1] <= before[1] + 50
    assert after[2] <= before[2] + 5
    racer = {"rule": "adam", "knobs": {"lr": 0.1}, "start": [-1.2, 1.0], "steps": 300}
    (before, heap), (after, larger) = page.evaluate(PYTHON_MEMORY, [{"surface": "rosenbrock"}, [racer, racer]])
    print(f"MicroPython holds {before / 1e3:.1f} → {after / 1e3:.1f} KB of {heap / 1e6:.1f} → {larger / 1e6:.1f} MB")
    assert after <= before + 20_000
    assert larger <= heap * 1.05


# --- the map of knobs, landscapes, chance ---------------------------------------------

KNOBMAP = """(knobmap) => {
  const canvas = knobmap.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0;
  return drawn / (canvas.width * canvas.height);
}"""


LISTEN = """() => {
  const { call } = CoursePython.prototype;
  self.asked = [];
  self.answered = []; // [ms, how many] of the map's cells
  CoursePython.prototype.call = function (module, name, args, ...more) {
    asked.push(args.call);
    const answer = call.call(this, module, name, args, ...more);
    if (args.call === "cells") answer.then(() => answered.push([performance.now(), args.args.settings.length]));
    return answer;
  };
}"""


def still(page):
    """What is asked a while after the last wish is there, too."""
    page.wait_for_timeout(400)
    settled(page)


def test_the_map_of_a_chapter_is_there_at_once_and_others_soon(page, light):
    explorer = alive(page, light + DESCENT)
    asked = "document.querySelector('.gx').dataset.asking"
    assert explorer.locator(".gx-knobmap").is_hidden()
    page.evaluate(LISTEN)
    began = time.monotonic()
    explorer.locator(".gx-toggle").click()
    settled(page)
    share = explorer.locator(".gx-knobmap").evaluate(KNOBMAP)
    print(f"\nthe chapter's own map after {time.monotonic() - began:.2f} s", end="")
    assert share > 0.3
    assert {"theory"} <= set(page.evaluate("asked")) <= {"theory", "heights"}  # no run
    assert "Dashed: the edge of stability" in explorer.locator(".gx-cell").inner_text()
    # another rule has another map, from coarse to fine
    explorer.locator(".gx-toggle").click()
    explorer.locator("[aria-label='Rule 1']").select_option("adam")
    type_in(explorer, "steps", 200)
    pieces = np.array(page.evaluate(FIXED))
    busy = np.percentile(pieces, 95) / pieces.min()
    page.evaluate("answered.length = 0")
    began = page.evaluate("performance.now()")
    explorer.locator(".gx-toggle").click()
    until(page, f"{asked} === '0'", seconds=60)
    moments, counts = np.transpose(page.evaluate("answered"))
    seconds, known = (moments - began) / 1000, np.cumsum(counts)
    assert known[-1] == 24 * 16
    coarse, all_ = seconds[np.argmax(known >= 6 * 4)], seconds[-1]
    print(f"; 24 × 16 runs of 200 steps of Adam: coarse after {coarse:.2f} s, all after {all_:.2f} s", end="")
    print(f" (the machine is {busy:.1f} times slower than alone)", end="")
    assert coarse <= 1 * max(1.5, 2 * busy)
    assert all_ <= 5 * max(1.5, 2 * busy)


def test_the_dot_sets_both_sliders_and_the_path_follows(page, light):
    explorer = alive(page, light + DESCENT)
    explorer.locator(".gx-toggle").click()
    page.evaluate("document.querySelector('.gx-field').scrollIntoView({ block: 'center' })")
    settled(page)
    value = lambda knob: float(explorer.locator(f"[data-knob='{knob}'] .gx-number").input_value())  # noqa: E731
    handle, field = explorer.locator(".gx-dot"), explorer.locator(".gx-field")
    before, loss = (value("0.lr"), value("kappa")), cell(explorer, 1, "loss")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    settled(page)
    assert value("0.lr") < before[0]
    assert value("kappa") > before[1]
    assert cell(explorer, 1, "loss") != loss
    assert re.search(r"η = .*κ = .*not below 10⁻⁴|stays below", handle.get_attribute("aria-label"))
    assert "η = " in explorer.locator(".gx-cell").inner_text()
    box = field.bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"])
    settled(page)
    assert value("0.lr") > 1
    assert value("kappa") > 100
    assert "ends higher than it began" in explorer.locator(".gx-cell").inner_text()
    assert cell(explorer, 1, "loss") == "diverged" or float(cell(explorer, 1, "loss").replace("e", "E")) > 10


def test_an_edited_rule_has_a_map_and_one_that_cannot_run_says_so(page, light):
    explorer = alive(page, light + DESCENT)
    edit(explorer, lambda text: text.replace("- lr *", "- 0.5 * lr *"))
    explorer.locator(".gx-toggle").click()
    explorer.locator("[aria-label='Rule of the map']").select_option(label="my gradient descent")
    still(page)
    assert explorer.locator(".gx-knobmap").evaluate(KNOBMAP) > 0.3
    assert "Dashed" not in explorer.locator(".gx-cell").inner_text()  # of this rule there is no theory
    edit(explorer, lambda text: text.replace("0.5 *", "nobody *"))
    still(page)
    assert "nobody" in explorer.locator(".gx-cell").inner_text()


def test_a_landscape_of_ones_own_its_fault_and_its_link(browser, light):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    explorer = alive(page, light + DESCENT)
    assert explorer.locator(".gx-formula").is_hidden()
    explorer.locator("[aria-label=Task]").select_option("text")
    settled(page)
    formula = explorer.locator(".gx-formula")

    def write(text):
        formula.fill(text)
        formula.press("Enter")
        settled(page)

    write("3 + x^2 + 10 z")
    assert explorer.locator(".gx-landscape mark").inner_text() == "z"
    assert "z is unknown" in explorer.locator(".gx-misread").inner_text()
    write("3 + x^2 + 10(y - 1)^2")
    assert explorer.locator(".gx-misread").inner_text() == ""
    assert float(cell(explorer, 1, "loss")) == pytest.approx(3, abs=0.1)
    assert cell(explorer, 1, "hit") != "–"  # below the goal, counted from its lowest point
    explorer.locator("button", has_text="Copy link").click()
    settled(page)
    link = page.evaluate("navigator.clipboard.readText()")
    there = alive(context.new_page(), link)
    assert there.locator(".gx-formula").input_value() == "3 + x^2 + 10(y - 1)^2"
    assert [cell(there, 1, what) for what in ("loss", "hit")] == [cell(explorer, 1, what) for what in ("loss", "hit")]
    # one that cannot be read leaves a figure that lives
    state = {"problem": {"text": "x +"}, "racers": [{"rule": "sgd", "knobs": {"lr": 0.1}}]}
    packed = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    broken = alive(context.new_page(), f"{light}{DESCENT}?explorer=1~{packed}#explorer-1")
    assert "missing at the end" in broken.locator(".gx-misread").inner_text()
    assert re.match(r"[−\d.]+$", cell(broken, 1, "loss"))
    context.close()


def test_noise_another_seed_and_a_cloud(page, light):
    explorer = alive(page, light + DESCENT)
    assert explorer.locator(".gx-noise").is_hidden()
    type_in(explorer, "noise", 2)
    first = cell(explorer, 1, "loss")
    explorer.locator("button", has_text="Another seed").click()
    settled(page)
    assert cell(explorer, 1, "loss") != first
    explorer.locator("button", has_text="30 seeds at once").click()
    still(page)
    said = explorer.locator(".gx-noise p")
    until(page, "document.querySelector('.gx-noise p').textContent.includes('over 30 seeds the median loss is')")
    before = said.inner_text()
    explorer.locator("[aria-label='One step back']").click()
    settled(page)
    assert said.inner_text() != before
    type_in(explorer, "noise", 0)
    assert explorer.locator(".gx-noise").is_hidden()
    assert said.inner_text() == ""


@pytest.mark.parametrize("width", [1280, 390])
def test_all_that_can_be_opened_fits_the_page(browser, address, width):
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    explorer = alive(page, address + DESCENT)
    explorer.locator("[aria-label=Task]").select_option("text")
    explorer.locator(".gx-toggle").click()
    type_in(explorer, "noise", 1)
    explorer.locator("button", has_text="30 seeds").click()
    still(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [explorer.locator(part).bounding_box() for part in (".gx-map", ".gx-knobmap", ".gx-curves")]
    assert all(box["width"] > 300 and box["height"] > 100 for box in boxes)
    assert (boxes[1]["x"] > boxes[0]["x"]) == (width > 600)  # beside it, on a phone below
    context.close()


CUT = """() => [...document.querySelectorAll(".gx select")].flatMap((select) => {
  const look = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = look.font;
  const room = select.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight);
  const cut = (text) => room > 0 && pen.measureText(text).width > room;
  return [...select.options].map((option) => option.text).filter(cut);
})"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["", "en/"])
def test_what_a_menu_offers_can_be_read_whole(browser, address, language, width):
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    explorer = alive(page, f"{address}{language}chapters/05_adam_tested.html")
    explorer.locator(".gx-toggle").click()
    settled(page)
    assert page.evaluate(CUT) == []
    context.close()


# --- a picture to keep ----------------------------------------------------------------


def saved(explorer, tmp_path):
    with explorer.page.expect_download() as download:
        explorer.locator("button", has_text="Save PNG").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with Image.open(file) as picture:
        return file.name, picture.convert("RGB")


def has(picture, colour):
    """Is it there, in more than a few pixels?"""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (np.array(picture) == wanted).all(axis=-1).sum() > 200


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_is_saved_as_it_is_seen(adam, page, tmp_path, theme):
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    adam.locator("[aria-label='Rule 2']").select_option("sgd")
    settled(page)
    for _ in range(20):
        adam.locator("[aria-label='One step on']").click()
    name, picture = saved(adam, tmp_path)
    assert name == {"light": "explorer-5.png", "dark": "explorer-5-dark.png"}[theme]
    assert picture.width >= 1600
    assert f"Saved as {name}" in adam.locator(".gx-message").inner_text()
    look = {rule: looks.table()[rule][theme] for rule in ("adam", "sgd")}
    assert picture.getpixel((2, 2)) == {"light": (255, 255, 255), "dark": (20, 24, 28)}[theme]
    assert has(picture, look["adam"])
    assert has(picture, look["sgd"])
    adam.locator("[aria-label='Remove gradient descent']").click()
    assert not has(saved(adam, tmp_path)[1], look["sgd"])


def test_it_is_saved_from_a_folder_and_on_a_phone_too(browser, site, tmp_path):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    explorer = alive(context.new_page(), (site / ADAM).as_uri())
    wide = saved(explorer, tmp_path)[1].height
    explorer.locator(".gx-toggle").click()
    settled(explorer.page)
    name, picture = saved(explorer, tmp_path)
    assert picture.width >= 1600
    assert picture.height > wide + 500  # with the map of knobs
    context.close()


# --- for everyone ---------------------------------------------------------------------


def test_without_javascript_a_picture_says_the_same(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + ADAM)
    picture = page.locator(".gd-explorer svg[role=img]")
    assert picture.is_visible()
    assert re.search(r"Adam, step 80, loss [\d.e−]+, at \(", picture.get_attribute("aria-label"))
    assert "notebook" in page.locator(".gx-note").inner_text()
    box = page.locator(".gd-explorer").bounding_box()
    assert box["height"] < 700  # no empty room for what does not come
    context.close()


def test_it_is_said_in_words(adam, page):
    label = adam.locator(".gx-map canvas").get_attribute("aria-label")
    assert "Adam, step 1, loss 4.65, at (−1.7, 0.8)" in label
    adam.locator("[aria-label='One step on']").click()
    until(page, "document.querySelector('.gx-sr').textContent.includes('Adam, step 2, loss')")  # not at each move


def test_keyboard_alone(adam, page):
    adam.locator("select").first.focus()
    reached = set()
    for _ in range(30):
        reached.add(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
        page.keyboard.press("Tab")
    for wanted in (
        "Start",
        "Play",
        "Step shown",
        "Rule 1",
        "learning rate",
        "More knobs",
        "Inside",
        "Edit the rule",
        "Copy",
    ):
        assert any(wanted in name for name in reached), (wanted, reached)
    handle = adam.locator(".gx-handle")
    handle.focus()
    before = handle.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    assert handle.get_attribute("aria-label") != before
    bar = adam.locator("[data-knob='0.lr'] input[type=range]")
    bar.focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert float(bar.get_attribute("aria-valuetext")) > 0.1
    adam.locator("[aria-label=Play]").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    assert adam.locator("[aria-label=Pause]").count() == 1
    page.keyboard.press("Enter")
    assert 1 < int(adam.locator(".gx-time-bar").input_value()) < 80


def test_mouse(adam, page):
    page.evaluate("document.querySelector('.gx-map').scrollIntoView({ block: 'center' })")
    settled(page)
    start = adam.locator(".gx-handle").bounding_box()
    page.mouse.move(start["x"] + 22, start["y"] + 22)
    page.mouse.down()
    page.mouse.move(start["x"] + 122, start["y"] + 92, steps=5)
    page.mouse.up()
    settled(page)
    now = adam.locator(".gx-handle").bounding_box()
    assert now["x"] - start["x"] == pytest.approx(100, abs=2)
    assert now["y"] - start["y"] == pytest.approx(70, abs=2)


def test_touch_drags_the_start_and_scrolls_the_page(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    explorer = alive(page, address + DESCENT)
    page.evaluate("document.querySelector('.gx-map').scrollIntoView({ block: 'center' })")
    settled(page)
    session = context.new_cdp_session(page)

    def swipe(x, y, dx, dy):
        touch = lambda kind, points: session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})  # noqa: E731
        touch("touchStart", [{"x": x, "y": y}])
        for k in range(1, 11):
            touch("touchMove", [{"x": x + dx * k / 10, "y": y + dy * k / 10}])
            page.wait_for_timeout(20)
        touch("touchEnd", [])
        page.wait_for_timeout(400)

    handle, place = explorer.locator(".gx-handle"), "scrollY"
    label, scrolled = handle.get_attribute("aria-label"), page.evaluate(place)
    box = explorer.locator(".gx-map").bounding_box()
    swipe(box["x"] + 250, box["y"] + 220, 0, -150)
    assert page.evaluate(place) > scrolled + 50
    assert handle.get_attribute("aria-label") == label
    page.evaluate("document.querySelector('.gx-map').scrollIntoView({ block: 'center' })")
    settled(page)
    box, scrolled = handle.bounding_box(), page.evaluate(place)
    swipe(box["x"] + 22, box["y"] + 22, 80, 40)
    assert page.evaluate(place) == scrolled
    assert handle.get_attribute("aria-label") != label
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_on_a_phone_two_rules_and_two_sliders(browser, light):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    explorer = alive(context.new_page(), light + "en/chapters/07_summary_tested.html")  # where three race
    assert explorer.locator(".gx-row:not(.gx-head-row)").count() == 2
    assert explorer.locator(".gx-knob:visible").count() == 2
    context.close()


def test_no_motion_for_those_who_want_none(browser, light):
    context = browser.new_context(reduced_motion="reduce")
    explorer = alive(context.new_page(), light + ADAM)
    explorer.locator("[aria-label=Play]").click()
    assert explorer.locator(".gx-time-bar").input_value() == "80"
    context.close()


# --- the reader's own rule ------------------------------------------------------------


def edit(explorer, change):
    if not explorer.locator(".gx-source").is_visible():
        explorer.locator("summary", has_text="Edit the rule").click()
    text = explorer.locator(".gx-source")
    text.fill(change(text.input_value()))
    explorer.locator(".gx-run").click()
    settled(explorer.page)


def test_an_edited_rule_races_the_original(adam, page):
    edit(adam, lambda text: text.replace("v_hat = v / (1 - beta2**t)", "v_hat = v"))
    assert adam.locator(".gx-row").count() == 4
    assert adam.locator(".gx-row").nth(3).locator("select option:checked").inner_text() == "my Adam"
    assert "v_hat = v\n" in adam.locator(".gx-source").input_value()  # still there, to go on from
    # only v uncorrected: the first step is 1/√(1 − β₂) times as long
    x, y = (float(n.replace("−", "-")) for n in re.findall(r"[−\d.]+", cell(adam, 3, "position")))
    assert (x - -1.8, 0.9 - y) == pytest.approx((0.1 * 31.62, 0.1 * 31.62), rel=0.01)


def test_a_new_knob_gets_a_slider(adam):
    edit(
        adam, lambda text: text.replace("eps=1e-8,", "eps=1e-8, brake=0.5,").replace("lr * m_hat", "brake * lr * m_hat")
    )
    adam.locator("summary", has_text="More knobs").click()
    assert adam.locator("[data-knob='2.brake']").count() == 1


def test_a_mistake_is_shown_by_its_line(adam):
    edit(adam, lambda text: text.replace("m_hat = m /", "m_hat = mm /"))
    assert re.search(r"Line 9: NameError", adam.locator(".gx-fault").inner_text())
    edit(adam, lambda text: "def adam(theta, grad)\n    return theta")
    assert re.search(r"Line 1: SyntaxError", adam.locator(".gx-fault").inner_text())
    assert adam.locator(".gx-lines .gx-bad").inner_text() == "1"


def test_the_editor_is_that_of_the_exercises(adam, page):
    """Enter goes in after a colon, Tab on to the next stop, Shift+Tab back; Ctrl+Enter runs; Escape lets Tab leave."""
    adam.locator("summary", has_text="Edit the rule").click()
    text = adam.locator(".gx-source")
    text.fill("")
    text.focus()
    page.keyboard.type("def adam(theta, grad, *, lr=0.1):")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    back = {"key": "Unidentified", "code": "Tab", "shiftKey": True, "bubbles": True, "cancelable": True}
    assert not text.evaluate("(area, key) => area.dispatchEvent(new KeyboardEvent('keydown', key))", back)
    page.keyboard.type("return theta - lr * grad(theta), ()")
    assert text.input_value() == "def adam(theta, grad, *, lr=0.1):\n    return theta - lr * grad(theta), ()"
    page.keyboard.press("Control+Enter")
    settled(page)
    assert adam.locator(".gx-row").nth(3).locator("select option:checked").inner_text() == "my Adam"
    assert float(text.get_attribute("rows")) == 6
    text.fill("\n" * 12)
    assert float(text.get_attribute("rows")) == 14
    text.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").endswith("gx-run")


def test_an_endless_loop_is_stopped_and_the_page_lives(adam, page):
    edit(adam, lambda text: text.replace("t = t + 1", "while True: pass"))
    until(page, "document.querySelector('.gx-fault').textContent.includes('Stopped')", seconds=10)
    before = cell(adam, 1, "loss")
    type_in(adam, "0.lr", 0.2)
    assert cell(adam, 1, "loss") != before
    edit(adam, lambda text: text.replace("while True: pass", "t = t + 1"))
    for _ in range(200):  # its Python starts anew
        if re.match(r"[\d.]+$", cell(adam, 3, "loss")):
            break
        page.wait_for_timeout(50)
    assert re.match(r"[\d.]+$", cell(adam, 3, "loss"))


# --- links, extremes, company ---------------------------------------------------------


def test_a_link_carries_the_state_but_runs_nothing(browser, light):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    explorer = alive(page, light + ADAM)
    type_in(explorer, "0.lr", 0.37)
    edit(explorer, lambda text: text.replace("m_hat = m /", "m_hat = 2 * m /"))
    explorer.locator("button", has_text="Copy link").click()
    settled(page)
    link = page.evaluate("navigator.clipboard.readText()")
    other = context.new_page()
    there = alive(other, link)
    assert there.locator("[data-knob='0.lr'] .gx-number").input_value() == "0.37"
    assert cell(there, 1, "loss") == cell(explorer, 1, "loss")
    # a stranger's rule is shown; it runs when the reader says so
    assert there.locator(".gx-row").count() == 3
    assert "2 * m /" in there.locator(".gx-source").input_value()
    there.locator(".gx-run").click()
    settled(other)
    assert cell(there, 3, "loss") == cell(explorer, 3, "loss")
    other.goto(light + ADAM + "?explorer=1~rubbish#explorer-1")
    assert alive(other, other.url).locator(".gx-row").count() == 3
    context.close()


def test_divergence_and_extreme_values_are_drawn(page, light):
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    explorer = alive(page, light + DESCENT)
    for steps, lr, gone in (
        (1000, 0.3, True),
        (1000, 1e300, True),
        (1, 1e-300, False),
        (5, 0, False),
        (1000, 0.2, False),
    ):
        type_in(explorer, "steps", steps)
        type_in(explorer, "0.lr", lr)
        assert ("diverged" in cell(explorer, 1, "loss")) == gone
        assert "NaN" not in explorer.inner_text()
    type_in(explorer, "0.lr", -1)
    assert "must lie in" in explorer.locator(".gx-message").inner_text()
    type_in(explorer, "0.lr", 0.1)
    for width in (400, 1400, 320, 900):
        page.set_viewport_size({"width": width, "height": 800})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sizes = page.evaluate(
            "[...document.querySelectorAll('.gx-canvas')]"
            ".map((c) => [c.width, Math.round(c.clientWidth * devicePixelRatio)])"
        )
        assert all(drawn == shown for drawn, shown in sizes)
    for question in "1234567":
        explorer.locator("select").first.select_option(question)
        settled(page)
        assert "NaN" not in explorer.inner_text()
    for task in (*gd.surfaces.LANDMARKS, "line"):
        explorer.locator("select").nth(1).select_option(task)
        settled(page)
        assert re.search(r"\d", cell(explorer, 1, "position"))
    assert not said


def test_several_on_a_page(page, light):
    def twice(route):
        response = route.fetch()
        text = response.text()
        figure = re.search(r'<div class="gd-explorer.*?</script></div>', text, re.S)[0]
        route.fulfill(response=response, body=text.replace(figure, figure * 3))

    page.route("**/05_adam_tested.html", twice)
    first = alive(page, light + ADAM)
    second, third = alive(page, page.url, 2), alive(page, page.url, 3)
    type_in(second, "0.lr", 0.4)
    assert len({cell(one, 1, "loss") for one in (first, second, third)}) == 2


def test_no_slider_is_dead(page, address, site, tmp_path):
    """Every slider belongs to an explorer; an interact cell shows its code and a sentence."""
    for path in pages(site):
        text = path.read_text("utf-8")
        assert "vnd.jupyter.widget" not in text
        assert "html-manager" not in text
        assert 'type="range"' not in re.sub(r'<div class="gd-explorer.*?</script></div>', "", text, flags=re.S)
    small = copy_of_the_project(tmp_path)
    front = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
    front += "kernelspec: {name: python3, display_name: Python 3}\n---\n\n# Try\n\n"
    cell_ = "```{code-cell} python\nfrom ipywidgets import interact\n"
    cell_ += "@interact(lr=(0.1, 1.0))\ndef show(lr):\n    pass\n```\n"
    (small / "index.md").write_text(front + cell_, "utf-8")
    (small / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    result = build(small, ".", "-n", "-W")
    assert result.returncode == 0, result.stdout + result.stderr
    page.goto((small / "_build" / "html" / "index.html").as_uri())
    assert page.locator("input[type=range]").count() == 0
    assert page.locator(".live-only").count() == 1
    assert "interact" in page.locator(".cell_input").inner_text()
    assert "widget-state" not in page.content()


def test_it_lives_in_a_page_opened_from_a_folder(page, site):
    explorer = alive(page, (site / ADAM).as_uri())
    type_in(explorer, "0.lr", 0.3)
    assert explorer.locator(".gx-row").count() == 3


def test_stored_description_is_small(site):
    text = (site / ADAM).read_text("utf-8")
    spec = json.loads(re.search(r'<script type="application/json">(.*?)</script></div>', text)[1])
    assert spec["question"] == "5"
