"""The compact form as it stands until it is touched: question, map at step 0, slider, one sentence.

``elements`` are those that ``js/compact.js`` brings to life in place, so that
nothing jumps and a slider that is already held stays in the hand.  What does
nothing without JavaScript is marked ``data-waits`` and cannot be seen until
``explore.js`` is there.
"""

import html
import json
import math
from itertools import pairwise

import numpy as np

from gdcourse.explorer import page, picture
from gdcourse.explorer.looks import assigned
from gdcourse.explorer.scales import ends, position

TICKS = 250  # positions of a slider
WAITS = 'data-waits style="visibility:hidden"'


def still(explorer, common):
    """HTML: the elements, and the description that brings them to life."""
    return described(explorer.spec, elements(explorer, common))


def described(spec, elements, more=""):
    told = json.dumps(spec, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<div class="gd-explorer" data-activity="explorer"{more}>{elements}'
        f'<script type="application/json">{told}</script></div>'
    )


def elements(explorer, common):
    """What ``js/compact.js`` makes alive."""
    spec, words = explorer.spec, common["words"]
    question = html.escape(common["questions"][spec["question"]])
    looks = assigned(spec["racers"], common["looks"])
    return (
        f'<div class="gx gx-compact" role="group" aria-label="{question}"><p class="gx-question">{question}</p>'
        f"{pictured(explorer, words, looks)}"
        f'<div class="gx-hand" {WAITS}>{play(words) if has_steps(spec) else ""}'
        f"{''.join(slider(about, spec, words, looks) for about in spec['sliders'])}</div>"
        f'<p class="gx-live gx-note" data-hint="{words["touch" if "view" in spec else "push"]}">{words["still"]}</p>'
        f"{laboratory(words) if 'view' in spec else ''}"
        f'<p class="gx-sr" role="status"></p></div>'
    )


def has_steps(spec):
    """Is there a race to be seen step by step?"""
    return not {"function", "every"} & set(spec["problem"])


def pictured(explorer, words, looks):
    """A map, a tape, a road, two words or a secant."""
    if "function" in explorer.spec["problem"]:
        return secant(explorer, words)
    return (map_ if "view" in explorer.spec else tape)(explorer, words, looks)


def play(words):
    return f'<button type="button" class="gx-button gx-play" aria-label="{words["play"]}">▶</button>'


def laboratory(words):
    return f'<button type="button" class="gx-quiet gx-open" {WAITS}>{words["laboratory"]}</button>'


PHONE = 340, 212.5  # px of a map there: names that are apart on it are apart on every other


def tags(spec, paths, words, looks):
    """The names at the ends of the paths, in shares of the map; they stay 12 px high, however wide that is."""
    if len(paths) < 2:
        return ""
    shrunk = PHONE[0] / picture.WIDTH
    names = picture.called(spec["racers"], words)
    ends = [[shrunk * part for part in picture.place(spec)(*path[-1, :2])] for path in paths]
    wanted = [(*end, picture.wide(name)) for end, name in zip(ends, names, strict=True)]
    return "".join(
        f'<span class="gx-tag" aria-hidden="true" style="{picture.inks(look)};left:{100 * x / PHONE[0]:.1f}%;'
        f'top:{100 * y / PHONE[1]:.1f}%">{html.escape(name)}</span>'
        for name, look, (x, y) in zip(names, looks, picture.apart(wanted, *PHONE), strict=True)
    )


def names(spec, words, looks, drawn=""):
    """Who is who, where there are several; for screen readers only, where the ends of the paths say so too."""
    if len(looks) < 2:
        return ""
    rows = "".join(
        picture.entry(
            words["rule." + racer["rule"]],
            "gx-path",
            f"{picture.colours(look)};{drawn or f'stroke-dasharray:{picture.dashes(look)}'}",
        )
        for racer, look in zip(spec["racers"], looks, strict=True)
    )
    unseen = " gx-unseen" if "view" in spec and spec.get("ghost", True) else ""
    return f'<ul class="gx-names{unseen}">{rows}</ul>'


def map_(explorer, words, looks):
    """The landscape with the start, and faintly where the paths lead, unless that is the answer."""
    spec = explorer.spec
    paths = [picture.points(run)[: spec["at"] + 1] for run in explorer.runs()] if spec.get("ghost", True) else []
    x, y = picture.place(spec)(*spec["start"])
    shown = words["shown"].format(task=words["surface." + spec["problem"]["surface"]], count=len(looks))
    start = words["start"].format(x=picture.number(spec["start"][0]), y=picture.number(spec["start"][1]))
    left, top = 100 * x / picture.WIDTH, 100 * y / picture.HEIGHT
    return (
        f'{names(spec, words, looks)}<div class="gx-map"><svg class="gx-still" role="img" '
        # (without the rim: hills end there, and their lines would lie one upon the other)
        f'viewBox="1 1 {picture.WIDTH - 2} {picture.HEIGHT - 2}" '
        f'aria-label="{html.escape(shown)}">{hills(explorer, spec)}{ghosts(spec, paths, looks)}'
        f"{picture.marks(spec)}</svg>{tags(spec, paths, words, looks)}"
        f'<button type="button" class="gx-handle" aria-label="{start}" data-waits '
        f'style="visibility:hidden;margin:{top * picture.HEIGHT / picture.WIDTH:.2f}% 0 0 {left:.2f}%">'
        f'<span class="gx-drag" aria-hidden="true">{words["drag"]}</span></button></div>'
    )


def hills(explorer, spec):
    """What lies above each level, as the living map draws it, in few points."""
    levels, maker = picture.contours(explorer, spec, 56, 36)
    return "".join(
        f'<path class="gx-hill" d="{"".join(ring(points[a:b]) for a, b in pairwise(offsets))}"/>'
        for level in levels
        for points, offsets in zip(*maker.filled(level, math.inf), strict=True)
    )


def ring(points):
    """A closed line, without the points that its neighbours' straight line goes through."""
    points = np.round(points[:-1] * 2) / 2
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    bent = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in points[bent])}Z"


def ghosts(spec, paths, looks):
    if not paths:
        return ""
    drawn = [
        f'<path class="gx-path" style="{picture.colours(look)};stroke-dasharray:{picture.dashes(look)}" '
        f'd="{picture.joined(spec, path)}"/>'
        for path, look in zip(paths, looks, strict=True)
    ]
    return f'<g class="gx-ghost">{"".join(drawn)}</g>'


def tape(explorer, words, looks):
    """Bars of the gradients, a row a coordinate; below a strip for each racer's path, all at one scale."""
    spec = explorer.spec
    said = words[picture.kind(spec["problem"])]
    rows = "".join(f'<span class="gx-label">{label}</span>{row}' for label, row in rows_of(explorer, words, looks))
    known = names(spec, words, looks, "stroke-width:8") if "every" in spec["problem"] else ""
    name = "gx-tape gx-words" if "every" in spec["problem"] else "gx-tape"
    return f'{known}<div class="{name}" role="img" aria-label="{said}">{rows}</div>'


def rows_of(explorer, words, looks):
    """What stands before each row of a tape, a road or two words, and the row, an SVG."""
    spec = explorer.spec
    if "every" in spec["problem"]:
        of_each = zip(("common", "rare"), spec["problem"]["goals"], strict=True)
        return [learnt(words[f"words.{name}"], goal, looks) for name, goal in of_each]
    if "goal" in spec["problem"]:
        names = map(html.escape, picture.called(spec["racers"], words))
        return [*((name, lane(spec["problem"], look)) for name, look in zip(names, looks, strict=True)), metres(spec)]
    bars = [bar_row(i, row) for i, row in enumerate(zip(*spec["problem"]["gradients"], strict=True), 1)]
    left, right, bottom, top = reach(explorer)
    strips = [
        f'<svg class="gx-strip" style="{picture.colours(look)}" preserveAspectRatio="none" '
        f'viewBox="{left:.4g} {-top:.4g} {right - left:.4g} {top - bottom:.4g}"><path class="gx-zero" '
        f'd="M{left:.4g},0H{right:.4g}"/><g transform="scale(1,-1)"><path class="gx-path" '
        f'style="stroke-dasharray:{picture.dashes(look)}" d=""/><path class="gx-spot" d="M0,0z"/></g></svg>'
        for look in looks
    ]
    return [*bars, *zip(map(html.escape, picture.called(spec["racers"], words)), strips, strict=True)]


ROAD = -100, 1300  # metres that are seen


def lane(problem, look):
    """The road of one racer, in metres whatever its unit: start, goal, and where it stood after each step."""
    left, right = ROAD
    return (
        f'<svg class="gx-strip gx-lane" style="{picture.colours(look)}" preserveAspectRatio="none" '
        f'viewBox="{left} -1 {right - left} 2"><path class="gx-zero" d="M{left},0H{right}M0,-.5V.5"/>'
        f'<path class="gx-goal" d="M{problem["goal"]},-.8V.8"/><g transform="scale({problem["unit"]:g},-1)">'
        f'<path class="gx-path" d=""/><path class="gx-steps" d=""/><path class="gx-spot" d="M0,0z"/></g></svg>'
    )


def metres(spec):
    """The scale below all of them."""
    left, right = ROAD
    marks = "".join(
        f'<text x="{100 * (x - left) / (right - left):.1f}%" y="12">{text}</text>'
        for x, text in ((0, "0"), (spec["problem"]["goal"], f"{spec['problem']['goal']} m"))
    )
    return "", f'<svg class="gx-metres">{marks}</svg>'


def learnt(word, goal, looks):
    """One word: the error of each racer's score, 1 at the start, and what it should be below."""
    bars = "".join(
        f'<rect class="gx-error" style="{picture.colours(look)}" y="{i + 0.1}" width="1" height="0.8"/>'
        for i, look in enumerate(looks)
    )
    return (
        f"{html.escape(word)} <small>&lt; {goal:g}</small>",
        f'<svg class="gx-strip gx-word" preserveAspectRatio="none" viewBox="0 0 1 {len(looks)}">{bars}'
        f'<path class="gx-zero" d="M0,0V{len(looks)}"/><path class="gx-goal" d="M{goal},0V{len(looks)}"/></svg>',
    )


def bar_row(i, gradients):
    """The gradients of one coordinate, by their own largest."""
    most = max(map(abs, gradients))
    bars = "".join(
        f'<rect class="gx-bar" x="{t + 0.15}" y="{min(1, 1 - g / most):g}" width="0.7" height="{abs(g / most):g}"/>'
        for t, g in enumerate(gradients)
    )
    sign = "±" if min(gradients) < 0 < max(gradients) else "−" if min(gradients) < 0 else ""
    return (
        f"g{'₀₁₂'[i]} <small>{sign}{picture.number(most)}</small>",
        f'<svg class="gx-bars" preserveAspectRatio="none" viewBox="0 0 {len(gradients)} 2">'
        f'<path class="gx-zero" d="M0,1H{len(gradients)}"/>{bars}</svg>',
    )


def reach(explorer):
    """[left, right, bottom, top] of all paths, where the slider starts and at its ends, with some air."""
    (about,) = explorer.spec["sliders"]
    runs = [run for value in (None, *ends(about)) for run in explorer.runs(driven(explorer.spec, about, value))]
    points = np.concatenate([picture.points(run)[:, :2] for run in runs])
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    across, up = 0.02 * (right - left), 0.1 * (top - bottom)
    return left - across, right + across, bottom - up, top + up


def driven(spec, about, value):
    """The racers with the slider at this value."""
    racers = [racer | {"knobs": dict(racer["knobs"])} for racer in spec["racers"]]
    for racer, _, knob in (name.partition(".") for name in about["drives"]):
        racers[int(racer)]["knobs"][knob] = racers[int(racer)]["knobs"][knob] if value is None else value
    return racers


def secant(explorer, words):
    """Curve, secant and tangent, where the slider starts."""
    called = "".join(picture.entry(words["secant." + name], f"gx-{name}") for name in chords(explorer))
    return f'<ul class="gx-names">{called}</ul>{chord(explorer, words)}'


def chords(explorer):
    return explorer.answer("secant", explorer.spec["problem"])["lines"]


def chord(explorer, words):
    left, right, bottom, top = page.WINDOW
    paths = "".join(
        f'<path class="gx-{name}" d="M{" ".join(f"{x:.4g},{y:.4g}" for x, y in points)}"/>'
        for name, points in chords(explorer).items()
    )
    return (
        f'<svg class="gx-chord" role="img" preserveAspectRatio="none" '
        f'aria-label="{words["secant"]}" viewBox="{left} {-top} {right - left:g} {top - bottom}">'
        f'<g transform="scale(1,-1)">{paths}<path class="gx-point" d="M0,0z"/></g></svg>'
    )


def slider(about, spec, words, looks):
    """One slider: name left, number right; in its rule's colour, if it is that of one rule."""
    owners = {name.partition(".")[0] for name in about["drives"] if name[0].isdigit()}
    colour = f' style="{picture.colours(looks[int(*owners)])}"' if len(owners) == 1 else ""
    racer, _, knob = about["drives"][0].rpartition(".")
    value = (spec["racers"][int(racer)]["knobs"] if racer else spec["problem"])[knob]
    title = html.escape(
        f"{about['symbol']} {words.get('knob.' + knob, '')}".strip() if len(about["drives"]) == 1 else about["symbol"]
    )
    return (
        f'<div class="gx-slide"{colour}><span class="gx-name">{title}</span>'
        f'<input type="text" inputmode="decimal" class="gx-number" size="6" autocomplete="off" value="{value:g}" '
        f'aria-label="{title}"><input type="range" min="0" max="{TICKS}" step="1" '
        f'value="{TICKS * position(about, value):.0f}" aria-label="{title}"></div>'
    )
