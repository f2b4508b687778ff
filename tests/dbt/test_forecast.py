"""Forecasts of three small years, from the lake to the published tables, against what can be worked out by hand."""

from __future__ import annotations

import pytest

from tests.dbt.conftest import Built, NightLake, build

AS_OF = "2026-01-20"
MONTHS = "(SELECT unnest(range(DATE '2023-01-01', DATE '2026-01-01', INTERVAL 1 MONTH))::DATE AS m)"


def fill(lake: NightLake) -> None:
    """Every July costs half and every December twice as much, so that any twelve months sum to 12.5 ordinary ones.

    Purchases 10 M of TESPA and 2 M of SOSPA; rents, 1 M of KONSERNI, only in the last year. Staff of 10 in TESPA, 6 in
    SOSPA and 3 in PELA: PELA is hidden, and SOSPA with it.
    """
    lake.deliver(
        "kirjanpito",
        f"""SELECT m AS kausi, tili, '2530' AS palveluluokka, toimiala,
            summa * CASE month(m) WHEN 7 THEN 0.5 WHEN 12 THEN 2 ELSE 1 END AS summa
            FROM {MONTHS}, (VALUES ('4300', 'TESPA', 10e6), ('4300', 'SOSPA', 2e6), ('4820', 'KONSERNI', 1e6))
                AS line (tili, toimiala, summa)
            WHERE tili <> '4820' OR year(m) = 2025""",
        received="2026-01-14",
    )
    lake.deliver(
        "henkilosto",
        f"""SELECT m AS kuukausi, 'p' || n AS henkilo, toimiala, 'kp' AS kustannuspaikka, 'muu' AS ammattiryhma,
            'vakinainen' AS palvelussuhde, 100 AS tyoaikaprosentti, 1 AS htv
            FROM {MONTHS}, (SELECT unnest(range(1, 11)) AS n, 'TESPA' AS toimiala
                UNION ALL SELECT unnest(range(11, 17)), 'SOSPA' UNION ALL SELECT unnest(range(17, 20)), 'PELA')""",
        received="2026-01-09",
    )


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("forecast"), AS_OF, fill, "--exclude-resource-type", "unit_test")


def test_a_season_that_repeats_is_forecast_to_the_cent(night: Built) -> None:
    rows = night.query("""
        SELECT division_id, month(month), round(forecast_value / 1e6, 6), round(high_95 - low_95, 2), method
        FROM mart.fct_measure_forecast
        WHERE measure_id = 'cost_purchases_eur' AND month IN (DATE '2026-07-01', DATE '2026-12-01') ORDER BY ALL
    """)
    assert [row[:4] for row in rows] == [
        ("all", 7, 6.0, 0.0), ("all", 12, 24.0, 0.0),
        ("sosiaali", 7, 1.0, 0.0), ("sosiaali", 12, 4.0, 0.0),
        ("terveys", 7, 5.0, 0.0), ("terveys", 12, 20.0, 0.0),
    ]  # fmt: skip
    assert {row[4] for row in rows} == {"seasonal_naive"}


def test_indicator_over_twelve_months_starts_from_its_published_value(night: Built) -> None:
    value = night.one(
        "SELECT value FROM indicator.value WHERE indicator_id = 'kyme_purchases_cost' AND division_id = 'all' "
        "AND month = DATE '2025-12-01'"
    )
    assert value == pytest.approx(12 * 12.5)
    forecasts = night.query(
        "SELECT forecast_value, low_95, high_95 FROM indicator.forecast "
        "WHERE indicator_id = 'kyme_purchases_cost' AND division_id = 'all' ORDER BY month"
    )
    assert len(forecasts) == 12
    assert all(row == pytest.approx((150, 150, 150)) for row in forecasts)


def test_a_short_or_sparse_series_says_why_not(night: Built) -> None:
    reasons = dict(
        night.query(
            "SELECT measure_id || ' ' || division_id, reason_no_forecast FROM mart.fct_measure_forecast "
            "WHERE organisation_id = 'kymenlaakso' AND month IS NULL"
        )
    )
    assert reasons["cost_rent_eur all"] == "intermittent"  # of three covered years, nothing in the first two
    assert reasons["fte_hired_months all"] == "all_zero"
    told = dict(
        night.query("SELECT indicator_id, reason_no_forecast FROM indicator.forecast_method WHERE division_id = 'all'")
    )
    assert told["kyme_rent_cost"] == "intermittent"
    assert told["kyme_digital_rank"] == "rank"
    assert told["kyme_digital_services"] == "not_additive"
    assert told["kyme_enps"] == "no_data"


def test_hidden_divisions_are_not_forecast_and_the_total_is(night: Built) -> None:
    rows = dict(
        night.query(
            "SELECT division_id, coalesce(reason_no_forecast, round(max(forecast_value), 6)::VARCHAR) "
            "FROM mart.fct_measure_forecast WHERE measure_id = 'fte_months' AND organisation_id = 'kymenlaakso' "
            "GROUP BY division_id, reason_no_forecast"
        )
    )
    assert rows == {"all": "19.0", "terveys": "10.0", "sosiaali": "suppressed", "pelastus": "suppressed"}


def test_columns_are_documented(night: Built) -> None:
    undocumented = night.query(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE table_name IN ('forecast', 'forecast_method', 'fct_measure_forecast') AND comment IS NULL"
    )
    assert undocumented == []
