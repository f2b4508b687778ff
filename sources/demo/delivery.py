"""Put one generated file into the landing place the way a source system would.

A :class:`Delivery` is a table, the SQL that words each row as text, and the looks of the file: encoding,
delimiter, header spelling, sum row, footer, dirt. DuckDB writes the rows (a ledger month of 330,000 lines in a
fraction of a second); Python only puts header, dirt and footer around the bytes. A list that somebody keeps by hand is
a workbook with a sheet for each month. The control sidecar counts what the table holds, of a workbook over all its
sheets, and never what the file holds, so that the one can be checked against the other.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import xlsxwriter

WORKBOOK = ".xlsx"
_COLUMN_WIDTH = 26


@dataclass(frozen=True, slots=True)
class Looks:
    """How a file is written. ``encoding`` is a Python codec name; ``suffix`` may end in ``.gz``.

    Of a workbook (the suffix :data:`WORKBOOK`) nothing else counts.
    """

    delimiter: str = ";"
    encoding: str = "utf-8"
    newline: str = "\n"
    suffix: str = ".csv"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file to be landed.

    ``columns`` maps each header text, in file order, to the SQL expression of its value over the table
    ``t`` (and ``lookup``, joined by ``lookup_key``); rows come in the order of ``t``. ``dirt`` are whole
    data rows that a reader must reject: they count as rows and hold 0 in every summed column. ``tail`` are
    lines after the data: sum rows and footers, which do not count. ``sums`` are exact decimal texts.

    ``sheet`` is the SQL of the name of the sheet that a row stands on, of a workbook alone: its sheets come in the
    order of the rows. A workbook has no dirt, no tail and no parts.
    """

    extract_id: str
    name: str
    landed_at: datetime
    columns: Mapping[str, str]
    table: pd.DataFrame
    lookup: pd.DataFrame | None = None
    lookup_key: str = ""
    looks: Looks = Looks()
    dirt: Sequence[Sequence[str]] = ()
    tail: Sequence[Sequence[str]] = ()
    sums: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    parts: Sequence[Delivery] = ()
    """Of a file of several months: the deliveries of the months, whose rows follow one another under one header."""

    @property
    def rows(self) -> int:
        """Data rows of the file, dirt among them."""
        return sum(part.rows for part in self.parts) if self.parts else len(self.table) + len(self.dirt)


Thunk = Callable[[], Delivery]
"""A delivery that is not made before its turn, so that one month at a time is in memory."""


def in_files(
    files: Sequence[tuple[str, tuple[date, ...]]], name: str, month: Callable[[date], Delivery]
) -> list[Thunk]:
    """Plan one extract in the ``files`` of :meth:`Scene.files`; ``month`` makes the delivery of one month.

    A file of one month under its own name is left as it is; others are called ``name`` and what they hold.
    """
    return [
        partial(month, months[0]) if words == f"{months[0]:%Y-%m}" else partial(_joined, name, words, months, month)
        for words, months in files
    ]


def _joined(name: str, words: str, months: tuple[date, ...], month: Callable[[date], Delivery]) -> Delivery:
    return joined([month(one) for one in months], f"{name}_{words}")


def joined(parts: Sequence[Delivery], name: str) -> Delivery:
    """One file of what ``parts`` hold, landed with the last of them; their sum rows and footers are left out.

    ValueError where their headers differ.
    """
    if len({tuple(part.columns) for part in parts}) != 1:
        raise ValueError(f"{name}: one file has one header")
    sums: dict[str, Decimal] = {}
    for part in parts:
        for column, total in part.sums.items():
            sums[column] = sums.get(column, Decimal(0)) + Decimal(total)
    return replace(
        parts[-1],
        name=name,
        dirt=[row for part in parts for row in part.dirt],
        tail=(),
        sums={column: str(total) for column, total in sums.items()},
        parts=tuple(parts),
    )


class Landing:
    """Writes deliveries under ``landing/<organisation_id>/<extract_id>/``; a context manager."""

    def __init__(self, folder: Path, organisation_id: str, now: datetime) -> None:
        self._folder = folder / organisation_id
        self._now = now
        self._connection = duckdb.connect()
        self._scratch = tempfile.TemporaryDirectory(prefix="tilannekuva-generate-")

    def __enter__(self) -> Landing:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._scratch.cleanup()

    def land(self, delivery: Delivery) -> Path:
        """Write the file and its sidecar and return the file's path; an earlier file of the name goes."""
        path = self._folder / delivery.extract_id / f"{delivery.name}{delivery.looks.suffix}"
        control = {"rows": delivery.rows, "sums": dict(delivery.sums), "origin": "generated"}
        place(path, self._content(delivery), control, min(delivery.landed_at, self._now))
        return path

    def _content(self, delivery: Delivery) -> bytes:
        looks = delivery.looks
        if looks.suffix == WORKBOOK:
            return self._workbook(delivery)
        body = self._body(delivery)
        middle = body.find(b"\n", len(body) // 2) + 1
        parts = [
            _lines([list(delivery.columns)], looks.delimiter),
            body[:middle],
            _lines(delivery.dirt, looks.delimiter),
            body[middle:],
            _lines(delivery.tail, looks.delimiter),
        ]
        content = b"".join(parts)
        if looks.newline != "\n":
            content = content.replace(b"\n", looks.newline.encode())
        if looks.encoding != "utf-8":
            content = content.decode("utf-8").encode(looks.encoding)
        if looks.suffix.endswith(".gz"):
            content = gzip.compress(content, compresslevel=1, mtime=0)
        return content

    def _body(self, delivery: Delivery) -> bytes:
        if delivery.parts:
            return b"".join(self._body(part) for part in delivery.parts)
        rows = Path(self._scratch.name) / "rows"
        self._connection.execute(
            f"COPY ({self._query(delivery, delivery.columns.values())}) TO '{rows}' "
            f"(FORMAT csv, HEADER false, DELIMITER '{delivery.looks.delimiter}', QUOTE '\"', NULLSTR '')"
        )
        return rows.read_bytes()

    def _workbook(self, delivery: Delivery) -> bytes:
        """One sheet after the other, each with the header; numbers are numbers."""
        if delivery.dirt or delivery.tail or delivery.parts:
            raise ValueError(f"{delivery.name}: a workbook has no dirt, no tail and no parts")
        query = self._query(delivery, [delivery.sheet, *delivery.columns.values()])
        rows = self._connection.execute(query).fetchall()
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            book.set_properties({"created": delivery.landed_at})  # the clock would make every file another one
            for name, content in groupby(rows, lambda row: str(row[0])):
                sheet = book.add_worksheet(name)
                sheet.set_column(0, len(delivery.columns) - 1, _COLUMN_WIDTH)
                for at, cells in enumerate([tuple(delivery.columns), *(row[1:] for row in content)]):
                    _write_cells(sheet, at, cells)
        return buffer.getvalue()

    def _query(self, delivery: Delivery, values: Iterable[str]) -> str:
        """The SELECT of ``values`` over the delivery's table, which it registers."""
        join = ""
        self._connection.register("rows", delivery.table.assign(row_order=range(len(delivery.table))))
        if delivery.lookup is not None:
            self._connection.register("lookup", delivery.lookup)
            join = f"JOIN lookup USING ({delivery.lookup_key})"
        # The explicit order is what makes two runs equal: a join alone promises none.
        return f"SELECT {', '.join(values)} FROM rows t {join} ORDER BY row_order"


def _write_cells(sheet: Any, row: int, cells: Sequence[object]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(row, column, cell)
        elif cell is not None:
            sheet.write_number(row, column, cell)


def place(path: Path, content: bytes, control: Mapping[str, object], landed_at: datetime) -> None:
    """Write sidecar and file, the file last and by a rename, both with the time of landing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sidecar = json.dumps(control, ensure_ascii=False).encode()
    for target, data in ((path.with_name(f"{path.name}.control.json"), sidecar), (path, content)):
        partial = target.with_name(f".{target.name}.part")
        partial.write_bytes(data)
        stamp = landed_at.replace(tzinfo=UTC).timestamp()
        os.utime(partial, (stamp, stamp))
        partial.replace(target)


def euros(cents: int) -> str:
    """Return integer cents as a decimal text: 12345 is ``123.45``."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def decimal_sql(cents: str, comma: bool = True) -> str:
    """SQL that words a BIGINT of cents exactly, with a decimal comma or point."""
    text = f"(({cents}) * 0.01::DECIMAL(3,2))::VARCHAR"
    return f"replace({text}, '.', ',')" if comma else text


def _lines(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()
