"""Stands in for dbt's `exceptions` while sqlfluff lints: there the settings have no values, and none is wrong."""


def raise_compiler_error(_message: str) -> str:
    """Nothing, where dbt would stop with the message."""
    return ""
