"""json-stat2: the decoder on a real answer (cells picked by eye from the file), its variants, and the encoder."""

from __future__ import annotations

import copy
import json
import random
from decimal import Decimal
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.jsonstat import JsonStatError, decode, encode_population, loads
from sources.public import FOLDER

DECILE, INCOME, YEAR, CONTENT = "desiilit_2_20120101", "tulolaji_1_20161118", "timeperiod_y", "contentscode"


def real_answer() -> Any:
    return loads((FOLDER / "statfin_tjt_122s_jsonstat2_2024.json").read_text(encoding="utf-8"))


def picked(doc: Any) -> dict[tuple[str, ...], Any]:
    return {tuple(codes.values()): value for codes, value in decode(doc).cells()}


def small() -> dict[str, Any]:
    """Two areas by two metrics; keys of the index are in the wrong order on purpose."""
    return {
        "class": "dataset",
        "version": "2.0",
        "id": ["alue", "vuosi", "tiedot"],
        "size": [2, 1, 2],
        "role": {"time": ["vuosi"], "metric": ["tiedot"]},
        "dimension": {
            "alue": {"category": {"index": {"10": 1, "9": 0}, "label": {"10": "Kymi", "9": "Päijänne"}}},
            "vuosi": {"category": {"label": {"2024": "2024"}}},
            "tiedot": {
                "category": {
                    "index": ["b", "a"],
                    "label": {"a": "A", "b": "B"},
                    "unit": {"a": {"base": "euroa", "decimals": 0}, "b": {"base": "prosenttia"}},
                }
            },
        },
        "value": [1, 2, None, 4],
    }


SMALL_CELLS = {
    ("9", "2024", "b"): 1,
    ("9", "2024", "a"): 2,
    ("10", "2024", "b"): None,
    ("10", "2024", "a"): 4,
}


def test_the_real_answer_has_every_cell_at_its_place() -> None:
    cells = picked(real_answer())
    assert len(cells) == 350
    # First seven blocks of five are the first decile; the eighth block opens the second (not the tenth, whose code
    # sorts before it), and the last block of the file is the tenth decile's last income type.
    assert cells["1", "PT6", "2024", "asuntok_ehd"] == 89250
    assert cells["1", "PT6", "2024", "osuus_tulokymmenys"] == Decimal("23.8")
    assert cells["1", "PT7", "2024", "summa"] == 85476483
    assert cells["1", "MT2", "2024", "kturaha_ak_ehd_mean"] == 19231
    assert cells["2", "PT6", "2024", "asuntok_ehd"] == 48349
    assert cells["10", "PT6", "2024", "keskiarvo_ehd"] == 5370
    assert cells["10", "PT8", "2024", "osuus_tulokymmenys"] == Decimal("0.2")
    assert cells["10", "MT1", "2024", "asuntok_ehd"] == 81366
    assert cells["10", "MT2", "2024", "kturaha_ak_ehd_mean"] == 120289


def test_the_real_answer_keeps_roles_labels_units_and_table() -> None:
    dataset = decode(real_answer())
    roles = {d.id: d.role for d in dataset.dimensions}
    assert roles == {DECILE: None, INCOME: None, YEAR: "time", CONTENT: "metric"}
    decile, income, _, content = dataset.dimensions
    assert list(decile.labels) == [str(n) for n in range(1, 11)]
    assert list(income.labels) == ["PT6", "PT7", "PT8", "PT9", "PT16", "MT1", "MT2"]
    assert income.labels["PT16"] == "Sairauspäiväraha"
    assert content.units["osuus_tulokymmenys"] == "prosenttia"
    assert content.units["asuntok_ehd"] == "lukumäärä"
    assert dataset.table_id == "122s"


def test_a_decimal_is_kept_as_written() -> None:
    share = picked(real_answer())["1", "PT6", "2024", "osuus_tulokymmenys"]
    assert isinstance(share, Decimal) and str(share) == "23.8"


def test_index_as_object_list_or_absent_and_null_values() -> None:
    assert picked(small()) == SMALL_CELLS


def test_a_sparse_value_object_gives_none_for_what_it_leaves_out() -> None:
    doc = small()
    doc["value"] = {"0": 1, "3": 4}
    assert picked(doc) == SMALL_CELLS | {("9", "2024", "a"): None}


def test_a_category_without_label_is_named_by_its_code() -> None:
    doc = small()
    del doc["dimension"]["alue"]["category"]["label"]
    assert decode(doc).dimensions[0].labels == {"9": "9", "10": "10"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update({"class": "collection"}), "not a json-stat2 dataset"),
        (lambda d: d.pop("value"), "not a json-stat2 dataset"),
        (lambda d: d.update(value=[1, 2, 3]), "4 cells with 3 values"),
        (lambda d: d.update(value={"4": 1}), "outside"),
        (lambda d: d.update(value={"x": 1}), "outside"),
        (lambda d: d.update(value=[1, 2, 3, "4"]), "neither a number nor null"),
        (lambda d: d.update(value=[1, 2, 3, True]), "neither a number nor null"),
        (lambda d: d.update(size=[2, 1, 3]), "size"),
        (lambda d: d["dimension"].pop("alue"), "malformed"),
        (lambda d: d["dimension"]["alue"]["category"].update(index={"9": 0, "10": 2}), "positions"),
        (lambda d: d["dimension"]["alue"]["category"].pop("index"), "size"),
        (lambda d: d["dimension"]["tiedot"]["category"].update(index=["a", "a"]), "size"),
        (lambda d: d.update(dimension=None), "malformed"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(change: Any, says: str) -> None:
    doc = small()
    change(doc)
    with pytest.raises(JsonStatError, match=says):
        decode(doc)


@pytest.mark.parametrize("doc", [None, [], [1], "text", 3, {}])
def test_anything_else_is_refused(doc: Any) -> None:
    with pytest.raises(JsonStatError):
        decode(doc)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "NaN", "[Infinity]"])
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(JsonStatError, match="not JSON"):
        loads(text)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_each_cell_is_where_the_strides_say(sizes: list[int], rng: random.Random) -> None:
    """Against plain stride arithmetic, with the keys of every index shuffled and the values sparse or not."""
    dimension = {}
    for axis, size in enumerate(sizes):
        places = [(f"c{n}", n) for n in range(size)]
        rng.shuffle(places)
        dimension[f"d{axis}"] = {"category": {"index": dict(places)}}
    count = prod(sizes)
    dense = [rng.choice([None, n]) for n in range(count)]
    sparse = {str(n): v for n, v in enumerate(dense) if v is not None}
    doc = {
        "class": "dataset",
        "id": list(dimension),
        "size": sizes,
        "dimension": dimension,
        "value": rng.choice([dense, sparse]),
    }
    cells = list(decode(doc).cells())
    assert len(cells) == count
    for codes, value in cells:
        place = 0
        for axis, size in enumerate(sizes):
            place = place * size + int(codes[f"d{axis}"][1:])
        assert value == dense[place]


areas = st.sampled_from(["SSS", "KU075", "KU285", "KU286", "HVA10"])
ages = st.sampled_from(["SSS", "0", "1", "10", "2", "75", "99", "100-"])
population = st.dictionaries(st.tuples(areas, ages, st.integers(2019, 2026)), st.integers(0, 6_000_000), min_size=1)


@given(population)
def test_an_encoded_population_decodes_to_itself(persons: dict[tuple[str, str, int], int]) -> None:
    doc = encode_population((*cell, count) for cell, count in persons.items())
    found = {}
    for codes, value in decode(loads(json.dumps(doc))).cells():
        area, age, sex, year, content = codes.values()
        assert (sex, content) == ("SSS", "vaerak-vaesto")
        if value is not None:
            found[area, age, int(year)] = value
    assert found == persons


def test_the_encoder_writes_the_form_of_june_2026() -> None:
    doc = encode_population([("KU075", "75", 2023, 240), ("KU075", "76", 2023, 251)])
    assert doc["id"] == [
        "alue_23_20260101",
        "ikaryhma_10_20180101",
        "sukupuoli_9_20180101",
        "timeperiod_y",
        "contentscode",
    ]
    assert doc["size"] == [1, 2, 1, 1, 1]
    assert doc["value"] == [240, 251]
    assert "generated" in doc["source"]


@pytest.mark.parametrize(
    "rows", [[("A", "SSS", 2023, 1), ("A", "SSS", 2023, 2)], [("A", "SSS", 2023, -1)]], ids=["two", "negative"]
)
def test_the_encoder_refuses_what_cannot_be_a_population(rows: list[tuple[str, str, int, int]]) -> None:
    with pytest.raises(ValueError, match="A, SSS, 2023"):
        encode_population(rows)


def test_decoding_leaves_the_document_alone() -> None:
    doc = small()
    before = copy.deepcopy(doc)
    list(decode(doc).cells())
    assert doc == before
