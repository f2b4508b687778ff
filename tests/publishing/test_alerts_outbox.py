"""Nothing is lost and nothing doubles, whatever the receivers do and whenever the outbox is emptied."""

from __future__ import annotations

import io
import itertools
import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from publishing import alerts, channels, outbox
from publishing.channels import Channel
from publishing.outbox import BACK_OFF, Message
from sources.settings import AlertSettings, Settings
from tests.publishing.alert_maker import (
    BROKEN,
    DAY,
    MENDED,
    NIGHT_ONE,
    PostOffice,
    Receiver,
    Verdict,
    http_receiver,
    make_settings,
    night,
    post_office,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


def make_message(number: int, created_at: datetime = NIGHT_ONE, **values: Any) -> Message:
    message_id = outbox.message_id("test", number)
    chosen = {"kind": "opened", "role": "finance", "severity": "ERROR", "title": f"m{number}", "body": "b", **values}
    return Message(message_id, created_at=created_at, **chosen)


def test_a_server_that_is_down_for_three_nights_loses_nothing(tmp_path: Path, office: PostOffice) -> None:
    settings = make_settings(tmp_path / "home", {"*": [office.address("all")]})
    office.shut()
    other: Verdict = ("henkilosto.row_count", "kainuu", "henkilosto", "ERROR", "failed")
    night(settings, 1, BROKEN)
    night(settings, 2, BROKEN, other)
    night(settings, 3, MENDED, other)
    assert [message.kind for message in outbox.undelivered(settings)] == ["opened", "opened", "recovered"]

    office.open()
    for hour in range(3 * 24, 6 * 24):  # the mended server is looked at every hour for three days
        alerts.send(settings, NIGHT_ONE + hour * HOUR)
    subjects = [subject.split(",")[0] for subject, _ in office.of("all")]
    assert subjects == [
        "Error: General ledger actuals",
        "Error: Staffing",
        "Recovered: General ledger actuals",
    ]
    assert outbox.undelivered(settings) == []
    assert {event.reason for event in outbox.events(settings) if event.outcome == "failed"} == {"no connection"}


def test_a_channel_that_fails_is_tried_ever_more_seldom(tmp_path: Path, receiver: Receiver) -> None:
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all")]})
    receiver.status = 503
    outbox.queue(settings, make_message(1))
    assert alerts.send(settings, NIGHT_ONE).failed == 1
    moment = NIGHT_ONE
    for wait in (5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, DAY, DAY, DAY):
        moment += wait
        assert alerts.send(settings, moment - MINUTE).failed == 0
        assert alerts.send(settings, moment).failed == 1
    assert {event.reason for event in outbox.events(settings)} == {"the receiver answered 503"}


def test_a_message_that_nobody_will_have_does_not_keep_the_others_back(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all")]})
    deliver = Channel.deliver

    def picky(self: Channel, title: str, body: str, attachments: Any = ()) -> str | None:
        return "not taken" if title == "m0" else deliver(self, title, body, attachments)

    monkeypatch.setattr(Channel, "deliver", picky)
    for number in range(3):
        outbox.queue(settings, make_message(number, NIGHT_ONE + number * MINUTE))
    for minute in range(0, 60, 5):
        alerts.send(settings, NIGHT_ONE + (10 + minute) * MINUTE)
    assert [post["title"] for post in receiver.of("all")] == ["m1", "m2"]
    assert [message.title for message in outbox.undelivered(settings)] == ["m0"]


def test_several_addresses_all_get_it_and_only_the_missing_one_again(
    tmp_path: Path, office: PostOffice, receiver: Receiver
) -> None:
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all"), office.address("all")]})
    office.shut()
    night(settings, 1, BROKEN)
    assert (len(receiver.posts), office.letters) == (1, [])
    office.open()
    alerts.send(settings, NIGHT_ONE + 10 * MINUTE)
    alerts.send(settings, NIGHT_ONE + 20 * MINUTE)
    assert (len(receiver.posts), len(office.letters)) == (1, 1)


def test_a_dead_channel_is_reported_by_the_fallback_and_its_reader_is_told_later(
    tmp_path: Path, office: PostOffice, receiver: Receiver
) -> None:
    settings = make_settings(
        tmp_path / "home",
        {"finance": [office.address("finance")], "*": [receiver.address("all")]},
        fallback={"urls": [receiver.address("fallback")]},
        fallback_after_failures=3,
    )
    office.shut()
    night(settings, 1, BROKEN)
    for minute in range(0, 12 * 60, 5):
        alerts.send(settings, NIGHT_ONE + minute * MINUTE)
    (post,) = receiver.of("fallback")
    assert post["title"].startswith("Not delivered: Error: General ledger actuals")
    assert "Channel 1 (mailto)" in post["message"]
    assert "3 failed attempts" in post["message"]
    assert "No posting line exceeds EUR 10 billion" in post["message"]

    # The channel is known to be dead: what comes now is at once told by the fallback too.
    night(settings, 2, BROKEN, ("kirjanpito.row_count", "kainuu", "kirjanpito", "ERROR", "failed"))
    assert len(receiver.of("fallback")) == 2

    office.open()
    for hour in range(24, 80):
        alerts.send(settings, NIGHT_ONE + hour * HOUR)
    assert len(office.of("finance")) == 2
    assert len(receiver.of("fallback")) == 2
    assert outbox.undelivered(settings) == []


def test_the_fallback_may_be_dead_too(tmp_path: Path, office: PostOffice, receiver: Receiver) -> None:
    settings = make_settings(
        tmp_path / "home",
        {"*": [office.address("all")]},
        fallback={"urls": [receiver.address("fallback")]},
        fallback_after_failures=1,
    )
    office.shut()
    receiver.status = 500
    night(settings, 1, BROKEN)
    receiver.status = 200
    alerts.send(settings, NIGHT_ONE + MINUTE)
    assert receiver.posts == []  # it rests
    alerts.send(settings, NIGHT_ONE + 5 * MINUTE)
    assert len(receiver.posts) == 1
    office.open()
    alerts.send(settings, NIGHT_ONE + DAY)
    assert len(office.letters) == 1


def test_a_message_without_a_channel_waits_for_one(tmp_path: Path, receiver: Receiver) -> None:
    nobody = make_settings(tmp_path / "home", {})
    outbox.queue(nobody, make_message(1))
    assert alerts.send(nobody, NIGHT_ONE) == alerts.Sent(waiting=1)
    somebody = make_settings(tmp_path / "home", {"*": [receiver.address("all")]})
    assert alerts.send(somebody, NIGHT_ONE + DAY) == alerts.Sent(sent=1)


def test_channels_may_be_renumbered_and_passwords_changed_while_messages_wait(
    tmp_path: Path, office: PostOffice, receiver: Receiver
) -> None:
    first = make_settings(tmp_path / "home", {"*": [receiver.address("all"), office.address("all")]})
    office.shut()
    night(first, 1, BROKEN)
    changed = receiver.address("all").replace("s3cr3t-word", "another")
    second = make_settings(tmp_path / "home", {"hr": [receiver.address("hr")], "*": [office.address("all"), changed]})
    office.open()
    alerts.send(second, NIGHT_ONE + DAY)
    assert (len(receiver.posts), len(office.letters)) == (1, 1)


def test_two_processes_do_not_send_at_once(tmp_path: Path, receiver: Receiver) -> None:
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all")]})
    outbox.queue(settings, make_message(1))
    with outbox.locked(settings, "outbox", seconds=0):
        assert alerts.send(settings, NIGHT_ONE) == alerts.Sent(busy=True)
    assert alerts.send(settings, NIGHT_ONE) == alerts.Sent(sent=1)


def test_a_refused_message_is_given_up_after_a_month_if_the_fallback_has_it(
    tmp_path: Path, office: PostOffice, receiver: Receiver
) -> None:
    roles = {"finance": [office.address("finance")], "*": [receiver.address("all")]}
    fallback = {"urls": [receiver.address("fallback")]}
    office.shut()
    with_fallback = make_settings(tmp_path / "a", roles, fallback=fallback, fallback_after_failures=1)
    without = make_settings(tmp_path / "b", roles)
    for settings in (with_fallback, without):
        outbox.queue(settings, make_message(1))
        for day in (0, 29, 31):
            alerts.send(settings, NIGHT_ONE + day * DAY)
    assert outbox.undelivered(with_fallback) == []
    assert len(outbox.undelivered(without)) == 1


# --- quiet hours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # Finland is two hours ahead of UTC in November and three in July.
        ("2025-11-23 18:59", "2025-11-23 18:59"),
        ("2025-11-23 19:00", "2025-11-24 05:00"),
        ("2025-11-24 03:00", "2025-11-24 05:00"),
        ("2025-11-24 05:00", "2025-11-24 05:00"),
        ("2025-07-01 18:00", "2025-07-02 04:00"),
        # The night in which the clocks go back: 21 to 7 is eleven hours long.
        ("2025-10-25 18:00", "2025-10-26 05:00"),
    ],
)
def test_quiet_hours_are_those_of_finland(now: str, opens: str) -> None:
    at = datetime.fromisoformat(now)
    assert outbox.opens_at(AlertSettings(), False, at) == datetime.fromisoformat(opens)
    assert outbox.opens_at(AlertSettings(), True, at) == at
    assert outbox.opens_at(AlertSettings(quiet_from=7, quiet_to=7), False, at) == at


def test_quiet_hours_in_the_middle_of_the_day() -> None:
    siesta = AlertSettings(quiet_from=12, quiet_to=14, urgent_breaks_quiet=False)
    noon = datetime.fromisoformat("2025-11-23 10:30")
    assert outbox.opens_at(siesta, True, noon) == datetime.fromisoformat("2025-11-23 12:00")
    assert outbox.opens_at(siesta, True, noon + 2 * HOUR) == noon + 2 * HOUR


def test_only_an_opened_error_breaks_the_quiet_hours(tmp_path: Path, office: PostOffice) -> None:
    settings = make_settings(tmp_path / "home", {"*": [office.address("all")]}, quiet_from=21, quiet_to=7)
    warning: Verdict = ("henkilosto.row_band", "kainuu", "henkilosto", "WARN", "failed")
    night(settings, 1, BROKEN, warning)
    assert [subject.split(":")[0] for subject, _ in office.of("all")] == ["Error"]
    alerts.send(settings, NIGHT_ONE + timedelta(hours=1, minutes=59))
    assert len(office.letters) == 1
    alerts.send(settings, NIGHT_ONE + 2 * HOUR)
    assert [subject.split(":")[0] for subject, _ in office.of("all")] == ["Error", "Warning"]
    night(settings, 2, MENDED, warning)  # good news waits for the morning
    assert len(office.letters) == 2
    alerts.send(settings, NIGHT_ONE + DAY + 2 * HOUR)
    assert len(office.letters) == 3


def test_a_message_that_failed_in_the_evening_is_not_tried_again_at_night(tmp_path: Path, receiver: Receiver) -> None:
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all")]}, quiet_from=21, quiet_to=7)
    evening = datetime.fromisoformat("2025-11-23 18:58")
    receiver.status = 503
    outbox.queue(settings, make_message(1, evening, severity="WARN"))
    alerts.send(settings, evening)
    receiver.status = 200
    alerts.send(settings, evening + HOUR)
    assert receiver.posts == []
    alerts.send(settings, evening + 12 * HOUR)
    assert len(receiver.posts) == 1


# --- whatever happens -------------------------------------------------------------------------------------------


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    arrivals=st.lists(st.integers(0, 600), min_size=1, max_size=6),
    outages=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 200)), max_size=3),
    looks=st.lists(st.integers(0, 700), max_size=25),
)
def test_every_message_is_taken_exactly_once(
    arrivals: list[int], outages: list[tuple[int, int]], looks: list[int]
) -> None:
    """Messages come and channels fail at any hour; the outbox is looked at whenever, and in the end often enough."""
    taken: list[tuple[str, str]] = []
    clock = 0

    def deliver(self: Channel, title: str, body: str, attachments: Any = ()) -> str | None:
        if self.kind == "json" and any(start <= clock < start + length for start, length in outages):
            return "no connection"
        taken.append((self.kind, title))
        return None

    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patched:
        patched.setattr(channels.Channel, "deliver", deliver)
        urls = ["json://127.0.0.1/a", "mailto://127.0.0.1?from=a@example.org&to=b@example.org"]
        settings = make_settings(Path(home), {"*": urls})
        attempts = 0
        for clock in sorted({*arrivals, *looks, *range(800, 800 + 4 * 24, 24)}):
            now = NIGHT_ONE + clock * HOUR
            for number, arrival in enumerate(arrivals):
                if arrival <= clock:
                    outbox.queue(settings, make_message(number, NIGHT_ONE + arrival * HOUR))
            for _ in range(2):
                sent = alerts.send(settings, now)
                attempts += sent.sent + sent.failed
        titles = [f"m{number}" for number in range(len(arrivals))]
        assert sorted(taken) == sorted((kind, title) for kind in ("json", "mailto") for title in titles)
        assert outbox.undelivered(settings) == []
        failed = [event.at for event in outbox.events(settings) if event.outcome == "failed"]
        assert all(later - earlier >= BACK_OFF[0] for earlier, later in itertools.pairwise(failed))
        assert attempts == len(taken) + len(failed)


def test_old_messages_are_put_into_one_file_and_nothing_changes(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "TIDY_ABOVE_FILES", 5)
    settings = make_settings(tmp_path / "home", {"*": [receiver.address("all")]})
    for number in range(8):
        outbox.queue(settings, make_message(number, incident_ids=("i", "j")))
    alerts.send(settings, NIGHT_ONE)
    outbox.queue(settings, make_message(8, NIGHT_ONE + 20 * DAY))
    before = outbox.messages(settings), outbox.events(settings)
    alerts.send(settings, NIGHT_ONE + 31 * DAY)
    names = sorted(path.name for path in (settings.lake / "message").glob("*.parquet"))
    assert len(names) == 2
    assert outbox.messages(settings) == before[0]
    assert outbox.events(settings)[: len(before[1])] == before[1]
    for number in range(8):
        outbox.queue(settings, make_message(number + 10, NIGHT_ONE + 32 * DAY))
    alerts.send(settings, NIGHT_ONE + 32 * DAY)
    alerts.send(settings, NIGHT_ONE + 70 * DAY)
    assert len(outbox.messages(settings)) == 17
    assert len(receiver.posts) == 17


# --- addresses are secrets --------------------------------------------------------------------------------------

SECRETS = (
    "mailto://user:h1dden@mail.example.org?to=a@example.org",
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "jsons://example.org/hook?token=h1dden",
    "h1dden-nonsense",
)


def test_an_address_is_never_shown(
    tmp_path: Path,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    log, root = io.StringIO(), logging.getLogger()
    # A handler as a program has it; pytest's own listens to apprise even where nobody else can.
    monkeypatch.setattr(root, "handlers", [*root.handlers, logging.StreamHandler(log)])
    urls = [receiver.address("T0ken/path"), "h1dden-nonsense", "json://user:h1dden@127.0.0.1:9/T0ken"]
    settings = make_settings(tmp_path / "home", {"*": urls}, fallback={"urls": ["json://user:h1dden@127.0.0.1:9/T1"]})
    receiver.status = 500
    night(settings, 1, BROKEN)
    told = repr(settings) + str(settings) + settings.model_dump_json() + log.getvalue() + "".join(capfd.readouterr())
    told += repr(outbox.events(settings)) + repr(channels.Directory(settings.alerts).fallback)
    for secret in ("h1dden", "T0ken", "s3cr3t-word"):
        assert secret not in told
    assert "outbox.lock" in log.getvalue()
    assert {event.reason for event in outbox.events(settings)} == {
        "the receiver answered 500",
        "no connection",
        "the address cannot be understood",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": [{"role": "*", "urls": SECRETS[0]}]},
        {"channels": [{"role": "hr", "urls": [SECRETS[0]]}]},
        {"channels": [{"role": "*", "address": SECRETS[0]}]},
        {"fallback": SECRETS[0]},
        {"contacts": {"kirjanpito": SECRETS[0]}},
    ],
)
def test_a_slip_in_the_settings_is_told_without_the_address(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as found:
        make_settings(tmp_path / "home", {}, **wrong)
    assert "h1dden" not in str(found.value) + repr(found.value)
    assert "alerts" in str(found.value)


def test_channels_that_differ_only_in_their_secrets_are_told_apart() -> None:
    twins = (SECRETS[2], SECRETS[2].replace("h1dden", "other"))
    rules = [{"role": "finance", "urls": twins}, {"role": "*", "urls": [twins[0]]}]
    directory = channels.Directory(AlertSettings(channels=rules))  # type: ignore[arg-type]
    one, two = directory.of_message("opened", "finance", "ERROR", None, None)
    (everybody,) = directory.of_message("opened", "hr", "ERROR", None, None)
    assert one.key != two.key
    assert one.key == everybody.key
    assert [channel.number for channel in (one, two, everybody)] == [1, 2, 3]


def test_the_example_settings_are_read_and_hold_no_real_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = Path(__file__).parents[2] / "docs" / "settings.example.toml"
    (tmp_path / "settings.toml").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("TILANNEKUVA_HOME", str(tmp_path))
    found = Settings()
    assert alerts.strangers(found) == []
    every = [url.get_secret_value() for channel in found.alerts.channels for url in channel.urls]
    every += [url.get_secret_value() for urls in found.alerts.contacts.values() for url in urls]
    every += [url.get_secret_value() for url in found.alerts.fallback.urls]
    assert every
    assert all("example.org" in url or url.startswith("workflows://") for url in every)
