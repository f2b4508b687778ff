"""Frames in, one frame out: what the dbt model ``int_forecast`` hands over and stores.

Rows of the result are forecasts of a month, and one row a series without a month that says how it was made or why not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from forecasting.indicators import SHORTEST_HORIZON, Indicator, IndicatorForecast, Term, forecast_indicator, horizon_of
from forecasting.measures import Forecast, forecast_measures
from forecasting.series import TOTAL, Cell, Figure, figure_of
from forecasting.smoothing import Array

LEVELS = {"low_80": 0.1, "high_80": 0.9, "low_95": 0.025, "high_95": 0.975}
COLUMNS = {
    "kind": "str",
    "programme_id": "str",
    "subject_id": "str",
    "organisation_id": "str",
    "division_id": "str",
    "month": "datetime64[us]",
    "forecast_value": "float64",
    **dict.fromkeys(LEVELS, "float64"),
    "origin_month": "datetime64[us]",
    "is_provisional": "boolean",
    "reason_no_forecast": "str",
    "method": "str",
    "points": "Int64",
    "origins": "Int64",
    "backtest_mae": "float64",
    "naive_mae": "float64",
    "probability_of_target": "float64",
}
Row = dict[str, Any]
Organisations = dict[str, dict[str, dict[str, dict[int, Cell]]]]


def forecast_all(series: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Forecast every measure and indicator of every organisation.

    Args:
        series: published months: organisation_id, measure_id, division_id, month, value, value_status, as_of_month.
        indicators: one row an indicator and division; see the model ``int_forecast_indicator``.

    Returns:
        A frame of COLUMNS, in a fixed order.
    """
    cells, today = _cells(series)
    asked = _indicators(indicators)
    rows: list[Row] = []
    for organisation in sorted(cells.keys() | asked.keys()):
        figures = {measure: figure_of(own, today) for measure, own in cells.get(organisation, {}).items()}
        own = asked.get(organisation, [])
        horizon = horizon_of([indicator for _, indicator in own])
        measures = forecast_measures(figures, horizon, organisation)
        for key, measure_rows in (*_measure_rows(figures, measures), *_indicator_rows(own, figures, measures, today)):
            rows.extend(key | {"organisation_id": organisation} | row for row in measure_rows)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _cells(series: pd.DataFrame) -> tuple[Organisations, int]:
    """Published months by organisation, measure, division and number of the month; and the month of tonight."""
    cells: Organisations = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    columns = ("organisation_id", "measure_id", "division_id", "month", "value", "value_status")
    for organisation, measure, division, month, value, status in zip(*(series[c] for c in columns), strict=True):
        cell = Cell(None if pd.isna(value) else float(value), str(status))
        cells[organisation][measure][division][_number(month)] = cell
    today = 0 if series.empty else _number(series["as_of_month"].iloc[0])
    return cells, today


Asked = tuple[Row, Indicator]


def _indicators(frame: pd.DataFrame) -> dict[str, list[Asked]]:
    asked: dict[str, list[Asked]] = defaultdict(list)
    for row in frame.to_dict("records"):
        key = {"kind": "indicator", "programme_id": row["programme_id"], "subject_id": row["indicator_id"]}
        asked[str(row["organisation_id"])].append((key | {"division_id": row["division_id"]}, _indicator(row)))
    for own in asked.values():
        own.sort(key=lambda pair: (pair[0]["programme_id"], pair[0]["subject_id"], pair[0]["division_id"]))
    return asked


def _indicator(row: dict[Any, Any]) -> Indicator:
    return Indicator(
        family=row["family"],
        scale=_float(row["scale"]),
        offset=0.0 if pd.isna(row["value_offset"]) else float(row["value_offset"]),
        division=row["division_id"],
        numerator=_term(row, "numerator"),
        less=_term(row, "numerator_less"),
        denominator=_term(row, "denominator"),
        origin=_month_or_none(row["origin_month"]),
        origin_value=_float(row["origin_value"]),
        origin_numerator=_float(row["origin_numerator"]),
        origin_denominator=_float(row["origin_denominator"]),
        is_suppressed=bool(row["is_suppressed"]),
        is_provisional=bool(row["is_provisional"]),
        better=row["better"],
        target_month=_month_or_none(row["target_month"]),
        target_value=_float(row["target_value"]),
        target_low=_float(row["target_low"]),
        target_high=_float(row["target_high"]),
    )


def _term(row: dict[Any, Any], role: str) -> Term | None:
    measure = row[role]
    return None if pd.isna(measure) else Term(str(measure), int(row[f"{role}_months"]))


def _measure_rows(figures: dict[str, Figure], made: dict[tuple[str, str], Forecast]) -> Iterator[tuple[Row, list[Row]]]:
    for measure, figure in sorted(figures.items()):
        for division in sorted({TOTAL, *figure.parts, *figure.reasons}):
            key = {"kind": "measure", "subject_id": measure, "division_id": division}
            forecast = made.get((measure, division))
            if forecast is None:
                reason = figure.span.reason if division == TOTAL else figure.reasons[division]
                yield key, [_unforecast(str(reason), figure.span.points, figure.span.last or None)]
                continue
            judgement = forecast.judgement
            told = {
                "method": judgement.method,
                "points": len(forecast.history),
                "origins": judgement.origins,
                "backtest_mae": judgement.mae,
                "naive_mae": judgement.naive_mae,
                "is_provisional": forecast.is_provisional,
            }
            yield key, _months(told, forecast.last, forecast.ahead[:, :SHORTEST_HORIZON])


def _indicator_rows(
    asked: list[Asked], figures: dict[str, Figure], measures: dict[tuple[str, str], Forecast], today: int
) -> Iterator[tuple[Row, list[Row]]]:
    for key, indicator in asked:
        found = forecast_indicator(indicator, figures, measures, today)
        if isinstance(found, str):
            yield key, [_unforecast(found, None, indicator.origin)]
        else:
            yield key, _months(_told(found), found.origin, found.ahead[:, : _shown(indicator)])


def _shown(indicator: Indicator) -> int:
    """Months of an indicator's forecast that are shown: a year, or on to its target."""
    return horizon_of([indicator])


def _told(found: IndicatorForecast) -> Row:
    return {
        "method": found.methods,
        "points": found.points,
        "origins": found.origins,
        "backtest_mae": found.mae,
        "naive_mae": found.naive_mae,
        "probability_of_target": found.probability,
        "is_provisional": found.is_provisional,
    }


def _unforecast(reason: str, points: int | None, origin: int | None) -> Row:
    return {"reason_no_forecast": reason, "points": points, "origin_month": None if origin is None else _month(origin)}


def _months(told: Row, origin: int, ahead: Array) -> list[Row]:
    """The row of the series, and one a month: point in row 0 of ``ahead`` (1 + P, H), the paths after it."""
    rows: list[Row] = [told | {"origin_month": _month(origin)}]
    point = ahead[0]
    edges = dict(zip(LEVELS, np.quantile(ahead[1:], list(LEVELS.values()), axis=0), strict=True))
    for step in range(ahead.shape[1]):
        row: Row = {"month": _month(origin + step + 1), "origin_month": _month(origin), "forecast_value": point[step]}
        for name, edge in edges.items():
            # The point is never outside its own interval, however skew the paths are.
            row[name] = min(edge[step], point[step]) if name.startswith("low") else max(edge[step], point[step])
        rows.append(row | {"is_provisional": told["is_provisional"]})
    return rows


def _number(month: Any) -> int:
    stamp = pd.Timestamp(month)
    return int(stamp.year * 12 + stamp.month - 1)


def _month(number: int) -> pd.Timestamp:
    return pd.Timestamp(date(number // 12, number % 12 + 1, 1))


def _month_or_none(month: Any) -> int | None:
    return None if pd.isna(month) else _number(month)


def _float(value: Any) -> float:
    return math.nan if pd.isna(value) else float(value)
