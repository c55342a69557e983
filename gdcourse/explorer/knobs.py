"""The map of knobs: what becomes of a rule at every setting of two of its knobs.

    cells(problem, racer, settings)     one (stays, loss, lost) for each setting
    theory(problem, racer, settings)    what is known without a run

Nothing is recorded on the way, so that thousands of runs take seconds even in
the page.  Whoever draws asks for coarse settings first, for finer ones after.
"""

from array import array

from gdcourse.browser.vector import Pair
from gdcourse.explorer.page import (
    INF,
    TARGET,
    Elsewhere,
    Mistake,
    Surface,
    Together,
    curvatures,
    mistake,
    problem_of,
    rule_of,
)

NAN = INF - INF


def cells(problem, racer, settings, target=TARGET, rules=None, pair=Pair):
    """Run the racer once with each of the ``settings`` (name → value, in place of the problem's or the rule's own).

    ``rows``  hexadecimal doubles, three for each setting: the step from which
              on J − best stays below ``target`` (nan if it is not below at the
              end); J − best at the end (inf if it overflowed); 1 if the run was
              lost, because it ended higher than it began, else 0
    ``error`` {"what", "line"} in place of that
    """
    table = []
    try:
        rule = rule_of(racer, rules or {})
        for setting in settings:
            there, knobs = applied(setting, problem, racer["knobs"])
            there = there if hasattr(there, "loss") else problem_of(there)
            table.extend(end(there, rule, dict(racer, knobs=knobs), target, pair))
    except Mistake as mistake:
        return {"error": {"what": mistake.what, "line": mistake.line}}
    return {"rows": bytes(array("d", table)).hex()}


def applied(setting, problem, knobs):
    """Problem and knobs with the setting: a name that the problem knows is the problem's."""
    own = hasattr(problem, "loss")  # of a notebook: nothing in it can be set
    of_problem = {} if own else {name: value for name, value in setting.items() if name in problem}
    knobs = dict(knobs)
    knobs.update({name: value for name, value in setting.items() if name not in of_problem})
    if own:
        return problem, knobs
    problem = dict(problem)
    problem.update(of_problem)
    return problem, knobs


def end(problem, rule, racer, target, pair):
    """(stays, J − best, lost) of one run."""
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
            return NAN, INF, 1.0
        if t == 0:
            first = above
        if t < racer["steps"]:
            x, of_x = rule(x, along_x, *of_x, **knobs)
            y, of_y = rule(y, along_y, *of_y, **knobs)
    return told(stays, above, first)


def together_to_the_end(problem, rule, racer, target, pair):
    """Both parameters at once: for batches, and for rules that look at both or elsewhere."""
    walker, gradients, stays = Together(rule, racer, pair), problem.gradients(pair), None
    x, y = racer["start"]
    for t in range(racer["steps"] + 1):
        if t:
            x, y = walker.step(next(gradients))
        above = problem.loss(x, y) - problem.best
        if not above < INF:
            return NAN, INF, 1.0
        if t == 0:
            first = above
        stays = None if above >= target else t if stays is None else stays
    return told(stays, above, first)


def told(stays, above, first):
    return (NAN if stays is None else float(stays)), above, float(above > first)


# --- what is known without a run ------------------------------------------------


def theory(problem, racer, settings):
    """Lines and points that mathematics puts on the map, where λ are the curvatures of a bowl.

    ``lines``   {name: one learning rate for each of the ``settings``}
    ``points``  {name: the setting that it is}
    """
    lines, points = {}, {}
    for setting in settings:
        there, knobs = applied(setting, problem, racer["knobs"])
        bent = [curvature for curvature, _, _ in curvatures(there)]
        if bent and "source" not in racer:
            for name, rate in limits(racer["rule"], knobs, max(bent)).items():
                lines.setdefault(name, []).append(rate)
    if racer["rule"] == "momentum" and lines:
        low, high = [max(part, 0.0) ** 0.5 for part in (min(bent), max(bent))]
        points["polyak"] = {"lr": (2 / (low + high)) ** 2, "mu": ((high - low) / (high + low)) ** 2}
    return {"lines": lines, "points": points}


def limits(rule, knobs, largest):
    """The learning rate from which on a rule runs away from a bowl with this largest curvature."""
    mu = knobs.get("mu", 0.0)
    if rule == "sgd":
        return {"stable": 2 / largest}
    if rule == "momentum":  # both roots of r² − (1 + μ − ηλ) r + μ within the unit circle
        return {"stable": 2 * (1 + mu) / largest}
    if rule == "nesterov":  # the same of r² − (1 + μ)(1 − ηλ) r + μ(1 − ηλ)
        return {"stable": 2 * (1 + mu) / (1 + 2 * mu) / largest}
    return {}
