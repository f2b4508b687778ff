"""Sites (``toimipisteet``) and the queue for round-the-clock housing (``asumisjono``) of the demo.

Calibration: none of the counts is in the programme, only the direction and the goal of 25-30 % fewer sites. Ours:
126 sites in Kymenlaakso of which 35 (28 %) close by the end of 2025, and a queue that rises to mid-2024 and
falls below its start. Both hold every row at each scale. The sites of the last month are not delivered:
that is the demo's late delivery.

Does not cover addresses, ownership of premises, or persons who wait.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from sources.demo.arithmetic import apportion, path, whole
from sources.demo.delivery import Delivery, Looks, Thunk, decimal_sql, euros, in_files
from sources.demo.ledger import ACCOUNTS, PATHS
from sources.demo.scene import DIVISIONS, Scene, delivered, files_of, month_end, next_month

SITES = 126
_CLOSING_SHARE = 0.28
_FIRST_CLOSING, _LAST_CLOSING = date(2023, 7, 1), date(2025, 11, 1)
_SITE_KINDS = {
    "TESPA": ("Terveysasema", "Hammashoitola", "Poliklinikka", "Neuvola"),
    "SOSPA": ("Palvelukoti", "Kotihoidon toimipiste", "Toimintakeskus", "Perhekeskus"),
    "PELA": ("Paloasema",),
    "KONSERNI": ("Toimisto", "Varasto"),
}
_RENTS_2023 = 28_000_000_00 * ACCOUNTS["rents"]["4820"] / 12
"""Cents of monthly rent of buildings in Kymenlaakso's budget of 2023."""

QUEUE = (70.0, 84.0, 60.0)
"""Persons waiting in the middle of 2023, 2024 and 2025 in Kymenlaakso."""
_QUEUE_SERVICES = {"2211": 0.8, "2261": 0.2}


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of sites and queue, each to be made when it is called."""
    sites = _sites(scene)
    prompt = scene.months[:-1] if len(scene.months) > 1 else scene.months
    thunks = in_files(files_of(prompt, scene.files_hold), "toimipisteet", partial(_site_list, scene, sites))
    return thunks + in_files(scene.files(), "asumisjono", partial(_queue, scene))


def _sites(scene: Scene) -> pd.DataFrame:
    """One row a site: toimipiste, nimi, kunta, toimiala, decimetres (tenths of m2), cents, closing."""
    random = scene.random("sites")
    count = scene.sized(SITES)
    homes = scene.county.municipalities
    residents = np.array(list(scene.county.residents().values()), dtype=float)
    # The square root gives small municipalities more sites for their size, as in life.
    home = np.repeat(np.arange(len(homes)), apportion(count, np.sqrt(residents)))
    division = random.choice(DIVISIONS, count, p=[0.38, 0.44, 0.12, 0.06])
    kind = [_SITE_KINDS[d][n % len(_SITE_KINDS[d])] for n, d in enumerate(division)]
    area = random.lognormal(6.3, 0.8, count)
    return pd.DataFrame(
        {
            "toimipiste": [f"TP{n:04d}" for n in range(1, count + 1)],
            "nimi": [f"{k} {n}, {homes[h].name_fi}" for n, (k, h) in enumerate(zip(kind, home, strict=True), 1)],
            "kunta": [homes[h].code for h in home],
            "toimiala": division,
            "tenths": whole(area * 10),
            "cents": apportion(round(_RENTS_2023 * scene.county.factor), area),
            "closing": _closings(random, count),
        }
    )


def _closings(random: np.random.Generator, count: int) -> list[date]:
    """Month from which each site is out of use; far away for those that stay."""
    closings = [date(9999, 1, 1)] * count
    months = (_LAST_CLOSING.year - _FIRST_CLOSING.year) * 12 + _LAST_CLOSING.month - _FIRST_CLOSING.month
    chosen = random.permutation(count)[: round(count * _CLOSING_SHARE)]
    for order, site in enumerate(chosen):
        closings[int(site)] = next_month(_FIRST_CLOSING, order * months // len(chosen))
    return closings


def _site_list(scene: Scene, sites: pd.DataFrame, month: date) -> Delivery:
    open_now = sites["closing"] > month
    level = path(month, *PATHS["rents"]) / (sites.loc[open_now, "cents"].sum() / sites["cents"].sum())
    cents = whole(np.where(open_now, sites["cents"] * level, 0.0))
    return Delivery(
        "toimipisteet",
        f"toimipisteet_{month:%Y_%m}",
        delivered(month, 5),
        {
            "KUUKAUSI": f"'{month.month}.{month.year}'",
            "TOIMIPISTE": "toimipiste",
            "NIMI": "nimi",
            "KUNTA": "kunta",
            "TOIMIALA": "toimiala",
            "PINTA_ALA_M2": "replace((tenths * 0.1::DECIMAL(2,1))::VARCHAR, '.', ',')",
            "VUOKRA_EUR": decimal_sql("now_cents"),
            "KÄYTÖSSÄ": "CASE WHEN open_now THEN 'K' ELSE 'E' END",
        },
        sites.drop(columns="closing").assign(open_now=open_now, now_cents=cents),
        looks=Looks(encoding="utf-8-sig"),
        sums={"vuokra_eur": euros(int(cents.sum()))},
    )


def _queue(scene: Scene, month: date) -> Delivery:
    """Two counts a month, of which the later one is the month's figure."""
    counts = [_queue_on(scene, day) for day in (month + timedelta(days=14), month_end(month))]
    table = pd.concat(counts, ignore_index=True)
    return Delivery(
        "asumisjono",
        f"asumisjono_{month:%Y-%m}",
        delivered(month, 4),
        {
            "pvm": "strftime(pvm, '%d.%m.%Y')",
            "palvelu": "palvelu",
            "kunta": "kunta",
            "Jonottajia": "jonottajia",
            "Odotusajan mediaani": "replace(odotus::DECIMAL(6,1)::VARCHAR, '.', ',')",
        },
        table,
        sums={"jonottajia": str(int(table["jonottajia"].sum()))},
    )


def _queue_on(scene: Scene, day: date) -> pd.DataFrame:
    """Persons waiting and their median days (missing where nobody waits) by service and municipality."""
    random = scene.random(f"queue/{day.day > 15}", day.replace(day=1))
    total = scene.sized(path(day, *QUEUE) * (1 + random.normal(0, 0.03)))
    residents = np.array(list(scene.county.residents().values()), dtype=float)
    weights = np.outer(np.array(list(_QUEUE_SERVICES.values())), residents).ravel()
    waiting = apportion(total, weights * random.uniform(0.8, 1.2, len(weights)))
    median = np.round(random.uniform(18, 40, len(weights)) * path(day, *QUEUE) / QUEUE[0], 1)
    codes = [m.code for m in scene.county.municipalities]
    return pd.DataFrame(
        {
            "pvm": pd.Timestamp(day),
            "palvelu": np.repeat(list(_QUEUE_SERVICES), len(codes)),
            "kunta": codes * len(_QUEUE_SERVICES),
            "jonottajia": waiting,
            "odotus": np.where(waiting > 0, median, np.nan),
        }
    )
