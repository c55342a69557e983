"""The explorer: one figure in which rules race and the reader holds the knobs.

    gd.Explorer(gd.Surface("bowl", kappa=10), [gd.sgd, gd.adam], lr=[0.1, 0.3])
    gd.Explorer(preset=5)      the question of chapter 5

``page.py``      what is computed, here in the kernel and by MicroPython in the static page
``answers.py``   what of it, and of the map of knobs, a figure may ask
``js/``          drawing and listening: ``explorer.js`` puts the parts together; ``explorer.css`` its look
``bundle.py``    those modules as one script, as notebook and page load it
``presets.json`` the chapters' questions, the ranges of the sliders; ``words.*.json``
``knobs.py``     the map of knobs; ``chart.py`` those that are drawn up at build; ``landscape.py`` reads f(x, y)
``looks.py``     colours and dashes of the rules
``picture.py``   the picture that stands there without JavaScript
``poster.py``    that of the compact form, which opens a lesson and waits to be touched
``board.py``     that of the board of ten runs, and the tuned runs to compare with; ``training.py`` makes one run
``unrun.py``     that of a notebook whose cells have not been run

Python hands over one finished description: ``common`` for all figures, ``Explorer.spec``
for one.  JavaScript knows no rule, bound or colour of its own.
"""

import inspect
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gdcourse import optimizers, surfaces
from gdcourse import rules as registry
from gdcourse.checks import check_count, check_knob, check_problem, check_rule
from gdcourse.exercises import get
from gdcourse.explorer import answers, board, bundle, chart, looks, page, picture, poster, unrun
from gdcourse.explorer.knobs import limits
from gdcourse.explorer.landscape import MOST as LONGEST
from gdcourse.guard import Guard, Loss
from gdcourse.inline import figures_only_after_cells
from gdcourse.languages import language, say
from gdcourse.listing import source
from gdcourse.problems import LinearRegression, Surface, landscape
from gdcourse.protocols import Problem, Rule
from gdcourse.questions import STILL

HERE = Path(__file__).resolve().parent
CONTOURS, ENTRY = HERE / "d3" / "d3-contour.js", HERE / "js" / "explorer.js"
SECONDS = 2.0  # that an edited rule may run
MOST = 4  # racers
UNRUN = "notebook"  # what STILL is while a notebook is printed, which gets a picture of its own
VIEW = (-1.0, 8.0, -1.0, 6.0)  # of the line's intercept and slope
CALM = {"noise": 0, "seed": 0}  # of a surface's gradients
FORMS = {"compact": poster, "board": board}  # what stands there until it is touched


@cache
def presets():
    return json.loads((HERE / "presets.json").read_text("utf-8"))


@cache
def words(lang):
    known = json.loads((HERE / f"words.{lang}.json").read_text("utf-8"))
    return known | {f"rule.{name}": called for name, called in registry.names(lang).items()}


def scripts():
    """The files of the JavaScript, in order: d3's contours, then ours."""
    return [CONTOURS, *bundle.order(ENTRY)]


def script():
    """The JavaScript in one piece: it declares ``render``."""
    return CONTOURS.read_text("utf-8") + bundle.bundled(ENTRY)


def style():
    return (HERE / "explorer.css").read_text("utf-8")


# --- what all explorers of a page share -----------------------------------------


def common(lang=None):
    """Words, rules, looks, tasks and questions, as JSON: what one explorer does not choose for itself."""
    lang = lang or language()
    known, rules, tasks = presets(), known_rules(), known_tasks()
    return known | {
        "words": words(lang),
        "rules": rules,
        "looks": looks.table(),
        "grid": [chart.COLUMNS, chart.ROWS],
        "tasks": tasks,
        "most": MOST,
        "longest": LONGEST,
        "presets": {name: finished(asked(name, rules, tasks, lang)) for name in known["presets"] if has_map(name)},
        "questions": {name: chosen["question"][lang] for name, chosen in known["presets"].items()},
    }


def maps():
    """The map of knobs of each chapter's question: drawn up for the page only, a kernel is quick enough."""
    known, rules, tasks = presets(), known_rules(), known_tasks()
    shown = [name for name in known["presets"] if has_map(name)]
    return {name: chart.chart(finished(asked(name, rules, tasks, language())), known["knobs"]) for name in shown}


def known_rules():
    """What can race: the rules of the course, and those of the bank's mistakes that have a name."""
    known = {rule.name: about(rule.function) for rule in registry.in_explorer()}
    return known | {name: edited(name, variant) for name, variant in registry.VARIANTS.items()}


def known_tasks():
    """Where they can race: the surfaces, and the line."""
    known = {
        name: {
            "problem": {"surface": name} | ({"kappa": 10, "angle": 0} if name == "bowl" else {}) | CALM,
            "view": list(marks["view"]),
            "start": list(marks["start"]),
            "minima": [list(point) for point in marks["minima"]],
        }
        for name, marks in surfaces.LANDMARKS.items()
    }
    for name, task in known.items():
        task["problem"]["best"] = Surface(name).best_loss
    own = task_of(landscape(presets()["landscape"]))
    return known | {"line": task_of(LinearRegression.line(), 10), "text": own}


def asked(question, rules, tasks, lang):
    """The figure of a chapter's question."""
    chosen = presets()["presets"][question]
    task = tasks[chosen["problem"].get("surface", "line")] if has_map(question) else without_map(chosen)
    problem = task["problem"] | chosen.get("problem", {})
    racers = [{"rule": r["rule"], "knobs": rules[r["rule"]]["knobs"] | r["knobs"]} for r in chosen.get("racers", ())]
    spec = task | chosen | {"problem": problem, "racers": racers, "question": question}
    if "form" not in spec:
        return spec
    spec = compact(spec, lang)
    return spec | board.finished(question, spec) if spec["form"] == "board" else spec


def has_map(question):
    """Can the laboratory show it?"""
    return "problem" in presets()["presets"][question]


def without_map(chosen):
    """A task of another kind: gradients that are given, over and over, a road, two words, a secant, or a network."""
    if "network" in chosen:
        return {"problem": board.problem(**chosen["network"])}
    if "secant" in chosen:
        return {"problem": chosen["secant"], "start": [0.0, 0.0], "steps": 1}
    if "road" in chosen or "words" in chosen:
        problem = chosen["road"] | {"best": 0.0} if "road" in chosen else chosen["words"]
        return {"problem": problem, "start": [0.0, 0.0], "steps": chosen["steps"]}
    gradients = chosen["tape"]["gradients"] * chosen["tape"]["times"]
    return {"problem": {"gradients": gradients, "best": 0.0}, "start": [0.0, 0.0], "steps": len(gradients)}


def compact(spec, lang):
    """What else the compact form needs: its sliders, whole; its sentences, in one language."""
    sliders = [
        presets()["knobs"].get(slider["drives"][0].rpartition(".")[2], {})
        | slider
        | ({"danger": stable_below(spec["problem"])} if "danger" in slider else {})
        for slider in spec["sliders"]
    ]
    driven = [name for slider in sliders for name in slider["drives"]]
    live = {kind: said[lang] for kind, said in spec.get("live", {}).items()}
    return {"front": driven} | spec | {"sliders": sliders, "live": live}


def stable_below(problem):
    """2/λ of a bowl: with a larger learning rate gradient descent leaves it."""
    return limits("sgd", {}, max(curvature for curvature, _, _ in page.curvatures(problem)))["stable"]


def finished(spec):
    """The figure with nothing left open: it shows the end of the race, unless it says otherwise."""
    return {"at": spec["steps"], "target": page.TARGET, "inside": False} | spec


def about(rule):
    """Names, defaults and text of a rule: MicroPython has no introspection."""
    parameters = list(inspect.signature(rule).parameters.values())
    knobs = {p.name: float(p.default) for p in parameters if p.kind == p.KEYWORD_ONLY}
    state = [p.name for p in parameters[2:] if p.kind != p.KEYWORD_ONLY]
    return {"state": state, "knobs": knobs, "source": str(source(rule))}


def edited(name, variant):
    """A variant: its rule, with the bank's mistake in its source."""
    exercise = get(variant.of)
    source = exercise.mistaken_source(variant.mistake).replace(f"def {variant.of}(", f"def {name}(")
    lines = [line.rstrip() for line in source.split("\n")]
    return about(exercise.reference) | {"source": "\n".join(lines), "edited": True}


def task_of(problem, batch=0):
    """A problem as the page knows it: JSON, or with ``"own"`` where only the kernel can compute it."""
    if isinstance(problem, LinearRegression) and problem.X.shape[1] == 2 and np.all(problem.X[:, 0] == 1):
        data = {"x": problem.X[:, 1].tolist(), "y": problem.y.tolist()}
        return {
            "problem": {"line": data, "batch": batch or 0, "seed": 0, "best": problem.best_loss},
            "view": list(VIEW),
            "start": problem.start.tolist(),
            "minima": [problem.exact.tolist()],
        }
    known = {}
    if getattr(problem, "text", None):
        known = {"text": problem.text}
    elif isinstance(problem, Surface) and getattr(surfaces, problem.name, None) is problem.function:
        known = {"surface": problem.name, **problem.parameters}
    minima = getattr(problem, "minima", np.empty((0, 2)))
    x, y = problem.start
    return {
        "problem": known | CALM | {"best": problem.best_loss}
        if known
        else {"own": type(problem).__name__, "best": float(getattr(problem, "best_loss", 0.0))},
        "view": list(getattr(problem, "view", (x - 2, x + 2, y - 2, y + 2))),
        "start": problem.start.tolist(),
        "minima": minima.tolist(),
    }


# --- the figure -----------------------------------------------------------------


class Explorer:
    """An interactive figure, an ``anywidget`` (``.widget``): rules race on a map.

    ``problem``  a ``Surface``, the line (``LinearRegression.line()``), or any
                 problem with two parameters; or leave it out and give a ``preset``
    ``rules``    one rule or up to four, built-in or your own
    ``preset``   the number of a chapter: its question, to be answered by playing
    ``start``    (x, y);  ``steps``  of the race;  ``batch_size``  for the line
    ``hyper``    the rules' knobs: a number for all, or a list with one per rule

    In the notebook the kernel computes; in the static page the same files do.
    Raises ValueError or TypeError, with a hint, when an argument makes no sense.
    """

    def __init__(
        self,
        problem: Problem | None = None,
        rules: Rule | Iterable[Rule] | None = None,
        *,
        preset: int | str | None = None,
        start: Iterable[float] | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        front: Iterable[str] | None = None,
        **hyper: Any,
    ):
        if preset is None and problem is None:
            preset = 1
        self.own, self.rules = None, {}
        if preset is not None:
            self.spec = self._preset(str(preset))
        elif problem is not None:
            check_problem(problem)
            if problem.start.shape != (2,):
                raise ValueError(
                    say(
                        f"实验台画的是两个参数的等高线图，这个问题的参数形状是 {problem.start.shape}",
                        f"the explorer draws a map of two parameters; this problem has shape {problem.start.shape}",
                    )
                )
            self.spec = task_of(problem, batch_size) | {"steps": 100, "front": [], "question": None}
            if "own" in self.spec["problem"]:
                self.own = Own(problem, batch_size)
            self.spec["racers"] = self._racers([optimizers.sgd] if rules is None else rules, hyper)
        if start is not None:
            self.spec["start"] = [float(number) for number in start]
        if steps is not None:
            check_count("steps", steps)
            self.spec["steps"] = int(steps)
        if front is not None:
            self.spec["front"] = list(front)
        if not self.spec["front"]:
            self.spec["front"] = [f"{i}.{next(iter(r['knobs']))}" for i, r in enumerate(self.spec["racers"])]
        self.spec = finished(self.spec)

    def _preset(self, name):
        known = presets()["presets"]
        if name not in known:
            raise ValueError(
                say(
                    f"没有编号为 {name!r} 的问题；可选：{'、'.join(known)}",
                    f"there is no preset {name!r}; choose from {', '.join(known)}",
                )
            )
        return asked(name, known_rules(), known_tasks(), language())

    def _racers(self, rules, hyper):
        rules = [rules] if callable(rules) else list(rules)
        if not 1 <= len(rules) <= MOST:
            raise ValueError(
                say(
                    f"一次可以比较 1 到 {MOST} 条规则，收到了 {len(rules)} 条",
                    f"1 to {MOST} rules can race, got {len(rules)}",
                )
            )
        racers = []
        for i, rule in enumerate(rules):
            names = inspect.signature(rule).parameters if callable(rule) else ()
            mine = {k: v[i] if isinstance(v, (list, tuple)) else v for k, v in hyper.items() if k in names}
            wrong = {k: v for k, v in hyper.items() if not any(k in inspect.signature(r).parameters for r in rules)}
            check_rule(rule, mine | wrong)
            knobs = {name: float(check_knob(name, value)) for name, value in mine.items()}
            name = rule.__name__
            racer = {"rule": name, "knobs": about(rule)["knobs"] | knobs}
            if getattr(optimizers, name, None) is not rule:
                self.rules[name] = rule
                racer |= {"source": str(source(rule)), "state": about(rule)["state"]}
            racers.append(racer)
        return racers

    # --- computing

    def answer(self, call: str, args: dict[str, Any]) -> Any:
        """What the figure asks for: one of ``ANSWERS``, with numpy and the problem at hand."""
        if "own" in args.get("problem", {}):
            args = args | {"problem": self.own}
        if call == "cells":
            args = args | self._with_own_rule(args["racer"])
        if call == "run":
            racers = [
                {k: v for k, v in racer.items() if k != "source"} if self._unchanged(racer) else racer
                for racer in args["racers"]
            ]
            args = args | {"racers": racers, "rules": self.rules, "pair": lambda x, y: np.array([x, y])}
        function: Any = answers.ANSWERS[call]
        with np.errstate(all="ignore"):
            return function(**args)

    def _with_own_rule(self, racer):
        """What ``cells`` needs where only this kernel knows rule or problem; all others count on bare numbers."""
        if self._unchanged(racer):
            racer = {k: v for k, v in racer.items() if k != "source"}
        elif not self.own:
            return {}
        return {"racer": racer, "rules": self.rules, "pair": lambda x, y: np.array([x, y])}

    def _unchanged(self, racer):
        rule = self.rules.get(racer["rule"])
        return rule is not None and racer.get("source") == str(source(rule))

    def runs(self, racers: Any = None) -> Any:
        """The races as they stand at the start, one result per rule; or those of other racers there."""
        shared = {"start": self.spec["start"], "steps": self.spec["steps"]}
        known = known_rules()
        racers = [
            shared | r | ({"source": known[r["rule"]]["source"]} if known.get(r["rule"], {}).get("edited") else {})
            for r in racers or self.spec["racers"]
        ]
        return self.answer("run", {"problem": self.spec["problem"], "racers": racers})

    # --- showing

    @property
    def widget(self) -> Any:
        """The anywidget, made when it is first asked for."""
        if not hasattr(self, "_widget"):
            from gdcourse.explorer.widget import ExplorerWidget

            figures_only_after_cells()
            self._widget = ExplorerWidget(self)
        return self._widget

    def still(self) -> str:
        """The picture, with what the page needs to bring it to life."""
        return FORMS.get(self.spec.get("form"), picture).still(self, common())

    def elements(self) -> str:
        """Those that JavaScript brings to life in place; none of the whole, which makes its own."""
        form = FORMS.get(self.spec.get("form"))
        return form.elements(self, common()) if form else ""

    @property
    def is_compact(self) -> bool:
        """Is it one question with one or two sliders, to be opened to the whole?"""
        return self.spec.get("form") == "compact"

    def __repr__(self):
        rules = ", ".join(racer["rule"] for racer in self.spec["racers"])
        kind = picture.kind(self.spec["problem"])
        return f"Explorer({kind}: {rules})" if rules else f"Explorer({kind})"

    def _repr_mimebundle_(self, **options):
        if still := os.environ.get(STILL):  # no widget, whose id would differ each time
            shown = unrun.shown(self, common(), style()) if still == UNRUN else self.still()
            return {"text/plain": repr(self), "text/html": shown}
        bundle = self.widget._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data = {**(data or {}), "text/plain": repr(self)}
        return (data, bundle[1]) if isinstance(bundle, tuple) else data


class Own:
    """A problem that only the kernel knows, as ``page.run`` asks for it."""

    def __init__(self, problem, batch_size):
        self.problem, self.batch_size, self.height = problem, batch_size, Loss(problem.loss)
        self.best = float(getattr(problem, "best_loss", 0.0))

    def loss(self, x, y):
        return self.height(np.array([x, y]))

    def gradients(self, pair):
        guard, steps = Guard(np.dtype(float), 1), 0
        for gradient in self.problem.gradients(self.batch_size):
            steps += 1
            yield guard.around(gradient)
        raise ValueError(
            say(
                f"这个问题只给出 {steps} 步的梯度；把步数 steps 设在 {steps} 以内",
                f"the problem has gradients for {steps} steps only; let steps be {steps} at most",
            )
        )
