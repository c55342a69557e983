"""What the site leaves out of the themes' style sheets, and what it must keep."""

import pytest
from coursesite.styles import names_in, worn

NAMES = names_in(
    ['<p class="note wide"><a id="top" class=\'md:link\'>', '<html class="dark">'],
    ['e.classList.add("shown", `is-${x}`)'],
)


def test_names_of_pages_and_words_of_scripts():
    assert {"note", "wide", "top", "md:link", "dark", "shown"} <= NAMES
    assert "p" not in names_in(["<p>class</p>"], [])


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".note{a:b}.gone{c:d}", ".note{a:b}"),
        (".gone .note,.wide > #top,.note.gone{a:b}", ".wide > #top{a:b}"),
        ("p{a:b}*,::before{c:d}", "p{a:b}*,::before{c:d}"),
        (".note:not(.gone){a:b}", ".note:not(.gone){a:b}"),
        (":is(.gone,.note) p{a:b}", ":is(.gone,.note) p{a:b}"),
        (r".md\:link:hover{a:b}", r".md\:link:hover{a:b}"),
        ('[href$=".gone"]{a:b}', '[href$=".gone"]{a:b}'),
        (".shown{a:b}", ".shown{a:b}"),
        ("@media print{.gone{a:b}.note{c:d}}", "@media print{.note{c:d}}"),
        ("@media print{.gone{a:b}}", ""),
        (
            '@font-face{src:url("x.woff2")}@keyframes gone{to{a:b}}',
            '@font-face{src:url("x.woff2")}@keyframes gone{to{a:b}}',
        ),
        (":root{--gone:#abc;a:url(x.gone)}/* note */", ":root{--gone:#abc;a:url(x.gone)}"),
        ("@supports (a:b){@media x{.wide{c:1.5em}.gone{c:d}}}", "@supports (a:b){@media x{.wide{c:1.5em}}}"),
    ],
)
def test_a_rule_stays_if_a_page_can_use_it(css, kept):
    assert worn(css, NAMES) == kept


def test_the_theme_is_a_third_of_what_it_was(site):
    assert (site / "_static/styles/pydata-sphinx-theme.css").stat().st_size < 120_000
