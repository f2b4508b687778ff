"""The register of measures (``toimenpiteet``) of the demo, month by month as it stood.

Calibration. Kymenlaakso (productivity programme 2023-2025, version 1.1): 110 measures for its six goals, which plan to
save 78 M EUR, by division within the programme's ranges (at most 52, 21, 0.4 and 5 M EUR); investments are of the
state's stabilisation money, by the programme's shares. Itä-Uusimaa (productivity programme of 9.11.2023): the 30
objects of its seven spearheads have one to three measures each, whose planned savings share 51 M EUR in proportion to
the objects' potentials (7, 17 and 27 M EUR in the three years); objects that only enable have none. Their realised
savings follow that path from in front to 85 % of it at the end of June 2025. Names of measures, schedules, who is late
or interrupted, Kymenlaakso's path of realised savings and Itä-Uusimaa's investments are ours.

Planned savings are of a measure's whole life. Realised savings and investments are stands: from the start to the end of
the reporting month. They never fall. The responsible are roles. Nothing depends on ``scale``.

Does not tie the savings to the ledger: what the register reports and what the books show may differ, as in life.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sources.demo.arithmetic import Floats, Ints, apportion
from sources.demo.delivery import Delivery, Looks, Thunk, decimal_sql, euros, in_files
from sources.demo.projects import ALLOCATIONS, TOTAL_CENTS
from sources.demo.scene import Scene, delivered, month_end, month_of, next_month

_MILLION = 1_000_000_00


class Programme(NamedTuple):
    """``saved`` are accumulated cents at month ends, joined by lines; before ``first`` there is no register."""

    first: date
    saved: Mapping[str, float]
    late_share: float
    interrupted: int


PROGRAMMES = {
    "kymenlaakso": Programme(
        date(2023, 7, 1),
        {"2023-06": 0, "2023-12": 7.5, "2024-12": 25.0, "2025-12": 46.0, "2026-12": 53.0},
        0.3,
        5,
    ),
    "itauusimaa": Programme(
        date(2024, 1, 1),
        # 97, 93, 85 and 84 % of the programme's path, which is 3.5, 7, 15.5, 24 and 51 at these month ends.
        {"2023-12": 0, "2024-06": 3.395, "2024-12": 6.51, "2025-06": 13.175, "2025-12": 20.16, "2026-12": 42.84},
        0.4,
        2,
    ),
}
DIVISION_SAVINGS = {"TESPA": 52.0, "SOSPA": 21.0, "PELA": 0.4, "KONSERNI": 4.6}
"""Kymenlaakso's planned savings, million EUR."""
ITAUUSIMAA_SAVINGS = 51.0
_GOAL_WEIGHTS = {
    "neuvonta": 2.0,
    "digipalvelut": 2.5,
    "automaatio": 2.0,
    "palveluverkko": 3.0,
    "tieto": 8.0,
    "tyonantaja": 3.0,
}
"""Most of Kymenlaakso's savings are to come from purchases."""
_GOAL_ALLOCATIONS = {
    "neuvonta": "digi",
    "digipalvelut": "digi",
    "automaatio": "digi",
    "palveluverkko": "verkko",
    "tieto": "ostot",
    "tyonantaja": "henkilosto",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. ``ends`` is when it really ends, ``loppu`` when it was to; cents of its whole life."""

    tunnus: str
    nimi: str
    tavoite: str
    teema: str
    toimiala: str
    vastuurooli: str
    alku: date = date.min
    loppu: date = date.max
    ends: date = date.max
    stopped: date | None = None
    planned: int = 0
    invested: int = 0

    def elapsed(self, month: date) -> float:
        """Share of its real duration at the end of a month, from 0 to 1; it stands still once interrupted."""
        end = min(month_end(month), self.stopped or date.max)
        days = (self.ends - self.alku).days
        return min(1.0, max(0.0, (end - self.alku).days / days))

    def state(self, month: date) -> str:
        """``tila`` at the end of a month."""
        end = month_end(month)
        if self.stopped and self.stopped <= end:
            return "keskeytetty"
        if end < self.alku:
            return "ei_aloitettu"
        if end >= self.ends:
            return "valmis"
        return "viivassa" if end >= self.loppu else "kaynnissa"


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of the register, each to be made when it is called."""
    wanted = scene.within(PROGRAMMES[scene.county.organisation_id].first)
    if not wanted.months:
        return []
    return in_files(wanted.files(), "toimenpiteet", partial(_month, stands(wanted)))


def measures(scene: Scene) -> list[Measure]:
    """Every measure of the organisation's programme, with its schedule and money."""
    programme = PROGRAMMES[scene.county.organisation_id]
    planned = {"kymenlaakso": _of_kymenlaakso, "itauusimaa": _of_itauusimaa}[scene.county.organisation_id](scene)
    random = scene.random("register/trouble")
    chosen = random.permutation(len(planned))
    late = set(chosen[: round(len(planned) * programme.late_share)].tolist())
    # Interrupted are some of the smaller ones that are not late.
    small = sorted((n for n in range(len(planned)) if n not in late), key=lambda n: planned[n].planned)
    small = [n for n in small if planned[n].planned][: len(small) // 2]
    stopped = set(random.choice(small, programme.interrupted, replace=False).tolist())
    result = []
    for number, measure in enumerate(planned):
        delay, after = int(random.integers(3, 13)), int(random.integers(4, 10))
        if number in late:
            measure = replace(measure, ends=month_end(next_month(measure.loppu.replace(day=1), delay)))
        if number in stopped:
            measure = replace(measure, stopped=month_end(next_month(measure.alku, after)))
        result.append(measure)
    return result


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _of_kymenlaakso(scene: Scene) -> list[Measure]:
    random = scene.random("register/measures")
    found = [
        Measure("", f"{row['nimi']}: {part}", row["tavoite"], row["teema"], row["toimiala"], row["vastuurooli"])
        for row in _rows("register_kymenlaakso.csv")
        for part in row["kohteet"].split("|")
    ]
    weights = np.array([_GOAL_WEIGHTS[m.tavoite] for m in found]) * random.uniform(0.4, 1.6, len(found))
    planned = np.zeros(len(found), dtype=np.int64)
    for division, millions in DIVISION_SAVINGS.items():
        here = np.array([m.toimiala == division for m in found])
        planned[here] = apportion(round(millions * _MILLION), weights[here])
    invested = _stabilisation(found)
    result = []
    for number, measure in enumerate(found):
        begins = next_month(date(2023, 7, 1), int(random.choice([-2, 0, 0, 2, 2, 6, 6, 9, 14, 18])))
        last = min(next_month(begins, int(random.integers(8, 28))), date(2025, 12, 1))
        result.append(
            replace(
                measure,
                tunnus=f"KY-{number + 1:03d}",
                alku=begins,
                loppu=month_end(last),
                ends=month_end(last),
                planned=int(planned[number]),
                invested=int(invested[number]),
            )
        )
    return result


def _stabilisation(found: list[Measure]) -> Ints:
    """Cents of the state's money for each measure: its goal's allocation, and its part of those common to all."""
    weights = np.zeros(len(found))
    for allocation, money in ALLOCATIONS.items():
        own = [_GOAL_ALLOCATIONS[m.tavoite] == allocation for m in found]
        here = np.array(own if any(own) else [True] * len(found))
        weights[here] += money.share * money.spent / here.sum()
    return apportion(round(TOTAL_CENTS * sum(a.share * a.spent for a in ALLOCATIONS.values())), weights)


def _of_itauusimaa(scene: Scene) -> list[Measure]:
    random = scene.random("register/measures")
    objects = _rows("register_itauusimaa.csv")
    planned = apportion(round(ITAUUSIMAA_SAVINGS * _MILLION), np.array([float(row["meur"] or 0) for row in objects]))
    result = []
    for row, cents in zip(objects, planned, strict=True):
        names = row["namn"].split("|")
        parts = apportion(int(cents), random.uniform(0.6, 1.4, len(names)))
        for letter, name, part in zip("abc", names, parts, strict=False):
            last = month_of(row["loppu"])
            begins = next_month(date(2024, 1, 1), int(random.integers(0, 3 if last.year == 2024 else 9)))
            measure = Measure(
                f"{row['teema']}{letter}", name, row["teema"], row["teema"], row["toimiala"], row["vastuurooli"]
            )
            result.append(
                replace(
                    measure,
                    alku=begins,
                    loppu=month_end(last),
                    ends=month_end(last),
                    planned=int(part),
                    # 40,000 EUR each and 4 % of what is to be saved.
                    invested=40_000_00 + int(part) * 4 // 100,
                )
            )
    return result


def saved_cents(organisation_id: str, month: date) -> int:
    """Accumulated saving that the register of an organisation shows at the end of a month."""
    points = PROGRAMMES[organisation_id].saved
    serials = [_serial(month_of(text)) for text in points]
    return round(float(np.interp(_serial(month), serials, list(points.values()))) * _MILLION)


def _serial(month: date) -> int:
    return month.year * 12 + month.month


def stands(scene: Scene) -> pd.DataFrame:
    """The register at the end of each month of the scene: a row a measure and month, in their order.

    It is followed from the programme's first month on, so that a month is the same whichever months are asked for.
    """
    found = measures(scene)
    planned = np.array([m.planned for m in found], dtype=np.int64)
    realised = np.zeros(len(found), dtype=np.int64)
    month = PROGRAMMES[scene.county.organisation_id].first
    frames = []
    while month <= scene.months[-1]:
        realised = realised + _saved_in(
            found, planned - realised, month, saved_cents(scene.county.organisation_id, month) - int(realised.sum())
        )
        if month >= scene.months[0]:
            frames.append(_frame(found, realised, month))
        month = next_month(month)
    return pd.concat(frames, ignore_index=True)


def _saved_in(found: list[Measure], left: Ints, month: date, cents: int) -> Ints:
    """Split a month's saving over the measures that are under way or done, by what they have left to save.

    A measure saves faster the further it is; what none can take waits for the next month.
    """
    weights: Floats = np.array(
        [
            0.0 if measure.state(month) in ("ei_aloitettu", "keskeytetty") else 0.2 + 0.8 * measure.elapsed(month)
            for measure in found
        ]
    ) * left.astype(float)
    if weights.sum() <= 0:
        return np.zeros_like(left)
    return np.minimum(apportion(cents, weights), left)


def _frame(found: list[Measure], realised: Ints, month: date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": month,
            "tunnus": [m.tunnus for m in found],
            "nimi": [m.nimi for m in found],
            "tavoite": [m.tavoite for m in found],
            "teema": [m.teema for m in found],
            "toimiala": [m.toimiala for m in found],
            "vastuurooli": [m.vastuurooli for m in found],
            "alku": [f"{m.alku:%d.%m.%Y}" for m in found],
            "loppu": [f"{m.loppu:%d.%m.%Y}" for m in found],
            "tila": [m.state(month) for m in found],
            "valmius": [int(100 * m.elapsed(month)) for m in found],
            "planned": [m.planned for m in found],
            "realised": realised,
            "invested": [round(m.invested * m.elapsed(month)) for m in found],
        }
    )


def _month(register: pd.DataFrame, month: date) -> Delivery:
    table = register[register["month"] == month].drop(columns="month")
    totals = {"saasto_tavoite_eur": "planned", "saasto_toteuma_eur": "realised", "panostus_eur": "invested"}
    return Delivery(
        "toimenpiteet",
        f"toimenpiteet_{month:%Y-%m}",
        delivered(month, 9),
        {
            "Raportointikuukausi": f"'{month:%Y-%m}'",
            "Tunnus": "tunnus",
            "Nimi": "nimi",
            "Tavoite": "tavoite",
            "Teema": "teema",
            "Toimiala": "toimiala",
            "Vastuurooli": "vastuurooli",
            "Alku": "alku",
            "Loppu": "loppu",
            "Tila": "tila",
            "Valmius %": "valmius",
            "Säästötavoite €": decimal_sql("planned"),
            "Säästötoteuma €": decimal_sql("realised"),
            "Panostus €": decimal_sql("invested"),
        },
        table,
        looks=Looks(encoding="cp1252"),
        sums={column: euros(int(table[cents].sum())) for column, cents in totals.items()},
    )
