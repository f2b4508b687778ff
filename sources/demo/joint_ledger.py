"""The general ledger (``kirjanpito``) of Pori's joint services: a plain one around the cost of care supplies.

Calibration: Pori's action plan of 25.3.2021 allows care supplies (account 4534) to cost at most 10 % more than the year
before. Amounts are ours: the supplies grow by 7.6, 11.8, 7.7 and 4.2 % in 2021 to 2024, so one year misses the target;
the accounts of ``ledger_pori.csv`` (1,000 EUR of 2020, revenues negative) grow evenly.

The money does not depend on ``scale``; the number of lines does, with at least two for each account and month.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from sources.demo.arithmetic import apportion, season, split_groups, whole
from sources.demo.delivery import Delivery, Looks, Thunk, decimal_sql, euros, in_files
from sources.demo.scene import Scene, days_in, delivered

FIRST_YEAR = 2020
SUPPLIES = "4534"
SUPPLIES_KEUR = (3_150, 3_390, 3_790, 4_080, 4_250)
"""Care supplies of 2020 to 2024, 1,000 EUR."""
_SUPPLIES_SPLIT = (("2536", "TESPA", 0.55), ("2235", "SOSPA", 0.25), ("2211", "SOSPA", 0.20))
_LINES_A_MONTH = 9_000
_PROFILE = (0.97, 0.96, 1.02, 1.0, 1.01, 1.0, 0.93, 0.97, 1.0, 1.02, 1.02, 1.10)


@cache
def cells() -> pd.DataFrame:
    """One row for each account, service class and division: keur is of 2020, growth of each year after."""
    with (Path(__file__).parent / "ledger_pori.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (
                r["tili"],
                r["palveluluokka"] or None,
                r["toimiala"],
                float(r["keur_2020"]),
                float(r["growth"]),
                r["selite"],
            )
            for r in csv.DictReader(file)
        ]
    rows += [(SUPPLIES, code, division, 0.0, 0.0, "Ostolasku") for code, division, _ in _SUPPLIES_SPLIT]
    names = ["tili", "palveluluokka", "toimiala", "keur", "growth", "selite"]
    return pd.DataFrame(rows, columns=names).assign(cell=range(len(rows)))


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of the ledger, each to be made when it is called."""
    return in_files(scene.files(), "kirjanpito", partial(_ledger, scene))


def year_cents(year: int) -> list[int]:
    """Cents of each cell in a year."""
    table = cells()
    cents = whole(table["keur"].to_numpy() * (1 + table["growth"].to_numpy()) ** (year - FIRST_YEAR) * 100_000)
    supplies = SUPPLIES_KEUR[min(year - FIRST_YEAR, len(SUPPLIES_KEUR) - 1)] * 100_000
    cents[-len(_SUPPLIES_SPLIT) :] = apportion(supplies, np.array([share for *_, share in _SUPPLIES_SPLIT]))
    return [int(part) for part in cents]


def _month_cents(scene: Scene, month: date) -> list[int]:
    """Cents of each cell in a month; the twelve months of a year sum to it exactly."""
    noise = scene.random("joint_ledger/amounts", date(month.year, 1, 1)).normal(1, 0.015, (len(cells()), 12))
    profile = np.array([season(date(month.year, n, 1), _PROFILE) for n in range(1, 13)])
    pairs = zip(year_cents(month.year), noise, strict=True)
    return [int(apportion(total, profile * of_cell)[month.month - 1]) for total, of_cell in pairs]


def _ledger(scene: Scene, month: date) -> Delivery:
    totals = np.array(_month_cents(scene, month), dtype=np.int64)
    random = scene.random("joint_ledger/lines", month)
    weights = np.abs(totals.astype(float)) ** 0.5
    counts = np.maximum(2, whole(_LINES_A_MONTH * scene.scale * weights / weights.sum()))
    count = int(counts.sum())
    table = pd.DataFrame(
        {
            "n": np.arange(count),
            "cell": np.repeat(np.arange(len(totals)), counts),
            "booked": np.datetime64(month) + random.integers(0, days_in(month), count),
            "centre": random.integers(100, 140, count),
            "cents": split_groups(totals, counts, random.gamma(2.0, 1.0, count) + 0.01),
        }
    )
    return Delivery(
        "kirjanpito",
        f"kirjanpito_{month:%Y-%m}",
        delivered(month, 11),
        {
            "Tosite": f"'P{month:%y%m}' || lpad((n // 4)::VARCHAR, 6, '0')",
            "Rivi": "n % 4 + 1",
            "Kausi": f"'{month:%Y%m}'",
            "Kirjauspvm": "strftime(booked, '%d.%m.%Y')",
            "Tili": "tili",
            "KP": "centre::VARCHAR",
            "Palveluluokka": "palveluluokka",
            "Toimiala": "toimiala",
            "Kumppani": "NULL::VARCHAR",
            "Summa": decimal_sql("cents"),
            "Selite": "selite",
        },
        table,
        cells()[["cell", "tili", "palveluluokka", "toimiala", "selite"]],
        "cell",
        Looks(encoding="cp1252", newline="\r\n"),
        sums={"summa": euros(int(totals.sum()))},
    )
