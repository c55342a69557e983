"""What a trial page shows of a trial, and the rule for badges in words."""

from functools import cache

import yaml
from cells import SourceError
from project import SOURCE

from trials import TRIALS
from trials.frame import CHANCE, HARDLY_ANY, NEARLY_ALL

WORDS = {
    "zh": {
        "summary": "换个设定还成立吗？{count} 种设定里，{share} 成立",
        "short": "“{kind}”一类的说法，{count} 种设定里 {share} 成立。",
        "beyond": "不过{}，所以不下定论。",
        "beyond all": "**为什么仍不下定论：** {}。",
        "no sweep": "没有换设定再试：{}。",
        "means": "**什么算成立：** {}",
        "kind": "**这类说法：** {}。{}。",
        "axis": "换的是",
        "share": "成立的比例",
        "several": "{count} 个：{low}–{high}",
        "same": "{count} 个：都是 {low}",
        "turns": "**在哪里转向：**\n{}",
        "turn": "{axis}：{yes}，多数成立；{no}，多数不成立",
        "or": "、",
        "never": "**在哪里转向：** 单看哪一项，都没有从多数成立变成多数不成立。",
        "point": "。",
    },
    "en": {
        "summary": "Does it hold elsewhere? In {share} of {count} settings",
        "short": " Kind of claim: {kind}; it holds in {share} of {count} settings.",
        "beyond": " But {}, so it stays unsettled.",
        "beyond all": "**Why it stays unsettled:** {}.",
        "no sweep": " Not tried in other settings: {}.",
        "means": "**It counts as holding when** {}",
        "kind": "**Kind of claim:** {}. {}.",
        "axis": "what was varied",
        "share": "share that holds",
        "several": "{count}: {low} to {high}",
        "same": "{count}: {low} each",
        "turns": "**Where it turns round:**\n{}",
        "turn": "{axis}: it mostly holds for {yes}, mostly not for {no}",
        "or": ", ",
        "never": "**Where it turns round:** along no single axis does the majority change.",
        "point": ".",
    },
}
KINDS = {
    "always": {"zh": "总是", "en": "always"},
    "tends": {"zh": "往往", "en": "tends to"},
    "can": {"zh": "能", "en": "can"},
}
RULES = {
    "always": {
        "zh": "每种设定都成立才算成立，一个反例就推翻",
        "en": "It holds if it does in every setting; one counter-example is enough to make it fail",
    },
    "tends": {
        "zh": f"{NEARLY_ALL:.0%} 以上的设定成立，才算成立；{HARDLY_ANY:.0%} 以下，不成立；其间，有条件成立",
        "en": f"It holds from {NEARLY_ALL * 100:.0f} % of the settings on and fails up to {HARDLY_ANY * 100:.0f} %; "
        "in between it is partly true",
    },
    "can": {
        "zh": "有一种设定老老实实做到，就算成立；比例说明有多常见",
        "en": "One honest case is enough; the share says how common it is",
    },
}
BARS = "▁▂▃▄▅▆▇█"
NO_BREAK = "\N{NO-BREAK SPACE}"


@cache
def words():
    return yaml.safe_load((SOURCE / "trials.yml").read_text("utf-8"))


def percent(share, language):
    """Never rounded up, so that 90 % is 90 %; what is more than nothing is shown as 1 % at least."""
    shown = max(int(share * 100 + 1e-9), share > 0)
    return f"{shown}{'' if language == 'zh' else ' '}%"


def axis_name(axis, language):
    return words()["axes"][axis][language]


def value_name(axis, value, language):
    if isinstance(value, (str, bool)):
        found = words()["values"]
        text = found.get(f"{axis} {value}") or found.get(str(value))
        return text[language] if text else value
    return f"{value:g}"


def card(key, claim, language):
    """{{robust A7}}: the share by each axis, and where it turns round, folded below one sentence."""
    if not (key in TRIALS and TRIALS[key].table):
        raise SourceError(f"no trial of claim {key} is kept: run python3 course.py trials {key}")
    table, said, kind = TRIALS[key].table, WORDS[language], claim["kind"]
    lines = [
        said["means"].format(words()["holds"][key][language] + said["point"]),
        said["kind"].format(KINDS[kind][language], RULES[kind][language]),
        "\n".join([f"| {said['axis']} | {said['share']} |", "|---|---|", *rows(table, language)]),
        turning(table, language),
    ]
    if key in words()["beyond"]:
        lines.append(said["beyond all"].format(words()["beyond"][key][language]))
    summary = said["summary"].format(count=len(table.margins), share=percent(table.share, language))
    body = "\n\n".join(lines)
    return f'<details class="robust">\n<summary>{summary}</summary>\n\n{body}\n\n</details>'


def rows(table, language):
    for axis in table.trial.axes:
        shares = table.by(axis)
        if axis in CHANCE:
            low, high = (percent(bound(shares.values()), language) for bound in (min, max))
            shown = WORDS[language]["same" if low == high else "several"].format(count=len(shares), low=low, high=high)
        else:
            shown = " · ".join(
                bar(value_name(axis, value, language), share, language) for value, share in shares.items()
            )
        yield f"| {axis_name(axis, language)} | {shown} |"


def bar(value, share, language):
    """A value, a column as high as its share, and the share, in one line."""
    column = f'<span aria-hidden="true">{BARS[round(share * 7)]}</span>'
    return NO_BREAK.join([value, column, percent(share, language).replace(" ", NO_BREAK)])


def turning(table, language):
    said, places = WORDS[language], []
    for axis, *sides in table.turns():
        yes, no = (said["or"].join(value_name(axis, value, language) for value in values) for values in sides)
        places.append(said["turn"].format(axis=axis_name(axis, language), yes=yes, no=no))
    return said["turns"].format("\n- ".join(["", *places])) if places else said["never"]


def in_short(key, claim, language):
    """A sentence for the page of claims: the share, or why there is none; slips have neither."""
    said = WORDS[language]
    if key in words()["no sweep"]:
        return said["no sweep"].format(words()["no sweep"][key][language])
    if not (key in TRIALS and TRIALS[key].table):
        return ""
    table = TRIALS[key].table
    count, share = len(table.margins), percent(table.share, language)
    short = said["short"].format(kind=KINDS[claim["kind"]][language], count=count, share=share)
    return short + (said["beyond"].format(words()["beyond"][key][language]) if key in words()["beyond"] else "")


def rule(language):
    """The rule for badges, for the page of claims."""
    colon, point = {"zh": ("：", "。"), "en": (": ", ".")}[language]
    return "\n".join(f"- **{KINDS[kind][language]}**{colon}{RULES[kind][language]}{point}" for kind in KINDS)
