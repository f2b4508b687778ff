"""Alerts: the right person hears of a problem once, in words they can act on, and silence means health.

:func:`tell` compares the incidents with what has been told and queues what is new; :func:`send` delivers. Both may run
as often as anybody likes. What is told:

* **opened**: one message a *problem*, that is all incidents that the same night opened for the same role, organisation
  and extract. However many checks one bad file fails, its owner gets one message.
* **reminded**, once, and **escalated**, once: of what of the problem is then neither mended nor acknowledged.
* **recovered**, once for each incident: only of what was told; what ends the same night is one message.

An incident whose role has no channel is not told, and is told as soon as there is one. One that opened and ended
between two looks, or was acknowledged before it could be told, is not told at all.

:func:`digest` lists every morning what is open. :func:`failed_night` and :func:`failed_tick` make a night that fell and
a sensor that fails incidents like any other. :func:`letters` sends suppliers the letters about their deliveries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from expectations.result import CheckResult, Status
from expectations.runner import write_results
from publishing import incidents as incident_log
from publishing import outbox
from publishing.alert_message import Text, Writer
from publishing.channels import SUPPLIER
from publishing.formats import HELSINKI, Formats
from publishing.incidents import Incident
from publishing.masking import masked
from publishing.outbox import Kind, Message, Sent
from sources import lake, letter
from sources.settings import EVERYBODY_ELSE, Settings

__all__ = [
    "Sent",
    "Told",
    "digest",
    "failed_night",
    "failed_tick",
    "good_night",
    "good_tick",
    "is_morning",
    "letters",
    "send",
    "tell",
]

NIGHT = "night.run"
SENSOR = "sensor"
LETTERS_OF_DAYS = 7
_CAUSE_LIMIT = 200
# Messages about incidents, by the kind of event that they leave on each.
_EVENTS: dict[str, str] = {
    "opened": "notified",
    "reminded": "reminded",
    "escalated": "escalated",
    "recovered": "recovered",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Ids of incidents: what this look found. ``untold`` are open and have no channel to be told by."""

    opened: tuple[str, ...] = ()
    seen_again: tuple[str, ...] = ()
    reminded: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


def tell(settings: Settings, now: datetime) -> Told:
    """Queue a message for whatever is new since the last look. Nothing is sent. ``now`` is naive UTC.

    To be called when a night has recorded all that it found; half a night's results would be half a problem.
    """
    with outbox.locked(settings, "alerts", seconds=60):
        return _Look(settings, now).run()


def send(settings: Settings, now: datetime) -> Sent:
    """Deliver what waits in the outbox and is due: see :mod:`publishing.outbox`."""
    return outbox.send(settings, now)


def digest(settings: Settings, now: datetime, *, early: bool = False) -> list[Message]:
    """Queue the morning's list of open incidents, one a role that has a channel; returns what was queued now.

    A role's digest lists what it owns and what was escalated to it; that of ``*`` lists everything. One a day in
    Finland, none where nothing is open, and none before ``digest_hour`` unless somebody asks for it ``early``.
    """
    if not early and not is_morning(settings, now):
        return []
    local = _in_finland(now)
    with outbox.locked(settings, "alerts", seconds=60):
        still_open = [incident for incident in incident_log.read(settings) if incident.state != "resolved"]
        writer, day = Writer(settings), Formats(settings.alerts.language).day(local.date())
        queued = []
        for role in dict.fromkeys(channel.role for channel in settings.alerts.channels):
            channel = settings.alerts.digest_channel(role)
            listed = [incident for incident in still_open if _concerns(incident, role, settings)]
            if not listed or not channel or not channel.urls:
                continue
            title, body = writer.digest(listed, role, day)
            severity = "ERROR" if any(incident.severity == "ERROR" for incident in listed) else "WARN"
            key = outbox.message_id("digest", role, local.date())
            ids = tuple(incident.incident_id for incident in listed)
            message = Message(key, "digest", role, severity, now, title, body, ids)
            if outbox.queue(settings, message):
                queued.append(message)
    return queued


def is_morning(settings: Settings, now: datetime) -> bool:
    """Has the hour of the digest come, on this day in Finland?"""
    return _in_finland(now).hour >= settings.alerts.digest_hour


def failed_night(settings: Settings, run_id: str, cause: str, now: datetime) -> None:
    """Record that the night ``run_id`` made no release, as an incident of everybody's. The same night again: nothing.

    ``cause`` is shown to people: its first line, without what stands in quotes, which may be data.
    """
    _record(settings, f"{run_id}-night-failed", run_id, NIGHT, "failed", _without_data(cause), now)


def good_night(settings: Settings, run_id: str, now: datetime) -> None:
    """Record that the night ``run_id`` made its release, which ends the incident of an earlier failed night."""
    _record(settings, f"{run_id}-night-passed", run_id, NIGHT, "passed", None, now)


def failed_tick(settings: Settings, sensor: str, cause: str, now: datetime) -> None:
    """Record that a sensor or schedule crashed; once an hour is enough, for it looks every minute."""
    run_id = f"tick-{sensor}-{now:%Y%m%dT%H}"
    _record(settings, f"{run_id}-failed", run_id, f"{SENSOR}.{sensor}", "failed", _without_data(cause), now)


def good_tick(settings: Settings, sensor: str, now: datetime) -> None:
    """Record that a sensor works again, if what was recorded last is that it crashed."""
    ticks = sorted((settings.lake / "check_result").glob(f"tick-{sensor}-*.parquet"))
    if ticks and ticks[-1].stem.endswith("-failed"):
        # Its own run id: within one run the worst result counts, and this one comes after the crash of the same hour.
        run_id = f"tick-{sensor}-{now:%Y%m%dT%H%M%S}"
        _record(settings, f"{run_id}-passed", run_id, f"{SENSOR}.{sensor}", "passed", None, now)


def letters(settings: Settings, now: datetime, since: datetime | None = None) -> list[Message]:
    """Queue the letters about faulty deliveries to the contacts of their suppliers; returns what was queued now.

    Of deliveries read since ``since``, by default in the last week, so that an address that is added today is not sent
    the letters of years. A supplier without a contact gets none.
    """
    queued = []
    with outbox.locked(settings, "alerts", seconds=60):
        if not settings.alerts.contacts:
            return []
        start = since or now - timedelta(days=LETTERS_OF_DAYS)
        for found in letter.outgoing(settings, start, settings.alerts.language):
            if not _has_contact(settings, found.organisation_id, found.extract_id):
                continue
            message = Message(
                outbox.message_id("letter", found.organisation_id, found.extract_id, found.delivery_id, found.subject),
                "letter",
                SUPPLIER,
                "WARN",
                now,
                found.subject,
                found.body,
                organisation_id=found.organisation_id,
                extract_id=found.extract_id,
                attachments=tuple(str(path.relative_to(settings.home)) for path in found.attachments),
            )
            if outbox.queue(settings, message):
                queued.append(message)
    return queued


def strangers(settings: Settings) -> list[str]:
    """Roles of the settings that own no check: a slip of the pen, unless they are escalated to."""
    known = incident_log.known_owners() | {EVERYBODY_ELSE, settings.alerts.escalation_role}
    return sorted({channel.role for channel in settings.alerts.channels} - known)


class _Look:
    """One comparison of the incidents with what has been told of them. The caller holds the lock."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings = settings
        self._now = now
        self._writer = Writer(settings)
        self._incidents = {incident.incident_id: incident for incident in incident_log.read(settings)}
        self._messages = {message.message_id: message for message in outbox.messages(settings)}

    def run(self) -> Told:
        # What a killed look queued without leaving its events is completed first.
        self._leave_events(self._messages.values())
        before = self._told_of("opened")
        opened, untold = self._open(before)
        recovered = self._recover(before)
        alerts = self._settings.alerts
        reminded = self._insist("reminded", alerts.remind_after_days, self._writer.reminded)
        escalated = self._insist("escalated", alerts.escalate_after_days, self._writer.escalated)
        still_open = (i.incident_id for i in self._incidents.values() if i.state != "resolved")
        return Told(
            opened=opened,
            seen_again=tuple(incident_id for incident_id in still_open if incident_id in before),
            reminded=reminded,
            escalated=escalated,
            recovered=recovered,
            untold=untold,
        )

    def _open(self, told: Set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        problems: dict[tuple[str | None, ...], list[Incident]] = defaultdict(list)
        for incident in self._incidents.values():
            if incident.state == "open" and incident.incident_id not in told:
                key = (incident.opened_by_run_id, incident.owner, incident.organisation_id, incident.extract_id)
                problems[key].append(incident)
        opened: list[str] = []
        untold: list[str] = []
        for problem in problems.values():
            severity = "ERROR" if any(incident.severity == "ERROR" for incident in problem) else "WARN"
            found = [incident.incident_id for incident in problem]
            role = problem[0].owner
            if self._reaches(role, severity):
                self._queue("opened", role, severity, problem, self._writer.opened(problem))
                opened += found
            else:
                untold += found
        return tuple(opened), tuple(untold)

    def _recover(self, told: Set[str]) -> tuple[str, ...]:
        known = self._told_of("recovered")
        recovered: list[str] = []
        for opening in self._openings():
            problem = self._problem(opening)
            ended = [i for i in problem if i.state == "resolved" and i.incident_id in told - known]
            if ended:
                text = self._writer.recovered(ended, [i for i in problem if i.state != "resolved"])
                self._queue("recovered", opening.role, opening.severity, ended, text)
                recovered += [incident.incident_id for incident in ended]
        return tuple(recovered)

    def _insist(self, kind: Kind, days: int, write: Callable[[Sequence[Incident]], Text]) -> tuple[str, ...]:
        """Remind of, or escalate, what was told ``days`` ago and is still open; once a problem."""
        insisted: list[str] = []
        known = self._told_of(kind)
        for opening in self._openings() if days else ():
            problem = [i for i in self._problem(opening) if i.state == "open"]
            is_due = opening.created_at + timedelta(days=days) <= self._now
            if not problem or not is_due or known & set(opening.incident_ids):
                continue
            role = self._settings.alerts.escalation_role if kind == "escalated" else opening.role
            if self._reaches(role, opening.severity):
                self._queue(kind, role, opening.severity, problem, write(problem))
                insisted += [incident.incident_id for incident in problem]
        return tuple(insisted)

    def _queue(self, kind: Kind, role: str, severity: str, about: Sequence[Incident], text: Text) -> None:
        """The message first, which says of what it tells; then the events on the incidents."""
        ordered = sorted(about, key=lambda i: (i.severity != "ERROR", i.incident_id))
        ids = tuple(incident.incident_id for incident in ordered)
        message = Message(
            outbox.message_id(kind, *sorted(ids)),
            kind,
            role,
            severity,
            self._now,
            text.title,
            text.body,
            ids,
            ordered[0].organisation_id,
            ordered[0].extract_id,
        )
        outbox.queue(self._settings, message)
        self._messages[message.message_id] = message
        self._leave_events([message])

    def _leave_events(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.kind in _EVENTS:
                kind, ids = _EVENTS[message.kind], message.incident_ids
                name = message.message_id
                incident_log.record(self._settings, name, ids, kind, "alerts", name, message.created_at)

    def _openings(self) -> list[Message]:
        return [message for message in self._messages.values() if message.kind == "opened"]

    def _problem(self, opening: Message) -> list[Incident]:
        """The incidents that a message told of; one whose results have been removed from the lake is left out."""
        return [self._incidents[name] for name in opening.incident_ids if name in self._incidents]

    def _told_of(self, kind: Kind) -> set[str]:
        return {name for message in self._messages.values() if message.kind == kind for name in message.incident_ids}

    def _reaches(self, role: str, severity: str) -> bool:
        channel = self._settings.alerts.channel(role, severity)
        return channel is not None and bool(channel.urls)


def _in_finland(now: datetime) -> datetime:
    return now.replace(tzinfo=ZoneInfo("UTC")).astimezone(HELSINKI)


def _concerns(incident: Incident, role: str, settings: Settings) -> bool:
    escalated = incident.escalated_at is not None and role == settings.alerts.escalation_role
    return role in (EVERYBODY_ELSE, incident.owner) or escalated


def _has_contact(settings: Settings, organisation_id: str, extract_id: str) -> bool:
    contacts = settings.alerts.contacts
    return bool(contacts.get(f"{organisation_id}/{extract_id}", contacts.get(extract_id)))


def _record(
    settings: Settings, name: str, run_id: str, check_id: str, status: Status, observed: str | None, now: datetime
) -> None:
    if lake.table_path(settings, "check_result", name).exists():
        return
    expected = "a release" if check_id == NIGHT else "a look without a crash"
    write_results(settings, name, [CheckResult(run_id, check_id, None, None, "ERROR", status, observed, expected, now)])


def _without_data(cause: str) -> str:
    """The first line of a cause without what it quotes: databases quote the values that they stumble over."""
    first = next(iter(cause.strip().splitlines()), "unknown")
    return masked(re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", first))[:_CAUSE_LIMIT]
