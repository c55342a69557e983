"""Print the concept questions of source/questions.yml: choices that unfold, anywhere.

``{{question name}}`` in a page becomes Markdown (``show``); ``gd.ask("name")`` in
a notebook reads what ``as_json`` prints for the package.  In the page
``selfcheck/questions.js`` makes a form of those that ask for a number, which it
finds in ``data-value``.  What can be chosen is computed here from the bank of
mistakes, so that a key or a wrong answer changes with the rules.
"""

import hashlib
import html
import json
import re
from functools import cache

import numpy as np
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from project import EDITIONS, SOURCE, find, mentioned

from gdcourse.exercises import get
from gdcourse.exercises.shell import exercises, messages

ASKED = re.compile(r'\{\{question ([\w-]+)\}\}|^gd\.ask\("([\w-]+)"\)', re.M)  # in a text, in a cell of code


def asked(text):
    """The names of the questions that a source poses, in their order."""
    return list(dict.fromkeys(one or other for one, other in ASKED.findall(text)))


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


def activity(question):
    """What the reader does; to choose among lines of code is to tap one."""
    if "choices" in question:
        of_code = all(choice["says"]["en"].startswith("<code>") for choice in question["choices"])
        return "line" if of_code else "choice"
    return {"value": "number", "missing": "line", "bug": "bug"}[kind(question)]


def choices(question, language):
    """(what one may choose, why, whether it is right), in the order in which they are shown."""
    return [(shown(says), *rest) for says, *rest in answers(question, language)]


def shown(says):
    return number(says) if isinstance(says, float) else says


def answers(question, language):
    """The choices; what one may choose is a number where the question asks for one, HTML elsewhere."""
    again = where_again(question, language)
    return [(says, because + again, right) for says, because, right in explained(question, language)]


def where_again(question, language):
    """Where the lesson stands that a question recalls; said after the answer, for it would help to guess."""
    if "from" not in question:
        return ""
    name = re.split("[：:]", mentioned(find(question["from"]), language))[0]  # the basics go by their title
    return {"zh": f"（可以回头看{name}。）", "en": f" (To look up: {name}.)"}[language]


def explained(question, language):
    if "choices" in question:
        return [(c["says"][language], c["because"][language], c.get("right", False)) for c in question["choices"]]
    if "exercise" not in question:
        return sums(question, language)
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


def sums(question, language):
    """The choices where the value is plain arithmetic, and each wrong one brings its own."""
    found = [(float(eval(wrong["value"])), wrong["because"][language], False) for wrong in question["wrong"]]
    return sorted([(float(eval(question["value"])), question["right"][language], True), *found])


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
        return drawn(question, mistake, language) + reason
    return verdict + {"zh": "", "en": " "}[language] + reason


def drawn(question, mistake, language):
    """What another mistake would draw at the two steps that the question ``reads``, and what is drawn there."""
    exercise, (begin, end) = get(question["exercise"]), question["reads"]
    read = [
        number(float(steps(exercise.mistaken(name), [1.0] * end, lr=1.0)[at - 1]), digits=2)
        for name in (mistake, question["bug"])
        for at in (begin, end)
    ]
    return {
        "zh": "那样画出来，第 {0} 步是 {2} η，第 {1} 步是 {3} η；图上却是 {4} η 和 {5} η。",
        "en": "That would draw step {0} at {2} η and step {1} at {3} η; the figure has {4} η and {5} η. ",
    }[language].format(begin, end, *read)


def number(value, digits=4):
    return f"{value:z.{digits}g}".replace("e-0", "e-").replace("-", "−")


# --- in the text of a page ------------------------------------------------------


def show(name, language, count):
    """The question as Markdown; ``count`` is its number in its place, or None."""
    question = load()[name]
    label = f"**{count}.** " if count else ""
    head = f'<div class="question {kind(question)}" id="q-{name}" data-activity="{activity(question)}">'
    parts = [head, label + question["asks"][language]]
    if "missing" in question:
        parts.append(f"```text\n{lines_around(question)}\n```")
    for letter, (says, because, right) in zip("ABCDEFGH", answers(question, language), strict=False):
        classes = "mathjax_process right" if right else "mathjax_process"
        data = f' data-value="{says:.12g}" data-says="{number(says)}"' if "value" in question else ""
        opened = f'<details class="{classes}"{data}><summary>{letter}. {inline(shown(says))}</summary>'
        parts.append(f"{opened}\n\n{because}\n\n</details>")
    return "\n\n".join([*parts, "</div>"])


def lines_around(question):
    """The lines that it shows, with a blank where one is missing."""
    missing, source = question["missing"], get(question["exercise"]).source
    lines = [line_of(source, begin) for begin in question["shows"]]
    return "\n".join(f"{missing}______" if line.startswith(missing) else line for line in lines)


def inline(says):
    r"""A choice is HTML already: only its formulas are made \(…\)."""
    return re.sub(r"\$([^$]*)\$", r"\\(\1\\)", says)


# --- for the package ------------------------------------------------------------


def as_json():
    """All questions as ``gdcourse/questions.py`` reads them."""
    return json.dumps({name: told(question) for name, question in load().items()}, ensure_ascii=False, indent=1) + "\n"


def told(question):
    by_language = {language: texts(question, language) for language in EDITIONS}
    return {"kind": kind(question), "activity": activity(question), **by_language}


def texts(question, language):
    code = {"code": html.escape(lines_around(question), quote=False)} if "missing" in question else {}
    choices = [choice(*answer) for answer in answers(question, language)]
    return {"asks": as_html(question["asks"][language]), **code, "choices": choices}


def choice(says, because, right):
    value = {"value": float(f"{says:.12g}")} if isinstance(says, float) else {}
    return {"says": inline(shown(says)), **value, "because": as_html(because), "right": right}


def as_html(text):
    return markdown().render(text).strip()


@cache
def markdown():
    """With formulas as Jupyter and formulas.py look for them: no element around them."""
    reader = MarkdownIt("commonmark").use(dollarmath_plugin)
    reader.add_render_rule("math_inline", lambda _, tokens, at, *rest: html.escape(rf"\({tokens[at].content}\)", False))
    return reader
