"""The ledger of definitions that a release has used: a fingerprint of everything that moves the number.

`dbt_project/used_definitions.csv` is append-only. The fingerprint of a version covers its row of `indicator.csv` (not
its names, caveats, owner or place, which may be put right), the points of its path, and the rules that its measures are
counted by. After a release, `make ledger` notes the versions that are not in it yet; a test compares the rest.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

from sources.settings import REPOSITORY

SEEDS = REPOSITORY / "dbt_project" / "seeds"
LEDGER = REPOSITORY / "dbt_project" / "used_definitions.csv"

WORDS = {"goal_id", "theme", "name_fi", "name_sv", "name_en", "translated", "certainty", "caveats", "owner_role"}
PLACES = {"document_id", "place", "companion_measure_id"}
TERMS = ("numerator", "numerator_less", "denominator")
RULES = ("cost_rule", "contact_rule", "count_rule", "client_rule", "project_rule")

Row = dict[str, str]
Version = tuple[str, str, int]


def fingerprints(seeds: Path) -> dict[Version, str]:
    """The fingerprint of every version in ``seeds``, by programme, indicator and version."""
    rules = {name: _rows(seeds / f"{name}.csv") for name in RULES}
    points = _rows(seeds / "target_path.csv")
    return {
        _version(row): _fingerprint(
            {key: value for key, value in row.items() if key not in WORDS | PLACES},
            [[point["month"], point["value"]] for point in points if _version(point) == _version(row)],
            [
                [name, rule]
                for name, table in rules.items()
                for rule in table
                if rule["measure_id"] in {row[term] for term in TERMS}
            ],
        )
        for row in _rows(seeds / "indicator.csv")
    }


def broken(seeds: Path) -> list[Version]:
    """Versions of the ledger that are gone from ``seeds`` or no longer what they were."""
    now = fingerprints(seeds)
    return sorted(_version(row) for row in _rows(LEDGER) if now.get(_version(row)) != row["fingerprint"])


def note() -> int:
    """Append the versions that the ledger does not know yet; how many."""
    known = {_version(row) for row in _rows(LEDGER)}
    new = sorted((version, mark) for version, mark in fingerprints(SEEDS).items() if version not in known)
    with LEDGER.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([*version, mark] for version, mark in new)
    return len(new)


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _version(row: Row) -> Version:
    return row["programme_id"], row["indicator_id"], int(row["definition_version"])


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    print(f"{note()} versions noted in {LEDGER.relative_to(REPOSITORY)}")
