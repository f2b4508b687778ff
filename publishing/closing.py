"""Closing of a month: what a county has settled as the month's figures, and when, and who said so.

A closing is a record beside the numbers, never a lock on them. ``indicator.value`` always says what tonight's data
says; ``indicator.closed_value`` says what was published when the month was closed. A correction that comes later shows
in both, in ``indicator.restatement`` with ``after_closing``, and on the night it comes as the WARN of
:func:`results`. A closing cannot be taken back: it is a fact that it was made.

The closed values are kept in the closing itself (``lake/closing/<closing_id>.parquet``), so they outlive the release.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from expectations.result import CheckResult
from publishing.ledger import KEY, same_key, same_value
from publishing.masking import masked
from publishing.model import DATABASE
from publishing.sql import Connection, literal
from sources import lake
from sources.settings import Settings

CHECK_ID = "history.closed_month"
EXPECTED = "the figures of a closed month are those it was closed with"
SHOWN_REASONS = 10
"""How many unsettled figures a refusal names."""


class ClosingError(ValueError):
    """A month that cannot be closed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Closing:
    """One closed month of one organisation. ``closed_at`` is naive UTC; ``figures`` counts the cells with a value."""

    organisation_id: str
    month: date
    release_id: str
    closed_at: datetime
    closed_by: str
    note: str | None
    figures: int


def close(
    settings: Settings,
    month: date,
    organisation_id: str | None,
    by: str,
    note: str,
    now: datetime,
    *,
    anyway: bool = False,
) -> list[Closing]:
    """Record that ``month`` is closed as the current release has it, for one organisation or for all that follow it.

    The caller holds the lock of the night. Raises ClosingError where nobody is named, nothing is released, the month
    has not ended on the release's date, the organisation has no figures of it, it is closed already or, unless
    ``anyway``, some of its figures are not settled: provisional, withheld, not yet due, or without data though an
    earlier month has some. What never had a figure does not stand in the way.
    """
    if not by.strip():
        raise ClosingError("say who closes the month (--by), by role")
    database = settings.releases / "current" / DATABASE
    if not database.exists():
        raise ClosingError("nothing is released yet")
    with duckdb.connect(database, read_only=True) as con:
        release_id = _release_of_ended(con, month)
        organisations = _followed(con, month, organisation_id)
        _refuse_closed(settings, month, organisations)
        if not anyway:
            _refuse_unsettled(con, month, organisations)
        for name in organisations:
            _write(settings, con, name, month, release_id, masked(by.strip()), masked(note.strip()) or None, now)
    return [found for found in closings(settings) if found.month == month and found.organisation_id in organisations]


def closings(settings: Settings) -> list[Closing]:
    """Every closing, by month and organisation."""
    if not (parts := _parts(settings)):
        return []
    with duckdb.connect() as con:
        rows = con.execute(
            """
            SELECT organisation_id, month, release_id, closed_at, closed_by, note, count(value)
            FROM read_parquet(?, union_by_name => true)
            GROUP BY ALL
            ORDER BY month, organisation_id
            """,
            [parts],
        ).fetchall()
    return [Closing(*row) for row in rows]


def results(settings: Settings, run_id: str, now: datetime) -> list[CheckResult]:
    """One result for each organisation with closed months: does tonight's build change what is published of them?

    Against the current release, so that a change is told on the night that brings it and the incident ends with the
    next one; that it was changed stays in ``indicator.closed_value``. The build must be there.
    """
    database = settings.releases / "current" / DATABASE
    parts = _parts(settings)
    if not parts or not database.exists():
        return []
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(database)} AS published (READ_ONLY)")
        con.execute(f"ATTACH {literal(settings.build_database)} AS build (READ_ONLY)")
        rows = con.execute(
            f"""
            SELECT
                closed.organisation_id,
                count(*) FILTER (changed),
                string_agg(DISTINCT strftime(closed.month, '%Y-%m'), ', ') FILTER (changed)
            FROM (
                SELECT
                    closed.organisation_id,
                    closed.month,
                    NOT {same_value("published.value", "tonight.value")} AS changed
                FROM read_parquet(?, union_by_name => true) AS closed
                LEFT JOIN published.indicator.value AS published ON {same_key("published", "closed")}
                LEFT JOIN build.indicator.value AS tonight ON {same_key("tonight", "closed")}
            ) AS closed
            GROUP BY ALL
            ORDER BY ALL
            """,
            [parts],
        ).fetchall()
    return [_result(run_id, now, *row) for row in rows]


def _result(run_id: str, now: datetime, organisation_id: str, changed: int, months: str | None) -> CheckResult:
    return CheckResult(
        run_id=run_id,
        check_id=CHECK_ID,
        organisation_id=organisation_id,
        extract_id=None,
        severity="WARN",
        status="failed" if changed else "passed",
        observed=f"{changed} figures of closed months change: {months}" if changed else "no figure changes",
        expected=EXPECTED,
        checked_at=now,
    )


def _release_of_ended(con: Connection, month: date) -> str:
    """The id of the opened release; ClosingError where the month has not ended on its date."""
    row = con.execute("SELECT release_id, as_of_date FROM meta.release").fetchone()
    assert row is not None  # a release has one passport
    if month >= row[1].replace(day=1):
        raise ClosingError(f"{month:%Y-%m} has not ended: the current release tells the situation of {row[1]}")
    return str(row[0])


def _followed(con: Connection, month: date, organisation_id: str | None) -> list[str]:
    """The organisations to close: those of whom the release has figures of the month, or the one that was named."""
    known = [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT organisation_id FROM indicator.value "
            "WHERE month = ? AND value_status <> 'not_applicable' ORDER BY ALL",
            [month],
        ).fetchall()
    ]
    if not known:
        raise ClosingError(f"the current release follows nothing in {month:%Y-%m}")
    if organisation_id is None:
        return known
    if organisation_id not in known:
        raise ClosingError(f"{organisation_id} follows nothing in {month:%Y-%m}; those that do: {', '.join(known)}")
    return [organisation_id]


def _refuse_closed(settings: Settings, month: date, organisations: list[str]) -> None:
    for found in closings(settings):
        if found.month == month and found.organisation_id in organisations:
            raise ClosingError(
                f"{month:%Y-%m} of {found.organisation_id} was closed on {found.closed_at:%Y-%m-%d} by"
                f" {found.closed_by}, as release {found.release_id} has it"
            )


def _refuse_unsettled(con: Connection, month: date, organisations: list[str]) -> None:
    rows = con.execute(
        f"""
        SELECT organisation_id, indicator_id, value_status, any_value(waits_for)
        FROM indicator.value AS unsettled
        WHERE month = $month AND list_contains($organisations, organisation_id) AND (
            value_status IN ('provisional', 'not_reportable', 'not_yet_due')
            OR (
                value_status = 'no_data' AND EXISTS (
                    FROM indicator.value AS earlier
                    WHERE {" AND ".join(f"earlier.{key} = unsettled.{key}" for key in KEY if key != "month")}
                        AND earlier.month < unsettled.month AND earlier.value IS NOT NULL
                )
            )
        )
        GROUP BY ALL
        ORDER BY ALL
        """,
        {"month": month, "organisations": organisations},
    ).fetchall()
    if rows:
        named = [
            f"{organisation}/{indicator} {status}" + (f" (waits for {waits})" if waits else "")
            for organisation, indicator, status, waits in rows[:SHOWN_REASONS]
        ]
        more = f" and {len(rows) - SHOWN_REASONS} more" if len(rows) > SHOWN_REASONS else ""
        raise ClosingError(
            f"{month:%Y-%m} is not settled: {', '.join(named)}{more}. Close it when they are, or with --anyway."
        )


def _write(
    settings: Settings,
    con: Connection,
    organisation_id: str,
    month: date,
    release_id: str,
    by: str,
    note: str | None,
    now: datetime,
) -> None:
    """One part of the lake: every followed cell of the month as it is published now."""
    closing_id = hashlib.sha256(f"{organisation_id}|{month}|{release_id}|{now.isoformat()}".encode()).hexdigest()[:16]
    rows = con.execute(
        f"""
        SELECT {", ".join(KEY)}, value, value_status, definition_version
        FROM indicator.value
        WHERE month = ? AND organisation_id = ? AND value_status <> 'not_applicable'
        ORDER BY ALL
        """,
        [month, organisation_id],
    ).fetchall()
    lake.write_parquet(
        lake.table_path(settings, "closing", f"{month:%Y-%m}-{organisation_id}-{closing_id}"),
        lake.TABLES["closing"],
        [(closing_id, now, by, note, release_id, *row) for row in rows],
    )


def _parts(settings: Settings) -> list[str]:
    found: list[Path] = sorted((settings.lake / "closing").glob("*.parquet"))
    return [str(path) for path in found if not path.name.startswith(".")]
