"""The release in the terminal: a block a programme, and the lines that say what does not stand as it should.

Reads the release, never the build. The page (:mod:`publishing.report`) tells the same and more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from publishing import situation
from publishing.formats import Formats
from publishing.indicator_text import target, waited_for, yearly_note
from publishing.programme import parts
from publishing.situation import Row, Situation

# Status to (msgid of its word, icon, rich style): never told by colour alone.
STATUSES = {
    "achieved": ("achieved", "★", "bold green"),
    "on_track": ("on track", "✓", "green"),
    "at_risk": ("at risk", "▲", "yellow"),
    "off_track": ("off track", "✕", "red"),
    "no_target": ("no target", "○", ""),
    "no_data": ("no data", "–", "dim"),
    "not_reportable": ("not reportable", "–", "dim"),
}


SEVERITIES = {"ERROR": "Error", "WARN": "Warning"}


def headline(release_dir: Path, language: str) -> Group:
    """A block for each programme: its indicators with value, target, expected value and status, and what is beside."""
    found, formats = situation.read(release_dir), Formats(language)
    title = formats.text("Release {release_id}, as of {day}", **_dated(found, formats))
    blocks: list[RenderableType] = [Text(title, style="italic")]
    for _, group in groupby(found.indicators, key=lambda row: (row["programme_id"], row["organisation_id"])):
        blocks += [Text(""), *_block(found, list(group), formats)]
    return Group(*blocks)


def _block(found: Situation, indicators: list[Row], formats: Formats) -> Iterator[RenderableType]:
    """The title of a programme, its indicators that have a figure, those that have none in one line, and the rest."""
    first = indicators[0]
    yield Text(programme_name(found, first, formats.language), style="bold")
    if shown := [row for row in indicators if row["value"] is not None]:
        yield _table(shown, formats)
    if missing := [row for row in indicators if row["value"] is None]:
        yield Text(_missing(missing, formats), style="dim")
    for part in parts(found, first["programme_id"], first["organisation_id"], formats):
        for line in part.lines:
            yield _bulleted(line)


def _table(indicators: list[Row], formats: Formats) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(formats.text("Indicator"), overflow="fold")
    for heading in ("Value", "Target", "Expected"):
        table.add_column(formats.text(heading), justify="right", overflow="fold")
    table.add_column(formats.text("Status"), no_wrap=True)
    for row in indicators:
        table.add_row(*_cells(row, formats))
    return table


def _bulleted(line: str) -> Table:
    """A line after its bullet, so that what wraps stays to the right of it."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row("•", Text(line))
    return grid


def _missing(indicators: list[Row], formats: Formats) -> str:
    """How many indicators have no figure, and what they wait for: extracts, with how many wait, and single figures."""
    counts: Counter[str] = Counter()
    figures: dict[str, list[str]] = {}
    for row in indicators:
        names = [name.partition(" ") for name in waited_for(row)]
        counts.update({extract for extract, _, _ in names})
        for extract, _, figure in names:
            figures.setdefault(extract, []).extend([figure] if figure else [])
    line = formats.text("No figure for {count} indicators.", count=len(indicators))
    if not counts:
        return line
    waiting = [
        f"{formats.text('Baseline') if extract == 'baseline' else extract} {count}"
        + (f" ({', '.join(dict.fromkeys(figures[extract]))})" if figures[extract] else "")
        for extract, count in sorted(counts.items())
    ]
    return f"{line} {formats.text('Waits for the extract: {extracts}.', extracts='; '.join(waiting))}"


def withheld(release_dir: Path, language: str) -> list[str]:
    """One line for each organisation or delivery that this release holds back; empty when nothing is."""
    return held_back(situation.read(release_dir), Formats(language))


def notices(release_dir: Path, language: str) -> list[str]:
    """What is held back, and then every open incident, one line each: for ``tilannekuva status``."""
    found, formats = situation.read(release_dir), Formats(language)
    return held_back(found, formats) + [incident_line(found, incident, formats) for incident in found.incidents]


def held_back(found: Situation, formats: Formats) -> list[str]:
    """The lines of :func:`withheld` for a release that is already read."""
    text = formats.text
    organisations = [
        text(
            "{organisation}: tonight's figures are held back because a check failed; earlier figures stand.",
            organisation=organisation_name(found, name, formats.language),
        )
        for name in found.withheld
    ]
    refused = [
        text(
            "{organisation}, {extract}: the delivery {file} of {day} was refused; earlier data stand. {reason}",
            organisation=organisation_name(found, row["organisation_id"], formats.language),
            extract=row["extract_id"],
            file=row["file_name"],
            day=formats.day(row["received_at"].date()),
            reason=row["reason"] or text("A check of the delivery failed."),
        ).strip()
        for row in found.refused
    ]
    return organisations + refused


def incident_line(found: Situation, incident: Row, formats: Formats) -> str:
    """One open incident as a sentence."""
    organisation_id = incident["organisation_id"]
    place = [
        organisation_id and organisation_name(found, organisation_id, formats.language),
        incident["extract_id"],
    ]
    return formats.text(
        "{severity}: {check} has failed since {day} ({place}; owner {owner}).",
        severity=formats.text(SEVERITIES[incident["severity"]]),
        check=incident["check_id"],
        day=formats.day(incident["opened_at"].date()),
        place=", ".join(filter(None, place)) or formats.text("everybody"),
        owner=incident["owner"].replace("_", " "),
    )


def organisation_name(found: Situation, organisation_id: str, language: str) -> str:
    """The organisation's name in a language, or its id where the release does not name it."""
    if organisation_id == "public":
        return Formats(language).text("Public sources")
    row = found.names["organisation"].get(organisation_id, {})
    return str(row.get(f"name_{language}") or row.get("name_fi") or organisation_id)


def programme_name(found: Situation, row: Row, language: str) -> str:
    """Organisation and programme of an indicator, as a heading."""
    programme = found.names["programme"].get(row["programme_id"], {})
    name = programme.get(f"name_{language}") or programme.get("name_fi") or row["programme_id"]
    return f"{organisation_name(found, row['organisation_id'], language)}: {name}"


def _dated(found: Situation, formats: Formats) -> dict[str, str]:
    return {"release_id": found.release["release_id"], "day": formats.day(found.release["as_of_date"])}


def _cells(row: Row, formats: Formats) -> list[str | Text]:
    word, icon, style = STATUSES[row["status"]]
    status = f"{icon} {formats.text(word)}" + (f" {formats.month(row['month'])}" if row["month"] else "")
    return [
        Text(row[f"name_{formats.language}"]),
        formats.quantity(row["value"], row["unit"]),
        Text("; ".join(filter(None, (target(row, formats), yearly_note(row, formats))))),
        formats.number(row["expected_value"], row["unit"]),
        Text(status, style=style),
    ]
