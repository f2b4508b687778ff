"""The extracts of clients, single figures and actions: good rows are taken, each kind of bad row says why not."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.contract import load_contract
from tests.sources.helpers import read

GOOD = {
    "asiakasmaarat": {
        "kuukausi": "2024-03",
        "palvelu": "kotihoito",
        "kunta": "075",
        "ikaryhma": "75+",
        "asiakkaita": "1 234",
        "paikkoja": "",
    },
    "tunnusluvut": {
        "kuukausi": "3.2024",
        "tunnusluku": "risk_kyme_talous",
        "toimiala": "",
        "arvo": "12,5",
        "lahde": "Riskirekisteri",
    },
    "toimenpiteet": {
        "raportointikuukausi": "03/2024",
        "tunnus": "T-17",
        "nimi": "Yhteensä sujuvampi kotihoito",
        "tavoite": "1.2",
        "teema": "",
        "toimiala": "SOSPA",
        "vastuurooli": "kotihoidon palvelupäällikkö",
        "alku": "1.1.2024",
        "loppu": "2025-12-31",
        "tila": "kaynnissa",
        "valmius_prosentti": "40",
        "saasto_tavoite_eur": "1 200 000,00",
        "saasto_toteuma_eur": "−1500,50",
        "panostus_eur": "0",
    },
}  # fmt: skip
# The same columns as Finnish, Swedish and English suppliers write them, in the order of the contract.
HEADERS = {
    "asiakasmaarat": [
        "Kuukausi;Palvelu;Kuntakoodi;Ikäryhmä;Asiakkaiden määrä;Paikat",
        "Månad;Tjänst;Kommun;Åldersgrupp;Antal klienter;Platser",
        "Month;Service;Municipality;Age group;Clients;Places",
    ],
    "tunnusluvut": [
        "Kausi;Mittari;Toimiala;Luku;Lähde",
        "Månad;Nyckeltal;Verksamhetsområde;Värde;Källa",
        "Month;Measure ID;Division;Value;Source",
    ],
    "toimenpiteet": [
        "Raportointikuukausi;Tunnus;Toimenpide;Tavoite;Kärki;Toimiala;Vastuurooli;Alkaa;Päättyy;Tila;Valmius %;"
        "Säästötavoite (€);Säästötoteuma (€);Panostus (€)",
        "Rapporteringsmånad;Beteckning;Åtgärd;Mål;Tema;Verksamhetsområde;Ansvarig roll;Startdatum;Slutdatum;Läge;"
        "Färdigställandegrad;Planerad besparing;Uppnådd besparing;Insats",
        "Reporting month;Action ID;Action;Goal;Theme;Division;Responsible role;Start date;End date;Status;Completion;"
        "Planned saving;Realised saving;Investment",
    ],
}


def text(extract, *rows, header=None):
    return "\n".join([header or ";".join(GOOD[extract]), *(";".join(row.values()) for row in rows)]) + "\n"


@pytest.mark.parametrize("extract", GOOD)
def test_a_good_row_is_taken_under_every_header(tmp_path, extract):
    for header in [None, *HEADERS[extract]]:
        found = read(tmp_path, text(extract, GOOD[extract], header=header), load_contract(extract))
        assert (found.code, found.counts.accepted, found.caveats) == (None, 1, ())


def test_clients_as_they_reach_the_lake(tmp_path):
    other = GOOD["asiakasmaarat"] | {"palvelu": "Lapsiperheiden_kotipalvelu", "ikaryhma": "0-17", "paikkoja": "0"}
    found = read(tmp_path, text("asiakasmaarat", GOOD["asiakasmaarat"], other), "asiakasmaarat")
    assert found.column("kunta") == ["075", "075"]
    assert found.column("palvelu") == ["kotihoito", "lapsiperheiden_kotipalvelu"]
    assert [(r["asiakkaita"], r["paikkoja"]) for r in found.rows] == [(1234, None), (1234, 0)]
    assert found.periods == ("2024-03",)


def test_figures_as_they_reach_the_lake(tmp_path):
    rows = [
        GOOD["tunnusluvut"],
        GOOD["tunnusluvut"] | {"toimiala": "A", "arvo": "0,0001"},
        GOOD["tunnusluvut"] | {"tunnusluku": "nobody_declared_this"},  # that is not the reader's matter
    ]
    found = read(tmp_path, text("tunnusluvut", *rows), "tunnusluvut")
    assert found.column("arvo") == [Decimal("12.5"), Decimal("0.0001"), Decimal("12.5")]
    assert found.column("toimiala") == [None, "A", None]
    assert found.periods == ("2024-03|nobody_declared_this", "2024-03|risk_kyme_talous")


def test_actions_as_they_reach_the_lake(tmp_path):
    found = read(tmp_path, text("toimenpiteet", GOOD["toimenpiteet"]), "toimenpiteet")
    (row,) = found.rows
    assert (row["nimi"], row["tavoite"], row["teema"]) == ("Yhteensä sujuvampi kotihoito", "1.2", None)
    assert (row["alku"], row["loppu"]) == (dt.date(2024, 1, 1), dt.date(2025, 12, 31))
    assert (row["saasto_tavoite_eur"], row["saasto_toteuma_eur"]) == (Decimal(1200000), Decimal("-1500.50"))
    assert (row["raportointikuukausi"], row["period"]) == (dt.date(2024, 3, 1), "2024-03")


FAULTS = [
    ("asiakasmaarat", "kuukausi", "2024-13", "bad_month"),
    ("asiakasmaarat", "kuukausi", "", "missing"),
    ("asiakasmaarat", "palvelu", "kotipalvelu", "not_allowed"),
    ("asiakasmaarat", "kunta", "75", "bad_code"),
    ("asiakasmaarat", "ikaryhma", "65+", "not_allowed"),
    ("asiakasmaarat", "asiakkaita", "-1", "out_of_range"),
    ("asiakasmaarat", "asiakkaita", "1,5", "too_many_decimals"),
    ("asiakasmaarat", "asiakkaita", "", "missing"),
    ("asiakasmaarat", "paikkoja", "-1", "out_of_range"),
    ("asiakasmaarat", "paikkoja", "-", "bad_number"),
    ("tunnusluvut", "kuukausi", "maaliskuu 2024", "bad_month"),
    ("tunnusluvut", "tunnusluku", "", "missing"),
    ("tunnusluvut", "tunnusluku", "asiakas 010190-123A", "identity_code"),
    ("tunnusluvut", "arvo", "0,00001", "too_many_decimals"),
    ("tunnusluvut", "arvo", "n. 12", "bad_number"),
    ("tunnusluvut", "arvo", "", "missing"),
    ("tunnusluvut", "arvo", "100000000000000", "out_of_range"),
    ("tunnusluvut", "lahde", "", "missing"),
    ("toimenpiteet", "raportointikuukausi", "1/24", "bad_month"),
    ("toimenpiteet", "tunnus", "", "missing"),
    ("toimenpiteet", "nimi", "", "missing"),
    ("toimenpiteet", "tavoite", "", "missing"),
    ("toimenpiteet", "toimiala", "", "missing"),
    ("toimenpiteet", "vastuurooli", "", "missing"),
    ("toimenpiteet", "alku", "31.2.2024", "bad_date"),
    ("toimenpiteet", "loppu", "2023-12-31", "end_before_start"),
    ("toimenpiteet", "loppu", "", "missing"),
    ("toimenpiteet", "tila", "myöhässä", "not_allowed"),
    ("toimenpiteet", "valmius_prosentti", "101", "out_of_range"),
    ("toimenpiteet", "valmius_prosentti", "-1", "out_of_range"),
    ("toimenpiteet", "valmius_prosentti", "40 %", "bad_number"),
    ("toimenpiteet", "saasto_tavoite_eur", "1.200.000", "bad_number"),
    ("toimenpiteet", "saasto_toteuma_eur", "1,005", "too_many_decimals"),
    ("toimenpiteet", "panostus_eur", "", "missing"),
]


@pytest.mark.parametrize(("extract", "column", "value", "reason"), FAULTS)
def test_a_bad_row_is_rejected_with_column_and_reason(tmp_path, extract, column, value, reason):
    found = read(tmp_path, text(extract, GOOD[extract], GOOD[extract] | {column: value}), extract)
    assert (3, column, reason) in found.reasons
    assert (found.counts.accepted, found.counts.rejected) == (1, 1)


@pytest.mark.parametrize("extract", GOOD)
def test_the_same_key_twice_is_rejected_and_another_key_is_not(tmp_path, extract):
    key = load_contract(extract).key
    other = {"kuukausi": "2024-04", "raportointikuukausi": "2024-04", "palvelu": "etahoiva", "kunta": "285",
             "ikaryhma": "0-17", "tunnusluku": "x", "toimiala": "Y", "tunnus": "T-18"}  # fmt: skip
    rows = [GOOD[extract], *(GOOD[extract] | {name: other[name]} for name in key)]
    assert read(tmp_path, text(extract, *rows), extract).counts.accepted == len(rows)
    found = read(tmp_path, text(extract, *rows, rows[0]), extract)
    assert found.reasons == [(len(rows) + 2, "+".join(key), "duplicate_key")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)), st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)))
def test_an_action_may_end_on_its_first_day_and_not_before(tmp_path, begins, ends):
    row = GOOD["toimenpiteet"] | {"alku": begins.isoformat(), "loppu": f"{ends:%d.%m.%Y}"}
    found = read(tmp_path, text("toimenpiteet", row), "toimenpiteet")
    assert found.reasons == ([(2, "loppu", "end_before_start")] if ends < begins else [])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-50, 150))
def test_completion_is_a_whole_percentage(tmp_path, percent):
    row = GOOD["toimenpiteet"] | {"valmius_prosentti": str(percent)}
    assert read(tmp_path, text("toimenpiteet", row), "toimenpiteet").counts.accepted == (0 <= percent <= 100)


def test_the_contract_asks_for_roles_and_for_stands():
    contract = load_contract("toimenpiteet")
    assert "Never a person's name" in contract.column("vastuurooli").description
    assert "whole life" in contract.column("saasto_tavoite_eur").description
    for stand in ("saasto_toteuma_eur", "panostus_eur"):
        assert "from its start" in contract.column(stand).description.replace("the action's", "its")
