"""The mix and rate of a ratio, as the macros write them, on random parts and against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from sources.settings import REPOSITORY

FACTOR = 100


class Part(NamedTuple):
    """Numerators and denominators of one part, before and now."""

    numerator_before: int
    numerator_now: int
    denominator_before: int
    denominator_now: int


def query() -> str:
    """The macros' own SQL over the table ``part``, with the whole's columns beside each part."""
    environment = Environment(loader=FileSystemLoader(REPOSITORY / "dbt_project" / "macros"))
    arithmetic: Any = environment.get_template("arithmetic.sql").module
    macros: Any = environment.get_template("contribution.sql", globals={"ratio": arithmetic.ratio}).module
    return f"""
        WITH whole AS (
            SELECT sum(denominator_before) AS divisor_before, sum(denominator_now) AS divisor_now,
                {FACTOR} * sum(numerator_before) / sum(denominator_before) AS value_before,
                {FACTOR} * sum(numerator_now) / sum(denominator_now) AS value_now
            FROM part
        )
        SELECT {macros.part_effect()}, {macros.rate_effect()}
        FROM (SELECT part.*, {FACTOR} AS factor, whole.* FROM part, whole ORDER BY part.place)
    """


QUERY = query()


def computed(parts: list[Part]) -> list[tuple[float, float]]:
    """Whole effect and rate of each part, from the macros."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE part (place INTEGER, numerator_before DOUBLE, numerator_now DOUBLE, "
            "denominator_before DOUBLE, denominator_now DOUBLE)"
        )
        con.executemany("INSERT INTO part VALUES (?, ?, ?, ?, ?)", [[place, *p] for place, p in enumerate(parts)])
        return con.execute(QUERY).fetchall()


def by_fractions(parts: list[Part]) -> list[tuple[Fraction, Fraction]]:
    """Rate and mix of each part by the formulas of the documentation; a part without a rate on one side has none."""
    before, now = (sum(p.denominator_before for p in parts), sum(p.denominator_now for p in parts))
    mean = Fraction(
        Fraction(sum(p.numerator_before for p in parts), before) + Fraction(sum(p.numerator_now for p in parts), now), 2
    )
    effects = []
    for p in parts:
        share_before, share_now = Fraction(p.denominator_before, before), Fraction(p.denominator_now, now)
        rates = [
            Fraction(numerator, denominator)
            for numerator, denominator in (
                (p.numerator_before, p.denominator_before),
                (p.numerator_now, p.denominator_now),
            )
            if denominator
        ]
        # A part of one side keeps that side's rate on both.
        earlier, later = (rates[0], rates[-1]) if rates else (Fraction(0), Fraction(0))
        rate = (later - earlier) * (share_now + share_before) / 2
        mix = (share_now - share_before) * ((later + earlier) / 2 - mean)
        effects.append((FACTOR * rate, FACTOR * mix))
    return effects


denominators = st.integers(0, 10**6)


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """Parts of which some are new or have ended; what divides by nothing has nothing to divide."""
    made = []
    for _ in range(draw(st.integers(1, 6))):
        before, now = draw(denominators), draw(denominators)
        first, last = (draw(st.integers(-total, 3 * total)) for total in (before, now))
        made.append(Part(first, last, before, now))
    # The first part is of both sides, so that there is a whole.
    return [Part(1, 2, 3, 4), *made]


@settings(max_examples=60, deadline=None)
@given(parts())
def test_mix_and_rate_are_those_of_the_formulas_and_leave_no_residual(given_parts: list[Part]) -> None:
    found, exact = computed(given_parts), by_fractions(given_parts)
    for (effect, rate), (exact_rate, exact_mix) in zip(found, exact, strict=True):
        assert rate == pytest.approx(float(exact_rate), abs=1e-9)
        assert effect - rate == pytest.approx(float(exact_mix), abs=1e-9)
    before, now = (
        Fraction(sum(p[side] for p in given_parts), sum(p[side + 2] for p in given_parts)) for side in (0, 1)
    )
    # Without a residual exactly in fractions, and to the last bits in the database.
    assert sum(rate + mix for rate, mix in exact) == FACTOR * (now - before)
    assert sum(effect for effect, _ in found) == pytest.approx(float(FACTOR * (now - before)), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(parts(), st.integers(1, 5))
def test_parts_that_stand_together_have_the_effect_of_all_of_them(given_parts: list[Part], hidden: int) -> None:
    # Why hidden divisions can be one part: their effect is that of one division of all their figures.
    cut = min(hidden, len(given_parts) - 1)
    shown, pooled = given_parts[:-cut], given_parts[-cut:]
    together = Part._make(sum(column) for column in zip(*pooled, strict=True))
    apart = computed(given_parts)
    assert computed([*shown, together])[-1][0] == pytest.approx(sum(effect for effect, _ in apart[-cut:]), abs=1e-9)
