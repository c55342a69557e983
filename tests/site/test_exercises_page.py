"""The self-check on the page, in a real browser and both languages: it says what the notebook says."""

import re

import numpy as np
import pytest
import questions
from conftest import missing
from project import ROOT

import gdcourse as gd
from gdcourse.exercises import shell

EDITIONS = pytest.mark.parametrize("edition", ["", "en/"])
LIKELY = ["no_bias", "no_bias_m", "no_bias_v", "t_missing", "bias_no_power", "betas_swapped", "sign", "no_sqrt"]
LIKELY += ["no_square", "uses_g", "eps_inside"]
ENDLESS = (
    "def my_adam(theta, grad, t=0, m=0.0, v=0.0, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):\n    while True: pass"
)


def source(name, mistake=None):
    """An answer as a learner may write it."""
    exercise = shell.get(name)
    text = exercise.mistaken_source(mistake) if mistake else exercise.source
    return text.replace(f"def {name}(", f"def my_{name}(").replace("sqrt(", "np.sqrt(")


def chinese_stub(name):
    gd.use_language("zh")
    return shell.stub(name)


def notebook_says(name, text, lang):
    scope = {"np": np}
    exec(text, scope)
    return gd.check(name, scope[f"my_{name}"]).text(lang).replace("\n  ", "\n")


class Chapter:
    """A chapter with exercises in a browser page."""

    def __init__(self, page, address, edition="", name="05_adam"):
        self.page, self.lang = page, "en" if edition else "zh"
        self.asked = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(f"{address}{edition}chapters/{name}.html")

    def cell(self, name):
        return self.page.locator(".cell.tag_exercise", has=self.page.locator(f"#code-{name}"))

    def press(self, name, button):
        self.cell(name).locator(f"button.{button}").click()

    def says(self, name, wait_for="[data-id]"):
        """The lines of the verdict, once there is one."""
        self.cell(name).locator(f".verdict{wait_for}:not(.waiting)").wait_for()
        return "\n".join(self.cell(name).locator(".verdict p").all_inner_texts())

    def check(self, name, text):
        """(id of the verdict, its text) for an answer."""
        self.page.fill(f"#code-{name}", text)
        self.page.evaluate(
            "(cell) => delete cell.querySelector('.verdict').dataset.id", self.cell(name).element_handle()
        )
        self.press(name, "check")
        said = self.says(name)
        return self.cell(name).locator(".verdict").get_attribute("data-id"), said

    def progress(self):
        return self.page.locator(".header-article-items__end .progress-mark").inner_text()


@EDITIONS
def test_the_page_names_the_mistake_in_the_words_of_the_notebook(page, light, edition):
    chapter = Chapter(page, light, edition)
    for mistake in LIKELY:
        text = source("adam", mistake)
        assert chapter.check("adam", text) == (mistake, notebook_says("adam", text, chapter.lang))
    text = source("adam")
    assert chapter.check("adam", text) == ("pass", notebook_says("adam", text, chapter.lang))


@pytest.mark.parametrize(
    ("name", "home"),
    [("sgd", "01_gradient_descent"), ("minibatch", "01_gradient_descent_tested"), ("momentum", "01_momentum")],
)
def test_the_first_chapter_too(page, light, name, home):
    chapter = Chapter(page, light, name=home)
    assert chapter.check(name, chapter.page.input_value(f"#code-{name}"))[0] == "todo"
    assert chapter.check(name, source(name, "sign"))[0] == "sign"
    assert chapter.check(name, source(name))[0] == "pass"


@EDITIONS
def test_an_error_is_shown_with_its_line(page, light, edition):
    chapter = Chapter(page, light, edition)
    head = source("adam").split("\n    t = ")[0]
    last = head.count("\n") + 3
    id, said = chapter.check("adam", f"{head}\n    t = t + 1\n    return theta - lr * h, (t, m, v)")
    assert id == "exception"
    assert f"[{last}] return theta - lr * h, (t, m, v)" in said
    assert chapter.cell("adam").locator(".numbers mark").inner_text().strip() == str(last)
    assert chapter.check("adam", f"{head}\n    return theta + (1")[0] == "syntax"
    assert chapter.check("adam", f"{head}\n    return theta，（t, m, v）")[0] == "full_width"
    assert chapter.check("adam", "x = 1")[0] == "no_function"
    assert chapter.check("adam", f"{head}\n    return theta / np.linalg.norm(theta), (t, m, v)")[0] == "no_numpy"
    assert chapter.check("adam", f"{head}\n    print(theta)\n    return theta, (t, m, v)")[1].count("[0.5, -1.25, 2.0]")
    # the whole cell, copied from the notebook
    assert chapter.check("adam", f'import numpy as np\n\n{source("adam")}\n\ngd.check("adam", my_adam)')[0] == "pass"


def test_an_endless_loop_is_stopped_and_the_page_lives(page, light):
    chapter = Chapter(page, light)
    assert chapter.check("adam", ENDLESS)[0] == "timeout"
    assert chapter.check("adam", source("adam"))[0] == "pass"


def test_an_answer_that_brings_python_down_is_told_so_and_the_page_lives(page, light):
    chapter = Chapter(page, light)
    page.fill("#code-adam", "import jsffi\njsffi.to_js([1]).at.call()")
    chapter.press("adam", "check")
    assert "再检查一次会另开一个" in chapter.says("adam", wait_for=".error")
    assert chapter.check("adam", source("adam"))[0] == "pass"


@EDITIONS
def test_hints_come_in_three_levels_and_the_solution_after_a_check(page, light, edition):
    chapter = Chapter(page, light, edition)
    hints = []
    for level in (1, 2, 3, 3):
        chapter.press("adam", "hint")
        hints.append(chapter.says("adam", f":has-text('{level}/3')"))
    gd.use_language(chapter.lang)
    for level, said in enumerate(hints, 1):
        assert said.split("\n")[1] == shell.messages(chapter.lang)["hints"]["adam"][min(level, 3) - 1]
    chapter.press("adam", "solution")  # not yet
    said = chapter.says("adam", f":has-text('{shell.messages(chapter.lang)['page']['not_yet'][0]}')")
    assert "beta1" not in said
    chapter.press("adam", "solution")
    chapter.cell("adam").locator(".verdict pre").wait_for()
    assert chapter.cell("adam").locator(".verdict pre").inner_text() == shell.get("adam").source
    chapter = Chapter(page, light, edition, "05_adam_tested")
    chapter.check("bias_correction", source("bias_correction", "bias_mult"))
    chapter.press("bias_correction", "solution")
    chapter.cell("bias_correction").locator(".verdict pre").wait_for()


def test_code_and_progress_survive_and_both_editions_share_them(page, light):
    chapter = Chapter(page, light)
    assert chapter.progress() == "0/14"
    text = source("adam")
    chapter.check("adam", text)
    assert chapter.progress() == "1/14"
    page.locator("#q-scaled-loss details:not(.right) summary").first.click()
    assert chapter.progress() == "1/14"
    page.locator("#q-scaled-loss details.right summary").click()
    assert chapter.progress() == "2/14"
    page.reload()
    assert chapter.progress() == "2/14"
    other = Chapter(page, light, "en/")
    assert other.progress() == "2/14"
    assert page.input_value("#code-adam") == text
    assert page.locator(".bd-sidebar-primary .progress-mark").inner_text() == "2/14"
    # a reset asks first
    answers = [lambda dialog: dialog.dismiss(), lambda dialog: dialog.accept()]
    for answer, left in zip(answers, ["2/14", "0/14"], strict=True):
        page.once("dialog", answer)
        page.locator(".course-progress button").click()
        assert other.progress() == left
    assert "raise NotImplementedError" in page.input_value("#code-adam")
    page.reload()
    assert other.progress() == "0/14"


def test_starting_again_asks_before_it_discards(page, light):
    chapter = Chapter(page, light)
    stub = page.input_value("#code-adam")
    page.fill("#code-adam", "x = 1")
    page.once("dialog", lambda dialog: dialog.dismiss())
    chapter.press("adam", "again")
    assert page.input_value("#code-adam") == "x = 1"
    page.once("dialog", lambda dialog: dialog.accept())
    chapter.press("adam", "again")
    assert page.input_value("#code-adam") == stub == chinese_stub("adam")


def test_a_browser_that_keeps_nothing_works_too(page, light):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new Error('private') } })"
    )
    chapter = Chapter(page, light)
    assert chapter.check("adam", source("adam"))[0] == "pass"
    assert chapter.progress() == "1/14"


@EDITIONS
def test_numbers_find_their_mistake_however_they_are_typed(page, light, edition):
    Chapter(page, light, edition)
    question = page.locator("#q-adam-first-step")
    for typed, marked in (("３．１６２", "3.162"), ("3,16", "3.162"), ("0.1", "0.1"), ("＋１", "1"), ("1e0", "1")):
        question.locator("input").fill(typed)
        question.locator("input").press("Enter")
        assert question.locator("output summary").inner_text() == marked
        assert question.locator("output details").evaluate("(e) => e.classList.contains('right')") == (marked == "1")
    for typed in ("seven", "７７"):
        question.locator("input").fill(typed)
        question.locator("button").click()
        assert question.locator("output details").count() == 0
        assert len(question.locator("output").inner_text()) > 10
    Chapter(page, light, edition, "01_gradient_descent")
    question = page.locator("#q-batch-step")
    question.locator("input").fill("－０．５")
    question.locator("button").click()
    assert question.locator("output details.right").count() == 1


def test_everything_works_by_keyboard(page, light):
    chapter = Chapter(page, light, name="05_adam_tested")
    page.focus("#code-bias_correction")
    page.keyboard.press("Control+a")
    page.keyboard.type("def my_bias_correction(m, t, *, beta=0.9):")
    page.keyboard.press("Enter")  # indents by itself
    page.keyboard.type("if t < 1:")
    page.keyboard.press("Enter")
    page.keyboard.type("return m")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("return m / (1 - beta**t)")
    wanted = "def my_bias_correction(m, t, *, beta=0.9):\n    if t < 1:\n        return m\n    return m / (1 - beta**t)"
    assert page.input_value("#code-bias_correction") == wanted
    page.keyboard.press("Tab")
    assert page.input_value("#code-bias_correction") == wanted + "    "
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Enter")
    assert chapter.says("bias_correction").startswith("✓")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "check"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "1/3" in chapter.says("bias_correction", ":has-text('1/3')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "code-bias_correction"
    # Shift+Tab at the start of a line goes on
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") != "code-bias_correction"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_exercise(browser, light, scheme):
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python")
    context = browser.new_context(color_scheme=scheme)
    chapter = Chapter(context.new_page(), light)
    chapter.check("adam", "def my_adam(theta, grad):\n    return h")
    chapter.page.locator("#q-adam-first-step input").fill("3.162")
    chapter.page.locator("#q-adam-first-step button").click()
    chapter.page.evaluate("document.querySelectorAll('.question details').forEach((fold) => (fold.open = true))")
    for text in (source("adam"), source("adam", "eps_inside"), source("adam", "sign"), None):
        if text:
            chapter.check("adam", text)
        else:
            chapter.press("adam", "solution")
            chapter.cell("adam").locator(".verdict pre").wait_for()
        chapter.page.wait_for_timeout(300)
        parts = {
            "include": [[".question"], [".tag_exercise"], [".course-progress"], [".progress-mark"]],
            "exclude": [[".katex"]],
        }
        found = Axe().run(chapter.page, context=parts, options={"resultTypes": ["violations"]}).response["violations"]
        assert not [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]
    context.close()


@EDITIONS
def test_nothing_sticks_out_of_a_phone(browser, address, edition):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for name, exercise in (("05_adam", "adam"), ("01_momentum", "momentum")):
        chapter = Chapter(context.new_page(), address, edition, name)
        chapter.check(exercise, source(exercise, "sign"))
        chapter.press(exercise, "solution")
        chapter.cell(exercise).locator(".verdict pre").wait_for()
        chapter.page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        assert chapter.page.evaluate("document.documentElement.scrollWidth") <= 390
        sizes = (
            chapter.cell(exercise).locator(".buttons button").evaluate_all("(all) => all.map((b) => b.offsetHeight)")
        )
        assert min(sizes) >= 40
    context.close()


def test_python_is_fetched_by_the_first_check_and_from_nowhere_else(page, address):
    chapter = Chapter(page, address)
    page.wait_for_load_state("networkidle")
    assert not [url for url in chapter.asked if "/python/" in url]
    chapter.check("adam", source("adam"))
    fetched = {url.rsplit("/", 1)[1] for url in chapter.asked if "/python/" in url}
    assert fetched == {"worker.js", "micropython.wasm", "course.json", "exercises.json"}
    assert all(url.removeprefix("blob:").startswith(address.removesuffix("some/course/")) for url in chapter.asked)


def test_without_a_script_stubs_and_choices_stand_there(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "chapters/05_adam.html")
    text = page.locator(".cell.tag_exercise pre").last.inner_text()
    assert chinese_stub("adam") in text
    assert page.locator(".cell.tag_exercise pre").last.is_visible()
    assert page.locator("#q-adam-first-step details").count() >= 4
    page.locator("#q-adam-first-step summary").first.click()
    assert page.locator("#q-adam-first-step details p").first.is_visible()
    context.close()


def test_it_works_in_a_page_opened_from_a_folder(page, site):
    chapter = Chapter(page, site.as_uri() + "/")
    assert chapter.check("adam", source("adam", "sign"))[0] == "sign"
    assert chapter.check("adam", ENDLESS)[0] == "timeout"
    assert chapter.check("adam", source("adam"))[0] == "pass"


def test_both_editions_have_the_same_exercises(site):
    for name in ("01_gradient_descent", "01_momentum", "05_adam", "05_adam_tested"):
        zh, en = ((site / edition / "chapters" / f"{name}.html").read_text("utf-8") for edition in ("", "en"))
        for pattern in (
            r'id="(q-[\w-]+)"',
            r'<div class="cell tag_exercise[^>]*>',
            r'class="mathjax_process( right)?"',
        ):
            assert re.findall(pattern, zh) == re.findall(pattern, en)
        posed = questions.asked((ROOT / "source" / f"{name}.md").read_text("utf-8"))
        assert re.findall(r'id="q-([\w-]+)"', zh) == posed
