"""Pictures: each function draws a run or a problem on an Axes and returns the Axes."""

from collections.abc import Iterable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gdcourse import rules
from gdcourse.checks import name_of
from gdcourse.languages import say
from gdcourse.problems import LinearRegression, Surface, View
from gdcourse.protocols import Rule
from gdcourse.runs import Run

# One look per rule, the same in every chapter: colour and dash pattern, so
# that no picture depends on colour alone.
LOOKS = {name: (look.light, look.dash) for name, look in rules.LOOKS.items()}


def figure(
    columns: int = 1, height: float = 3.4, width: float = 7.0, sharey: bool = False, **options: Any
) -> tuple[Figure, Any]:
    """A figure with ``columns`` panels side by side, each complete; returns (figure, axes).

    All panels are equally wide, also in a picture cut to its content: the site
    puts them one below the other on a phone.
    """
    if columns == 1:
        return plt.subplots(figsize=(width, height), **options)
    whole = plt.figure(figsize=(width, height), **options)
    axes = np.array([part.subplots() for part in whole.subfigures(1, columns, squeeze=False)[0]])
    for other in axes[1:] if sharey else ():
        other.sharey(axes[0])
    whole.add_artist(Rectangle((0, 0), 1, 1, fill=False, linewidth=0))
    return whole, axes


def look(rule: str | Rule) -> dict[str, Any]:
    """The colour and the line style of a rule, as keywords for ``plot``."""
    colour, dashes = LOOKS[rule if isinstance(rule, str) else name_of(rule)]
    return {"color": colour, "linestyle": dashes}


def losses(ax: Axes, *runs: Run, best: float = 0.0, log: bool = True) -> Axes:
    """Loss against step, one curve per run; ``best`` is subtracted.

    A run that diverged ends in a cross.
    """
    for run in runs:
        known = LOOKS.get(run.label.split(",")[0])
        style = look(run.label.split(",")[0]) if known and _alone(run, runs) else {}
        (line,) = ax.plot(run.steps, run.losses - best, label=run.label, **style)
        if run.diverged:
            ax.plot(run.steps[-1], run.losses[-1] - best, "X", color=line.get_color(), markersize=9)
    if log:
        far_up = ax.dataLim.y1 > 1e270  # margin and ticks might be beyond all numbers: matplotlib would show 1 to 10
        if far_up:
            ax.set_ylim(ax.dataLim.minposy, 1e308)
        ax.set_yscale("log")
        if far_up:
            ax.set_yticks([1, 1e100, 1e200, 1e300])
            ax.minorticks_off()
    ax.set_xlabel(say("步数 $t$", "step $t$"))
    if best:
        ax.set_ylabel(say("损失 $J-J_{\\min}$", "loss $J-J_{\\min}$"))
    else:
        ax.set_ylabel(say("损失 $J$", "loss $J$"))
    ax.legend()
    return ax


def _alone(run: Run, runs: Iterable[Run]) -> bool:
    """Is this the only run of its rule in the picture?"""
    return [r.label.split(",")[0] for r in runs].count(run.label.split(",")[0]) == 1


def contours(ax: Axes, surface: Surface, view: View | None = None, levels: int = 12) -> Axes:
    """The map of a surface in one hue, as in the explorer, and a star at each known minimum."""
    left, right, bottom, top = view or surface.view
    x, y = np.meshgrid(np.linspace(left, right, 200), np.linspace(bottom, top, 200))
    z = surface.loss(np.stack([x, y], axis=-1))
    # Evenly spaced in the root of the height: near the minimum, lines stay apart.
    heights = z.min() + (z.max() - z.min()) * np.linspace(0, 1, levels + 1)[1:] ** 2
    ax.contour(x, y, z, levels=heights, colors="#0B5E86", linewidths=0.8, alpha=0.45)
    inside = [(a, b) for a, b in surface.minima if left <= a <= right and bottom <= b <= top]
    for a, b in inside:
        ax.plot(a, b, "*", color="#9A6A00", markersize=11, zorder=3)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    ax.grid(False)
    return ax


def path(ax: Axes, run: Run, every: int = 1, **style: Any) -> Axes:
    """The way of a run over a map: its points, joined, from a ring at the start."""
    thetas = run.thetas[::every]
    known = run.label.split(",")[0]
    style = {**(look(known) if known in LOOKS else {}), **style}
    style.setdefault("label", run.label)
    (line,) = ax.plot(thetas[:, 0], thetas[:, 1], marker=".", markersize=4, linewidth=1.3, **style)
    ax.plot(*thetas[0], "o", color=line.get_color(), markerfacecolor="none", markersize=8)
    return ax


def regression(ax: Axes, problem: LinearRegression, **lines: Any) -> Axes:
    """The points of a one-feature regression, and lines ``name=theta`` through them."""
    x, y = problem.X[:, 1], problem.y
    ax.plot(x, y, ".", color="#555555", alpha=0.6)
    ends = np.array([x.min(), x.max()])
    for name, theta in lines.items():
        ax.plot(ends, theta[0] + theta[1] * ends, label=name)
    ax.set(xlabel="$x$", ylabel="$y$")
    if lines:
        ax.legend()
    return ax


def map_of(ax: Axes, values: Any, rows: Any, columns: Any, log: bool = True, label: str | None = None) -> Axes:
    """A grid of numbers as a coloured table; infinite cells are left blank. ``label`` says what they are."""
    shown = np.where(np.isfinite(values), values, np.nan)
    mesh = ax.pcolormesh(
        columns, rows, np.log10(shown) if log else shown, cmap="viridis", shading="nearest", rasterized=True
    )
    ax.grid(False)
    label = label or (say("损失的常用对数", "log10 of the loss") if log else None)
    ax.figure.colorbar(mesh, ax=ax, label=label)
    return ax
