"""Channels: where a message goes, and handing it over through apprise.

An address may hold a password or be one (a webhook's path). It is therefore never logged, stored or shown: a channel
is named by its number in settings.toml (all addresses of the channels, then the fallback's, then the contacts') and its
kind (``mailto``); what the outbox remembers it by is a hash of the address without its secrets, so that the channels
can be renumbered and passwords changed while messages wait.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from sources.settings import AlertChannel, AlertSettings

# Apprise quotes addresses in its log, and Python prints what nobody handles on stderr: it is heard here and only here.
_apprise = logging.getLogger("apprise")
_apprise.propagate = False
_apprise.addHandler(logging.NullHandler())

SUPPLIER = "supplier"
"""The role of a message to the supplier of an extract; its addresses are ``alerts.contacts``."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One address. ``key`` tells it from others without its secrets; ``number`` and ``kind`` are for people."""

    number: int
    kind: str
    key: str
    url: SecretStr

    @property
    def name(self) -> str:
        """How people know it: ``2 (mailto)``."""
        return f"{self.number} ({self.kind})"

    def deliver(self, title: str, body: str, attachments: Sequence[Path] = ()) -> str | None:
        """Hand a message over; None when the receiver took it, otherwise why not, in a few words without secrets."""
        import apprise  # a quarter of a second for its plug-ins, needed only where something is sent

        with _listening() as hearing:
            try:
                # One sender a message: apprise would hold the second message of the same sender back for seconds.
                sender = apprise.Apprise()
                if not sender.add(self.url.get_secret_value()):
                    return "the address cannot be understood"
                taken = sender.notify(
                    body=body,
                    title=title,
                    body_format=apprise.NotifyFormat.TEXT,
                    attach=[str(path) for path in attachments] or None,
                )
            except Exception as fault:  # whatever a plug-in does must not stop the other messages
                return type(fault).__name__
            return None if taken else hearing.reason()


class Directory:
    """Every address of the settings, numbered once."""

    def __init__(self, alerts: AlertSettings) -> None:
        self._alerts = alerts
        lists = [*(channel.urls for channel in alerts.channels), alerts.fallback.urls, *alerts.contacts.values()]
        addresses = [url for urls in lists for url in urls]
        keys = _keys(addresses)
        numbered = [Channel(n, _kind(url), keys[url], url) for n, url in enumerate(addresses, start=1)]
        left = iter(numbered)
        self._of = [tuple(next(left) for _ in urls) for urls in lists]

    @property
    def fallback(self) -> tuple[Channel, ...]:
        """Where what a channel does not take is sent instead."""
        return self._of[len(self._alerts.channels)]

    def of_message(
        self, kind: str, role: str, severity: str, organisation_id: str | None, extract_id: str | None
    ) -> tuple[Channel, ...]:
        """The channels that are to take a message; none where nobody is to have it."""
        if role == SUPPLIER:
            return self._of_supplier(organisation_id, extract_id)
        channel = self._alerts.digest_channel(role) if kind == "digest" else self._alerts.channel(role, severity)
        return self._of_channel(channel) if channel else ()

    def _of_channel(self, channel: AlertChannel) -> tuple[Channel, ...]:
        return next(found for rule, found in zip(self._alerts.channels, self._of, strict=False) if rule is channel)

    def _of_supplier(self, organisation_id: str | None, extract_id: str | None) -> tuple[Channel, ...]:
        names = list(self._alerts.contacts)
        for name in (f"{organisation_id}/{extract_id}", extract_id):
            if name in names:
                return self._of[len(self._alerts.channels) + 1 + names.index(name)]
        return ()


@contextmanager
def _listening() -> Iterator[_Hearing]:
    """Hear what apprise says, and let the HTTP library, whose log has whole addresses, say nothing meanwhile."""
    hearing, talkative = _Hearing(), logging.getLogger("urllib3")
    before = talkative.propagate
    _apprise.addHandler(hearing)
    talkative.propagate = False
    try:
        yield hearing
    finally:
        talkative.propagate = before
        _apprise.removeHandler(hearing)


class _Hearing(logging.Handler):
    """What apprise says while it fails, boiled down to words that hold nothing of the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self._said += record.getMessage() + "\n"

    def reason(self) -> str:
        if answer := re.search(r"error=(\d{3})\b", self._said):
            return f"the receiver answered {answer[1]}"
        return "no connection" if "onnection" in self._said else "not taken"


def _kind(url: SecretStr) -> str:
    """The scheme of an address; of one that has none, nothing is shown."""
    scheme = re.match(r"([a-z][a-z0-9+]{0,19})://", url.get_secret_value(), re.IGNORECASE)
    return scheme[1].lower() if scheme else "?"


def _keys(addresses: Sequence[SecretStr]) -> dict[SecretStr, str]:
    """A key for each address; those that differ in nothing but their secrets are told apart by their order."""
    keys: dict[SecretStr, str] = {}
    alike: Counter[str] = Counter()
    for url in dict.fromkeys(addresses):
        public = _without_secrets(url)
        alike[public] += 1
        keys[url] = hashlib.sha256(f"{public}|{alike[public]}".encode()).hexdigest()[:8]
    return keys


def _without_secrets(url: SecretStr) -> str:
    import apprise

    sender = apprise.Apprise()
    if not sender.add(url.get_secret_value()):
        return _kind(url)
    return str(sender[0].url(privacy=True))  # type: ignore[no-untyped-call]
