"""The watchdog barks once a day at each thing that is not well, and at nothing when all is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterInstance
from dagster._core.test_utils import create_run_for_test
from dagster._daemon.types import DaemonHeartbeat

from publishing import alerts, outbox, watchdog
from publishing.outbox import Message
from sources.settings import Settings
from tests.publishing.alert_maker import DAY, PostOffice, Receiver, http_receiver, make_settings, post_office

HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


@pytest.fixture
def made_at() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def settings(tmp_path: Path, office: PostOffice, made_at: datetime) -> Settings:
    """A home in which all is well, with a release that was made just now."""
    made = make_house(tmp_path / "home", office)
    (made.releases / "made").mkdir()
    (made.releases / "made" / "manifest.json").write_text(json.dumps({"created_at": made_at.isoformat()}))
    (made.releases / "current").symlink_to("made")
    return made


def make_house(home: Path, office: PostOffice, **alert_settings: Any) -> Settings:
    made = make_settings(home, {"*": [office.address("all")]}, **alert_settings)
    return made.model_copy(update={"watchdog": made.watchdog.model_copy(update={"disk_free_percent": 0})})


def found(settings: Settings, now: datetime, **limits: float) -> list[str]:
    return [finding.finding_id for finding in watchdog.watch(settings, now, **limits)]


def test_silence_means_health(settings: Settings, office: PostOffice, made_at: datetime) -> None:
    assert found(settings, made_at + 25 * HOUR) == []
    assert office.letters == []


def test_an_old_release_is_told_once_a_day(settings: Settings, office: PostOffice, made_at: datetime) -> None:
    for hour in range(27, 27 + 48, 6):
        (finding,) = watchdog.watch(settings, made_at + hour * HOUR)
        assert (finding.finding_id, finding.alerted) == ("release_old", True)
    days = {watchdog._today(made_at + hour * HOUR) for hour in range(27, 27 + 48, 6)}
    assert len(office.letters) == len(days)
    subject, body = office.of("all")[0]
    assert subject.startswith("Watchdog: The current release is of ")
    assert "older than 26 hours" in subject
    assert "tilannekuva incident list" in body
    assert found(settings, made_at + 27 * HOUR, max_age_hours=30) == []


def test_no_release_at_all(tmp_path: Path, office: PostOffice, made_at: datetime) -> None:
    assert found(make_house(tmp_path / "home", office), made_at) == ["release_none"]


def test_a_stuck_outbox(settings: Settings, receiver: Receiver, office: PostOffice, made_at: datetime) -> None:
    dead = [{"role": "hr", "urls": ["json://127.0.0.1:9/"]}, {"role": "*", "urls": [office.address("all")]}]
    house = settings.model_copy(update={"alerts": make_settings(settings.home, {}, channels=dead).alerts})
    outbox.queue(house, Message("m" * 16, "opened", "hr", "ERROR", made_at, "t", "b", not_before=made_at + HOUR))
    alerts.send(house, made_at + HOUR)
    assert found(house, made_at + 6 * HOUR) == []
    assert found(house, made_at + 7 * HOUR) == ["outbox_stuck"]
    assert "Messages not delivered: 1" in office.of("all")[0][0]


def test_a_nearly_full_disk(
    settings: Settings, office: PostOffice, made_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = settings.model_copy(update={"watchdog": settings.watchdog.model_copy(update={"disk_free_percent": 10.0})})
    usage = type(watchdog.shutil.disk_usage(settings.home))
    monkeypatch.setattr(watchdog.shutil, "disk_usage", lambda _: usage(1000, 899, 101))
    assert found(limited, made_at) == []
    monkeypatch.setattr(watchdog.shutil, "disk_usage", lambda _: usage(1000, 904, 96))
    assert found(limited, made_at) == ["disk_full"]
    assert "9.6 % is free" in office.of("all")[0][0]


def test_dagsters_daemon_and_records_are_read_where_dagster_leaves_them(
    settings: Settings, office: PostOffice, made_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(settings.dagster))
    with DagsterInstance.get() as instance:
        assert found(settings, made_at) == []  # never started: none is expected
        instance.add_daemon_heartbeat(DaemonHeartbeat(made_at.replace(tzinfo=UTC).timestamp(), "SCHEDULER", "id", []))
        create_run_for_test(instance)
    assert found(settings, made_at + timedelta(minutes=14)) == []
    assert found(settings, made_at + timedelta(minutes=16)) == ["daemon_dead"]
    assert "has been silent since" in office.of("all")[0][0]

    none = settings.model_copy(update={"watchdog": settings.watchdog.model_copy(update={"daemon_silent_minutes": 0.0})})
    assert found(none, made_at + 66 * DAY, max_age_hours=1e6) == []
    assert found(none, made_at + 68 * DAY, max_age_hours=1e6) == ["pruning_overdue"]


def test_a_dead_mail_server_sends_the_watchdog_to_the_fallback_at_once(
    tmp_path: Path, office: PostOffice, receiver: Receiver, made_at: datetime
) -> None:
    house = make_house(tmp_path / "home", office, fallback={"urls": [receiver.address("fallback")]})
    office.shut()
    for hour in range(3):
        (finding,) = watchdog.watch(house, made_at.replace(hour=10) + hour * HOUR)
        assert finding.alerted
    assert len(receiver.of("fallback")) == 1
    office.open()
    alerts.send(house, made_at.replace(hour=10) + DAY)
    assert len(office.letters) == 1


def test_it_works_when_everything_else_is_broken(
    settings: Settings, office: PostOffice, made_at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (settings.dagster / "history").mkdir(parents=True)
    (settings.dagster / "history" / "runs.db").write_bytes(b"no database" * 100)
    (settings.lake / "message").mkdir(parents=True, exist_ok=True)
    (settings.lake / "message" / "torn.parquet").write_bytes(b"PAR1 no more")
    manifest = settings.releases / "current" / "manifest.json"
    manifest.write_text("{")
    broken = ["release_unreadable", "outbox_unreadable", "daemon_unreadable", "pruning_unreadable"]
    noon = made_at.replace(hour=10)
    for _ in range(2):
        findings = watchdog.watch(settings, noon)
        assert [finding.finding_id for finding in findings] == broken
        assert all(finding.alerted for finding in findings)
    assert sorted(subject.split(": ")[-1].split(" ")[0] for subject, _ in office.of("all")) == [
        "daemon",
        "outbox",
        "pruning",
        "release",
    ]


def test_without_a_channel_it_still_says_what_it_found(tmp_path: Path, made_at: datetime) -> None:
    house = make_settings(tmp_path / "home", {})
    findings = watchdog.look(house, made_at)
    assert "release_none" in [finding.finding_id for finding in findings]
    assert not any(finding.alerted for finding in watchdog.watch(house, made_at))


def test_it_does_not_need_dagster() -> None:
    """Cron runs it beside everything else: it must not fall with what it watches, nor take seconds to start."""
    code = "import sys, json; import publishing.watchdog; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded & {"dagster", "dbt", "great_expectations", "pandas"} == set()
