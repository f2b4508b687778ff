"""Assembles the warehouse file of a release from the night's build, the lake and the previous release.

Everything here is SQL between attached databases: ``build`` and ``previous`` read-only, ``release`` new. What is
published is a copy of tables (never of views, which would point back at the build), each in a fixed row order so that
the same night gives the same Parquet bytes. Disclosure is judged afterwards, by :mod:`publishing.disclosure`.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from publishing import dictionary, explanation, history, incidents
from publishing.alert_text import Words
from publishing.formats import LANGUAGES
from publishing.model import NightlyRun, ReleaseError
from publishing.sql import Connection, Table, identifier, literal, tables_of
from sources.settings import Settings

PUBLISHED_SCHEMAS = ("indicator", "mart", "quality")
# Analysts' drivers of the last two years can open files of this storage format.
STORAGE_VERSION = "v1.4.0"
# How long single check results stay in the warehouse; incidents are derived from all of history.
CHECK_HISTORY_DAYS = 90
TOOLS = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations")

REQUIRED = frozenset(
    {
        "indicator.catalogue",
        "indicator.definition",
        "indicator.value",
        "indicator.status",
        "indicator.contribution",
        "indicator.cost_target",
        "indicator.deflated",
        "indicator.forecast",
        "indicator.forecast_method",
        "indicator.goal_saving",
        "indicator.basket_status",
        "indicator.municipality_status",
        "indicator.source",
        "indicator.spc",
        "indicator.saving_seen",
        "indicator.guard_rail",
        "indicator.warning",
        "indicator.escalation",
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
    }
)


@dataclass(frozen=True, slots=True)
class Passport:
    """What a release says of itself: the row of ``meta.release``. Times are naive UTC."""

    release_id: str
    created_at: datetime
    run: NightlyRun
    git_sha: str
    previous_release_id: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose rows always exist: how to empty the rows of a withheld organisation that has nothing older.

    ``keys`` identify a row, ``kept`` columns are definitions and not data, ``marks`` are the columns that say why there
    is no value, with what they say. Every other column becomes NULL.
    """

    keys: tuple[str, ...]
    kept: tuple[str, ...]
    marks: Mapping[str, str]


WITHHELD = "not_reportable"
VALUE_WITHHELD = {"value_status": WITHHELD}
PROGRAMME = ("programme_id", "organisation_id")
NAMES = ("name_fi", "name_sv", "name_en")


GRIDS = {
    "indicator.value": Grid(
        ("programme_id", "indicator_id", "organisation_id", "division_id", "month"),
        ("definition_version",),
        VALUE_WITHHELD,
    ),
    "indicator.status": Grid(
        ("programme_id", "indicator_id", "organisation_id"), ("caveats", "definition_version"), {"status": WITHHELD}
    ),
    # Forecasts themselves are not a grid: without an older one there is none. A target rests on the baseline, which is
    # a figure of the organisation.
    "indicator.forecast_method": Grid(
        ("programme_id", "indicator_id", "organisation_id", "division_id"),
        ("target_month",),
        {"reason_no_forecast": WITHHELD},
    ),
    "mart.fct_measure": Grid(("organisation_id", "division_id", "month", "measure_id"), (), VALUE_WITHHELD),
    "indicator.cost_target": Grid(
        (*PROGRAMME, "cost_target_id", "month"),
        (
            *NAMES,
            "kind",
            "measure_id",
            "division_id",
            "stated_budget_eur_million",
            "saving_in_budget_eur_million",
            "target_low_eur_million",
            "target_high_eur_million",
            "target_month",
            "expected_low_eur_million",
            "expected_high_eur_million",
            "caveat",
        ),
        VALUE_WITHHELD | {"range_status": "no_data"},
    ),
    "indicator.goal_saving": Grid(
        (*PROGRAMME, "goal_id", "month"), ("parent_goal_id", "potential_eur_million"), VALUE_WITHHELD
    ),
    "indicator.basket_status": Grid(
        (*PROGRAMME, "check_month", "basket_id"),
        (*NAMES, "path_eur_million", "threshold_percent"),
        VALUE_WITHHELD | {"state": "no_data", "reason": WITHHELD},
    ),
    "indicator.municipality_status": Grid(
        (*PROGRAMME, "indicator_id", "municipality_code", "year"),
        ("municipality_name", "plan_kind", "plan_persons", "plan_residents", "plan_share_percent"),
        VALUE_WITHHELD,
    ),
    "indicator.saving_seen": Grid(
        (*PROGRAMME, "scope", "group_id", "month"),
        ("division_id", "measure_id"),
        VALUE_WITHHELD | {"status": "no_data", "reason": WITHHELD},
    ),
    # Its public figures would not have to be withheld; but a row is one thing, and the older one stands in for it.
    "indicator.guard_rail": Grid(
        ("organisation_id", "guard_rail_id"),
        (*NAMES, "kind", "source", "source_text", "licence", "unit", "worse", "change_kind", "counts_change"),
        VALUE_WITHHELD | {"status": "no_data", "country_status": "no_data", "reason": WITHHELD},
    ),
    "mart.fct_allocation_monthly": Grid(
        (*PROGRAMME, "allocation_id", "month"),
        (*NAMES, "total_eur", "share_low_percent", "share_high_percent", "limit_eur"),
        VALUE_WITHHELD | {"share_status": "no_data"},
    ),
    "mart.fct_risk": Grid(
        (*PROGRAMME, "risk_id"),
        (
            *NAMES,
            "avoidance_fi",
            "avoidance_sv",
            "avoidance_en",
            "owner_role",
            "certainty",
            "document",
            "place",
        ),
        {"trend": "no_data"},
    ),
}
# Definitions, plans and national figures do not rest on the organisation's deliveries: they are always tonight's. So
# are all tables without an organisation, and those of quality, which are there to tell what is wrong.
NEVER_WITHHELD = (
    "indicator.catalogue",
    "indicator.definition",
    "indicator.source",
    "mart.dim_",
    "mart.fct_project_plan",
    "mart.fct_public_figure",
    "mart.fct_statistics_table",
)

# How the rows that stand in for a withheld organisation's say so.
MARKED_PROVISIONAL = {
    "value_status": "CASE value_status WHEN 'ok' THEN 'provisional' ELSE value_status END AS value_status",
    "provisional_reason": (
        "CASE WHEN value_status IN ('ok', 'provisional') THEN coalesce(provisional_reason, 'withheld') END "
        "AS provisional_reason"
    ),
}


def assemble(settings: Settings, passport: Passport, previous: Path | None, target: Path) -> None:
    """Write the warehouse file ``target`` and close it.

    ``previous`` is the warehouse file of the current release, if there is one: the source of the last good rows of
    withheld organisations. Raises ReleaseError where the build lacks a table of the public surface.
    """
    with _attached(settings.build_database, previous, target) as con:
        tables = tables_of(con, "build", PUBLISHED_SCHEMAS)
        if missing := sorted(REQUIRED - {table.name for table in tables}):
            raise ReleaseError(f"the build has no table {', '.join(missing)}; a release is never made without it")
        for schema in (*PUBLISHED_SCHEMAS, "meta"):
            con.execute(f"CREATE SCHEMA release.{schema}")
        for table in tables:
            _copy(con, table, sorted(passport.run.withheld_organisations), has_previous=previous is not None)
            _copy_comments(con, table)
        _add_check_results(con, settings, passport.run)
        _add_incidents(con, settings)
        _add_check_meanings(con)
        _add_caveats(con)
        explanation.add(con, "release")
        _add_passport(con, passport)
        history.add(con, settings, has_previous=previous is not None)
        con.execute("CHECKPOINT release")
        con.execute("DETACH release")
    history.add_macros(target)
    dictionary.add(target)


def export_parquet(database: Path, folder: Path) -> None:
    """Write each table of a warehouse file as ``<schema>.<table>.parquet`` into ``folder``, in the table's order, and
    the ledger of all releases, which is a view.
    """
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(database)} AS release (READ_ONLY)")
        for table in tables_of(con, "release"):
            copy_parquet(con, f"FROM {table.within('release')}", folder / f"{table.name}.parquet")
        copy_parquet(con, "FROM release.indicator.reported ORDER BY ALL", folder / "indicator.reported.parquet")


def copy_parquet(con: Connection, query: str, path: Path) -> None:
    """Write the rows of ``query`` as one Parquet file."""
    con.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, COMPRESSION zstd)")


def facts(database: Path) -> dict[str, object]:
    """What the manifest repeats of the warehouse: ``meta.release``, lists as lists, and this run's checks by status."""
    with duckdb.connect(database, read_only=True) as con:
        row = con.execute(
            """
            SELECT
                string_split(organisations, ','),
                list_filter(string_split(withheld_organisations, ','), lambda name: name <> ''),
                data_origin,
                tilannekuva_version,
                tool_versions
            FROM meta.release
            """
        ).fetchone()
        checks = con.execute(
            """
            SELECT status, count(run_id)
            FROM unnest(['passed', 'failed', 'error', 'not_applicable']) AS possible(status)
            LEFT JOIN (quality.check_result SEMI JOIN meta.release USING (run_id)) USING (status)
            GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
    names = ("organisations", "withheld_organisations", "data_origin", "tilannekuva_version", "tool_versions")
    return dict(zip(names, row or (), strict=True)) | {"checks": dict(checks)}


def input_deliveries(settings: Settings) -> list[dict[str, str]]:
    """The deliveries that tonight's numbers rest on: id (the SHA-256 of its bytes), organisation, extract, origin."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(settings.build_database)} AS build (READ_ONLY)")
        rows = con.execute(
            """
            SELECT DISTINCT delivery_id, organisation_id, extract_id, coalesce(origin, 'delivered') AS origin
            FROM build.quality.delivery
            WHERE is_current
            ORDER BY ALL
            """
        ).fetchall()
    names = ("delivery_id", "organisation_id", "extract_id", "origin")
    return [dict(zip(names, row, strict=True)) for row in rows]


def known_hashes(settings: Settings) -> frozenset[str]:
    """Every delivery and receipt id of the lake: the only texts of 64 hex digits that may be published."""
    receipts = _parts(settings.lake / "receipt")
    if not receipts:
        return frozenset()
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT unnest([delivery_id, receipt_id]) FROM read_parquet($parts, union_by_name => true)",
            {"parts": receipts},
        ).fetchall()
    return frozenset(str(row[0]) for row in rows)


@contextmanager
def _attached(build: Path, previous: Path | None, target: Path) -> Iterator[Connection]:
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(build)} AS build (READ_ONLY)")
        if previous is not None:
            con.execute(f"ATTACH {literal(previous)} AS previous (READ_ONLY)")
        con.execute(f"ATTACH {literal(target)} AS release (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        yield con


def _copy(con: Connection, table: Table, withheld: list[str], *, has_previous: bool) -> None:
    """One table of the build into the release, with the last good rows of withheld organisations."""
    source = table.within("build")
    if not withheld or "organisation_id" not in table.columns or not _can_be_withheld(table):
        con.execute(f"CREATE TABLE {table.within('release')} AS FROM {source} ORDER BY ALL")
        return
    older = _previous(con, table) if has_previous else None
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE composed AS FROM {source} "
        "WHERE organisation_id IS NULL OR NOT list_contains(?::VARCHAR[], organisation_id)",
        [withheld],
    )
    if older is not None:
        con.execute(f"INSERT INTO composed BY NAME {_older_rows(table, older)}", [withheld])
    if table.name in GRIDS:
        con.execute(f"INSERT INTO composed BY NAME {_emptied_rows(table, GRIDS[table.name])}", [withheld])
    con.execute(f"CREATE TABLE {table.within('release')} AS FROM composed ORDER BY ALL")


def _can_be_withheld(table: Table) -> bool:
    return table.schema in ("indicator", "mart") and not table.name.startswith(NEVER_WITHHELD)


def _previous(con: Connection, table: Table) -> Table | None:
    found = {t.name: t for t in tables_of(con, "previous", (table.schema,))}
    return found.get(table.name)


def _older_rows(table: Table, older: Table) -> str:
    """The previous release's rows of the withheld organisations, in the columns that both releases know."""
    columns = [
        MARKED_PROVISIONAL.get(column, identifier(column)) for column in table.columns if column in older.columns
    ]
    return (
        f"SELECT {', '.join(columns)} FROM {older.within('previous')} AS older "
        f"WHERE list_contains(?::VARCHAR[], organisation_id){_defensible(table, older)}"
    )


def _defensible(table: Table, older: Table) -> str:
    """The condition that an older row can stand in for tonight's.

    A figure of another version of its definition cannot, and that there was no figure is not true any more when tonight
    there is one, though it is withheld.
    """
    shared = [column for column in table.columns if column in older.columns]
    reasons = []
    if "definition_version" in shared:
        reasons.append("older.definition_version <> tonight.definition_version")
    if "value_status" in shared:
        reasons.append(
            "(older.value_status IN ('no_data', 'not_yet_due') "
            "AND tonight.value_status IN ('ok', 'provisional', 'suppressed'))"
        )
    if "status" in shared:
        reasons.append("(older.status = 'no_data' AND tonight.status <> 'no_data')")
    if table.name not in GRIDS or not reasons:
        return ""
    same = " AND ".join(f"older.{key} IS NOT DISTINCT FROM tonight.{key}" for key in GRIDS[table.name].keys)
    return f" AND NOT EXISTS (FROM {table.within('build')} AS tonight WHERE {same} AND ({' OR '.join(reasons)}))"


def _emptied_rows(table: Table, grid: Grid) -> str:
    """Tonight's rows of the withheld organisations that have no older row, without their data."""
    columns = [identifier(c) for c in (*grid.keys, *grid.kept) if c in table.columns]
    columns += [f"{literal(said)} AS {mark}" for mark, said in grid.marks.items() if mark in table.columns]
    same = " AND ".join(f"composed.{key} IS NOT DISTINCT FROM tonight.{key}" for key in grid.keys)
    return (
        f"SELECT {', '.join(columns)} FROM {table.within('build')} AS tonight "
        "WHERE list_contains(?::VARCHAR[], organisation_id) "
        f"AND NOT EXISTS (FROM composed WHERE {same})"
    )


def _copy_comments(con: Connection, table: Table) -> None:
    place = [table.schema, table.table]
    comments = con.execute(
        """
        SELECT 'TABLE', NULL, comment FROM duckdb_tables()
        WHERE database_name = 'build' AND schema_name = $1 AND table_name = $2 AND comment IS NOT NULL
        UNION ALL
        SELECT 'COLUMN', column_name, comment FROM duckdb_columns()
        WHERE database_name = 'build' AND schema_name = $1 AND table_name = $2 AND comment IS NOT NULL
        """,
        place,
    ).fetchall()
    for kind, column, comment in comments:
        target = table.within("release") + (f".{identifier(column)}" if column else "")
        con.execute(f"COMMENT ON {kind} {target} IS {literal(comment)}")


CHECK_RESULT_TYPES = {
    "run_id": "VARCHAR",
    "check_id": "VARCHAR",
    "organisation_id": "VARCHAR",
    "extract_id": "VARCHAR",
    "severity": "VARCHAR",
    "status": "VARCHAR",
    "observed": "VARCHAR",
    "expected": "VARCHAR",
    "checked_at": "TIMESTAMP",
    "delivery_id": "VARCHAR",
}


def _add_check_results(con: Connection, settings: Settings, run: NightlyRun) -> None:
    """All recorded results, whoever recorded them: the lake's, and this run's that the lake does not have yet."""
    columns = ", ".join(f"{name} {kind}" for name, kind in CHECK_RESULT_TYPES.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE every_result ({columns})")
    if parts := _parts(settings.lake / "check_result"):
        con.execute(
            f"INSERT INTO every_result BY NAME SELECT DISTINCT {', '.join(CHECK_RESULT_TYPES)} "
            "FROM read_parquet(?, union_by_name => true)",
            [parts],
        )
    if run.results:
        con.execute(f"CREATE OR REPLACE TEMP TABLE tonight ({columns})")
        con.executemany(
            f"INSERT INTO tonight VALUES ({', '.join('?' * len(CHECK_RESULT_TYPES))})",
            [astuple(result) for result in run.results],
        )
        con.execute("INSERT INTO every_result FROM tonight EXCEPT FROM every_result")
    con.execute(
        "CREATE TABLE release.quality.check_result AS FROM every_result "
        f"WHERE checked_at >= ?::TIMESTAMP - INTERVAL {CHECK_HISTORY_DAYS} DAY ORDER BY ALL",
        [run.started_at],
    )


def _add_incidents(con: Connection, settings: Settings) -> None:
    incidents.derive(con, settings)  # reads the temporary table every_result, which _add_check_results has made
    con.execute(
        f"CREATE TABLE release.quality.incident AS SELECT {incidents.PUBLISHED} FROM derived_incident ORDER BY ALL"
    )


CHECK_MEANING_TYPES = {
    "check_id": "VARCHAR",
    "is_of_suite": "BOOLEAN",
    **{f"meaning_{language}": "VARCHAR" for language in LANGUAGES},
    **{f"what_to_do_{language}": "VARCHAR" for language in LANGUAGES},
}


def _add_check_meanings(con: Connection) -> None:
    """The words of tonight's suites, so that a release tells its own incidents also when the suites have changed."""
    recorded = con.execute(
        "SELECT check_id FROM release.quality.check_result UNION SELECT check_id FROM release.quality.incident"
    ).fetchall()
    words = [Words(language) for language in LANGUAGES]
    rows = [
        (
            name,
            words[0].of_suite(name),
            *(each.meaning(name) for each in words),
            *(each.what_to_do(name) for each in words),
        )
        for name in sorted(row[0] for row in recorded)
    ]
    columns = ", ".join(f"{name} {kind}" for name, kind in CHECK_MEANING_TYPES.items())
    con.execute(f"CREATE TABLE release.quality.check_meaning ({columns})")
    if rows:
        marks = ", ".join("?" * len(CHECK_MEANING_TYPES))
        con.executemany(f"INSERT INTO release.quality.check_meaning VALUES ({marks})", rows)


# A warning is a caveat beside every value that rests on what it warns of: an open incident of an extract beside the
# indicators made from it, one that names no extract beside all of the organisation's.
CAVEATS = """
CREATE TABLE release.quality.caveat AS
SELECT DISTINCT
    source.programme_id,
    source.indicator_id,
    source.organisation_id,
    incident.incident_id,
    incident.check_id,
    incident.extract_id,
    incident.severity,
    incident.opened_at AS since
FROM release.quality.incident AS incident
JOIN release.indicator.source AS source
    ON incident.organisation_id IN (source.organisation_id, 'public')
    AND coalesce(incident.extract_id, source.extract_id) = source.extract_id
JOIN release.indicator.catalogue AS catalogue
    ON catalogue.programme_id = source.programme_id
    AND catalogue.indicator_id = source.indicator_id
    AND catalogue.organisation_id = source.organisation_id
WHERE incident.state <> 'resolved'
ORDER BY ALL
"""


def _add_caveats(con: Connection) -> None:
    con.execute(CAVEATS)


def _add_passport(con: Connection, passport: Passport) -> None:
    tools = {"python": platform.python_version()} | {name: version(name) for name in TOOLS}
    con.execute(
        """
        CREATE TABLE release.meta.release AS
        SELECT
            $release_id::VARCHAR AS release_id,
            $created_at::TIMESTAMP AS created_at,
            $as_of::DATE AS as_of_date,
            $git_sha::VARCHAR AS git_sha,
            $previous_release_id::VARCHAR AS previous_release_id,
            (
                SELECT coalesce(string_agg(organisation_id, ',' ORDER BY organisation_id), '')
                FROM (
                    SELECT organisation_id FROM release.indicator.value
                    UNION SELECT organisation_id FROM release.mart.fct_measure
                )
            ) AS organisations,
            $run_id::VARCHAR AS run_id,
            $withheld::VARCHAR AS withheld_organisations,
            CASE WHEN EXISTS (
                FROM build.quality.delivery WHERE is_current AND origin = 'generated'
            ) THEN 'generated' ELSE 'delivered' END AS data_origin,
            $version::VARCHAR AS tilannekuva_version,
            $tools::VARCHAR AS tool_versions
        """,
        {
            "release_id": passport.release_id,
            "created_at": passport.created_at,
            "as_of": passport.run.as_of,
            "git_sha": passport.git_sha,
            "previous_release_id": passport.previous_release_id,
            "run_id": passport.run.run_id,
            "withheld": ",".join(sorted(passport.run.withheld_organisations)),
            "version": version("tilannekuva"),
            "tools": "; ".join(f"{name} {number}" for name, number in tools.items()),
        },
    )


def _parts(folder: Path) -> list[str]:
    """The Parquet files of one part of the lake; hidden names are files still being written."""
    return [str(path) for path in sorted(folder.glob("*.parquet")) if not path.name.startswith(".")]
