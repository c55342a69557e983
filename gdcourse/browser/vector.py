"""A vector for a Python without numpy, that of the page: it counts as numpy does.

Division by zero gives inf or nan, the root of a negative number nan; nothing
raises.  ``np`` stands in for the handful of numpy functions that people
write in an update rule.
"""

import math

from gdcourse.optimizers import maximum

INF = float("inf")
NAN = INF - INF


def divide(a, b):
    if b != 0:
        return a / b
    return NAN if a == 0 or a != a else INF if (a > 0) == (str(float(b))[0] != "-") else -INF


def power(a, b):
    if a < 0 and b % 1:  # (an infinite b, too)
        return NAN
    try:
        return float(a**b)
    except ZeroDivisionError:
        return divide(1.0, a**-b)
    except OverflowError:
        return -INF if a < 0 and b % 2 else INF


class Vec:
    """Numbers that are added, multiplied … one by one; ``values`` is any sequence of numbers."""

    def __init__(self, values):
        self.values = [float(x) for x in values]

    def like(self, values):
        """A vector of this kind."""
        return Vec(values)

    @property
    def shape(self):
        return (len(self.values),)

    @property
    def size(self):
        return len(self.values)

    def __repr__(self):
        return str(self.values)

    def tolist(self):
        return list(self.values)

    def copy(self):
        return self.like(self.values)

    def sum(self, axis=None):
        return sum(self.values)

    def mean(self, axis=None):
        return sum(self.values) / len(self.values)

    def max(self):
        return max(self.values)

    def clip(self, low, high=None):
        above = self._with(low, maximum)
        return above if high is None else -(-above).clip(-1 * high)

    def astype(self, dtype):
        return self.copy()

    def reshape(self, *shape):  # the page's vectors have one axis
        return self.copy()

    ravel = flatten = reshape

    def _with(self, other, f):
        if isinstance(other, (int, float, bool)):  # (in MicroPython True is no int)
            return self.like([f(a, other) for a in self.values])
        other = getattr(other, "values", other)
        if len(other) != len(self.values):
            raise ValueError("lengths %d and %d do not fit" % (len(self.values), len(other)))  # noqa: UP031
        return self.like([f(a, b) for a, b in zip(self.values, other)])  # noqa: B905  (MicroPython has no strict=)

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, divide)

    def __rtruediv__(self, other):
        return self._with(other, lambda a, b: divide(b, a))

    def __pow__(self, other):
        return self._with(other, power)

    def __rpow__(self, other):
        return self._with(other, lambda a, b: power(b, a))

    def __gt__(self, other):
        return self._with(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._with(other, lambda a, b: a >= b)

    def __lt__(self, other):
        return self._with(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._with(other, lambda a, b: a <= b)

    __radd__ = __add__
    __rmul__ = __mul__

    def __iadd__(self, other):  # in place, as numpy does, so that a rule that changes its argument is found out
        self.values = (self + other).values
        return self

    def __isub__(self, other):
        self.values = (self - other).values
        return self

    def __neg__(self):
        return self.like([-a for a in self.values])

    def __abs__(self):
        return self.like([abs(a) for a in self.values])

    def __bool__(self):
        raise ValueError("the truth of several numbers is ambiguous; a rule counts, it does not branch")

    def __len__(self):
        return len(self.values)

    def _places(self, i):
        """The places that [:], [...] or a mask stand for."""
        if isinstance(i, slice):
            return range(len(self.values))[i]
        return [k for k in range(len(self.values)) if not isinstance(i, Vec) or i.values[k]]

    def __getitem__(self, i):
        return self.values[i] if isinstance(i, int) else Vec([self.values[k] for k in self._places(i)])

    def __setitem__(self, i, x):
        places = [i] if isinstance(i, int) else self._places(i)
        values = x if isinstance(x, (Vec, list, tuple)) else [x] * len(places)
        for k, value in zip(places, values):  # noqa: B905
            self.values[k] = float(value)

    def __iter__(self):
        return iter(self.values)


class Pair(Vec):
    """Two numbers, about three times as fast: the page follows hundreds of steps between two positions of a slider."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    @property
    def values(self):
        return [self.x, self.y]

    @values.setter
    def values(self, two):
        self.x, self.y = two

    def like(self, values):
        return Pair(*values)

    # The page spends its time here: one test of the type, one new object.

    def __add__(self, other):
        if type(other) is Pair:
            return Pair(self.x + other.x, self.y + other.y)
        return Pair(self.x + other, self.y + other)

    def __sub__(self, other):
        if type(other) is Pair:
            return Pair(self.x - other.x, self.y - other.y)
        return Pair(self.x - other, self.y - other)

    def __rsub__(self, other):
        return Pair(other - self.x, other - self.y)

    def __mul__(self, other):
        if type(other) is Pair:
            return Pair(self.x * other.x, self.y * other.y)
        return Pair(self.x * other, self.y * other)

    def __truediv__(self, other):
        try:
            if type(other) is Pair:
                return Pair(self.x / other.x, self.y / other.y)
            return Pair(self.x / other, self.y / other)
        except ZeroDivisionError:
            return self._with(other, divide)

    def __pow__(self, other):
        if type(other) is int and other == 2:
            return Pair(self.x * self.x, self.y * self.y)
        return self._with(other, power)

    def __neg__(self):
        return Pair(-self.x, -self.y)

    __radd__ = __add__
    __rmul__ = __mul__

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __iter__(self):
        return iter((self.x, self.y))


def _each(f):
    """``f`` of numbers, element by element."""

    def g(*args):
        sizes = [len(a) for a in args if isinstance(a, (Vec, list, tuple))]
        if not sizes:
            return f(*args)
        rows = [list(a) if isinstance(a, (Vec, list, tuple)) else [a] * sizes[0] for a in args]
        like = next((a.like for a in args if isinstance(a, Vec)), Vec)
        return like([f(*[row[k] for row in rows]) for k in range(sizes[0])])

    return g


class Rows:
    """Several vectors, one below the other: enough to add them up or to average them."""

    def __init__(self, rows):
        self.rows = [_array(row) for row in rows]

    def sum(self, axis=None):
        total = self.rows[0] * 1.0
        for row in self.rows[1:]:
            total = total + row
        return total if axis == 0 else total.sum()

    def mean(self, axis=None):
        total = self.sum(0) / len(self.rows)
        return total if axis == 0 else total.mean()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def _array(x, dtype=None, copy=True):
    if isinstance(x, (list, tuple)):
        return Rows(x) if x and isinstance(x[0], (Vec, list, tuple)) else Vec(x)
    return x.copy() if isinstance(x, Vec) else x


def _over(name, f):
    """``np.sum(x, axis=0)``: the vector's own method, that of rows, or ``f`` of a list."""

    def g(x, axis=None):
        x = _array(x)
        if isinstance(x, Rows):
            return getattr(x, name)(axis)
        return f(x.values) if isinstance(x, Vec) else x

    return g


def _filled(value):
    def g(shape, dtype=None):
        count = 1
        for n in shape if isinstance(shape, tuple) else (shape,):
            count = count * n
        return Vec([value] * count) if shape != () else value

    return g


class np:
    """What the page calls ``np``."""

    pi = math.pi
    float64 = float
    array = asarray = staticmethod(_array)
    zeros, ones = staticmethod(_filled(0.0)), staticmethod(_filled(1.0))
    empty = zeros
    broadcast_to = staticmethod(lambda x, shape: x.copy() if isinstance(x, Vec) else _filled(x)(shape))
    zeros_like = staticmethod(lambda x: x * 0.0 if isinstance(x, Vec) else 0.0)
    ones_like = staticmethod(lambda x: x.like([1.0] * len(x)) if isinstance(x, Vec) else 1.0)
    shape = staticmethod(lambda x: getattr(x, "shape", ()))
    sqrt = staticmethod(lambda x: x**0.5 if isinstance(x, Vec) else power(x, 0.5))
    abs = absolute = staticmethod(abs)
    square = staticmethod(lambda x: x * x)
    sign = staticmethod(_each(lambda x: float((x > 0) - (x < 0))))
    exp, cos, sin = staticmethod(_each(math.exp)), staticmethod(_each(math.cos)), staticmethod(_each(math.sin))
    add = staticmethod(lambda a, b: a + b)
    subtract = staticmethod(_each(lambda a, b: a - b))
    multiply = staticmethod(lambda a, b: a * b)
    divide = true_divide = staticmethod(_each(divide))
    power = staticmethod(_each(power))
    hypot = staticmethod(_each(lambda a, b: (a * a + b * b) ** 0.5))
    maximum = fmax = staticmethod(maximum)
    minimum = fmin = staticmethod(lambda a, b: -1 * maximum(-1 * a, -1 * b))
    clip = staticmethod(_each(lambda x, low, high: min(max(x, low), high)))
    where = staticmethod(_each(lambda condition, a, b: a if condition else b))
    sum, mean = staticmethod(_over("sum", sum)), staticmethod(_over("mean", lambda x: sum(x) / len(x)))
    max, min = staticmethod(_over("max", max)), staticmethod(_over("min", min))
    all, any = staticmethod(_over("all", all)), staticmethod(_over("any", any))
