"""The whole night on one screen.

landing ─▶ lake/<extract> … ─▶ lake/verdict ─▶ dbt (seeds, models, tests) ─▶ gate ─▶ release ─▶ alerts
files      typed, accepted     Great             build.duckdb                 GX     warehouse,  outbox,
           or rejected         Expectations                                          page         letters
"""

from dagster import AssetSelection, Definitions, define_asset_job, in_process_executor

from orchestration.assets import extracts, gate_asset, landed, release, verdict, warehouse
from orchestration.dbt import dbt_resource
from orchestration.night import Night
from orchestration.sensors import NIGHTLY, landing_sensor, schedule
from orchestration.telling import failed_night, outbox, told

gate = gate_asset(sorted(warehouse.keys))

nightly = define_asset_job(
    NIGHTLY,
    selection=AssetSelection.all(),
    description="From delivered files to a released, queryable number.",
)

defs = Definitions(
    assets=[landed, *extracts, verdict, warehouse, gate, release, told],
    jobs=[nightly],
    schedules=[schedule],
    sensors=[landing_sensor, failed_night, outbox],
    resources={"night": Night(), "dbt_cli": dbt_resource()},
    executor=in_process_executor,
)
