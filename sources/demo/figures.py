"""Single monthly figures (``tunnusluvut``) of the demo: what a programme follows and no extract tells.

Calibration: ``figures.csv``. What is followed, and towards which target, is in the programme documents: Itä-Uusimaa's
productivity programme of 9.11.2023 (1,600 specialised-care visits replaced, 3 to 5 beds, 3,000 revisits, 10 to 15
housing places, 7 to 9 full-time equivalents, 5,000 no-shows, 8 to 10 ward beds, 1 to 5 % of visits, 15 to 20
substitutes), Pori's action plan of 25.3.2021 (10 % fewer referrals, 4 % fewer emergency visits a year, the 537 frequent
users of 2019, 70 % of contacts through central guidance, 2 % more decisions by general law, 5 % fewer referrals to
youth psychiatry), the project plan 2.0 of Vantaa and Kerava (process goals followed monthly) and the risks that the
programmes of Kymenlaakso and Itä-Uusimaa name. No document gives levels: the starting levels and the way are ours, some
ahead of the target and some behind. Risk points are probability (1 to 5) times impact (1 to 5).

Three kinds of ``values``: ``flow`` are the totals of successive years from that of ``first``, split over the months;
``stock`` are levels at the end of the year before ``first`` and of each year from then on, joined by straight lines;
``steps`` hold from their month on. After the last value it stays. Nothing depends on ``scale``.

Kymenlaakso's risks come as a workbook that somebody keeps by hand: a sheet for each month, named after it, and no
column of months. The others' figures are a text file.

Does not cover figures by division.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sources.demo.arithmetic import apportion
from sources.demo.delivery import WORKBOOK, Delivery, Looks, Thunk
from sources.demo.scene import Scene, delivered, month_of

_SEASONS = {
    "clinic": (1.02, 0.98, 1.04, 1.0, 1.02, 0.92, 0.72, 0.94, 1.06, 1.08, 1.06, 0.92),
    "even": (1.0,) * 12,
}
_KEPT_BY_HAND = frozenset({"kymenlaakso"})
_MONTH = {"Kuukausi": "month(kuukausi) || '.' || year(kuukausi)"}
_TEXT = "replace(arvo, '.', ',')"
_NUMBER = "CAST(arvo AS DOUBLE)"


class Figure(NamedTuple):
    """A row of ``figures.csv``; ``values`` as written there."""

    tunnusluku: str
    kind: str
    decimals: int
    first: date
    season: str
    values: tuple[str, ...]
    lahde: str


@cache
def figures(organisation_id: str) -> tuple[Figure, ...]:
    """Return the figures that an organisation follows."""
    with (Path(__file__).parent / "figures.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_figure(row) for row in csv.DictReader(file) if row["organisation_id"] == organisation_id)


def _figure(row: dict[str, str]) -> Figure:
    return Figure(
        row["tunnusluku"],
        row["kind"],
        int(row["decimals"]),
        month_of(row["first"]),
        row["season"],
        tuple(row["values"].split("|")),
        row["lahde"],
    )


def plan(scene: Scene) -> list[Thunk]:
    """Return the one delivery: a hand-kept list is delivered whole each time."""
    return [partial(_list, scene)] if scene.months and table(scene).size else []


def table(scene: Scene) -> pd.DataFrame:
    """Every figure of every month: kuukausi, tunnusluku, units (of the last decimal), decimals, lahde."""
    rows = [
        (month, figure.tunnusluku, units, figure.decimals, figure.lahde)
        for figure in figures(scene.county.organisation_id)
        for month, units in _units(scene, figure)
    ]
    return pd.DataFrame(rows, columns=["kuukausi", "tunnusluku", "units", "decimals", "lahde"])


def _units(scene: Scene, figure: Figure) -> Iterator[tuple[date, int]]:
    months = [month for month in scene.months if month >= figure.first]
    if figure.kind == "flow":
        years = {year: _year(scene, figure, year) for year in {month.year for month in months}}
        yield from ((month, years[month.year][month.month - 1]) for month in months)
    else:
        value = _stock if figure.kind == "stock" else _step
        yield from ((month, round(value(figure, month) * 10**figure.decimals)) for month in months)


def _year(scene: Scene, figure: Figure, year: int) -> list[int]:
    """The twelve months of a year; they sum to its total exactly."""
    total = float(figure.values[min(year - figure.first.year, len(figure.values) - 1)])
    noise = scene.random(f"figures/{figure.tunnusluku}", date(year, 1, 1)).normal(1, 0.03, 12)
    months: list[int] = apportion(
        round(total * 10**figure.decimals), np.array(_SEASONS[figure.season]) * noise
    ).tolist()
    return months


def _stock(figure: Figure, month: date) -> float:
    ends = [float(value) for value in figure.values]
    return float(np.interp(month.year - figure.first.year + month.month / 12, range(len(ends)), ends))


def _step(figure: Figure, month: date) -> float:
    steps = [step.split(":") for step in figure.values]
    return float([value for since, value in steps if month_of(since) <= month][-1])


def _list(scene: Scene) -> Delivery:
    rows = table(scene)
    arvo = [
        f"{units / 10**decimals:.{decimals}f}" for units, decimals in zip(rows["units"], rows["decimals"], strict=True)
    ]
    last = rows["kuukausi"].max()
    tenths = int((rows["units"] * 10 ** (1 - rows["decimals"])).sum())
    by_hand = scene.county.organisation_id in _KEPT_BY_HAND
    return Delivery(
        "tunnusluvut",
        f"tunnusluvut_{last:%Y-%m}",
        delivered(last, 14),
        _columns(_NUMBER) if by_hand else _MONTH | _columns(_TEXT),
        rows.assign(arvo=arvo).sort_values("kuukausi", kind="stable") if by_hand else rows.assign(arvo=arvo),
        looks=Looks(suffix=WORKBOOK) if by_hand else Looks(encoding="cp1252"),
        sums={"arvo": f"{tenths // 10}.{tenths % 10}"},
        sheet="strftime(kuukausi, '%Y-%m')" if by_hand else "",
    )


def _columns(arvo: str) -> dict[str, str]:
    return {"Tunnusluku": "tunnusluku", "Toimiala": "NULL::VARCHAR", "Arvo": arvo, "Lähde": "lahde"}
