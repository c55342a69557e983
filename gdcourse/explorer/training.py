"""The training of a small network: what one run of the board costs a reader.

    train(problem, racer)       what is left of the loss after the steps

A problem is ``{"x": rows, "y": […], "start": […], "hidden": 8, "batch": 10,
"seed": 0}``: its weights stand in ``start`` in the order of ``gd.MLP``, one
layer of ReLU between inputs and output.  A racer is ``{"rule": "adam",
"knobs": {"lr": 0.01}, "steps": 200}``.
"""

from gdcourse.browser.vector import Vec
from gdcourse.explorer.page import INF, rule_of, shuffles


class Network:
    """J = 1/(2N) Σ (output − y)², and the gradients of mini-batches in the page's own order."""

    def __init__(self, x, y, start, hidden, batch, seed=0):
        self.x, self.y, self.start = x, y, start
        self.inputs, self.hidden, self.batch, self.seed = len(x[0]), hidden, batch, seed

    def units(self, w):
        """(weights, bias, weight of its output) of each hidden unit."""
        inputs, hidden = self.inputs, self.hidden
        first, second = inputs * hidden, inputs * hidden + hidden
        return [([w[i * hidden + j] for i in range(inputs)], w[first + j], w[second + j]) for j in range(hidden)]

    def forward(self, units, bias, row):
        """(the values of the hidden units, output − y) of one sample."""
        x, values, off = self.x[row], [], bias - self.y[row]
        for weights, z, out in units:
            for a, b in zip(x, weights):  # noqa: B905  (MicroPython has no strict=)
                z += a * b
            z = z if z > 0 or z != z else 0.0
            values.append(z)
            off += z * out
        return values, off

    def loss(self, w):
        units, rows = self.units(w), range(len(self.x))
        offs = [self.forward(units, w[-1], row)[1] for row in rows]
        return sum([off * off for off in offs]) / 2 / len(offs)

    def gradient(self, w, rows):
        units, inputs, hidden = self.units(w), self.inputs, self.hidden
        first, second = inputs * hidden, inputs * hidden + hidden
        g = [0.0] * len(w)
        for row in rows:
            values, off = self.forward(units, w[-1], row)
            off = off / len(rows)
            g[-1] += off
            x = self.x[row]
            for j in range(hidden):
                g[second + j] += off * values[j]
                if values[j] > 0:
                    back = off * units[j][2]
                    g[first + j] += back
                    for i in range(inputs):
                        g[i * hidden + j] += back * x[i]
        return g

    def batches(self):
        for order in shuffles(len(self.x), self.seed):
            for i in range(0, len(order), self.batch):
                yield order[i : i + self.batch]


def train(problem, racer):
    """{"left": the share of the loss at the start that is left, or None where the run was lost}."""
    network = Network(**problem)
    rule, knobs = rule_of(racer, {}), racer["knobs"]
    batches, theta, state = network.batches(), Vec(network.start), ()
    for _ in range(racer["steps"]):
        rows = next(batches)
        theta, state = rule(theta, lambda at: Vec(network.gradient(at.values, rows)), *state, **knobs)  # noqa: B023
    left = network.loss(theta.values) / network.loss(network.start)
    return {"left": left if -INF < left < INF else None}
