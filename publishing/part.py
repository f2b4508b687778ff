"""One thing that a programme follows beside its indicators, with every text formatted and nothing escaped yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from publishing.formats import Formats
from publishing.situation import Row


@dataclass(frozen=True, slots=True)
class Part:
    """A table for the page and lines for the terminal. ``columns`` are (heading, whether it holds numbers)."""

    title: str
    columns: list[tuple[str, bool]]
    rows: list[list[str]]
    lines: list[str] = field(default_factory=list)
    note: str = ""


def word(words: Mapping[str, str], code: str | None, formats: Formats) -> str:
    """The text of a code; a code that is not known here is shown as it is."""
    return formats.text(words[code]) if code and code in words else (code or "").replace("_", " ")


def state(row: Row, column: str, words: Mapping[str, str], formats: Formats) -> str:
    """The state of a row in words; one that is held back says so instead."""
    if row.get("value_status") == "not_reportable":
        return formats.text("not reportable")
    return word(words, row[column], formats)


def name(row: Row, identifier: str, formats: Formats) -> str:
    """The row's own name in the language, or its id where the table has no names."""
    return str(row.get(f"name_{formats.language}") or row.get("name_fi") or row[identifier])


def dated(title: str, month: date | None, rows: Sequence[Row], formats: Formats) -> str:
    """The title with the month that the rows are of, and that they are provisional where one is."""
    is_provisional = any(row.get("value_status") == "provisional" for row in rows)
    marks = [formats.month(month) if month else "", formats.text("provisional") if is_provisional else ""]
    shown = ", ".join(filter(None, marks))
    return f"{title} ({shown})" if shown else title


def millions(euros: object, formats: Formats) -> str:
    """Euros as a number of millions, without the unit."""
    return formats.number(None if euros is None else float(str(euros)) / 1e6, "EUR_million")


def percent(value: float | None, formats: Formats) -> str:
    """A share with its sign of percent."""
    return formats.quantity(value, "percent")


def span(low: float | None, high: float | None, unit: str, formats: Formats) -> str:
    """A range without its unit; one number where both ends are the same."""
    if low is None and high is None:
        return formats.number(None)
    if low == high:
        return formats.number(low, unit)
    return f"{formats.number(low, unit)}…{formats.number(high, unit)}"
