"""What goes wrong in one organisation stays there: three organisations at fault in one night, each in its own way.

The first night is good. Kymenlaakso and Kainuu have the hand-written ledger, Kymenlaakso also its queue; Itä-Uusimaa
has 1 200 primary-care visits in 2024, of which 60 were avoided (5 each month of 100), and 8 beds released in December.

In the second night

* **Kymenlaakso** delivers March again with 20 billion of specialised care in one posting (ERROR of a delivery), and
  its queue of December again, 5 persons more, with one row of 2014 (WARN);
* **Itä-Uusimaa** delivers December with 2 000 avoided visits, so (55 + 2 000) / 1 200 = 171.25 % (ERROR of an
  indicator), and 11 beds instead of 8;
* **Pori** delivers for the first time, 12 of 10 frequent users with a nurse, so 120 % (ERROR of an indicator);
* **Kainuu** corrects March, as it would in any night.

A second night from the same first one, in which only Kainuu delivers, says what the others' rows are without all that.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Home
from tests.pipeline import hand_written
from tests.pipeline.test_night import AS_OF, march_again

pytestmark = pytest.mark.pipeline

DECEMBER = "month = date '2024-12-01'"
QUEUE = "pvm;palvelu;kunta;jonottajia;odotus_mediaani_pv\n"
FIGURES = "kuukausi;tunnusluku;arvo;lahde\n"


@dataclass(frozen=True)
class Nights:
    """The home after the good night, after the night of faults, and after the same night without them."""

    good: Home
    faulty: Home
    control: Home
    said: str


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    folder = tmp_path_factory.mktemp("isolation")
    good = Home(folder / "good")
    for organisation in ("kymenlaakso", "kainuu"):
        good.land(organisation, "kirjanpito", "ledger.csv", hand_written.kirjanpito())
        good.land(organisation, "talousarvio", "ta2023.csv", hand_written.talousarvio())
    good.land("kymenlaakso", "enps_vastaukset", "talvi.csv", hand_written.enps())
    good.land("kymenlaakso", "asumisjono", "jono.csv", QUEUE + queue(40))
    good.land("itauusimaa", "tunnusluvut", "luvut.csv", FIGURES + visits() + "2024-12;esh_beds_released;8;x\n")
    good.nightly(AS_OF)

    control, faulty = (copy_of(good, folder / name) for name in ("control", "faulty"))
    for home in (control, faulty):
        home.land("kainuu", "kirjanpito", "maaliskuu korjattu.csv", march_again("21000000"))
    control.nightly(AS_OF)

    faulty.land("kymenlaakso", "kirjanpito", "maaliskuu vaarin.csv", march_again("20000000000"))
    faulty.land("kymenlaakso", "asumisjono", "jono uusi.csv", QUEUE + queue(45) + "31.12.2014;2211;286;7;\n")
    bad = "2024-12;pth_visits_avoided;2000;x\n2024-12;esh_beds_released;11;x\n"
    faulty.land("itauusimaa", "tunnusluvut", "joulukuu.csv", FIGURES + bad)
    nurse = "2024-12;frequent_users_with_nurse;12;x\n2024-12;frequent_users_followed;10;x\n"
    faulty.land("pori", "tunnusluvut", "pori.csv", FIGURES + nurse)
    said = faulty.nightly(AS_OF, expect=2)
    return Nights(good, faulty, control, said)


def copy_of(home: Home, path: Path) -> Home:
    shutil.copytree(home.path, path, symlinks=True)
    return Home(path)


def queue(waiting: int) -> str:
    return f"1.12.2024;2211;285;50;30\n31.12.2024;2211;285;{waiting};21,5\n31.12.2024;2211;286;7;\n"


def visits() -> str:
    return "".join(
        f"2024-{month:02};pth_visits_avoided;5;x\n2024-{month:02};pth_visits;100;x\n" for month in range(1, 13)
    )


def value(home: Home, indicator: str, columns: str = "value, value_status, provisional_reason") -> tuple[object, ...]:
    return home.one(
        f"select {columns} from indicator.value where indicator_id = ? and division_id = 'all' and {DECEMBER}",
        indicator,
    )


def failing(home: Home) -> set[tuple[str, str, str]]:
    """Organisation, check and severity of what fails in the faulty night and did not in the good one."""
    return set(
        home.query(
            "select distinct organisation_id, check_id, severity from quality.check_result"
            " semi join meta.release using (run_id) where status in ('failed', 'error')"
        )
    )


def test_each_fault_is_found_where_it_is(nights: Nights) -> None:
    new = failing(nights.faulty) - failing(nights.good)
    assert {
        ("kymenlaakso", "kirjanpito.amount_absurd", "ERROR"),
        ("kymenlaakso", "asumisjono.dates_plausible", "WARN"),
        ("itauusimaa", "indicators.possible", "ERROR"),
        ("pori", "indicators.possible", "ERROR"),
    } <= new
    assert {organisation for organisation, _, severity in new if severity == "ERROR"} == {
        "kymenlaakso",
        "itauusimaa",
        "pori",
    }
    assert not [check for organisation, check, _ in new if organisation == "kainuu"]
    assert nights.faulty.one("select withheld_organisations from meta.release") == "itauusimaa,pori"
    assert nights.control.one("select withheld_organisations from meta.release") == ""


# --- The others ----------------------------------------------------------------------------------------------------

AT_FAULT = "'kymenlaakso', 'itauusimaa', 'pori'"
# Whose rows say when and by which run they were made, and the log of all releases.
OF_THE_RUN = {"indicator.reported", "meta.publication", "meta.release", "quality.check_result", "quality.incident",
              "quality.caveat", "quality.check_meaning"}  # fmt: skip
# What a night knows of the time of files; the same files lie in both nights.
MOMENTS = {"received_at", "read_at", "receipt_id", "decided_at"}


def test_the_others_rows_are_what_they_would_be_without_the_faults(nights: Nights) -> None:
    tables = nights.faulty.query(
        "select table_schema || '.' || table_name, list(column_name order by ordinal_position)"
        " from information_schema.columns where table_schema in ('indicator', 'mart', 'quality', 'meta') group by 1"
    )
    compared = 0
    for table, columns in sorted(tables):
        if table in OF_THE_RUN:
            continue
        kept = ", ".join(f'"{column}"' for column in columns if column not in MOMENTS)
        others = f"where organisation_id is null or organisation_id not in ({AT_FAULT})"
        query = f"select {kept} from {table} {others if 'organisation_id' in columns else ''} order by all"
        rows = nights.control.query(query)
        assert nights.faulty.query(query) == rows, table
        compared += len(rows)
    assert compared > 2_500


def test_a_correction_of_the_same_night_goes_through(nights: Nights) -> None:
    """Kainuu has no programme: its purchases of March are 20 + 10 + 1 million, and 21 + 10 + 1 when corrected."""
    asked = (
        "select value, value_status from mart.fct_measure where organisation_id = 'kainuu' and division_id = 'all'"
        " and measure_id = 'cost_purchases_eur' and month = date '2024-03-01'"
    )
    assert nights.good.one(asked) == (31e6, "ok")
    assert nights.faulty.one(asked) == nights.control.one(asked) == (32e6, "ok")


# --- An ERROR of a delivery ----------------------------------------------------------------------------------------


def test_a_delivery_that_fails_does_not_become_current(nights: Nights) -> None:
    deliveries = nights.faulty.query(
        "select file_name, is_current, awaits_replacement from quality.delivery"
        " where organisation_id = 'kymenlaakso' and extract_id = 'kirjanpito' order by file_name"
    )
    assert deliveries == [("ledger.csv", True, False), ("maaliskuu vaarin.csv", False, True)]
    assert "maaliskuu vaarin.csv" in nights.said


def test_the_earlier_value_stands_and_is_provisional_with_the_reason(nights: Nights) -> None:
    assert value(nights.good, "kyme_purchases_cost") == (pytest.approx(372.0), "ok", None)
    reason = "refused: kirjanpito maaliskuu vaarin.csv"
    assert value(nights.faulty, "kyme_purchases_cost") == (pytest.approx(372.0), "provisional", reason)
    measures = nights.faulty.query(
        "select month, value, value_status from mart.fct_measure where organisation_id = 'kymenlaakso'"
        " and division_id = 'all' and measure_id = 'cost_purchases_eur' and month between '2024-02-01' and '2024-04-01'"
        " order by month"
    )
    assert [(found, status) for _, found, status in measures] == [(31e6, "ok"), (31e6, "provisional"), (31e6, "ok")]


def test_what_does_not_rest_on_the_failed_delivery_is_as_it_was(nights: Nights) -> None:
    """The survey is counted from another extract: (4 - 3) of 10 answers, so +10, and no word of the ledger."""
    assert value(nights.faulty, "kyme_enps") == value(nights.control, "kyme_enps") == (pytest.approx(10.0), "ok", None)


# --- A WARN --------------------------------------------------------------------------------------------------------


def test_a_warning_lets_the_figure_through_with_a_caveat_beside_it(nights: Nights) -> None:
    assert value(nights.good, "kyme_housing_pressure")[1:] == ("ok", None)
    assert value(nights.faulty, "kyme_housing_pressure")[1:] == ("ok", None)
    asked = (
        "select value from mart.fct_measure where organisation_id = 'kymenlaakso' and division_id = 'all'"
        f" and measure_id = 'housing_queue_persons' and {DECEMBER}"
    )
    assert (nights.good.one(asked), nights.faulty.one(asked)) == (47, 52)
    caveats = nights.faulty.query(
        "select indicator_id, organisation_id, severity from quality.caveat"
        " where check_id = 'asumisjono.dates_plausible'"
    )
    assert ("kyme_housing_pressure", "kymenlaakso", "WARN") in caveats
    assert {organisation for _, organisation, _ in caveats} == {"kymenlaakso"}
    assert nights.good.query("select * from quality.caveat where check_id = 'asumisjono.dates_plausible'") == []


# --- An ERROR of an organisation's indicators ----------------------------------------------------------------------


def test_a_withheld_organisation_keeps_its_previous_values_as_provisional(nights: Nights) -> None:
    """60 / 1 200 is 5 %, 8 beds: what the release before had, not tonight's 171.25 % and 11."""
    assert value(nights.good, "itau_pth_visits_selfcare") == (pytest.approx(5.0), "ok", None)
    assert value(nights.faulty, "itau_pth_visits_selfcare") == (pytest.approx(5.0), "provisional", "withheld")
    assert value(nights.faulty, "itau_esh_beds") == (pytest.approx(8.0), "provisional", "withheld")
    columns = "programme_id, indicator_id, division_id, month, value, numerator, denominator, definition_version"
    figures = "indicator.value where organisation_id = 'itauusimaa' and value is not null"
    asked = f"select {columns} from {figures} order by all"
    assert nights.faulty.query(asked) == nights.good.query(asked)
    assert nights.faulty.query(f"select distinct value_status from {figures}") == [("provisional",)]


def test_what_was_never_released_is_not_reportable(nights: Nights) -> None:
    """Pori's 120 % has no earlier value: it is withheld, which is another thing than that nobody delivered it."""
    assert value(nights.good, "pori_own_nurse") == (None, "no_data", None)
    assert value(nights.faulty, "pori_own_nurse") == (None, "not_reportable", None)
    assert value(nights.faulty, "pori_supply_cost") == (None, "no_data", None)
    shown = nights.faulty.query(
        "select count(*) from indicator.value where organisation_id = 'pori' and value is not null"
    )
    assert shown == [(0,)]


def test_the_ledger_of_releases_says_what_was_shown(nights: Nights) -> None:
    reported = nights.faulty.query(
        "select value, value_status from indicator.reported where indicator_id = 'itau_pth_visits_selfcare'"
        f" and division_id = 'all' and {DECEMBER} order by released_at"
    )
    assert reported == [(pytest.approx(5.0), "ok"), (pytest.approx(5.0), "provisional")]
