"""The sentences that explain a change, against sentences written by hand in the three languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from publishing import explanation, release
from publishing.explanation import Row, explain
from publishing.formats import Formats
from publishing.model import NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import ask, change_build

SPACE = "\N{NO-BREAK SPACE}"
NAMES = {
    "t": ("Terveyspalvelut", "Hälsotjänster", "Health services"),
    "s": ("Sosiaalipalvelut", "Socialtjänster", "Social services"),
    "p": ("Pelastus", "Räddning", "Rescue"),
    "unmapped": ("Tuntematon toimiala", "Okänd sektor", "Unknown division"),
    "430": ("Asiakaspalvelujen ostot", "Köp av klienttjänster", "Purchased client services"),
    "4346": ("Työvoiman vuokraus", "Hyrd arbetskraft", "Hired labour"),
}


def whole(now: float | None, before: float | None, **changed: Any) -> Row:
    """The whole of a comparison of purchases, million euros of twelve months to September 2025 with a year before."""
    change = None if now is None or before is None else now - before
    row = {
        "name_fi": "Palvelujen ostot",
        "name_sv": "Köpta tjänster",
        "name_en": "Purchased services",
        "unit": "EUR_million",
        "family": "sum",
        "window_months": 12,
        "month": date(2025, 9, 1),
        "against": "year_before",
        "basis": "own_value",
        "against_month": date(2024, 9, 1),
        "dimension": "division",
        "part_id": "all",
        "part_kind": "whole",
        "part_fi": None,
        "part_sv": None,
        "part_en": None,
        "value_now": now,
        "value_before": before,
        "contribution": change,
        "status": "ok",
        "value_status": "ok",
    }
    return row | changed


def part(of: Row, part_id: str, contribution: float, kind: str = "part") -> Row:
    """A part of a whole."""
    names = dict(zip(("part_fi", "part_sv", "part_en"), NAMES.get(part_id, (None, None, None)), strict=True))
    return of | {"part_id": part_id, "part_kind": kind, "contribution": contribution} | names


def said(*rows: Row) -> tuple[str, str, str]:
    """What is said in Finnish, Swedish and English, with plain spaces."""
    fi, sv, en = (explain(rows, Formats(language)).replace(SPACE, " ") for language in ("fi", "sv", "en"))
    return fi, sv, en


def test_a_rise_with_movers_in_both_directions() -> None:
    # 172.4 from 169.3: 3.1 more, which is 1.8 %.
    costs = whole(172.4, 169.3)
    assert said(costs, part(costs, "s", 2.2), part(costs, "t", 1.3), part(costs, "p", -0.4)) == (
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 172,4 milj. €. Luku on 3,1 milj. € (1,8 %) suurempi kuin "
        "vuotta aiemmin. Eniten lukua kasvattanut toimiala: Sosiaalipalvelut (+2,2 milj. €); eniten pienentänyt: "
        "Pelastus (−0,4 milj. €).",
        "Köpta tjänster, 12 månader till och med 2025-09: 172,4 mn €. Värdet är 3,1 mn € (1,8 %) högre än ett år "
        "tidigare. Sektor som höjde värdet mest: Socialtjänster (+2,2 mn €); som sänkte det mest: Räddning (−0,4 mn "
        "€).",
        "Purchased services, 12 months to 09/2025: 172.4 EUR million. The figure is 3.1 EUR million (1.8 %) higher "
        "than a year earlier. Division that raised the figure most: Social services (+2.2 EUR million); that lowered "
        "it most: Rescue (−0.4 EUR million).",
    )


def test_a_fall_below_the_budget_by_account_group_where_divisions_tell_nothing() -> None:
    # 100 against 125 in the budget: 25 less, 20 %.
    divisions = whole(100, 125, against="plan", basis="budget_revised", status="no_parts")
    groups = divisions | {"dimension": "account_group", "status": "ok"}
    assert said(divisions, groups, part(groups, "430", -22), part(groups, "4346", -3)) == (
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 100,0 milj. €. Luku on 25,0 milj. € (20,0 %) pienempi kuin "
        "samojen kuukausien talousarvio. Eniten lukua pienentänyt tiliryhmä: Asiakaspalvelujen ostot (−22,0 milj. €).",
        "Köpta tjänster, 12 månader till och med 2025-09: 100,0 mn €. Värdet är 25,0 mn € (20,0 %) lägre än budgeten "
        "för samma månader. Kontogrupp som sänkte värdet mest: Köp av klienttjänster (−22,0 mn €).",
        "Purchased services, 12 months to 09/2025: 100.0 EUR million. The figure is 25.0 EUR million (20.0 %) lower "
        "than the budget of the same months. Account group that lowered the figure most: Purchased client services "
        "(−22.0 EUR million).",
    )


def test_an_unchanged_figure_of_one_month() -> None:
    sites = whole(93, 93, unit="sites", family="level", window_months=1, status="no_parts")
    assert said(sites) == (
        "Palvelujen ostot, 9.2025: 93 toimipistettä. Luku on sama kuin vuotta aiemmin.",
        "Köpta tjänster, 2025-09: 93 verksamhetsställen. Värdet är detsamma som ett år tidigare.",
        "Purchased services, 09/2025: 93 sites. The figure is the same as a year earlier.",
    )


def test_one_part_has_all_of_the_change() -> None:
    costs = whole(12, 10)
    texts = said(costs, part(costs, "s", 2.0), part(costs, "t", 0.0))
    assert texts[0].endswith(
        "(20,0 %) suurempi kuin vuotta aiemmin. Koko muutos on yhdellä toimialalla: Sosiaalipalvelut."
    )
    assert texts[1].endswith("högre än ett år tidigare. Hela förändringen finns i en sektor: Socialtjänster.")
    assert texts[2].endswith("higher than a year earlier. The whole change is in one division: Social services.")


def test_parts_that_even_out_are_told_of_an_unchanged_whole() -> None:
    sites = whole(7, 7, unit="sites", family="level", window_months=1)
    texts = said(sites, part(sites, "t", -1), part(sites, "s", 1))
    assert texts[0].endswith(
        "Luku on sama kuin vuotta aiemmin. Eniten lukua kasvattanut toimiala: Sosiaalipalvelut (+1 toimipiste); "
        "eniten pienentänyt: Terveyspalvelut (−1 toimipiste)."
    )
    assert texts[2].endswith("Social services (+1 site); that lowered it most: Health services (−1 site).")


def test_a_difference_of_one_is_in_the_genitive_in_finnish() -> None:
    beds = whole(1, 2, unit="beds", family="level", window_months=1, status="no_parts", against="baseline")
    assert said(beds) == (
        "Palvelujen ostot, 9.2025: 1 vuodepaikka. Luku on 1 vuodepaikan (50,0 %) pienempi kuin lähtötaso (9.2024).",
        "Köpta tjänster, 2025-09: 1 vårdplats. Värdet är 1 vårdplats (50,0 %) lägre än utgångsläget (2024-09).",
        "Purchased services, 09/2025: 1 bed. The figure is 1 bed (50.0 %) lower than the baseline (09/2024).",
    )


def test_a_share_changes_by_points_and_splits_into_mix_and_rate() -> None:
    # By division: health 6.25 - 1.875 = 4.375, social services 3.75 - 3.125 = 0.625; rates 10, shares -5.
    share = whole(25, 20, unit="percent", family="ratio")
    rows = [
        part(share, "t", 6.25, "rate"),
        part(share, "s", 3.75, "rate"),
        part(share, "s", -3.125, "mix"),
        part(share, "t", -1.875, "mix"),
    ]
    assert said(share, *rows) == (
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 25,0 %. Luku on 5,0 prosenttiyksikköä suurempi kuin vuotta "
        "aiemmin. Eniten lukua kasvattanut toimiala: Terveyspalvelut (+4,4 prosenttiyksikköä). Toimialojen oma "
        "muutos yhteensä: +10,0 prosenttiyksikköä; toimialojen osuuksien muutos: −5,0 prosenttiyksikköä.",
        "Köpta tjänster, 12 månader till och med 2025-09: 25,0 %. Värdet är 5,0 procentenheter högre än ett år "
        "tidigare. Sektor som höjde värdet mest: Hälsotjänster (+4,4 procentenheter). Sektorernas egen förändring "
        "sammanlagt: +10,0 procentenheter; förändringen i sektorernas andelar: −5,0 procentenheter.",
        "Purchased services, 12 months to 09/2025: 25.0 %. The figure is 5.0 percentage points higher than a year "
        "earlier. Division that raised the figure most: Health services (+4.4 percentage points). Change within the "
        "divisions together: +10.0 percentage points; change in the divisions' shares of the whole: −5.0 percentage "
        "points.",
    )


def test_hidden_parts_are_told_together_without_mix_and_rate() -> None:
    days = whole(30, 20, unit="days_per_fte", family="ratio")
    rows = [part(days, "t", 9, "rate"), part(days, "t", 2, "mix"), part(days, "hidden", -1, "hidden")]
    assert said(days, *rows) == (
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 30,0 pv / htv. Luku on 10,0 pv / htv (50,0 %) suurempi kuin "
        "vuotta aiemmin. Eniten lukua kasvattanut toimiala: Terveyspalvelut (+11,0 pv / htv). Suojatut pienet ryhmät "
        "yhteensä: −1,0 pv / htv.",
        "Köpta tjänster, 12 månader till och med 2025-09: 30,0 dgr / årsv. Värdet är 10,0 dgr / årsv. (50,0 %) högre "
        "än ett år tidigare. Sektor som höjde värdet mest: Hälsotjänster (+11,0 dgr / årsv.). Skyddade små grupper "
        "sammanlagt: −1,0 dgr / årsv.",
        "Purchased services, 12 months to 09/2025: 30.0 days per FTE. The figure is 10.0 days per FTE (50.0 %) "
        "higher than a year earlier. Division that raised the figure most: Health services (+11.0 days per FTE). "
        "Small groups, protected, together: −1.0 days per FTE.",
    )


def test_a_withheld_split_says_why() -> None:
    score = whole(5, -9, unit="score", family="net_share", window_months=1, status="withheld", against="baseline")
    assert said(score) == (
        "Palvelujen ostot, 9.2025: 5 pistettä. Luku on 14 pistettä suurempi kuin lähtötaso (9.2024). Jakoa "
        "toimialoittain ei näytetä pienten ryhmien suojaamiseksi.",
        "Köpta tjänster, 2025-09: 5 poäng. Värdet är 14 poäng högre än utgångsläget (2024-09). Fördelningen per "
        "sektor visas inte, för att skydda små grupper.",
        "Purchased services, 09/2025: 5 points. The figure is 14 points higher than the baseline (09/2024). The "
        "split by division is not shown, to protect small groups.",
    )


def test_what_no_part_holds_is_told() -> None:
    costs = whole(14, 10)
    texts = said(costs, part(costs, "s", 1), part(costs, "remainder", 3, "remainder"))
    assert texts[0].endswith("toimiala: Sosiaalipalvelut (+1,0 milj. €). Kohdistamatta jäänyt osa: +3,0 milj. €.")
    assert texts[1].endswith("Inte fördelat på någon del: +3,0 mn €.")
    assert texts[2].endswith("Laid to no part: +3.0 EUR million.")


@pytest.mark.parametrize(
    ("status", "against", "texts"),
    [
        (
            "no_value_before",
            "year_before",
            (
                "Vuoden takaista lukua, johon verrata, ei ole.",
                "Det finns inget värde från ett år tidigare att jämföra med.",
                "There is no figure of a year earlier to compare with.",
            ),
        ),
        (
            "not_covered",
            "year_before",
            (
                "Vuoden takaisista kuukausista ei ole kaikkia tietoja, joten vertailua ei ole.",
                "Uppgifter saknas för en del av månaderna ett år tidigare, så det finns ingen jämförelse.",
                "The months of a year earlier are not all covered by data, so there is no comparison.",
            ),
        ),
        (
            "no_baseline",
            "baseline",
            (
                "Lähtötasoa, johon verrata, ei ole.",
                "Det finns inget utgångsläge att jämföra med.",
                "There is no baseline to compare with.",
            ),
        ),
        (
            "no_plan",
            "plan",
            (
                "Kuukauden suunnitelmaa, johon verrata, ei ole.",
                "Det finns ingen plan för månaden att jämföra med.",
                "There is no plan for the month to compare with.",
            ),
        ),
        (
            "withheld",
            "year_before",
            (
                "Vertailulukua ei näytetä pienten ryhmien suojaamiseksi.",
                "Jämförelsevärdet visas inte, för att skydda små grupper.",
                "The figure to compare with is not shown, to protect small groups.",
            ),
        ),
    ],
)
def test_without_a_comparison_the_reason_is_told(status: str, against: str, texts: tuple[str, str, str]) -> None:
    first = (
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 172,4 milj. €. ",
        "Köpta tjänster, 12 månader till och med 2025-09: 172,4 mn €. ",
        "Purchased services, 12 months to 09/2025: 172.4 EUR million. ",
    )
    rows = whole(172.4, None, status=status, against=against)
    assert said(rows) == tuple(figure + reason for figure, reason in zip(first, texts, strict=True))


def test_without_a_figure_nothing_else_is_told() -> None:
    assert said(whole(None, None, status="no_value", month=None)) == (
        "Palvelujen ostot: lukua ei ole.",
        "Köpta tjänster: inget värde.",
        "Purchased services: no figure.",
    )
    assert said(whole(None, None, status="withheld", month=None)) == (
        "Palvelujen ostot: lukua ei näytetä.",
        "Köpta tjänster: värdet visas inte.",
        "Purchased services: the figure is not shown.",
    )


def test_a_rank_is_told_as_it_was_and_is() -> None:
    rank = whole(2, 4, unit="rank", family="rank", window_months=1, status="not_additive")
    assert said(rank) == (
        "Palvelujen ostot, 9.2025: sija 2. Vuotta aiemmin sija oli 4.",
        "Köpta tjänster, 2025-09: placering 2. Ett år tidigare var placeringen 4.",
        "Purchased services, 09/2025: rank 2. A year earlier the rank was 4.",
    )


def test_provisional_figures_say_so() -> None:
    texts = said(whole(12, 10, status="whole_only", against="plan", basis="path", value_status="provisional"))
    assert texts[0].endswith(
        "Luku on 2,0 milj. € (20,0 %) suurempi kuin kuukauden suunnitelma. Luvut ovat ennakollisia."
    )
    assert texts[1].endswith("högre än planen för månaden. Värdena är preliminära.")
    assert texts[2].endswith("higher than the plan for the month. The figures are provisional.")


def test_percent_only_of_a_positive_figure_and_only_where_it_shows() -> None:
    # From -1 there is no percent; 0.01 of 400 is 0.0 %, which would say nothing.
    assert "%" not in said(whole(1, -1))[0]
    assert "%" not in said(whole(1, 0))[0]
    assert "Luku on 0,01 milj. € suurempi" in said(whole(400.01, 400))[0]


def test_an_abbreviated_unit_ends_the_sentence_with_one_full_stop() -> None:
    use = whole(59, 61, unit="per_1000", family="per_thousand", status="no_parts")
    assert said(use)[0].startswith(
        "Palvelujen ostot, 12 kuukautta 9.2025 saakka: 59 / 1 000 as. Luku on 2 / 1 000 as. "
    )


def test_a_part_without_a_name_is_told_by_its_key() -> None:
    costs = whole(12, 10)
    assert "toimiala: x9 (+3,0" in said(costs, part(costs, "x9", 3), part(costs, "s", -1))[0]


# --- in the release -------------------------------------------------------------------------------------------------

TEXTS = "SELECT indicator_id, against, text_fi FROM indicator.explanation WHERE organisation_id = '{}' ORDER BY ALL"


def test_release_has_the_sentences_of_every_comparison(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    found = ask(made.database, TEXTS.format("kainuu"))
    assert [(*row[:2], str(row[2]).replace(SPACE, " ")) for row in found] == [
        (
            "cost",
            "year_before",
            # 34.5 of 1,200.06 is 2.9 %.
            "Ostot, 12 kuukautta 10.2025 saakka: 1 234,6 milj. €. Luku on 34,5 milj. € (2,9 %) suurempi kuin vuotta "
            "aiemmin. Eniten lukua kasvattanut toimiala: <script>alert(1)</script> (+40,0 milj. €); eniten "
            "pienentänyt: Sosiaalipalvelut (−5,5 milj. €).",
        ),
        (
            "enps",
            "baseline",
            "Suositteluindeksi, 12 kuukautta 10.2025 saakka: −4 pistettä. Luku on 5 pistettä suurempi kuin lähtötaso "
            "(12.2022).",
        ),
        ("queue", "plan", "Jono: lukua ei ole."),
    ]
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'explanation' AND column_name = 'text_sv'"
    assert ask(made.database, comment) == [("The sentences in Swedish.",)]


def test_no_sentence_tells_a_withheld_figure(settings: Settings, run: NightlyRun) -> None:
    first = release.publish(settings, run)
    has_figure = "part_id = 'all' AND status <> 'no_value'"
    change_build(settings, f"UPDATE indicator.contribution SET value_now = 777, contribution = 77 WHERE {has_figure}")
    withheld = replace(run, withheld_organisations=frozenset({"kainuu"}))
    second = release.publish(settings, withheld)
    assert "777" in str(ask(second.database, TEXTS.format("kymenlaakso")))
    older = {row[:2]: str(row[2]) for row in ask(first.database, TEXTS.format("kainuu"))}
    now = {row[:2]: str(row[2]) for row in ask(second.database, TEXTS.format("kainuu"))}
    # The older figures, marked; what had no figure has none to mark.
    assert now == {
        key: text if key[0] == "queue" else f"{text} Luvut ovat ennakollisia." for key, text in older.items()
    }


def test_without_an_older_release_a_withheld_organisation_has_no_sentences(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, replace(run, withheld_organisations=frozenset({"kainuu"})))
    assert ask(made.database, TEXTS.format("kainuu")) == []
    assert len(ask(made.database, TEXTS.format("kymenlaakso"))) == 3


def test_sentences_are_read_by_indicator(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    with duckdb.connect(made.database, read_only=True) as con:
        found = explanation.read(con)
    assert {key for key in found if key[2] == "kainuu"} == {
        ("demo_2023", name, "kainuu") for name in ("cost", "enps", "queue")
    }
    assert str(found["demo_2023", "queue", "kainuu"][0]["text_en"]) == "Queue: no figure."
    with duckdb.connect() as con:
        assert explanation.read(con) == {}
