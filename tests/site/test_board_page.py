"""The board of ten runs in a real browser: played by hand, by key and by finger, kept, and begun again."""

import json
import re

import pytest
from conftest import hosted, settled, until
from test_compact_page import living

import gdcourse as gd
from gdcourse import explorer

ALIVE = "document.querySelector('.gd-explorer').dataset.alive === 'true'"
KEPT = "localStorage.getItem('gdcourse.board.7t')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    site = tmp_path_factory.mktemp("board")
    living(site, ["7t"])
    return site


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory):
    with hosted(folder, tmp_path_factory.mktemp("host")) as (address, _):
        yield address


@pytest.fixture
def there(page, address):
    """The English page; nothing goes wrong on it."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(address + "en/index.html")
    yield page
    assert not said


def train(page, rule, lr, second=None):
    """Choose, and run once."""
    page.locator("select").select_option(label=rule)
    alive(page)  # now its own knob is there
    boxes = page.locator(".gx-slide:visible .gx-number")
    for box, value in zip(boxes.all(), [lr, *([] if second is None else [second])], strict=True):
        box.fill(str(value))
        box.press("Enter")
    page.locator(".gx-run").click()
    alive(page)


def alive(page):
    until(page, ALIVE)
    settled(page)


def rows(page):
    """What is filled of the reader's table."""
    found = page.locator(".gx-sheet tbody tr").all()
    texts = [row.locator("td").all_inner_texts() for row in found]
    return [text for text in texts if any(text)]


def live(page):
    return page.locator(".gx-live").inner_text()


def test_a_run_is_a_row_a_dot_and_a_sentence_and_its_number_is_that_of_numpy(there):
    train(there, "Adam", 0.05, 0.8)
    spec = gd.Explorer(preset="7t").spec
    left = float(explorer.board.left(spec, "adam", lr=0.05, beta1=0.8))
    share = f"{float(f'{100 * left:.2g}'):g} %"
    assert rows(there) == [["Adam", "0.05", "β₁ = 0.8", share]]
    assert live(there) == f"Run 1: Adam, η = 0.05, β₁ = 0.8, leaves {share} of the loss."
    assert there.locator("[role=status]").text_content() == live(there)
    assert there.locator(".gx-axes circle").count() == 1
    train(there, "gradient descent", 9)
    assert rows(there)[1] == ["gradient descent", "9", "", "✗ diverged"]
    assert there.locator(".gx-run small").inner_text() == "8 left"
    tops = there.locator(".gx-axes circle").evaluate_all("all => all.map((dot) => dot.getBoundingClientRect().top)")
    assert tops[1] < tops[0]


def test_what_was_chosen_before_it_came_alive_counts(there):
    there.route("**/python/**", lambda route: (there.wait_for_timeout(500), route.continue_()))
    there.locator("select").select_option(label="Nadam")
    box = there.locator(".gx-slide:visible .gx-number")
    box.fill("0.05")
    box.press("Enter")
    there.locator(".gx-run").click()
    alive(there)
    until(there, "document.querySelector('.gx-sheet td').textContent")
    assert rows(there)[0][:3] == ["Nadam", "0.05", "β₁ = 0.9"]


def test_after_the_tenth_it_is_compared_and_no_run_is_left(there):
    for lr in (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1):
        assert not there.locator(".gx-tuned table").is_visible()
        train(there, "gradient descent", lr)
    assert len(rows(there)) == 10
    assert there.locator(".gx-tuned table").is_visible()
    far = there.locator(".gx-far").inner_text()
    best = gd.Explorer(preset="7t").spec["tuned"][0]
    found = re.match(r"Your best run leaves ([\d.]+) %: ([\d.]+) times what the best of the grid does", far)
    assert float(found[2]) == pytest.approx(float(found[1]) / 100 / best["left"], rel=0.05)
    assert there.locator(".gx-ring").count() == 7
    assert there.locator(".gx-run").get_attribute("aria-disabled") == "true"
    there.locator(".gx-run").click(force=True)
    settled(there)
    assert len(rows(there)) == 10
    assert live(there) == explorer.words("en")["board.over"]


def test_who_looks_first_must_close_it_again_or_start_again(there):
    train(there, "Nadam", 0.1, 0.9)
    there.locator("summary").click()
    until(there, "document.querySelectorAll('.gx-ring').length === 7")
    there.locator(".gx-run").click(force=True)
    assert live(there) == explorer.words("en")["board.shut"]
    there.locator("summary").click()
    train(there, "Nadam", 0.05, 0.9)
    assert len(rows(there)) == 2
    there.locator("summary").click()
    there.get_by_role("button", name="Start again").click()
    assert rows(there) == []
    assert not there.locator(".gx-tuned table").is_visible()
    assert there.evaluate(KEPT) == ""
    assert there.evaluate("document.activeElement.className").endswith("gx-run")
    train(there, "Nadam", 0.1, 0.9)
    assert len(rows(there)) == 1


def test_it_is_kept_in_both_languages(there, address):
    train(there, "Adam", 0.05, 0.8)
    train(there, "gradient descent", 9)
    there.goto(address + "zh/index.html")
    until(there, ALIVE)  # nobody has touched it
    assert [row[0] for row in rows(there)] == ["Adam", "梯度下降"]
    assert live(there) == "第 2 次：梯度下降，η = 9，发散了。"
    there.get_by_role("button", name="重新开始").click()
    there.reload()
    there.wait_for_timeout(300)
    assert rows(there) == []
    assert there.locator("[data-alive]").count() == 0


@pytest.mark.parametrize("rubbish", ["{", "7", '{"rows": 3}', json.dumps({"rows": [None, {"rule": 99}], "open": "x"})])
def test_rubbish_is_an_empty_board(there, rubbish):
    there.evaluate("(text) => localStorage.setItem('gdcourse.board.7t', text)", rubbish)
    there.reload()
    until(there, ALIVE)
    assert rows(there) == []
    train(there, "gradient descent", 0.5)
    assert len(json.loads(there.evaluate(KEPT))["rows"]) == 1


FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new Error('private') } })"
)
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


@pytest.mark.parametrize("store", [FORBIDDEN, FULL])
def test_where_nothing_can_be_kept_it_says_so_and_goes_on(there, store):
    there.add_init_script(store)
    there.reload()
    train(there, "gradient descent", 0.5)
    train(there, "gradient descent", 0.6)
    assert len(rows(there)) == 2
    assert explorer.words("en")["board.unkept"] in live(there)


def test_keyboard_alone(there):
    there.keyboard.press("Tab")
    assert there.evaluate("document.activeElement.tagName") == "SELECT"
    there.keyboard.type("Adam")
    alive(there)
    there.keyboard.press("Tab")
    there.keyboard.press("Control+a")
    there.keyboard.type("0.05")
    for _ in range(4):  # the bar, β₁, its bar, the button
        there.keyboard.press("Tab")
    assert there.evaluate("document.activeElement.className").endswith("gx-run")
    there.keyboard.press("Enter")
    settled(there)
    assert rows(there)[0][:3] == ["Adam", "0.05", "β₁ = 0.9"]
    there.keyboard.press("Tab")
    there.keyboard.press("Enter")
    until(there, "document.querySelectorAll('.gx-ring').length === 7")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_finger_on_a_phone_and_nothing_is_wider_than_it(browser, address, language):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + f"{language}/index.html")
    page.wait_for_timeout(300)
    assert not [url for url in asked if re.search(r"/python/|explorer\.js", url)]
    height = page.locator(".gx-board").bounding_box()["height"]
    page.locator(".gx-run").tap()
    alive(page)
    assert page.locator(".gx-board").bounding_box()["height"] == pytest.approx(height, abs=50)  # one button more
    assert len(rows(page)) == 1
    page.locator("select").select_option("2")  # the longest name
    page.locator(".gx-run").tap()
    settled(page)
    page.locator("summary").tap()
    until(page, "document.querySelectorAll('.gx-ring').length === 7")
    wide = page.locator(".gx-board, .gx-board table, .gx-board th, .gx-board td")
    assert wide.evaluate_all("all => all.every((part) => part.scrollWidth <= part.clientWidth + 1)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for target in page.locator(".gx-run, summary, .gx-anew").all():
        assert target.bounding_box()["height"] >= 24
    context.close()


def test_on_paper_there_is_no_button(there):
    train(there, "gradient descent", 0.5)
    there.emulate_media(media="print")
    for control in there.locator("button, input, select").all():
        assert not control.is_visible()
    assert there.locator(".gx-sheet tbody tr").count() == 10
    assert there.locator(".gx-run-dot").is_visible()


def test_from_a_folder(page, folder):
    page.goto((folder / "en" / "index.html").as_uri())
    train(page, "gradient descent", 0.5)
    assert len(rows(page)) == 1


def test_without_javascript_there_is_a_table_to_fill_and_the_fold_opens(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "en/index.html")
    for control in page.locator("button, input, select").all():
        assert not control.is_visible()
    assert page.locator(".gx-axes").is_visible()
    assert page.locator(".gx-sheet tbody tr").count() == 10
    page.locator("summary").click()
    assert page.locator(".gx-tuned table").is_visible()
    context.close()
