"""Reads what one release says of the quality of its data, for the page: plain rows, nothing formatted.

Opens the release's own DuckDB file read-only. A value of a rejected row is never read: its column, reason and count
are enough to mend it, and the supplier has the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from publishing.model import DATABASE
from publishing.situation import Row
from publishing.sql import rows


@dataclass(frozen=True, slots=True)
class Facts:
    """One release as rows.

    ``extracts`` has one row an organisation and extract, with its contract's titles and its last delivery. ``totals``
    are means of the scores of a month by organisation; of all together ``organisation_id`` is None.
    """

    release: Row
    organisations: dict[str, Row]
    titles: dict[str, Row]
    extracts: list[Row]
    scores: list[Row]
    totals: list[Row]
    incidents: list[Row]
    caveats: list[Row]
    awaited: list[Row]
    rejects: list[Row]
    nights: list[Row]


def read(release_dir: Path) -> Facts:
    """Everything that the page of a release needs. Raises duckdb.Error where the file does not open."""
    with duckdb.connect(release_dir / DATABASE, read_only=True) as con:
        return Facts(
            release=rows(con, "FROM meta.release")[0],
            organisations={row["organisation_id"]: row for row in rows(con, "FROM mart.dim_organisation")},
            titles={row["extract_id"]: row for row in rows(con, "FROM quality.contract")},
            extracts=rows(con, EXTRACTS),
            scores=rows(con, SCORES),
            totals=rows(con, TOTALS),
            incidents=rows(con, INCIDENTS),
            caveats=rows(con, CAVEATS),
            awaited=rows(con, AWAITED),
            rejects=rows(con, REJECTS),
            nights=rows(con, NIGHTS),
        )


# The same bytes sent again change nothing and are no last delivery.
EXTRACTS = """
WITH last_delivery AS (
    SELECT organisation_id, extract_id, received_at, decision, verdict, periods, rows_read, rows_rejected
    FROM quality.delivery
    WHERE decision <> 'duplicate'
    QUALIFY row_number() OVER (
        PARTITION BY organisation_id, extract_id ORDER BY received_at DESC, file_name DESC
    ) = 1
)
SELECT timeliness.*, last_delivery.* EXCLUDE (organisation_id, extract_id)
FROM quality.timeliness AS timeliness
LEFT JOIN last_delivery USING (organisation_id, extract_id)
ORDER BY organisation_id, extract_id
"""

SCORES = "FROM quality.score ORDER BY organisation_id, extract_id, month"

# Only months that every extract of the organisation has been due for are compared, and only extracts that are scored by
# the month they speak of: else a month's mean would move with who happens to have delivered already.
TOTALS = """
WITH whole AS (
    SELECT organisation_id, min(due_month) AS last_month
    FROM quality.timeliness
    WHERE state IN ('in_time', 'late', 'missing', 'refused')
    GROUP BY organisation_id
),
scored AS (
    SELECT organisation_id, month, score_percent, last_month
    FROM quality.score
    JOIN whole USING (organisation_id)
    WHERE completeness_share IS NOT NULL
)
SELECT organisation_id, month, avg(score_percent) AS score_percent
FROM scored
WHERE month <= last_month
GROUP BY ALL
UNION ALL
SELECT NULL, month, avg(score_percent)
FROM scored
WHERE month <= (SELECT min(last_month) FROM whole)
GROUP BY ALL
ORDER BY ALL
"""

# What was observed is what the last night that failed the check has recorded. Of the checks of deliveries, which are
# recorded in English, the figures stand in the deliveries themselves.
INCIDENTS = """
WITH failing AS (
    SELECT
        organisation_id, check_id, extract_id, run_id,
        max(checked_at) AS checked_at,
        string_agg(DISTINCT observed, '; ' ORDER BY observed) AS observed,
        string_agg(DISTINCT expected, '; ' ORDER BY expected) AS expected
    FROM quality.check_result
    WHERE status IN ('failed', 'error')
    GROUP BY ALL
),
newest AS (
    FROM failing
    QUALIFY row_number() OVER (
        PARTITION BY organisation_id, check_id, extract_id ORDER BY checked_at DESC, run_id DESC
    ) = 1
),
counted AS (
    SELECT
        organisation_id,
        extract_id,
        coalesce(sum(rows_rejected) FILTER (is_current), 0)::BIGINT AS rejected_rows,
        count(*) FILTER (awaits_replacement) AS awaited_deliveries
    FROM quality.delivery
    GROUP BY ALL
)
SELECT
    incident.*,
    newest.observed,
    newest.expected,
    meaning.* EXCLUDE (check_id),
    counted.rejected_rows,
    counted.awaited_deliveries
FROM quality.incident AS incident
LEFT JOIN newest
    ON newest.check_id = incident.check_id
    AND newest.organisation_id IS NOT DISTINCT FROM incident.organisation_id
    AND newest.extract_id IS NOT DISTINCT FROM incident.extract_id
LEFT JOIN quality.check_meaning AS meaning ON meaning.check_id = incident.check_id
LEFT JOIN counted
    ON counted.organisation_id = incident.organisation_id
    AND counted.extract_id = incident.extract_id
WHERE state <> 'resolved'
ORDER BY severity, incident.check_id, incident.extract_id, opened_at
"""

CAVEATS = """
SELECT DISTINCT
    caveat.organisation_id,
    caveat.severity,
    caveat.check_id,
    caveat.extract_id,
    caveat.incident_id,
    caveat.since,
    meaning.* EXCLUDE (check_id),
    catalogue.name_fi,
    catalogue.name_sv,
    catalogue.name_en
FROM quality.caveat AS caveat
JOIN indicator.catalogue AS catalogue USING (programme_id, indicator_id, organisation_id)
LEFT JOIN quality.check_meaning AS meaning ON meaning.check_id = caveat.check_id
ORDER BY caveat.organisation_id, caveat.severity, caveat.extract_id, caveat.check_id, caveat.incident_id, name_fi
"""

AWAITED = """
SELECT organisation_id, extract_id, file_name, received_at, rows_read, reason, reason_code, periods
FROM quality.delivery
WHERE awaits_replacement
ORDER BY organisation_id, extract_id, received_at, file_name
"""

# Of what stands or awaits its replacement: what a newer delivery has mended is history.
REJECTS = """
SELECT organisation_id, extract_id, column_name, reason_code, count(*) AS faults
FROM quality.rejected_row
SEMI JOIN (
    FROM quality.delivery WHERE is_current OR awaits_replacement
) AS standing USING (organisation_id, extract_id, delivery_id)
GROUP BY ALL
ORDER BY organisation_id, extract_id, faults DESC, column_name, reason_code
"""

NIGHTS = """
SELECT
    run_id,
    max(checked_at) AS checked_at,
    count(*) FILTER (status = 'passed') AS passed,
    count(*) FILTER (status = 'failed') AS failed,
    count(*) FILTER (status = 'error') AS error,
    count(*) FILTER (status = 'not_applicable') AS not_applicable
FROM quality.check_result
GROUP BY run_id
ORDER BY checked_at, run_id
"""
