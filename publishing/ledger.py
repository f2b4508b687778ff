"""The as-reported ledger in small: what every release reported, kept as spells instead of copies.

The lake's ``reported/<release_id>.parquet`` are whole copies of what one release reported and are the truth; they are
never changed. Read as they are they grow with every night (five years of a county: eleven million rows, twenty seconds
and 80 MB in every release), while nearly all of them repeat the night before. So a release holds *spells*: a value,
and the first and the last release that reported it. ``indicator.reported`` is a view that lays them out again, so that
nothing of the ledger's meaning is lost.

``lake/reported_span/ledger.duckdb`` remembers the spells of the parts read so far, so that a night reads only what is
new. It is a cache: it may be deleted at any time and is then made again from the parts.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import duckdb

from publishing.sql import Connection, literal
from sources.settings import Settings

KEY = ("programme_id", "indicator_id", "organisation_id", "division_id", "month")
"""What identifies one value, in one release."""

REPORTED_STATUSES = ("ok", "provisional", "suppressed", "not_reportable")
"""A value with one of these was told to readers; the others say that there is nothing to tell."""

_SPAN = """
CREATE TABLE IF NOT EXISTS ledger.span (
    programme_id VARCHAR, indicator_id VARCHAR, organisation_id VARCHAR, division_id VARCHAR, month DATE,
    value DOUBLE, value_status VARCHAR, definition_version INTEGER, first_release_no INTEGER, last_release_no INTEGER
);
CREATE TABLE IF NOT EXISTS ledger.release (release_no INTEGER, release_id VARCHAR, released_at TIMESTAMP);
"""

log = logging.getLogger(__name__)


def same_value(one: str, other: str) -> str:
    """SQL: whether two values are the same but for the last bits that the order of a sum decides; NULLs are the same.

    Relative to the larger value, and absolute below one: a thousand million euros to the euro.
    """
    near = f"abs({one} - {other}) <= 1e-9 * greatest(1, abs({one}), abs({other}))"
    return f"({one} IS NOT DISTINCT FROM {other} OR coalesce({near}, false))"


def same_key(one: str, other: str) -> str:
    """SQL: whether two rows are about the same value."""
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in KEY)


def load(con: Connection, settings: Settings) -> None:
    """Make the temporary tables ``ledger_span`` and ``ledger_release`` of all releases in the lake's ledger.

    ``ledger_release``: release_no (from 1), release_id, released_at. ``ledger_span``: the key, value, value_status,
    definition_version, first_release_no and last_release_no (NULL: the newest release of the ledger reports it still).
    """
    path = settings.lake / "reported_span" / "ledger.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _load(con, settings, path)
    except duckdb.Error as error:
        log.warning("the ledger's cache is made again: %s", error)
        con.execute("DETACH DATABASE IF EXISTS ledger")
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
        _load(con, settings, path)


def extend(con: Connection, rows: str, release_id: str, released_at: datetime) -> None:
    """Add one release, whose reported rows the query ``rows`` gives, to the temporary tables that load() has made."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE part AS {rows}")
    row = con.execute("SELECT coalesce(max(release_no), 0) + 1 FROM ledger_release").fetchone()
    number = int(row[0]) if row else 1
    con.execute("INSERT INTO ledger_release VALUES (?, ?, ?)", [number, release_id, released_at])
    con.execute(
        f"""
        UPDATE ledger_span SET last_release_no = {number - 1}
        WHERE last_release_no IS NULL AND NOT EXISTS (
            FROM part
            WHERE {same_key("part", "ledger_span")} AND {same_value("part.value", "ledger_span.value")}
                AND part.value_status = ledger_span.value_status
                AND part.definition_version = ledger_span.definition_version
        )
        """
    )
    con.execute(
        f"""
        INSERT INTO ledger_span BY NAME
        SELECT part.*, {number} AS first_release_no, NULL::INTEGER AS last_release_no
        FROM part
        WHERE NOT EXISTS (FROM ledger_span WHERE last_release_no IS NULL AND {same_key("part", "ledger_span")})
        """
    )


def _load(con: Connection, settings: Settings, path: Path) -> None:
    con.execute(f"ATTACH {literal(path)} AS ledger")
    con.execute(_SPAN)
    for table in ("span", "release"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE ledger_{table} AS FROM ledger.{table}")
    known = {row[0] for row in con.execute("SELECT release_id FROM ledger_release").fetchall()}
    if parts := _new_parts(con, settings, known):
        columns = ", ".join((*KEY, "value", "value_status", "definition_version"))
        for part, release_id, released_at in parts:
            extend(con, f"SELECT {columns} FROM read_parquet({literal(part)})", release_id, released_at)
        con.execute("BEGIN")
        for table in ("span", "release"):
            con.execute(f"CREATE OR REPLACE TABLE ledger.{table} AS FROM ledger_{table}")
        con.execute("COMMIT")
    con.execute("DETACH ledger")


def _new_parts(con: Connection, settings: Settings, known: set[str]) -> list[tuple[Path, str, datetime]]:
    """The ledger's parts that are not read yet, oldest first, with release and time; a part without rows tells none."""
    paths = [
        path
        for path in (settings.lake / "reported").glob("*.parquet")
        if not path.name.startswith(".") and path.stem not in known
    ]
    found = []
    for path in paths:
        row = con.execute("SELECT release_id, released_at FROM read_parquet(?) LIMIT 1", [str(path)]).fetchone()
        if row and row[0] not in known:
            found.append((path, str(row[0]), row[1]))
    return sorted(found, key=lambda part: (part[2], part[1]))
