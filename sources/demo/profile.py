"""Which extracts each organisation of the demo delivers, of which months, and in how many files.

Kymenlaakso delivers everything, a file a month as its suppliers would, but its register and client counts by year. A
file costs a night the same whether it is small or large, so the other three deliver their history in few: Itä-Uusimaa
by year, the two older programmes in one file an extract or a year. A county without a programme of its own delivers
what Kymenlaakso has, but no register, figures or clients.

The programmes of Pori (2021-2024, followed from 2019) and of Vantaa and Kerava (2020-2021) are older than the counties:
their spans are their own and follow no argument. What Vantaa and Kerava deliver as a county, contacts to be compared
with, is of the months asked for, and of a tenth of the contacts.

Does not cover what the extracts hold.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sources.demo import (
    clients,
    contacts,
    figures,
    joint_ledger,
    ledger,
    places,
    projects,
    reform,
    register,
    staff,
    visits,
)
from sources.demo.county import PORI
from sources.demo.delivery import Thunk
from sources.demo.scene import Scene, months_between

PROGRAMMES = ("kymenlaakso", "itauusimaa", PORI, "vantaakerava")
"""Organisations whose programmes the demo shows."""

PORI_SPAN = (date(2019, 1, 1), date(2024, 12, 1))
_PORI_BOOKS = date(2020, 1, 1)
"""Ledger, staff and figures of Pori are delivered from here on, contacts and clients from the start of the span."""
REFORM_SPAN = (date(2020, 5, 1), date(2021, 12, 1))
_CONTACTS_OF_VANTAA_AND_KERAVA = 0.1


def scene_of(scene: Scene) -> Scene:
    """Return the scene with the organisation's own span and way of delivering."""
    if scene.county.organisation_id == PORI:
        return replace(scene, months=months_between(*PORI_SPAN), files_hold="all")
    if scene.county.organisation_id in ("itauusimaa", "vantaakerava"):
        return replace(scene, files_hold="year")
    return scene


def plan(scene: Scene) -> list[Thunk]:
    """Return every delivery of the organisation's own extracts, each to be made when it is called."""
    own = {"kymenlaakso": _kymenlaakso, "itauusimaa": _itauusimaa, PORI: _pori, "vantaakerava": _vantaakerava}
    return own.get(scene.county.organisation_id, _county)(scene)


def _county(scene: Scene) -> list[Thunk]:
    return [thunk for part in (ledger, staff, contacts, places, projects) for thunk in part.plan(scene)]


def _kymenlaakso(scene: Scene) -> list[Thunk]:
    by_year = replace(scene, files_hold="year")
    return [*_county(scene), *register.plan(by_year), *figures.plan(scene), *clients.plan(by_year)]


def _itauusimaa(scene: Scene) -> list[Thunk]:
    parts = (ledger, staff, contacts, places, register, figures)
    return [thunk for part in parts for thunk in part.plan(scene)]


def _pori(scene: Scene) -> list[Thunk]:
    books = scene.within(_PORI_BOOKS)
    return [
        *joint_ledger.plan(books),
        *staff.plan_without_surveys(books),
        *visits.plan(scene),
        *clients.plan(scene),
        *figures.plan(books),
    ]


def _vantaakerava(scene: Scene) -> list[Thunk]:
    followed = replace(scene, months=months_between(*REFORM_SPAN))
    compared = replace(scene, scale=scene.scale * _CONTACTS_OF_VANTAA_AND_KERAVA)
    return [*reform.plan(scene), *figures.plan(followed), *contacts.plan(compared)]
