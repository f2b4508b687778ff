"""The little that publishing needs to write SQL safely: quoting, the tables and columns of a database, rows by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection


def literal(value: object) -> str:
    """A SQL text literal, for the statements (ATTACH, COPY, COMMENT) that take no parameters."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Table:
    """A base table of an attached database; ``columns`` maps each column to its type, in table order."""

    schema: str
    table: str
    columns: dict[str, str]

    @property
    def name(self) -> str:
        """``schema.table``, as people and the manifest write it."""
        return f"{self.schema}.{self.table}"

    def within(self, database: str) -> str:
        """The quoted three-part name of this table in the database attached as ``database``."""
        return ".".join(map(identifier, (database, self.schema, self.table)))

    def count(self, con: Connection, database: str) -> int:
        """Rows of this table in that database."""
        row = con.execute(f"SELECT count(*) FROM {self.within(database)}").fetchone()
        assert row is not None  # count(*) always gives a row
        return int(row[0])


def tables_of(con: Connection, database: str, schemas: tuple[str, ...] | None = None) -> list[Table]:
    """Base tables (never views) of an attached database, of the given schemas or of all, ordered by name."""
    rows = con.execute(
        """
        SELECT schema_name, table_name, list(column_name ORDER BY column_index), list(data_type ORDER BY column_index)
        FROM duckdb_columns()
        JOIN duckdb_tables() USING (database_name, schema_name, table_name)
        WHERE database_name = ? AND (?::VARCHAR[] IS NULL OR list_contains(?::VARCHAR[], schema_name))
        GROUP BY ALL
        ORDER BY ALL
        """,
        [database, schemas and list(schemas), schemas and list(schemas)],
    ).fetchall()
    return [Table(schema, table, dict(zip(names, types, strict=True))) for schema, table, names, types in rows]


def rows(con: Connection, query: str) -> list[dict[str, Any]]:
    """The answer of a query as a list of mappings by column name."""
    answer = con.execute(query)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def exists(con: Connection, name: str) -> bool:
    """Whether the opened database has the base table ``schema.table``."""
    found = con.execute(
        "FROM duckdb_tables() WHERE schema_name = ? AND table_name = ? AND database_name = current_database()",
        name.split("."),
    )
    return found.fetchone() is not None
