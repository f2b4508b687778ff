"""How the night runs dbt: one invocation, the project's own profile, everything it writes under the home.

dbt's manifest is needed to define the assets, before any night runs. It is parsed again when a file of the project is
newer, into a directory of its own and swapped in by rename, so that a process killed half-way leaves the old one whole.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from dagster_dbt import DbtCliResource

from sources.settings import REPOSITORY, Settings

PROJECT = REPOSITORY / "dbt_project"
MANIFEST = PROJECT / "target" / "manifest.json"
_NOT_SOURCES = {"target", "logs"}


def dbt_resource() -> DbtCliResource:
    """The dbt of this environment on the project's own profile."""
    return DbtCliResource(
        project_dir=str(PROJECT),
        profiles_dir=str(PROJECT),
        dbt_executable=str(Path(sys.executable).parent / "dbt"),
        global_config_flags=["--no-send-anonymous-usage-stats", "--no-use-colors"],
    )


def manifest() -> Path:
    """The path of an up-to-date manifest, parsed first (about 4 s) when the project changed.

    Raises:
        RuntimeError: when dbt cannot parse the project, with dbt's own words.
    """
    if not _is_fresh():
        _parse()
    return MANIFEST


def variables(settings: Settings, as_of: date) -> str:
    """The project's variables for one night, as dbt's ``--vars`` takes them."""
    return json.dumps(
        {
            "as_of": as_of.isoformat(),
            "lake": str(settings.lake),
            "small_number": settings.small_number,
        }
    )


def fresh_build(settings: Settings) -> None:
    """Empty the build directory: no state of an earlier night survives, nor what a killed one left half-written."""
    shutil.rmtree(settings.build, ignore_errors=True)
    settings.build.mkdir(parents=True)


def _is_fresh() -> bool:
    if not MANIFEST.exists():
        return False
    made = MANIFEST.stat().st_mtime
    files = (
        path
        for folder in PROJECT.iterdir()
        if folder.name not in _NOT_SOURCES
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        # What Python compiles of the package beside the models on its first use is no change of the project.
        if "__pycache__" not in path.parts
    )
    return all(path.stat().st_mtime <= made for path in files)


def _parse() -> None:
    from dbt.cli.main import dbtRunner  # a second to import, and only needed here

    os.environ.setdefault("TILANNEKUVA_HOME", str(Settings().home))
    MANIFEST.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROJECT / "target") as scratch:
        outcome = dbtRunner().invoke(
            [
                "--quiet",
                "--no-send-anonymous-usage-stats",
                "parse",
                "--project-dir",
                str(PROJECT),
                "--profiles-dir",
                str(PROJECT),
                "--target-path",
                scratch,
                "--log-path",
                scratch,
                "--vars",
                json.dumps({"as_of": "2025-01-01", "lake": "lake", "small_number": 5}),
            ]
        )
        if not outcome.success:
            raise RuntimeError(f"dbt cannot parse the project: {outcome.exception}")
        (Path(scratch) / "manifest.json").replace(MANIFEST)
