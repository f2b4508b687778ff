"""What `dbt build` makes of a small year, against figures worked out by hand beside the rows of `small_lake`."""

from __future__ import annotations

import math

import pytest

from tests.dbt import small_lake
from tests.dbt.conftest import Built, build


def value_at(night: Built, indicator: str, month: str, division: str = "all") -> tuple[float | None, str]:
    value, status = night.one(
        "SELECT value, value_status FROM indicator.value "
        f"WHERE indicator_id = '{indicator}' AND month = '{month}' AND division_id = '{division}'"
    )
    return value, status


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(
        tmp_path_factory.mktemp("small"), small_lake.AS_OF, small_lake.fill, "--exclude-resource-type", "unit_test"
    )


# --- the headline figures of December 2024 ---------------------------------------------------------


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("kyme_esh_use", 12 * 1 / 6000 * 1000),
        ("kyme_digital_share", 20),
        ("kyme_remote_share", 20),
        ("kyme_digital_services", 50),  # 2530 of 2530 and 2612
        ("kyme_digital_rank", 2),  # after kainuu's 40 %, before lappi's 10 %
        ("kyme_mobile_services", 12 * (2 + 1)),
        ("kyme_sick_leave", 22.5 / 228 * 12),
        ("kyme_housing_pressure", 40),
    ],
)
def test_value_of_december(night: Built, indicator: str, expected: float) -> None:
    value, status = value_at(night, indicator, "2024-12-01")
    assert (value, status) == (pytest.approx(expected), "ok")


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("kyme_purchases_cost", 12 * 30 - 3),  # May was corrected by 3 M
        ("kyme_personnel_cost", 12 * 33),
        ("kyme_rent_cost", 12 * 2),
        ("kyme_esh_cost", 12 * (20 - 1)),
        ("kyme_savings_total", 15 + (937 - (792 - 3))),
    ],
)
def test_euros_of_the_year_rest_on_a_month_that_a_failed_delivery_contests(
    night: Built, indicator: str, expected: float
) -> None:
    value, status = value_at(night, indicator, "2024-12-01")
    assert (value, status) == (pytest.approx(expected), "provisional")


def test_survey_counts_the_last_score_of_an_answer_in_the_month_of_the_latest(night: Built) -> None:
    assert value_at(night, "kyme_enps", "2024-11-01") == (0, "ok")
    assert value_at(night, "kyme_enps", "2024-10-01") == (None, "not_applicable")


def test_newest_project_file_is_everything(night: Built) -> None:
    assert value_at(night, "kyme_stabilisation_used", "2024-07-01") == (1.0, "ok")
    assert value_at(night, "kyme_stabilisation_used", "2024-08-01") == (3.5, "ok")
    # August is the last month with an actual; the forecast of the year covers nothing.
    assert value_at(night, "kyme_stabilisation_used", "2024-09-01") == (None, "no_data")


def test_months_that_cannot_have_a_value_say_why(night: Built) -> None:
    # R12 of November needs December 2023; January 2025 is due on 15 February; January's residents by the end of April.
    assert value_at(night, "kyme_purchases_cost", "2024-11-01") == (None, "no_data")
    assert value_at(night, "kyme_purchases_cost", "2025-01-01") == (None, "not_yet_due")
    assert value_at(night, "kyme_esh_use", "2025-01-01") == (None, "not_yet_due")


# --- baseline, target, status -----------------------------------------------------------------------


def test_status_against_the_original_budget(night: Built) -> None:
    baseline, target, weakest, expected, status = night.one(
        "SELECT baseline_value, target_value, target_weakest, expected_value, status FROM indicator.status "
        "WHERE indicator_id = 'kyme_purchases_cost'"
    )
    # 391 to 301 in 24 months: 346 after 12. 357 is 11 worse, more than a tenth of 90.
    assert (baseline, target, weakest, expected) == pytest.approx((391, 301, 363, 346))
    assert status == "off_track"


def test_band_of_personnel_costs(night: Built) -> None:
    low, high, gap, status = night.one(
        "SELECT target_low, target_high, gap_to_expected, status FROM indicator.status "
        "WHERE indicator_id = 'kyme_personnel_cost'"
    )
    # 396 against a band of 416 ... 418 half way.
    assert (low, high, gap, status) == (pytest.approx(422), pytest.approx(426), pytest.approx(-20), "off_track")


def test_status_of_the_others(night: Built) -> None:
    statuses = dict(night.query("SELECT indicator_id, status FROM indicator.status"))
    assert {statuses[name] for name in statuses if not name.startswith("kyme_")} == {"no_data"}
    assert statuses["kyme_data_quality"] == "no_target"
    assert statuses["kyme_savings_total"] == "achieved"
    assert statuses["kyme_digital_rank"] == "achieved"
    assert statuses["kyme_remote_share"] == "no_target"
    assert statuses["kyme_sick_leave"] == "no_data"  # nothing of early 2023 to compare with
    assert statuses["kyme_digital_services"] == "achieved"  # 50 % against 30, whatever the baseline


def test_what_is_missing_is_named(empty_night: Built) -> None:
    waits = dict(empty_night.query("SELECT indicator_id, waits_for FROM indicator.status"))
    assert waits["kyme_esh_use"] == "asiakaskontaktit, vaesto"
    assert waits["kyme_savings_total"] == "kirjanpito, talousarvio"


# --- what moved it ----------------------------------------------------------------------------------


def test_purchases_against_the_original_budget_by_account_group(night: Built) -> None:
    # 357 against 391, where the budget has all of it on 4300: client services 12 * 20 - 391, hired labour 12 * 10 - 3.
    parts = night.query(
        "SELECT dimension, part_id, value_before, value_now, contribution, gain, place FROM indicator.contribution "
        "WHERE indicator_id = 'kyme_purchases_cost' AND against = 'baseline' AND dimension <> 'service_class' "
        "ORDER BY dimension, place NULLS FIRST"
    )
    assert parts == [
        ("account_group", "all", 391, 357, -34, 34, None),
        ("account_group", "430", 391, 240, -151, 151, 1),
        ("account_group", "4346", 0, 117, 117, -117, 2),
        ("division", "all", 391, 357, -34, 34, None),
        ("division", "terveys", 391, 357, -34, 34, 1),
    ]


def test_splits_that_cannot_be_made_say_why(night: Built) -> None:
    statuses = dict(
        night.query(
            "SELECT indicator_id || ' ' || against, status FROM indicator.contribution "
            "WHERE dimension = 'division' AND part_kind = 'whole'"
        )
    )
    assert statuses["kyme_purchases_cost year_before"] == "not_covered"
    assert statuses["kyme_enps baseline"] == "whole_only"
    assert statuses["kyme_digital_rank baseline"] == "no_baseline"
    assert statuses["kyme_remote_share plan"] == "no_plan"
    assert statuses["itau_no_shows plan"] == "no_value"


# --- divisions, measures, conservation ---------------------------------------------------------------


def test_divisions_add_up_to_all(night: Built) -> None:
    differences = night.query("""
        SELECT measure_id, month FROM mart.fct_measure
        WHERE measure_id LIKE 'cost%' OR measure_id LIKE 'contacts%'
        GROUP BY organisation_id, measure_id, month
        HAVING abs(sum(value) FILTER (division_id <> 'all') - sum(value) FILTER (division_id = 'all')) > 1e-6
    """)
    assert differences == []


def test_unknown_division_is_kept_and_warned_of(night: Built) -> None:
    assert value_at(night, "kyme_purchases_cost", "2024-12-01", "unmapped") == (None, "not_applicable")
    assert (
        night.one(
            "SELECT sum(amount_eur) FROM mart.fct_cost_monthly WHERE division_id = 'unmapped' AND scenario = 'actual'"
        )
        == 12_000_000
    )
    assert night.results["divisions_are_known"] == "warn"


def test_budget_stands_in_its_december_and_versions_stay_apart(night: Built) -> None:
    assert night.query("""
        SELECT scenario, month::VARCHAR, sum(amount_eur)::INT FROM mart.fct_cost_monthly
        WHERE scenario <> 'actual' AND account_code >= '4000' GROUP BY ALL ORDER BY ALL
    """) == [("budget_original", "2023-12-01", 937_000_000), ("budget_revised", "2023-12-01", 999_000_000)]


def test_waiting_time_is_weighted_by_those_waiting(night: Built) -> None:
    assert night.one("SELECT value FROM mart.fct_measure WHERE measure_id = 'housing_wait_median_days'") == (
        pytest.approx((30 * 40 + 10 * 80) / 40)
    )


# --- small groups --------------------------------------------------------------------------------


def test_small_division_is_hidden_with_the_next(night: Built) -> None:
    rows = dict(
        night.query(
            "SELECT division_id, (value, n_persons, value_status) FROM mart.fct_measure "
            "WHERE measure_id = 'fte_months' AND month = '2024-03-01'"
        )
    )
    assert rows == {
        "all": (19, 19, "ok"),
        "terveys": (10, 10, "ok"),
        "sosiaali": (None, None, "suppressed"),
        "pelastus": (None, None, "suppressed"),
    }
    assert value_at(night, "kyme_sick_leave", "2024-12-01", "sosiaali") == (None, "suppressed")
    assert value_at(night, "kyme_sick_leave", "2024-12-01", "terveys") == (pytest.approx(7 / 120 * 12), "ok")


@pytest.mark.parametrize(
    ("table", "figure"),
    [
        ("mart.fct_measure", "measure_id, organisation_id, month"),
        ("indicator.value", "indicator_id, organisation_id, month"),
    ],
)
def test_no_hidden_division_can_be_had_by_subtraction(night: Built, table: str, figure: str) -> None:
    alone = night.query(f"""
        SELECT {figure} FROM {table} GROUP BY ALL
        HAVING bool_or(division_id = 'all' AND value IS NOT NULL)
            AND count(*) FILTER (division_id <> 'all' AND value_status = 'suppressed') = 1
    """)
    assert alone == []


def test_survey_hides_the_other_of_two_divisions(night: Built) -> None:
    assert value_at(night, "kyme_enps", "2024-11-01", "sosiaali") == (None, "suppressed")
    assert value_at(night, "kyme_enps", "2024-11-01", "terveys") == (None, "suppressed")


def test_no_pseudonym_is_published(night: Built) -> None:
    persons = {f"p{n}" for n in range(1, 100)}
    columns = night.query("""
        SELECT table_schema, table_name, column_name FROM information_schema.columns
        WHERE table_schema IN ('indicator', 'mart', 'quality') AND data_type = 'VARCHAR'
    """)
    assert columns
    for schema, table, column in columns:
        found = {row[0] for row in night.query(f'SELECT DISTINCT "{column}" FROM {schema}."{table}"')}
        assert not found & persons, (schema, table, column)


# --- deliveries, public figures ----------------------------------------------------------------------


def test_failed_and_superseded_deliveries_are_not_current(night: Built) -> None:
    assert night.query("""
        SELECT verdict, is_current, count(*) FROM quality.delivery
        WHERE extract_id IN ('kirjanpito', 'hanketalous') GROUP BY ALL ORDER BY ALL
    """) == [("failed", False, 1), (None, False, 1), (None, True, 3)]


def test_refused_correction_makes_its_month_provisional(night: Built) -> None:
    assert value_at(night, "kyme_sites", "2024-12-01") == (15, "provisional")
    assert value_at(night, "kyme_sites", "2024-11-01") == (20, "ok")
    assert night.one("SELECT provisional_reason FROM indicator.status WHERE indicator_id = 'kyme_sites'") == (
        "refused: toimipisteet toimipisteet_refused.csv"
    )
    statuses = night.query("""
        SELECT month::VARCHAR, value_status FROM mart.fct_measure
        WHERE measure_id = 'sites_in_use' AND division_id = 'all' AND month >= '2024-11-01' ORDER BY month
    """)
    assert statuses == [("2024-11-01", "ok"), ("2024-12-01", "provisional")]


def test_public_figures_find_their_organisation(night: Built) -> None:
    assert night.query("""
        SELECT source, figure_id, organisation_id, area_code, year, value FROM mart.fct_public_figure ORDER BY ALL
    """) == [
        ("htas", "operating_costs", "kymenlaakso", "10", 2023, 936.968),
        ("sotkanet", "1080", "kymenlaakso", "10", 2024, 2177.0),
        ("sotkanet", "1080", None, "FI", 2024, 2022.0),
        ("sotkanet", "127", "kymenlaakso", "967", 2023, 158000.0),
    ]
    assert night.results["operating_costs_agree_with_state_treasury"] == "pass"


# --- a lake of nothing ----------------------------------------------------------------------------


def test_nothing_delivered_is_no_data_and_never_zero(empty_night: Built) -> None:
    # Six divisions (with `all` and `unmapped`); months from each programme's first baseline to January 2025: from
    # December 2022, December 2023, December 2019 and January 2020.
    assert dict(empty_night.query("SELECT programme_id, count(*) FROM indicator.value GROUP BY ALL")) == {
        "kymenlaakso_2023": 17 * 6 * 26,
        "itauusimaa_2023": 15 * 6 * 14,
        "pori_2021": 20 * 6 * 62,
        "vakesote_2020": 5 * 6 * 61,
    }
    assert empty_night.query("""
        SELECT DISTINCT value_status FROM indicator.value WHERE division_id = 'all'
    """) == [("no_data",)]
    assert empty_night.one("SELECT count(*) FROM mart.fct_measure") == 0
    assert empty_night.query("SELECT DISTINCT status FROM indicator.status") == [("no_data",)]


def test_unit_tests_of_the_arithmetic_ran_and_passed(empty_night: Built) -> None:
    ran = {name for name in empty_night.results if empty_night.results[name] == "pass"}
    assert {
        "value_of_each_family",
        "families_against_the_own_baseline",
        "baseline_and_target_of_each_rule",
        "path_joins_the_points_of_the_document",
        "status_rule",
        "baskets_follow_the_half_year_checks",
        "every_sum_of_a_plan_that_does_not_add_up",
        "sick_leave_days_are_person_days",
        "contact_rules",
        "small_groups_are_hidden_with_a_neighbour",
    } <= ran
    assert set(empty_night.results.values()) <= {"success", "pass"}


def test_every_value_is_finite(night: Built) -> None:
    values = [row[0] for row in night.query("SELECT value FROM indicator.value WHERE value IS NOT NULL")]
    assert values and all(math.isfinite(value) for value in values)
