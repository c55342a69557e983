r"""Formulas are set while the book is built: whole on a phone, right for screen readers, without a script."""

import re
from xml.etree import ElementTree

import pytest
from conftest import ROOT, build, copy_of_the_project, names, pages
from coursesite.formulas import CLOSING

PHONE = 360
MATH = re.compile("<math .*?</math>", re.S)
SPACE = "{http://www.w3.org/1998/Math/MathML}"
# how many children an element must have, and which may hold none
ARITY = {"msub": 2, "msup": 2, "mfrac": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
LEAVES = {"mi", "mn", "mo", "mtext", "ms", "mspace", "annotation"}
ROWS = {"math", "semantics", "mrow", "msqrt", "mstyle", "mpadded", "mphantom", "menclose", "mtable", "mtr", "mtd"}


def wrong(mathml):
    """The elements that a browser or a screen reader would not understand."""
    for element in ElementTree.fromstring(mathml).iter():
        name = element.tag.removeprefix(SPACE)
        if name in ARITY:
            fits = len(element) == ARITY[name]
        elif name in LEAVES:
            fits = len(element) == 0
        else:
            fits = name in ROWS
        if not fits:
            yield ElementTree.tostring(element, "unicode")


@pytest.fixture
def typeset(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "_ext")
    from coursesite.formulas import typeset

    return typeset


@pytest.mark.parametrize(
    "tex",
    [
        r"\lambda_{\max}",
        r"\frac{2}{\lambda_{\min}+\lambda_{\max}}",
        r"\hat v_{\max}^2",
        r"x^{\log}",
        r"x_{\operatorname{prox}}",
        r"\frac{\cos}{2}",
        r"\hat{\max}",
        r"\sqrt[\max]{x}",
        r"\operatorname{prox}_{\sup}",
        r"\max_\theta\sin\theta",
        r"t\bmod 3=1",
        r"a\mathbin{\hat\theta_{\max}}b",
        r"\underset{\theta}{x}+\overset{\min}{y}",
    ],
)
def test_names_and_signs_may_stand_anywhere(typeset, tex):
    (mathml,) = MATH.findall(typeset(tex))
    assert not list(wrong(mathml))


def test_every_mathml_is_valid(site):
    formulas = {formula: path for path in pages(site) for formula in MATH.findall(path.read_text("utf-8"))}
    assert len(formulas) > 600
    found = {f"{path.relative_to(site)}: {bad}" for formula, path in formulas.items() for bad in wrong(formula)}
    assert not found


def test_no_formula_waits_for_a_script(site):
    """None is left as TeX, in the text or in a title; what the reader gets is a style sheet where there are any."""
    for path in pages(site):
        html = path.read_text("utf-8")
        text = re.sub(r"<(pre|code|script|annotation)\b.*?</\1>|<(?!meta)[^>]*>", "", html, flags=re.S)
        assert not re.findall(r".{,40}\\[a-zA-Z([].{,40}", text), path
        assert ('class="katex"' in html) == ("katex.min.css" in html), path
    assert not list(site.rglob("*katex*.js"))


FAULTS = r"""# Title

$\alpha_{}} +$

$$
\fras{1}{2}
$$

<details><summary>\(a<\bata\)</summary>

text

</details>
"""


def test_a_formula_with_a_fault_is_named(tmp_path):
    """With the page that it stands on; the same in a summary, which is HTML."""
    small = copy_of_the_project(tmp_path)
    (small / "_toc.yml").write_text("format: jb-book\nroot: pages/teachers\n", "utf-8")
    (small / "pages" / "teachers.md").write_text(FAULTS, "utf-8")
    result = build(small, ".", "-W", "--keep-going")
    assert result.returncode
    said = [line for line in result.stderr.splitlines() if "in the formula" in line]
    assert len(said) == 3
    assert all("teachers" in line for line in said)
    for formula in (r"\alpha_{}} +", r"\fras{1}{2}", r"a<\bata"):
        assert any(formula in line for line in said), formula


# The formulas that a reader with this screen cannot see from their beginning to their end: cut off,
# under their own number, or in a box that scrolls but not for the keyboard.
OUT_OF_REACH = """(width) => {
  const inner = (element) => [...element.querySelectorAll(".base")].map((part) => part.getBoundingClientRect());
  const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const boxAround = (element) => element && (scrolls(element) ? element : boxAround(element.parentElement));
  const shown = [...document.querySelectorAll(".bd-article .katex")].filter((one) => one.getClientRects().length);
  const faults = shown.flatMap((formula) => {
    const box = boxAround(formula.parentElement);
    const view = box ? box.getBoundingClientRect() : { left: 0, right: width };
    if (box) box.scrollLeft = 0;
    const left = Math.min(...inner(formula).map((part) => part.left));
    if (box) box.scrollLeft = box.matches(".formula") ? box.scrollWidth : left - view.left;
    const right = Math.max(...inner(formula).map((part) => part.right));
    const number = formula.querySelector(".tag")?.getBoundingClientRect();
    const faults = [];
    if (left < view.left - 1) faults.push("begins too early");
    if (right > view.right + 1) faults.push("ends too late");
    if (view.left < -1 || view.right > width + 1) faults.push("its box sticks out");
    if (number && (number.left < right || number.right > view.right + 1)) faults.push("its number is hidden");
    if (box?.matches(".formula") && box.scrollWidth > box.clientWidth + 1 && box.tabIndex) faults.push("no Tab");
    return faults.map((fault) => `${fault}: ${formula.querySelector("annotation").textContent}`);
  });
  return [shown.length, faults];
}"""


def test_every_formula_can_be_read_on_a_phone(browser, address, site):
    """Whole, or in a box that scrolls from its beginning to its end, number included."""
    context = browser.new_context(viewport={"width": PHONE, "height": 780})
    page = context.new_page()
    shown, faults = 0, {}
    for name in names(site):
        page.goto(address + name)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
        page.wait_for_timeout(50)  # "toggle" arrives later
        more, found = page.evaluate(OUT_OF_REACH, PHONE)
        shown += more
        if found:
            faults[name] = found
    context.close()
    assert not faults
    assert shown > 2500


def test_no_stop_stands_alone_at_the_beginning_of_a_line(site):
    """Browsers may break a line behind a formula, whatever follows: so a short one holds its stop."""
    held = 0
    for path in pages(site):
        before, *formulas = path.read_text("utf-8").split('<span class="katex">')
        for formula in formulas:
            shown = re.match("(.*?</span></span></span>)([^<])", formula, re.S)
            if shown and shown[2] in CLOSING:
                together = before.endswith('<span class="together">')
                assert together or shown[1].count('class="base"') > 1, (path, shown[2], formula[:300])
                held += together
            before = formula
    assert held > 500
