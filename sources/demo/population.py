"""Population (``vaesto``) of the demo: one json-stat2 file in the form of Statistics Finland's table 11re.

It holds every municipality of every county of :mod:`sources.demo.county`, by one-year age, at the ends of the
years that the demo needs; so a second county of the same home needs no second file. The figures do not depend on
the seed. Kymenlaakso sums to the 159,500 residents of its programme, of whom about 31 % are over 64.

These are generated figures in the official form, and the file says so in ``source``; install the real table in
their place for real work. Does not cover sexes or Åland.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np

from sources.demo.arithmetic import Floats, apportion
from sources.demo.county import counties
from sources.demo.delivery import place
from sources.jsonstat import encode_population

EXTRACT_ID = "vaesto"
_DECLINE = 0.008
_AGEING = 0.03
_PYRAMID = {
    0: 0.55,
    10: 0.85,
    20: 0.85,
    30: 0.95,
    40: 1.0,
    50: 1.1,
    60: 1.5,
    70: 1.6,
    76: 1.45,
    80: 1.0,
    90: 0.4,
    95: 0.15,
    100: 0.03,
}
"""Relative size of one-year age groups at the end of 2022, joined by straight lines."""


def residents(year: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield (area, age, year, persons) at the end of a year; the age ``SSS`` is the sum of the others."""
    weights = _age_weights(year)
    ages = [str(age) for age in range(100)] + ["100-"]
    for county in counties().values():
        for code, count in county.residents().items():
            now = round(count * (1 - _DECLINE) ** (year - 2022))
            yield f"KU{code}", "SSS", year, now
            for age, persons in zip(ages, apportion(now, weights), strict=True):
                yield f"KU{code}", age, year, int(persons)


def _age_weights(year: int) -> Floats:
    """Weights of the ages 0 to 100, those of 75 and over growing year by year."""
    ages = np.arange(101)
    weights = np.interp(ages, list(_PYRAMID), list(_PYRAMID.values()))
    return np.where(ages >= 75, weights * (1 + _AGEING) ** (year - 2022), weights)


def land(folder: Path, months: tuple[date, ...], now: datetime) -> Path:
    """Write the population into ``landing/public/vaesto`` for the years that ``months`` need."""
    years = range(min(2022, months[0].year - 1), max(2025, months[-1].year) + 1)
    rows = [row for year in years for row in residents(year)]
    content = json.dumps(encode_population(rows), ensure_ascii=False).encode()
    control = {"rows": len(rows), "sums": {"vaesto": str(sum(row[3] for row in rows))}, "origin": "generated"}
    landed = datetime(years[-1] + 1, 4, 2, 6)  # noqa: DTZ001 (naive UTC by convention)
    path = folder / "public" / EXTRACT_ID / f"vaesto_{years[0]}_{years[-1]}.json"
    place(path, content, control, min(landed, now))
    return path
