"""Great Expectations on DuckDB: it fails what is wrong, passes what is right, and names all who are to blame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.suite import Check

TEXTS = {"fi": "x", "sv": "x", "en": "x"}


def check(name: str, **how: Any) -> Check:
    return Check(name, "ERROR", "owner", TEXTS, TEXTS, **how)


def sql(name: str, condition: str) -> Check:
    return check(
        name,
        sql="SELECT organisation_id, delivery_id, amount::VARCHAR AS observed, '<= 9' AS expected "
        f"FROM landed WHERE {condition} ORDER BY amount",
    )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a b'c.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE VIEW landed AS SELECT 'o' AS organisation_id, 'd' || i AS delivery_id, i AS amount "
            "FROM range(1000) AS t(i)"
        )
    return path


def test_expectations_pass_and_fail_on_duckdb(database: Path) -> None:
    from expectations import engine

    found = engine.run(
        database,
        "landed",
        [
            check("many", expectation="ExpectTableRowCountToBeBetween", kwargs={"min_value": 1}),
            check("few", expectation="ExpectTableRowCountToBeBetween", kwargs={"max_value": 999}),
            check(
                "in_range", expectation="ExpectColumnValuesToBeBetween", kwargs={"column": "amount", "max_value": 999}
            ),
            check(
                "out_of_range",
                expectation="ExpectColumnValuesToBeBetween",
                kwargs={"column": "amount", "max_value": 998},
            ),
            sql("none", "amount > 999"),
            sql("two", "amount > 997"),
            sql("braces", "regexp_full_match(delivery_id, 'd9[0-9]{2}') AND amount < 902"),
        ],
    )

    assert {name: outcome.status for name, outcome in found.items()} == {
        "many": "passed", "few": "failed", "in_range": "passed", "out_of_range": "failed",
        "none": "passed", "two": "failed", "braces": "failed",
    }  # fmt: skip
    assert found["few"].observed == "1000"
    assert [(o.organisation_id, o.delivery_id, o.observed) for o in found["two"].offenders] == [
        ("o", "d998", "998"),
        ("o", "d999", "999"),
    ]
    assert [o.delivery_id for o in found["braces"].offenders] == ["d900", "d901"]


def test_all_offenders_are_named_beyond_the_rows_that_great_expectations_hands_out(database: Path) -> None:
    from expectations import engine

    found = engine.run(database, "landed", [sql("many", "amount >= 300")])

    assert [o.observed for o in found["many"].offenders] == [str(n) for n in range(300, 1000)]


def test_a_check_that_cannot_be_evaluated_is_an_error_that_quotes_no_data(database: Path) -> None:
    from expectations import engine

    found = engine.run(
        database,
        "landed",
        [
            sql("no_column", "missing_column > 0"),
            sql("bad_cast", "delivery_id::INTEGER > 0"),
            sql("fine", "amount > 999"),
        ],
    )

    assert found["no_column"].status == "error"
    assert "missing_column" in (found["no_column"].observed or "")
    assert found["bad_cast"].status == "error"
    assert found["bad_cast"].observed == "the check could not be evaluated"
    assert found["fine"].status == "passed"


def test_the_file_is_left_free(database: Path) -> None:
    from expectations import engine

    engine.run(database, "landed", [sql("fine", "amount > 999")])

    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE proof AS SELECT 1")


def test_great_expectations_is_imported_only_when_it_validates() -> None:
    """Eight seconds on every command would be the price."""
    code = "import sys, expectations.runner; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_validating_prints_nothing(database: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from expectations import engine

    engine.run(database, "landed", [sql("two", "amount > 997")])

    assert capfd.readouterr() == ("", "")
