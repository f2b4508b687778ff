"""Suites: what is expected of an extract when it lands, and of the indicators before they are released.

A suite is ``suites/<name>.yaml``, written to be read by the people whose data it judges:

* ``owner``: role that acts when a check fails (a check may name another).
* ``profile``: SQL over ``lake_row`` that boils the rows down once; the checks read the table ``profile`` it makes, so
  that a ledger of twelve million rows is scanned once a night and not once a check. It gives at least
  ``organisation_id, delivery_id, period, row_count``.
* ``reads`` (where the suite has it): other extracts whose rows the checks or the profile need, each with the SQL that
  boils them down. The SQL reads ``standing_row``: the rows of that extract that stand if everything that is to be
  judged tonight passes, of the organisations concerned and of ``public``. Its result is a table with the extract's
  name, there before ``profile``. So a ledger can be held against staffing, each scanned once.
* ``checks``: each has ``check`` (its name; the id is ``<suite>.<name>``), ``severity``, ``meaning`` and ``what_to_do``
  in fi, sv and en, and either ``sql`` or ``expectation`` with ``kwargs``. ``use: <name>`` takes a check of
  ``suites/common.yaml``; what is written beside it overrides, and ``with`` gives its ``$parameters``.

A check's SQL reads ``judged`` and ``past``: the rows of ``profile`` of the deliveries to be judged, and those of the
deliveries that stand (tonight's among them). Each month is so weighed against the months before it, whether these came
years ago or tonight.

``sql`` returns one row for each offence: ``organisation_id, delivery_id, observed, expected`` (``delivery_id`` NULL or
absent where no single delivery is to blame). Both texts are short and never hold a value that is about a person. A
colon before a word would be read as a bind parameter; casts (``::``) are fine.

``about`` says when a check is run: ``landed`` when something of the extract is to be judged, ``current`` every night
over all usable deliveries (freshness; it may not read ``profile``), ``build`` on what will be published. A ``current``
check is not applicable to an organisation whose extract has ended: nothing of a month of the last
``ended_after_months`` of ``common.yaml``.

A personal column may be read in ``profile`` and ``reads`` to count or to compare, never in a check. Every check of
every suite is listed in ``checks.csv`` (see :mod:`expectations.executed`).

A threshold that is relaxed carries date, old value, new value and reason in a YAML comment beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Literal, get_args

import yaml

from expectations.result import Severity

FOLDER = Path(__file__).parent / "suites"
LANGUAGES = ("fi", "sv", "en")

# The parser in C where PyYAML was built with it: ten times faster, and the suites are read every night.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

About = Literal["landed", "current", "build"]


class SuiteError(ValueError):
    """A suite that is missing or malformed. The message names the suite and the check."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation. Exactly one of ``sql`` and ``expectation`` (a Great Expectations type) is given."""

    check_id: str
    severity: Severity
    owner: str
    meaning: Mapping[str, str]
    what_to_do: Mapping[str, str]
    about: About = "landed"
    sql: str | None = None
    expectation: str | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suite:
    """The checks of one extract, or of the build.

    ``profile`` is None where no check reads one; ``reads`` are SQL by the extract that they read.
    """

    name: str
    profile: str | None
    checks: tuple[Check, ...]
    reads: Mapping[str, str] = field(default_factory=dict)

    def about(self, *kinds: About) -> tuple[Check, ...]:
        """The checks of the given kinds, in the suite's order."""
        return tuple(check for check in self.checks if check.about in kinds)


def suite_names() -> tuple[str, ...]:
    """Names of all suites: the extracts, and ``indicators``."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "common"))


@cache
def load_suite(name: str) -> Suite:
    """The suite ``name``.

    Raises:
        SuiteError: when there is no such suite, or it is not as the module describes.
    """
    text = _read(name)
    try:
        entries = [_merged(entry, text.get("owner")) for entry in text["checks"]]
        checks = tuple(_check(name, entry) for entry in entries)
        return Suite(name, text.get("profile"), checks, text.get("reads", {}))
    except (KeyError, TypeError, ValueError) as fault:
        raise SuiteError(f"suite {name}: {fault}") from fault


def ended_after_months() -> int:
    """How many months behind what is due an extract of an organisation counts as ended."""
    return int(_read("common")["ended_after_months"])


@cache
def _read(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        raise SuiteError(f"there is no suite {name}")
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    if not isinstance(content, dict):
        raise SuiteError(f"suite {name} is not a mapping")
    return content


def _merged(entry: Mapping[str, Any], owner: str | None) -> dict[str, Any]:
    """The entry over the common check that it uses, with the parameters filled in."""
    base: Mapping[str, Any] = _read("common")[entry["use"]] if "use" in entry else {}
    merged = {"owner": owner, "check": entry.get("use"), **base, **entry}
    parameters = {**base.get("with", {}), **entry.get("with", {})}
    if parameters:
        merged["sql"] = Template(merged["sql"]).substitute(parameters)
    return merged


def _check(suite: str, entry: Mapping[str, Any]) -> Check:
    check = Check(
        check_id=f"{suite}.{entry['check']}",
        severity=entry["severity"],
        owner=entry["owner"],
        meaning=entry["meaning"],
        what_to_do=entry["what_to_do"],
        about=entry.get("about", "landed"),
        sql=entry.get("sql"),
        expectation=entry.get("expectation"),
        kwargs=entry.get("kwargs", {}),
    )
    problem = _problem(check)
    if problem:
        raise ValueError(f"check {entry['check']}: {problem}")
    return check


def _problem(check: Check) -> str | None:
    if check.severity not in get_args(Severity):
        return f"severity {check.severity} is not ERROR or WARN"
    if check.about not in get_args(About):
        return f"about {check.about} is unknown"
    if (check.sql is None) == (check.expectation is None):
        return "needs either sql or expectation"
    if not check.owner:
        return "names no owner"
    if any(not text.get(language) for text in (check.meaning, check.what_to_do) for language in LANGUAGES):
        return "meaning and what_to_do are needed in fi, sv and en"
    return None
