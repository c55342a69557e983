"""Print the page of claims: an index, one row a claim, which unfolds to the verdict.

Whoever has scripts can choose by verdict, chapter and rule
(``_ext/coursesite/assets/claims.js``, which finds all words in the page);
whoever has none has every row, too: those of the slips are folded together.
Closed, the page is a table of contents: ``tests/site/test_claims.py`` knows how high.
"""

import re
from itertools import groupby

from claims import BADGES, home, in_a_word, kind, load_articles, load_claims, origin
from project import chapters, find, heading, mentioned
from questions import inline
from trials.printed import in_short, rule

from gdcourse.rules import RULES

WORDS = {
    "zh": {
        "intro": "人们常说的话，每一条都做过实验，或者查过原文。点开一条看结论；点“看实验”，就到了检验它的代码旁边。"
        "结论只在写明的范围内有效：小实验不是普遍的判决。",
        "verdicts": "结论按一条规则来下。说法没有提到的东西，如种子、维数、条件数、方向、步数、门槛、数据，"
        "不该左右结论；所以做过实验的说法都换了许多设定再跑（A1 是恒等式，A4 是数出来的，没有什么可换），"
        "换哪些，跑之前写定（G2、G5、A25、C42、D4、S1 六条看过初跑后改过设定，结论没有因此而变）。"
        "说法有三类：\n\n{}\n\n"
        "每一条成立的比例、在哪里转向，见它的实测页。",
        "surprises": "## 三条出人意料的",
        "articles": "## 五篇文章",
        "ruled": "结论按什么规则来下？",
        "whence": "{}。它们是什么文章，见[课程的来历](origins)。说法按意思转述，不是原文。",
        "slips": "## 文章里的疏漏",
        "slips_all": "{} 条：跑一遍，看看会怎样",
        "between": "、",
        "look": "看实验",
        "sources": "看出处",
        "whose": "（{}，{}）",
        "chapter": "章",
        "rule": "规则",
        "all": "全部",
        "shown": "显示 {} 条，共 {} 条",
    },
    "en": {
        "intro": "What people say about optimizers, each claim put to a test or traced to its source. Open one for the "
        'verdict; "See it run" leads to the code beside it. A verdict holds in the scope it names: a small experiment '
        "is no general judgement.",
        "verdicts": "Verdicts follow a rule. What a claim does not name (seeds, dimensions, conditioning, directions, "
        "steps, thresholds, data) should not decide about it. So every claim with an experiment is run again in many "
        "settings (but A1, an identity, and A4, a count: there is nothing to vary), written down before the run (those "
        "of G2, G5, A25, C42, D4 and S1 were changed after a first look, without changing a verdict). "
        "There are three kinds of claims:\n\n{}\n\n"
        "In what share of them a claim holds, and where it turns round, is on its trial page.",
        "surprises": "## Three surprises",
        "articles": "## The five articles",
        "ruled": "By what rule?",
        "whence": "{}. What they are is on the page about [where the course comes from](origins). "
        "Claims are given by their meaning, not word for word.",
        "slips": "## Slips in the articles",
        "slips_all": "All {}: run them and look",
        "between": ", ",
        "look": "See it run",
        "sources": "See the sources",
        "whose": " ({}, {})",
        "chapter": "Chapter",
        "rule": "Rule",
        "all": "all",
        "shown": "{} of {} shown",
    },
}
SURPRISING = 3  # of source/claims.yml


def printed(language):
    """All below the page's title."""
    words, claims = WORDS[language], load_claims()
    said = {key: claim for key, claim in claims.items() if claim["verdict"] != "slip"}
    slips = [row(key, claim, language) for key, claim in claims.items() if key not in said]
    called = words["between"].join(article["short"][language] for article in load_articles().values())
    parts = [
        words["intro"],
        fold(words["ruled"], words["verdicts"].format(rule(language))),
        filters(said, language),
        words["surprises"],
        *(row(key, said[key], language, again=True) for key in surprises(said)),
        *by_chapter(said, language),
        words["slips"],
        fold(words["slips_all"].format(len(slips)), "\n\n".join(slips)),
        words["articles"],
        words["whence"].format(called),
    ]
    return "\n\n".join(parts) + "\n"


def fold(summary, text):
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>"


def surprises(claims):
    """Three of the most surprising: one a chapter, what fails before what holds in part."""
    worst = sorted(claims, key=lambda key: (-claims[key]["surprise"], list(BADGES)[::-1].index(claims[key]["verdict"])))
    found = {}
    for key in worst:
        found.setdefault(claims[key]["chapter"], key)
    return list(found.values())[:3]


def by_chapter(claims, language):
    """A heading and the rows of each chapter, in the order of the book; the most surprising first."""
    order = [page.stem for page in chapters()]
    ranked = sorted(claims.items(), key=lambda item: (order.index(lesson(*item).stem), -item[1]["surprise"]))
    for page, group in groupby(ranked, key=lambda item: lesson(*item)):
        yield f"## {heading(page, language)}"
        yield from (row(key, claim, language) for key, claim in group)


def lesson(key, claim):
    """The page that teaches what a claim is about; the one below it has the test."""
    page = home(claim, key)
    return find(page.above) if page.above else page


def row(key, claim, language, again=False):
    """One claim as a fold: verdict and sentence, then who says it, why the verdict, the way to the experiment."""
    words, page = WORDS[language], home(claim, key)
    look = words["sources" if claim.get("by") == "sources" else "look"]
    link = f'<a href="../{page.address}.html#claim-{key}">{look}</a>'
    because = claim["because"][language]
    if language == "en" and claim["verdict"] == "only when" and because[0].islower():
        because = f"Holds only when {because}"
    whose = words["whose"].format(origin(claim, language), mentioned(page, language))
    name = "" if again else f' id="{key}"'  # the three on top stand in their chapter, too
    data = {"verdict": kind(claim["verdict"]), "chapter": lesson(key, claim).stem, "rules": " ".join(rules(key, claim))}
    attributes = "".join(f' data-{what}="{value}"' for what, value in data.items())
    badge = f'<span class="badge {kind(claim["verdict"])}">{in_a_word(claim["verdict"], language)}</span>'
    summary = f"{badge} <span>{inline(claim['says'][language])}</span> <small>{key}</small>"
    return (
        f'<details class="claim-row mathjax_process"{name}{attributes}>\n'
        f"<summary>{summary}</summary>\n\n"
        f"{because}{whose}{in_short(key, claim, language)} {link}\n\n</details>"
    )


def rules(key, claim):
    """The rules that a claim, its verdict or its chapter names."""
    text = f"{claim['says']['en']} {claim['because']['en']} {heading(lesson(key, claim), 'en')}"
    return [entry.name for entry in RULES if re.search(rf"\b{names(entry)}\b", text, re.I)]


def names(entry):
    return "(SGD|gradient descent|full[- ]batch)" if entry.name == "sgd" else re.escape(entry.called["en"])


def filters(claims, language):
    """How many there are of each verdict, and what one may choose by: the script makes controls of it."""
    words = WORDS[language]
    counts = []
    for name in BADGES:
        count, (sign, says) = sum(claim["verdict"] == name for claim in claims.values()), BADGES[name]
        counts.append(
            f'<span class="badge {kind(name)}" data-verdict="{kind(name)}">{count} {sign} {says[language]}</span>'
        )
    of = {lesson(*item).stem for item in claims.items()}
    named = {rule for item in claims.items() for rule in rules(*item)}
    lessons = {page.stem: heading(page, language) for page in chapters() if page.stem in of}
    called = {entry.name: entry.called[language] for entry in RULES if entry.name in named}
    options = "".join(
        f'<span hidden data-option="{what}" data-value="{value}">{says}</span>'
        for what, found in (("chapter", lessons), ("rule", called))
        for value, says in found.items()
    )
    data = " ".join(f'data-{name}="{words[name]}"' for name in ("chapter", "rule", "all", "shown"))
    return f'<div class="claim-filter" {data}>\n{" ".join(counts)}\n{options}\n</div>'
