"""The contracts of the extracts: what a delivered file must be.

One YAML per extract in the Open Data Contract Standard (ODCS v3), parsed by the standard's own model. This
module gives our small, frozen view of it (:class:`Contract`, :class:`Column`) and refuses a contract that
contradicts itself. How a file is read against a contract is the matter of :mod:`sources.reader`.

What the standard leaves open we fix so:

* ``physicalType`` of a property is our type word: ``text``, ``code``, ``code(4)``, ``code(4-8)``, ``int``,
  ``dec(18,2)``, ``date``, ``month``, ``timestamp``, ``choice``.
* ``synonyms`` are header aliases, ``enum`` the allowed values, ``logicalTypeOptions`` ``minimum``,
  ``maximum`` and ``pattern`` (of a code that is not all digits) the range and form of a value. The first of
  ``examples`` is a made-up good value, shown to suppliers where the type alone suggests none.
* ``classification`` is ``internal``, ``personal`` (pseudonymised at reading) or ``free_text`` (never
  loaded).
* the tag ``name`` marks a column of names, which may hold any words.
* ``customProperties`` of the contract: ``deliveryMode``, ``scope``, ``periodColumns``,
  ``changeTimeColumn``, ``notBefore`` (a list of ``[later, earlier]`` column pairs), ``rejectLimitPercent``,
  ``forbiddenColumns``, ``adapter`` (a function of :mod:`sources.adapters`, public payloads only),
  ``titles``, ``sheetPeriodColumn`` (every sheet of a workbook is read, and a table without this column of
  months takes the month from its sheet's name: :mod:`sources.sheets`).
* ``slaProperties``: ``cadence``, ``dueDay`` (day of the following month), ``retention`` (years).
* a contract that is no longer in force lies in ``contracts/retired`` (see the README there) with the status
  ``retired`` and the customProperties ``retiredOn`` and ``retiredReason``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty, Team

from sources.header import fold

FOLDER = Path(__file__).parent / "contracts"
RETIRED = FOLDER / "retired"

Kind = Literal["text", "code", "int", "dec", "date", "month", "timestamp", "choice"]
Classification = Literal["internal", "personal", "free_text"]
DeliveryMode = Literal["replace_period", "upsert", "replace_all"]
Scope = Literal["organisation", "public"]
Cadence = Literal["daily", "weekly", "monthly", "yearly", "irregular"]

_TYPE_WORD = re.compile(r"(?P<kind>[a-z]+)(?:\((?P<first>\d+)(?:[,-](?P<second>\d+))?\))?")
_DUCKDB_TYPES: Mapping[Kind, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "choice": "VARCHAR",
    "int": "BIGINT",
    "date": "DATE",
    "month": "DATE",
    "timestamp": "TIMESTAMP",
}


class ContractError(ValueError):
    """A contract that is missing, malformed or contradicts itself. The message names the contract."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an extract.

    ``width`` is (fewest, most) digits of a code; ``precision`` and ``scale`` those of a ``dec``;
    ``minimum`` and ``maximum`` are inclusive. ``key_position`` counts from 1 and is None outside the key. ``is_name``
    marks names that may hold any words (a site called "Summa" is no sum row). ``example`` is empty where the contract
    gives none.
    """

    name: str
    kind: Kind
    required: bool = False
    key_position: int | None = None
    classification: Classification = "internal"
    title: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    width: tuple[int, int] | None = None
    precision: int = 18
    scale: int = 0
    pattern: str | None = None
    is_name: bool = False
    example: str = ""

    @property
    def loaded(self) -> bool:
        """False for free text, which never leaves the landed file."""
        return self.classification != "free_text"

    @property
    def personal(self) -> bool:
        """True where the value is replaced by a pseudonym at reading."""
        return self.classification == "personal"

    @property
    def duckdb_type(self) -> str:
        """Type of the column in the lake; a pseudonym is text whatever it was."""
        if self.personal:
            return "VARCHAR"
        if self.kind == "dec":
            return f"DECIMAL({self.precision},{self.scale})"
        return _DUCKDB_TYPES[self.kind]

    @property
    def folded_names(self) -> tuple[str, ...]:
        """Every header text, folded, that means this column."""
        return tuple(dict.fromkeys(fold(n) for n in (self.name, self.title, *self.aliases) if n))


@dataclass(frozen=True, slots=True)
class Contract:
    """One extract: its columns and the rules of its delivery; the module's docstring names each field's
    source.

    ``due_day`` is the day of the following month, None where none is agreed. ``forbidden_columns`` are
    regular expressions searched in folded header names; a match refuses the delivery. ``not_before`` are
    pairs (later column, earlier column) of which the first may not precede the second.
    """

    extract_id: str
    version: str
    title_fi: str
    title_sv: str
    title_en: str
    description: str
    columns: tuple[Column, ...]
    delivery_mode: DeliveryMode
    cadence: Cadence
    scope: Scope
    owner: str
    due_day: int | None = None
    period_columns: tuple[str, ...] = ()
    change_time_column: str | None = None
    not_before: tuple[tuple[str, str], ...] = ()
    reject_limit_percent: float = 1.0
    forbidden_columns: tuple[str, ...] = ()
    retention_years: int | None = None
    adapter: str | None = None
    sheet_period_column: str | None = None

    @property
    def loaded_columns(self) -> tuple[Column, ...]:
        """The columns that reach the lake, in contract order."""
        return tuple(c for c in self.columns if c.loaded)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in key order; empty where the extract has none."""
        keyed = [c for c in self.columns if c.key_position is not None]
        return tuple(c.name for c in sorted(keyed, key=lambda c: c.key_position or 0))

    def column(self, name: str) -> Column:
        """Return the column ``name``; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def title(self, language: str) -> str:
        """The extract's name in ``fi``, ``sv`` or ``en``."""
        return {"fi": self.title_fi, "sv": self.title_sv}.get(language, self.title_en)


@dataclass(frozen=True, slots=True)
class Retired:
    """A contract that is no longer in force, when it was retired, and why (by language, whole sentences)."""

    contract: Contract
    retired_on: date
    reason: Mapping[str, str]


def parse_contract(text: str) -> Contract:
    """Return the contract in YAML ``text``; ContractError where it is no ODCS or contradicts itself."""
    return _checked(_document(text))


def _document(text: str) -> OpenDataContractStandard:
    try:
        return OpenDataContractStandard.from_string(text)
    except Exception as error:  # the model raises yaml, pydantic and type errors alike
        raise ContractError(f"Not an ODCS v3 contract: {error}") from error


def _checked(document: OpenDataContractStandard) -> Contract:
    contract = _view(document)
    problems = list(_contradictions(contract))
    if problems:
        raise ContractError(f"Contract {contract.extract_id}: " + "; ".join(problems))
    return contract


@cache
def load_contract(extract_id: str) -> Contract:
    """Return the contract of ``extract_id``; ContractError where there is none."""
    path = FOLDER / f"{extract_id}.yaml"
    if not path.is_file():
        raise ContractError(f"There is no contract for the extract {extract_id!r}.")
    contract = parse_contract(path.read_text(encoding="utf-8"))
    if contract.extract_id != extract_id:
        raise ContractError(f"{path.name} holds the contract of {contract.extract_id!r}.")
    return contract


@cache
def load_contracts() -> dict[str, Contract]:
    """Return every contract in force by extract_id, in alphabetical order (``retired/`` is history)."""
    return {path.stem: load_contract(path.stem) for path in sorted(FOLDER.glob("*.yaml"))}


def load_retired(folder: Path = RETIRED) -> dict[str, Retired]:
    """Return every retired contract by extract_id; ContractError where one does not follow the folder's rule."""
    return {path.stem: _retired(path) for path in sorted(folder.glob("*.yaml"))}


def _retired(path: Path) -> Retired:
    document = _document(path.read_text(encoding="utf-8"))
    contract = _checked(document)
    custom: dict[str, Any] = {str(p.property): p.value for p in document.customProperties or []}
    retired_on, reason = _day(custom.get("retiredOn")), custom.get("retiredReason")
    if contract.extract_id != path.stem:
        raise ContractError(f"retired/{path.name} holds the contract of {contract.extract_id!r}.")
    if document.status != "retired" or (FOLDER / path.name).exists():
        raise ContractError(f"retired/{path.name}: the contract is still in force.")
    if retired_on is None:
        raise ContractError(f"retired/{path.name}: retiredOn is no date.")
    if not isinstance(reason, dict) or not all(reason.get(language) for language in ("fi", "sv", "en")):
        raise ContractError(f"retired/{path.name}: retiredReason is needed in fi, sv and en.")
    return Retired(contract, retired_on, reason)


def _day(value: object) -> date | None:
    """The date of a YAML value, which is a date or its text."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _view(document: OpenDataContractStandard) -> Contract:
    extract_id = document.id or "?"
    if not document.schema_ or not document.schema_[0].properties:
        raise ContractError(f"Contract {extract_id}: no schema with properties.")
    custom: dict[str, Any] = {str(p.property): p.value for p in document.customProperties or []}
    sla: dict[str, Any] = {str(p.property): p.value for p in document.slaProperties or []}
    titles: Mapping[str, str] = custom.get("titles", {})
    purpose = document.description.purpose if document.description else None
    due_day, retention = sla.get("dueDay"), sla.get("retention")
    return Contract(
        extract_id=extract_id,
        version=document.version or "?",
        title_fi=titles.get("fi", extract_id),
        title_sv=titles.get("sv", extract_id),
        title_en=titles.get("en", extract_id),
        description=(purpose or "").strip(),
        columns=tuple(_column(extract_id, p) for p in document.schema_[0].properties),
        delivery_mode=_one_of(extract_id, custom.get("deliveryMode"), DeliveryMode),
        cadence=_one_of(extract_id, sla.get("cadence"), Cadence),
        scope=_one_of(extract_id, custom.get("scope", "organisation"), Scope),
        owner=_owner(document),
        due_day=None if due_day is None else int(due_day),
        period_columns=tuple(custom.get("periodColumns", ())),
        change_time_column=custom.get("changeTimeColumn"),
        not_before=tuple((later, earlier) for later, earlier in custom.get("notBefore", ())),
        reject_limit_percent=float(custom.get("rejectLimitPercent", 1.0)),
        forbidden_columns=tuple(custom.get("forbiddenColumns", ())),
        retention_years=None if retention is None else int(retention),
        adapter=custom.get("adapter"),
        sheet_period_column=custom.get("sheetPeriodColumn"),
    )


def _owner(document: OpenDataContractStandard) -> str:
    """The role that answers for the extract: the team's first member's role, else the team's name."""
    team = document.team
    members = team.members if isinstance(team, Team) else team
    if members and members[0].role:
        return members[0].role
    return (team.name if isinstance(team, Team) else None) or "?"


def _column(extract_id: str, item: SchemaProperty) -> Column:
    name = item.name or "?"
    match = _TYPE_WORD.fullmatch(item.physicalType or "")
    if match is None:
        raise ContractError(f"Contract {extract_id}: column {name}: unknown type {item.physicalType!r}.")
    kind = _one_of(extract_id, match["kind"], Kind)
    numbers = [int(n) for n in (match["first"], match["second"]) if n is not None]
    options = item.logicalTypeOptions or {}
    return Column(
        name=name,
        kind=kind,
        required=bool(item.required),
        key_position=item.primaryKeyPosition if item.primaryKey else None,
        classification=_one_of(extract_id, item.classification or "internal", Classification),
        title=item.businessName or "",
        description=item.description or "",
        aliases=tuple(s.synonym for s in item.synonyms or [] if s.synonym),
        allowed=tuple(str(e.value) for e in item.enum or []),
        minimum=_decimal(options.get("minimum")),
        maximum=_decimal(options.get("maximum")),
        width=(numbers[0], numbers[-1]) if kind == "code" and numbers else None,
        precision=numbers[0] if kind == "dec" and numbers else 18,
        scale=numbers[1] if kind == "dec" and len(numbers) > 1 else 0,
        pattern=options.get("pattern"),
        is_name="name" in (item.tags or []),
        example=str(item.examples[0]) if item.examples else "",
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _one_of(extract_id: str, value: Any, vocabulary: Any) -> Any:
    """Return ``value`` when it is a word of the Literal ``vocabulary``; ContractError otherwise."""
    words = get_args(vocabulary)
    if value not in words:
        raise ContractError(f"Contract {extract_id}: {value!r} is not one of {', '.join(words)}.")
    return value


def _contradictions(contract: Contract) -> list[str]:
    names = [c.name for c in contract.columns]
    mentioned = [*contract.period_columns, *(n for pair in contract.not_before for n in pair)]
    if contract.change_time_column:
        mentioned.append(contract.change_time_column)
    problems = [f"no column {name!r}" for name in mentioned if name not in names]
    problems += _ambiguous_names(contract.columns)
    months = [
        c.name for c in contract.columns if c.kind == "month" and c.required and c.name in contract.period_columns
    ]
    if contract.sheet_period_column not in (None, *months):
        problems.append("sheetPeriodColumn must be a required month of the period")
    if (contract.delivery_mode == "replace_period") != bool(contract.period_columns):
        problems.append("periodColumns belong to replace_period, and only to it")
    if contract.delivery_mode == "upsert" and not contract.key:
        problems.append("upsert needs a primary key")
    positions = sorted(c.key_position for c in contract.columns if c.key_position is not None)
    if positions != list(range(1, len(positions) + 1)):
        problems.append("primaryKeyPosition must run 1, 2, 3, ...")
    choices = [c for c in contract.columns if c.kind == "choice"]
    return problems + [f"{c.name}: choice without enum" for c in choices if not c.allowed]


def _ambiguous_names(columns: Sequence[Column]) -> list[str]:
    owner: dict[str, str] = {}
    pairs = [(name, column.name) for column in columns for name in column.folded_names]
    return [f"{n!r} means both {owner[n]} and {c}" for n, c in pairs if owner.setdefault(n, c) != c]
