"""Adapters of public payloads: real files with cells read off by eye, hand-written variants, and refusals."""

from __future__ import annotations

import gzip
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.adapters import ADAPTERS, UnknownPayload
from sources.contract import load_contract, load_contracts
from sources.header import fold
from sources.jsonstat import encode_population
from sources.public import FOLDER, PAYLOADS, land_public_payloads
from sources.settings import Settings

REAL = [(extract_id, name) for extract_id, names in PAYLOADS.items() for name in names]


def records(extract_id: str, path: Path) -> list[dict[str, str | None]]:
    header, *rows = ADAPTERS[extract_id](path)
    return [dict(zip(header, row, strict=True)) for row in rows]  # type: ignore[arg-type]


def write(folder: Path, content: str | bytes | Any, name: str = "payload") -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def only(rows: list[dict[str, str | None]], **wanted: str) -> dict[str, str | None]:
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


# --- every adapter ------------------------------------------------------------------------------------------


def test_the_contracts_that_name_an_adapter_are_those_that_have_one() -> None:
    named = {c.adapter for c in load_contracts().values() if c.adapter}
    assert named == set(ADAPTERS)
    assert all(load_contract(name).scope == "public" for name in ADAPTERS)


@pytest.mark.parametrize(("extract_id", "name"), REAL)
def test_a_real_payload_has_exactly_the_columns_of_its_contract_and_unique_keys(extract_id: str, name: str) -> None:
    contract = load_contract(extract_id)
    rows = records(extract_id, FOLDER / name)
    assert [c.name for c in contract.columns] == list(rows[0])
    required = [c.name for c in contract.columns if c.required]
    assert all(row[column] for row in rows for column in required)
    assert len({tuple(row[column] for column in contract.key) for row in rows}) == len(rows)


# Lines of the file less its header; for the melted tables figures counted in the file by hand (below).
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("sotkanet_127_2009_rest11_csv.csv", 466),
        ("sotkanet_json_127_2023.json", 5),
        ("htas_toimintamenot_hva_2023_2026.csv", 22 * 4),
        ("statfin_tjt_122s_jsonstat2_2024.json", 10 * 7 * 1 * 5),
        ("valtiokonttori_kunta_tililuettelo_2021_2023.csv", 279 + 276 + 275),
        ("valtiokonttori_kunta_palveluluokitus_2021_2023.csv", 137 + 143 + 75),
        ("hyvinvointialueet_codes.csv", 23),
    ],
)
def test_no_row_of_a_real_payload_is_lost(name: str, count: int) -> None:
    extract_id = next(extract_id for extract_id, file_name in REAL if file_name == name)
    assert len(records(extract_id, FOLDER / name)) == count


UNREADABLE = [
    b"",
    b'{"error": "no such table"}',
    b'"not" JSON, not CSV: "unclosed',
    b"{broken",
    b"\x1f\x8bbroken gzip",
    b"PK\x03\x04\x00\x00an Excel file",
    b"\x81\x8d\x8f",
]
# A plain table of unknown columns may be a population for all the adapter knows: the reader has the aliases.
OTHER_TABLES = [b"name;other\n1;2\n", b"<html><body>429 Too Many Requests</body></html>"]


@pytest.mark.parametrize(
    ("extract_id", "content"),
    [(e, c) for e in sorted(ADAPTERS) for c in UNREADABLE]
    + [(e, c) for e in sorted(ADAPTERS) if e != "vaesto" for c in OTHER_TABLES],
)
def test_a_payload_of_another_form_is_refused_in_words(extract_id: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnknownPayload) as refusal:
        ADAPTERS[extract_id](write(tmp_path, content))
    message = str(refusal.value)
    assert refusal.value.found in message and refusal.value.accepted in message
    assert len(message) < 500 and message.isprintable()


# --- population ---------------------------------------------------------------------------------------------


def old_answer() -> dict[str, Any]:
    """The form before June 2026, with one more content and both sexes; figures invented."""

    def axis(*codes: str) -> dict[str, Any]:
        return {"category": {"index": list(codes)}}

    return {
        "class": "dataset",
        "version": "2.0",
        "id": ["Alue", "Ikä", "Sukupuoli", "Vuosi", "Tiedot"],
        "size": [1, 1, 3, 2, 2],
        "role": {"time": ["Vuosi"], "metric": ["Tiedot"]},
        "dimension": {
            "Alue": axis("KU075"),
            "Ikä": axis("SSS"),
            "Sukupuoli": axis("SSS", "1", "2"),
            "Vuosi": axis("2022", "2023"),
            "Tiedot": axis("vaesto", "vaesto_yli64_p"),
        },
        "value": [30, 25.5, 28, 26.5, 14, 20.1, 13, 21.1, 16, 30.1, 15, None],
    }


def test_population_of_the_old_form(tmp_path: Path) -> None:
    rows = ADAPTERS["vaesto"](write(tmp_path, old_answer()))
    assert rows == [
        ["alue", "ika", "sukupuoli", "vuosi", "vaesto"],
        ["KU075", "SSS", "SSS", "2022", "30"],
        ["KU075", "SSS", "SSS", "2023", "28"],
        ["KU075", "SSS", "1", "2022", "14"],
        ["KU075", "SSS", "1", "2023", "13"],
        ["KU075", "SSS", "2", "2022", "16"],
        ["KU075", "SSS", "2", "2023", "15"],
    ]


@pytest.mark.parametrize("classified", ["20260101", "20270101", "20310101"])
def test_population_of_the_new_form_whatever_the_date_in_its_codes(classified: str, tmp_path: Path) -> None:
    doc = encode_population(
        [("KU075", "75", 2024, 240), ("KU075", "100-", 2024, 7), ("SSS", "75", 2024, 61000)], classified=classified
    )
    rows = records("vaesto", write(tmp_path, doc))
    assert only(rows, alue="KU075", ika="100-")["vaesto"] == "7"
    assert only(rows, alue="SSS", ika="75") == {
        "alue": "SSS",
        "ika": "75",
        "sukupuoli": "SSS",
        "vuosi": "2024",
        "vaesto": "61000",
    }
    assert only(rows, alue="SSS", ika="100-")["vaesto"] is None


def test_population_without_age_and_sex_is_of_totals(tmp_path: Path) -> None:
    doc = old_answer()
    doc["id"], doc["size"] = ["Alue", "Vuosi", "Tiedot"], [1, 2, 2]
    doc["value"] = [30, 25.5, 28, 26.5]
    rows = ADAPTERS["vaesto"](write(tmp_path, doc))[1:]
    assert rows == [["KU075", "SSS", "SSS", "2022", "30"], ["KU075", "SSS", "SSS", "2023", "28"]]


@pytest.mark.parametrize(("codes", "refused"), [(["SSS"], False), (["1"], True), (["SSS", "1"], True)])
def test_a_further_dimension_may_only_hold_its_total(codes: list[str], refused: bool, tmp_path: Path) -> None:
    doc = old_answer()
    doc["id"].insert(0, "syntymamaa_1_20120101")
    doc["size"].insert(0, len(codes))
    doc["dimension"]["syntymamaa_1_20120101"] = {"category": {"index": codes}}
    doc["value"] = doc["value"] * len(codes)
    path = write(tmp_path, doc)
    if refused:
        with pytest.raises(UnknownPayload, match="syntymamaa_1_20120101"):
            ADAPTERS["vaesto"](path)
    else:
        assert len(ADAPTERS["vaesto"](path)) == 1 + 6


def test_a_table_without_population_is_no_population() -> None:
    with pytest.raises(UnknownPayload, match="asuntok_ehd"):
        ADAPTERS["vaesto"](FOLDER / "statfin_tjt_122s_jsonstat2_2024.json")


def test_population_in_csv_keeps_its_columns_and_gains_the_totals(tmp_path: Path) -> None:
    text = "Kuntanumero;Vuosi;Väestö;Huom\r\n075;2023;19 000;x\r\n\r\n285;2023;50000\r\nYhteensä;;69000;\r\n"
    expected = [
        ["Kuntanumero", "Vuosi", "Väestö", "Huom", "ika", "sukupuoli"],
        ["075", "2023", "19 000", "x", "SSS", "SSS"],
        [],
        ["285", "2023", "50000", None, "SSS", "SSS"],
        ["Yhteensä", None, "69000", None, "SSS", "SSS"],
    ]
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert ADAPTERS["vaesto"](write(tmp_path, text.encode(encoding))) == expected, encoding
    assert ADAPTERS["vaesto"](write(tmp_path, gzip.compress(text.encode()), "payload.csv.gz")) == expected


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_population_in_csv_with_its_own_age_and_sex_is_as_it_is(delimiter: str, tmp_path: Path) -> None:
    table = [["kunta", "ikäryhmä", "SUKUPUOLI", "vuosi", "arvo"], ["075", "75+", "2", "2023", "12"]]
    text = "\n".join(delimiter.join(row) for row in table)
    assert ADAPTERS["vaesto"](write(tmp_path, text)) == table


def test_the_columns_of_a_population_table_have_the_aliases_that_people_use() -> None:
    contract = load_contract("vaesto")
    for name, aliases in {
        "alue": ["Alue", "kunta", "kuntanumero"],
        "ika": ["Ikä", "ikäryhmä"],
        "vaesto": ["väestö", "arvo"],
    }.items():
        assert {fold(alias) for alias in aliases} <= set(contract.column(name).folded_names)


def test_an_unclosed_quote_or_a_nul_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnknownPayload, match="line 3"):
        ADAPTERS["vaesto"](write(tmp_path, 'alue;vuosi;vaesto\n075;2023;1\n"285;2023;2'))
    with pytest.raises(UnknownPayload, match="line 2"):
        ADAPTERS["vaesto"](write(tmp_path, "alue;vuosi;vaesto\n07\x005;2023;1\n"))


# --- Sotkanet -----------------------------------------------------------------------------------------------

SOTKANET = dict.fromkeys(
    ["indikaattori", "alue_id", "alue_koodi", "vuosi", "sukupuoli", "arvo", "absoluuttinen", "luokitus"]
)


def test_rest_json_rows_with_and_without_the_absolute_value() -> None:
    rows = records("sotkanet", FOLDER / "sotkanet_json_5513_2023.json")
    assert only(rows, alue_id="389") == SOTKANET | {
        "indikaattori": "5513",
        "alue_id": "389",
        "vuosi": "2023",
        "sukupuoli": "total",
        "arvo": "13.0",
        "absoluuttinen": "2749",
        "luokitus": "sotkanet_region",
    }
    rows = records("sotkanet", FOLDER / "sotkanet_json_127_2023.json")
    espoo = only(rows, alue_id="20")
    assert (espoo["arvo"], espoo["absoluuttinen"]) == ("314024", None)


def test_rest_csv_rows() -> None:
    rows = records("sotkanet", FOLDER / "sotkanet_127_2009_rest11_csv.csv")
    assert only(rows, alue_id="69") == SOTKANET | {
        "indikaattori": "127",
        "alue_id": "69",
        "vuosi": "2009",
        "sukupuoli": "total",
        "arvo": "2406",
        "luokitus": "sotkanet_region",
    }
    assert only(rows, alue_id="46")["arvo"] == "583350"


def test_the_wide_table_by_county() -> None:
    rows = records("sotkanet", FOLDER / "sotkanet_hva_extract_2020_2025.csv")
    assert {row["indikaattori"] for row in rows} == {
        "3764+3766",
        "4604",
        "1080",
        "6411",
        "5502",
        "5186",
        "4333",
        "4909",
        "5081",
        "5587",
    }
    assert only(rows, indikaattori="3764+3766", alue_koodi="10", vuosi="2023") == SOTKANET | {
        "indikaattori": "3764+3766",
        "alue_koodi": "10",
        "vuosi": "2023",
        "sukupuoli": "total",
        "arvo": "959.7",
        "luokitus": "hyvinvointialue",
    }
    assert only(rows, indikaattori="4604", alue_koodi="10", vuosi="2020")["arvo"] == "206.6"
    assert only(rows, indikaattori="5587", alue_koodi="FI", vuosi="2025")["arvo"] == "1050.0"
    # The survey of 2025 has not been published: absent, not zero.
    assert not [row for row in rows if row["indikaattori"] == "4333" and row["vuosi"] == "2025"]
    # Ten indicators, 24 rows, less the empty cells: 3764+3766 4 (2025), 4604 8 (2024, 2025), 1080 4, 6411 4 (2020),
    # 5502 1 (South Karelia 2020), the three of the survey 12 each (2021, 2023, 2025).
    assert len(rows) == 240 - 4 - 8 - 4 - 4 - 1 - 3 * 12


def test_a_figure_that_sotkanet_does_not_give_is_an_absent_row(tmp_path: Path) -> None:
    doc = [
        {"indicator": 1, "region": 967, "year": 2023, "gender": "total", "value": None},
        {"indicator": 1, "region": 975, "year": 2023, "gender": "total", "value": 0},
    ]
    assert [(r["alue_id"], r["arvo"]) for r in records("sotkanet", write(tmp_path, doc))] == [("975", "0")]
    text = "indicator;region;year;gender;primary value;absolute value\r\n1;967;2023;total;;\r\n1;975;2023;total;0;\r\n"
    assert [(r["alue_id"], r["arvo"]) for r in records("sotkanet", write(tmp_path, text))] == [("975", "0")]


def test_a_retired_indicator_gives_no_rows_for_the_reader_to_refuse(tmp_path: Path) -> None:
    assert ADAPTERS["sotkanet"](write(tmp_path, "[]")) == [list(SOTKANET)]


@pytest.mark.parametrize(
    "row",
    [
        {"indicator": "127", "region": "69", "year": "2009", "gender": "total", "primary value": "2406", "value": "x"},
        {"indicator": 127, "year": 2009, "gender": "total", "value": 1},
        {"indicator": 127, "region": 69, "year": 2009, "gender": "total", "value": True},
        ["127"],
        7,
    ],
)
def test_json_rows_of_another_form_are_refused_by_their_position(row: Any, tmp_path: Path) -> None:
    good = {"indicator": 127, "region": 69, "year": 2009, "gender": "total", "value": 1}
    with pytest.raises(UnknownPayload, match="item 2"):
        ADAPTERS["sotkanet"](write(tmp_path, [good, row]))


@pytest.mark.parametrize("column", ["visits_per_1000", "note", "share_pct"])
def test_a_column_that_names_no_indicator_is_refused_by_name(column: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownPayload, match=column):
        ADAPTERS["sotkanet"](write(tmp_path, f"region_code,year,beds_per_1000_77,{column}\n10,2023,1,2\n"))


def test_a_ragged_row_is_refused_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(UnknownPayload, match="row 3 has 2 cells under 3"):
        ADAPTERS["sotkanet"](write(tmp_path, "region_code,year,beds_77\n10,2023,1\n10,2024\n"))


ids = st.integers(1, 9999).map(str)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["visits_per_1000", "cost_per_resident", "share_pct", "wait_over_7d"]), ids),
        st.lists(st.one_of(st.none(), st.decimals(-1000, 1000, places=2)), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_the_wide_table_gives_each_figure_once_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, table: dict[tuple[str, str], list[Decimal | None]]
) -> None:
    years = ["2021", "2022", "2023"]
    lines = [",".join(["region_code", "region_name_fi", "year", *(f"{stem}_{number}" for stem, number in table)])]
    for place, year in enumerate(years):
        cells = ["" if figures[place] is None else str(figures[place]) for figures in table.values()]
        lines.append(",".join(["10", "Kymenlaakso", year, *cells]))
    rows = records("sotkanet", write(tmp_path_factory.mktemp("wide"), "\n".join(lines)))
    expected = [
        (number, years[place], str(figures[place]))
        for (_, number), figures in table.items()
        for place in range(3)
        if figures[place] is not None
    ]
    assert sorted((r["indikaattori"], r["vuosi"], r["arvo"]) for r in rows) == sorted(expected)


# --- State Treasury, Statistics Finland, code lists ---------------------------------------------------------


def test_budgets_of_the_organisers() -> None:
    rows = records("htas", FOLDER / "htas_toimintamenot_hva_2023_2026.csv")
    assert only(rows, organisaatio_koodi="10", vuosi="2023")["toimintamenot_meur"] == "936.968"
    assert only(rows, organisaatio_koodi="01", vuosi="2023")["toimintamenot_meur"] == "433.199"
    assert only(rows, organisaatio_koodi="90", vuosi="2026")["toimintamenot_meur"] == "3289.555"


def test_a_budget_that_is_not_given_is_an_absent_row(tmp_path: Path) -> None:
    rows = records("htas", write(tmp_path, "region_code,budget_meur_2026,budget_meur_2027\n10,1044.147,\n"))
    assert rows == [{"organisaatio_koodi": "10", "vuosi": "2026", "toimintamenot_meur": "1044.147"}]


def test_a_table_of_statistics_finland_in_long_form() -> None:
    rows = records("tilastokeskus", FOLDER / "statfin_tjt_122s_jsonstat2_2024.json")
    key = "desiilit_2_20120101=2;tulolaji_1_20161118=PT6"
    assert only(rows, ulottuvuudet=key, tunnusluku="osuus_tulokymmenys") == {
        "taulu": "122s",
        "ulottuvuudet": key,
        "nimet": "II; Työmarkkinatuki",
        "vuosi": "2024",
        "tunnusluku": "osuus_tulokymmenys",
        "tunnusluku_nimi": "Osuus tulokymmenyksen asuntokunnista, %",
        "yksikko": "prosenttia",
        "arvo": "13.8",
    }


def test_the_key_of_a_cell_does_not_hang_on_the_order_of_the_query_and_null_stays_null(tmp_path: Path) -> None:
    doc = old_answer() | {"extension": {"px": {"tableid": "11re"}}}
    rows = records("tilastokeskus", write(tmp_path, doc))
    women = only(rows, ulottuvuudet="Alue=KU075;Ikä=SSS;Sukupuoli=2", vuosi="2023", tunnusluku="vaesto_yli64_p")
    assert women["arvo"] is None
    doc["id"][0], doc["id"][1] = doc["id"][1], doc["id"][0]  # both of one category: no value moves
    assert records("tilastokeskus", write(tmp_path, doc)) == rows


def rename_metric(doc: dict[str, Any]) -> None:
    doc["id"][4] = "luku"
    doc["dimension"]["luku"] = doc["dimension"].pop("Tiedot")
    del doc["role"]["metric"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["extension"]["px"].pop("tableid"), "tableid"),
        (lambda d: d["role"].update(time=["Vuosi", "Alue"]), "2 time"),
        (rename_metric, "0 metric"),
    ],
)
def test_a_table_without_id_time_or_metric_is_refused(change: Any, says: str, tmp_path: Path) -> None:
    doc = old_answer() | {"extension": {"px": {"tableid": "11re"}}}
    change(doc)
    with pytest.raises(UnknownPayload, match=says):
        ADAPTERS["tilastokeskus"](write(tmp_path, doc))


def test_accounts_and_service_classes_by_edition() -> None:
    accounts = records("tililuettelo", FOLDER / "valtiokonttori_kunta_tililuettelo_2021_2023.csv")
    hired = only(accounts, tili="4346", vuosi="2023")
    assert (hired["nimi"], hired["ylaluokka1"]) == ("Työvoiman vuokraus", "tuloslaskelma")
    classes = records("palveluluokitus", FOLDER / "valtiokonttori_kunta_palveluluokitus_2021_2023.csv")
    assert only(classes, palveluluokka="2612")["vuosi"] == "2022"
    assert only(classes, palveluluokka="2600", vuosi="2021")["nimi"] == "Erittelemätön erikoissairaanhoito"
    assert not any("\n" in (value or "") for row in classes for value in row.values())


def test_counties_carry_the_region_id_that_sotkanet_uses_now() -> None:
    counties = records("hyvinvointialueet", FOLDER / "hyvinvointialueet_codes.csv")
    assert only(counties, koodi="10") == {
        "koodi": "10",
        "nimi_fi": "Kymenlaakson hyvinvointialue",
        "nimi_sv": "Kymmenedalens välfärdsområde",
        "nimi_en": "Kymenlaakso wellbeing services county",
        "sotkanet_alue_id": "967",
    }
    assert only(counties, koodi="01")["sotkanet_alue_id"] == "961"


# --- landing the packaged payloads --------------------------------------------------------------------------


def test_packaged_payloads_land_once_with_their_origin(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    landed = land_public_payloads(settings)
    assert {(p.parent.name, p.name) for p in landed} == set(REAL)
    for path in landed:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes()
        assert path.parent.parent == settings.landing / "public"
        assert json.loads(path.with_name(path.name + ".control.json").read_text()) == {"origin": "public"}
    assert not list(settings.landing.rglob(".*"))
    assert land_public_payloads(settings) == []


def test_an_archived_payload_does_not_land_again_but_a_lost_one_does(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    one, *others = land_public_payloads(settings)
    archive = settings.archive / "public" / one.parent.name
    archive.mkdir(parents=True)
    one.rename(archive / f"{hashlib.sha256(one.read_bytes()).hexdigest()[:12]}_{one.name}")
    lost = others[-1]
    lost.unlink()
    assert land_public_payloads(settings) == [lost]


def test_packaged_payloads_never_land_over_those_of_the_installation(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for folder, name in ((settings.landing, "htas_2027.csv"), (settings.archive, "0123456789ab_htas_2027.csv")):
        own = folder / "public" / "htas" / name
        own.parent.mkdir(parents=True)
        own.write_text("region_code,budget_meur_2027\n10,1050\n")
        assert "htas" not in {p.parent.name for p in land_public_payloads(settings)}
        own.unlink()


def test_every_payload_is_described_with_its_origin() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = {p.name for p in FOLDER.iterdir() if p.suffix in (".csv", ".json")}
    assert files == {name for _, name in REAL}
    assert all(f"`{name}`" in readme for name in files)
