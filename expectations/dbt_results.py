"""Turns dbt's ``run_results.json`` into check results.

Data tests only. Unit tests prove arithmetic and belong to CI; models that fail stop the night by dbt's exit code. dbt's
messages are not copied, because the error of a query may quote the data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from expectations.result import CheckResult, Severity, Status

_STATUS: Mapping[str, Status] = {"pass": "passed", "fail": "failed", "warn": "failed"}


def dbt_results(run_results_path: Path, run_id: str, manifest_path: Path | None = None) -> list[CheckResult]:
    """The data tests of one dbt invocation, one result each; ``check_id`` is ``dbt.<name of the test>``.

    The severity is read from the manifest, by default the one beside ``run_results.json``. Without a manifest a
    warning is WARN and everything else ERROR. A test that was skipped or crashed is an ``error``. ``dbt.run`` is an
    ``error`` of severity ERROR when ``run_results.json`` is missing, unreadable or without tests: no test is no proof.
    """
    try:
        run = json.loads(run_results_path.read_text(encoding="utf-8"))
        tests = [entry for entry in run["results"] if entry["unique_id"].startswith("test.")]
    except (OSError, ValueError, KeyError) as fault:
        now = datetime.now(UTC).replace(tzinfo=None)
        reason = f"no results of dbt ({type(fault).__name__})"
        return [CheckResult(run_id, "dbt.run", None, None, "ERROR", "error", reason, None, now)]
    if not tests:
        return [CheckResult(run_id, "dbt.run", None, None, "ERROR", "error", "no tests", None, _timestamp(run))]
    nodes = _nodes(manifest_path or run_results_path.with_name("manifest.json"))
    checked_at = _timestamp(run)
    ran = CheckResult(run_id, "dbt.run", None, None, "ERROR", "passed", f"{len(tests)} tests", None, checked_at)
    return [ran] + [_result(test, nodes.get(test["unique_id"], {}), run_id, checked_at) for test in tests]


def _result(test: Mapping[str, Any], node: Mapping[str, Any], run_id: str, checked_at: datetime) -> CheckResult:
    status = _STATUS.get(test["status"], "error")
    failures = test.get("failures")
    return CheckResult(
        run_id=run_id,
        check_id=f"dbt.{test['unique_id'].split('.')[2]}",
        organisation_id=None,
        extract_id=None,
        severity=_severity(test, node),
        status=status,
        observed=str(test["status"]) if status == "error" else f"{failures or 0} rows",
        expected="0 rows",
        checked_at=checked_at,
    )


def _severity(test: Mapping[str, Any], node: Mapping[str, Any]) -> Severity:
    configured = str(node.get("config", {}).get("severity", "error")).lower()
    return "WARN" if test["status"] == "warn" or configured == "warn" else "ERROR"


def _nodes(manifest_path: Path) -> Mapping[str, Any]:
    try:
        nodes: Mapping[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))["nodes"]
    except (OSError, ValueError, KeyError):
        return {}
    return nodes


def _timestamp(run: Mapping[str, Any]) -> datetime:
    """Naive UTC time of the invocation's end."""
    generated = run.get("metadata", {}).get("generated_at")
    moment = datetime.fromisoformat(generated) if generated else datetime.now(UTC)
    return moment.astimezone(UTC).replace(tzinfo=None)
