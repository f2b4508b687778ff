"""The audit catches what the transform should have hidden: leaks planted into a built release."""

from __future__ import annotations

import pytest

from publishing import release
from publishing.model import DisclosureError, NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import LEDGER_DELIVERY, change_build

SMALL = "UPDATE indicator.value SET value = 1, n_persons = 4, value_status = 'ok' WHERE division_id = 'muut'"
ALONE = "UPDATE indicator.value SET value = 1, n_persons = 50, value_status = 'ok' WHERE division_id = 'muut'"
# A made-up person in the form of an identity code: born on 41 January would not be one, 14 January is.
CODE = "140185-123X"


@pytest.mark.parametrize(
    ("leak", "message"),
    [
        (SMALL, r"indicator\.value: 2 rows shown with fewer than 5 persons"),
        (ALONE, r"indicator\.value: 2 figures with exactly one hidden division"),
        (
            "UPDATE indicator.value SET numerator = 3 WHERE division_id = 'muut'",
            r"2 rows marked suppressed that still show a figure",
        ),
        (
            "UPDATE indicator.value SET n_persons = 2, value_status = 'no_data' WHERE division_id = 'muut'",
            r"2 rows shown with fewer than 5 persons",
        ),
        (
            "UPDATE mart.fct_measure SET n_persons = 1",
            r"mart\.fct_measure: 2 rows shown with fewer than 5 persons",
        ),
        (
            "UPDATE mart.fct_measure SET n_persons = 4, value = 4",
            r"mart\.fct_measure: 2 rows shown with fewer than 5 persons",
        ),
        (
            "UPDATE mart.fct_measure SET n_persons = 0, value = 3",
            r"mart\.fct_measure: 2 rows shown with fewer than 5 persons",
        ),
        # Rescue services are hidden in October 2025, the month of the figure.
        (
            "INSERT INTO indicator.contribution SELECT * REPLACE ('pelastus' AS part_id, 'part' AS part_kind) "
            "FROM indicator.contribution WHERE indicator_id = 'enps'",
            r"indicator\.contribution: 2 parts of a division that is hidden in a month compared",
        ),
        # The same as the month that October 2026 is compared with.
        (
            "INSERT INTO indicator.contribution SELECT * REPLACE ('pelastus' AS part_id, 'part' AS part_kind, "
            "DATE '2025-10-01' AS against_month, DATE '2026-10-01' AS month) "
            "FROM indicator.contribution WHERE indicator_id = 'enps'",
            r"indicator\.contribution: 2 parts of a division that is hidden in a month compared",
        ),
        (
            "UPDATE indicator.contribution SET part_kind = 'hidden' WHERE part_id = 'sosiaali'",
            r"indicator\.contribution: 2 rows that show what is hidden or withheld",
        ),
        (
            "UPDATE indicator.contribution SET status = 'withheld' WHERE indicator_id = 'cost'",
            r"indicator\.contribution: 4 rows that show what is hidden or withheld",
        ),
        ("UPDATE indicator.spc SET n_persons = 4", r"indicator\.spc: 4 rows shown with fewer than 5 persons"),
        (f"UPDATE mart.dim_division SET name_fi = 'x{'d' * 64}' WHERE code = 'PELA'", "form of a pseudonym"),
        (f"UPDATE quality.rejected_row SET value = 'henkilö {CODE}'", "form of a personal identity code"),
        (
            f"CREATE TABLE mart.nested AS SELECT ['{'E' * 64}'] AS persons",
            r"mart\.nested\.persons: 1 values in the form of a pseudonym",
        ),
    ],
)
def test_a_planted_leak_stops_the_release(settings: Settings, run: NightlyRun, leak: str, message: str) -> None:
    change_build(settings, leak)
    with pytest.raises(DisclosureError, match=message) as stopped:
        release.publish(settings, run)
    assert CODE not in str(stopped.value)
    assert "dddd" not in str(stopped.value)
    assert list(settings.releases.iterdir()) == []


@pytest.mark.parametrize(
    "harmless",
    [
        f"UPDATE quality.rejected_row SET value = '{LEDGER_DELIVERY}'",
        "UPDATE quality.rejected_row SET value = '******-****'",
        "UPDATE quality.rejected_row SET value = '410185-123X'",
        "UPDATE quality.rejected_row SET value = 'A140185-123X9'",
        "UPDATE mart.fct_measure SET n_persons = 5",
        "UPDATE mart.fct_measure SET n_persons = 0, value = NULL",
        # A count of clients has just those behind it: none of none.
        "UPDATE mart.fct_measure SET n_persons = 0, value = 0",
        "UPDATE mart.fct_measure SET n_persons = 537, value = 537",
    ],
)
def test_what_is_no_leak_passes(settings: Settings, run: NightlyRun, harmless: str) -> None:
    change_build(settings, harmless)
    assert release.publish(settings, run).current


def test_the_limit_is_the_setting(settings: Settings, run: NightlyRun) -> None:
    change_build(settings, SMALL, SMALL.replace("muut", "pelastus"))
    lenient = Settings(home=settings.home, small_number=4)
    assert release.publish(lenient, run).current
