r"""Every update rule of the course, in order of increasing complexity.

An optimizer is one function.  Its positional defaults are its memory, its
keywords are its knobs:

    theta, state = rule(theta, grad, *state, **knobs)

``theta``  parameters: a float, or an array of any shape (every rule works
           element by element)
``grad``   the gradient *function*: ``grad(theta)`` has the shape of ``theta``
``state``  what the rule remembers, as a tuple; left out, it starts at the
           defaults in the signature

Nothing is changed in place and nothing is hidden: the same input gives the
same output.  This file imports nothing, so it runs unchanged on floats, numpy
arrays, torch tensors and in the browser, and a knob may be an array that
broadcasts against ``theta``.

In the formulas g is the gradient at the current point, and products, powers
and roots are element-wise.  [x] is the unit of x: [g] = [J] / [theta].
"""

# The signatures are broken by hand, memory above knobs, for a reader sees them on narrow pages.
# fmt: off


def sqrt(x):
    return x**0.5


def maximum(a, b):
    """The larger of two numbers; arrays, tensors and the page's vectors know it as ``clip``, element by element."""
    if hasattr(b, "clip"):
        return b.clip(a)
    if hasattr(a, "clip"):
        return a.clip(b)
    return a if a >= b or a != a else b


def sgd(theta, grad, *, lr=0.01):
    r"""Gradient descent: step against the gradient.

    .. math:: \theta \leftarrow \theta - \eta\, g

    ``lr``  η > 0, unit [theta]²/[J].  On a quadratic it must stay below
            2/(largest curvature).

    Full-batch, stochastic and mini-batch descent are this one rule; they
    differ only in the ``grad`` that they are given.

    Source: Cauchy 1847; Robbins & Monro 1951 for noisy gradients.
    Libraries: the same in PyTorch (lr .001), Keras (lr .01), Optax (no default).
    """
    return theta - lr * grad(theta), ()


def momentum(theta, grad, u=0.0, *, lr=0.01, mu=0.9):
    r"""Gradient descent plus a velocity ``u`` that remembers all past steps.

    .. math:: u \leftarrow \mu u - \eta\, g, \qquad \theta \leftarrow \theta + u

    ``u``   velocity, [theta]
    ``lr``  η > 0, [theta]²/[J]
    ``mu``  μ in [0, 1): the share of the last step that is kept.  Under a
            constant gradient the steps grow to η/(1 − μ) times g.

    Source: Polyak 1964 (heavy ball); this form: Sutskever et al. 2013, eq. 1–2.
    Libraries: Keras the same.  PyTorch and Optax keep u/(−η) instead: the same
    path while lr is constant, another one when lr changes on the way.
    """
    u = mu * u - lr * grad(theta)
    return theta + u, (u,)


def nesterov(theta, grad, u=0.0, *, lr=0.01, mu=0.9):
    r"""Momentum that looks ahead: the gradient is taken where ``u`` leads.

    .. math::
        u \leftarrow \mu u - \eta \nabla J(\theta + \mu u), \qquad
        \theta \leftarrow \theta + u

    ``u``   velocity, [theta]
    ``lr``  η > 0, [theta]²/[J]
    ``mu``  μ in [0, 1)

    Source: Nesterov 1983; this form: Sutskever et al. 2013, eq. 3–4.
    Libraries: PyTorch, Keras and Optax follow the shifted point θ + μu, so
    that the gradient is taken where the parameters are; see
    ``dialects.nesterov_shifted``.
    """
    u = mu * u - lr * grad(theta + mu * u)
    return theta + u, (u,)


def rmsprop(theta, grad, s=0.0, *, lr=0.01, rho=0.9, eps=1e-8):
    r"""Gradient descent in which every coordinate is divided by its own
    recent root-mean-square gradient.

    .. math::
        s \leftarrow \rho s + (1 - \rho) g^2, \qquad
        \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{s} + \varepsilon}

    ``s``    moving average of g², [g]²
    ``lr``   η > 0, now in the unit [theta]: the size of a typical step
    ``rho``  ρ in [0, 1): the average looks back over about 1/(1 − ρ) steps
    ``eps``  ε ≥ 0, [g], *outside* the root

    Source: Tieleman & Hinton 2012, Lecture 6.5 (slides 6e), which has no ε.
    Libraries: PyTorch the same (it calls ρ ``alpha``, .99); Keras and Optax
    put ε inside the root, see ``dialects.rmsprop_eps_inside``.
    """
    g = grad(theta)
    s = rho * s + (1 - rho) * g**2
    return theta - lr * g / (sqrt(s) + eps), (s,)


def adagrad(theta, grad, s=0.0, *, lr=0.01, eps=1e-10):
    r"""RMSProp that never forgets: the moving average becomes a sum.

    .. math::
        s \leftarrow s + g^2, \qquad
        \theta \leftarrow \theta - \eta\, \frac{g}{\sqrt{s} + \varepsilon}

    ``s``    sum of g² since the start, [g]²
    ``lr``   η > 0, [theta]: the size of the first step
    ``eps``  ε ≥ 0, [g], *outside* the root

    (Historically Adagrad came first, and RMSProp made it forget.)

    Source: Duchi, Hazan & Singer 2011 (the diagonal version).
    Libraries: PyTorch the same; Keras and Optax put ε inside the root and
    start the sum at 0.1, see ``dialects.adagrad_eps_inside``.
    """
    g = grad(theta)
    s = s + g**2
    return theta - lr * g / (sqrt(s) + eps), (s,)


def adadelta(theta, grad, s=0.0, d=0.0, *, rho=0.95, eps=1e-6):
    r"""RMSProp whose learning rate is the root-mean-square of its own steps.

    .. math::
        s \leftarrow \rho s + (1 - \rho) g^2, \quad
        \Delta = -\frac{\sqrt{d + \varepsilon}}{\sqrt{s + \varepsilon}}\, g, \quad
        d \leftarrow \rho d + (1 - \rho) \Delta^2, \quad
        \theta \leftarrow \theta + \Delta

    ``s``    moving average of g², [g]²
    ``d``    moving average of Δ², [theta]²
    ``rho``  ρ in [0, 1)
    ``eps``  ε > 0, *inside both* roots.  It has no consistent unit, and it is
             the hidden learning rate: the first step is √(ε/(1 − ρ)) long, and
             with ε = 0 nothing ever moves.

    Source: Zeiler 2012, Algorithm 1.
    Libraries: PyTorch, Keras and Optax multiply Δ by an lr (PyTorch 1.0,
    Keras .001), see ``dialects.adadelta_scaled``.
    """
    g = grad(theta)
    s = rho * s + (1 - rho) * g**2
    delta = -sqrt(d + eps) / sqrt(s + eps) * g
    d = rho * d + (1 - rho) * delta**2
    return theta + delta, (s, d)


def adam(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
):
    r"""RMSProp with momentum, and both averages corrected for starting at zero.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
        \hat m = \frac{m}{1 - \beta_1^t}, \quad
        \hat v = \frac{v}{1 - \beta_2^t}, \quad
        \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}

    ``t``      number of steps, the first is 1
    ``m, v``   first moment [g] and raw (uncentred) second moment [g]²
    ``lr``     η > 0, [theta]
    ``beta1``  β₁ in [0, 1);  ``beta2``  β₂ in [0, 1)
    ``eps``    ε ≥ 0, [g], *outside* the root of the corrected v̂

    Source: Kingma & Ba 2015, Algorithm 1.
    Libraries: PyTorch and Optax the same; Keras adds its ε (1e-7) to the
    *uncorrected* √v, the paper's "ε̂", see ``dialects.adam_eps_hat``.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_hat / (sqrt(v_hat) + eps), (t, m, v)


def nadam(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
):
    r"""Adam that looks ahead: the first moment is carried one step further.

    .. math::
        \hat m = \frac{\beta_1 m}{1 - \beta_1^{t+1}} + \frac{(1 - \beta_1) g}{1 - \beta_1^t},
        \qquad
        \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}

    with m, v and v̂ as in Adam.

    ``t, m, v, lr, beta1, beta2, eps``  as in Adam; ε *outside* the root

    Source: Dozat 2016, Algorithm 2, with constant momentum μ = β₁.
    Libraries: Optax (``nadam``) the same; PyTorch and Keras schedule the
    momentum, Ruder's survey corrects differently: ``dialects.nadam_pytorch``,
    ``nadam_keras``, ``nadam_ruder``.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = (
        beta1 * m / (1 - beta1 ** (t + 1))
        + (1 - beta1) * g / (1 - beta1**t)
    )
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_hat / (sqrt(v_hat) + eps), (t, m, v)


def amsgrad(
    theta, grad, t=0, m=0.0, v=0.0, v_max=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8,
):
    r"""Adam that divides by the largest v so far, so that it does not forget a large gradient.

    .. math::
        v_{\max} \leftarrow \max(v_{\max}, v), \quad
        \hat v = \frac{v_{\max}}{1 - \beta_2^t}, \quad
        \theta \leftarrow \theta - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}

    with m, v and m̂ as in Adam.

    ``v_max``  largest second moment so far, [g]²
    ``t, m, v, lr, beta1, beta2, eps``  as in Adam; ε *outside* the root

    Source: Reddi, Kale & Kumar 2018, Algorithm 2, which has neither bias
    correction nor ε; this is the form of PyTorch.
    Libraries: Optax takes the maximum of the *corrected* v̂, see
    ``dialects.amsgrad_corrected``.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_max = maximum(v_max, v)
    m_hat = m / (1 - beta1**t)
    v_hat = v_max / (1 - beta2**t)
    return theta - lr * m_hat / (sqrt(v_hat) + eps), (t, m, v, v_max)


def adamw(
    theta, grad, t=0, m=0.0, v=0.0,
    *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01,
):
    r"""Adam plus a pull towards zero that is not divided by √v̂.

    .. math::
        \theta \leftarrow \theta
        - \eta \left( \frac{\hat m}{\sqrt{\hat v} + \varepsilon} + \lambda_w \theta \right)

    with m, v, m̂ and v̂ as in Adam.

    ``weight_decay``  λ_w ≥ 0; each step shrinks theta by the factor 1 − ηλ_w
    ``t, m, v, lr, beta1, beta2, eps``  as in Adam; ε *outside* the root

    Source: Loshchilov & Hutter 2019, Algorithm 2 (schedule multiplier 1, and
    λ_w multiplied by lr, as every library has it).
    Libraries: PyTorch (λ_w .01) and Optax (λ_w 1e-4) the same; Keras (λ_w .004) with
    its ε̂, see ``dialects.adamw_eps_hat``.
    """
    t = t + 1
    g = grad(theta)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    decay = weight_decay * theta
    return theta - lr * (m_hat / (sqrt(v_hat) + eps) + decay), (t, m, v)
