"""What the pictures show: the numbers on the axes are those of the run, x where x belongs."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import gdcourse as gd
from gdcourse import plotting

NARROW = gd.Surface("bowl", kappa=10)
LINE = gd.LinearRegression.line()


@pytest.fixture
def ax():
    figure, ax = plotting.figure()
    yield ax
    plt.close(figure)


def drawn(ax):
    """x and y of every line, in the order of drawing."""
    return [np.asarray(line.get_xydata()).T for line in ax.lines]


def test_losses_are_drawn_over_steps_less_the_best(ax):
    run = gd.minimize(NARROW, gd.adam, steps=20, lr=0.1, record_every=5)
    plotting.losses(ax, run, best=0.25)
    ((steps, heights),) = drawn(ax)
    np.testing.assert_array_equal(steps, [0, 5, 10, 15, 20])
    np.testing.assert_array_equal(heights, run.losses - 0.25)
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [run.label]


def test_a_run_that_diverged_ends_in_a_cross(ax):
    run = gd.minimize(NARROW, gd.sgd, steps=500, lr=1.0)
    assert run.diverged
    plotting.losses(ax, run)
    way, cross = ax.lines
    assert cross.get_marker() == "X"
    assert tuple(cross.get_xydata()[0]) == (run.steps[-1], run.losses[-1])
    assert cross.get_color() == way.get_color()
    ax.figure.canvas.draw()  # without a warning


@pytest.mark.parametrize("highest", [1e260, 1e280, 1e307, 1.7e308])
def test_a_run_that_is_lost_far_up_is_still_in_the_picture(ax, highest):
    lost = gd.Run("sgd", np.arange(2), np.zeros((2, 1)), np.array([1.0, highest]), {}, gd.Status.DIVERGED)
    plotting.losses(ax, lost)
    ax.figure.canvas.draw()  # without a warning
    low, high = ax.get_ylim()
    assert low <= 1
    assert min(highest, 1e308) <= high < np.inf


def test_each_rule_has_its_look_and_two_runs_of_one_rule_differ(ax):
    run, other = (gd.minimize(NARROW, gd.adam, steps=3, lr=lr, label=f"adam, {lr}") for lr in (0.1, 0.2))
    plotting.losses(ax, run)
    assert ax.lines[0].get_color() == plotting.look(gd.adam)["color"]
    ax.clear()
    plotting.losses(ax, run, other)
    assert ax.lines[0].get_color() != ax.lines[1].get_color()


def test_contours_lie_at_the_heights_they_claim(ax):
    """Each level is a height of the surface there; in the root of the height they are evenly spaced."""
    view = (-1.0, 3.0, -2.0, 1.0)
    plotting.contours(ax, NARROW, view=view, levels=7)
    (lines,) = ax.collections
    low, high = (f([NARROW.loss(np.array([x, y])) for x in np.linspace(-1, 3, 200) for y in np.linspace(-2, 1, 200)])
                 for f in (min, max))  # fmt: skip
    np.testing.assert_allclose(np.sqrt(lines.levels - low), np.sqrt(high - low) * np.arange(1, 8) / 7, rtol=1e-9)
    for level, path in zip(lines.levels[:-1], lines.get_paths(), strict=False):  # the last is one point
        heights = NARROW.loss(path.vertices)
        np.testing.assert_allclose(heights, level, atol=0.01 * high)
    assert (*ax.get_xlim(), *ax.get_ylim()) == view


def test_stars_stand_on_the_minima_in_view(ax):
    surface = gd.Surface("himmelblau")
    plotting.contours(ax, surface, view=(0, 5, 0, 5))
    inside = [point for point in surface.minima if 0 <= point[0] <= 5 and 0 <= point[1] <= 5]
    assert 0 < len(inside) < len(surface.minima)
    np.testing.assert_array_equal(np.concatenate(drawn(ax), axis=1).T, inside)


@pytest.mark.parametrize("view", [(-3, 3, -4, 2), (3, 4, -2, 2), (-4, 3, 2, 5)])
def test_a_star_on_the_edge_is_drawn_and_one_beyond_it_is_not(ax, view):
    """Himmelblau's (3, 2) is on two edges of each view; on every side another minimum is beyond."""
    surface = gd.Surface("himmelblau")
    plotting.contours(ax, surface, view=view)
    left, right, bottom, top = view
    inside = [(x, y) for x, y in surface.minima if not (x < left or x > right or y < bottom or y > top)]
    assert (3, 2) in inside
    np.testing.assert_array_equal(np.concatenate(drawn(ax), axis=1).T, inside)


def test_a_path_shows_every_point_unless_told(ax):
    run = gd.minimize(NARROW, gd.momentum, [2.0, -1.0], steps=9, lr=0.05)
    plotting.path(ax, run)
    np.testing.assert_array_equal(drawn(ax)[0].T, run.thetas)


def test_a_path_has_the_look_of_its_rule_unless_told(ax):
    run = gd.minimize(NARROW, gd.momentum, steps=3, lr=0.05)
    assert "," in run.label
    plotting.path(ax, run)
    plotting.path(ax, run, color="#123456")
    way, _, told, _ = ax.lines
    assert {"color": way.get_color(), "linestyle": plotting.look("momentum")["linestyle"]} == plotting.look("momentum")
    assert told.get_color() == "#123456"


def test_the_height_is_called_what_it_is(ax):
    run = gd.minimize(NARROW, gd.adam, steps=3)
    assert plotting.losses(ax, run).get_ylabel() == "loss $J$"
    assert plotting.losses(ax, run, best=0.25).get_ylabel() == "loss $J-J_{\\min}$"
    assert ax.get_xlabel() == "step $t$"


def test_a_path_goes_where_the_run_went_from_a_ring(ax):
    run = gd.minimize(NARROW, gd.momentum, [2.0, -1.0], steps=9, lr=0.05)
    plotting.path(ax, run, every=2)
    way, ring = drawn(ax)
    np.testing.assert_array_equal(way.T, run.thetas[::2])
    np.testing.assert_array_equal(ring.T, [[2.0, -1.0]])


def test_a_regression_shows_its_points_and_the_line(ax):
    plotting.regression(ax, LINE, guess=[1.0, 2.0])
    dots, line = drawn(ax)
    np.testing.assert_array_equal(dots, [LINE.X[:, 1], LINE.y])
    np.testing.assert_allclose(line[1], 1 + 2 * line[0])
    np.testing.assert_allclose(line[0], [dots[0].min(), dots[0].max()])


def test_a_map_has_its_rows_upwards_and_leaves_blank_what_is_infinite(ax):
    values = np.array([[1.0, 10.0, 100.0], [np.inf, 0.1, 1.0]])
    plotting.map_of(ax, values, rows=[0.0, 1.0], columns=[5.0, 6.0, 7.0])
    (mesh,) = ax.collections
    shown = np.ma.filled(mesh.get_array(), np.nan).reshape(2, 3)
    np.testing.assert_array_equal(shown, [[0, 1, 2], [np.nan, -1, 0]])
    np.testing.assert_allclose(mesh.get_coordinates()[..., 0].mean(), 6.0)
    np.testing.assert_allclose(mesh.get_coordinates()[..., 1].mean(), 0.5)
    ax.clear()
    plotting.map_of(ax, values, [0.0, 1.0], [5.0, 6.0, 7.0], log=False, label="steps")
    np.testing.assert_array_equal(np.ma.filled(ax.collections[0].get_array(), np.nan).reshape(2, 3)[0], [1, 10, 100])


def test_no_grid_lies_over_a_map_or_contours(ax):
    for draw in (lambda: plotting.map_of(ax, np.ones((2, 2)), [0, 1], [0, 1]), lambda: plotting.contours(ax, NARROW)):
        ax.grid(True)
        draw()
        assert not any(line.get_visible() for line in (*ax.get_xgridlines(), *ax.get_ygridlines()))


def test_a_figure_is_as_wide_as_the_page_unless_told():
    figure, _ = plotting.figure()
    assert tuple(figure.get_size_inches()) == (7.0, 3.4)
    plt.close(figure)


def test_figures_stand_side_by_side():
    figure, axes = plotting.figure(3, height=2.0, width=9.0)
    assert len(axes) == 3
    assert tuple(figure.get_size_inches()) == (9.0, 2.0)
    plt.close(figure)


@pytest.mark.parametrize("columns", [2, 3])
def test_a_picture_can_be_cut_between_its_panels(columns):
    """Also as Jupyter saves it, cut to its content: however wide the labels of one panel are, no seam moves."""
    figure, axes = plotting.figure(columns, height=2.0, sharey=True)
    axes[-1].set(xlabel="steps", ylabel="a label\nof several\nlines")
    for k, ax in enumerate(axes):
        ax.plot([0, 1], [(1 + k) * 1e6, (2 + k) * 1e6])
    saved = io.BytesIO()
    figure.savefig(saved, dpi=100, bbox_inches="tight", pad_inches=0)
    assert Image.open(saved).size == (700, 200)
    dark = np.array(Image.open(saved).convert("L")) < 250
    seams = [round(dark.shape[1] * k / columns) for k in range(1, columns)]
    assert not any(dark[:, seam - 2 : seam + 3].any() for seam in seams)
    assert dark[:, : seams[0]].any()
    assert dark[:, seams[-1] :].any()
    assert {ax.get_ylim() for ax in axes} == {axes[0].get_ylim()}
    assert axes[0].get_ylim()[1] > columns * 1e6
    plt.close(figure)
