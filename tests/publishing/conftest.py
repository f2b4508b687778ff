from __future__ import annotations

from pathlib import Path

import pytest

from publishing.model import NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import NIGHT, make_build


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home").ensure()
    make_build(made)
    return made


@pytest.fixture
def run() -> NightlyRun:
    return NIGHT
