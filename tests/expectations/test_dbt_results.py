"""dbt's own account of its tests, turned into check results."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.runner import dbt_results


def entry(unique_id: str, status: str, failures: int | None = 0, message: str = "") -> dict[str, Any]:
    return {"unique_id": unique_id, "status": status, "failures": failures, "message": message}


def write(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "run_results.json"
    path.write_text(json.dumps({"metadata": {"generated_at": "2024-05-10T02:30:00.5Z"}, "results": entries}))
    return path


def test_data_tests_become_results(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        entry("model.tilannekuva.indicator_value", "success"),
        entry("unit_test.tilannekuva.indicator_value.ratio", "pass"),
        entry("test.tilannekuva.not_null_value_month.0123456789", "pass"),
        entry("test.tilannekuva.grid_is_complete", "fail", 3, "Got 3 results"),
        entry("test.tilannekuva.operating_costs", "warn", 1),
        entry("test.tilannekuva.skipped", "skipped", None),
        entry("test.tilannekuva.crashed", "error", None, "Could not convert '131052-308T' to DATE"),
    )

    results = dbt_results(path, "night")

    assert [(r.check_id, r.severity, r.status, r.observed) for r in results] == [
        ("dbt.run", "ERROR", "passed", "5 tests"),
        ("dbt.not_null_value_month", "ERROR", "passed", "0 rows"),
        ("dbt.grid_is_complete", "ERROR", "failed", "3 rows"),
        ("dbt.operating_costs", "WARN", "failed", "1 rows"),
        ("dbt.skipped", "ERROR", "error", "skipped"),
        ("dbt.crashed", "ERROR", "error", "error"),
    ]
    assert {r.checked_at for r in results} == {datetime.fromisoformat("2024-05-10T02:30:00.500")}


def test_the_manifest_beside_gives_the_severity(tmp_path: Path) -> None:
    path = write(tmp_path, entry("test.t.a", "skipped"), entry("test.t.b", "skipped"))
    nodes = {"test.t.a": {"config": {"severity": "WARN"}}, "test.t.b": {"config": {"severity": "ERROR"}}}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))

    assert [r.severity for r in dbt_results(path, "night")[1:]] == ["WARN", "ERROR"]


@pytest.mark.parametrize("content", [None, "", "{}", '{"results": []}', '{"results": [{"unique_id": "model.t.m"}]}'])
def test_no_tests_are_no_proof(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "run_results.json"
    if content is not None:
        path.write_text(content)

    [failure] = dbt_results(path, "night")

    assert (failure.check_id, failure.severity, failure.status) == ("dbt.run", "ERROR", "error")
