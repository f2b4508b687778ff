"""Forecasts of all measures and indicators, by dbt in this process; the code is the package beside the models.

On Spark `dbt.ref` gives a Spark frame: there it is `toPandas()` instead of `df()`. Nothing else knows the engine.
"""

from typing import Any


def model(dbt: Any, session: Any) -> Any:
    """One frame of all forecasts; published through the SQL models that read it, which have contracts."""
    dbt.config(materialized="table")

    from forecasting.frames import forecast_all

    return forecast_all(dbt.ref("int_forecast_series").df(), dbt.ref("int_forecast_indicator").df())
