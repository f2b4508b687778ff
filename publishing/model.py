"""The words of publishing: one night's run, one release, and what can go wrong.

Plain data only; nothing here touches the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from expectations.result import CheckResult


class ReleaseError(RuntimeError):
    """A release could not be made, verified or made current. ``current`` is where it was."""


class DisclosureError(ReleaseError):
    """The staged release would show something about one person or a group that is too small."""


@dataclass(frozen=True, slots=True)
class NightlyRun:
    """What the night hands over to be published.

    ``started_at`` is naive UTC. ``results`` are the checks of this run of every kind; those already in the lake's
    check results are not counted twice. ``withheld_organisations`` are those that an ERROR on the build concerns.
    """

    run_id: str
    as_of: date
    started_at: datetime
    results: tuple[CheckResult, ...] = ()
    withheld_organisations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Release:
    """One published release, as its manifest tells it. ``created_at`` is naive UTC."""

    release_id: str
    path: Path
    created_at: datetime
    as_of: date
    git_sha: str
    previous_release_id: str | None
    organisations: tuple[str, ...]
    withheld_organisations: tuple[str, ...]
    data_origin: str
    current: bool

    @property
    def database(self) -> Path:
        """The DuckDB file that analysts open read-only."""
        return self.path / DATABASE


DATABASE = "tilannekuva.duckdb"
MANIFEST = "manifest.json"
