"""The suites as texts: complete, readable by those they concern, and the same for every extract."""

from __future__ import annotations

import re
from datetime import date

import duckdb
import pytest

from expectations.scratch import LakeView
from expectations.suite import LANGUAGES, SuiteError, load_suite, suite_names
from sources.contract import load_contracts
from sources.settings import Settings
from tests.expectations.lake_maker import Lake


def test_every_extract_and_the_indicators_have_a_suite() -> None:
    assert set(suite_names()) == {*load_contracts(), "indicators"}


@pytest.mark.parametrize("name", suite_names())
def test_a_suite_begins_with_a_row_count_that_stops(name: str) -> None:
    first = load_suite(name).checks[0]
    assert (first.check_id, first.severity) == (f"{name}.row_count", "ERROR")
    assert first.expectation == "ExpectTableRowCountToBeBetween"
    assert first.kwargs == {"min_value": 1}


@pytest.mark.parametrize("name", suite_names())
def test_every_check_says_what_it_means_and_what_to_do(name: str) -> None:
    checks = load_suite(name).checks
    assert len({check.check_id for check in checks}) == len(checks)
    for check in checks:
        assert all(check.meaning[language] and check.what_to_do[language] for language in LANGUAGES)


@pytest.mark.parametrize("name", [n for n in suite_names() if n != "indicators"])
def test_no_check_reads_a_personal_column(name: str, settings: Settings, lake: Lake) -> None:
    """A profile may count by one and compare with what the suite reads, but holds none."""
    suite = load_suite(name)
    extracts = [name, *suite.reads]
    personal = {
        column.name for extract_id in extracts for column in load_contracts()[extract_id].columns if column.personal
    }
    assert not [
        (column, check.check_id) for column in personal for check in suite.checks if column in _words(check.sql)
    ]

    lake.deliver(name, "SELECT " + ", ".join(f"NULL AS {c.name}" for c in load_contracts()[name].loaded_columns))
    database = settings.build / "profile.duckdb"
    LakeView(settings, date(2024, 5, 10)).make_scratch(suite, database)
    with duckdb.connect(str(database), read_only=True) as scratch:
        columns = {row[0] for row in scratch.execute("DESCRIBE profile").fetchall()}
    assert not columns & personal


def _words(sql: str | None) -> list[str]:
    return re.findall(r"\w+", sql or "")


def test_monthly_extracts_with_a_due_day_are_watched_for_lateness() -> None:
    for contract in load_contracts().values():
        ids = {check.check_id.split(".")[1] for check in load_suite(contract.extract_id).about("current")}
        if contract.due_day is not None:
            assert ids & {"freshness_period", "freshness_arrival"}, contract.extract_id


def test_an_unknown_suite_is_named() -> None:
    with pytest.raises(SuiteError, match="no suite nothing"):
        load_suite("nothing")
