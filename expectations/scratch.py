"""What the suites see: small scratch databases made from the lake, or from tonight's build.

Great Expectations opens a scratch file read-only and alone, so neither the lake nor the build file is ever held open by
it, and the rows of an extract are scanned once (see ``profile`` in :mod:`expectations.suite`).

For an extract the relations are

* ``delivery``: accepted deliveries that are usable, of every organisation: those to be judged tonight (``is_new``) and
  those that passed earlier; with ``file_name, received_at, rows_accepted, periods``;
* ``standing``: (organisation_id, delivery_id, period) that give a period its rows, by the delivery mode, if everything
  that is to be judged passes; ``stood_before``: the same without it;
* ``landed`` and ``earlier``: rows to be judged, and rows of the same organisations that stood before;
  ``lake_row`` is both, with ``is_new``; ``profile``: what the suite boils them down to; of it ``judged`` is what
  tonight's deliveries brought and ``past`` what stands;
* a table for each extract that the suite ``reads``: what it boils that extract's standing rows down to;
* ``contract`` (one row), ``night`` (``as_of``, ``small_number``), ``due`` (``period``, ``month_end`` of the newest
  month whose due date has passed; no row without a due day), ``ended`` (``organisation_id``, ``newest`` month of those
  from whom nothing is awaited any more), ``calendar`` (``period``, ``month_number``, ``business_days``).

**What is judged.** Accepted deliveries whose newest verdict is not ``passed``: those without a verdict, and those that
failed and that no later delivery has replaced. Judging a failure again each night is what lets a delivery in once a
threshold is corrected or a crash of a suite is mended: the supplier cannot, because the same bytes again are a
duplicate. Its check keeps failing meanwhile, so its incident stays open.

Not covered: whether files may be read at all (the reader), and which rows are current for dbt (the transform decides
that from receipts and verdicts; ``standing`` is only what a new delivery is compared with).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.suite import Suite, ended_after_months
from sources import lake
from sources.calendar import business_days, newest_due_month
from sources.contract import load_contracts
from sources.settings import Settings

# One delivery is one (organisation_id, extract_id, delivery_id): two organisations may deliver the same bytes.
_USABLE = """
CREATE TEMP TABLE usable AS
WITH accepted AS (
    SELECT organisation_id, extract_id, delivery_id, file_name, received_at, rows_accepted,
           coalesce(periods, []) AS periods
    FROM read_parquet(getvariable('receipts'), union_by_name = true)
    WHERE decision = 'accepted'
    QUALIFY row_number() OVER (PARTITION BY organisation_id, extract_id, delivery_id ORDER BY received_at) = 1
),
latest_verdict AS (
    SELECT organisation_id, extract_id, delivery_id, verdict
    FROM read_parquet(getvariable('verdicts'), union_by_name = true)
    QUALIFY row_number() OVER (PARTITION BY organisation_id, extract_id, delivery_id ORDER BY decided_at DESC) = 1
),
judged AS (
    SELECT accepted.*, latest_verdict.verdict, coalesce(contract.delivery_mode, 'replace_period') AS delivery_mode
    FROM accepted
    LEFT JOIN latest_verdict USING (organisation_id, extract_id, delivery_id)
    LEFT JOIN read_parquet(getvariable('contracts')) AS contract USING (extract_id)
)
SELECT *, verdict IS DISTINCT FROM 'passed' AS is_new
FROM judged
WHERE verdict IS DISTINCT FROM 'failed'
   OR NOT EXISTS (
        SELECT 1
        FROM judged AS later
        WHERE later.organisation_id = judged.organisation_id
          AND later.extract_id = judged.extract_id
          AND (later.received_at, later.file_name) > (judged.received_at, judged.file_name)
          AND (judged.delivery_mode <> 'replace_period' OR list_has_all(later.periods, judged.periods))
    )
"""

# The deliveries that give a period its rows.
_STANDING = """
WITH held AS (
    SELECT organisation_id, delivery_id, received_at, file_name, delivery_mode, NULL::VARCHAR AS period
    FROM usable
    WHERE {condition} AND delivery_mode <> 'replace_period'
    UNION ALL
    SELECT organisation_id, delivery_id, received_at, file_name, delivery_mode, unnest(periods)
    FROM usable
    WHERE {condition} AND delivery_mode = 'replace_period'
)
SELECT organisation_id, delivery_id, period
FROM held
QUALIFY delivery_mode = 'upsert'
     OR row_number() OVER (PARTITION BY organisation_id, period ORDER BY received_at DESC, file_name DESC) = 1
"""

# From whom nothing is awaited any more: their newest month, or the month of their newest arrival where the extract has
# no periods, lies so many months behind what is due. Public data never end: the nation goes on.
_ENDED = """
CREATE TABLE ended AS
WITH latest AS (
    SELECT
        organisation_id,
        max(CASE
            WHEN period IS NULL THEN strftime(received_at, '%Y-%m')
            WHEN regexp_full_match(left(period, 7), '[0-9]{{4}}-[0-9]{{2}}') THEN left(period, 7)
            ELSE left(period, 4) || '-12'
        END) AS newest
    FROM delivery
    JOIN standing USING (organisation_id, delivery_id)
    WHERE (SELECT scope FROM contract) = 'organisation'
    GROUP BY ALL
)
SELECT organisation_id, newest
FROM latest, night
WHERE newest <= strftime(
    coalesce((SELECT (period || '-01')::DATE FROM due), date_trunc('month', as_of) - INTERVAL 1 MONTH)
        - INTERVAL {months} MONTH,
    '%Y-%m'
)
"""

_JUDGED = """
CREATE TABLE judged AS
SELECT profile.*
FROM profile
SEMI JOIN (SELECT organisation_id, delivery_id FROM delivery WHERE is_new) AS new USING (organisation_id, delivery_id)
"""

_PAST = """
CREATE TABLE past AS
SELECT profile.*
FROM profile
SEMI JOIN standing
    ON standing.organisation_id = profile.organisation_id
    AND standing.delivery_id = profile.delivery_id
    AND standing.period IS NOT DISTINCT FROM profile.period
"""

_FIRST_YEAR = 2015
_LAST_YEARS = 2


@dataclass(frozen=True, slots=True)
class Delivery:
    """A usable delivery; ``is_new`` when it is to be judged tonight."""

    organisation_id: str
    extract_id: str
    delivery_id: str
    is_new: bool


class LakeView:
    """Which deliveries of the lake are usable and which are to be judged; makes the scratch file of an extract."""

    def __init__(self, settings: Settings, as_of: date) -> None:
        self._settings = settings
        self._as_of = as_of
        self._connection = duckdb.connect()
        for name, table, part in (
            ("receipts", "receipt", "*"),
            ("verdicts", "verdict", "*"),
            ("contracts", "contract", "contract"),
        ):
            self._connection.execute(f"SET VARIABLE {name} = ?", [str(lake.table_path(settings, table, part))])
        self._connection.execute(_USABLE)

    def deliveries(self) -> list[Delivery]:
        """Every usable delivery, by extract, organisation and arrival."""
        rows = self._connection.execute(
            "SELECT organisation_id, extract_id, delivery_id, is_new FROM usable "
            "ORDER BY extract_id, organisation_id, received_at, file_name"
        ).fetchall()
        return [Delivery(*row) for row in rows]

    def make_scratch(self, suite: Suite, database: Path) -> dict[str, str]:
        """Write the scratch file of one extract; return the newest month of each organisation whose extract has ended.

        Rows are read only when something is to be judged.
        """
        _copy(self._connection, database, self._relations(suite))
        with duckdb.connect(str(database)) as scratch:
            scratch.execute(_ENDED.format(months=ended_after_months()))
            if scratch.execute("SELECT count(*) FROM delivery WHERE is_new").fetchone() != (0,):
                for extract_id, query in suite.reads.items():
                    self._read_other(extract_id, query, scratch)
                self._add_rows(suite, scratch)
            return dict(scratch.execute("SELECT organisation_id, newest FROM ended").fetchall())

    def _relations(self, suite: Suite) -> dict[str, str]:
        contract = str(lake.table_path(self._settings, "contract", "contract"))
        own = f"extract_id = {_text(suite.name)}"
        concerned = f"(SELECT organisation_id FROM usable WHERE is_new AND {own})"
        others = {
            f"stands_{extract_id}": _STANDING.format(
                condition=f"extract_id = {_text(extract_id)} "
                f"AND (organisation_id = 'public' OR organisation_id IN {concerned})"
            )
            for extract_id in suite.reads
        }
        return {
            "delivery": "SELECT organisation_id, delivery_id, file_name, received_at, rows_accepted, periods, is_new "
            f"FROM usable WHERE {own}",
            "standing": _STANDING.format(condition=own),
            "stood_before": _STANDING.format(condition=f"{own} AND NOT is_new"),
            "contract": f"SELECT * FROM read_parquet({_text(contract)}) WHERE {own}",
            "night": _night(self._settings, self._as_of),
            "due": self._due(suite.name),
            "calendar": _calendar(self._as_of),
            **others,
        }

    def _due(self, extract_id: str) -> str:
        """The newest month that is due, or no row."""
        contract = load_contracts().get(extract_id)
        if contract is None or contract.due_day is None:
            return "SELECT NULL::VARCHAR AS period, NULL::DATE AS month_end WHERE false"
        month = f"DATE '{newest_due_month(self._as_of, contract.due_day).isoformat()}'"
        return f"SELECT strftime({month}, '%Y-%m') AS period, last_day({month}) AS month_end"

    def _read_other(self, extract_id: str, query: str, scratch: duckdb.DuckDBPyConnection) -> None:
        """Make the table of another extract that the suite reads."""
        stands = f"stands_{extract_id}"
        files = self._files(scratch, extract_id, f"SELECT DISTINCT organisation_id, delivery_id FROM {stands}")
        empty = lake.delivery_path(self._settings, extract_id, "schema", "empty")
        scratch.execute(
            f"CREATE TEMP VIEW standing_row AS SELECT row.* FROM {_parquet([empty, *files])} AS row "
            f"SEMI JOIN {stands} AS stands ON stands.organisation_id = row.organisation_id "
            "AND stands.delivery_id = row.delivery_id AND stands.period IS NOT DISTINCT FROM row.period"
        )
        scratch.execute(f"CREATE TABLE {extract_id} AS {query}")
        scratch.execute("DROP VIEW standing_row")

    def _add_rows(self, suite: Suite, scratch: duckdb.DuckDBPyConnection) -> None:
        new = self._files(scratch, suite.name, "SELECT organisation_id, delivery_id FROM delivery WHERE is_new")
        earlier = self._files(
            scratch,
            suite.name,
            """
            SELECT DISTINCT organisation_id, delivery_id
            FROM stood_before
            WHERE organisation_id IN (SELECT organisation_id FROM delivery WHERE is_new)
            """,
        )
        empty = lake.delivery_path(self._settings, suite.name, "schema", "empty")
        for relation, files in (("landed", new), ("earlier", earlier)):
            scratch.execute(f"CREATE VIEW {relation} AS SELECT * FROM {_parquet([empty, *files])}")
        scratch.execute(
            "CREATE VIEW lake_row AS "
            "SELECT *, true AS is_new FROM landed UNION ALL BY NAME SELECT *, false AS is_new FROM earlier"
        )
        if suite.profile is not None:
            scratch.execute(f"CREATE TABLE profile AS {suite.profile}")
            scratch.execute(_JUDGED)
            scratch.execute(_PAST)

    def _files(self, scratch: duckdb.DuckDBPyConnection, extract_id: str, query: str) -> list[Path]:
        """Lake files of the deliveries that ``query`` gives. One that is missing shows as a delivery of no rows."""
        paths = (
            lake.delivery_path(self._settings, extract_id, organisation_id, delivery_id)
            for organisation_id, delivery_id in scratch.execute(query).fetchall()
        )
        return [path for path in paths if path.is_file()]


# What the build suite sees: relation -> what it is in the build. Copied, so that the build file is not held open.
_BUILD_RELATIONS = {
    "indicator_value": "SELECT * FROM build.indicator.value",
    "catalogue": "SELECT * FROM build.indicator.catalogue",
    # An index is a percentage that may exceed a hundred: for the bounds it has a unit of its own.
    "indicator_unit": (
        "SELECT DISTINCT programme_id, indicator_id, CASE family WHEN 'index' THEN 'index' ELSE unit END AS unit "
        "FROM build.indicator.catalogue"
    ),
    "measure": "SELECT * FROM build.mart.fct_measure",
    "programme_fact": "SELECT * FROM build.mart.dim_programme_fact",
    "public_figure": "SELECT * FROM build.mart.fct_public_figure",
}
_KEY = "programme_id, indicator_id, organisation_id, division_id, month"


def make_build_scratch(settings: Settings, as_of: date, database: Path) -> None:
    """Write the scratch file of the build: its indicators and measures, and the values of the current release.

    Relations: ``indicator_value``, ``catalogue``, ``indicator_unit``, ``measure`` (``mart.fct_measure``),
    ``programme_fact``, ``public_figure``, ``previous_value`` (of the current release; no rows before the first),
    ``landed_organisation`` (with deliveries that passed since that release was made), ``night``.

    Raises:
        duckdb.Error: when the build, the release or the lake cannot be read; the caller makes that a failure.
    """
    current = settings.releases / "current" / "tilannekuva.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {_text(str(settings.build_database))} AS build (READ_ONLY)")
        if current.exists():
            connection.execute(f"ATTACH {_text(str(current.resolve()))} AS previous (READ_ONLY)")
            since = "(SELECT max(created_at) FROM previous.meta.release)"
            previous = f"SELECT {_KEY}, value, value_status, definition_version FROM previous.indicator.value"
        else:
            since = "TIMESTAMP '-infinity'"
            previous = f"SELECT {_KEY}, value, value_status, definition_version FROM build.indicator.value WHERE false"
        verdicts = _text(str(lake.table_path(settings, "verdict", "*")))
        _copy(
            connection,
            database,
            _BUILD_RELATIONS
            | {
                "previous_value": previous,
                "landed_organisation": "SELECT DISTINCT organisation_id "
                f"FROM read_parquet({verdicts}, union_by_name = true) "
                f"WHERE verdict = 'passed' AND decided_at > {since}",
                "night": _night(settings, as_of),
            },
        )


def _copy(connection: duckdb.DuckDBPyConnection, database: Path, relations: dict[str, str]) -> None:
    """Write the named queries as tables of a new file."""
    connection.execute(f"ATTACH {_text(str(database))} AS scratch")
    for relation, query in relations.items():
        connection.execute(f"CREATE TABLE scratch.{relation} AS {query}")
    connection.execute("DETACH scratch")


def _calendar(as_of: date) -> str:
    """Months: their position in time and how many business days they have."""
    months = [date(year, month, 1) for year in range(_FIRST_YEAR, as_of.year + _LAST_YEARS) for month in range(1, 13)]
    rows = ", ".join(f"('{m:%Y-%m}', {12 * m.year + m.month}, {business_days(m)})" for m in months)
    return f"SELECT * FROM (VALUES {rows}) AS month (period, month_number, business_days)"


def _night(settings: Settings, as_of: date) -> str:
    return f"SELECT DATE '{as_of.isoformat()}' AS as_of, {settings.small_number} AS small_number"


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_texts(files))}], union_by_name = true, hive_partitioning = false)"


def _texts(files: Iterable[Path]) -> list[str]:
    return [_text(str(path)) for path in files]


def _text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"
