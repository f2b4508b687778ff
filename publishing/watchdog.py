"""The watchdog: looks from outside whether the nights still come and the messages still go, and barks if not.

It is meant for cron, beside everything else, and rests on as little as it can: each look stands alone, and one that
crashes is itself a finding. It knows nothing of Dagster but where its SQLite files lie. A finding goes out at once to
whoever has the channel ``*``, by the fallback if that does not work, and at most once a day in Finland.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from publishing import outbox
from publishing.alert_text import Words
from publishing.channels import Directory
from publishing.formats import HELSINKI, Formats
from publishing.masking import masked
from publishing.model import MANIFEST
from publishing.outbox import Message
from sources.settings import EVERYBODY_ELSE, Settings

MAX_AGE_HOURS = 26.0
"""A night and two hours: the age at which a release is too old, unless the caller says otherwise."""
# A pruner that has a week of its own to come is not overdue yet.
PRUNING_GRACE_DAYS = 7
DAEMONS = ("SCHEDULER", "SENSOR")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. ``alerted`` says that somebody was told now or earlier today."""

    finding_id: str
    cause: str
    what_to_do: str
    alerted: bool = False


def watch(settings: Settings, now: datetime, max_age_hours: float = MAX_AGE_HOURS) -> list[Finding]:
    """Look, and tell what is found. ``now`` is naive UTC. Never raises for what it finds broken."""
    return [_alert(settings, finding, now) for finding in look(settings, now, max_age_hours)]


def look(settings: Settings, now: datetime, max_age_hours: float = MAX_AGE_HOURS) -> list[Finding]:
    """What is not as it should be, without telling anybody."""
    watch = _Watch(settings, now, max_age_hours)
    looks = {
        "release": watch.release,
        "outbox": watch.outbox,
        "disk": watch.disk,
        "daemon": watch.daemon,
        "pruning": watch.pruning,
    }
    return [finding for name, one in looks.items() for finding in watch.carefully(name, one)]


class _Watch:
    """The looks, each of which gives nothing where all is well."""

    def __init__(self, settings: Settings, now: datetime, max_age_hours: float) -> None:
        self._settings = settings
        self._now = now
        self._max_age_hours = max_age_hours
        self._words = Words(settings.alerts.language)
        self._formats = Formats(settings.alerts.language)

    def carefully(self, name: str, one: Callable[[], Iterator[Finding]]) -> list[Finding]:
        """What a look finds; that it could not look is a finding, because not to know is not to be well."""
        try:
            return list(one())
        except Exception as fault:
            cause = self._words.say("The watchdog could not look at: {name} ({fault}).", name=name, fault=_named(fault))
            todo = self._words.say("See that the files of the home can be read.")
            return [Finding(f"{name}_unreadable", cause, todo)]

    def release(self) -> Iterator[Finding]:
        say = self._words.say
        todo = say("See why the night did not release: tilannekuva incident list, and dagster/nightly.log.")
        current = self._settings.releases / "current"
        if not current.exists():
            yield Finding("release_none", say("There is no release that can be read."), todo)
            return
        made = datetime.fromisoformat(json.loads((current / MANIFEST).read_text(encoding="utf-8"))["created_at"])
        if self._now - made > timedelta(hours=self._max_age_hours):
            cause = say(
                "The current release is of {moment}: older than {hours} hours.",
                moment=self._formats.moment(made),
                hours=f"{self._max_age_hours:g}",
            )
            yield Finding("release_old", cause, todo)

    def outbox(self) -> Iterator[Finding]:
        limit = self._now - timedelta(hours=self._settings.watchdog.stuck_hours)
        stuck = [m for m in outbox.undelivered(self._settings) if (m.not_before or m.created_at) <= limit]
        if stuck:
            say = self._words.say
            cause = say(
                "Messages not delivered: {count}, the oldest since {moment}.",
                count=len(stuck),
                moment=self._formats.moment(min(message.created_at for message in stuck)),
            )
            todo = say("See that the outbox is emptied (tilannekuva alerts send) and that the channels take messages.")
            yield Finding("outbox_stuck", cause, todo)

    def disk(self) -> Iterator[Finding]:
        usage = shutil.disk_usage(self._settings.home)
        free = 100 * usage.free / usage.total
        if free < self._settings.watchdog.disk_free_percent:
            say = self._words.say
            cause = say(
                "The disk is nearly full: {free} % is free, at least {limit} % is wanted.",
                free=self._formats.number(free),
                limit=f"{self._settings.watchdog.disk_free_percent:g}",
            )
            todo = say("Make room, or keep fewer releases (keep_releases). A night on a full disk makes no release.")
            yield Finding("disk_full", cause, todo)

    def daemon(self) -> Iterator[Finding]:
        """Dagster's daemon notes a heartbeat every half a minute; one that was never started has none."""
        limit = self._settings.watchdog.daemon_silent_minutes
        marks = ", ".join("?" * len(DAEMONS))
        beats = self._ask(f"SELECT max(timestamp) FROM daemon_heartbeats WHERE daemon_type IN ({marks})", *DAEMONS)
        if limit and beats and self._now - beats > timedelta(minutes=limit):
            say = self._words.say
            cause = say("Dagster's daemon has been silent since {moment}.", moment=self._formats.moment(beats))
            todo = say(
                "Start it again (tilannekuva dev); without it no night starts by itself. If none is to run, set"
                " watchdog.daemon_silent_minutes = 0."
            )
            yield Finding("daemon_dead", cause, todo)

    def pruning(self) -> Iterator[Finding]:
        """Nobody but ourselves prunes Dagster's records of runs; they grow until they fill the disk."""
        kept = self._settings.watchdog.keep_runs_days
        oldest = self._ask("SELECT min(create_timestamp) FROM runs")
        if oldest and self._now - oldest > timedelta(days=kept + PRUNING_GRACE_DAYS):
            say = self._words.say
            cause = say(
                "Dagster's records of runs reach back to {day}; they are to be pruned after {days} days.",
                day=self._formats.day(oldest.date()),
                days=kept,
            )
            todo = say("See that the pruning runs: it is a schedule on the Dagster pages.")
            yield Finding("pruning_overdue", cause, todo)

    def _ask(self, query: str, *parameters: str) -> datetime | None:
        """One moment (naive UTC) from Dagster's storage; None where there is no storage, or nothing in it."""
        database = self._settings.dagster / "history" / "runs.db"
        if not database.exists():
            return None
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5)) as con:
            row = con.execute(query, parameters).fetchone()
        return datetime.fromisoformat(row[0]) if row and row[0] else None


def _alert(settings: Settings, finding: Finding, now: datetime) -> Finding:
    words, day = Words(settings.alerts.language), _today(now)
    title = words.say("Watchdog: {cause}", cause=finding.cause)
    steps = words.say("What to do")
    body = f"{finding.cause}\n\n{steps}\n- {finding.what_to_do}\n\n{settings.home}"
    key = outbox.message_id("watchdog", finding.finding_id, day)
    message = Message(key, "watchdog", EVERYBODY_ELSE, "ERROR", now, title, body)
    try:
        alerted = _by_outbox(settings, message, now)
    except Exception:  # a full disk, an unreadable lake: the very things that are to be told
        alerted = _past_outbox(settings, message)
    return Finding(finding.finding_id, finding.cause, finding.what_to_do, alerted)


def _by_outbox(settings: Settings, message: Message, now: datetime) -> bool:
    channel = settings.alerts.channel(message.role, message.severity)
    if channel is None or not channel.urls:
        return False
    return outbox.send_at_once(settings, message, now)


def _past_outbox(settings: Settings, message: Message) -> bool:
    """Send without the lake; a note in the system's temporary folder keeps it to once a day, if that can be written."""
    mark = (
        Path(tempfile.gettempdir())
        / f"tilannekuva-{sha256(f'{settings.home}{message.message_id}'.encode()).hexdigest()}"
    )
    if mark.exists():
        return True
    directory = Directory(settings.alerts)
    channels = directory.of_message(message.kind, message.role, message.severity, None, None)
    title, body = masked(message.title), masked(message.body)
    taken = [channel.deliver(title, body) is None for channel in channels]
    if not any(taken):
        taken = [channel.deliver(title, body) is None for channel in directory.fallback]
    if any(taken):
        _touch(mark)
    return any(taken)


def _touch(mark: Path) -> None:
    try:
        mark.touch()
    except OSError:  # told every time is better than not at all
        return


def _today(now: datetime) -> date:
    return now.replace(tzinfo=ZoneInfo("UTC")).astimezone(HELSINKI).date()


def _named(fault: Exception) -> str:
    """A fault without its words, which may quote anything."""
    return type(fault).__name__
