"""A lake made by hand, in the layout of docs/architecture.md, without the reader: each test says what has landed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import duckdb

from sources import lake
from sources.contract import Contract, load_contracts
from sources.settings import Settings


class Lake:
    """Writes deliveries with their receipts, and verdicts of earlier nights, into a lake of no rows."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.duck = duckdb.connect()
        self._count = 0

    def deliver(
        self,
        extract_id: str,
        rows: str,
        *,
        organisation: str = "kymenlaakso",
        received: str | datetime = "2024-05-10",
        accepted: int | None = None,
        delivery_id: str | None = None,
    ) -> str:
        """Land the result of the SQL ``rows`` and return the delivery_id.

        ``rows`` names the columns that matter, the others are NULL; the period is made by the contract. ``accepted``
        is what the receipt claims, by default what there is.
        """
        contract = load_contracts()[extract_id]
        self._count += 1
        delivery_id = delivery_id or hashlib.sha256(f"{self._count}".encode()).hexdigest()
        self.duck.execute(f"CREATE OR REPLACE TABLE given AS {rows}")
        given = {row[0] for row in self.duck.execute("DESCRIBE given").fetchall()}
        columns = ", ".join(
            f'{c.name if c.name in given else "NULL"}::{c.duckdb_type} AS "{c.name}"' for c in contract.loaded_columns
        )
        self.duck.execute(
            f"CREATE OR REPLACE VIEW typed AS SELECT '{organisation}' AS organisation_id, "
            f"'{delivery_id}' AS delivery_id, row_number() OVER () AS row_number, {_period(contract)} AS period, "
            f"{columns} FROM given"
        )
        path = lake.delivery_path(self.settings, extract_id, organisation, delivery_id)
        lake.copy_parquet(self.duck, "FROM typed", path)
        periods, count = self.duck.execute(
            "SELECT coalesce(list(DISTINCT period ORDER BY period) FILTER (period IS NOT NULL), []), count(*) "
            "FROM typed"
        ).fetchall()[0]
        self._log(
            "receipt",
            delivery_id=delivery_id,
            organisation_id=organisation,
            extract_id=extract_id,
            file_name=f"{extract_id}_{self._count:04}.csv",
            received_at=datetime.fromisoformat(str(received)),
            rows_accepted=count if accepted is None else accepted,
            decision="accepted",
            periods=periods,
        )
        return delivery_id

    def decide(
        self,
        extract_id: str,
        delivery_id: str,
        verdict: str,
        organisation: str = "kymenlaakso",
        decided: str = "2024-01-01",
    ) -> None:
        """A verdict of an earlier night."""
        self._log(
            "verdict",
            delivery_id=delivery_id,
            organisation_id=organisation,
            extract_id=extract_id,
            verdict=verdict,
            decided_at=datetime.fromisoformat(decided),
        )

    def lose(self, extract_id: str, delivery_id: str, organisation: str = "kymenlaakso") -> None:
        """The delivery's file is gone from the lake."""
        lake.delivery_path(self.settings, extract_id, organisation, delivery_id).unlink()

    def damage(self, extract_id: str) -> None:
        """Make the extract unreadable: its schema file is no Parquet."""
        lake.delivery_path(self.settings, extract_id, "schema", "empty").write_text("no")

    def verdicts(self, run_id: str) -> dict[tuple[str, str], tuple[str, list[str]]]:
        """(organisation_id, delivery_id) -> (verdict, check_ids) of one night."""
        rows = self.duck.execute(
            "SELECT organisation_id, delivery_id, verdict, check_ids FROM read_parquet(?)",
            [str(lake.table_path(self.settings, "verdict", run_id))],
        ).fetchall()
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    def _log(self, table: str, **values: Any) -> None:
        self._count += 1
        schema = lake.TABLES[table]
        path = lake.table_path(self.settings, table, f"by_hand_{self._count:05}")
        lake.write_parquet(path, schema, [[values.get(column) for column in schema]])


def _period(contract: Contract) -> str:
    texts = [
        f"strftime({name}::DATE, '%Y-%m')" if contract.column(name).kind in ("month", "date") else f"{name}::VARCHAR"
        for name in contract.period_columns
    ]
    return " || '|' || ".join(texts) or "NULL::VARCHAR"
