"""What a column takes, in words that a supplier can act on, and a value that the reader would accept.

Both are made from the contract alone, never from what was delivered: an example is nobody's data. A test reads every
example of every contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from sources.contract import Column, Contract
from sources.messages import Translator
from sources.parsing import FIRST_YEAR, LAST_YEAR

KEY_SEPARATOR = "+"
"""Joins the columns of a key in the fault of a row whose key was met before; no contract's column name holds it."""

_DAY, _MONTH, _TIME = "31.12.2024", "2024-03", "2024-12-31 14:30:00"
_DIGITS = "1234567890"
_WHOLE = (Decimal(12), Decimal(2024), Decimal(1))
_BROKEN = (Decimal("1234.56"), Decimal("80.5"), Decimal("0.8"))


def expected(contract: Contract, column_name: str | None, reason_code: str, say: Translator) -> str:
    """What should stand in place of the fault, in the language of ``say``."""
    columns = _columns(contract, column_name, reason_code)
    match reason_code:
        case "too_many_columns":
            words = say("as many cells as the header line has; text that holds the delimiter in quotes")
        case "duplicate_key":
            words = say("each combination of {columns} only once in a file").format(columns=_names(columns))
        case "end_before_start":
            words = say("the same day as {start} or a later one").format(start=_start(contract, column_name))
        case "identity_code":
            words = "; ".join([say("no personal identity code"), *_beside_identity_code(columns, say)])
        case _:
            words = "; ".join(words for column in columns for words in _words(column, say))
    return words[:1].upper() + words[1:]


def example(contract: Contract, column_name: str | None, reason_code: str) -> str:
    """A value that would be accepted; empty where the fault lies in no column of the contract.

    Of a key it is the key's values, as the fault shows them.
    """
    if reason_code == "too_many_columns":
        return '"abc; def"'
    return " | ".join(good_value(column) for column in _columns(contract, column_name, reason_code))


def _columns(contract: Contract, column_name: str | None, reason_code: str) -> list[Column]:
    """The contract's columns that a fault names: one, those of a key, or none where the file's column is unknown."""
    names = (column_name or "").split(KEY_SEPARATOR) if reason_code == "duplicate_key" else [column_name or ""]
    return [column for name in names for column in contract.columns if column.name == name]


def good_value(column: Column) -> str:
    """A value of the column that the reader accepts; empty where the contract must give an example and does not."""
    if column.example:
        return column.example
    match column.kind:
        case "int" | "dec":
            return _number(column)
        case "code":
            return _code(column)
        case "choice":
            return column.allowed[0]
        case "date" | "month" | "timestamp":
            return {"date": _DAY, "month": _MONTH, "timestamp": _TIME}[column.kind]
        case "text":
            return ""


def _words(column: Column, say: Translator) -> Iterator[str]:
    if column.personal:
        yield say("an identifier that is the same for the same person in every file")
    else:
        yield from _form(column, say)
    if column.required:
        yield say("may not be empty")


def _form(column: Column, say: Translator) -> Iterator[str]:
    match column.kind:
        case "int":
            yield say("a whole number")
            yield from _range(column, say)
        case "dec":
            yield say("a number with a decimal comma or point and at most {scale} decimals").format(scale=column.scale)
            yield from _range(column, say)
        case "code":
            yield _code_words(column, say)
        case "choice":
            yield say("one of these: {allowed}").format(allowed=", ".join(column.allowed))
        case "text":
            same = say("text of the same form as {example}").format(example=good_value(column))
            yield same if column.pattern else say("a text")
        case _:
            yield _time_words(column, say)


def _time_words(column: Column, say: Translator) -> str:
    """Of dates, months and times: the accepted forms, and the years beyond which a date is a typing error."""
    form = {
        "date": say("a date that exists, such as 31.12.2024 or 2024-12-31"),
        "month": say("a month, such as 2024-03, 3.2024, 03/2024 or 202403"),
        "timestamp": say("a time, such as 2024-12-31 14:30:00 or 31.12.2024 14:30"),
    }[column.kind]
    return f"{form}; " + say("years {first} to {last}").format(first=FIRST_YEAR, last=LAST_YEAR)


def _code_words(column: Column, say: Translator) -> str:
    if column.pattern:
        return say("a code of the same form as {example}").format(example=good_value(column))
    if column.width is None:
        return say("a code of digits alone, with its leading zeros")
    fewest, most = column.width
    if fewest == most:
        return say("a code of exactly {digits} digits, with its leading zeros").format(digits=most)
    return say("a code of {fewest} to {most} digits, with its leading zeros").format(fewest=fewest, most=most)


def _range(column: Column, say: Translator) -> Iterator[str]:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        yield say("from {low} to {high}").format(low=_written(low), high=_written(high))
    elif low is not None:
        yield say("at least {low}").format(low=_written(low))
    elif high is not None:
        yield say("at most {high}").format(high=_written(high))
    if high is None:
        yield say("at most {digits} digits before the decimals").format(digits=_whole_digits(column))


def _whole_digits(column: Column) -> int:
    return column.precision - column.scale if column.kind == "dec" else 18


def _beside_identity_code(columns: list[Column], say: Translator) -> Iterator[str]:
    for column in columns:
        if column.loaded:
            yield from _words(column, say)
    if not columns:
        yield say("the column is not in the contract, so leave it out")


def _names(columns: list[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _start(contract: Contract, column_name: str | None) -> str:
    return ", ".join(earlier for later, earlier in contract.not_before if later == column_name)


def _number(column: Column) -> str:
    """The first usual number that the column allows, else its own limit."""
    step = Decimal(1).scaleb(-column.scale)
    usual = _BROKEN if column.kind == "dec" else _WHOLE
    limits = [limit for limit in (column.minimum, column.maximum) if limit is not None]
    candidates = [number.quantize(step, ROUND_DOWN) for number in usual] + limits
    return next((_written(number) for number in candidates if _allows(column, number)), "")


def _allows(column: Column, number: Decimal) -> bool:
    low, high = column.minimum, column.maximum
    within = (low is None or number >= low) and (high is None or number <= high)
    return within and abs(number) < 10 ** _whole_digits(column)


def _code(column: Column) -> str:
    if column.pattern:
        return ""
    digits = column.width[0] if column.width else 4
    return (_DIGITS * (digits // len(_DIGITS) + 1))[:digits]


def _written(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")
