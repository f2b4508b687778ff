"""Reads what one release says, for the page and the terminal: plain rows, nothing formatted, nothing recomputed.

Opens the release's own DuckDB file read-only, never the build, so that the number in the meeting is the number in the
warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from publishing import beside, explanation
from publishing.model import DATABASE
from publishing.sql import Connection, exists, rows

Row = dict[str, Any]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Situation:
    """One release as rows. ``Key`` is (programme_id, indicator_id, organisation_id).

    ``goals`` are by (programme_id, goal_id). ``beside`` is what programmes follow beside their indicators, by kind.
    ``explanations`` are the sentences of a change, a year before first; ``probabilities`` those of reaching the target.
    """

    release: Row
    indicators: list[Row]
    series: dict[Key, list[Row]]
    by_division: dict[Key, dict[str, Row]]
    divisions: list[Row]
    refused: list[Row]
    check_counts: dict[str, int]
    incidents: list[Row]
    public_figures: list[Row]
    names: dict[str, dict[str, Row]]
    goals: dict[tuple[str, str], Row]
    beside: dict[str, list[Row]]
    explanations: dict[Key, list[Row]]
    probabilities: dict[Key, float | None]

    @property
    def withheld(self) -> list[str]:
        """Organisations whose own figures of this night are held back."""
        return [name for name in self.release["withheld_organisations"].split(",") if name]


def read(release_dir: Path) -> Situation:
    """Everything a page or a summary of this release needs. Raises duckdb.Error where the file does not open."""
    with duckdb.connect(release_dir / DATABASE, read_only=True) as con:
        return Situation(
            release=rows(con, "FROM meta.release")[0],
            indicators=rows(con, INDICATORS),
            series=_series(con),
            by_division=_by_division(con),
            divisions=rows(con, DIVISIONS),
            refused=rows(con, REFUSED),
            check_counts={row["status"]: row["checks"] for row in rows(con, CHECK_COUNTS)},
            incidents=rows(con, OPEN_INCIDENTS),
            public_figures=rows(con, PUBLIC_FIGURES),
            names={
                "programme": _names(con, "mart.dim_programme", "programme_id"),
                "organisation": _names(con, "mart.dim_organisation", "organisation_id"),
                "caveat": _names(con, "indicator.caveat", "caveat_id"),
            },
            goals=_goals(con),
            beside=beside.read(con),
            explanations=explanation.read(con),
            probabilities=_probabilities(con),
        )


INDICATORS = """
SELECT catalogue.*, status.* EXCLUDE (programme_id, indicator_id, organisation_id)
FROM indicator.catalogue AS catalogue
JOIN indicator.status AS status USING (programme_id, indicator_id, organisation_id)
ORDER BY
    programme_id,
    organisation_id,
    -- The order of the programme documents: money first, then people and services.
    coalesce(list_position([
        'economy', 'purchases', 'personnel', 'service_structure', 'service_network', 'prevention', 'cooperation',
        'children', 'digital', 'knowledge_management', 'support_services'
    ], theme), 99),
    theme,
    indicator_id
"""

# One row a division, though several codes of the extracts may lead to it, and none that has no figure anywhere.
DIVISIONS = """
SELECT DISTINCT organisation_id, division_id, name_fi, name_sv, name_en
FROM mart.dim_division AS division
SEMI JOIN (
    SELECT organisation_id, division_id FROM indicator.value WHERE value IS NOT NULL OR value_status = 'suppressed'
) AS shown USING (organisation_id, division_id)
WHERE division_id <> 'all'
ORDER BY organisation_id, division_id = 'unmapped', division_id
"""

# One without a reason of the reader's was accepted and then turned down by the guard.
REFUSED = """
SELECT organisation_id, extract_id, file_name, received_at, reason
FROM quality.delivery
WHERE awaits_replacement
ORDER BY ALL
"""

OPEN_INCIDENTS = "FROM quality.incident WHERE state <> 'resolved' ORDER BY severity, opened_at, check_id"

CHECK_COUNTS = """
SELECT status, count(*) AS checks
FROM quality.check_result
WHERE run_id = (SELECT run_id FROM meta.release)
GROUP BY ALL
"""


# Published figures of whole organisations and of the whole country. The State Treasury lists the organisers only; their
# sum, of as many as are there, is the country's.
PUBLIC_FIGURES = """
WITH figure AS (
    SELECT * FROM mart.fct_public_figure WHERE sex = 'total' AND name_fi IS NOT NULL AND value IS NOT NULL
)
SELECT
    source, figure_id, name_fi, name_sv, name_en, unit, break_year, attribution, year, value,
    coalesce(organisation_id, 'FI') AS area_id, NULL::BIGINT AS summed
FROM figure
WHERE organisation_id IS NOT NULL OR area_code = 'FI'
UNION ALL
SELECT
    source, figure_id, name_fi, name_sv, name_en, unit, break_year, attribution, year, sum(value),
    'FI', count(DISTINCT organisation_id)
FROM figure
WHERE source = 'htas' AND organisation_id IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""


def _series(con: Connection) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows(con, "FROM indicator.value WHERE division_id = 'all' ORDER BY ALL"):
        found.setdefault(key(row), []).append(row)
    for months in found.values():
        months.sort(key=lambda row: row["month"])
    return found


def _by_division(con: Connection) -> dict[Key, dict[str, Row]]:
    """The divisions' rows of the month that each indicator's status is of."""
    found: dict[Key, dict[str, Row]] = {}
    query = """
        SELECT value.*
        FROM indicator.value AS value
        SEMI JOIN indicator.status USING (programme_id, indicator_id, organisation_id, month)
        WHERE division_id <> 'all'
    """
    for row in rows(con, query):
        found.setdefault(key(row), {})[row["division_id"]] = row
    return found


def _names(con: Connection, table: str, column: str) -> dict[str, Row]:
    return {row[column]: row for row in rows(con, f"FROM {table}")} if exists(con, table) else {}


def _goals(con: Connection) -> dict[tuple[str, str], Row]:
    goals = rows(con, "FROM mart.dim_goal") if exists(con, "mart.dim_goal") else []
    return {(row["programme_id"], row["goal_id"]): row for row in goals}


def _probabilities(con: Connection) -> dict[Key, float | None]:
    if not exists(con, "indicator.forecast_method"):
        return {}
    found = rows(con, "FROM indicator.forecast_method WHERE division_id = 'all'")
    return {key(row): row["probability_of_target"] for row in found}


def key(row: Row) -> Key:
    """The key of an indicator of an organisation."""
    return row["programme_id"], row["indicator_id"], row["organisation_id"]
