"""Project finance (``hanketalous``) of the demo: the state's stabilisation money.

Calibration: 10.9 M EUR for Kymenlaakso by the allocation shares of its programme (where it gives a range, the
shares that sum to 100). Spending begins in July 2023 and reaches about 9.5 M EUR by the end of 2025: which
allocations lag is ours. The file always tells the whole story to the last month, whatever month the
demo starts.

Does not cover other projects, own funding or payments of the state.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from sources.demo.arithmetic import apportion
from sources.demo.delivery import Delivery, Looks, Thunk, euros
from sources.demo.scene import Scene, delivered, next_month

TOTAL_CENTS = 10_900_000_00
PROJECT = "vakauttamisraha"
_START, _MONTHS = date(2023, 7, 1), 30
_YEARS = {2023: 0.15, 2024: 0.40, 2025: 0.45}
_COSTS = {"henkilosto": 0.55, "palvelut": 0.35, "muut": 0.10}


class Allocation(NamedTuple):
    """Share of the money, and how much of it is spent by the end of 2025."""

    share: float
    spent: float


ALLOCATIONS = {
    "digi": Allocation(0.35, 0.92),
    "ostot": Allocation(0.10, 0.80),
    "henkilosto": Allocation(0.20, 0.97),
    "verkko": Allocation(0.10, 0.70),
    "toimeenpano": Allocation(0.10, 0.95),
    "tunnistettavat": Allocation(0.15, 0.75),
}


def plan(scene: Scene) -> list[Thunk]:
    """Return the one delivery of the project."""
    return [partial(_project, scene)]


def _project(scene: Scene) -> Delivery:
    table = pd.concat([_budget(scene), _spending(scene)], ignore_index=True)
    return Delivery(
        "hanketalous",
        f"hanketalous_{scene.months[-1]:%Y-%m}",
        delivered(scene.months[-1], 14),
        {
            "Hanke": f"'{PROJECT}'",
            "Osa-alue": "osa_alue",
            "Kululaji": "kululaji",
            "Vuosi": "vuosi",
            "Kuukausi": "strftime(kuukausi, '%Y-%m')",
            "Laji": "laji",
            # Thousands by a space, as a spreadsheet writes them.
            "Summa (€)": "replace(replace(format('{:,.2f}', cents / 100), ',', ' '), '.', ',')",
        },
        table,
        looks=Looks(encoding="cp1252"),
        sums={"summa": euros(int(table["cents"].sum()))},
    )


def _budget(scene: Scene) -> pd.DataFrame:
    """Whole-year budgets: no month."""
    keys = [(area, cost, year) for area in ALLOCATIONS for cost in _COSTS for year in _YEARS]
    weights = np.array([ALLOCATIONS[a].share * _COSTS[c] * _YEARS[y] for a, c, y in keys])
    table = pd.DataFrame(keys, columns=["osa_alue", "kululaji", "vuosi"])
    cents = apportion(round(TOTAL_CENTS * scene.county.factor), weights)
    return table.assign(kuukausi=pd.NaT, laji="budjetti", cents=cents)


def _spending(scene: Scene) -> pd.DataFrame:
    """Monthly actuals to the last month of the demo: slow at first, then steady."""
    months = [next_month(_START, n) for n in range(_MONTHS)]
    pace = np.minimum(np.arange(1, _MONTHS + 1) / 9, 1.0)
    keys = [(area, cost) for area in ALLOCATIONS for cost in _COSTS]
    frames = []
    for area, cost in keys:
        spent = TOTAL_CENTS * scene.county.factor * ALLOCATIONS[area].share * ALLOCATIONS[area].spent * _COSTS[cost]
        noise = scene.random(f"project/{area}/{cost}").uniform(0.8, 1.2, _MONTHS)
        cents = apportion(round(spent), pace * noise)
        frames.append(
            pd.DataFrame({"kuukausi": pd.to_datetime(months), "cents": cents}).assign(osa_alue=area, kululaji=cost)
        )
    table = pd.concat(frames, ignore_index=True)
    table = table[table["kuukausi"] <= pd.Timestamp(scene.months[-1])]
    return table.assign(vuosi=table["kuukausi"].dt.year, laji="toteuma")
