"""The quality of the data in words: states, periods, due days, incidents. Every text is formatted, nothing is escaped.

Free texts that people or files have brought (names of files, what was observed, notes) go through
:func:`publishing.masking.masked` here once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from publishing.alert_text import Words
from publishing.formats import NO_VALUE, Formats
from publishing.masking import masked
from publishing.part import percent
from publishing.situation import Row
from sources.expected import KEY_SEPARATOR
from sources.messages import translator
from sources.refusal import refusal_of

# State of quality.timeliness to (icon, msgid): never told by colour alone.
STATES: Mapping[str, tuple[str, str]] = {
    "in_time": ("✓", "in time"),
    "late": ("▲", "late"),
    "missing": ("✕", "not delivered"),
    "never": ("✕", "never delivered"),
    "refused": ("!", "refused"),
    "not_yet_due": ("○", "not yet due"),
    "not_scheduled": ("○", "no due day"),
    "ended": ("–", "ended"),
}
NIGHT_STATUSES: Mapping[str, str] = {
    "passed": "passed",
    "failed": "failed",
    "error": "could not be run",
    "not_applicable": "did not apply",
}
SEVERITIES: Mapping[str, tuple[str, str]] = {"ERROR": ("✕", "Error"), "WARN": ("▲", "Warning")}
PARTS: Mapping[str, str] = {
    "checks_share": "checks passed {share}",
    "timeliness_share": "in time {share}",
    "completeness_share": "there {share}",
    "accepted_share": "rows accepted {share}",
}
# What the night records of deliveries in English has its figures in the deliveries: (column of the figure, msgid).
COUNTED: Mapping[str, tuple[str, str]] = {
    "deliveries.without_rejects": ("rejected_rows", "rejected rows {count}"),
    "deliveries.stand": ("awaited_deliveries", "deliveries that await a new one {count}"),
}
SHOWN_ID = 8

_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as a row. ``observed_language`` is ``en`` where it is told in English only, else empty."""

    short_id: str
    extract: str
    check_id: str
    observed: str
    observed_language: str
    expected: str
    owner: str
    opened: str
    last_seen: str
    state: str


def organisation_title(names: Mapping[str, Row], organisation_id: str | None, formats: Formats) -> str:
    """The organisation's name, or its id where the release does not name it; None is everybody."""
    if organisation_id is None:
        return formats.text("The warehouse as a whole")
    if organisation_id == "public":
        return formats.text("Public sources")
    row = names.get(organisation_id, {})
    return str(row.get(f"name_{formats.language}") or row.get("name_fi") or organisation_id)


def extract_title(titles: Mapping[str, Row], extract_id: str | None, formats: Formats) -> str:
    """The title of the extract's contract, or its id where it has none any more; None is all extracts."""
    if extract_id is None:
        return formats.text("all extracts")
    return str(titles.get(extract_id, {}).get(f"title_{formats.language}") or extract_id)


def group_title(severity: str, formats: Formats) -> tuple[str, str, str]:
    """Severity, its icon and its word."""
    icon, word = SEVERITIES[severity]
    return severity, icon, formats.text(word)


def period(periods: str | None, first_month: date | None, last_month: date | None, formats: Formats) -> str:
    """The months or years that a delivery holds, from first to last.

    A delivery of no periods is of everything, and what stands speaks of ``first_month`` to ``last_month``.

    >>> period("2024-11; 2025-01; 2024-12", None, None, Formats("fi"))
    '11.2024–1.2025'
    >>> period("1080|2022; 1080|2023", None, None, Formats("fi"))
    '2022–2023'
    """
    told = [part for text in (periods or "").split("; ") for part in reversed(text.split("|"))]
    if months := sorted(part for part in told if _MONTH.fullmatch(part)):
        shown = [formats.month(date.fromisoformat(f"{month}-01")) for month in (months[0], months[-1])]
    elif years := sorted(_years(periods or "")):
        shown = [years[0], years[-1]]
    elif first_month and last_month:
        shown = [formats.month(first_month), formats.month(last_month)]
    else:
        return NO_VALUE
    return shown[0] if shown[0] == shown[1] else "–".join(shown)


def _years(periods: str) -> Iterator[str]:
    """The year of each period: the last part that looks like one, for a number of a figure may look like it too."""
    for text in periods.split("; "):
        if years := [part for part in text.split("|") if _YEAR.fullmatch(part)]:
            yield years[-1]


def schedule(row: Row, formats: Formats) -> list[str]:
    """The month that is due and when it came, how many are missing, and the next one."""
    text, state = formats.text, row["state"]
    lines = []
    if row["due_month"] and state not in ("not_yet_due", "ended", "not_scheduled"):
        lines.append(
            text("{month} was due {day}", month=formats.month(row["due_month"]), day=formats.day(row["due_on"]))
        )
    if row["first_received_at"] and state == "late":
        lines.append(text("came {day}", day=formats.day_of(row["first_received_at"])))
    if row["months_missing"] > 1 and state != "ended":
        lines.append(text("months missing {count}", count=formats.count(row["months_missing"])))
    if row["next_month"] and state != "ended":
        due = {"month": formats.month(row["next_month"]), "day": formats.day(row["next_due_on"])}
        lines.append(text("next {month} by {day}", **due))
    return lines


def part_words(score: Row, formats: Formats) -> list[str]:
    """The parts of a score that are not whole, in words."""
    whole = percent(100, formats)
    shares = {name: score.get(name) for name in PARTS}
    shown = {name: percent(100 * share, formats) for name, share in shares.items() if share is not None}
    return [formats.text(PARTS[name], share=share) for name, share in shown.items() if share != whole]


def incident(titles: Mapping[str, Row], row: Row, formats: Formats) -> Incident:
    """One open incident in the words of a row."""
    observed, language = _observed(row, formats)
    return Incident(
        short_id=row["incident_id"][:SHOWN_ID],
        extract=extract_title(titles, row["extract_id"], formats),
        check_id=row["check_id"],
        observed=observed,
        observed_language=language,
        # What a check outside the suites expects is its meaning, and only there in every language.
        expected=masked(row["expected"] or "") if row["is_of_suite"] else "",
        owner=Words(formats.language).role(row["owner"]),
        opened=formats.moment(row["opened_at"]),
        last_seen=formats.moment(row["last_seen_at"]),
        state=_state(row, formats),
    )


def _observed(row: Row, formats: Formats) -> tuple[str, str]:
    if row["check_id"] in COUNTED:
        column, msgid = COUNTED[row["check_id"]]
        if row[column]:
            return formats.text(msgid, count=formats.count(row[column])), ""
    return masked(row["observed"] or NO_VALUE), "" if row["is_of_suite"] or not row["observed"] else "en"


def _state(row: Row, formats: Formats) -> str:
    if row["state"] != "acknowledged":
        return formats.text("open")
    said = formats.text("acknowledged by {by}", by=masked(row["acknowledged_by"] or NO_VALUE))
    return f"{said}: {masked(row['acknowledged_note'])}" if row["acknowledged_note"] else said


def refusal(titles: Mapping[str, Row], row: Row, formats: Formats) -> tuple[str, str, str]:
    """Extract, file and reason of a delivery that was turned down; the reason is the reader's or the guard's."""
    sentence = (row["reason"] or "").removeprefix(f"{row['file_name']}: ")
    known = refusal_of(row["reason_code"] or "", sentence)
    reason = known.text(translator(formats.language)) if known else sentence
    return (
        extract_title(titles, row["extract_id"], formats),
        masked(row["file_name"]),
        masked(reason) or formats.text("A check of the delivery failed."),
    )


def column_name(name: str | None, formats: Formats) -> str:
    """The column at fault, of a key all of its columns; a fault of the row itself lies in none."""
    return masked(name.replace(KEY_SEPARATOR, ", ")) if name else formats.text("the whole row")
