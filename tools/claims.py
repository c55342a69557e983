"""The claims of source/claims.yml, as chapters and pages show them."""

import re
from functools import cache

import yaml
from cells import SourceError
from project import SOURCE, chapters
from trials import printed

WORDS = {
    "zh": {
        "claim": "说法",
        "and": "、",
        "course": "本课程",
        "paper": "Adam 的论文",
        "folklore": "常见说法",
        "verdict": "结论",
        "holds": "成立",
        "fails": "不成立",
        "only when": "有条件成立",
        "not settled": "此处不下定论",
        "slip": "疏漏",
    },
    "en": {
        "claim": "Claim",
        "and": " and ",
        "course": "this course",
        "paper": "the paper on Adam",
        "folklore": "a common belief",
        "verdict": "Verdict",
        "holds": "holds",
        "fails": "fails",
        "only when": "holds only when …",
        "not settled": "not settled here",
        "slip": "a slip",
    },
}

# The verdict as a badge: a sign, a word, and a class that gives the tint.
BADGES = {
    "holds": ("✓", {"zh": "成立", "en": "holds"}),
    "only when": ("◐", {"zh": "有条件成立", "en": "partly true"}),
    "fails": ("✗", {"zh": "不成立", "en": "fails"}),
    "not settled": ("?", {"zh": "此处不下定论", "en": "not settled here"}),
}


@cache
def load_claims():
    return yaml.safe_load((SOURCE / "claims.yml").read_text("utf-8"))


@cache
def load_articles():
    return yaml.safe_load((SOURCE / "articles.yml").read_text("utf-8"))["articles"]


def home(entry, key=""):
    """The page that an entry of claims.yml or errata.yml means: of its chapter the first, or the one with its place."""
    place = re.compile(rf"\{{\{{(claim|folded|at) {key}\}}\}}" if key else "")
    of_the_chapter = [page for page in chapters() if entry["chapter"] in (page.number, page.stem)]
    found = [page for page in of_the_chapter if place.search(page.source.read_text("utf-8"))]
    if not found:
        raise SourceError(f"no page of chapter {entry['chapter']} in source/course.yml has a place for {key or entry}")
    return found[0]


# --- cards ----------------------------------------------------------------------


def origin(claim, language):
    words = WORDS[language]
    if claim["article"] in words:
        return words[claim["article"]]
    return words["and"].join(load_articles()[key]["short"][language] for key in claim["article"].split(", "))


def anchor(key, *_):
    """Where the page of claims leads to."""
    return f'<span id="claim-{key}"></span>'


def claim_card(key, claim, language):
    label = f"{anchor(key)}**{WORDS[language]['claim']} {key}**"
    if language == "zh":
        return f"> {label}（{origin(claim, language)}）：{claim['says']['zh']}"
    return f"> {label} ({origin(claim, language)}): {claim['says']['en']}"


def verdict_card(key, claim, language):
    return f"> {verdict(claim, language)} {claim['because'][language]}"


def verdict(claim, language):
    """**Verdict: holds.**, with the stop that the language writes."""
    words = WORDS[language]
    if language == "zh":
        return f"**{words['verdict']}：{words[claim['verdict']]}。**"
    return f"**{words['verdict']}: {words[claim['verdict']]}{'' if claim['verdict'] == 'only when' else '.'}**"


def folded_card(key, claim, language):
    words = WORDS[language]
    colon, dash = ("：", "——") if language == "zh" else (": ", " — ")
    summary = f"<b>{words['claim']} {key}</b>{colon}{claim['says'][language]}{dash}<b>{words[claim['verdict']]}</b>"
    because = claim["because"][language]
    return f'<details class="claim" id="claim-{key}">\n<summary>{summary}</summary>\n\n{because}\n\n</details>'


def badge(key, claim, language):
    """The verdict in a word, which leads to where the claim is tested."""
    place = f"{home(claim, key).stem}.ipynb#claim-{key}"
    return f'<a class="badge {kind(claim["verdict"])}" href="{place}">{in_a_word(claim["verdict"], language)}</a>'


def kind(verdict):
    """A verdict as a class of the page."""
    return verdict.replace(" ", "-")


def in_a_word(verdict, language):
    """✓ holds; a slip has no sign."""
    sign, words = BADGES.get(verdict, ("", {}))
    return f"{sign} {words[language]}" if sign else WORDS[language][verdict]


CARDS = {
    "claim": claim_card,
    "verdict": verdict_card,
    "folded": folded_card,
    "at": anchor,
    "badge": badge,
    "robust": printed.card,
}
