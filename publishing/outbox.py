"""The outbox: messages wait in the lake until whoever is to have them has taken them. Nothing is lost, nothing doubles.

A message is one Parquet file in ``lake/message`` whose name is a hash of what it is about; queueing it again changes
nothing. What becomes of it is events in ``lake/message_event``, one for each attempt:

    sent      the channel took it
    failed    the channel did not; it is tried again after 5 min, 30 min, 2 h, 6 h and then daily
    fallback  the channel has failed so often that the message went out by ``alerts.fallback`` instead; the channel
              itself goes on being tried, because its reader has seen nothing yet
    done      every channel of the message has it (or has refused it for 30 days while the fallback has it)

A channel that fails rests for all messages, and messages that have failed least go first, so that one message that a
receiver will not have does not keep the others back. A message whose role has no channel waits until there is one.

What cannot be excluded: a process that is killed between the receiver's answer and the event sends the message again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import duckdb
from filelock import FileLock, Timeout

from publishing.alert_text import Words
from publishing.channels import Channel, Directory
from publishing.masking import masked
from publishing.sql import literal
from sources import lake
from sources.settings import AlertSettings, Settings

HELSINKI = ZoneInfo("Europe/Helsinki")
_UTC = ZoneInfo("UTC")

BACK_OFF = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(days=1),
)
GIVE_UP_AFTER = timedelta(days=30)
TIDY_AFTER = timedelta(days=30)
TIDY_ABOVE_FILES = 200
TIDIED = "tidied-"
_TITLE_LIMIT = 200

Kind = Literal["opened", "reminded", "escalated", "recovered", "digest", "letter", "watchdog"]
Outcome = Literal["sent", "failed", "fallback", "done"]
# What may go out at night; everything else is better read in the morning.
URGENT: frozenset[str] = frozenset({"opened", "watchdog"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``incident_id`` is the gravest of ``incident_ids``; attachments are paths, relative to the home."""

    message_id: str
    kind: Kind
    role: str
    severity: str
    created_at: datetime
    title: str
    body: str
    incident_ids: tuple[str, ...] = ()
    organisation_id: str | None = None
    extract_id: str | None = None
    attachments: tuple[str, ...] = ()
    not_before: datetime | None = None

    @property
    def incident_id(self) -> str | None:
        """The incident that it is about before all."""
        return self.incident_ids[0] if self.incident_ids else None

    @property
    def urgent(self) -> bool:
        """May it break the quiet hours?"""
        return self.severity == "ERROR" and self.kind in URGENT


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one attempt. ``channel_no`` is the number that the channel had then; a done message has none."""

    message_id: str
    at: datetime
    channel_no: int | None
    channel: str | None
    outcome: Outcome
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round came to. ``busy`` says that another process was sending and nothing was done."""

    sent: int = 0
    failed: int = 0
    fallback: int = 0
    waiting: int = 0
    busy: bool = False


def message_id(*parts: object) -> str:
    """The id of the message about ``parts``: the same parts, the same message."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def opens_at(alerts: AlertSettings, urgent: bool, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours that ``now`` lies in. Naive UTC in and out; the hours are Finland's."""
    local = now.replace(tzinfo=_UTC).astimezone(HELSINKI)
    begin, end = alerts.quiet_from, alerts.quiet_to
    quiet = begin <= local.hour < end if begin <= end else local.hour >= begin or local.hour < end
    if not quiet or (urgent and alerts.urgent_breaks_quiet):
        return now
    day = local.date() if local.hour < end else local.date() + timedelta(days=1)
    return datetime.combine(day, time(end), HELSINKI).astimezone(_UTC).replace(tzinfo=None)


def queue(settings: Settings, message: Message) -> bool:
    """Put a message into the outbox; False when it is there already. This is the door: its texts are masked here."""
    path = lake.table_path(settings, "message", message.message_id)
    if path.exists():
        return False
    message = replace(
        message,
        title=masked(" ".join(message.title.split()))[:_TITLE_LIMIT],
        body=masked(message.body),
        not_before=message.not_before or opens_at(settings.alerts, message.urgent, message.created_at),
    )
    schema = lake.TABLES["message"]
    row = [list(value) if isinstance(value, tuple) else value for value in (getattr(message, name) for name in schema)]
    lake.write_parquet(path, schema, [row])
    return True


def messages(settings: Settings) -> list[Message]:
    """Every message ever queued, oldest first."""
    names = [field.name for field in fields(Message)]
    found = []
    for row in _rows(settings, "message", names):
        values = dict(zip(names, row, strict=True))
        for name in ("incident_ids", "attachments"):
            values[name] = tuple(values[name] or ())
        found.append(Message(**values))
    return sorted(found, key=lambda message: (message.created_at, message.message_id))


def events(settings: Settings) -> list[Event]:
    """Every attempt, oldest first."""
    found = [Event(*row) for row in _rows(settings, "message_event", [field.name for field in fields(Event)])]
    return sorted(found, key=lambda event: (event.at, event.message_id, event.channel or "", event.outcome))


def undelivered(settings: Settings) -> list[Message]:
    """Messages that somebody has not had yet, oldest first."""
    done = {event.message_id for event in events(settings) if event.outcome == "done"}
    return [message for message in messages(settings) if message.message_id not in done]


def send(settings: Settings, now: datetime) -> Sent:
    """One round: try what is due, on every channel that is not resting. Does nothing while another process sends."""
    try:
        with locked(settings, "outbox", seconds=0):
            return _Round(settings, now).run()
    except Timeout:
        return Sent(busy=True)


def send_at_once(settings: Settings, message: Message, now: datetime) -> bool:
    """Queue a message and hand it over now, by the fallback if no channel of its own takes it. Rests do not count.

    True when somebody has it. It stays in the outbox for the channels that did not take it.
    """
    with locked(settings, "outbox", seconds=60):
        queue(settings, message)
        return _Round(settings, now).at_once(message.message_id)


@contextmanager
def locked(settings: Settings, name: str, seconds: float) -> Iterator[None]:
    """Hold a lock of the outbox. Raises Timeout when another process holds it for longer than ``seconds``."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.home / f"{name}.lock", timeout=seconds):
        yield


class _Round:
    """One look at everything that waits. The caller holds the lock."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._settings = settings
        self._now = now
        self._words = Words(settings.alerts.language)
        self._history: dict[tuple[str, str], list[Event]] = defaultdict(list)
        self._in_a_row: dict[str, int] = defaultdict(int)
        self._last_failure: dict[str, datetime] = {}
        self._done: set[str] = set()
        self._count: dict[Outcome, int] = defaultdict(int)
        for event in events(settings):
            self._remember(event)

    @cached_property
    def _directory(self) -> Directory:
        """Read only where something is due: it takes apprise, and the outbox is looked at every few minutes."""
        return Directory(self._settings.alerts)

    def run(self) -> Sent:
        waiting = [message for message in messages(self._settings) if message.message_id not in self._done]
        due = [message for message in waiting if self._is_due(message)]
        by_channel: dict[Channel, list[Message]] = defaultdict(list)
        for message in due:
            for channel in self._channels(message):
                if not self._has(message, channel, "sent"):
                    by_channel[channel].append(message)
        for channel, queued in by_channel.items():
            self._serve(channel, queued)
        for channel, queued in by_channel.items():
            self._fall_back(channel, queued)
        for message in due:
            self._close(message)
        _tidy(self._settings, self._done, self._now)
        return Sent(
            sent=self._count["sent"],
            failed=self._count["failed"],
            fallback=self._count["fallback"],
            waiting=sum(message.message_id not in self._done for message in waiting),
        )

    def at_once(self, wanted: str) -> bool:
        message = next(message for message in messages(self._settings) if message.message_id == wanted)
        if not self._is_due(message):
            return False
        channels = self._channels(message)
        missing = [channel for channel in channels if not self._has(message, channel, "sent")]
        taken = [self._attempt(message, channel) for channel in missing]
        if channels and len(missing) == len(channels) and not any(taken):
            self._fall_back(channels[0], [message], at_once=True)
        self._close(message)
        return any(self._has(message, channel, outcome) for channel in channels for outcome in ("sent", "fallback"))

    def _is_due(self, message: Message) -> bool:
        asked = message.not_before or message.created_at
        return max(asked, opens_at(self._settings.alerts, message.urgent, self._now)) <= self._now

    def _channels(self, message: Message) -> tuple[Channel, ...]:
        return self._directory.of_message(
            message.kind, message.role, message.severity, message.organisation_id, message.extract_id
        )

    def _serve(self, channel: Channel, queued: Sequence[Message]) -> None:
        """Hand over what waits for a channel until it fails, what has failed least first."""
        if self._is_resting(channel):
            return
        for message in sorted(queued, key=lambda m: (self._failures(m, channel), m.created_at, m.message_id)):
            if not self._attempt(message, channel):
                return

    def _fall_back(self, channel: Channel, queued: Iterable[Message], *, at_once: bool = False) -> None:
        """Report a channel that does not work, and what it did not take, where somebody sees it."""
        for message in queued:
            if any(self._has(message, channel, outcome) for outcome in ("sent", "fallback")):
                continue
            failures = max(self._failures(message, channel), self._in_a_row[channel.key])
            if (at_once or failures >= self._settings.alerts.fallback_after_failures) and self._report(
                message, channel, failures, at_once=at_once
            ):
                self._note(message, channel, "fallback", f"sent by the fallback after {failures} failures")
                self._count["fallback"] += 1

    def _report(self, message: Message, channel: Channel, failures: int, *, at_once: bool) -> bool:
        """Send a message by the fallback; it is enough that one of its addresses takes it."""
        title, body = self._words.undelivered(message.title, message.body, channel.name, failures)
        taken = False
        for substitute in self._directory.fallback:
            if substitute.key != channel.key and (at_once or not self._is_resting(substitute)):
                reason = substitute.deliver(title, body, self._attachments(message))
                taken = taken or reason is None
                # The fallback's own health is remembered, but the message is not thereby sent to whom it is meant for.
                self._note(message, substitute, "failed" if reason else "sent", reason or f"instead of {channel.name}")
        return taken

    def _attempt(self, message: Message, channel: Channel) -> bool:
        reason = channel.deliver(message.title, message.body, self._attachments(message))
        self._note(message, channel, "failed" if reason else "sent", reason)
        self._count["failed" if reason else "sent"] += 1
        return reason is None

    def _attachments(self, message: Message) -> list[Path]:
        """Those that are still there: a message without its attachment is better than none."""
        paths = [self._settings.home / name for name in message.attachments]
        return [path for path in paths if path.is_file()]

    def _close(self, message: Message) -> None:
        channels = self._channels(message)
        if message.message_id in self._done or not channels:
            return
        left = [channel for channel in channels if not self._has(message, channel, "sent")]
        old = message.created_at + GIVE_UP_AFTER <= self._now
        if not left:
            self._note(message, None, "done", None)
        elif old and all(self._has(message, channel, "fallback") for channel in left):
            self._note(message, None, "done", "given up, the fallback has it: " + ", ".join(c.name for c in left))

    def _is_resting(self, channel: Channel) -> bool:
        failures = self._in_a_row[channel.key]
        if not failures:
            return False
        return self._now < self._last_failure[channel.key] + BACK_OFF[min(failures, len(BACK_OFF)) - 1]

    def _failures(self, message: Message, channel: Channel) -> int:
        return sum(event.outcome == "failed" for event in self._history[message.message_id, channel.key])

    def _has(self, message: Message, channel: Channel, outcome: str) -> bool:
        return any(event.outcome == outcome for event in self._history[message.message_id, channel.key])

    def _note(self, message: Message, channel: Channel | None, outcome: Outcome, reason: str | None) -> None:
        """Write one event, at once: what is not written down is done again."""
        number, key = (channel.number, channel.key) if channel else (None, None)
        event = Event(message.message_id, self._now, number, key, outcome, reason)
        name = f"{message.message_id}-{key or 'all'}-{self._now:%Y%m%dT%H%M%S%f}-{outcome}"
        schema = lake.TABLES["message_event"]
        row = [getattr(event, column) for column in schema]
        lake.write_parquet(lake.table_path(self._settings, "message_event", name), schema, [row])
        self._remember(event)

    def _remember(self, event: Event) -> None:
        if event.outcome == "done":
            self._done.add(event.message_id)
        if event.channel is None:
            return
        self._history[event.message_id, event.channel].append(event)
        if event.outcome == "failed":
            self._in_a_row[event.channel] += 1
            self._last_failure[event.channel] = event.at
        elif event.outcome == "sent":
            self._in_a_row[event.channel] = 0


def _tidy(settings: Settings, done: Set[str], now: datetime) -> None:
    """Put the files of old delivered messages into one, when there are many: they are all read every few minutes.

    The new file appears before the others go, and rows are read as a set, so a kill in between changes nothing.
    """
    folder = settings.lake / "message"
    if sum(1 for _ in folder.glob("*.parquet")) <= TIDY_ABOVE_FILES:
        return
    closed = {m.message_id for m in messages(settings) if m.message_id in done and m.created_at < now - TIDY_AFTER}
    for table in ("message", "message_event"):
        files = list((settings.lake / table).glob("*.parquet"))
        old = [path for path in files if path.stem[:16] in closed or path.stem.startswith(TIDIED)]
        target = lake.table_path(settings, table, f"{TIDIED}{now:%Y%m%dT%H%M%S}")
        if len(old) < TIDY_ABOVE_FILES or target in old:
            continue
        with duckdb.connect() as con:
            parts = ", ".join(literal(path) for path in sorted(old))
            lake.copy_parquet(con, f"SELECT DISTINCT * FROM read_parquet([{parts}])", target)
        for path in old:
            path.unlink()


def _rows(settings: Settings, table: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of a table of the outbox; a row that lies in two files is one."""
    try:
        return _read(settings, table, names)
    except duckdb.IOException:  # tidied away between the listing and the reading
        return _read(settings, table, names)


def _read(settings: Settings, table: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    parts = [str(path) for path in sorted((settings.lake / table).glob("*.parquet"))]
    if not parts:
        return []
    columns = ", ".join(f'"{name}"' for name in names)
    with duckdb.connect() as con:
        return con.execute(f"SELECT DISTINCT {columns} FROM read_parquet(?)", [parts]).fetchall()
