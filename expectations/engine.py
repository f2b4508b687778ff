"""Great Expectations on DuckDB by SQL: the only module that imports Great Expectations.

The import takes 7-8 seconds, so this module is itself imported only inside the function that validates; nothing
else of the package may import it at its top (a test keeps this).

**Why an execution engine of our own.** ``SqlAlchemyExecutionEngine.execute_query`` returns a cursor after it has
closed the cursor's connection. Most drivers have the rows by then; duckdb-engine has not, and every expectation
fails with "list index out of range". :class:`DuckDBExecutionEngine` takes the rows while the connection is open.
Remove it when Great Expectations or duckdb-engine does so itself: ``tests/expectations/test_engine.py`` fails
without it.

Great Expectations decides whether a check holds and counts what does not. Who is to blame is read by a query of our
own, because it hands out 200 rows at most and a night may have more bad deliveries than that. It never sees row
values in its results (result format BASIC), so nothing personal can leak through it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import great_expectations as gx
import great_expectations.expectations as gxe
import sqlalchemy as sa
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

from expectations.suite import Check

log = logging.getLogger(__name__)

# Errors of the SQL itself speak of tables and columns; every other message may quote a value of the data.
_HARMLESS_ERRORS = ("Binder Error", "Catalog Error", "Parser Error")


@dataclass(frozen=True, slots=True)
class Offender:
    """One row that a check returned: who is to blame (None: everybody the check concerns), and two short texts."""

    organisation_id: str | None
    delivery_id: str | None
    observed: str | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one check. ``observed`` speaks for the check as a whole, ``offenders`` for each to blame."""

    status: Literal["passed", "failed", "error"]
    observed: str | None = None
    offenders: tuple[Offender, ...] = field(default=())


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The SQL execution engine, made to read its rows before it lets go of the connection (see the module)."""

    def execute_query(self, query: sa.Selectable | sa.TextClause) -> Any:
        """Execute ``query`` and return its rows, detached from the connection."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


# An alias, because the class below has an attribute `type`.
_EngineType = type[SqlAlchemyExecutionEngine]


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file as a data source of Great Expectations."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> _EngineType:
        """The engine of this module."""
        return DuckDBExecutionEngine


def run(database: Path, relation: str, checks: Sequence[Check]) -> dict[str, Outcome]:
    """Run ``checks`` on a DuckDB file, opened read-only; an outcome for every check, in no particular order.

    ``relation`` is the table or view that expectations of Great Expectations' own types are about; SQL checks may
    read every relation of the file. A check that cannot be evaluated is an ``error``, never a pass.
    """
    context = _quiet_context()
    source = context.data_sources.add_duckdb(
        name="guard",
        connection_string=f"duckdb:///{database}",
        kwargs={"connect_args": {"read_only": True}},
    )
    engine = source.get_execution_engine()
    try:
        asset = source.add_query_asset(name=relation, query=f"SELECT * FROM {relation}")
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        suite = gx.ExpectationSuite(name=relation, expectations=[_expectation(check) for check in checks])
        validation = batch.validate(suite, result_format="BASIC")
        by_id = {result.expectation_config.meta["check_id"]: result for result in validation.results}
        return {check.check_id: _outcome(check, by_id.get(check.check_id), engine) for check in checks}
    finally:
        source.get_engine().dispose()
        engine.engine.dispose()


def _quiet_context() -> Any:
    """An ephemeral context: nothing on disk, nothing sent, no progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _expectation(check: Check) -> Any:
    meta = {"check_id": check.check_id}
    if check.sql is not None:
        # Great Expectations formats the query, so braces are doubled; it also prints a remark unless the query
        # names its batch, which ours has no need of, hence the comment.
        query = check.sql.replace("{", "{{").replace("}", "}}") + "\n/* {batch} */"
        return UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)
    return getattr(gxe, str(check.expectation))(**check.kwargs, meta=meta)


def _outcome(check: Check, result: ExpectationValidationResult | None, engine: Any) -> Outcome:
    if result is None:
        return Outcome("error", "the check was not evaluated")
    if result.success:
        return Outcome("passed", _observed(result))
    if messages := list(_exceptions(result.exception_info or {})):
        log.error("check %s cannot be evaluated: %s", check.check_id, messages[0])
        return Outcome("error", messages[0])
    if check.sql is None:
        return Outcome("failed", _observed(result))
    try:
        return Outcome("failed", _observed(result), tuple(_offenders(check.sql, engine)))
    except (sa.exc.SQLAlchemyError, GreatExpectationsError) as failure:
        return Outcome("error", _harmless(str(failure)))


def _observed(result: ExpectationValidationResult) -> str | None:
    value = result.result.get("observed_value")
    return None if value is None else str(value)


def _offenders(sql: str, engine: Any) -> list[Offender]:
    """All rows of the check, in an order that is the same every night."""
    rows = [
        {column: None if value is None else str(value) for column, value in row.items()}
        for row in engine.execute_query(sa.text(sql)).mappings()
    ]
    offenders = [Offender(r["organisation_id"], r.get("delivery_id"), r["observed"], r["expected"]) for r in rows]
    return sorted(offenders, key=lambda o: (o.organisation_id or "", o.delivery_id or "", o.observed or ""))


def _exceptions(info: Mapping[str, Any]) -> Iterable[str]:
    """Messages of what was raised; Great Expectations reports either one exception or one for each metric."""
    reports = [info] if "raised_exception" in info else info.values()
    for report in reports:
        if report.get("raised_exception"):
            yield _harmless(str(report.get("exception_message") or ""))


def _harmless(message: str) -> str:
    """The first telling line of an error of the SQL; other errors only by kind, since they may quote the data."""
    for line in message.splitlines():
        for kind in _HARMLESS_ERRORS:
            if kind in line:
                return line[line.index(kind) :]
    return "the check could not be evaluated"
