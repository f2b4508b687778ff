from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources import lake as layout
from sources.settings import Settings
from tests.expectations.lake_maker import Lake


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of no deliveries, made once and copied: its forty files are written to be safe, not fast."""
    home = Settings(home=tmp_path_factory.mktemp("empty")).ensure()
    layout.ensure(home)
    return home.lake


@pytest.fixture
def settings(tmp_path: Path, empty_lake: Path) -> Settings:
    settings = Settings(home=tmp_path / "home").ensure()
    shutil.copytree(empty_lake, settings.lake, dirs_exist_ok=True)
    return settings


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return Lake(settings)
