"""What a programme follows beside its indicators, as a reader of the page and of the terminal sees it."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from publishing import formats, indicator_text, release, report, summary
from publishing.formats import Formats
from publishing.indicator_text import target, target_note, waited_for, waiting_note
from publishing.model import NightlyRun
from publishing.situation import Row
from sources.settings import REPOSITORY, Settings
from tests.publishing.reading import page_of, parsed, spaced
from tests.publishing.warehouse_maker import NIGHT, change_build, make_build

OTHERS = (
    "indicator.cost_target",
    "indicator.goal_saving",
    "indicator.basket_status",
    "indicator.municipality_status",
    "mart.fct_allocation_monthly",
    "mart.fct_project_plan",
    "mart.fct_portfolio_monthly",
    "mart.fct_action_monthly",
    "mart.fct_risk",
    "quality.project_reconciliation",
    "indicator.escalation",
)


@pytest.fixture(scope="module")
def settings_once(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("beside"))
    make_build(settings)
    return settings


@pytest.fixture(scope="module")
def html(settings_once: Settings) -> str:
    """The page without the other organisation, whose rows are the same."""
    of_kainuu = (f"DELETE FROM indicator.{table} WHERE organisation_id = 'kainuu'" for table in ("catalogue", "status"))
    change_build(settings_once, *of_kainuu)
    return page_of(settings_once, NIGHT)


@pytest.fixture(scope="module")
def rows(html: str) -> list[list[str]]:
    return [[spaced(cell) for cell in row] for row in parsed(html).rows]


@pytest.fixture(scope="module")
def shown(settings_once: Settings, html: str) -> list[str]:
    assert html
    return terminal(settings_once.releases / "current", "en")


def terminal(release_dir: Path, language: str, width: int = 400) -> list[str]:
    """The lines of the terminal, without the spaces that fill them."""
    console = Console(width=width)
    with console.capture() as caught:
        console.print(summary.headline(release_dir, language))
    return [spaced(line) for line in caught.get().splitlines()]


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_list_of_the_week_says_what_is_stuck_whose_it_is_and_what_to_decide(rows: list[list[str]]) -> None:
    # The register claims 2 M€, the ledger shows half a million.
    assert [
        "1. Terveyspalvelut: rekisterin mukaan säästöä on 2 000 000 euroa, kustannuksissa siitä näkyy 500 000 euroa. "
        "Näin on ollut 4 kuukautta.",
        "talousjohtaja",
        "Käykää ilmoitettu säästö ja kirjanpito yhdessä läpi ja korjatkaa se, joka on väärin.",
    ] in rows


def test_costs_stand_beside_their_ranges_at_the_newest_month_with_figures(html: str, rows: list[list[str]]) -> None:
    assert "Kulut ja niiden vaihteluvälit, milj. € (10.2025)" in parsed(html).text
    assert ["Toimintakulut", "925,0", "940,0", "−30,0", "−60,0…−16,0", "−78,0…−17,0", "vaihteluvälillään"] in rows
    assert ["Vuokrat", "26,0", "24,0", "+2,0", "−4,0…−0,8", "−5,0…−1,0", "yli vaihteluvälinsä"] in rows
    (division,) = [row for row in rows if row[1:3] == ["300,0", "350,0"]]
    # The name of the division is hostile, and only text.
    assert division[0] == "<script>alert(1)</script>"
    assert division[-1] == "alle vaihteluvälinsä; ei tiedetä, kuinka suuri osa välistä oli jo talousarviossa"
    # The other months have no figures and are not shown.
    assert sum(row[0] == "Vuokrat" for row in rows) == 1


def test_allocations_stand_beside_their_shares(rows: list[list[str]]) -> None:
    # 4.5 of 10.9 million is 41.3 %, and 40 % of it 4.36 million.
    assert ["digi", "4 500 000", "41,3 %", "30,0…40,0 %", "4 360 000", "yli osuutensa"] in rows
    assert ["ostot", "500 000", "4,6 %", "10,0 %", "1 090 000", "osuutensa rajoissa"] in rows


def test_goals_stand_before_their_parts_with_what_is_planned_and_realised(rows: list[list[str]]) -> None:
    start = rows.index(["1 Rakenne", "8,3", "5,0", "2,5", "3"])
    assert rows[start + 1 : start + 3] == [
        ["1.1 Porrastus", "2,0", "1,0", "0,5", "1"],
        ["Neuvonta", "–", "0,0", "0,0", "0"],
    ]


def test_every_check_of_the_baskets_says_why(rows: list[list[str]]) -> None:
    # 12.4 of 15.5 is 80 %: under the limit of B, over that of C.
    assert ["6.2025", "B", "harkittava", "säästö on polkunsa alla (raja 90,0 %)", "12,4", "15,5", "80,0 %"] in rows
    assert ["6.2025", "C", "ei tarpeen", "säästö on polullaan (raja 75,0 %)", "12,4", "15,5", "80,0 %"] in rows
    assert ["12.2025", "B", "ei tietoa", "toimenpiderekisteriä ei ole toimitettu", "–", "24,0", "–"] in rows
    assert ["12.2024", "A", "käytössä", "ensimmäinen kori on aina käytössä", "7,0", "7,0", "100,0 %"] in rows


def test_paths_are_of_the_newest_year_that_has_figures(rows: list[list[str]]) -> None:
    found = [row for row in rows if row[0] == "Jono" and len(row) == 7]
    assert found == [
        ["Jono", "Kaikki yhteensä", "2025", "6,2 %", "6,0 %", "−0,2", "lopullinen"],
        ["Jono", "Pori", "2025", "6,4 %", "6,0 %", "−0,4", "lopullinen"],
    ]


def test_sub_projects_stand_beside_what_was_approved(rows: list[list[str]]) -> None:
    # 209,073 and 1,136,927 are 1,346,000: ten thousand too much. Own funding and other projects are no costs of it.
    assert ["1", "1 336 000", "209 073", "1 346 000", "−10 000"] in rows
    assert ["2", "2 160 000", "–", "–", "–"] in rows


def test_each_place_that_does_not_add_up_is_listed_rounding_last(html: str, rows: list[list[str]]) -> None:
    large = ["1", "2 Kokonaiskulut", "yhteensä", "sen alarivit", "1 336 000", "1 306 001", "+29 999"]
    small = [
        "1",
        "2 Kokonaiskulut",
        "yhteensä",
        "toteuma ja ennuste yhteensä",
        "1 336 000",
        "1 335 999",
        "+1 (pyöristys)",
    ]
    assert rows[rows.index(large) + 1] == small
    assert "eivät täsmää 1 kohdassa; lisäksi 1 kohdassa ero on vain pyöristystä" in html


def test_the_portfolio_is_of_the_newest_month(html: str, rows: list[list[str]]) -> None:
    start = rows.index(["valmis", "1", "0", "1 000 000", "1 000 000", "1 000"])
    assert rows[start + 1 : start + 3] == [
        ["käynnissä", "2", "1", "4 000 000", "1 500 000", "2 000"],
        ["Kaikki toimenpiteet", "3", "1", "5 000 000", "2 500 000", "3 000"],
    ]
    assert "Lisäksi 1 organisaation toimenpidettä ei nimeä tunnettua tavoitetta." in html


def test_overdue_actions_have_owner_and_last_day(html: str, rows: list[list[str]]) -> None:
    assert ["T1 Porrastus <b>", "kehittämisjohtaja", "31.5.2025", "käynnissä", "50 %"] in rows
    assert ["X1 Muu työ", "kehittämisjohtaja", "30.6.2025", "viivästynyt", "10 %"] in rows
    assert "Porrastus &lt;b&gt;" in html
    assert not [row for row in rows if row[0].startswith(("T2", "T3")) or "Vanha" in row[0]]


def test_a_long_list_of_overdue_actions_says_what_is_left_out(settings: Settings, run: NightlyRun) -> None:
    change_build(
        settings,
        "INSERT INTO mart.fct_action_monthly SELECT * EXCLUDE (n) REPLACE ('T' || n AS action_code) "
        "FROM mart.fct_action_monthly, range(100, 140) AS r(n) "
        "WHERE action_code = 'X1' AND organisation_id = 'kymenlaakso'",
    )
    # 42 are overdue and 30 of them are listed.
    assert "12 muuta on tietovarastossa taulussa mart.fct_action_monthly." in page_of(settings, run)


def test_risks_stand_with_owner_points_and_trend_the_largest_first(rows: list[list[str]]) -> None:
    start = rows.index(["Hankkeet viivästyvät", "talousjohtaja", "16", "kasvussa", "10.2025"])
    assert rows[start + 1] == ["Mainehaitta", "talousjohtaja", "–", "ei tietoa", "–"]


def test_the_definition_says_goal_certainty_and_owner(html: str) -> None:
    for name, fact in (
        ("Tavoite", "Rakenne"),
        ("Tavoite on", "muutos lähtötasosta"),
        ("Tavoitteen varmuus", "ilmoitettu ohjelma-asiakirjassa"),
        ("Vastuurooli", "talousjohtaja"),
        ("Lähdeasiakirja", "Ohjelma-asiakirja, Luku 2"),
    ):
        assert f"<dt>{name}</dt><dd>{fact}</dd>" in html
    assert "käännös" not in html


def test_a_translated_name_is_said_to_be_ours(settings: Settings, run: NightlyRun) -> None:
    assert "The name is our translation." in page_of(settings, run, "en")


def test_what_waits_for_the_same_is_told_together(html: str) -> None:
    line = "Ei lukua: Kymenlaakson hyvinvointialue: Tuottavuusohjelma. Odottaa aineistoa: asumisjono. Jono."
    assert line in spaced(parsed(html).text)


# --- the terminal -------------------------------------------------------------------------------------------------


def test_the_terminal_has_a_block_for_the_programme(shown: list[str]) -> None:
    title = shown.index("Kymenlaakso: Productivity programme")
    block = shown[title + 1 :]
    assert "Purchases 1,234.6 EUR million 301.0 370.0 ✕ off track 10/2025" in block
    assert block.index("No figure for 1 indicators. Waits for the extract: asumisjono 1.") < block.index(
        "• Cost lines against their ranges (10/2025): in its range 1, above its range 1 (Vuokrat +2.0)"
    )
    assert shown[title + 2 :] and block[-1].startswith("• Rising risks")


@pytest.mark.parametrize(
    "line",
    [
        "• Divisions against their ranges (10/2025): below its range 1 (<script>alert(1)</script> −50.0)",
        "• Spent of the grant, and the share given (10/2025): digi 41.3 % (30.0…40.0 %) – over its share; "
        "ostot 4.6 % (10.0 %)",
        "• Actual and forecast of what was approved, EUR: sub-project 1: 1,346,000 of 1,336,000",
        "• The plan's own tables do not add up in 1 places; in 1 more only by rounding.",
        "• Accumulated saving at 06/2025: 12.4 of the path's 15.5 EUR million (80.0 %)",
        "• Baskets (06/2025): A in use: the first basket is always in use; "
        "B to be considered: the saving is below its path (limit 90.0 %); "
        "C not needed: the saving is on its path (limit 75.0 %)",
        "• 1 Rakenne: potential 8.3 EUR million a year, planned 5.0, realised 2.5",
        "• Queue 2025: 6.2 %, plan 6.0 %, gap −0.2",
        "• Actions 10/2025: 3 (finished 1, under way 2); overdue 1; saving planned 5.0, realised 2.5 EUR million",
        "• 1 more actions of the organisation name no known goal.",
        "• Rising risks: Hankkeet viivästyvät (16 points, talousjohtaja)",
    ],
)
def test_the_terminal_tells_what_is_beside(shown: list[str], line: str) -> None:
    assert line in shown


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_terminal_fits_its_width(settings_once: Settings, html: str, language: str) -> None:
    assert html
    lines = terminal(settings_once.releases / "current", language, width=120)
    assert max(map(len, lines)) <= 120


def test_each_programme_has_its_own_block_and_only_what_it_has(settings: Settings, run: NightlyRun) -> None:
    change_build(settings, *(f"DELETE FROM {table} WHERE programme_id = 'demo_2023'" for table in OTHERS))
    change_build(settings, "DELETE FROM mart.fct_portfolio_monthly")
    made = release.publish(settings, run)
    lines = terminal(made.path, "en")
    # The actions that name no goal are listed on the page, and the terminal is silent.
    assert not [line for line in lines if line.startswith("•")]
    assert [line for line in lines if "Productivity programme" in line] == [
        "Kainuu: Productivity programme",
        "Kymenlaakso: Productivity programme",
    ]


def test_a_release_from_before_the_tables_is_still_read(settings: Settings, run: NightlyRun, tmp_path: Path) -> None:
    made = release.publish(settings, run)
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(made.database, old / made.database.name)
    (old / made.database.name).chmod(0o644)
    with duckdb.connect(old / made.database.name) as con:
        later = ("indicator.explanation", "indicator.forecast_method", "mart.dim_goal", "mart.dim_programme")
        for table in (*OTHERS, *later):
            con.execute(f"DROP TABLE {table}")
    assert "Beside the indicators" not in report.render(old, "en", tmp_path / "old.html").read_text(encoding="utf-8")


def test_figures_of_a_withheld_organisation_are_not_told(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu", "kymenlaakso"})))
    lines = terminal(made.path, "en")
    assert not [line for line in lines if "Rising" in line or "Actions" in line or "ranges" in line]
    rows = [[spaced(cell) for cell in row] for row in parsed((made.path / "report" / "fi.html").read_text()).rows]
    assert ["Vuokrat", "–", "–", "–", "−4,0…−0,8", "−5,0…−1,0", "ei raportoitavissa"] in rows
    assert ["Mainehaitta", "talousjohtaja", "–", "ei tietoa", "–"] in rows


# --- targets in words ---------------------------------------------------------------------------------------------


def row_of(**given: object) -> Row:
    return {
        "unit": "EUR_million",
        "better": "within",
        "target_kind": "level",
        "baseline_rule": "given",
        "target_value": None,
        "target_weakest": None,
        "target_low": None,
        "target_high": None,
        "target_month": None,
        **given,
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"target_high": 1.2}, ["enintään 1,2 milj. €", "högst 1,2 mn €", "at most 1.2 EUR million"]),
        ({"target_low": 3.0}, ["vähintään 3,0 milj. €", "minst 3,0 mn €", "at least 3.0 EUR million"]),
        ({"target_low": 422.0, "target_high": 426.0}, ["422,0…426,0", "422,0…426,0", "422.0…426.0"]),
        ({"target_low": 20.0, "target_high": 20.0, "unit": "percent"}, ["20,0", "20,0", "20.0"]),
        # Nothing to count the change from yet: the change itself.
        (
            {"target_kind": "change_pct", "stated_target_high": 10.0, "baseline_rule": "previous_year"},
            ["enintään +10,0 %", "högst +10,0 %", "at most +10.0 %"],
        ),
        (
            {"better": "down", "target_kind": "change_pct", "stated_target_value": -4.0},
            ["−4,0 % lähtötasosta", "−4,0 % från utgångsläget", "−4.0 % from the baseline"],
        ),
        ({"better": "up", "target_kind": "trajectory", "target_value": 27.6}, ["27,6", "27,6", "27.6"]),
        ({"better": "up", "target_kind": "none"}, ["–", "–", "–"]),
    ],
)
def test_targets_read_well(given: dict[str, object], words: list[str]) -> None:
    assert [spaced(target(row_of(**given), Formats(language))) for language in ("fi", "sv", "en")] == words


def test_a_target_of_each_year_says_what_it_is_held_against() -> None:
    row = row_of(better="down", baseline_rule="previous_year", target_kind="change_pct", target_value=96.0)
    notes = [target_note(row, Formats(language)) for language in ("fi", "sv", "en")]
    assert notes == ["edelliseen vuoteen verrattuna", "jämfört med året innan", "against the year before"]


def test_what_is_waited_for_may_be_a_figure_of_an_extract_or_the_baseline() -> None:
    row = {"waits_for": "tunnusluvut pth_visits, baseline"}
    assert waited_for(row) == ["tunnusluvut pth_visits", "baseline"]
    assert waiting_note(row, Formats("en")) == "Waits for the extract: tunnusluvut pth_visits. Waits for its baseline."


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (31500.4, "visits", "31 500 käyntiä"),
        (8.14, "fte", "8,1 htv"),
        (112.04, "percent", "112,0 %"),
        (3, "beds", "3 vuodepaikkaa"),
    ],
)
def test_new_units(value: float, unit: str, shown: str) -> None:
    assert spaced(Formats("fi").quantity(value, unit)) == shown


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("unit", formats.UNITS),
        ("family", indicator_text.FAMILIES),
        ("baseline_rule", indicator_text.BASELINE_RULES),
        ("target_kind", indicator_text.TARGET_KINDS),
        ("certainty", indicator_text.CERTAINTIES),
    ],
)
def test_every_code_of_the_catalogue_has_words(column: str, known: dict[str, str]) -> None:
    with (REPOSITORY / "dbt_project" / "seeds" / "indicator.csv").open(encoding="utf-8", newline="") as stream:
        assert {row[column] for row in csv.DictReader(stream)} <= set(known)
