"""The board of ten runs: its reader chooses a rule and its knobs, trains a network that nobody can draw, and counts.

Python makes the network's data, prints what stands there until it is touched,
and tunes every rule on a grid, to compare with; ``js/board.js`` brings the
elements to life, ``training.py`` makes a run.
"""

import html
from functools import partial

import numpy as np

from gdcourse import optimizers
from gdcourse.descent import sweep
from gdcourse.explorer import picture, poster
from gdcourse.explorer.looks import assigned
from gdcourse.explorer.page import shuffles
from gdcourse.explorer.scales import position
from gdcourse.problems import MLP

RATES = [float(f"{10**power:.3g}") for power in np.arange(-3, 0.51, 0.125)]
MEMORIES = [0, 0.5, 0.8, 0.9, 0.95, 0.99]  # of μ, ρ, β₁
UNTUNED = 0.001
LOWEST, TOP = 3e-4, 10  # the share of the loss at the foot of the plot; per cent of its height above a share of 1
LEFT = 58  # px for the numbers beside it
TICKS = 1e-1, 1e-2, 1e-3  # shares that are written there, besides 1


# --- the network ------------------------------------------------------------------


def problem(samples, inputs, noise, hidden, batch, seed):
    """A network as ``training.Network`` takes it, with few digits: the page gets every one of them."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(samples, inputs))
    y = x @ random.uniform(0, 1, inputs)
    y = y / y.std() + noise * random.normal(size=samples)
    start = MLP(x, y, (hidden,), "relu", seed).start
    rows = {"x": np.round(x, 2), "y": np.round(y, 3), "start": np.round(start, 3)}
    return {name: array.tolist() for name, array in rows.items()} | {"hidden": hidden, "batch": batch, "seed": seed}


class Shuffled(MLP):
    """The same network for numpy, with the mini-batches that the page draws."""

    def __init__(self, x, y, start, hidden, batch, seed):
        super().__init__(x, y, (hidden,), "relu")
        self.start = np.array(start)

    def gradients(self, batch_size=None, seed=0):
        orders = shuffles(len(self.X), seed)
        return (
            partial(self.gradient, rows=order[i : i + batch_size])
            for order in orders
            for i in range(0, len(order), batch_size)
        )


# --- the tuned ones ---------------------------------------------------------------


def finished(question, spec):
    """What else the page is told: the runs to compare with, and how the plot is laid out."""
    return {"tuned": tuned(question, spec), "plot": {"lowest": LOWEST, "top": TOP}}


_tuned = {}  # question → what was found; it takes a second


def tuned(question, spec):
    """Each rule at its best on a grid, the best one first: {"rule", "knobs", "left", "untuned"}."""
    if question not in _tuned:
        rows = [best_of(i, spec) for i in range(len(spec["racers"]))]
        _tuned[question] = sorted(rows, key=lambda row: row["left"])
    return _tuned[question]


def best_of(i, spec):
    name, second = spec["racers"][i]["rule"], second_knob(i, spec)
    memories = {second: np.array(MEMORIES)} if second else {}
    shares = left(spec, name, lr=np.array(RATES)[:, None], **memories)
    row, column = np.unravel_index(shares.argmin(), shares.shape)
    chosen = {"lr": RATES[row]} | ({second: MEMORIES[column]} if second else {})
    untuned = float(left(spec, name, **chosen | {"lr": UNTUNED}))
    return {"rule": name, "knobs": chosen, "left": float(shares.min()), "untuned": untuned}


def second_knob(i, spec):
    """What rule i's own slider drives, if it has one."""
    own = [slider["drives"][0] for slider in spec["sliders"][1:]]
    return next((knob for owner, _, knob in (name.partition(".") for name in own) if int(owner) == i), None)


def left(spec, rule, **knobs):
    """The share of the loss that is left after the training, for each setting."""
    network = Shuffled(**spec["problem"])
    batch, seed = spec["problem"]["batch"], spec["problem"]["seed"]
    run = sweep(network, getattr(optimizers, rule), steps=spec["steps"], batch_size=batch, seed=seed, **knobs)
    return run.loss / network.loss(network.start)


# --- what waits -------------------------------------------------------------------


def still(explorer, common):
    """HTML: the elements, and the description that brings them to life; under which name its rows are kept."""
    return poster.described(
        explorer.spec, elements(explorer, common), f' data-kept="gdcourse.board.{explorer.spec["question"]}"'
    )


def elements(explorer, common):
    """What ``js/board.js`` makes alive."""
    spec, words = explorer.spec, common["words"]
    question = html.escape(common["questions"][spec["question"]])
    looks = assigned(spec["racers"], common["looks"])
    sliders = [poster.slider(about, spec, words, looks) for about in spec["sliders"]]
    own = "".join(slider.replace("<div ", "<div hidden ", 1) for slider in sliders[1:])
    seen = plot(spec, words), table(spec, words), reveal(spec, words, common["looks"])
    return (
        f'<div class="gx gx-compact gx-board" role="group" aria-label="{question}">'
        f'<p class="gx-question">{question}</p>'
        f'<div class="gx-hand" {poster.WAITS}>{chooser(spec, words)}{sliders[0]}{own}'
        f'<button type="button" class="gx-button gx-run">{words["board.train"]}'
        f"<small>{words['board.budget'].format(count=spec['runs'])}</small></button></div>"
        f'<p class="gx-live gx-note" data-hint="{words["board.hint"]}">{words["still"]}</p>'
        f'<div class="gx-both">{seen[0]}<div class="gx-sheet">{seen[1]}</div></div>{seen[2]}'
        f'<button type="button" class="gx-quiet gx-anew" hidden {poster.WAITS}>{words["board.anew"]}</button>'
        f'<p class="gx-sr" role="status"></p></div>'
    )


def chooser(spec, words):
    rules = "".join(
        f'<option value="{i}">{html.escape(name)}</option>'
        for i, name in enumerate(picture.called(spec["racers"], words))
    )
    return f'<label class="gx-chooser">{words["rule"]} <select>{rules}</select></label>'


def plot(spec, words):
    return f'<div class="gx-plot">{axes(spec, words)}<span class="gx-across">{words["knob.lr"]} η</span></div>'


def axes(spec, words):
    """The grid and its numbers; places are in per cent, so that letters keep their size."""
    across = [(100 * position(spec["sliders"][0], 10**power), ten_to(power)) for power in range(-4, 2)]
    up = [(height(share), words["board.percent"].format(share=f"{100 * share:g}")) for share in (1, *TICKS)]
    lines = "".join(f'<line class="gx-zero" x1="{x:g}%" x2="{x:g}%" y1="0" y2="100%"/>' for x, _ in across)
    lines += "".join(f'<line class="gx-zero" x1="0" x2="100%" y1="{y:g}%" y2="{y:g}%"/>' for y, _ in up)
    texts = "".join(f'<text x="{x:g}%" y="100%" dy="17" text-anchor="middle">{text}</text>' for x, text in across)
    texts += "".join(f'<text x="0" y="{y:g}%" dx="-6" dy="4" text-anchor="end">{text}</text>' for y, text in up)
    texts += f'<text x="0" y="{TOP / 4:g}%" dx="-6" dy="4" text-anchor="end">✗</text>'
    return (
        f'<svg class="gx-axes" overflow="visible" role="img" aria-label="{words["board.plot"]}">{lines}'
        f'<g fill="currentColor" font-size="12">{texts}</g></svg>'
    )


def ten_to(n):
    return f"10{'⁻' if n < 0 else ''}{'⁰¹²³⁴⁵⁶⁷⁸⁹'[abs(n)]}"


def height(share):
    """Per cent from the top at which a share of the loss stands (as ``js/rows.js`` has it)."""
    return TOP + (100 - TOP) * np.log(share) / np.log(LOWEST)


def table(spec, words):
    """Ten rows to be filled, by JavaScript or, on paper, by hand."""
    head = "".join(
        f'<th scope="col">{words.get(name, name)}</th>' for name in ("board.nth", "rule", "η", "μ, ρ, β₁", "board.left")
    )
    rows = "".join(
        f'<tr><th scope="row"><span class="gx-nth">{n}</span></th>{"<td></td>" * 4}</tr>'
        for n in range(1, spec["runs"] + 1)
    )
    caption = f"<caption>{words['board.caption']}</caption>"
    return f'<table class="gx-runs">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def reveal(spec, words, looks):
    """The tuned ones, in a fold: it opens without JavaScript, and on paper, too."""
    symbols = {racer["rule"]: symbol(i, spec) for i, racer in enumerate(spec["racers"])}
    rows = "".join(tuned_row(row, symbols[row["rule"]], looks[row["rule"]], words) for row in spec["tuned"])
    untuned = words["board.untuned"].format(rate=f"{UNTUNED:g}")
    head = "".join(
        f'<th scope="col">{words.get(name, name)}</th>' for name in ("rule", "η", "μ, ρ, β₁", "board.left", untuned)
    )
    return (
        f'<details class="gx-tuned"><summary>{words["board.ready"]}</summary><p class="gx-far"></p>'
        f'<table class="gx-runs"><caption>{words["board.tuned"]}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def symbol(i, spec):
    return next((slider["symbol"] for slider in spec["sliders"][1:] if int(slider["drives"][0].split(".")[0]) == i), "")


def tuned_row(row, symbol, look, words):
    shares = [f"{100 * row[name]:.2g}" for name in ("left", "untuned")]
    percent = [words["board.percent"].format(share=share) for share in shares]
    second = [f"{symbol} = {value:g}" for name, value in row["knobs"].items() if name != "lr"] or [""]
    cells = "".join(f"<td>{text}</td>" for text in (f"{row['knobs']['lr']:g}", *second, *percent))
    name = html.escape(words["rule." + row["rule"]])
    return f'<tr><th scope="row"><span class="gx-hoop" style="{picture.inks(look)}"></span>{name}</th>{cells}</tr>'
