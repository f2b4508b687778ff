"""Where everything lies, and the few numbers an operator may change.

Read from environment variables with the prefix ``TILANNEKUVA_`` and from
``$TILANNEKUVA_HOME/settings.toml``; the environment wins. There is deliberately no notion of an
"environment" such as test or production with a fallback between them: one home directory is one
installation.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

REPOSITORY = Path(__file__).resolve().parent.parent


EVERYBODY_ELSE = "*"
"""The role of a channel for whoever has no channel of their own; information management reads it."""


class _Section(BaseModel):
    """A section of settings.toml: nothing unknown in it, and nothing of it in an error message (it may be secret)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class AlertChannel(_Section):
    """Where messages for one role go. ``urls`` are apprise addresses, which may hold passwords; all of them are used.

    ``severity`` is the least that goes there. Empty ``urls`` say that nobody wants these messages.
    """

    role: str = Field(min_length=1)
    severity: Literal["WARN", "ERROR"] = "WARN"
    urls: tuple[SecretStr, ...] = ()


class AlertFallback(_Section):
    """Where a channel that does not work is reported, with what it could not deliver."""

    urls: tuple[SecretStr, ...] = ()


class AlertSettings(_Section):
    """Who is told of what, where and when. Hours are those of Finland; nothing is sent while there is no channel."""

    language: Literal["fi", "sv", "en"] = "fi"
    quiet_from: int = Field(21, ge=0, le=23, description="from this hour messages wait; equal hours: never")
    quiet_to: int = Field(7, ge=0, le=23, description="until this hour")
    urgent_breaks_quiet: bool = Field(True, description="an opened ERROR does not wait for the morning")
    remind_after_days: int = Field(3, ge=0, description="days until one reminder, unless acknowledged; 0: never")
    escalate_after_days: int = Field(7, ge=0, description="days until the next role is told; 0: never")
    escalation_role: str = "tietohallintojohtaja"
    digest_hour: int = Field(7, ge=0, le=23, description="the morning digest is not made before this hour")
    fallback_after_failures: int = Field(4, ge=1, description="failures in a row before the fallback takes over")
    page_address: str = Field("", description="where the report is served, if it is; its path on disk otherwise")
    channels: tuple[AlertChannel, ...] = ()
    fallback: AlertFallback = AlertFallback()
    contacts: Mapping[str, tuple[SecretStr, ...]] = Field(
        {}, description="suppliers by extract_id or organisation_id/extract_id, for letters"
    )

    @field_validator("channels")
    @classmethod
    def _nobody_forgotten(cls, channels: tuple[AlertChannel, ...]) -> tuple[AlertChannel, ...]:
        if channels and not any(channel.role == EVERYBODY_ELSE for channel in channels):
            raise ValueError('a channel with role = "*" is needed, for the roles that have none of their own')
        return channels

    def channel(self, role: str, severity: str) -> AlertChannel | None:
        """The channel of a message: the role's own that takes this severity, else one of everybody else's."""
        for name in (role, EVERYBODY_ELSE):
            for channel in self.channels:
                if channel.role == name and (channel.severity == "WARN" or severity == "ERROR"):
                    return channel
        return None

    def digest_channel(self, role: str) -> AlertChannel | None:
        """The role's own channel for its digest: the calmest, that is one that takes warnings if there is one."""
        own = [channel for channel in self.channels if channel.role == role]
        return next((channel for channel in own if channel.severity == "WARN"), next(iter(own), None))


class WatchdogSettings(_Section):
    """When the watchdog barks."""

    stuck_hours: float = Field(6, gt=0, description="a message that has waited longer means that the outbox is stuck")
    disk_free_percent: float = Field(10, ge=0, le=100, description="less free space means nearly full; 0: never")
    daemon_silent_minutes: float = Field(
        15, ge=0, description="a daemon that once ran and has been silent longer is dead; 0: none is expected"
    )
    keep_runs_days: int = Field(60, ge=1, description="Dagster's own records of runs are pruned after this")


class Settings(BaseSettings):
    """Settings of one installation. Paths are absolute; see :func:`Settings.ensure` for what is created."""

    model_config = SettingsConfigDict(env_prefix="TILANNEKUVA_", extra="forbid", hide_input_in_errors=True)

    home: Path = Path("data")
    small_number: int = Field(5, ge=1, description="fewest persons behind a figure that may be shown")
    settle_seconds: float = Field(2.0, ge=0, description="a landed file younger than this may still be growing")
    keep_releases: int = Field(14, ge=2, description="releases kept on disk, the current one among them")
    alerts: AlertSettings = AlertSettings()
    watchdog: WatchdogSettings = WatchdogSettings()

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
    def letters(self) -> Path:
        """What suppliers are told of faulty deliveries: ``letters/<organisation_id>/<extract_id>/``."""
        return self.home / "letters"

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
