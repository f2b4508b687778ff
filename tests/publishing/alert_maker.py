"""A real mail server, a real HTTP receiver and nights written by hand, for the tests of alerts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from expectations.result import CheckResult, Severity, Status
from expectations.runner import write_results
from publishing import alerts
from publishing.alerts import Told
from sources.settings import Settings

# A Sunday in November at five in the morning of Finland.
NIGHT_ONE = datetime.fromisoformat("2025-11-23 03:00")
MORNING = timedelta(hours=3)
DAY = timedelta(days=1)


@dataclass
class PostOffice:
    """An SMTP server on a port of its own that can be shut and opened again."""

    port: int
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    _controller: Controller | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def shut(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def address(self, name: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=tilannekuva@example.org&to={name}@example.org&format=text"

    def of(self, name: str) -> list[tuple[str, str]]:
        """Subject and text of what one reader has got."""
        return [
            (str(letter["subject"]), str(body.get_content()))
            for readers, letter in self.letters
            if readers == [f"{name}@example.org"] and (body := letter.get_body(("plain",))) is not None
        ]


@contextmanager
def post_office() -> Iterator[PostOffice]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        office = PostOffice(probe.getsockname()[1])
    office.open()
    try:
        yield office
    finally:
        office.shut()


@dataclass
class Receiver:
    """An HTTP server that keeps every JSON it is posted; ``status`` is what it answers."""

    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    port: int = 0

    def address(self, path: str) -> str:
        return f"json://teller:s3cr3t-word@127.0.0.1:{self.port}/{path}"

    def of(self, path: str) -> list[dict[str, Any]]:
        return [post for where, post in self.posts if where == f"/{path}"]


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.status == 200:
                receiver.posts.append((self.path, json.loads(content)))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def make_settings(home: Path, roles: dict[str, list[str]], **alert_settings: Any) -> Settings:
    """Settings with one channel a role, and no quiet hours unless they are asked for."""
    rules = [{"role": role, "urls": urls} for role, urls in roles.items()]
    chosen = {"language": "en", "quiet_from": 0, "quiet_to": 0, "channels": rules, **alert_settings}
    return Settings(home=home, alerts=chosen).ensure()  # type: ignore[arg-type]


Verdict = tuple[str, str | None, str | None, Severity, Status]

BROKEN: Verdict = ("kirjanpito.amount_absurd", "kymenlaakso", "kirjanpito", "ERROR", "failed")
MENDED: Verdict = ("kirjanpito.amount_absurd", "kymenlaakso", "kirjanpito", "ERROR", "passed")


def record_night(
    settings: Settings,
    number: int,
    *verdicts: Verdict,
    observed: str | None = "10000000001",
    expected: str | None = "<= 10000000000",
    delivery_id: str | None = None,
) -> datetime:
    """Write the check results of one night as the guard does; returns its hour (naive UTC)."""
    hour = NIGHT_ONE + (number - 1) * DAY
    results = [
        CheckResult(
            f"run-{number}", check, organisation, extract, severity, status, observed, expected, hour, delivery_id
        )
        for check, organisation, extract, severity, status in verdicts
    ]
    write_results(settings, f"run-{number}-landed", results)
    return hour


def night(settings: Settings, number: int, *verdicts: Verdict, **texts: str | None) -> Told:
    """A whole night: its results, and then what it tells and sends."""
    hour = record_night(settings, number, *verdicts, **texts)
    told = alerts.tell(settings, hour)
    alerts.send(settings, hour)
    return told
