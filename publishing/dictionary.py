"""The data dictionary of a release: what each table and column says, in the file itself and as a table.

Tables of the build bring their comments from dbt's YAML. Those that the release adds have theirs in
``added_tables.yaml``. ``meta.dictionary`` has them all as rows, for whoever reads Parquet or a workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from publishing.sql import Connection, identifier, literal

ADDED = Path(__file__).parent / "added_tables.yaml"
OWN = "meta.dictionary"

_CREATE = f"""
CREATE TABLE {OWN} (
    schema_name VARCHAR, table_name VARCHAR, column_name VARCHAR, column_no INTEGER, data_type VARCHAR,
    description VARCHAR
)
"""
# A table itself is column 0.
_FILL = f"""
INSERT INTO {OWN}
SELECT schema_name, table_name, NULL, 0, kind, comment
FROM (
    SELECT database_name, schema_name, table_name, 'table' AS kind, comment FROM duckdb_tables()
    UNION ALL
    SELECT database_name, schema_name, view_name, 'view', comment FROM duckdb_views() WHERE NOT internal
)
WHERE database_name = current_database()
UNION ALL
SELECT schema_name, table_name, column_name, column_index, lower(data_type), comment
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal
ORDER BY ALL
"""


@cache
def added() -> Mapping[str, Mapping[str, Any]]:
    """What ``added_tables.yaml`` says: by table ``description`` and ``columns`` (description by column)."""
    content: Mapping[str, Mapping[str, Any]] = yaml.safe_load(ADDED.read_text(encoding="utf-8"))
    return content


def add(database: Path) -> None:
    """Comment the added tables of a release's file, which is attached nowhere, and make ``meta.dictionary`` in it."""
    with duckdb.connect(database) as con:
        con.execute(_CREATE)
        for statement in _comments(con):
            con.execute(statement)
        con.execute(_FILL)
        con.execute("CHECKPOINT")


def _comments(con: Connection) -> Iterator[str]:
    views = {row[0] for row in con.execute("SELECT schema_name || '.' || view_name FROM duckdb_views()").fetchall()}
    for table, said in added().items():
        kind = "VIEW" if table in views else "TABLE"
        yield f"COMMENT ON {kind} {table} IS {literal(said['description'])}"
        for column, description in said["columns"].items():
            yield f"COMMENT ON COLUMN {table}.{identifier(column)} IS {literal(description)}"
