"""Process control against a second method: the published definitions word by word, in exact arithmetic, over random
series; and the months of the small year.

Source of the rules: NHS England, Making Data Count (run and trend of seven; the older choice is eight and six); D. J.
Wheeler, Understanding Variation (2.66 and 3.267 mean moving ranges).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.settings import REPOSITORY
from tests.dbt import small_lake
from tests.dbt.conftest import DBT, Built, build

LIMIT, EXTREME = Fraction("2.66"), Fraction("3.267")


@dataclass(frozen=True)
class Rules:
    run: int
    trend: int
    screening: bool


@dataclass(frozen=True)
class Point:
    """What a chart says of one point; numbers are exact, sides are 1, -1 or 0."""

    centre: Fraction
    reach: Fraction | None
    outside: bool
    in_run: bool
    in_trend: bool
    two_of_three: bool
    rule: str
    side: int


def chart(values: list[Fraction], rules: Rules) -> list[Point]:
    """One phase of an XmR chart, point by point, from the definitions."""
    centre = Fraction(sum(values), len(values))
    reach = _reach(values, rules)
    return [_point(values, place, centre, reach, rules) for place in range(len(values))]


def _reach(values: list[Fraction], rules: Rules) -> Fraction | None:
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    if not ranges:
        return None
    kept = [one for one in ranges if one * len(ranges) < EXTREME * sum(ranges)] if rules.screening else ranges
    used = kept if any(kept) else ranges
    return LIMIT * sum(used) / len(used)


def _sign(number: Fraction) -> int:
    return (number > 0) - (number < 0)


def _point(values: list[Fraction], place: int, centre: Fraction, reach: Fraction | None, rules: Rules) -> Point:
    away = [value - centre for value in values]
    outer = [_sign(one) if reach is not None and 3 * abs(one) > 2 * reach else 0 for one in away]
    outside = _sign(away[place]) if reach is not None and abs(away[place]) > reach else 0
    run = _common(values, place, rules.run, lambda row: {_sign(value - centre) for value in row})
    trend = _common(values, place, rules.trend, _steps)
    triples = [outer[start : start + 3] for start in range(len(values) - 2) if start <= place < start + 3]
    pair = outer[place] if any(triple.count(outer[place]) >= 2 for triple in triples) else 0
    sides = {"outside": outside, "run": run, "trend": trend, "two_of_three": pair}
    rule = next((name for name, side in sides.items() if side), "none")
    return Point(centre, reach, bool(outside), bool(run), bool(trend), bool(pair), rule, sides.get(rule, 0))


def _steps(row: list[Fraction]) -> set[int]:
    return {_sign(later - earlier) for earlier, later in pairwise(row)}


def _common(values: list[Fraction], place: int, length: int, signs_of: Callable[[list[Fraction]], set[int]]) -> int:
    """The one sign that some row of ``length`` points with ``place`` in it shares; the earliest such row's."""
    rows = (values[start : start + length] for start in range(max(0, place - length + 1), place + 1))
    for row in rows:
        if len(row) == length and signs_of(row) in ({1}, {-1}):
            return signs_of(row).pop()
    return 0


def said_by_sql(model: str, series: list[list[Fraction]]) -> list[list[tuple[Any, ...]]]:
    """The same of the model's SQL: for each series its points as (centre, reach, flags, rule, side)."""
    with duckdb.connect() as con:
        con.execute("""
            CREATE TABLE int_chart_point (
                programme_id VARCHAR, indicator_id VARCHAR, organisation_id VARCHAR, division_id VARCHAR, month DATE,
                definition_version INTEGER, better VARCHAR, value_kind VARCHAR, value DOUBLE, value_status VARCHAR,
                provisional_reason VARCHAR, n_persons BIGINT, phase INTEGER, target_now DOUBLE, target_low_now DOUBLE,
                target_high_now DOUBLE
            )
        """)
        con.execute(
            """
            INSERT INTO int_chart_point BY NAME
            SELECT
                'p' AS programme_id, indicator_id, 'k' AS organisation_id, 'all' AS division_id, 'up' AS better,
                DATE '2000-01-01' + to_months(place::INTEGER) AS month, value, 1 AS phase
            FROM (
                SELECT
                    unnest($names) AS indicator_id, unnest($places) AS place, unnest($values) AS value
            )
            """,
            {
                "names": [f"{number:04}" for number, values in enumerate(series) for _ in values],
                "places": [place for values in series for place in range(len(values))],
                "values": [float(value) for values in series for value in values],
            },
        )
        rows = con.execute(
            f"""
            SELECT
                indicator_id, centre, upper_limit - centre, is_outside, is_in_run, is_in_trend, is_two_of_three,
                signal_rule, CASE signal_side WHEN 'high' THEN 1 WHEN 'low' THEN -1 ELSE 0 END, centre - lower_limit,
                signal
            FROM ({model}) ORDER BY indicator_id, month
            """
        ).fetchall()
    return [[row[1:] for row in rows if row[0] == f"{number:04}"] for number in range(len(series))]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[Rules, str]:
    """The model's compiled SQL under the default settings and under the others, over a table ``int_chart_point``."""
    return {
        Rules(7, 7, True): _compiled(tmp_path_factory.mktemp("default"), {}),
        Rules(8, 6, False): _compiled(tmp_path_factory.mktemp("other"), {"spc_rules": "8/6", "spc_screening": False}),
    }


def _compiled(home: Path, variables: dict[str, object]) -> str:
    project = REPOSITORY / "dbt_project"
    done = subprocess.run(
        [
            str(DBT), "--quiet", "compile", "--select", "indicator_spc", "--no-introspect", "--no-populate-cache",
            "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(home / "target"),
            "--log-path", str(home / "logs"), "--vars", json.dumps(variables),
        ],
        cwd=REPOSITORY,
        env={"TILANNEKUVA_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    sql = (home / "target/compiled/tilannekuva/models/indicator/indicator_spc.sql").read_text()
    assert sql.count('"build"."intermediate"."int_chart_point"') == 1
    return sql.replace('"build"."intermediate"."int_chart_point"', "int_chart_point")


# Halves, so that ties, points on the centre and points on a limit come up; a slope and a shift, so that rows do.
STEP = st.integers(-6, 6).map(lambda n: Fraction(n, 2))
FREE = st.lists(STEP, min_size=1, max_size=30)
RISING = st.tuples(FREE, st.integers(-2, 2)).map(lambda drawn: [v + drawn[1] * n for n, v in enumerate(drawn[0])])
SHIFTED = st.tuples(FREE, FREE, STEP).map(lambda drawn: drawn[0] + [v + 4 * drawn[2] for v in drawn[1]])
STILL = st.lists(st.sampled_from([Fraction(0)] * 6 + [Fraction(1), Fraction(-1), Fraction(9)]), min_size=1, max_size=30)


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(FREE, RISING, SHIFTED, STILL), min_size=10, max_size=30))
def test_sql_says_what_the_definitions_say(models: dict[Rules, str], series: list[list[Fraction]]) -> None:
    for rules, model in models.items():
        for values, said in zip(series, said_by_sql(model, series), strict=True):
            for point, row in zip(chart(values, rules), said, strict=True):
                reach = None if point.reach is None else pytest.approx(float(point.reach), abs=1e-8)
                assert row[0] == pytest.approx(float(point.centre), abs=1e-8)
                assert (row[1], row[8]) == (reach, reach)
                assert row[2:8] == (
                    point.outside, point.in_run, point.in_trend, point.two_of_three, point.rule, point.side
                )  # fmt: skip
                assert row[9] == {1: "improvement", -1: "concern", 0: "none"}[point.side]


@given(st.lists(st.one_of(FREE, STILL), min_size=1, max_size=5), st.data())
@hypothesis_settings(max_examples=20, deadline=None)
def test_turned_over_a_chart_says_the_opposite(
    models: dict[Rules, str], series: list[list[Fraction]], data: st.DataObject
) -> None:
    shift = data.draw(STEP)
    for model in models.values():
        straight = said_by_sql(model, series)
        turned = said_by_sql(model, [[shift - v for v in values] for values in series])
        assert [[(row[6], row[7]) for row in rows] for rows in straight] == [
            [(row[6], -row[7]) for row in rows] for rows in turned
        ]


# --- the small year ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(
        tmp_path_factory.mktemp("small"), small_lake.AS_OF, small_lake.fill, "--exclude-resource-type", "unit_test"
    )


def test_months_of_purchases(night: Built) -> None:
    """30 M a month but 27 in May: mean 29.75; ranges of 3 and 3 over 11, which screening would leave none of."""
    rows = night.query("""
        SELECT month, value, value_kind, value_status, points_in_phase, is_trial, centre, lower_limit, signal,
            signal_rule
        FROM indicator.spc WHERE indicator_id = 'kyme_purchases_cost' AND division_id = 'all' ORDER BY month
    """)
    assert [row[0].month for row in rows] == list(range(1, 13))
    lower = pytest.approx(29.75 - 2.66 * 6 / 11)
    january, may, december = rows[0], rows[4], rows[11]
    ordinary = ("month_amount", "ok", 12, False, 29.75, lower)
    assert january[1:] == (30, *ordinary, "none", "none")  # four above the mean, until May
    assert may[1:] == (27, "month_amount", "provisional", *ordinary[2:], "improvement", "outside")
    assert december[1:] == (30, *ordinary, "concern", "run")  # the seventh above it
    assert night.one("SELECT spc_signal FROM indicator.status WHERE indicator_id = 'kyme_purchases_cost'") == "concern"


def test_target_of_a_month_is_a_twelfth_of_the_path(night: Built) -> None:
    """391 M at December 2023 and 301 two years later: 346 half way, 346 / 12 a month; 30 a month misses that."""
    target, assurance = night.one("""
        SELECT target_now, assurance FROM indicator.spc
        WHERE indicator_id = 'kyme_purchases_cost' AND division_id = 'all' AND month = '2024-12-01'
    """)
    assert (target, assurance) == (pytest.approx(346 / 12), "hit_or_miss")  # 28.83, over the lower limit of 28.30
    kinds = night.query("SELECT DISTINCT assurance FROM indicator.spc WHERE division_id <> 'all'")
    assert kinds == [("no_target",)]


def test_saving_of_a_month_is_against_a_twelfth_of_the_budget(night: Built) -> None:
    """15 / 12 + 937 / 12 - 66: a year of such months saves 15 + 937 - 792."""
    value = night.one(
        "SELECT value FROM indicator.spc WHERE indicator_id = 'kyme_savings_total' AND month = '2024-12-01'"
    )
    assert value == pytest.approx((15 + 937 - 792) / 12)


def test_hidden_divisions_have_no_points(night: Built) -> None:
    shown = night.query(
        "SELECT DISTINCT division_id FROM indicator.spc WHERE indicator_id = 'kyme_sick_leave' ORDER BY 1"
    )
    assert shown == [("all",), ("terveys",)]
    assert night.one("SELECT month, value FROM indicator.spc WHERE indicator_id = 'kyme_enps'") == (
        date(2024, 11, 1),
        0,
    )


def test_a_rank_has_no_chart(night: Built) -> None:
    assert night.query("SELECT 1 FROM indicator.spc WHERE indicator_id = 'kyme_digital_rank'") == []
    assert night.one("SELECT spc_signal FROM indicator.status WHERE indicator_id = 'kyme_digital_rank'") is None


GOOD_REBASE = ("kymenlaakso_2023", "kyme_sites", None, "2024-05-01", "syy", "orsak", "reason", "kehittamisjohtaja")


@pytest.mark.parametrize(
    ("column", "value", "caught"),
    [
        (0, "kymenlaakso_2023", 0),  # as it should be
        (2, "all", 0),
        (2, "terveys", 0),
        (4, None, 1),
        (5, " ", 1),
        (6, "", 1),
        (7, None, 1),
        (3, "2024-05-02", 1),
        (1, "kyme_no_such", 1),
        (0, "pori_2021", 1),  # has no indicator of that name
        (2, "no_such_division", 1),
    ],
)
def test_a_rebase_needs_its_reason_and_its_place(
    night: Built, tmp_path: Path, column: int, value: str | None, caught: int
) -> None:
    row = [value if place == column else given_value for place, given_value in enumerate(GOOD_REBASE)]
    check = night.database.parent.parent / "dbt/target/compiled/tilannekuva/tests/rebases_are_reasoned.sql"
    shutil.copy(night.database, tmp_path / "build.duckdb")
    with duckdb.connect(str(tmp_path / "build.duckdb")) as con:
        con.execute("INSERT INTO seed.spc_rebase VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        assert len(con.execute(check.read_text()).fetchall()) == caught
