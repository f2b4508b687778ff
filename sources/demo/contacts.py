"""Client contacts (``asiakaskontaktit``) of the demo.

Calibration (Kymenlaakso's programme, by resident): 4,660 contacts of primary care and 3,045 of specialised
outpatient care for each 1,000 residents a year (``services.csv``). The other services and all paths through the
years are ours: about half of primary care is remote, mostly by phone, as in the national register; digital
contacts grow from about 9.5 % of all in 2023 to 24 % in 2025.

``scale`` is the share of the contacts made: at scale 0.02 a fiftieth of the county's, so counts and contacts for
each 1,000 residents are a fiftieth too, while shares (digital, remote) are the same. Each month holds at least
:data:`FEWEST`.

Does not cover ward days, emergency calls, waiting times, or who the client is: a client is a number drawn
at random.
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

from sources.demo.arithmetic import Floats, Ints, apportion, path, season, year_fraction
from sources.demo.county import RESIDENTS
from sources.demo.delivery import Delivery, Looks, Thunk, in_files
from sources.demo.scene import STAFF_GROUPS, Scene, days_in, delivered

FEWEST = 300
"""Fewest client contacts of a month, whatever the scale."""

_CLINIC_SEASON = (1.02, 0.98, 1.04, 1.0, 1.02, 0.92, 0.72, 0.94, 1.06, 1.08, 1.06, 0.92)
_HOME_SEASON = (1.0, 0.95, 1.02, 0.99, 1.01, 0.99, 1.0, 1.0, 0.99, 1.02, 1.0, 1.03)

_PHONE = (("R52", "puhelin", 0.62), ("R50", "puhelin", 0.25), ("R52", None, 0.08), ("R56", "kirje", 0.05))
_DIGITAL = (
    ("R52", "video", 0.15),
    ("R52", "chat", 0.25),
    ("R56", "viesti", 0.25),
    ("R56", "lomake", 0.12),
    ("R56", None, 0.13),
    ("R51", None, 0.06),
    ("R51", "viesti", 0.04),
)
_AT_HOME = (("R20", "koti", 0.84), ("R20", None, 0.12), ("R10", "liikkuva", 0.04))
_VISITS = {
    "clinic": (("R10", "vastaanotto", 0.88), ("R10", None, 0.12)),
    "hospital": (("R40", "vastaanotto", 0.55), ("R10", "vastaanotto", 0.40), ("R10", None, 0.05)),
}
_NO_CLIENT = (("R60", None, 0.50), ("R71", None, 0.25), ("R80", None, 0.10), ("R90", "muu", 0.15))
_NO_CLIENT_SHARE = 0.04
_CANCELLED_SHARE = 0.03
"""Rows on top of the client contacts: without a client, and cancelled."""


class Service(NamedTuple):
    """A service class of ``services.csv``.

    ``contacts`` are Kymenlaakso's of 2023 at scale 1 and ``growth`` their change a year. ``digital``,
    ``remote`` (which holds it) and ``home`` are shares of the contacts in 2023 and 2025; nothing is digital
    before ``digital_from``. ``staff`` are weights of the staff groups.
    """

    code: str
    division: str
    contacts: int
    growth: float
    remote: tuple[float, float]
    digital: tuple[float, float]
    digital_from: str
    home: tuple[float, float]
    visits: str
    staff: tuple[int, ...]

    def shares(self, month: date, lead: float = 1.0) -> tuple[float, float, float]:
        """Shares of digital, other remote and home contacts at a month, on the lines from 2023 to 2025.

        ``lead`` is how far ahead the organisation is of Kymenlaakso in the digital share.
        """
        remote, digital, home = (_level(pair, month) for pair in (self.remote, self.digital, self.home))
        digital = min(digital * lead, remote) if f"{month:%Y-%m}" >= self.digital_from else 0.0
        return digital, remote - digital, home

    def volume(self, month: date) -> float:
        """Client contacts of a month at scale 1 in Kymenlaakso."""
        profile = _HOME_SEASON if self.home[0] > 0.5 else _CLINIC_SEASON
        growth: float = (1 + self.growth) ** (year_fraction(month) - 2023.5)
        return self.contacts * growth * season(month, profile)


def _level(pair: tuple[float, float], month: date) -> float:
    low, high = pair
    return min(1.0, max(0.0, path(month, low, (low + high) / 2, high)))


@cache
def services() -> tuple[Service, ...]:
    """Return the service classes that have client contacts."""
    with (Path(__file__).parent / "services.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_service(row) for row in csv.DictReader(file))


def _service(row: dict[str, str]) -> Service:
    def pair(name: str) -> tuple[float, float]:
        return float(row[f"{name}_2023"]), float(row[f"{name}_2025"])

    return Service(
        row["palveluluokka"],
        row["toimiala"],
        int(row["contacts_2023"]),
        float(row["growth"]),
        pair("remote"),
        pair("digital"),
        row["digital_from"],
        pair("home"),
        row["visits"],
        tuple(int(row[group]) for group in STAFF_GROUPS),
    )


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of the contacts, each to be made when it is called."""
    return in_files(scene.files(), "asiakaskontaktit", partial(_contacts, scene))


def kinds(month: date, lead: float = 1.0) -> pd.DataFrame:
    """Every kind of contact that a month has, and how many of it are expected at scale 1 in Kymenlaakso.

    ``lead`` multiplies the digital shares.

    Columns: service (position in :func:`services`), palvelu, toimiala, yhteystapa, kanava, peruttu, expected.
    """
    rows = [row for number, service in enumerate(services()) for row in _kinds(number, service, month, lead)]
    columns = ["service", "palvelu", "toimiala", "yhteystapa", "kanava", "peruttu", "expected"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["expected"] > 0].reset_index(drop=True)


def _kinds(number: int, service: Service, month: date, lead: float) -> Iterator[tuple[object, ...]]:
    volume = service.volume(month)
    digital, other_remote, home = service.shares(month, lead)
    visits = _VISITS[service.visits]
    for modes, share, cancelled in (
        (_DIGITAL, digital, "E"),
        (_PHONE, other_remote, "E"),
        (_AT_HOME, home, "E"),
        (visits, max(0.0, 1 - digital - other_remote - home), "E"),
        (_NO_CLIENT, _NO_CLIENT_SHARE, "E"),
        (visits, _CANCELLED_SHARE, "K"),
    ):
        for mode, channel, part in modes:
            expected = volume * share * part
            yield number, service.code, service.division, mode, channel, cancelled, expected


def _contacts(scene: Scene, month: date) -> Delivery:
    kind = kinds(month, scene.county.digital_lead)
    kind["kind"] = range(len(kind))
    return Delivery(
        "asiakaskontaktit",
        f"asiakaskontaktit_{month:%Y-%m}",
        delivered(month, 3),
        {
            "Kontakti_ID": f"'C{month:%y%m}' || lpad(row_order::VARCHAR, 8, '0')",
            "Pvm": "strftime(pvm, '%d.%m.%Y')",
            "Yksikkö": "left(toimiala, 1) || lpad(unit::VARCHAR, 4, '0')",
            "Toimiala": "toimiala",
            "Palvelu": "palvelu",
            "Yhteystapa": "yhteystapa",
            "Kanava": "kanava",
            "Ammattiryhmä": "CASE "
            + " ".join(f"WHEN staff = {n} THEN '{word}'" for n, word in enumerate(STAFF_GROUPS))
            + " END",
            "Asiakas": "CASE WHEN client > 0 THEN 'A' || lpad(client::VARCHAR, 7, '0') END",
            "Peruttu": "peruttu",
        },
        _rows(scene, month, kind),
        kind,
        "kind",
        Looks(suffix=".csv.gz"),
        _dirt(month),
    )


def _rows(scene: Scene, month: date, kind: pd.DataFrame) -> pd.DataFrame:
    """The month's contacts by day: kind, pvm, unit, client (0 where not known), staff (-1 where not known)."""
    random = scene.random("contacts/rows", month)
    counts = _counts(scene, month, kind)
    of = random.permutation(np.repeat(np.arange(len(kind)), counts))
    count = len(of)
    days = np.datetime64(month) + np.arange(days_in(month))
    weights = np.where(np.is_busday(days), 1.0, 0.25)
    unknown = random.random(count) < 0.03
    staff = _staff(random, kind["service"].to_numpy()[of])
    return pd.DataFrame(
        {
            "kind": of,
            "pvm": np.repeat(days, apportion(count, weights)),
            "unit": random.integers(1, 60, count),
            "client": np.where(random.random(count) < 0.05, 0, random.integers(1, scene.sized(RESIDENTS), count)),
            "staff": np.where(unknown, -1, staff),
        }
    )


def _counts(scene: Scene, month: date, kind: pd.DataFrame) -> Ints:
    """How many contacts of each kind: the expected number with a little noise, rounded without loss."""
    noise = 1 + scene.random("contacts/noise", month).normal(0, 0.01, len(services()))
    expected: Floats = kind["expected"].to_numpy() * noise[kind["service"].to_numpy()] * scene.county.factor
    total = max(FEWEST, round(float(expected.sum()) * scene.scale))
    return apportion(total, expected)


def _staff(random: np.random.Generator, service: Ints) -> Ints:
    """Staff group of each contact, by the weights of its service."""
    cumulative = np.array([np.cumsum(s.staff) / sum(s.staff) for s in services()])
    drawn = random.random(len(service))
    group: Ints = (drawn[:, None] >= cumulative[service]).sum(axis=1)
    return group


def _dirt(month: date) -> list[list[str]]:
    """Every other month a channel that is in no list, every fourth an impossible date."""
    contact = f"C{month:%y%m}99999999"
    rows = []
    if month.month % 2 == 0:
        rows.append([contact, f"01.{month:%m.%Y}", "T0001", "TESPA", "2530", "R52", "faksi", "hoitaja", "", "E"])
    if month.month % 4 == 3:
        rows.append([contact, f"32.{month:%m.%Y}", "T0001", "TESPA", "2530", "R10", "", "laakari", "", "E"])
    return rows
