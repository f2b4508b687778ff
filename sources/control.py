"""The control sidecar ``<file>.control.json``: what the supplier says the file holds.

``{"rows": 1200, "sums": {"summa": "123.45"}, "origin": "generated"}``; every part may be left out. ``rows``
counts data rows, ``sums`` are exact decimals over all data rows, ``origin`` marks generated or public data.
It must agree with what was READ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args

from sources import identity
from sources.refusal import Refused

SUFFIX = ".control.json"
Origin = Literal["delivered", "generated", "public"]


@dataclass(frozen=True, slots=True)
class Control:
    """Parsed sidecar. ``rows`` is None where the supplier states no number; column names are as written.

    ``name`` is the sidecar's, as it is shown.
    """

    name: str = ""
    rows: int | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    origin: Origin = "delivered"


def sidecar_of(path: Path) -> Path:
    """Return where the control file of ``path`` would be."""
    return path.with_name(path.name + SUFFIX)


def load_control(path: Path) -> Control:
    """Return the control of the delivered file ``path``, empty where there is none; Refused where broken."""
    sidecar = sidecar_of(path)
    if not sidecar.is_file():
        return Control()
    try:
        content = json.loads(sidecar.read_bytes(), parse_float=Decimal)
        return _parse(identity.mask_loosely(sidecar.name), content)
    except (ValueError, InvalidOperation) as error:
        problem = str(error) if type(error) is ValueError else "it cannot be read"
        raise Refused("broken_control", name=identity.mask_loosely(sidecar.name), problem=problem) from error


def _parse(name: str, content: Any) -> Control:
    if not isinstance(content, dict):
        raise ValueError("it is not an object")
    rows, sums, origin = content.get("rows"), content.get("sums", {}), content.get("origin", "delivered")
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or rows < 0):
        raise ValueError("rows is not a whole number")
    if not isinstance(sums, dict):
        raise ValueError("sums is not an object")
    if origin not in get_args(Origin):
        raise ValueError(f"origin is none of {', '.join(get_args(Origin))}")
    return Control(name, rows, {str(column): _decimal(value) for column, value in sums.items()}, origin)


def _decimal(value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("a sum is not a number")
    return number
