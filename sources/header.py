"""Which delivered column is which contract column, and on which line the header is.

Suppliers write the same column as ``Kirjauspäivä``, ``KIRJAUS_PVM`` or ``kirjauspaiva``: names are compared
folded (case, spaces, underscores, hyphens and the dots of å, ä, ö do not count). Guessing by likeness is
deliberately absent: a name that is neither the contract's nor one of its aliases is unknown, is not loaded,
and is told to the supplier.

A header is text that somebody wrote, and so is a sheet's name: a workbook may have a column or a sheet for each person.
It is shown as it is only where all its words are known (those of the contract, also misspelt ones, months, and
:data:`COMMON`); else its number and its shape are (:mod:`sources.shape`), by which the supplier finds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from babel.dates import get_month_names

from sources import identity
from sources.refusal import Refused
from sources.shape import LONGEST, is_plain, shape

if TYPE_CHECKING:  # the contract's own column names are folded with this module
    from sources.contract import Contract

MAX_TITLE_LINES = 20

_COMMON = """
koodi nimi nimike numero nro pvm paiva paivamaara kuukausi kk vuosi laji tyyppi luokka ryhma maara arvo summa tunnus
tila tieto lisatieto lisatiedot selite kuvaus huom huomautus huomautukset kommentti kommentit viite yksikko paikka
osasto hinta vero alv muu muut versio toimittaja toimittajan asiakas asiakkaan henkilo henkilon yksikon tuote rivi
ohje ohjeet taul taulu taulukko data tiedot luvut kaavio yhteenveto muutokset muistiinpanot liite
kod namn benamning nummer nr datum dag manad ar typ klass grupp antal belopp id status uppgift beskrivning
anmarkning kommentar referens leverantor klient person personens enhet avdelning pris moms version kalla blad
anvisning anvisningar bilaga code name number no date day month year type class group count value amount sum
description note notes comment comments reference supplier client unit department price vat tax other source sheet
table chart summary readme instructions total indicator region gender
"""
COMMON = frozenset(_COMMON.split())
"""Words of headers and sheets' names that are no person's name, folded."""
_COMPOUNDED = ("koodi", "nimi", "numero", "tunnus", "pvm", "laji", "tyyppi", "luokka", "ryhma", "selite", "prosentti")
"""The last parts of Finnish compounds that are headers; ``paikka`` or ``lahde`` would be surnames."""
_TYPO_LETTERS = 7
_TYPO_LIKENESS = 0.8
_WORD = re.compile(r"[^\W\d_]+")

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


def shown_name(text: str, number: int, contract: Contract) -> str:
    """What is shown of the header of column ``number`` (1 = first), or of the name of that sheet of a workbook.

    ``Kustanuspaikka`` and ``Alv-koodi`` are shown, ``Aino Esimerkki`` as fourth is ``#4 <xxxx xxxxxxxxx>``.
    """
    masked = identity.mask(text)
    rest = _WORD.sub(lambda word: "" if _is_known(fold(word[0]), contract) else word[0], masked)
    return masked if len(masked) <= 2 * LONGEST and is_plain(rest) else f"#{number} {shape(masked)}"


def _is_known(word: str, contract: Contract) -> bool:
    words, long, forbidden = _vocabulary(contract)
    return (
        word in words
        or word.endswith(_COMPOUNDED)
        or any(pattern.search(word) for pattern in forbidden)
        or (len(word) >= _TYPO_LETTERS and bool(get_close_matches(word, long, 1, _TYPO_LIKENESS)))
    )


@cache
def _vocabulary(contract: Contract) -> tuple[frozenset[str], tuple[str, ...], tuple[re.Pattern[str], ...]]:
    """Folded words of the contract's headers, common ones and months; the long ones; patterns of forbidden columns."""
    names = [name for column in contract.columns for name in (column.name, column.title, *column.aliases)]
    months = [name for lang in ("fi", "sv", "en") for name in get_month_names("wide", "stand-alone", lang).values()]
    words = frozenset(fold(word) for name in (*names, *months) for word in _WORD.findall(name)) | COMMON
    long = tuple(sorted(word for word in words if len(word) >= _TYPO_LETTERS))
    return words, long, tuple(re.compile(p) for p in contract.forbidden_columns)


def match_header(cells: Record, row: int, contract: Contract, given: str | None = None) -> Header:
    """Return the header in ``cells``; Refused for a forbidden, doubled or missing column, with the names.

    The column ``given`` may be missing: its values come from elsewhere.
    """
    texts = tuple((cell or "").strip() for cell in cells)
    folded = [fold(text) for text in texts]
    _refuse_forbidden(texts, folded, contract)
    names = _names(contract)
    meaning = [names.get(f, f) for f in folded]
    first = {m: i for i, m in reversed(list(enumerate(meaning))) if m}
    doubled = dict.fromkeys(m for i, m in enumerate(meaning) if m and first[m] != i)
    if doubled:
        known = set(names.values())
        shown = (m if m in known else shown_name(texts[first[m]], first[m] + 1, contract) for m in doubled)
        raise Refused("duplicate_column", columns=", ".join(shown))
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
    found = [
        shown_name(text, number, contract)
        for number, (text, name) in enumerate(zip(texts, folded, strict=True), start=1)
        if any(pattern.search(name) for pattern in patterns)
    ]
    if found:
        raise Refused("forbidden_column", columns=", ".join(found))
