"""The sentences of early warnings in three languages: every kind, every reason, singular and plural, and no cause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from publishing import warning_text
from sources.settings import REPOSITORY
from tests.publishing.reading import spaced

LANGUAGES = ("fi", "sv", "en")
PUBLISHING = Path(warning_text.__file__).parent
WARNING: dict[str, Any] = {
    "kind": "claimed_not_seen",
    "reason": "costs_show_too_little",
    "subject_kind": "saving_division",
    "subject_id": "terveys",
    "subject_name_fi": "Terveyden ja sairaanhoidon palvelut",
    "subject_name_sv": "Hälso- och sjukvårdstjänster",
    "subject_name_en": "Health and medical services",
    "other_name_fi": None,
    "other_name_sv": None,
    "other_name_en": None,
    "month": date(2025, 9, 1),
    "months_count": 3,
    "severity": "high",
    "owner_role": "Hankintajohtaja",
    "unit": "EUR",
    "value": 500_000.0,
    "reference_value": 2_000_000.0,
    "value_status": "ok",
    "place": 1,
    "next_step": "reconcile_claim_with_ledger",
}
RAIL: dict[str, Any] = {
    "kind": "coincides_with_worse",
    "subject_name_fi": "Tilavuokrat",
    "subject_name_sv": "Lokalhyror",
    "subject_name_en": "Rents",
    "other_name_fi": "Kiireettömän lääkärikäynnin odotusaika yli 7 päivää",
    "other_name_sv": "Väntetid över 7 dagar",
    "other_name_en": "Wait over 7 days",
    "unit": "percent",
    "value": 61.8,
    "reference_value": 47.8,
}


def said(language: str, **changes: Any) -> str:
    return spaced(warning_text.sentence(WARNING | changes, language))


@pytest.mark.parametrize(
    ("changes", "finnish", "swedish", "english"),
    [
        (
            {},
            "Terveyden ja sairaanhoidon palvelut: rekisterin mukaan säästöä on 2 000 000 euroa, kustannuksissa"
            " siitä näkyy 500 000 euroa. Näin on ollut 3 kuukautta.",
            "Hälso- och sjukvårdstjänster: enligt registret är besparingen 2 000 000 euro, i kostnaderna syns"
            " 500 000 euro. Så har det varit i 3 månader.",
            "Health and medical services: the register claims a saving of 2,000,000 EUR, and costs show"
            " 500,000 EUR. It has been so for 3 months.",
        ),
        (
            {"reason": "costs_have_grown", "value": -250_000.0, "months_count": 1},
            "Terveyden ja sairaanhoidon palvelut: rekisterin mukaan säästöä on 2 000 000 euroa, mutta"
            " kustannukset ovat 250 000 euroa yli vertailutasonsa. Näin on ollut 1 kuukauden.",
            "Hälso- och sjukvårdstjänster: enligt registret är besparingen 2 000 000 euro, men"
            " kostnaderna ligger 250 000 euro över jämförelsenivån. Så har det varit i 1 månad.",
            "Health and medical services: the register claims a saving of 2,000,000 EUR, but costs are 250,000 EUR"
            " above what they are compared with. It has been so for 1 month.",
        ),
        (
            {"reason": "costs_have_grown_year_before", "value": -250_000.0},
            "Terveyden ja sairaanhoidon palvelut: rekisterin mukaan säästöä on 2 000 000 euroa enemmän kuin edeltävien"
            " 12 kuukauden aikana, mutta kustannukset ovat 250 000 euroa suuremmat kuin silloin. Näin on ollut 3"
            " kuukautta.",
            "Hälso- och sjukvårdstjänster: enligt registret är besparingen 2 000 000 euro större än under de föregående"
            " 12 månaderna, men kostnaderna är 250 000 euro högre än då. Så har det varit i 3 månader.",
            "Health and medical services: the register claims 2,000,000 EUR more saving than in the twelve months"
            " before, but costs are 250,000 EUR higher than then. It has been so for 3 months.",
        ),
        (
            {"reason": "costs_show_too_little_year_before"},
            "Terveyden ja sairaanhoidon palvelut: rekisterin mukaan säästöä on 2 000 000 euroa enemmän kuin edeltävien"
            " 12 kuukauden aikana, kustannuksissa siitä näkyy 500 000 euroa. Näin on ollut 3 kuukautta.",
            "Hälso- och sjukvårdstjänster: enligt registret är besparingen 2 000 000 euro större än under de föregående"
            " 12 månaderna, i kostnaderna syns 500 000 euro. Så har det varit i 3 månader.",
            "Health and medical services: the register claims 2,000,000 EUR more saving than in the twelve months"
            " before, and costs show 500,000 EUR. It has been so for 3 months.",
        ),
        (
            RAIL | {"reason": "worse_than_before", "unit": "index", "value": 0.22, "reference_value": 0.25},
            "Tilavuokrat: tavoitteen mukaisessa tahdissa. Samaan aikaan heikentyi: Kiireettömän lääkärikäynnin"
            " odotusaika yli 7 päivää, ennen 0,25, nyt 0,22.",
            "Lokalhyror: i takt med målet. Samtidigt försämrades: Väntetid över 7 dagar, tidigare 0,25, nu 0,22.",
            "Rents: on track. Worse at the same time: Wait over 7 days, 0.25 before and 0.22 now.",
        ),
        (
            RAIL | {"reason": "worse_than_country"},
            "Tilavuokrat: tavoitteen mukaisessa tahdissa. Samaan aikaan heikentyi: Kiireettömän lääkärikäynnin"
            " odotusaika yli 7 päivää, ennen 47,8 %, nyt 61,8 %. Muutos on suurempi kuin koko maassa.",
            "Lokalhyror: i takt med målet. Samtidigt försämrades: Väntetid över 7 dagar, tidigare 47,8 %, nu 61,8 %."
            " Förändringen är större än i hela landet.",
            "Rents: on track. Worse at the same time: Wait over 7 days, 47.8 % before and 61.8 % now. The change is"
            " larger than in the whole country.",
        ),
        (
            RAIL | {"reason": "worse_as_country"},
            "Tilavuokrat: tavoitteen mukaisessa tahdissa. Samaan aikaan heikentyi: Kiireettömän lääkärikäynnin"
            " odotusaika yli 7 päivää, ennen 47,8 %, nyt 61,8 %. Muutos ei ole suurempi kuin koko maassa.",
            "Lokalhyror: i takt med målet. Samtidigt försämrades: Väntetid över 7 dagar, tidigare 47,8 %, nu 61,8 %."
            " Förändringen är inte större än i hela landet.",
            "Rents: on track. Worse at the same time: Wait over 7 days, 47.8 % before and 61.8 % now. The change is no"
            " larger than in the whole country.",
        ),
        (
            RAIL | {"reason": "worse_than_before"},
            "Tilavuokrat: tavoitteen mukaisessa tahdissa. Samaan aikaan heikentyi: Kiireettömän lääkärikäynnin"
            " odotusaika yli 7 päivää, ennen 47,8 %, nyt 61,8 %.",
            "Lokalhyror: i takt med målet. Samtidigt försämrades: Väntetid över 7 dagar, tidigare 47,8 %, nu 61,8 %.",
            "Rents: on track. Worse at the same time: Wait over 7 days, 47.8 % before and 61.8 % now.",
        ),
        (
            {"kind": "overdue_measure", "reason": "late_by_register", "subject_id": "KY-109", "unit": "percent",
             "value": 92.0, "reference_value": 100.0, "months_count": 8},
            "KY-109 Terveyden ja sairaanhoidon palvelut: valmiina 92 %, vaikka sen piti jo päättyä. Myöhässä 8"
            " kuukautta.",
            "KY-109 Hälso- och sjukvårdstjänster: 92 % klart, fast den skulle ha avslutats. Försenad med 8 månader.",
            "KY-109 Health and medical services: 92 % done, though it should have ended. Overdue for 8 months.",
        ),
        (
            {"kind": "overdue_measure", "reason": "not_begun", "subject_id": "KY-1", "unit": "percent", "value": 0.0},
            "KY-1 Terveyden ja sairaanhoidon palvelut: aloittamatta, vaikka sen piti jo päättyä. Myöhässä 3 kuukautta.",
            "KY-1 Hälso- och sjukvårdstjänster: inte påbörjad, fast den skulle ha avslutats. Försenad med 3 månader.",
            "KY-1 Health and medical services: not begun, though it should have ended. Overdue for 3 months.",
        ),
        (
            {"kind": "off_track_months", "reason": "off_track_in_a_row", "unit": "days_per_fte", "value": 18.717,
             "reference_value": 13.5016, "months_count": 16},
            "Terveyden ja sairaanhoidon palvelut: 18,7 pv / htv, odotettu 13,5 pv / htv. Ollut tavoitteesta jäljessä 16"
            " kuukautta.",
            "Hälso- och sjukvårdstjänster: 18,7 dgr / årsv., väntat 13,5 dgr / årsv. Har legat efter målet i 16"
            " månader.",
            "Health and medical services: 18.7 days per FTE, expected 13.5 days per FTE. Off track for 16 months.",
        ),
        (
            {"kind": "off_track_months", "reason": "off_track_in_a_row", "unit": "persons", "value": 55.0,
             "reference_value": None},
            "Terveyden ja sairaanhoidon palvelut: 55 henkilöä. Ollut tavoitteesta jäljessä 3 kuukautta.",
            "Hälso- och sjukvårdstjänster: 55 personer. Har legat efter målet i 3 månader.",
            "Health and medical services: 55 persons. Off track for 3 months.",
        ),
        (
            {"kind": "stale_data", "reason": "not_delivered_when_due", "unit": "months", "value": 2.0,
             "reference_value": None, "month": date(2025, 7, 1), "months_count": 2},
            "Terveyden ja sairaanhoidon palvelut: viimeisin toimitettu kuukausi 7.2025. Myöhässä 2 kuukautta.",
            "Hälso- och sjukvårdstjänster: senast levererade månad 2025-07. Försenat med 2 månader.",
            "Health and medical services: the last month delivered is 07/2025. Late by 2 months.",
        ),
    ],
)  # fmt: skip
def test_each_kind_in_three_languages(changes: dict[str, Any], finnish: str, swedish: str, english: str) -> None:
    assert said("fi", **changes) == finnish
    assert said("sv", **changes) == swedish
    assert said("en", **changes) == english


def test_a_line_of_the_list_names_the_owner_by_role_and_says_what_is_provisional() -> None:
    row = WARNING | {"value_status": "provisional", "place": 4}
    assert spaced(warning_text.line(row, "fi")).endswith(
        "Näin on ollut 3 kuukautta. Vastuurooli: Hankintajohtaja. Luku on ennakollinen. Käykää ilmoitettu säästö ja"
        " kirjanpito yhdessä läpi ja korjatkaa se, joka on väärin."
    )
    assert warning_text.line(row, "en").startswith("4. Health and medical services: ")
    assert warning_text.owner(WARNING | {"owner_role": None}, "sv") == "Ingen ansvarig roll har antecknats."
    assert warning_text.heading(WARNING, "fi") == "Vakava: Säästö ilmoitettu, ei näy kustannuksissa"


def test_a_kind_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(KeyError):
        warning_text.sentence(WARNING | {"kind": "rumour"}, "fi")


# --- the vocabulary of the tables and the catalogues --------------------------------------------------------------


def declared(model: str, column: str) -> set[str]:
    """The closed vocabulary of a published column, as its test states it."""
    path = REPOSITORY / "dbt_project" / "models" / "indicator" / "indicator_warning.yml"
    models = {entry["name"]: entry for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]}
    entry = next(entry for entry in models[model]["columns"] if entry["name"] == column)
    return set(entry["data_tests"][0]["accepted_values"]["arguments"]["values"])


def test_every_code_of_the_tables_has_words() -> None:
    assert set(warning_text.KINDS) == set(warning_text.SENTENCES) == declared("indicator_warning", "kind")
    assert set(warning_text.SEVERITIES) == declared("indicator_warning", "severity")
    assert set(warning_text.NEXT_STEPS) == declared("indicator_escalation", "next_step")


def used_texts() -> set[str]:
    tables: tuple[Mapping[str, str], ...] = (
        warning_text.KINDS, warning_text.SEVERITIES, warning_text.NEXT_STEPS, warning_text.MONTHS,
        *warning_text.SENTENCES.values(),
    )  # fmt: skip
    written = extract_from_file("python", str(PUBLISHING / "warning_text.py"), keywords={"_worded": None})
    # A table's key between brackets is a key and no text.
    found = {str(message) for _, message, _, _ in written} - {"one", "other", "kind", "severity", "next_step"}
    return found | {text for table in tables for text in table.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_placeholders(language: str) -> None:
    with (PUBLISHING / "locale" / f"warnings_{language}.po").open("rb") as stream:
        catalogue = {str(message.id): str(message.string) for message in read_po(stream) if message.id}
    assert set(catalogue) == used_texts()
    for text, translation in catalogue.items():
        assert translation
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", translation))


CAUSES = r"koska|vuoksi|takia|johtuu|aiheutt|eftersom|därför|på grund av|beror|orsak|because|due to|caused?\b|owing to"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_names_a_cause(language: str) -> None:
    for forms in warning_text.SENTENCES.values():
        for text in forms.values():
            assert not re.search(CAUSES, warning_text.catalogue(language)[text], re.IGNORECASE)


@given(
    kind=st.sampled_from(sorted(warning_text.SENTENCES)),
    reason=st.sampled_from(["costs_have_grown", "worse_than_country", "not_begun", "off_track_in_a_row", "new_reason"]),
    language=st.sampled_from(LANGUAGES),
    value=st.floats(-1e9, 1e9),
    reference=st.none() | st.floats(-1e9, 1e9),
    months=st.integers(1, 400),
)
def test_every_row_becomes_a_whole_sentence(
    kind: str, reason: str, language: str, value: float, reference: float | None, months: int
) -> None:
    row = WARNING | RAIL | {
        "kind": kind, "reason": reason, "value": value, "reference_value": reference, "months_count": months,
    }  # fmt: skip
    text = warning_text.sentence(row, language)
    assert text.endswith(".")
    assert "{" not in text
    assert "None" not in text
