"""A list of questions, each with the page that must be among its answers, in every width of a keyboard."""

import json
import subprocess
import unicodedata

import pytest
from conftest import until
from coursesite.search import CourseSearch

QUERIES = {
    "": """梯度下降 01_gradient_descent|学习率 01_gradient_descent|偏差修正 05_adam|动量 01_momentum|
        小批量 01_gradient_descent|Adam优化器 05_adam|随机梯度下降 01_gradient_descent|超参数 glossary|一阶矩 05_adam|
        收敛 01_gradient_descent|链式法则 00_basics|差商 00_basics|停止条件 05_adam|学习率太大 01_gradient_descent|
        反例 05_adam|损失 glossary|参考文献 references|Kingma references|momentum 01_momentum|
        bias correction 05_adam|PyTorch defaults|Keras defaults|RMSProp defaults|epsilon defaults|默认值 defaults|
        成立 claims|稀疏 claims|步长 05_adam""",
    "en/": """gradient descent 01_gradient_descent|learning rate 01_gradient_descent|bias correction 05_adam|
        momentum 01_momentum|mini-batch 01_gradient_descent|chain rule 00_basics|Kingma references|
        optimizers claims|学习率 glossary|梯度 glossary|偏差修正 glossary|动量 glossary|Nesterov glossary|
        epsilon defaults|Optax defaults""",
}
CASES = [
    (edition, *query.strip().rsplit(" ", 1)) for edition, queries in QUERIES.items() for query in queries.split("|")
]


def test_the_list_is_long_enough():
    assert len(CASES) >= 30


def answers(page, address):
    """Where the answers on a page of results lead, and how they are called."""
    page.goto(address)
    until(
        page,
        "/search-summary/.test(document.querySelector('#search-results').innerHTML)"
        " && !document.querySelector('#search-progress')?.textContent.includes('…')",
    )
    until(
        page,
        "(() => { const p = document.querySelector('#search-results .search-summary');"
        " return p && /\\d|没有|did not/.test(p.textContent); })()",
    )
    page.wait_for_timeout(30)
    links = "all => all.map((a) => [a.getAttribute('href'), a.textContent])"
    return page.eval_on_selector_all("#search-results li a", links)


def test_each_query_finds_its_page(page, address):
    missed = {}
    for edition, query, wanted in CASES:
        found = answers(page, f"{address}{edition}search.html?q={query}")
        if not any(wanted in link for link, _ in found):
            missed[edition + query] = found
    assert not missed


# what one means, and how keyboards, input methods and PDF files write it
WIDTHS = {
    "": {
        "Adam": ["Ａｄａｍ", "ＡＤＡＭ", "ａｄａｍ", "aDAM", "　Ａｄａｍ　"],
        "Adam优化器": ["Ａｄａｍ优化器", "ADAM　优化器", "Adam\u00a0优化器"],
        "RMSProp epsilon": ["ＲＭＳＰｒｏｐ　ｅｐｓｉｌｏｎ", "rmsprop\u2003EPSILON"],
        "mini-batch": [
            "mini－batch",
            "mini‐batch",
            "mini‑batch",
            "mini–batch",
            "mini—batch",
            "mini−batch",
            "ｍｉｎｉ－ｂａｔｃｈ",
        ],
        "目标": ["\u2f6c标"],
        "第一章 B 动量（Momentum）": ["第一章　Ｂ　动量(momentum)", "第一章 b 动量（ＭＯＭＥＮＴＵＭ）"],
        "噪声底：独立抽，还是洗牌": ["噪声底:独立抽,还是洗牌"],
        "三处疏漏，跑一遍": ["三处疏漏,跑一遍"],
    },
    "en/": {
        "Nesterov": ["Ｎｅｓｔｅｒｏｖ", "NESTEROV"],
        "learning rate": ["ｌｅａｒｎｉｎｇ　ｒａｔｅ", "Learning\u3000Rate"],
        "学习率": ["学习率　", "　学习率"],
    },
}


@pytest.mark.parametrize(("edition", "plain"), [(edition, query) for edition in WIDTHS for query in WIDTHS[edition]])
def test_every_width_finds_the_same(edition, plain, page, address):
    search = f"{address}{edition}search.html?q="
    meant = answers(page, search + plain)
    assert meant
    assert {query: answers(page, search + query) for query in WIDTHS[edition][plain]} == dict.fromkeys(
        WIDTHS[edition][plain], meant
    )


@pytest.mark.parametrize("heading", ["第一章 B 动量（Momentum）", "三处疏漏，跑一遍"])
def test_a_heading_asked_for_as_it_stands_is_found(heading, page, address):
    assert any(name.endswith(heading) for _, name in answers(page, f"{address}search.html?q={heading}"))


CUT = """
const code = require("fs").readFileSync(0, "utf-8").split("\\0");
console.log(JSON.stringify(new Function("texts", code[0] + "; return texts.map(splitQuery)")(JSON.parse(code[1]))));
"""


def cut_in_javascript(node, texts):
    given = f"{CourseSearch.js_splitter_code}\0{json.dumps(texts)}"
    done = subprocess.run([node, "-e", CUT], input=given, capture_output=True, text=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def test_the_browser_cuts_as_the_index_is_cut(node):
    """Whatever stands between or within two words, what the browser asks for is what the index holds."""
    known = [chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    texts = [text for c in known for text in (f"ab{c}cd", f"学{c}习", f"a{c}")]
    search = CourseSearch({})
    for text, asked in zip(texts, cut_in_javascript(node, texts), strict=True):
        assert set(asked) <= set(search.split(text)), ascii(text)


def test_the_index_holds_characters_and_their_pairs():
    split = CourseSearch({}).split
    assert split("学习率：Adam的") == ["学", "习", "率", "学习", "习率", "Adam", "的"]
    assert split("Ｋｉｎｇｍａ & Ba (2015)") == ["Kingma", "Ba", "2015"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ｱﾀﾞﾑ", ["アダム"]),
        ("ＡｄａｍＷ", ["AdamW"]),
        ("１０　２０", ["10", "20"]),
        ("β₁ 𝜃 ﬁt", ["β1", "θ", "fit"]),
        ("学习率", ["学习", "习率"]),
        ("", []),
        ("！？", []),
    ],
)
def test_a_query_is_folded(written, meant, node):
    assert cut_in_javascript(node, [written]) == [meant]


def test_an_answer_leads_to_marked_words(page, address):
    page.goto(address + "search.html?q=偏差修正")
    page.locator("#search-results li a[href*='05_adam']").first.click()
    page.wait_for_selector(".bd-article span.highlighted")


def test_the_field_on_every_page_leads_to_the_answers(page, address):
    page.goto(address + "chapters/05_adam.html")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("momentum")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=momentum")
    page.wait_for_selector("#search-results li a")


@pytest.mark.parametrize("query", ["Ａｄａｍ", "偏差　修正"])
def test_that_field_takes_every_width(query, page, address):
    page.goto(address + "chapters/05_adam.html")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(query)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.wait_for_selector("#search-results li a[href*='05_adam']")


@pytest.mark.parametrize(("edition", "words"), [("", "隐藏搜索结果"), ("en/", "Hide Search Matches")])
def test_what_hides_the_marks_of_a_search_speaks_the_pages_language_and_hides_them(page, address, edition, words):
    answers(page, f"{address}{edition}search.html?q=Adam")
    page.goto(f"{address}{edition}index.html")
    until(page, "document.querySelector('.highlight-link') !== null")
    assert page.locator(".highlight-link").text_content().strip() == words
    assert page.locator("span.highlighted").count() > 1
    page.locator(".highlight-link a").click()
    assert page.locator("span.highlighted, .highlight-link").count() == 0
