"""Decode a json-stat2 answer of Statistics Finland's PxWeb, and encode a population table in the same form.

Covers a single dataset of JSON-stat 2.0 as https://json-stat.org/full defines it: categories ordered by the
VALUE of their index (the order of the keys means nothing: ``"1", "10", "2"``), an index as object or as
list or, where a dimension has one category, absent; values as a list or as a sparse object; a unit for each
category of the metric dimension. A null value is a figure that the publisher does not give, and stays None:
it is never zero.

Does not cover collections, ``status`` marks, or coordinates. Codes of variables are discovered from the
answer, because those of June 2026 carry a classification date (``alue_23_20260101``) that changes every
year.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

Number = int | Decimal

GENERATED = "Tilannekuva: generated figures, not of Statistics Finland"


class JsonStatError(ValueError):
    """The document is not a json-stat2 dataset, or contradicts itself. The message says where."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension: ``labels``: code to name, in the dataset's order; ``units``: code to unit."""

    id: str
    role: str | None
    labels: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A decoded table: ``values`` has a number or None for each cell, the last dimension running fastest."""

    table_id: str | None
    dimensions: tuple[Dimension, ...]
    values: tuple[Number | None, ...]

    def cells(self) -> Iterator[tuple[dict[str, str], Number | None]]:
        """Yield each cell as ({dimension id: category code}, value), in the dataset's order."""
        names = [d.id for d in self.dimensions]
        for codes, value in zip(product(*(d.labels for d in self.dimensions)), self.values, strict=True):
            yield dict(zip(names, codes, strict=True)), value


def loads(text: str) -> Any:
    """Parse JSON with every decimal kept as written; JsonStatError where ``text`` is not JSON.

    Floats would turn 23.8 into its nearest binary neighbour before the contract's type has had a say.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError as error:
        raise JsonStatError(f"text that is not JSON ({error})") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def decode(doc: Any) -> Dataset:
    """Return the dataset in ``doc``, a parsed json-stat2 answer; JsonStatError where there is none."""
    if not isinstance(doc, dict) or doc.get("class") != "dataset" or "value" not in doc:
        raise JsonStatError(f"{describe(doc)} that is not a json-stat2 dataset")
    try:
        roles = {name: role for role, names in doc.get("role", {}).items() for name in names}
        dimensions = tuple(_dimension(name, doc["dimension"][name], roles.get(name)) for name in doc["id"])
        table_id = doc.get("extension", {}).get("px", {}).get("tableid")
    except (KeyError, TypeError, AttributeError) as error:
        raise JsonStatError(f"a json-stat2 dataset with a malformed dimension ({error!r})") from error
    sizes = [len(d.labels) for d in dimensions]
    if sizes != doc.get("size"):
        raise JsonStatError(f"a json-stat2 dataset of size {doc.get('size')} whose dimensions have {sizes} categories")
    return Dataset(table_id, dimensions, _values(doc["value"], prod(sizes)))


def describe(doc: Any) -> str:
    """Say in a few words what a parsed JSON document is; for messages, never its values."""
    if isinstance(doc, dict):
        return f"a JSON object with the keys {', '.join(sorted(map(str, doc))[:8]) or '(none)'}"
    return f"a JSON {type(doc).__name__}"


def _dimension(name: str, body: Mapping[str, Any], role: str | None) -> Dimension:
    category = body["category"]
    labels = category.get("label", {})
    codes = _ordered(name, category.get("index", list(labels)[:1]))
    units = {code: str(unit.get("base", "")) for code, unit in category.get("unit", {}).items()}
    return Dimension(name, role, {code: str(labels.get(code, code)) for code in codes}, units)


def _ordered(name: str, index: Mapping[str, int] | Sequence[str]) -> list[str]:
    """Category codes in order; an object's positions must be 0, 1, 2, ... for the values to fall in place."""
    if not isinstance(index, Mapping):
        return list(index)
    if sorted(index.values()) != list(range(len(index))):
        raise JsonStatError(f"a json-stat2 dataset whose dimension {name} has positions other than 0, 1, 2, ...")
    return sorted(index, key=lambda code: index[code])


def _values(value: Any, count: int) -> tuple[Number | None, ...]:
    if isinstance(value, dict):
        positions = {str(position) for position in range(count)}
        if not value.keys() <= positions:
            raise JsonStatError(f"a json-stat2 dataset of {count} cells with a value outside them")
        value = [value.get(str(position)) for position in range(count)]
    if not isinstance(value, list) or len(value) != count:
        found = len(value) if isinstance(value, list) else type(value).__name__
        raise JsonStatError(f"a json-stat2 dataset of {count} cells with {found} values")
    if any(isinstance(v, bool) or not isinstance(v, int | Decimal | None) for v in value):
        raise JsonStatError("a json-stat2 dataset with a value that is neither a number nor null")
    return tuple(value)


def encode_population(
    rows: Iterable[tuple[str, str, int, int]], *, source: str = GENERATED, classified: str = "20260101"
) -> dict[str, Any]:
    """Return a population table as the json-stat2 answer that table 11re gives since June 2026.

    ``rows`` are (area such as ``KU075``, age such as ``SSS``, ``0`` ... ``99``, ``100-``, year, persons at
    31 December), both sexes together. Categories keep the order in which they first appear; a cell without
    a row is null. ``classified`` is the date of the area classification. ValueError for a negative figure
    and for two different ones of the same cell.
    """
    persons: dict[tuple[str, str, str], int] = {}
    for area, age, year, count in rows:
        if persons.setdefault((area, age, str(year)), count) != count or count < 0:
            raise ValueError(f"two different figures, or a negative one, for {area}, {age}, {year}")
    areas, ages, years = (list(dict.fromkeys(cell[axis] for cell in persons)) for axis in range(3))
    categories = {
        f"alue_23_{classified}": areas,
        "ikaryhma_10_20180101": ages,
        "sukupuoli_9_20180101": ["SSS"],
        "timeperiod_y": years,
        "contentscode": ["vaerak-vaesto"],
    }
    dimension: dict[str, Any] = {
        name: {
            "label": name,
            "category": {"index": {c: i for i, c in enumerate(codes)}, "label": {c: c for c in codes}},
        }
        for name, codes in categories.items()
    }
    dimension["contentscode"]["category"]["unit"] = {"vaerak-vaesto": {"base": "lukumäärä", "decimals": 0}}
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Väestö 31.12.",
        "source": source,
        "id": list(categories),
        "size": [len(codes) for codes in categories.values()],
        "role": {"time": ["timeperiod_y"], "metric": ["contentscode"]},
        "dimension": dimension,
        "extension": {"px": {"tableid": "11re"}},
        "value": [persons.get(cell) for cell in product(areas, ages, years)],
    }
