"""The one vocabulary of check results, whoever ran the check (reader, Great Expectations, dbt, release)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["ERROR", "WARN"]
Status = Literal["passed", "failed", "error", "not_applicable"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One row of ``quality.check_result``.

    ``organisation_id`` and ``extract_id`` are None where a check concerns everybody or no extract. ``observed`` and
    ``expected`` are short texts for people; they never hold a personal value. ``checked_at`` is naive UTC.
    """

    run_id: str
    check_id: str
    organisation_id: str | None
    extract_id: str | None
    severity: Severity
    status: Status
    observed: str | None
    expected: str | None
    checked_at: datetime
    delivery_id: str | None = None

    def row(self) -> dict[str, object]:
        """The result as a plain mapping, in column order."""
        return asdict(self)
