"""Deliveries that are tables already (workbook, Parquet, adapted public payload), turned into plain CSV.

So that one reader judges every form by the same rules. Row numbers of a workbook are those that Excel
shows.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from sources.contract import Contract
from sources.header import find_header
from sources.refusal import Refused

DELIMITER = ";"
HEAD = 200
"""Rows among which a sheet's header is sought."""

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta | None


def workbook_to_csv(path: Path, contract: Contract, target: Path) -> Path:
    """Write the first sheet that holds the header to ``target``; Refused where no workbook or no header."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        for name in names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            texts = [[cell_text(cell) for cell in row] for row in rows[:HEAD]]
            if find_header(texts, contract)[0]:
                return write_rows(([cell_text(cell) for cell in row] for row in rows), target)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("broken_workbook") from error
    raise Refused("no_header", columns=", ".join(c.name for c in contract.loaded_columns))


def parquet_to_csv(path: Path, target: Path) -> Path:
    """Write a Parquet file as text to ``target``, its column names as header; Refused where it is broken."""
    try:
        with duckdb.connect() as connection:
            relation = connection.read_parquet(_literal_path(path))
            columns = ", ".join(_as_text(n, str(t)) for n, t in zip(relation.columns, relation.types, strict=True))
            relation.project(columns).write_csv(str(target), sep=DELIMITER, header=True)
    except (duckdb.Error, OSError) as error:
        raise Refused("broken_parquet") from error
    return target


def write_rows(rows: Iterable[Sequence[str | None]], target: Path) -> Path:
    """Write rows of text to ``target`` as CSV, one line a row (line feeds in cells become spaces)."""
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, delimiter=DELIMITER, lineterminator="\n")
        for row in rows:
            # A row without any text would be a blank line, which a CSV reader may drop.
            writer.writerow([" ".join((cell or "").splitlines()) for cell in row] if any(row) else ["", ""])
    return target


def cell_text(cell: Cell) -> str:
    """Return a workbook cell as the text a person sees: ISO dates, numbers without binary artefacts.

    >>> cell_text(0.1 + 0.2), cell_text(4300.0), cell_text(dt.datetime(2024, 3, 1))
    ('0.3', '4300', '2024-03-01')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def number_text(value: float) -> str:
    """Return a binary number as plain decimal text.

    Excel keeps 15 significant digits; more than six decimals are the dust of binary arithmetic (no column
    of any contract has more), so they are rounded away before the contract's own scale is enforced.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    text = format(round(Decimal(f"{value:.15g}"), 6).normalize(), "f")
    return "0" if text == "-0" else text


def _as_text(name: str, type_name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if type_name in ("DOUBLE", "FLOAT"):
        exact = f"CAST(TRY_CAST({quoted} AS DECIMAL(38, 6)) AS VARCHAR)"
        return f"coalesce({exact}, CAST({quoted} AS VARCHAR)) AS {quoted}"
    return f"CAST({quoted} AS VARCHAR) AS {quoted}"


def _literal_path(path: Path) -> str:
    """DuckDB reads brackets and asterisks in a path as a pattern; a file name may hold them."""
    return "".join(f"[{c}]" if c in "[*?" else c for c in str(path))
