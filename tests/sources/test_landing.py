"""Landing: what is found, the receipt of every event, duplicates, and what a night that dies leaves behind."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.outcome import scan_results
from sources import lake, landing
from sources.contract import FOLDER, load_contract, load_contracts, load_retired
from sources.settings import REPOSITORY, Settings
from tests.sources.helpers import LEDGER_HEADER, ledger, ledger_line, rows_of

L = ledger_line
RETIREMENT = """  - {property: retiredOn, value: 2030-01-31}
  - property: retiredReason
    value:
      fi: Jono on nyt toisessa poiminnassa.
      sv: Kön finns nu i ett annat uttag.
      en: The queue is in another extract now.
"""
LANDED = datetime.fromisoformat("2024-04-01T06:30:00")  # naive UTC, as in the lake


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("TILANNEKUVA_HOME", raising=False)
    settings = Settings(home=tmp_path / "home", settle_seconds=0).ensure()
    lake.ensure(settings)
    return settings


def drop(
    home, content, name="a.csv", extract="kirjanpito", organisation="kymenlaakso", at=LANDED, control=None
) -> Path:
    path = home.landing / organisation / extract / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    stamp = at.replace(tzinfo=UTC).timestamp() + 0.75
    os.utime(path, (stamp, stamp))
    if control is not None:
        path.with_name(name + ".control.json").write_text(json.dumps(control))
    return path


def take(home, extract="kirjanpito"):
    scan = landing.scan(home)
    return landing.take_in(home, extract, [f for f in scan.files if f.extract_id == extract])


def receipts(home):
    return [r for p in (home.lake / "receipt").glob("2*.parquet") for r in rows_of(p)]


def archived(home):
    return sorted(p.name.partition("_")[2] for p in home.archive.rglob("*") if p.is_file())


def landed(home):
    return sorted(p.name for p in home.landing.rglob("*") if p.is_file())


# --- What has arrived --------------------------------------------------------------------------------------------


def test_files_come_in_delivery_order_and_strays_are_told(home):
    drop(home, "x", "b.csv")
    drop(home, "x", "a.csv")
    drop(home, "x", "z.csv", at=datetime.fromisoformat("2024-03-01"))
    drop(home, "x", "pop.csv", extract="vaesto", organisation="public")
    for ignored in (".hidden.csv", "c.csv.part", "c.csv.filepart", "c.TMP", "~$c.xlsx"):
        drop(home, "x", ignored)
    drop(home, "{}", "lost.csv.control.json")
    drop(home, "x", organisation="atlantis")
    drop(home, "x", extract="palkat")
    drop(home, "x", extract="vaesto")
    drop(home, "x", extract="kirjanpito", organisation="public")
    drop(home, "x", extract="kirjanpito/2024")
    (home.landing / "readme.txt").touch()
    (home.landing / "pori").mkdir()
    (home.landing / "pori" / "file.csv").touch()
    scan = landing.scan(home)
    assert [f.path.name for f in scan.files] == ["z.csv", "a.csv", "b.csv", "pop.csv"]
    assert {(s.kind, s.path) for s in scan.unknown} == {
        ("orphan_control", "kymenlaakso/kirjanpito/lost.csv.control.json"),
        ("unknown_organisation", "atlantis"),
        ("unknown_extract", "kymenlaakso/palkat"),
        ("wrong_scope", "kymenlaakso/vaesto"),
        ("wrong_scope", "public/kirjanpito"),
        ("stray_folder", "kymenlaakso/kirjanpito/2024"),
        ("stray_file", "readme.txt"),
        ("stray_file", "pori/file.csv"),
    }
    assert scan.unsettled == ()


def test_received_at_is_the_modification_time_in_whole_seconds_and_never_the_future(home):
    drop(home, "x")
    drop(home, "x", "future.csv", at=datetime.fromisoformat("2999-01-01"))
    first, second = landing.scan(home).files
    assert first.received_at == LANDED
    assert second.received_at <= datetime.now(UTC).replace(tzinfo=None)


def test_a_file_that_still_grows_waits_for_the_next_night(home):
    now = datetime.now(UTC).replace(tzinfo=None)
    growing, still = drop(home, "x", "grows.csv", at=now), drop(home, "x", "still.csv", at=now)
    drop(home, "x", "old.csv")
    waits = []

    def night_passes(seconds):
        waits.append(seconds)
        with growing.open("a") as file:
            file.write("more")

    scan = landing.scan(home.model_copy(update={"settle_seconds": 60.0}), sleep=night_passes)
    assert waits == [60.0]
    assert [f.path.name for f in scan.unsettled] == ["grows.csv"]
    assert {f.path for f in scan.files} == {still, home.landing / "kymenlaakso" / "kirjanpito" / "old.csv"}


def test_a_new_county_is_a_row(home):
    drop(home, ledger(L(1)), organisation="saimaa")
    assert landing.scan(home).unknown[0].kind == "unknown_organisation"
    (home.home / "organisations.csv").write_text("organisation_id,kind\nsaimaa,county\n")
    assert take(home).receipts[0].organisation_id == "saimaa"


def test_a_file_for_a_retired_extract_is_told_apart_and_stays(home, tmp_path, monkeypatch):
    text = (FOLDER / "asumisjono.yaml").read_text(encoding="utf-8").replace("id: asumisjono", "id: vanha_jono")
    text = text.replace("status: active", "status: retired") + RETIREMENT
    (tmp_path / "vanha_jono.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(landing, "load_retired", lambda: load_retired(tmp_path))
    dropped = drop(home, "x", "010190-123A.csv", extract="vanha_jono")
    (home.landing / "pori" / "vanha_jono").mkdir(parents=True)  # nothing dropped, nothing to tell
    scan = landing.scan(home)
    (stray,) = scan.unknown
    assert (stray.kind, stray.path) == ("retired_extract", "kymenlaakso/vanha_jono/******-****.csv")
    assert stray.text() == (
        "retired_extract: kymenlaakso/vanha_jono/******-****.csv. The extract vanha_jono was retired on 2030-01-31. "
        "The queue is in another extract now. The file stays where it is."
    )
    assert "Jono on nyt toisessa poiminnassa." in stray.text("fi") and "2030-01-31" in stray.text("sv")
    assert dropped.read_text() == "x" and scan.files == ()
    (told, _) = scan_results(scan, "night")
    assert (told.status, told.severity, told.observed) == ("failed", "WARN", stray.text())


def test_national_data_need_no_row(home):
    assert "public," not in landing.ORGANISATIONS.read_text(encoding="utf-8")
    (home.home / "organisations.csv").write_text("organisation_id,kind\npublic,county\nsaimaa,\n")
    known = landing.known_organisations(home)
    assert (known["public"], known["saimaa"]) == ("public", "county")


def test_dbt_and_landing_know_the_same_organisations():
    seed = REPOSITORY / "dbt_project" / "seeds" / "organisation.csv"
    assert seed.is_symlink() and seed.resolve() == landing.ORGANISATIONS.resolve()
    assert not seed.readlink().is_absolute()


def test_every_county_of_finland_is_known(home):
    known = landing.known_organisations(home)
    assert {"kymenlaakso", "itauusimaa", "pori", "vantaakerava", "kainuu", "pohjois_savo", "public"} <= set(known)
    assert sum(kind == "wellbeing_services_county" for kind in known.values()) == 21
    assert all(name.isascii() and name == name.lower() for name in known)


# --- Receipts ----------------------------------------------------------------------------------------------------


def test_an_accepted_delivery(home):
    content = ledger(L(1), L(2, kausi="2024-02", summa="-3,50"), "", L(3))
    drop(home, content, control={"rows": 3, "sums": {"summa": "16.50"}, "origin": "generated"})
    taken = take(home)
    assert taken.failures == ()
    (row,) = receipts(home)
    assert row == {field: list(v) if isinstance(v, tuple) else v for field, v in _as_dict(taken.receipts[0]).items()}
    assert (row["decision"], row["reason"], row["origin"]) == ("accepted", None, "generated")
    assert (row["rows_read"], row["rows_accepted"], row["rows_rejected"], row["rows_skipped"]) == (4, 3, 0, 1)
    assert row["periods"] == ["2024-02", "2024-03"]
    assert (row["file_name"], row["file_bytes"], row["received_at"]) == ("a.csv", len(content), LANDED)
    assert (row["encoding"], row["delimiter"], row["contract_version"]) == ("utf-8", ";", "1.0.0")
    accepted = rows_of(lake.delivery_path(home, "kirjanpito", "kymenlaakso", row["delivery_id"]))
    assert [(r["row_number"], r["period"], str(r["summa"])) for r in accepted] == [
        (2, "2024-03", "10.00"),
        (3, "2024-02", "-3.50"),
        (5, "2024-03", "10.00"),
    ]
    assert archived(home) == ["a.csv", "a.csv.control.json"] and landed(home) == []


def _as_dict(receipt):
    return {name: getattr(receipt, name) for name in receipt.__dataclass_fields__}


def test_a_refused_delivery_leaves_no_rows_but_its_rejects(home):
    drop(home, ledger(L(1), L(2, summa="x")), "palkat 010190-123A.csv")
    (receipt,) = take(home).receipts
    assert (receipt.decision, receipt.reason_code) == ("refused", "reject_limit")
    assert (receipt.rows_accepted, receipt.rows_rejected) == (0, 2)
    assert receipt.file_name == "palkat ******-****.csv"
    assert receipt.reason.startswith("palkat ******-****.csv: 1 of 2 rows")
    assert archived(home) == ["palkat ******-****.csv"]
    assert not lake.delivery_path(home, "kirjanpito", "kymenlaakso", receipt.delivery_id).exists()
    (reject,) = rows_of(home.lake / "rejected_row" / f"{receipt.receipt_id}.parquet")
    assert (reject["row_number"], reject["value"]) == (3, "x")


def test_the_same_bytes_again_are_a_duplicate(home):
    drop(home, ledger(L(1)))
    first = take(home).receipts[0]
    before = {p: p.stat().st_mtime_ns for p in (home.lake / "kirjanpito").rglob("*.parquet")}
    drop(home, ledger(L(1)), "again.csv", at=datetime.fromisoformat("2024-04-02"))
    drop(home, ledger(L(1)), at=LANDED)
    drop(home, ledger(L(1)), organisation="kainuu")
    taken = take(home).receipts
    assert [(r.organisation_id, r.decision) for r in taken] == [
        ("kainuu", "accepted"),
        ("kymenlaakso", "duplicate"),
        ("kymenlaakso", "duplicate"),
    ]
    again = taken[2]
    assert (again.file_name, again.rows_read, again.periods, again.reason_code) == ("again.csv", 0, (), "duplicate")
    assert again.delivery_id == first.delivery_id
    assert before.items() <= {p: p.stat().st_mtime_ns for p in (home.lake / "kirjanpito").rglob("*.parquet")}.items()
    assert landed(home) == []


def test_two_equal_files_in_one_night(home):
    drop(home, ledger(L(1)), "a.csv")
    drop(home, ledger(L(1)), "b.csv")
    assert [(r.file_name, r.decision) for r in take(home).receipts] == [("a.csv", "accepted"), ("b.csv", "duplicate")]


def test_a_refused_file_is_read_again(home):
    drop(home, ledger(L(1)), control={"rows": 2})
    assert take(home).receipts[0].reason_code == "control_rows"
    drop(home, ledger(L(1)), control={"rows": 1})
    assert take(home).receipts[0].decision == "accepted"
    assert len(receipts(home)) == 2


def test_one_files_error_does_not_stop_the_others(home, monkeypatch):
    for number, name in enumerate(["a.csv", "b.csv", "c.csv"]):
        drop(home, ledger(L(number)), name)
    original = landing.read_delivery

    def breaks(path, *arguments):
        if path.name == "b.csv":
            raise OSError("disk of 010190-123A is full")
        return original(path, *arguments)

    monkeypatch.setattr(landing, "read_delivery", breaks)
    seen = []
    files = landing.scan(home).files
    taken = landing.take_in(home, "kirjanpito", files, progress=seen.append)
    assert [r.file_name for r in taken.receipts] == ["a.csv", "c.csv"]
    assert [(f.file.path.name, f.error) for f in taken.failures] == [("b.csv", "OSError: disk of ******-**** is full")]
    assert landed(home) == ["b.csv"]
    assert seen == list(files)


def test_a_public_payload_goes_through_its_adapter(home):
    drop(home, "alue;vuosi;vaesto\nFI;2023;5603851\n", extract="vaesto", organisation="public")
    (receipt,) = take(home, "vaesto").receipts
    assert (receipt.decision, receipt.origin, receipt.rows_accepted) == ("accepted", "public", 1)
    drop(home, '{"class": "error"}', "b.json", extract="vaesto", organisation="public")
    assert take(home, "vaesto").receipts[0].reason_code == "unknown_payload"


# --- A night that dies -------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def kill_at(monkeypatch, target, name, nth=1):
    """Let ``target.name`` end the process at its ``nth`` call, before doing anything."""
    original = getattr(target, name)
    calls = iter(range(1, 1000))

    def dies(*arguments, **named):
        if next(calls) == nth:
            raise Killed
        return original(*arguments, **named)

    monkeypatch.setattr(target, name, dies)


@pytest.mark.parametrize(
    ("target", "name", "nth", "committed"),
    [
        (landing.Reading, "write_accepted", 1, False),
        (landing.Reading, "write_rejects", 1, False),
        (landing.lake, "write_parquet", 1, False),
        (landing, "_move", 1, True),
        (Path, "replace", 1, False),
        (Path, "replace", 2, False),
        (Path, "replace", 3, False),
        (Path, "replace", 4, True),
        (Path, "replace", 5, True),
    ],
)
def test_a_killed_night_is_finished_by_the_next(home, monkeypatch, target, name, nth, committed):
    lines = [L(n) for n in range(1, 101)]
    drop(home, ledger(*lines, L(101, summa="x")), control={"rows": 101})
    with monkeypatch.context() as patch:
        kill_at(patch, target, name, nth)
        with pytest.raises(Killed):
            take(home)
    assert len(receipts(home)) == committed
    assert [n for n in landed(home) if not n.endswith(".json")] == ["a.csv"]
    taken = take(home)
    assert len(taken.receipts) == (not committed) and taken.failures == ()
    (receipt,) = receipts(home)
    assert (receipt["decision"], receipt["rows_accepted"], receipt["rows_rejected"]) == ("accepted", 100, 1)
    assert archived(home) == ["a.csv", "a.csv.control.json"] and landed(home) == []
    assert {p.stem for p in (home.lake / "rejected_row").iterdir()} == {"empty", receipt["receipt_id"]}
    accepted = list((home.lake / "kirjanpito" / "organisation=kymenlaakso").iterdir())
    assert len(accepted) == 1 and len(rows_of(accepted[0])) == 100
    assert list(home.build.iterdir()) == []


# --- The lake ----------------------------------------------------------------------------------------------------


def test_the_empty_lake_has_every_table_and_type(home):
    for contract in load_contracts().values():
        pattern = str(home.lake / contract.extract_id / "*" / "*.parquet")
        found = duckdb.sql(f"SELECT * EXCLUDE (organisation) FROM read_parquet('{pattern}', hive_partitioning = true)")
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == lake.delivery_schema(contract)
        assert found.fetchall() == []
    for table, schema in lake.TABLES.items():
        found = duckdb.read_parquet(str(home.lake / table / "empty.parquet"))
        assert dict(zip(found.columns, map(str, found.types), strict=True)) == schema
    contracts = {r["extract_id"]: r for r in rows_of(home.lake / "contract" / "contract.parquet")}
    assert contracts["kirjanpito"]["due_day"] == 15 and contracts["talousarvio"]["due_day"] is None
    assert "selite" not in lake.delivery_schema(load_contract("kirjanpito"))


def test_delivered_rows_have_the_types_of_the_empty_file(home):
    drop(home, ledger(L(1), header=LEDGER_HEADER.replace("palveluluokka", "muu")))
    take(home)
    pattern = str(home.lake / "kirjanpito" / "*" / "*.parquet")
    types = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{pattern}', hive_partitioning = false)").fetchall()
    assert {t[0]: t[1] for t in types} == lake.delivery_schema(load_contract("kirjanpito"))
    assert len(duckdb.sql(f"SELECT * FROM read_parquet('{pattern}')").fetchall()) == 1


def test_a_write_that_fails_leaves_nothing(home):
    path = home.lake / "receipt" / "x.parquet"
    with pytest.raises(duckdb.Error):
        lake.write_parquet(path, {"a": "INTEGER"}, [("no number",)])
    assert [p.name for p in path.parent.iterdir()] == ["empty.parquet"]


def test_check_results_have_the_columns_of_the_shared_vocabulary():
    from expectations.result import CheckResult

    assert list(lake.TABLES["check_result"]) == list(CheckResult.__dataclass_fields__)


def test_a_landed_file_masks_its_name():
    file = landing.LandedFile(Path("010190-123A.csv"), "pori", "kirjanpito", LANDED, 1)
    assert file.file_name == "******-****.csv"
    assert replace(file, path=Path("a.csv")).file_name == "a.csv"
