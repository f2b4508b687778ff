"""Where everything lies, and the few numbers an operator may change.

Read from environment variables with the prefix ``TILANNEKUVA_`` and from
``$TILANNEKUVA_HOME/settings.toml``; the environment wins. There is deliberately no notion of an
"environment" such as test or production with a fallback between them: one home directory is one
installation.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

REPOSITORY = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings of one installation. Paths are absolute; see :func:`Settings.ensure` for what is created."""

    model_config = SettingsConfigDict(env_prefix="TILANNEKUVA_", extra="forbid")

    home: Path = Path("data")
    small_number: int = Field(5, ge=1, description="fewest persons behind a figure that may be shown")
    settle_seconds: float = Field(2.0, ge=0, description="a landed file younger than this may still be growing")
    keep_releases: int = Field(14, ge=2, description="releases kept on disk, the current one among them")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then ``settings.toml`` in the home directory."""
        home = Path(os.environ.get("TILANNEKUVA_HOME", "data")).expanduser()
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / "settings.toml")

    @property
    def landing(self) -> Path:
        """Where suppliers drop files: ``landing/<organisation_id>/<extract_id>/<any name>``."""
        return self.home / "landing"

    @property
    def archive(self) -> Path:
        """Where the originals go once they are read."""
        return self.home / "archive"

    @property
    def lake(self) -> Path:
        """Typed, immutable Parquet: deliveries, receipts, rejects, verdicts, check results, reported values."""
        return self.home / "lake"

    @property
    def build(self) -> Path:
        """Scratch of one night; nobody but the nightly opens it."""
        return self.home / "build"

    @property
    def build_database(self) -> Path:
        """The DuckDB file that dbt builds from nothing each night."""
        return self.build / "build.duckdb"

    @property
    def releases(self) -> Path:
        """Published releases and the symlink ``current``."""
        return self.home / "releases"

    @property
    def secrets(self) -> Path:
        """The pseudonym key (mode 0600) and nothing else."""
        return self.home / "secrets"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage."""
        return self.home / "dagster"

    def ensure(self) -> Settings:
        """Create the directories of the home and return self."""
        for folder in (self.landing, self.archive, self.lake, self.build, self.releases, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self
