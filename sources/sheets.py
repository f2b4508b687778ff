"""A workbook kept by hand, with a sheet for each month: all its tables, made one.

For contracts with ``sheetPeriodColumn``. Every sheet that holds the header is read, in the workbook's order. Sheets may
order their columns differently; a table without the column of months takes the month from its sheet's name. A sheet
without the header (instructions, notes) is left out and named; one whose month nobody can tell refuses the delivery,
because its figures would be lost.

The tables are written below one another, each sheet's records in its own order, so that a record's number counted from
its sheet's first is what a person sees in that sheet. The month of a sheet stands in a cell of its own behind those of
the table, where no rule about sum rows, footers and blank lines sees it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.dates import get_month_names
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from sources import grid
from sources.contract import Contract
from sources.header import Header, find_header, fold, match_header, shown_name
from sources.parsing import FIRST_YEAR, LAST_YEAR
from sources.refusal import Refused

_NUMBERS = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})|(?P<close>\d{2}))|(?P<first>\d{1,2})[-.](?P<last>\d{4})")
_WORDS = re.compile(r"(?P<word>[a-z]+)(?P<year>\d{4})|(?P<first>\d{4})(?P<last>[a-z]+)")
_LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet that was read: its name as it is shown (:func:`sources.header.shown_name`), and the records of the
    written table that it became.

    ``places`` are where its cells, from the left, stand in the common order of columns.
    """

    name: str
    first_record: int
    last_record: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """All tables of a workbook as one.

    ``months`` tells that the last cell of a record is its sheet's month, ``no_data`` the kind of every title, blank
    line and header below the first sheet's, ``omitted`` the sheets without the header, as they are shown.
    """

    header: Header
    sheets: tuple[Sheet, ...]
    months: bool
    no_data: Mapping[int, str]
    omitted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """One sheet's name as it is shown, its cells as text, its header and, without a column of months, its month."""

    name: str
    rows: list[list[str]]
    header: Header
    month: str | None


def month_of_name(name: str) -> str | None:
    """Return the month that a sheet's name says, as ``2024-03``; None where it says none.

    >>> month_of_name("maaliskuu 2024"), month_of_name("3.2024"), month_of_name("Mars 2024"), month_of_name("Ohje")
    ('2024-03', '2024-03', '2024-03', None)
    """
    if match := _NUMBERS.fullmatch(name.strip()):
        year = int(match["year"] or match["last"])
        month = int(match["month"] or match["close"] or match["first"])
    elif match := _WORDS.fullmatch(fold(name)):
        year = int(match["year"] or match["first"])
        month = _month_words().get(match["word"] or match["last"], 0)
    else:
        return None
    return f"{year}-{month:02}" if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def read_workbook(path: Path, contract: Contract, target: Path) -> Workbook:
    """Write every table of the workbook ``path`` to ``target`` as one; Refused where one cannot be read or dated."""
    try:
        tables, omitted = _tables(_sheets(path), contract)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("broken_workbook") from error
    if not tables:
        raise Refused("no_header", columns=", ".join(c.name for c in contract.loaded_columns))
    header = _common_header(tables, contract)
    months = any(table.month for table in tables)
    sheets: list[Sheet] = []
    no_data: dict[int, str] = {}
    records: list[Sequence[str]] = []
    for table in tables:
        first = len(records) + 1
        kinds = _no_data(table)
        if sheets:  # the first table's own header is the file's, and what stands before it is counted with it
            no_data |= {first + index: kind for index, kind in kinds.items()}
        else:
            no_data |= {first + index: kind for index, kind in kinds.items() if index >= table.header.row}
        places = _places(table, header)
        records += _records(table, places, len(header.cells) + months, kinds.keys() if sheets else ())
        sheets.append(Sheet(table.name, first, len(records), places))
    grid.write_rows(records, target)
    return Workbook(header, tuple(sheets), months, no_data, tuple(omitted))


@cache
def _month_words() -> dict[str, int]:
    """Folded month names of the three languages; no name means two months."""
    return {
        fold(name): month
        for language in _LANGUAGES
        for month, name in get_month_names("wide", "stand-alone", locale=language).items()
    }


def _sheets(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Name and cells of every sheet of cells, hidden ones too: they hold figures as well."""
    workbook = CalamineWorkbook.from_path(str(path))
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            yield sheet.name, [[grid.cell_text(cell) for cell in row] for row in rows]


def _tables(sheets: Iterable[tuple[str, list[list[str]]]], contract: Contract) -> tuple[list[_Table], list[str]]:
    """Return the tables and the names of the sheets that hold none; an empty sheet is nothing to speak of."""
    tables: list[_Table] = []
    omitted: list[str] = []
    for number, (name, rows) in enumerate(sheets, start=1):
        shown = shown_name(name, number, contract)
        row = find_header(rows[: grid.HEAD], contract)[1]
        if row:
            tables.append(_table(shown, month_of_name(name), rows, row, contract))
        elif any(cell.strip() for cells in rows for cell in cells):
            omitted.append(shown)
    return tables, omitted


def _table(name: str, month: str | None, rows: list[list[str]], row: int, contract: Contract) -> _Table:
    column = contract.sheet_period_column or ""
    try:
        header = match_header(rows[row - 1], row, contract, given=column)
    except Refused as refused:
        raise refused.on_sheet(name) from refused
    if column in header.position:
        return _Table(name, rows, header, None)
    if month is None:
        raise Refused("sheet_month", sheet=name, column=column)
    return _Table(name, rows, header, month)


def _meanings(header: Header) -> list[str]:
    """What each cell of a header means, so that the same columns of two sheets meet; unnamed ones meet by order."""
    by_position = {index: name for name, index in header.position.items()}
    unnamed = 0
    meanings = []
    for index, cell in enumerate(header.cells):
        if cell:
            meanings.append(by_position.get(index) or f"?{fold(cell)}")
        else:
            unnamed += 1
            meanings.append(f"#{unnamed}")
    return meanings


def _common_header(tables: Sequence[_Table], contract: Contract) -> Header:
    """The first table's header and behind it the columns that only later ones have, each as it was first written."""
    texts: dict[str, str] = {}
    for table in tables:
        for meaning, text in zip(_meanings(table.header), table.header.cells, strict=True):
            texts.setdefault(meaning, text)
    names = {column.name for column in contract.columns}
    position = {meaning: index for index, meaning in enumerate(texts) if meaning in names}
    unknown = tuple(index for index, meaning in enumerate(texts) if meaning.startswith("?"))
    return Header(tables[0].header.row, tuple(texts.values()), position, unknown)


def _no_data(table: _Table) -> dict[int, str]:
    """Kind by index of the rows that are titles, blank above the header, or the header, also where it is repeated."""
    kinds = {}
    names = [cell.lower() for cell in table.header.cells if cell]
    for index, row in enumerate(table.rows):
        filled = [cell.strip().lower() for cell in row if cell.strip()]
        if filled == names:
            kinds[index] = "header"
        elif index < table.header.row:
            kinds[index] = "title" if filled else "blank"
    return kinds


def _places(table: _Table, header: Header) -> tuple[int, ...]:
    order = {meaning: index for index, meaning in enumerate(_meanings(header))}
    return tuple(order[meaning] for meaning in _meanings(table.header))


def _records(table: _Table, places: Sequence[int], width: int, left_out: Collection[int]) -> Iterator[list[str]]:
    """The table's rows in the common order of columns; those ``left_out`` are blank, for their number alone counts."""
    for index, row in enumerate(table.rows):
        cells = [""] * width
        if index not in left_out:
            for place, cell in zip(places, row, strict=True):
                cells[place] = cell
            if table.month and any(cell.strip() for cell in row):
                cells[-1] = table.month
        yield cells
