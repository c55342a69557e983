"""The network of appendix A, in this course's own code."""

from functools import cache

import numpy as np

import gdcourse as gd
from trials.frame import trial


@cache
def score(batch, rows, dimension, data, targets, seed):
    """R² on 400 samples that were not trained on, after 200 epochs of the article's network and rate."""
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(rows + 400, dimension)), 100 * rng.uniform(size=dimension)
    y = (X if data == "linear" else np.sin(2 * X)) @ weights + 0.1 * rng.normal(size=rows + 400)
    y = y / y[:rows].std() if targets == "scaled to 1" else y
    net = gd.MLP(X[:rows], y[:rows], hidden=(64, 64), activation="relu", seed=seed)
    steps = 200 * (1 if batch == "full" else -(-rows // batch))
    size = {} if batch == "full" else {"batch_size": batch, "seed": seed}
    theta = gd.minimize(net, gd.adam, steps=steps, lr=0.001, record_every=steps, **size).theta
    return 1 - np.mean((net.predict(theta, X[rows:]) - y[rows:]) ** 2) / y[rows:].var()


@trial(
    "A17", batch=("full", 32), rows=(150, 600), dimension=(2, 10, 30), data=("linear", "curved"),
    targets=("as they are", "scaled to 1"), seed=range(2), fit=(0.9, 0.99),
)  # fmt: skip
def two_hundred_epochs_fit_well(batch, rows, dimension, data, targets, seed, fit):
    return float(score(batch, rows, dimension, data, targets, seed) - fit)
