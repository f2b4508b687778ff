"""Whether the guard did what it is to do: the checks that were run against the list of those that must be.

``checks.csv`` lists every check of every suite with its severity, when it is run and whose it is. It is committed, and
a test compares it with the suites: whoever removes, renames or empties a suite must say so in the list, where it is
seen. After a deliberate change write it anew::

    python -m expectations.executed

At night each check must have left a result. ``guard.executed`` (of what landed) and ``guard.executed_build`` (of what
will be published) fail when one has not, or a suite crashed. They are WARN and name no organisation: they concern
everybody and are told to information management, but a hole in the guard of one extract must not stop the release of
all others. What the hole leaves unjudged is stopped where it is known: a delivery whose suite is missing or crashed
gets the verdict ``failed``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.result import CheckResult
from expectations.suite import load_suite, suite_names

LIST = Path(__file__).parent / "checks.csv"
OF_LANDED, OF_BUILD = "guard.executed", "guard.executed_build"
_COLUMNS = ("check_id", "severity", "about", "owner")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    check_id: str
    severity: str
    about: str
    owner: str


def listed() -> list[Listed]:
    """The committed list, in its order."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return [Listed(*(row[column] for column in _COLUMNS)) for row in csv.DictReader(file)]


def existing() -> list[Listed]:
    """What the list must say of the suites as they are."""
    return [
        Listed(check.check_id, check.severity, check.about, check.owner)
        for name in suite_names()
        for check in load_suite(name).checks
    ]


def executed(check_id: str, results: Sequence[CheckResult], make: Callable[..., CheckResult]) -> CheckResult:
    """The check :data:`OF_LANDED` or :data:`OF_BUILD` over the results of that part of the night.

    It fails when the list cannot be read or is empty, a listed check has no result at all (an ``error`` of its suite is
    none), or a check ran that is not listed.
    """
    try:
        expected = [line.check_id for line in listed() if (line.about == "build") == (check_id == OF_BUILD)]
    except (OSError, KeyError, UnicodeError) as fault:
        return make(check_id, "WARN", "error", observed=f"no list of checks ({type(fault).__name__})")
    done = _by_id(results)
    crashed = sorted(name for name, statuses in done.items() if "error" in statuses)
    missing = sorted(set(expected) - done.keys())
    unknown = sorted(name for name in done.keys() - set(expected) if not name.endswith(".suite"))
    observed = f"{len(set(expected) & done.keys())} / {len(expected)}"
    for word, names in (("missing", missing), ("crashed", crashed), ("not listed", unknown)):
        if names:
            more = f" (+{len(names) - _SHOWN})" if len(names) > _SHOWN else ""
            observed += f"; {word}: {', '.join(names[:_SHOWN])}{more}"
    passed = bool(expected) and not (missing or crashed or unknown)
    return make(check_id, "WARN", "passed" if passed else "failed", observed=observed, expected=f"{len(expected)}")


def _by_id(results: Iterable[CheckResult]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for result in results:
        found.setdefault(result.check_id, set()).add(result.status)
    return found


def write() -> int:
    """Write the list anew from the suites; return how many checks it has."""
    lines = existing()
    with LIST.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows((line.check_id, line.severity, line.about, line.owner) for line in lines)
    return len(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{write()} checks\n")
