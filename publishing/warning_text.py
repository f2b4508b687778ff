"""An early warning in a sentence, in Finnish, Swedish and English: a row in, text out. Catalogues
``locale/warnings_<language>.po``.

A row is one of ``indicator.warning`` or ``indicator.escalation``, by its column names; see their comments for what each
figure is. Nothing is read and nothing is decided here. What stands beside a saving is said to be so "at the same time":
the rows know of no cause, and neither do the words. The rules are in ``docs/early-warning.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from publishing.formats import Formats

Row = Mapping[str, Any]
LOCALE_FOLDER = Path(__file__).parent / "locale"

KINDS: Mapping[str, str] = {
    "claimed_not_seen": "Saving claimed, not seen in costs",
    "coincides_with_worse": "Saving and worse service at the same time",
    "overdue_measure": "Measure overdue",
    "off_track_months": "Off track for months",
    "stale_data": "Data late",
}
SEVERITIES: Mapping[str, str] = {"high": "Severe", "medium": "Pressing", "low": "To be watched"}
NEXT_STEPS: Mapping[str, str] = {
    "reconcile_claim_with_ledger": "Go through the claim and the ledger together, and correct the one that is wrong.",
    "assess_effect_on_service": "Find out whether the two have to do with one another.",
    "set_new_end_or_stop": "Set a new end, or stop the measure.",
    "decide_correction": "Decide what is corrected and by when.",
    "deliver_data": "Deliver the missing months.",
}
# Sentences by kind, then by the reason of the row; the empty reason stands for any other.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "claimed_not_seen": {
        "costs_have_grown": (
            "{subject}: the register claims a saving of {claimed}, but costs are {grown} above what they are compared"
            " with. It has been so for {months}."
        ),
        "costs_have_grown_year_before": (
            "{subject}: the register claims {claimed} more saving than in the twelve months before, but costs are"
            " {grown} higher than then. It has been so for {months}."
        ),
        "costs_show_too_little_year_before": (
            "{subject}: the register claims {claimed} more saving than in the twelve months before, and costs show"
            " {seen}. It has been so for {months}."
        ),
        "": "{subject}: the register claims a saving of {claimed}, and costs show {seen}. It has been so for {months}.",
    },
    "coincides_with_worse": {
        "worse_than_country": (
            "{subject}: on track. Worse at the same time: {other}, {before} before and {value} now."
            " The change is larger than in the whole country."
        ),
        "worse_as_country": (
            "{subject}: on track. Worse at the same time: {other}, {before} before and {value} now. The change is no"
            " larger than in the whole country."
        ),
        "": "{subject}: on track. Worse at the same time: {other}, {before} before and {value} now.",
    },
    "overdue_measure": {
        "not_begun": "{code} {subject}: not begun, though it should have ended. Overdue for {months}.",
        "": "{code} {subject}: {value} done, though it should have ended. Overdue for {months}.",
    },
    "off_track_months": {
        "no_expectation": "{subject}: {value}. Off track for {months}.",
        "": "{subject}: {value}, expected {before}. Off track for {months}.",
    },
    "stale_data": {
        "": "{subject}: the last month delivered is {month}. Late by {months}.",
    },
}
MONTHS: Mapping[str, str] = {"one": "1 month", "other": "{count} months"}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The texts of one language by their English text."""
    with (LOCALE_FOLDER / f"warnings_{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def sentence(row: Row, language: str) -> str:
    """What is wrong and for how long, in one or two sentences; KeyError where the kind is not one of the vocabulary."""
    formats = Formats(language)
    forms = SENTENCES[row["kind"]]
    said = _worded(forms.get(_form(row), forms[""]), language)
    # A unit that ends in a full stop (årsv.) ends its sentence with the same one.
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", said.format(**_figures(row, formats)))


def owner(row: Row, language: str) -> str:
    """Whose it is: the role as the registry or the register of measures has it, never translated."""
    role = row.get("owner_role")
    return (
        _worded("Owner: {role}.", language).format(role=role) if role else _worded("No role answers for it.", language)
    )


def next_step(row: Row, language: str) -> str:
    """What the meeting is asked to do; the code itself where it is not known here. For ``indicator.escalation``."""
    return _worded(NEXT_STEPS.get(row["next_step"], row["next_step"]), language)


def heading(row: Row, language: str) -> str:
    """Severity and kind, such as ``Severe: Measure overdue``."""
    return f"{_worded(SEVERITIES[row['severity']], language)}: {_worded(KINDS[row['kind']], language)}"


def line(row: Row, language: str) -> str:
    """A line of the list for the weekly meeting: place, sentence, owner, whether it is provisional, next step."""
    parts = [f"{row['place']}. {sentence(row, language)}", owner(row, language)]
    if row["value_status"] == "provisional":
        parts.append(_worded("The figure is provisional.", language))
    return " ".join([*parts, next_step(row, language)])


def _worded(msgid: str, language: str) -> str:
    return catalogue(language).get(msgid) or msgid


def _form(row: Row) -> str:
    """Which sentence of its kind a row gets; an indicator that is only to fall or rise has no expected value."""
    if row["kind"] == "off_track_months" and row["reference_value"] is None:
        return "no_expectation"
    return str(row["reason"])


def _figures(row: Row, formats: Formats) -> dict[str, str]:
    """Every figure that a sentence may name, as its reader expects it."""
    language, value = formats.language, row["value"]
    grown = -value if row["kind"] == "claimed_not_seen" and value is not None else None
    return {
        "subject": str(row[f"subject_name_{language}"]),
        "code": str(row["subject_id"]),
        "other": str(row[f"other_name_{language}"]),
        "value": _quantity(value, row, formats)
        if row["kind"] != "overdue_measure"
        else f"{value:.0f}\N{NO-BREAK SPACE}%",
        "before": _quantity(row["reference_value"], row, formats),
        "claimed": _quantity(row["reference_value"], row, formats),
        "seen": _quantity(value, row, formats),
        "grown": _quantity(grown, row, formats),
        "months": _months(row["months_count"], language),
        "month": formats.month(row["month"]),
    }


def _quantity(value: float | None, row: Row, formats: Formats) -> str:
    """A figure of the row; completion in whole percent, and an index without a word for its unit."""
    if row["kind"] == "overdue_measure" and value is not None:
        return f"{value:.0f}\N{NO-BREAK SPACE}%"
    return formats.number(value, "index") if row["unit"] == "index" else formats.quantity(value, row["unit"])


def _months(count: int, language: str) -> str:
    form = MONTHS["one"] if count == 1 else MONTHS["other"]
    return _worded(form, language).format(count=count)
