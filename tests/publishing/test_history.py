"""What was reported when, by a short life of one installation: corrections, a new definition, a rollback.

The story, with the cost of October 2025 in Kymenlaakso:

    A  1234.56   the first release
    B  1000      a corrected ledger (delivery d2, 995 rows)
    C  1000      nothing is new
    -- rolled back to A --
    D  900       definition 2
    E  no value  the organisation's small groups; see below
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from publishing import history, ledger, release
from publishing.model import Release
from sources import lake
from sources.settings import Settings
from tests.publishing.warehouse_maker import NIGHT, REFUSED_DELIVERY, ask, change_build, make_build

OCTOBER = "month = DATE '2025-10-01' AND organisation_id = 'kymenlaakso'"
COST = f"indicator_id = 'cost' AND {OCTOBER}"
# The hash of a delivery that the lake has a receipt of; any other would look like a pseudonym.
CORRECTED = REFUSED_DELIVERY


@pytest.fixture(scope="module")
def no_pages() -> Iterator[None]:
    """Pages are not what is tested here, and they are what a release costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release.report, "render", lambda *_: None)
        patch.setattr(release, "_git_sha", lambda: "0" * 40)
        yield


@dataclass(frozen=True)
class Story:
    settings: Settings
    a: Release
    b: Release
    c: Release
    d: Release


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, no_pages: None) -> Story:
    settings = Settings(home=tmp_path_factory.mktemp("story")).ensure()
    make_build(settings)
    a = release.publish(settings, NIGHT)
    change_build(
        settings,
        f"UPDATE indicator.value SET value = 1000 WHERE {COST}",
        "UPDATE quality.delivery SET is_current = false",
        "INSERT INTO quality.delivery SELECT * REPLACE "
        f"('{CORRECTED}' AS delivery_id, 995 AS rows_accepted, true AS is_current) FROM quality.delivery",
    )
    b = release.publish(settings, NIGHT)
    c = release.publish(settings, NIGHT)
    release.rollback(settings, a.release_id)
    change_build(
        settings,
        f"UPDATE indicator.value SET value = 900 WHERE {COST}",
        "UPDATE indicator.value SET definition_version = 2 WHERE indicator_id = 'cost'",
        "INSERT INTO indicator.definition SELECT * REPLACE (2 AS definition_version, 'Ostot, uusi' AS name_fi, "
        "DATE '2025-11-01' AS valid_from) FROM indicator.definition WHERE indicator_id = 'cost'",
    )
    d = release.publish(settings, NIGHT)
    return Story(settings, a, b, c, d)


def test_each_change_is_told_once_with_its_cause(story: Story) -> None:
    asked = (
        "SELECT from_release_id, to_release_id, value_from, value_to, round(difference, 6), cause, rows_accepted, "
        f"deliveries, after_closing FROM indicator.restatement WHERE {COST} ORDER BY to_at"
    )
    a, b, c, d = story.a.release_id, story.b.release_id, story.c.release_id, story.d.release_id
    assert ask(story.d.database, asked) == [
        (a, b, 1234.56, 1000.0, -234.56, "delivery", 995, CORRECTED, False),
        (c, a, 1000.0, 1234.56, 234.56, "rollback", None, None, False),
        # Both the definition and the deliveries are new against A: the definition is named, the deliveries stand by.
        (a, d, 1234.56, 900.0, -334.56, "definition", 995, CORRECTED, False),
    ]
    # Nothing else has changed, and no first figure is called a restatement.
    assert ask(story.d.database, "SELECT count(*) FROM indicator.restatement") == [(3,)]
    assert ask(story.a.database, "SELECT count(*) FROM indicator.restatement") == [(0,)]


def test_reported_lays_out_every_release_as_the_lake_has_it(story: Story) -> None:
    columns = ", ".join(lake.TABLES["reported"])
    with duckdb.connect(story.d.database, read_only=True) as con:
        parts = f"read_parquet('{story.settings.lake / 'reported' / '2*.parquet'}')"
        for one, other in (("indicator.reported", parts), (parts, "indicator.reported")):
            assert con.execute(f"SELECT {columns} FROM {one} EXCEPT SELECT {columns} FROM {other}").fetchall() == []
        # Four releases of 14 reported values in four copies; as spells the one cell has three of A, B-C, and D, and the
        # other three values of the cost (August twice, October of Kainuu) a new one by the definition.
        assert con.execute("SELECT count(*) FROM indicator.reported").fetchone() == (4 * 14,)
        assert con.execute("SELECT count(*) FROM indicator.reported_span").fetchone() == (14 + 2 + 3,)


def test_publications_know_the_rollback(story: Story) -> None:
    asked = "SELECT release_no, kind, release_id, from_release_id FROM meta.publication ORDER BY publication_no"
    a, c = story.a.release_id, story.c.release_id
    assert ask(story.d.database, asked) == [
        (1, "released", a, None),
        (2, "released", story.b.release_id, None),
        (3, "released", c, None),
        (1, "rolled_back", a, c),
        (4, "released", story.d.release_id, None),
    ]


def dated(story: Story, folder: Path) -> Path:
    """The last release with its publications on days of their own: A on 1 May, B 2 May, C 3 May, back on 4 May, D 6."""
    path = folder / "dated.duckdb"
    path.write_bytes(story.d.database.read_bytes())
    with duckdb.connect(path) as con:
        con.execute("UPDATE meta.publication SET published_on = DATE '2025-05-01' + publication_no - 1")
        con.execute("UPDATE meta.publication SET published_on = DATE '2025-05-06' WHERE publication_no = 5")
    return path


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-04-30", []),
        ("2025-05-01", [(1234.56, 1, "Ostot")]),
        ("2025-05-02", [(1000.0, 1, "Ostot")]),
        ("2025-05-03", [(1000.0, 1, "Ostot")]),
        ("2025-05-04", [(1234.56, 1, "Ostot")]),  # rolled back: what readers saw, not the newest release made
        ("2025-05-05", [(1234.56, 1, "Ostot")]),
        ("2025-05-31", [(900.0, 2, "Ostot, uusi")]),
    ],
)
def test_as_of_a_day(story: Story, tmp_path: Path, day: str, expected: list[Any]) -> None:
    asked = f"SELECT value, definition_version, name_fi FROM indicator.as_of('{day}') WHERE {COST}"
    assert ask(dated(story, tmp_path), asked) == expected
    assert ask(dated(story, tmp_path), asked.replace(f"'{day}'", f"DATE '{day}'")) == expected


def test_compare_two_releases(story: Story) -> None:
    asked = (
        f"SELECT indicator_id, value_a, value_b, round(difference, 6) FROM indicator.compare('{story.a.release_id}', "
        f"'{story.d.release_id}')"
    )
    assert ask(story.d.database, asked) == [("cost", 1234.56, 900.0, -334.56)]
    same = f"SELECT count(*) FROM indicator.compare('{story.b.release_id}', '{story.c.release_id}')"
    assert ask(story.d.database, same) == [(0,)]


def test_series_of_an_indicator(story: Story) -> None:
    asked = "SELECT month, value FROM indicator_series('cost') WHERE organisation_id = 'kymenlaakso'"
    assert ask(story.d.database, asked) == [
        (date(2025, 8, 1), 390.04),
        (date(2025, 9, 1), None),
        (date(2025, 10, 1), 900.0),
    ]


def test_macros_need_the_file_in_use_and_the_view_does_not(story: Story) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{story.d.database}' AS last_night (READ_ONLY)")
        assert con.execute("SELECT count(*) FROM last_night.indicator.reported").fetchone() == (56,)
        with pytest.raises(duckdb.CatalogException):
            con.execute("FROM last_night.indicator.as_of(DATE '2999-01-01')")
        con.execute("USE last_night")
        assert con.execute("SELECT count(*) FROM indicator.as_of(DATE '2999-01-01')").fetchone() == (14,)
        assert con.execute("SELECT count(*) FROM indicator_series('cost')").fetchone() == (6,)


def test_a_release_with_macros_verifies(story: Story) -> None:
    assert release.verify(story.settings, story.d.release_id) == []
    macros = "SELECT count(*) FROM duckdb_functions() WHERE NOT internal AND comment IS NULL"
    assert ask(story.d.database, macros) == [(0,)]


def test_the_ledgers_cache_may_be_lost(story: Story, tmp_path: Path) -> None:
    def spans() -> list[Any]:
        with duckdb.connect() as con:
            ledger.load(con, story.settings)
            return con.execute("FROM ledger_span ORDER BY ALL").fetchall()

    before = spans()
    cache = story.settings.lake / "reported_span" / "ledger.duckdb"
    cache.unlink()
    assert spans() == before
    cache.write_bytes(b"not a database")
    assert spans() == before


# --- one home a test --------------------------------------------------------------------------------------------


def cause_of(made: Release, where: str = COST) -> list[tuple[object, ...]]:
    return ask(
        made.database,
        f"SELECT value_from, value_to, value_status_to, cause FROM indicator.restatement WHERE {where} ORDER BY to_at",
    )


def test_without_a_delivery_it_is_the_software_or_a_rule(
    settings: Settings, no_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.publish(settings, NIGHT)
    change_build(settings, f"UPDATE indicator.value SET value = 7 WHERE {COST}")
    release.publish(settings, NIGHT)
    monkeypatch.setattr(release, "_git_sha", lambda: "1" * 40)
    change_build(settings, f"UPDATE indicator.value SET value = NULL, value_status = 'no_data' WHERE {COST}")
    release.publish(settings, NIGHT)
    # The last bit of a sum is no restatement; a figure that had gone and comes back is one.
    change_build(settings, "UPDATE indicator.value SET value = value + 1e-12 WHERE value = 390.04")
    change_build(settings, f"UPDATE indicator.value SET value = 7, value_status = 'ok' WHERE {COST}")
    made = release.publish(settings, NIGHT)
    assert cause_of(made, "true") == [
        (1234.56, 7.0, "ok", "rule"),
        (7.0, None, "no_data", "software"),
        (None, 7.0, "ok", "rule"),
    ]


def test_a_score_of_the_checks_is_changed_by_checks(settings: Settings, no_pages: None) -> None:
    change_build(settings, "UPDATE indicator.source SET extract_id = 'laatu' WHERE indicator_id = 'cost'")
    release.publish(settings, NIGHT)
    change_build(settings, f"UPDATE indicator.value SET value = 7 WHERE {COST}")
    assert cause_of(release.publish(settings, NIGHT)) == [(1234.56, 7.0, "ok", "checks")]


def test_what_was_withheld_counts_when_it_is_shown(settings: Settings, no_pages: None) -> None:
    release.publish(settings, NIGHT)
    change_build(
        settings,
        f"UPDATE indicator.value SET value = 7 WHERE {COST}",
        "INSERT INTO quality.delivery SELECT * REPLACE "
        f"('{CORRECTED}' AS delivery_id, now()::TIMESTAMP + INTERVAL 1 DAY AS read_at) FROM quality.delivery",
    )
    held = release.publish(settings, replace(NIGHT, withheld_organisations=frozenset({"kymenlaakso"})))
    assert cause_of(held) == []
    shown = release.publish(settings, NIGHT)
    assert cause_of(shown) == [(1234.56, 7.0, "ok", "delivery")]


def test_first_withheld_and_then_shown(settings: Settings, no_pages: None) -> None:
    release.publish(settings, replace(NIGHT, withheld_organisations=frozenset({"kymenlaakso"})))
    assert cause_of(release.publish(settings, NIGHT)) == [(None, 1234.56, "ok", "withheld")]


def test_a_cell_hidden_tonight_is_hidden_in_its_history(settings: Settings, no_pages: None) -> None:
    hidden = f"indicator_id = 'enps' AND division_id IN ('terveys', 'sosiaali') AND {OCTOBER}"
    first = release.publish(settings, NIGHT)
    change_build(settings, f"UPDATE indicator.value SET value = value + 1 WHERE {hidden}")
    release.publish(settings, NIGHT)
    change_build(
        settings,
        f"UPDATE indicator.value SET value = NULL, n_persons = NULL, value_status = 'suppressed' WHERE {hidden}",
    )
    made = release.publish(settings, NIGHT)
    assert ask(made.database, f"SELECT DISTINCT value, value_status FROM indicator.reported WHERE {hidden}") == [
        (None, "suppressed")
    ]
    asked = f"SELECT DISTINCT value_from, value_to, difference FROM indicator.restatement WHERE {hidden}"
    assert ask(made.database, asked) == [(None, None, None)]
    # Each of the two cells changed twice; the lake remembers what was reported, and its total stays in sight.
    assert ask(made.database, f"SELECT count(*) FROM indicator.restatement WHERE {hidden}") == [(4,)]
    part = settings.lake / "reported" / f"{first.release_id}.parquet"
    assert duckdb.sql(f"SELECT value FROM '{part}' WHERE {hidden} ORDER BY 1").fetchall() == [(-12.0,), (2.0,)]


def test_a_rollback_that_died_half_way_is_recorded_by_the_next_night(settings: Settings, no_pages: None) -> None:
    first, _ = (release.publish(settings, NIGHT) for _ in range(2))
    release._make_current(settings, first.release_id)  # killed before it could say so
    assert release.recover(settings) == [f"wrote the missing ledger part of {first.release_id} (rolled back to)"]
    assert release.recover(settings) == []


def test_a_release_of_before_the_history_is_taken_along(settings: Settings, no_pages: None) -> None:
    first = release.publish(settings, NIGHT)
    for table in history.PARTS:
        for part in (settings.lake / table).glob("*.parquet"):
            part.unlink()
    change_build(settings, f"UPDATE indicator.value SET value = 7 WHERE {COST}")
    second = release.publish(settings, NIGHT)
    kinds = "SELECT release_no, kind, release_id FROM meta.publication ORDER BY publication_no"
    assert ask(second.database, kinds) == [(1, "released", first.release_id), (2, "released", second.release_id)]


# --- the spells, against the plain rule ---------------------------------------------------------------------------

CELL = ("p", "i", "o", "all", date(2025, 1, 1))


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=1, max_size=8))
def test_spells_tell_every_release_exactly(
    tmp_path_factory: pytest.TempPathFactory, reported: list[int | None]
) -> None:
    """None: the release does not report the cell at all. Laid out again, the spells give back each release."""
    settings = Settings(home=tmp_path_factory.mktemp("spells"))
    start = datetime.fromisoformat("2025-01-01 03:00")
    for number, value in enumerate(reported):
        # Another cell is always reported: a release without rows is none.
        other = (f"r{number}", start + timedelta(days=number), "p", "j", "o", "all", date(2025, 1, 1), 1.0, "ok", 1)
        own = [(*other[:2], *CELL, float(value), "ok", 1)] if value is not None else []
        lake.write_parquet(lake.table_path(settings, "reported", f"r{number}"), lake.TABLES["reported"], [other, *own])
    with duckdb.connect() as con:
        ledger.load(con, settings)
        laid_out = con.execute(
            "SELECT release_no, value FROM ledger_release JOIN ledger_span ON indicator_id = 'i' AND release_no "
            "BETWEEN first_release_no AND coalesce(last_release_no, release_no) ORDER BY ALL"
        ).fetchall()
    assert laid_out == [(number, value) for number, value in enumerate(reported, 1) if value is not None]
