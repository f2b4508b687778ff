"""Runs the suites on what landed and on what will be published, and writes down what came of it.

The rule of the whole module: a validation that is missing, empty or crashed is a failure, never a pass. A check that
cannot be evaluated has the status ``error`` with its own severity; a suite that cannot be run at all is one ``error``
of severity ERROR for everything it should have judged. Its check is ``<suite>.suite``, and it passes when the suite
ran, so that an incident of a crash can end.

A new delivery whose ERROR check failed or could not be evaluated gets the verdict ``failed`` and does not become
current; it is judged again the next night (see :mod:`expectations.scratch`), so **the newest verdict of a delivery
counts**.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.dbt_results import dbt_results
from expectations.executed import OF_BUILD, OF_LANDED, executed
from expectations.result import CheckResult, Severity, Status
from expectations.scratch import Delivery, LakeView, make_build_scratch
from expectations.suite import Check, Suite, SuiteError, load_suite, suite_names
from sources import identity, lake
from sources.settings import Settings

if TYPE_CHECKING:
    from expectations.engine import Offender, Outcome

__all__ = ["dbt_results", "validate_build", "validate_landed", "write_results"]

log = logging.getLogger(__name__)

INDICATORS = "indicators"

_TEXT_LIMIT = 200
_SHOWN_OFFENCES = 3
# A pseudonym or the form of a Finnish personal identity code. No suite selects one; this holds if one ever does.
_PERSONAL = re.compile(r"\b[0-9a-f]{64}\b|\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]\b", re.IGNORECASE)

# Whom a check judges or blames: an organisation's delivery, all of an organisation (None), or everybody (None, None).
_Subject = tuple[str | None, str | None]
# Makes the results of one suite: what they have in common is filled in.
_Make = Callable[..., CheckResult]


def validate_landed(settings: Settings, run_id: str, as_of: date) -> list[CheckResult]:
    """Judge the deliveries that have not passed yet, write ``lake/verdict/<run_id>.parquet``, return every result.

    A failure is one result for each delivery to blame, an organisation without one has a ``passed`` result. Suites of
    extracts with nothing to judge are ``not_applicable``; freshness is judged for everybody who has delivered before,
    and not applicable to whom the extract has ended. The last result is ``guard.executed``.

    Raises:
        duckdb.Error: when receipts, verdicts or contracts cannot be read. Then there is no verdict, and no night.
    """
    view = LakeView(settings, as_of)
    usable: dict[str, list[Delivery]] = {name: [] for name in suite_names() if name != INDICATORS}
    for delivery in view.deliveries():
        usable.setdefault(delivery.extract_id, []).append(delivery)
    results: list[CheckResult] = []
    with _scratch_folder(settings) as folder:
        for extract_id, deliveries in usable.items():
            results += _judge_extract(view, run_id, extract_id, deliveries, folder / f"{extract_id}.duckdb")
    new = [delivery for deliveries in usable.values() for delivery in deliveries if delivery.is_new]
    _write_verdicts(settings, run_id, new, results)
    return [*results, executed(OF_LANDED, results, _maker(run_id, None))]


def validate_build(settings: Settings, run_id: str, as_of: date) -> list[CheckResult]:
    """Judge tonight's indicators before they are released. Nothing is written.

    A failure names the organisation; a failure or an error with ``organisation_id`` None concerns every organisation.
    The last result is ``guard.executed_build``.
    """
    make = _maker(run_id, None)
    try:
        suite = load_suite(INDICATORS)
        with _scratch_folder(settings) as folder:
            database = folder / f"{INDICATORS}.duckdb"
            make_build_scratch(settings, as_of, database)
            organisations = _organisations(database)
            outcomes = _run(database, "indicator_value", suite.checks)
    except Exception as crash:
        results = [make(f"{INDICATORS}.suite", "ERROR", "error", observed=_crash_text(INDICATORS, crash))]
    else:
        results = [make(f"{INDICATORS}.suite", "ERROR", "passed")] + [
            result
            for check in suite.checks
            for result in _results(check, outcomes[check.check_id], [(o, None) for o in organisations], make)
        ]
    return [*results, executed(OF_BUILD, results, make)]


def write_results(settings: Settings, name: str, results: Sequence[CheckResult]) -> Path:
    """Write results of a night, of any kind of check, as ``lake/check_result/<name>.parquet``; return the path.

    ``name`` begins with the run's id; a night that writes in parts adds the part's name to it.
    """
    path = lake.table_path(settings, "check_result", name)
    schema = lake.TABLES["check_result"]
    lake.write_parquet(path, schema, [[result.row()[column] for column in schema] for result in results])
    return path


def _judge_extract(
    view: LakeView, run_id: str, extract_id: str, deliveries: Sequence[Delivery], database: Path
) -> list[CheckResult]:
    make = _maker(run_id, extract_id)
    new: list[_Subject] = [(d.organisation_id, d.delivery_id) for d in deliveries if d.is_new]
    everybody: list[_Subject] = list(dict.fromkeys((d.organisation_id, None) for d in deliveries))
    try:
        suite = load_suite(extract_id)
        landed = suite.about("landed") if new else ()
        applicable = landed + (suite.about("current") if deliveries else ())
        outcomes, ended = _judge(view, suite, applicable, database) if applicable else ({}, {})
    except Exception as crash:
        # Whatever it was, what it should have judged has not been judged.
        text = _crash_text(extract_id, crash)
        check_id = f"{extract_id}.suite"
        if not new:
            return [make(check_id, "WARN", "error", observed=text)]
        return [make(check_id, "ERROR", "error", o, d, text) for o, d in new]
    results = [make(f"{extract_id}.suite", "ERROR", "passed", o) for o in (*(o for o, _ in everybody), None)]
    for check in suite.checks:
        if check not in applicable:
            results.append(make(check.check_id, check.severity, "not_applicable"))
            continue
        if check.about == "landed":
            results += _results(check, outcomes[check.check_id], new, make)
            continue
        awaited = [(o, d) for o, d in everybody if o not in ended]
        if awaited or outcomes[check.check_id].status == "error":
            results += _results(check, outcomes[check.check_id], awaited, make)
        results += [
            make(check.check_id, check.severity, "not_applicable", o, observed=newest) for o, newest in ended.items()
        ]
    return results


def _judge(
    view: LakeView, suite: Suite, checks: Sequence[Check], database: Path
) -> tuple[dict[str, Outcome], dict[str, str]]:
    """The outcomes, and the newest month of each organisation whose extract has ended."""
    ended = view.make_scratch(suite, database)
    return _run(database, "landed" if any(c.about == "landed" for c in checks) else "delivery", checks), ended


def _run(database: Path, relation: str, checks: Sequence[Check]) -> dict[str, Outcome]:
    from expectations import engine  # Great Expectations takes 7-8 s to import

    return engine.run(database, relation, checks)


def _results(check: Check, outcome: Outcome, concerned: Sequence[_Subject], make: _Make) -> Iterator[CheckResult]:
    """Results of one check: a failure for each to blame, a pass for each organisation with nobody to blame.

    ``concerned`` are those the check was to judge. An offender that names no delivery is blamed on all of its
    organisation's, one that names no organisation on all, and so is a failure of no offender.
    """
    if outcome.status == "error" or (outcome.status == "failed" and not outcome.offenders):
        for organisation_id, delivery_id in concerned or [(None, None)]:
            yield make(check.check_id, check.severity, outcome.status, organisation_id, delivery_id, outcome.observed)
        return
    blamed = _blamed(outcome.offenders, concerned)
    for (organisation_id, delivery_id), offences in blamed.items():
        observed = _joined([o.observed for o in offences])
        expected = _joined([o.expected for o in offences])
        yield make(check.check_id, check.severity, "failed", organisation_id, delivery_id, observed, expected)
    at_fault = {organisation_id for organisation_id, _ in blamed}
    for organisation_id in dict.fromkeys(o for o, _ in concerned if o not in at_fault):
        yield make(check.check_id, check.severity, "passed", organisation_id, observed=outcome.observed)


def _blamed(offenders: Sequence[Offender], concerned: Sequence[_Subject]) -> dict[_Subject, list[Offender]]:
    blamed: dict[_Subject, list[Offender]] = defaultdict(list)
    for offender in offenders:
        named = [
            (organisation_id, delivery_id)
            for organisation_id, delivery_id in concerned
            if offender.organisation_id in (None, organisation_id) and offender.delivery_id in (None, delivery_id)
        ]
        for key in named or [(offender.organisation_id, offender.delivery_id)]:
            blamed[key].append(offender)
    return blamed


def _joined(texts: Sequence[str | None]) -> str | None:
    """Up to three different texts and how many more."""
    different = list(dict.fromkeys(text for text in texts if text))
    more = len(different) - _SHOWN_OFFENCES
    return "; ".join(different[:_SHOWN_OFFENCES]) + (f" (+{more})" if more > 0 else "") or None


def _maker(run_id: str, extract_id: str | None) -> _Make:
    checked_at = datetime.now(UTC).replace(tzinfo=None)

    def make(
        check_id: str,
        severity: Severity,
        status: Status,
        organisation_id: str | None = None,
        delivery_id: str | None = None,
        observed: str | None = None,
        expected: str | None = None,
    ) -> CheckResult:
        return CheckResult(
            run_id,
            check_id,
            organisation_id,
            extract_id,
            severity,
            status,
            _safe(observed),
            _safe(expected),
            checked_at,
            delivery_id,
        )

    return make


def _safe(text: str | None) -> str | None:
    return None if text is None else identity.mask_loosely(_PERSONAL.sub("***", text))[:_TEXT_LIMIT]


def _crash_text(suite: str, crash: Exception) -> str:
    """What a person may read of a crash. The message of another exception than ours may quote the data."""
    log.error("suite %s crashed: %s", suite, type(crash).__name__)
    return str(crash) if isinstance(crash, SuiteError) else f"the suite crashed ({type(crash).__name__})"


def _organisations(database: Path) -> list[str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "SELECT DISTINCT organisation_id FROM indicator_value UNION SELECT DISTINCT organisation_id FROM measure"
        ).fetchall()
    return sorted(row[0] for row in rows)


def _write_verdicts(settings: Settings, run_id: str, new: Sequence[Delivery], results: Sequence[CheckResult]) -> None:
    decided_at = datetime.now(UTC).replace(tzinfo=None)
    failing = _failing_checks(results)
    rows = []
    for delivery in new:
        key = (delivery.extract_id, delivery.organisation_id, delivery.delivery_id)
        verdict = "failed" if key in failing else "passed"
        ids = (delivery.delivery_id, delivery.organisation_id, delivery.extract_id)
        rows.append([run_id, *ids, verdict, failing.get(key, []), decided_at])
    lake.write_parquet(lake.table_path(settings, "verdict", run_id), lake.TABLES["verdict"], rows)


def _failing_checks(results: Sequence[CheckResult]) -> Mapping[tuple[str, str, str], list[str]]:
    """Ids of ERROR checks that failed or could not be evaluated, by (extract, organisation, delivery)."""
    failing: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for result in results:
        if result.severity == "ERROR" and result.status in ("failed", "error") and result.delivery_id:
            failing[str(result.extract_id), str(result.organisation_id), result.delivery_id].append(result.check_id)
    return failing


@contextmanager
def _scratch_folder(settings: Settings) -> Iterator[Path]:
    """A folder of its own under ``build/``, gone afterwards whatever happens."""
    settings.build.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="guard-", dir=settings.build))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
