"""What the exercises are asked: gradients, states, knobs, arguments; and what is compared.

An update rule is asked by recorded gradients: nothing need be said about it
here, as long as STATES and SETTINGS know what it remembers and what its knobs
are called.  What else is particular to an exercise stands under ASKED:

``quantities``  what is compared, in the order in which a mistake spreads; else
                the state and then theta, of a function "result"
``switches``    knobs that are on or off, tried in all combinations
``calls``       (arguments, knobs) of each call of a function that is no rule;
                {"vector": […]} is an array, GRADIENTS the function of ``gives``
``gives``       how the function that the learner is given is called
``yes_or_no``   its answers are True or False

This file imports nothing.
"""

# Exercises that are not an update rule, and the rule after which each comes up.
OTHERS = (
    ("minibatch", "sgd"),
    ("schedule", "rmsprop"),
    ("stopping", "adagrad"),
    ("bias_correction", "adadelta"),
    ("generic", "adamw"),
)

# --- of a rule: gradients are recorded, so that a wrong step does not change what comes next ---

ROWS = [
    [0.3, -1.1, 0.7, 0.45, -0.85, 1.6],
    [-0.5, 0.4, 1.3, -0.75, 0.2, -0.4],
    [0.9, -0.2, -0.6, 0.1, 1.15, 0.5],
    [0.15, -0.8, 0.35, -1.4, 0.65, -0.3],
    [-1.2, 0.55, 0.1, 0.6, -0.25, 0.8],
    [0.45, 0.25, -0.95, 0.35, 0.5, -0.15],
]
START = [0.5, -1.25, 2.0, -0.75, 1.5, 0.25]
SLOPE = [0.6, 0.9, 0.4, 0.7, 0.5, 0.8]  # how the gradient changes away from theta: finds out where it was taken
# Two first steps, (theta, gradient): one asked in between the other leaves a trace in any memory.
BETWEEN = [([0.5, -1.25, 2.0], [0.3, -1.1, 0.7]), ([-1.5, 0.75, 0.4], [-4.0, 0.05, -2.5])]
# What it remembers, where it does not begin at the beginning.
STATES = {
    "t": 4,
    "m": [0.2, -0.35, 0.5],
    "v": [0.3, 0.05, 0.6],
    "v_max": [0.55, 0.06, 0.65],
    "u": [0.4, -0.3, 0.15],
    "s": [0.25, 0.7, 0.1],
    "d": [0.09, 0.02, 0.3],
}

# One probe each: the shape of theta, whether the state is given, the gradients (how many of ROWS, how large), knobs.
SETTINGS = [
    {"shape": (3,), "given": False, "steps": 6, "scale": 1.0, "knobs": {}},
    {
        "shape": (2, 3), "given": False, "steps": 4, "scale": 1.0,
        "knobs": {"lr": 0.25, "mu": 0.6, "rho": 0.8, "beta1": 0.6, "beta2": 0.8, "eps": 0.1, "weight_decay": 0.01},
    },
    {
        "shape": (3,), "given": True, "steps": 3, "scale": 1.0,
        "knobs": {"lr": 0.5, "mu": 0.35, "rho": 0.45, "beta1": 0.35, "beta2": 0.45, "eps": 0.02, "weight_decay": 0.3},
    },
    {
        "shape": (3,), "given": False, "steps": 4, "scale": 2.0**-7,
        "knobs": {"lr": 0.125, "mu": 0.8, "rho": 0.7, "beta1": 0.7, "beta2": 0.9, "eps": 0.01, "weight_decay": 0.1},
    },
]  # fmt: skip

# --- of a function ---

GRADIENTS = {"gradients": "of the samples"}
LOSSES = [9.0, 5.0, 3.0, 2.5, 2.4, 2.39, 2.3895, 2.3894, 2.3894, 2.38935]

ASKED = {
    "adadelta": {"quantities": ["s", "theta", "d"]},  # d is made from the step
    "generic": {"switches": ["correct", "adaptive"]},
    "minibatch": {
        "quantities": ["theta"],
        "gives": "example_gradient(theta, i)",
        "calls": [
            ([{"vector": START[:3]}, GRADIENTS, rows], {"n": n, "lr": 0.25})
            for rows, n in (([4, 1, 5, 2], 6), ([3], 5), ([5, 0], 7))
        ],
    },
    "bias_correction": {
        "calls": [([{"vector": START[:3]}, t], {"beta": b}) for t in (1, 2, 5, 30) for b in (0.9, 0.35, 0.999)],
    },
    "schedule": {
        "calls": [([t], {"lr": 0.3, "warmup": 4}) for t in (1, 2, 3, 4, 5, 9, 16)]
        + [([t], {"lr": 0.05, "warmup": 10}) for t in (1, 6, 10, 11, 40)],
    },
    "stopping": {
        "yes_or_no": True,
        "calls": [([LOSSES[:n]], {"tol": tol, "patience": 3}) for n in range(1, 11) for tol in (1e-2, 1e-3)]
        + [
            ([losses], {"tol": 0.01, "patience": patience})
            for patience in (1, 2, 4)
            for losses in (
                [4.0, 2.0, 1.0, 1.0, 1.001],  # still
                [100.0, 52.0, 51.0, 50.5, 50.4, 50.3],  # slow
                [1.0, 1.2, 1.6, 2.4, 4.0],  # rising
                [2.0, 3.0, 2.0, 3.0, 2.0],  # swinging
                [0.02, 0.015, 0.012, 0.0105, 0.0095],  # small, and falling
                [500.0, 490.0, 488.0, 487.0, 486.0],  # large, nearly still
                [-3.0, -3.5, -3.501, -3.502, -3.5025],  # below zero
                [3.0, 2.0, 1.5, 1.4, 1.4141],  # as far below the limit as above it
                [3.0, 2.0, 1.5, 1.4, 1.38605],
                [50.0, 2.0, 2.0, 2.0, 2.0199, 2.0, 2.0],  # close to the limit, and back
                [5.0, 2.02, 2.0],
                [5.0, 2.0, 2.0199],
                [5.0, 2.0, 2.02001],
                [0.0, 0.0, 0.0, 0.0, 0.0],
                [1.0, 1.0, 1.0, float("nan")],
                [1.0, float("nan"), 1.0, 1.0, 1.0],
                [1.0],
                [1.0, 1.0],
                [1.0, 1.0, 1.0],
            )
        ],
    },
}
