"""What a stranger's code, a link, a query or a spoilt browser store can do to a reader: nothing.

A rule in a shared link is somebody else's program.  It runs in a worker from
which no way leads to the network, to the site's own files or to the page.
"""

import base64
import json
import re
import zipfile
from pathlib import PurePosixPath

import pytest
from attacks import ATTEMPTS, CRAWL, PLANTED, RUN, WAYS_OUT, asking, reached, told
from conftest import pages, settled, until

# --- what Python in the page can reach -------------------------------------------------


@pytest.fixture(scope="module")
def engine(browser, address):
    """A page with nothing but the engine; one for all attempts, so that each shows that the last broke nothing."""
    page = browser.new_page()
    page.goto(address + "pages/teachers.html")
    page.add_script_tag(url=address + "_static/engine.js")
    yield page
    page.close()


def attempt(page, source):
    return told(page.evaluate(RUN, asking(source)))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_attempt_reaches_javascript(engine, name):
    said = attempt(engine, ATTEMPTS[name])
    assert not reached(said), said
    assert "found: 42" in attempt(engine, "found = 6 * 7")


def test_nothing_that_python_can_name_leads_out(engine):
    said = attempt(engine, CRAWL)
    found = re.search(r"found: (\d+) (\[.*?\])", said)
    assert found, said
    assert int(found[1]) > 50, said
    assert found[2] == "[]", said


def test_of_the_workers_globals_only_the_language_stays(engine, site):
    """Asked of the worker itself, before and after: the test sees that there is something to take away."""
    worker = (site / "_static/python/worker.js").read_text("utf-8")
    report = """
      const all = () => {
        const names = [];
        for (let scope = globalThis; scope !== Object.prototype; scope = Object.getPrototypeOf(scope))
          names.push(...Object.getOwnPropertyNames(scope));
        return names;
      };
      const say = self.postMessage.bind(self);
      say({ names: all() });
      Promise.resolve().then(() => { close_doors_of_test(); say({ names: all() }); });
    """
    assert "close_doors();" in worker
    script = worker + "\nconst close_doors_of_test = () => { self.proxy_js_ref ??= []; close_doors(); };" + report
    before, after = engine.evaluate(
        """(script) => new Promise((resolve, reject) => {
          const heard = [];
          setTimeout(() => reject(new Error(`heard ${heard.length}`)), 10000);
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }) => { heard.push(data.names); if (heard.length === 2) resolve(heard); };
        })""",
        script,
    )
    assert {"fetch", "eval", "Function", "postMessage", "importScripts"} <= set(before)
    assert not set(WAYS_OUT) & set(after)
    assert len(after) < 90, after


# --- the browser refuses what would go elsewhere ----------------------------------------


def test_a_planted_request_is_refused_from_page_and_worker(page, address, stranger):
    elsewhere, asked = stranger
    page.goto(address + "chapters/05_adam.html")
    page.evaluate(PLANTED, elsewhere)
    page.wait_for_timeout(300)
    assert asked == []
    page.goto(address + "_static/course.css")  # no page, no policy: the same requests arrive, so the test can see them
    page.evaluate(PLANTED, elsewhere)
    page.wait_for_timeout(300)
    assert {"/fetch", "/img", "/script", "/worker", "/beacon", "/iframe"} <= set(asked)


def test_each_page_has_its_policy_first(site):
    for path in [*pages(site), site / "404.html"]:
        html = path.read_text("utf-8")
        head = re.search(
            r"<head>\s*<meta charset[^>]*>\s*<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"", html
        )
        assert head, path
        rules = dict(rule.split(" ", 1) for rule in head[1].split("; "))
        assert rules["default-src"] == "'self'"
        assert "unsafe-inline" not in rules["script-src"]
        assert "http" not in head[1]
        assert not re.search(r"<[a-z][^>]* on[a-z]+=\"", html), path


# --- links, queries, what the browser keeps -------------------------------------------------


def link(state):
    text = state if isinstance(state, str) else json.dumps(state)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


EVIL = "<img src=x onerror=document.title='evil'>"
LINKS = [
    None,
    [],
    7,
    "not JSON",
    {"racers": None},
    {"racers": "adam"},
    {"racers": [None, 3, {"rule": "constructor"}, {"rule": "__proto__"}, {"rule": EVIL, "source": "import js"}]},
    {"racers": [{"rule": "adam", "knobs": {"lr": "1", "beta1": None, "beta2": 7, "nonsense": 1}}] * 9},
    {"racers": [{"rule": "*", "base": "adam", "source": 3, "knobs": {}, "state": []}]},
    {"racers": [{"rule": "*", "base": EVIL, "source": "x", "knobs": {}, "state": []}]},
    {"problem": None},
    {"problem": {"surface": "__class__"}},
    {"problem": {"surface": EVIL}},
    {"problem": {"line": {"x": [1], "y": "z"}, "batch": 10}},
    {"problem": {"surface": "bowl", "kappa": "1e9", "angle": {}}},
    {"problem": {"own": "x"}},
    {"start": ["a", 2]},
    {"start": [1]},
    {"steps": 1e12},
    {"steps": -1, "at": 1e9},
    {"at": "x", "front": [1, None, EVIL, "9.lr", "0.lr"]},
    {"front": "0.lr", "question": "__proto__"},
    {"question": EVIL, "view": ["a"], "minima": 3, "target": "x"},
]


def test_a_rubbish_link_leaves_the_explorer_alive(page, address):
    said, faults = [], []
    page.on("pageerror", lambda error: said.append(str(error)))
    for state in LINKS:
        page.goto(f"{address}en/chapters/07_summary_tested.html?explorer=1~{link(state)}#explorer-1")
        page.wait_for_selector(".gd-explorer[data-alive]", timeout=20_000)
        explorer = page.locator(".gd-explorer").first
        whole = (
            explorer.get_attribute("data-alive") == "true"
            and any(digit in explorer.locator(".gx-row").nth(1).inner_text() for digit in "0123456789")
            and "NaN" not in explorer.inner_text()
            and page.title() != "evil"
            and not page.locator("img[src=x]").count()
        )
        if said or not whole:
            faults.append((state, *said))
            said.clear()
    assert not faults


@pytest.mark.parametrize(
    "place", ["search.html?q={}", "search.html?highlight={}", "index.html?q={}#{}", "index.html#~{}"]
)
def test_no_html_comes_from_an_address(page, address, place):
    page.goto(address + place.format(EVIL, EVIL))
    page.wait_for_timeout(700)
    assert page.title() != "evil"
    assert not page.locator("img[src=x]").count()


def test_a_strangers_rule_cannot_change_the_others(page, address):
    """It may patch the course's own functions: then only its own worker has them."""
    rule = "import gdcourse.surfaces\ngdcourse.surfaces.bowl = lambda x, y, **k: (7.0, 7.0, 7.0)\n"
    rule += "def adam(theta, grad, *, lr=0.1):\n    return theta - lr * grad(theta), ()"
    racers = [
        {"rule": "adam", "knobs": {}},
        {"rule": "*", "base": "adam", "source": rule, "knobs": {"lr": 0.1}, "state": []},
    ]
    page.goto(f"{address}en/chapters/05_adam_tested.html?explorer=1~{link({'racers': racers})}#explorer-1")
    page.wait_for_selector(".gd-explorer[data-alive=true]", timeout=20_000)
    explorer = page.locator(".gd-explorer").first
    row = explorer.locator(".gx-row").nth(1)
    before = row.inner_text().split("\n")[:2]  # its name and loss
    explorer.locator(".gx-run").click()
    until(page, "document.querySelectorAll('.gx-row').length > 2")
    settled(page)
    number = explorer.locator("[data-knob='0.lr'] .gx-number")
    usual = number.input_value()
    for value in ("0.33", usual):  # computed anew, and back
        number.fill(value)
        number.press("Enter")
        settled(page)
    assert row.inner_text().split("\n")[:2] == before


# --- downloads --------------------------------------------------------------------------


def test_the_archives_hold_plain_files_below_one_folder(site):
    archives = list(site.rglob("downloads/*.zip"))
    assert len(archives) == 4
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                place = PurePosixPath(entry.filename)
                assert place.parts[0] == path.stem
                assert ".." not in place.parts
                assert not place.is_absolute()
                assert entry.external_attr >> 16 == 0o644, "no link, nothing that runs"
                if place.suffix == ".ipynb":
                    book = json.loads(archive.read(entry))
                    html = [o for c in book["cells"] for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
                    assert not any("<script" in str(o["data"]["text/html"]) for o in html), entry.filename
