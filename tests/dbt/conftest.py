"""A lake made by hand, one `dbt build` of it, and a reader of what came out. The build is shared: it is what costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources import lake
from sources.settings import REPOSITORY, Settings
from tests.expectations.lake_maker import Lake

DBT = Path(sys.executable).parent / "dbt"


class NightLake(Lake):
    """The hand-made lake, and deliveries that the reader refused."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        lake.ensure(settings)

    def refuse(self, extract_id: str, received: str, periods: list[str], organisation: str = "kymenlaakso") -> None:
        self._log(
            "receipt",
            delivery_id=f"refused_{self._count}",
            organisation_id=organisation,
            extract_id=extract_id,
            file_name=f"{extract_id}_refused.csv",
            received_at=datetime.fromisoformat(received),
            decision="refused",
            periods=periods,
        )

    def _log(self, table: str, **values: Any) -> None:
        super()._log(table, **({"receipt_id": f"r{self._count}"} if table == "receipt" else {}), **values)


@dataclass(frozen=True)
class Built:
    """The build database of one night, and the status of each node of the run by its name."""

    database: Path
    results: dict[str, str]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        rows = self.query(sql)
        assert len(rows) == 1, rows
        return rows[0] if len(rows[0]) > 1 else rows[0][0]


Build = Callable[[str, str, Callable[[NightLake], None]], Built]


def build(
    home: Path, as_of: str, fill: Callable[[NightLake], None], *extra: str, project: Path = REPOSITORY / "dbt_project"
) -> Built:
    """Fill a lake and build ``project`` on it as of a date; ``extra`` are further words of the command."""
    settings = Settings(home=home).ensure()
    fill(NightLake(settings))
    variables = {"as_of": as_of, "lake": str(settings.lake), "small_number": 5}
    scratch = home / "dbt"
    done = subprocess.run(
        [
            str(DBT), "--quiet", "build", "--project-dir", str(project), "--profiles-dir", str(project),
            "--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs"),
            "--vars", json.dumps(variables), *extra,
        ],
        cwd=REPOSITORY,
        env={"TILANNEKUVA_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    run = json.loads((scratch / "target" / "run_results.json").read_text())
    return Built(settings.build_database, {_name(result["unique_id"]): result["status"] for result in run["results"]})


def _name(unique_id: str) -> str:
    """`test.project.name.hash`, but `unit_test.project.model.name`."""
    parts = unique_id.split(".")
    return parts[3] if parts[0] == "unit_test" else parts[2]


def nothing(_: NightLake) -> None:
    """Nothing has been delivered: the lake holds its empty files."""


@pytest.fixture(scope="session")
def empty_night(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A lake of no deliveries; the one build that runs the unit tests as well."""
    return build(tmp_path_factory.mktemp("empty"), "2025-01-20", nothing)
