"""The guard itself is guarded: what a suite loses, the list still has, in CI and at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations import executed, runner, suite
from expectations.executed import OF_LANDED, existing, listed
from expectations.result import CheckResult
from expectations.suite import Suite
from sources.settings import Settings
from tests.expectations.lake_maker import Lake
from tests.expectations.test_landed import bad, judge, ledger


def test_the_committed_list_is_what_the_suites_have() -> None:
    """After a deliberate change: `python -m expectations.executed`, and say why in the commit."""
    assert listed() == existing()
    assert len(listed()) >= 200


@pytest.mark.parametrize("change", ["removed", "renamed", "emptied", "softened"])
def test_no_suite_can_be_lost_unseen(monkeypatch: Any, change: str) -> None:
    real = suite.load_suite
    names = tuple(name for name in suite.suite_names() if change != "removed" or name != "kirjanpito")

    def load(name: str) -> Suite:
        found = real(name)
        if name != "kirjanpito":
            return found
        checks = {
            "emptied": (),
            "renamed": (replace(found.checks[0], check_id="kirjanpito.rows"), *found.checks[1:]),
            "softened": tuple(replace(check, severity="WARN") for check in found.checks),
        }[change]
        return replace(found, checks=checks)

    monkeypatch.setattr(executed, "suite_names", lambda: names)
    monkeypatch.setattr(executed, "load_suite", load)

    assert listed() != existing()


def executed_of(results: list[CheckResult]) -> CheckResult:
    [found] = [result for result in results if result.check_id == OF_LANDED]
    return found


def test_a_night_says_that_every_check_was_executed(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-04"))
    count = sum(line.about != "build" for line in listed())

    found = executed_of(judge(settings))

    assert (found.status, found.observed, found.organisation_id) == ("passed", f"{count} / {count}", None)


def test_a_suite_that_is_gone_is_a_failure_of_everybody_although_nothing_landed(
    settings: Settings, lake: Lake, monkeypatch: Any
) -> None:
    monkeypatch.setattr(runner, "suite_names", lambda: tuple(n for n in suite.suite_names() if n != "kirjanpito"))

    found = executed_of(judge(settings))

    assert (found.status, found.severity, found.organisation_id, found.extract_id) == ("failed", "WARN", None, None)
    assert "missing: kirjanpito.all_zero" in (found.observed or "")


def test_a_crash_is_a_failure_of_everybody(settings: Settings, lake: Lake) -> None:
    lake.deliver("kirjanpito", ledger("2024-04"))
    lake.damage("kirjanpito")

    found = executed_of(judge(settings))

    assert found.status == "failed"
    assert "crashed: kirjanpito.suite" in (found.observed or "")


def test_a_list_that_cannot_be_read_is_no_pass(
    settings: Settings, lake: Lake, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(executed, "LIST", tmp_path / "none.csv")
    assert executed_of(judge(settings)).status == "error"

    (tmp_path / "none.csv").write_text("check_id,severity,about,owner\n")
    assert executed_of(judge(settings, "again")).status == "failed"


def test_an_extract_that_has_ended_is_awaited_no_more(settings: Settings, lake: Lake) -> None:
    """April 2023 is twelve months behind April 2024, which is due on 15 May; kainuu is eleven behind."""
    for organisation, month in (("pori", "2023-04"), ("kainuu", "2023-05")):
        lake.decide(
            "kirjanpito", lake.deliver("kirjanpito", ledger(month), organisation=organisation), "passed", organisation
        )

    results = judge(settings, as_of=date(2024, 5, 16))

    assert [r.organisation_id for r in bad(results)["kirjanpito.freshness_period"]] == ["kainuu"]
    [ended] = [r for r in results if r.organisation_id == "pori" and r.check_id == "kirjanpito.freshness_period"]
    assert (ended.status, ended.observed) == ("not_applicable", "2023-04")
