"""Client contacts (``asiakaskontaktit``) of Pori's joint services, where what counts is how often one client comes.

Calibration: Pori's action plan of 25.3.2021 counts 537 persons with nine or more visits to health-centre receptions in
2019 and wants none in 2023. Here they are 537 in 2019 at scale 1, and fall by far less than planned; everything else
(volumes, the shares of phone and digital contacts) is ours. ``scale`` is the share of persons and contacts made: at
scale 0.02 eleven persons come nine times or more.

Frequent users come once a month and now and then a second time, so that any twelve months of a frequent user hold at
least nine visits, and stop at a turn of the year. The others come at most four times in a calendar year, so
no twelve months of theirs hold nine.

Does not cover other organisations' contacts: see :mod:`sources.demo.contacts`.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from sources.demo.arithmetic import Ints
from sources.demo.delivery import Delivery, Looks, Thunk, in_files
from sources.demo.scene import Scene, days_in, delivered

FIRST_YEAR = 2019
FREQUENT = (537, 521, 498, 472, 449, 431)
"""Persons with nine or more visits in 2019 and the following years at scale 1."""
_OTHERS = 60_000
"""Persons at scale 1 who come now and then."""
_MOST_VISITS = 4
_SECOND_VISIT = 0.2
"""Probability that a frequent user comes a second time in a month."""
_ELSEWHERE = 9_000
"""Contacts of a month at scale 1 other than reception visits with a known client."""
_KINDS = (
    # palvelu, toimiala, yhteystapa, kanava, peruttu, share in 2019, change a year
    ("2536", "TESPA", "R52", "puhelin", "E", 0.46, -0.010),
    ("2536", "TESPA", "R56", "viesti", "E", 0.03, 0.010),
    ("2536", "TESPA", "R52", "chat", "E", 0.01, 0.008),
    ("2235", "SOSPA", "R20", "koti", "E", 0.34, 0.002),
    ("2235", "SOSPA", "R52", "video", "E", 0.01, 0.006),
    ("2536", "TESPA", "R10", "vastaanotto", "K", 0.05, 0.0),
    ("2131", "SOSPA", "R10", "vastaanotto", "E", 0.10, -0.016),
)


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of the contacts, each to be made when it is called."""
    return in_files(scene.files(), "asiakaskontaktit", partial(_contacts, scene))


def frequent_users(scene: Scene, year: int) -> int:
    """How many clients come nine times or more in a year."""
    return max(1, round(FREQUENT[min(year - FIRST_YEAR, len(FREQUENT) - 1)] * scene.scale))


def visits(scene: Scene, month: date) -> Ints:
    """The client of each reception visit of a month; frequent users have the lowest numbers."""
    random = scene.random("visits", month)
    frequent = np.arange(1, frequent_users(scene, month.year) + 1)
    again = frequent[random.random(len(frequent)) < _SECOND_VISIT]
    clients: Ints = np.concatenate([frequent, again, _others(scene, month)])
    return clients


def _others(scene: Scene, month: date) -> Ints:
    """Who of the others comes in a month: each has 0 to 4 visits a year, in months drawn for the year."""
    random = scene.random("visits/others", date(month.year, 1, 1))
    count = max(1, round(_OTHERS * scene.scale))
    wanted = random.integers(0, _MOST_VISITS + 1, count)
    drawn = random.integers(1, 13, (count, _MOST_VISITS))
    comes = (drawn == month.month) & (np.arange(_MOST_VISITS) < wanted[:, None])
    # Numbers above those of the frequent users of any year.
    number = frequent_users(scene, FIRST_YEAR) + 1 + np.arange(count)
    clients: Ints = np.repeat(number, comes.sum(axis=1))
    return clients


def _contacts(scene: Scene, month: date) -> Delivery:
    table = _rows(scene, month)
    return Delivery(
        "asiakaskontaktit",
        f"asiakaskontaktit_{month:%Y-%m}",
        delivered(month, 4),
        {
            "Käyntitunnus": f"'K{month:%y%m}' || lpad(row_order::VARCHAR, 8, '0')",
            "Käyntipvm": "strftime(pvm, '%Y-%m-%d')",
            "Yksikkö": "'STK' || unit",
            "Toimiala": "toimiala",
            "Palvelu": "palvelu",
            "Yhteystapa": "yhteystapa",
            "Kanava": "kanava",
            "Ammattiryhmä": "staff",
            "Asiakas": "CASE WHEN client > 0 THEN 'A' || lpad(client::VARCHAR, 7, '0') END",
            "Peruttu": "peruttu",
        },
        table,
        looks=Looks(suffix=".csv.gz"),
    )


def _rows(scene: Scene, month: date) -> pd.DataFrame:
    random = scene.random("visits/rows", month)
    known = visits(scene, month)
    elsewhere = max(len(_KINDS), round(_ELSEWHERE * scene.scale))
    weights = np.array([kind[5] + kind[6] * (month.year - FIRST_YEAR) for kind in _KINDS])
    kind = random.choice(len(_KINDS), elsewhere, p=weights / weights.sum())
    names = ["palvelu", "toimiala", "yhteystapa", "kanava", "peruttu"]
    others = pd.DataFrame([_KINDS[n][:5] for n in kind], columns=names)
    # Not every client of these is recorded; none of them is a visit that counts.
    others["client"] = random.integers(0, max(2, round(_OTHERS * scene.scale)), elsewhere)
    reception = pd.DataFrame(
        {
            "palvelu": np.where(random.random(len(known)) < 0.7, "2536", "2530"),
            "toimiala": "TESPA",
            "yhteystapa": "R10",
            "kanava": "vastaanotto",
            "peruttu": "E",
            "client": known,
        }
    )
    table = pd.concat([reception, others], ignore_index=True)
    days = np.datetime64(month) + np.arange(days_in(month))
    open_days = days[np.is_busday(days)]
    table["pvm"] = random.choice(open_days, len(table))
    table["unit"] = random.integers(1, 9, len(table))
    table["staff"] = random.choice(["laakari", "hoitaja"], len(table), p=[0.4, 0.6])
    return table.sort_values("pvm", kind="stable", ignore_index=True)
