"""What starts telling: the night's end, a failed night, and a look at the outbox every five minutes.

No ``from __future__ import annotations`` here: Dagster reads the annotations of its functions' contexts.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dagster import (
    AssetExecutionContext,
    AssetKey,
    DagsterEvent,
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    MaterializeResult,
    RunFailureSensorContext,
    RunsFilter,
    SensorEvaluationContext,
    SkipReason,
    asset,
    run_failure_sensor,
    sensor,
)

from orchestration.night import Night, today
from orchestration.outcome import utc_now
from publishing import alerts
from sources.settings import Settings

ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]


@asset(key=AssetKey("alerts"), group_name="out", deps=[AssetKey("release")])
def told(context: AssetExecutionContext, night: Night) -> MaterializeResult[None]:
    """Tell the right people what is new; deliver what waits."""
    night.begin("alerts")
    now = utc_now()
    alerts.good_night(night.settings, context.run_id, now)
    found = alerts.tell(night.settings, now)
    letters = alerts.letters(night.settings, now)
    sent = alerts.send(night.settings, now)
    counts = {"opened": len(found.opened), "recovered": len(found.recovered), "untold": len(found.untold)}
    return MaterializeResult(metadata=counts | {"letters": len(letters), "sent": sent.sent, "waiting": sent.waiting})


def record_failure(settings: Settings, run_id: str, events: Iterable[DagsterEvent], otherwise: str) -> None:
    """A failed night is an incident like any other; of the same night only once, whoever notices it first."""
    now = utc_now()
    alerts.failed_night(settings, run_id, "; ".join(causes(events)) or otherwise, now)
    alerts.tell(settings, now)
    alerts.send(settings, now)


def causes(events: Iterable[DagsterEvent]) -> list[str]:
    """What first went wrong in each failed step, without the frames around it."""
    found = []
    for event in events:
        error = event.step_failure_data.error
        while error and error.cause:
            error = error.cause
        found.append(f"{event.step_key}: {error.message.strip() if error else event.message}")
    return found


@run_failure_sensor(name="failed_night", default_status=DefaultSensorStatus.RUNNING)
def failed_night(context: RunFailureSensorContext) -> None:
    """Tell of a night that made no release."""
    events, otherwise = context.get_step_failure_events(), context.failure_event.message or "unknown"
    record_failure(Settings(), context.dagster_run.run_id, events, otherwise)


@sensor(name="outbox", minimum_interval_seconds=300, default_status=DefaultSensorStatus.RUNNING)
def outbox(context: SensorEvaluationContext) -> SkipReason:
    """Deliver what waits; once a day, from the digest's hour on, the digest and the pruning."""
    settings, now, day = Settings(), utc_now(), today().isoformat()
    if context.cursor != day and alerts.is_morning(settings, now):
        alerts.digest(settings, now)
        prune(context.instance, now - timedelta(days=settings.watchdog.keep_runs_days))
        context.update_cursor(day)
    sent = alerts.send(settings, now)
    return SkipReason(f"sent {sent.sent}, failed {sent.failed}, waiting {sent.waiting}")


def prune(instance: DagsterInstance, before: datetime) -> None:
    """Dagster never removes its records of runs by itself."""
    old = RunsFilter(created_before=before.replace(tzinfo=UTC), statuses=ENDED)
    for record in instance.get_run_records(filters=old):
        instance.delete_run(record.dagster_run.run_id)
