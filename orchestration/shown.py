"""What `tilannekuva check` prints and writes: the outcome of reading one file, in the supplier's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sources import letter, messages
from sources.reader import CheckReport

VERDICTS = {"accepted": "The file can be delivered.", "refused": "The file would be refused."}


def checked(report: CheckReport, language: str) -> RenderableType:
    """The decision, the counts, the caveats and a table of the faults (row, column, value as read, what is wrong).

    A workbook of several tables has the sheet's name before the row.
    """
    return Group(*_lines(report, language), _faults(report, language))


def errors_refused(file: Path, errors: Path, language: str) -> str | None:
    """Why the error list of ``file`` may not be written to ``errors``; None where it may."""
    if errors.suffix.lower() == ".xlsx" and errors.resolve() != file.resolve():
        return None
    return messages.translator(language)("The error list must be an .xlsx file other than the checked one.")


def write_errors(written: letter.Letter, errors: Path) -> tuple[bool, str]:
    """Write the error list of a checked file as a workbook; whether it is there, and the line that says so."""
    say = messages.translator(written.language)
    try:
        letter.write_xlsx(written, errors)
    except OSError as problem:
        line = say("The error list cannot be written to {path}: {problem}")
        return False, line.format(path=errors, problem=problem.strerror)
    return True, say("The error list was written to {path}.").format(path=errors)


def _lines(report: CheckReport, language: str) -> Iterator[Text]:
    text = messages.translator(language)
    good = report.decision == "accepted"
    yield Text(text(VERDICTS["accepted" if good else "refused"]), style="bold green" if good else "bold red")
    if report.refusal:
        yield Text(report.refusal.text(text))
    counts = report.counts
    yield Text(
        text("Rows read {read}: accepted {accepted}, rejected {rejected}, skipped {skipped}.").format(
            read=counts.read, accepted=counts.accepted, rejected=counts.rejected, skipped=counts.skipped_rows
        )
    )
    for caveat in report.caveats:
        yield Text(messages.caveat(caveat, text), style="yellow")
    if letter.holds_shapes(report.faults, report.caveats, report.refusal):
        yield Text(text(messages.SHAPES))


def _faults(report: CheckReport, language: str) -> RenderableType:
    if not report.faults:
        return Text()
    text = messages.translator(language)
    sheets = any(fault.sheet_name for fault in report.faults)
    table = Table(*[text("Sheet")] * sheets, text("Row"), text("Column"), text("Value"), text("What is wrong"))
    for fault in report.faults:
        place = [fault.sheet_name or ""] * sheets
        cells = *place, str(fault.row_number), fault.column_name or "", fault.value or ""
        table.add_row(*map(Text, cells), Text(messages.row_reason(fault.reason_code, text)))
    return table
