"""Incidents: what is wrong, since when, whose it is, and what people and machines have done about it.

An incident is one unbroken spell of failures of a check for an organisation and extract. It is never stored: it is
derived each time from everything that the nights have recorded (``lake/check_result``) and from the events that were
added to it (``lake/incident_event``: acknowledged, notified, reminded, escalated, recovered). Both are append-only, so
that a rebuild and a rollback change nothing of its history.

Not here: telling anybody (:mod:`publishing.alerts`).
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import duckdb

from expectations.suite import Suite, load_suite, suite_names
from publishing.masking import masked
from publishing.sql import Connection
from sources import lake
from sources.settings import Settings

DEFAULT_OWNER = "information_management"
"""The role that owns what nobody else owns: the night itself, the build, stray files."""

PUBLISHED = (
    "incident_id, organisation_id, check_id, extract_id, opened_at, last_seen_at, resolved_at, severity, owner, state, "
    "acknowledged_at, acknowledged_by, acknowledged_note, notified_at, reminded_at, escalated_at"
)
"""The columns of ``quality.incident``."""

_TEXT_LIMIT = 400

log = logging.getLogger(__name__)


class IncidentError(ValueError):
    """An incident that cannot be acknowledged. The message says why."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. Times are naive UTC; what was observed, expected and delivered is of its last failing run."""

    incident_id: str
    organisation_id: str | None
    check_id: str
    extract_id: str | None
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    severity: str
    owner: str
    state: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_note: str | None
    notified_at: datetime | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    opened_by_run_id: str
    observed: str | None
    expected: str | None
    delivery_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to an incident: acknowledged, notified, reminded, escalated or recovered."""

    event_id: str
    incident_id: str
    kind: str
    at: datetime
    by: str
    note: str | None


def read(settings: Settings) -> list[Incident]:
    """Every incident of all recorded runs, in the order of their opening."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TEMP TABLE every_result ({_columns('check_result')})")
        if parts := _parts(settings.lake / "check_result"):
            columns = ", ".join(lake.TABLES["check_result"])
            con.execute(
                f"INSERT INTO every_result BY NAME SELECT DISTINCT {columns} "
                "FROM read_parquet(?, union_by_name => true)",
                [parts],
            )
        derive(con, settings)
        names = [field.name for field in fields(Incident)]
        query = f"SELECT {', '.join(names)} FROM derived_incident ORDER BY opened_at, incident_id"
        rows = con.execute(query).fetchall()
    return [Incident(**dict(zip(names, row[:-1], strict=False)), delivery_ids=tuple(row[-1])) for row in rows]


def derive(con: Connection, settings: Settings) -> None:
    """Make the temporary table ``derived_incident`` from the connection's table ``every_result`` of check results."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE every_event ({_columns('incident_event')})")
    if parts := _parts(settings.lake / "incident_event"):
        con.execute("INSERT INTO every_event BY NAME SELECT DISTINCT * FROM read_parquet(?)", [parts])
    con.execute("CREATE OR REPLACE TEMP TABLE contract (extract_id VARCHAR, owner VARCHAR)")
    contract = settings.lake / "contract" / "contract.parquet"
    if contract.exists():
        con.execute("INSERT INTO contract SELECT extract_id, owner FROM read_parquet(?)", [str(contract)])
    _add_owners(con)
    con.execute(DERIVED)


def acknowledge(settings: Settings, incident_id: str, by: str, note: str, now: datetime) -> Incident:
    """Record that ``by`` knows of an incident and what is being done; it is not reminded of or escalated any more.

    ``incident_id`` may be shortened to a beginning that only one incident has. Raises IncidentError where there is no
    such incident, it has ended, or nobody is named.
    """
    if not by.strip():
        raise IncidentError("say who acknowledges (--by)")
    found = [incident for incident in read(settings) if incident.incident_id.startswith(incident_id.strip() or "?")]
    if not found:
        raise IncidentError(f"there is no incident {incident_id}")
    if len(found) > 1:
        raise IncidentError(f"{len(found)} incidents begin with {incident_id}")
    if found[0].state == "resolved":
        raise IncidentError(f"incident {found[0].incident_id} has ended already, at {found[0].resolved_at} UTC")
    name = _digest(found[0].incident_id, "acknowledged", now.isoformat(), by, note)
    record(settings, name, [found[0].incident_id], "acknowledged", by, note, now)
    return next(incident for incident in read(settings) if incident.incident_id == found[0].incident_id)


def record(
    settings: Settings, name: str, incident_ids: Sequence[str], kind: str, by: str, note: str | None, now: datetime
) -> None:
    """Add one event of ``kind`` to each incident, as the file ``name``; the same name again changes nothing."""
    path = lake.table_path(settings, "incident_event", name)
    if path.exists():
        return
    rows = [
        (_digest(name, incident_id), incident_id, kind, now, masked(by), masked(note) if note else None)
        for incident_id in incident_ids
    ]
    lake.write_parquet(path, lake.TABLES["incident_event"], rows)


def events(settings: Settings) -> list[Event]:
    """Everything that was done to incidents, oldest first."""
    parts = _parts(settings.lake / "incident_event")
    if not parts:
        return []
    names = ", ".join(f'"{field.name}"' for field in fields(Event))
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT DISTINCT {names} FROM read_parquet(?)", [parts]).fetchall()
    return sorted((Event(*row) for row in rows), key=lambda event: (event.at, event.event_id))


def known_owners() -> frozenset[str]:
    """Every role that a suite names, and the one that owns the rest."""
    return frozenset({DEFAULT_OWNER, *(check.owner for suite in _suites() for check in suite.checks)})


def _suites() -> list[Suite]:
    suites = []
    for name in suite_names():
        try:
            suites.append(load_suite(name))
        except Exception as fault:
            # A broken suite is itself an incident (`<suite>.suite`), and it must be possible to tell it.
            log.warning("suite %s cannot be read: %s", name, type(fault).__name__)
    return suites


def _add_owners(con: Connection) -> None:
    """Owners by check, and of a whole suite the role that most of its checks have."""
    suites = _suites()
    by_check = [(check.check_id, check.owner) for suite in suites for check in suite.checks]
    by_suite = [
        (suite.name, Counter(check.owner for check in suite.checks).most_common(1)[0][0])
        for suite in suites
        if suite.checks
    ]
    for table, rows in (("check_owner", by_check), ("suite_owner", by_suite)):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (name VARCHAR, owner VARCHAR)")
        con.execute(
            f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[])",
            [[name for name, _ in rows], [owner for _, owner in rows]],
        )


def _columns(table: str) -> str:
    return ", ".join(f'"{name}" {kind}' for name, kind in lake.TABLES[table].items())


def _parts(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.glob("*.parquet"))]


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


# A run in which the check did not apply says nothing and neither ends nor opens a spell. Within a run the worst result
# counts: a check that failed for one delivery and passed for another has failed. Two things end a spell without a pass
# of their own: the look into landing names only what is wrong, so what it no longer names is in order; and a check that
# was taken out of its suite (or out of dbt) is gone when the suite has run without it, and its incident with it.
DERIVED = f"""
CREATE OR REPLACE TEMP TABLE derived_incident AS
WITH
per_run AS (
    SELECT
        organisation_id, check_id, extract_id, run_id,
        max(checked_at) AS checked_at,
        bool_or(status IN ('failed', 'error')) AS is_failing,
        bool_or(severity = 'ERROR' AND status IN ('failed', 'error')) AS is_error,
        {{
            'observed': string_agg(DISTINCT observed, '; ' ORDER BY observed) FILTER (status IN ('failed', 'error')),
            'expected': string_agg(DISTINCT expected, '; ' ORDER BY expected) FILTER (status IN ('failed', 'error')),
            'delivery_ids': list(DISTINCT delivery_id ORDER BY delivery_id)
                FILTER (status IN ('failed', 'error') AND delivery_id IS NOT NULL)
        }} AS found
    FROM every_result
    WHERE status <> 'not_applicable'
    GROUP BY ALL
),
suspect AS (
    SELECT DISTINCT organisation_id, check_id, extract_id FROM per_run WHERE is_failing
),
unnamed AS (
    SELECT suspect.*, look.run_id, look.checked_at
    FROM suspect
    JOIN (
        SELECT check_id, run_id, max(checked_at) AS checked_at
        FROM every_result
        WHERE check_id LIKE 'landing.%'
        GROUP BY ALL
    ) AS look USING (check_id)
    UNION
    SELECT suspect.*, ran.run_id, ran.checked_at
    FROM suspect
    JOIN (
        SELECT split_part(check_id, '.', 1) AS family, run_id, max(checked_at) AS checked_at
        FROM every_result
        WHERE split_part(check_id, '.', 2) IN ('suite', 'run') AND status = 'passed'
        GROUP BY ALL
    ) AS ran ON ran.family = split_part(suspect.check_id, '.', 1)
    WHERE NOT EXISTS (FROM every_result AS r WHERE r.check_id = suspect.check_id AND r.run_id = ran.run_id)
),
judged AS (
    FROM per_run
    UNION ALL
    SELECT organisation_id, check_id, extract_id, run_id, checked_at, false, false, NULL
    FROM unnamed
    WHERE NOT EXISTS (
        FROM per_run
        WHERE per_run.check_id = unnamed.check_id AND per_run.run_id = unnamed.run_id
            AND per_run.organisation_id IS NOT DISTINCT FROM unnamed.organisation_id
            AND per_run.extract_id IS NOT DISTINCT FROM unnamed.extract_id
    )
),
numbered AS (
    SELECT
        *,
        count(*) FILTER (NOT is_failing) OVER in_order AS passes_before,
        min(checked_at) FILTER (NOT is_failing) OVER afterwards AS next_pass_at
    FROM judged
    WINDOW
        in_order AS (
            PARTITION BY organisation_id, check_id, extract_id ORDER BY checked_at, run_id
            ROWS UNBOUNDED PRECEDING
        ),
        afterwards AS (
            PARTITION BY organisation_id, check_id, extract_id ORDER BY checked_at, run_id
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        )
),
spell AS (
    SELECT
        organisation_id, check_id, extract_id,
        min(checked_at) AS opened_at,
        max(checked_at) AS last_seen_at,
        any_value(next_pass_at) AS resolved_at,
        CASE WHEN bool_or(is_error) THEN 'ERROR' ELSE 'WARN' END AS severity,
        arg_min(run_id, (checked_at, run_id)) AS opened_by_run_id,
        arg_max(found, (checked_at, run_id)) AS found
    FROM numbered
    WHERE is_failing
    GROUP BY organisation_id, check_id, extract_id, passes_before
),
incident AS (
    SELECT
        *,
        left(sha256(concat_ws(
            '|', coalesce(organisation_id, ''), check_id, coalesce(extract_id, ''), opened_by_run_id
        )), 16) AS incident_id
    FROM spell
),
done AS (
    SELECT
        incident_id,
        max("at") FILTER (kind = 'acknowledged') AS acknowledged_at,
        arg_max({{'by': "by", 'note': note}}, ("at", event_id)) FILTER (kind = 'acknowledged') AS acknowledged,
        min("at") FILTER (kind = 'notified') AS notified_at,
        min("at") FILTER (kind = 'reminded') AS reminded_at,
        min("at") FILTER (kind = 'escalated') AS escalated_at
    FROM every_event
    GROUP BY incident_id
)
SELECT
    incident_id,
    organisation_id,
    check_id,
    extract_id,
    opened_at,
    last_seen_at,
    resolved_at,
    severity,
    -- A check outside the suites (a refused file, a crashed suite) is the business of whoever owns the extract's
    -- checks, so that one problem with a delivery is one role's.
    coalesce(
        check_owner.owner, own_suite.owner, extract_suite.owner, contract.owner, '{DEFAULT_OWNER}'
    ) AS owner,
    CASE
        WHEN resolved_at IS NOT NULL THEN 'resolved'
        WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
        ELSE 'open'
    END AS state,
    acknowledged_at,
    acknowledged['by'] AS acknowledged_by,
    acknowledged['note'] AS acknowledged_note,
    notified_at,
    reminded_at,
    escalated_at,
    opened_by_run_id,
    left(found['observed'], {_TEXT_LIMIT}) AS observed,
    left(found['expected'], {_TEXT_LIMIT}) AS expected,
    coalesce(found['delivery_ids'], []) AS delivery_ids
FROM incident
LEFT JOIN done USING (incident_id)
LEFT JOIN check_owner ON incident.check_id = check_owner.name
LEFT JOIN suite_owner AS own_suite ON split_part(incident.check_id, '.', 1) = own_suite.name
LEFT JOIN suite_owner AS extract_suite ON incident.extract_id = extract_suite.name
LEFT JOIN contract USING (extract_id)
"""
