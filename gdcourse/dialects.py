r"""The same rules as other libraries and texts spell them, where they differ.

``optimizers.py`` holds one canonical form of each rule.  Here stands each
variant that a reader may meet under the same name, in the same form
``rule(theta, grad, *state, **knobs)``.  Only the difference is explained; for
symbols, ranges and units see the canonical rule.  Defaults are those of the
library named first.
"""

from gdcourse.optimizers import maximum, sqrt

# fmt: off
# (the signatures are broken by hand, as in optimizers.py)


def momentum_ema(theta, grad, u=0.0, *, lr=0.01, beta=0.9):
    r"""Momentum as an average: u ← βu + (1 − β)g, θ ← θ − ηu.

    Follows ``momentum`` with its lr set to η(1 − β): at the same η its steps
    are 1/(1 − β) times shorter.
    """
    u = beta * u + (1 - beta) * grad(theta)
    return theta - lr * u, (u,)


def momentum_pytorch(theta, grad, u=0.0, *, lr=0.001, mu=0.9):
    r"""PyTorch and Optax: u ← μu + g, θ ← θ − ηu.

    Here the velocity does not contain η; with a constant lr the path is that
    of ``momentum``, with a changing lr it is not.
    """
    u = mu * u + grad(theta)
    return theta - lr * u, (u,)


def nesterov_shifted(theta, grad, u=0.0, *, lr=0.001, mu=0.9):
    r"""PyTorch, Keras, Optax: Nesterov written for the point ahead.

    .. math:: u \leftarrow \mu u + g, \qquad \theta \leftarrow \theta - \eta (g + \mu u)

    If φ = θ + μu is where ``nesterov`` takes its gradient, this rule's
    parameters are φ: on a function the same path, seen μu further on.
    """
    g = grad(theta)
    u = mu * u + g
    return theta - lr * (g + mu * u), (u,)


def rmsprop_eps_inside(theta, grad, s=0.0, *, lr=0.001, rho=0.9, eps=1e-7):
    r"""Keras, and Optax with ε = 1e-8: ε *inside* the root, g/√(s + ε).

    Here ε has the unit [g]²: its effect begins at gradients of about √ε.
    """
    g = grad(theta)
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / sqrt(s + eps), (s,)


def adagrad_eps_inside(theta, grad, s=0.1, *, lr=0.001, eps=1e-7):
    r"""Keras and Optax: ε *inside* the root, and the sum starts at 0.1."""
    g = grad(theta)
    s = s + g**2
    return theta - lr * g / sqrt(s + eps), (s,)


def adadelta_scaled(
    theta, grad, s=0.0, d=0.0,
    *, lr=1.0, rho=0.9, eps=1e-6,
):
    r"""PyTorch (lr 1.0), Keras (lr .001, ρ .95, ε 1e-7), Optax: θ ← θ + ηΔ.

    η multiplies the step that is taken, not the Δ that is remembered.
    """
    g = grad(theta)
    s = rho * s + (1 - rho) * g**2
    delta = -sqrt(d + eps) / sqrt(s + eps) * g
    d = rho * d + (1 - rho) * delta**2
    return theta + lr * delta, (s, d)


def adam_eps_hat(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7,
):
    r"""Keras: ε is the paper's ε̂, added to the *uncorrected* √v.

    .. math:: \theta \leftarrow \theta
        - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, \frac{m}{\sqrt{v} + \hat\varepsilon}

    The same as ``adam`` with ε = ε̂/√(1 − β₂ᵗ), which at t = 1 is 31.6 ε̂.
    Source: Kingma & Ba 2015, end of section 2.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = lr * sqrt(1 - beta2**t) / (1 - beta1**t)
    return theta - rate * m / (sqrt(v) + eps), (t, m, v)


def adamw_eps_hat(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7, weight_decay=0.004,
):
    r"""Keras: ``adamw`` with the ε̂ of ``adam_eps_hat``."""
    new_theta, state = adam_eps_hat(
        theta, grad, t, m, v,
        lr=lr, beta1=beta1, beta2=beta2, eps=eps,
    )
    return new_theta - lr * weight_decay * theta, state


def amsgrad_corrected(
    theta, grad, t=0, m=0.0, v=0.0, v_max=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
):
    r"""Optax: the maximum of the *corrected* v̂; v_max is not corrected again.

    The first v̂ is g₁², so one large first gradient brakes for ever, where
    PyTorch's form lets it fade with 1/(1 − β₂ᵗ).
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = maximum(v_max, v / (1 - beta2**t))
    m_hat = m / (1 - beta1**t)
    return theta - lr * m_hat / (sqrt(v_max) + eps), (t, m, v, v_max)


def nadam_ruder(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
):
    r"""Ruder's survey (2016): m̂ of step t, not of step t + 1, in the look-ahead.

    .. math:: \bar m = \beta_1 \frac{m}{1 - \beta_1^t} + \frac{(1 - \beta_1) g}{1 - \beta_1^t}
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_bar / (sqrt(v_hat) + eps), (t, m, v)


def nadam_pytorch(
    theta, grad, t=0, m=0.0, v=0.0, p=1.0,
    *, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8, momentum_decay=0.004,
):
    r"""PyTorch: Dozat's momentum schedule, but m itself decays with β₁.

    .. math:: \mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{\psi t}\right)

    ``p`` is the product of all μ so far; ``momentum_decay`` is ψ.
    """
    t = t + 1
    g = grad(theta)
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    p = p * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = mu_next * m / (1 - p * mu_next) + (1 - mu) * g / (1 - p)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_bar / (sqrt(v_hat) + eps), (t, m, v, p)


def nadam_keras(
    theta, grad, t=0, m=0.0, v=0.0, p=1.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7,
):
    r"""Keras: the schedule with ψ = 1, so that μ is near β₁ after a hundred steps."""
    return nadam_pytorch(
        theta, grad, t, m, v, p,
        lr=lr, beta1=beta1, beta2=beta2, eps=eps, momentum_decay=1,
    )


def nadam_dozat(
    theta, grad, t=0, m=0.0, v=0.0, p=1.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, momentum_decay=0.004,
):
    r"""Dozat's schedule taken at its word: m decays with the scheduled μ_t too.

    Algorithm 2 as printed has one more β₂ in v̂, which is taken for a misprint.
    """
    t = t + 1
    g = grad(theta)
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    p = p * mu
    m = mu * m + (1 - mu) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = mu_next * m / (1 - p * mu_next) + (1 - mu) * g / (1 - p)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_bar / (sqrt(v_hat) + eps), (t, m, v, p)
