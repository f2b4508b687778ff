"""Possible futures of a series: its forecast with errors of its own past, drawn in runs.

Errors are drawn as runs of consecutive months, because a month that is off is often followed by another. All series
that are forecast together draw the same places, so that what has moved together (the divisions of a measure, a
numerator and its denominator) moves together in each path.
"""

from __future__ import annotations

import numpy as np

from forecasting.backtest import Backtest, fit_chosen
from forecasting.smoothing import SEASON, Array, forecast, simulate

PATHS = 500
RUN = 6
# Errors older than three years are of another time.
LONGEST_MEMORY = 36
# The spread of the paths is widened where the backtest saw larger errors, to at most this.
WIDEST = 2.5


def draw_paths(series: Array, judged: Backtest, horizon: int, seed: int) -> tuple[Array, Array]:
    """Point forecasts (S, H) and paths (S, PATHS, H) of each row of ``series`` (S, T) by the method chosen for it.

    The same input and seed give the same paths. The errors are centred, widened for the numbers estimated from the
    series, and then to the spread that the backtest saw in sums over months.
    """
    rng = np.random.default_rng(seed)
    starts = rng.random((PATHS, -(-horizon // RUN)))
    # How well the spread itself is known: as from a year and a half of errors.
    spread = np.sqrt(18 / rng.chisquare(18, PATHS))
    point = np.empty((len(series), horizon))
    paths = np.empty((len(series), PATHS, horizon))
    for mask, state in fit_chosen(series, judged.method):
        months = (~np.isnan(series[mask])).sum(axis=1)
        shocks = _shocks(state.errors, months, state.estimated, starts, horizon) * spread[None, :, None]
        point[mask] = forecast(state, horizon)
        paths[mask] = simulate(state, shocks)
    deviation = paths - point[:, None, :]
    return point, point[:, None, :] + widening(deviation, judged.errors)[:, None, None] * deviation


def _shocks(errors: Array, months: Array, estimated: int, starts: Array, horizon: int) -> Array:
    """Errors to come (R, P, H): runs of the rows of ``errors`` (R, T) from the places ``starts`` (P, runs) in 0 ... 1."""
    rows, columns = errors.shape
    known = np.minimum((~np.isnan(errors)).sum(axis=1), LONGEST_MEMORY)
    place = np.floor(starts[None] * known[:, None, None])[..., None] + np.arange(RUN)
    place = place.reshape(rows, len(starts), -1)[:, :, :horizon] % known[:, None, None]
    column = (columns - 1 - place).astype(int)
    drawn = np.take_along_axis(errors[:, None, :], column, axis=2)
    recent = np.arange(columns)[None, :] >= columns - known[:, None]
    mean = np.where(recent, np.nan_to_num(errors), 0).sum(axis=1) / known
    wider = np.sqrt(months / np.maximum(months - estimated, 1))
    shocks: Array = (drawn - mean[:, None, None]) * wider[:, None, None]
    return shocks


def widening(deviation: Array, errors: Array) -> Array:
    """How much wider the paths must be (S,), from 1 to WIDEST, for sums over months to miss as in the backtest.

    ``deviation`` (S, P, H) of the paths from the forecast, ``errors`` (S, K, 12) of the backtest.
    """
    steps = min(deviation.shape[2], SEASON)
    simulated = np.cumsum(deviation[:, :, :steps], axis=2).var(axis=1)
    seen = np.cumsum(errors[:, :, :steps], axis=2) ** 2
    there = ~np.isnan(seen) & (simulated > 0)[:, None, :]
    shares = np.where(there, seen / np.where(simulated > 0, simulated, 1)[:, None, :], 0)
    mean = shares.sum(axis=(1, 2)) / np.maximum(there.sum(axis=(1, 2)), 1)
    return np.clip(np.sqrt(mean), 1, WIDEST)
