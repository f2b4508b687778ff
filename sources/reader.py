"""Read one delivered file once, against its contract.

Every record of the file ends up accepted, rejected (with row number, column and reason) or skipped (titles, blank
lines, sum rows, repeated headers, footers): ``rows_read = accepted + rejected + skipped``, always. The row number is
the record's number in the file, the header line usually being 1: what a person sees in a spreadsheet. Of a workbook of
several tables (:mod:`sources.sheets`) a fault has its sheet's name and the row number in that sheet.

The work is done by DuckDB in three steps, so that a large clean file costs one pass:

1. ``parsed``: every record typed, in file order. Where anything is out of the ordinary the raw cells are kept beside
it. 2. ``suspect``: only those records, judged exactly: faults, skips, identity codes. 3. Counts, duplicate keys,
control sums, and the decision. Nothing is written here: the caller asks for :meth:`Reading.write_accepted` and
:meth:`Reading.write_rejects`.

A record that is not suspect has no fault by construction (:func:`sources.parsing.doubtful_sql`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb

from sources import grid, identity, lake, parsing, shape, sheets, textfile
from sources.contract import Column, Contract
from sources.control import Control, load_control
from sources.header import Header, find_header, fold, match_header, shown_name
from sources.parsing import identifier, literal
from sources.pseudonym import pseudonym_sql
from sources.refusal import Refusal, Refused

Decision = Literal["accepted", "refused", "duplicate"]

_DELIMITERS = (";", "\t", ",")
_THREADS = max(1, min(4, os.cpu_count() or 1))
_MOST_MEMORY = 4 << 30  # above it DuckDB spills to the work folder; ten million ledger rows take about two GB
_LAST_ROWS = 3  # where a lone text is a footer whatever it says
_VALUE_LENGTH = 100
_REASONS_NAMED = 3

_SUM_WORD = r"(?:(?:kaikki )?yhteens(?:ä|a\x{0308}?)|välisumma|loppusumma|summa|totalt|sammanlagt|total)"  # fi, sv, en
_SUM_CELL = rf"(?i){_SUM_WORD}\s?:?"
_SUM_START = rf"(?i)^{_SUM_WORD}(?:$|[^\pL])"
_FOOTER_START = r"(?i)^(?:tulostettu|raportti|ajettu|sivu|utskriven|sida|printed|page)(?:$|[^\pL])"


@dataclass(frozen=True, slots=True)
class Counts:
    """Records of one file. ``read`` leaves out the header line itself."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def skipped_rows(self) -> int:
        """All skipped records, whatever the kind."""
        return sum(self.skipped.values())


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of one rejected row. ``column_name`` is None where the fault is the row's.

    ``sheet_name`` is None except where several sheets of a workbook were read; ``row_number`` is then the sheet's own.
    """

    row_number: int
    column_name: str | None
    reason_code: str
    value: str | None
    sheet_name: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The one UTF-8 text that is read, and how it was delivered.

    The rest is of workbooks kept by hand (:mod:`sources.sheets`): ``sheets`` where there is more than one,
    ``month_column`` where some table has its month from its sheet's name (in the cell behind the ``width`` of the
    table), ``no_data`` the kind of records known not to be data, ``omitted`` the sheets left out.
    """

    path: Path
    layout: textfile.Layout | None
    encoding: str
    delimiter: str
    header: Header
    width: int
    title_rows: Mapping[str, int]
    sheets: tuple[sheets.Sheet, ...] = ()
    month_column: str | None = None
    no_data: Mapping[int, str] = field(default_factory=dict)
    omitted: tuple[str, ...] = ()

    def cell(self, name: str) -> str | None:
        """The cell of the column ``name`` as it is loaded; None where no table has the column."""
        index = self.header.position.get(name)
        own = None if index is None else f"c{index}"
        if name != self.month_column:
            return own
        return f"coalesce({own}, c{self.width})" if own else f"c{self.width}"


class Reading:
    """What one file holds. Valid only inside :func:`read_delivery`; ``refusal`` is None where it is acceptable."""

    def __init__(self, delivery_id: str, organisation_id: str, contract: Contract) -> None:
        self.delivery_id = delivery_id
        self.organisation_id = organisation_id
        self.contract = contract
        self.counts = Counts()
        self.refusal: Refusal | None = None
        self.periods: tuple[str, ...] = ()
        self.caveats: tuple[str, ...] = ()
        self.encoding: str | None = None
        self.delimiter: str | None = None
        self.control = Control()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._sheets: tuple[sheets.Sheet, ...] = ()

    @property
    def decision(self) -> Decision:
        """``accepted`` or ``refused``; whether the bytes are a duplicate is known to landing only."""
        return "refused" if self.refusal else "accepted"

    def faults(self, limit: int | None = None) -> list[RowFault]:
        """The faults in row order, at most ``limit``. Of values stands what may be shown (:mod:`sources.shape`)."""
        if self._connection is None:
            return []
        query = f"SELECT {_FAULT} FROM ({_fault_places(self._sheets)}) ORDER BY record, ordinal"
        rows = self._connection.execute(query + (f" LIMIT {int(limit)}" if limit else "")).fetchall()
        return [RowFault(*row) for row in rows]

    def write_accepted(self, path: Path) -> None:
        """Write the accepted rows as the lake's Parquet file ``path``."""
        columns = ", ".join(identifier(c.name) for c in self.contract.loaded_columns)
        lake.copy_parquet(
            self._open(),
            f"SELECT {literal(self.organisation_id)} AS organisation_id, {literal(self.delivery_id)} AS delivery_id, "
            f"{_ROW} AS row_number, {_period_sql(self.contract)} AS period, {columns} FROM parsed WHERE {_GOOD}",
            path,
        )

    def write_rejects(self, path: Path, receipt_id: str) -> bool:
        """Write the faults as Parquet to ``path``; False, and no file, where there are none."""
        if self._connection is None or not _count(self._connection, "SELECT count(*) FROM fault"):
            return False
        ids = [receipt_id, self.delivery_id, self.organisation_id, self.contract.extract_id]
        names = ["receipt_id", "delivery_id", "organisation_id", "extract_id"]
        fixed = ", ".join(f"{literal(v)} AS {n}" for v, n in zip(ids, names, strict=True))
        lake.copy_parquet(
            self._connection,
            f"SELECT {fixed}, {_FAULT} FROM ({_fault_places(self._sheets)}) ORDER BY record, ordinal",
            path,
        )
        return True

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise RuntimeError("There is nothing to write: the file was not read.")
        return self._connection


@contextmanager
def read_delivery(
    path: Path, contract: Contract, organisation_id: str, key: bytes, work: Path, delivery_id: str | None = None
) -> Iterator[Reading]:
    """Read the file ``path`` and yield its :class:`Reading`; a file that cannot be taken yields a refusal.

    ``key`` is the pseudonym key, ``work`` a folder for temporary files (personal data may pass through it: it must
    not be world-readable). Errors other than a refusal (a full disk, a fault of ours) are raised.
    """
    reading = Reading(delivery_id or textfile.sha256_of(path), organisation_id, contract)
    with tempfile.TemporaryDirectory(dir=work, prefix="reading-") as folder, _connect(Path(folder)) as connection:
        try:
            reading.control = load_control(path)
            source = _prepare(path, contract, Path(folder))
            reading.encoding, reading.delimiter = source.encoding, source.delimiter
            reading.caveats = _caveats(source, contract)
            reading._sheets = source.sheets
            _parse(connection, source, contract, organisation_id, key, Path(folder))
            reading._connection = connection
            _judge(connection, source, contract)
            _decide(reading, connection, source)
        except Refused as refused:
            reading.refusal = refused.refusal
        yield reading
        reading._connection = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a supplier is told before delivering. ``faults`` are in row order; ``refusal`` is None when acceptable."""

    decision: Decision
    counts: Counts
    refusal: Refusal | None
    caveats: tuple[str, ...]
    periods: tuple[str, ...]
    faults: tuple[RowFault, ...]


def check_file(path: Path, contract: Contract, organisation_id: str, limit: int | None = None) -> CheckReport:
    """Read ``path`` as the nightly would, write nothing, and return the outcome with at most ``limit`` faults."""
    throwaway_key = os.urandom(32)
    with (
        tempfile.TemporaryDirectory(prefix="tilannekuva-check-") as work,
        read_delivery(path, contract, organisation_id, throwaway_key, Path(work)) as reading,
    ):
        return CheckReport(
            reading.decision,
            reading.counts,
            reading.refusal,
            reading.caveats,
            reading.periods,
            tuple(reading.faults(limit)),
        )


# --- From the landed bytes to one plain text ------------------------------------------------------------------


def _prepare(path: Path, contract: Contract, work: Path) -> Source:
    """Bring any accepted format to one UTF-8 text with its header found; Refused where that is impossible."""
    if contract.sheet_period_column and path.name.lower().endswith(".xlsx"):
        return _prepare_workbook(path, contract, work)
    made, form = _as_csv(path, contract, work)
    if form == "text":
        facts = textfile.inspect(made)
        text, facts = textfile.to_utf8(made, facts, work / "plain.csv")
    else:
        text, facts = made, textfile.inspect(made)
    delimiter, head, row = _find_table(text, contract, form)
    header = match_header(head[row - 1], row, contract)
    text, layout = textfile.keep_blank_lines(text, facts, delimiter, work / "lines.csv")
    return Source(
        path=text,
        layout=layout,
        encoding=facts.encoding if form == "text" else form,
        delimiter=delimiter,
        header=header,
        width=max(len(record) for record in head) + 1,
        title_rows=_title_rows(head[: row - 1]),
    )


def _prepare_workbook(path: Path, contract: Contract, work: Path) -> Source:
    """All tables of a workbook that is kept by hand; Refused where it is none, or a table has no month."""
    target = work / "table.csv"
    book = sheets.read_workbook(path, contract, target)
    head = textfile.head(target, grid.DELIMITER)
    text, layout = textfile.keep_blank_lines(target, textfile.inspect(target), grid.DELIMITER, work / "lines.csv")
    return Source(
        path=text,
        layout=layout,
        encoding="xlsx",
        delimiter=grid.DELIMITER,
        header=book.header,
        width=len(book.header.cells),
        title_rows=_title_rows(head[: book.header.row - 1]),
        sheets=book.sheets if len(book.sheets) > 1 else (),
        month_column=contract.sheet_period_column if book.months else None,
        no_data=book.no_data,
        omitted=book.omitted,
    )


def _as_csv(path: Path, contract: Contract, work: Path) -> tuple[Path, str]:
    """Return a text file and the form that was delivered: ``text``, ``xlsx``, ``parquet`` or ``payload``."""
    target = work / "table.csv"
    if contract.adapter:
        return grid.write_rows(_adapt(path, contract.adapter), target), "payload"
    name = path.name.lower()
    if name.endswith((".csv", ".txt")):
        return path, "text"
    if name.endswith((".csv.gz", ".txt.gz")):
        return textfile.unpack(path, target), "text"
    if name.endswith(".xlsx"):
        return grid.workbook_to_csv(path, contract, target), "xlsx"
    if name.endswith(".parquet"):
        return grid.parquet_to_csv(path, target), "parquet"
    raise Refused("unknown_format")


def _adapt(path: Path, adapter: str) -> list[list[str | None]]:
    from sources import adapters  # public payloads only: county extracts need none of it

    try:
        return adapters.ADAPTERS[adapter](path)
    except adapters.UnknownPayload as error:
        raise Refused("unknown_payload", found=error.found, accepted=error.accepted) from error


def _find_table(text: Path, contract: Contract, form: str) -> tuple[str, list[list[str]], int]:
    """Return delimiter, first records and the header's record number; Refused where no header is found."""
    delimiters = _DELIMITERS if form == "text" else (grid.DELIMITER,)
    heads = {d: textfile.head(text, d) for d in delimiters}
    scores = {d: find_header(records, contract) for d, records in heads.items()}
    best = max(delimiters, key=lambda d: scores[d][0])
    if not scores[best][0]:
        if all(not any(record) for record in heads[best]):
            raise Refused("no_rows")
        raise Refused("no_header", columns=", ".join(c.name for c in contract.loaded_columns))
    return best, heads[best], scores[best][1]


def _title_rows(records: list[list[str]]) -> dict[str, int]:
    titles = sum(any(cell.strip() for cell in record) for record in records)
    return {kind: n for kind, n in {"title": titles, "blank": len(records) - titles}.items() if n}


def _caveats(source: Source, contract: Contract) -> tuple[str, ...]:
    header = source.header
    unknown = [f"unknown_column:{shown_name(header.cells[i], i + 1, contract)}" for i in header.unknown]
    absent = [c.name for c in contract.loaded_columns if source.cell(c.name) is None]
    omitted = [f"omitted_sheet:{name}" for name in source.omitted]
    return (*unknown, *(f"absent_column:{name}" for name in absent), *omitted)


_FAULT = "row_number, column_name, reason_code, value, sheet_name"


def _fault_places(read: tuple[sheets.Sheet, ...]) -> str:
    """The faults with ``record``, their order, and where a person finds them: sheet and row number."""
    if not read:
        return "SELECT *, row_number AS record, CAST(NULL AS VARCHAR) AS sheet_name FROM fault"
    rows = ", ".join(f"({literal(s.name)}, {s.first_record}, {s.last_record})" for s in read)
    return (
        "SELECT fault.* REPLACE (row_number - first_record + 1 AS row_number), row_number AS record, sheet_name "
        f"FROM fault JOIN (VALUES {rows}) AS sheet(sheet_name, first_record, last_record) "
        "ON fault.row_number BETWEEN first_record AND last_record"
    )


# --- Step 1: every record typed -------------------------------------------------------------------------------

_ROW = "(rowid + 1)"
_GOOD = f"{_ROW} > getvariable('header_row') AND {_ROW} NOT IN (SELECT row_number FROM excluded)"


@contextmanager
def _connect(work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory database that spills into ``work`` and keeps the file's order (row numbers rest on it)."""
    config: dict[str, Any] = {
        "threads": _THREADS,
        "memory_limit": f"{_memory()}B",
        "temp_directory": str(work),
        "preserve_insertion_order": True,
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute(parsing.MACROS)
        connection.execute(shape.MACROS)
        yield connection


def _memory() -> int:
    """Bytes that one reading may hold: half of the machine's memory, at most :data:`_MOST_MEMORY`."""
    return min(_MOST_MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)


def _parse(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: Contract,
    organisation_id: str,
    key: bytes,
    work: Path,
) -> None:
    """Create ``parsed``; its rowid + 1 is the record number, which is checked against an independent count."""
    query = _parse_query(source, contract, organisation_id, key)
    layout = source.layout
    if layout is not None and _load(connection, query, source.path, layout, source) == layout.records:
        return
    exact = work / "exact.csv"
    layout = textfile.rewrite(source.path, source.delimiter, _cells_loaded(source), exact)
    found = _load(connection, query, exact, layout, source)
    if found != layout.records:
        raise RuntimeError(f"The file holds {layout.records} records, but {found} were read.")


def _cells_loaded(source: Source) -> int:
    """Cells of a record: those of the table, and its sheet's month where there is one."""
    return source.width + (source.month_column is not None)


def _load(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, layout: textfile.Layout, source: Source
) -> int | None:
    """Run ``query`` on the text; the number of records, or None where DuckDB cannot read the text as it is."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(_cells_loaded(source)))
    csv = (
        f"read_csv({literal(str(path))}, columns = {{{columns}}}, header = false, auto_detect = false, "
        f"delim = {literal(source.delimiter)}, quote = '\"', escape = '\"', null_padding = true, strict_mode = true, "
        f"parallel = {'false' if layout.multiline else 'true'})"
    )
    try:
        connection.execute(f"CREATE OR REPLACE TABLE parsed AS {query.format(csv=csv)}")
    except duckdb.InvalidInputException:
        return None
    count, last = connection.execute("SELECT count(*), max(rowid) + 1 FROM parsed").fetchall()[0]
    if count and count != last:
        raise RuntimeError("Row numbers are not consecutive.")
    return int(count)


def _parse_query(source: Source, contract: Contract, organisation_id: str, key: bytes) -> str:
    """The SELECT of step 1, with ``{csv}`` where the reader goes."""
    typed, doubtful = [], []
    for column in contract.loaded_columns:
        name, cell = identifier(column.name), source.cell(column.name)
        if cell is None:
            typed.append(f"CAST(NULL AS {column.duckdb_type}) AS {name}")
            continue
        value = parsing.value_sql(column, cell)
        if column.personal:
            value = pseudonym_sql(key, organisation_id, parsing.text_sql(cell))
        typed.append(f"{value} AS {name}")
        doubtful.append(parsing.doubtful_sql(column, cell, name))
        if column.kind == "text" and not column.personal:
            doubtful.append(_oddity(name))
    doubtful += [_identity_hint(f"c{i}") for i in _unread(source, contract)]
    doubtful += [f"{identifier(a)} < {identifier(b)}" for a, b in contract.not_before]
    doubtful += [f"c{i} IS NOT NULL" for i in range(len(source.header.cells), source.width)]
    cells = ", ".join(f"c{i}" for i in range(source.width))
    test = " OR ".join(f"({d})" for d in doubtful)
    names = ", ".join(identifier(c.name) for c in contract.loaded_columns)
    raw = f"CASE WHEN {test} THEN [{cells}] END AS raw"
    if source.month_column is not None:
        raw += f", c{source.width} AS sheet_month"
    every = ", ".join(f"c{i}" for i in range(_cells_loaded(source)))
    query = f"SELECT {names}, {raw} FROM (SELECT {', '.join(typed)}, {every} FROM "
    return query.replace("{", "{{").replace("}", "}}") + "{csv})"


def _unread(source: Source, contract: Contract) -> list[int]:
    """Cells that no typed column is made of: unknown, free text, unnamed. Their text is only searched for codes."""
    read = {source.header.position.get(c.name) for c in contract.loaded_columns}
    return [i for i in range(source.width) if i not in read]


def _identity_hint(text: str) -> str:
    return f"strlen({text}) >= {identity.SHORTEST} AND regexp_matches({text}, {literal(identity.SQL_PATTERN)})"


def _oddity(name: str) -> str:
    """A text that is a sum row's word or may hold an identity code."""
    return (
        f"(strlen({name}) BETWEEN 5 AND 20 AND regexp_full_match({name}, {literal(_SUM_CELL)})) "
        f"OR ({_identity_hint(name)})"
    )


# --- Step 2: the doubtful records, judged exactly ---------------------------------------------------------------


def _judge(connection: duckdb.DuckDBPyConnection, source: Source, contract: Contract) -> None:
    """Create ``suspect``, ``fault``, ``skipped`` and ``excluded`` (the rows that do not reach the lake)."""
    connection.execute(f"SET VARIABLE header_row = {source.header.row}")
    connection.execute(
        f"CREATE TABLE suspect AS SELECT *, list_filter({_own_texts(source)}, lambda x: x IS NOT NULL) AS filled FROM ("
        f"SELECT {_ROW} AS row_number, *, list_transform(raw, lambda x: cell_text(x)) AS texts FROM parsed "
        f"WHERE raw IS NOT NULL AND {_ROW} > {source.header.row})"
    )
    no_data = ", ".join(f"({row}, {literal(kind)})" for row, kind in source.no_data.items()) or "(0, '')"
    connection.execute(f"CREATE TABLE no_data AS FROM (VALUES {no_data}) AS t(row_number, kind) WHERE row_number > 0")
    connection.execute("DELETE FROM suspect WHERE row_number IN (SELECT row_number FROM no_data)")
    connection.execute(
        "CREATE TABLE fault (row_number BIGINT, column_name VARCHAR, reason_code VARCHAR, value VARCHAR, "
        "ordinal INTEGER)"
    )
    doubtful = _count(connection, "SELECT count(*) FROM suspect")
    for ordinal, query in enumerate(_fault_queries(source, contract) if doubtful else ()):
        connection.execute(f"INSERT INTO fault SELECT *, {ordinal} FROM ({query})")
    connection.execute(f"CREATE TABLE skipped AS {_skip_query(source, contract)} UNION ALL FROM no_data")
    connection.execute("DELETE FROM fault WHERE row_number IN (SELECT row_number FROM skipped)")
    connection.execute(
        "CREATE TABLE excluded AS SELECT row_number FROM skipped UNION SELECT DISTINCT row_number FROM fault"
    )
    _reject_duplicates(connection, contract)


def _own_texts(source: Source) -> str:
    """The texts of a record from the left, as a person sees them: a sheet may order its columns in its own way."""
    if not source.sheets:
        return "texts"
    orders = (
        f"WHEN row_number <= {s.last_record} THEN [{', '.join(f'texts[{place + 1}]' for place in s.places)}]"
        for s in source.sheets
    )
    return f"(CASE {' '.join(orders)} END)"


def _fault_queries(source: Source, contract: Contract) -> Iterator[str]:
    """SELECTs of (row_number, column_name, reason_code, value), in the order in which a row's faults are listed."""
    beyond = f"len(list_filter(texts[{len(source.header.cells) + 1}:], lambda x: x IS NOT NULL)) > 0"
    yield f"SELECT row_number, NULL, 'too_many_columns', NULL FROM suspect WHERE {beyond}"
    personal = {source.header.position.get(c.name) for c in contract.columns if c.personal}
    for index, name in enumerate([*source.header.cells, *[""] * (source.width - len(source.header.cells))]):
        if index not in personal:
            shown = _contract_name(source.header, index) or _name_shown(name, index + 1, contract)
            yield (
                f"SELECT row_number, {literal(shown)}, 'identity_code', '{identity.MASK}' FROM suspect "
                f"WHERE {_identity_hint(f'texts[{index + 1}]')}"
            )
    for column in contract.loaded_columns:
        if column.name in source.header.position:
            text = f"texts[{source.header.position[column.name] + 1}]"
            if column.name == source.month_column:
                text = f"coalesce({text}, sheet_month)"
            yield _column_faults(column, text, beyond)
    for later, earlier in contract.not_before:
        yield (
            f"SELECT row_number, {literal(later)}, 'end_before_start', CAST({identifier(later)} AS VARCHAR) "
            f"FROM suspect WHERE {identifier(later)} < {identifier(earlier)}"
        )


def _contract_name(header: Header, index: int) -> str | None:
    return next((name for name, at in header.position.items() if at == index), None)


def _name_shown(name: str, number: int, contract: Contract) -> str:
    return shown_name(name, number, contract) if name else f"#{number}"


def _value_shown(column: Column, text: str) -> str:
    """What may be shown of a cell of ``column`` that is not what the column expects."""
    if column.personal:
        return literal(parsing.PERSONAL_MASK)
    if column.kind == "choice":
        return f"shown_choice({text}, [{', '.join(map(literal, column.allowed))}])"
    return f"shown_text({text})"


def _column_faults(column: Column, text: str, shifted: str) -> str:
    """Faults of one column. In a row with too many cells any cell may be another column's: nothing of it is shown."""
    shown = _value_shown(column, text)
    if not column.personal:
        shown = f"CASE WHEN NOT ({shifted}) THEN {shown} END"
    reason = parsing.fault_sql(column, text, identifier(column.name))
    return (
        f"SELECT row_number, {literal(column.name)}, reason, CASE WHEN {text} IS NOT NULL THEN {shown} END "
        f"FROM (SELECT *, {reason} AS reason FROM suspect) WHERE reason IS NOT NULL"
    )


def _skip_query(source: Source, contract: Contract) -> str:
    """SELECT of (row_number, kind) of records that are no data. Payloads of machines have only blank ones."""
    kinds = ["WHEN len(filled) = 0 THEN 'blank'"]
    if not contract.adapter:
        faulty = "row_number IN (SELECT row_number FROM fault)"
        first = f"{_own_texts(source)}[1]"
        alone = f"{first} IS NOT NULL AND len(filled) = 1"
        footer = f"regexp_matches({first}, {literal(_FOOTER_START)})"
        kinds += [
            f"WHEN {_header_again(source)} THEN 'header'",
            f"WHEN {_sum_cell(source.header, contract)} THEN 'sum'",
            f"WHEN {faulty} AND regexp_matches(filled[1], {literal(_SUM_START)}) THEN 'sum'",
            f"WHEN {faulty} AND {alone} AND ({footer} OR {_last_rows(source)}) THEN 'footer'",
        ]
    return (
        f"SELECT row_number, kind FROM (SELECT row_number, CASE {' '.join(kinds)} END AS kind FROM suspect) "
        "WHERE kind IS NOT NULL"
    )


def _last_rows(source: Source) -> str:
    if not source.sheets:
        return f"row_number > (SELECT count(*) FROM parsed) - {_LAST_ROWS}"
    ends = (f"{max(s.first_record, s.last_record - _LAST_ROWS + 1)} AND {s.last_record}" for s in source.sheets)
    return "(" + " OR ".join(f"row_number BETWEEN {end}" for end in ends) + ")"


def _header_again(source: Source) -> str:
    cells = ", ".join(literal(cell.lower()) for cell in source.header.cells if cell)
    return f"list_transform(filled, lambda x: lower(x)) = [{cells}]"


def _sum_cell(header: Header, contract: Contract) -> str:
    """A cell that is wholly a sum row's word, outside free text and names (a site may be called anything)."""
    columns = [c for c in contract.loaded_columns if not (c.is_name or c.personal)]
    columns = [c for c in columns if c.name in header.position]
    cells = (f"texts[{header.position[c.name] + 1}]" for c in columns)
    return " OR ".join(f"regexp_full_match({cell}, {literal(_SUM_CELL)})" for cell in cells)


def _reject_duplicates(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Of rows with one key the first stands, later ones are rejected. Empty optional key cells count as equal.

    Different hashes prove different keys, so only rows that share a hash are compared.
    """
    names = [*contract.key, *([contract.change_time_column] if contract.change_time_column else [])]
    if not contract.key:
        return
    key = ", ".join(identifier(n) for n in names)
    # A value that a typed column has taken is what it should be; a text may be anything.
    texts = {c.name for c in contract.columns if c.kind == "text" and not c.pattern}
    parts = (f"shown_text({identifier(n)})" if n in texts else identifier(n) for n in names)
    shown = f"concat_ws('|', {', '.join(parts)})"
    if any(contract.column(n).personal for n in names):
        shown = literal(parsing.PERSONAL_MASK)
    connection.execute(
        f"CREATE TABLE doubled AS WITH valid AS (SELECT {_ROW} AS row_number, {key}, hash({key}) AS h FROM parsed "
        f"WHERE {_GOOD}), shared AS (SELECT h FROM valid GROUP BY h HAVING count(*) > 1) "
        f"SELECT row_number, {shown} AS value FROM valid WHERE h IN (SELECT h FROM shared) "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY row_number) > 1"
    )
    column = literal("+".join(names))
    connection.execute(
        f"INSERT INTO fault SELECT row_number, {column}, 'duplicate_key', left(value, {_VALUE_LENGTH}), 0 FROM doubled"
    )
    connection.execute("INSERT INTO excluded SELECT row_number FROM doubled")


# --- Step 3: counts and the decision ----------------------------------------------------------------------------


def _decide(reading: Reading, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Fill in counts and periods; Refused (with the counts of a refused delivery) where the delivery may not stand."""
    records = _count(connection, "SELECT count(*) FROM parsed")
    skipped = dict(source.title_rows)
    for kind, number in connection.execute("SELECT kind, count(*) FROM skipped GROUP BY kind ORDER BY kind").fetchall():
        skipped[kind] = skipped.get(kind, 0) + number
    read = records - 1  # without the header line
    data = read - sum(skipped.values())
    rejected = _count(connection, "SELECT count(DISTINCT row_number) FROM fault")
    reading.periods = _periods(connection, reading.contract)
    reading.counts = Counts(read, 0, data, skipped)  # of a refused delivery every data row counts as rejected
    _refuse_empty(data)
    _refuse_disagreement(connection, source, reading.contract, reading.control, data)
    _refuse_too_many(connection, reading.contract, rejected, data)
    reading.counts = Counts(read, data - rejected, rejected, skipped)


def _refuse_empty(data: int) -> None:
    if data == 0:
        raise Refused("no_rows")


def _refuse_disagreement(
    connection: duckdb.DuckDBPyConnection, source: Source, contract: Contract, control: Control, data: int
) -> None:
    if control.rows is not None and control.rows != data:
        raise Refused("control_rows", expected=control.rows, found=data)
    columns = {f: c for c in contract.loaded_columns if c.kind in ("int", "dec") for f in c.folded_names}
    for name, expected in control.sums.items():
        column = columns.get(fold(name))
        if column is None or column.name not in source.header.position:
            problem = f"no column of numbers is called {_sum_shown(name, contract)}"
            raise Refused("broken_control", name=control.name, problem=problem)
        query = (
            f"SELECT coalesce(sum({identifier(column.name)}), 0) FROM parsed WHERE {_ROW} > {source.header.row} "
            f"AND {_ROW} NOT IN (SELECT row_number FROM skipped)"
        )
        found = Decimal(connection.execute(query).fetchall()[0][0])
        if found != expected:
            raise Refused("control_sum", column=column.name, expected=f"{expected:f}", found=f"{found:f}")


def _sum_shown(name: str, contract: Contract) -> str:
    """A name of the control's sums: it may be a column's, such as one of texts, or anything."""
    known = any(fold(name) in column.folded_names for column in contract.columns)
    return name if known else shape.shown(name)


def _refuse_too_many(connection: duckdb.DuckDBPyConnection, contract: Contract, rejected: int, data: int) -> None:
    if rejected * 100 <= contract.reject_limit_percent * data:
        return
    most = connection.execute(
        "SELECT reason_code, coalesce(column_name, '-'), count(*) AS n FROM fault GROUP BY ALL "
        f"ORDER BY n DESC, 1, 2 LIMIT {_REASONS_NAMED}"
    ).fetchall()
    raise Refused(
        "reject_limit",
        rejected=rejected,
        rows=data,
        limit=f"{contract.reject_limit_percent:g}",
        most=", ".join(f"{reason} {column} ({n})" for reason, column, n in most),
    )


def _period_sql(contract: Contract) -> str:
    """The period of a row as text, such as ``2024-03`` or ``2023|alkuperainen``; NULL where the mode has none."""
    parts = []
    for name in contract.period_columns:
        of_day = contract.column(name).kind in ("date", "month")
        text = f"CAST({identifier(name)} AS VARCHAR)"
        parts.append(f"left({text}, 7)" if of_day else text)
    return " || '|' || ".join(parts) if parts else "CAST(NULL AS VARCHAR)"


def _periods(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[str, ...]:
    """Periods that the accepted rows hold, in order. Distinct values first: text is made of few rows."""
    if not contract.period_columns:
        return ()
    names = ", ".join(identifier(n) for n in contract.period_columns)
    query = (
        f"SELECT DISTINCT {_period_sql(contract)} AS period FROM (SELECT DISTINCT {names} FROM parsed WHERE {_GOOD}) "
        "WHERE period IS NOT NULL ORDER BY period"
    )
    return tuple(row[0] for row in connection.execute(query).fetchall())


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
