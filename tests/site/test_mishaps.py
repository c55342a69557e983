"""Old browsers, slow devices, storage full of rubbish, full or forbidden: nothing dies, nothing is lost in silence."""

import json
import re

import pytest
from conftest import ROOT, until

ADAM, TRIAL = "chapters/05_adam.html", "chapters/05_adam_tested.html"  # a lesson; a page with the whole explorer
EDITIONS = pytest.mark.parametrize(("edition", "lang"), [("", "zh"), ("en/", "en")])
EXPLORER = "#explorer-1"


@pytest.fixture
def said(page):
    """What the page complains of; nothing, whatever happens."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield said
    assert not said


def words(script, lang, name):
    """A sentence of the script's, by its name."""
    text = (ROOT / "_ext" / "coursesite" / script).read_text("utf-8")
    return re.search(rf'\b{name}: "(.*?)"', re.split(rf"\n +{lang}: {{", text)[1])[1]


def near(page):
    page.locator(EXPLORER).scroll_into_view_if_needed()


def alive(page):
    page.wait_for_selector(f"{EXPLORER}[data-alive=true]", timeout=30000)


# --- slow devices, lost connections, broken links

# window.calls: (what, seconds) of each call of Python; before it, what stands for %s may fail or wait
MEDDLE = """{
  let real;
  window.calls = [];
  Object.defineProperty(window, "CoursePython", { get: () => real, set: (value) => {
    real = class extends value {
      async call(module, name, args, options) {
        window.calls.push([args.call ?? name, options?.seconds]);
        await (%s)(args.call ?? name);
        return super.call(module, name, args, options);
      }
    };
  } });
}"""
LATE_ONCE = """(call) => {
  if (call === "run" && calls.filter(([name]) => name === "run").length === 2)
    throw Object.assign(new Error("longer than that"), { name: "Late" });
}"""


@EDITIONS
def test_a_first_race_too_slow_may_be_tried_again(page, light, said, edition, lang):
    page.add_init_script(MEDDLE % LATE_ONCE)
    page.goto(f"{light}{edition}{TRIAL}")
    near(page)
    page.wait_for_selector(f"{EXPLORER}[data-alive=no]")
    assert words("assets/explore.js", lang, "late").replace("{seconds}", "10") in page.locator(EXPLORER).inner_text()
    assert page.locator(f"{EXPLORER} svg.gx-still").is_visible()
    page.locator(f"{EXPLORER} button", has_text=words("assets/explore.js", lang, "again")).click()
    alive(page)
    assert page.locator(f"{EXPLORER} .gx-again").count() == 0
    assert {seconds for name, seconds in page.evaluate("calls") if name == "run"} == {10}


def test_what_a_reader_writes_has_twice_the_time_of_the_first_race(page, light, said):
    first = "(call) => calls.length === 2 && new Promise((done) => setTimeout(done, 1600))"
    page.add_init_script(MEDDLE % first)
    page.goto(f"{light}en/{TRIAL}")
    near(page)
    alive(page)
    page.locator("summary", has_text="Edit the rule").click()
    page.evaluate("calls.length = 0")
    page.locator(".gx-run").click()
    until(page, "calls.some(([name]) => name === 'run')")
    [seconds] = page.evaluate("calls.filter(([name]) => name === 'run').map(([, seconds]) => seconds)")
    assert seconds >= 4


@EDITIONS
def test_a_drawing_that_did_not_arrive_is_fetched_again(page, light, edition, lang):
    page.route("**/explorer.js*", lambda route: route.abort())
    page.goto(f"{light}{edition}{TRIAL}")
    near(page)
    page.wait_for_selector(f"{EXPLORER}[data-alive=no]")
    assert words("assets/explore.js", lang, "broken") in page.locator(EXPLORER).inner_text()
    page.unroute("**/explorer.js*")
    page.locator(f"{EXPLORER} .gx-again button").click()
    alive(page)


RUBBISH_LINKS = [{"problem": {"surface": "nowhere"}}, {"racers": 3}, {"view": None}, {"start": "here"}]


@pytest.mark.parametrize("state", RUBBISH_LINKS, ids=str)
def test_a_link_that_cannot_be_shows_the_figure_as_it_is(page, light, said, state):
    packed = page.evaluate("(text) => btoa(text).replaceAll('=', '')", json.dumps(state))
    page.goto(f"{light}en/{TRIAL}?explorer=1~{packed}#explorer-1")
    alive(page)
    assert page.locator(".gx-row").count() == 3
    assert "4.65" in page.locator(".gx-row [data-what=loss]").all_inner_texts()


# --- older browsers (one in person is in test_engines.py)


@EDITIONS
def test_a_browser_too_old_is_told_and_keeps_what_needs_no_python(page, light, said, edition, lang):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("delete window.structuredClone")
    page.goto(f"{light}{edition}{TRIAL}")
    near(page)
    page.wait_for_timeout(500)
    assert not [url for url in asked if re.search(r"explorer\.js|/python/", url)]
    assert words("assets/explore.js", lang, "old") in page.locator(EXPLORER).inner_text()
    assert page.locator(f"{EXPLORER} svg.gx-still").is_visible()
    assert page.locator(f"{EXPLORER} :is(input, button, textarea)").count() == 0
    assert page.locator(".tag_exercise pre").last.is_visible()
    assert words("selfcheck/words.js", lang, "old") in page.locator(".tag_exercise").last.inner_text()
    assert page.locator(".tag_exercise :is(textarea, .buttons)").count() == 0
    page.locator("#q-two-memories details.right summary").click()
    assert page.locator(".header-article-items__end .progress-mark").inner_text() == "1/3"


# What came to a browser later than Chrome 98, Firefox 114, Safari 16 (and where).
NEWER = {
    "*.js": r"""
        :has\(                          Chrome 105, Firefox 121
        \.(toSorted|toReversed|toSpliced|with)\(    Chrome 110, Firefox 115
        \bgroupBy\(|\.isWellFormed\(    Chrome 117
        \bwithResolvers\b               Chrome 119
        \(\?<[=!]                       Safari 16.4 (looking behind)
        /[a-z]*v[a-z]*[,;)\s.]\s*$      Chrome 112 (regular expressions with v)
        \bArray\.fromAsync\b            Chrome 121
        \bSet\.prototype|\.(union|intersection|difference|isSubsetOf)\(    Chrome 122
        \bIterator\b|\.(drop|take)\(    Chrome 122
        \bPromise\.try\b                Chrome 128
        \bRegExp\.escape\b              Chrome 136
        ^\s*static\s*\{                 Safari 16.4
        \bimport\b.*\bwith\s*\{         Chrome 123
        \bOffscreenCanvas\b             Safari 16.4
        \bURL\.(canParse|parse)\(       Chrome 120
        \bAbortSignal\.any\b            Chrome 116
        \bcheckVisibility\(|\bshowPopover\(|\bstartViewTransition\(|\bscrollend\b    Chrome 105 to 114
        \bnavigator\.userActivation\b   Firefox 120
        \bsetHTML|\bmoveBefore\(        Chrome 133""",
    "*.css": r"""
        @container|(?<![\w-])container(-type|-name)?:      Chrome 105
        @layer|@scope|@starting-style|@property     Chrome 99 to 118
        color-mix\(|light-dark\(|oklch\(|\blch\(|oklab\(    Chrome 111
        ^\s*&|[{;]\s*&                              Chrome 112 (nesting)
        \b\d+(dvh|svh|lvh|cqw|cqi)\b                Chrome 108
        \b(calc-size|round|mod|rem|sin|cos|pow|sqrt)\(    Chrome 125
        \bsubgrid\b|\binterpolate-size\b|\banchor-name\b  Chrome 117""",
}


def test_scripts_and_styles_use_nothing_newer_than_the_oldest_browser():
    folders = [ROOT / "_ext" / "coursesite" / part for part in ("assets", "selfcheck")] + [
        ROOT / "gdcourse" / "explorer"
    ]
    found = []
    for files, table in NEWER.items():
        paths = [path for folder in folders for path in folder.rglob(files) if path.parent.name != "d3"]
        assert len(paths) >= 2
        for row in table.strip().splitlines():
            pattern, since = re.split(r"\s{2,}", row.strip(), maxsplit=1)
            for path in paths:
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    if re.search(pattern, line.split("  //")[0]):
                        found.append(f"{path.name}:{number}: {since}: {line.strip()[:80]}")
    assert not found


# --- keys and fingers as older systems report them


def test_shift_tab_by_the_place_of_the_key(page, light, said):
    page.goto(light + ADAM)
    page.fill("#code-adam", "        x = 1")
    prevented = page.evaluate(
        """() => {
          const area = document.querySelector("#code-adam");
          area.focus();
          area.setSelectionRange(13, 13);
          const key = { key: "Unidentified", code: "Tab", shiftKey: true, bubbles: true, cancelable: true };
          return !area.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    assert prevented
    assert page.input_value("#code-adam") == "    x = 1"


START = "document.querySelector('.gx-handle').getAttribute('aria-label')"
TOUCH = """(x) => {
  const map = document.querySelector(".gx-map canvas"), box = map.getBoundingClientRect();
  const where = { clientX: box.left + x * box.width, clientY: box.top + box.height / 2, bubbles: true };
  for (const kind of ["pointerdown", "pointerup"])
    map.dispatchEvent(new PointerEvent(kind, { ...where, pointerId: 1, pointerType: "touch" }));
  map.dispatchEvent(new MouseEvent("click", where));
}"""


def test_a_tap_moves_the_start_where_clicks_are_no_pointer_events(page, light, said):
    page.goto(f"{light}en/{TRIAL}")
    near(page)
    alive(page)
    before = page.evaluate(START)
    page.evaluate(TOUCH, 0.2)
    first = page.evaluate(START)
    page.evaluate(TOUCH, 0.8)
    assert len({before, first, page.evaluate(START)}) == 3
    # a click without a finger moves nothing by itself
    page.locator(".gx-handle").click()
    moved = page.evaluate(START)
    page.evaluate("document.querySelector('.gx-map canvas').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
    assert page.evaluate(START) == moved


# --- what the browser keeps

RUBBISH = ["null", "[]", "3", '"text"', "{", "", "x" * 1_000_000, '{"code": 3, "solved": null, "pages": "all"}',
           '{"code": {"adam": 3}, "solved": {"adam": "no"}, "pages": {"05_adam": {"length": 3}}}',
           '{"code": null, "solved": [1, 2], "pages": {"05_adam": [null]}}',
           '{"pages": {"01_gradient_descent": 7}}']  # fmt: skip


def progress(page):
    return page.locator(".header-article-items__end .progress-mark").inner_text()


def answer(page):
    page.locator("#q-scaled-loss details.right summary").click()


@pytest.mark.parametrize("text", RUBBISH, ids=lambda text: text[:30] or "nothing")
def test_rubbish_in_the_storage_is_left_out(page, light, said, text):
    page.goto(light + ADAM)
    page.evaluate("(text) => localStorage.setItem('gdcourse', text)", text)
    page.reload()
    assert "raise NotImplementedError" in page.input_value("#code-adam")
    assert progress(page) == "0/14"
    page.fill("#code-adam", "x = 1")
    answer(page)
    page.reload()
    assert progress(page) == "1/14"
    assert page.input_value("#code-adam") == "x = 1"


def test_what_is_good_among_rubbish_stays(page, light, said):
    page.goto(light + ADAM)
    kept = {"code": {"adam": "x = 1", "bias_correction": 3}, "solved": None}
    page.evaluate("(text) => localStorage.setItem('gdcourse', text)", json.dumps(kept))
    page.reload()
    assert page.input_value("#code-adam") == "x = 1"
    page.goto(light + TRIAL)
    assert "raise NotImplementedError" in page.input_value("#code-bias_correction")


def test_endless_text_does_not_stop_the_page(page, light, said):
    page.goto(light + ADAM)
    text = "x = 1\n" * 20_000
    page.evaluate("(text) => localStorage.setItem('gdcourse', text)", json.dumps({"code": {"adam": text}}))
    page.reload()
    assert page.input_value("#code-adam") == text
    assert page.evaluate("document.querySelector('.numbers').childElementCount") <= 1000
    answer(page)
    assert progress(page) == "1/14"


FULL = """{
  const keep = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...entry) {
    if (window.room) return keep.apply(this, entry);
    throw new DOMException("no room", "QuotaExceededError");
  };
}"""
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  configurable: true,
  get() { throw new DOMException("forbidden", "SecurityError"); },
})"""


@EDITIONS
@pytest.mark.parametrize("trouble", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_without_storage_all_lasts_as_long_as_the_page_and_this_is_said(page, light, said, edition, lang, trouble):
    page.goto(light + ADAM)
    page.evaluate("""localStorage.setItem("gdcourse", '{"code": {"adam": "old = 1"}, "solved": {}, "pages": {}}')""")
    page.add_init_script(trouble)
    page.goto(f"{light}{edition}{ADAM}")
    assert page.locator(".course-progress", has_text=words("selfcheck/words.js", lang, "unsaved")).count() == 1
    page.fill("#code-adam", "new = 1")
    answer(page)
    assert progress(page) == "1/14"
    page.locator("#q-adam-first-step input").fill("1")
    page.locator("#q-adam-first-step button").click()
    assert progress(page) == "2/14"
    assert page.input_value("#code-adam") == "new = 1"
    # the theme's scripts live too
    modes = set()
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        modes.add(page.evaluate("document.documentElement.dataset.mode"))
    assert modes == {"light", "dark", "auto"}


def test_a_storage_that_fills_up_is_written_when_there_is_room_again(page, light, said):
    page.add_init_script("window.room = true;" + FULL)
    page.goto(f"{light}en/{ADAM}")
    assert words("selfcheck/words.js", "en", "saved") in page.locator(".course-progress").inner_text()
    page.evaluate("window.room = false")
    page.fill("#code-adam", "x = 1")
    answer(page)
    assert words("selfcheck/words.js", "en", "unsaved") in page.locator(".course-progress").inner_text()
    page.evaluate("window.room = true")
    page.fill("#code-adam", "y = 2")
    assert words("selfcheck/words.js", "en", "saved") in page.locator(".course-progress").inner_text()
    page.reload()
    assert page.input_value("#code-adam") == "y = 2"
    assert progress(page) == "1/14"
