"""The lake: where each Parquet file lies, its columns, and how it is written.

A file appears whole or not at all (written under a temporary name in the same folder, synced, renamed) and is never
changed. Every kind of table always holds a file of no rows, so that a reader's pattern never fails and types are fixed.
Reading the lake is the matter of the transform; deciding what is current, of the receipts.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from sources.calendar import business_due_date
from sources.contract import Contract, load_contracts
from sources.settings import Settings

Schema = Mapping[str, str]

DELIVERY_COLUMNS: Schema = {
    "organisation_id": "VARCHAR",
    "delivery_id": "VARCHAR",
    "row_number": "BIGINT",
    "period": "VARCHAR",
}
TABLES: Mapping[str, Schema] = {
    "receipt": {
        "receipt_id": "VARCHAR",
        "delivery_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "extract_id": "VARCHAR",
        "file_name": "VARCHAR",
        "file_bytes": "BIGINT",
        "received_at": "TIMESTAMP",
        "read_at": "TIMESTAMP",
        "contract_version": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_accepted": "BIGINT",
        "rows_rejected": "BIGINT",
        "rows_skipped": "BIGINT",
        "decision": "VARCHAR",
        "reason_code": "VARCHAR",
        "reason": "VARCHAR",
        "periods": "VARCHAR[]",
        "caveats": "VARCHAR[]",
        "encoding": "VARCHAR",
        "delimiter": "VARCHAR",
        "origin": "VARCHAR",
    },
    "rejected_row": {
        "receipt_id": "VARCHAR",
        "delivery_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "extract_id": "VARCHAR",
        "row_number": "BIGINT",
        "column_name": "VARCHAR",
        "reason_code": "VARCHAR",
        "value": "VARCHAR",
        "sheet_name": "VARCHAR",
    },
    "verdict": {
        "run_id": "VARCHAR",
        "delivery_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "extract_id": "VARCHAR",
        "verdict": "VARCHAR",
        "check_ids": "VARCHAR[]",
        "decided_at": "TIMESTAMP",
    },
    "check_result": {
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
    },
    "incident_event": {
        "event_id": "VARCHAR",
        "incident_id": "VARCHAR",
        "kind": "VARCHAR",
        "at": "TIMESTAMP",
        "by": "VARCHAR",
        "note": "VARCHAR",
    },
    "message": {
        "message_id": "VARCHAR",
        "incident_id": "VARCHAR",
        "incident_ids": "VARCHAR[]",
        "kind": "VARCHAR",
        "role": "VARCHAR",
        "severity": "VARCHAR",
        "organisation_id": "VARCHAR",
        "extract_id": "VARCHAR",
        "created_at": "TIMESTAMP",
        "not_before": "TIMESTAMP",
        "title": "VARCHAR",
        "body": "VARCHAR",
        "attachments": "VARCHAR[]",
    },
    "message_event": {
        "message_id": "VARCHAR",
        "at": "TIMESTAMP",
        "channel_no": "INTEGER",
        "channel": "VARCHAR",
        "outcome": "VARCHAR",
        "reason": "VARCHAR",
    },
    "reported": {
        "release_id": "VARCHAR",
        "released_at": "TIMESTAMP",
        "programme_id": "VARCHAR",
        "indicator_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "division_id": "VARCHAR",
        "month": "DATE",
        "value": "DOUBLE",
        "value_status": "VARCHAR",
        "definition_version": "INTEGER",
    },
    "publication": {
        "release_id": "VARCHAR",
        "published_at": "TIMESTAMP",
        "kind": "VARCHAR",
        "from_release_id": "VARCHAR",
        "as_of_date": "DATE",
        "git_sha": "VARCHAR",
        "software": "VARCHAR",
        "withheld_organisations": "VARCHAR",
    },
    "restatement": {
        "programme_id": "VARCHAR",
        "indicator_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "division_id": "VARCHAR",
        "month": "DATE",
        "from_release_id": "VARCHAR",
        "to_release_id": "VARCHAR",
        "from_at": "TIMESTAMP",
        "to_at": "TIMESTAMP",
        "value_from": "DOUBLE",
        "value_to": "DOUBLE",
        "value_status_from": "VARCHAR",
        "value_status_to": "VARCHAR",
        "definition_version_from": "INTEGER",
        "definition_version_to": "INTEGER",
        "cause": "VARCHAR",
        "extracts": "VARCHAR",
        "deliveries": "VARCHAR",
        "rows_accepted": "BIGINT",
        "after_closing": "BOOLEAN",
    },
    "closing": {
        "closing_id": "VARCHAR",
        "closed_at": "TIMESTAMP",
        "closed_by": "VARCHAR",
        "note": "VARCHAR",
        "release_id": "VARCHAR",
        "programme_id": "VARCHAR",
        "indicator_id": "VARCHAR",
        "organisation_id": "VARCHAR",
        "division_id": "VARCHAR",
        "month": "DATE",
        "value": "DOUBLE",
        "value_status": "VARCHAR",
        "definition_version": "INTEGER",
    },
}
CONTRACT: Schema = {
    "extract_id": "VARCHAR",
    "version": "VARCHAR",
    "title_fi": "VARCHAR",
    "title_sv": "VARCHAR",
    "title_en": "VARCHAR",
    "delivery_mode": "VARCHAR",
    "cadence": "VARCHAR",
    "due_day": "INTEGER",
    "scope": "VARCHAR",
    "owner": "VARCHAR",
}


DUE_DATE: Schema = {"due_day": "INTEGER", "month": "DATE", "due_on": "DATE"}
DUE_YEARS = range(2018, 2036)
"""Years whose months have a due date in the lake."""


def table_path(settings: Settings, table: str, name: str) -> Path:
    """Path of one file of a table of :data:`TABLES`, such as the receipt ``name``."""
    return settings.lake / table / f"{name}.parquet"


def delivery_path(settings: Settings, extract_id: str, organisation_id: str, delivery_id: str) -> Path:
    """Path of the accepted rows of one delivery."""
    return settings.lake / extract_id / f"organisation={organisation_id}" / f"{delivery_id}.parquet"


def delivery_schema(contract: Contract) -> dict[str, str]:
    """Columns and DuckDB types of the accepted rows of an extract."""
    return {**DELIVERY_COLUMNS, **{c.name: c.duckdb_type for c in contract.loaded_columns}}


def ensure(settings: Settings) -> None:
    """Write the empty file of every table and extract, the contracts as rows, and when each month of theirs is due."""
    for table, schema in TABLES.items():
        write_parquet(table_path(settings, table, "empty"), schema, [])
    contracts = load_contracts().values()
    for contract in contracts:
        path = settings.lake / contract.extract_id / "organisation=schema" / "empty.parquet"
        write_parquet(path, delivery_schema(contract), [])
    rows = [tuple(getattr(contract, name) for name in CONTRACT) for contract in contracts]
    write_parquet(table_path(settings, "contract", "contract"), CONTRACT, rows)
    days = sorted({contract.due_day for contract in contracts if contract.due_day})
    months = [date(year, month, 1) for year in DUE_YEARS for month in range(1, 13)]
    due = [(day, month, business_due_date(month, day)) for day in days for month in months]
    write_parquet(table_path(settings, "due_date", "due_date"), DUE_DATE, due)


def origins(settings: Settings) -> frozenset[str]:
    """Where all deliveries of this home come from: ``delivered``, ``generated``, ``public``; empty before the first."""
    receipts = settings.lake / "receipt"
    if not any(receipts.glob("*.parquet")):
        return frozenset()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT origin FROM read_parquet(?)", [str(receipts / "*.parquet")]
        ).fetchall()
    return frozenset(str(row[0]) for row in rows)


def write_parquet(path: Path, schema: Schema, rows: Sequence[Sequence[object]]) -> None:
    """Write few ``rows`` (in the order of ``schema``) as a Parquet file that appears whole."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in schema.items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE content ({columns})")
        if rows:
            connection.executemany(f"INSERT INTO content VALUES ({', '.join('?' * len(schema))})", rows)
        copy_parquet(connection, "SELECT * FROM content", path)


def copy_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the result of ``query`` as a Parquet file that appears whole, and survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp")
    target = str(temporary).replace("'", "''")
    try:
        connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
