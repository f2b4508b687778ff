"""The right person hears of a problem once, from the results of a night to a real mailbox and a real webhook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from expectations import suite
from expectations.suite import load_suite, suite_names
from publishing import alert_text, alerts, incidents, outbox, release
from publishing.alert_message import Writer
from publishing.alert_text import Words
from publishing.masking import masked
from sources import lake
from sources.settings import Settings
from tests.publishing.alert_maker import (
    BROKEN,
    DAY,
    MENDED,
    MORNING,
    NIGHT_ONE,
    PostOffice,
    Receiver,
    Verdict,
    http_receiver,
    make_settings,
    night,
    post_office,
    record_night,
)
from tests.publishing.warehouse_maker import LEDGER_DELIVERY, NIGHT, make_build

PUBLISHING = Path(alert_text.__file__).parent
PSEUDONYM = "5f" * 32
IDENTITY_CODES = ("010190-123A", "131052B308T", "311299–9991")
LARGE: Verdict = ("kirjanpito.amount_large", "kymenlaakso", "kirjanpito", "WARN", "failed")
STANDS: Verdict = ("deliveries.stand", "kymenlaakso", "kirjanpito", "ERROR", "failed")
SICK: Verdict = ("sairauspoissaolot.row_count", "kymenlaakso", "sairauspoissaolot", "ERROR", "failed")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, office: PostOffice, receiver: Receiver) -> Settings:
    """Finance reads mail, human resources a webhook, information management all the rest by mail."""
    return make_settings(
        tmp_path / "home",
        {
            "finance": [office.address("finance")],
            "hr": [receiver.address("hr")],
            "*": [office.address("information")],
            "tietohallintojohtaja": [office.address("cio")],
        },
    )


# --- one message a problem --------------------------------------------------------------------------------------


def test_a_broken_delivery_is_told_once_and_its_mending_once(settings: Settings, office: PostOffice) -> None:
    told = night(settings, 1, BROKEN)
    assert len(told.opened) == 1
    ((subject, body),) = office.of("finance")
    assert subject == (
        "Error: General ledger actuals, Kymenlaakso wellbeing services county."
        " Not met: No posting line exceeds EUR 10 billion."
    )
    assert "Observed: 10000000001" in body
    assert "Expected: <= 10000000000" in body
    assert "Check that amounts are euros and the decimal comma survived" in body
    assert f"tilannekuva incident ack {told.opened[0]}" in body

    # The same night again, and the night after with the same fault: nothing.
    assert alerts.tell(settings, NIGHT_ONE).opened == ()
    assert alerts.send(settings, NIGHT_ONE) == alerts.Sent()
    assert night(settings, 2, BROKEN).seen_again == told.opened
    assert len(office.letters) == 1

    assert night(settings, 3, MENDED).recovered == told.opened
    assert night(settings, 4, MENDED).recovered == ()
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error", "Recovered"]
    assert len(office.letters) == 2


def test_a_fault_that_comes_back_is_another_problem(settings: Settings, office: PostOffice) -> None:
    for number, verdict in enumerate([BROKEN, MENDED, BROKEN], start=1):
        night(settings, number, verdict)
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error", "Recovered", "Error"]


def test_what_one_bad_file_fails_is_one_message_and_another_roles_is_another(
    settings: Settings, office: PostOffice, receiver: Receiver
) -> None:
    told = night(
        settings, 1, BROKEN, LARGE, STANDS, SICK, ("kirjanpito.suite", "kainuu", "kirjanpito", "ERROR", "error")
    )
    assert len(told.opened) == 5
    of_kainuu, of_kymenlaakso = sorted(office.of("finance"))
    assert "Kainuu" in of_kainuu[0]
    assert of_kymenlaakso[0].endswith("No posting line exceeds EUR 10 billion. (+2)")
    for check in ("amount_absurd", "amount_large", "deliveries.stand"):
        assert check in of_kymenlaakso[1]
    (post,) = receiver.of("hr")
    assert post["title"].startswith("Error: ")
    assert office.of("information") == []

    # What is mended first is told first, and says what is left of it.
    night(settings, 2, MENDED, (*STANDS[:4], "passed"), LARGE)
    subject, body = office.of("finance")[-1]
    assert subject.startswith("Recovered")
    assert "still open:" in body
    assert "amount_large" in body.split("still open:")[1]


def test_a_crashed_build_of_many_rules_is_one_message_to_information_management(
    settings: Settings, office: PostOffice
) -> None:
    rules: list[Verdict] = [(f"dbt.rule_{n}", None, None, "ERROR", "failed") for n in range(40)]
    hour = record_night(settings, 1, *rules)
    alerts.failed_night(settings, "run-1", "gate: no release tonight: 'Meikäläinen' is no number\nmore", hour)
    alerts.failed_night(settings, "run-1", "the same again", hour)
    alerts.tell(settings, hour)
    alerts.send(settings, hour)
    ((subject, body),) = office.of("information")
    assert subject.endswith("(+40)")
    assert "more checks" in body
    assert "No new release was made" in body
    assert "Meikäläinen" not in body

    passed: list[Verdict] = [(*rule[:4], "passed") for rule in rules]
    hour = record_night(settings, 2, *passed)
    alerts.good_night(settings, "run-2", hour)
    alerts.tell(settings, hour)
    alerts.send(settings, hour)
    assert office.of("information")[-1][0].startswith("Recovered: Tilannekuva")
    assert len(office.letters) == 2


def test_a_suite_that_cannot_be_read_is_told_all_the_same(
    settings: Settings, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> suite.Suite:
        raise yaml.YAMLError(f"{name} is torn") if name == "kirjanpito" else suite.SuiteError("no suite")

    monkeypatch.setattr(incidents, "load_suite", broken)
    monkeypatch.setattr(alert_text, "load_suite", broken)
    night(settings, 1, ("kirjanpito.suite", "kymenlaakso", "kirjanpito", "ERROR", "error"), BROKEN)
    ((subject, body),) = office.of("information")
    assert "Not met: " in subject
    assert "The checks could be run." in body


def test_a_failed_night_is_told_with_its_cause(settings: Settings, office: PostOffice) -> None:
    alerts.failed_night(settings, "run-1", "warehouse: dbt exited with 2", NIGHT_ONE)
    alerts.tell(settings, NIGHT_ONE)
    alerts.send(settings, NIGHT_ONE)
    ((subject, body),) = office.of("information")
    assert subject == "Error: Tilannekuva. Not met: The night has made a release."
    assert "Observed: warehouse: dbt exited with 2" in body


def test_a_sensor_that_crashes_every_minute_is_told_once(settings: Settings, office: PostOffice) -> None:
    minute = timedelta(minutes=1)
    for number in range(90):
        alerts.failed_tick(settings, "landing_sensor", "OSError: share is away", NIGHT_ONE + number * minute)
        if number % 30 == 0:
            alerts.tell(settings, NIGHT_ONE + number * minute)
    assert len(list((settings.lake / "check_result").glob("tick-*"))) == 2
    for number in range(91, 95):
        alerts.good_tick(settings, "landing_sensor", NIGHT_ONE + number * minute)
    assert len(list((settings.lake / "check_result").glob("tick-*"))) == 3
    later = NIGHT_ONE + 100 * minute
    assert len(alerts.tell(settings, later).recovered) == 1
    alerts.send(settings, later)
    subjects = [subject for subject, _ in office.of("information")]
    assert [subject.split(":")[0] for subject in subjects] == ["Error", "Recovered"]


def test_an_incident_without_a_channel_is_told_when_there_is_one(tmp_path: Path, office: PostOffice) -> None:
    nobody = make_settings(tmp_path / "home", {})
    told = night(nobody, 1, BROKEN)
    assert (told.opened, len(told.untold)) == ((), 1)
    assert alerts.digest(nobody, NIGHT_ONE + 2 * MORNING) == []

    muted = make_settings(tmp_path / "home", {"finance": [], "*": [office.address("information")]})
    assert len(night(muted, 2, BROKEN).untold) == 1

    somebody = make_settings(tmp_path / "home", {"*": [office.address("information")]})
    assert night(somebody, 3, BROKEN).opened == told.untold
    assert len(office.letters) == 1


def test_a_channel_may_take_errors_only(tmp_path: Path, office: PostOffice) -> None:
    rules = [
        {"role": "finance", "severity": "ERROR", "urls": [office.address("finance")]},
        {"role": "*", "urls": [office.address("information")]},
    ]
    settings = make_settings(tmp_path / "home", {}, channels=rules)
    night(settings, 1, LARGE, (*BROKEN[:1], "kainuu", *BROKEN[2:]))
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error"]
    assert [subject.split(":")[0] for subject, _ in office.of("information")] == ["Warning"]


# --- reminder, escalation, acknowledgement ----------------------------------------------------------------------


def test_one_reminder_and_one_escalation(settings: Settings, office: PostOffice) -> None:
    told = [night(settings, number, BROKEN) for number in range(1, 16)]
    assert [number for number, t in enumerate(told, start=1) if t.reminded] == [4]
    assert [number for number, t in enumerate(told, start=1) if t.escalated] == [8]
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error", "Reminder"]
    ((subject, body),) = office.of("cio")
    assert subject.startswith("Escalated: Error: ")
    assert body.startswith("This was told to finance on 23 Nov 2025")
    (incident,) = incidents.read(settings)
    assert incident.notified_at == NIGHT_ONE
    assert incident.reminded_at == NIGHT_ONE + 3 * DAY
    assert incident.escalated_at == NIGHT_ONE + 7 * DAY


def test_an_acknowledged_incident_is_left_alone_until_it_is_mended(settings: Settings, office: PostOffice) -> None:
    (incident_id,) = night(settings, 1, BROKEN).opened
    acked = incidents.acknowledge(settings, incident_id[:8], "talous", "delivered again on Monday", NIGHT_ONE + MORNING)
    assert (acked.state, acked.acknowledged_by) == ("acknowledged", "talous")
    for number in range(2, 12):
        told = night(settings, number, BROKEN)
        assert (told.reminded, told.escalated) == ((), ())
    assert len(office.letters) == 1
    night(settings, 12, MENDED)
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error", "Recovered"]
    assert incidents.read(settings)[0].state == "resolved"


def test_only_what_is_not_acknowledged_is_reminded_of(settings: Settings, office: PostOffice) -> None:
    night(settings, 1, BROKEN, LARGE)
    large = next(i for i in incidents.read(settings) if i.check_id == LARGE[0])
    incidents.acknowledge(settings, large.incident_id, "talous", "", NIGHT_ONE)
    night(settings, 4, BROKEN, LARGE)
    reminder = office.of("finance")[-1][1]
    assert "amount_absurd" in reminder
    assert "amount_large" not in reminder


def test_only_an_open_incident_is_acknowledged_and_by_somebody(settings: Settings) -> None:
    (incident_id,) = night(settings, 1, BROKEN).opened
    with pytest.raises(incidents.IncidentError, match="who"):
        incidents.acknowledge(settings, incident_id, " ", "", NIGHT_ONE)
    with pytest.raises(incidents.IncidentError, match="there is no incident"):
        incidents.acknowledge(settings, "nonsense", "talous", "", NIGHT_ONE)
    night(settings, 2, MENDED)
    with pytest.raises(incidents.IncidentError, match="ended already"):
        incidents.acknowledge(settings, incident_id, "talous", "", NIGHT_ONE)


# --- the morning's digest ---------------------------------------------------------------------------------------


def test_the_digest_lists_what_is_open_once_a_day(settings: Settings, office: PostOffice, receiver: Receiver) -> None:
    night(settings, 1, BROKEN, LARGE, SICK)
    office.letters.clear()
    receiver.posts.clear()
    large = next(i for i in incidents.read(settings) if i.check_id == LARGE[0])
    incidents.acknowledge(settings, large.incident_id, "talous", "one large grant", NIGHT_ONE)

    assert alerts.digest(settings, NIGHT_ONE) == []  # five in the morning is before the hour
    seven = NIGHT_ONE + timedelta(hours=2)
    assert {message.role for message in alerts.digest(settings, seven)} == {"finance", "hr", "*"}
    assert alerts.digest(settings, seven + MORNING) == []
    assert alerts.digest(settings, NIGHT_ONE, early=True) == []  # of the same day
    alerts.send(settings, seven)
    alerts.send(settings, seven + MORNING)

    ((subject, body),) = office.of("finance")
    assert subject == "Tilannekuva 23 Nov 2025: open incidents 2, of them errors 1"
    assert body.index("amount_absurd") < body.index("amount_large")
    assert "acknowledged by talous: one large grant" in body
    assert "row_count" not in body
    ((subject, body),) = office.of("information")
    assert "open incidents 3" in subject
    assert "sairauspoissaolot.row_count" in body
    assert len(receiver.of("hr")) == 1
    assert office.of("cio") == []

    night(settings, 2, MENDED, (*LARGE[:4], "passed"), (*SICK[:4], "passed"))
    assert alerts.digest(settings, seven + DAY) == []


def test_the_digest_of_the_escalation_role_lists_what_was_escalated(settings: Settings, office: PostOffice) -> None:
    for number in (1, 8):
        night(settings, number, BROKEN, LARGE if number == 8 else (*LARGE[:4], "passed"))
    office.letters.clear()
    alerts.digest(settings, NIGHT_ONE + 7 * DAY + MORNING)
    alerts.send(settings, NIGHT_ONE + 7 * DAY + MORNING)
    ((_, body),) = office.of("cio")
    assert "amount_absurd" in body
    assert "amount_large" not in body


# --- what a message says ----------------------------------------------------------------------------------------


def test_a_message_names_the_file_the_indicators_and_the_page(settings: Settings, office: PostOffice) -> None:
    made = settings.releases / "made"
    (made / "report").mkdir(parents=True)
    (made / "report" / "en.html").touch()
    (settings.releases / "current").symlink_to("made")
    with duckdb.connect(made / "tilannekuva.duckdb") as con:
        con.execute("CREATE SCHEMA mart; CREATE SCHEMA indicator")
        con.execute(
            "CREATE TABLE mart.dim_measure AS SELECT 'cost_total_eur' AS measure_id, 'kirjanpito' AS extract_id"
        )
        con.execute(
            """
            CREATE TABLE indicator.catalogue AS
            SELECT *, 'fi' AS name_fi FROM (VALUES
                ('kymenlaakso', 'cost', 'cost_total_eur', NULL, NULL, NULL, 'Purchases'),
                ('kymenlaakso', 'share', 'other', NULL, 'cost_total_eur', NULL, 'A share'),
                ('kymenlaakso', 'rank', NULL, NULL, NULL, 'cost', 'Rank of purchases'),
                ('kymenlaakso', 'enps', 'promoters', 'detractors', 'respondents', NULL, 'eNPS'),
                ('kainuu', 'cost', 'cost_total_eur', NULL, NULL, NULL, 'Purchases of Kainuu')
            ) AS c(
                organisation_id, indicator_id, numerator, numerator_less, denominator, ranked_indicator_id, name_en
            )
            """
        )
    schema = lake.TABLES["receipt"]
    receipt = dict.fromkeys(schema) | {
        "delivery_id": LEDGER_DELIVERY,
        "file_name": "kirjanpito_2025-10.csv",
        "decision": "accepted",
    }
    lake.write_parquet(lake.table_path(settings, "receipt", "r2"), schema, [list(receipt.values())])

    night(settings, 1, BROKEN, delivery_id=LEDGER_DELIVERY)
    ((_, body),) = office.of("finance")
    assert "File: kirjanpito_2025-10.csv" in body
    assert "Indicators that rest on this extract: A share, Purchases, Rank of purchases." in body
    assert f"Report: {settings.releases / 'current' / 'report' / 'en.html'}" in body
    assert LEDGER_DELIVERY not in body


def test_before_any_release_the_effect_on_indicators_is_left_out(settings: Settings, office: PostOffice) -> None:
    night(settings, 1, BROKEN)
    ((_, body),) = office.of("finance")
    assert "Indicators" not in body
    assert "Report" not in body


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["Virhe: ", "Mitä tehdä", "Toimitus ei tule voimaan", "Vastuussa: talous"]),
        ("sv", ["Fel: ", "Vad som ska göras", "Leveransen tas inte i bruk", "Ansvarig: ekonomi"]),
        ("en", ["Error: ", "What to do", "The delivery does not become current", "Responsible: finance"]),
    ],
)
def test_messages_speak_the_language_of_the_settings(
    tmp_path: Path, office: PostOffice, language: str, words: list[str]
) -> None:
    settings = make_settings(tmp_path / "home", {"*": [office.address("all")]}, language=language)
    night(settings, 1, BROKEN)
    ((subject, body),) = office.of("all")
    assert [word for word in words if word not in f"{subject}\n{body}"] == []


def test_no_personal_value_leaves_the_house(settings: Settings, office: PostOffice, receiver: Receiver) -> None:
    personal = f"{PSEUDONYM} {' '.join(IDENTITY_CODES)} kirje_010190-123A.pdf"
    (incident_id, *_) = night(settings, 1, BROKEN, SICK, observed=personal, expected=personal).opened
    alerts.failed_night(settings, "run-1", f"{personal} could not be read", NIGHT_ONE)
    incidents.acknowledge(settings, incident_id, f"talous {IDENTITY_CODES[0]}", personal, NIGHT_ONE)
    for number in range(2, 9):
        night(settings, number, BROKEN, SICK, observed=personal, expected=personal)
        alerts.digest(settings, NIGHT_ONE + number * DAY + MORNING)
        alerts.send(settings, NIGHT_ONE + number * DAY + MORNING)
    night(settings, 9, MENDED, (*SICK[:4], "passed"))

    assert len(office.letters) > 8
    assert len(receiver.posts) > 8
    told = "\n".join(str(letter) + str(letter.get_body().get_content()) for _, letter in office.letters)  # type: ignore[union-attr]
    told += str(receiver.posts)
    for table in ("message", "message_event", "incident_event"):
        with duckdb.connect() as con:
            told += str(con.execute(f"FROM '{settings.lake}/{table}/*.parquet'").fetchall())
    for secret in (PSEUDONYM, *IDENTITY_CODES, "s3cr3t-word"):
        assert secret not in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("010190-123A", "******-****"),
        ("(131052b308t)", "(******-****)"),
        ("kirje_010190+123A.pdf", "kirje_******-****.pdf"),
        ("999999-9999", "******-****"),
        (f"x {PSEUDONYM.upper()}", "x ***"),
        # What looks a little like one and is not: a release, an incident, dates, amounts.
        ("20251125T130140Z-f6568980", "20251125T130140Z-f6568980"),
        ("3e5183051bdc21c5", "3e5183051bdc21c5"),
        ("2025-11-23 1000000-2000", "2025-11-23 1000000-2000"),
    ],
)
def test_the_door_masks_personal_values_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


# --- history ----------------------------------------------------------------------------------------------------


def test_rollback_and_rebuild_keep_the_history(settings: Settings, office: PostOffice) -> None:
    make_build(settings)
    release.publish(settings, NIGHT)
    (incident_id,) = night(settings, 1, BROKEN).opened
    incidents.acknowledge(settings, incident_id, "talous", "known", NIGHT_ONE)
    release.publish(settings, NIGHT)
    before = incidents.read(settings)

    release.rollback(settings)
    settings.build_database.unlink()
    make_build(settings)
    release.publish(settings, NIGHT)
    assert incidents.read(settings) == before
    assert night(settings, 2, BROKEN).opened == ()
    assert len(office.letters) == 1


def test_a_look_that_is_killed_before_its_events_is_completed_and_nothing_doubles(
    settings: Settings, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = record_night(settings, 1, BROKEN, LARGE)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(incidents, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            alerts.tell(settings, hour)
    assert incidents.events(settings) == []
    # One of the two is mended before the next look.
    night(settings, 2, BROKEN, (*LARGE[:4], "passed"))
    assert [subject.split(":")[0] for subject, _ in office.of("finance")] == ["Error", "Recovered"]
    assert [event.kind for event in incidents.events(settings)] == ["notified", "notified", "recovered"]


def test_what_landing_no_longer_names_is_in_order(settings: Settings) -> None:
    kainuu: Verdict = ("landing.known_place", "kainuu", None, "WARN", "failed")
    pori: Verdict = ("landing.known_place", "pori", None, "WARN", "failed")
    growing: Verdict = ("landing.settled", "kainuu", "kirjanpito", "WARN", "failed")
    all_known: Verdict = ("landing.known_place", None, None, "WARN", "passed")
    all_settled: Verdict = ("landing.settled", None, None, "WARN", "passed")
    record_night(settings, 1, kainuu, pori, growing)
    record_night(settings, 2, pori, growing)
    record_night(settings, 3, all_known, growing)
    record_night(settings, 4, kainuu, all_settled)
    assert {
        (
            i.check_id,
            i.organisation_id,
            (i.opened_at - NIGHT_ONE).days,
            i.resolved_at and (i.resolved_at - NIGHT_ONE).days,
        )
        for i in incidents.read(settings)
    } == {
        ("landing.known_place", "kainuu", 0, 1),
        ("landing.known_place", "pori", 0, 2),
        ("landing.settled", "kainuu", 0, 3),
        ("landing.known_place", "kainuu", 3, None),
    }


def test_the_incident_of_a_check_that_was_taken_away_ends(settings: Settings) -> None:
    ran: Verdict = ("kirjanpito.suite", "kymenlaakso", "kirjanpito", "ERROR", "passed")
    built: Verdict = ("dbt.run", None, None, "ERROR", "passed")
    rule: Verdict = ("dbt.rule", None, None, "ERROR", "failed")
    record_night(settings, 1, ran, BROKEN, LARGE, built, rule)
    # A suite that crashed, a build that fell and a check that did not apply say nothing.
    record_night(settings, 2, ("kirjanpito.suite", "kymenlaakso", "kirjanpito", "ERROR", "error"))
    record_night(settings, 3, ran, (*BROKEN[:4], "not_applicable"), (*LARGE[:1], "kainuu", *LARGE[2:4], "passed"))
    assert {i.state for i in incidents.read(settings)} >= {"open"}
    assert [i.resolved_at for i in incidents.read(settings) if i.extract_id != "kirjanpito"] == [None]
    record_night(settings, 4, ran, LARGE, built)
    ended = {i.check_id: i.resolved_at for i in incidents.read(settings) if i.resolved_at}
    gone = NIGHT_ONE + 3 * DAY
    assert ended == {"kirjanpito.amount_absurd": gone, "dbt.rule": gone, "kirjanpito.suite": NIGHT_ONE + 2 * DAY}


# --- owners -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check_id", "extract_id", "owner"),
    [
        ("kirjanpito.amount_absurd", "kirjanpito", "finance"),
        ("kirjanpito.suite", "kirjanpito", "finance"),
        ("deliveries.stand", "henkilosto", "hr"),
        ("indicators.suite", None, "information_management"),
        ("landing.settled", "gone", "information_management"),
        ("landing.settled", "contracted", "the contract's"),
        ("dbt.rule", None, "information_management"),
        ("night.run", None, "information_management"),
    ],
)
def test_every_incident_has_an_owner(settings: Settings, check_id: str, extract_id: str | None, owner: str) -> None:
    schema = lake.CONTRACT
    row = dict.fromkeys(schema) | {"extract_id": "contracted", "owner": "the contract's"}
    lake.write_parquet(lake.table_path(settings, "contract", "contract"), schema, [list(row.values())])
    record_night(settings, 1, (check_id, None, extract_id, "ERROR", "failed"))
    assert [incident.owner for incident in incidents.read(settings)] == [owner]


def test_a_role_that_owns_nothing_is_a_slip_of_the_pen(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "home", {"finanse": [], "hr": [], "tietohallintojohtaja": [], "*": []})
    assert alerts.strangers(settings) == ["finanse"]


def test_the_warehouse_can_publish_what_is_derived(settings: Settings) -> None:
    record_night(settings, 1, BROKEN)
    with duckdb.connect() as con:
        con.execute("CREATE TABLE every_result AS FROM read_parquet(?)", [f"{settings.lake}/check_result/*.parquet"])
        incidents.derive(con, settings)
        answer = con.execute(f"SELECT {incidents.PUBLISHED} FROM derived_incident ORDER BY ALL")
        row = dict(zip([column[0] for column in answer.description or ()], answer.fetchone() or (), strict=True))
    assert row["check_id"] == BROKEN[0]
    assert row["opened_at"] == NIGHT_ONE
    assert row["acknowledged_by"] is None


# --- texts ------------------------------------------------------------------------------------------------------


def used_texts() -> set[str]:
    found = {
        str(message)
        for path in PUBLISHING.glob("*.py")
        for _, message, _, _ in extract_from_file("python", str(path), keywords={"say": None, "_say": None})
    }
    found |= {*alert_text.SEVERITIES.values(), *alert_text.ROLES.values()}
    return found | {said for pair in alert_text.OUTSIDE_SUITES.values() for said in pair}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_text_is_translated_with_the_same_placeholders(language: str) -> None:
    with (PUBLISHING / "locale" / f"alerts_{language}.po").open("rb") as stream:
        catalogue = {str(message.id): str(message.string) for message in read_po(stream) if message.id}
    assert set(catalogue) == used_texts()
    for said, translation in catalogue.items():
        assert translation
        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", translation))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_check_and_every_owner_can_be_told(language: str) -> None:
    words = Words(language)
    for check in (check for name in suite_names() for check in load_suite(name).checks):
        assert words.meaning(check.check_id) == check.meaning[language].strip()
        assert words.what_to_do(check.check_id) == check.what_to_do[language].strip()
    for role in incidents.known_owners():
        assert role in alert_text.ROLES


def test_an_unknown_organisation_is_told_by_its_id(settings: Settings) -> None:
    writer = Writer(settings)
    assert writer.organisation("atlantis") == "atlantis"
    assert writer.organisation("public") == "Public sources"
    assert writer.organisation("kainuu") == "Kainuu wellbeing services county"


# --- letters to suppliers ---------------------------------------------------------------------------------------


def test_a_letter_goes_to_the_contact_of_the_organisation_else_of_the_extract(
    tmp_path: Path, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = {"kirjanpito": [office.address("ledger")], "kainuu/kirjanpito": [office.address("kainuu")]}
    settings = make_settings(tmp_path / "home", {}, contacts=contacts)
    book = settings.home / "letters" / "kainuu" / "kirjanpito" / "errors.xlsx"
    book.parent.mkdir(parents=True)
    book.write_bytes(b"PK made up")
    found = [
        alerts.letter.Outgoing("kainuu", "kirjanpito", "Refused: a.csv", "Row 7 010190-123A", (book,), "d1"),
        alerts.letter.Outgoing("kymenlaakso", "kirjanpito", "Refused: b.csv", "Row 8", (), "d2"),
        alerts.letter.Outgoing("kymenlaakso", "henkilosto", "Refused: c.csv", "Row 9", (), "d3"),
    ]
    asked: list[datetime | None] = []

    def outgoing(_: Settings, since: datetime | None, language: str) -> list[alerts.letter.Outgoing]:
        asked.append(since)
        assert language == "en"
        return found

    monkeypatch.setattr(alerts.letter, "outgoing", outgoing)
    assert len(alerts.letters(settings, NIGHT_ONE)) == 2
    assert alerts.letters(settings, NIGHT_ONE + DAY) == []
    assert asked[0] == NIGHT_ONE - 7 * DAY
    alerts.send(settings, NIGHT_ONE)
    alerts.send(settings, NIGHT_ONE + DAY)
    ((subject, body),) = office.of("kainuu")
    assert (subject, body.strip()) == ("Refused: a.csv", "Row 7 ******-****")
    attached = [part.get_filename() for readers, letter in office.letters for part in letter.iter_attachments()]
    assert attached == ["errors.xlsx"]
    assert [subject for subject, _ in office.of("ledger")] == ["Refused: b.csv"]
    assert outbox.undelivered(settings) == []
