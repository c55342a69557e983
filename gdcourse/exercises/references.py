"""The exercises that are not an update rule: what a right answer computes.

The reference of a rule is the rule itself, in ``gdcourse.optimizers``; here is
the rest.  This file imports nothing.
"""

# fmt: off
# (the signature of ``generic`` is broken by hand, as those in optimizers.py)


def minibatch(theta, example_gradient, rows, *, n, lr=0.01):
    r"""One step of gradient descent on the samples ``rows`` out of ``n``.

    .. math:: \theta \leftarrow \theta - \frac{\eta}{B} \sum_{i \in \text{rows}} \nabla J_i(\theta)

    ``example_gradient(theta, i)``  gradient of sample i, the shape of theta
    ``rows``  list of sample numbers, B of them, B ≥ 1
    ``n``     number of all samples; returns the new theta
    """
    g = 0
    for i in rows:
        g = g + example_gradient(theta, i)
    return theta - lr * g / len(rows)


def bias_correction(m, t, *, beta=0.9):
    r"""A moving average that started at 0, corrected: m / (1 − βᵗ); t from 1."""
    return m / (1 - beta**t)


def schedule(t, *, lr=0.1, warmup=10):
    r"""The learning rate of step t ≥ 1: rising in a line to ``lr`` at ``warmup``, then falling as 1/√t.

    .. math:: \eta_t = \eta\, t / T \ (t < T), \qquad \eta_t = \eta \sqrt{T / t} \ (t \ge T)
    """
    if t < warmup:
        return lr * t / warmup
    return lr * (warmup / t) ** 0.5


def stopping(losses, *, tol=1e-3, patience=3):
    r"""True when the loss changed by less than ``tol``, relatively, over the last ``patience`` steps.

    ``losses``  list of all losses so far, the newest last.  With fewer than
    ``patience + 1`` of them the answer is False, and so it is with nan.
    """
    if len(losses) <= patience:
        return False
    old, new = losses[-1 - patience], losses[-1]
    return abs(new - old) < tol * abs(old)


def generic(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
    correct=True, adaptive=True,
):
    r"""One update with two switches: four rules in seven lines.

    ``adaptive``  divide by √v + ε, or not at all
    ``correct``   divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ, or not at all

    Both on: Adam.  Only ``adaptive``, β₁ = 0: RMSProp.  Both off: momentum as
    an average.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    c1, c2 = (1 - beta1**t, 1 - beta2**t) if correct else (1, 1)
    scale = sqrt(v / c2) + eps if adaptive else 1
    return theta - lr * m / c1 / scale, (t, m, v)


def sqrt(x):
    return x**0.5
