"""The exercises, and the mistakes that are known for each.

A mistake is an *edit of the reference's own source*, ``old => new``, made
wherever ``old`` stands in it.  So a mistake is one line to read and to write,
two mistakes can be made at once, and the line as the mistaken learner would
have it can be shown as a wrong choice.  A tuple holds several edits.

``CONVENTIONS`` are edits too, but they are not errors: a library or a paper
spells the rule so.  The bank names mistakes in the diagnosis, tests the
checker, and supplies the wrong answers of questions and the curves of
"which bug made this?" pictures.  ``name~2`` is another form of the mistake
``name``: it goes by the same name and words.

This file imports nothing.
"""

SIGN = {"sign": "theta - lr => theta + lr", "returns_step": "theta - lr => -lr"}

# Rules that divide by the root of s.
ROOT = SIGN | {
    "no_lr": "lr * g / => g /",
    "no_g": "lr * g / => lr /",
    "no_sqrt": "sqrt(s) => s",
    "no_square": "g**2 => g",
    "no_square~2": ("g**2 => g", "sqrt(s) => sqrt(abs(s))"),
    "no_square~3": "g**2 => abs(g)",
    "abs_average": ("g**2 => abs(g)", "sqrt(s) => s"),
    "eps_floor": "(sqrt(s) + eps) => maximum(sqrt(s), eps)",
    "no_eps": "sqrt(s) + eps => sqrt(s)",
    "no_parens": "(sqrt(s) + eps) => sqrt(s) + eps",
    "scalar_norm": "g**2 => total(g**2)",
    "scalar_mean": "g**2 => mean(g**2)",
    "old_state": ("g = grad(theta) => g, old = grad(theta), s", "sqrt(s) => sqrt(old)"),
    "state_not_returned": ("g = grad(theta) => g, old = grad(theta), s", "(s,) => (old,)"),
}

# Adam and its relatives: what is the same line in all of them.
ADAM = SIGN | {
    "no_lr": "theta - lr * => theta - ",
    "no_bias_m": "m_hat = m / (1 - beta1**t) => m_hat = m",
    "no_bias_v": "/ (1 - beta2**t) => ",
    "no_bias": ("m_hat = m / (1 - beta1**t) => m_hat = m", "/ (1 - beta2**t) => "),
    "t_zero_based": ("t = t + 1 => pass", "(t, m, v => (t + 1, m, v"),
    "t_missing": "t = t + 1 => pass",
    "t_not_advanced": "t = t + 1 => t = max(t, 1)",
    "t_not_returned": ("t = t + 1 => old, t = t, t + 1", "(t, m, v => (old, m, v"),
    "t_plus_1": ("beta1**t => beta1 ** (t + 1)", "beta2**t => beta2 ** (t + 1)"),
    "t_times": "**t =>  * t",
    "bias_mult": ("hat = m / => hat = m *", "/ (1 - beta2**t) => * (1 - beta2**t)"),
    "bias_no_power": "**t) => )",
    "bias_swapped": ("(1 - beta1**t) => (1 - BETA**t)", "(1 - beta2**t) => (1 - beta1**t)", "BETA => beta2"),
    "bias_same_beta": "(1 - beta2**t) => (1 - beta1**t)",
    "bias_same_beta~2": "(1 - beta1**t) => (1 - beta2**t)",
    "betas_swapped": ("beta1 => BETA", "beta2 => beta1", "BETA => beta2"),
    "mixed_1mb": "(1 - beta1) * g\n => (1 - beta2) * g\n",
    "no_1mb": ("(1 - beta1) * g\n => g\n", "(1 - beta2) * g**2\n => g**2\n"),
    "weights_swapped": ("beta1 * m + (1 - beta1) * g\n => (1 - beta1) * m + beta1 * g\n",
                        "beta2 * v + (1 - beta2) * g**2 => (1 - beta2) * v + beta2 * g**2"),
    "m_not_accumulated": "m = beta1 * m + => m =",
    "v_not_accumulated": "v = beta2 * v + => v =",
    "uses_g": "m_hat / ( => g / (",
    "v_from_m": "g**2 => m**2",
    "returns_hat": "(t, m, v => (t, m_hat, v_hat",
    "state_swapped": "(t, m, v => (t, v, m",
    "state_not_returned": ("g = grad(theta) => g, m0, v0 = grad(theta), m, v", "(t, m, v => (t, m0, v0"),
    "no_sqrt": "sqrt(v_hat) => v_hat",
    "no_square": "g**2 => g",
    "no_square~2": ("g**2 => g", "sqrt(v_hat) => sqrt(abs(v_hat))"),
    "no_square~3": "g**2 => abs(g)",
    "belief": "g**2 => (g - m)**2",
    "no_eps": "sqrt(v_hat) + eps => sqrt(v_hat)",
    "no_parens": "(sqrt(v_hat) + eps) => sqrt(v_hat) + eps",
    "scalar_norm": "g**2 => total(g**2)",
    "scalar_mean": "g**2 => mean(g**2)",
}  # fmt: skip
ROOTED = {"root_not_corrected": "sqrt(v_hat) + eps => sqrt(v) / (1 - beta2**t) + eps"}
EPS = {
    "eps_inside": "sqrt(v_hat) + eps => sqrt(v_hat + eps)",
    "eps_hat": "sqrt(v_hat) + eps => sqrt(v_hat) + eps / sqrt(1 - beta2**t)",
}

SCHEDULED = (
    "t = t + 1 => t = t + 1\n    now, ahead, p = schedule(t, beta1, 0.004)",
    "beta1 * m / (1 - beta1 ** (t + 1)) => ahead * m / (1 - p * ahead)",
    "(1 - beta1) * g / (1 - beta1**t) => (1 - now) * g / (1 - p)",
)

MISTAKES = {
    "sgd": SIGN | {
        "no_lr": "lr * grad => grad",
        "lr_div": "lr * grad(theta) => grad(theta) / lr",
        "uphill_twice": "grad(theta) => grad(theta - lr * grad(theta))",
        "scalar_norm": "grad(theta) => grad(theta) / sqrt(total(grad(theta) ** 2))",
        "sign_only": "grad(theta) => grad(theta) / abs(grad(theta))",
        "returns_old": "theta - lr * grad(theta), => theta,",
        "hardcoded": "lr * grad => 0.01 * grad",
        "half": "lr * grad => lr / 2 * grad",
        "clipped": "grad(theta) => maximum(-maximum(-grad(theta), -1.0), -1.0)",
        "l2": "grad(theta) => (grad(theta) + 0.01 * theta)",
    },
    "minibatch": SIGN | {
        "no_lr": "lr * g => g",
        "full_N": "len(rows) => n",
        "no_mean": " / len(rows) => ",
        "n_features": "len(rows) => size(theta)",
        "only_last": "g + example => example",
        "index_not_row": "in rows => in range(len(rows))",
        "sequential": (
            "g = g + example_gradient(theta, i) => theta = theta - lr * example_gradient(theta, i) / len(rows)",
            "theta - lr * g / len(rows) => theta",
        ),
        "sequential~2": (
            "g = g + example_gradient(theta, i) => theta = theta - lr * example_gradient(theta, i)",
            "theta - lr * g / len(rows) => theta",
        ),
        "full_batch": ("in rows => in range(n)", "len(rows) => n"),
        "first_only": "(theta, i) => (theta, i)\n        return theta - lr * g",
        "first_only~2": "(theta, i) => (theta, i)\n        return theta - lr * g / len(rows)",
    },
    "momentum": {
        "sign": "- lr => + lr",
        "u_subtracted": "theta + u => theta - u",
        "no_lr": "lr * grad => grad",
        "no_mu": "mu * u => u",
        "mu_swapped": "mu * u => (1 - mu) * u",
        "is_sgd": "mu * u - => -",
        "is_nesterov": "grad(theta) => grad(theta + mu * u)",
        "shifted_keras": ("u = mu * u - lr * grad(theta) => g = grad(theta)\n    u = mu * u - lr * g",
                          "theta + u => theta + mu * u - lr * g"),
        "lr_twice": "theta + u => theta + lr * u",
        "returns_step": "return theta + u => return u",
        "old_state": (
            "u = mu * u - lr * grad(theta) => old, u = u, mu * u - lr * grad(theta)",
            "theta + u => theta + old",
        ),
        "state_not_returned": (
            "u = mu * u - lr * grad(theta) => old, u = u, mu * u - lr * grad(theta)",
            "(u,) => (old,)",
        ),
    },
    "nesterov": {
        "sign": "- lr => + lr",
        "u_subtracted": "return theta + u => return theta - u",
        "no_lr": "lr * grad => grad",
        "no_mu": "= mu * u => = u",
        "mu_swapped": "= mu * u => = (1 - mu) * u",
        "is_sgd": ("= mu * u - => = -", "theta + mu * u => theta"),
        "no_lookahead": "grad(theta + mu * u) => grad(theta)",
        "look_sign": "grad(theta + mu * u) => grad(theta - mu * u)",
        "look_no_mu": "grad(theta + mu * u) => grad(theta + u)",
        "double_step": ("u = mu * u - => ahead = theta + mu * u\n    u = mu * u -", "theta + u, => ahead + u,"),
        "returns_ahead": "return theta + u => return theta + mu * u + u",
        "u_unused": ("u = mu * u - lr * grad(theta + mu * u) => g = grad(theta + mu * u)\n    u = mu * u - lr * g",
                     "theta + u, => theta - lr * g,"),
        "state_not_returned": ("u = mu * u - lr * grad(theta + mu * u) => "
                               "old, u = u, mu * u - lr * grad(theta + mu * u)", "(u,) => (old,)"),
        "returns_step": "return theta + u => return u",
    },
    "rmsprop": ROOT | {
        "no_accum": "rho * s + (1 - rho) * => ",
        "is_adagrad": "rho * s + (1 - rho) * => s + ",
        "rho_swapped": "rho * s + (1 - rho) * => (1 - rho) * s + rho * ",
        "no_1mrho": "(1 - rho) * g => g",
        "no_rho": "rho * s + => s +",
        "hardcoded": "rho * s + (1 - rho) => 0.99 * s + 0.01",
        "hardcoded~2": "rho * s + (1 - rho) => 0.9 * s + 0.1",
    },
    "adagrad": ROOT | {"no_accum": "s = s + => s =", "is_rmsprop": "s = s + g**2 => s = 0.9 * s + 0.1 * g**2"},
    "adadelta": {
        "sign": "-sqrt => sqrt",
        "no_g": " * g\n => \n",
        "no_sqrt": ("sqrt(d + eps) => (d + eps)", "sqrt(s + eps) => (s + eps)"),
        "no_square": "g**2 => g",
        "no_square~2": "g**2 => abs(g)",
        "d_before": "delta**2 => delta**2\n    delta = -sqrt(d + eps) / sqrt(s + eps) * g",
        "no_accum": "rho * s + (1 - rho) * => ",
        "is_adagrad": "rho * s + (1 - rho) * => s + ",
        "rho_swapped": ("rho * s + (1 - rho) => (1 - rho) * s + rho", "rho * d + (1 - rho) => (1 - rho) * d + rho"),
        "no_1mrho": "(1 - rho) * => ",
        "scalar_norm": "g**2 => total(g**2)",
        "scalar_mean": "g**2 => mean(g**2)",
        "ratio_inverted": "-sqrt(d + eps) / sqrt(s + eps) => -sqrt(s + eps) / sqrt(d + eps)",
        "no_numerator": "-sqrt(d + eps) / => -1 /",
        "d_from_g": "delta**2 => g**2",
        "d_no_square": "delta**2 => delta",
        "d_not_updated": "d = rho * d + (1 - rho) * delta**2 => pass",
        "no_eps_num": "sqrt(d + eps) => sqrt(d)",
        "no_eps_den": "sqrt(s + eps) => sqrt(s)",
        "old_state": ("g = grad(theta) => g, old = grad(theta), s", "sqrt(s + => sqrt(old +"),
        "state_swapped": "(s, d) => (d, s)",
        "returns_step": "return theta + => return ",
    },
    "adam": ADAM | ROOTED | {
        "adamax": ("(1 - beta2) * g**2 => 0", "v = beta2 * v + 0 => v = maximum(beta2 * v, abs(g))",
                   "v_hat = v / (1 - beta2**t) => v_hat = v", "sqrt(v_hat) => v_hat"),
    },
    "nadam": ADAM | ROOTED | {
        "both_ahead": "g / (1 - beta1**t) => g / (1 - beta1 ** (t + 1))",
        "v_ahead": "(1 - beta2**t) => (1 - beta2 ** (t + 1))",
        "is_adam": ("beta1 * m / (1 - beta1 ** (t + 1)) => m / (1 - beta1**t)",
                    "        + (1 - beta1) * g / (1 - beta1**t)\n => "),
        "only_look": "        + (1 - beta1) * g / (1 - beta1**t)\n => ",
        "old_m": ("m = beta1 * m + (1 - beta1) * g\n => old, m = m, beta1 * m + (1 - beta1) * g\n",
                  "beta1 * m / => beta1 * old /"),
        "no_bias_m": "beta1 * m / (1 - beta1 ** (t + 1)) => beta1 * m",
        "no_bias_g": "g / (1 - beta1**t) => g",
        "no_bias": ("m / (1 - beta1 ** (t + 1)) => m", "g / (1 - beta1**t) => g", "/ (1 - beta2**t) => "),
        "look_no_beta": "beta1 * m / => m /",
        "look_no_1mb": "+ (1 - beta1) * g / => + g /",
        "bias_no_power": ("**t) => )", " ** (t + 1)) => )"),
        "t_plus_1": ("(t + 1) => (t + 2)", "beta1**t => beta1 ** (t + 1)", "beta2**t => beta2 ** (t + 1)"),
        "bias_mult": ("m / => m *", "g / => g *", "v / => v *"),
        "t_times": ("**t) => * t)", "beta1 ** (t => beta1 * (t"),
    },
    "amsgrad": {name: edit for name, edit in ADAM.items() if name != "no_bias"} | {  # that is how the paper has it
        "is_adam": "maximum(v_max, v) => v",
        "ignores_max": "v_max / => v /",
        "takes_min": "maximum(v_max, v) => v_max + v - maximum(v_max, v)",
        "v_overwritten": "v_max = maximum(v_max, v) => v_max = v = maximum(v_max, v)",
        "max_of_g": "maximum(v_max, v) => maximum(v_max, g**2)",
        "max_not_returned": ("v_max = maximum(v_max, v) => old, v_max = v_max, maximum(v_max, v)",
                             "v, v_max) => v, old)"),
    },
    "adamw": ADAM | ROOTED | {
        "no_lr": "theta - lr * ( => theta - (",
        "is_adam": " + decay) => )",
        "l2": ("grad(theta) => grad(theta) + weight_decay * theta", " + decay) => )"),
        "decay_sign": "+ decay => - decay",
        "decay_divided": "(m_hat / (sqrt(v_hat) + eps) + decay) => (m_hat + decay) / (sqrt(v_hat) + eps)",
        "decay_after": (
            "return theta - lr * (m_hat / (sqrt(v_hat) + eps) + decay) => "
            "theta = theta - lr * m_hat / (sqrt(v_hat) + eps)\n    return theta - lr * weight_decay * theta",
        ),
        "decay_first": ("g = grad(theta) => theta = theta * (1 - lr * weight_decay)\n    g = grad(theta)",
                        " + decay) => )"),
        "decay_lr_t": ("/ (1 - beta1**t) => ", "/ (1 - beta2**t) => ",
                       "theta - lr * => theta - lr * sqrt(1 - beta2**t) / (1 - beta1**t) *"),
        "decay_of_step": "weight_decay * theta => weight_decay * m_hat",
        "no_theta": "+ decay) => + weight_decay)",
    },
    "bias_correction": {
        "no_correction": "m / (1 - beta**t) => m",
        "bias_mult": "m / => m * ",
        "bias_no_power": "beta**t => beta",
        "t_times": "beta**t => beta * t",
        "t_plus_1": "beta**t => beta ** (t + 1)",
        "t_zero_based": "beta**t => beta ** (t - 1)",
        "no_parens": "(1 - beta**t) => 1 - beta**t",
        "bias_plus": "1 - beta => 1 + beta",
        "bias_no_one": "(1 - beta**t) => beta**t",
        "power_outside": "(1 - beta**t) => (1 - beta) ** t",
        "bias_root": "(1 - beta**t) => (1 - beta**t) ** 0.5",
        "hardcoded": "beta**t => 0.9**t",
    },
    "schedule": {
        "no_warmup": "lr * t / warmup => lr",
        "warmup_no_lr": "lr * t / warmup => t / warmup",
        "warmup_inverted": "lr * t / warmup => lr * warmup / t",
        "t_zero_based": "lr * t / => lr * (t - 1) / ",
        "t_plus_1": "lr * t / => lr * (t + 1) / ",
        "noam": ("lr * t / warmup => lr * t * warmup**-1.5", "(warmup / t) ** 0.5 => t**-0.5"),
        "jump": "(warmup / t) ** 0.5 => (1 / t) ** 0.5",
        "no_sqrt": "(warmup / t) ** 0.5 => warmup / t",
        "no_decay": "lr * (warmup / t) ** 0.5 => lr",
        "decay_restarts": "(warmup / t) => (1 / (t - warmup + 1))",
        "branches_swapped": "t < warmup => t >= warmup",
        "decay_inverted": "(warmup / t) => (t / warmup)",
    },
    "stopping": {
        "no_abs": "abs(new - old) => new - old",
        "only_falls": "abs(new - old) => old - new",
        "stop_reversed": "abs(new - old) < => abs(new - old) > ",
        "stop_reversed~2": "abs(new - old) < => abs(new - old) >= ",
        "one_step": "losses[-1 - patience] => losses[-2]",
        "one_step~2": ("<= patience => < 2", "losses[-1 - patience] => losses[-2]"),
        "no_abs_old": "tol * abs(old) => tol * old",
        "off_by_one": "losses[-1 - patience] => losses[-patience]",
        "from_start": "losses[-1 - patience] => losses[0]",
        "stops_at_start": "return False => return True",
        "nan_stops": "return abs(new - old) < tol * abs(old) => return not abs(new - old) >= tol * abs(old)",
        "loss_below": "abs(new - old) < tol * abs(old) => abs(new) < tol",
        "loss_below~2": "abs(new - old) < tol * abs(old) => new < tol",
        "no_tol": "tol * abs(old) => abs(old)",
    },
    "generic": {name: edit for name, edit in ADAM.items() if "hat" not in str(edit) and "bias" not in name} | {
        "switches_swapped": ("if correct => if SWITCH", "if adaptive => if correct", "SWITCH => adaptive"),
        "v_always_corrected": "(1, 1) => (1, 1 - beta2**t)",
        "no_m_without_adaptive": "lr * m / c1 => lr * (m / c1 if adaptive else g)",
        "t_with_correct": "t = t + 1 => t = t + correct",
        "correct_needs_adaptive": "if correct else => if correct and adaptive else",
        "returns_hat": "(t, m, v) => (t, m / c1, v / c2)",
        "correct_ignored": "if correct else (1, 1) => ",
        "never_corrected": "if correct else => if False else",
        "correct_inverted": "if correct => if not correct",
        "adaptive_ignored": " if adaptive else 1 => ",
        "never_adaptive": "if adaptive else 1 => if False else 1",
        "adaptive_inverted": "if adaptive => if not adaptive",
        "eps_always": "sqrt(v / c2) + eps if adaptive else 1 => (sqrt(v / c2) if adaptive else 1) + eps",
        "no_sqrt": "sqrt(v / c2) => v / c2",
        "no_eps": "sqrt(v / c2) + eps => sqrt(v / c2)",
        "bias_no_power": "**t => ",
        "bias_swapped": "c1, c2 = => c2, c1 =",
        "no_bias_m": "m / c1 => m",
        "no_bias_v": "v / c2 => v",
        "bias_mult": ("m / c1 => m * c1", "v / c2 => v * c2"),
    },
}  # fmt: skip

CONVENTIONS = {
    "minibatch": {"two_over_B": "lr * g => lr * 2 * g"},
    "momentum": {
        "positive_velocity": ("- lr => + lr", "theta + u => theta - u"),
        "damped": "lr * grad => (1 - mu) * lr * grad",
        "pytorch_form": ("- lr * grad => + grad", "theta + u => theta - lr * u"),
        "ema_form": ("- lr * grad => + (1 - mu) * grad", "theta + u => theta - lr * u"),
    },
    "nesterov": {
        "positive_velocity": (
            "u - lr => u + lr",
            "grad(theta + mu * u) => grad(theta - mu * u)",
            "theta + u, => theta - u,",
        ),
        "damped": "lr * grad => (1 - mu) * lr * grad",
        "shifted": (
            "u = mu * u - lr * grad(theta + mu * u) => g = grad(theta)\n    u = mu * u + g",
            "theta + u => theta - lr * (g + mu * u)",
        ),
        "shifted_keras": (
            "u = mu * u - lr * grad(theta + mu * u) => g = grad(theta)\n    u = mu * u - lr * g",
            "theta + u => theta + mu * u - lr * g",
        ),
    },
    "rmsprop": {"eps_inside": "sqrt(s) + eps => sqrt(s + eps)"},
    "adagrad": {
        "eps_inside": "sqrt(s) + eps => sqrt(s + eps)",
        "start_at_tenth": "s=0.0 => s=0.1",
        "keras_form": ("sqrt(s) + eps => sqrt(s + eps)", "s=0.0 => s=0.1"),
    },
    "adadelta": {
        "keras_lr": "theta + delta => theta + 0.001 * delta",
        "eps_outside": ("sqrt(d + eps) => (sqrt(d) + eps)", "sqrt(s + eps) => (sqrt(s) + eps)"),
    },
    "adam": EPS,
    "nadam": EPS
    | {
        "ruder": " ** (t + 1)) => **t)",
        "schedule_pytorch": SCHEDULED,
        "schedule_keras": SCHEDULED + ("0.004) => 1)",),
    },
    "amsgrad": EPS
    | {
        "max_corrected": ("maximum(v_max, v) => maximum(v_max, v / (1 - beta2**t))", "v_max / (1 - beta2**t) => v_max"),
        "paper_form": ("m / (1 - beta1**t) => m", "v_max / (1 - beta2**t) => v_max"),
    },
    "adamw": EPS | {"decay_no_lr": "weight_decay * theta => weight_decay / lr * theta"},
    "stopping": {
        "early_stopping": "abs(new - old) < tol * abs(old) => min(losses[-patience:]) > min(losses[:-patience]) - tol",
        "absolute": "tol * abs(old) => tol",
        "new_divisor": "tol * abs(old) => tol * abs(new)",
    },
    "generic": {"eps_inside": "sqrt(v / c2) + eps => sqrt(v / c2 + eps)"},
}

# --- what the edited sources may call -----------------------------------------


def total(x):
    return sum(numbers(x))


def mean(x):
    return sum(numbers(x)) / size(x)


def size(x):
    return len(numbers(x))


def schedule(t, beta1, decay):
    """The momentum of step t, that of step t + 1, and the product of all up to t (PyTorch's Nadam)."""
    momenta = [beta1 * (1 - 0.5 * 0.96 ** (k * decay)) for k in range(1, t + 2)]
    product = 1.0
    for momentum in momenta[:-1]:
        product = product * momentum
    return momenta[-2], momenta[-1], product


def numbers(x):
    """All numbers in ``x``, an array of any shape, a list or a number, as one list of floats."""
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [number for part in x for number in numbers(part)]
    if isinstance(x, (str, bytes, bytearray)):
        raise TypeError("a string is no number")
    try:
        return [float(x)]
    except OverflowError:  # an integer beyond all floats; MicroPython has it so
        return [float("inf") if x > 0 else -float("inf")]
