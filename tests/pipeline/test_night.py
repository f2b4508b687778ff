"""What the night promises when things go wrong: corrections, broken deliveries, kills, readers, a new county."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Home
from tests.pipeline import hand_written

pytestmark = pytest.mark.pipeline

AS_OF = "2025-01-20"
KEY = "programme_id, indicator_id, organisation_id, division_id, month"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release made of the hand-written extracts, queue and sites beside them."""
    home = Home(tmp_path_factory.mktemp("released") / "home")
    deliver_by_hand(home, "kymenlaakso")
    home.nightly(AS_OF)
    return home


@pytest.fixture
def copy(released: Home, tmp_path: Path) -> Home:
    shutil.copytree(released.path, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def deliver_by_hand(home: Home, organisation: str) -> None:
    home.land(organisation, "kirjanpito", "ledger.csv", hand_written.kirjanpito())
    home.land(organisation, "talousarvio", "ta2023.csv", hand_written.talousarvio())
    home.land(organisation, "enps_vastaukset", "talvi.csv", hand_written.enps())
    home.land(
        organisation,
        "asumisjono",
        "jono.csv",
        "pvm;palvelu;kunta;jonottajia;odotus_mediaani_pv\n"
        "1.12.2024;2211;285;50;30\n31.12.2024;2211;285;40;21,5\n31.12.2024;2211;286;7;\n",
    )


def march_again(amount: str) -> str:
    """All of March 2024 with one figure changed: ESH bought was 20 000 000."""
    rows = [
        (amount, "4300", "2612", "TESPA"),
        ("10000000", "4300", "2530", "TESPA"),
        ("1000000", "4346", "2530", "TESPA"),
        ("30000000", "4000", "2530", "TESPA"),
        ("4000000", "4110", "2201", "SOSPA"),
        ("2000000", "4820", "5501", "KONSERNI"),
        ("9000000", "4500", "2561", "TESPA"),
        ("-500000", "3000", "2612", "TESPA"),
    ]
    head = "tositenumero;rivi;kausi;kirjauspvm;tili;kustannuspaikka;palveluluokka;toimiala;summa\n"
    return head + "".join(
        f"K;{line};2024-03;2024-04-02;{account};1;{service};{division};{value}\n"
        for line, (value, account, service, division) in enumerate(rows, start=1)
    )


def values(home: Home) -> dict[tuple[object, ...], object]:
    """Every value but the score of the deliveries themselves, which each delivery moves."""
    query = f"select {KEY}, value from indicator.value where indicator_id not like '%data_quality'"
    return {row[:-1]: row[-1] for row in home.query(query)}


def test_a_late_correction_changes_only_what_rests_on_its_month(copy: Home) -> None:
    before = values(copy)
    first = copy.one("select release_id from meta.release")
    copy.land("kymenlaakso", "kirjanpito", "maaliskuu korjattu.csv", march_again("21000000"))

    copy.nightly(AS_OF)

    changed = {key for key, value in values(copy).items() if value != before[key]}
    december = copy.query("select distinct month from indicator.value where month = date '2024-12-01'")[0][0]
    assert {(key[1], key[3]) for key in changed} == {
        ("kyme_purchases_cost", "all"),
        ("kyme_purchases_cost", "terveys"),
        ("kyme_esh_cost", "all"),
        ("kyme_esh_cost", "terveys"),
        ("kyme_savings_total", "all"),
    }
    # The only window that March 2024 is in and that is covered from end to end ends in December.
    assert {key[4] for key in changed} == {december}
    assert copy.one("select value from indicator.status where indicator_id = 'kyme_purchases_cost'") == pytest.approx(
        373.0
    )
    # Both numbers stay on the record, and the earlier release still shows its own.
    assert [
        value
        for (value,) in copy.query(
            "select value from indicator.reported where indicator_id = 'kyme_purchases_cost'"
            " and division_id = 'all' and month = date '2024-12-01' order by release_id"
        )
    ] == pytest.approx([372.0, 373.0])
    earlier = copy.path / "releases" / first / "tilannekuva.duckdb"
    with duckdb.connect(str(earlier), read_only=True) as old:
        assert old.execute(
            "select value from indicator.status where indicator_id = 'kyme_purchases_cost'"
        ).fetchone() == (372.0,)


def test_broken_deliveries_leave_the_earlier_data_standing_and_say_so(copy: Home) -> None:
    before = values(copy)
    copy.land("kymenlaakso", "kirjanpito", "rikki.csv", "aivan;muuta\n1;2\n")
    copy.land("kymenlaakso", "talousarvio", "hylyt.csv", hand_written.talousarvio().replace("000.00", "000.xx"))
    answers = copy.land("kymenlaakso", "enps_vastaukset", "vajaa.csv", hand_written.enps() + "\n".encode("utf-16-le"))
    answers.with_name("vajaa.csv.control.json").write_text('{"rows": 11, "sums": {"arvosana": "69"}}')
    copy.land("kymenlaakso", "asumisjono", "tyhja.csv", "pvm;palvelu;kunta;jonottajia;odotus_mediaani_pv\n")
    copy.land(
        "kymenlaakso",
        "toimipisteet",
        "ok.csv",
        "kuukausi;toimipiste;nimi;kunta;toimiala;pinta_ala_m2;vuokra_eur;kaytossa\n"
        "2024-12;T1;Asema;285;TESPA;100,0;1000,00;K\n2024-12;T2;Talo;286;SOSPA;50,5;500,00;E\n",
    )

    said = copy.nightly(AS_OF, expect=2)

    refused = copy.query("select extract_id, reason from quality.delivery where decision = 'refused' order by 1")
    assert [extract for extract, _ in refused] == [
        "asumisjono",
        "enps_vastaukset",
        "kirjanpito",
        "talousarvio",
    ]
    assert all(reason for _, reason in refused)
    for name in ("rikki.csv", "hylyt.csv", "vajaa.csv", "tyhja.csv"):
        assert name in said
    after = values(copy)
    assert {key: after[key] for key in before if key[1] != "kyme_sites"} == {
        key: value for key, value in before.items() if key[1] != "kyme_sites"
    }
    # The good delivery of the same night went through: one of two sites is in use.
    assert copy.one("select value from indicator.status where indicator_id = 'kyme_sites'") == 1.0
    assert (
        copy.one(
            "select value_status from indicator.value where indicator_id = 'kyme_purchases_cost'"
            " and division_id = 'all' and month = date '2024-12-01'"
        )
        == "provisional"
    )


def test_another_county_needs_no_code_and_no_configuration(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver_by_hand(home, "kymenlaakso")
    shutil.copytree(home.path / "landing" / "kymenlaakso", home.path / "landing" / "kainuu")

    home.nightly(AS_OF)

    def measures(organisation: str) -> list[tuple[object, ...]]:
        return home.query(
            "select division_id, month, measure_id, value, n_persons from mart.fct_measure where organisation_id = ?"
            " order by all",
            organisation,
        )

    assert measures("kainuu") == measures("kymenlaakso")
    assert len(measures("kainuu")) > 100


def test_a_killed_night_never_touches_what_is_current(copy: Home) -> None:
    rng = random.Random(20250120)
    began = time.monotonic()
    copy.nightly(AS_OF)
    length = time.monotonic() - began
    current = (copy.path / "releases" / "current").readlink()
    before = values(copy)
    copy.land("kymenlaakso", "kirjanpito", "maaliskuu korjattu.csv", march_again("21000000"))

    for _ in range(10):
        night = copy.start("nightly", "--as-of", AS_OF)
        time.sleep(rng.uniform(0.3, 0.95) * length)
        # Killed at whatever it was doing, dbt's process included.
        if night.poll() is None:
            os.killpg(night.pid, signal.SIGKILL)
            night.wait()
            if (copy.path / "releases" / "current").readlink() == current:
                assert values(copy) == before
                continue
        # The night got as far as the swap: then the release is whole.
        assert copy.run("release", "verify").returncode == 0

    copy.nightly(AS_OF)
    assert copy.one("select value from indicator.status where indicator_id = 'kyme_purchases_cost'") == pytest.approx(
        373.0
    )
    assert copy.one("select count(*) from quality.delivery where file_name = 'maaliskuu korjattu.csv'") == 1
    assert copy.run("release", "verify").returncode == 0
    # Nothing half-made is left behind, and the ledger knows only releases that were current.
    left = {path.name for path in (copy.path / "releases").iterdir()}
    reported = {row[0] for row in copy.query("select distinct release_id from indicator.reported")}
    assert left == reported | {"current"}


READER = """
import sys, pathlib, time, duckdb
path, stop = sys.argv[1], pathlib.Path(sys.argv[2])
reads = 0
while not stop.exists():
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("select count(*) from indicator.value").fetchone()[0] > 0
    reads += 1
    time.sleep(0.05)  # four readers, not four busy loops: the night wants a core too
print(reads)
"""


def test_four_readers_read_through_the_night(copy: Home, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(copy.warehouse), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        copy.nightly(AS_OF)
    finally:
        stop.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        assert int(output) > 3


def test_a_second_night_says_who_holds_the_lock(copy: Home) -> None:
    first = copy.start("nightly", "--as-of", AS_OF)
    try:
        deadline = time.monotonic() + 60
        while not list(copy.path.glob("nightly.lock.json")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = copy.run("nightly", "--as-of", AS_OF)
        assert second.returncode == 1
        assert str(first.pid) in second.stderr
    finally:
        assert first.wait(timeout=600) == 0


def test_rollback_brings_the_earlier_number_back(copy: Home) -> None:
    copy.land("kymenlaakso", "kirjanpito", "maaliskuu korjattu.csv", march_again("21000000"))
    copy.nightly(AS_OF)
    assert copy.run("release", "rollback").returncode == 0
    assert copy.one("select value from indicator.status where indicator_id = 'kyme_purchases_cost'") == 372.0


IDENTITY_CODE = re.compile(r"\b[0-3]\d[01]\d{3}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y]\b")


def test_no_row_and_no_pseudonym_of_a_person_is_published(tmp_path: Path) -> None:
    """Every text column of a release of generated data, against the persons the extracts speak of."""
    home = Home(tmp_path / "home")
    made = home.run("generate", "--months", "13", "--scale", "0.002")
    assert made.returncode == 0, made.stderr
    home.nightly("2024-02-20")
    lake = home.path / "lake"
    persons = {
        row[0]
        for extract, column in (
            ("henkilosto", "henkilo"),
            ("sairauspoissaolot", "henkilo"),
            ("asiakaskontaktit", "asiakas"),
        )
        for row in duckdb.sql(
            f"select distinct {column} from read_parquet('{lake}/{extract}/*/*.parquet') where {column} is not null"
        ).fetchall()
    }
    assert len(persons) > 1000
    columns = home.query(
        "select table_schema, table_name, column_name from information_schema.columns"
        " where data_type like 'VARCHAR%' and table_schema in ('indicator', 'mart', 'quality', 'meta')"
    )
    assert {schema for schema, _, _ in columns} == {"indicator", "mart", "quality", "meta"}
    for schema, table, column in columns:
        texts = {
            str(row[0])
            for row in home.query(f'select distinct "{column}" from {schema}.{table} where "{column}" is not null')
        }
        assert not texts & persons, (schema, table, column)
        assert not [text for text in texts if IDENTITY_CODE.search(text)], (schema, table, column)
    assert home.one("select bool_or(data_origin = 'generated') from meta.release")
