"""The steps of the night as assets. Each is a few lines: the work is done by the packages below.

A step never raises because one delivery is bad: what is wrong is recorded where the next step and the release find
it, and the rest goes on. A step raises when the night as a whole cannot be defended.

No ``from __future__ import annotations`` here: Dagster reads the annotations of its functions' contexts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Failure,
    MaterializeResult,
    RetryRequested,
    asset,
    multi_asset,
)
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from expectations import runner
from expectations.result import CheckResult
from orchestration import dbt, outcome
from orchestration.night import Night
from publishing import closing
from publishing import release as publishing
from sources import lake, landing
from sources.contract import load_contracts

EXTRACTS = tuple(sorted(load_contracts()))


def _key(name: str) -> AssetKey:
    return AssetKey(["lake", name])


@asset(
    key=_key("landing"),
    group_name="in",
    description="Clears up after a killed night and lists what has landed.",
)
def landed(context: AssetExecutionContext, night: Night) -> MaterializeResult[None]:
    """Recover, write the contracts as rows, look into landing."""
    night.begin("landing")
    dbt.fresh_build(night.settings)
    publishing.recover(night.settings)
    lake.ensure(night.settings)
    results = outcome.scan_results(night.scan, context.run_id)
    runner.write_results(night.settings, f"{context.run_id}-scan", results)
    return MaterializeResult(metadata={"files": len(night.scan.files), "strays": len(night.scan.unknown)})


def extract_asset(extract_id: str) -> AssetsDefinition:
    """The asset that takes in the landed files of one extract, of every organisation."""

    @asset(
        key=_key(extract_id),
        group_name="in",
        deps=[_key("landing")],
        description=load_contracts()[extract_id].title_fi,
        kinds={"parquet"},
    )
    def take_in(context: AssetExecutionContext, night: Night) -> MaterializeResult[None]:
        night.begin(extract_id)
        try:
            files = [file for file in night.scan.files if file.extract_id == extract_id]
            taken = landing.take_in(night.settings, extract_id, files, lambda file: night.begin(file.file_name))
        except (
            OSError,
            duckdb.IOException,
        ) as passing:  # a full disk or a share that went away; bad input never gets here
            raise RetryRequested(max_retries=2, seconds_to_wait=10) from passing
        if results := outcome.failure_results(taken.failures, context.run_id):
            runner.write_results(night.settings, f"{context.run_id}-{extract_id}", results)
        return MaterializeResult(metadata=outcome.counts(taken.receipts))

    return take_in


extracts = [extract_asset(extract_id) for extract_id in EXTRACTS]


@multi_asset(
    name="verdict",
    specs=[AssetSpec(_key("verdict"), group_name="guard", deps=[_key(e) for e in EXTRACTS])],
    check_specs=[AssetCheckSpec(extract_id, asset=_key("verdict")) for extract_id in EXTRACTS],
)
def verdict(context: AssetExecutionContext, night: Night) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
    """What landed is judged by its suites; a delivery that fails does not become current."""
    night.begin("verdict")
    results = runner.validate_landed(night.settings, context.run_id, night.date)
    runner.write_results(night.settings, f"{context.run_id}-landed", results)
    yield MaterializeResult(asset_key=_key("verdict"), metadata=outcome.tally(results))
    for extract_id in EXTRACTS:
        yield as_check(extract_id, _key("verdict"), [r for r in results if r.extract_id == extract_id])


class LakeTranslator(DagsterDbtTranslator):
    """Names dbt's models as the warehouse does and hangs the staging models on the lake."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """``<schema>.<name>``, grouped by schema; ``stg_<x>`` rests on the lake's asset ``<x>``, where there is one."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"][unique_id]
        staged = node["name"].removeprefix("stg_")
        read = [AssetDep(_key(staged))] if staged in {*EXTRACTS, "verdict"} and staged != node["name"] else []
        return spec.replace_attributes(group_name=node["schema"], deps=[*spec.deps, *read])

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Schema and name, as in the database."""
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])


@dbt_assets(manifest=dbt.manifest(), name="warehouse", dagster_dbt_translator=LakeTranslator())
def warehouse(context: AssetExecutionContext, night: Night, dbt_cli: DbtCliResource) -> Iterator[Any]:
    """One ``dbt build``: seeds, models, unit tests and data tests, into an empty database."""
    night.begin("dbt")
    night.settings.build_database.unlink(missing_ok=True)
    target = night.settings.build / "dbt"
    build = dbt_cli.cli(
        [
            "build",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            dbt.variables(night.settings, night.date),
        ],
        context=context,
        target_path=target,
    )
    try:
        yield from build.stream()
    finally:  # a failed build's tests are results too
        found = runner.dbt_results(target / "run_results.json", context.run_id)
        runner.write_results(night.settings, f"{context.run_id}-dbt", found)


def gate_asset(upstream: Sequence[AssetKey]) -> AssetsDefinition:
    """The asset that judges tonight's indicators and writes down every result of the night."""

    @asset(key=AssetKey("gate"), group_name="guard", deps=list(upstream))
    def gate(context: AssetExecutionContext, night: Night) -> MaterializeResult[None]:
        """Judge the build; an ERROR that names no organisation concerns everybody and stops the release."""
        night.begin("gate")
        results = [
            *outcome.delivery_results(night.settings, context.run_id),
            *closing.results(night.settings, context.run_id, outcome.utc_now()),
            *runner.validate_build(night.settings, context.run_id, night.date),
        ]
        runner.write_results(night.settings, f"{context.run_id}-gate", results)
        if stopped := outcome.stops_the_night(results):
            raise Failure(f"no release tonight: {stopped}", allow_retries=False)
        return MaterializeResult(metadata=outcome.tally(results))

    return gate


@asset(key=AssetKey("release"), group_name="out", deps=[AssetKey("gate")])
def release(context: AssetExecutionContext, night: Night) -> MaterializeResult[None]:
    """Write, verify and swap in the release, with its page; what could not be defended is withheld."""
    night.begin("release")
    made = publishing.publish(night.settings, outcome.night_run(night.settings, context.run_id, night.date))
    return MaterializeResult(metadata={"release_id": made.release_id, "path": str(made.path)})


def as_check(name: str, key: AssetKey, results: Sequence[CheckResult]) -> AssetCheckResult:
    """The results of one suite as one Dagster check: failed by an ERROR, warned by a WARN."""
    bad = [r for r in results if r.status in {"failed", "error"}]
    return AssetCheckResult(
        check_name=name,
        asset_key=key,
        passed=not bad,
        severity=AssetCheckSeverity.ERROR if any(r.severity == "ERROR" for r in bad) else AssetCheckSeverity.WARN,
        metadata={r.check_id: f"{r.observed} (expected {r.expected})" for r in bad},
    )
