"""The pictures for the dark page: the same figure, in the colours for it, inside the one for the light page."""

import colorsys
import io
from itertools import chain

import dark
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core import pylabtools
from PIL import Image

import gdcourse as gd
from gdcourse import plotting, rules


@pytest.fixture
def figure():
    """With every kind of artist that the chapters draw."""
    gd.use_language("zh")
    figure, (left, right) = plotting.figure(2)
    bowl = gd.landscape("x**2 + 20*y**2")
    plotting.contours(left, bowl)
    plotting.path(left, gd.minimize(bowl, gd.adam, bowl.start, steps=20, lr=0.1))
    for name, height in zip(("sgd", "momentum", "rmsprop", "adam"), range(4), strict=True):
        right.plot([0, 1], [height, height], linewidth=6, label=name, **plotting.look(name))
    right.scatter([0, 1], [5, 5], c=[0, 1], cmap="viridis")
    right.fill_between([0, 1], [5, 5], [6, 7], alpha=0.3)
    right.pcolormesh([0, 1], [8, 9], [[1, 2], [3, 4]], shading="nearest")
    right.annotate("", (0, 0), (1, 2), arrowprops={"arrowstyle": "-|>"})
    right.text(0.5, 6, "in a box", bbox={"facecolor": "white", "edgecolor": "black"})
    right.legend()
    yield figure
    plt.close(figure)


def pixels(png):
    with Image.open(io.BytesIO(png)) as picture:
        return np.array(picture.convert("RGB"))


def share(picture, colour):
    wanted = np.round(255 * np.array(dark.to_rgb(colour)))
    return np.mean(np.all(np.abs(picture - wanted) <= 1, axis=-1))


def test_a_figure_is_saved_twice_in_one_file(figure, monkeypatch):
    alone = pylabtools.print_figure(figure)
    monkeypatch.setattr(pylabtools, "print_figure", pylabtools.print_figure)  # put back afterwards
    dark.draw_twice()
    both = pylabtools.print_figure(figure)
    assert dark.without_dark(both) == alone
    assert dark.dark_of(alone) is None
    light, night = pixels(alone), pixels(dark.dark_of(both))
    assert np.array_equal(pixels(both), light)  # who knows nothing of it sees the first
    assert light.shape == night.shape
    assert share(light, "#ffffff") > 0.5
    assert share(night, dark.GROUND) > 0.5
    assert share(night, "#ffffff") < 0.01
    for rule in ("sgd", "momentum", "rmsprop", "adam"):
        look = rules.LOOKS[rule]
        assert share(light, look.light) > 0.002
        assert share(night, look.dark) > 0.002
        assert share(night, look.light) < 0.0005
    # it can be shown again, and comes out the same
    assert pylabtools.print_figure(figure) == both


def test_only_pictures_are_drawn_twice(figure, monkeypatch):
    monkeypatch.setattr(pylabtools, "print_figure", pylabtools.print_figure)
    dark.draw_twice()
    assert pylabtools.print_figure(figure, fmt="svg").lstrip().startswith("<?xml")
    assert pylabtools.print_figure(figure, base64=True).startswith("iVBOR")
    assert pylabtools.print_figure(plt.figure()) is None  # nothing on it


def test_every_rule_has_its_own_colour_in_the_dark():
    for light, night, _ in chain(*rules.COLOURS.values()):
        assert dark.in_the_dark((*dark.to_rgb(light), 0.5)) == (*dark.to_rgb(night), 0.5)


@pytest.mark.parametrize("light", ["#000000", "#555555", "#b0b0b0", "#0b5e86", "#e69f00", "#ffffff"])
def test_what_is_dark_becomes_light_and_keeps_its_hue(light):
    hue, lightness, _ = colorsys.rgb_to_hls(*dark.to_rgb(light))
    *night, alpha = dark.in_the_dark((*dark.to_rgb(light), 1))
    new_hue, new_lightness, _ = colorsys.rgb_to_hls(*night)
    assert alpha == 1
    assert (new_lightness - 0.5) * (lightness - 0.5) <= 0
    assert 0.09 <= new_lightness <= 0.91
    assert light in ("#000000", "#555555", "#b0b0b0", "#ffffff") or new_hue == pytest.approx(hue)


def test_the_kernels_file_is_whole_whoever_writes_it(tmp_path, monkeypatch):
    """Several processes share the folder: none may empty the file under a kernel that another starts."""
    monkeypatch.setenv("IPYTHONDIR", "")
    dark.let_kernels_draw_twice(tmp_path)
    [startup] = tmp_path.rglob("draw_twice.py")
    first = startup.stat().st_ino, startup.stat().st_mtime_ns, startup.read_text("utf-8")
    dark.let_kernels_draw_twice(tmp_path)
    assert (startup.stat().st_ino, startup.stat().st_mtime_ns) == first[:2], "what is right is not written again"
    startup.write_text("", "utf-8")
    emptied = startup.stat().st_ino
    dark.let_kernels_draw_twice(tmp_path)
    assert startup.stat().st_ino != emptied, "another file takes its place at once"
    assert [path.name for path in startup.parent.iterdir()] == ["draw_twice.py"]
    assert startup.read_text("utf-8") == first[2]
