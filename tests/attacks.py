"""What a stranger might try: programs for the page's Python, requests from a page to another host."""

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
found = str(len(seen)) + " " + str(sorted(ways))
"""
CRAWL = f"WAYS_OUT = {WAYS_OUT!r}\n{CRAWL}"

# The answer to an exercise, as a learner's: what it prints is shown.
RUN = """async (source) => {
  window.safe ??= new CoursePython();
  return safe.call("gdcourse.exercises.page", "check", { id: "sgd", source }, { seconds: 60 }).catch(
    ({ name, message }) => ({ id: "exception", lines: [name, message] }));
}"""


# From the page itself and from a worker.
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
  const soon = () => new Promise((resolve) => setTimeout(resolve, 2000));
  const attempted = (attempt) => Promise.race([Promise.resolve().then(attempt), soon()]).catch(() => {});
  for (const attempt of Object.values(tries)) await attempted(attempt);
}"""


def told(said):
    """What the page answered to ``RUN``, in one line."""
    return " ".join([said["id"], *said["lines"]])


def asking(source):
    """``source``, which ends in ``found``, and prints it."""
    return f"{source}\nprint('found:', found)"


def reached(text):
    """Whether the attempt got hold of anything."""
    return "found: " in text and "found: None" not in text and "found: undefined" not in text
