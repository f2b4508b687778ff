"""Forecasts of series worked out by hand, and what must hold of any."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from forecasting.backtest import FEWEST_POINTS, backtest
from forecasting.families import Definition, reaches, reference_of, rolling_sum, value_of
from forecasting.frames import forecast_all
from forecasting.measures import Forecast, forecast_measures
from forecasting.reconcile import reconcile
from forecasting.series import TOTAL, Cell, figure_of, span_of
from forecasting.smoothing import METHODS, SEASONAL_NAIVE, Array, fit, forecast, seasonal_indices
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = 2025 * 12 + 9
SEASONS = np.array([5.0, 3, 1, 0, -2, -6, -8, -2, 0, 2, 3, 4])  # sums to zero


def months(values: Array | list[float], last: int = TODAY - 1) -> dict[int, Cell]:
    """A series that ends in month ``last``; NaN is a month that is not there."""
    first = last - len(values) + 1
    return {first + i: Cell(float(v), "ok") for i, v in enumerate(values) if not math.isnan(v)}


def hidden(series: dict[int, Cell], month: int) -> dict[int, Cell]:
    return series | {month: Cell(None, "suppressed")}


def noisy(seed: int, count: int = 36, level: float = 100) -> Array:
    rng = np.random.default_rng(seed)
    return np.asarray(level + np.tile(SEASONS, 5)[:count] + rng.normal(0, 3, count))


def made(divisions: dict[str, dict[int, Cell]], horizon: int = 12) -> dict[str, Forecast]:
    figure = figure_of(divisions, TODAY)
    return {name: f for (_, name), f in forecast_measures({"m": figure}, horizon, "k").items()}


# --- methods ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_stays(method: str) -> None:
    assert forecast(fit(method, np.full((1, 36), 7.0)), 14)[0] == pytest.approx(np.full(14, 7.0))


def test_seasonal_naive_repeats_the_last_year() -> None:
    series = np.arange(30.0)[None, :]
    assert forecast(fit(SEASONAL_NAIVE, series), 14)[0].tolist() == [*range(18, 30), 18, 19]


def test_smoothing_of_a_step_takes_the_last_level() -> None:
    # With weight 1 the only error is that of the step itself; any less weight errs on after it.
    series = np.array([[10.0] * 20 + [50.0] * 10])
    assert forecast(fit("smoothing", series), 3)[0] == pytest.approx([50, 50, 50])


def test_theta_of_a_straight_line_goes_on_at_half_its_slope() -> None:
    # Slope 2, drift 1. With weight 1 the level is the last value, 58, because each lag then is the least.
    series = 2.0 * np.arange(30)[None, :]
    assert forecast(fit("theta", series), 3)[0] == pytest.approx([59, 60, 61])


def test_seasonal_indices_are_those_of_the_calendar_month() -> None:
    # 30 months: the next one is the seventh of the year. A straight line leaves a centred average nothing.
    series = (100 + 2.0 * np.arange(30) + np.tile(SEASONS, 3)[:30])[None, :]
    assert seasonal_indices(series)[0] == pytest.approx(np.roll(SEASONS, -6))
    assert not seasonal_indices(series[:, -23:]).any()


def test_pure_season_is_forecast_without_error() -> None:
    series = (100 + np.tile(SEASONS, 3))[None, :]
    judged = backtest(series)
    assert (judged.method[0], judged.mae[0], judged.origins[0]) == (SEASONAL_NAIVE, 0, 12)
    assert made({TOTAL: months(series[0])})[TOTAL].ahead == pytest.approx(np.tile(100 + SEASONS, (501, 1)))


def test_a_straight_line_is_no_case_for_the_seasonal_naive() -> None:
    judged = backtest(3.0 * np.arange(36)[None, :])
    # A year back is 12 steps of 3.
    assert judged.naive_mae[0] == pytest.approx(36)
    assert judged.method[0] != SEASONAL_NAIVE
    assert judged.mae[0] < 36 / 2


def test_where_nothing_is_better_it_is_the_seasonal_naive() -> None:
    # One year, and the same again: nobody can be better than no error.
    year = np.random.default_rng(1).normal(100, 20, 12)
    assert backtest(np.tile(year, 3)[None, :]).method[0] == SEASONAL_NAIVE


def test_backtest_trains_on_what_came_before() -> None:
    # A jump in the last month is not seen from any origin: the errors of the steps before it are none.
    series = np.full((1, 36), 5.0)
    series[0, -1] = 105
    judged = backtest(series)
    assert judged.errors[0, 0, 0] == 100
    assert judged.errors[0, 1, :2] == pytest.approx([0, 100])
    assert np.isnan(judged.errors[0, 1, 2:]).all()


# --- which series ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ({}, "no_data"),
        (months([1.0] * 23), "too_few_points"),
        (months([1.0] * 24), None),
        (months([1.0] * 36, last=TODAY - 6), None),
        (months([1.0] * 36, last=TODAY - 7), "ended"),
        (months([0.0] * 36), "all_zero"),
        (months([0.0, 0.0, 5.0] * 12), "intermittent"),
        # 28 of 36 months have something: 36 / 28 = 1.29, under 1.32; of 27 it is 1.33.
        (months([0.0] * 8 + [1.0] * 28), None),
        (months([0.0] * 9 + [1.0] * 27), "intermittent"),
        (months([*[1.0] * 20, math.nan, *[1.0] * 23]), "gap"),
        (months([*[1.0] * 20, math.nan, *[1.0] * 24]), None),
        (hidden(months([1.0] * 44), TODAY - 24), "suppressed"),
        (hidden(months([1.0] * 44), TODAY), "suppressed"),
        ({TODAY - 1: Cell(None, "suppressed")}, "suppressed"),
        # Rounds of a survey, half-yearly.
        ({TODAY - 6 * i: Cell(1.0, "ok") for i in range(1, 8)}, "too_few_points"),
    ],
)
def test_reason(series: dict[int, Cell], reason: str | None) -> None:
    assert span_of(series, TODAY).reason == reason


def test_a_gap_leaves_what_is_after_it() -> None:
    span = span_of(months([*[1.0] * 20, math.nan, *[1.0] * 25]), TODAY)
    assert (span.points, span.last) == (25, TODAY - 1)


# --- divisions -------------------------------------------------------------------------------------------


def test_reconciling_by_hand() -> None:
    # Total 100, parts 60 and 30: a gap of 10, shared as 2 : 1 : 1 between total and parts, so each part takes 2.5.
    parts = reconcile(np.array([100.0]), np.array([[60.0], [30.0]]), 2.0, np.array([1.0, 1.0]), floor=False)
    assert parts[:, 0].tolist() == [62.5, 32.5]
    # A part without error stays; the total gives way to it.
    parts = reconcile(np.array([100.0]), np.array([[60.0], [30.0]]), 1.0, np.array([0.0, 1.0]), floor=False)
    assert parts[:, 0].tolist() == [60, 35]
    assert reconcile(np.array([-9.0]), np.array([[0.0], [1.0]]), 0, np.array([0.0, 0.0]), floor=True).min() == 0


def test_divisions_sum_to_the_total_in_every_path() -> None:
    parts = {name: noisy(seed) for seed, name in enumerate(["a", "b", "c"])}
    result = made({TOTAL: months(sum(parts.values()))} | {name: months(v) for name, v in parts.items()})
    assert result.keys() == {TOTAL, "a", "b", "c"}
    assert sum(result[name].ahead for name in parts) == pytest.approx(result[TOTAL].ahead, abs=1e-6)


def test_a_hidden_division_stays_hidden_and_leaves_no_way_to_it() -> None:
    parts = {name: noisy(seed) for seed, name in enumerate(["a", "b", "c", "d"])}
    shown = {TOTAL: months(sum(parts.values()))} | {name: months(parts[name]) for name in parts}
    # c and d are hidden in one month of the last three years, whatever they were in it.
    cells = shown | {name: hidden(shown[name], TODAY - 20) for name in ("c", "d")}
    figure = figure_of(cells, TODAY)
    assert figure.reasons == {"c": "suppressed", "d": "suppressed"}
    result = made(cells)
    assert result.keys() == {TOTAL, "a", "b"}
    # Everything is a function of what is shown: another split of the same sum between c and d changes nothing.
    other = shown | {
        "c": hidden({m: Cell((c.value or 0) + 7, "ok") for m, c in shown["c"].items()}, TODAY - 20),
        "d": hidden({m: Cell((c.value or 0) - 7, "ok") for m, c in shown["d"].items()}, TODAY - 20),
    }
    again = made(other)
    assert all((again[name].ahead == result[name].ahead).all() for name in result)


def test_without_its_total_no_division_is_forecast() -> None:
    shown = months(noisy(1))
    assert made({TOTAL: hidden(shown, TODAY - 3), "a": shown, "b": shown}) == {}


def test_provisional_months_mark_the_forecast() -> None:
    series = months(noisy(1))
    doubtful = series | {TODAY - 5: Cell(1.0, "provisional")}
    result = made({TOTAL: doubtful, "a": doubtful, "b": months(np.zeros(36))})
    assert result[TOTAL].is_provisional and result["a"].is_provisional
    assert not made({TOTAL: series})[TOTAL].is_provisional


# --- families --------------------------------------------------------------------------------------------


def test_a_window_takes_what_has_been_and_what_is_to_come() -> None:
    # 1 ... 5 have been; of three months 4 + 5 + 10, 5 + 10 + 20, 10 + 20 + 30.
    sums = rolling_sum(np.arange(1.0, 6), np.array([[10.0, 20, 30]]), 3)
    assert sums.tolist() == [[19, 35, 60]]
    assert rolling_sum(np.array([4.0]), np.array([1.0]), 1).tolist() == [1]
    assert np.isnan(rolling_sum(np.array([4.0]), np.array([1.0]), 3)).all()


@pytest.mark.parametrize(
    ("family", "scale", "offset", "reference", "expected"),
    [
        ("sum", 10, 0, math.nan, 6),
        ("level", 1, 0, math.nan, 60),
        ("cumulative", 10, 0, 40, 10),  # (40 + 60) / 10
        ("saving", 10, 15, 100, 19),  # 15 + (100 - 60) / 10
        ("decrease", 1, 0, 100, 40),
        ("increase", 1, 0, 50, 10),
        ("index", 1, 0, 50, 120),
        ("ratio", 12, 0, math.nan, 24),  # 60 / 30 * 12
        ("per_thousand", 1, 0, math.nan, 2000),
        ("net_share", 1, 0, math.nan, 150),  # (60 - 15) / 30
    ],
)
def test_value_of_a_family(family: str, scale: float, offset: float, reference: float, expected: float) -> None:
    value = value_of(Definition(family, scale, offset, reference), np.array([60.0]), np.array([15.0]), np.array([30.0]))
    assert value[0] == pytest.approx(expected)


def test_reference_is_read_back_from_the_published_value() -> None:
    # saving: 100 of the budget less 60 is the published 40. increase: 60 less 50 is 10.
    assert reference_of("saving", 40, math.nan, 60) == 100
    assert reference_of("increase", 10, math.nan, 60) == 50
    assert reference_of("index", 60, 50, 60) == 50
    assert reference_of("cumulative", 500, math.nan, 60) == 500


def test_probability_of_each_kind_of_target() -> None:
    futures = np.array([1.0, 2, 3, 4])
    assert reaches(futures, "up", 3, math.nan, math.nan) == 0.5
    assert reaches(futures, "down", 1, math.nan, math.nan) == 0.25
    assert reaches(futures, "within", math.nan, 2, 4) == 0.75
    assert reaches(futures, "within", math.nan, math.nan, 3) == 0.75
    assert math.isnan(reaches(futures, "up", math.nan, 1, 2))
    assert math.isnan(reaches(futures, "within", 2, math.nan, math.nan))


# --- what holds of any series ----------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(FEWEST_POINTS, 60), st.sampled_from([1e-3, 0.5, 2.0, 1e6]), st.integers(1, 24)
)
def test_reproducible_and_indifferent_to_the_unit(seed: int, count: int, factor: float, horizon: int) -> None:
    series = np.random.default_rng(seed).gamma(4, 25, count) + 1
    first = made({TOTAL: months(series)}, horizon)[TOTAL]
    assert (made({TOTAL: months(series)}, horizon)[TOTAL].ahead == first.ahead).all()
    scaled = made({TOTAL: months(series * factor)}, horizon)[TOTAL]
    assert scaled.judgement.method == first.judgement.method
    assert scaled.ahead == pytest.approx(first.ahead * factor, rel=1e-6, abs=1e-6 * factor)
    assert first.ahead.shape == (501, horizon) and first.ahead.min() >= 0


def frames(series: dict[str, dict[int, Cell]], **indicator: object) -> pd.DataFrame:
    rows = [
        ("k", "m", name, pd.Timestamp(m // 12, m % 12 + 1, 1), c.value, c.status, pd.Timestamp(2025, 10, 1))
        for name, own in series.items()
        for m, c in own.items()
    ]
    columns = ["organisation_id", "measure_id", "division_id", "month", "value", "value_status", "as_of_month"]
    defaults: dict[str, object] = {
        "programme_id": "p", "indicator_id": "i", "organisation_id": "k", "division_id": TOTAL, "family": "sum",
        "scale": 1.0, "value_offset": None, "numerator": "m", "numerator_less": None, "denominator": None,
        "numerator_months": 12, "numerator_less_months": None, "denominator_months": None,
        "origin_month": pd.Timestamp(2025, 9, 1), "origin_value": None, "origin_numerator": None,
        "origin_denominator": None, "is_suppressed": False, "is_provisional": False, "better": "up",
        "target_month": pd.Timestamp(2025, 12, 1), "target_value": None, "target_low": None, "target_high": None,
    }  # fmt: skip
    return forecast_all(pd.DataFrame(rows, columns=columns), pd.DataFrame([defaults | indicator]))


def test_indicator_over_a_rolling_year() -> None:
    # A pure season of mean 100: any twelve months sum to 1,200, and a target of 1,200 is reached, of 1,201 never.
    series = {TOTAL: months(100 + np.tile(SEASONS, 3))}
    found = frames(series, origin_value=1200.0, origin_numerator=1200.0, target_value=1200.0)
    rows = found[(found.kind == "indicator") & found.month.notna()]
    assert rows.month.tolist() == list(pd.date_range("2025-10-01", periods=12, freq="MS"))
    assert rows[["forecast_value", "low_95", "high_95"]].to_numpy() == pytest.approx(np.full((12, 3), 1200.0))
    told = found[(found.kind == "indicator") & found.month.isna()].iloc[0]
    assert (told.probability_of_target, told.backtest_mae, told.origins) == (1, pytest.approx(0), 12)
    missed = frames(series, origin_value=1200.0, origin_numerator=1200.0, target_value=1201.0)
    assert missed[missed.kind == "indicator"].iloc[0].probability_of_target == 0


def test_indicator_that_is_not_what_its_months_give_is_not_forecast() -> None:
    found = frames({TOTAL: months(noisy(1))}, origin_value=1.0, origin_numerator=1.0)
    assert found[found.kind == "indicator"].reason_no_forecast.tolist() == ["not_reproduced"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"family": "rank", "numerator": None}, "rank"),
        ({"family": "class_share"}, "not_additive"),
        ({"is_suppressed": True}, "suppressed"),
        ({"numerator": "unknown"}, "no_data"),
        ({"origin_month": None}, "no_data"),
        ({"origin_month": pd.Timestamp(2025, 3, 1), "origin_value": 1.0}, "ended"),
    ],
)
def test_indicator_without_a_forecast_says_why(changed: dict[str, object], reason: str) -> None:
    found = frames({TOTAL: months(noisy(1))}, **changed)
    assert found[found.kind == "indicator"].reason_no_forecast.tolist() == [reason]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_intervals_are_ordered_and_divisions_add_up(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    parts = {f"d{i}": rng.gamma(1, 50, 40) for i in range(count)}
    found = frames({TOTAL: months(sum(parts.values()))} | {k: months(v) for k, v in parts.items()})
    rows = found[(found.kind == "measure") & found.month.notna()]
    order = rows[["low_95", "low_80", "forecast_value", "high_80", "high_95"]].to_numpy()
    assert (np.diff(order, axis=1) >= 0).all()
    sums = rows.assign(total=rows.division_id == TOTAL).groupby(["month", "total"]).forecast_value.sum().unstack()
    assert sums[True].to_numpy() == pytest.approx(sums[False].to_numpy(), abs=0.005)


def test_nothing_gives_nothing() -> None:
    assert frames({}).reason_no_forecast.tolist() == ["no_data"]
    columns = ["organisation_id", "measure_id", "division_id", "month", "value", "value_status", "as_of_month"]
    assert forecast_all(pd.DataFrame(columns=columns), pd.DataFrame()).empty
