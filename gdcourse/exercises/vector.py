"""A vector for a Python without numpy, that of the page: it counts as numpy does.

Division by zero gives inf or nan, the root of a negative number nan; nothing
raises.  ``np`` stands in for the handful of numpy functions that an update
rule needs.  This file imports nothing.

MicroPython does not try ``number >= vector`` from the vector's side, so the
page also says ``optimizers.maximum = vector.np.maximum``.
"""

INF = float("inf")
NAN = INF - INF


def _divide(a, b):
    if b != 0:
        return a / b
    return NAN if a == 0 or a != a else INF if (a > 0) == (str(float(b))[0] != "-") else -INF


def _power(a, b):
    if a < 0 and b != int(b):
        return NAN
    try:
        return float(a**b)
    except ZeroDivisionError:
        return _divide(1.0, a**-b)
    except OverflowError:
        return -INF if a < 0 and b % 2 else INF


class Vec:
    """Numbers that are added, multiplied … one by one; ``values`` is any sequence of numbers."""

    def __init__(self, values):
        self.values = [float(x) for x in values]

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
        return Vec(self.values)

    def sum(self):
        return sum(self.values)

    def mean(self):
        return sum(self.values) / len(self.values)

    def _with(self, other, f):
        if isinstance(other, (int, float)):
            return Vec([f(a, other) for a in self.values])
        other = getattr(other, "values", other)
        if len(other) != len(self.values):
            raise ValueError("lengths %d and %d do not fit" % (len(self.values), len(other)))  # noqa: UP031
        return Vec([f(a, b) for a, b in zip(self.values, other)])  # noqa: B905  (MicroPython has no strict=)

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, _divide)

    def __rtruediv__(self, other):
        return self._with(other, lambda a, b: _divide(b, a))

    def __pow__(self, other):
        return self._with(other, _power)

    def __rpow__(self, other):
        return self._with(other, lambda a, b: _power(b, a))

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
        return Vec([-a for a in self.values])

    def __abs__(self):
        return Vec([abs(a) for a in self.values])

    def __len__(self):
        return len(self.values)

    def __getitem__(self, i):
        return self.values[i]

    def __iter__(self):
        return iter(self.values)


def _maximum(a, b):
    if not isinstance(a, Vec):
        if not isinstance(b, Vec):
            return a if a >= b else b
        a, b = b, a
    return a._with(b, lambda x, y: x if x >= y or x != x else y)


class np:
    """What the page calls ``np``."""

    sqrt = staticmethod(lambda x: x**0.5 if isinstance(x, Vec) else _power(x, 0.5))
    abs = staticmethod(abs)
    square = staticmethod(lambda x: x * x)
    maximum = staticmethod(_maximum)
    zeros_like = staticmethod(lambda x: x * 0.0 if isinstance(x, Vec) else 0.0)
    sum = staticmethod(lambda x: x.sum())
    mean = staticmethod(lambda x: x.mean())
