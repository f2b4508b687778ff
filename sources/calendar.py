"""Finnish business days: when what is agreed for a day of a month is due in fact.

A due day that falls on a weekend, a public holiday, Midsummer Eve or Christmas Eve moves to the next day on which a
Finnish office is open. The holidays come from the package ``holidays`` and need no network.

Does not cover local holidays, nor New Year's Eve and Maundy Thursday, which are business days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

_SATURDAY = 5


@cache
def _public_holidays() -> holidays.HolidayBase:
    """Grows by itself, year by year as it is asked."""
    return holidays.country_holidays("FI")


def is_business_day(day: date) -> bool:
    """Whether a Finnish office is open on ``day``."""
    return day.weekday() < _SATURDAY and day not in _public_holidays()


def business_due_date(month: date, due_day: int) -> date:
    """When a delivery of ``month`` (any day of it) is due: ``due_day`` of the next month, or the business day after.

    A ``due_day`` that the following month has not is its last day.
    """
    following = _next_month(month)
    last = _next_month(following) - timedelta(days=1)
    due = min(following + timedelta(days=due_day - 1), last)
    while not is_business_day(due):
        due += timedelta(days=1)
    return due


def newest_due_month(as_of: date, due_day: int) -> date:
    """First day of the newest month whose due date has passed; on the due date itself a delivery is not yet late."""
    month = as_of.replace(day=1)
    while business_due_date(month, due_day) >= as_of:
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def business_days(month: date) -> int:
    """How many business days the month has that ``month`` (any day of it) lies in."""
    first, following = month.replace(day=1), _next_month(month)
    return sum(is_business_day(first + timedelta(days=n)) for n in range((following - first).days))


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
