"""What starts a night: the clock at five, or files that have landed and stopped growing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dagster import (
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from orchestration.outcome import utc_now
from publishing import alerts
from sources.settings import Settings

NIGHTLY = "nightly"

schedule = ScheduleDefinition(
    name="nightly_at_five",
    job_name=NIGHTLY,
    cron_schedule="0 5 * * *",
    execution_timezone="Europe/Helsinki",
    default_status=DefaultScheduleStatus.RUNNING,
    description="Every night at 05:00 in Finland, before anybody reads the numbers.",
)

Listing = dict[str, list[int]]


def listing(landing: Path) -> Listing:
    """What lies in landing: relative path to [size in bytes, modification time in ns]; unfinished uploads left out."""
    found: Listing = {}
    for path in sorted(landing.glob("*/*/*")):
        if path.name.startswith((".", "~$")) or path.suffix in {".part", ".tmp", ".filepart"}:
            continue
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue  # moved away by a night between the listing and the look
        if path.is_file():
            found[path.relative_to(landing).as_posix()] = [stat.st_size, stat.st_mtime_ns]
    return found


def run_key(now: Listing, before: Listing) -> str | None:
    """The key of the run to ask for, or None while there is nothing or something still grows.

    A file counts as landed when two looks in a row see the same size and time. The key is made of the listing, so that
    the same files ask for one night only, however often the sensor looks (a refused upload left behind included).
    """
    if not now or now != before:
        return None
    return hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()[:16]


@sensor(
    job_name=NIGHTLY,
    minimum_interval_seconds=60,
    description="A night as soon as landed files have kept their size from one look to the next.",
)
def landing_sensor(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    """Ask for a night when the files in landing have settled; a look that crashes is an incident like any other."""
    settings = Settings()
    try:
        answer = _look(context)
    except Exception as crash:
        alerts.failed_tick(settings, "landing_sensor", f"{type(crash).__name__}: {crash}", utc_now())
        if not (settings.home / "nightly.lock.json").exists():  # a running night tells by itself, when it is whole
            alerts.tell(settings, utc_now())
        raise
    alerts.good_tick(settings, "landing_sensor", utc_now())
    return answer


def _look(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    now = listing(Settings().landing)
    before: Listing = json.loads(context.cursor) if context.cursor else {}
    key = run_key(now, before)
    context.update_cursor(json.dumps(now))
    if key is None:
        return SkipReason("landing is empty" if not now else f"{len(now)} files in landing, still settling")
    return SensorResult(run_requests=[RunRequest(run_key=key)])
