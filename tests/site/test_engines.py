"""What a reader does, in every engine: from a host, and in a page opened from a folder.

A newer and an older Chromium, Firefox, WebKit.  Each feature is written once,
as JavaScript that runs in the page (and real keys where keys matter).  The
run's summary shows the table.
"""

import os
import re
import shutil

import pytest
from attacks import ATTEMPTS, CRAWL, PLANTED, RUN, asking, reached, told
from conftest import hosted, missing, names
from engines import MINI_BROWSER, Chromium, Firefox, WebKit, watched

from gdcourse.exercises import shell

ADAM, TRIAL = "chapters/05_adam.html", "chapters/05_adam_tested.html"  # a lesson; a page with the whole explorer
ALIVE = """
const explorer = $(".gd-explorer");
explorer.scrollIntoView();
await until(() => explorer.dataset.alive === "true");
const label = () => $(".gx-map canvas").getAttribute("aria-label");
const rate = $("[data-knob='0.lr'] input[type=range]");
const loss = (row) => $$(".gx-row")[row]?.querySelector("[data-what=loss]").textContent;
"""


# --- the engines, each started once


def start(kind, program, *needed, home):
    path = shutil.which(program)
    if not path or not all(needed):
        missing(program)
    return kind(path, home)


def old_chromium(browser):
    """Chromium 103, of June 2022, which knows neither :has() nor container queries."""
    path = os.environ.get("OLD_CHROMIUM") or missing("OLD_CHROMIUM (its path)")
    return browser.browser_type.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])


@pytest.fixture(scope="module", params=["chromium", "chromium 103", "firefox", "webkit"])
def engine(request, tmp_path_factory):
    home = tmp_path_factory.mktemp(request.param.replace(" ", "-"))
    if request.param == "firefox":
        engine = start(Firefox, "firefox-esr", home=home)
    elif request.param == "webkit":
        engine = start(WebKit, "WebKitWebDriver", MINI_BROWSER, shutil.which("Xvfb"), home=home)
    else:
        browser = request.getfixturevalue("browser")
        engine = Chromium(browser if request.param == "chromium" else old_chromium(browser))
    engine.name = request.param
    print(request.param, engine.version)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def copy(site, tmp_path_factory):
    """The site; and beside it one whose chapters have no prose."""
    folder = tmp_path_factory.mktemp("watched")
    watched(site, folder / "light", [edition + page for edition in ("", "en/") for page in (ADAM, TRIAL)])
    return watched(site, folder / "site")


@pytest.fixture(scope="module")
def host(copy, tmp_path_factory):
    """(address, what was asked for in vain)"""
    with hosted(copy, tmp_path_factory.mktemp("engines")) as (address, refused):
        yield address, refused


@pytest.fixture(scope="module", params=["http", "file"])
def home(request, engine, copy, host):
    return host[0].replace("/course/", "/light/") if request.param == "http" else copy.with_name("light").as_uri() + "/"


@pytest.fixture(autouse=True)
def clean(engine, home, host):
    """Whatever a test does, no page complains, and nothing is missing."""
    host[1].clear()
    yield
    assert engine.run("return window.complaints ?? []") == []
    assert not host[1]


@pytest.fixture
def endless(clean, engine):
    """For what runs for ever: whether or not it was stopped, the next test has an engine without it."""
    yield
    engine.renew()


@pytest.fixture
def explorer(engine, home):
    """A chapter with its explorer alive."""
    engine.open(f"{home}en/{TRIAL}", ALIVE)
    return engine


@pytest.fixture
def chapter(engine, home):
    """A chapter with exercises, and no progress yet."""
    engine.open(home + ADAM)
    engine.run("localStorage.clear()")
    engine.open(home + ADAM)
    return engine


# --- pages


def test_every_page_loads_clean(engine, home, host, site):
    """The whole page, on a phone; in the old Chromium those of one edition."""
    if not home.startswith("http"):
        pytest.skip("from a host says enough")
    if engine.name == "chromium":
        pytest.skip("test_pages opens each page, wide and on a phone")
    said = {}
    for name in names(site):
        if engine.name == "chromium 103" and name.startswith("en/"):
            continue
        engine.open(host[0] + name)
        told = engine.run("return complaints")
        if told or host[1]:
            said[name] = told, list(host[1])
    assert not said


@pytest.mark.parametrize(("edition", "query"), [("", "偏差修正"), ("", "momentum"), ("en/", "bias correction")])
def test_search_finds(engine, home, edition, query):
    engine.open(f"{home}{edition}search.html?q={query}")
    found = "$$('#search-results li a').map((link) => link.getAttribute('href'))"
    assert engine.run(f"return await until(() => {found}.find((link) => /05_adam|01_gradient/.test(link)))")


def test_the_switch_lands_on_the_same_section(engine, home):
    sections = "$$('.bd-article section[id]').map((section) => section.id)"
    engine.open(f"{home}{ADAM}")
    there = engine.run(f"return {sections}")
    engine.run("location.hash = given[0]; await pause(0.2)", there[7])
    engine.run("setTimeout(() => $('a.language-switch').click())")
    engine.wait("return location.pathname.includes('/en/') && document.readyState === 'complete'")
    here = engine.run(f"return {sections}")
    assert len(here) == len(there)
    assert engine.wait("return decodeURIComponent(location.hash.slice(1))") == here[7]
    top = engine.run("await pause(0.3); return document.getElementById(given[0]).getBoundingClientRect().top", here[7])
    assert -5 < top < 300


# --- what leads nowhere


def test_nothing_leads_out_of_the_pages_python(engine, home):
    engine.open(home + ADAM)
    said = {}
    for name, source in ATTEMPTS.items():
        said[name] = told(engine.run(f"return ({RUN})(given[0])", asking(source)))
    assert not {name: text for name, text in said.items() if reached(text)}
    found = re.search(r"found: (\d+) (\[.*?\])", told(engine.run(f"return ({RUN})(given[0])", asking(CRAWL))))
    assert int(found[1]) > 50
    assert found[2] == "[]"


def test_a_planted_request_is_refused_from_page_and_worker(engine, home, stranger):
    elsewhere, asked = stranger
    engine.open(home + ADAM)
    engine.run(f"await ({PLANTED})(given[0]); await pause(0.3)", elsewhere)
    assert asked == []
    refused = engine.run("return complaints.splice(0)")
    assert any("connect-src" in text for text in refused)
    assert any("img-src" in text for text in refused)


# --- the explorer


def test_the_explorer_comes_alive(explorer):
    assert "Adam, step 1, loss 4.65, at (−1.7, 0.8)" in explorer.run(ALIVE + "return label()")


def test_a_slider_changes_the_path(explorer):
    said, drawn = explorer.run(
        ALIVE
        + """
        const seen = () => [loss(1), $(".gx-map canvas").toDataURL()];
        const before = seen();
        enter(rate, 200);
        await until(() => loss(1) !== before[0]);
        return before.map((one, i) => one !== seen()[i]);"""
    )
    assert said
    assert drawn


def test_keys_move_the_start(explorer):
    place = r"""
    const [x, y] = $(".gx-handle").getAttribute("aria-label").match(/[−\d.]+/g);
    return [x, y].map((text) => Number(text.replace("−", "-")));"""
    x, y = explorer.run(f"$('.gx-handle').focus(); {place}")
    explorer.press("ArrowRight")
    explorer.press("Shift+ArrowUp")
    right, up = explorer.run(f"await pause(0.1); {place}")
    assert right > x
    assert up - y == pytest.approx(10 * (right - x), rel=0.3)


def test_an_edited_rule_races(explorer):
    edit = """
    $(".gx-edit").open = true;
    const text = $(".gx-source");
    enter(text, text.value.replace("v_hat = v / (1 - beta2**t)", "v_hat = v"));
    $(".gx-run").click();
    await until(() => $$(".gx-row").some((row) => row.querySelector("option:checked")?.textContent === "my Adam"));
    return await until(() => new Set($$(".gx-row [data-what=loss]").map((cell) => cell.textContent)).size > 1);"""
    assert explorer.run(ALIVE + edit)


def test_an_endless_rule_is_stopped_and_the_figure_lives(explorer, endless):
    edit = """
    $(".gx-edit").open = true;
    const text = $(".gx-source");
    enter(text, text.value.replace("t = t + 1", "while True: pass"));
    $(".gx-run").click();
    await until(() => $(".gx-fault").textContent.includes("Stopped"));
    const before = loss(1);
    enter(rate, rate.value > 100 ? 60 : 160);
    return await until(() => loss(1) !== before);"""
    assert explorer.run(ALIVE + edit)


# --- exercises and questions

CHECK = """
const [source] = given;
const cell = $("#code-adam").closest(".cell"), verdict = cell.querySelector(".verdict");
if (source !== null) enter($("#code-adam"), source);
delete verdict.dataset.id;
cell.querySelector("button.check").click();
return await until(() => verdict.dataset.id, 40);
"""


def my_adam(mistake=None):
    exercise = shell.get("adam")
    text = exercise.mistaken_source(mistake) if mistake else exercise.source
    return text.replace("def adam(", "def my_adam(").replace("sqrt(", "np.sqrt(")


def test_an_exercise_todo_wrong_right(chapter):
    assert chapter.run(CHECK, None) == "todo"
    assert chapter.run(CHECK, my_adam("no_bias")) == "no_bias"
    assert chapter.run(CHECK, my_adam()) == "pass"


def test_an_endless_exercise_is_stopped_and_the_page_lives(chapter, endless):
    head = my_adam().split("\n    t = ")[0]
    assert chapter.run(CHECK, f"{head}\n    while True: pass") == "timeout"
    assert chapter.run("$('#q-scaled-loss summary').click(); return $('#q-scaled-loss details').open")
    # WebKit does not end every worker that computes, and starts the next ones slowly
    if not isinstance(chapter, WebKit):
        assert chapter.run(CHECK, my_adam()) == "pass"


def test_tab_indents_and_shift_tab_takes_it_back(chapter):
    """WebKitGTK calls the key of Shift+Tab "Unidentified"."""
    chapter.run("enter($('#code-adam'), ''); $('#code-adam').focus()")
    seen = "await pause(0.05); return [$('#code-adam').value, document.activeElement.id]"
    chapter.press("Tab")
    assert chapter.run(seen) == ["    ", "code-adam"]
    chapter.press("Shift+Tab")
    assert chapter.run(seen) == ["", "code-adam"]


def test_a_question_opens_a_choice(chapter):
    choose = "$('#q-scaled-loss details{} > summary').click(); return $('#q-scaled-loss').classList.contains('solved')"
    assert not chapter.run(choose.format(":not(.right)"))
    assert chapter.run(choose.format(".right"))
    assert chapter.run("return $('#q-scaled-loss details.right').open")


def test_a_number_finds_its_choice(chapter):
    answer = """
    const form = $("#q-adam-first-step form");
    enter(form.querySelector("input"), given[0]);
    form.querySelector("button").click();
    return [form.querySelector("output summary")?.textContent, Boolean(form.querySelector("output .right"))];"""
    assert chapter.run(answer, "３．１６２") == ["3.162", False]
    assert chapter.run(answer, "1") == ["1", True]
    assert chapter.run(answer, "seven")[1] is False


def test_progress_and_code_stay(chapter, home):
    chapter.run("$('#q-scaled-loss details.right > summary').click(); enter($('#code-adam'), 'x = 1')")
    shown = "return [$('.header-article-items__end .progress-mark').textContent, $('#code-adam').value]"
    kept = ["1/14", "x = 1"]
    assert chapter.run(shown) == kept
    for _ in range(3):  # a new process may be there before what the old one has kept
        chapter.open(home + ADAM)
        if chapter.run(shown) == kept:
            return
    assert chapter.run(shown) == kept
