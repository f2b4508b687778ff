"""What every extract of one demo shares: the organisation, the months, the seed, and when a file is delivered.

Each part of each month draws from a generator of its own, so that a month's file is the same whether
6 or 36 months are asked for, and a change in one extract moves no figure of another.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

import numpy as np

from sources.demo.county import County

FIRST_MONTH = date(2023, 1, 1)
"""The counties began on 1 January 2023; there is nothing of theirs to deliver from before."""

FilesHold = Literal["month", "year", "all"]

DIVISIONS = ("TESPA", "SOSPA", "PELA", "KONSERNI")
STAFF_GROUPS = ("laakari", "hoitaja", "sosiaalityo", "muu_hoito", "muu")


@dataclass(frozen=True, slots=True)
class Scene:
    """One demo: ``months`` are the first days of successive months, ``scale`` the share of rows made.

    ``files_hold`` says how history is delivered: a file a month as suppliers do, or in fewer and larger files.
    """

    county: County
    months: tuple[date, ...]
    scale: float
    seed: int
    files_hold: FilesHold = "month"

    def random(self, part: str, month: date = FIRST_MONTH) -> np.random.Generator:
        """Return the generator of one part of one month of this county and seed."""
        words = f"{self.county.organisation_id}/{part}/{month:%Y-%m}".encode()
        return np.random.default_rng([self.seed, zlib.crc32(words)])

    def files(self) -> list[tuple[str, tuple[date, ...]]]:
        """The months of each file with the words that name them: ``2023-01``, ``2023`` or ``2020_2024``."""
        return files_of(self.months, self.files_hold)

    def within(self, first: date, last: date = date.max) -> Scene:
        """The same demo, of its months from ``first`` to ``last`` alone."""
        return replace(self, months=tuple(month for month in self.months if first <= month <= last))

    def sized(self, count_in_kymenlaakso: float) -> int:
        """A head count of Kymenlaakso in this county, at least 1."""
        return max(1, round(count_in_kymenlaakso * self.county.factor))


def months_from(start: str, count: int) -> tuple[date, ...]:
    """Return ``count`` months from ``start`` (``2023-01``); ValueError for a bad or too early start."""
    try:
        first = month_of(start)
    except ValueError as error:
        raise ValueError(f"The start {start!r} is not a month such as 2023-01") from error
    if first < FIRST_MONTH:
        raise ValueError(f"The start {start} is before 2023-01, when the counties began")
    if count < 1:
        raise ValueError(f"At least one month is needed, not {count}")
    months = [first]
    while len(months) < count:
        months.append(next_month(months[-1]))
    return tuple(months)


def month_of(text: str) -> date:
    """First day of a month such as ``2023-01``; ValueError for any other text."""
    return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month has no time zone)


def months_between(first: date, last: date) -> tuple[date, ...]:
    """Every month from ``first`` to ``last``, both given by their first days."""
    return tuple(next_month(first, n) for n in range((last.year - first.year) * 12 + last.month - first.month + 1))


def files_of(months: tuple[date, ...], files_hold: FilesHold) -> list[tuple[str, tuple[date, ...]]]:
    """Split ``months`` into those of each file, each with the words that name it; no months, no file."""
    if files_hold == "month":
        return [(f"{month:%Y-%m}", (month,)) for month in months]
    if files_hold == "year":
        return [(str(year), tuple(group)) for year, group in groupby(months, lambda month: month.year)]
    return [("_".join(str(year) for year in sorted({months[0].year, months[-1].year})), months)] if months else []


def next_month(month: date, count: int = 1) -> date:
    """First day of the month ``count`` (of either sign) months after the month that starts on ``month``."""
    serial = month.year * 12 + month.month - 1 + count
    return date(serial // 12, serial % 12 + 1, 1)


def days_in(month: date) -> int:
    """Number of days of a month given by its first day."""
    return (next_month(month) - month).days


def month_end(month: date) -> date:
    """Last day of a month given by its first day."""
    return next_month(month) - timedelta(days=1)


def delivered(month: date, day: int, hour: int = 4) -> datetime:
    """When a month's file lands: on a day of the following month, naive UTC."""
    following = next_month(month)
    return datetime(following.year, following.month, day, hour)  # noqa: DTZ001 (naive UTC by convention)
