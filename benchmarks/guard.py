"""How well the guard judges: recall of planted faults and false alarms, over several seeds and five years of figures.

For each seed a county is made for ``--months`` months. **Recall**: every fault of ``tests/expectations/faults`` is
planted in several months, each in an organisation of its own whose history before that month has passed; caught is a
fault whose check failed with the severity that the case states. **False alarms**: the clean figures are delivered a
month at a time, and whatever fails is a false alarm; the harmless surprises are planted like the faults. Here every
figure is made, so nothing is said about alarms on real data, only that the seasons of the generator raise none.

    python benchmarks/guard.py --seeds 5 --months 60
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

from expectations.result import CheckResult
from tests.expectations.faults.cases import FAULTS, HARMLESS, Fault, Harmless
from tests.expectations.faults.world import EXTRACTS, Home, World, failures, night_after

FIRST_HISTORY = 26
"""Months before the first in which something is planted: the calendar needs two years, and a little to spare."""
CLEAN = "clean"

out = Console()


@dataclass
class Score:
    """What was planted and caught, and what was said without cause."""

    planted: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    alarmed: Counter[str] = field(default_factory=Counter)
    clean_deliveries: int = 0
    clean_checks: int = 0
    false_alarms: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


def main(
    seeds: Annotated[int, typer.Option(min=1)] = 5,
    months: Annotated[int, typer.Option(min=FIRST_HISTORY + 2, help="months from January 2023 on")] = 60,
    plantings: Annotated[int, typer.Option(min=1, help="months in which each fault is planted, of each seed")] = 2,
) -> None:
    """Recall and false alarms of the guard."""
    score = Score()
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory(prefix="tilannekuva-guard-") as folder:
            out.print(f"seed {seed} ...", style="dim", highlight=False)
            world = World(Path(folder), seed, months)
            judge_clean(world, score, months)
            # Not the last month: the demo's sites of it have not come.
            chosen = random.Random(seed).sample(range(FIRST_HISTORY, months - 1), plantings)
            for number in sorted(chosen):
                judge_planted(world, score, f"{2023 + number // 12}-{number % 12 + 1:02}")
    show(score)


def judge_clean(world: World, score: Score, months: int) -> None:
    """Deliver every clean month of every extract and count what fails."""
    home = world.home(CLEAN)
    count = sum(home.deliver_each(extract_id, CLEAN) for extract_id in EXTRACTS)
    last = f"{2023 + (months - 1) // 12}-{(months - 1) % 12 + 1:02}"
    results = judged(home, last, score)
    score.clean_deliveries += count
    about = [r for r in results if r.organisation_id == CLEAN and not r.check_id.endswith(".suite")]
    score.clean_checks += len({r.check_id for r in about}) * count // len(EXTRACTS)
    for alarm in failures(results, CLEAN):
        if is_made_so(alarm.check_id):
            continue
        score.false_alarms[alarm.check_id] += 1
        score.examples[alarm.check_id] = f"{alarm.observed} | {alarm.expected}"


def is_made_so(check_id: str) -> bool:
    """What the generator really leaves out: the sites of the last month do not come."""
    return check_id == "toimipisteet.freshness_period"


def judge_planted(world: World, score: Score, month: str) -> None:
    """Plant every fault and every harmless surprise of any month in one month."""
    home = world.home(f"planted-{month}")
    cases: list[Fault | Harmless] = [*FAULTS, *(case for case in HARMLESS if case.months is None)]
    for case in cases:
        home.plant(case, month, case.name)
    results = judged(home, month, score)
    for case in cases:
        found = [r for r in failures(results, case.name) if not is_made_so(r.check_id)]
        if isinstance(case, Fault):
            score.planted[case.name] += 1
            score.caught[case.name] += any((r.check_id, r.severity) == (case.check_id, case.severity) for r in found)
        else:
            score.harmless[case.name] += 1
            score.alarmed[case.name] += bool(found)
            for alarm in found:
                score.examples[case.name] = f"{alarm.check_id}: {alarm.observed} | {alarm.expected}"


def judged(home: Home, month: str, score: Score) -> list[CheckResult]:
    """Run the guard the night when everything of the month is due, and add its time."""
    began = time.perf_counter()
    results = home.judge(night_after(month))
    score.seconds += time.perf_counter() - began
    return results


def show(score: Score) -> None:
    """Print the tables and the two figures that matter."""
    table = Table(title="Planted faults")
    for heading in ("fault", "check", "severity", "caught"):
        table.add_column(heading, justify="right" if heading == "caught" else "left")
    for fault in FAULTS:
        table.add_row(
            fault.name, fault.check_id, fault.severity, f"{score.caught[fault.name]} / {score.planted[fault.name]}"
        )
    out.print(table)
    table = Table(title="Alarms without cause")
    for heading in ("what", "alarms", "of", "example"):
        table.add_column(heading)
    for name, count in score.harmless.items():
        table.add_row(name, str(score.alarmed[name]), str(count), score.examples.get(name, ""))
    for check_id, count in score.false_alarms.items():
        table.add_row(check_id, str(count), "clean months", score.examples[check_id])
    out.print(table)
    planted, caught = sum(score.planted.values()), sum(score.caught.values())
    wrong = sum(score.false_alarms.values())
    out.print(
        f"recall {caught} / {planted} = {caught / planted:.1%}; false alarms {wrong} on {score.clean_deliveries} clean "
        f"deliveries ({wrong / score.clean_deliveries:.2%}), {score.clean_checks:,} checks; harmless surprises that "
        f"raised something: {sum(score.alarmed.values())} / {sum(score.harmless.values())}; "
        f"the guard took {score.seconds:.0f} s",
        highlight=False,
    )


if __name__ == "__main__":
    typer.run(main)
