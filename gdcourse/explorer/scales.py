"""What stands where on a slider: as ``js/scales.js`` has it, for what is drawn before there is JavaScript.

``about`` is an entry of the knobs in ``presets.json``; a memory such as β is placed by 1 − β.
"""

import math


def value(about, p):
    """The value at ``p``, from 0 to 1."""
    low, high = about["from"], about["to"]
    if about["scale"] == "linear":
        return float(round(low + p * (high - low)))
    if about["scale"] == "square":
        return float(f"{low + p * p * (high - low):.2g}")
    power = low * (high / low) ** p
    if about["scale"] == "memory":
        return float(f"{1 - float(f'{power:.2g}'):.6g}")
    return float(f"{power:.3g}") if about["scale"] == "log" else float(round(power))


def position(about, value):
    """Where a value stands between the ends, 0 and 1."""
    low, high = about["from"], about["to"]
    if about["scale"] == "linear":
        return (value - low) / (high - low)
    if about["scale"] == "square":
        return math.sqrt((value - low) / (high - low))
    if about["scale"] == "memory":
        value = 1 - value
    return math.log(value / low) / math.log(high / low)


def ends(about):
    """The values at which it ends."""
    low, high = about["from"], about["to"]
    return (1 - low, 1 - high) if about["scale"] == "memory" else (low, high)
