"""Integer splits that lose nothing, and paths through the years.

Everything that must add up (euros of a cost line, persons of a county) is split here and only here.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def whole(values: Floats) -> Ints:
    """Round each value to the nearest integer, halves to even."""
    rounded: Ints = np.rint(values).astype(np.int64)
    return rounded


def apportion(total: int, weights: Floats) -> Ints:
    """Split the integer ``total`` by ``weights`` (of any sign, with a sum other than 0) by largest remainder.

    The parts sum to ``total`` exactly and each is within 1 of its exact share.
    """
    exact = total * weights / weights.sum()
    parts: Ints = np.floor(exact).astype(np.int64)
    missing = total - int(parts.sum())
    # A stable sort: equal remainders go to the first, the same on every machine.
    parts[np.argsort(parts - exact, kind="stable")[:missing]] += 1
    return parts


def split_groups(totals: Ints, counts: Ints, weights: Floats) -> Ints:
    """Split ``totals[i]`` into ``counts[i]`` (at least 1) integers in proportion to their ``weights``.

    ``weights`` are positive, one for each part, groups one after another. The parts of a group sum to its
    total exactly: the last part of a group takes what rounding left over.
    """
    starts = np.cumsum(counts) - counts
    group = np.repeat(np.arange(len(counts)), counts)
    share = weights / np.add.reduceat(weights, starts)[group]
    parts = whole(totals[group] * share)
    parts[starts + counts - 1] += totals - np.add.reduceat(parts, starts)
    return parts


def year_fraction(month: date) -> float:
    """Return the middle of a month as a year with a fraction: June and July 2023 lie around 2023.5."""
    return month.year + (month.month - 0.5) / 12


def path(month: date, *yearly: float, first_year: int = 2023) -> float:
    """Value of a path at a month: ``yearly`` are the levels of successive years, joined at their middles.

    The first and the last piece run on to the ends of their years, so that the twelve months of the first
    year average to its level; after the last year the level stays.
    """
    if len(yearly) == 1:
        return yearly[0]
    position = min(year_fraction(month), first_year + len(yearly)) - first_year - 0.5
    piece = int(np.clip(np.floor(position), 0, len(yearly) - 2))
    return yearly[piece] + (yearly[piece + 1] - yearly[piece]) * (position - piece)


def season(month: date, profile: tuple[float, ...]) -> float:
    """Share of a year's total that falls on a month, by a profile of twelve relative weights."""
    return profile[month.month - 1] / sum(profile)
