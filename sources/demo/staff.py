"""Staffing (``henkilosto``), sick leave (``sairauspoissaolot``) and staff surveys (``enps_vastaukset``).

Calibration (Kymenlaakso's programme): 6,600 employees and 6,015 full-time equivalents, by staff group
5/31/17/31/15 % (which sums to 99; the rest is put to "muu"), eNPS -9 in December 2022. Ours: about 21 days of
own sickness for each full-time equivalent a year, high in winter and falling slowly; 200 hired persons on
top of the employees, falling; about two surveys a year that rise to +10.

These extracts always hold the whole staff: ``scale`` does not touch them, so days for each full-time
equivalent, the score and the head counts are the same at every scale. Persons are numbers, never names.

Does not cover pay, ages, diagnoses, overtime or annual leave.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd

from sources.demo.arithmetic import Floats, Ints, apportion, path, season, whole
from sources.demo.delivery import Delivery, Looks, Thunk, in_files, joined
from sources.demo.scene import (
    DIVISIONS,
    STAFF_GROUPS,
    Scene,
    days_in,
    delivered,
    month_end,
    next_month,
)

EMPLOYEES = 6_600
FTE = 6_015.0
HIRED = 200
FTE_PATH = (1.0, 1.005, 1.01)
"""Full-time equivalents relative to 6,015: own staff replaces bought services."""
_HIRED_PATH = (1.0, 0.9, 0.7)
_GROUP_SHARES = np.array([5.0, 31.0, 17.0, 31.0, 16.0])
_DIVISION_SHARES = np.array(
    [
        [92, 8, 0, 0],
        [62, 38, 0, 0],
        [7, 93, 0, 0],
        [35, 65, 0, 0],
        [15, 15, 32, 38],
    ],
    dtype=float,
)
"""Share of each division (TESPA, SOSPA, PELA, KONSERNI) within each staff group, percent."""
_LEAVING = 0.009
"""Share of employees who are replaced in a month."""

SICK_DAYS = (21.0, 20.2, 19.0)
"""Days of own sickness for each full-time equivalent in 2023, 2024 and 2025."""
_SICK_SEASON = (1.22, 1.25, 1.15, 1.0, 0.9, 0.8, 0.68, 0.85, 1.0, 1.05, 1.05, 1.05)
_SPELL_LENGTHS = ((1, 3, 0.60), (4, 10, 0.25), (11, 30, 0.10), (31, 120, 0.05))
"""Shortest, longest, share: spells in days, even within a class."""
_LEAD_MONTHS = 5
"""Spells are drawn from so many months before the first, so that its first days are not empty."""
_PART_TIME = 0.04
_OPEN_ENDED = 0.15
"""Share of spells of over 20 days whose end is not known when they are first delivered."""

ENPS_FIRST = (date(2022, 12, 1), -9)
ENPS_LAST = (date(2025, 12, 1), 10)
_ANSWERS = 3_600


def plan(scene: Scene) -> list[Thunk]:
    """Return the deliveries of staffing, sick leave and surveys, each to be made when it is called."""
    rounds = survey_months(scene)
    if scene.files_hold == "month" or not rounds:
        return [*plan_without_surveys(scene), *(partial(_survey, scene, month) for month in rounds)]
    return [*plan_without_surveys(scene), partial(_surveys, scene, rounds)]


def plan_without_surveys(scene: Scene) -> list[Thunk]:
    """Return the deliveries of staffing and sick leave alone."""
    slots = staff(scene)
    thunks = in_files(scene.files(), "henkilosto", partial(_staffing, scene, slots))
    spells = _Spells(scene, slots)
    if scene.files_hold == "month":
        return thunks + [partial(_sick_leave, spells, *quarter) for quarter in _quarters(scene.months)]
    return thunks + [partial(_sick_leave, spells, months[0], months[-1], words) for words, months in scene.files()]


def staff(scene: Scene) -> pd.DataFrame:
    """One row for each post: hired, staff_group, division (1 to 4), centre, working_time (percent), fixed_term.

    Employees come first. A post keeps its group, division and cost centre; its holder changes.
    """
    random = scene.random("staff/posts")
    employees, hired = scene.sized(EMPLOYEES), scene.sized(HIRED)
    group = np.concatenate(
        [
            np.repeat(np.arange(5), apportion(employees, _GROUP_SHARES)),
            random.choice([0, 1, 3], hired, p=[0.4, 0.4, 0.2]),
        ]
    )
    shares = _DIVISION_SHARES if scene.county.has_rescue else _without_rescue(_DIVISION_SHARES)
    division = np.concatenate([_divisions(group[:employees], shares), random.choice([1, 2], hired, p=[0.75, 0.25])])
    count = employees + hired
    part_time = random.choice([100.0, 80.0, 78.43, 60.0, 50.0], count, p=[0.80, 0.08, 0.05, 0.04, 0.03])
    return pd.DataFrame(
        {
            "hired": np.arange(count) >= employees,
            "staff_group": group,
            "division": division,
            "centre": random.integers(100, 140, count),
            "working_time": part_time,
            "fixed_term": random.random(count) < 0.17,
        }
    )


def _divisions(group: Ints, shares: Floats) -> Ints:
    """Divisions of the employees of each staff group, by ``shares`` (a row a group, a column a division)."""
    parts = [np.repeat(np.arange(1, 5), apportion(int((group == g).sum()), row)) for g, row in enumerate(shares)]
    return np.concatenate(parts)


def _without_rescue(shares: Floats) -> Floats:
    """The same shares for an organisation whose rescue services are somebody else's."""
    without: Floats = shares * np.array([1.0, 1.0, 0.0, 1.0])
    return without


def _holders(scene: Scene, count: int, month: date) -> Ints:
    """Number of the person in each post in a month: posts change hands as people leave."""
    generation = np.zeros(count, dtype=np.int64)
    for earlier in scene.months:
        if earlier >= month:
            break
        generation += scene.random("staff/leavers", earlier).random(count) < _LEAVING
    # Successors get numbers above those of everybody who was there from the start.
    return np.arange(count) + 1 + generation * (count + 1)


def _person_sql(number: str) -> str:
    return f"'H' || lpad(({number})::VARCHAR, 7, '0')"


def _division_sql() -> str:
    return _choice_sql("division - 1", DIVISIONS)


def _choice_sql(index: str, words: tuple[str, ...]) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"list_extract([{quoted}], ({index})::INTEGER + 1)"


def _staffing(scene: Scene, slots: pd.DataFrame, month: date) -> Delivery:
    present = slots.assign(person=_holders(scene, len(slots), month))
    random = scene.random("staff/month", month)
    hired_now = round(int(slots["hired"].sum()) * path(month, *_HIRED_PATH))
    # Everyone draws, also the hired who are not there: whoever stays draws the same in every month's file.
    away = np.where(random.random(len(slots)) < 0.07, random.random(len(slots)), 1.0)
    units = _fte_units(scene, present, away, path(month, *FTE_PATH) * (1 + random.normal(0, 0.002)))
    table = present.assign(units=units).iloc[: scene.sized(EMPLOYEES) + hired_now]
    odd = scene.files_hold == "month" and month == scene.months[len(scene.months) // 2]
    extra = {"Sopimusala": "'SOTE'"} if odd else {}
    dirt = _staffing_dirt(month, len(extra)) if month.month % 4 == 1 else []
    htv = f"{int(table['units'].sum())}"
    return Delivery(
        "henkilosto",
        f"henkilosto_{month:%Y%m}",
        delivered(month, 8),
        {
            "Kuukausi": f"'{month:%m/%Y}'",
            "Henkilö": _person_sql("person"),
            "Toimiala": _division_sql(),
            "Kustannuspaikka": "(division * 10000 + centre)::VARCHAR",
            "Ammattiryhmä": _choice_sql("staff_group", STAFF_GROUPS),
            "Palvelussuhde": "CASE WHEN hired THEN 'vuokra' WHEN fixed_term THEN 'maaraaikainen' ELSE 'vakinainen' END",
            "Työaikaprosentti": "replace(working_time::DECIMAL(5,2)::VARCHAR, '.', ',')",
            "HTV": "replace((units * 0.0001::DECIMAL(5,4))::VARCHAR, '.', ',')",
            **extra,
        },
        table,
        looks=Looks(newline="\r\n"),
        dirt=dirt,
        sums={"htv": f"{htv[:-4] or '0'}.{htv[-4:].zfill(4)}"},
    )


def _fte_units(scene: Scene, present: pd.DataFrame, away: Floats, level: float) -> Ints:
    """Full-time equivalents of each post in ten-thousandths; the employees' sum to the calibrated total."""
    raw = present["working_time"].to_numpy() / 100 * away
    own = ~present["hired"].to_numpy()
    target = FTE * scene.county.factor * level
    raw[own] = raw[own] * target / raw[own].sum()
    return whole(np.clip(raw, 0, 1.5) * 10_000)


def _staffing_dirt(month: date, extra: int) -> list[list[str]]:
    """One row of a staff group that is in no list."""
    cells = [f"{month:%m/%Y}", "H9999999", "SOSPA", "20100", "siivooja", "vakinainen", "100,00", "0,0000"]
    return [cells + [""] * extra]


class _Spells:
    """The sick-leave spells of a demo, drawn month by month of their start and kept once drawn."""

    def __init__(self, scene: Scene, slots: pd.DataFrame) -> None:
        self._scene = scene
        self._posts = len(slots)
        self._own = slots[~slots["hired"]]
        self._drawn: dict[date, pd.DataFrame] = {}

    @property
    def first_month(self) -> date:
        """First month of the demo."""
        return self._scene.months[0]

    def known(self, last: date) -> pd.DataFrame:
        """Every spell that starts by the month ``last``, with those that still went on at the start."""
        months = [next_month(self.first_month, -k) for k in range(_LEAD_MONTHS, 0, -1)]
        months += [m for m in self._scene.months if m <= last]
        spells = pd.concat([self._of(m) for m in months], ignore_index=True)
        return spells[spells["end"] >= pd.Timestamp(self.first_month)]

    def _of(self, month: date) -> pd.DataFrame:
        if month not in self._drawn:
            parts = [self._draw(month, cause) for cause in ("oma", "tapaturma", "lapsi")]
            spells = pd.concat(parts, ignore_index=True)
            self._drawn[month] = spells.drop_duplicates(["person", "start", "cause"], ignore_index=True)
        return self._drawn[month]

    def _draw(self, month: date, cause: str) -> pd.DataFrame:
        random = self._scene.random(f"sick/{cause}", month)
        count = round(self._own_spells(month) * {"oma": 1.0, "tapaturma": 0.03, "lapsi": 0.12}[cause])
        length = _lengths(random, count) if cause != "lapsi" else random.integers(1, 5, count)
        post = random.integers(0, len(self._own), count)
        start = np.datetime64(month) + random.integers(0, days_in(month), count)
        return pd.DataFrame(
            {
                "person": _holders(self._scene, self._posts, month)[post],
                "division": self._own["division"].to_numpy()[post],
                "centre": self._own["centre"].to_numpy()[post],
                "start": pd.to_datetime(start),
                "end": pd.to_datetime(start + (length - 1)),
                "cause": cause,
                "percent": np.where(random.random(count) < _PART_TIME, 50, 100),
                "open": (length > 20) & (random.random(count) < _OPEN_ENDED),
            }
        )

    def _own_spells(self, month: date) -> float:
        """How many spells of own sickness start in a month, so that the days of a year come out."""
        days = FTE * self._scene.county.factor * path(month, *SICK_DAYS) * season(month, _SICK_SEASON)
        mean_length = sum((low + high) / 2 * share for low, high, share in _SPELL_LENGTHS)
        return days / (mean_length * (1 - _PART_TIME / 2))


def _lengths(random: np.random.Generator, count: int) -> Ints:
    lows, highs, shares = (np.array(column) for column in zip(*_SPELL_LENGTHS, strict=True))
    kind = random.choice(len(shares), count, p=shares)
    return random.integers(lows[kind], highs[kind] + 1)


def _quarters(months: tuple[date, ...]) -> list[tuple[date, date]]:
    """First and last month of each calendar quarter, or of what of it the demo holds."""
    quarters: dict[tuple[int, int], list[date]] = {}
    for month in months:
        quarters.setdefault((month.year, (month.month - 1) // 3), []).append(month)
    return [(group[0], group[-1]) for group in quarters.values()]


def _sick_leave(spells: _Spells, first: date, last: date, words: str = "") -> Delivery:
    """What changed from month to month: spells that began then, and open ones from before that ended then.

    ``words`` name the file; without them it is called by its quarter.
    """
    everything = spells.known(last)
    opening, closing = pd.Timestamp(first), pd.Timestamp(month_end(last))
    if first == spells.first_month:
        opening = pd.Timestamp(next_month(first, -_LEAD_MONTHS))
    began = everything["start"] >= opening
    ended = everything["open"] & (everything["start"] < opening) & everything["end"].between(opening, closing)
    changed = everything[began | ended]
    still_open = changed["open"] & (changed["end"] > closing)
    known_at = changed["start"].where(~changed["open"] | still_open, changed["end"]) + timedelta(hours=34)
    table = changed.assign(still_open=still_open, known_at=known_at)
    return Delivery(
        "sairauspoissaolot",
        f"sairauspoissaolot_{words or f'{last.year}Q{(last.month + 2) // 3}'}",
        delivered(last, 2),
        {
            "henkilo": _person_sql("person"),
            "toimiala": _division_sql(),
            "kustannuspaikka": "(division * 10000 + centre)::VARCHAR",
            "alkupvm": "strftime(\"start\", '%Y-%m-%d')",
            "loppupvm": "CASE WHEN NOT still_open THEN strftime(\"end\", '%Y-%m-%d') END",
            "syy": "cause",
            "osa_aika_prosentti": "percent::DECIMAL(5,2)::VARCHAR",
            "muutosaika": "strftime(known_at, '%Y-%m-%d %H:%M:%S')",
        },
        table,
        looks=Looks(delimiter=","),
        dirt=[_sick_dirt(last)] if last.month % 6 == 0 else [],
    )


def _sick_dirt(month: date) -> list[str]:
    """A spell that ends before it begins."""
    start, end = f"{month:%Y-%m}-20", f"{month:%Y-%m}-10"
    return ["H9999999", "SOSPA", "20100", start, end, "oma", "100.00", f"{start} 10:00:00"]


def survey_months(scene: Scene) -> list[date]:
    """Months of the survey rounds: December 2022 before a demo from 2023-01, then each May and November."""
    first = [ENPS_FIRST[0]] if scene.months[0] == next_month(ENPS_FIRST[0]) else []
    return first + [m for m in scene.months if m.month in (5, 11)]


def enps_score(scene: Scene, month: date) -> int:
    """The score of a round: on the line from -9 in December 2022 to +10 in December 2025, give or take 1."""
    (first, low), (last, high) = ENPS_FIRST, ENPS_LAST
    share = min(1.0, (month - first).days / (last - first).days)
    return round(low + (high - low) * share) + (int(scene.random("enps/score", month).integers(-1, 2)) if share else 0)


def _surveys(scene: Scene, rounds: list[date]) -> Delivery:
    """Every round in one file."""
    return joined([_survey(scene, month) for month in rounds], f"enps_{rounds[0].year}_{rounds[-1].year}")


def _survey(scene: Scene, month: date) -> Delivery:
    random = scene.random("enps/answers", month)
    # A multiple of 100 answers: the score of a round is then exactly a whole number.
    answers = max(1, round(_ANSWERS * scene.county.factor / 100)) * 100
    detractors = answers * (40 - (month.year - 2022) * 3) // 100
    promoters = detractors + answers * enps_score(scene, month) // 100
    mark = np.concatenate(
        [
            random.choice([9, 10], promoters),
            random.choice([7, 8], answers - promoters - detractors),
            random.choice(7, detractors, p=[0.06, 0.04, 0.08, 0.12, 0.15, 0.25, 0.30]),
        ]
    )
    posts = staff(scene)
    chosen = posts[~posts["hired"]].iloc[random.integers(0, scene.sized(EMPLOYEES), answers)]
    table = pd.DataFrame(
        {
            "mark": random.permutation(mark),
            "division": chosen["division"].to_numpy(),
            "staff_group": np.where(random.random(answers) < 0.05, -1, chosen["staff_group"].to_numpy()),
            "day": np.datetime64(month) + random.integers(2, 24, answers),
            "number": np.arange(1, answers + 1),
        }
    )
    kysely = f"enps-{month:%Y-%m}"
    landed = datetime(month.year, month.month, 28, 4)  # noqa: DTZ001 (naive UTC by convention)
    return Delivery(
        "enps_vastaukset",
        f"enps_{month:%Y-%m}",
        landed,
        {
            "Kysely": f"'{kysely}'",
            "Vastaus ID": "lpad(number::VARCHAR, 5, '0')",
            "Vastauspvm": "strftime(day, '%-d.%-m.%Y')",
            "Toimiala": _division_sql(),
            "Ammattiryhmä": _choice_sql("nullif(staff_group, -1)", STAFF_GROUPS),
            "Arvosana": "mark",
        },
        table,
        looks=Looks(delimiter="\t", suffix=".txt"),
        dirt=[[kysely, "99999", f"3.{month.month}.{month.year}", "SOSPA", "hoitaja", "11"]],
    )
