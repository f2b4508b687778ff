"""What is let in, what is kept out, and whom a failure is blamed on. Every figure is worked out beside its test."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from expectations import runner, suite
from expectations.result import CheckResult
from expectations.suite import Check, Suite
from sources.settings import Settings
from tests.expectations.lake_maker import Lake

AS_OF = date(2024, 5, 10)


def ledger(month: str, rows: int = 8, amount: str = "100", divisions: str = "['TESPA', 'SOSPA']") -> str:
    """``rows`` lines of ``amount`` euros on account 4300, divisions in turn."""
    return (
        f"SELECT 'T' || i AS tositenumero, 1 AS rivi, DATE '{month}-01' AS kausi, DATE '{month}-15' AS kirjauspvm, "
        f"'43000010' AS tili, 'K' AS kustannuspaikka, '2612' AS palveluluokka, "
        f"{divisions}[1 + i % len({divisions})] AS toimiala, {amount} AS summa FROM range({rows}) AS t(i)"
    )


def judge(settings: Settings, run_id: str = "night", as_of: date = AS_OF) -> list[CheckResult]:
    return runner.validate_landed(settings, run_id, as_of)


def bad(results: list[CheckResult]) -> dict[str, list[CheckResult]]:
    """Results that failed or crashed, by the check's id."""
    found: dict[str, list[CheckResult]] = {}
    for result in results:
        if result.status in ("failed", "error"):
            found.setdefault(result.check_id, []).append(result)
    return found


def test_good_deliveries_pass_and_say_so(settings: Settings, lake: Lake) -> None:
    first = lake.deliver("kirjanpito", ledger("2024-03"))
    second = lake.deliver("kirjanpito", ledger("2024-04"))

    results = judge(settings)

    assert bad(results) == {}
    assert lake.verdicts("night") == {
        ("kymenlaakso", first): ("passed", []),
        ("kymenlaakso", second): ("passed", []),
    }
    [counted] = [r for r in results if r.check_id == "kirjanpito.row_count"]
    assert (counted.status, counted.organisation_id, counted.observed) == ("passed", "kymenlaakso", "16")
    others = {r.status for r in results if r.extract_id == "henkilosto" and r.check_id != "henkilosto.suite"}
    assert others == {"not_applicable"}


def test_a_second_night_judges_nothing_again(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-04"))
    judge(settings, "first")

    results = judge(settings, "second")

    assert lake.verdicts("second") == {}
    statuses = {r.check_id: r.status for r in results if r.extract_id == "kirjanpito"}
    assert statuses["kirjanpito.row_count"] == "not_applicable"
    assert statuses["kirjanpito.freshness_period"] == "passed"


def test_a_delivery_without_rows_fails(settings: Settings, lake: Lake) -> None:
    empty = lake.deliver("kirjanpito", ledger("2024-04", rows=0), accepted=5)

    found = bad(judge(settings))

    assert [(r.delivery_id, r.observed) for r in found["kirjanpito.row_count"]] == [(empty, "0")]
    assert lake.verdicts("night")["kymenlaakso", empty] == (
        "failed",
        ["kirjanpito.row_count", "kirjanpito.rows_of_delivery"],
    )


def test_a_missing_file_fails_its_delivery_alone(settings: Settings, lake: Lake) -> None:
    good = lake.deliver("kirjanpito", ledger("2024-03"))
    lost = lake.deliver("kirjanpito", ledger("2024-04"))
    lake.lose("kirjanpito", lost)

    found = bad(judge(settings))

    [failure] = found["kirjanpito.rows_of_delivery"]
    assert (failure.delivery_id, failure.observed, failure.expected) == (lost, "0", "8")
    assert lake.verdicts("night")["kymenlaakso", good][0] == "passed"
    assert lake.verdicts("night")["kymenlaakso", lost][0] == "failed"


def test_the_same_bytes_of_two_organisations_are_two_deliveries(settings: Settings, lake: Lake) -> None:
    same = lake.deliver("kirjanpito", ledger("2024-04"))
    lake.deliver("kirjanpito", ledger("2024-04"), organisation="kainuu", delivery_id=same)
    lake.lose("kirjanpito", same, "kainuu")

    judge(settings)

    assert {key[0]: verdict for key, (verdict, _) in lake.verdicts("night").items()} == {
        "kymenlaakso": "passed",
        "kainuu": "failed",
    }


def test_five_lines_written_by_hand_are_let_in(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-04", rows=5, amount="[1, -70000000, 20, 9000000, 0][1 + i]"))
    lake.deliver(
        "talousarvio", "SELECT 2024 AS vuosi, 'alkuperainen' AS versio, '4300' AS tili, 'X' AS toimiala, 5 AS summa"
    )

    judge(settings)

    assert {verdict for verdict, _ in lake.verdicts("night").values()} == {"passed"}


@pytest.mark.parametrize(("amount", "kept_out"), [("10000000000", False), ("10000000000.01", True)])
def test_a_line_of_more_than_ten_billion_is_kept_out(
    settings: Settings, lake: Lake, amount: str, kept_out: bool
) -> None:
    lake.deliver("kirjanpito", ledger("2024-04", rows=1, amount=amount))

    found = bad(judge(settings))

    assert ("kirjanpito.amount_absurd" in found) is kept_out
    assert "kirjanpito.amount_large" in found


def test_reversed_signs_are_kept_out_once_there_are_rows_enough(settings: Settings, lake: Lake) -> None:
    few = lake.deliver("kirjanpito", ledger("2024-03", rows=99, amount="-5"))
    many = lake.deliver("kirjanpito", ledger("2024-04", rows=100, amount="-5"))

    [failure] = bad(judge(settings))["kirjanpito.cost_sign"]

    assert (failure.delivery_id, failure.observed, failure.expected) == (many, "2024-04: -500", "> 0")
    assert lake.verdicts("night")["kymenlaakso", few][0] == "passed"


@pytest.mark.parametrize(("wrong", "verdict"), [(1, "passed"), (4, "passed"), (5, "failed")])
def test_wrong_dates_are_a_caveat_until_they_are_most_of_the_file(
    settings: Settings, lake: Lake, wrong: int, verdict: str
) -> None:
    rows = ledger("2024-04").replace(
        "DATE '2024-04-15'", f"CASE WHEN i < {wrong} THEN DATE '2204-04-15' ELSE DATE '2024-04-15' END"
    )
    delivery = lake.deliver("kirjanpito", rows)

    [caveat] = bad(judge(settings))["kirjanpito.dates_plausible"]

    assert (caveat.severity, caveat.observed) == ("WARN", str(wrong))
    assert lake.verdicts("night")["kymenlaakso", delivery][0] == verdict


def test_dates_may_reach_one_year_ahead_of_the_night(settings: Settings, lake: Lake) -> None:
    rows = ledger("2024-04", rows=2).replace("DATE '2024-04-15'", "DATE '2025-05-10' + i::INTEGER")
    lake.deliver("kirjanpito", rows)

    [caveat] = bad(judge(settings))["kirjanpito.dates_plausible"]

    assert caveat.observed == "1"


def test_a_month_is_weighed_against_the_median_of_at_least_three_earlier(settings: Settings, lake: Lake) -> None:
    """Earlier months of 90, 100 and 400 lines: the median is 100, the band 30 to 300."""
    for month, rows in (("2024-01", 90), ("2024-02", 400), ("2024-03", 100)):
        lake.decide("kirjanpito", lake.deliver("kirjanpito", ledger(month, rows=rows)), "passed")
    lake.deliver("kirjanpito", ledger("2024-04", rows=29))
    lake.deliver("kirjanpito", ledger("2024-04", rows=29), organisation="kainuu")

    [failure] = bad(judge(settings))["kirjanpito.row_band"]

    assert (failure.organisation_id, failure.severity) == ("kymenlaakso", "WARN")
    assert (failure.observed, failure.expected) == ("2024-04: 29", "30...300")


def test_a_month_within_the_band_passes(settings: Settings, lake: Lake) -> None:
    for month, rows in (("2024-01", 100), ("2024-02", 100), ("2024-03", 100), ("2024-04", 30)):
        lake.deliver("kirjanpito", ledger(month, rows=rows))

    assert "kirjanpito.row_band" not in bad(judge(settings))


def test_a_superseded_delivery_is_no_yardstick(settings: Settings, lake: Lake) -> None:
    """Three months of 100; January was first delivered as 10 000 lines, which no longer stand."""
    lake.deliver("kirjanpito", ledger("2024-01", rows=10_000), received="2024-02-01")
    for month in ("2024-01", "2024-02", "2024-03"):
        lake.deliver("kirjanpito", ledger(month, rows=100), received="2024-04-01")
    lake.deliver("kirjanpito", ledger("2024-04", rows=29), received="2024-05-01")

    [failure] = bad(judge(settings))["kirjanpito.row_band"]

    assert failure.expected == "30...300"


@pytest.mark.parametrize(("lines", "severity"), [(999, "WARN"), (1000, "ERROR")])
def test_a_fragment_may_not_replace_a_month_of_a_real_ledger(
    settings: Settings, lake: Lake, lines: int, severity: str
) -> None:
    """Six months of ``lines`` times 100 euros, then five lines: 500 euros where about 100 000 are usual."""
    for month in range(1, 7):
        lake.deliver("kirjanpito", ledger(f"2023-{month:02}", rows=lines))
    fragment = lake.deliver("kirjanpito", ledger("2023-07", rows=5))

    found = bad(judge(settings))

    assert [r.delivery_id for r in found["kirjanpito.cost_band"]] == [fragment]
    assert lake.verdicts("night")["kymenlaakso", fragment][0] == ("failed" if severity == "ERROR" else "passed")
    assert [r.observed for r in found.get("kirjanpito.cost_absurd", [])] == (
        ["2023-07: 500"] if severity == "ERROR" else []
    )


def test_a_division_that_fell_silent_is_named(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-03", rows=18, divisions="['TESPA', 'SOSPA', 'PELA']"))
    april = lake.deliver("kirjanpito", ledger("2024-04", rows=18, divisions="['tespa ', 'SOSPA', 'UUSI']"))

    [failure] = bad(judge(settings))["kirjanpito.silent_division"]

    assert (failure.severity, failure.delivery_id) == ("WARN", april)
    assert (failure.observed, failure.expected) == ("2024-04 PELA: 0", "> 0 (2024-03: 6)")


@pytest.mark.parametrize(
    ("as_of", "late"),
    [
        (date(2024, 5, 15), False),  # April is due on 15 May: on that day it is not yet late
        (date(2024, 5, 16), True),
        (date(2024, 6, 1), True),
    ],
)
def test_lateness_is_judged_by_the_due_day_although_nothing_is_new(
    settings: Settings, lake: Lake, as_of: date, late: bool
) -> None:
    lake.decide("kirjanpito", lake.deliver("kirjanpito", ledger("2024-03")), "passed")

    found = bad(judge(settings, as_of=as_of))

    assert [
        (r.organisation_id, r.severity, r.observed, r.expected) for r in found.get("kirjanpito.freshness_period", [])
    ] == ([("kymenlaakso", "WARN", "2024-03", ">= 2024-04")] if late else [])


def test_lateness_of_an_extract_without_periods_is_judged_by_arrival(settings: Settings, lake: Lake) -> None:
    """Sick leave is due on the 8th; on 9 May something must have come on or after 30 April."""
    spell = "SELECT 'a' AS henkilo, 'TESPA' AS toimiala, DATE '2024-03-01' AS alkupvm, 'oma' AS syy"
    lake.deliver("sairauspoissaolot", spell, received="2024-04-29 23:00:00")
    lake.deliver("sairauspoissaolot", spell, received="2024-04-30 01:00:00", organisation="kainuu")

    found = bad(judge(settings, as_of=date(2024, 5, 9)))["sairauspoissaolot.freshness_arrival"]

    assert [(r.organisation_id, r.observed, r.expected) for r in found] == [
        ("kymenlaakso", "2024-04-29", ">= 2024-04-30")
    ]


def test_a_project_that_vanished_from_the_whole_is_noticed(settings: Settings, lake: Lake) -> None:
    row = "SELECT '{0}' AS hanke, 'x' AS kululaji, 2024 AS vuosi, 'toteuma' AS laji, {1} AS summa"
    both = row.format("A", 100) + " UNION ALL " + row.format("B", 40)
    lake.decide("hanketalous", lake.deliver("hanketalous", both, received="2024-05-01"), "passed")
    lake.deliver("hanketalous", row.format("A", 90), received="2024-05-09")

    [failure] = bad(judge(settings))["hanketalous.project_missing"]

    assert (failure.observed, failure.expected) == ("B: 0", ">= 20")


def test_a_crashed_suite_is_a_failure_of_every_new_delivery(settings: Settings, lake: Lake) -> None:
    broken = lake.deliver("kirjanpito", ledger("2024-04"))
    other = lake.deliver("henkilosto", "SELECT DATE '2024-04-01' AS kuukausi, 'a' AS henkilo, 1 AS htv")
    lake.damage("kirjanpito")

    [crash] = bad(judge(settings))["kirjanpito.suite"]

    assert (crash.status, crash.severity, crash.delivery_id) == ("error", "ERROR", broken)
    assert lake.verdicts("night") == {
        ("kymenlaakso", broken): ("failed", ["kirjanpito.suite"]),
        ("kymenlaakso", other): ("passed", []),
    }


def test_an_extract_without_a_suite_is_not_let_in(settings: Settings, lake: Lake, monkeypatch: Any) -> None:
    delivery = lake.deliver("kirjanpito", ledger("2024-04"))
    monkeypatch.setattr(runner, "suite_names", lambda: ())
    monkeypatch.setattr(runner, "load_suite", lambda name: suite.load_suite(f"no_{name}"))

    [failure, executed] = judge(settings)

    assert (failure.status, failure.observed) == ("error", "there is no suite no_kirjanpito")
    assert (executed.check_id, executed.status) == ("guard.executed", "failed")
    assert lake.verdicts("night")["kymenlaakso", delivery][0] == "failed"


def check(name: str, severity: Any, sql: str) -> Check:
    texts = {"fi": "x", "sv": "x", "en": "x"}
    return Check(f"kirjanpito.{name}", severity, "owner", texts, texts, sql=sql)


@pytest.mark.parametrize(("severity", "verdict"), [("ERROR", "failed"), ("WARN", "passed")])
def test_a_check_that_crashes_counts_by_its_severity(
    settings: Settings, lake: Lake, monkeypatch: Any, severity: str, verdict: str
) -> None:
    delivery = lake.deliver("kirjanpito", ledger("2024-04"))
    broken = Suite("kirjanpito", None, (check("broken", severity, "SELECT nothing FROM nowhere"),))
    monkeypatch.setattr(runner, "suite_names", lambda: ("kirjanpito",))
    monkeypatch.setattr(runner, "load_suite", lambda _: broken)

    [crash] = bad(judge(settings))["kirjanpito.broken"]

    assert (crash.status, crash.severity, crash.delivery_id) == ("error", severity, delivery)
    assert lake.verdicts("night")["kymenlaakso", delivery][0] == verdict


def test_a_check_that_great_expectations_forgot_is_an_error(settings: Settings, lake: Lake, monkeypatch: Any) -> None:
    from expectations import engine

    lake.deliver("kirjanpito", ledger("2024-04"))
    monkeypatch.setattr(engine.gx, "ExpectationSuite", _suite_of_nothing(engine.gx.ExpectationSuite))

    found = bad(judge(settings))

    assert {r.status for r in found["kirjanpito.row_count"]} == {"error"}
    assert {verdict for verdict, _ in lake.verdicts("night").values()} == {"failed"}


def _suite_of_nothing(real: Any) -> Any:
    return lambda name, expectations: real(name=name, expectations=expectations[1:])


def test_a_failed_delivery_is_judged_again_until_it_passes(settings: Settings, lake: Lake) -> None:
    """The supplier cannot send it again, the same bytes are a duplicate; so a mended suite must let it in."""
    delivery = lake.deliver("kirjanpito", ledger("2024-04"))
    lake.decide("kirjanpito", delivery, "failed")

    judge(settings)

    assert lake.verdicts("night") == {("kymenlaakso", delivery): ("passed", [])}


def test_a_failed_delivery_that_was_replaced_rests(settings: Settings, lake: Lake) -> None:
    failed = lake.deliver("kirjanpito", ledger("2024-04"), received="2024-05-01")
    lake.decide("kirjanpito", failed, "failed")
    whole = lake.deliver("kirjanpito", ledger("2024-04"), received="2024-05-02")

    judge(settings)

    assert set(lake.verdicts("night")) == {("kymenlaakso", whole)}


def test_a_failed_delivery_of_two_months_is_not_replaced_by_one(settings: Settings, lake: Lake) -> None:
    both = f"{ledger('2024-03')} UNION ALL {ledger('2024-04')}"
    failed = lake.deliver("kirjanpito", both, received="2024-05-01")
    lake.decide("kirjanpito", failed, "failed")
    april = lake.deliver("kirjanpito", ledger("2024-04"), received="2024-05-02")

    judge(settings)

    assert set(lake.verdicts("night")) == {("kymenlaakso", failed), ("kymenlaakso", april)}


def test_no_result_holds_a_personal_value(settings: Settings, lake: Lake, monkeypatch: Any) -> None:
    """Not even of a check that selects one by mistake."""
    pseudonym = "0a" * 32
    lake.deliver("henkilosto", f"SELECT DATE '2024-04-01' AS kuukausi, '{pseudonym}' AS henkilo, 1 AS htv")
    lake.deliver(
        "sairauspoissaolot",
        f"SELECT '{pseudonym}' AS henkilo, 'A' AS toimiala, DATE '2204-01-01' AS alkupvm, 'oma' AS syy",
    )
    indiscreet = check(
        "indiscreet",
        "WARN",
        "SELECT organisation_id, delivery_id, henkilo AS observed, '131052-308T' AS expected FROM landed",
    )
    real = suite.load_suite("henkilosto")
    monkeypatch.setattr(
        runner,
        "load_suite",
        lambda name: (
            Suite(name, real.profile, (*real.checks, indiscreet)) if name == "henkilosto" else suite.load_suite(name)
        ),
    )

    results = judge(settings)

    assert [(r.observed, r.expected) for r in results if r.check_id == indiscreet.check_id] == [("***", "***")]
    assert not [r for r in results if pseudonym in f"{r.observed}{r.expected}"]


def test_results_are_written_as_rows(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-04"))
    results = judge(settings)

    path = runner.write_results(settings, "night-landed", results)

    rows = duckdb.sql(f"SELECT * FROM '{path}'")
    assert rows.columns == list(results[0].row())
    assert sorted(map(repr, rows.fetchall())) == sorted(repr(tuple(r.row().values())) for r in results)


# Two periods of every extract, so that each check of each suite is evaluated at least once.
ROWS = {
    "kirjanpito": f"{ledger('2024-03')} UNION ALL {ledger('2024-04')}",
    "talousarvio": "SELECT y AS vuosi, 'alkuperainen' AS versio, '4300' AS tili, 'A' AS toimiala, 9e8 AS summa "
    "FROM range(2023, 2025) AS t(y)",
    "henkilosto": "SELECT m AS kuukausi, 'a' AS henkilo, 'A' AS toimiala, 100 AS tyoaikaprosentti, 1 AS htv "
    "FROM range(DATE '2024-03-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "sairauspoissaolot": "SELECT 'a' AS henkilo, 'A' AS toimiala, DATE '2024-03-01' AS alkupvm, 'oma' AS syy",
    "asiakaskontaktit": "SELECT i AS kontakti_id, DATE '2024-03-15' + i::INTEGER AS pvm, 'A' AS toimiala, "
    "'R10' AS yhteystapa, 'E' AS peruttu FROM range(45) AS t(i)",
    "enps_vastaukset": "SELECT '2024' AS kysely, i AS vastaus_id, DATE '2024-03-15' AS vastauspvm, 'A' AS toimiala, "
    "i % 11 AS arvosana FROM range(40) AS t(i)",
    "toimipisteet": "SELECT m AS kuukausi, 'a' AS toimipiste, 'A' AS toimiala, 10 AS pinta_ala_m2, 90 AS vuokra_eur, "
    "'K' AS kaytossa FROM range(DATE '2024-03-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "asumisjono": "SELECT m AS pvm, '2211' AS palvelu, '285' AS kunta, 30 AS jonottajia "
    "FROM range(DATE '2024-03-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "asiakasmaarat": "SELECT m AS kuukausi, 'kotihoito' AS palvelu, '285' AS kunta, '75+' AS ikaryhma, "
    "30 AS asiakkaita, 40 AS paikkoja FROM range(DATE '2024-03-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "tunnusluvut": "SELECT m AS kuukausi, 'referrals_esh' AS tunnusluku, 'A' AS toimiala, 100 AS arvo "
    "FROM range(DATE '2024-01-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "toimenpiteet": "SELECT m AS raportointikuukausi, 'T1' AS tunnus, 'A' AS toimiala, DATE '2024-01-01' AS alku, "
    "DATE '2024-12-31' AS loppu, 'kaynnissa' AS tila, 40 AS valmius_prosentti, 100000 AS saasto_tavoite_eur, "
    "20000 AS saasto_toteuma_eur, 5000 AS panostus_eur "
    "FROM range(DATE '2024-03-01', DATE '2024-05-01', INTERVAL 1 MONTH) AS t(m)",
    "hanketalous": "SELECT 'h' AS hanke, 'x' AS kululaji, 2024 AS vuosi, 'toteuma' AS laji, 5 AS summa",
    "vaesto": "SELECT 'KU285' AS alue, 'SSS' AS ika, 'SSS' AS sukupuoli, y AS vuosi, 50000 AS vaesto "
    "FROM range(2022, 2024) AS t(y)",
    "sotkanet": "SELECT '127' AS indikaattori, i AS alue_koodi, y AS vuosi, 'total' AS sukupuoli, 1 AS arvo, "
    "'hyvinvointialue' AS luokitus FROM range(22) AS t(i), range(2022, 2024) AS u(y)",
    "htas": "SELECT i AS organisaatio_koodi, y AS vuosi, 1000 AS toimintamenot_meur "
    "FROM range(10, 32) AS t(i), range(2023, 2025) AS u(y)",
    "tilastokeskus": "SELECT '122s' AS taulu, 'a=1' AS ulottuvuudet, '2023' AS vuosi, 'x' AS tunnusluku, 1 AS arvo",
    "tililuettelo": "SELECT unnest(['4000', '4300', '4346', '4500', '4810']) AS tili, 2023 AS vuosi",
    "palveluluokitus": "SELECT unnest(['2600', '2603', '2604']) AS palveluluokka, 2023 AS vuosi",
    "hyvinvointialueet": "SELECT i AS koodi FROM range(1, 23) AS t(i)",
}  # fmt: skip


def test_every_check_of_every_suite_can_be_evaluated(settings: Settings, lake: Lake) -> None:
    for extract_id, rows in ROWS.items():
        lake.deliver(extract_id, rows)
        lake.deliver(extract_id, rows, received="2024-05-11")

    results = judge(settings)

    assert {r.extract_id for r in results} == set(suite.suite_names()) - {"indicators"} | {None}
    assert {(r.check_id, r.observed) for r in results if r.status != "passed"} == set()


# Extract, what to change in its good rows above and into what, the check that must find it, and what it observes.
FAULTS = [
    ("talousarvio", "9e8", "9e8 * (y - 2022) ** 2", "year_change", "2024|alkuperainen: 3600000000"),
    ("talousarvio", "9e8", "9e6", "cost_total", "2023|alkuperainen: 9000000; 2024|alkuperainen: 9000000"),
    ("henkilosto", "1 AS htv", "1.51 AS htv", "fte_impossible", "2"),
    ("sairauspoissaolot", "'oma' AS syy", "'lapsi' AS syy FROM range(20)", "own_illness_share", "0 / 20"),
    ("sairauspoissaolot", "'oma' AS syy", "'oma' AS syy FROM range(20)", "going_on", "20 / 20"),
    ("sairauspoissaolot", "2024-03-01' AS alkupvm, 'oma' AS syy",
     "2023-05-09' AS alkupvm, 'oma' AS syy FROM range(20)", "never_ended", "20 / 20"),
    ("sairauspoissaolot", "'a' AS henkilo", "TIMESTAMP '2024-05-13' AS muutosaika", "changed_in_future", "1"),
    ("asiakaskontaktit", "R10", "R99", "mode_unknown", "2024-04: 28 / 28"),
    ("asiakaskontaktit", "'R10' AS yhteystapa, 'E' AS peruttu FROM range(45)",
     "'R52' AS yhteystapa, 'E' AS peruttu FROM range(10), range(17)", "channel_unknown", "2024-03: 170 / 170"),
    ("asiakaskontaktit", "'E' AS peruttu FROM range(45)",
     "'K' AS peruttu FROM range(10), range(17)", "cancelled_share", "2024-03: 170 / 170"),
    ("asiakaskontaktit", "AS peruttu FROM range(45)", "AS peruttu FROM range(17) AS t(i), range(100) AS u(j) --",
     "days_missing", "2024-03: 17"),
    ("enps_vastaukset", "i % 11", "1 + i % 5", "grades_vary", "2024: 0...5"),
    ("enps_vastaukset", "DATE '2024-03-15'", "DATE '2023-10-01' + 4 * i::INTEGER", "round_length", "2024: 156"),
    ("toimipisteet", "90 AS", "1001 AS", "rent_implausible", "2"),
    ("asumisjono", "30 AS", "-1 AS", "implausible", "2"),
    ("asiakasmaarat", "30 AS asiakkaita, 40 AS paikkoja FROM", "0 AS asiakkaita, 40 AS paikkoja FROM range(20),",
     "all_zero", "2024-03: 0 / 20; 2024-04: 0 / 20"),
    ("asiakasmaarat", "40 AS paikkoja FROM", "40 AS paikkoja FROM range(50),", "repeated_month",
     "2024-04 = 2024-03: 100 %"),
    ("asiakasmaarat", "40 AS", "29 AS", "places_below_clients", "2024-03: 1 / 1; 2024-04: 1 / 1"),
    ("asiakasmaarat", "30 AS", "CASE WHEN m < DATE '2024-04-01' THEN 20 ELSE 0 END AS", "clients_silent",
     "2024-04 285: 0; 2024-04 75+: 0; 2024-04 kotihoito 75+: 0 (+1)"),
    ("asiakasmaarat", "30 AS", "CASE WHEN m < DATE '2024-04-01' THEN 19 ELSE 0 END AS", "clients_silent",
     "2024-04 285: 0; 2024-04 75+: 0; 2024-04 kotihoito: 0"),
    ("asiakasmaarat", "'75+' AS", "CASE WHEN m < DATE '2024-04-01' THEN '75+' ELSE '65-74' END AS", "clients_silent",
     "2024-04 75+: 0; 2024-04 kotihoito 75+: 0"),
    ("tunnusluvut", "100 AS", "CASE WHEN m < DATE '2024-04-01' THEN 100 ELSE 310 END AS", "value_jump",
     "2024-04 referrals_esh A: x 3.1"),
    ("tunnusluvut", "100 AS", "-1 AS", "negative",
     "2024-01 referrals_esh: 1; 2024-02 referrals_esh: 1; 2024-03 referrals_esh: 1 (+1)"),
    ("tunnusluvut", "'A' AS", "CASE WHEN m < DATE '2024-04-01' THEN 'A' ELSE 'B' END AS", "silent_division",
     "2024-04 referrals_esh ***: -"),
    ("tunnusluvut", "DATE '2024-05-01'", "DATE '2024-03-01'", "freshness_period", "referrals_esh 2024-02"),
    ("toimenpiteet", "20000 AS", "150001 AS", "saving_over_plan", "2024-03 T1: 150001; 2024-04 T1: 150001"),
    ("toimenpiteet", "'kaynnissa'", "'valmis'", "finished_incomplete", "2024-03 T1: 40; 2024-04 T1: 40"),
    ("toimenpiteet", "40 AS", "100 AS", "state_of_completion",
     "2024-03 T1 kaynnissa: 100; 2024-04 T1 kaynnissa: 100"),
    ("toimenpiteet", "'kaynnissa'", "'ei_aloitettu'", "state_of_completion",
     "2024-03 T1 ei_aloitettu: 40; 2024-04 T1 ei_aloitettu: 40"),
    ("toimenpiteet", "'2024-12-31'", "'2024-04-29'", "state_of_schedule",
     "2024-04 T1 kaynnissa: 2024-01-01...2024-04-29"),
    ("toimenpiteet", "DATE '2024-01-01' AS alku, DATE '2024-12-31' AS loppu, 'kaynnissa'",
     "DATE '2024-04-01' AS alku, DATE '2024-12-31' AS loppu, 'viivassa'", "state_of_schedule",
     "2024-03 T1 viivassa: 2024-04-01...2024-12-31"),
    ("toimenpiteet", "'T1' AS", "CASE WHEN m < DATE '2024-04-01' THEN 'T1' ELSE 'T2' END AS", "action_missing",
     "2024-04 T1: -"),
    ("toimenpiteet", "20000 AS", "CASE WHEN m < DATE '2024-04-01' THEN 20000 ELSE 17999 END AS", "stand_shrank",
     "2024-04 saasto_toteuma_eur: 17999"),
    ("hanketalous", "'toteuma' AS laji, 5 AS summa", "unnest(['toteuma', 'budjetti']) AS laji, "
     "unnest([16, 10]) AS summa", "over_budget", "h: 16"),
    ("vaesto", "50000", "50000 + (y - 2022) * 6000", "year_change", "KU285 2023: 56000"),
    ("vaesto", "'KU285'", "CASE WHEN y = 2022 THEN 'KU285' ELSE 'KU286' END", "areas_missing", "2023 KU285: -"),
    ("vaesto", "50000", "-1", "impossible", "2"),
    ("vaesto", "range(2022, 2024)", "range(2022, 2023)", "freshness_year", "2022"),
    ("sotkanet", "range(2022, 2024) AS u(y)", "range(2022, 2024) AS u(y) WHERE y = 2022 OR i < 10",
     "areas_missing", "127 2023: 10"),
    ("sotkanet", "1 AS arvo", "-1 AS arvo", "negative", "44"),
    ("htas", "1000 AS", "1000000 AS", "unit", "2023: 22000000; 2024: 22000000"),
    ("htas", "1000 AS", "CASE WHEN i = 31 AND y = 2024 THEN 99 ELSE 1000 END AS", "range", "31 2024: 99.000"),
    ("tilastokeskus", "1 AS arvo", "NULL AS arvo", "values_missing", "122s 2023: 0 / 1"),
    ("tililuettelo", "'4346', ", "", "codes_present", "-"),
    ("hyvinvointialueet", "range(1, 23)", "range(1, 21)", "counties", "20"),
]  # fmt: skip


@pytest.mark.parametrize(("extract_id", "good", "wrong", "check_id", "observed"), FAULTS)
def test_each_suite_finds_what_it_is_for(
    settings: Settings, lake: Lake, extract_id: str, good: str, wrong: str, check_id: str, observed: str
) -> None:
    assert good in ROWS[extract_id]
    lake.deliver(extract_id, ROWS[extract_id].replace(good, wrong))

    found = bad(judge(settings))

    assert [r.observed for r in found[f"{extract_id}.{check_id}"]] == [observed]


def figure(month: str, amount: float) -> str:
    return f"SELECT DATE '{month}-01' AS kuukausi, 'frequent_users_with_nurse' AS tunnusluku, {amount} AS arvo"


@pytest.mark.parametrize(
    ("amounts", "jumps"),
    [
        ([6, 7, 8, 21], False),  # three times the median of 7
        ([6, 7, 8, 21.5], True),
        ([2, 2, 2, 7], False),  # five more
        ([2, 2, 2, 7.5], True),
        ([30, 30, 30, 10], False),  # a third
        ([30, 30, 30, 9.9], True),
        ([6, 7, 70], False),  # two earlier months prove nothing
    ],
)
def test_a_single_figure_is_weighed_against_its_own_history(
    settings: Settings, lake: Lake, amounts: list[float], jumps: bool
) -> None:
    for number, amount in enumerate(amounts, start=1):
        last = lake.deliver("tunnusluvut", figure(f"2024-{number:02}", amount), received=f"2024-05-{number:02}")
    # Another measure, and the same of another organisation, are no yardstick.
    lake.deliver("tunnusluvut", figure("2024-01", 1000), organisation="kainuu")
    lake.deliver("tunnusluvut", figure("2024-02", 1000).replace("with_nurse", "followed"))

    found = bad(judge(settings)).get("tunnusluvut.value_jump", [])

    assert [r.delivery_id for r in found] == ([last] if jumps else [])


def test_a_measure_that_stopped_is_not_hidden_by_one_that_comes(settings: Settings, lake: Lake) -> None:
    lake.deliver("tunnusluvut", figure("2024-04", 1))
    lake.deliver("tunnusluvut", figure("2024-02", 1).replace("with_nurse", "followed"))
    lake.deliver("tunnusluvut", figure("2023-03", 1).replace("with_nurse", "lost"))  # over a year: ended

    [late] = bad(judge(settings))["tunnusluvut.freshness_period"]

    # On 10 May March is the newest month whose due day, the 15th of the following month, has passed.
    assert (late.observed, late.expected) == ("frequent_users_followed 2024-02", ">= 2024-03")
    # Where all have stopped, none has ended on purpose, until the organisation has.
    [late] = bad(judge(settings, "later", date(2025, 4, 15)))["tunnusluvut.freshness_period"]
    assert late.observed == "frequent_users_followed 2024-02; frequent_users_with_nurse 2024-04"


def test_a_stand_may_shrink_by_a_tenth(settings: Settings, lake: Lake) -> None:
    for month, saving, investment in (("2024-03", 1000, 500), ("2024-04", 900, 449)):
        lake.deliver(
            "toimenpiteet",
            f"SELECT DATE '{month}-01' AS raportointikuukausi, 'T1' AS tunnus, {saving} AS saasto_toteuma_eur, "
            f"{investment} AS panostus_eur",
        )

    [shrank] = bad(judge(settings))["toimenpiteet.stand_shrank"]

    assert (shrank.observed, shrank.expected) == ("2024-04 panostus_eur: 449", ">= 450")
