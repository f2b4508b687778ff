"""What the night costs: its time and memory against a floor and a peer, in one run.

The same landed files are given to three programs, each in a process of its own: the night (``tilannekuva
nightly``), the floor (``floor.py``, a hand-written DuckDB script) and the peer (``peer.py``, the same in pandas).
They must come to the same headline numbers of Kymenlaakso, or the benchmark fails. A second night on the same
home, with nothing new landed, shows what is saved by parsing each file once.

There is no threshold here: figures of different machines do not compare. The README says how to read them.

    python benchmarks/night.py --scale 0.1
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import landed
import measure
import typer
from rich.console import Console
from rich.table import Table

FLOOR, PEER, NIGHT, AGAIN = "floor", "peer", "night", "next night"
HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).parent / "tilannekuva"
TOLERANCE = 1e-6
"""Greatest relative difference of two values that count as equal."""

RELEASED, WITHHELD = 0, 2
"""Exit codes of a night with a release; see ``tilannekuva nightly --help``."""

Values = Mapping[str, tuple[str, float]]
"""Value by indicator_id, with the first day of its month as ISO text."""

out = Console()


class BenchmarkError(RuntimeError):
    """A program failed, or the programs do not agree."""


def main(
    scale: Annotated[float, typer.Option(min=0.001, help="1 = as many rows as a real county")] = 0.1,
    months: Annotated[int, typer.Option(min=12, help="months from January 2023 on")] = 36,
    repeat: Annotated[int, typer.Option(min=1, help="runs of each; more than one gives a median")] = 1,
    only: Annotated[str, typer.Option(help="some of floor,peer,night")] = "floor,peer,night",
    home: Annotated[
        Path | None, typer.Option(help="folder to work in; keeps the generated files for the next time")
    ] = None,
) -> None:
    """Time and peak memory of the night against a hand-written floor and peer."""
    chosen = set(only.split(","))
    if unknown := chosen - {"floor", "peer", "night"}:
        raise typer.BadParameter(f"not known: {', '.join(sorted(unknown))}", param_hint="--only")
    out.print(measure.machine(), highlight=False)
    try:
        with workplace(home) as folder:
            landing = generated(folder, scale, months)
            benchmark = Benchmark(folder, landing, as_of(months))
            for _ in range(repeat):
                benchmark.round(chosen)
    except BenchmarkError as problem:
        out.print(str(problem), style="bold red", markup=False)
        raise typer.Exit(1) from problem
    benchmark.show()


class Benchmark:
    """Runs the programs round by round and keeps what was measured and computed."""

    def __init__(self, folder: Path, landing: Path, day: date) -> None:
        self._folder = folder
        self._landing = landing
        self._day = day
        self._runs: dict[str, list[measure.Run]] = defaultdict(list)
        self._steps: dict[str, list[tuple[str, float]]] = {}
        self._agreed = ""
        self._size = landed.size(landing)
        landed.warm(landing)

    def round(self, chosen: set[str]) -> None:
        """Run each chosen program once, each on a copy of the files, and compare what they computed."""
        values: dict[str, Values] = {}
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="run-") as run:
            for name, title, script in (("floor", FLOOR, "floor.py"), ("peer", PEER, "peer.py")):
                if name in chosen:
                    copy = landed.copy(self._landing, Path(run) / name / "landing")
                    values[title] = self._script(title, script, copy)
            if "night" in chosen:
                values |= self._nights(Path(run) / "night")
        self._agreed = agree(values)

    def _script(self, title: str, script: str, landing: Path) -> Values:
        done = self._measured(title, [sys.executable, str(HERE / script), str(landing), self._day.isoformat()])
        return {indicator: (month, value) for indicator, (month, value) in json.loads(done.out).items()}

    def _nights(self, home: Path) -> dict[str, Values]:
        """Run the first night of a home and the next one, to which nothing new has come."""
        landed.copy(self._landing, home / "landing")
        command = [str(PROGRAM), "nightly", "--as-of", self._day.isoformat()]
        values = {}
        for title in (NIGHT, AGAIN):
            self._measured(title, command, {"TILANNEKUVA_HOME": str(home)}, (RELEASED, WITHHELD))
            self._steps[title] = steps(home)
            values[title] = released(home)
        return values

    def _measured(
        self,
        title: str,
        command: list[str],
        environment: Mapping[str, str] | None = None,
        good: tuple[int, ...] = (0,),
    ) -> measure.Run:
        out.print(f"running {title} ...", style="dim", highlight=False)
        done = measure.run(command, environment)
        if done.exit_code not in good:
            raise BenchmarkError(f"{title} ended with {done.exit_code}:\n{done.out[-4000:]}\n{done.err[-4000:]}")
        if done.exit_code == WITHHELD:
            out.print("released, with data withheld (exit code 2)", style="yellow")
        self._runs[title].append(done)
        return done

    def show(self) -> None:
        """Print what was measured."""
        out.print(
            f"{self._size.files} files, {self._size.rows:,} rows, {self._size.bytes / measure.MEGABYTE:.0f} MB; "
            f"night of {self._day}; {self._agreed}",
            highlight=False,
        )
        out.print(costs(self._runs))
        for title, found in self._steps.items():
            out.print(step_table(title, found, self._runs[title][-1].seconds))


@contextmanager
def workplace(home: Path | None) -> Iterator[Path]:
    """Give the folder to work in: the given one, which stays, or one that goes with everything in it."""
    if home:
        home.mkdir(parents=True, exist_ok=True)
        yield home.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="tilannekuva-benchmark-") as folder:
            yield Path(folder)


def generated(folder: Path, scale: float, months: int) -> Path:
    """Generate the landed files of that scale and length, or take those of an earlier run in the same folder."""
    finished = folder / f"extracts-{months}-months-scale-{scale:g}"
    if not finished.exists():
        with tempfile.TemporaryDirectory(dir=folder, prefix="generating-") as fresh:
            out.print("generating the extracts ...", style="dim")
            command = [str(PROGRAM), "generate", "--months", str(months), "--scale", str(scale)]
            done = measure.run(command, {"TILANNEKUVA_HOME": fresh})
            if done.exit_code:
                raise BenchmarkError(f"tilannekuva generate ended with {done.exit_code}:\n{done.err[-4000:]}")
            (Path(fresh) / "landing").rename(finished)
    return finished


def as_of(months: int) -> date:
    """Return the 20th of the month after the last generated one: every extract of it is due by then."""
    return date(2023 + months // 12, months % 12 + 1, 20)


def released(home: Path) -> Values:
    """Values of ``indicator.status`` in the current release of a home, without the score of its own nights' checks."""
    database = home / "releases" / "current" / "tilannekuva.duckdb"
    with duckdb.connect(str(database), read_only=True) as con:
        rows = con.execute(
            "select indicator_id, month::varchar, value from indicator.status"
            " where organisation_id = 'kymenlaakso' and programme_id = 'kymenlaakso_2023' and value is not null"
            " and indicator_id not like '%data_quality'"
        ).fetchall()
    return {indicator: (month, value) for indicator, month, value in rows}


def agree(values: Mapping[str, Values]) -> str:
    """Compare every program with the first one, by month and value, and say in a few words what agrees.

    BenchmarkError, with each difference, where one has not the value, or of another month, or another value. What
    the first one does not compute is not compared.
    """
    (first, expected), *others = values.items()
    wrong = [
        f"{indicator}: {first} {dated}, {title} {found.get(indicator, 'nothing')}"
        for title, found in others
        for indicator, dated in expected.items()
        if not same(dated, found.get(indicator))
    ]
    if wrong:
        raise BenchmarkError("The programs do not agree, so their costs do not compare.\n" + "\n".join(wrong))
    return f"{len(expected)} headline values, equal in: {', '.join(values)}"


def same(expected: tuple[str, float], found: tuple[str, float] | None) -> bool:
    """Whether two dated values are of one month and differ by at most :data:`TOLERANCE`, relatively."""
    return found is not None and expected[0] == found[0] and math.isclose(expected[1], found[1], rel_tol=TOLERANCE)


def steps(home: Path) -> list[tuple[str, float]]:
    """Return the seconds of each step of the latest night of a home, in their order, from Dagster's event log."""
    from dagster import DagsterInstance  # two seconds of import that only this needs

    with DagsterInstance.from_config(str(home / "dagster")) as instance:
        (run,) = instance.get_runs(limit=1)
        stats = [s for s in instance.get_run_step_stats(run.run_id) if s.start_time and s.end_time]
    ordered = sorted(stats, key=lambda s: s.start_time or 0)
    return [(s.step_key, (s.end_time or 0) - (s.start_time or 0)) for s in ordered]


def costs(runs: Mapping[str, list[measure.Run]]) -> Table:
    """Lay out seconds and peak memory of each program, each with its ratio to floor and peer.

    ``seconds`` are those of the fastest run and ``peak MB`` that of the greediest; the ratios are theirs.
    """
    table = Table(title="The night against a floor and a peer: fastest run, greatest peak")
    table.add_column("program")
    for heading in ("seconds", "median", "× floor", "× peer", "peak MB", "× floor", "× peer"):
        table.add_column(heading, justify="right")
    fastest = {title: min(run.seconds for run in of) for title, of in runs.items()}
    largest = {title: max(run.peak for run in of) / measure.MEGABYTE for title, of in runs.items()}
    for title, of in runs.items():
        median = statistics.median(run.seconds for run in of)
        time, memory = ([times(what, title, base) for base in (FLOOR, PEER)] for what in (fastest, largest))
        table.add_row(title, f"{fastest[title]:.1f}", f"{median:.1f}", *time, f"{largest[title]:.0f}", *memory)
    return table


def times(what: Mapping[str, float], title: str, base: str) -> str:
    """How many times as much one program takes as another; empty where the other was not run."""
    return f"{what[title] / what[base]:.1f}" if base in what else ""


def step_table(title: str, found: list[tuple[str, float]], total: float) -> Table:
    """Lay out the steps of a night by time; what is short is summed, and what is no step is said."""
    table = Table(title=f"Steps of the {title}")
    table.add_column("step")
    table.add_column("seconds", justify="right")
    short = [seconds for _, seconds in found if seconds < total / 100]
    for step, seconds in found:
        if seconds >= total / 100:
            table.add_row(step, f"{seconds:.1f}")
    if short:
        table.add_row(f"{len(short)} steps of under 1 % each", f"{sum(short):.1f}")
    table.add_row("start, imports and in between", f"{total - sum(seconds for _, seconds in found):.1f}")
    return table


if __name__ == "__main__":
    typer.run(main)
