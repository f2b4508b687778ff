"""Exponential smoothing of many monthly series at once, in one state-space form.

All methods are one recursion (innovations form; Hyndman, Koehler, Ord and Snyder 2008, chapter 2)::

    forecast = level + damping * slope + season
    level    = level + damping * slope + alpha * error
    slope    = damping * slope + beta * error
    season   = season + gamma * error        (the season of that calendar month)

so that one function fits, one forecasts and one simulates. Series are rows of one matrix, their last month in the last
column; a shorter series has NaN before its first month and none after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SEASON = 12

SEASONAL_NAIVE = "seasonal_naive"
# The order is the order of preference among equals: the plainest first.
METHODS = (
    SEASONAL_NAIVE,
    "smoothing",
    "theta",
    "damped_trend",
    "seasonal_smoothing",
    "seasonal_theta",
    "seasonal_damped_trend",
)
# Numbers estimated from the series beside its spread; the season's eleven come on top.
_ESTIMATED = {"smoothing": 2, "theta": 3, "damped_trend": 5}
_ALPHAS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_TREND_GRID = tuple((alpha, alpha * share, 0.9) for alpha in (0.1, 0.25, 0.5, 0.8) for share in (0.05, 0.3))
# The errors of the first half year tell of the start of the recursion, not of the series.
_WARM_UP = 6


@dataclass(frozen=True, slots=True)
class Fit:
    """The state of each series after its last month, with its one-step errors. R rows, T months."""

    level: Array  # (R,)
    slope: Array  # (R,)
    damping: Array  # (R,)
    alpha: Array  # (R,)
    beta: Array  # (R,)
    gamma: Array  # (R,)
    season: Array  # (R, 12), of the next twelve months
    errors: Array  # (R, T), NaN where there is none
    estimated: int  # numbers estimated from each series

    def rows(self, chosen: NDArray[np.bool_]) -> Fit:
        """The fit of some of the series."""
        names = ("level", "slope", "damping", "alpha", "beta", "gamma", "season", "errors")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def fit(method: str, series: Array) -> Fit:
    """Fit one of METHODS to each row of ``series`` (R, T). Every row needs twelve months at least.

    A row of fewer than 24 months has no season to estimate: its seasonal methods are the plain ones.
    """
    if method == SEASONAL_NAIVE:
        return _fit_seasonal_naive(series)
    plain = method.removeprefix("seasonal_")
    if plain == method:
        return _fit_level(plain, series, np.zeros((len(series), SEASON)))
    return _fit_level(plain, series, seasonal_indices(series))


def forecast(state: Fit, horizon: int) -> Array:
    """Point forecasts (R, horizon)."""
    return simulate(state, np.zeros((len(state.level), 1, horizon)))[:, 0, :]


def simulate(state: Fit, shocks: Array) -> Array:
    """Paths (R, P, H) of the series when the errors to come are ``shocks`` (R, P, H)."""
    rows, paths, horizon = shocks.shape
    alpha, beta, damping = (x[:, None] for x in (state.alpha, state.beta, state.damping))
    level, slope = (np.repeat(x[:, None], paths, axis=1) for x in (state.level, state.slope))
    out = np.empty((rows, paths, horizon))
    for step in range(horizon):
        slope *= damping
        level += slope
        # What the season has learnt since the origin: the errors of the same month of the years before.
        learnt = shocks[:, :, step % SEASON : step : SEASON].sum(axis=2) * state.gamma[:, None]
        out[:, :, step] = level + shocks[:, :, step] + learnt + state.season[:, step % SEASON, None]
        level += alpha * shocks[:, :, step]
        slope += beta * shocks[:, :, step]
    return out


def seasonal_indices(series: Array) -> Array:
    """Additive indices (R, 12) of the twelve months after the last one, each row's mean zero; zeros under 24 months.

    Classical decomposition: the mean by calendar month of what a centred 2 x 12 moving average leaves.
    """
    weights = np.full(SEASON + 1, 1 / SEASON)
    weights[[0, -1]] /= 2
    columns = series.shape[1]
    indices = np.zeros((len(series), SEASON))
    if columns < 2 * SEASON:
        return indices
    views = np.lib.stride_tricks.sliding_window_view(series, SEASON + 1, axis=1)
    left = series[:, SEASON // 2 : columns - SEASON // 2] - views @ weights
    # Columns counted back from the end: the month `SEASON` before the first to come has its phase.
    phase = (np.arange(SEASON // 2, columns - SEASON // 2) - columns) % SEASON
    for month in range(SEASON):
        indices[:, month] = _mean(left[:, phase == month])
    indices -= indices.mean(axis=1, keepdims=True)
    return np.nan_to_num(indices, nan=0.0)


def _mean(values: Array) -> Array:
    """Row means over what is there, NaN where nothing is."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    return np.where(count > 0, np.where(there, values, 0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _fit_seasonal_naive(series: Array) -> Fit:
    rows = len(series)
    errors = np.full(series.shape, np.nan)
    errors[:, SEASON:] = series[:, SEASON:] - series[:, :-SEASON]
    nothing = np.zeros(rows)
    return Fit(
        level=nothing, slope=nothing, damping=nothing, alpha=nothing, beta=nothing, gamma=np.ones(rows),
        season=series[:, -SEASON:].copy(), errors=errors, estimated=0,
    )  # fmt: skip


def _fit_level(plain: str, series: Array, season: Array) -> Fit:
    columns = series.shape[1]
    adjusted = series - season[:, (np.arange(columns) - columns) % SEASON]
    grid = _TREND_GRID if plain == "damped_trend" else tuple((alpha, 0.0, 1.0) for alpha in _ALPHAS)
    alpha, beta, damping = (np.array(x) for x in zip(*grid, strict=True))
    if plain == "theta":
        # The theta method is smoothing with half the slope of the straight line as drift (Hyndman and Billah 2003).
        slope = _line(adjusted) / 2
    else:
        slope = _line(_first_year(adjusted)) if plain == "damped_trend" else np.zeros(len(series))
    best = _run(adjusted, slope, alpha, beta, damping).loss.argmin(axis=1)
    alpha, beta, damping = (x[best, None] for x in (alpha, beta, damping))
    run = _run(adjusted, slope, alpha, beta, damping, with_errors=True)
    return Fit(
        level=run.level[:, 0], slope=run.slope[:, 0], damping=damping[:, 0], alpha=alpha[:, 0], beta=beta[:, 0],
        gamma=np.zeros(len(series)), season=season, errors=run.errors,
        estimated=_ESTIMATED[plain] + (SEASON - 1 if season.any() else 0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Run:
    level: Array  # (R, G)
    slope: Array  # (R, G)
    loss: Array  # (R, G): sum of squared errors
    errors: Array  # (R, T) of the first point of the grid, or (R, 0) where they were not asked for


def _run(series: Array, slope: Array, alpha: Array, beta: Array, damping: Array, *, with_errors: bool = False) -> _Run:
    """The recursion over all months, for each row and each point of the grid (G,), or each row's own (R, 1)."""
    rows, columns = series.shape
    grid = alpha.shape[-1]
    start = (~np.isnan(series)).argmax(axis=1)
    first: Array = _first_year(series)[:, : _WARM_UP // 2].mean(axis=1)
    level, slope = (np.repeat(x[:, None], grid, axis=1) for x in (first, slope))
    loss = np.zeros((rows, grid))
    errors = np.full((rows, columns if with_errors else 0), np.nan)
    for column in range(int(start.min()), columns):
        # Before its first month a row stands still.
        running = (column >= start)[:, None]
        trend = np.where(running, damping * slope, 0.0)
        error = np.where(running, series[:, column, None] - level - trend, 0.0)
        level += trend + alpha * error
        slope = np.where(running, trend + beta * error, slope)
        scored = column >= start + _WARM_UP
        loss += scored[:, None] * error**2
        if with_errors:
            errors[:, column] = np.where(scored, error[:, 0], np.nan)
    return _Run(level, slope, loss, errors)


def _first_year(series: Array) -> Array:
    """The first twelve months (R, 12) of each row."""
    start = (~np.isnan(series)).argmax(axis=1)
    return np.asarray(series[np.arange(len(series))[:, None], start[:, None] + np.arange(SEASON)[None, :]])


def _line(series: Array) -> Array:
    """Slope by month of the least-squares line through each row."""
    there = ~np.isnan(series)
    count = there.sum(axis=1)
    month = np.where(there, np.arange(series.shape[1], dtype=float)[None, :], 0)
    month = np.where(there, month - (month.sum(axis=1) / count)[:, None], 0)
    value = np.where(there, series, 0)
    value = np.where(there, value - (value.sum(axis=1) / count)[:, None], 0)
    slope: Array = (month * value).sum(axis=1) / (month**2).sum(axis=1)
    return slope
