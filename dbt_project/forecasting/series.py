"""Which months of a measure may be forecast from, and why a series is not forecast.

The span is decided by the total of a measure and is the same for its divisions, so that what is hidden or missing in
one of them can be left to the rest. Only published figures come in here: a hidden month is a month without a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.backtest import FEWEST_POINTS
from forecasting.smoothing import Array

# Five years: what is older says little of the next one.
LONGEST_SPAN = 60
# Newest month further back than this: the supplier has stopped, and a forecast of the past helps nobody.
STALE_MONTHS = 6
# Mean interval between months that are not zero, above which a series is intermittent (Syntetos and Boylan 2005).
INTERMITTENT_INTERVAL = 1.32

NO_DATA = "no_data"
ENDED = "ended"
SUPPRESSED = "suppressed"
GAP = "gap"
TOO_FEW_POINTS = "too_few_points"
ALL_ZERO = "all_zero"
INTERMITTENT = "intermittent"

TOTAL = "all"


@dataclass(frozen=True, slots=True)
class Cell:
    """A published month of a measure."""

    value: float | None
    status: str  # ok, provisional or suppressed


@dataclass(frozen=True, slots=True)
class Span:
    """The months that a measure of an organisation is forecast from, or the reason why it is not."""

    last: int = 0  # number of the newest month, counted in months
    points: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of an organisation: what of it is forecast. N parts, T months."""

    span: Span
    total: Array = field(default_factory=lambda: np.empty(0))  # (T,)
    parts: dict[str, Array] = field(default_factory=dict)  # the divisions that are forecast, (T,) each
    rest: Array | None = None  # what the total has beside them, where it has anything
    reasons: dict[str, str] = field(default_factory=dict)  # of the divisions that are not
    provisional: frozenset[str] = frozenset()


def span_of(total: dict[int, Cell], today: int) -> Span:
    """The newest unbroken run of months with a value, of LONGEST_SPAN at most; ``today`` is the month of tonight."""
    shown = sorted(month for month, cell in total.items() if cell.value is not None)
    if not shown:
        return Span(reason=SUPPRESSED if any(cell.status == SUPPRESSED for cell in total.values()) else NO_DATA)
    last, first = shown[-1], shown[-1]
    while (before := total.get(first - 1)) is not None and before.value is not None:
        first -= 1
    points = min(last - first + 1, LONGEST_SPAN)
    return Span(last, points, _reason(total, first, last, points, today))


def _reason(total: dict[int, Cell], first: int, last: int, points: int, today: int) -> str | None:
    if any(cell.status == SUPPRESSED for month, cell in total.items() if month > last):
        return SUPPRESSED
    if today - last > STALE_MONTHS:
        return ENDED
    if points < FEWEST_POINTS:
        before = total.get(first - 1)
        if before is not None and before.status == SUPPRESSED:
            return SUPPRESSED
        # The rounds of a survey and yearly figures are few, and not a series with gaps.
        shown = sum(cell.value is not None for cell in total.values())
        return GAP if shown >= FEWEST_POINTS else TOO_FEW_POINTS
    return sparse([total[month].value or 0.0 for month in range(last - points + 1, last + 1)])


def sparse(values: Sequence[float] | Array) -> str | None:
    """all_zero, intermittent, or None for a series that has something most months."""
    there = int(np.count_nonzero(np.asarray(values)))
    if there == 0:
        return ALL_ZERO
    return INTERMITTENT if len(values) / there > INTERMITTENT_INTERVAL else None


def figure_of(cells: dict[str, dict[int, Cell]], today: int) -> Figure:
    """Choose what is forecast of one measure of an organisation; ``cells`` by division, `all` among them, and month."""
    span = span_of(cells.get(TOTAL, {}), today)
    divisions = {name: months for name, months in cells.items() if name != TOTAL}
    if span.reason is not None:
        return Figure(span, reasons=dict.fromkeys(divisions, span.reason))
    months = range(span.last - span.points + 1, span.last + 1)
    total = _values(cells[TOTAL], months)
    reasons: dict[str, str] = {}
    parts: dict[str, Array] = {}
    for name, own in sorted(divisions.items()):
        reason = _part_reason(own, months)
        if reason is None:
            parts[name] = _values(own, months)
        else:
            reasons[name] = reason
    return Figure(span, total, parts, rest_of(total, parts), reasons, _provisional(cells, months))


def rest_of(total: Array, parts: dict[str, Array]) -> Array | None:
    """What a total has beside its parts, None where that is nothing but the last bits of a sum."""
    if not parts:
        return None
    rest = total - sum(parts.values(), np.zeros_like(total))
    return rest if np.abs(rest).max() > 1e-6 * np.abs(total).max() else None


def _part_reason(own: dict[int, Cell], months: range) -> str | None:
    found = [own.get(month) for month in months]
    if any(cell is not None and cell.status == SUPPRESSED for cell in found):
        return SUPPRESSED
    if any(cell is None or cell.value is None for cell in found):
        return GAP
    return sparse(_values(own, months))


def _values(cells: dict[int, Cell], months: range) -> Array:
    return np.array([cells[month].value for month in months], dtype=float)


def _provisional(cells: dict[str, dict[int, Cell]], months: range) -> frozenset[str]:
    return frozenset(
        name for name, own in cells.items() if any(m in own and own[m].status == "provisional" for m in months)
    )
