"""The registry against the figures of the programme documents, and its promises: rows, never code; versions for ever.

`programme_figures.csv` holds the 52 indicators as they were read from the documents by somebody else than the author of
the seeds: unit, direction, target, document. It proves that the registry says what the programmes say.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from sources.settings import REPOSITORY
from tests.dbt import definition_ledger, small_lake
from tests.dbt.conftest import Built, build

SEEDS = REPOSITORY / "dbt_project" / "seeds"
FIGURES = Path(__file__).with_name("programme_figures.csv")
Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures() -> dict[str, Row]:
    return {row["indicator_id"]: row for row in rows(FIGURES)}


def indicators() -> dict[str, Row]:
    return {row["indicator_id"]: row for row in rows(SEEDS / "indicator.csv") if row["definition_version"] == "1"}


def number(text: str) -> float | None:
    return float(text) if text else None


def strong_and_weak(figure: Row) -> tuple[float | None, float | None]:
    """The headline is the end of the range that is hardest to reach; the weak end is kept only where it differs."""
    ends = [end for end in (number(figure["target_low"]), number(figure["target_high"])) if end is not None]
    if not ends:
        return None, None
    strong, weak = (max(ends), min(ends)) if figure["better"] == "up" else (min(ends), max(ends))
    return strong, weak if weak != strong else None


@pytest.mark.parametrize("indicator_id", figures())
def test_target_unit_direction_and_document_are_the_programmes(indicator_id: str) -> None:
    figure, row = figures()[indicator_id], indicators()[indicator_id]
    documents = {document["document_id"]: document for document in rows(SEEDS / "document.csv")}
    assert row["programme_id"] == figure["programme_id"]
    assert row["unit"] == figure["unit"]
    assert row["better"] == figure["better"]
    assert row["theme"] == figure["theme"]
    assert row["certainty"] == figure["certainty"]
    assert documents[row["document_id"]]["source_file"] == figure["document"]
    assert row["target_kind"] == figure["target_kind"]
    stated = number(row["target_value"]), number(row["target_weakest"])
    if figure["better"] == "within":  # a band: both edges, of which one may be open
        assert number(row["target_low"]) == number(figure["target_low"])
        assert number(row["target_high"]) == number(figure["target_high"])
    elif figure["unit"] == "rank":  # among the best three: the worst place that is good enough
        assert stated == (number(figure["target_high"]), None)
    elif indicator_id == "kyme_purchases_cost":  # about -90 in the text, and the table's weak end
        assert stated == (-90, -28)
    else:
        assert stated == strong_and_weak(figure)
    if row["baseline_rule"] == "given" and indicator_id != "kyme_savings_total":  # 15 of it are in the budget already
        assert number(row["baseline_value"]) == (number(figure["baseline_value"]) or 0)


def test_every_indicator_is_in_the_catalogue_and_has_a_status(empty_night: Built) -> None:
    wanted = set(figures())
    assert len(wanted) == 52
    companions = {"kyme_remote_share", "kyme_digital_services"}
    companions |= {f"{programme}_data_quality" for programme in ("kyme", "itau", "pori")}
    for table in ("indicator.catalogue", "indicator.status"):
        assert {row[0] for row in empty_night.query(f"select indicator_id from {table}")} == wanted | companions


def test_what_nobody_delivers_says_in_the_data_what_it_waits_for(empty_night: Built) -> None:
    assert empty_night.query("select indicator_id from indicator.status where waits_for is null") == []
    assert (
        empty_night.query("""
            select indicator_id from indicator.value
            where division_id = 'all' and (value_status <> 'no_data' or waits_for is null)
        """)
        == []
    )
    waits = dict(empty_night.query("select indicator_id, waits_for from indicator.status"))
    assert waits["itau_no_shows"] == "tunnusluvut no_shows"
    assert waits["pori_75_home_care"] == "asiakasmaarat, vaesto"
    assert waits["vake_budget_osa1"] == "hanketalous"


def test_names_are_in_three_languages_and_translations_are_marked() -> None:
    for name in ("indicator", "goal", "risk", "cost_target", "allocation", "basket", "reporting_duty", "programme"):
        for row in rows(SEEDS / f"{name}.csv"):
            assert all(row[f"name_{language}"] for language in ("fi", "sv", "en")), (name, row)
            marked = set(row["translated"].split("|")) - {""}
            own = "sv" if row["programme_id"] == "itauusimaa_2023" else "fi"
            assert marked <= {"fi", "sv", "en"} - {own}, (name, row)
            assert marked, (name, row)


def test_every_place_where_the_plan_does_not_add_up_is_found(empty_night: Built) -> None:
    """Worked out from the annexes of the plan with a pocket calculator; differences of a euro or two are rounding."""
    found = empty_night.query("""
        select sub_project, rule, name_fi, figure, difference_eur::double
        from quality.project_reconciliation where not is_rounding order by all
    """)
    assert found == [
        # A cost line of 30,000 is missing between the parts and the total.
        ("1", "parts", "Kokonaiskulut", "forecast_eur", 1126927 - (575132 + 441989 + 15331 + 9475 + 35000 + 20000)),
        ("1", "parts", "Kokonaiskulut", "total_eur", 1336000 - (655438 + 565044 + 17010 + 13440 + 35069 + 20000)),
        ("3", "parts", "Kokonaiskulut", "total_eur", 1100000 - (225793 + 845122 + 15256 + 5000 + 0 + 24000)),
        ("3", "parts", "Palvelujen ostot yhteensä", "forecast_eur", 842839 - (803039 + 5800 + 34000 + 10000)),
        ("3", "parts", "Palvelujen ostot yhteensä", "total_eur", 845122 - (805322 + 5800 + 34000 + 10000)),
        # The personnel lines: 12,020 + 199,361 is not 225,793, and 12,020 + 173,737 not 200,169.
        ("3", "years", "Aineet, tarvikkeet ja tavarat", "total_eur", pytest.approx(15256 - (782.76 + 15000))),
        ("3", "years", "Asiantuntijapalvelut", "total_eur", pytest.approx(805322 - (996.89 + 803039))),
        ("3", "years", "Henkilöstökulut", "total_eur", 225793 - (12020 + 199361)),
        ("3", "years", "Palvelujen ostot yhteensä", "total_eur", pytest.approx(845122 - (996.89 + 842839))),
        ("3", "years", "Projektiin palkattu henkilöstö", "total_eur", 200169 - (12020 + 173737)),
    ]


# --- a definition that a release has used never changes --------------------------------------------


def test_used_definitions_are_as_they_were() -> None:
    changed = definition_ledger.broken(SEEDS)
    assert changed == [], (
        "a release has used these versions: give the changed definition the next definition_version and a valid_from, "
        "and leave the old row as it was"
    )


def test_an_edit_of_a_used_version_is_found(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    edit(seeds / "indicator.csv", "change_abs,-90,-28", "change_abs,-80,-28")
    edit(seeds / "target_path.csv", "2025-12-01,17,", "2025-12-01,16,")
    edit(seeds / "cost_rule.csv", "cost_rent_eur,4800,4899", "cost_rent_eur,4800,4898")
    edit(seeds / "indicator.csv", "pori_2021,pori_sick_leave,1,", "pori_2021,pori_sick_leave,2,")
    assert definition_ledger.broken(seeds) == [
        ("itauusimaa_2023", "itau_potential_total", 1),
        ("kymenlaakso_2023", "kyme_purchases_cost", 1),
        ("kymenlaakso_2023", "kyme_rent_cost", 1),
        ("pori_2021", "pori_sick_leave", 1),
    ]


def test_words_may_be_put_right_without_a_new_version(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    edit(seeds / "indicator.csv", "Tilavuokrat,Lokalhyror", "Tilojen vuokrat,Lokalhyror")
    assert definition_ledger.broken(seeds) == []


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- rows, never code --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small lake of Kymenlaakso with one more indicator and a second version of another: three rows, no code."""
    project = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(REPOSITORY / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    path = project / "seeds" / "indicator.csv"
    table = rows(path)
    known = {row["indicator_id"]: row for row in table}
    hired = {
        **known["kyme_rent_cost"],
        "indicator_id": "kyme_hired_labour",
        "name_fi": "Vuokratyövoima",
        "numerator": "cost_hired_labour_eur",
        "target_kind": "level",
        "target_value": "100",
        "target_weakest": "",
        "baseline_rule": "given",
        "baseline_value": "160",
    }
    later = {**known["kyme_rent_cost"], "definition_version": "2", "valid_from": "2025-01-01", "target_value": "-6"}
    future = {**known["kyme_rent_cost"], "definition_version": "3", "valid_from": "2025-02-01", "target_value": "-7"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*table, hired, later, future])
    home = tmp_path_factory.mktemp("extended")
    return build(
        home, small_lake.AS_OF, small_lake.fill, "--exclude-resource-type", "unit_test", "test", project=project
    )


def test_a_new_indicator_is_one_row(extended: Built) -> None:
    # 10 M a month, and 3 M less in the corrected May; half way from 160 to 100 is 130.
    value, expected, status = extended.one(
        "select value, expected_value, status from indicator.status where indicator_id = 'kyme_hired_labour'"
    )
    assert (value, expected, status) == (pytest.approx(117), pytest.approx(130), "on_track")


def test_the_definition_in_force_is_the_one_that_counts(extended: Built) -> None:
    # 25 M of budget less 6 of version 2, which is valid from the first of January; version 3 is not yet.
    assert extended.one(
        "select definition_version, target_value from indicator.status where indicator_id = 'kyme_rent_cost'"
    ) == (2, pytest.approx(19))


INDICATOR_IDS = re.compile(r"\b(?:kyme|itau|pori|vake)_\w+")
# A rule that belongs to one indicator alone would be listed here, with its reason, and nowhere else.
OWN_RULES: dict[str, str] = {}


def test_sql_knows_no_indicator() -> None:
    project = REPOSITORY / "dbt_project"
    files = [path for folder in ("models", "macros", "tests") for path in project.glob(f"{folder}/**/*.sql")]
    assert len(files) > 80
    found = {word for path in files for word in INDICATOR_IDS.findall(path.read_text(encoding="utf-8"))}
    named = {
        row["indicator_id"]
        for row in rows(SEEDS / "indicator.csv")
        for path in files
        if re.search(rf"\b{row['indicator_id']}\b", path.read_text(encoding="utf-8"))
    }
    assert found | named == set(OWN_RULES)
