"""What if: the words of the release's calculation ``indicator.whatif``, whose arithmetic has its one home in SQL.

The result is a calculation and is shown as one: every assumption stands above it with its value, unit, source and
window, nothing of it is stored, and what the extracts do not tell is asked for and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
from babel.messages.pofile import read_po
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from publishing.formats import LOCALE_FOLDER, Formats

# The name of each line of the calculation, as msgids.
ITEMS = {
    "own_cost_per_fte": "Cost of own staff per FTE",
    "hired_cost_per_fte": "Cost of hired labour per FTE",
    "hired_fte_now": "Hired labour, FTE on average",
    "purchases_now": "Purchased services in the year",
    "contacts_not_digital_now": "Contacts that are not digital in the year",
    "sick_leave_days_now": "Days of sick leave in the year",
    "purchases_to_own": "Purchases moved to own production",
    "own_cost_share": "Cost of own production for each euro purchased",
    "hired_to_own": "Hired labour replaced by own staff",
    "contacts_to_digital": "Contacts moved to digital channels",
    "saving_per_contact": "Saving per moved contact",
    "sick_leave_down": "Sick leave down by",
    "sick_leave_saved_share": "Share of the freed time that needs no substitute any more",
    "purchases_saved": "Saving: purchases to own production",
    "own_fte_needed": "Own staff that this would take",
    "hired_saved": "Saving: hired labour to own staff",
    "contacts_saved": "Saving: contacts to digital channels",
    "sick_leave_fte_freed": "Working time freed from sick leave",
    "sick_leave_saved": "Saving: sick leave",
    "saved": "Together in a year",
    "gap_before": "Missing from the saving target now",
    "gap_after": "Missing if all of this were done for a whole year",
}
KINDS = {"known": "From the release", "given": "Given", "effect": "Calculated", "result": "Result"}
REASONS = {
    "must_be_given": "must be given: no extract tells it ({option})",
    "no_data": "cannot be calculated: the release does not have the figures of a whole year",
    "more_than_there_is": "asks for more than there is",
    "out_of_range": "is out of its range",
}
PROVISIONAL = "provisional"
OPTIONS = {
    "own_cost_share": "--own-cost-share",
    "saving_per_contact": "--saving-per-contact",
    "sick_leave_saved_share": "--sick-leave-saved-share",
}
UNITS = {"EUR": "EUR", "fte": "FTE", "contacts": "contacts", "days": "days", "percent": "%", "share": ""}
TITLE = "A calculation from release {release_id}, not a figure of the programme: {organisation}"
WINDOW = "{first} to {last}"
NOTHING = "Nothing is asked for: give at least one change, such as --hired-to-own-fte 20."
SAVED = "It would save {saved} EUR a year. {gap} EUR would be missing from the saving target instead of {before} EUR."
COSTS = (
    "It would cost {saved} EUR more a year. {gap} EUR would be missing from the saving target instead of {before} EUR."
)
SAVED_ALONE = "It would save {saved} EUR a year. The organisation has no saving target in euros to compare with."
COSTS_ALONE = "It would cost {saved} EUR more a year. The organisation has no saving target in euros to compare with."
TEXTS = (TITLE, WINDOW, NOTHING, SAVED, COSTS, SAVED_ALONE, COSTS_ALONE, PROVISIONAL, "Assumption", "Value", "Source")


@dataclass(frozen=True, slots=True)
class Change:
    """What is done otherwise, as the macro's parameters. EUR, FTE and contacts are of a year; None is not given."""

    organisation: str
    purchases_to_own_eur: float = 0
    own_cost_share: float | None = None
    hired_to_own_fte: float = 0
    contacts_to_digital: float = 0
    saving_per_contact_eur: float | None = None
    sick_leave_down_percent: float = 0
    sick_leave_saved_share: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calculation; ``value`` is None unless the status is ok or provisional."""

    line_no: int
    kind: str
    item: str
    value: float | None
    unit: str
    source: str
    window_from: date | None
    window_to: date | None
    status: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """The answer of one release to one change."""

    release_id: str
    organisation: str
    lines: tuple[Line, ...]

    def value(self, item: str) -> float | None:
        """The value of a line; None where the line is not there or has none."""
        return next((line.value for line in self.lines if line.item == item), None)


def calculate(database: Path, change: Change) -> Calculation:
    """Ask a release's file. Raises duckdb.Error where the release was made before it could answer."""
    given = ", ".join(f"{field.name} := ?" for field in fields(Change) if field.name != "organisation")
    columns = ", ".join(field.name for field in fields(Line))
    with duckdb.connect(database, read_only=True) as con:
        row = con.execute("SELECT release_id FROM meta.release").fetchone()
        assert row is not None  # a release has one passport
        found = con.execute(
            f"SELECT {columns} FROM indicator.whatif(?, {given}) ORDER BY line_no", list(astuple(change))
        ).fetchall()
    return Calculation(str(row[0]), change.organisation, tuple(Line(*line) for line in found))


def refusals(found: Calculation, language: str) -> list[str]:
    """Why there is no result, a sentence each; empty where there is one."""
    if not any(line.kind == "given" for line in found.lines):
        return [_say(language, NOTHING)]
    given = {line.item for line in found.lines if line.kind == "given" and line.status == "must_be_given"}
    return [
        f"{_say(language, ITEMS[line.item])} {_say(language, REASONS[line.status], option=OPTIONS.get(line.item, ''))}"
        for line in found.lines
        # What must be given is told of the assumption and not once more of what rests on it.
        if line.status in REASONS and (line.item in given or (line.kind == "effect" and line.status != "must_be_given"))
    ]


def shown(found: Calculation, language: str) -> RenderableType:
    """The label, a table of every assumption, effect and result, and the result in one sentence."""
    formats = Formats(language)
    title = _say(language, TITLE, release_id=found.release_id, organisation=found.organisation)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(_say(language, "Assumption"), overflow="fold")
    table.add_column(_say(language, "Value"), justify="right", no_wrap=True)
    table.add_column(_say(language, "Source"), overflow="fold")
    kind = ""
    for line in found.lines:
        if line.kind != kind:
            kind = line.kind
            table.add_row(Text(_say(language, KINDS[kind]), style="bold"), "", "")
        table.add_row(Text(_say(language, ITEMS[line.item])), _amount(line, formats), Text(_source(line, formats)))
    return Group(Text(title, style="bold yellow"), table, Text(sentence(found, language)))


def sentence(found: Calculation, language: str) -> str:
    """The result in plain words."""
    formats = Formats(language)
    saved, before, after = (found.value(item) for item in ("saved", "gap_before", "gap_after"))
    if saved is None:
        return " ".join(refusals(found, language))
    amount = formats.number(abs(saved), "EUR")
    if before is None or after is None:
        return _say(language, SAVED_ALONE if saved >= 0 else COSTS_ALONE, saved=amount)
    gaps = {"gap": formats.number(after, "EUR"), "before": formats.number(before, "EUR")}
    return _say(language, SAVED if saved >= 0 else COSTS, saved=amount, **gaps)


def _amount(line: Line, formats: Formats) -> str:
    if line.value is None:
        return formats.number(None)
    if line.unit == "share":
        return formats.number(line.value, "index")  # two decimals and no word
    return f"{formats.number(line.value, line.unit)} {_say(formats.language, UNITS[line.unit])}".rstrip()


def _source(line: Line, formats: Formats) -> str:
    parts = [] if line.kind in ("given", "effect") or line.source == "calculated" else [line.source]
    if line.window_from and line.window_to:
        parts.append(
            _say(
                formats.language,
                WINDOW,
                first=formats.month(line.window_from),
                last=formats.month(line.window_to),
            )
        )
    if line.status == PROVISIONAL:
        parts.append(_say(formats.language, PROVISIONAL))
    return ", ".join(parts)


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    with (LOCALE_FOLDER / f"whatif_{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def _say(language: str, msgid: str, **params: object) -> str:
    return (_catalogue(language).get(msgid) or msgid).format(**params)
