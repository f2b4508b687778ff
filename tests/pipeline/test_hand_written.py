"""Files typed by hand, through the whole night, to the numbers worked out by hand."""

from __future__ import annotations

import pytest

from tests.conftest import Home
from tests.pipeline import hand_written

pytestmark = pytest.mark.pipeline


def test_hand_written_extracts_give_the_hand_computed_indicators(home: Home) -> None:
    home.land("kymenlaakso", "kirjanpito", "ledger 2024.txt", hand_written.kirjanpito())
    home.land("kymenlaakso", "talousarvio", "ta2023.csv", hand_written.talousarvio())
    home.land("kymenlaakso", "enps_vastaukset", "talvi.csv", hand_written.enps())

    home.nightly("2025-01-20")

    found = {
        indicator: (value, baseline, target, expected, status)
        for indicator, value, baseline, target, expected, status in home.query(
            "select indicator_id, value, baseline_value, target_value, expected_value, status from indicator.status"
            " where month = date '2024-12-01'"
        )
    }
    for indicator, numbers in hand_written.EXPECTED.items():
        assert found[indicator][:4] == pytest.approx(numbers[:4]), indicator
        assert found[indicator][4] == numbers[4], indicator

    # 108 good rows and the one of 31 February; sum row, blank line, repeated header, sum row and footer are skipped.
    assert home.one(
        "select rows_read, rows_accepted, rows_rejected, rows_skipped, decision from quality.delivery"
        " where extract_id = 'kirjanpito'"
    ) == (114, 108, 1, 5, "accepted")
    assert home.query("select column_name, reason_code, value from quality.rejected_row") == [
        ("kirjauspvm", "bad_date", "31.2.2024")
    ]
    # December lacks half a million of materials; conservation to the cent.
    assert home.one(
        "select sum(amount_eur) from mart.fct_cost_monthly where scenario = 'actual' and month = date '2024-12-01'"
    ) == pytest.approx(31e6 + 34e6 + 2e6 + 8.5e6 - 0.5e6)
    # What nobody delivers says which extract it waits for.
    assert home.one("select status, waits_for from indicator.status where indicator_id = 'kyme_housing_pressure'") == (
        "no_data",
        "asumisjono",
    )
    # Every table and every column of what is published says what it is.
    assert (
        home.query("select schema_name, table_name, column_name from meta.dictionary where description is null") == []
    )
