"""Which delivered column is which contract column.

Suppliers write the same column as ``Kirjauspäivä``, ``KIRJAUS_PVM`` or ``kirjauspaiva``: names are compared
folded (case, spaces, underscores, hyphens and the dots of å, ä, ö do not count). Guessing by likeness is
deliberately absent: a name that is neither the contract's nor one of its aliases is unknown, and is told to
the supplier.
"""

from __future__ import annotations

import re
import unicodedata

_IGNORED = re.compile(r"[\s_\-\u2010-\u2015\u00ad\ufeff]+")


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, underscores, hyphens or diacritics.

    >>> fold("Hyväksymis_vaihe ") == fold("HYVAKSYMISVAIHE")
    True
    """
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _IGNORED.sub("", bare).casefold()
