"""What a stranger's code, a link, a query or a spoilt browser store can do to a reader: nothing.

A rule in a shared link is somebody else's program.  It runs in a worker from
which no way leads to the network, to the site's own files or to the page.
"""

import base64
import http.server
import json
import re
import threading
import zipfile
from pathlib import PurePosixPath

import pytest
from conftest import pages, until

# --- what Python in the page can reach -------------------------------------------------

# JavaScript's names for ways out of a worker, for code made of text, and for what would betray the page.
WAYS_OUT = """
fetch XMLHttpRequest WebSocket WebTransport EventSource importScripts Worker SharedWorker BroadcastChannel
MessageChannel indexedDB caches navigator location self postMessage eval Function setTimeout setInterval
RTCPeerConnection Notification Request Response cookieStore registration addEventListener onmessage FontFace fonts
""".split()  # noqa: SIM905

# Each ends with a name `found` that must not be there, or in an exception.
ATTEMPTS = {
    "import": "import js\nfound = js.fetch",
    "from": "from js import fetch as found",
    "star": "from js import *\nfound = fetch",
    "dunder": "found = __import__('js').fetch",
    "exec": "space = {}\nexec('import js', space)\nfound = space['js'].fetch",
    "eval": "found = eval(\"__import__('js').fetch\")",
    "modules": "import sys\nsys.modules.pop('js', None)\nimport js\nfound = js.fetch",
    "builtins": "import builtins\nfound = builtins.__import__('js').fetch",
    "getattr": "import js\nfound = getattr(js, 'fet' + 'ch')",
    "set": "import js\njs.nothing = 1\nfound = None",
    "globalThis": "import js\nfound = js.globalThis.fetch",
    "eval of JavaScript": "import js\nfound = js.eval('fetch')",
    "Function": "import js\nfound = js.Function('return fetch')()",
    "array": "import jsffi\nfound = jsffi.to_js([1]).constructor.constructor('return fetch')()",
    "object": "import jsffi\nfound = jsffi.to_js({'a': 1}).constructor.constructor('return fetch')()",
    "function": "import jsffi\nfound = jsffi.to_js(lambda: 1).constructor('return fetch')()",
    "proxy": "import jsffi\nfound = jsffi.create_proxy(lambda: 1).constructor('return fetch')()",
    "method": "import jsffi\nfound = jsffi.to_js([1]).map.constructor('return fetch')()",
    "promise": "import jsffi\nfound = jsffi.async_timeout_ms(1).then.constructor('return fetch')()",
    "asyncio": "import asyncio\nfound = asyncio.core.js.fetch",
    "error": "import jsffi\ntry:\n    jsffi.to_js([1]).at.call()\nexcept BaseException as e:\n"
    "    found = e.args[0].constructor.constructor('return fetch')()",
    "define": "import jsffi\nO = jsffi.to_js({}).constructor\nf = jsffi.to_js([1]).map\n"
    "O.defineProperty(O.getPrototypeOf(f), 'constructor', jsffi.to_js({'value': 1}))\n"
    "found = f.constructor('return 1')",
    "stack": "import jsffi\nseen = []\nE = None\ntry:\n    jsffi.to_js([1]).at.call()\nexcept BaseException as e:\n"
    "    E = e.args[0].constructor\nE.prepareStackTrace = lambda error, sites: seen.append(sites)\n"
    "try:\n    jsffi.to_js([1]).at.call()\nexcept BaseException as e:\n    str(e.args[0].stack)\n"
    "found = seen[0][0].getThis().fetch",
    "file": "found = open('/dev/fetch')",
}

# From all roots along all properties and prototypes: whatever Python can name.
CRAWL = """
import js, jsffi

O = jsffi.to_js({"a": 1}).constructor
start = jsffi.to_js([1])
kind = type(start)
queue, seen, ways = [start, jsffi.to_js(lambda: 1), jsffi.create_proxy(len)], {}, set()
queue.append(getattr(js, "globalThis", None))
while queue and len(seen) < 3000:
    thing = queue.pop()
    if not isinstance(thing, kind) or str(thing) in seen:
        continue
    seen[str(thing)] = thing  # kept, so that no other takes its number
    above = O.getPrototypeOf(thing)
    if above is not None:
        queue.append(above)
    for name in O.getOwnPropertyNames(thing):
        # a getter that is asked might raise right through Python; an entry of an array is a function unbound
        parts = O.values(O.getOwnPropertyDescriptor(thing, name))
        for i in range(parts.length):
            if isinstance(parts[i], kind):
                queue.append(parts[i])
                if name in WAYS_OUT or str(getattr(parts[i], "name", "")).endswith("Function"):
                    ways.add(name)
"""

# The answer to an exercise, as a learner's: what it prints is shown.
RUN = """async (source) => {
  window.safe ??= new CoursePython();
  return safe.call("gdcourse.exercises.page", "check", { id: "sgd", source }, { seconds: 60 }).catch(
    ({ name, message }) => ({ id: "exception", lines: [name, message] }));
}"""


@pytest.fixture(scope="module")
def engine(browser, address):
    """A page with nothing but the engine; one for all attempts, so that each shows that the last broke nothing."""
    page = browser.new_page()
    page.goto(address + "pages/teachers.html")
    page.add_script_tag(url=address + "_static/engine.js")
    yield page
    page.close()


def attempt(page, source):
    """What the page says to ``source``, which ends in ``found``, in one line."""
    said = page.evaluate(RUN, f"{source}\nprint('found:', found)")
    return " ".join([said["id"], *said["lines"]])


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_attempt_reaches_javascript(engine, name):
    said = attempt(engine, ATTEMPTS[name])
    assert said.startswith("exception") or "found: None" in said or "found: undefined" in said, said
    assert "found: 42" in attempt(engine, "found = 6 * 7")


def test_nothing_that_python_can_name_leads_out(engine):
    source = f"WAYS_OUT = {WAYS_OUT!r}\n{CRAWL}\nfound = str(len(seen)) + ' ' + str(sorted(ways))"
    said = attempt(engine, source)
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


@pytest.fixture
def stranger():
    """Another host, that notes what it is asked."""
    asked = []

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


PLANTED = """async (address) => {
  const element = (name) => new Promise((resolve, reject) => {
    const made = document.createElement(name);
    Object.assign(made, { onload: resolve, onerror: reject, src: address + name });
    document.body.append(made);
  });
  const tries = {
    fetch: () => fetch(address + "fetch"),
    image: () => element("img"),
    script: () => element("script"),
    frame: () => void element("iframe"),
    beacon: async () => navigator.sendBeacon(address + "beacon"),
    worker: () => new Promise((resolve, reject) => {
      const text = `fetch("${address}worker").then(() => postMessage("came"), () => postMessage("refused"))`;
      const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
      worker.onmessage = ({ data }) => (data === "came" ? resolve() : reject());
    }),
  };
  for (const attempt of Object.values(tries)) await Promise.resolve().then(attempt).catch(() => {});
}"""


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
        page.goto(f"{address}en/index.html?explorer=1~{link(state)}#explorer-1")
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
    page.goto(f"{address}en/chapters/05_adam.html?explorer=1~{link({'racers': racers})}#explorer-1")
    page.wait_for_selector(".gd-explorer[data-alive=true]", timeout=20_000)
    explorer = page.locator(".gd-explorer").first
    row = explorer.locator(".gx-row").nth(1)
    before = row.inner_text().split("\n")[:2]  # its name and loss
    explorer.locator(".gx-run").click()
    until(page, "document.querySelectorAll('.gx-row').length > 2")
    page.wait_for_timeout(1500)
    number = explorer.locator("[data-knob='0.lr'] .gx-number")
    usual = number.input_value()
    for value in ("0.33", usual):  # computed anew, and back
        number.fill(value)
        number.press("Enter")
        page.wait_for_timeout(700)
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
