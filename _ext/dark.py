"""Figures drawn twice while the book is built: on white and, in the colours for it, on black.

The kernels of the build start with ``draw_twice``.  The second picture travels
inside the first, in a chunk that PNG leaves to whoever needs one: notebooks and
their tests know one picture, and the site writes both.
"""

import base64 as base_64
import colorsys
import os
import struct
import zlib
from contextlib import contextmanager
from pathlib import Path

CHUNK = b"daRk"  # by PNG's rules: not needed to see the picture, private, safe to copy
GROUND, INK = "#14181c", "#e3e8ec"  # of the dark page
PROPERTIES = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


def let_kernels_draw_twice(home):
    """Those that this process starts from now on; ``home`` is a folder for their IPython."""
    startup = Path(home, "profile_default", "startup", "draw_twice.py")
    reach = f"__import__('sys').path.append({str(Path(__file__).parent)!r})"
    lines = f"{reach}\n__import__('dark').draw_twice()\n"
    if not startup.exists() or startup.read_text("utf-8") != lines:
        startup.parent.mkdir(parents=True, exist_ok=True)
        part = startup.with_suffix(f".{os.getpid()}")
        part.write_text(lines, "utf-8")
        part.replace(startup)  # whole, whichever kernel starts meanwhile
    os.environ["IPYTHONDIR"] = str(home)


def draw_twice():
    """Let the inline backend of this kernel save each figure in both ways."""
    from IPython.core import pylabtools

    once = pylabtools.print_figure

    def print_figure(figure, fmt="png", bbox_inches="tight", base64=False, **options):
        light = once(figure, fmt, bbox_inches, base64=False, **options)
        if fmt != "png" or light is None:
            return base_64.b64encode(light).decode() if base64 and light else light
        with as_it_lies(figure) as inches, darkened(figure):
            both = with_dark(light, once(figure, fmt, inches, base64=False, **options))
        return base_64.b64encode(both).decode() if base64 else both

    pylabtools.print_figure = print_figure


def with_dark(light, dark):
    """A PNG that carries another, before its last chunk."""
    chunk = struct.pack(">I", len(dark)) + CHUNK + dark + struct.pack(">I", zlib.crc32(CHUNK + dark))
    return light[:-12] + chunk + light[-12:]


def dark_of(light):
    """The PNG that a PNG carries, or None."""
    return next((data for name, data, _ in chunks(light) if name == CHUNK), None)


def without_dark(light):
    return light[:8] + b"".join(whole for name, _, whole in chunks(light) if name != CHUNK)


def chunks(png):
    """(name, data, whole chunk), one after the other."""
    at = 8  # after the signature
    while at < len(png):
        [size] = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size], png[at : at + size + 12]
        at += size + 12


@contextmanager
def as_it_lies(figure):
    """The part of the figure that "tight" saves.  All has its place: that need not be found again."""
    from matplotlib import rcParams

    layout = figure.get_layout_engine()
    figure.set_layout_engine("none")
    yield figure.get_tightbbox(figure.canvas.get_renderer()).padded(rcParams["savefig.pad_inches"])
    figure.set_layout_engine(layout)


@contextmanager
def darkened(figure):
    """The figure in the colours for a dark page; afterwards it is as it was."""
    undo = []
    try:
        for artist in {*figure.findobj(), *extras(figure)}:
            undo += darken(artist)
        yield
    finally:
        for put, old in reversed(undo):
            put(old)


def extras(figure):
    """What hangs on an artist and is not among its children: the arrow of an annotation, the box of a text."""
    for artist in figure.findobj():
        for part in (getattr(artist, "arrow_patch", None), getattr(artist, "get_bbox_patch", lambda: None)()):
            if part is not None:
                yield part


def darken(artist):
    """Change the colours of one artist; how to undo that, as a list of (setter, old value)."""
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import FigureBase

    if isinstance(artist, Axes | FigureBase):
        return []  # their ground is a patch, and comes by itself
    if isinstance(artist, ScalarMappable) and artist.get_array() is not None:
        old = artist.get_cmap()
        artist.set_cmap(ListedColormap([in_the_dark(colour) for colour in old(range(old.N))]))
        return [(artist.set_cmap, old)]
    has = [name for name in PROPERTIES if hasattr(artist, f"get_{name}") and hasattr(artist, f"set_{name}")]
    # all are read before any is changed: a marker's may follow the line's
    old = {getattr(artist, f"set_{name}"): getattr(artist, f"get_{name}")() for name in has}
    for put, colour in old.items():
        if (new := repainted(colour)) is not None:
            put(new)
    return list(old.items())


def repainted(colour):
    """A colour, or an array of them, for the dark page; None where there is nothing to see."""
    from matplotlib.colors import to_rgba_array

    rows = to_rgba_array(colour) if colour is not None else ()
    if not len(rows):
        return None
    dark = [in_the_dark(row) for row in rows]
    return dark[0] if getattr(colour, "ndim", 1) == 1 and len(dark) == 1 else dark


def in_the_dark(rgba):
    """A rule's colour becomes its colour on black; of any other the lightness is turned round, the hue kept."""
    *rgb, alpha = map(float, rgba)
    if known := palette().get(tuple(rgb)):
        return (*known, alpha)
    hue, light, saturation = colorsys.rgb_to_hls(*rgb)
    darkest, lightest = (colorsys.rgb_to_hls(*to_rgb(end))[1] for end in (GROUND, INK))
    return (*colorsys.hls_to_rgb(hue, lightest + (darkest - lightest) * light, saturation), alpha)


def palette(known={}):  # noqa: B006 - filled once
    from gdcourse import rules

    if not known:
        known |= {to_rgb(light): to_rgb(dark) for looks in rules.COLOURS.values() for light, dark, _ in looks}
        known |= {to_rgb("#ffffff"): to_rgb(GROUND), to_rgb("#222832"): to_rgb(INK)}
    return known


def to_rgb(colour):
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
