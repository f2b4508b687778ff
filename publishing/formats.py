"""Numbers, months and units as a reader of one language expects them.

Babel knows the customs; what it leaves to us is the minus sign (it prints an ASCII hyphen for Finnish and Swedish, we
print U+2212 everywhere), the number of decimals of each unit, and the words for units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from sources.messages import LANGUAGES, row_reason, translator

__all__ = ["LANGUAGES", "Formats"]

LOCALE_FOLDER = Path(__file__).parent / "locale"
# Finland's readers of English expect days before months.
LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
HELSINKI = ZoneInfo("Europe/Helsinki")
MINUS = "\N{MINUS SIGN}"
NO_VALUE = "\N{EN DASH}"

# Decimals shown for each unit of the catalogue; a unit that is not here shows one.
DECIMALS = {
    "EUR": 0,
    "contacts": 0,
    "visits": 0,
    "referrals": 0,
    "decisions": 0,
    "days": 0,
    "beds": 0,
    "places": 0,
    "score": 0,
    "rank": 0,
    "sites": 0,
    "persons": 0,
    "per_1000": 0,
    "per_100000": 0,
    "index": 2,
}

# Words for units, as msgids; a unit that is not here is shown as it is.
UNITS = {
    "EUR_million": "EUR million",
    "EUR": "EUR",
    "EUR_per_resident": "EUR per resident",
    "percent": "%",
    "score": "points",
    "days_per_fte": "days per FTE",
    "days": "days",
    "fte": "FTE",
    "contacts": "contacts",
    "visits": "visits",
    "referrals": "referrals",
    "decisions": "decisions",
    "beds": "beds",
    "places": "places",
    "per_1000": "per 1,000 residents",
    "per_10000": "per 10,000 residents",
    "per_100000": "per 100,000 residents",
    "sites": "sites",
    "persons": "persons",
    "rank": "rank",
    "index": "index",
}


@cache
def _catalogue(language: str, domain: str) -> Mapping[str, str]:
    """Texts by their English text: those that all pages know and, of a ``domain``, its own."""
    common = _catalogue(language, "") if domain else {}
    name = f"{domain}_{language}.po" if domain else f"{language}.po"
    with (LOCALE_FOLDER / name).open("rb") as file:
        own = {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}
    return {**common, **own}


@dataclass(frozen=True)
class Formats:
    """Formatting for one language, of ``fi``, ``sv`` and ``en``.

    A page with a catalogue of its own (``locale/<domain>_<language>.po``) names its ``domain``.
    """

    language: str
    domain: str = ""

    def text(self, msgid: str, **params: object) -> str:
        """A text of publishing's own catalogue, with ``{name}`` filled in; English where it is not translated."""
        return (_catalogue(self.language, self.domain).get(msgid) or msgid).format(**params)

    def reject_reason(self, code: str) -> str:
        """Why a row was rejected, in the reader's own words."""
        return row_reason(code, translator(self.language))

    def number(self, value: float | Decimal | None, unit: str = "", *, signed: bool = False) -> str:
        """A number with the decimals of its unit, without the unit's word; an en dash where there is none.

        A ``signed`` number is a gap: it carries its plus, and one that is not zero is not shown as zero while two
        more decimals tell it from zero ("at risk by 0" would say nothing).
        """
        if value is None:
            return NO_VALUE
        places = DECIMALS.get(unit, 1)
        shown = self._decimal(value, places)
        while signed and _is_zero(shown) and places < DECIMALS.get(unit, 1) + 2:
            places += 1
            shown = self._decimal(value, places)
        if _is_zero(shown):
            return self._decimal(0, DECIMALS.get(unit, 1))
        return f"+{shown}" if signed and value > 0 else shown

    def _decimal(self, value: float | Decimal, places: int) -> str:
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, format=pattern, locale=LOCALES[self.language]).replace("-", MINUS)

    def unit(self, unit: str) -> str:
        """The word for a unit."""
        return self.text(UNITS[unit]) if unit in UNITS else unit

    def quantity(self, value: float | Decimal | None, unit: str) -> str:
        """A number and its unit, which never part at the end of a line."""
        if value is None:
            return NO_VALUE
        return f"{self.number(value, unit)}\N{NO-BREAK SPACE}{self.unit(unit)}"

    def count(self, value: int | None) -> str:
        """A whole number with thousands apart."""
        return NO_VALUE if value is None else format_decimal(value, format="#,##0", locale=LOCALES[self.language])

    def day(self, value: date | None) -> str:
        """A date, such as ``23.11.2026``."""
        return NO_VALUE if value is None else format_date(value, format="medium", locale=LOCALES[self.language])

    def month(self, value: date | None) -> str:
        """A month, such as ``11.2026``."""
        return NO_VALUE if value is None else format_skeleton("yM", value, locale=LOCALES[self.language])

    def moment(self, value: datetime | None) -> str:
        """A naive UTC time as date and time in Finland."""
        if value is None:
            return NO_VALUE
        return format_datetime(_local(value), format="short", locale=LOCALES[self.language])

    def day_of(self, value: datetime | None) -> str:
        """The date in Finland of a naive UTC time."""
        return NO_VALUE if value is None else self.day(_local(value).date())


def _local(value: datetime) -> datetime:
    return value.replace(tzinfo=ZoneInfo("UTC")).astimezone(HELSINKI)


def _is_zero(shown: str) -> bool:
    return not any(digit in shown for digit in "123456789")
