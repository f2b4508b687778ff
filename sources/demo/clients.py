"""Clients and places (``asiakasmaarat``) of the demo, by service, municipality and age band.

Calibration: ``clients.csv``. Pori's action plan of 25.3.2021 gives the shares of residents aged 75+ in home care
(12.0 % in 2019, 13.1 % in 2024) and in round-the-clock care (9.3 % and 6.0 %) as a path for each year, 304 informal
carers' clients under 18 in 2020, and the targets of informal care (7 % of residents aged 75+), remote care (5 % of
home-care clients), family care (+5 %), supported housing (+10 a year) and child protection (-5 %). The demo runs a
little behind the paths and targets, but family care ahead. Kymenlaakso's 9.3 % in round-the-clock care is its
programme's of 2021; its other shares, and all levels that no document gives, are ours.

``levels`` stand at the end of the year before ``first_year`` and of each year from then on, joined by straight lines;
after the last it stays. They are ``persons`` of the whole organisation, or ``percent`` of the residents of the age band
at 31 December of the year before, which is the denominator of the figures that are made of them. A total is split
over municipalities by residents of the band. Nothing depends on ``scale``.

Does not cover who moves from one service to another: bands and services are independent of one another.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sources.demo.arithmetic import apportion
from sources.demo.delivery import Delivery, Looks, Thunk, in_files
from sources.demo.population import BANDS, by_band
from sources.demo.scene import Scene, delivered

_NOISE = 0.003
"""Of the counts that follow a share; counts of persons are on their lines exactly."""


class Service(NamedTuple):
    """A row of ``clients.csv``; ``places`` for each client, 0 where the service is not counted in places."""

    palvelu: str
    ikaryhma: str
    unit: str
    first_year: int
    levels: tuple[float, ...]
    places: float

    def clients(self, month: date, codes: tuple[str, ...]) -> float:
        """Clients at the end of a month in the municipalities ``codes``: between two Decembers, evenly."""
        share = month.month / 12
        return (1 - share) * self._in_december(month.year - 1, codes) + share * self._in_december(month.year, codes)

    def _in_december(self, year: int, codes: tuple[str, ...]) -> float:
        level = self.levels[min(year - self.first_year + 1, len(self.levels) - 1)]
        return level if self.unit == "persons" else level / 100 * sum(residents(codes, year - 1, self.ikaryhma))


@cache
def residents(codes: tuple[str, ...], year: int, band: str) -> tuple[int, ...]:
    """Residents of an age band in each municipality at the end of a year."""
    return tuple(by_band(code, year)[BANDS.index(band)] for code in codes)


@cache
def services(organisation_id: str) -> tuple[Service, ...]:
    """Return the services that an organisation counts."""
    with (Path(__file__).parent / "clients.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_service(row) for row in csv.DictReader(file) if row["organisation_id"] == organisation_id)


def _service(row: dict[str, str]) -> Service:
    return Service(
        row["palvelu"],
        row["ikaryhma"],
        row["unit"],
        int(row["first_year"]),
        tuple(float(level) for level in row["levels"].split("|")),
        float(row["places"] or 0),
    )


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of clients and places, each to be made when it is called."""
    return in_files(scene.files(), "asiakasmaarat", partial(_counts, scene))


def _rows(scene: Scene, month: date) -> Iterator[tuple[str, str, str, int, int | None]]:
    codes = tuple(m.code for m in scene.county.municipalities)
    random = scene.random("clients", month)
    for service in services(scene.county.organisation_id):
        weights = np.array(residents(codes, month.year - 1, service.ikaryhma), dtype=float)
        noise = random.normal(1, _NOISE) if service.unit == "percent" else 1.0
        parts = apportion(round(service.clients(month, codes) * noise), weights)
        for code, clients in zip(codes, parts, strict=True):
            places = math.ceil(int(clients) * service.places) if service.places else None
            yield service.palvelu, code, service.ikaryhma, int(clients), places


def _counts(scene: Scene, month: date) -> Delivery:
    table = pd.DataFrame(_rows(scene, month), columns=["palvelu", "kunta", "ikaryhma", "asiakkaita", "paikkoja"])
    return Delivery(
        "asiakasmaarat",
        f"asiakasmaarat_{month:%Y-%m}",
        delivered(month, 12),
        {
            "Kuukausi": f"'{month:%m/%Y}'",
            "Palvelu": "palvelu",
            "Kuntanumero": "kunta",
            "Ikäryhmä": "ikaryhma",
            "Asiakkaita": "asiakkaita",
            "Paikkoja": "paikkoja::INTEGER",
        },
        table.astype({"paikkoja": "Int64"}),
        looks=Looks(encoding="utf-8-sig"),
        sums={"asiakkaita": str(int(table["asiakkaita"].sum()))},
    )
