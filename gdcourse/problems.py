"""What is minimized: a loss J, its gradient, a start, and a stream of gradients.

The parameters ``theta`` of a problem are an array of shape ``start.shape``.
Losses and gradients take any leading batch dimensions: ``theta`` of shape
``(..., *start.shape)`` gives a loss of shape ``(...)`` and a gradient of the
shape of ``theta``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from gdcourse import surfaces
from gdcourse.checks import check_count, finite_array, limit, name_of
from gdcourse.guard import Guard, Loss, number
from gdcourse.languages import language, say
from gdcourse.protocols import Array, Gradient, SurfaceFunction
from gdcourse.surfaces import LANDMARKS

View: TypeAlias = tuple[float, float, float, float]  # x from, x to, y from, y to
DATA = Path(__file__).parent / "data"


class Problem:
    """A loss of your own: ``Problem(loss, gradient, start)``.

    ``loss(theta)`` returns a number, ``gradient(theta)`` real numbers in the
    shape of ``theta``.  Both are asked once here, at the start, to see whether
    they do.  Raises ValueError when the start is empty or not finite or when
    one of them returns another shape, TypeError when it cannot be called or
    returns what is no real number.
    """

    gradient: Gradient

    def __init__(self, loss: Callable[..., Any], gradient: Gradient, start: Any):
        _check_function("loss", loss)
        _check_function("gradient", gradient)
        self.loss, self.gradient = loss, gradient
        self.start = finite_array("start", start)
        Loss(loss)(self.start)
        Guard(self.start.dtype, self.start.ndim, gradient).ask(self.start)

    def gradients(self, batch_size: int | None = None, seed: int = 0) -> Iterator[Gradient]:
        """An endless iterator that hands out one gradient function per step.

        Raises ValueError for a ``batch_size``: there are no data to draw from.
        """
        _no_batches(batch_size)
        return repeat(self.gradient)


def _check_function(name: str, function: Any) -> None:
    if not callable(function):
        raise TypeError(
            say(
                f"{name} 必须是 theta 的函数，收到的是 {function!r}；例如 lambda theta: theta**2 / 2",
                f"{name} must be a function of theta, got {function!r}; try lambda theta: theta**2 / 2",
            )
        )


def _no_batches(batch_size: int | None) -> None:
    if batch_size is not None:
        raise ValueError(
            say(
                "这个问题没有数据，无法抽取小批量；请去掉 batch_size",
                "this problem has no data to draw batches from; leave batch_size out",
            )
        )


class Online(Problem):
    """A loss that changes at every step, as in online learning.

    ``gradient_at(t)`` returns the gradient function of step t = 1, 2, …, and is
    asked once a step, never to try it; ``loss(theta)`` is what you want to
    watch, often the average over a period.  There is no full ``gradient``.
    """

    def __init__(self, gradient_at: Callable[[int], Gradient], loss: Callable[..., Any], start: Any):
        if not callable(gradient_at):
            raise TypeError(
                say(
                    f"gradient_at 必须是步数 t 的函数，收到的是 {gradient_at!r}；"
                    "例如 lambda t: lambda theta: theta / t",
                    f"gradient_at must be a function of the step t, got {gradient_at!r}; "
                    "try lambda t: lambda theta: theta / t",
                )
            )
        _check_function("loss", loss)
        self.loss, self.gradient_at = loss, gradient_at
        self.start = finite_array("start", start)
        Loss(loss)(self.start)

    def gradients(self, batch_size: int | None = None, seed: int = 0) -> Iterator[Gradient]:
        _no_batches(batch_size)
        return map(self.gradient_at, count(1))


class Surface(Problem):
    """A function of two variables, from ``surfaces.py`` by name or your own.

    ``Surface("bowl", kappa=100, angle=30)`` or ``Surface(f, start=(1, 2))``
    with ``f(x, y)`` returning ``(value, df/dx, df/dy)``.  ``theta`` has shape
    (..., 2).  ``minima``, ``best_loss`` and ``view`` are known to the named ones.
    """

    text: str | None = None  # what describes it, if ``landscape`` made it

    def __init__(
        self, function: str | SurfaceFunction, start: Any = None, view: View | None = None, **parameters: float
    ):
        self.name = function if isinstance(function, str) else name_of(function)
        landmarks: Mapping[str, Any] = {}
        if isinstance(function, str):
            if function not in LANDMARKS:
                raise ValueError(
                    say(
                        f"没有名为 {function!r} 的曲面；可选：{'、'.join(LANDMARKS)}",
                        f"there is no surface {function!r}; choose from {', '.join(LANDMARKS)}",
                    )
                )
            landmarks, function = LANDMARKS[function], getattr(surfaces, function)
        if not callable(function):
            raise TypeError(
                say(
                    f"曲面应是名字或函数 f(x, y)，收到的是 {function!r}；可选的名字：{'、'.join(LANDMARKS)}",
                    f"a surface is a name or a function f(x, y), got {function!r}; choose from {', '.join(LANDMARKS)}",
                )
            )
        if start is None and not landmarks:
            raise ValueError(
                say(
                    "自定义的曲面需要起点，例如 start=(1.0, 2.0)",
                    "a surface of your own needs a start, for example start=(1.0, 2.0)",
                )
            )
        kappa = say("kappa（条件数）", "kappa (the condition number)")
        limit(kappa, parameters.get("kappa", 1), "[1, ∞)", say("100 是一个狭长的碗", "100 makes a narrow bowl"))
        self.function, self.parameters = function, parameters
        self.minima = np.array(landmarks.get("minima", np.empty((0, 2))))
        self.view = view or landmarks.get("view", (-2.0, 2.0, -2.0, 2.0))
        self.start = finite_array("start", landmarks.get("start") if start is None else start)
        if self.start.shape != (2,):
            raise ValueError(
                say(
                    f"曲面的起点要有两个坐标，收到的形状是 {self.start.shape}；例如 (1.0, 2.0)",
                    f"the start on a surface has two coordinates, got shape {self.start.shape}; try (1.0, 2.0)",
                )
            )
        try:
            for name, value in zip(("f", "df/dx", "df/dy"), function(*self.start, **parameters), strict=True):
                number(name, value)
        except (TypeError, ValueError) as error:
            raise TypeError(
                say(
                    f"曲面 {self.name} 应接受 x、y 和所给的参数，返回 (f, df/dx, df/dy)；调用时出错：{error}",
                    f"the surface {self.name} must take x, y and the parameters given, and return (f, df/dx, df/dy); "
                    f"calling it failed: {error}",
                )
            ) from error

    @property
    def best_loss(self) -> float:
        """The lowest value, 0.0 where no minimum is known."""
        return float(self.loss(self.minima[0])) if len(self.minima) else 0.0

    def loss(self, theta: Array) -> Any:
        return self.function(theta[..., 0], theta[..., 1], **self.parameters)[0]

    def gradient(self, theta: Array) -> Array:
        _, fx, fy = self.function(theta[..., 0], theta[..., 1], **self.parameters)
        if np.shape(fx) != np.shape(fy):  # one of them the same everywhere
            fx, fy = np.broadcast_arrays(fx, fy)
        return np.stack([fx, fy], axis=-1)


def landscape(text: str, start: tuple[float, float] = (-1.8, 0.9), view: View = (-3.0, 3.0, -2.0, 2.0)) -> Surface:
    """The surface that ``text`` describes, with exact derivatives: ``landscape("x**2 + 3*y**2 + sin(4*x)")``.

    ``+ - * / **``, brackets, ``x``, ``y``, ``pi``, ``e`` and ``sin``, ``cos``,
    ``exp``, ``log``, ``sqrt``, ``abs``; ``^`` and ``2x`` are understood, too.
    ``minima`` holds the lowest point of ``view``, if it is not on the edge.
    Raises ValueError, with the place, where the text cannot be read.
    """
    # who has no such surface need not load the explorer
    from gdcourse.explorer import page, words
    from gdcourse.explorer.landscape import Fault, arrays, compiled

    try:
        function = compiled(text, arrays(np))
    except Fault as fault:
        what = words(language())[fault.kind].format(what=fault.what)
        raise ValueError(f"{what}\n    {text}\n    {' ' * fault.place}^") from None
    surface = Surface(_everywhere(function), start, view)
    surface.name, surface.text = text, text
    surface.minima = np.array(page.survey({"text": text}, view)["minima"]).reshape(-1, 2)
    return surface


def _everywhere(function: SurfaceFunction) -> SurfaceFunction:
    """The same for arrays: in their shape, and without warnings where there is no number."""

    def height_and_slopes(x: Any, y: Any) -> tuple[Any, Any, Any]:
        with np.errstate(all="ignore"):
            height, fx, fy = (np.broadcast_to(part, np.shape(x)) for part in function(x, y))
        return height, fx, fy

    return height_and_slopes


class DataProblem(Problem):
    """A mean loss over N rows of data; subclasses say which.

    ``loss(theta, rows)`` and ``gradient(theta, rows)`` take the mean over the
    given rows only, by default over all.
    """

    gradient: Callable[..., Any]

    def __init__(self, X: Any, y: Any):
        self.X, self.y = finite_array("X", X), finite_array("y", y)
        if self.X.ndim != 2:
            raise ValueError(
                say(
                    f"X 应为二维：每行一个样本，每列一个特征，收到的形状是 {self.X.shape}；试试 X.reshape(-1, 1)",
                    f"X must have two axes, samples × features, got shape {self.X.shape}; try X.reshape(-1, 1)",
                )
            )
        if self.y.shape != (len(self.X),):
            raise ValueError(
                say(
                    f"y 的形状应为 ({len(self.X)},)，每个样本一个数，收到的是 {self.y.shape}；试试 y.ravel()",
                    f"y must have shape ({len(self.X)},), one number per sample, got {self.y.shape}; try y.ravel()",
                )
            )
        self.start = np.zeros(self.X.shape[1])

    def _batch(self, rows: Any) -> tuple[Array, Array]:
        return (self.X, self.y) if rows is None else (self.X[rows], self.y[rows])

    def gradients(self, batch_size: int | None = None, seed: int = 0) -> Iterator[Gradient]:
        """Full-batch gradients, or those of shuffled mini-batches.

        Every epoch is a new permutation from ``seed``; it is cut into batches
        of ``batch_size`` rows, the last one taking what is left.  The gradient
        is the mean over the *batch*.  Raises ValueError, TypeError for a
        ``batch_size`` that is not a whole number from 1 to N.
        """
        n = len(self.X)
        if batch_size is None:
            return repeat(self.gradient)
        check_count("batch_size", batch_size)
        hint = say(
            f"一共只有 {n} 个样本。32 很常用，None 表示全批量",
            f"there are {n} samples. 32 is common, None means full batch",
        )
        limit("batch_size", batch_size, f"[1, {n}]", hint)
        return (partial(self.gradient, rows=rows) for rows in batches(n, batch_size, seed))


def _generator(seed: int) -> np.random.Generator:
    """numpy's generator from ``seed``; raises TypeError or ValueError, with a hint, where numpy takes none."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError) as error:
        raise type(error)(
            say(
                f"seed 应为不小于 0 的整数，收到的是 {seed!r}；例如 seed=0",
                f"seed must be a whole number of at least 0, got {seed!r}; try seed=0",
            )
        ) from None


def batches(n: int, batch_size: int, seed: int = 0) -> Iterator[Array]:
    """Row indices of one mini-batch after another, for ever: shuffled epochs, tails used."""
    rng = _generator(seed)
    epochs = (np.split(rng.permutation(n), range(batch_size, n, batch_size)) for _ in repeat(None))
    return chain.from_iterable(epochs)


class LinearRegression(DataProblem):
    r"""Least squares: J(θ) = 1/(2N) Σ (xᵢ·θ − yᵢ)², ∇J = Xᵀ(Xθ − y)/N.

    ``X`` has shape (N, d), ``y`` (N,), ``theta`` (..., d).  For an intercept
    give ``X`` a column of ones.
    """

    @classmethod
    def line(cls, seed: int = 42) -> Self:
        """The line of the blog series: 100 points y = 4 + 3x + noise, x in [0, 2).

        ``theta`` is (intercept, slope).  With seed 42 of numpy's *legacy*
        generator these are the articles' own numbers.
        """
        rng = np.random.RandomState(seed)
        x = 2 * rng.rand(100)
        return cls(np.column_stack([np.ones(100), x]), 4 + 3 * x + rng.randn(100))

    @cached_property
    def exact(self) -> Array:
        """The least-squares solution, shape (d,)."""
        return np.linalg.lstsq(self.X, self.y, rcond=None)[0]

    @property
    def best_loss(self) -> float:
        return float(self.loss(self.exact))

    def loss(self, theta: Array, rows: Any = None) -> Any:
        X, y = (self.X, self.y) if rows is None else self._batch(rows)
        residual = theta.dot(X.T) - y
        return np.vecdot(residual, residual) / (2 * len(X))

    def gradient(self, theta: Array, rows: Any = None) -> Array:
        X, y = (self.X, self.y) if rows is None else self._batch(rows)
        return (theta.dot(X.T) - y).dot(X) / len(X)


class LogisticRegression(DataProblem):
    r"""Logistic regression: J(θ) = mean log(1 + e^(−z)) + λ/2 |θ|², z = ±x·θ.

    ``X`` has shape (N, d), labels ``y`` (N,) are 0 or 1, ``theta`` (..., d);
    ``l2`` is λ ≥ 0.  Raises ValueError for other labels.
    """

    def __init__(self, X: Any, y: Any, l2: float = 0.0):
        super().__init__(X, y)
        if not np.isin(self.y, (0, 1)).all():
            raise ValueError(
                say(
                    f"标签 y 只能是 0 或 1，收到了 {np.unique(self.y)[:5]}；若是 −1/+1，试试 (y + 1) / 2",
                    f"labels y must be 0 or 1, got {np.unique(self.y)[:5]}; if they are −1/+1, try (y + 1) / 2",
                )
            )
        limit("l2", l2, "[0, ∞)", say("0.01 较温和", "0.01 is mild"))
        self.l2 = l2

    @classmethod
    def breast_cancer(cls, standardize: bool = True, l2: float = 0.01) -> Self:
        """Wisconsin breast cancer: 569 samples, 30 features and a column of ones.

        The features' scales differ by a factor of about 200,000 between the
        smallest and the largest standard deviation; ``standardize`` brings
        all to mean 0 and deviation 1.  y = 1 is benign.
        """
        table = np.loadtxt(DATA / "breast_cancer.csv", delimiter=",", skiprows=1)
        X, y = table[:, :-1], table[:, -1]
        if standardize:
            X = (X - X.mean(axis=0)) / X.std(axis=0)
        return cls(np.column_stack([np.ones(len(X)), X]), y, l2)

    @cached_property
    def exact(self) -> Array:
        """The minimum by Newton's method, shape (d,); needs ``l2`` > 0."""
        if self.l2 == 0:
            raise ValueError(
                say(
                    "l2 = 0 时可能没有最小值点（数据可分时 θ 会趋于无穷）；试试 l2=0.01",
                    "with l2 = 0 there may be no minimum (θ runs away on separable data); try l2=0.01",
                )
            )
        theta = self.start
        for _ in range(100):
            p = self._probability(theta, self.X)
            hessian = (self.X.T * (p * (1 - p))) @ self.X / len(self.X) + self.l2 * np.eye(theta.size)
            step = np.linalg.solve(hessian, self.gradient(theta))
            # Damped: a full Newton step may overshoot on badly scaled features.
            size = 1.0
            while size > 1e-6 and self.loss(theta - size * step) > self.loss(theta):
                size /= 2
            theta = theta - size * step
        return theta

    @property
    def best_loss(self) -> float:
        return float(self.loss(self.exact))

    def accuracy(self, theta: Array) -> Any:
        """Share of samples on the right side, between 0 and 1, shape (...)."""
        return np.mean((theta @ self.X.T > 0) == self.y, axis=-1)

    def loss(self, theta: Array, rows: Any = None) -> Any:
        X, y = self._batch(rows)
        data = np.mean(np.logaddexp(0, (1 - 2 * y) * (theta @ X.T)), axis=-1)
        return data + self.l2 / 2 * np.sum(theta**2, axis=-1)

    def gradient(self, theta: Array, rows: Any = None) -> Array:
        X, y = self._batch(rows)
        return (self._probability(theta, X) - y) @ X / len(X) + self.l2 * theta

    @staticmethod
    def _probability(theta: Array, X: Array) -> Array:
        return 0.5 * (1 + np.tanh(theta @ X.T / 2))


class MLP(DataProblem):
    r"""A small neural network for regression, with hand-derived gradients.

    Layers d → hidden… → 1 with ``activation`` "tanh" or "relu" between them;
    J(θ) = 1/(2N) Σ (outputᵢ − yᵢ)².  ``theta`` holds all weights in one
    vector, shape (..., P): for each layer the matrix (inputs × outputs, row
    by row), then the biases.  The start is drawn from ``seed``, uniform in
    ±1/√inputs.
    """

    def __init__(self, X: Any, y: Any, hidden: Iterable[int] = (16,), activation: str = "tanh", seed: int = 0):
        if activation not in ("tanh", "relu"):
            raise ValueError(
                say(
                    f'activation 只能是 "tanh" 或 "relu"，收到的是 {activation!r}',
                    f'activation must be "tanh" or "relu", got {activation!r}',
                )
            )
        if not (np.iterable(hidden) and all(isinstance(width, (int, np.integer)) and width >= 1 for width in hidden)):
            raise ValueError(
                say(
                    f"hidden 应为正整数的元组，收到的是 {hidden!r}；例如 (16,) 或 (64, 64)",
                    f"hidden must be a tuple of positive whole numbers, got {hidden!r}; try (16,) or (64, 64)",
                )
            )
        super().__init__(X, y)
        widths = [self.X.shape[1], *hidden, 1]
        self.shapes = list(zip(widths[:-1], widths[1:], strict=True))
        self.activation = activation
        rng = _generator(seed)
        start = [rng.uniform(-1, 1, a * b + b) / np.sqrt(a) for a, b in self.shapes]
        self.start = np.concatenate(start)

    @classmethod
    def sine(cls, n: int = 60, noise: float = 0.1, hidden: Iterable[int] = (16,), seed: int = 0) -> Self:
        """A sine with noise on [−3, 3], ``n`` points, one input."""
        rng = _generator(seed)
        x = rng.uniform(-3, 3, n)
        return cls(x[:, None], np.sin(x) + noise * rng.normal(size=n), hidden, seed=seed)

    def layers(self, theta: Array) -> list[tuple[Array, Array]]:
        """``theta`` as a list of (weights (..., in, out), biases (..., 1, out))."""
        lead, at, out = theta.shape[:-1], 0, []
        for a, b in self.shapes:
            weights = theta[..., at : at + a * b].reshape(*lead, a, b)
            biases = theta[..., at + a * b : at + a * b + b].reshape(*lead, 1, b)
            out.append((weights, biases))
            at += a * b + b
        return out

    def predict(self, theta: Array, X: Array) -> Array:
        """The network's output for the rows of ``X``, shape (..., rows)."""
        return self._forward(theta, X)[-1][..., 0]

    def _forward(self, theta: Array, X: Array) -> list[Array]:
        """The values of every layer, input first."""
        values = [X]
        for depth, (W, b) in enumerate(self.layers(theta), 1):
            z = values[-1] @ W + b
            last = depth == len(self.shapes)
            values.append(z if last else np.tanh(z) if self.activation == "tanh" else np.maximum(z, 0))
        return values

    def loss(self, theta: Array, rows: Any = None) -> Any:
        X, y = self._batch(rows)
        return 0.5 * np.mean((self.predict(theta, X) - y) ** 2, axis=-1)

    def gradient(self, theta: Array, rows: Any = None) -> Array:
        X, y = self._batch(rows)
        values = self._forward(theta, X)
        # delta is dJ/dz of the layer at hand, shape (..., rows, out)
        delta = (values[-1] - y[:, None]) / len(X)
        parts: list[Array] = []
        for (W, _), a in zip(reversed(self.layers(theta)), reversed(values[:-1]), strict=True):
            parts.insert(0, delta.sum(axis=-2))
            parts.insert(0, (np.swapaxes(a, -1, -2) @ delta).reshape(*theta.shape[:-1], -1))
            slope = 1 - a**2 if self.activation == "tanh" else a > 0
            delta = delta @ np.swapaxes(W, -1, -2) * slope
        return np.concatenate(parts, axis=-1)
