"""What a month is weighed against: its own history, other extracts, the calendar; worked out beside each test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from expectations import runner, suite
from expectations.suite import Suite
from sources.settings import Settings
from tests.expectations.lake_maker import Lake
from tests.expectations.test_landed import bad, judge, ledger

ALL = "['TESPA', 'SOSPA', 'PELA']"
TWO = "['TESPA', 'SOSPA']"


@pytest.mark.parametrize(
    ("as_of", "late"),
    [
        (date(2024, 6, 17), False),  # May is due on 15 June, a Saturday, and so on Monday the 17th
        (date(2024, 6, 18), True),
    ],
)
def test_a_due_day_on_a_weekend_is_the_next_business_day(
    settings: Settings, lake: Lake, as_of: date, late: bool
) -> None:
    lake.decide("kirjanpito", lake.deliver("kirjanpito", ledger("2024-04")), "passed")

    assert ("kirjanpito.freshness_period" in bad(judge(settings, as_of=as_of))) is late


@pytest.mark.parametrize(("first", "severity"), [(4, "WARN"), (3, "ERROR")])
def test_a_division_that_was_always_there_is_beyond_doubt(
    settings: Settings, lake: Lake, first: int, severity: str
) -> None:
    """PELA is in all of 2024-03 ... 2024-08, or only since April; then September comes without it."""
    for month in range(3, 9):
        lake.deliver("kirjanpito", ledger(f"2024-{month:02}", rows=18, divisions=ALL if month >= first else TWO))
    lake.deliver("kirjanpito", ledger("2024-09", rows=9, divisions=TWO))

    found = bad(judge(settings, as_of=date(2024, 10, 5)))

    missing, silent = found.get("kirjanpito.division_missing", []), found.get("kirjanpito.silent_division", [])
    assert [(r.severity, r.observed) for r in missing + silent] == [(severity, "2024-09 PELA: 0")]


def test_a_division_that_was_closed_on_purpose_lets_its_organisation_in(
    settings: Settings, lake: Lake, monkeypatch: Any
) -> None:
    real = suite.load_suite("kirjanpito")
    closed = tuple(
        replace(check, sql=check.sql.replace("('', '', '')", "('kymenlaakso', 'PELA', '2024-09')"))
        if check.check_id == "kirjanpito.division_missing" and check.sql
        else check
        for check in real.checks
    )
    monkeypatch.setattr(runner, "load_suite", lambda name: _with(name, closed))
    for organisation in ("kymenlaakso", "kainuu"):
        for month in range(3, 10):
            rows = ledger(f"2024-{month:02}", rows=18, divisions=ALL if month < 9 else TWO)
            lake.deliver("kirjanpito", rows, organisation=organisation)

    found = bad(judge(settings, as_of=date(2024, 10, 5)))

    assert [r.organisation_id for r in found["kirjanpito.division_missing"]] == ["kainuu"]


def _with(name: str, checks: tuple[suite.Check, ...]) -> Suite:
    found = suite.load_suite(name)
    return replace(found, checks=checks) if name == "kirjanpito" else found


@pytest.mark.parametrize(
    ("first_came", "amount", "is_told"),
    [
        ("2024-05-03", "105000", False),  # five per cent more
        ("2024-05-03", "105001", True),
        ("2024-04-30", "200000", False),  # the month still ran when it came first: it was bound to grow
    ],
)
def test_a_month_that_had_stood_may_change_by_five_per_cent(
    settings: Settings, lake: Lake, first_came: str, amount: str, is_told: bool
) -> None:
    """Forty lines: 4 000 000 euros, and as many hundred thousands as the limit asks for."""
    lake.decide(
        "kirjanpito", lake.deliver("kirjanpito", ledger("2024-04", 40, "100000"), received=first_came), "passed"
    )
    lake.deliver("kirjanpito", ledger("2024-04", 40, amount), received="2024-05-09")

    found = bad(judge(settings)).get("kirjanpito.restated", [])

    assert [r.expected for r in found] == (["4000000 +/- 5 %"] if is_told else [])


def test_another_extract_is_read_as_it_stands(settings: Settings, lake: Lake) -> None:
    """10 persons with 1 FTE; personnel of 50 000 a month is 5 000 each, and 10 000 in May is too little.

    Staffing of April was first delivered as one person, which no longer stands; kainuu's is none of kymenlaakso's.
    """
    staff = (
        "SELECT DATE '2024-{0:02}-01' AS kuukausi, i AS henkilo, 'A' AS toimiala, '1' AS kustannuspaikka, "
        "'muu' AS ammattiryhma, 'vakinainen' AS palvelussuhde, 100 AS tyoaikaprosentti, 1 AS htv "
        "FROM range({1}) AS t(i)"
    )
    lake.deliver("henkilosto", staff.format(4, 1), received="2024-05-01")
    for month in range(1, 9):
        lake.deliver("henkilosto", staff.format(month, 10), received="2024-05-02")
        lake.deliver("henkilosto", staff.format(month, 1), organisation="kainuu", received="2024-05-02")
        amount = "10000" if month == 8 else "50000"
        lake.deliver("kirjanpito", ledger(f"2024-{month:02}", 1, amount).replace("'43000010'", "'40000010'"))

    [failure] = bad(judge(settings, as_of=date(2024, 9, 5)))["kirjanpito.cost_per_fte"]

    assert (failure.observed, failure.expected) == ("2024-08: 1000", "3250...7500")


def test_a_code_that_is_in_the_national_list_is_not_new(settings: Settings, lake: Lake) -> None:
    lake.deliver("tililuettelo", "SELECT '4346' AS tili, 2023 AS vuosi", organisation="public")
    for month in ("2024-01", "2024-02", "2024-03"):
        lake.deliver("kirjanpito", ledger(month))
    both = f"{ledger('2024-04')} UNION ALL {ledger('2024-04', 2).replace('43000010', '43460010')}"
    lake.deliver("kirjanpito", f"{both} UNION ALL {ledger('2024-04', 3).replace('43000010', '47770010')}")

    [failure] = bad(judge(settings))["kirjanpito.new_account"]

    assert failure.observed == "2024-04 4777: 3"


@pytest.mark.parametrize(("factor", "is_told"), [(0.82, False), (0.78, True), (1.24, False), (1.27, True)])
def test_a_month_is_compared_with_its_like(settings: Settings, lake: Lake, factor: float, is_told: bool) -> None:
    """Two years and July: each July is half of any other month, everything grows by a tenth a year.

    July 2025 is foreseen as 121 000 / 2 a line. The band is from four fifths to five quarters.
    """
    for n in range(31):
        year, month = 2023 + n // 12, n % 12 + 1
        amount = 100_000 * 1.1 ** (year - 2023) * (0.5 if month == 7 else 1) * (factor if n == 30 else 1)
        # The years' own noise, so that no month equals another.
        lake.deliver(
            "kirjanpito", ledger(f"{year}-{month:02}", 2000, f"{amount:.2f} + {n}"), received=f"{year + 1}-01-05"
        )

    found = bad(judge(settings, as_of=date(2025, 8, 5))).get("kirjanpito.unusual_month", [])

    assert [r.observed[:7] for r in found if r.observed] == (["2025-07"] if is_told else [])


def test_savings_in_thousands_among_actions_that_had_them_in_euros(settings: Settings, lake: Lake) -> None:
    for month in range(1, 5):
        lake.deliver(
            "toimenpiteet",
            f"SELECT DATE '2024-{month:02}-01' AS raportointikuukausi, i AS tunnus, 'A' AS toimiala, "
            f"{100 if month == 4 else 100_000} * (1 + i) AS saasto_tavoite_eur FROM range(8) AS t(i)",
        )

    [failure] = bad(judge(settings))["toimenpiteet.unit_error"]

    assert (failure.severity, failure.observed) == ("ERROR", "2024-04 saasto_tavoite_eur: x 0.001")


def test_a_budget_version_that_changed(settings: Settings, lake: Lake) -> None:
    for received, amount in (("2024-01-10", 900_000_000), ("2024-02-10", 910_000_000)):
        lake.deliver(
            "talousarvio",
            f"SELECT 2024 AS vuosi, 'alkuperainen' AS versio, '4300' AS tili, 'A' AS toimiala, {amount} AS summa",
            received=received,
        )

    [failure] = bad(judge(settings))["talousarvio.restated"]

    assert (failure.observed, failure.expected) == ("2024|alkuperainen: 910000000", "900000000 +/- 1 %")


@pytest.mark.parametrize(("answers", "is_told"), [(22, False), (23, True)])
def test_more_answers_than_staff(settings: Settings, lake: Lake, answers: int, is_told: bool) -> None:
    """Twenty persons; a tenth more may answer. The same answers once more are no more answers."""
    lake.deliver("henkilosto", "SELECT DATE '2024-04-01' AS kuukausi, i AS henkilo, 1 AS htv FROM range(20) AS t(i)")
    for day in (1, 2):
        lake.deliver(
            "enps_vastaukset",
            "SELECT 'K' AS kysely, i AS vastaus_id, DATE '2024-04-15' AS vastauspvm, i % 11 AS arvosana "
            f"FROM range({answers}) AS t(i)",
            received=f"2024-05-{day:02}",
        )

    found = bad(judge(settings))

    assert {r.observed for r in found.get("enps_vastaukset.more_answers_than_staff", [])} == (
        {f"K: {answers}"} if is_told else set()
    )
    assert "enps_vastaukset.answered_twice" not in found
