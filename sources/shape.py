"""What may be shown of a text that a supplier wrote, outside the file itself: in rejects, receipts, letters, messages.

A cell that is not what its column expects may be anything, also the name of a person that slipped in from the column
beside it. So a text is shown as it is only where nobody's name or code can be in it: no two letters in a row and few
letters at all, no nine digits that could be an identity code, and not long (``13/2024``, ``1.234,56``, ``R1``).

Of every other text its shape is shown, in angle brackets: each letter as x, each digit as # (``<xxxxx ####>``). The
supplier has the file and is told row and column, and sees from the shape what kind of value stands there. An identity
code is masked wherever it is. What of a header or of a sheet's name may be shown is told in :mod:`sources.header`.
"""

from __future__ import annotations

import re

from sources import identity

LONGEST = 40

_FEW = 3
_NEARLY_ALLOWED = 7  # letters; the neighbours of shorter words are names: koti and Kati, lapsi and Lassi

# Six digits and three more with nearly nothing between: a code whose date, sign or check character is wrong.
_CODE_LIKE = r"[0-9]{6}(?:[^0-9]{0,3}[0-9]{3}|[^0-9.,]{1,3}[0-9])"


def _perhaps_personal(letter: str) -> str:
    return rf"(?s){letter}{letter}|(?:{letter}.*){{{_FEW + 1}}}|{_CODE_LIKE}"


_LETTER = r"[^\W\d_]"
_PERHAPS_PERSONAL = re.compile(_perhaps_personal(_LETTER))
_SQL_PERHAPS_PERSONAL = _perhaps_personal(r"[\pL\pM]")


def is_plain(text: str) -> bool:
    """Whether ``text`` may be shown as it is, whoever wrote it and wherever it stood.

    >>> is_plain("1.234,56"), is_plain("R1"), is_plain("Aino"), is_plain("320190-123A")
    (True, True, False, False)
    """
    return len(text) <= LONGEST and not _PERHAPS_PERSONAL.search(text)


def shape(text: str) -> str:
    """The shape of a text: letters as x, digits as #.

    >>> shape("Aino Esimerkki 1985")
    '<xxxx xxxxxxxxx ####>'
    """
    letters = re.sub(_LETTER, "x", re.sub(r"\d", "#", identity.mask(text)))
    return f"<{letters[:LONGEST]}{'…' * (len(letters) > LONGEST)}>"


def shown(text: str) -> str:
    """The text where it is plain, else its shape; identity codes masked."""
    masked = identity.mask(text)
    return masked if is_plain(masked) else shape(masked)


MACROS = f"""
CREATE MACRO shape_of(t) AS '<' || left(
        regexp_replace(regexp_replace(t, '[\\pL\\pM]', 'x', 'g'), '\\pN', '#', 'g'), {LONGEST}
    ) || CASE WHEN length(t) > {LONGEST} THEN '…' ELSE '' END || '>';
CREATE MACRO shown_text(t) AS CASE
    WHEN strlen(t) >= {identity.SHORTEST} AND regexp_matches(t, '{identity.SQL_PATTERN}') THEN '{identity.MASK}'
    WHEN length(t) <= {LONGEST} AND NOT regexp_matches(t, '{_SQL_PERHAPS_PERSONAL}') THEN t
    ELSE shape_of(t) END;

-- One of the allowed words, or a long one misspelt; dots, spaces, hyphens and underscores do not count.
CREATE MACRO folded_word(t) AS regexp_replace(strip_accents(lower(t)), '[\\s_-]', '', 'g');
CREATE MACRO shown_choice(t, allowed) AS CASE
    WHEN list_contains(list_transform(allowed, lambda a: folded_word(a)), folded_word(t)) THEN t
    WHEN coalesce(list_min(list_transform(
        list_filter(allowed, lambda a: length(folded_word(a)) >= {_NEARLY_ALLOWED}),
        lambda a: levenshtein(folded_word(a), folded_word(t))
    )) <= 2, false) THEN t
    ELSE shown_text(t) END;
"""
"""The same in SQL, to be run once on a connection: ``shown_text(t)`` of any cell, ``shown_choice(t, allowed)`` of a
cell of a column of choices."""
