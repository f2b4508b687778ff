"""Closing a month: refused while it is not settled, and never silently changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from publishing import closing, release
from publishing.closing import ClosingError
from sources.settings import Settings
from tests.publishing.warehouse_maker import NIGHT, ask, change_build

OCTOBER = date(2025, 10, 1)
COST = "indicator_id = 'cost' AND organisation_id = 'kymenlaakso' AND month = DATE '2025-10-01'"


@pytest.fixture(autouse=True)
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release.report, "render", lambda *_: None)


def close(settings: Settings, month: date = OCTOBER, organisation: str | None = "kymenlaakso", **more: Any) -> Any:
    now = datetime.now(UTC).replace(tzinfo=None)
    return closing.close(settings, month, organisation, more.pop("by", "talousjohtaja"), "tilinpäätös", now, **more)


def test_a_later_correction_stands_beside_what_was_closed(settings: Settings) -> None:
    first = release.publish(settings, NIGHT)
    (made,) = close(settings)
    # The cost, and eNPS in all and two open divisions; the two hidden ones and the queue without data have no figure.
    assert (made.organisation_id, made.month, made.release_id, made.figures) == (
        "kymenlaakso", OCTOBER, first.release_id, 4
    )  # fmt: skip
    change_build(
        settings,
        f"UPDATE indicator.value SET value = 1000 WHERE {COST}",
        "UPDATE indicator.value SET value = 1 WHERE indicator_id = 'cost' AND organisation_id = 'kainuu' "
        "AND month = DATE '2025-10-01'",
        "UPDATE indicator.value SET value = 3, value_status = 'ok' WHERE indicator_id = 'queue'",
    )
    (failed,) = closing.results(settings, "run-2", NIGHT.started_at)
    assert (failed.organisation_id, failed.severity, failed.status) == ("kymenlaakso", "WARN", "failed")
    assert failed.observed == "2 figures of closed months change: 2025-10"

    second = release.publish(settings, NIGHT)
    beside = (
        "SELECT indicator_id, value, value_status, value_now, has_changed, release_id, closed_by, note "
        "FROM indicator.closed_value WHERE division_id = 'all' ORDER BY ALL"
    )
    by = (first.release_id, "talousjohtaja", "tilinpäätös")
    assert ask(second.database, beside) == [
        ("cost", 1234.56, "ok", 1000.0, True, *by),
        ("enps", -4.0, "ok", -4.0, False, *by),
        ("queue", None, "no_data", 3.0, True, *by),
    ]
    assert ask(second.database, f"SELECT value FROM indicator.value WHERE {COST}") == [(1000.0,)]
    # A first figure of a closed month is a change of what was closed; that of an open month is none.
    restated = "SELECT organisation_id, indicator_id, after_closing FROM indicator.restatement ORDER BY ALL"
    assert ask(second.database, restated) == [
        ("kainuu", "cost", False),
        ("kymenlaakso", "cost", True),
        ("kymenlaakso", "queue", True),
    ]
    # Told on the night that brings the change; the next one has nothing new.
    assert [result.status for result in closing.results(settings, "run-3", NIGHT.started_at)] == ["passed"]


def test_a_rollback_after_closing_is_a_change_of_what_was_closed(settings: Settings) -> None:
    first = release.publish(settings, NIGHT)
    change_build(settings, f"UPDATE indicator.value SET value = 1000 WHERE {COST}")
    second = release.publish(settings, NIGHT)
    (made,) = close(settings)
    assert made.release_id == second.release_id
    release.rollback(settings, first.release_id)
    third = release.publish(settings, NIGHT)
    asked = f"SELECT value_from, value_to, cause, after_closing FROM indicator.restatement WHERE {COST} ORDER BY to_at"
    assert ask(third.database, asked) == [
        (1234.56, 1000.0, "rule", False),
        (1000.0, 1234.56, "rollback", True),
        (1234.56, 1000.0, "rule", True),
    ]
    assert ask(third.database, f"SELECT value, has_changed FROM indicator.closed_value WHERE {COST}") == [
        (1000.0, False)
    ]


def test_a_closed_cell_that_is_hidden_tonight_is_hidden(settings: Settings) -> None:
    release.publish(settings, NIGHT)
    close(settings)
    hidden = "indicator_id = 'enps' AND organisation_id = 'kymenlaakso' AND division_id IN ('terveys', 'sosiaali')"
    change_build(
        settings,
        f"UPDATE indicator.value SET value = NULL, n_persons = NULL, value_status = 'suppressed' WHERE {hidden}",
    )
    made = release.publish(settings, NIGHT)
    asked = f"SELECT DISTINCT value, value_status, value_now, has_changed FROM indicator.closed_value WHERE {hidden}"
    assert ask(made.database, asked) == [(None, "suppressed", None, None)]


def test_a_month_that_is_not_settled_is_refused_unless_anyway(settings: Settings) -> None:
    # September has no ledger though August has; in October everything that ever came is there.
    release.publish(settings, NIGHT)
    with pytest.raises(
        ClosingError, match=r"not settled: kymenlaakso/cost no_data \(waits for kirjanpito\)\. .*anyway"
    ):
        close(settings, date(2025, 9, 1))
    (made,) = close(settings, date(2025, 9, 1), anyway=True)
    assert made.figures == 0


def test_a_provisional_month_is_refused(settings: Settings) -> None:
    release.publish(settings, NIGHT)
    release.publish(settings, replace(NIGHT, withheld_organisations=frozenset({"kymenlaakso"})))
    with pytest.raises(ClosingError, match="kymenlaakso/cost provisional"):
        close(settings)


@pytest.mark.parametrize(
    ("month", "more", "why"),
    [
        (date(2025, 11, 1), {}, "2025-11 has not ended: .* 2025-11-23"),
        (date(2025, 10, 1), {"by": " "}, "say who"),
        (date(2025, 10, 1), {"organisation": "lappi"}, "lappi follows nothing in 2025-10; those that do: kainuu, kym"),
        (date(2019, 1, 1), {"organisation": None}, "follows nothing in 2019-01"),
    ],
)
def test_what_cannot_be_closed(settings: Settings, month: date, more: dict[str, Any], why: str) -> None:
    release.publish(settings, NIGHT)
    with pytest.raises(ClosingError, match=why):
        close(settings, month, **more)
    assert closing.closings(settings) == []


def test_all_organisations_and_only_once(settings: Settings) -> None:
    with pytest.raises(ClosingError, match="nothing is released"):
        close(settings)
    release.publish(settings, NIGHT)
    close(settings)
    with pytest.raises(ClosingError, match=r"2025-10 of kymenlaakso was closed on .* by talousjohtaja, as release 2"):
        close(settings, organisation=None)
    close(settings, organisation="kainuu")
    assert [(found.organisation_id, found.note) for found in closing.closings(settings)] == [
        ("kainuu", "tilinpäätös"),
        ("kymenlaakso", "tilinpäätös"),
    ]


def test_without_closings_nothing_is_checked(settings: Settings) -> None:
    assert closing.results(settings, "run-1", NIGHT.started_at) == []
