"""What an indicator is, given months of its measures: the families of ``int_indicator_window``, over many paths.

The arithmetic stands in SQL for the months that have been, and here for those to come. They are held together by a
check on every forecast: from the same months both must give the published value at the origin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecasting.smoothing import Array

# Families that are made of sums of monthly measures; a count of distinct service classes is not, nor is a rank.
FORECAST_FAMILIES = frozenset(
    {"sum", "level", "decrease", "increase", "index", "cumulative", "saving", "ratio", "per_thousand", "net_share"}
)


@dataclass(frozen=True, slots=True)
class Definition:
    """An indicator of an organisation or division: its family, and what its sums are measured against."""

    family: str
    scale: float
    offset: float
    # saving, decrease, increase, index: what the sum is compared with. cumulative: the sum up to the origin.
    reference: float


def reference_of(family: str, numerator: float, denominator: float, window_sum: float) -> float:
    """What the sums are measured against, from the published parts of the value at the origin.

    ``window_sum`` is the sum of the numerator's window at the origin. NaN for families without a reference.
    """
    if family in ("saving", "decrease"):
        return numerator + window_sum
    if family == "increase":
        return window_sum - numerator
    return {"index": denominator, "cumulative": numerator}.get(family, math.nan)


def rolling_sum(history: Array, future: Array, months: int) -> Array:
    """Sums of ``months`` months that end in each month of ``future`` (..., H), with ``history`` (M,) before it.

    NaN where the window reaches before the history.
    """
    past = np.full(months - 1, np.nan)
    if known := min(months - 1, len(history)):
        past[-known:] = history[-known:]
    joined = np.concatenate([np.broadcast_to(past, (*future.shape[:-1], months - 1)), future], axis=-1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(joined, months, axis=-1).sum(axis=-1))


def value_of(definition: Definition, numerator: Array, less: Array | None, denominator: Array | None) -> Array:
    """The value in the indicator's unit from the sums of its window (for `cumulative`: from the sums since the origin).

    NaN where the denominator is zero.
    """
    family, scale, reference = definition.family, definition.scale, definition.reference
    if family in ("sum", "level"):
        return numerator / scale
    if family == "cumulative":
        return (reference + numerator) / scale
    if family in ("saving", "decrease"):
        return definition.offset + (reference - numerator) / scale
    if family == "increase":
        return (numerator - reference) / scale
    if family == "index":
        return _divided(numerator, np.full_like(numerator, reference)) * 100
    assert denominator is not None, f"the family {family} divides"
    if family == "net_share":
        return _divided(numerator - (0.0 if less is None else less), denominator) * 100
    return _divided(numerator, denominator) * (1000 if family == "per_thousand" else scale)


def reaches(values: Array, better: str, target: float, low: float, high: float) -> float:
    """The share of ``values`` (P,) that reach the target: at least it (up), at most it (down), or inside the band.

    An edge of the band that is NaN is open. NaN where there is nothing to reach.
    """
    if better == "within":
        if math.isnan(low) and math.isnan(high):
            return math.nan
        floor, ceiling = (-math.inf if math.isnan(low) else low), (math.inf if math.isnan(high) else high)
        return float(((values >= floor) & (values <= ceiling)).mean())
    if math.isnan(target):
        return math.nan
    return float((values >= target).mean() if better == "up" else (values <= target).mean())


def _divided(numerator: Array, denominator: Array) -> Array:
    return numerator / np.where(denominator == 0, np.nan, denominator)
