"""What the steps of a night found, in the few words that Dagster, the check results and the exit code need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import duckdb

from expectations.result import CheckResult, Severity, Status
from publishing.model import NightlyRun
from sources.landing import Failure, Receipt, Scan
from sources.settings import Settings

BAD = frozenset({"failed", "error"})


def utc_now() -> datetime:
    """The clock, as everything in the lake has it: naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def counts(receipts: Iterable[Receipt]) -> dict[str, int]:
    """Rows and deliveries of an extract's receipts, summed: what Dagster shows beside the asset."""
    total: Counter[str] = Counter()
    for receipt in receipts:
        total[f"deliveries_{receipt.decision}"] += 1
        total["rows_accepted"] += receipt.rows_accepted
        total["rows_rejected"] += receipt.rows_rejected
        total["rows_skipped"] += receipt.rows_skipped
    return dict(total)


def tally(results: Iterable[CheckResult]) -> dict[str, int]:
    """How many checks ended how."""
    return dict(Counter(str(result.status) for result in results))


def scan_results(found: Scan, run_id: str) -> list[CheckResult]:
    """What lies in landing and belongs nowhere, or still grows: WARNs; a pass where there is nothing of the kind."""
    place = "landing.known_place"
    strays = [
        _result(run_id, place, stray.organisation_id, None, "WARN", "failed", stray.text()) for stray in found.unknown
    ]
    growing = [
        _result(run_id, "landing.settled", file.organisation_id, file.extract_id, "WARN", "failed", file.file_name)
        for file in found.unsettled
    ]
    return [
        *(strays or [_result(run_id, place, None, None, "WARN", "passed", "no strays")]),
        *(growing or [_result(run_id, "landing.settled", None, None, "WARN", "passed", "nothing still grows")]),
    ]


def failure_results(failures: Iterable[Failure], run_id: str) -> list[CheckResult]:
    """Files that could not be taken in for a reason of our own; they stay in landing for the next night."""
    return [
        _result(
            run_id,
            "reader.taken_in",
            failure.file.organisation_id,
            failure.file.extract_id,
            "ERROR",
            "error",
            f"{failure.file.file_name}: {failure.error}",
        )
        for failure in failures
    ]


def delivery_results(settings: Settings, run_id: str) -> list[CheckResult]:
    """For each organisation and extract: does everything that was delivered stand, and without rejected rows?

    A delivery that was turned down fails the check every night until another takes its place, so that the exit code
    and the incident say the same on a night when nothing new came.
    """
    with duckdb.connect(str(settings.build_database), read_only=True) as con:
        rows = con.execute(
            """
            select
                organisation_id,
                extract_id,
                string_agg(file_name, ', ' order by received_at) filter (awaits_replacement) as turned_down,
                sum(rows_rejected) filter (is_current) as rejected
            from quality.delivery
            where decision <> 'duplicate'
            group by all
            order by all
            """
        ).fetchall()
    results = []
    for organisation, extract, turned_down, rejected in rows:
        stands = "deliveries.stand", organisation, extract
        whole = "deliveries.without_rejects", organisation, extract
        # Of one run the worst result counts, so this pass only ends what no file of tonight has failed again.
        taken_in = "reader.taken_in", organisation, extract
        results += [
            _result(run_id, *taken_in, "ERROR", "passed", "read"),
            _result(run_id, *stands, "ERROR", "failed" if turned_down else "passed", turned_down or "0"),
            _result(run_id, *whole, "WARN", "failed" if rejected else "passed", str(rejected or 0)),
        ]
    return results


def stops_the_night(results: Sequence[CheckResult]) -> str:
    """The checks of the build that failed for nobody in particular, and so for everybody; empty when none did."""
    return ", ".join(
        sorted({r.check_id for r in results if r.severity == "ERROR" and r.status in BAD and not r.organisation_id})
    )


def night_run(settings: Settings, run_id: str, as_of: date) -> NightlyRun:
    """What publishing needs to know of this night: among it, the organisations that an ERROR on the build concerns."""
    with duckdb.connect() as con:
        rows = con.execute(
            "select distinct organisation_id from read_parquet(?) where severity = 'ERROR'"
            " and status in ('failed', 'error') and check_id like 'indicators.%' and organisation_id is not null",
            [str(settings.lake / "check_result" / f"{run_id}-gate.parquet")],
        ).fetchall()
    return NightlyRun(
        run_id=run_id,
        as_of=as_of,
        started_at=utc_now(),
        withheld_organisations=frozenset(row[0] for row in rows),
    )


def _result(
    run_id: str,
    check_id: str,
    organisation_id: str | None,
    extract_id: str | None,
    severity: Severity,
    status: Status,
    observed: str,
) -> CheckResult:
    return CheckResult(
        run_id=run_id,
        check_id=check_id,
        organisation_id=organisation_id,
        extract_id=extract_id,
        severity=severity,
        status=status,
        observed=observed,
        expected=EXPECTED[check_id],
        checked_at=utc_now(),
    )


EXPECTED = {
    "landing.known_place": "landing/<organisation_id>/<extract_id>/<file> of a known organisation and extract",
    "landing.settled": "files whose size and time stand still",
    "reader.taken_in": "every landed file is read",
    "deliveries.stand": "no refused delivery waits for its replacement",
    "deliveries.without_rejects": "no row rejected in the deliveries that stand",
}
