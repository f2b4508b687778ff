"""Forecasts of monthly series: pure functions, arrays and frames in and out, no database.

The dbt model ``int_forecast`` calls :func:`forecasting.frames.forecast_all`. What each part decides and why is told in
docs/forecasting.md.
"""
