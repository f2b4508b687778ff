"""Forecasts of indicators: their windows over months that have been and months to come, path by path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecasting.backtest import ORIGINS
from forecasting.families import FORECAST_FAMILIES, Definition, reaches, reference_of, rolling_sum, value_of
from forecasting.measures import Forecast
from forecasting.series import ENDED, NO_DATA, STALE_MONTHS, SUPPRESSED, TOTAL, Figure
from forecasting.smoothing import Array

RANK = "rank"
NOT_ADDITIVE = "not_additive"
NOT_REPRODUCED = "not_reproduced"
ZERO_DENOMINATOR = "zero_denominator"

# Months ahead at least, so that a rolling year is forecast whole; at most, however far the target.
SHORTEST_HORIZON = 12
LONGEST_HORIZON = 36


@dataclass(frozen=True, slots=True)
class Term:
    """A measure of an indicator and how many months of it one value sums."""

    measure: str
    months: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of an organisation or one of its divisions, with the newest published value."""

    family: str
    scale: float
    offset: float
    division: str
    numerator: Term | None
    less: Term | None
    denominator: Term | None
    origin: int | None  # number of the month of the newest value
    origin_value: float
    origin_numerator: float
    origin_denominator: float
    is_suppressed: bool  # hidden after the newest value
    is_provisional: bool
    better: str
    target_month: int | None
    target_value: float
    target_low: float
    target_high: float

    @property
    def terms(self) -> list[Term]:
        """The terms that it has."""
        return [term for term in (self.numerator, self.less, self.denominator) if term is not None]


@dataclass(frozen=True, slots=True)
class IndicatorForecast:
    """The forecast of an indicator: point and paths, and what the backtest says of them."""

    origin: int
    ahead: Array  # (1 + P, H)
    methods: str
    points: int
    mae: float
    naive_mae: float
    origins: int
    probability: float
    is_provisional: bool


def horizon_of(indicators: list[Indicator]) -> int:
    """How many months ahead the measures of these indicators must be forecast."""
    needed = [i.target_month - i.origin for i in indicators if i.target_month is not None and i.origin is not None]
    return min(max([SHORTEST_HORIZON, *needed]), LONGEST_HORIZON)


def forecast_indicator(
    indicator: Indicator, figures: dict[str, Figure], measures: dict[tuple[str, str], Forecast], today: int
) -> IndicatorForecast | str:
    """The forecast, or the reason why there is none."""
    if reason := _reason(indicator, figures, measures, today):
        return reason
    assert indicator.origin is not None
    sources = {term.measure: _source(term, indicator.division, measures) for term in indicator.terms}
    definition = _definition(indicator, sources)
    if not _starts_from_published(indicator, definition, sources):
        return NOT_REPRODUCED
    ahead = _ahead(indicator, definition, sources)
    if not np.isfinite(ahead).all():
        return ZERO_DENOMINATOR
    mae, naive_mae, origins = _errors(indicator, definition, sources)
    known = [source for source in sources.values() if source is not None]
    return IndicatorForecast(
        origin=indicator.origin,
        ahead=ahead,
        methods=", ".join(sorted({source.judgement.method for source in known})),
        points=min(len(source.history) for source in known),
        mae=mae,
        naive_mae=naive_mae,
        origins=origins,
        probability=_probability(indicator, ahead),
        is_provisional=indicator.is_provisional or any(source.is_provisional for source in known),
    )


def _reason(
    indicator: Indicator, figures: dict[str, Figure], measures: dict[tuple[str, str], Forecast], today: int
) -> str | None:
    if indicator.family == RANK:
        return RANK
    if indicator.family not in FORECAST_FAMILIES or not indicator.terms:
        return NOT_ADDITIVE
    if indicator.is_suppressed:
        return SUPPRESSED
    for term in indicator.terms:
        if reason := _term_reason(indicator, term, figures, measures):
            return reason
    if indicator.origin is None or not math.isfinite(indicator.origin_value):
        return NO_DATA
    return ENDED if today - indicator.origin > STALE_MONTHS else None


def _term_reason(
    indicator: Indicator, term: Term, figures: dict[str, Figure], measures: dict[tuple[str, str], Forecast]
) -> str | None:
    if (term.measure, indicator.division) in measures:
        return None
    figure = figures.get(term.measure)
    if figure is None:
        return NO_DATA
    if figure.span.reason is not None or indicator.division == TOTAL:
        return figure.span.reason or NO_DATA
    # A division without a row of a numerator has none of it, now and later; see int_indicator_window.
    if indicator.division not in figure.reasons and term is not indicator.denominator:
        return None
    return figure.reasons.get(indicator.division, NO_DATA)


def _source(term: Term, division: str, measures: dict[tuple[str, str], Forecast]) -> Forecast | None:
    return measures.get((term.measure, division))


Sources = dict[str, Forecast | None]


def _definition(indicator: Indicator, sources: Sources) -> Definition:
    assert indicator.origin is not None and indicator.numerator is not None
    reference = reference_of(
        indicator.family,
        indicator.origin_numerator,
        indicator.origin_denominator,
        float(_sums(indicator.numerator, sources, indicator.origin - 1, 1)[0]),
    )
    return Definition(indicator.family, indicator.scale, indicator.offset, reference)


def _starts_from_published(indicator: Indicator, definition: Definition, sources: Sources) -> bool:
    """Whether the same months give the value that is published at the origin."""
    assert indicator.origin is not None
    if indicator.family == "cumulative":
        return math.isclose(definition.reference / definition.scale, indicator.origin_value, rel_tol=1e-6, abs_tol=1e-9)
    value = _values(indicator, definition, sources, indicator.origin - 1, 1)[0]
    return math.isclose(float(value), indicator.origin_value, rel_tol=1e-6, abs_tol=1e-9)


def _ahead(indicator: Indicator, definition: Definition, sources: Sources) -> Array:
    assert indicator.origin is not None
    shared = min(s.last + s.ahead.shape[1] for s in sources.values() if s is not None)
    return _values(indicator, definition, sources, indicator.origin, shared - indicator.origin)


def _values(
    indicator: Indicator, definition: Definition, sources: Sources, origin: int, horizon: int, cut: str | None = None
) -> Array:
    """Values of the ``horizon`` months after ``origin``: (1 + P, H), or (H,) where they only need what has been.

    With ``cut``, `predicted` or `naive`, the months after the origin are those of the backtest.
    """
    cumulative = indicator.family == "cumulative"
    sums = [
        None if term is None else _sums(term, sources, origin, horizon, cut, cumulative=cumulative)
        for term in (indicator.numerator, indicator.less, indicator.denominator)
    ]
    assert sums[0] is not None
    return value_of(definition, sums[0], sums[1], sums[2])


def _sums(
    term: Term, sources: Sources, origin: int, horizon: int, cut: str | None = None, *, cumulative: bool = False
) -> Array:
    source = sources[term.measure]
    if source is None:
        return np.zeros(horizon)
    history, future = _split(source, origin, horizon, cut)
    if cumulative:
        return np.asarray(np.cumsum(future, axis=-1))
    return rolling_sum(history, future, term.months)


def _split(source: Forecast, origin: int, horizon: int, cut: str | None) -> tuple[Array, Array]:
    """The months up to ``origin``, and the ``horizon`` after it: those that have been, then those forecast."""
    known = source.last - origin  # months after the origin that have been; negative never, the origin needs every term
    if cut is not None:
        rows: Array = getattr(source, cut)
        future = rows[known - 1, :horizon] if 1 <= known <= ORIGINS else np.full(horizon, np.nan)
        return source.history[: len(source.history) - known], future
    if known <= 0:
        return source.history, source.ahead[:, :horizon]
    history, been = source.history[:-known], source.history[-known:][:horizon]
    if len(been) == horizon:
        return history, been
    rest = source.ahead[:, : horizon - len(been)]
    return history, np.concatenate([np.broadcast_to(been, (len(rest), len(been))), rest], axis=1)


def _errors(indicator: Indicator, definition: Definition, sources: Sources) -> tuple[float, float, int]:
    """Mean absolute error of the indicator in the backtest, that of seasonal naive terms, and the origins counted."""
    assert indicator.origin is not None
    own: list[Array] = []
    naive: list[Array] = []
    for back in range(1, ORIGINS + 1):
        origin = indicator.origin - back
        actual = _values(indicator, definition, sources, origin, back)
        made = [_values(indicator, definition, sources, origin, back, cut) for cut in ("predicted", "naive")]
        if all(np.isfinite(values).all() for values in (actual, *made)):
            own.append(np.abs(actual - made[0]))
            naive.append(np.abs(actual - made[1]))
    if not own:
        return math.nan, math.nan, 0
    return float(np.concatenate(own).mean()), float(np.concatenate(naive).mean()), len(own)


def _probability(indicator: Indicator, ahead: Array) -> float:
    assert indicator.origin is not None
    if indicator.target_month is None or indicator.division != TOTAL:
        return math.nan
    step = indicator.target_month - indicator.origin - 1
    if not 0 <= step < ahead.shape[1]:
        return math.nan
    return reaches(
        ahead[1:, step], indicator.better, indicator.target_value, indicator.target_low, indicator.target_high
    )
