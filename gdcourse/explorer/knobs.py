"""The map of knobs: what becomes of a rule at every setting of two of its knobs.

    cells(problem, racer, settings)    one (stays, loss) for each setting

Nothing is recorded on the way, so that thousands of runs take seconds even in
the page.  Whoever draws asks for coarse settings first, for finer ones after.
"""

from array import array

from gdcourse.browser.vector import Pair
from gdcourse.explorer.page import INF, TARGET, Elsewhere, Mistake, Surface, Together, mistake, problem_of, rule_of

NAN = INF - INF
TASK = ("kappa", "angle")  # what a setting changes in the problem; all else are knobs of the rule


def cells(problem, racer, settings, target=TARGET, rules=None, pair=Pair):
    """Run the racer once with each of the ``settings`` (name → value, beside its own knobs).

    ``rows``  hexadecimal doubles, two for each setting: the step from which
              on J − best stays below ``target`` (nan if it is not below at the
              end), and J − best at the end (inf if it diverged)
    ``error`` {"what", "line"} in place of that
    """
    table = []
    try:
        rule = rule_of(racer, rules or {})
        for setting in settings:
            knobs = dict(racer["knobs"])
            knobs.update({name: value for name, value in setting.items() if name not in TASK})
            there = dict(problem)
            there.update({name: value for name, value in setting.items() if name in TASK})
            table.extend(end(problem_of(there), rule, dict(racer, knobs=knobs), target, pair))
    except Mistake as mistake:
        return {"error": {"what": mistake.what, "line": mistake.line}}
    return {"rows": bytes(array("d", table)).hex()}


def end(problem, rule, racer, target, pair):
    """(stays, J − best) of one run."""
    alone = (
        pair is Pair
        and isinstance(problem, Surface)
        and not problem.noise
        and racer.get("elementwise", "source" not in racer)
    )
    try:
        if alone:
            try:
                return alone_to_the_end(problem, rule, racer, target)
            except (Elsewhere, ZeroDivisionError, OverflowError, TypeError):
                pass  # as in ``page.Apart``
        return together_to_the_end(problem, rule, racer, target, pair)
    except Exception as error:
        raise mistake(error) from None


def alone_to_the_end(problem, rule, racer, target):
    """One parameter after the other, on bare numbers; the height comes with the gradient."""
    at, best, knobs = problem.at, problem.best, racer["knobs"]
    x, y = racer["start"]
    of_x = of_y = ()
    gx = gy = 0.0
    stays = None

    def along_x(theta):
        if theta != x:
            raise Elsewhere
        return gx

    def along_y(theta):
        if theta != y:
            raise Elsewhere
        return gy

    for t in range(racer["steps"] + 1):
        height, gx, gy = at(x, y)
        above = height - best
        if above < target:
            if stays is None:
                stays = t
        elif above < INF:
            stays = None
        else:
            return NAN, INF
        if t < racer["steps"]:
            x, of_x = rule(x, along_x, *of_x, **knobs)
            y, of_y = rule(y, along_y, *of_y, **knobs)
    return (NAN if stays is None else float(stays)), above


def together_to_the_end(problem, rule, racer, target, pair):
    """Both parameters at once: for batches, and for rules that look at both or elsewhere."""
    walker, gradients, stays = Together(rule, racer, pair), problem.gradients(pair), None
    x, y = racer["start"]
    for t in range(racer["steps"] + 1):
        if t:
            x, y = walker.step(next(gradients))
        above = problem.loss(x, y) - problem.best
        if not above < INF:
            return NAN, INF
        stays = None if above >= target else t if stays is None else stays
    return (NAN if stays is None else float(stays)), above
