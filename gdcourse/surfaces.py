r"""Two-dimensional test functions: each returns f and its two derivatives.

    f, fx, fy = surface(x, y)

Plain arithmetic on numbers or arrays, no numpy, so that the page can run this
very file.  ``LANDMARKS`` tells, for every surface, where its minima are, a
good start and the part of the plane worth drawing.
"""

from math import cos, radians, sin


def bowl(x, y, kappa=10.0, angle=0.0):
    r"""Quadratic bowl ½(a² + κ b²); a, b are x, y turned by ``angle`` degrees.

    Curvatures are 1 and κ (≥ 1); L = κ is the largest.
    """
    c, s = cos(radians(angle)), sin(radians(angle))
    a, b = c * x + s * y, c * y - s * x
    return 0.5 * (a * a + kappa * b * b), c * a - s * kappa * b, s * a + c * kappa * b


def saddle(x, y):
    r"""½(x² − y²) + ¼y⁴: a saddle at the origin between minima at (0, ±1)."""
    return 0.5 * (x * x - y * y) + 0.25 * y**4, x, y**3 - y


def rosenbrock(x, y):
    r"""(1 − x)² + 100(y − x²)²: a curved valley (Rosenbrock 1960)."""
    valley = y - x * x
    return (1 - x) ** 2 + 100 * valley**2, -2 * (1 - x) - 400 * x * valley, 200 * valley


def beale(x, y):
    r"""Σ (cᵢ − x + x yⁱ)², c = 1.5, 2.25, 2.625: flat, with steep walls (Beale 1958)."""
    a = 1.5 - x + x * y
    b = 2.25 - x + x * y**2
    c = 2.625 - x + x * y**3
    fx = 2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1))
    fy = 2 * x * (a + 2 * b * y + 3 * c * y**2)
    return a * a + b * b + c * c, fx, fy


def himmelblau(x, y):
    r"""(x² + y − 11)² + (x + y² − 7)²: four equal minima (Himmelblau 1972)."""
    a = x * x + y - 11
    b = x + y * y - 7
    return a * a + b * b, 4 * x * a + 2 * b, 2 * a + 4 * y * b


def styblinski_tang(x, y):
    r"""½ Σ (x⁴ − 16x² + 5x): four basins, one of them deepest (Styblinski & Tang 1990)."""
    f = 0.5 * (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y)
    return f, 2 * x**3 - 16 * x + 2.5, 2 * y**3 - 16 * y + 2.5


_DEEP, _SHALLOW = -2.9035340277711770, 2.7468027709908370

# view: (x from, x to, y from, y to); minima: all of them, the deepest first
LANDMARKS = {
    "bowl": {"minima": [(0.0, 0.0)], "start": (-1.8, 0.9), "view": (-2.2, 2.2, -1.4, 1.4)},
    "saddle": {"minima": [(0.0, 1.0), (0.0, -1.0)], "start": (1.5, 0.01), "view": (-2.0, 2.0, -1.8, 1.8)},
    "rosenbrock": {"minima": [(1.0, 1.0)], "start": (-1.2, 1.0), "view": (-2.0, 2.0, -1.0, 3.0)},
    "beale": {"minima": [(3.0, 0.5)], "start": (-1.0, 1.5), "view": (-2.0, 4.5, -2.0, 2.5)},
    "himmelblau": {
        "minima": [
            (3.0, 2.0),
            (-2.8051180869527448, 3.1313125182505730),
            (-3.7793102533777469, -3.2831859912861694),
            (3.5844283403304917, -1.8481265269644034),
        ],
        "start": (0.0, -4.0),
        "view": (-5.5, 5.5, -5.5, 5.5),
    },
    "styblinski_tang": {
        "minima": [(_DEEP, _DEEP), (_DEEP, _SHALLOW), (_SHALLOW, _DEEP), (_SHALLOW, _SHALLOW)],
        "start": (4.5, 4.0),
        "view": (-5.0, 5.0, -5.0, 5.0),
    },
}
