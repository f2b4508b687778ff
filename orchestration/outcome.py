"""What a night's steps found, in the few words that Dagster, the gate and the exit code need. Pure, but for two readers of
the build database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import duckdb
from sources.lake import Receipt

from expectations.result import CheckResult
from publishing.model import NightlyRun
from sources.settings import Settings

BAD = frozenset({"failed", "error"})


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
    return dict(Counter(result.status for result in results))


def stops_the_night(results: Sequence[CheckResult]) -> str:
    """The checks of the build that failed for nobody in particular, and so for everybody; empty when none did."""
    return ", ".join(
        sorted({r.check_id for r in results if r.severity == "ERROR" and r.status in BAD and not r.organisation_id})
    )


def withheld_organisations(settings: Settings, run_id: str) -> frozenset[str]:
    """The organisations that an ERROR on tonight's build concerns."""
    with duckdb.connect() as con:
        rows = con.execute(
            "select distinct organisation_id from read_parquet(?) where severity = 'ERROR'"
            " and status in ('failed', 'error') and extract_id is null and organisation_id is not null",
            [str(settings.lake / "check_result" / f"{run_id}-gate.parquet")],
        ).fetchall()
    return frozenset(row[0] for row in rows)


def night_run(settings: Settings, run_id: str, as_of: date) -> NightlyRun:
    """What publishing needs to know of this night."""
    return NightlyRun(
        run_id=run_id,
        as_of=as_of,
        started_at=datetime.now(UTC).replace(tzinfo=None),
        withheld_organisations=withheld_organisations(settings, run_id),
    )
