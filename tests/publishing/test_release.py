"""What a release promises: whole or not at all, current never broken, the past never rewritten."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations.result import CheckResult
from publishing import release
from publishing.model import NightlyRun, ReleaseError
from sources.settings import Settings
from tests.publishing.warehouse_maker import (
    CURRENT_VALUE,
    LEDGER_DELIVERY,
    ask,
    change_build,
    current_database,
    make_build,
    write_checks,
)


def test_first_release_holds_the_public_surface(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)

    assert made.current
    assert (settings.releases / "current").readlink() == Path(made.release_id)
    tables = {f"{s}.{t}" for s, t in ask(made.database, "SELECT schema_name, table_name FROM duckdb_tables()")}
    assert tables == {
        "indicator.catalogue",
        "indicator.value",
        "indicator.status",
        "indicator.reported_span",
        "indicator.definition",
        "indicator.restatement",
        "indicator.closed_value",
        "meta.publication",
        "indicator.contribution",
        "indicator.explanation",
        "indicator.spc",
        "meta.dictionary",
        "indicator.cost_target",
        "indicator.deflated",
        "indicator.forecast",
        "indicator.forecast_method",
        "indicator.goal_saving",
        "indicator.basket_status",
        "indicator.municipality_status",
        "mart.dim_account_group",
        "mart.dim_division",
        "mart.dim_document",
        "mart.dim_goal",
        "mart.dim_measure",
        "mart.dim_organisation",
        "mart.dim_programme",
        "mart.dim_reporting_duty",
        "mart.fct_action_monthly",
        "mart.fct_allocation_monthly",
        "mart.fct_cost_monthly",
        "mart.fct_measure",
        "mart.fct_measure_forecast",
        "mart.fct_portfolio_monthly",
        "mart.fct_project_finance",
        "mart.fct_project_plan",
        "mart.fct_public_figure",
        "mart.fct_risk",
        "quality.contract",
        "quality.delivery",
        "quality.project_reconciliation",
        "quality.rejected_row",
        "quality.score",
        "quality.timeliness",
        "quality.check_meaning",
        "quality.check_result",
        "quality.incident",
        "quality.caveat",
        "indicator.source",
        "indicator.saving_seen",
        "indicator.guard_rail",
        "indicator.warning",
        "indicator.escalation",
        "meta.release",
    }
    assert ask(made.database, "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal") == [
        ("indicator", "reported")
    ]
    assert ask(made.database, CURRENT_VALUE) == [(1234.56,)]
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'catalogue' AND column_name = 'unit'"
    assert ask(made.database, comment) == [("the indicator's unit",)]
    assert ask(made.database, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal") == [
        ("v1.4.0+",)
    ]


def test_meta_release_says_what_it_is(settings: Settings, run: NightlyRun) -> None:
    first = release.publish(settings, run)
    second = release.publish(settings, run)

    asked = "SELECT release_id, as_of_date, previous_release_id, organisations, data_origin FROM meta.release"
    assert ask(second.database, asked) == [
        (second.release_id, date(2025, 11, 23), first.release_id, "kainuu,kymenlaakso", "delivered")
    ]
    assert first.previous_release_id is None


def test_one_generated_delivery_marks_the_whole_release(settings: Settings, run: NightlyRun) -> None:
    change_build(settings, "UPDATE quality.delivery SET origin = 'generated'")
    assert release.publish(settings, run).data_origin == "generated"


def test_a_superseded_generated_delivery_marks_nothing(settings: Settings, run: NightlyRun) -> None:
    change_build(settings, "UPDATE quality.delivery SET origin = 'generated', is_current = false")
    assert release.publish(settings, run).data_origin == "delivered"


def test_parquet_stands_beside_each_table_with_the_same_rows(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    manifest = json.loads((made.path / "manifest.json").read_text())
    for table, count in manifest["tables"].items():
        parquet = duckdb.sql(f"SELECT count(*) FROM '{made.path / f'{table}.parquet'}'").fetchone()
        assert parquet == (count,)
    assert manifest["tables"]["indicator.value"] == 2 * (3 + 5 + 1)
    assert manifest["inputs"] == [
        {
            "delivery_id": LEDGER_DELIVERY,
            "organisation_id": "kymenlaakso",
            "extract_id": "kirjanpito",
            "origin": "delivered",
        }
    ]


def test_files_are_read_only_and_listed(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    files = [path for path in made.path.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o444}
    listed = set(json.loads((made.path / "manifest.json").read_text())["files"]) | {"manifest.json"}
    assert {path.relative_to(made.path).as_posix() for path in files} == listed
    assert not list(made.path.glob("*.wal"))


def test_the_same_night_gives_the_same_parquet(settings: Settings, run: NightlyRun) -> None:
    first, second = (release.publish(settings, run) for _ in range(2))
    for name in ("indicator.value", "indicator.status", "mart.fct_measure", "quality.delivery"):
        assert (first.path / f"{name}.parquet").read_bytes() == (second.path / f"{name}.parquet").read_bytes()


def test_release_ids_differ_within_one_second(settings: Settings, run: NightlyRun) -> None:
    assert len({release.publish(settings, run).release_id for _ in range(4)}) == 4


def test_a_build_without_a_public_table_is_no_release(settings: Settings, run: NightlyRun) -> None:
    change_build(settings, "DROP TABLE quality.rejected_row")
    with pytest.raises(ReleaseError, match=r"quality\.rejected_row"):
        release.publish(settings, run)
    assert list(settings.releases.iterdir()) == []


def test_an_empty_indicator_table_is_no_release(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    change_build(settings, "DELETE FROM indicator.value")
    with pytest.raises(ReleaseError, match="no indicator values"):
        release.publish(settings, run)
    assert ask(current_database(settings), CURRENT_VALUE) == [(1234.56,)]


# --- the ledger -------------------------------------------------------------------------------------------------


def test_reported_shows_old_and_new_value(settings: Settings, run: NightlyRun) -> None:
    first = release.publish(settings, run)
    change_build(
        settings, "UPDATE indicator.value SET value = 1000 WHERE value = 1234.56 AND organisation_id = 'kymenlaakso'"
    )
    second = release.publish(settings, run)

    asked = (
        "SELECT release_id, value FROM indicator.reported WHERE indicator_id = 'cost' "
        "AND organisation_id = 'kymenlaakso' AND month = DATE '2025-10-01'"
    )
    assert dict(ask(second.database, asked)) == {first.release_id: 1234.56, second.release_id: 1000.0}
    assert ask(first.database, CURRENT_VALUE) == [(1234.56,)]
    # Per organisation: cost in two months, eNPS in total and four divisions (two protected); never the empty cells.
    assert ask(first.database, "SELECT count(*) FROM indicator.reported") == [(2 * (2 + 5),)]
    assert ask(second.database, "SELECT count(*) FROM indicator.reported") == [(2 * 2 * (2 + 5),)]
    parts = {path.stem for path in (settings.lake / "reported").glob("*.parquet")}
    assert parts == {first.release_id, second.release_id}


def test_the_ledger_works_beside_an_empty_schema_part(settings: Settings, run: NightlyRun) -> None:
    folder = settings.lake / "reported"
    folder.mkdir()
    first = release.publish(settings, run)
    duckdb.sql(f"COPY (FROM '{folder / first.release_id}.parquet' LIMIT 0) TO '{folder / 'empty.parquet'}'")
    second = release.publish(settings, run)
    assert ask(second.database, "SELECT count(DISTINCT release_id) FROM indicator.reported") == [(2,)]


# --- withheld organisations -------------------------------------------------------------------------------------


def test_withheld_organisation_keeps_last_good_rows_marked_provisional(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    change_build(
        settings,
        "UPDATE indicator.value SET value = 7 WHERE indicator_id = 'cost' AND value IS NOT NULL",
        "UPDATE indicator.status SET value = 7 WHERE indicator_id = 'cost'",
        "UPDATE mart.fct_cost_monthly SET amount_eur = 7",
        "INSERT INTO indicator.value SELECT * REPLACE (DATE '2025-11-01' AS month) FROM indicator.value "
        "WHERE indicator_id = 'cost' AND month = DATE '2025-10-01'",
    )
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu"})))

    values = (
        "SELECT organisation_id, month, value, value_status FROM indicator.value "
        "WHERE indicator_id = 'cost' ORDER BY ALL"
    )
    august, september, october, november = (date(2025, month, 1) for month in (8, 9, 10, 11))
    assert ask(made.database, values) == [
        ("kainuu", august, 390.04, "provisional"),
        ("kainuu", september, None, "no_data"),
        ("kainuu", october, 1234.56, "provisional"),
        ("kainuu", november, None, "not_reportable"),
        ("kymenlaakso", august, 7.0, "ok"),
        ("kymenlaakso", september, None, "no_data"),
        ("kymenlaakso", october, 7.0, "ok"),
        ("kymenlaakso", november, 7.0, "ok"),
    ]
    statuses = "SELECT organisation_id, value, status FROM indicator.status WHERE indicator_id = 'cost' ORDER BY ALL"
    assert ask(made.database, statuses) == [
        ("kainuu", 1234.56, "off_track"),
        ("kymenlaakso", 7.0, "off_track"),
    ]
    euros = "SELECT organisation_id, amount_eur::DOUBLE FROM mart.fct_cost_monthly ORDER BY ALL"
    assert ask(made.database, euros) == [("kainuu", 100.0), ("kymenlaakso", 7.0)]
    assert made.withheld_organisations == ("kainuu",)


def test_an_older_forecast_that_stands_in_is_provisional(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu"})))
    for table in ("indicator.forecast", "indicator.forecast_method", "mart.fct_measure_forecast"):
        found = ask(made.database, f"SELECT organisation_id, value_status FROM {table} ORDER BY ALL")
        assert found == [("kainuu", "provisional"), ("kymenlaakso", "ok")], table


def test_withheld_without_an_earlier_release_is_not_reportable(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu"})))

    of_kainuu = "WHERE organisation_id = 'kainuu'"
    assert ask(
        made.database, f"SELECT DISTINCT value, numerator, n_persons, value_status FROM indicator.value {of_kainuu}"
    ) == [(None, None, None, "not_reportable")]
    assert ask(made.database, f"SELECT count(*) FROM indicator.value {of_kainuu}") == [(9,)]
    assert ask(
        made.database, f"SELECT DISTINCT value, month, baseline_value, status FROM indicator.status {of_kainuu}"
    ) == [(None, None, None, "not_reportable")]
    assert ask(made.database, f"SELECT value, value_status FROM mart.fct_measure {of_kainuu}") == [
        (None, "not_reportable")
    ]
    assert ask(made.database, f"SELECT count(*) FROM mart.fct_cost_monthly {of_kainuu}") == [(0,)]
    assert ask(made.database, f"SELECT count(*) FROM mart.dim_division {of_kainuu}") == [(4,)]
    assert ask(made.database, CURRENT_VALUE) == [(1234.56,)]


# Each new table with figures of an organisation, and the figure that tonight's build changes to 7.
BESIDE = {
    "indicator.contribution": "contribution",
    "indicator.cost_target": "value_eur_million",
    "indicator.goal_saving": "realised_eur_million",
    "indicator.basket_status": "realised_eur_million",
    "indicator.municipality_status": "share_percent",
    "indicator.deflated": "deflated_value",
    "indicator.spc": "centre",
    "indicator.saving_seen": "seen_eur",
    "indicator.guard_rail": "value",
    "indicator.warning": "value",
    "indicator.escalation": "value",
    "indicator.forecast": "forecast_value",
    "indicator.forecast_method": "probability_of_target",
    "mart.fct_measure_forecast": "forecast_value",
    "mart.fct_allocation_monthly": "spent_eur",
    "mart.fct_risk": "points",
    "mart.fct_action_monthly": "saving_realised_eur",
    "mart.fct_portfolio_monthly": "saving_realised_eur",
    "mart.fct_project_finance": "estimate_eur",
}
DEFINITIONS = (
    "mart.dim_goal",
    "mart.dim_document",
    "mart.dim_programme",
    "mart.dim_reporting_duty",
    "mart.fct_project_plan",
    "quality.project_reconciliation",
)
WITHHELD = frozenset({"kainuu"})


def figures(database: Path, table: str, organisation_id: str) -> list[object]:
    """The known figures of a table, without repeats, in order."""
    known = (
        f"SELECT DISTINCT {BESIDE[table]}::DOUBLE AS figure FROM {table} WHERE organisation_id = '{organisation_id}'"
    )
    return [row[0] for row in ask(database, f"SELECT figure FROM ({known}) WHERE figure IS NOT NULL ORDER BY ALL")]


@pytest.mark.parametrize("table", BESIDE)
def test_no_table_shows_tonights_figures_of_a_withheld_organisation(
    settings: Settings, run: NightlyRun, table: str
) -> None:
    first = release.publish(settings, run)
    change_build(settings, f"UPDATE {table} SET {BESIDE[table]} = 7 WHERE {BESIDE[table]} IS NOT NULL")
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    assert figures(made.database, table, "kymenlaakso") == [7.0]
    assert figures(made.database, table, "kainuu") == figures(first.database, table, "kainuu") != [7.0]


@pytest.mark.parametrize("table", BESIDE)
def test_without_an_earlier_release_a_withheld_organisation_has_no_figure_at_all(
    settings: Settings, run: NightlyRun, table: str
) -> None:
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    assert figures(made.database, table, "kainuu") == []
    assert figures(made.database, table, "kymenlaakso") != []


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        ("indicator.cost_target", "range_status, value_status, max(target_high_eur_million), max(kind)"),
        ("indicator.forecast_method", "reason_no_forecast, max(target_month), max(target_value)"),
        ("indicator.goal_saving", "value_status, max(potential_eur_million), max(parent_goal_id)"),
        ("indicator.basket_status", "state, reason, value_status, max(path_eur_million), max(threshold_percent)"),
        ("indicator.municipality_status", "value_status, max(plan_share_percent), max(municipality_name)"),
        ("indicator.saving_seen", "status, reason, value_status, max(measure_id)"),
        ("indicator.guard_rail", "status, country_status, reason, value_status, max(name_fi), max(counts_change)"),
        ("mart.fct_allocation_monthly", "share_status, value_status, max(limit_eur)"),
        ("mart.fct_risk", "trend, max(owner_role), max(name_fi)"),
    ],
)
def test_rows_of_a_withheld_organisation_stay_with_what_is_no_figure(
    settings: Settings, run: NightlyRun, table: str, asked: str
) -> None:
    expected = {
        "indicator.cost_target": ("no_data", "not_reportable", -1.0, "division"),
        "indicator.forecast_method": ("not_reportable", date(2025, 12, 1), None),
        "indicator.goal_saving": ("not_reportable", 8.3, "1"),
        "indicator.basket_status": ("no_data", "not_reportable", "not_reportable", 24.0, 90.0),
        "indicator.municipality_status": ("not_reportable", 7.0, "Yhteensä"),
        "indicator.saving_seen": ("no_data", "not_reportable", "not_reportable", "cost_total_eur"),
        "indicator.guard_rail": ("no_data", "no_data", "not_reportable", "not_reportable", "Odotus", 5.0),
        "mart.fct_allocation_monthly": ("no_data", "not_reportable", 4.36e6),
        "mart.fct_risk": ("no_data", "talousjohtaja", "Mainehaitta"),
    }
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    found = ask(made.database, f"SELECT {asked} FROM {table} WHERE organisation_id = 'kainuu' GROUP BY ALL")
    assert found == [expected[table]]
    both = f"SELECT count(*) FILTER (organisation_id = 'kainuu') * 2 = count(*) FROM {table}"
    assert ask(made.database, both) == [(True,)]


def test_older_rows_of_a_withheld_organisation_are_provisional(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    asked = (
        "SELECT DISTINCT value_status, provisional_reason FROM indicator.cost_target "
        "WHERE organisation_id = 'kainuu' AND value_eur_million IS NOT NULL"
    )
    assert ask(made.database, asked) == [("provisional", "withheld")]


def test_older_warnings_of_a_withheld_organisation_stand_as_provisional_and_none_is_made_up(
    settings: Settings, run: NightlyRun
) -> None:
    asked = "SELECT organisation_id, value_status, provisional_reason FROM {} ORDER BY ALL"
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    for table in ("indicator.warning", "indicator.escalation"):
        assert ask(made.database, asked.format(table)) == [("kymenlaakso", "ok", None)]
    release.publish(settings, run)
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    for table in ("indicator.warning", "indicator.escalation"):
        assert ask(made.database, asked.format(table)) == [
            ("kainuu", "provisional", "withheld"),
            ("kymenlaakso", "ok", None),
        ]


@pytest.mark.parametrize("table", DEFINITIONS)
def test_definitions_and_plans_are_always_tonights(settings: Settings, run: NightlyRun, table: str) -> None:
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu", "kymenlaakso"})))
    in_build = ask(settings.build_database, f"FROM {table} ORDER BY ALL")
    assert ask(made.database, f"FROM {table} ORDER BY ALL") == in_build != []


# --- check results and incidents --------------------------------------------------------------------------------


def test_an_open_incident_is_a_caveat_beside_what_rests_on_it(settings: Settings, run: NightlyRun) -> None:
    night = datetime.fromisoformat("2025-11-01 03:00")
    write_checks(
        settings,
        ("n1", "kirjanpito.cost_band", "kymenlaakso", "kirjanpito", "WARN", "failed", night),
        ("n1", "henkilosto.fte_band", "kymenlaakso", "henkilosto", "WARN", "failed", night),
        ("n1", "kirjanpito.row_band", "kainuu", "kirjanpito", "WARN", "passed", night),
    )
    made = release.publish(settings, run)
    found = ask(
        made.database,
        "SELECT DISTINCT organisation_id, check_id, extract_id, severity, since FROM quality.caveat",
    )
    assert found == [("kymenlaakso", "kirjanpito.cost_band", "kirjanpito", "WARN", night)]
    beside = "SELECT count(DISTINCT indicator_id) FROM quality.caveat"
    everything = "SELECT count(*) FROM indicator.catalogue WHERE organisation_id = 'kymenlaakso'"
    assert ask(made.database, beside) == ask(made.database, everything)


def test_incidents_are_spells_of_failures(settings: Settings, run: NightlyRun) -> None:
    night = [datetime.fromisoformat(f"2025-11-0{day} 03:00") for day in range(1, 7)]
    check = ("freshness", "kymenlaakso", "kirjanpito")
    write_checks(
        settings,
        ("n1", *check, "WARN", "failed", night[0]),
        ("n2", *check, "WARN", "not_applicable", night[1]),
        ("n3", *check, "ERROR", "error", night[2]),
        ("n4", *check, "WARN", "passed", night[3]),
        ("n5", *check, "WARN", "passed", night[4]),
        ("n6", *check, "WARN", "failed", night[5]),
        # The worst of one run counts: failed for one delivery, passed for another.
        ("n6", "range", None, None, "WARN", "passed", night[5]),
        ("n6", "range", None, None, "WARN", "failed", night[5]),
        ("n6", "always_good", None, None, "ERROR", "passed", night[5]),
    )
    made = release.publish(settings, run)

    asked = (
        "SELECT check_id, organisation_id, extract_id, opened_at, last_seen_at, resolved_at, severity, state "
        "FROM quality.incident ORDER BY check_id, opened_at"
    )
    assert ask(made.database, asked) == [
        (*check, night[0], night[2], night[3], "ERROR", "resolved"),
        (*check, night[5], night[5], None, "WARN", "open"),
        ("range", None, None, night[5], night[5], None, "WARN", "open"),
    ]
    ids = "SELECT incident_id FROM quality.incident ORDER BY ALL"
    again = release.publish(settings, run)
    assert ask(made.database, ids) == ask(again.database, ids)


def test_results_of_the_run_are_added_once_and_old_ones_dropped(settings: Settings, run: NightlyRun) -> None:
    recent, old = run.started_at, run.started_at - timedelta(days=91)
    write_checks(
        settings,
        (run.run_id, "a", None, None, "WARN", "passed", recent),
        ("long-ago", "a", None, None, "WARN", "failed", old),
    )
    results = tuple(
        CheckResult(run.run_id, name, None, None, "WARN", "passed", None, None, recent) for name in ("a", "b")
    )
    made = release.publish(settings, replace(run, results=results))
    assert ask(made.database, "SELECT run_id, check_id FROM quality.check_result ORDER BY ALL") == [
        (run.run_id, "a"),
        (run.run_id, "b"),
    ]
    assert json.loads((made.path / "manifest.json").read_text())["checks"] == {
        "passed": 2,
        "failed": 0,
        "error": 0,
        "not_applicable": 0,
    }
    # The incident of long ago is still told: it ended with the pass of tonight.
    assert ask(made.database, "SELECT opened_at, resolved_at FROM quality.incident") == [(old, recent)]


# --- verify, list, rollback, prune ------------------------------------------------------------------------------


def test_verify_finds_one_flipped_byte(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    assert release.verify(settings) == []

    victim = made.path / "indicator.value.parquet"
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.chmod(0o644)
    victim.write_bytes(content)
    (found,) = release.verify(settings)
    assert "indicator.value.parquet has changed" in found


def test_verify_finds_missing_extra_and_unreadable(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    (made.path / "report" / "fi.html").unlink()
    (made.path / "note.txt").write_text("x")
    assert {text.removeprefix(f"{made.release_id}: ") for text in release.verify(settings)} == {
        "report/fi.html is missing",
        "note.txt is not in the manifest",
    }
    (made.path / "manifest.json").unlink()
    (found,) = release.verify(settings, made.release_id)
    assert "manifest cannot be read" in found
    assert release.verify(settings, "nonsense") == ["there is no release nonsense"]


def test_rollback_goes_back_and_keeps_the_ledger(settings: Settings, run: NightlyRun) -> None:
    first, second, third = (release.publish(settings, run) for _ in range(3))

    assert release.rollback(settings).release_id == second.release_id
    assert release.rollback(settings).release_id == first.release_id
    with pytest.raises(ReleaseError, match="no release before"):
        release.rollback(settings)
    assert release.rollback(settings, third.release_id).current
    assert [r.release_id for r in release.list_releases(settings) if r.current] == [third.release_id]

    release.rollback(settings, first.release_id)
    assert release.recover(settings) == []
    after = release.publish(settings, run)
    assert after.previous_release_id == first.release_id
    assert ask(after.database, "SELECT count(DISTINCT release_id) FROM indicator.reported") == [(4,)]


def test_rollback_refuses_a_damaged_release(settings: Settings, run: NightlyRun) -> None:
    first, second = (release.publish(settings, run) for _ in range(2))
    (first.path / "mart.fct_measure.parquet").unlink()
    with pytest.raises(ReleaseError, match="is missing"):
        release.rollback(settings)
    assert (settings.releases / "current").readlink().name == second.release_id


def test_old_releases_are_pruned_but_never_current_or_the_one_before(tmp_path: Path, run: NightlyRun) -> None:
    settings = Settings(home=tmp_path / "home", keep_releases=2)
    make_build(settings)
    made = [release.publish(settings, run) for _ in range(3)]
    assert [r.release_id for r in release.list_releases(settings)] == [made[2].release_id, made[1].release_id]

    release.rollback(settings)  # to made[1]
    last = release.publish(settings, run)
    assert {r.release_id for r in release.list_releases(settings)} == {
        last.release_id,
        made[2].release_id,
        made[1].release_id,
    }
    assert not list(settings.releases.glob(".*"))


def test_chart_of_a_withheld_organisation_stands_as_it_was(settings: Settings, run: NightlyRun) -> None:
    """Tonight's points are not mixed into limits that do not know them; without older ones there is no chart."""
    release.publish(settings, run)
    change_build(
        settings,
        "UPDATE indicator.spc SET points_in_phase = 3",
        "INSERT INTO indicator.spc SELECT * REPLACE (DATE '2025-11-01' AS month) FROM indicator.spc "
        "WHERE month = DATE '2025-10-01'",
    )
    made = release.publish(settings, replace(run, withheld_organisations=WITHHELD))
    chart = "SELECT month, value, points_in_phase, value_status, provisional_reason FROM indicator.spc WHERE "
    april, october = date(2025, 4, 1), date(2025, 10, 1)
    assert ask(made.database, chart + "organisation_id = 'kainuu' ORDER BY month") == [
        (april, -2.0, 2, "provisional", "withheld"),
        (october, -4.0, 2, "provisional", "withheld"),
    ]
    assert ask(made.database, "SELECT count(*) FROM indicator.spc WHERE organisation_id = 'kymenlaakso'") == [(3,)]
