"""The supplier's return letter: what is wrong with a refused or partly rejected delivery, row by row.

A letter says the decision and its reason, what to do and whom to ask, how often each column fails for which reason,
and then lists the faults: sheet, row and column as a person sees them, what was found (masked where it is personal, its
shape where it could be, as the reader has it), what was expected and an example made from the contract
(:mod:`sources.expected`). It is a workbook and a plain text in Finnish, Swedish and English, made of a file that was
only checked (:func:`letter_of_report`) or of what the lake keeps of a delivery (:func:`letters_of_night`).

A delivery's letter lies at a path that its bytes decide, so it is made once however often a night runs; the same
letter always has the same bytes. The same bytes with another outcome (a corrected control file) give a further letter,
numbered.

Not here: sending. :func:`outgoing` says what there is to send.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import xlsxwriter

from sources import identity, lake, messages
from sources.contract import Contract, load_contracts, load_retired
from sources.expected import KEY_SEPARATOR, example, expected
from sources.reader import CheckReport, Counts, Decision, RowFault
from sources.refusal import Refusal, refusal_of
from sources.settings import Settings

LIMIT = 1000
"""Faults that a letter lists at most; the summary counts all."""
TEXT_LIMIT = 50
"""Faults that its plain text lists at most: it is read in a mail."""

_HELSINKI = ZoneInfo("Europe/Helsinki")
_NO_DATE = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook's properties know no zone; of a file that nobody delivered yet)
_UNNAMED = re.compile(r"#(\d+)")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_MOST_NAMED = 3
_BEHIND_PLACE = 4  # columns of a fault beside those that say where it is: found, wrong, expected, example

DECISIONS: Mapping[tuple[bool, str], str] = {
    (True, "refused"): "The delivery was refused: nothing of it was taken in.",
    (True, "partly"): "The delivery was taken in without the rows that have faults.",
    (True, "accepted"): "The delivery was taken in.",
    (False, "refused"): "The file would be refused.",
    (False, "partly"): "The file can be delivered, but the rows that have faults would be left out.",
    (False, "accepted"): "The file can be delivered.",
}
"""What became of the file, by whether it was delivered (or only checked) and how far it is good."""
NEXT_STEPS: Mapping[str, str] = {
    "refused": "Correct the file and deliver the whole of it again. Until then the earlier delivery stands.",
    "replace_period": (
        "Correct the rows and deliver the whole period again: the newest delivery of a period replaces the earlier one."
    ),
    "replace_all": "Correct the rows and deliver the whole file again: the newest delivery replaces the earlier one.",
    "upsert": "Correct the rows and deliver them again: the rows that were taken in stay.",
    "accepted": "Nothing needs to be done.",
}
"""What to do: of a refused delivery, of a partly rejected one by the contract's delivery mode, of a good one."""


class Tally(NamedTuple):
    """How many rows fail in one column for one reason, and where the first of them is."""

    column_name: str | None
    reason_code: str
    rows: int
    first_sheet: str | None
    first_row: int


@dataclass(frozen=True, slots=True)
class Letter:
    """The facts of one letter, and the ``language`` it is told in (the facts are the same in each).

    ``faults`` are the first ones in row order, ``found`` how many there are, ``tallies`` count all of them, the most
    frequent first. ``delivery_id`` and ``received_at`` are None of a file that was only checked; ``number`` counts the
    letters about the same bytes. ``refusal`` is a sentence where it is told in English only.
    """

    contract: Contract
    organisation_id: str
    file_name: str
    decision: Decision
    counts: Counts
    refusal: Refusal | str | None
    caveats: tuple[str, ...]
    periods: tuple[str, ...]
    faults: tuple[RowFault, ...]
    found: int
    tallies: tuple[Tally, ...]
    delivery_id: str | None = None
    received_at: datetime | None = None
    number: int = 1
    language: str = "fi"

    @property
    def extract_id(self) -> str:
        """The extract that the file is of."""
        return self.contract.extract_id

    @property
    def state(self) -> str:
        """``refused``, ``partly`` or ``accepted``."""
        return "partly" if self.decision == "accepted" and self.counts.rejected else self.decision

    def told_in(self, language: str) -> Letter:
        """The same letter in ``language``."""
        return replace(self, language=language)


class Outgoing(NamedTuple):
    """One letter to send: to the contacts of the extract of the organisation. ``delivery_id`` tells letters apart."""

    organisation_id: str
    extract_id: str
    subject: str
    body: str
    attachments: tuple[Path, ...]
    delivery_id: str


# --- Of what a letter is made -----------------------------------------------------------------------------------


def letter_of_report(
    report: CheckReport,
    contract: Contract,
    organisation_id: str,
    file_name: str,
    language: str = "fi",
    limit: int = LIMIT,
) -> Letter:
    """The letter about a file that was only checked. ``report`` must hold all faults, for they are counted here."""
    return Letter(
        contract=contract,
        organisation_id=organisation_id,
        file_name=identity.mask_loosely(file_name),
        decision=report.decision,
        counts=report.counts,
        refusal=report.refusal,
        caveats=report.caveats,
        periods=report.periods,
        faults=report.faults[:limit],
        found=len(report.faults),
        tallies=_tallies(report.faults),
        language=language,
    )


def _tallies(faults: Iterable[RowFault]) -> tuple[Tally, ...]:
    found: dict[tuple[str | None, str], Tally] = {}
    for fault in faults:
        place = fault.column_name, fault.reason_code
        first = found.get(place) or Tally(*place, 0, fault.sheet_name, fault.row_number)
        found[place] = first._replace(rows=first.rows + 1)
    return _in_order(found.values())


def _in_order(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(sorted(tallies, key=lambda tally: (-tally.rows, tally.column_name or "", tally.reason_code)))


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A delivery of which there is a letter to write: its receipt, and which letter about the same bytes it is."""

    receipt: Mapping[str, Any]
    contract: Contract
    number: int

    def paths(self, settings: Settings, language: str) -> tuple[Path, ...]:
        """Where the letter's workbook and text lie."""
        folder = settings.letters / self.receipt["organisation_id"] / self.contract.extract_id
        again = f"-{self.number}" if self.number > 1 else ""
        name = f"{self.receipt['delivery_id'][:12]}{again}_{language}"
        return folder / f"{name}.xlsx", folder / f"{name}.txt"


def _faulty(settings: Settings, since: datetime | None) -> Iterator[_Delivery]:
    """Refused and partly rejected deliveries read at ``since`` or later, in the order in which they were read."""
    contracts = {**{k: r.contract for k, r in load_retired().items()}, **load_contracts()}
    outcomes: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for receipt in _receipts(settings):
        place = receipt["organisation_id"], receipt["extract_id"], receipt["delivery_id"]
        seen = outcomes.setdefault(place, [])
        outcome = receipt["decision"], _sentence(receipt), receipt["rows_accepted"], receipt["rows_rejected"]
        if outcome in seen or receipt["extract_id"] not in contracts:
            continue
        seen.append(outcome)
        if since is None or receipt["read_at"] >= since:
            yield _Delivery(receipt, contracts[receipt["extract_id"]], len(seen))


def _receipts(settings: Settings) -> list[dict[str, Any]]:
    folder = settings.lake / "receipt"
    if not any(folder.glob("*.parquet")):
        return []
    return _rows(
        "SELECT * FROM read_parquet(?, union_by_name = true) "
        "WHERE decision = 'refused' OR (decision = 'accepted' AND rows_rejected > 0) ORDER BY read_at, receipt_id",
        folder / "*.parquet",
    )


def _rows(query: str, path: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        result = connection.execute(query, [str(path)])
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _letter(delivery: _Delivery, faults: tuple[RowFault, ...] = (), tallies: tuple[Tally, ...] = ()) -> Letter:
    receipt = delivery.receipt
    return Letter(
        contract=delivery.contract,
        organisation_id=receipt["organisation_id"],
        file_name=receipt["file_name"],
        decision=receipt["decision"],
        counts=Counts(
            receipt["rows_read"],
            receipt["rows_accepted"],
            receipt["rows_rejected"],
            {"": receipt["rows_skipped"]},
        ),
        refusal=_refusal(receipt),
        caveats=tuple(receipt["caveats"] or ()),
        periods=tuple(receipt["periods"] or ()),
        faults=faults,
        found=sum(tally.rows for tally in tallies),
        tallies=tallies,
        delivery_id=receipt["delivery_id"],
        received_at=receipt["received_at"],
        number=delivery.number,
    )


def _refusal(receipt: Mapping[str, Any]) -> Refusal | str | None:
    """The refusal, for the receipt tells it in English only."""
    sentence = _sentence(receipt)
    return None if sentence is None else refusal_of(receipt["reason_code"], sentence) or sentence


def _sentence(receipt: Mapping[str, Any]) -> str | None:
    """The receipt's reason without the file's name before it: the same bytes may come under several names."""
    reason: str | None = receipt["reason"]
    return None if reason is None else reason.removeprefix(f"{receipt['file_name']}: ")


def _rejects(settings: Settings, receipt_id: str, limit: int) -> tuple[tuple[RowFault, ...], tuple[Tally, ...]]:
    """The first ``limit`` faults of a receipt, as the file has them, and the count of all."""
    path = lake.table_path(settings, "rejected_row", receipt_id)
    if not path.exists():
        return (), ()
    numbered = "read_parquet(?, file_row_number = true)"
    listed = _rows(f"SELECT * FROM {numbered} ORDER BY file_row_number LIMIT {int(limit)}", path)
    faults = tuple(
        RowFault(r["row_number"], r["column_name"], r["reason_code"], r["value"], r.get("sheet_name")) for r in listed
    )
    first = _rows(
        "SELECT column_name, reason_code, count(*) AS n, min(file_row_number) AS first_at, "
        f"arg_min(row_number, file_row_number) AS first_row FROM {numbered} GROUP BY column_name, reason_code",
        path,
    )
    sheets = _sheet_names(path, [row["first_at"] for row in first])
    tallies = [
        Tally(r["column_name"], r["reason_code"], r["n"], sheets.get(r["first_at"]), r["first_row"]) for r in first
    ]
    return faults, _in_order(tallies)


def _sheet_names(path: Path, at: Sequence[int]) -> dict[int, str | None]:
    """Sheet of the faults that stand ``at``; files of before the column have none."""
    places = ", ".join(str(place) for place in at)
    rows = _rows(f"SELECT * FROM read_parquet(?, file_row_number = true) WHERE file_row_number IN ({places})", path)
    return {row["file_row_number"]: row.get("sheet_name") for row in rows}


# --- What it says -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """A letter's parts in its language: the page of facts and two tables, each with its header first."""

    title: str
    facts: list[tuple[str, str | int]]
    summary: list[list[str | int]]
    rows: list[list[str | int]]
    more: str


def subject(letter: Letter) -> str:
    """One line that says which file of whom, what became of it, and which letter about the same bytes it is."""
    say = messages.translator(letter.language)
    words = {
        "refused": say("Refused: {title}, {organisation}, {file}"),
        "partly": say("Rows left out: {title}, {organisation}, {file}"),
        "accepted": say("Good: {title}, {organisation}, {file}"),
    }[letter.state]
    line = words.format(
        title=letter.contract.title(letter.language), organisation=letter.organisation_id, file=letter.file_name
    )
    return f"{line} ({letter.number})" if letter.number > 1 else line


def text(letter: Letter) -> str:
    """The letter as plain text, with at most :data:`TEXT_LIMIT` faults."""
    say = messages.translator(letter.language)
    words = _words(letter, TEXT_LIMIT)
    lines = [words.title, ""]
    lines += [f"{label}: {value}" for label, value in words.facts]
    if letter.tallies:
        lines += ["", say("Summary")]
        lines += [f"- {_line(column)}: {_line(reason)} ({rows})" for column, reason, rows, *_ in words.summary[1:]]
        lines += ["", say("Rows with faults")]
        lines += [line for row in words.rows[1:] for line in _paragraph(words.rows[0], row)]
    if words.more:
        lines += ["", words.more]
    return "\n".join(lines) + "\n"


def _paragraph(header: Sequence[str | int], row: Sequence[str | int]) -> list[str]:
    """One fault: its place on a line of its own, below it what else there is to say."""
    cells = [(str(name), _line(cell)) for name, cell in zip(header, row, strict=True)]
    *places, (_, column) = cells[:-_BEHIND_PLACE]
    place = ", ".join(f"{name} {cell}" for name, cell in places if cell)
    further = [f"    {name}: {cell}" for name, cell in cells[-_BEHIND_PLACE:] if cell]
    return [f"- {place}: {column}", *further]


def _line(cell: str | int) -> str:
    return " ".join(str(cell).split())


def _words(letter: Letter, limit: int) -> _Words:
    say = messages.translator(letter.language)
    with_sheet = any(fault.sheet_name for fault in letter.faults)
    sheet = [say("Sheet")] * with_sheet
    summary: list[list[str | int]] = [[say("Column"), say("What is wrong"), say("Rows"), say("First row"), *sheet]]
    for tally in letter.tallies:
        reason = messages.row_reason(tally.reason_code, say)
        place = [tally.first_sheet or ""] * with_sheet
        summary.append(
            [_column(tally.column_name, tally.reason_code, say), reason, tally.rows, tally.first_row, *place]
        )
    rows: list[list[str | int]] = [
        [*sheet, say("Row"), say("Column"), say("Found"), say("What is wrong"), say("Expected"), say("Example")]
    ]
    rows += [
        [*[fault.sheet_name or ""] * with_sheet, *_fault_cells(letter.contract, fault, say)]
        for fault in letter.faults[:limit]
    ]
    listed = len(rows) - 1
    more = say("{more} more faults are not listed here; the summary counts all {found}.")
    return _Words(
        title=say("Return letter about a delivery") if letter.delivery_id else say("Check of a file"),
        facts=_facts(letter, say),
        summary=summary,
        rows=rows,
        more=more.format(more=letter.found - listed, found=letter.found) if letter.found > listed else "",
    )


def _fault_cells(contract: Contract, fault: RowFault, say: messages.Translator) -> list[str | int]:
    place = contract, fault.column_name, fault.reason_code
    return [
        fault.row_number,
        _column(fault.column_name, fault.reason_code, say),
        _found(fault, say),
        messages.row_reason(fault.reason_code, say),
        expected(*place, say),
        example(*place),
    ]


def _column(name: str | None, reason_code: str, say: messages.Translator) -> str:
    """The column's name, of a key all of them; a row's own fault lies in no column, a cell may stand under no name."""
    if name is None:
        return say("the whole row")
    if unnamed := _UNNAMED.fullmatch(name):
        return say("cell {number}, which has no header").format(number=unnamed[1])
    return name.replace(KEY_SEPARATOR, ", ") if reason_code == "duplicate_key" else name


def _found(fault: RowFault, say: messages.Translator) -> str:
    if fault.value is not None:
        return identity.mask_loosely(fault.value)  # the reader has masked it already; a letter goes out of the house
    return say("(empty)") if fault.reason_code == "missing" else say("(not shown)")


def _facts(letter: Letter, say: messages.Translator) -> list[tuple[str, str | int]]:
    """Label and value of what stands on the first page, in order."""
    counts, contract = letter.counts, letter.contract
    step = contract.delivery_mode if letter.state == "partly" else letter.state
    facts: list[tuple[str, str | int]] = [
        (say("Decision"), say(DECISIONS[letter.delivery_id is not None, letter.state]))
    ]
    if letter.refusal is not None:
        facts.append((say("Reason"), identity.mask_loosely(_refusal_words(letter, say))))
    facts.append((say("What to do"), say(NEXT_STEPS[step])))
    facts.append((say("Try it first"), f"tilannekuva check {say('FILE')} --extract {letter.extract_id}"))
    facts.append((say("Contact"), contract.owner))
    facts.append((say("Extract"), f"{contract.title(letter.language)} ({letter.extract_id})"))
    facts.append((say("Organisation"), letter.organisation_id))
    facts.append((say("File"), letter.file_name))
    if letter.received_at is not None:
        local = letter.received_at.replace(tzinfo=UTC).astimezone(_HELSINKI)
        facts.append((say("Received (Finnish time)"), f"{local:%Y-%m-%d %H:%M}"))
    if letter.periods:
        facts.append((say("Periods"), ", ".join(letter.periods)))
    facts.append((say("Rows read"), counts.read))
    facts.append((say("Rows accepted"), counts.accepted))
    facts.append((say("Rows rejected"), counts.rejected))
    facts.append((say("Rows skipped (titles, sums, blank lines)"), counts.skipped_rows))
    facts += [(say("Note"), messages.caveat(caveat, say)) for caveat in letter.caveats]
    if holds_shapes(letter.faults, letter.caveats, letter.refusal):
        facts.append((say("Note"), say(messages.SHAPES)))
    return facts


def holds_shapes(faults: Iterable[RowFault], caveats: Iterable[str], refusal: Refusal | str | None) -> bool:
    """Whether something of the file is shown by its shape only (:mod:`sources.shape`), which then needs explaining."""
    places = (text for fault in faults for text in (fault.value, fault.column_name, fault.sheet_name))
    reason = refusal.text() if isinstance(refusal, Refusal) else refusal
    return any("<" in text for text in (*places, *caveats, reason) if text)


def _refusal_words(letter: Letter, say: messages.Translator) -> str:
    if not isinstance(letter.refusal, Refusal):
        return letter.refusal or ""
    refusal = letter.refusal
    if refusal.code == "reject_limit":  # a receipt names reasons by their codes, which say nothing to a supplier
        most = ", ".join(
            f"{_column(t.column_name, t.reason_code, say)} ({t.rows})" for t in letter.tallies[:_MOST_NAMED]
        )
        refusal = Refusal(refusal.code, {**refusal.values, "most": most or refusal.values["most"]})
    return refusal.text(say)


# --- As a workbook ----------------------------------------------------------------------------------------------

_FIRST_WIDTHS = (38, 70, 10, 12, 16)
_ROW_WIDTHS = (9, 24, 26, 46, 52, 26)
_STYLE = "Table Style Medium 2"


def write_xlsx(letter: Letter, path: Path) -> None:
    """Write the letter as a workbook, which appears whole; the same letter gives the same bytes."""
    _appear(path, _workbook(letter))


def _workbook(letter: Letter) -> bytes:
    say = messages.translator(letter.language)
    words = _words(letter, len(letter.faults))
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": words.title, "created": letter.received_at or _NO_DATE})
        pen = _Pen(book)
        _first_sheet(book.add_worksheet(say("Decision")), pen, words, say)
        if letter.faults:
            _fault_sheet(book.add_worksheet(say("Rows with faults")), pen, words)
    return buffer.getvalue()


class _Pen:
    """Writes cells: numbers as numbers, every text as text, whatever it begins with."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        shared = {"text_wrap": True, "valign": "top"}
        self.plain = book.add_format({**shared, "align": "left"})
        self.text = book.add_format({**shared, "num_format": "@"})
        # Excel shows the mark of a text cell and keeps it one when somebody edits it.
        self.quoted = book.add_format({**shared, "num_format": "@", "quote_prefix": True})
        self.bold = book.add_format({**shared, "bold": True})
        self.title = book.add_format({"bold": True, "font_size": 14})

    def cells(self, sheet: Any, row: int, cells: Sequence[str | int]) -> None:
        """Write one row of cells from the left."""
        for column, cell in enumerate(cells):
            self.cell(sheet, row, column, cell)

    def cell(self, sheet: Any, row: int, column: int, cell: str | int) -> None:
        """Write one cell."""
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, self.plain)
        else:
            sheet.write_string(row, column, cell, self.quoted if cell.startswith(_FORMULA_START) else self.text)

    def table(self, sheet: Any, top: int, rows: Sequence[Sequence[str | int]]) -> int:
        """Write a real table, its header first, and return the row below it."""
        header, *body = rows
        bottom = top + len(body)
        columns = [{"header": str(name)} for name in header]
        sheet.add_table(top, 0, bottom, len(header) - 1, {"columns": columns, "style": _STYLE})
        for row, cells in enumerate(body, start=top + 1):
            self.cells(sheet, row, cells)
        return bottom + 1


def _first_sheet(sheet: Any, pen: _Pen, words: _Words, say: messages.Translator) -> None:
    _page(sheet, _FIRST_WIDTHS)
    sheet.write_string(0, 0, words.title, pen.title)
    row = 2
    for row, (label, value) in enumerate(words.facts, start=2):
        sheet.write_string(row, 0, label, pen.bold)
        pen.cell(sheet, row, 1, value)
    if len(words.summary) > 1:
        sheet.write_string(row + 2, 0, say("Summary"), pen.title)
        row = pen.table(sheet, row + 3, words.summary)
    if words.more:
        sheet.write_string(row + 1, 0, words.more)


def _fault_sheet(sheet: Any, pen: _Pen, words: _Words) -> None:
    with_sheet = len(words.rows[0]) > len(_ROW_WIDTHS)
    _page(sheet, (14, *_ROW_WIDTHS) if with_sheet else _ROW_WIDTHS)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    below = pen.table(sheet, 0, words.rows)
    if words.more:
        sheet.write_string(below + 1, 0, words.more)


def _page(sheet: Any, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


# --- Keeping and handing on -------------------------------------------------------------------------------------


def letters_of_night(settings: Settings, since: datetime | None, limit: int = LIMIT) -> list[Letter]:
    """Write the letters that are missing of deliveries that were read at ``since`` (naive UTC) or later; return them.

    A delivery counts from when it was read: a file's own time may be old. None is any time. Nothing is written twice.
    """
    made = []
    for delivery in _faulty(settings, since):
        paths = {language: delivery.paths(settings, language) for language in messages.LANGUAGES}
        if not all(path.exists() for both in paths.values() for path in both):
            letter = _letter(delivery, *_rejects(settings, delivery.receipt["receipt_id"], limit))
            for language, (book, plain) in paths.items():
                write_xlsx(letter.told_in(language), book)
                _appear(plain, text(letter.told_in(language)).encode())
            made.append(letter)
    return made


def outgoing(settings: Settings, since: datetime | None, language: str = "fi") -> Iterator[Outgoing]:
    """What there is to send about deliveries that were read at ``since`` or later, whether the letter is new or not.

    So that a night that dies between writing and sending loses nothing, the sender must know what it has sent: the
    attachments' paths, or organisation, extract, delivery and subject, are the same each time. Letters are made first.
    """
    letters_of_night(settings, since)
    for delivery in _faulty(settings, since):
        book, plain = delivery.paths(settings, language)
        letter = _letter(delivery).told_in(language)
        yield Outgoing(
            letter.organisation_id,
            letter.extract_id,
            subject(letter),
            plain.read_text(encoding="utf-8"),
            (book,),
            letter.delivery_id or "",
        )


def _appear(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    partial.replace(path)
