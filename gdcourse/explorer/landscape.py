"""A landscape of the reader's own: text such as ``x**2 + 10*sin(y)``, and its exact derivatives.

    f = compiled("x**2 + 10*sin(y)")
    height, along_x, along_y = f(1.0, 2.0)

The text is read by the grammar below and by nothing else, so it can do
nothing but arithmetic.  Derivatives come along by forward mode: every step of
the sum carries its own, by the rules of school (Wengert 1964).  Where there is
no number (1/0, log of −1) the result is inf or nan, as in numpy.

    sum      product (+|- product)*
    product  signed (*|/ signed)*         2x, x y and 2(x + y) are products too
    signed   (+|-) signed | power
    power    atom (**|^ signed)?
    atom     number | x | y | pi | e | function(sum) | (sum) | |sum|

Runs in MicroPython too.
"""

import math

from gdcourse.browser.vector import INF, NAN, divide, power

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS = ("sin", "cos", "exp", "log", "sqrt", "abs")
HIGH = {"²": "2", "³": "3", "⁴": "4"}
SAME = {"（": "(", "）": ")", "＋": "+", "－": "-", "−": "-", "×": "*", "·": "*", "÷": "/", "／": "/", "＊": "*"}
MOST = 200  # letters
DEEP = 12  # within one another: MicroPython's stack is small


class Fault(Exception):
    """What cannot be read: ``kind`` (a word of ``words.*.json``), ``place`` (letters before it), ``what`` is there."""

    def __init__(self, kind, place, what=""):
        super().__init__("%s at %d: %s" % (kind, place, what))  # noqa: UP031
        self.kind, self.place, self.what = kind, place, what


# --- reading ------------------------------------------------------------------


def tokens(text):
    """(kind, text, place) of each number, name and sign; the last is ("end", "", length)."""
    found, at = [], 0
    text = "".join([SAME.get(letter, letter) for letter in text])
    while at < len(text):
        begin, letter = at, text[at].lower()
        if letter in " \t\n\r\u3000":
            at += 1
            continue
        if letter in HIGH:
            found.append(("**", letter, at))
            found.append(("number", HIGH[letter], at))
            at += 1
            continue
        if letter in DIGITS or letter == ".":
            at = end_of_number(text, at)
            kind = "number"
        elif letter in LETTERS:
            while at < len(text) and text[at].lower() in LETTERS + DIGITS + "_":
                at += 1
            kind = "name"
        elif text[at : at + 2] == "**" or letter == "^":
            at += 2 if letter == "*" else 1
            kind = "**"
        elif letter in "+-*/()|":
            at += 1
            kind = letter
        else:
            raise Fault("landscape.letter", begin, letter)
        found.append((kind, text[begin:at].lower(), begin))
    found.append(("end", "", len(text)))
    return found


def end_of_number(text, at):
    """Where 12, 1.5, .5 or 1e-3 ends; in 2e*x and 2exp(x) the e belongs to what follows."""
    begin = at
    while at < len(text) and (text[at] in DIGITS or text[at] == "."):
        at += 1
    if text[begin:at].count(".") > 1 or text[begin:at] == ".":
        raise Fault("landscape.number", begin, text[begin:at])
    if text[at : at + 1] in ("e", "E"):
        digits = at + 1 + (text[at + 1 : at + 2] in ("+", "-"))
        after = digits
        while after < len(text) and text[after] in DIGITS:
            after += 1
        if after > digits:
            return after
    return at


class Tape:
    """The steps of the sum, as lines of Python, each followed by its derivatives.

    A number on the tape is (value, along x, along y), each the text of a
    variable or of a constant; a derivative that is surely zero is None.
    """

    def __init__(self, text):
        if len(text) > MOST:
            raise Fault("landscape.long", MOST, text[MOST : MOST + 10])
        self.tokens = tokens(text)
        self.at = self.count = self.depth = 0
        self.lines = []
        self.result = self.sum()
        if self.peek() != "end":
            self.unexpected()

    # what stands here

    def peek(self):
        return self.tokens[self.at][0]

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def unexpected(self):
        kind, text, place = self.tokens[self.at]
        raise Fault("landscape.end" if kind == "end" else "landscape.unexpected", place, text)

    # writing

    def step(self, text):
        """The variable that holds this."""
        self.count += 1
        self.lines.append("v%d = %s" % (self.count, text))  # noqa: UP031
        return "v%d" % self.count  # noqa: UP031

    def chain(self, value, *inner):
        """The number ``value``, whose derivative by each of ``inner`` (its own derivatives) is given beside it."""
        out = [value]
        for axis in (1, 2):
            terms = ["%s * %s" % (slope, part[axis]) for part, slope in inner if part[axis]]  # noqa: UP031
            out.append(self.step(" + ".join(terms)) if terms else None)
        return tuple(out)

    # the grammar

    def sum(self):
        left = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()[0]
            right = self.product()
            value = self.step(left[0] + " " + sign + " " + right[0])
            left = self.chain(value, (left, "1.0"), (right, sign + "1.0"))
        return left

    def product(self):
        left = self.signed()
        while True:
            if self.peek() in ("*", "/"):
                sign = self.take()[0]
                right = self.signed()
            elif self.peek() in ("name", "(", "number") and self.tokens[self.at - 1][0] in ("number", "name", ")"):
                sign, right = "*", self.power()
            else:
                return left
            if sign == "*":
                left = self.chain(self.step(left[0] + " * " + right[0]), (left, right[0]), (right, left[0]))
            else:
                value = self.step("divide(" + left[0] + ", " + right[0] + ")")
                inverse = self.step("divide(1.0, " + right[0] + ")")
                left = self.chain(value, (left, inverse), (right, "-" + value + " * " + inverse))

    def signed(self):
        self.depth += 1
        if self.depth > DEEP:
            raise Fault("landscape.deep", self.tokens[self.at][2], self.tokens[self.at][1])
        if self.peek() in ("+", "-"):
            sign = self.take()[0]
            found = self.signed()
            if sign == "-":
                found = self.chain(self.step("-" + found[0]), (found, "-1.0"))
        else:
            found = self.power()
        self.depth -= 1
        return found

    def power(self):
        base = self.atom()
        if self.peek() != "**":
            return base
        self.take()
        exponent = self.signed()
        value = self.step("power(" + base[0] + ", " + exponent[0] + ")")
        if exponent[0] == "0.0":
            return (value, None, None)
        below = self.step(exponent[0] + " * power(" + base[0] + ", " + exponent[0] + " - 1.0)")
        if not (exponent[1] or exponent[2]):  # b^c: c b^(c − 1)
            return self.chain(value, (base, below))
        return self.chain(value, (base, below), (exponent, self.step(value + " * log(" + base[0] + ")")))

    def atom(self):
        kind, text, place = self.take()
        if kind == "number":
            if float(text) == INF:
                raise Fault("landscape.number", place, text)
            return (repr(float(text)), None, None)
        if kind == "name":
            return self.name(text, place)
        if kind in ("(", "|"):
            return self.inside(")" if kind == "(" else "|", place)
        self.at -= 1
        return self.unexpected()

    def inside(self, closing, place):
        inner = self.sum()
        if self.peek() != closing:
            if self.peek() == "end":
                raise Fault("landscape.open", place, "(" if closing == ")" else "|")
            self.unexpected()
        self.take()
        return self.function("abs", inner) if closing == "|" else inner

    def name(self, text, place):
        if text in ("x", "y"):
            return (text, "1.0" if text == "x" else None, "1.0" if text == "y" else None)
        if text in CONSTANTS:
            return (repr(CONSTANTS[text]), None, None)
        if text not in FUNCTIONS:
            raise Fault("landscape.name", place, text)
        if self.peek() != "(":
            raise Fault("landscape.call", place, text)
        return self.function(text, self.inside(")", self.take()[2]))

    def function(self, name, inner):
        u = inner[0]
        value = self.step(name + "(" + u + ")")
        slope = {
            "sin": "cos(" + u + ")",
            "cos": "-sin(" + u + ")",
            "exp": value,
            "log": "divide(1.0, " + u + ")",
            "sqrt": "divide(0.5, " + value + ")",
            "abs": "sign(" + u + ")",
        }[name]
        return self.chain(value, (inner, self.step(slope)))


# --- counting -----------------------------------------------------------------


def elsewhere(f, beyond):
    """``f``, with ``beyond(u)`` where it would raise."""

    def g(u):
        try:
            return f(u)
        except (ValueError, OverflowError):
            return beyond(u)

    return g


NUMBERS = {
    "sin": elsewhere(math.sin, lambda u: NAN),
    "cos": elsewhere(math.cos, lambda u: NAN),
    "exp": elsewhere(math.exp, lambda u: INF),
    "log": elsewhere(math.log, lambda u: -INF if u == 0 else NAN),
    "sqrt": elsewhere(math.sqrt, lambda u: NAN),
    "abs": abs,
    "sign": lambda u: (u > 0) - (u < 0) + 0.0 * u,
    "divide": divide,
    "power": power,
}


def compiled(text, functions=NUMBERS):
    """f(x, y) → (height, its derivative along x, along y); raises ``Fault`` where ``text`` cannot be read.

    ``functions`` count: on numbers as they are, on arrays with those of ``arrays(np)``.
    """
    tape = Tape(text)
    value, along_x, along_y = tape.result
    tape.lines.append("return %s, %s, %s" % (value, along_x or "0.0", along_y or "0.0"))  # noqa: UP031
    space = dict(functions)
    exec("def f(x, y):\n    " + "\n    ".join(tape.lines), space)
    return space["f"]


def arrays(np):
    """The same functions for arrays of numpy."""
    names = ("sin", "cos", "exp", "log", "sqrt", "abs", "sign", "divide", "power")
    return {name: getattr(np, name) for name in names}
