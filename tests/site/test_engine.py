"""Python in the page: a call, an error, an endless loop, the next call; under a strict policy and from a folder."""

import gzip

import pytest
from coursesite.policy import RULES

# A host may send the policy too, instead of a page's own: MicroPython needs no more.
POLICY = "; ".join(f"{name} {value}" for name, value in RULES.items())
BLANK = "<!doctype html><title>blank</title><script src='../_static/engine.js'></script>"

CALLS = {
    "call": ["gdcourse.surfaces", "bowl", {"x": 3, "y": 2, "kappa": 10}],
    "list": ["gdcourse.exercises.bank", "numbers", {"x": [1, [2.5, -3]]}],
    "raise": ["gdcourse.exercises.bank", "numbers", {"x": "text"}],
    "missing": ["gdcourse.optimizers", "no_such_rule", {}],
    "endless": ["gdcourse.exercises.core", "compiled", {"source": "while True: pass", "name": ""}],
}
TELL = """([calls, seconds]) => {
  window.py ??= new CoursePython();
  return Promise.all(calls.map(([module, name, args]) => py.call(module, name, args, { seconds }).then(
    (result) => ({ result }),
    ({ name, message, line }) => ({ name, message, line }))));
}"""


def tell(page, *calls, seconds=5):
    return page.evaluate(TELL, [list(calls), seconds])


@pytest.fixture(params=["host", "policy", "folder"])
def blank(request, page, site, tmp_path):
    """A page below the site's own path that holds nothing but the engine."""
    if request.param == "folder":
        (tmp_path / "some").mkdir()
        (tmp_path / "_static").symlink_to(site / "_static", target_is_directory=True)
        path = tmp_path / "some" / "blank.html"
        path.write_text(BLANK, "utf-8")
        page.goto(path.as_uri())
        return page
    address = request.getfixturevalue("address")
    policy = {"Content-Security-Policy": POLICY} if request.param == "policy" else {}

    def answer(route):
        if route.request.url.endswith("/some/blank.html"):
            return route.fulfill(body=BLANK, content_type="text/html", headers=policy)
        response = route.fetch()
        return route.fulfill(response=response, headers={**response.headers, **policy})

    page.context.route(address + "**", answer)
    page.goto(address + "some/blank.html")
    return page


def test_calls_errors_and_an_endless_loop(blank):
    said = []
    blank.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    call, numbers, error, missing = tell(blank, CALLS["call"], CALLS["list"], CALLS["raise"], CALLS["missing"])
    assert call == {"result": [24.5, 3, 20]}
    assert numbers == {"result": [1, 2.5, -3]}
    assert error["name"] == missing["name"] == "PythonError"
    assert error["message"] == "TypeError: a string is no number"
    assert error["line"] > 10
    assert "AttributeError" in missing["message"]
    [late] = tell(blank, CALLS["endless"], seconds=0.3)
    assert late["name"] == "Late"
    # the page is alive, and so is the next call
    assert blank.evaluate("1 + 1") == 2
    assert tell(blank, CALLS["call"]) == [call]
    assert not said


def test_stopping_ends_a_call(blank):
    stopped = blank.evaluate(
        """async (endless) => {
          const py = new CoursePython();
          const call = py.call(...endless, { seconds: 20 }).catch((error) => error.name);
          setTimeout(() => py.stop(), 1000);
          return call;
        }""",
        CALLS["endless"],
    )
    assert stopped == "Stopped"


def test_the_runtime_is_light(site):
    """What the first call fetches, gzipped as hosts do."""
    folder = site / "_static" / "python"
    parts = ("micropython.wasm", "worker.js")
    runtime = sum(len(gzip.compress((folder / part).read_bytes())) for part in parts)
    course = len(gzip.compress((folder / "course.json").read_bytes()))
    print(f"runtime {runtime / 1000:.0f} KB, the course's files {course / 1000:.0f} KB")
    assert runtime < 250_000
    assert course < 60_000
