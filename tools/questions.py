"""Print the concept questions of source/questions.yml: choices that unfold, anywhere.

In the page ``selfcheck/questions.js`` makes a form of those that ask for a
number, which it finds in ``data-value``.  What can be chosen is computed here
from the bank of mistakes, so that a key or a wrong answer changes with the rules.
"""

import hashlib
import html
import re
from functools import cache

import numpy as np
import yaml
from project import SOURCE

from gdcourse.exercises import get
from gdcourse.exercises.shell import exercises, messages


@cache
def load():
    return yaml.safe_load((SOURCE / "questions.yml").read_text("utf-8"))


def steps(rule, gradients, theta=0.0, **knobs):
    """The lengths of the steps that ``rule`` takes, downhill counted as positive."""
    state, path = (), [theta]
    for g in gradients:
        theta, state = rule(theta, lambda _, g=g: g, *state, **knobs)
        path.append(theta)
    return -np.diff(path)


def arrays(rule):
    """How many numbers ``rule`` remembers for each parameter."""
    _, state = rule(np.ones(2), lambda theta: theta)
    return sum(np.size(part) == 2 for part in state)


def kind(question):
    return next(key for key in ("choices", "value", "missing", "bug") if key in question)


def choices(question, language):
    """(what one may choose, why, whether it is right), in the order in which they are shown."""
    return [(shown(says), *rest) for says, *rest in answers(question, language)]


def shown(says):
    return number(says) if isinstance(says, float) else says


def answers(question, language):
    """The choices; what one may choose is a number where the question asks for one, HTML elsewhere."""
    if "choices" in question:
        return [(c["says"][language], c["because"][language], c.get("right", False)) for c in question["choices"]]
    right = question["right"][language] if "right" in question else why(question, question["bug"], language)
    wrong = question["wrong"] if isinstance(question["wrong"], dict) else dict.fromkeys(question["wrong"])
    found = [(what(question, None, language), right, True)]
    for mistake, words in wrong.items():
        because = words[language] if words else why(question, mistake, language)
        found.append((what(question, mistake, language), because, False))
    if "value" in question:
        return sorted(found, key=lambda choice: choice[0])
    # mixed, but the same way in both languages
    order = [hashlib.sha1(repr(name).encode()).hexdigest() for name in [None, *wrong]]
    return [choice for _, choice in sorted(zip(order, found, strict=True))]


def what(question, mistake, language):
    """What somebody chooses who makes that ``mistake``, or none: a number, a line, the mistake itself.

    To take another rule for the one that is asked about is a mistake, too.
    """
    exercise = get(question["exercise"])
    if "bug" in question:
        return entry(question["exercise"], mistake or question["bug"], language)[0]
    if "missing" in question:
        source = exercise.mistaken_source(mistake) if mistake else exercise.source
        line = " ".join(line_of(source, question["missing"]).split())  # edits leave double spaces behind
        return f"<code>{html.escape(line.removeprefix(question['missing']))}</code>"
    if mistake in exercises():
        exercise, mistake = get(mistake), None
    rule = exercise.mistaken(mistake) if mistake else exercise.reference
    return float(eval(question["value"], {"rule": rule, "steps": steps, "arrays": arrays}))


def line_of(source, begin):
    return next(line.strip() for line in source.split("\n") if line.strip().startswith(begin))


def entry(exercise, mistake, language):
    known = messages(language)["mistakes"]
    return known.get(f"{exercise}.{mistake}") or known[mistake]


def why(question, mistake, language):
    """The bank's words about a mistake: the verdict, unless that is what was chosen, and the reason."""
    verdict, reason = entry(question["exercise"], mistake, language)
    if mistake == question.get("bug"):
        return {"zh": "对。", "en": "Right. "}[language] + reason
    if "bug" in question:
        return {"zh": "那样画出来的是另一条曲线。", "en": "That would draw another curve. "}[language] + reason
    return verdict + {"zh": "", "en": " "}[language] + reason


def number(value):
    return f"{value:z.4g}".replace("e-0", "e-").replace("-", "−")


def show(name, language, count):
    """The question as Markdown; ``count`` is its number in its place, or None."""
    question = load()[name]
    label = f"**{count}.** " if count else ""
    parts = [f'<div class="question {kind(question)}" id="q-{name}">', label + question["asks"][language]]
    if "missing" in question:
        source = get(question["exercise"]).source
        lines = [line_of(source, begin) for begin in question["shows"]]
        lines = [question["missing"] + "______" if line.startswith(question["missing"]) else line for line in lines]
        parts.append("```text\n" + "\n".join(lines) + "\n```")
    for letter, (says, because, right) in zip("ABCDEFGH", answers(question, language), strict=False):
        classes = "mathjax_process right" if right else "mathjax_process"
        data = f' data-value="{says:.12g}" data-says="{number(says)}"' if "value" in question else ""
        summary = re.sub(r"\$([^$]*)\$", r"\\(\1\\)", shown(says))
        opened = f'<details class="{classes}"{data}><summary>{letter}. {summary}</summary>'
        parts.append(f"{opened}\n\n{because}\n\n</details>")
    return "\n\n".join([*parts, "</div>"])
