"""Business days in Finland, worked out by hand from the calendars of the years."""

from __future__ import annotations

from datetime import date

import pytest

from sources.calendar import business_days, business_due_date, is_business_day, newest_due_month


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2024, 6, 20), True),
        (date(2024, 6, 21), False),  # Midsummer Eve, a Friday
        (date(2024, 12, 23), True),
        (date(2024, 12, 24), False),  # Christmas Eve
        (date(2024, 12, 31), True),
        (date(2024, 12, 6), False),  # Independence Day
        (date(2024, 3, 28), True),  # Maundy Thursday
        (date(2024, 3, 29), False),
        (date(2024, 11, 2), False),
    ],
)
def test_offices_are_closed_on_weekends_holidays_and_the_two_eves(day: date, is_open: bool) -> None:
    assert is_business_day(day) is is_open


@pytest.mark.parametrize(
    ("month", "due_day", "due"),
    [
        (date(2024, 4, 1), 15, date(2024, 5, 15)),  # a Wednesday
        (date(2024, 5, 1), 15, date(2024, 6, 17)),  # Saturday
        (date(2024, 5, 1), 21, date(2024, 6, 24)),  # Midsummer Eve to Sunday
        (date(2024, 11, 1), 24, date(2024, 12, 27)),  # Christmas Eve and two more
        (date(2023, 12, 1), 5, date(2024, 1, 5)),
        (date(2024, 12, 31), 5, date(2025, 1, 7)),  # Sunday, then Epiphany on Monday
        (date(2024, 1, 31), 31, date(2024, 2, 29)),  # February has no 31st
        (date(2024, 2, 1), 31, date(2024, 4, 2)),  # Easter Sunday and Monday
    ],
)
def test_a_due_day_moves_to_the_next_business_day(month: date, due_day: int, due: date) -> None:
    assert business_due_date(month, due_day) == due


@pytest.mark.parametrize(
    ("as_of", "newest"),
    [
        (date(2024, 6, 17), date(2024, 4, 1)),  # May is due today, not late yet
        (date(2024, 6, 18), date(2024, 5, 1)),
        (date(2024, 6, 1), date(2024, 4, 1)),
    ],
)
def test_a_month_is_late_the_day_after_its_due_date(as_of: date, newest: date) -> None:
    assert newest_due_month(as_of, 15) == newest


def test_business_days_of_months() -> None:
    # June 2024: 20 weekdays of which Midsummer Eve is one; December 2024: 22 less 6, 24, 25 and 26 December.
    assert (business_days(date(2024, 6, 30)), business_days(date(2024, 12, 1))) == (19, 18)
