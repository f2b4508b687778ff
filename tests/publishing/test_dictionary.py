"""The data dictionary: what a release adds is described column by column, and the file says so itself."""

from __future__ import annotations

from publishing import dictionary, release
from sources.settings import Settings
from tests.publishing.warehouse_maker import NIGHT, ask


def test_every_added_table_is_described_column_by_column_and_nothing_else(settings: Settings) -> None:
    made = release.publish(settings, NIGHT)
    for table, said in dictionary.added().items():
        schema, name = table.split(".")
        columns = ask(
            made.database,
            "SELECT column_name, comment FROM duckdb_columns() "
            f"WHERE schema_name = '{schema}' AND table_name = '{name}'",
        )
        assert dict(columns) == said["columns"], table


def test_the_dictionary_has_each_table_view_and_column_of_the_file(settings: Settings) -> None:
    made = release.publish(settings, NIGHT)
    listed = "schema_name, table_name, column_name, column_no FROM meta.dictionary WHERE column_no > 0"
    in_file = "schema_name, table_name, column_name, column_index FROM duckdb_columns() WHERE NOT internal"
    assert ask(made.database, f"SELECT {listed} ORDER BY ALL") == ask(made.database, f"SELECT {in_file} ORDER BY ALL")
    assert ask(
        made.database,
        "SELECT column_name, column_no, data_type, description FROM meta.dictionary "
        "WHERE table_name = 'reported' AND column_no < 2 ORDER BY column_no",
    ) == [
        (None, 0, "view", dictionary.added()["indicator.reported"]["description"]),
        ("release_id", 1, "varchar", "The release that reported the value."),
    ]
