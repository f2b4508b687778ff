"""What a message says of incidents: cause, effect on which indicators, next step, and where to look.

Plain text, so that it reads the same in a mail, a chat and a phone. Everything is taken from the check's suite, the
check results and the current release; before any release the effect on indicators is left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

from publishing.alert_text import Words
from publishing.formats import HELSINKI, Formats
from publishing.incidents import Incident
from publishing.model import DATABASE
from sources.contract import Contract, load_contracts
from sources.landing import ORGANISATIONS, PUBLIC
from sources.settings import Settings

SHOWN_CHECKS = 10
SHOWN_IN_DIGEST = 50
SHOWN_INDICATORS = 8
SHOWN_FILES = 5


class Text(NamedTuple):
    """A message's title and body."""

    title: str
    body: str


class Writer:
    """Writes messages in the language of the settings; reads names and the current release once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._words = Words(settings.alerts.language)
        self._formats = Formats(settings.alerts.language)
        self._say = self._words.say

    def opened(self, incidents: Sequence[Incident]) -> Text:
        """One problem that was found: one incident, or several of the same night, role, organisation and extract."""
        return Text(self._title(incidents), self._body(incidents))

    def reminded(self, incidents: Sequence[Incident]) -> Text:
        """The same problem some days later, when nobody has acknowledged it."""
        say = self._say
        told = say("This was told on {day}, and it is neither mended nor acknowledged.", day=self._day_told(incidents))
        title = say("Reminder: {title}", title=self._title(incidents))
        return Text(title, f"{told}\n\n{self._body(incidents)}")

    def escalated(self, incidents: Sequence[Incident]) -> Text:
        """The same problem to the role above."""
        say = self._say
        told = say(
            "This was told to {role} on {day}, and it is neither mended nor acknowledged.",
            role=self._words.role(incidents[0].owner),
            day=self._day_told(incidents),
        )
        title = say("Escalated: {title}", title=self._title(incidents))
        return Text(title, f"{told}\n\n{self._body(incidents)}")

    def recovered(self, incidents: Sequence[Incident], still_open: Sequence[Incident]) -> Text:
        """What was wrong and is not any more; ``still_open`` is what the same message told of and still fails."""
        say = self._say
        title = say(
            "Recovered: {place}: {meaning}",
            place=self._place(incidents[0]),
            meaning=self._words.meaning(incidents[0].check_id) + _more(incidents, 1),
        )
        lines = [say("In order again:")]
        lines += [f"- {self._words.meaning(incident.check_id)} ({self._name(incident)})" for incident in incidents]
        lines += ["", say("Open from {opened} to {resolved}.", **self._span(incidents))]
        if still_open:
            lines += ["", say("Of the same problem still open:")]
            lines += [f"- {self._words.meaning(incident.check_id)} ({self._name(incident)})" for incident in still_open]
        return Text(title, "\n".join([*lines, *self._page()]))

    def digest(self, incidents: Sequence[Incident], role: str, day: str) -> Text:
        """Everything that is open, gravest first; what is beyond the limit is counted."""
        say = self._say
        errors = sum(incident.severity == "ERROR" for incident in incidents)
        title = say(
            "Tilannekuva {day}: open incidents {count}, of them errors {errors}",
            day=day,
            count=len(incidents),
            errors=errors,
        )
        lines = [say("Open incidents for {role}:", role=self._words.role(role)), ""]
        for incident in sorted(incidents, key=_gravity)[:SHOWN_IN_DIGEST]:
            lines.append(f"- {self._words.severity(incident.severity)}: {self._place(incident)}")
            lines.append(f"  {self._unmet(incident)}")
            lines.append(f"  {self._state(incident)} ({self._name(incident)})")
        if len(incidents) > SHOWN_IN_DIGEST:
            lines.append(say("- and {count} more checks", count=len(incidents) - SHOWN_IN_DIGEST))
        return Text(title, "\n".join([*lines, *self._page()]))

    def organisation(self, organisation_id: str) -> str:
        """The organisation's name, or its id where we know no name."""
        if organisation_id == PUBLIC:
            return self._say("Public sources")
        return self._organisations.get(organisation_id, organisation_id)

    # --- parts of a message -----------------------------------------------------------------------------------------

    def _title(self, incidents: Sequence[Incident]) -> str:
        worst = min(incidents, key=_gravity)
        return self._say(
            "{severity}: {place}. Not met: {meaning}",
            severity=self._words.severity(worst.severity),
            place=self._place(worst),
            meaning=self._words.meaning(worst.check_id) + _more(incidents, 1),
        )

    def _body(self, incidents: Sequence[Incident]) -> str:
        say, ordered = self._say, sorted(incidents, key=_gravity)
        lines = [say("What was found")]
        for incident in ordered[:SHOWN_CHECKS]:
            lines += self._finding(incident)
        if len(ordered) > SHOWN_CHECKS:
            lines.append(say("- and {count} more checks", count=len(ordered) - SHOWN_CHECKS))
        if files := self._files(ordered):
            lines.append(say("File: {files}", files=files))
        lines += ["", say("Effect"), self._effect(ordered)]
        if indicators := self._indicators(ordered[0].organisation_id, ordered[0].extract_id):
            names = ", ".join(indicators[:SHOWN_INDICATORS]) + _more(indicators, SHOWN_INDICATORS)
            lines.append(say("Indicators that rest on this extract: {names}.", names=names))
        steps = dict.fromkeys(self._words.what_to_do(incident.check_id) for incident in ordered[:SHOWN_CHECKS])
        lines += ["", say("What to do"), *(f"- {step}" for step in steps), ""]
        lines.append(
            say(
                "Found on {moment}. Responsible: {role}.",
                moment=self._formats.moment(min(incident.opened_at for incident in ordered)),
                role=self._words.role(ordered[0].owner),
            )
        )
        command = f'tilannekuva incident ack {ordered[0].incident_id} --by "..." --note "..."'
        lines.append(say("Acknowledge: {command}", command=command))
        return "\n".join([*lines, *self._page()])

    def _finding(self, incident: Incident) -> list[str]:
        say = self._say
        lines = [f"- {self._unmet(incident)}"]
        if incident.observed:
            lines.append("  " + say("Observed: {observed}", observed=incident.observed))
        if incident.expected and self._words.of_suite(incident.check_id):
            lines.append("  " + say("Expected: {expected}", expected=incident.expected))
        return [*lines, f"  {self._name(incident)}"]

    def _unmet(self, incident: Incident) -> str:
        return self._say("Not met: {meaning}", meaning=self._words.meaning(incident.check_id))

    def _effect(self, incidents: Sequence[Incident]) -> str:
        """What the worst of them does to the figures."""
        worst, say = incidents[0], self._say
        if worst.check_id.startswith(("landing.", "reader.")):
            return say("The file is not read yet; the figures rest on what was delivered before.")
        if worst.severity != "ERROR":
            return say("The figures are published; what rests on this carries a caveat.")
        if worst.check_id.startswith("sensor."):
            return say("A night starts at its hour, but not by itself when files have landed.")
        if worst.organisation_id is None and worst.extract_id is None:
            return say("No new release was made: the earlier one stands as it was.")
        if worst.check_id.startswith("indicators."):
            return say("The organisation's new figures are withheld: the earlier ones stand, marked provisional.")
        return say("The delivery is not taken into use: the earlier one stands, and what rests on it is provisional.")

    def _state(self, incident: Incident) -> str:
        opened = self._formats.moment(incident.opened_at)
        if incident.state != "acknowledged":
            return self._say("since {opened}", opened=opened)
        return self._say(
            "since {opened}, acknowledged by {by}: {note}",
            opened=opened,
            by=incident.acknowledged_by,
            note=incident.acknowledged_note or "–",
        )

    def _name(self, incident: Incident) -> str:
        return self._say("{check}, incident {incident}", check=incident.check_id, incident=incident.incident_id)

    def _place(self, incident: Incident) -> str:
        contract = self._contracts.get(incident.extract_id or "")
        title = getattr(contract, f"title_{self._words.language}") if contract else incident.extract_id
        organisation = incident.organisation_id and self.organisation(incident.organisation_id)
        return ", ".join(filter(None, (title, organisation))) or "Tilannekuva"

    def _span(self, incidents: Sequence[Incident]) -> dict[str, str]:
        return {
            "opened": self._formats.moment(min(incident.opened_at for incident in incidents)),
            "resolved": self._formats.moment(max(filter(None, (incident.resolved_at for incident in incidents)))),
        }

    def _day_told(self, incidents: Sequence[Incident]) -> str:
        told = min(incident.notified_at or incident.opened_at for incident in incidents)
        return self._formats.day(told.replace(tzinfo=ZoneInfo("UTC")).astimezone(HELSINKI).date())

    def _page(self) -> list[str]:
        """Where to look: the address of the report, or its path; nothing before the first release."""
        page = self._settings.releases / "current" / "report" / f"{self._words.language}.html"
        where = self._settings.alerts.page_address or (str(page) if page.exists() else "")
        return [self._say("Report: {where}", where=where)] if where else []

    def _files(self, incidents: Iterable[Incident]) -> str:
        """Names of the files that the incidents blame, as the receipts have them."""
        wanted = sorted({delivery_id for incident in incidents for delivery_id in incident.delivery_ids})
        parts = [str(path) for path in sorted((self._settings.lake / "receipt").glob("*.parquet"))]
        if not wanted or not parts:
            return ""
        with duckdb.connect() as con:
            rows = con.execute(
                "SELECT DISTINCT file_name FROM read_parquet(?) WHERE list_contains(?::VARCHAR[], delivery_id)"
                " AND decision <> 'duplicate' ORDER BY ALL",
                [parts, wanted],
            ).fetchall()
        names = [str(row[0]) for row in rows]
        return ", ".join(names[:SHOWN_FILES]) + _more(names, SHOWN_FILES)

    # --- what is known of the world ---------------------------------------------------------------------------------

    @cached_property
    def _contracts(self) -> dict[str, Contract]:
        return dict(load_contracts())

    @cached_property
    def _organisations(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for path in (ORGANISATIONS, self._settings.home / "organisations.csv"):
            if path.is_file():
                names |= self._names_in(path)
        return names

    def _names_in(self, path: Path) -> dict[str, str]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {
                row["organisation_id"]: row.get(f"name_{self._words.language}") or row.get("name_fi") or ""
                for row in csv.DictReader(file)
            }

    def _indicators(self, organisation_id: str | None, extract_id: str | None) -> list[str]:
        """Names of the indicators of the current release that are counted from an extract, or ranked by one that is."""
        database = self._settings.releases / "current" / DATABASE
        if extract_id is None or not database.exists():
            return []
        of_all = organisation_id in (None, PUBLIC)
        try:
            with duckdb.connect(database, read_only=True) as con:
                rows = con.execute(
                    INDICATORS.replace("$name", f"name_{self._words.language}"),
                    [extract_id, None if of_all else organisation_id],
                ).fetchall()
        except duckdb.Error:  # a release of before these columns: the message goes out without them
            return []
        return [str(row[0]) for row in rows]


INDICATORS = """
WITH measure AS (SELECT measure_id FROM mart.dim_measure WHERE extract_id = $1),
resting AS (
    SELECT indicator_id
    FROM indicator.catalogue
    WHERE numerator IN (FROM measure) OR numerator_less IN (FROM measure) OR denominator IN (FROM measure)
)
SELECT DISTINCT coalesce($name, name_fi) AS name
FROM indicator.catalogue
WHERE (indicator_id IN (FROM resting) OR ranked_indicator_id IN (FROM resting))
    AND ($2::VARCHAR IS NULL OR organisation_id = $2)
ORDER BY name
"""


def _gravity(incident: Incident) -> tuple[bool, str, str]:
    """Errors first; what the check of the content says before what merely follows from it."""
    follows = incident.check_id.split(".")[0] in ("deliveries", "reader")
    return incident.severity != "ERROR", f"{follows:d}{incident.check_id}", incident.incident_id


def _more(shown: Sequence[object], limit: int) -> str:
    return f" (+{len(shown) - limit})" if len(shown) > limit else ""
