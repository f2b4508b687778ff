"""The general ledger (``kirjanpito``) and the budget (``talousarvio``) of the demo.

Calibration: the original budget of 2023 is ``budget_2023.csv`` (1,000 EUR by service class, division and cost
line; revenues without their minus). It sums to the programme's cost lines: 937 M€ of which personnel 410,
purchases 391 (health 202, social 157, other 32), materials 57, grants 24, other 55 of which rents 28 (the
programme gives no amount for rents: ours), hired labour 37.7, net specialised care 248. Actuals follow
:data:`PATHS`: purchases fall, but by less than the programme planned; personnel grows within its band;
rents reach their target.

The money of a month does not depend on ``scale``: only on how many lines it is booked in does. There are
at least as many lines as account and service class pairs (756), whatever the scale.

Does not cover balance-sheet accounts, internal items, value added tax or state funding.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from sources.demo.arithmetic import Floats, Ints, apportion, path, season, split_groups, whole
from sources.demo.delivery import Delivery, Looks, Thunk, decimal_sql, euros, in_files
from sources.demo.scene import DIVISIONS, Scene, days_in, delivered, next_month

LINES_A_MONTH = 333_000
"""Ledger lines of one month at scale 1: about 12 million in three years."""
LINES_A_VOUCHER = 4

ACCOUNTS: Mapping[str, Mapping[str, float]] = {
    "personnel": {"4000": 0.795, "4060": 0.012, "4090": -0.011, "4110": 0.165, "4210": 0.039},
    "client_services": {"4300": 0.90, "4315": 0.10},
    "hired_labour": {"4346": 1.0},
    "other_services": {
        "4340": 0.12,
        "4342": 0.25,
        "4380": 0.14,
        "4390": 0.06,
        "4400": 0.07,
        "4410": 0.12,
        "4420": 0.12,
        "4430": 0.05,
        "4470": 0.07,
    },
    "materials": {"4500": 0.05, "4520": 0.08, "4533": 0.33, "4534": 0.34, "4569": 0.09, "4600": 0.11},
    "grants": {"4722": 0.05, "4739": 0.75, "4742": 0.20},
    "rents": {"4810": 0.02, "4820": 0.87, "4830": 0.11},
    "other": {"4910": 0.15, "4921": 0.05, "4940": 0.80},
    "revenue": {"3005": 0.25, "3295": 0.55, "3300": 0.10, "3499": 0.05, "3530": 0.05},
}
"""Share of each national account (State Treasury's chart) within a cost line. 4090 is a refund: a credit."""

PATHS: Mapping[str, tuple[float, ...]] = {
    "personnel": (1.003, 1.018, 1.034),
    "client_services": (1.010, 0.979, 0.936),
    "hired_labour": (1.060, 0.955, 0.770),
    "other_services": (1.016, 1.023, 1.023),
    "materials": (1.010, 1.025, 1.040),
    "grants": (1.000, 1.015, 1.030),
    "rents": (0.995, 0.905, 0.805),
    "other": (1.000, 1.010, 1.020),
    "revenue": (1.000, 1.015, 1.030),
}
"""Actuals of 2023, 2024 and 2025 relative to the original budget of 2023."""

BUDGETS: Mapping[tuple[int, str], Mapping[str, float]] = {
    (2023, "alkuperainen"): {},
    (2023, "muutettu"): {"client_services": 1.012, "hired_labour": 1.05, "other_services": 1.01},
    (2024, "alkuperainen"): {"personnel": 1.018, "rents": 0.91, "hired_labour": 0.80, "client_services": 0.94},
    (2025, "alkuperainen"): {"personnel": 1.034, "rents": 0.82, "hired_labour": 0.55, "client_services": 0.84},
}
"""Budget versions relative to the original budget of 2023, as the programme meant the costs to go."""

_EVEN = (1.0,) * 12
_PURCHASES = (0.93, 0.95, 1.0, 0.98, 1.0, 0.98, 0.86, 0.95, 1.0, 1.02, 1.03, 1.30)
_SEASONS: Mapping[str, tuple[float, ...]] = {
    # Holiday pay falls on July, accruals on December; late invoices of purchases are accrued in December.
    "personnel": (0.97, 0.95, 0.98, 0.98, 0.99, 1.02, 1.16, 0.97, 0.96, 0.98, 0.97, 1.07),
    "client_services": _PURCHASES,
    "hired_labour": (0.90, 0.92, 0.98, 0.96, 1.0, 1.10, 1.22, 1.05, 0.95, 0.95, 0.95, 1.02),
    "other_services": _PURCHASES,
    "materials": (0.98, 0.98, 1.04, 1.0, 1.02, 0.98, 0.80, 0.95, 1.02, 1.04, 1.04, 1.15),
    "revenue": (0.98, 0.96, 1.02, 1.0, 1.02, 0.98, 0.84, 0.96, 1.02, 1.03, 1.02, 1.17),
}
_TEXTS: Mapping[str, str] = {
    "personnel": "Palkat ja sivukulut",
    "client_services": "Ostolasku; asiakaspalvelut",
    "hired_labour": "Vuokratyö, keikkalääkäri",
    "rents": "Tilavuokra",
    "revenue": "Myyntilasku",
}
CORRECTED_MONTH = date(2024, 5, 1)
"""The month that is delivered a second time; the middle month of a demo that does not hold it."""

_COLUMNS: Mapping[str, str] = {
    "tositenumero": f"'T' || stamp || lpad((n // {LINES_A_VOUCHER})::VARCHAR, 7, '0')",
    "rivi": f"n % {LINES_A_VOUCHER} + 1",
    "kausi": "kausi",
    "kirjauspvm": "strftime(booked, '%d.%m.%Y')",
    "tili": "tili || lpad((10 + 10 * (centre % 3))::VARCHAR, 4, '0')",
    "kustannuspaikka": "(division * 10000 + centre)::VARCHAR",
    "palveluluokka": "palveluluokka",
    "toimiala": "toimiala",
    "kumppani": "CASE WHEN partner > 0 THEN 'K' || lpad(partner::VARCHAR, 5, '0') END",
    "summa": decimal_sql("cents"),
    "selite": "selite",
}
_HEADERS: tuple[Mapping[str, str], ...] = (
    {},
    {"tositenumero": "Tosite numero", "kausi": "Kausi", "tili": "Tilinumero", "summa": "Summa EUR"},
)
"""Header spellings that the finance system has used: the second since 2024."""


@cache
def cells() -> pd.DataFrame:
    """One row for each cost line, service class, division and account of the budget.

    Columns: line, palveluluokka (None where not allocated), toimiala, division (1 to 4), tili,
    budget_cents of Kymenlaakso (revenues negative), selite, cell (row number).
    """
    source = (Path(__file__).parent / "budget_2023.csv").open(encoding="utf-8", newline="")
    with source:
        rows = [cell for row in csv.DictReader(source) for cell in _cells_of_class(row)]
    names = ["line", "palveluluokka", "toimiala", "division", "tili", "budget_cents", "selite"]
    return pd.DataFrame(rows, columns=names).assign(cell=range(len(rows)))


def _cells_of_class(row: dict[str, str]) -> Iterator[tuple[object, ...]]:
    division = DIVISIONS.index(row["toimiala"]) + 1
    for line, accounts in ACCOUNTS.items():
        cents = int(row[line]) * 100_000 * (-1 if line == "revenue" else 1)
        if cents:
            parts = apportion(cents, np.array(list(accounts.values())))
            for account, part in zip(accounts, parts, strict=True):
                text = _TEXTS.get(line, "Ostolasku")
                yield (line, row["palveluluokka"] or None, row["toimiala"], division, account, part, text)


def budget_cents(factor: float, version: Mapping[str, float] | None = None) -> Ints:
    """Cents of each cell in a county of that size, in a budget version (none: the original of 2023)."""
    table = cells()
    relative = table["line"].map(version or {}).fillna(1.0).to_numpy(dtype=float)
    return whole(table["budget_cents"].to_numpy(dtype=float) * relative * factor)


def month_cents(scene: Scene, month: date, *, corrected: bool = False) -> Ints:
    """Booked cents of each cell in a month; the same at every scale.

    The correction takes back 3 % of the client services bought for somatic specialised care: an invoice
    that had been booked twice.
    """
    table = cells()
    random = scene.random("ledger/amounts", month)
    lines = list(ACCOUNTS)
    level = np.array([path(month, *PATHS[line]) * season(month, _SEASONS.get(line, _EVEN)) for line in lines])
    level *= 1 + random.normal(0, 0.006, len(lines))
    noise = 1 + random.normal(0, 0.02, len(table))
    relative: Floats = level[table["line"].map(lines.index).to_numpy()] * noise
    if corrected:
        doubled = (table["palveluluokka"] == "2612") & (table["tili"] == "4300")
        relative[doubled.to_numpy()] *= 0.97
    return whole(budget_cents(scene.county.factor) * relative)


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of ledger and budget, each to be made when it is called."""
    thunks = in_files(scene.files(), "kirjanpito", partial(_ledger, scene))
    corrected = corrected_month(scene)
    if corrected and scene.files_hold == "month":
        thunks.append(partial(_ledger, scene, corrected, corrected=True))
    years = {2023, *(month.year for month in scene.months)}
    for year, version in BUDGETS:
        if year in years and _budget_day(year, version).date() < next_month(scene.months[-1]):
            thunks.append(partial(_budget, scene, year, version))
    return thunks


def corrected_month(scene: Scene) -> date | None:
    """Return the month of which a corrected ledger is delivered; None for a demo of under three months."""
    if CORRECTED_MONTH in scene.months[:-1]:
        return CORRECTED_MONTH
    return scene.months[len(scene.months) // 2] if len(scene.months) >= 3 else None


def _ledger(scene: Scene, month: date, *, corrected: bool = False) -> Delivery:
    totals = month_cents(scene, month, corrected=corrected)
    lines = _lines(scene, month, totals)
    landed = delivered(next_month(month), 5) if corrected else delivered(month, 12)
    headers = _HEADERS[month.year >= 2024]
    grand_total = euros(int(totals.sum())).replace(".", ",")
    return Delivery(
        "kirjanpito",
        f"kirjanpito_{month:%Y-%m}{'_korjattu' if corrected else ''}",
        landed,
        {headers.get(name, name): sql for name, sql in _COLUMNS.items()},
        lines,
        cells().assign(kausi=f"{month:%Y-%m}", stamp=f"{month:%y%m}")[_LOOKUP],
        "cell",
        Looks(encoding="cp1252", newline="\r\n"),
        _dirt(month),
        _tail(month, grand_total),
        {"summa": euros(int(totals.sum()))},
    )


_LOOKUP = ["cell", "tili", "palveluluokka", "toimiala", "division", "selite", "kausi", "stamp"]


def _lines(scene: Scene, month: date, totals: Ints) -> pd.DataFrame:
    """The month's lines: n, cell, booked, centre, partner, cents; the cents of a cell sum to its total."""
    random = scene.random("ledger/lines", month)
    table = cells()
    weights = np.abs(table["budget_cents"].to_numpy(dtype=float)) ** 0.6
    counts = np.maximum(1, whole(LINES_A_MONTH * scene.scale * weights / weights.sum()))
    count = int(counts.sum())
    cents = split_groups(totals, counts, random.gamma(1.2, 1.0, count) + 0.01)
    paid = (table["line"] == "personnel").to_numpy()
    cell = np.repeat(np.arange(len(table)), counts)
    voucher = np.arange(count) // LINES_A_VOUCHER
    day = random.integers(0, days_in(month), count)
    payday = np.where(random.random(count) < 0.6, 14, days_in(month) - 1)
    # A voucher is booked on one day: that of its first line.
    day = np.where(paid[cell], payday, day)[voucher * LINES_A_VOUCHER]
    return pd.DataFrame(
        {
            "n": np.arange(count),
            "cell": cell,
            "booked": np.datetime64(month) + day,
            "centre": random.integers(100, 140, count),
            "partner": np.where(paid[cell], 0, random.integers(1, 4_000, count)),
            "cents": cents,
        }
    )


def _dirt(month: date) -> list[list[str]]:
    """A line with an impossible date in every third month, one with a text for an amount in every fifth."""
    rows = []
    voucher = f"T{month:%y%m}9999999"
    if month.month % 3 == 2:
        rows.append(_line(voucher, 1, month, f"31.02.{month.year}", "0,00"))
    if month.month % 5 == 0:
        rows.append(_line(voucher, 2, month, f"{month:%d.%m.%Y}", "tarkistetaan"))
    return rows


def _line(voucher: str, number: int, month: date, booked: str, amount: str) -> list[str]:
    kausi = f"{month:%Y-%m}"
    return [voucher, str(number), kausi, booked, "43420010", "40100", "", "KONSERNI", "", amount, "Ostolasku"]


def _tail(month: date, total: str) -> list[list[str]]:
    """A sum row in two months of three, and in every other month the footer of a print."""
    rows = []
    if month.month % 3:
        rows.append(["Yhteensä", *[""] * 8, total, ""])
    if month.month % 2 == 0:
        rows.append([f"Tulostettu {delivered(month, 12):%d.%m.%Y %H:%M}", *[""] * 10])
    return rows


def _budget_day(year: int, version: str) -> datetime:
    """When a budget is delivered: the original in the year's January, the revised one in November."""
    return delivered(date(year, 10, 1), 20) if version == "muutettu" else delivered(date(year - 1, 12, 1), 10)


def _budget(scene: Scene, year: int, version: str) -> Delivery:
    cents = budget_cents(scene.county.factor, BUDGETS[year, version])
    return Delivery(
        "talousarvio",
        f"talousarvio_{year}_{version}",
        _budget_day(year, version),
        {
            "Vuosi": str(year),
            "Versio": f"'{version}'",
            "Tili": "tili",
            "Palveluluokka": "palveluluokka",
            "Toimiala": "toimiala",
            "Summa": decimal_sql("cents"),
        },
        cells()[["tili", "palveluluokka", "toimiala"]].assign(cents=cents),
        looks=Looks(encoding="utf-8-sig"),
        sums={"summa": euros(int(cents.sum()))},
    )
