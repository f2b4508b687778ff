"""A new organisation with a programme of its own: an organisation row, a programme row, five indicator rows, no code.

The night runs from a copy of the project in which nothing but those seven rows differs. The extracts are those that
`hand_written` works out by hand.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sources.settings import REPOSITORY
from tests.conftest import Home
from tests.pipeline import hand_written

pytestmark = pytest.mark.pipeline

ORGANISATION = "saimaa,,wellbeing_services_county,Saimaan hyvinvointialue,Saimens välfärdsområde,Saimaa county"
PROGRAMME = "saimaa_2024,saimaa,Ohjelma,Programmet,Programme,sv|en,2023-12-01,2024-01-01,2026-12-31,kyme_1_1,"
# Like which indicator, its id here, and what differs: the target, the rule, the measure.
INDICATORS = {
    "kyme_purchases_cost": ("saimaa_ostot", {"target_value": "-40", "target_weakest": ""}),
    "kyme_rent_cost": ("saimaa_vuokrat", {"baseline_rule": "own_value", "baseline_month": "2024-12-01"}),
    "kyme_enps": ("saimaa_enps", {"target_kind": "direction", "target_value": "", "baseline_value": "12"}),
    "kyme_personnel_cost": ("saimaa_henkilosto", {"target_low": "", "target_high": "0", "target_value": "0"}),
    "kyme_savings_total": ("saimaa_saastot", {"value_offset": "0", "baseline_value": "0", "target_value": "20"}),
}


def test_seven_rows_make_a_programme(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(
        REPOSITORY,
        project,
        symlinks=True,
        ignore=shutil.ignore_patterns(".*", "data", "target", "logs", "*.egg-info", "docs", "tests", "__pycache__"),
    )
    append(project / "sources" / "organisations.csv", ORGANISATION)
    append(project / "dbt_project" / "seeds" / "programme.csv", PROGRAMME)
    add_indicators(project / "dbt_project" / "seeds" / "indicator.csv")
    home = Home(tmp_path / "home")
    home.land("saimaa", "kirjanpito", "ledger 2024.txt", hand_written.kirjanpito())
    home.land("saimaa", "talousarvio", "ta2023.csv", hand_written.talousarvio())
    home.land("saimaa", "enps_vastaukset", "talvi.csv", hand_written.enps())

    done = subprocess.run(
        [sys.executable, "-c", "from orchestration.cli import main; main()", "nightly", "--as-of", "2025-01-20"],
        cwd=project,
        env={**home.environment, "PYTHONPATH": os.fspath(project), "DBT_TARGET_PATH": os.fspath(project / "target")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        indicator: (value, baseline, target, expected, status)
        for indicator, value, baseline, target, expected, status in home.query(
            "select indicator_id, value, baseline_value, target_value, expected_value, status from indicator.status"
            " where organisation_id = 'saimaa'"
        )
    }
    assert found == {
        # 391 less 40 in two years: 371 half way; 372 is 1 worse, a tenth of 40 is 4.
        "saimaa_ostot": pytest.approx((372, 391, 351, 371, "at_risk")),
        # Its own 24 M at December 2024, from where the way to 5 less begins.
        "saimaa_vuokrat": pytest.approx((24, 24, 19, 24, "on_track")),
        "saimaa_enps": pytest.approx((10, 12, None, None, "off_track")),
        # At most the budget of 410.
        "saimaa_henkilosto": pytest.approx((408, 410, 410, 410, "on_track")),
        # 937 - 911.5 of the 20.
        "saimaa_saastot": pytest.approx((25.5, 0, 20, 10, "achieved")),
    }
    assert "Saimaan hyvinvointialue: Ohjelma" in done.stdout
    assert (
        home.one("select count(*) from indicator.value where organisation_id = 'saimaa' and month >= '2024-01-01'") > 0
    )


def append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def add_indicators(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["indicator_id"]: row for row in rows}
    new = [
        {**known[like], "programme_id": "saimaa_2024", "goal_id": "", "indicator_id": name, **differs}
        for like, (name, differs) in INDICATORS.items()
    ]
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n").writerows(new)
