"""Texts that people read, in Finnish, Swedish and English.

gettext-style: the message id is the English text, the catalogues are ``locale/fi.po`` and ``locale/sv.po`` (``en.po``
is there for translators to start from). A text without a translation is shown in English rather than not at all; a
test keeps the catalogues complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("fi", "sv", "en")
LOCALE = Path(__file__).parent / "locale"

Translator = Callable[[str], str]


def translator(language: str) -> Translator:
    """Return the function from English text to ``language`` (fi, sv or en); ValueError for any other."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}.")
    catalogue = _catalogue(language)
    return lambda text: catalogue.get(text) or text


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    with (LOCALE / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


ROW_REASONS: Mapping[str, str] = {
    "missing": "A required value is missing.",
    "bad_number": "This is not a number. Write 1234,56 or 1 234,56; no points as group separators.",
    "too_many_decimals": "The number has more decimals than the column allows.",
    "out_of_range": "The number is outside the allowed range.",
    "bad_date": "This is not a date. Write 31.12.2024 or 2024-12-31.",
    "bad_month": "This is not a month. Write 2024-03 or 3.2024.",
    "bad_timestamp": "This is not a time. Write 2024-12-31 14:30:00 or 31.12.2024 14:30.",
    "bad_code": "The code does not have the agreed form. Has a leading zero been lost?",
    "not_allowed": "The value is not one of the allowed ones.",
    "identity_code": "The cell holds a personal identity code, which may not be delivered here.",
    "duplicate_key": "The same key has already been met in this file.",
    "end_before_start": "The end is before the start.",
    "too_many_columns": "The row has more cells than the header. Put text that holds the delimiter in quotes.",
}
"""Text of every reason code of a rejected row."""
SKIP_KINDS: Mapping[str, str] = {
    "title": "title line",
    "blank": "blank line",
    "header": "repeated header",
    "sum": "sum row",
    "footer": "footer",
}
CAVEATS: Mapping[str, str] = {
    "unknown_column": "Unknown column, not loaded: {name}",
    "absent_column": "Optional column not delivered: {name}",
    "omitted_sheet": "Sheet without a header line, not loaded: {name}",
}
"""Text of each kind of caveat; a caveat is written ``kind:name``."""
SHAPES = (
    "What could be personal is not repeated here: between < and > each letter is shown as x and each digit as #, "
    "and #4 is the fourth column or sheet. See your own file."
)
"""Text about what is shown by its shape (:mod:`sources.shape`)."""
RETIRED = "The extract {extract} was retired on {date}. {reason} The file stays where it is."
"""Text about a file that was dropped for an extract whose contract is retired."""


def row_reason(code: str, translate: Translator) -> str:
    """Text of a row's reason code; the code itself where it is none of ours."""
    return translate(ROW_REASONS[code]) if code in ROW_REASONS else code


def caveat(text: str, translate: Translator) -> str:
    """Text of a caveat such as ``unknown_column:foo``."""
    kind, _, name = text.partition(":")
    return translate(CAVEATS[kind]).format(name=name) if kind in CAVEATS else text
