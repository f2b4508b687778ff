"""Small hand-written deliveries, and what the reader made of them."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from sources.contract import Contract, load_contract
from sources.reader import Counts, RowFault, read_delivery
from sources.refusal import Refusal

KEY = bytes(range(32))
LEDGER_HEADER = "tositenumero;rivi;kausi;kirjauspvm;tili;kustannuspaikka;palveluluokka;toimiala;kumppani;summa;selite"


def ledger_line(number: int = 1, **cells: str) -> str:
    """One faultless ledger line, with ``cells`` in place of its own."""
    values = {
        "tositenumero": f"T{number}",
        "rivi": "1",
        "kausi": "2024-03",
        "kirjauspvm": "15.3.2024",
        "tili": "430000",
        "kustannuspaikka": "KP1",
        "palveluluokka": "2610",
        "toimiala": "TESPA",
        "kumppani": "",
        "summa": "10,00",
        "selite": "",
    }
    return ";".join((values | cells).values())


def ledger(*lines: str, header: str = LEDGER_HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def workbook(*sheets: Sequence[Sequence[Any]], **named: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx of one sheet for each argument; those given by keyword are called so."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        date = book.add_format({"num_format": "d.m.yyyy"})
        for name, rows in [*((None, rows) for rows in sheets), *named.items()]:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(r, c, dt.datetime.combine(cell, dt.time()), date)
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return buffer.getvalue()


@dataclass
class Outcome:
    counts: Counts
    refusal: Refusal | None
    faults: list[RowFault]
    rows: list[dict[str, Any]]
    periods: tuple[str, ...]
    caveats: tuple[str, ...]
    encoding: str | None
    delimiter: str | None

    @property
    def code(self) -> str | None:
        return self.refusal.code if self.refusal else None

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    @property
    def reasons(self) -> list[tuple[int, str | None, str]]:
        return [(f.row_number, f.column_name, f.reason_code) for f in self.faults]


def lenient(contract: Contract) -> Contract:
    """The contract without a reject limit: tests of single faults reject most of their few rows."""
    import dataclasses

    return dataclasses.replace(contract, reject_limit_percent=100.0)


@contextmanager
def opened(
    folder: Path, content: str | bytes, extract: str | Contract, name: str, control: Mapping[str, Any] | None
) -> Iterator[Any]:
    contract = extract if isinstance(extract, Contract) else lenient(load_contract(extract))
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if control is not None:
        path.with_name(name + ".control.json").write_text(json.dumps(control))
    with read_delivery(path, contract, "kymenlaakso", KEY, folder) as reading:
        yield reading


def read(
    folder: Path,
    content: str | bytes,
    extract: str | Contract = "kirjanpito",
    name: str = "file.csv",
    control: Mapping[str, Any] | None = None,
) -> Outcome:
    """Read ``content`` as a file called ``name``; the accepted rows come back from the Parquet that was written."""
    with opened(folder, content, extract, name, control) as reading:
        rows: list[dict[str, Any]] = []
        if reading.refusal is None:
            target = folder / "accepted.parquet"
            reading.write_accepted(target)
            rows = rows_of(target)
        counts = reading.counts
        assert counts.read == counts.accepted + counts.rejected + counts.skipped_rows
        return Outcome(
            counts,
            reading.refusal,
            reading.faults(),
            rows,
            reading.periods,
            reading.caveats,
            reading.encoding,
            reading.delimiter,
        )


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file as mappings."""
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(path), hive_partitioning=False)
        names = relation.columns
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
