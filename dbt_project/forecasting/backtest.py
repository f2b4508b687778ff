"""Which method forecasts a series best, judged by forecasts that could have been made in the last year.

Rolling origin: the series is cut one, two, ... twelve months before its end, each method is fitted anew to what remains
and its forecasts of the months cut off are compared with them, up to twelve months ahead. Two years must remain, which
a season needs; of a series that would leave fewer than six origins so, the last six are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.smoothing import METHODS, SEASON, SEASONAL_NAIVE, Array, Fit, fit, forecast

ORIGINS = 12
FEWEST_ORIGINS = 6
# Two years: a year for the seasonal naive to repeat, and one to judge it by.
FEWEST_POINTS = 2 * SEASON


@dataclass(frozen=True, slots=True)
class Backtest:
    """What the backtest of S series says. K origins: origin k (0 is one month before the end) and 12 steps ahead."""

    method: NDArray[np.str_]  # (S,)
    predicted: Array  # (S, K, 12): forecasts of the chosen method
    naive: Array  # (S, K, 12): those of the seasonal naive
    errors: Array  # (S, K, 12): actual - predicted, NaN after the end of the series
    mae: Array  # (S,)
    naive_mae: Array  # (S,)
    origins: NDArray[np.intp]  # (S,): how many of the K count; what belongs to the others is NaN


def backtest(series: Array) -> Backtest:
    """Judge every method on each row of ``series`` (S, T), laid out as in :mod:`forecasting.smoothing`.

    The method of the least mean absolute error is chosen; the seasonal naive where nothing is better. Every row needs
    FEWEST_POINTS months.
    """
    rows, columns = series.shape
    cut = np.full((rows, ORIGINS, columns), np.nan)
    actual = np.full((rows, ORIGINS, SEASON), np.nan)
    for k in range(ORIGINS):
        gone = k + 1
        cut[:, k, gone:] = series[:, : columns - gone]
        actual[:, k, :gone] = series[:, columns - gone :][:, :SEASON]
    origins = np.clip((~np.isnan(series)).sum(axis=1) - 2 * SEASON, FEWEST_ORIGINS, ORIGINS)
    counted = np.arange(ORIGINS)[None, :] < origins[:, None]
    made = np.full((len(METHODS), rows, ORIGINS, SEASON), np.nan)
    for place, method in enumerate(METHODS):
        made[place, counted] = forecast(fit(method, cut[counted]), SEASON)
    errors = actual[None] - made
    mae = np.nanmean(np.abs(errors), axis=(2, 3))
    best = _best(mae)
    at = np.arange(rows)
    naive = METHODS.index(SEASONAL_NAIVE)
    return Backtest(
        method=np.array(METHODS)[best],
        predicted=made[best, at],
        naive=made[naive],
        errors=errors[best, at],
        mae=mae[best, at],
        naive_mae=mae[naive],
        origins=origins,
    )


def _best(mae: Array) -> NDArray[np.intp]:
    """The least error of each column; a difference in the last bits of a float does not count."""
    return np.asarray((mae <= mae.min(axis=0) * (1 + 1e-9) + 1e-300).argmax(axis=0))


def fit_chosen(series: Array, method: NDArray[np.str_]) -> list[tuple[NDArray[np.bool_], Fit]]:
    """Fit to each row of ``series`` its own method: pairs of which rows, and their fit."""
    masks = [(name, method == name) for name in METHODS]
    return [(mask, fit(name, series[mask])) for name, mask in masks if mask.any()]
