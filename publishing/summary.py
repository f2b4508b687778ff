"""The release in the terminal: the headline table, and the lines that say what does not stand as it should.

Reads the release, never the build. The page (:mod:`publishing.report`) tells the same and more.
"""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from rich.text import Text

from publishing import situation
from publishing.formats import Formats
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


def headline(release_dir: Path, language: str) -> Table:
    """The indicators of a release with value, target, expected value and status, grouped by programme."""
    found, formats = situation.read(release_dir), Formats(language)
    text = formats.text
    table = Table(title=text("Release {release_id}, as of {day}", **_dated(found, formats)), title_justify="left")
    table.add_column(text("Indicator"), overflow="fold")
    for heading in ("Value", "Target", "Expected"):
        table.add_column(text(heading), justify="right", no_wrap=True)
    table.add_column(text("Status"), no_wrap=True)
    group = None
    for row in found.indicators:
        if group != (group := (row["programme_id"], row["organisation_id"])):
            table.add_section()
            table.add_row(Text(programme_name(found, row, language), style="bold"))
        table.add_row(*_cells(row, formats))
    return table


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
        formats.number(row["target_value"], row["unit"]),
        formats.number(row["expected_value"], row["unit"]),
        Text(status, style=style),
    ]
