from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from publishing.model import NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import make_build


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home").ensure()
    make_build(made)
    return made


@pytest.fixture
def run() -> NightlyRun:
    return NightlyRun(run_id="run-1", as_of=date(2025, 11, 23), started_at=datetime.fromisoformat("2025-11-23 03:00"))
