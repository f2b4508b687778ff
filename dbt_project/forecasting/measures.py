"""Forecasts of the measures of one organisation: total, divisions and what remains, reconciled path by path."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from forecasting.backtest import Backtest, backtest
from forecasting.paths import draw_paths
from forecasting.reconcile import reconcile
from forecasting.series import LONGEST_SPAN, TOTAL, Figure
from forecasting.smoothing import Array

_REST = "\0rest"  # never a division: what the total has beside those that are forecast


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the backtest says of one series."""

    method: str
    mae: float
    naive_mae: float
    origins: int
    variance: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """One series and its futures. T months of history up to month ``last``, H months ahead, P paths."""

    last: int
    history: Array  # (T,)
    # Row 0 is the point forecast, the others are paths; all arithmetic is done on them together.
    ahead: Array  # (1 + P, H)
    predicted: Array  # (K, 12): the backtest's forecasts, before reconciliation
    naive: Array  # (K, 12)
    judgement: Judgement
    is_provisional: bool


def forecast_measures(figures: dict[str, Figure], horizon: int, organisation: str) -> dict[tuple[str, str], Forecast]:
    """Forecast what can be forecast of ``figures`` (by measure): results by measure and division.

    The seed is the organisation's name: the same figures give the same forecast every night, whatever else is built.
    """
    rows = [
        (measure, division, values)
        for measure, figure in sorted(figures.items())
        if figure.span.reason is None
        for division, values in _series_of(figure)
    ]
    if not rows:
        return {}
    matrix = np.full((len(rows), LONGEST_SPAN), np.nan)
    for row, (_, _, values) in zip(matrix, rows, strict=True):
        row[-len(values) :] = values
    judged = backtest(matrix)
    point, paths = draw_paths(matrix, judged, horizon, zlib.crc32(organisation.encode()))
    ahead = np.concatenate([point[:, None, :], paths], axis=1)
    made = {
        (measure, division): Forecast(
            last=figures[measure].span.last,
            history=values,
            ahead=ahead[place],
            predicted=judged.predicted[place],
            naive=judged.naive[place],
            judgement=_judgement(judged, place),
            is_provisional=division in figures[measure].provisional,
        )
        for place, (measure, division, values) in enumerate(rows)
    }
    for measure, figure in figures.items():
        if figure.span.reason is None:
            _agree(made, measure, figure)
    return {key: forecast for key, forecast in made.items() if key[1] != _REST}


def _series_of(figure: Figure) -> list[tuple[str, Array]]:
    rest = [] if figure.rest is None else [(_REST, figure.rest)]
    return [(TOTAL, figure.total), *figure.parts.items(), *rest]


def _judgement(judged: Backtest, place: int) -> Judgement:
    return Judgement(
        method=str(judged.method[place]),
        mae=float(judged.mae[place]),
        naive_mae=float(judged.naive_mae[place]),
        origins=int(judged.origins[place]),
        variance=float(np.nanmean(judged.errors[place] ** 2)),
    )


def _agree(made: dict[tuple[str, str], Forecast], measure: str, figure: Figure) -> None:
    """Replace the forecasts of a measure by reconciled ones; without divisions only zero is minded."""
    names = [(measure, name) for name, _ in _series_of(figure)[1:]]
    total = made[measure, TOTAL]
    # Where nothing has ever been below zero, nothing is forecast below it.
    floor = all(made[name].history.min() >= 0 for name in [(measure, TOTAL), *names])
    if not names:
        if floor:
            made[measure, TOTAL] = replace(total, ahead=np.maximum(total.ahead, 0))
        return
    parts = reconcile(
        total.ahead,
        np.stack([made[name].ahead for name in names]),
        total.judgement.variance,
        np.array([made[name].judgement.variance for name in names]),
        floor=floor,
    )
    for name, part in zip(names, parts, strict=True):
        made[name] = replace(made[name], ahead=part)
    made[measure, TOTAL] = replace(
        total, ahead=parts.sum(axis=0), is_provisional=total.is_provisional or bool(figure.provisional)
    )
