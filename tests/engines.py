"""Browsers of three kinds behind one interface: open a page, run JavaScript in it, press keys.

Chromium is driven by playwright.  Firefox listens by itself (WebDriver BiDi);
WebKitGTK has a WebKitWebDriver, and needs a display.  Neither shows all that
goes wrong in a page, so the pages themselves tell, in every engine alike: see
``watched``.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from conftest import ends_within, without_prose

WIDTH, HEIGHT = 390, 844  # a phone; WebKit's window is no narrower than 447
PATIENCE = 90  # seconds for one answer
MINI_BROWSER = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))

# What every script may use.  `complaints` is what the page has said so far.
TOOLS = """
const $ = (what) => document.querySelector(what);
const $$ = (what) => [...document.querySelectorAll(what)];
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
const until = async (what, seconds = 40) => {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await pause(0.02)) {
    const found = what();
    if (found) return found;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
};
const enter = (field, text, event = "input") => {
  field.value = text;
  field.dispatchEvent(new Event(event, { bubbles: true }));
};
"""
FUNCTION = "async (...given) => {{ {tools} return JSON.stringify(await (async () => {{ {body} }})() ?? null); }}"

# Stands before everything else in a page, and before its Content-Security-Policy.
WATCH = """<meta charset="utf-8"><script>{
  const told = (window.complaints = []), say = (...words) => told.push(words.map(String).join(" "));
  const known = console.error;
  console.error = (...words) => (say(...words), known(...words));
  const place = (element) => "not loaded: " + (element.src || element.href);
  addEventListener("error", ({ message, target }) => say(message || place(target)), true);
  addEventListener("unhandledrejection", ({ reason }) => say(reason));
  addEventListener("securitypolicyviolation", (event) => say(event.violatedDirective, "refuses", event.blockedURI));
}</script>"""


def watched(site, folder, light=()):
    """A copy of the site whose pages keep what goes wrong in ``complaints``; the ``light`` ones lose their prose."""
    light = [site.resolve() / name for name in light]

    def copy(source, target):
        if source.endswith(".html"):
            text = Path(source).read_text("utf-8")
            text = without_prose(text) if Path(source) in light else text
            Path(target).write_text(text.replace("<head>", f"<head>{WATCH}", 1), "utf-8")
        else:
            os.symlink(source, target)

    return shutil.copytree(site.resolve(), folder, copy_function=copy)


class Engine:
    """What all have in common.  ``call`` gives back what a JavaScript function does, ``go`` starts to load a page."""

    def run(self, body, *given):
        """The value of an async function with this body, in which ``given`` are the arguments."""
        return json.loads(self.call(FUNCTION.format(tools=TOOLS, body=body), given))

    def open(self, address, body=""):
        """Load the page, whole (BiDi answers before it is), and run the script in it.

        Once in a hundred loads a tab of Chromium 103 stops answering for ever; then a new one gets a try.
        """
        whole = f"return document.readyState === 'complete' && location.href !== 'about:blank' && {address!r}"
        for last_try in (False, True):
            try:
                self.go(address)
                self.wait(whole)
                return self.run(body)
            except (TimeoutError, Deaf):
                if last_try:
                    raise
                self.renew()

    def wait(self, body, seconds=40):
        """What the script gives back as soon as it is true, over a change of page too."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(PageError):
                if found := self.run(body):
                    return found
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds} s: {body}")
            time.sleep(0.02)

    def renew(self):
        """Leave behind whatever a page may have left running."""


class PageError(Exception):
    """The script failed in the page."""


class Deaf(PageError):
    """The page does not answer."""


class Chromium(Engine):
    def __init__(self, browser):
        from playwright.sync_api import Error, TimeoutError

        self.error, self.late = Error, TimeoutError
        self.context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        self.page = self.context.new_page()
        self.version = browser.version

    def go(self, address):
        try:
            self.page.goto(address, wait_until="commit")
        except self.late as error:
            raise TimeoutError(str(error)) from None

    def renew(self):
        """A new tab; an old one that has stopped answering is left behind."""
        self.page = self.context.new_page()

    def call(self, function, given):
        try:
            with ends_within(PATIENCE / 2):
                return self.page.evaluate(f"(given) => ({function})(...given)", list(given))
        except self.error as error:
            raise PageError(str(error)) from None
        except TimeoutError as error:
            self.renew()
            raise Deaf(str(error)) from None

    def press(self, keys):
        self.page.keyboard.press(keys)

    def close(self):
        self.context.close()


# --- the two that speak WebDriver

KEYS = {"Shift": "\ue008", "Tab": "\ue004", "Enter": "\ue007", "ArrowRight": "\ue014", "ArrowUp": "\ue013"}


def pressing(keys):
    """ "Shift+Tab" as WebDriver's actions."""
    codes = [KEYS[key] for key in keys.split("+")]
    down = [{"type": "keyDown", "value": code} for code in codes]
    up = [{"type": "keyUp", "value": code} for code in reversed(codes)]
    return [{"type": "key", "id": "keyboard", "actions": down + up}]


class Process:
    """A program of a browser, with a home of its own that holds what it says."""

    def __init__(self, *command, home, **environment):
        home.mkdir(exist_ok=True)
        self.said = home / f"{Path(command[0]).name}.txt"
        places = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **places, **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, pattern, seconds=60):
        """What the pattern's group finds in its words, once they are there."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.said.read_text("utf-8", "replace"))):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.process.args[0]} does not start: {self.said.read_text('utf-8', 'replace')}")
            time.sleep(0.05)
        return found[1]

    def stop(self):
        """End it, and all that it has started: a page that computes for ever listens to no request."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Firefox(Engine):
    def __init__(self, path, home):
        import websocket

        self.process = Process(
            path, "--headless", "--no-remote", "--profile", str(home), "--remote-debugging-port=0", home=home
        )
        self.number = 0
        address = self.process.says(r"WebDriver BiDi listening on (\S+)\n") + "/session"
        self.socket = websocket.create_connection(address, suppress_origin=True, timeout=PATIENCE)
        self.version = self.send("session.new", capabilities={})["capabilities"]["browserVersion"]
        self.tab = self.send("browsingContext.create", type="tab")["context"]
        self.send("browsingContext.setViewport", context=self.tab, viewport={"width": WIDTH, "height": HEIGHT})

    def send(self, method, **params):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.number:
            pass  # an event
        if answer["type"] == "error":
            raise PageError(answer["message"])
        return answer["result"]

    def go(self, address):
        self.send("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def call(self, function, given):
        answer = self.send(
            "script.callFunction",
            functionDeclaration=f"(given) => ({function})(...JSON.parse(given))",
            arguments=[{"type": "string", "value": json.dumps(given)}],
            target={"context": self.tab},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise PageError(answer["exceptionDetails"]["text"])
        return answer["result"]["value"]

    def press(self, keys):
        self.send("input.performActions", context=self.tab, actions=pressing(keys))

    def close(self):
        self.socket.close()
        self.process.stop()


class WebKit(Engine):
    def __init__(self, path, home):
        self.path, self.home = path, home
        self.screen = Process("Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp", home=home)
        self.display = ":" + self.screen.says(r"(?m)^(\d+)\n")
        self.start()

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        software = {"LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
        self.driver = Process(self.path, f"--port={port}", home=self.home, DISPLAY=self.display, **software)
        self.place, self.session = f"http://127.0.0.1:{port}", ""
        self.ready()
        options = {"binary": str(MINI_BROWSER[-1]), "args": ["--automation"]}
        asked = {"webkitgtk:browserOptions": options, "timeouts": {"script": 1000 * PATIENCE}}
        answer = self.send("POST", "/session", capabilities={"alwaysMatch": asked})
        self.version = answer["capabilities"]["browserVersion"]
        self.session = f"/session/{answer['sessionId']}"
        self.send("POST", self.session + "/window/rect", width=WIDTH, height=HEIGHT)

    def renew(self):
        """New processes.  (A worker that never ends outlives its page now and then, and then its session is deaf.)"""
        self.driver.stop()
        self.start()

    def ready(self, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                return self.send("GET", "/status")
            except urllib.error.URLError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def send(self, method, path, **data):
        body = json.dumps(data).encode() if method == "POST" else None
        request = urllib.request.Request(self.place + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE + 30) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise PageError(json.load(error)["value"]["message"]) from None

    def go(self, address):
        self.send("POST", self.session + "/url", url=address)

    def call(self, function, given):
        told = "(value) => done({ value }), (error) => done({ error: String(error) })"
        script = f"const done = arguments[1]; ({function})(...arguments[0]).then({told})"
        answer = self.send("POST", self.session + "/execute/async", script=script, args=[list(given)])
        if "error" in answer:
            raise PageError(answer["error"])
        return answer["value"]

    def press(self, keys):
        self.send("POST", self.session + "/actions", actions=pressing(keys))

    def close(self):
        self.driver.stop()
        self.screen.stop()
