"""What every step of one night shares: settings, the date it is made for, the lock, and who watches its progress.

The resource is opened once a run (the executor is in-process), so holding the lock in it holds it for the whole
night, whether the run was started by the schedule, by the sensor, from the Dagster page or from the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dagster import ConfigurableResource, Failure, InitResourceContext
from pydantic import PrivateAttr

from orchestration.lock import NightIsRunning, one_night_at_a_time
from sources import landing
from sources.landing import Scan
from sources.settings import Settings

HELSINKI = ZoneInfo("Europe/Helsinki")

Watcher = Callable[[str], None]
_watchers: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher) -> Generator[None]:
    """Tell ``watcher`` the name of each step that begins, for the length of the block (the command line's bar)."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


class Night(ConfigurableResource):  # type: ignore[type-arg]
    """One night: ``as_of`` is an ISO date; empty means today in Finland."""

    as_of: str = ""
    started_by: str = "dagster"

    _settings: Settings = PrivateAttr()
    _date: date = PrivateAttr()
    _scan: Scan | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator[Night]:
        """Take the lock, or fail at once with the holder's name."""
        settings = Settings().ensure()
        try:
            with one_night_at_a_time(settings.home, self.started_by):
                self._settings = settings
                self._date = date.fromisoformat(self.as_of) if self.as_of else today()
                yield self
        except NightIsRunning as running:
            raise Failure(str(running), allow_retries=False) from running

    @property
    def settings(self) -> Settings:
        """Settings of the home this night works in."""
        return self._settings

    @property
    def date(self) -> date:
        """The day the night is made for: ongoing spells end on it, due days are judged by it."""
        return self._date

    @property
    def scan(self) -> Scan:
        """What lay in landing when the night first looked; one look a night, because it waits for files to settle."""
        if self._scan is None:
            self._scan = landing.scan(self.settings)
        return self._scan

    @staticmethod
    def begin(step: str) -> None:
        """Tell whoever watches that a step begins."""
        for watcher in _watchers:
            watcher(step)


def today() -> date:
    """The date in Finland now."""
    return datetime.now(HELSINKI).date()
