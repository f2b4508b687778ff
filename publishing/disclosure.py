"""The last gate before a release: nothing about one person, no group smaller than the limit, no way to subtract one.

An audit, not the protection itself: the indicator tables hide small groups when they are built, and this module looks
at the finished file with rules written a second time, so that one mistake in the transform is not enough. A finding
stops the release. It does not judge differences between releases or between neighbouring months.

Source of the rules: fewer than ``small_number`` persons behind a figure (setting, default 5) are not shown; when
exactly one division of an organisation's month is hidden while the total is shown, it can be had by subtraction.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from publishing.model import DisclosureError
from publishing.sql import Connection, Table, identifier, literal, tables_of

# A pseudonym is HMAC-SHA-256 in hex. Ids of deliveries look the same and are told apart by being known.
PSEUDONYM = "[0-9A-Fa-f]{64}"
# ddmmyy, century sign, individual number, control character, not inside a longer word. Signs: Digital and Population
# Data Services Agency, century signs in force since 2023.
IDENTITY_CODE = (
    "(?i)(?:^|[^0-9a-z])(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}[-+a-fu-y][0-9]{3}[0-9a-y](?:$|[^0-9a-z])"
)

# The cells with persons behind them, and what makes one figure: of each figure there is a total and its divisions.
FIGURES = {
    "indicator.value": ("programme_id", "indicator_id", "organisation_id", "month"),
    "indicator.spc": ("programme_id", "indicator_id", "organisation_id", "month"),
    "mart.fct_measure": ("measure_id", "organisation_id", "month"),
}
# What moved an indicator, with the parts of the change: what is hidden in either of its two months is no part.
CONTRIBUTION = "indicator.contribution"
SHOWN = ("value", "numerator", "denominator", "n_persons")


def audit(database: Path, small_number: int, known_hashes: frozenset[str]) -> None:
    """Open a warehouse file read-only and raise DisclosureError with every finding; the message holds no value.

    ``known_hashes`` are the delivery and receipt ids of the lake.
    """
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(database)} AS release (READ_ONLY)")
        tables = tables_of(con, "release")
        findings = [
            *(text for t in tables if t.name in FIGURES for text in _small_groups(con, t, small_number)),
            *(text for t in tables if t.name == CONTRIBUTION for text in _contributions(con, t)),
            *(text for table in tables for text in _texts(con, table, known_hashes)),
        ]
    if findings:
        raise DisclosureError("the release is stopped by the disclosure audit: " + "; ".join(findings))


def _small_groups(con: Connection, table: Table, small_number: int) -> list[str]:
    source, figure = table.within("release"), ", ".join(FIGURES[table.name])
    shown = " OR ".join(f"{column} IS NOT NULL" for column in SHOWN if column in table.columns)
    # Nothing of nobody gives nobody away: a count of clients that is zero has no person behind it.
    anything = " OR ".join(f"{column} <> 0" for column in SHOWN if column in table.columns)
    small = _count(con, f"FROM {source} WHERE n_persons < {small_number} AND ({anything})")
    marked = _count(con, f"FROM {source} WHERE value_status = 'suppressed' AND ({shown})")
    alone = _count(
        con,
        f"""
        FROM (
            SELECT {figure}
            FROM {source}
            GROUP BY ALL
            HAVING bool_or(division_id = 'all' AND value IS NOT NULL)
                AND count(*) FILTER (division_id <> 'all' AND value_status = 'suppressed') = 1
        )
        """,
    )
    return [
        f"{table.name}: {count} {what}"
        for count, what in (
            (small, f"rows shown with fewer than {small_number} persons behind them"),
            (marked, "rows marked suppressed that still show a figure"),
            (alone, "figures with exactly one hidden division beside a shown total"),
        )
        if count
    ]


def _contributions(con: Connection, table: Table) -> list[str]:
    """Parts of a change that are hidden in one of the months compared, and hidden parts that show a figure."""
    source = table.within("release")
    part = _count(
        con,
        f"""
        FROM {source} AS contribution
        SEMI JOIN release.indicator.value AS hidden
            ON contribution.programme_id = hidden.programme_id
            AND contribution.indicator_id = hidden.indicator_id
            AND contribution.organisation_id = hidden.organisation_id
            AND contribution.part_id = hidden.division_id
            AND hidden.month IN (contribution.month, contribution.against_month)
            AND hidden.value_status = 'suppressed'
        WHERE contribution.dimension = 'division'
        """,
    )
    shown = "part_kind = 'hidden' AND coalesce(value_before, value_now) IS NOT NULL"
    split = f"(status = 'withheld' AND part_kind <> 'whole') OR ({shown})"
    return [
        f"{table.name}: {count} {what}"
        for count, what in (
            (part, "parts of a division that is hidden in a month compared"),
            (_count(con, f"FROM {source} WHERE {split}"), "rows that show what is hidden or withheld"),
        )
        if count
    ]


def _texts(con: Connection, table: Table, known_hashes: frozenset[str]) -> list[str]:
    findings = []
    for column, kind in table.columns.items():
        if "VARCHAR" not in kind and kind not in ("BLOB", "JSON"):
            continue
        text = f"(SELECT DISTINCT {identifier(column)}::VARCHAR AS text FROM {table.within('release')})"
        found = con.execute(f"SELECT DISTINCT unnest(regexp_extract_all(text, '{PSEUDONYM}')) FROM {text}").fetchall()
        if strangers := {row[0] for row in found} - known_hashes:
            findings.append(f"{table.name}.{column}: {len(strangers)} values in the form of a pseudonym")
        if codes := _count(con, f"FROM {text} WHERE regexp_matches(text, '{IDENTITY_CODE}')"):
            findings.append(f"{table.name}.{column}: {codes} values in the form of a personal identity code")
    return findings


def _count(con: Connection, clause: str) -> int:
    row = con.execute(f"SELECT count(*) {clause}").fetchone()
    assert row is not None  # count(*) always gives a row
    return int(row[0])
