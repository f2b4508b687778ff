"""What the suites see: small scratch databases made from the lake, or from tonight's build.

Great Expectations opens a scratch file read-only and alone, so neither the lake nor the build file is ever held open by
it, and the rows of an extract are scanned once (see ``profile`` in :mod:`expectations.suite`).

For an extract the relations are

* ``delivery``: accepted deliveries that are usable, of every organisation: those to be judged tonight (``is_new``) and
  those that passed earlier; with ``file_name, received_at, rows_accepted, periods``;
* ``standing``: (organisation_id, delivery_id, period) that give a period its rows, by the delivery mode, if everything
  that is to be judged passes; ``stood_before``: the same without it;
* ``landed`` and ``earlier``: rows to be judged, and rows of the same organisations that stood before;
  ``lake_row`` is both, with ``is_new``; ``profile``: what the suite boils them down to;
* ``contract`` (one row) and ``night`` (``as_of``, ``small_number``).

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

from expectations.suite import Suite
from sources import lake
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

# The deliveries that give a period its rows: among all usable ones, or among those that stood before tonight.
_STANDING = """
CREATE TABLE {relation} AS
WITH held AS (
    SELECT organisation_id, delivery_id, received_at, file_name, NULL::VARCHAR AS period
    FROM {deliveries}, contract
    WHERE delivery_mode <> 'replace_period'
    UNION ALL
    SELECT organisation_id, delivery_id, received_at, file_name, unnest(periods)
    FROM {deliveries}, contract
    WHERE delivery_mode = 'replace_period'
)
SELECT organisation_id, delivery_id, period
FROM held, contract
QUALIFY delivery_mode = 'upsert'
     OR row_number() OVER (PARTITION BY organisation_id, period ORDER BY received_at DESC, file_name DESC) = 1
"""


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

    def make_scratch(self, suite: Suite, database: Path) -> None:
        """Write the scratch file of one extract. Rows are read only when something is to be judged."""
        _copy(self._connection, database, self._relations(suite.name))
        with duckdb.connect(str(database)) as scratch:
            passed = "(SELECT * FROM delivery WHERE NOT is_new)"
            scratch.execute(_STANDING.format(relation="standing", deliveries="delivery"))
            scratch.execute(_STANDING.format(relation="stood_before", deliveries=passed))
            if scratch.execute("SELECT count(*) FROM delivery WHERE is_new").fetchone() != (0,):
                self._add_rows(suite, scratch)

    def _relations(self, extract_id: str) -> dict[str, str]:
        contract = str(lake.table_path(self._settings, "contract", "contract"))
        return {
            "delivery": "SELECT organisation_id, delivery_id, file_name, received_at, rows_accepted, periods, is_new "
            f"FROM usable WHERE extract_id = {_text(extract_id)}",
            "contract": f"SELECT * FROM read_parquet({_text(contract)}) WHERE extract_id = {_text(extract_id)}",
            "night": _night(self._settings, self._as_of),
        }

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


def _night(settings: Settings, as_of: date) -> str:
    return f"SELECT DATE '{as_of.isoformat()}' AS as_of, {settings.small_number} AS small_number"


def _parquet(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(_texts(files))}], union_by_name = true, hive_partitioning = false)"


def _texts(files: Iterable[Path]) -> list[str]:
    return [_text(str(path)) for path in files]


def _text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"
