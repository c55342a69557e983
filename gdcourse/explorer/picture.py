"""The explorer as it stands without JavaScript: the same map, and the same message as text.

Drawn as a small SVG, with the colours of ``explorer.css``: in the static page
it holds the place until the reader comes near.
"""

import html
import json
import unicodedata

import contourpy
import numpy as np

from gdcourse.explorer.looks import assigned

WIDTH, HEIGHT = 640, 400
LINE, LETTER, BESIDE = 16, 12, 10  # px of a name: its room upwards, its size, how far it stands from what it names


def still(explorer, common):
    """HTML: figure, sentence, and the description that brings it to life."""
    spec, words = explorer.spec, common["words"]
    runs = explorer.runs()
    own = "own" in spec["problem"]
    paths = [points(run) for run in runs]
    said, alt = sentences(spec, runs, words)
    question = common["questions"].get(spec["question"], "")
    assigned_ = assigned(spec["racers"], common["looks"])
    looks = [(colours(look), dashes(look)) for look in assigned_]
    legend = "".join(
        entry(sentence, "gx-path", f"{colour};stroke-dasharray:{dash}")
        for (colour, dash), sentence in zip(looks, said, strict=True)
    )
    ask = f'<p class="gx-question">{html.escape(question)}</p>' if question else ""
    told = json.dumps(spec).replace("<", "\\u003c")
    data = "" if own else f'<script type="application/json">{told}</script>'
    return (
        f'<div class="gd-explorer{"" if own else " gx-waits"}" style="{room(spec)}">{ask}'
        f'<svg class="gx-still" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{html.escape(alt)}">'
        f"{lines(explorer, spec)}{drawn(spec, paths, looks)}{named(spec, paths, assigned_, words)}</svg>"
        f'<ul class="gx-said" aria-hidden="true">{legend}</ul>'
        f'<p class="gx-note">{words["only_live" if own else "still"]}</p>{data}</div>'
    )


def sentences(spec, runs, words):
    """One for each racer; all of them, and what the picture is, as its alternative text."""
    task = words[f"surface.{kind(spec['problem'])}"]
    said = [summary(racer, run, points(run), words) for racer, run in zip(spec["racers"], runs, strict=True)]
    stop = words["stop"]
    return said, f"{words['shown'].format(task=task, count=len(runs))} {stop.join(said)}{stop.strip()}"


def entry(text, name, style=""):
    """Of a legend: a line as it is drawn, and what it is."""
    line = f'<path d="M0 4h30" class="{name}" style="{style}"/>'
    return f'<li><svg viewBox="0 0 30 8" width="30" height="8" aria-hidden="true">{line}</svg> {html.escape(text)}</li>'


def kind(problem):
    """What a problem is called among the tasks, as ``link.js`` has it."""
    known = {
        "own": "own",
        "text": "text",
        "gradients": "tape",
        "function": "secant",
        "goal": "road",
        "every": "words",
        "hidden": "network",
    }
    return next((kind for key, kind in known.items() if key in problem), problem.get("surface", "line"))


def room(spec):
    """How high the living figure will be, wide and on a phone, so that nothing jumps; a test measures it."""
    racers, rows = len(spec["racers"]), -(-len(spec["front"]) // 2)
    asked = bool(spec["question"])
    wide = 42.7 + 2.15 * racers + 3.5 * (rows - 1) - 4 * (not asked) + 17.4 * bool(spec.get("inside"))
    field = 2.7 * ("text" in spec["problem"])
    narrow = (60.3 if racers == 1 else 64.6) - 5.6 * (not asked) - 3.6 * (len(spec["front"]) == 1)
    return f"--gx-wide:{wide + field:.1f}rem;--gx-narrow:{narrow + field:.1f}rem"


def points(run):
    return np.frombuffer(bytes.fromhex(run["rows"])).reshape(-1, run["width"]) if "rows" in run else np.empty((0, 5))


def summary(racer, run, path, words):
    rule = words.get("rule." + racer["rule"], racer["rule"])
    if "error" in run:
        return words["failed"].format(rule=rule, what=run["error"]["what"])
    if run["diverged"]:
        return words["diverged"].format(rule=rule, step=len(path))
    x, y, loss = path[-1, :3]
    return words["summary"].format(rule=rule, step=len(path) - 1, loss=number(loss), x=number(x), y=number(y))


def number(x):
    return f"{x:.3g}".replace("-", "−")


def dashes(look):
    return " ".join(map(str, look["dash"])) or "none"


def colours(look):
    return f"--c:{look['light']};--c-dark:{look['dark']}"


# --- names at the ends of lines, in place of a legend (as labels.js has it)


def apart(wanted, width, height):
    """Where names stand in a box, (left, middle) each: beside what they name, moved apart where they would touch.

    ``wanted``  for each (x, y, how wide the name is)
    """
    placed = [None] * len(wanted)
    for i in sorted(range(len(wanted)), key=lambda i: wanted[i][1]):
        x, y, wide = wanted[i]
        left = x + BESIDE if x + BESIDE + wide <= width else x - BESIDE - wide
        left, start = max(0, min(left, width - wide)), max(LINE / 2, min(y, height - LINE / 2))
        others = [(p[1], p[0], wanted[j][2]) for j, p in enumerate(placed) if p]
        ways = [start] + [start + way * k for k in range(2, 4 * LINE + 1, 2) for way in (1, -1)]
        free = [
            y
            for y in ways
            if LINE / 2 <= y <= height - LINE / 2
            and all(abs(y - m) >= LINE or there >= left + wide or there + w <= left for m, there, w in others)
        ]
        placed[i] = left, (free or [start])[0]
    return placed


def wide(text, size=LETTER):
    """About how many pixels a name takes: a Han character is as wide as high."""
    return size * sum(1 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in text)


def called(racers, words):
    return [words.get("rule." + racer["rule"], racer["rule"]) for racer in racers]


def inks(look):
    return f"--c:{look['text'][0]};--c-dark:{look['text'][1]}"


def named(spec, paths, looks, words):
    """Each path's name at its end, where there are several."""
    if len(paths) < 2:
        return ""
    names = called(spec["racers"], words)
    known = [i for i, path in enumerate(paths) if len(path)]
    wanted = [(*place(spec)(*paths[i][-1, :2]), wide(names[i], 14)) for i in known]
    return "".join(
        f'<text class="gx-tag" style="{inks(looks[i])}" x="{x:.0f}" y="{y + 4:.0f}">{html.escape(names[i])}</text>'
        for i, (x, y) in zip(known, apart(wanted, WIDTH, HEIGHT), strict=True)
    )


def region(view):
    """The part of the plane that the picture shows: ``view``, and what else fits, at equal scales."""
    left, right, bottom, top = view
    scale = min(WIDTH / (right - left), HEIGHT / (top - bottom))
    w, h = WIDTH / scale / 2, HEIGHT / scale / 2
    x, y = (left + right) / 2, (bottom + top) / 2
    return (x - w, x + w, y - h, y + h)


def place(spec):
    left, right, bottom, top = region(spec["view"])
    return lambda x, y: (
        np.clip((x - left) / (right - left), -1, 2) * WIDTH,
        np.clip((top - y) / (top - bottom), -1, 2) * HEIGHT,
    )


def lines(explorer, spec, columns=72, rows=46):
    """The contour lines."""
    levels, maker = contours(explorer, spec, columns, rows)
    return "".join(
        f'<path class="gx-line" d="M{" ".join(f"{x:.0f},{y:.0f}" for x, y in line)}"/>'
        for level in levels
        for line in maker.lines(level)
        if len(line) > 2
    )


def contours(explorer, spec, columns, rows):
    """(levels, what makes contours of them), over a grid of the map."""
    call = {"problem": spec["problem"], "view": list(region(spec["view"])), "columns": columns, "rows": rows}
    map_ = explorer.answer("heights", call)
    table = np.frombuffer(bytes.fromhex(map_["rows"])).reshape(rows, columns)
    across, down = np.linspace(0, WIDTH, columns), np.linspace(HEIGHT, 0, rows)
    return map_["levels"], contourpy.contour_generator(
        across, down, table, line_type="Separate", fill_type="OuterOffset"
    )


def drawn(spec, paths, looks):
    at = place(spec)
    out = []
    for path, (colour, dash) in zip(paths, looks, strict=True):
        if len(path):
            out.append(f'<path class="gx-path" style="{colour};stroke-dasharray:{dash}" d="{joined(spec, path)}"/>')
            x, y = at(*path[-1, :2])
            out.append(f'<circle class="gx-head" style="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
    return "".join(out) + marks(spec)


def joined(spec, path):
    """The path of an SVG through the points."""
    x, y = place(spec)(path[:, 0], path[:, 1])
    return "M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(x, y, strict=True))


def marks(spec):
    """The start, and the minima."""
    at = place(spec)
    x, y = at(*spec["start"])
    out = [f'<circle class="gx-start" cx="{x:.1f}" cy="{y:.1f}" r="7"/>']
    for a, b in spec["minima"]:
        x, y = at(a, b)
        out.append(f'<text class="gx-star" x="{x:.1f}" y="{y + 6:.1f}">★</text>')
    return "".join(out)
