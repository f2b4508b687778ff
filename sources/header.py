"""Which delivered column is which contract column, and on which line the header is.

Suppliers write the same column as ``Kirjauspäivä``, ``KIRJAUS_PVM`` or ``kirjauspaiva``: names are compared
folded (case, spaces, underscores, hyphens and the dots of å, ä, ö do not count). Guessing by likeness is
deliberately absent: a name that is neither the contract's nor one of its aliases is unknown, is not loaded,
and is told to the supplier.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.refusal import Refused

if TYPE_CHECKING:  # the contract's own column names are folded with this module
    from sources.contract import Contract

MAX_TITLE_LINES = 20

_IGNORED = re.compile(r"[\s_\-\u2010-\u2015\u00ad\ufeff]+")

Record = Sequence[str | None]


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, underscores, hyphens or diacritics.

    >>> fold("Hyväksymis_vaihe ") == fold("HYVAKSYMISVAIHE")
    True
    """
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _IGNORED.sub("", bare).casefold()


@dataclass(frozen=True, slots=True)
class Header:
    """The header line of one file.

    ``row`` is its record number (1 = first), ``cells`` its texts as delivered, ``position`` the cell index
    of each contract column that is there, ``unknown`` the indexes of named cells that mean no contract
    column.
    """

    row: int
    cells: tuple[str, ...]
    position: Mapping[str, int]
    unknown: tuple[int, ...]


def find_header(records: Sequence[Record], contract: Contract) -> tuple[int, int]:
    """Return (score, record number) of the record that names most contract columns; (0, 0) where none does.

    At most :data:`MAX_TITLE_LINES` lines of titles, blank ones not counted, may stand before it.
    """
    names = _names(contract)
    best = (0, 0)
    titles = 0
    for number, record in enumerate(records, start=1):
        known = {names[f] for cell in record if cell and (f := fold(cell)) in names}
        if len(known) > best[0]:
            best = (len(known), number)
        titles += any(cell and cell.strip() for cell in record)
        if titles > MAX_TITLE_LINES:
            break
    return best if best[0] >= min(2, len(contract.columns)) else (0, 0)


def match_header(cells: Record, row: int, contract: Contract, given: str | None = None) -> Header:
    """Return the header in ``cells``; Refused for a forbidden, doubled or missing column, with the names.

    The column ``given`` may be missing: its values come from elsewhere.
    """
    texts = tuple((cell or "").strip() for cell in cells)
    folded = [fold(text) for text in texts]
    _refuse_forbidden(texts, folded, contract)
    names = _names(contract)
    meaning = [names.get(f, f) for f in folded]
    doubled = [m for m, n in Counter(m for m in meaning if m).items() if n > 1]
    if doubled:
        raise Refused("duplicate_column", columns=", ".join(doubled))
    position = {m: i for i, (m, f) in enumerate(zip(meaning, folded, strict=True)) if f in names}
    missing = [c.name for c in contract.loaded_columns if c.required and c.name not in {*position, given}]
    if missing:
        raise Refused("missing_column", columns=", ".join(missing))
    unknown = tuple(i for i, f in enumerate(folded) if f and f not in names)
    return Header(row, texts, position, unknown)


def _names(contract: Contract) -> dict[str, str]:
    return {folded: column.name for column in contract.columns for folded in column.folded_names}


def _refuse_forbidden(texts: Sequence[str], folded: Sequence[str], contract: Contract) -> None:
    patterns = [re.compile(p) for p in contract.forbidden_columns]
    found = [t for t, f in zip(texts, folded, strict=True) if any(p.search(f) for p in patterns)]
    if found:
        raise Refused("forbidden_column", columns=", ".join(found))
