"""Possible futures of a series: its forecast, with errors of its own past.

Two kinds of error make a path. One goes from month to month: the one-step errors of the fit, drawn as runs of
consecutive months, because a month that is off is often followed by another. The other stays for the whole path: a
level or a slope that was judged wrong, of the size that the forecasts of the backtest were off on average; without it
the sums of a year would seem far surer than they are (measured in docs/forecasting.md).

All series that are forecast together draw the same months and the same origins, so that what has moved together (the
divisions of a measure, a numerator and its denominator) moves together in each path.
"""

from __future__ import annotations

import numpy as np

from forecasting.backtest import Backtest, fit_chosen
from forecasting.smoothing import Array, forecast, simulate

PATHS = 500
RUN = 6
# Errors older than three years are of another time.
LONGEST_MEMORY = 36
# Months of backtest that an average error needs to tell of a level and not of a single month.
FEWEST_STEPS = 3
# The spread itself is known from the past only, the better the longer that is: one degree of freedom for four months.
MONTHS_A_DEGREE = 4


def draw_paths(series: Array, judged: Backtest, horizon: int, seed: int) -> tuple[Array, Array]:
    """Point forecasts (S, H) and paths (S, PATHS, H) of each row of ``series`` (S, T) by the method chosen for it.

    The same input and seed give the same paths. Multiplying a series by a positive number multiplies its paths.
    """
    rng = np.random.default_rng(seed)
    starts = rng.random((PATHS, -(-horizon // RUN)))
    origin, times = rng.random(PATHS), rng.standard_normal(PATHS)
    normals = rng.standard_normal((PATHS, series.shape[1] // MONTHS_A_DEGREE))
    point = np.empty((len(series), horizon))
    paths = np.empty((len(series), PATHS, horizon))
    for mask, state in fit_chosen(series, judged.method):
        months = (~np.isnan(series[mask])).sum(axis=1)
        shocks = _shocks(state.errors, months, state.estimated, starts, horizon)
        point[mask] = forecast(state, horizon)
        paths[mask] = simulate(state, shocks)
    lasting = lasting_errors(judged, origin) * times
    deviation = paths - point[:, None, :] + lasting[:, :, None]
    return point, point[:, None, :] + deviation * _spread(series, normals)[:, :, None]


def lasting_errors(judged: Backtest, place: Array) -> Array:
    """The average error (S, P) of the forecasts from one origin each, at the places ``place`` (P,) in 0 ... 1."""
    there = ~np.isnan(judged.errors)
    steps = there.sum(axis=2)
    mean = np.where(there, judged.errors, 0).sum(axis=2) / np.maximum(steps, 1)
    usable = judged.origins - (FEWEST_STEPS - 1)
    column = FEWEST_STEPS - 1 + np.floor(place[None, :] * usable[:, None]).astype(int)
    return np.asarray(np.take_along_axis(mean, column, axis=1))


def _spread(series: Array, normals: Array) -> Array:
    """How wide each path is (S, P): one over the square root of a mean of squares, as in Student's t."""
    degrees = (~np.isnan(series)).sum(axis=1) // MONTHS_A_DEGREE
    squares = np.cumsum(normals**2, axis=1)[:, degrees - 1] / degrees
    return np.asarray(1 / np.sqrt(squares.T))


def _shocks(errors: Array, months: Array, estimated: int, starts: Array, horizon: int) -> Array:
    """Errors to come (R, P, H): runs of ``errors`` (R, T) from the places ``starts`` (P, runs) in 0 ... 1."""
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
