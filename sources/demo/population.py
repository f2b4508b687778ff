"""Population (``vaesto``) of the demo: json-stat2 files in the form of Statistics Finland's table 11re.

The main file holds every municipality of every county of :mod:`sources.demo.county`, by one-year age, at the ends of
the years that the demo needs; so a second county of the same home needs no further one. The figures do not depend on
the seed. Kymenlaakso sums to the 159,500 residents of its programme, of whom about 31 % are over 64.

Pori's programme is older: a second file holds its three municipalities alone, at the ends of 2018 to 2021. Their
residents aged 75+ are those of its action plan of 25.3.2021, whose figure of a year is used at the end of the year
before, as the residents of every figure of that year are; before the plan's first year, 2019, and after its last, 2024,
the growth is ours. Their residents of all ages are weights, as everywhere.

These are generated figures in the official form, and the files say so in ``source``; install the real table in
their place for real work. Does not cover sexes or Åland.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np

from sources.demo.arithmetic import Floats, Ints, apportion
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

BANDS = ("0-17", "18-64", "65-74", "75+")
_BAND_STARTS = (0, 18, 65, 75)

_FIRST_YEAR, _FIRST_YEAR_OF_PORI = 2022, 2018
PORI_75PLUS = {
    "484": (515, 512, 532, 542, 564, 576),
    "609": (9_694, 9_997, 10_415, 10_942, 11_419, 11_817),
    "886": (1_459, 1_534, 1_630, 1_704, 1_790, 1_896),
}
"""Residents aged 75+ of the plan's years 2019 to 2024: here at the ends of 2018 to 2023."""
_PORI_GROWTH = 0.03
"""Yearly growth of those aged 75+ in Pori before and after that."""


@cache
def _residents_2022() -> dict[str, int]:
    return {code: count for county in counties().values() for code, count in county.residents().items()}


def residents(year: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield (area, age, year, persons) at the end of a year; the age ``SSS`` is the sum of the others."""
    for code in _residents_2022():
        yield from _municipality(code, year)


def residents_of_pori(year: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield the rows of Pori's three municipalities alone, for the years before the counties."""
    for code in PORI_75PLUS:
        yield from _municipality(code, year)


def by_band(code: str, year: int) -> tuple[int, ...]:
    """Residents of one municipality at the end of a year by :data:`BANDS`."""
    return tuple(int(part) for part in np.add.reduceat(_by_age(code, year), _BAND_STARTS))


def _municipality(code: str, year: int) -> Iterator[tuple[str, str, int, int]]:
    persons_by_age = _by_age(code, year)
    yield f"KU{code}", "SSS", year, int(persons_by_age.sum())
    names = [str(age) for age in range(100)] + ["100-"]
    for age, persons in zip(names, persons_by_age, strict=True):
        yield f"KU{code}", age, year, int(persons)


def _by_age(code: str, year: int) -> Ints:
    """Persons of the ages 0 to 100 in a municipality at the end of a year."""
    now = round(_residents_2022()[code] * (1 - _DECLINE) ** (year - 2022))
    weights = _age_weights(year)
    if code not in PORI_75PLUS:
        return apportion(now, weights)
    stated = PORI_75PLUS[code]
    known = min(max(year - _FIRST_YEAR_OF_PORI, 0), len(stated) - 1)
    elderly = round(stated[known] * (1 + _PORI_GROWTH) ** (year - _FIRST_YEAR_OF_PORI - known))
    return np.concatenate([apportion(now - elderly, weights[:75]), apportion(elderly, weights[75:])])


def _age_weights(year: int) -> Floats:
    """Weights of the ages 0 to 100, those of 75 and over growing year by year."""
    ages = np.arange(101)
    weights = np.interp(ages, list(_PYRAMID), list(_PYRAMID.values()))
    return np.where(ages >= 75, weights * (1 + _AGEING) ** (year - 2022), weights)


def land(folder: Path, months: tuple[date, ...], now: datetime) -> list[Path]:
    """Write the population into ``landing/public/vaesto`` for the years that ``months`` and Pori need."""
    years = range(_FIRST_YEAR, max(2025, months[-1].year) + 1)
    early = range(_FIRST_YEAR_OF_PORI, _FIRST_YEAR)
    return [
        _land(folder, early, [row for year in early for row in residents_of_pori(year)], now),
        _land(folder, years, [row for year in years for row in residents(year)], now),
    ]


def _land(folder: Path, years: range, rows: list[tuple[str, str, int, int]], now: datetime) -> Path:
    content = json.dumps(encode_population(rows), ensure_ascii=False).encode()
    control = {"rows": len(rows), "sums": {"vaesto": str(sum(row[3] for row in rows))}, "origin": "generated"}
    landed = datetime(years[-1] + 1, 4, 2, 6)  # noqa: DTZ001 (naive UTC by convention)
    path = folder / "public" / EXTRACT_ID / f"vaesto_{years[0]}_{years[-1]}.json"
    place(path, content, control, min(landed, now))
    return path
