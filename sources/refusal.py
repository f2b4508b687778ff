"""Why a whole delivery is refused: a code for machines and a sentence for the supplier.

The sentence is a template with named values, so that the same refusal can be told in Finnish, Swedish and
English (:mod:`sources.messages`). It says what is wrong and what to do; it never quotes a cell of the data
(a header or a sheet's name only as :func:`sources.header.shown_name` has it).
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """``code`` is stable and listed in :data:`TEMPLATES`; ``values`` fill the template of that code."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, in English unless ``translate`` says otherwise."""
        return translate(TEMPLATES[self.code]).format(**self.values)


class Refused(Exception):
    """Raised where a file turns out to be unreadable; caught by the reader, which records the refusal."""

    def __init__(self, code: str, **values: object) -> None:
        self.refusal = Refusal(code, values)
        super().__init__(self.refusal.text())

    def on_sheet(self, sheet: str) -> Refused:
        """The same refusal of a header's columns, which also says on which ``sheet`` of a workbook."""
        columns = f"{self.refusal.values['columns']} [{sheet}]"
        return Refused(self.refusal.code, **{**self.refusal.values, "columns": columns})


def refusal_of(code: str, sentence: str) -> Refusal | None:
    """The refusal whose English text is ``sentence``, so that it can be told in another language; None where none is.

    >>> refusal_of("missing_column", "The header lacks the required columns: tili. Add them.").values
    {'columns': 'tili'}
    """
    if code not in TEMPLATES:
        return None
    parts = string.Formatter().parse(TEMPLATES[code])
    pattern = "".join(re.escape(text) + (f"(?P<{name}>.*?)" if name else "") for text, name, _, _ in parts)
    match = re.fullmatch(pattern, sentence, re.DOTALL)
    return Refusal(code, match.groupdict()) if match else None


TEMPLATES: Mapping[str, str] = {
    "duplicate": "{name} holds the same bytes as an accepted delivery, so nothing changes.",
    "unknown_format": ("The file name ends in none of .csv, .csv.gz, .txt, .xlsx, .parquet. Deliver one of these."),
    "broken_gzip": "The compressed file cannot be unpacked. Deliver it again.",
    "broken_workbook": "The workbook cannot be opened. Save it again as .xlsx and deliver it.",
    "broken_parquet": "The Parquet file cannot be opened. Deliver it again.",
    "unknown_payload": "The payload is {found}. Accepted: {accepted}.",
    "bad_encoding": "Line {line} is neither UTF-8 nor Windows-1252 text. Save the file as UTF-8.",
    "embedded_nul": "Line {line} holds a NUL character, so the file is damaged or not text. Deliver it again.",
    "unclosed_quote": (
        "A quote opened on line {line} is not closed properly. Close it, or double the quotes inside a cell."
    ),
    "no_header": ("No header line was found among the first lines. The first line must name the columns: {columns}."),
    "duplicate_column": "The header names the same column more than once: {columns}. Deliver each once.",
    "missing_column": "The header lacks the required columns: {columns}. Add them.",
    "forbidden_column": "The file holds columns that must not be delivered: {columns}. Remove them.",
    "sheet_month": (
        "The sheet {sheet} has no column {column}, and its name is no month. Name it after its month, such as 2024-03, "
        "or add the column."
    ),
    "no_rows": "The file holds no data rows. Deliver the whole period.",
    "reject_limit": (
        "{rejected} of {rows} rows were rejected, more than the limit of {limit} per cent. Most often: {most}."
    ),
    "broken_control": "The control file {name} is not valid: {problem}. Correct it and deliver both files.",
    "control_rows": (
        "The control file says {expected} rows, the file holds {found}. Deliver the whole file, or a right control."
    ),
    "control_sum": (
        "The control file says that the sum of {column} is {expected}, the rows read give {found}. "
        "Deliver the whole file, or a right control."
    ),
}
