"""``manifest.json``: what a release is made of, and the proof that it is still that.

The manifest lists every other file of the release with its hash, every table with its row count, and the hashes
of the deliveries that the numbers rest on. It guards against damage and slips, not against a person who may write
the release directory: such a person can rewrite the manifest too.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from publishing.files import files_below, sha256_of
from publishing.model import DATABASE, MANIFEST, Release
from publishing.sql import literal, tables_of

Manifest = dict[str, Any]


def row_counts(database: Path) -> dict[str, int]:
    """Rows of each table of a release file, by ``schema.table``; opens the file read-only."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(database)} AS release (READ_ONLY)")
        return {table.name: table.count(con, "release") for table in tables_of(con, "release")}


def file_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Hash and size of every file below the folder but the manifest itself, by its path inside the folder."""
    return {
        path.relative_to(folder).as_posix(): {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in files_below(folder)
        if path.relative_to(folder).as_posix() != MANIFEST
    }


def write(folder: Path, facts: Manifest) -> None:
    """Write the manifest of a staged release: ``facts`` plus tables and files as they lie there now."""
    manifest = facts | {"tables": row_counts(folder / DATABASE), "files": file_facts(folder)}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, default=_json)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """The manifest of a release. Raises OSError or ValueError where it is missing or not JSON."""
    manifest: Manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def release_of(folder: Path, current_id: str | None) -> Release:
    """The release in ``folder``. Raises OSError, ValueError or KeyError where its manifest cannot be read."""
    facts = read(folder)
    return Release(
        release_id=facts["release_id"],
        path=folder,
        created_at=datetime.fromisoformat(facts["created_at"]),
        as_of=date.fromisoformat(facts["as_of_date"]),
        git_sha=facts["git_sha"],
        previous_release_id=facts["previous_release_id"],
        organisations=tuple(facts["organisations"]),
        withheld_organisations=tuple(facts["withheld_organisations"]),
        data_origin=facts["data_origin"],
        current=facts["release_id"] == current_id,
    )


def problems(folder: Path) -> list[str]:
    """What is wrong with a release, one English sentence each; empty when it is what its manifest says."""
    try:
        manifest = read(folder)
        expected: dict[str, dict[str, Any]] = manifest["files"]
        tables: dict[str, int] = manifest["tables"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{folder.name}: the manifest cannot be read ({type(error).__name__}: {error})"]
    return [f"{folder.name}: {text}" for text in _file_problems(folder, expected) + _table_problems(folder, tables)]


def _file_problems(folder: Path, expected: dict[str, dict[str, Any]]) -> list[str]:
    found = file_facts(folder)
    missing = [f"{name} is missing" for name in sorted(expected.keys() - found.keys())]
    extra = [f"{name} is not in the manifest" for name in sorted(found.keys() - expected.keys())]
    changed = [
        f"{name} has changed since it was published (its SHA-256 differs from the manifest)"
        for name in sorted(expected.keys() & found.keys())
        if found[name]["sha256"] != expected[name]["sha256"]
    ]
    return missing + extra + changed


def _table_problems(folder: Path, expected: dict[str, int]) -> list[str]:
    try:
        found = row_counts(folder / DATABASE)
    except duckdb.Error as error:
        return [f"{DATABASE} cannot be opened read-only ({type(error).__name__})"]
    return [
        f"table {name} has {found.get(name, 'no')} rows, the manifest says {expected.get(name, 'no such table')}"
        for name in sorted(expected.keys() | found.keys())
        if found.get(name) != expected.get(name)
    ]


def _json(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"a manifest cannot hold {type(value).__name__}")
