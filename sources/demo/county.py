"""Which county the demo plays, how large it is, and in which municipalities its people live.

Origins: budgets by the State Treasury, population weights by Statistics Finland (both CC BY 4.0), codes and names
of municipalities from the list of the open project osta (Artistic-2.0), their counties by the law on the counties.

The size is the county's budgeted operating expenditure of 2023 relative to Kymenlaakso's (State Treasury,
``counties.csv``): every amount and head count of :mod:`sources.demo` is Kymenlaakso's times that factor.
``municipalities.csv`` gives rough weights (the population of 2009 by Statistics Finland; for Kymenlaakso the
shape of 2022), so a generated population has a believable split and is nobody's statistic.

Pori's joint services, which ended when the counties began, are played by a staff of 400 in the three municipalities
of their action plan. How far each organisation is in digital services is ours.

Does not cover Åland, which has no wellbeing services county, nor other organisers without a budget of their own.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sources.demo.arithmetic import apportion

_FOLDER = Path(__file__).parent
_CALIBRATED = "kymenlaakso"
RESIDENTS = 159_500
"""Residents of Kymenlaakso at the end of 2022, as its programme states them."""
PORI = "pori"
_PORI_CODES = ("484", "609", "886")
_PORI_FACTOR = 400 / 6_600
_DIGITAL_LEADS = {"itauusimaa": 0.85, "vantaakerava": 1.2}


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality by its three-digit code; ``weight`` is its relative size within the county."""

    code: str
    name_fi: str
    weight: int


@dataclass(frozen=True, slots=True)
class County:
    """An organisation of the demo; ``factor`` is its size relative to Kymenlaakso, which is exactly 1.

    ``digital_lead`` is its digital share relative to Kymenlaakso's; ``has_rescue`` whether it runs rescue services.
    """

    organisation_id: str
    factor: float
    municipalities: tuple[Municipality, ...]
    digital_lead: float = 1.0
    has_rescue: bool = True

    def residents(self) -> dict[str, int]:
        """Residents at 31 December 2022 by municipality code; they sum to the county's total exactly."""
        weights = np.array([m.weight for m in self.municipalities], dtype=float)
        counts = apportion(round(RESIDENTS * self.factor), weights)
        return {m.code: int(n) for m, n in zip(self.municipalities, counts, strict=True)}


@cache
def counties() -> Mapping[str, County]:
    """Return every county that can be generated, by organisation id."""
    municipalities: dict[str, list[Municipality]] = {}
    for row in _rows("municipalities.csv"):
        one = Municipality(row["code"], row["name_fi"], int(row["weight"]))
        municipalities.setdefault(row["organisation_id"], []).append(one)
    budgets = {row["organisation_id"]: float(row["budget_2023_eur_million"]) for row in _rows("counties.csv")}
    return {
        name: County(name, budget / budgets[_CALIBRATED], tuple(municipalities[name]), _DIGITAL_LEADS.get(name, 1.0))
        for name, budget in budgets.items()
    }


@cache
def joint_services() -> County:
    """Return Pori's joint services: older than the counties, and of municipalities that one of them has now."""
    municipalities = counties()["satakunta"].municipalities
    return County(PORI, _PORI_FACTOR, tuple(m for m in municipalities if m.code in _PORI_CODES), has_rescue=False)


def county(organisation_id: str) -> County:
    """Return one organisation; ValueError, naming those there are, for an unknown id."""
    known = {**counties(), PORI: joint_services()}
    if organisation_id not in known:
        raise ValueError(f"No calibration for the organisation {organisation_id!r}; known: {', '.join(known)}")
    return known[organisation_id]


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
