"""The quality page of a release: what came and when, what the checks found, what is still wrong, by organisation.

One self-contained HTML page per language (see :mod:`publishing.page`), made from :mod:`publishing.quality_facts` alone.
Texts are in the catalogues ``locale/quality_<language>.po``, those it shares with the situation picture in the common
ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from publishing import page, quality_facts
from publishing.charts import bars, months_between, small_line
from publishing.formats import Formats
from publishing.part import percent
from publishing.quality_facts import Facts
from publishing.quality_text import (
    NIGHT_STATUSES,
    STATES,
    Incident,
    column_name,
    extract_title,
    group_title,
    incident,
    organisation_title,
    part_words,
    period,
    refusal,
    schedule,
)
from publishing.situation import Row

__all__ = ["render"]

PUBLIC = "public"
SHOWN_MONTHS = 24
SHOWN_NIGHTS = 90
# Counted together at the top: what nobody has ever delivered is not delivered either.
NOT_DELIVERED = ("missing", "never")
WITH_DUE_DAY = ("in_time", "late", *NOT_DELIVERED, "refused")


@dataclass(frozen=True, slots=True)
class Score:
    """A score of the newest month with what came before it, in words and as a line."""

    shown: str
    month: str
    change: str
    parts: list[str]
    chart: Markup


@dataclass(frozen=True, slots=True)
class Extract:
    """One extract of an organisation, as a row."""

    extract_id: str
    title: str
    last_delivery: str
    last_note: str
    period: str
    state: tuple[str, str, str]
    schedule: list[str]
    rows_read: str
    rows_rejected: str
    score: Score | None
    incidents: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents of one severity that say the same."""

    severity: str
    icon: str
    word: str
    meaning: str
    what_to_do: str
    incidents: list[Incident]


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation, the public sources, or what concerns everybody. ``nothing`` says what there is none of."""

    anchor: str
    title: str
    has_extracts: bool
    counts: list[int]
    score: Score | None
    extracts: list[Extract]
    score_table: tuple[list[str], list[tuple[str, list[str]]]]
    groups: list[Group]
    awaited: list[tuple[str, str, str, str, str, str]]
    rejects: list[tuple[str, str, str, str]]
    caveats: list[tuple[str, str, tuple[str, str, str], list[str]]]
    nothing: list[str]


def render(release_dir: Path, language: str, target: Path | None = None) -> Path:
    """Write the page of a release and return its path: ``quality/<language>.html`` in the release unless told else.

    A published release is sealed; give a ``target`` outside it to render its page anew. Raises duckdb.Error where the
    release does not open or lacks a table that the page tells of.
    """
    found = quality_facts.read(release_dir)
    return page.write(
        target or release_dir / "quality" / f"{language}.html", _html(found, Formats(language, "quality"))
    )


def _html(found: Facts, formats: Formats) -> str:
    """The whole page as HTML text."""
    places = _places(found, formats)
    states = Counter(row["state"] for row in found.extracts)
    severities = Counter(row["severity"] for row in found.incidents)
    return page.html(
        "quality",
        found.release,
        formats,
        places=places,
        in_time=states["in_time"],
        with_due_day=sum(states[state] for state in WITH_DUE_DAY),
        states=_state_counts(states, formats),
        severities=[(*group_title(severity, formats), severities[severity]) for severity in ("ERROR", "WARN")],
        score=_total(found, None, formats),
        everything=[sum(column) for column in zip(*(place.counts for place in places), strict=True)],
        nights=_nights(found.nights[-SHOWN_NIGHTS:], formats),
        night_rows=_night_rows(found.nights[-SHOWN_NIGHTS:], formats),
    )


def _state_counts(states: Counter[str], formats: Formats) -> list[tuple[str, str, str, int]]:
    """State, icon, word and how many extracts are in it; the four that matter also where none is."""
    together = Counter({state: states[state] for state in STATES if state != "never"})
    together["missing"] += states["never"]
    always = ("in_time", "late", "missing", "refused")
    return [
        (state, icon, formats.text(word), together[state])
        for state, (icon, word) in STATES.items()
        if together[state] or state in always
    ]


# --- organisations ----------------------------------------------------------------------------------------------


def _places(found: Facts, formats: Formats) -> list[Place]:
    """Organisations by name, then the public sources, then what concerns no single one of them, if anything does."""
    told: tuple[list[Row], ...] = (found.extracts, found.incidents, found.caveats, found.awaited, found.rejects)
    names = {row["organisation_id"] for rows in told for row in rows}
    order = sorted(
        names, key=lambda name: (name is None, name == PUBLIC, organisation_title(found.organisations, name, formats))
    )
    return [_place(found, name, formats) for name in order]


def _place(found: Facts, organisation_id: str | None, formats: Formats) -> Place:
    extracts = _of(found.extracts, organisation_id)
    scores = _of(found.scores, organisation_id)
    incidents = _of(found.incidents, organisation_id)
    awaited, rejects = _of(found.awaited, organisation_id), _of(found.rejects, organisation_id)
    caveats = _of(found.caveats, organisation_id)
    return Place(
        anchor=organisation_id or "everybody",
        title=organisation_title(found.organisations, organisation_id, formats),
        has_extracts=organisation_id is not None,
        counts=_counts(extracts, incidents),
        score=_total(found, organisation_id, formats) if organisation_id else None,
        extracts=[_extract(found, row, scores, incidents, formats) for row in extracts],
        score_table=_score_table(found, scores, formats),
        groups=_groups(found, incidents, formats),
        awaited=[_awaited(found, row, formats) for row in awaited],
        rejects=[
            (
                extract_title(found.titles, row["extract_id"], formats),
                column_name(row["column_name"], formats),
                formats.reject_reason(row["reason_code"]),
                formats.count(row["faults"]),
            )
            for row in rejects
        ],
        caveats=_caveats(found, caveats, formats),
        nothing=_nothing(organisation_id, incidents, awaited, rejects, caveats, formats) if organisation_id else [],
    )


def _nothing(
    organisation_id: str,
    incidents: list[Row],
    awaited: list[Row],
    rejects: list[Row],
    caveats: list[Row],
    formats: Formats,
) -> list[str]:
    """What there is none of, so that silence is not taken for an answer. Public sources have no indicators."""
    text = formats.text
    said = (
        (incidents, text("No incident is open.")),
        (awaited, text("No delivery awaits a new one.")),
        (rejects, text("No row is rejected in what stands.")),
        (caveats or organisation_id == PUBLIC, text("No value carries a caveat.")),
    )
    return [sentence for rows, sentence in said if not rows]


def _of(rows: Iterable[Row], organisation_id: str | None) -> list[Row]:
    return [row for row in rows if row["organisation_id"] == organisation_id]


def _counts(extracts: list[Row], incidents: list[Row]) -> list[int]:
    """In time, late, not delivered, refused; open errors and warnings."""
    states = Counter(row["state"] for row in extracts)
    severities = Counter(row["severity"] for row in incidents)
    not_delivered = sum(states[state] for state in NOT_DELIVERED)
    return [
        *(states["in_time"], states["late"], not_delivered, states["refused"]),
        *(severities["ERROR"], severities["WARN"]),
    ]


# --- extracts and their scores ----------------------------------------------------------------------------------


def _extract(found: Facts, row: Row, scores: list[Row], incidents: list[Row], formats: Formats) -> Extract:
    extract_id = row["extract_id"]
    own = [score for score in scores if score["extract_id"] == extract_id]
    severities = Counter(i["severity"] for i in incidents if i["extract_id"] == extract_id)
    icon, word = STATES[row["state"]]
    turned_down = row["decision"] == "refused" or row["verdict"] == "failed"
    return Extract(
        extract_id=extract_id,
        title=extract_title(found.titles, extract_id, formats),
        last_delivery=formats.moment(row["received_at"]),
        last_note=formats.text("refused") if turned_down else "",
        period=period(row["periods"], row["first_month"], row["last_month"], formats),
        state=(row["state"], icon, formats.text(word)),
        schedule=schedule(row, formats),
        rows_read=formats.count(row["rows_read"]),
        rows_rejected=formats.count(row["rows_rejected"]),
        score=_score(own, max((score["month"] for score in scores), default=None), formats),
        incidents=[
            f"{group_title(severity, formats)[1]} {group_title(severity, formats)[2].lower()} {severities[severity]}"
            for severity in ("ERROR", "WARN")
            if severities[severity]
        ],
    )


def _total(found: Facts, organisation_id: str | None, formats: Formats) -> Score | None:
    return _score(_of(found.totals, organisation_id), None, formats)


def _score(scores: list[Row], last_month: date | None, formats: Formats) -> Score | None:
    """The newest of the scores, which are in the order of their months; None where there is none.

    The line ends at ``last_month``, so that lines of a table stand month under month.
    """
    if not scores:
        return None
    newest = scores[-1]
    before = {months_between(row["month"], newest["month"]): row for row in scores}.get(1)
    return Score(
        shown=percent(newest["score_percent"], formats),
        month=formats.month(newest["month"]),
        change=formats.number(newest["score_percent"] - before["score_percent"], "percent", signed=True)
        if before
        else formats.number(None),
        parts=part_words(newest, formats),
        chart=small_line(_by_month(scores, last_month or newest["month"]), 0, 100),
    )


def _by_month(scores: list[Row], last_month: date) -> list[float | None]:
    """The scores of the shown months that end at ``last_month``; None where a month has none."""
    ages = {months_between(row["month"], last_month): row["score_percent"] for row in scores}
    return [ages.get(age) for age in reversed(range(SHOWN_MONTHS))]


def _score_table(found: Facts, scores: list[Row], formats: Formats) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Titles of the extracts, and for each month, the newest first, their scores."""
    extracts = sorted({row["extract_id"] for row in scores})
    by_cell = {(row["extract_id"], row["month"]): row["score_percent"] for row in scores}
    months = sorted({row["month"] for row in scores}, reverse=True)
    return (
        [extract_title(found.titles, name, formats) for name in extracts],
        [
            (formats.month(month), [formats.number(by_cell.get((name, month)), "percent") for name in extracts])
            for month in months
        ],
    )


# --- what is wrong ----------------------------------------------------------------------------------------------


def _groups(found: Facts, incidents: list[Row], formats: Formats) -> list[Group]:
    """Incidents together by severity and by what they say, the gravest first."""
    language = formats.language
    told: dict[tuple[str, str, str], list[Row]] = {}
    for row in incidents:
        said = (row["severity"], row[f"meaning_{language}"] or row["check_id"], row[f"what_to_do_{language}"] or "")
        told.setdefault(said, []).append(row)
    return [
        Group(
            *group_title(severity, formats),
            meaning=meaning,
            what_to_do=what_to_do,
            incidents=[incident(found.titles, row, formats) for row in rows],
        )
        for (severity, meaning, what_to_do), rows in told.items()
    ]


def _awaited(found: Facts, row: Row, formats: Formats) -> tuple[str, str, str, str, str, str]:
    title, file_name, reason = refusal(found.titles, row, formats)
    return (
        title,
        file_name,
        formats.moment(row["received_at"]),
        period(row["periods"], None, None, formats),
        formats.count(row["rows_read"]),
        reason,
    )


def _caveats(
    found: Facts, caveats: list[Row], formats: Formats
) -> list[tuple[str, str, tuple[str, str, str], list[str]]]:
    """Extract, what is not met, severity, and the names of the indicators beside whose values it stands."""
    language = formats.language
    lines = []
    for _, group in groupby(caveats, key=lambda row: row["incident_id"]):
        rows = list(group)
        first = rows[0]
        lines.append(
            (
                extract_title(found.titles, first["extract_id"], formats),
                first[f"meaning_{language}"] or first["check_id"],
                group_title(first["severity"], formats),
                list(dict.fromkeys(row[f"name_{language}"] or row["name_fi"] for row in rows)),
            )
        )
    return lines


# --- nights -----------------------------------------------------------------------------------------------------


def _nights(nights: list[Row], formats: Formats) -> list[tuple[str, str, str, str, Markup]]:
    """Of each result of a check: its word, how many the newest night had, least and most of a night, and the bars."""
    if not nights:
        return []
    return [
        (
            formats.text(word),
            formats.count(nights[-1][status]),
            formats.count(min(night[status] for night in nights)),
            formats.count(max(night[status] for night in nights)),
            bars([night[status] for night in nights]),
        )
        for status, word in NIGHT_STATUSES.items()
    ]


def _night_rows(nights: list[Row], formats: Formats) -> list[tuple[str, list[str]]]:
    """Each night's time and counts, the newest first."""
    return [
        (formats.moment(night["checked_at"]), [formats.count(night[status]) for status in NIGHT_STATUSES])
        for night in reversed(nights)
    ]
