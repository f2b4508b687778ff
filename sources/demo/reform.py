"""Project finance (``hanketalous``) of the structural reform of Vantaa and Kerava.

Calibration: ``reform_vantaakerava.csv`` holds the figures of annexes 1 to 3 of the project plan 2.0 of Vantaa and
Kerava (21.6.2021) as they stand there, line by line. The plan's own tables do not add up everywhere; nothing is put
right here. Leaf lines alone are given, and of funding what the sub-project pays itself and the state's grant; a
total line is given only where its parts have no figure (the budget of investments of sub-project 1). A cell that
the annex leaves empty has no row.

The annexes have three columns. The budget is that of the first version of the plan (2020) for both years together: it
is delivered as one whole-year line of 2020, because it was decided then. The actuals are those of the whole year 2020
and the forecast that of the whole year 2021. Actual and forecast together are the totals approved in June 2021:
1,336,000, 2,160,000 and 1,100,000 EUR, as the funding lines show (sub-project 2 to a euro).

Does not depend on scale, seed or months, and does not cover payments or the benefit goals.
"""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd

from sources.demo.delivery import Delivery, Looks, Thunk, decimal_sql, euros
from sources.demo.scene import Scene

PROJECT = "rakenneuudistus"
_COLUMNS = {"budjetti": ("budjetti", 2020), "toteuma_2020": ("toteuma", 2020), "ennuste_2021": ("ennuste", 2021)}
_LANDED = datetime(2021, 6, 24, 6)  # noqa: DTZ001 (naive UTC by convention)


def plan(scene: Scene) -> list[Thunk]:
    """Return the one delivery of the project."""
    return [partial(_project, scene)]


def lines() -> pd.DataFrame:
    """Return every figure of the annexes: osa_alue, kululaji, vuosi, laji, cents."""
    with (Path(__file__).parent / "reform_vantaakerava.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (row["osa_alue"], row["kululaji"], year, kind, int(Decimal(row[column]) * 100))
            for row in csv.DictReader(file)
            for column, (kind, year) in _COLUMNS.items()
            if row[column]
        ]
    return pd.DataFrame(rows, columns=["osa_alue", "kululaji", "vuosi", "laji", "cents"])


def _project(_: Scene) -> Delivery:
    table = lines()
    return Delivery(
        "hanketalous",
        f"hanketalous_{PROJECT}_2020_2021",
        _LANDED,
        {
            "Hanke": f"'{PROJECT}'",
            "Osa-alue": "osa_alue",
            "Kululaji": "kululaji",
            "Vuosi": "vuosi",
            "Kuukausi": "NULL::VARCHAR",
            "Laji": "laji",
            "Summa": decimal_sql("cents"),
        },
        table,
        looks=Looks(encoding="cp1252", newline="\r\n"),
        sums={"summa": euros(int(table["cents"].sum()))},
    )
