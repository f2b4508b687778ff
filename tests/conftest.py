"""What every test shares: a home directory of its own and the command as a user types it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

TILANNEKUVA = Path(sys.executable).parent / "tilannekuva"


@dataclass(frozen=True)
class Home:
    """One installation in a temporary directory, driven from outside as its users do."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TILANNEKUVA_HOME": str(self.path),
            "TILANNEKUVA_SETTLE_SECONDS": "0",
            "COLUMNS": "200",
        }

    @property
    def warehouse(self) -> Path:
        return self.path / "releases" / "current" / "tilannekuva.duckdb"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(TILANNEKUVA), *arguments], env=self.environment, capture_output=True, text=True, check=False
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command in a process group of its own, so that a test can kill all of it."""
        return subprocess.Popen(
            [str(TILANNEKUVA), *arguments],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def nightly(self, as_of: str, expect: int = 0) -> str:
        done = self.run("nightly", "--as-of", as_of)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def land(self, organisation: str, extract: str, name: str, content: str | bytes) -> Path:
        path = self.path / "landing" / organisation / extract / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: Any) -> Any:
        rows = self.query(sql, *parameters)
        assert len(rows) == 1, rows
        return rows[0] if len(rows[0]) > 1 else rows[0][0]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
