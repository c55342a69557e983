"""What a notebook shows of the explorer until its cell is run: a small picture, kept as the cell's output.

An image in HTML, because that is all that JupyterLab shows of a notebook that
it does not trust yet.  So it cannot follow the colours of the page: it has a
ground of its own, and what ``explorer.css`` says of light pages.
"""

import html
import re
from urllib.parse import quote

from gdcourse.explorer import board, picture, poster
from gdcourse.explorer.looks import assigned

MARGIN, ROW = 96, 44  # px left of a tape's rows; their height
STYLED = "line|path|head|start|star|tag|ghost|zero|bar|spot|curve|secant|tangent|point|goal|steps|metres|error"


def shown(explorer, common, style):
    """HTML: question, picture, and how it comes to life; ``style`` is the text of ``explorer.css``."""
    spec, words = explorer.spec, common["words"]
    question = html.escape(common["questions"].get(spec["question"], ""))
    alt, height, inside = drawn(explorer, words, assigned(spec["racers"], common["looks"]))
    size = f'width="{picture.WIDTH}" height="{height}" viewBox="0 0 {picture.WIDTH} {height}"'
    ground = '<rect width="100%" height="100%" fill="var(--gx-paper)"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{rules(style)}</style>{ground}{inside}</svg>'
    address = "data:image/svg+xml," + quote(svg.replace('"', "'"), safe=" /:=,;'()!*")
    asked = f"<p><strong>{question}</strong></p>" if question else ""
    image = f'<img width="{picture.WIDTH}" alt="{html.escape(alt)}" src="{address}">'
    return f'<div class="gd-unrun">{asked}{image}<p>{words["unrun"]}</p></div>'


def drawn(explorer, words, looks):
    """(what it shows in words, how high it is, what is in it)"""
    spec = explorer.spec
    if "function" in spec["problem"]:
        return (
            words["secant"],
            picture.HEIGHT,
            placed(poster.chord(explorer, words), 0, 0, picture.WIDTH, picture.HEIGHT),
        )
    if "hidden" in spec["problem"]:
        axes = board.axes(spec, words)
        return words["board.plot"], 260, placed(axes, board.LEFT, 12, picture.WIDTH - board.LEFT - 24, 200)
    if "view" not in spec:
        rows = poster.rows_of(explorer, words, looks)
        return (
            words[picture.kind(spec["problem"])],
            ROW * len(rows),
            "".join(row(i, *both) for i, both in enumerate(rows)),
        )
    runs = explorer.runs()
    lines = picture.lines(explorer, spec, 40, 26)
    if not explorer.is_compact:
        paths, styles = [picture.points(run) for run in runs], [(picture.colours(k), picture.dashes(k)) for k in looks]
        inside = picture.drawn(spec, paths, styles) + picture.named(spec, paths, looks, words)
        return picture.sentences(spec, runs, words)[1], picture.HEIGHT, lines + inside
    task = words[f"surface.{picture.kind(spec['problem'])}"]
    alt = words["shown"].format(task=task, count=len(looks))
    paths = [picture.points(run)[: spec["at"] + 1] for run in runs] if spec.get("ghost", True) else []
    faint = poster.ghosts(spec, paths, looks) + picture.marks(spec) + picture.named(spec, paths, looks, words)
    return alt, picture.HEIGHT, lines + faint


def row(i, label, svg):
    """One of a tape: its name, itself."""
    name = f'<text x="12" y="{ROW * (i + 0.5) + 5:g}" font-family="sans-serif" font-size="13">{plain(label)}</text>'
    return name + placed(svg, MARGIN, ROW * i + 4, picture.WIDTH - MARGIN - 12, ROW - 8)


def plain(label):
    return re.sub("<.*?>", "", label)


def placed(svg, x, y, width, height):
    """One SVG in another."""
    return svg.replace("<svg ", f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" ', 1)


def rules(style):
    """What explorer.css says of what is drawn, on light ground."""
    colours = re.search(r"\.gd-explorer, \.gx \{(.*?)\}", style, re.S)[1]
    names = rf"(?:text|:is\()?\.gx-(?:{STYLED})\b"
    found = re.findall(rf"^(?:\.gx-(?:compact|tape) )?({names}[^{{]*)(\{{.*?\}})", style, re.M)
    kept = "".join(f"{name.strip()}{body}" for name, body in found)
    vectors = "path{vector-effect:non-scaling-stroke}.gx-zero,.gx-spot{fill:none}"
    return f"svg{{{' '.join(colours.split())}}}text{{font-family:sans-serif}}{kept}{vectors}"
