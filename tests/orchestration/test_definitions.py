"""The shape of the night: which assets there are, what they rest on, and the rules that keep the house small."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, AssetSpec

from sources.contract import load_contracts
from sources.settings import REPOSITORY

EXTRACTS = sorted(load_contracts())


@pytest.fixture(scope="module")
def graph() -> dict[str, AssetSpec]:
    from orchestration.definitions import defs

    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def rests_on(spec: AssetSpec) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in spec.deps}


def test_the_assets_outside_dbt_are_these(graph: dict[str, AssetSpec]) -> None:
    own = {name: spec.group_name for name, spec in graph.items() if spec.group_name in {"in", "guard", "out"}}
    assert own == {
        "lake/landing": "in",
        **{f"lake/{extract}": "in" for extract in EXTRACTS},
        "lake/verdict": "guard",
        "gate": "guard",
        "release": "out",
        "alerts": "out",
    }


def test_the_night_runs_one_way(graph: dict[str, AssetSpec]) -> None:
    assert rests_on(graph["lake/landing"]) == set()
    assert all(rests_on(graph[f"lake/{extract}"]) == {"lake/landing"} for extract in EXTRACTS)
    assert rests_on(graph["lake/verdict"]) == {f"lake/{extract}" for extract in EXTRACTS}
    assert "lake/verdict" in rests_on(graph["staging/stg_verdict"])
    assert "lake/kirjanpito" in rests_on(graph["staging/stg_kirjanpito"])
    assert {"indicator/indicator_value", "indicator/indicator_status"} <= rests_on(graph["gate"])
    assert rests_on(graph["release"]) == {"gate"}


def test_every_extract_has_its_check_and_dbt_tests_are_checks_too() -> None:
    from orchestration.definitions import defs

    keys = {
        (check.asset_key, check.name) for assets in defs.assets or () for check in getattr(assets, "check_keys", ())
    }
    assert {(AssetKey(["lake", "verdict"]), extract) for extract in EXTRACTS} <= keys
    assert len(keys) > 50


def test_the_whole_night_fits_one_screen() -> None:
    assert len((REPOSITORY / "orchestration" / "definitions.py").read_text().splitlines()) <= 80


def test_sql_knows_families_and_no_indicator() -> None:
    project = REPOSITORY / "dbt_project"
    for path in [*project.glob("models/**/*.sql"), *project.glob("macros/*.sql")]:
        assert not re.search(r"\bkyme_", path.read_text()), path


def test_the_command_answers_without_importing_what_is_heavy() -> None:
    code = "import orchestration.cli, sys; print({*sys.modules} & {'dagster', 'dbt', 'great_expectations'})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "set()"
