"""Contracts: valid by the standard's own schema, consistent, and as the extract documentation has them."""

import json
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from sources.contract import (
    FOLDER,
    RETIRED,
    ContractError,
    load_contract,
    load_contracts,
    load_retired,
    parse_contract,
)
from sources.header import fold

FILES = sorted([*FOLDER.glob("*.yaml"), *RETIRED.glob("*.yaml")])
COUNTY_EXTRACTS = {
    "kirjanpito": ("replace_period", ("kausi",), ("tositenumero", "rivi", "kausi"), 15),
    "talousarvio": (
        "replace_period",
        ("vuosi", "versio"),
        ("vuosi", "versio", "tili", "palveluluokka", "toimiala"),
        None,
    ),
    "henkilosto": ("replace_period", ("kuukausi",), ("kuukausi", "henkilo", "kustannuspaikka"), 10),
    "sairauspoissaolot": ("upsert", (), ("henkilo", "alkupvm", "syy"), 8),
    "asiakaskontaktit": ("replace_period", ("pvm",), ("kontakti_id",), 5),
    "enps_vastaukset": ("upsert", (), ("kysely", "vastaus_id"), None),
    "toimipisteet": ("replace_period", ("kuukausi",), ("kuukausi", "toimipiste"), 10),
    "asumisjono": ("replace_period", ("pvm",), ("pvm", "palvelu", "kunta"), 10),
    "hanketalous": ("replace_all", (), ("hanke", "osa_alue", "kululaji", "vuosi", "kuukausi", "laji"), 15),
    "asiakasmaarat": ("replace_period", ("kuukausi",), ("kuukausi", "palvelu", "kunta", "ikaryhma"), 15),
    "tunnusluvut": ("replace_period", ("kuukausi", "tunnusluku"), ("kuukausi", "tunnusluku", "toimiala"), 15),
    "toimenpiteet": ("replace_period", ("raportointikuukausi",), ("raportointikuukausi", "tunnus"), 10),
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_contract_is_valid_by_the_standard(path):
    schema = json.loads(OpenDataContractStandard.json_schema())
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)
    assert parse_contract(path.read_text(encoding="utf-8")).extract_id == path.stem


@pytest.mark.parametrize("extract", COUNTY_EXTRACTS)
def test_mode_period_key_and_due_day(extract):
    contract = load_contract(extract)
    found = (contract.delivery_mode, contract.period_columns, contract.key, contract.due_day)
    assert found == COUNTY_EXTRACTS[extract]
    assert contract.scope == "organisation"
    assert contract.title_fi and contract.title_sv and contract.title_en and contract.owner != "?"


def test_personal_and_free_text_columns():
    marked = {
        (c.extract_id, column.name, column.classification)
        for c in load_contracts().values()
        for column in c.columns
        if column.classification != "internal"
    }
    assert marked == {
        ("kirjanpito", "selite", "free_text"),
        ("henkilosto", "henkilo", "personal"),
        ("sairauspoissaolot", "henkilo", "personal"),
        ("asiakaskontaktit", "asiakas", "personal"),
    }


def test_column_view():
    htv = load_contract("henkilosto").column("htv")
    assert (htv.duckdb_type, htv.minimum, htv.maximum) == ("DECIMAL(6,4)", Decimal(0), Decimal("1.5"))
    tili = load_contract("kirjanpito").column("tili")
    assert (tili.kind, tili.width, tili.duckdb_type) == ("code", (4, 8), "VARCHAR")
    assert load_contract("toimipisteet").column("kaytossa").allowed == ("K", "E")
    assert load_contract("sairauspoissaolot").not_before == (("loppupvm", "alkupvm"),)
    assert load_contract("toimenpiteet").not_before == (("loppu", "alku"),)
    by_sheet = {c.extract_id: c.sheet_period_column for c in load_contracts().values() if c.sheet_period_column}
    assert by_sheet == {"tunnusluvut": "kuukausi"}
    with pytest.raises(KeyError):
        load_contract("kirjanpito").column("nimi")


def test_unknown_extract_is_an_error():
    with pytest.raises(ContractError, match="no contract"):
        load_contract("palkat")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value: [kausi]", "value: [kuu]", "no column 'kuu'"),
        ("physicalType: month", "physicalType: moon", "moon"),
        ("value: replace_period", "value: upsert", "periodColumns"),
        ("value: replace_period", "value: sometimes", "not one of"),
        ("primaryKeyPosition: 3", "primaryKeyPosition: 5", "primaryKeyPosition"),
        ("{synonym: kp}", "{synonym: Tili}", "means both"),
        ("kind: DataContract", "kindness: DataContract", "Not an ODCS"),
        ("{property: scope,", "{property: sheetPeriodColumn, value: kirjauspvm}\n  - {property: scope,", "sheetPeriod"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(old, new, message):
    text = (FOLDER / "kirjanpito.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ContractError, match=message):
        parse_contract(text.replace(old, new))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hyväksymisvaihe", "hyvaksymisvaihe"),
        ("Kirjauspäivä", "KIRJAUS_PA\u0308IVA\u0308"),
        (" Summa (EUR) ", "summa(eur)"),
        ("osa-aika %", "Osa_aika%"),
    ],
)
def test_names_that_fold_together(one, other):
    assert fold(one) == fold(other)


def test_names_that_stay_apart():
    assert len({fold(n) for n in ("tili", "tilin nimi", "summa", "summa alv", "pvm", "kirjauspvm")}) == 6


# --- Retired -----------------------------------------------------------------------------------------------------

RETIREMENT = """  - {property: retiredOn, value: 2030-01-31}
  - property: retiredReason
    value: {fi: Syy., sv: Orsak., en: Reason.}
"""


def retired_text(old="", new=""):
    """The contract of housing queues as it would be in ``retired/`` under another id, with ``old`` made ``new``."""
    text = (FOLDER / "asumisjono.yaml").read_text(encoding="utf-8").replace("id: asumisjono", "id: vanha")
    text = text.replace("status: active", "status: retired") + RETIREMENT
    assert old in text
    return text.replace(old, new)


def test_contracts_in_force_are_active_and_none_of_them_is_retired():
    status = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))["status"] for path in FOLDER.glob("*.yaml")}
    assert set(status.values()) == {"active"}
    assert not status.keys() & load_retired().keys()


def test_every_retired_contract_says_when_and_why():
    assert (RETIRED / "README.md").is_file()
    for retired in load_retired().values():
        assert retired.retired_on >= date(2026, 1, 1)
        assert set(retired.reason) == {"fi", "sv", "en"}


def test_a_retired_contract_is_read_with_its_day_and_reason(tmp_path):
    (tmp_path / "vanha.yaml").write_text(retired_text(), encoding="utf-8")
    (retired,) = load_retired(tmp_path).values()
    assert (retired.contract.extract_id, retired.retired_on) == ("vanha", date(2030, 1, 31))
    assert retired.reason == {"fi": "Syy.", "sv": "Orsak.", "en": "Reason."}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("status: retired", "status: active", "still in force"),
        ("2030-01-31", "soon", "retiredOn is no date"),
        ("property: retiredOn", "property: retired", "retiredOn is no date"),
        (", sv: Orsak.", "", "fi, sv and en"),
        ("{fi: Syy., sv: Orsak., en: Reason.}", "Reason.", "fi, sv and en"),
        ("id: vanha", "id: muu", "contract of 'muu'"),
    ],
)
def test_a_retired_contract_that_does_not_follow_the_rule_is_an_error(tmp_path, old, new, message):
    (tmp_path / "vanha.yaml").write_text(retired_text(old, new), encoding="utf-8")
    with pytest.raises(ContractError, match=message):
        load_retired(tmp_path)


def test_an_extract_is_either_in_force_or_retired(tmp_path):
    (tmp_path / "asumisjono.yaml").write_text(retired_text("id: vanha", "id: asumisjono"), encoding="utf-8")
    with pytest.raises(ContractError, match="still in force"):
        load_retired(tmp_path)
