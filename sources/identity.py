"""Finnish personal identity codes: recognised by their form, refused and masked wherever they turn up.

The form is ddmmyy, a century sign, an individual number and a check character, on its own within a text. Century
signs are those of the 1800s (+), the 1900s (- U V W X Y) and the 2000s (A to F), as extended in 2023. The check
character is not verified: a mistyped code is still somebody's. A dash may be one that a word processor made of a
hyphen.

A code of which the date is wrong as well (``320190-123A``) rejects no row, because numbers of vouchers look like it; it
is masked where a text is shown (:func:`mask_loosely`).
"""

from __future__ import annotations

import re

MASK = "******-****"

# DuckDB's form of a character by its number is no Python's, so the dashes themselves stand here.
_SIGN = "[-+‐-―−A-Fa-fU-Yu-y]"
_CODE = (
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}"
    rf"{_SIGN}[0-9]{{3}}[0-9A-FHJ-NPR-Ya-fhj-npr-y]"
)
SQL_PATTERN = rf"(?:^|[^0-9A-Za-z]){_CODE}(?:$|[^0-9A-Za-z])"
"""For ``regexp_matches``: true where a text holds a code anywhere."""
SHORTEST = 11

_ANYWHERE = re.compile(rf"(?<![0-9A-Za-z]){_CODE}(?![0-9A-Za-z])")
_LOOSELY = re.compile(
    rf"(?<![0-9A-Za-z])[0-9]{{6}}(?:{_SIGN}|\s[-‐-―−]\s?|[-‐-―−]\s)[0-9]{{3}}[0-9A-Za-z](?![0-9A-Za-z])"
)


def mask(text: str) -> str:
    """Return ``text`` with every identity code in it replaced by :data:`MASK`.

    >>> mask("palkat 010190-123A.csv")
    'palkat ******-****.csv'
    """
    return _ANYWHERE.sub(MASK, text)


def mask_loosely(text: str) -> str:
    """Return ``text`` without anything of the form of an identity code, whatever date and check character it has.

    >>> mask_loosely("palkat 320190-123I.csv")
    'palkat ******-****.csv'
    """
    return _LOOSELY.sub(MASK, text)
