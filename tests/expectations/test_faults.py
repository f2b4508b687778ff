"""Planted faults are caught by the right check, severity and owner; harmless surprises raise nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from expectations.result import CheckResult
from expectations.suite import load_suite
from tests.expectations.faults.cases import FAULTS, HARMLESS, Fault, Harmless
from tests.expectations.faults.world import World, failures, night_after

MONTH = "2025-03"
"""A month like any other, with two years and two months before it."""


@dataclass(frozen=True)
class Nights:
    """What the guard said: results and verdicts of every case, and every pseudonym that there was."""

    results: tuple[CheckResult, ...]
    verdicts: Mapping[str, str]
    persons: frozenset[str]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    world = World(tmp_path_factory.mktemp("world"), seed=1, months=36)
    spans = [(fault, (MONTH, MONTH)) for fault in FAULTS] + [(c, c.months or (MONTH, MONTH)) for c in HARMLESS]
    results: list[CheckResult] = []
    verdicts: dict[str, str] = {}
    persons: set[str] = set()
    for night in sorted({last for _, (_, last) in spans}):
        home = world.home(night)
        for case, (first, last) in spans:
            if last == night:
                home.plant(case, first, case.name, last)
        results += home.judge(night_after(night))
        verdicts |= home.verdicts()
        persons |= home.persons()
    return Nights(tuple(results), verdicts, frozenset(persons))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(nights: Nights, fault: Fault) -> None:
    found = failures(nights.results, fault.name)

    assert fault.check_id in {result.check_id for result in found}
    [caught] = {(r.severity, r.status) for r in found if r.check_id == fault.check_id}
    assert caught == (fault.severity, "failed")
    [check] = [c for c in load_suite(fault.extract_id).checks if c.check_id == fault.check_id]
    assert (check.owner, check.severity) == (fault.owner, fault.severity)
    if fault.rows:
        assert nights.verdicts[fault.name] == ("failed" if fault.severity == "ERROR" else "passed")


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_a_harmless_surprise_raises_nothing(nights: Nights, case: Harmless) -> None:
    assert [(r.check_id, r.observed, r.expected) for r in failures(nights.results, case.name)] == []
    assert nights.verdicts[case.name] == "passed"


def test_no_result_names_a_person(nights: Nights) -> None:
    """Pseudonyms or parts of them, and what has the form of an identity code."""
    texts = "\n".join(f"{r.observed} {r.expected}" for r in nights.results)

    assert len(nights.persons) > 1000
    assert not [person for person in nights.persons if person[:12] in texts]
    assert not re.findall(r"[0-9a-f]{32}|\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]\b", texts)


def test_there_are_at_least_twenty_of_them() -> None:
    assert len(FAULTS) >= 20
    assert len({case.name for case in (*FAULTS, *HARMLESS)}) == len(FAULTS) + len(HARMLESS)
    assert all(case.story for case in (*FAULTS, *HARMLESS))


def test_everything_was_executed(nights: Nights) -> None:
    assert {r.status for r in nights.results if r.check_id == "guard.executed"} == {"passed"}
