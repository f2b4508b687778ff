"""What if: the arithmetic by round numbers worked out by hand, and refusals instead of guesses.

The year November 2024 to October 2025 (365 days) of Kymenlaakso: own staff 1,000 FTE for 60 M EUR, so 60,000 EUR each;
hired 100 FTE for 12 M EUR, so 120,000 EUR each; purchases 120 M EUR; 12,000 contacts of which 2,400 digital; 36,500
days of sick leave. The saving indicator stands at 26 of 78 M EUR.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from rich.console import Console

from publishing import release, whatif
from publishing.whatif import Change, calculate, refusals, sentence, shown
from sources.settings import Settings
from tests.publishing.warehouse_maker import NIGHT, ask, change_build, make_build

MONTHLY = {
    "cost_personnel_eur": 5e6,
    "fte_months": 1000,
    "cost_hired_labour_eur": 1e6,
    "fte_hired_months": 100,
    "cost_purchases_eur": 10e6,
    "contacts_client": 1000,
    "contacts_digital": 200,
    "sick_leave_days": 36500 / 12,
}
LOCALE = Path(whatif.__file__).parent / "locale"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(home=tmp_path_factory.mktemp("whatif")).ensure()
    make_build(settings)
    change_build(
        settings,
        *(
            "INSERT INTO mart.fct_measure SELECT 'kymenlaakso', 'all', month, "
            f"'{measure}', {value}, NULL, 'ok' FROM (SELECT unnest(range(DATE '2024-10-01', DATE '2025-11-01', "
            "INTERVAL 1 MONTH))::DATE AS month)"
            for measure, value in MONTHLY.items()
        ),
        # The month before the year is another price, and November is not whole: neither may count.
        "UPDATE mart.fct_measure SET value = 99e6 WHERE measure_id = 'cost_personnel_eur' AND month = '2024-10-01'",
        "INSERT INTO mart.fct_measure VALUES ('kymenlaakso', 'all', '2025-11-01', 'fte_months', 9, NULL, 'ok')",
        "UPDATE indicator.definition SET family = 'saving' WHERE indicator_id = 'cost'",
        "UPDATE indicator.status SET value = 26, target_value = 78 WHERE indicator_id = 'cost'",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release.report, "render", lambda *_: None)
        return release.publish(settings, NIGHT).database


def of(database: Path, **change: float) -> dict[str, float | None]:
    found = calculate(database, Change("kymenlaakso", **change))
    return {line.item: line.value for line in found.lines}


def test_purchases_to_own_production(database: Path) -> None:
    # 6 M moved at 0.85 leaves 0.9 M; the 5.1 M of own production are 85 persons at 60,000.
    found = of(database, purchases_to_own_eur=6e6, own_cost_share=0.85)
    assert found["purchases_saved"] == pytest.approx(0.9e6)
    assert found["own_fte_needed"] == pytest.approx(85)
    assert found["saved"] == pytest.approx(0.9e6)
    assert (found["gap_before"], found["gap_after"]) == (pytest.approx(52e6), pytest.approx(51.1e6))


def test_hired_labour_to_own_staff(database: Path) -> None:
    found = of(database, hired_to_own_fte=20)
    assert (found["own_cost_per_fte"], found["hired_cost_per_fte"]) == (60000, 120000)
    assert found["hired_saved"] == pytest.approx(20 * 60000)


def test_contacts_to_digital_channels(database: Path) -> None:
    found = of(database, contacts_to_digital=9600, saving_per_contact_eur=35)
    assert found["contacts_not_digital_now"] == 9600
    assert found["contacts_saved"] == pytest.approx(336_000)


def test_less_sick_leave(database: Path) -> None:
    # A tenth of 36,500 days is ten years of work; half of it needs no substitute: 5 x 60,000.
    found = of(database, sick_leave_down_percent=10, sick_leave_saved_share=0.5)
    assert found["sick_leave_fte_freed"] == pytest.approx(10)
    assert found["sick_leave_saved"] == pytest.approx(300_000)


def test_all_together_and_a_change_that_costs(database: Path) -> None:
    found = of(
        database,
        purchases_to_own_eur=6e6,
        own_cost_share=1.15,
        hired_to_own_fte=20,
        contacts_to_digital=100,
        saving_per_contact_eur=-1000,
        sick_leave_down_percent=10,
        sick_leave_saved_share=1,
    )
    # -0.9 M + 1.2 M - 0.1 M + 0.6 M
    assert found["saved"] == pytest.approx(0.8e6)
    costs = calculate(database, Change("kymenlaakso", purchases_to_own_eur=6e6, own_cost_share=1.15))
    assert sentence(costs, "en") == (
        "It would cost 900,000 EUR more a year. 52,900,000 EUR would be missing from the saving target instead of "
        "52,000,000 EUR."
    )


def test_what_was_known_says_its_window_and_extracts(database: Path) -> None:
    found = calculate(database, Change("kymenlaakso", hired_to_own_fte=1))
    known = [line for line in found.lines if line.kind == "known"]
    assert {f"{line.window_from} {line.window_to} {line.status}" for line in known} == {"2024-11-01 2025-10-01 ok"}
    assert {line.source for line in known} == {"kirjanpito, henkilosto", "henkilosto"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "Nothing is asked for"),
        ({"purchases_to_own_eur": 5e6}, r"for each euro purchased must be given: .* \(--own-cost-share\)"),
        ({"contacts_to_digital": 10}, r"Saving per moved contact must be given: .* \(--saving-per-contact\)"),
        ({"sick_leave_down_percent": 10}, r"substitute any more must be given: .* \(--sick-leave-saved-share\)"),
        ({"hired_to_own_fte": 101}, "hired labour to own staff asks for more than there is"),
        ({"purchases_to_own_eur": 121e6, "own_cost_share": 0.5}, "purchases to own production asks for more"),
        ({"contacts_to_digital": 9601, "saving_per_contact_eur": 1}, "digital channels asks for more"),
        ({"hired_to_own_fte": -1}, "is out of its range"),
        ({"sick_leave_down_percent": 101, "sick_leave_saved_share": 1}, "sick leave is out of its range"),
        ({"sick_leave_down_percent": 10, "sick_leave_saved_share": 1.1}, "sick leave is out of its range"),
    ],
)
def test_it_refuses_rather_than_guesses(database: Path, change: dict[str, float], why: str) -> None:
    found = calculate(database, Change("kymenlaakso", **change))
    (said,) = refusals(found, "en")
    assert re.search(why, said)
    if change:
        assert (found.value("saved"), found.value("gap_after")) == (None, None)


def test_an_organisation_without_figures_has_no_price(database: Path) -> None:
    (said,) = refusals(calculate(database, Change("kainuu", hired_to_own_fte=1)), "en")
    assert said == (
        "Saving: hired labour to own staff cannot be calculated: the release does not have the figures of a whole year"
    )


def test_nothing_of_it_is_stored_and_the_macro_answers_analysts(database: Path) -> None:
    before = database.read_bytes()
    asked = "SELECT value FROM indicator.whatif('kymenlaakso', hired_to_own_fte := 20) WHERE item = 'saved'"
    assert ask(database, asked) == [(1_200_000.0,)]
    assert database.read_bytes() == before


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_it_is_worded_in_every_language(database: Path, language: str) -> None:
    with (LOCALE / f"whatif_{language}.po").open("rb") as stream:
        catalogue = {str(message.id): str(message.string) for message in read_po(stream) if message.id}
    tables = (whatif.ITEMS, whatif.KINDS, whatif.REASONS, whatif.UNITS)
    used = {text for table in tables for text in table.values() if text} | set(whatif.TEXTS)
    assert set(catalogue) == used
    for text, translation in catalogue.items():
        assert translation
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", translation))

    console = Console(width=140, record=True)
    console.print(shown(calculate(database, Change("kymenlaakso", hired_to_own_fte=20)), language))
    text = console.export_text()
    label = {"fi": "Laskelma julkaisusta", "sv": "En kalkyl ur utgåvan", "en": "A calculation from release"}
    result = {"fi": "säästäisi 1 200 000 euroa", "sv": "spara 1 200 000 euro", "en": "save 1,200,000 EUR"}
    assert label[language] in text
    assert result[language] in text.replace("\N{NO-BREAK SPACE}", " ")
