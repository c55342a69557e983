"""What the explorer computes, in the notebook and in the static page alike.

Everything comes in and goes out as what JSON can say; rows of numbers travel
as text, the hexadecimal of their doubles, because that is exact and fast.

    run(problem, racers)      the paths, or how well two words were learnt
    heights(problem, …)       the landscape
    inside(…)                 what a rule remembers at one step
    survey(problem, view)     where a landscape of the reader's own is lowest
    spread(races)             the middle of many races
    secant(function, at, h)   a curve, its tangent, its secant

A problem is ``{"surface": "bowl", "kappa": 10, "angle": 0}``, ``{"text":
"x**2 + 3*y**2"}`` or ``{"line": {"x": […], "y": […]}, "batch": 10}``; the
first two may have ``"noise"`` and ``"seed"``.  ``{"gradients": [[…], …]}`` is
a tape: what each step is shown, wherever it stands; ``{"goal": 1000, "unit":
10}`` a road, its unit in metres; ``{"every": 100, "noise": 0.5, "runs": 4}``
two words, of which the second is rare.  A racer is ``{"rule": "adam",
"knobs": {"lr": 0.1}, "start": [x, y], "steps": 300}``; with ``"source"`` it
follows the rule that this text defines (``"elementwise"`` if it surely is).
"""

import sys
from array import array
from math import atan2, cos, log, pi, radians, sin, sqrt

from gdcourse import optimizers, surfaces
from gdcourse.browser import reading
from gdcourse.browser.vector import Pair, np
from gdcourse.explorer.landscape import Fault, compiled

INF = float("inf")
TARGET = 1e-4  # J − best that counts as there
MICRO = sys.implementation.name == "micropython"


# --- problems: a loss, and the gradient of each step --------------------------


class Surface:
    """A surface of ``surfaces.py``, or the landscape that ``text`` describes.

    ``noise`` is the standard deviation of what is added to both parts of every
    gradient, as a mini-batch adds it; all racers see the same (``seed``).
    """

    def __init__(self, surface=None, best=0.0, noise=0.0, seed=0, text=None, **parameters):
        self.f = compiled(text) if surface is None else getattr(surfaces, surface)
        self.parameters = parameters
        self.best, self.noise, self.seed = best, noise, seed

    def at(self, x, y):
        try:
            return self.f(x, y, **self.parameters)
        except OverflowError:  # CPython's own floats say so; all others count to inf
            return INF, INF, INF

    def loss(self, x, y):
        return self.at(x, y)[0]

    def gradients(self, pair):
        def gradient(theta):
            _, fx, fy = self.at(theta[0], theta[1])
            return pair(fx, fy)

        def noisy(x, y):
            def gradient(theta):
                _, fx, fy = self.at(theta[0], theta[1])
                return pair(fx + self.noise * x, fy + self.noise * y)

            return gradient

        if not self.noise:
            while True:
                yield gradient
        for x, y in normals(self.seed):
            yield noisy(x, y)


class Line:
    """The least-squares line y = a + bx of the articles, J = 1/(2N) Σ (a + bx − y)².

    The full loss needs only five sums over the data, so that it costs the same
    for any number of points.  ``batch`` 0 means all of them.
    """

    def __init__(self, line, batch=0, seed=0, best=0.0):
        self.x, self.y = line["x"], line["y"]
        self.batch, self.seed, self.best = batch, seed, best
        n = len(self.x)
        self.sx, self.sy = sum(self.x) / n, sum(self.y) / n
        self.sxx = sum([x * x for x in self.x]) / n
        self.sxy = sum([x * y for x, y in zip(self.x, self.y)]) / n  # noqa: B905  (MicroPython has no strict=)
        self.syy = sum([y * y for y in self.y]) / n

    def loss(self, a, b):
        return 0.5 * (a * (a - 2 * self.sy + 2 * b * self.sx) + b * (b * self.sxx - 2 * self.sxy) + self.syy)

    def gradients(self, pair):
        def of(rows):
            def gradient(theta):
                a, b, ga, gb = theta[0], theta[1], 0.0, 0.0
                for i in rows:
                    r = a + b * self.x[i] - self.y[i]
                    ga += r
                    gb += r * self.x[i]
                return pair(ga / len(rows), gb / len(rows))

            return gradient

        def full(theta):
            a, b = theta[0], theta[1]
            return pair(a + b * self.sx - self.sy, a * self.sx + b * self.sxx - self.sxy)

        n = len(self.x)
        if not 0 < self.batch < n:
            while True:
                yield full
        rows = shuffles(n, self.seed)
        while True:
            epoch = next(rows)
            for i in range(0, n, self.batch):
                yield of(epoch[i : i + self.batch])


class Tape:
    """Gradients that are there before the first step, as for ``gdcourse.follow``; there is no loss."""

    def __init__(self, gradients, best=0.0):
        self.shown, self.best = gradients, best

    def loss(self, x, y):
        return self.best

    def gradients(self, pair):
        def showing(x, y):
            return lambda theta: pair(x, y)

        for x, y in self.shown:
            yield showing(x, y)


class Road:
    """A goal on a road; x counts in a unit of so many metres, y stands still.  J = ((x unit − goal) / 100 m)² / 2."""

    def __init__(self, goal, unit=1.0, best=0.0):
        self.goal, self.unit, self.best = goal, unit, best

    def off(self, x):
        return (x * self.unit - self.goal) / 100

    def loss(self, x, y):
        return self.off(x) * self.off(x) / 2

    def gradients(self, pair):
        def gradient(theta):
            return pair(self.off(theta[0]) * self.unit / 100, 0.0)

        while True:
            yield gradient


class Words:
    """Two words, each with a score of 1 to learn: the first is in every sentence, the second in every so-manieth.

    A sentence that has a word shows its score, ``noise`` too high or too low;
    only what occurs is updated.  All racers see the same, ``runs`` times over.
    """

    best = 0.0

    def __init__(self, every, noise, runs, **marks):
        self.gaps, self.noise, self.runs = (1, every), noise, runs

    def signs(self):
        """+1 or −1, the same in every Python (uniform numbers as below)."""
        random = 1
        while True:
            random = 171 * random % 30269
            yield 1 if random > 15134 else -1

    def errors(self, rule, knobs, steps):
        """Root mean square of the error of each word's score in the last quarter of the steps."""
        signs, squares = self.signs(), [0.0, 0.0]
        for _ in range(self.runs):
            for i, gap in enumerate(self.gaps):
                score, state, counted = 0.0, (), steps // gap
                for t in range(counted):
                    shown = 1 + self.noise * next(signs)
                    score, state = rule(score, lambda score: score - shown, *state, **knobs)  # noqa: B023  (used at once)
                    if 4 * t >= 3 * counted:
                        squares[i] += (score - 1) * (score - 1) * 4 / counted
        return [sqrt(square / self.runs) for square in squares]


def shuffles(n, seed):
    """A new order of 0 … n − 1 for every epoch, the same in every Python (Fisher and Yates)."""
    order, random = list(range(n)), seed + 1
    while True:
        for i in range(n - 1, 0, -1):
            random = (1664525 * random + 1013904223) % 4294967296
            j = random * (i + 1) // 4294967296
            order[i], order[j] = order[j], order[i]
        yield list(order)


def mixed(seed, k):
    """A whole number in which no trace of the neighbours of ``seed`` is left (multiplicative hashing, Knuth)."""
    number = (seed + 1) * 2654435761 + k * 40503
    for _ in range(3):
        number = (number % 4294967296 ^ number % 4294967296 >> 15) * 2246822519
    return number % 4294967296 >> 8


def normals(seed):
    """Pairs of normal numbers, mean 0, variance 1, the same in every Python.

    Wichmann and Hill's uniform numbers (1982), whose integers are small enough
    for MicroPython, made normal as Box and Muller do (1958).
    """
    a, b, c = [1 + mixed(seed, k) % 30000 for k in (1, 2, 3)]

    def uniform():
        nonlocal a, b, c
        a, b, c = 171 * a % 30269, 172 * b % 30307, 170 * c % 30323
        return (a / 30269 + b / 30307 + c / 30323) % 1.0

    while True:
        radius, angle = sqrt(-2 * log(1 - uniform())), 2 * pi * uniform()
        yield radius * cos(angle), radius * sin(angle)


def problem_of(problem):
    kinds = [(Line, "line"), (Tape, "gradients"), (Road, "goal"), (Words, "every")]
    return next((kind for kind, key in kinds if key in problem), Surface)(**problem)


def curvatures(problem):
    """[λ, along x, along y] of both eigen-directions, where the height is quadratic: on the bowl and for the line."""
    if hasattr(problem, "loss"):
        return []
    if problem.get("surface") == "bowl":
        turn = radians(problem.get("angle", 0.0))
        return [[1.0, cos(turn), sin(turn)], [float(problem.get("kappa", 10.0)), -sin(turn), cos(turn)]]
    if "line" not in problem:
        return []
    line = Line(problem["line"])
    middle, apart = (1 + line.sxx) / 2, sqrt(((line.sxx - 1) / 2) ** 2 + line.sx**2)
    turn = atan2(line.sx, (1 - line.sxx) / 2 + apart)  # of the steeper one
    return [[middle - apart, -sin(turn), cos(turn)], [middle + apart, cos(turn), sin(turn)]]


# --- rules --------------------------------------------------------------------


class Mistake(Exception):
    """A rule that cannot run: what Python said, and the line, if it is one of the rule's own."""

    def __init__(self, what, line=None):
        super().__init__(what)
        self.what, self.line = what, line


def rule_of(racer, rules):
    """The function that a racer follows; ``rules`` are those that a notebook brought along."""
    text = racer.get("source")
    if text is None:
        return rules.get(racer["rule"]) or getattr(optimizers, racer["rule"])
    space = {"sqrt": optimizers.sqrt, "maximum": optimizers.maximum, "np": np}
    if not MICRO:
        space["np"] = __import__("numpy")
    try:
        exec(compile(text, "<rule>", "exec"), space)
        return space[signature(text)["name"]]
    except Exception as error:
        raise mistake(error) from None


def signature(text):
    """Name, state and knobs as the ``def`` of a rule declares them: {"name": …, "state": […], "knobs": {…}}."""
    found = reading.signature(text)
    if not found:
        raise Mistake("SyntaxError: def my_rule(theta, grad, *, lr=0.1): …", 1)
    knobs = {name: float(eval(default)) if default else 0.01 for name, default in found["knobs"]}
    return {"name": found["name"], "state": [name for name, _ in found["positional"][2:]], "knobs": knobs}


def mistake(error):
    """The ``Mistake`` that an error of the rule's is."""
    return Mistake(reading.words_of(error), reading.line_of(error, "<rule>"))


# --- the race -----------------------------------------------------------------


def run(problem, racers, target=TARGET, rules=None, pair=Pair):
    """Follow every racer; one result each, in order.

    ``rows``    hexadecimal doubles, per step x, y, J, ∂J/∂x, ∂J/∂y and two
                numbers for each entry of the state; the first row is the start
    ``hit``     the first step with J − best below ``target``, or None
    ``stays``   the step from which on it stays there, or None
    ``left``    the share of J − best at the start that is left at the end, or None
    ``diverged``  whether J became infinite or no number; the last row is the
                last finite one.  ``error``: {"what", "line"} in place of all that,
                ``errors`` where two words are learnt: that of each score
    """
    there = problem if hasattr(problem, "loss") else problem_of(problem)
    results = []
    for racer in racers:
        try:
            rule = rule_of(racer, rules or {})
            if isinstance(there, Words):
                results.append({"errors": there.errors(rule, racer["knobs"], racer["steps"])})
            else:
                results.append(follow(there, rule, racer, target, pair))
        except Mistake as mistake:
            results.append({"error": {"what": mistake.what, "line": mistake.line}})
    return results


def follow(problem, rule, racer, target, pair):
    x, y = racer["start"]
    loss = problem.loss(x, y)
    table, width = [x, y, loss, INF, INF], 5
    above = loss - problem.best
    hit = stays = 0 if above < target else None
    diverged = False
    # what a reader wrote may want both parameters at once, as for the length of the gradient
    alone = pair is Pair and racer.get("elementwise", "source" not in racer)
    walker = (Apart if alone else Together)(rule, racer, pair)
    gradients = problem.gradients(pair)
    for t in range(1, racer["steps"] + 1):
        try:
            x, y = walker.step(next(gradients))
        except Exception as error:
            raise mistake(error) from None
        loss = problem.loss(x, y)
        if not -INF < loss < INF:
            diverged = True
            break
        memory = walker.memory()
        if t == 1:  # now it is known how much there is to remember
            width = 5 + len(memory)
            table.extend([0.0] * len(memory))
        table.append(x)
        table.append(y)
        table.append(loss)
        table.extend(walker.g)
        table.extend(memory)
        if loss - problem.best < target:
            hit = t if hit is None else hit
            stays = t if stays is None else stays
        else:
            stays = None
    stays = None if diverged else stays
    left = None if diverged or not above > 0 else (loss - problem.best) / above
    rows = bytes(array("d", table)).hex()
    return {"rows": rows, "width": width, "hit": hit, "stays": stays, "left": left, "diverged": diverged}


class Together:
    """Steps of a rule, both parameters at once.  ``g`` is the gradient that it asked for last."""

    def __init__(self, rule, racer, pair):
        self.rule, self.knobs, self.g = rule, racer["knobs"], (INF, INF)
        self.theta = pair(*racer["start"])
        self.state = [pair(*entry) if isinstance(entry, list) else entry for entry in racer.get("state", ())]

    def step(self, gradient):
        def grad(theta):
            g = gradient(theta)
            self.g = float(g[0]), float(g[1])
            return g

        self.theta, self.state = self.rule(self.theta, grad, *self.state, **self.knobs)
        return float(self.theta[0]), float(self.theta[1])

    def memory(self):
        """Two numbers for each entry of the state."""
        entries = [(s, s) if isinstance(s, (int, float)) else (s[0], s[1]) for s in self.state]
        return [float(number) for entry in entries for number in entry]


class Elsewhere(Exception):
    """A rule asks for the gradient at another point than θ."""


class Apart:
    """Steps of a rule, one parameter after the other, on bare numbers: a third of the work.

    Every rule of optimizers.py counts element by element, so it can be asked
    for each parameter alone, as long as it wants the gradient at θ itself.
    Nesterov's does not, and bare numbers raise where pairs give inf: from then
    on it goes on together.
    """

    def __init__(self, rule, racer, pair):
        self.rule, self.knobs, self.g = rule, racer["knobs"], (INF, INF)
        self.theta = tuple(racer["start"])
        entries = [entry if isinstance(entry, list) else [entry, entry] for entry in racer.get("state", ())]
        self.states = [[entry[i] for entry in entries] for i in (0, 1)]
        self.together = None
        self.grads = [self.grad(0), self.grad(1)]

    def grad(self, i):
        def grad(at):
            if at != self.theta[i]:
                raise Elsewhere
            return self.g[i]

        return grad

    def step(self, gradient):
        if not self.together:
            try:
                return self.alone(gradient)
            except (Elsewhere, ZeroDivisionError, OverflowError, TypeError):
                joined = [list(both) for both in zip(*self.states)]  # noqa: B905
                racer = {"start": self.theta, "state": joined, "knobs": self.knobs}
                self.together = Together(self.rule, racer, Pair)
        point = self.together.step(gradient)
        self.g = self.together.g
        return point

    def alone(self, gradient):
        g = gradient(Pair(*self.theta))
        self.g = (g.x, g.y)
        x, of_x = self.rule(self.theta[0], self.grads[0], *self.states[0], **self.knobs)
        y, of_y = self.rule(self.theta[1], self.grads[1], *self.states[1], **self.knobs)
        # the root of a negative number would be complex
        if not (isinstance(x, float) and isinstance(y, float)):
            raise TypeError
        self.theta, self.states = (x, y), (of_x, of_y)
        return self.theta

    def memory(self):
        if self.together:
            return self.together.memory()
        return [float(number) for entry in zip(*self.states) for number in entry]  # noqa: B905


def heights(problem, view, columns, rows, lines=18):
    """J over the part ``view`` = [x from, x to, y from, y to] of the plane, row by row from the bottom.

    ``levels`` are the heights of contour lines, evenly spaced in the square
    root of J − best: near the minimum lines stay apart.  ``axes`` are the
    ``curvatures``.
    """
    axes = curvatures(problem)
    problem = problem if hasattr(problem, "loss") else problem_of(problem)
    left, right, bottom, top = view
    xs = [left + (right - left) * i / (columns - 1) for i in range(columns)]
    ys = [bottom + (top - bottom) * i / (rows - 1) for i in range(rows)]
    table = [problem.loss(x, y) for y in ys for x in xs]
    finite = [J for J in table if -INF < J < INF] or [0.0]
    low, high = min(finite), max(finite)
    table = [J if -INF < J < INF else high for J in table]  # a landscape of the reader's own may have holes
    levels = [low + (high - low) * (i / lines) ** 2 for i in range(1, lines)]
    return {"rows": bytes(array("d", table)).hex(), "levels": levels, "axes": axes}


def survey(problem, view, columns=41, rows=31):
    """The lowest point of a landscape in ``view``: {"best": J, "minima": [[x, y]]}.

    A grid, then Newton's steps from its lowest point, each halved until it
    leads down.  Where the landscape falls on beyond the view,
    or has no height, there is no minimum, and ``best`` is the lowest height seen.
    {"fault": [kind, place, what]} if its text cannot be read.
    """
    try:
        there = Surface(**problem)
    except Fault as fault:
        return {"fault": [fault.kind, fault.place, fault.what]}
    left, right, bottom, top = view
    grid = [(left + (right - left) * i / (columns - 1), bottom + (top - bottom) * j / (rows - 1))
            for j in range(rows) for i in range(columns)]  # fmt: skip
    known = [(there.loss(x, y), x, y) for x, y in grid]
    known = [row for row in known if -INF < row[0] < INF]
    if not known:
        return {"best": 0.0, "minima": []}
    low, x, y = min(known)
    for _ in range(100):
        step = downhill(there, x, y, 1e-5 * (right - left))
        for _ in range(40):
            height = there.loss(x + step[0], y + step[1])
            if height < low:
                break
            step = step[0] / 2, step[1] / 2
        else:
            break  # no lower point near by
        low, x, y = height, x + step[0], y + step[1]
        if not (left <= x <= right and bottom <= y <= top):
            return {"best": min(known)[0], "minima": []}
    return {"best": low, "minima": [[x, y]]}


WINDOW = (-0.6, 1.6, -3, 8)  # of a secant, in units of h from the point on the curve


def secant(function, at, h, points=160):
    """The secant of a text in x from ``at`` to ``at`` + h, as the floats have it.

    ``slope``    of the secant;  ``off``  its distance from the derivative
    ``lines``    curve, secant and tangent as points [x, y] in ``WINDOW``, which
                 shrinks with h, so that the rounding of the floats comes to light
    """
    f = compiled(function)
    height, derivative, _ = f(at, 0.0)
    slope = (f(at + h, 0.0)[0] - height) / h
    left, right = WINDOW[:2]
    across = [left + (right - left) * i / (points - 1) for i in range(points)]
    lines = {
        "curve": [[x, (f(at + h * x, 0.0)[0] - height) / h] for x in across],
        "tangent": [[x, derivative * x] for x in (left, right)],
        "secant": [[x, slope * x] for x in (left, right)],
    }
    return {"slope": slope, "off": abs(slope - derivative), "lines": lines}


def downhill(surface, x, y, h):
    """Newton's step where the surface is bent upwards, else the way that the gradient shows."""
    _, gx, gy = surface.at(x, y)
    east, west, north, south = [surface.at(x + i * h, y + j * h)[1:] for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    xx, xy, yy = (east[0] - west[0]) / 2 / h, (east[1] - west[1]) / 2 / h, (north[1] - south[1]) / 2 / h
    area = xx * yy - xy * xy
    if xx > 0 and area > 0:
        return (xy * gy - yy * gx) / area, (xy * gx - xx * gy) / area
    return -gx, -gy


def spread(races):
    """Of the losses of many runs (None: lost) those with 1/4, 1/2, 3/4 of the others below: {"quarters": […]} each."""
    return [{"quarters": [known(quantile(losses, share)) for share in (0.25, 0.5, 0.75)]} for losses in races]


def quantile(losses, share):
    ordered = sorted([INF if loss is None else loss for loss in losses])
    place = share * (len(ordered) - 1)
    low, high = ordered[int(place)], ordered[min(int(place) + 1, len(ordered) - 1)]
    between = place - int(place)
    return low + (high - low) * between if between and low < high else low  # (inf − inf and 0 · inf are no numbers)


def inside(names, state, knobs):
    """What the rule makes of its memory: rows (symbol, for θ₁, for θ₂), and Adam's corrections.

    ``factors`` are 1/(1 − β₁ᵗ) and 1/√(1 − β₂ᵗ): so much larger correction
    makes m and √v.  Their quotient is what it does to the step.
    """
    memory = dict(zip(names, state))  # noqa: B905
    rows, factors = [[name, memory[name][0], memory[name][1]] for name in names if name != "t"], None
    if "t" in memory and "m" in memory and "v" in memory and "beta1" in knobs and "beta2" in knobs:
        t, largest = memory["t"][0], memory.get("v_max", memory["v"])
        c1, c2 = 1 / (1 - knobs["beta1"] ** t), 1 / (1 - knobs["beta2"] ** t)
        rows.append(["m_hat", memory["m"][0] * c1, memory["m"][1] * c1])
        rows.append(["v_hat", largest[0] * c2, largest[1] * c2])
        factors = [c1, c2**0.5]
    # JSON knows no infinity
    return {"rows": [[n, known(x), known(y)] for n, x, y in rows], "factors": factors}


def known(x):
    return x if -INF < x < INF else None
