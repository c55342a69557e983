"""A list of questions, each with the page that must be among its answers."""

from conftest import until

QUERIES = {
    "": """梯度下降 01_gradient_descent|学习率 01_gradient_descent|偏差修正 05_adam|动量 01_gradient_descent|
        小批量 01_gradient_descent|Adam优化器 05_adam|随机梯度下降 01_gradient_descent|超参数 glossary|一阶矩 05_adam|
        收敛 01_gradient_descent|链式法则 00_basics|差商 00_basics|停止条件 05_adam|学习率太大 01_gradient_descent|
        反例 05_adam|损失 glossary|参考文献 references|Kingma references|momentum 01_gradient_descent|
        bias correction 05_adam|PyTorch defaults|Keras defaults|RMSProp defaults|epsilon defaults|默认值 defaults|
        成立 claims|稀疏 claims|步长 05_adam""",
    "en/": """gradient descent 01_gradient_descent|learning rate 01_gradient_descent|bias correction 05_adam|
        momentum 01_gradient_descent|mini-batch 01_gradient_descent|chain rule 00_basics|Kingma references|
        optimizers claims|学习率 glossary|梯度 glossary|偏差修正 glossary|动量 glossary|Nesterov glossary|
        epsilon defaults|Optax defaults""",
}
CASES = [
    (edition, *query.strip().rsplit(" ", 1)) for edition, queries in QUERIES.items() for query in queries.split("|")
]


def test_the_list_is_long_enough():
    assert len(CASES) >= 30


def test_each_query_finds_its_page(page, address):
    missed = {}
    for edition, query, wanted in CASES:
        page.goto(f"{address}{edition}search.html?q={query}")
        until(page, "/search-summary/.test(document.querySelector('#search-results').innerHTML) && !"
                    "document.querySelector('#search-progress')?.textContent.includes('…')")  # fmt: skip
        until(
            page,
            "(() => { const p = document.querySelector('#search-results .search-summary');"
            " return p && /\\d|没有|did not/.test(p.textContent); })()",
        )
        page.wait_for_timeout(30)
        found = page.eval_on_selector_all("#search-results li a", "all => all.map((a) => a.getAttribute('href'))")
        if not any(wanted in link for link in found):
            missed[edition + query] = found
    assert not missed


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
