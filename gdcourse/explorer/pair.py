"""Two numbers at once, for a Python without numpy: the two parameters of a map.

Counts as numpy does (1/0 is inf, the root of −1 nan, nothing raises), like
``exercises.vector``, but about three times as fast for two numbers: the page
follows hundreds of steps between two positions of a slider.
"""

from gdcourse.exercises.vector import _divide, _power
from gdcourse.optimizers import maximum


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y

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
            return self._with(_divide, other)

    def __rtruediv__(self, other):
        return Pair(other, other) / self

    def __pow__(self, other):
        if other == 2:
            return Pair(self.x * self.x, self.y * self.y)
        return self._with(_power, other)

    def __rpow__(self, other):
        return Pair(other, other)._with(_power, self)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return Pair(-self.x, -self.y)

    def __abs__(self):
        return Pair(abs(self.x), abs(self.y))

    def __gt__(self, other):
        return self._with(lambda a, b: 1.0 * (a > b), other)

    def __ge__(self, other):
        return self._with(lambda a, b: 1.0 * (a >= b), other)

    def __lt__(self, other):
        return self._with(lambda a, b: 1.0 * (a < b), other)

    def __le__(self, other):
        return self._with(lambda a, b: 1.0 * (a <= b), other)

    def _with(self, f, other):
        if type(other) is Pair:
            return Pair(f(self.x, other.x), f(self.y, other.y))
        return Pair(f(self.x, other), f(self.y, other))

    def clip(self, low):
        return self._with(maximum, low)

    def __bool__(self):
        raise ValueError("the truth of two numbers is ambiguous; a rule counts, it does not branch")

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __iter__(self):
        return iter((self.x, self.y))

    def copy(self):
        return Pair(self.x, self.y)

    def sum(self):
        return self.x + self.y

    def mean(self):
        return (self.x + self.y) / 2


class np:
    """What an edited rule finds under the name ``np`` in the page."""

    sqrt = staticmethod(lambda x: x**0.5)
    abs = staticmethod(abs)
    square = staticmethod(lambda x: x * x)
    sign = staticmethod(lambda x: (x > 0) * 1.0 - (x < 0) * 1.0)
    maximum = staticmethod(maximum)
    minimum = staticmethod(lambda a, b: -1 * maximum(-1 * a, -1 * b))
    zeros_like = staticmethod(lambda x: x * 0.0)
    sum = staticmethod(lambda x: x.sum())
    mean = staticmethod(lambda x: x.mean())
