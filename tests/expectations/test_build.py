"""What may be published: the checks of the build, on a build and a release made by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import runner
from expectations.result import CheckResult
from sources.settings import Settings
from tests.expectations.lake_maker import Lake

AS_OF = date(2024, 5, 10)
UNITS = {
    "share": "percent",
    "cost": "EUR_million",
    "enps": "score",
    "place": "rank",
    "sick": "days_per_fte",
    "queue": "persons",
}

Row = tuple[str, str, str, str, float | None, int | None, str]


def row(
    indicator: str,
    value: float | None,
    *,
    organisation: str = "kymenlaakso",
    division: str = "all",
    persons: int | None = None,
    status: str = "ok",
) -> Row:
    return (indicator, organisation, division, "2024-03-01", value, persons, status)


GOOD = [row("share", 24.5), row("cost", 372), row("enps", -9), row("place", 1), row("sick", 21), row("queue", 57)]


def write(path: Path, rows: list[Row], version: int = 1) -> None:
    """The tables that the suite reads, in a file at ``path``; a release has `meta.release` too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        for schema in ("indicator", "mart", "meta"):
            con.execute(f"CREATE SCHEMA {schema}")
        con.execute(
            "CREATE TABLE indicator.value (programme_id VARCHAR, indicator_id VARCHAR, organisation_id VARCHAR, "
            "division_id VARCHAR, month DATE, value DOUBLE, numerator DOUBLE, denominator DOUBLE, n_persons BIGINT, "
            "value_status VARCHAR, definition_version INTEGER)"
        )
        for indicator, organisation, division, month, value, persons, status in rows:
            con.execute(
                "INSERT INTO indicator.value VALUES ('p', ?, ?, ?, ?, ?, 1, 1, ?, ?, ?)",
                [indicator, organisation, division, month, value, persons, status, version],
            )
        con.execute(
            "CREATE TABLE indicator.catalogue AS SELECT 'p' AS programme_id, 'kymenlaakso' AS organisation_id, "
            "unnest(?) AS indicator_id, unnest(?) AS unit, 'ratio' AS family",
            [list(UNITS), list(UNITS.values())],
        )
        con.execute(
            "CREATE TABLE mart.fct_measure (organisation_id VARCHAR, division_id VARCHAR, month DATE, "
            "measure_id VARCHAR, value DOUBLE, n_persons BIGINT)"
        )
        con.execute(
            "CREATE TABLE mart.dim_programme_fact AS SELECT 'p' AS programme_id, 'operating_costs' AS fact_id, "
            "937.0 AS value, 'EUR_million' AS unit, '2023 budget' AS period"
        )
        con.execute(
            "CREATE TABLE mart.fct_public_figure AS SELECT 'htas' AS source, 'kymenlaakso' AS organisation_id, "
            "2023 AS year, 936.6 AS value"
        )
        con.execute("CREATE TABLE meta.release AS SELECT TIMESTAMP '2024-05-01 03:00:00' AS created_at")


def change(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute(sql)


def judge(settings: Settings, rows: list[Row], before: list[Row] | None = None, version: int = 1) -> list[CheckResult]:
    write(settings.build_database, rows, version)
    if before is not None:
        write(settings.releases / "current" / "tilannekuva.duckdb", before)
    return runner.validate_build(settings, "night", AS_OF)


def bad(results: list[CheckResult]) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (r.check_id.removeprefix("indicators."), r.severity, r.organisation_id, r.observed)
        for r in results
        if r.status in ("failed", "error")
    ]


def test_good_indicators_pass_for_each_organisation(settings: Settings, lake: Lake) -> None:
    results = judge(settings, [*GOOD, row("cost", 500, organisation="pori")])

    assert bad(results) == []
    assert {r.organisation_id for r in results if r.check_id == "indicators.finite"} == {"kymenlaakso", "pori"}


def test_an_empty_build_is_a_failure_of_everybody(settings: Settings, lake: Lake) -> None:
    assert ("row_count", "ERROR", None, "0") in bad(judge(settings, []))


def test_a_missing_build_is_a_failure_of_everybody(settings: Settings, lake: Lake) -> None:
    [failure, executed] = runner.validate_build(settings, "night", AS_OF)

    assert (executed.check_id, executed.severity, executed.status) == ("guard.executed_build", "WARN", "failed")
    assert (failure.check_id, failure.status, failure.severity) == ("indicators.suite", "error", "ERROR")
    assert failure.organisation_id is None


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_none_names_its_organisation(settings: Settings, lake: Lake, value: float) -> None:
    found = bad(judge(settings, [*GOOD, row("cost", value, organisation="pori")]))

    assert {(check, organisation) for check, severity, organisation, _ in found if severity == "ERROR"} >= {
        ("finite", "pori")
    }
    assert {organisation for _, _, organisation, _ in found} == {"pori"}


@pytest.mark.parametrize(
    ("indicator", "possible", "impossible"),
    [
        ("share", 100, 100.1),
        ("share", 0, -0.1),
        ("enps", -100, -100.5),
        ("place", 1, 0),
        ("sick", 366, -1),
        ("queue", 0, -1),
    ],
)
def test_what_cannot_be_is_withheld(
    settings: Settings, lake: Lake, indicator: str, possible: float, impossible: float
) -> None:
    assert not [f for f in bad(judge(settings, [row(indicator, possible)])) if f[1] == "ERROR"]
    [failure] = [f for f in bad(judge(settings, [row(indicator, impossible)])) if f[1] == "ERROR"]
    assert failure[:3] == ("possible", "ERROR", "kymenlaakso")


def test_more_sick_days_than_is_plausible_is_a_caveat(settings: Settings, lake: Lake) -> None:
    assert bad(judge(settings, [row("sick", 120.0)])) == []
    assert bad(judge(settings, [row("sick", 120.1)])) == [
        ("plausible", "WARN", "kymenlaakso", "sick 2024-03: 120.1"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "checks"),
    [
        (row("cost", 100), row("cost", 150), []),
        (row("cost", 100), row("cost", 151), ["changed"]),
        (row("cost", 100), row("cost", 49), ["changed"]),
        (row("cost", 100), row("cost", 1000), ["changed"]),
        (row("cost", 100), row("cost", 1001), ["changed", "changed_without_cause"]),
        (row("cost", 100), row("cost", 9), ["changed", "changed_without_cause"]),
        (row("cost", 0.01), row("cost", 0.9), []),  # less than a million is not spoken of
        (row("enps", -1), row("enps", 15), []),  # scores pass through zero
        (row("enps", -1), row("enps", 20), ["changed"]),
        (row("place", 1), row("place", 22), []),
        (row("cost", 100), row("cost", 1001, status="provisional"), []),
        (row("cost", 100, division="a"), row("cost", 1001, division="a"), ["changed"]),
        (row("cost", 100), row("cost", None, status="no_data"), ["value_lost"]),
        (row("cost", 100), row("cost", None, status="suppressed"), []),
    ],
)
def test_a_change_of_a_released_month(settings: Settings, lake: Lake, old: Row, new: Row, checks: list[str]) -> None:
    found = bad(judge(settings, [new], before=[old]))

    assert [check for check, *_ in found] == checks
    assert {severity for check, severity, *_ in found if check == "changed_without_cause"} <= {"ERROR"}


def test_a_new_delivery_explains_a_change(settings: Settings, lake: Lake) -> None:
    """Let in on 2 May, after the release of 1 May."""
    lake.decide("kirjanpito", "d", "passed", decided="2024-05-02")

    found = bad(judge(settings, [row("cost", 1001)], before=[row("cost", 100)]))

    assert [check for check, *_ in found] == ["changed"]


def test_an_older_delivery_explains_nothing(settings: Settings, lake: Lake) -> None:
    lake.decide("kirjanpito", "d", "passed", decided="2024-04-30")
    lake.decide("kirjanpito", "e", "passed", "pori", decided="2024-05-02")
    lake.decide("kirjanpito", "f", "failed", decided="2024-05-02")

    found = bad(judge(settings, [row("cost", 1001)], before=[row("cost", 100)]))

    assert ("changed_without_cause", "ERROR", "kymenlaakso", "cost 2024-03: 1001.0") in found


def test_a_new_definition_is_no_change(settings: Settings, lake: Lake) -> None:
    assert bad(judge(settings, [row("cost", 1001)], before=[row("cost", 100)], version=2)) == []


def test_a_small_cell_left_open_is_withheld_without_repeating_it(settings: Settings, lake: Lake) -> None:
    rows = [
        row("sick", 21.25, division="a", persons=4),
        row("sick", 22, division="b", persons=5),
        row("sick", None, division="c", persons=1, status="suppressed"),
        row("sick", 23, persons=4),
    ]

    assert bad(judge(settings, rows)) == [("small_cells", "ERROR", "kymenlaakso", "sick a 2024-03")]


def test_a_small_measure_left_open_is_withheld(settings: Settings, lake: Lake) -> None:
    write(settings.build_database, GOOD)
    change(
        settings.build_database,
        "INSERT INTO mart.fct_measure VALUES ('pori', 'a', DATE '2024-03-01', 'sick_leave_days', 7, 4)",
    )

    found = bad(runner.validate_build(settings, "night", AS_OF))

    assert found == [("small_cells", "ERROR", "pori", "sick_leave_days a 2024-03")]


@pytest.mark.parametrize(("reported", "agrees"), [(936.5, True), (937.5, True), (936.4, False)])
def test_the_stated_budget_is_held_against_the_treasury(
    settings: Settings, lake: Lake, reported: float, agrees: bool
) -> None:
    write(settings.build_database, GOOD)
    change(settings.build_database, f"UPDATE mart.fct_public_figure SET value = {reported}")

    found = bad(runner.validate_build(settings, "night", AS_OF))

    assert found == ([] if agrees else [("stated_budget", "WARN", "kymenlaakso", "2023: 937.0")])


def test_an_unreadable_release_is_a_failure(settings: Settings, lake: Lake) -> None:
    """Nothing can then be said of jumps, and silence is not a pass."""
    current = settings.releases / "current" / "tilannekuva.duckdb"
    current.parent.mkdir()
    current.write_text("no database")

    [failure, executed] = bad(judge(settings, GOOD))

    assert failure[:3] == ("suite", "ERROR", None)
    assert executed[:3] == ("guard.executed_build", "WARN", None)


def test_build_and_release_are_left_free(settings: Settings, lake: Lake) -> None:
    judge(settings, GOOD, before=GOOD)

    change(settings.build_database, "CREATE TABLE proof AS SELECT 1")
    change(settings.releases / "current" / "tilannekuva.duckdb", "CREATE TABLE proof AS SELECT 1")
    assert list(settings.build.iterdir()) == [settings.build_database]
