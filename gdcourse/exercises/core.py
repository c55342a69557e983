r"""From a learner's function to the name of the mistake in it.

    exercises = load(read, rules)               # read(name) is the text of a file of gdcourse
    result = diagnose(exercises["adam"], fn, array)
    text(result, messages)

First the function is asked the same several times: whatever keeps a memory of
its own answers otherwise.  Then it is run on a few fixed *probes*, and every
quantity that it hands back is compared with the reference at every step.  What
differs is compared with the bank of known mistakes, then with pairs of them;
what is still unknown is located: which quantity is the first to go wrong, and
when.

Plain Python on numbers: this file imports nothing but its neighbours, so that
the page runs it too.  ``array(values, shape)`` makes the arrays of the world
in which it runs.
"""

from gdcourse import optimizers
from gdcourse.browser import reading
from gdcourse.exercises import asked, bank
from gdcourse.exercises.bank import numbers

REFERENCES = "exercises.references"

# What a message begins with, by its kind.
SIGNS = {"pass": "✓", "wrong": "✗", "convention": "≈", "error": "!", "todo": "○", "note": "→"}
BLANK = "____"  # what a learner replaces
MOST = 200  # things in an answer: more are not looked at

# The types of values that somebody may put in front of brackets, meaning a product.
NO_FUNCTIONS = ("numpy.ndarray", "numpy.float64", "Vec", "float", "int", "list", "tuple")


def rule_probes(state, defaults, switches):
    """What a rule is asked: for each of SETTINGS, and each way to set the switches, a run."""
    ways = [{}]
    for switch in switches:
        ways = [dict(way, **{switch: on}) for way in ways for on in (True, False)]
    probes = []
    for setting in asked.SETTINGS:
        count = 1
        for n in setting["shape"]:
            count = count * n
        gradients = [[setting["scale"] * g for g in row[:count]] for row in asked.ROWS[: setting["steps"]]]
        given = [asked.STATES[name] for name in state] if setting["given"] else None
        for way in ways:
            knobs = dict(defaults)
            knobs.update({name: value for name, value in setting["knobs"].items() if name in defaults})
            knobs.update(way)
            probes.append({"shape": setting["shape"], "state": given, "gradients": gradients, "knobs": knobs})
    return probes


class Exercise:
    """What is asked, what is right, and which mistakes are known.

    ``quantities``  what is compared, in the order in which a mistake spreads
    ``probes``      the runs; ``mistakes``  names and edits, conventions last
    ``gives``       how the function is called that the learner is given

    ``asked.py`` says what is particular to one of them.
    """

    def __init__(self, name, source, reference):
        self.name = name
        self.source = source
        self.reference = reference
        declared = reading.signature(source)
        self.arguments = [name for name, default in declared["positional"] if not default]
        self.state = [name for name, default in declared["positional"] if default]
        self.defaults = {name: eval(default) for name, default in declared["knobs"] if default}
        known = asked.ASKED.get(name, {})
        self.is_rule = "calls" not in known
        self.gives = known.get("gives", "grad(theta)")
        self.yes_or_no = known.get("yes_or_no", False)
        if self.is_rule:
            self.probes = rule_probes(self.state, self.defaults, known.get("switches", ()))
            self.quantities = known.get("quantities", self.state + ["theta"])
        else:
            self.probes = [[call] for call in known["calls"]]
            self.quantities = known.get("quantities", ["result"])
        self.conventions = bank.CONVENTIONS.get(name, {})
        self.mistakes = {k: v for k, v in bank.MISTAKES[name].items() if edited(source, v)}
        self.mistakes.update(self.conventions)
        self._compiled = {}
        self._runs = {}  # of the reference and its mistakes: see _made

    def mistaken(self, name):
        """The function with mistake ``name`` (or "a+b", both) in it; None when two do not go together."""
        if name not in self._compiled:
            source = self.source
            for part in name.split("+"):
                source = source and edited(source, self.mistakes[part])
            self._compiled[name] = source and compiled(source, self.name)
        return self._compiled[name]

    def mistaken_source(self, name):
        """The source of ``mistaken(name)``."""
        return edited(self.source, self.mistakes[name])


def edited(source, edits):
    """``source`` after the edits "old => new"; None when one of them does not fit."""
    for edit in [edits] if isinstance(edits, str) else edits:
        old, _, new = edit.partition(" => ")
        if old not in source:
            return None
        source = source.replace(old, new)
    return source


def compiled(source, name):
    """The function that ``source`` defines; it may call what rules call."""
    scope = {"sqrt": optimizers.sqrt, "maximum": optimizers.maximum}
    scope.update({"total": bank.total, "mean": bank.mean, "size": bank.size, "schedule": bank.schedule})
    exec(source, scope)
    return scope[name]


def source_of(text, name):
    """The source of function ``name`` in the ``text`` of a file, without its docstring."""
    begin = text.index("def " + name + "(")
    source = text[begin:].split("\n\n\n")[0].rstrip()
    first = source.find('r"""')
    if first < 0:
        return source
    last = source.index('"""', first + 4) + 3
    return source[:first].rstrip() + source[last:]


def load(read, rules):
    """All exercises by name, as they come up in the course.

    ``read("optimizers.py")``  must return the text of that file of gdcourse
    ``rules``  [chapter, name, module] of each rule among them: ``gdcourse.rules.posed()``
    """
    exercises = {}
    for name, module in ordered(rules):
        text = read(module.replace(".", "/") + ".py")
        reference = getattr(__import__("gdcourse." + module, None, None, (name,)), name)
        exercises[name] = Exercise(name, source_of(text, name), reference)
    return exercises


def ordered(rules):
    """[name, module] of each exercise: the rules by chapter, behind each what comes up after it."""
    places = sorted([[chapter, place] for place, (chapter, _, _) in enumerate(rules)])
    found = []
    for _, place in places:
        _, rule, module = rules[place]
        found.append([rule, module])
        found.extend([[name, REFERENCES] for name, after in asked.OTHERS if after == rule])
    return found


# --- running ------------------------------------------------------------------


class Wrong(Exception):
    """What came back has not the form that was asked for."""

    def __init__(self, id, **details):
        super().__init__(id)
        self.id = id
        self.details = details


class NotCalled(TypeError):
    """A function was taken for its value."""


class NoSuchAttribute(AttributeError):
    """The same: it was asked for an attribute that only its value has."""


class Given:
    """A function that the learner has to call; it tells when it is taken for its value."""

    def __init__(self, function, count=1):
        self._function = function
        self._count = count  # of its arguments

    def __call__(self, *values, **named):
        if len(values) + len(named) != self._count:
            self._taken()
        return self._function(*values, **named)

    def __repr__(self):
        return "<function>"

    def __getattr__(self, name):
        if name in ("shape", "size", "T", "values", "sum", "mean", "max", "copy", "dot", "astype", "reshape", "ravel"):
            raise NoSuchAttribute(name)
        raise AttributeError("this function has no attribute '" + name + "'")

    def _taken(self, *others, **knobs):
        raise NotCalled("a function was taken for its value")

    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _taken
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _taken
    __neg__ = __pos__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = _taken
    __float__ = __int__ = __complex__ = __round__ = _taken
    __len__ = __iter__ = __getitem__ = __setitem__ = __contains__ = _taken
    __array__ = __array_ufunc__ = __array_function__ = _taken  # numpy asks for these


def run(exercise, fn, probe, array):
    """Yield, step by step, [numbers of each quantity] and whether they are of low precision."""
    yield from (_follow if exercise.is_rule else _call)(exercise, fn, probe, array)


def _field(g, at, array, shape):
    """The recorded gradient ``g``; away from ``at`` it changes with ``asked.SLOPE``."""

    def grad(theta):
        x = numbers(theta)
        if len(x) != len(at):
            x = x * len(at) if len(x) == 1 else x
        if len(x) != len(at):
            raise ValueError("grad wants theta of shape " + str(shape))
        return array([gi + c * (xi - ai) for gi, c, xi, ai in zip(g, asked.SLOPE, x, at)], shape)  # noqa: B905

    return Given(grad)


def _follow(exercise, fn, probe, array):
    shape, knobs = probe["shape"], probe["knobs"]
    count = 1
    for n in shape:
        count = count * n
    theta = array(asked.START[:count], shape)
    state = [array(x, shape) if isinstance(x, list) else x for x in probe["state"] or []]
    for g in probe["gradients"]:
        at, like = numbers(theta), shape_of(theta)
        before = repr([numbers(x) for x in state])
        out = fn(theta, _field(g, at, array, shape), *state, **knobs)
        new, left = _unpack(exercise, out)
        found = {"theta": _numbers(new)}
        _expect_shape(new, like)
        for name, value in zip(exercise.state, left):  # noqa: B905
            found[name] = _numbers(value)
            _expect_state(name, value, like, left)
        if repr(numbers(theta)) != repr(at) or repr([numbers(x) for x in state]) != before:
            raise Wrong("mutates")
        low = is_low(new)
        for value in left:
            low = low or is_low(value)
        # What goes on is an array of our own, whatever kind came back.
        theta = array(found["theta"], like)
        state = [array(numbers(x), shape_of(x)) if shape_of(x) else x for x in left]
        found["theta"] = [b - a for a, b in zip(at, found["theta"])]  # noqa: B905  compare the step
        yield [found[name] for name in exercise.quantities], low


def _arguments(exercise, call, array):
    """The positional arguments and the knobs of one call, made anew."""
    arguments, knobs = call

    def example_gradient(theta, i):
        return _field(asked.ROWS[i % 6][:3], asked.START[:3], array, (3,))(theta)

    def made(x):
        if x is asked.GRADIENTS:
            return Given(example_gradient, 2)
        if isinstance(x, dict):
            return array(x["vector"], (len(x["vector"]),))
        return list(x) if isinstance(x, list) else x

    return [made(x) for x in arguments], knobs


def _call(exercise, fn, probe, array):
    for call in probe:
        args, knobs = _arguments(exercise, call, array)
        start = numbers(args[0]) if exercise.quantities == ["theta"] else None  # compare the step
        before = repr([numbers(a) for a in args if not callable(a)])
        out = fn(*args, **knobs)
        if out is None:
            raise Wrong("none")
        found = _numbers(out)
        _expect_shape(out, shape_of(args[0]) if hasattr(args[0], "shape") else ())
        if repr([numbers(a) for a in args if not callable(a)]) != before:
            raise Wrong("mutates")
        if start:
            found = [b - a for a, b in zip(start, found)]  # noqa: B905
        yield [found], is_low(out)


# --- what comes back ----------------------------------------------------------


def _unpack(exercise, out):
    if out is None:
        raise Wrong("none")
    names = exercise.state
    pair = isinstance(out, (tuple, list)) and len(out) == 2
    if pair and isinstance(out[1], (tuple, list)):
        if len(out[1]) != len(names):
            raise Wrong("state_count", got=str(len(out[1])), expected=str(len(names)))
        return out
    if pair and isinstance(out[0], tuple) and len(out[0]) == len(names):
        raise Wrong("order")
    _numbers(out)  # not even numbers?
    raise Wrong("state_flat" if isinstance(out, tuple) and len(out) > 1 else "no_state")


def _numbers(x):
    """All numbers in ``x``, which is refused unless they are floats or can be taken for such."""
    if _too_much(x):
        raise Wrong("much", got=str(MOST))
    try:
        found = numbers(x)
    except NotCalled:
        raise
    except Exception:
        _put_away(x)
        raise Wrong("type", got=_odd(x)) from None
    kind = str(getattr(x, "dtype", ""))
    if "float16" in kind:
        raise Wrong("half", got=kind)
    if shape_of(x) and ("int" in kind or "bool" in kind):
        raise Wrong("integers", got=kind)
    return found


def _too_much(x):
    """Whether more is in ``x`` than anybody asks for; it may be endless."""
    waiting, seen = [x], 0
    while waiting:
        part = waiting.pop()
        size = 1
        for n in _shape(part) or ():
            size = size * n
        seen = seen + size
        for inner in part if isinstance(part, (list, tuple)) else ():
            waiting.append(inner)
            if len(waiting) > MOST:
                return True
        if seen > MOST:
            return True
    return False


def _put_away(x):
    """Ends a coroutine that nobody awaits."""
    if hasattr(x, "close"):
        x.close()


def _odd(x):
    """The type of what is no number in ``x``."""
    for part in x if isinstance(x, (list, tuple)) else ():
        try:
            numbers(part)
        except Exception:
            return _odd(part)
    return type(x).__name__ + (" (" + str(x.dtype) + ")" if hasattr(x, "dtype") else "")


def _shape(x):
    shape = getattr(x, "shape", None)
    return shape if isinstance(shape, tuple) else None


def shape_of(x):
    """The shape of an array, of nested lists, of a number; "?" where the parts of a list differ."""
    if _shape(x) is not None:
        return tuple(x.shape)
    if not isinstance(x, (list, tuple)):
        return shape_of(x.tolist()) if hasattr(x, "tolist") else ()
    parts = [shape_of(part) for part in x]
    return (len(x),) + (parts[0] if parts and parts == parts[:1] * len(parts) else ("?",) if parts else ())


def _expect_shape(x, shape):
    if shape_of(x) != shape:
        raise Wrong("shape", got=str(shape_of(x)), expected=str(shape))


def _expect_state(name, value, like, state):
    """An entry of state has the shape of theta or is one number; t is one number."""
    shape = shape_of(value)
    one = shape == () or (len(numbers(value)) == 1 and not isinstance(value, (list, tuple)))
    if name == "t" and not one:
        swapped = [x for x in state if x is not value and shape_of(x) == ()]
        raise Wrong("state_swapped") if swapped else Wrong("t_shape", got=str(shape))
    if shape != like and not one:
        raise Wrong("state_shape", quantity=name, got=str(shape), expected=str(like))


def is_low(x):
    """Whether ``x`` is of fewer than 64 bits."""
    kind = str(getattr(x, "dtype", ""))
    return "float32" in kind or "float16" in kind


# --- comparing ----------------------------------------------------------------


def _unequal(x, y, low, is_theta):
    """The first place where ``x`` is not ``y``, the reference; None when they agree."""
    relative, ulp = (1e-4, 1.2e-7) if low else (1e-6, 2.3e-16)
    size = 4.0 if is_theta else max([abs(b) for b in y if b == b and abs(b) < 1e300] or [0.0])
    n = max(len(x), len(y))
    x, y = (a if len(a) == n else a * n for a in (x, y))
    for i, (a, b) in enumerate(zip(x, y)):  # noqa: B905
        if a == b or (a != a and b != b):
            continue
        if not (abs(b) < 1e300 and abs(a - b) <= relative * abs(b) + 8 * ulp * size):
            return i
    return None


def _made(exercise, fn, probe, step, array):
    """What a step of a probe gives with the reference or a mistake: the same in each check, so it is made once.

    A run that fails or is interrupted is not kept; the next check begins it anew.
    """
    steps, going_on = exercise._runs.pop((fn, probe), None) or ([], run(exercise, fn, exercise.probes[probe], array))
    while step >= len(steps):
        steps.append(next(going_on)[0])
    exercise._runs[fn, probe] = steps, going_on
    return steps[step]


def difference(exercise, trace, fn, array, probes=None):
    """Where ``trace`` first differs from what ``fn`` does, the reference or a mistake: a dictionary, or None."""
    for k, steps in enumerate(trace):
        if probes is not None and k not in probes:
            continue
        try:
            for step, (ours, low) in enumerate(steps):
                theirs = _made(exercise, fn, k, step, array)
                if ours == theirs:  # to the last digit, as where a mistake does nothing
                    continue
                wrong, first = [], None
                for name, y, x in zip(exercise.quantities, theirs, ours):  # noqa: B905
                    i = _unequal(x, y, low, name == "theta")
                    if i is not None:
                        wrong.append(name)
                        first = first or (x[min(i, len(x) - 1)], y[min(i, len(y) - 1)])
                if wrong:
                    found = {"probe": k + 1, "step": step + 1, "wrong": wrong, "quantity": wrong[0]}
                    found["yours"], found["reference"] = first
                    return found
        except (ArithmeticError, TypeError, ValueError, IndexError, Wrong):
            return {"probe": k + 1, "step": 1, "wrong": [], "quantity": "", "yours": 0.0, "reference": 0.0}
    return None


def diagnose(exercise, fn, array, line_of=None):
    """A dictionary that says what is wrong with ``fn``: id, kind, exercise, and what the message needs.

    ``kind``  "pass", "todo", "convention", "wrong" (a mistake of the mathematics)
              or "error" (it did not run, or gave something of another form)
    ``line_of(error)``  the learner's line in which ``error`` arose, or ""
    """
    result = observe(exercise, fn, array, line_of)
    return explain(exercise, result.pop("trace"), array) if "trace" in result else result


def observe(exercise, fn, array, line_of=None):
    """Run the learner's function: {"trace": …}, all that it gave, or the diagnosis if it did not get so far."""
    result = {"exercise": exercise.name, "kind": "error"}
    if not callable(fn):
        return dict(result, id="not_callable", got=type(fn).__name__)
    try:
        if _remembers(exercise, fn, array):
            return dict(result, id="hidden", kind="wrong")
        trace = [list(run(exercise, fn, probe, array)) for probe in exercise.probes]
        again = list(run(exercise, fn, exercise.probes[0], array))
    except NotImplementedError:
        return dict(result, id="todo", kind="todo")
    except NameError as error:
        if BLANK not in str(error):
            return failed(exercise, error, line_of)
        return dict(result, id="todo", kind="todo")
    except Wrong as wrong:
        return dict(result, id=wrong.id, **wrong.details)
    except BaseException as error:
        if getattr(error, "passes", False):  # not the learner's
            raise
        return failed(exercise, error, line_of)
    if repr(again) != repr(trace[0]):
        return dict(result, id="hidden", kind="wrong")
    return {"trace": trace}


def explain(exercise, trace, array):
    """The diagnosis of what the learner's function gave."""
    result = {"exercise": exercise.name, "kind": "error"}
    found = difference(exercise, trace, exercise.reference, array)
    if found is None:
        return dict(result, id="pass", kind="pass")
    result.update(found)
    if exercise.yes_or_no:
        result["yes_or_no"] = True
    if "result" in exercise.quantities:
        result["input"] = _input(exercise, exercise.probes[found["probe"] - 1][0])
    name = named(exercise, trace, found, array)
    if name:
        return dict(result, id=name, kind="convention" if name in exercise.conventions else "wrong")
    return dict(result, id="wrong_" + found["quantity"], kind="wrong")


def _input(exercise, call):
    """The arguments of one call, as they would be written."""
    arguments, knobs = call
    plain = [x["vector"] if isinstance(x, dict) else x for x in arguments]
    values = list(zip(exercise.arguments, plain)) + sorted(knobs.items())  # noqa: B905
    shown = [
        (k, "[" + ", ".join([show(x, 6) for x in v]) + "]" if isinstance(v, list) else show(v, 6)) for k, v in values
    ]
    return ", ".join([name + " = " + value for name, value in shown])


def _remembers(exercise, fn, array):
    """Whether the same input gets another answer, once others have been asked in between."""
    if exercise.is_rule:
        inputs = [_first(exercise, theta, g, array) for theta, g in asked.BETWEEN]
    else:
        inputs = [lambda call=probe[0]: _arguments(exercise, call, array) for probe in exercise.probes]
    answers = [_answer(fn, inputs[0]())]  # an error in this one is for the caller to tell
    for ask in inputs[1:]:
        answers.append(_answer_or_error(fn, ask()))
    for _ in range(4 // len(inputs) + 1):
        for ask, answer in zip(inputs, answers):  # noqa: B905
            if _answer_or_error(fn, ask()) != answer:
                return True
    return False


def _first(exercise, theta, g, array):
    """Makes the arguments of a first step."""
    return lambda: ([array(theta, (3,)), _field(g, theta, array, (3,))], exercise.probes[0]["knobs"])


def _answer(fn, input):
    """The form and every digit of what ``fn`` makes of ``input``, as text."""
    arguments, knobs = input
    return repr(_plain(fn(*arguments, **knobs)))


def _answer_or_error(fn, input):
    try:
        return _answer(fn, input)
    except Exception as error:
        return type(error).__name__


def _plain(x):
    if _too_much(x):
        return "much"
    if isinstance(x, (list, tuple)):
        return [_plain(part) for part in x]
    try:
        return numbers(x)
    except Exception:
        _put_away(x)
        return type(x).__name__


def failed(exercise, error, line_of):
    """The diagnosis of an error that the learner's code raised."""
    line, says = line_of(error) if line_of else None, reading.words_of(error)
    found = {"exercise": exercise.name, "kind": "error", "id": "exception", "error": says, "line": line or ""}
    if isinstance(error, (NotCalled, NoSuchAttribute)) or "'Given'" in says:
        return dict(found, id="not_called", expected=exercise.gives)
    if says.startswith("RecursionError") or "recursion depth" in says or "pystack" in says:  # the last: MicroPython
        return dict(found, about="recursion")
    if isinstance(error, MemoryError):
        return dict(found, about="memory")
    if isinstance(error, TypeError) and " callable" in says and (says + "''").split("'")[1] in NO_FUNCTIONS:
        return dict(found, about="value_called")
    if line is None and isinstance(error, TypeError) and "argument" in says:
        return dict(found, id="arity")
    if "array" in says or "Vec to" in says:
        return dict(found, about="array")
    return found


def named(exercise, trace, found, array):
    """The mistake, or the pair of mistakes "a+b", that does what ``trace`` does; None when none does."""
    for name in sorted(exercise.mistakes):  # (MicroPython's dictionaries have no order)
        if difference(exercise, trace, exercise.mistaken(name), array) is None:
            return name.split("~")[0]
    # Most pairs are ruled out by the first step of one probe, that where the state is given.
    given = [k for k, probe in enumerate(exercise.probes) if exercise.is_rule and probe["state"] is not None]
    first = given[0] if len(given) == 1 else found["probe"] - 1
    effects = {name: _effect(exercise, name, first, array) for name in exercise.mistakes}
    names = sorted(exercise.mistakes)
    for i, a in enumerate(names):
        for b in names[:i]:
            if not _may_be(exercise, trace[first][0], effects[a], effects[b], _step(exercise, first, array)):
                continue
            pair = exercise.mistaken(b + "+" + a)
            if pair and all(difference(exercise, trace, pair, array, at) is None for at in ([first], None)):
                return b.split("~")[0] + "+" + a.split("~")[0]
    return None


def _step(exercise, probe, array, name=""):
    """What the first step of that probe gives with mistake ``name`` in it, or without one; {} if it fails."""
    key = name + "@" + str(probe)
    if key not in exercise._compiled:
        fn = exercise.mistaken(name) if name else exercise.reference
        try:
            for values, _ in run(exercise, fn, exercise.probes[probe], array):
                exercise._compiled[key] = dict(zip(exercise.quantities, values))  # noqa: B905
                break
        except (ArithmeticError, TypeError, ValueError, IndexError, Wrong):
            exercise._compiled[key] = {}
    return exercise._compiled[key]


def _effect(exercise, name, probe, array):
    """The state that mistake ``name`` makes wrong at the first step of that probe, with its values."""
    wrong, right = _step(exercise, probe, array, name), _step(exercise, probe, array)
    return {
        q: wrong[q] for q in wrong if q in exercise.state and _unequal(wrong[q], right[q], False, False) is not None
    }


def _may_be(exercise, step, a, b, right):
    """Whether two mistakes with these effects can lead to ``step``: what only one of them spoils tells."""
    ours = dict(zip(exercise.quantities, step[0]))  # noqa: B905
    for q in exercise.state:
        if q in a and q in b:
            continue
        expected = a[q] if q in a else b[q] if q in b else right[q]
        if _unequal(ours[q], expected, step[1], False) is not None:
            return False
    return True


# --- saying -------------------------------------------------------------------


def text(result, messages):
    """The message for ``result``, a list of lines; ``messages`` are the words of one language."""
    say, name = messages["words"], result["exercise"]
    if result["id"] == "hint":
        return [say["hint"].format(got=result["got"]), messages["hints"][name][result["level"] - 1]]
    values = {"name": name, "error": "", "line": "", "got": "", "expected": "", "quantity": ""}
    values.update(result)
    entries = [_entry(result, part, messages) for part in result["id"].split("+")]
    lines = [verdict.format(**values) for verdict, _ in entries]
    lines[1:] = [say["both"] + line for line in lines[1:]]
    if "yours" in result:
        values["yours"], values["reference"] = _figures(result)
        template = {"theta": "numbers_step", "result": "numbers_result"}.get(result["quantity"], "numbers")
        lines.append(say[template].format(**values) + _ratio(result, say))
    lines += [why.format(**values) for _, why in entries]
    if values["line"] and not any("{line}" in part for part in entries[0]):
        lines.append(say["line"].format(**values))
    if result["kind"] in ("wrong", "convention"):
        lines.append(say["read"].format(where=messages["where"][name]))
    return lines


def _entry(result, id, messages):
    known = messages["mistakes"]
    if id.startswith("wrong_"):
        id = "unknown"
    for key in (id + "." + result.get("about", ""), result["exercise"] + "." + id):
        if key in known:
            return known[key]
    return known[id]


def _figures(result):
    """The two figures as they are shown, never alike: as many digits as it takes, or words if yes or no is asked."""
    pair = result["yours"], result["reference"]
    if result.get("yes_or_no"):
        return [str(x == 1) if x in (0, 1) else show(x) for x in pair]
    return apart(*pair)


def _ratio(result, say):
    a, b = result["yours"], result["reference"]
    if b == 0 or a == 0 or not abs(a) < 1e300 or not abs(b) < 1e300:
        return ""
    ratio = a / b
    if abs(ratio + 1) < 1e-9:
        return say["opposite"]
    return say["ratio"].format(ratio=apart(ratio, 1.0 if ratio > 0 else -1.0)[0])


def apart(x, y):
    """Both to four digits, or to as many as tell them apart."""
    digits = 4
    while show(x, digits) == show(y, digits) and digits < 17:
        digits += 1
    return show(x, digits), show(y, digits)


def show(x, digits=4):
    return "nan" if x != x else ("{:." + str(digits) + "g}").format(x)
