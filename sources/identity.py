"""Finnish personal identity codes: recognised by their form, refused and masked wherever they turn up.

The form is ddmmyy, a century sign, an individual number and a check character, on its own within a text. Century
signs are those of the 1800s (+), the 1900s (- U V W X Y) and the 2000s (A to F), as extended in 2023. The check
character is not verified: a mistyped code is still somebody's.
"""

from __future__ import annotations

import re

MASK = "******-****"

_CODE = (
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}"
    r"[-+A-Fa-fU-Yu-y][0-9]{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]"
)
SQL_PATTERN = rf"(?:^|[^0-9A-Za-z]){_CODE}(?:$|[^0-9A-Za-z])"
"""For ``regexp_matches``: true where a text holds a code anywhere."""
SHORTEST = 11

_ANYWHERE = re.compile(rf"(?<![0-9A-Za-z]){_CODE}(?![0-9A-Za-z])")


def mask(text: str) -> str:
    """Return ``text`` with every identity code in it replaced by :data:`MASK`.

    >>> mask("palkat 010190-123A.csv")
    'palkat ******-****.csv'
    """
    return _ANYWHERE.sub(MASK, text)
