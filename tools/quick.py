"""Print the 15-minute path: all rules on one page, each with a picture of the same bowl."""

from functools import cache
from operator import attrgetter

import yaml
from project import SOURCE, find

import gdcourse as gd
from gdcourse.rules import RULES

WORDS = {
    "zh": {"use": "适合：", "avoid": "不适合：", "picture": "{}：从圆圈出发的 {} 步"},
    "en": {"use": "Use when:", "avoid": "Avoid when:", "picture": "{}: {} steps from the ring"},
}
WIDTH, HEIGHT = 224, 128  # of a picture, in pixels
LEFT, RIGHT, TOP = -2.3, 0.7, 1.1  # what it shows of the plane; as far down as up


@cache
def load():
    return yaml.safe_load((SOURCE / "quick.yml").read_text("utf-8"))


@cache
def row_of(name):
    """The rule as PyTorch has it, a row of source/parity.yml."""
    rows = yaml.safe_load((SOURCE / "parity.yml").read_text("utf-8"))["rows"]
    return next(row for row in rows if row["of"] == name and row["library"] == "PyTorch")


def printed(language):
    """All below the page's title."""
    data = load()
    parts = [data["intro"][language].strip().format(**data["picture"]), f"```python\n{data['loop'].strip()}\n```"]
    parts += [section(rule, language) for rule in data["rules"]]
    return "\n\n".join(parts) + "\n"


def section(rule, language):
    entry, words = next(entry for entry in RULES if entry.name == rule["of"]), WORDS[language]
    page = find(rule["lesson"])
    title = f"[{entry.title(language)}](../chapters/{page.stem}.ipynb)"
    says = words["picture"].format(entry.called[language], load()["picture"]["steps"])
    lines = [
        f"## {title}",
        f'<div class="quick">\n\n{picture(rule, entry, says)}\n\n<div>',
        f"{rule['idea'][language]}{' ' if language == 'en' else ''}{rule['yet'][language]}",
        f"$$\n{broken(row_of(rule['of'])['tex'])}\n$$",
        f"```python\noptimizer = {rule['torch']}\n```",
        "<br>".join(f"**{words[when]}** {rule[when][language]}" for when in ("use", "avoid")),
        "</div>\n</div>",
    ]
    return "\n\n".join(lines)


def broken(tex):
    """One update a line, so that a phone shows them whole."""
    parts = tex.split(r", \quad ")
    lines = " \\\\\n".join(f"&{part}" for part in parts)
    return tex if len(parts) == 1 else f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


# --- pictures ---------------------------------------------------------------


def picture(rule, entry, says):
    """The path of a rule on the bowl, as a drawing of two kilobytes."""
    what = load()["picture"]
    bowl = gd.Surface("bowl", kappa=what["kappa"], start=tuple(what["start"]))
    step = attrgetter(row_of(entry.name)["rule"])(gd)  # the very rule whose formula stands beside it
    path = gd.minimize(bowl, step, steps=what["steps"], **rule["knobs"]).thetas
    dots = [place(x, y) for x, y in path]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    dotted = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6"/>' for x, y in dots[1:])
    rings = "".join(ellipse(level, what["kappa"]) for level in (0.02, 0.1, 0.3, 0.8, 1.6, 3.2, 6.4))
    (x0, y0), (x1, y1) = dots[0], place(0, 0)
    look = gd.rules.looks()[entry.name]
    return (
        f'<svg class="sketch" role="img" aria-label="{says}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" style="--light:{look.light};--dark:{look.dark}">'
        f'<g class="rings">{rings}</g><polyline points="{line}"/>'
        f'<g class="dots">{dotted}</g>'
        f'<circle class="start" cx="{x0:.1f}" cy="{y0:.1f}" r="4.5"/>'
        f'<path class="goal" d="M{x1 - 5:.1f} {y1:.1f}h10m-5 -5v10"/></svg>'
    )


def place(x, y):
    """Where a point of the plane stands in the drawing."""
    return (x - LEFT) / (RIGHT - LEFT) * WIDTH, (TOP - y) / (2 * TOP) * HEIGHT


def ellipse(level, kappa):
    """The contour (x² + κ y²) / 2 = level."""
    (cx, cy), (right, top) = place(0, 0), place((2 * level) ** 0.5, (2 * level / kappa) ** 0.5)
    return f'<ellipse cx="{cx:.1f}" cy="{cy:.1f}" rx="{right - cx:.1f}" ry="{cy - top:.1f}"/>'
