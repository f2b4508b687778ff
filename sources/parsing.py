"""What a cell means: SQL expressions that turn delivered text into typed values, or say why it is none.

Every form accepted here is listed in the supplier's guide; nothing is guessed. Grouping is strict (``1
23,4`` and ``1.234,56`` are no numbers), a date that does not exist is a fault, never a silent NULL, and a
number is never rounded.

Each kind has a fast test for the form most files have, so that ten million clean cells cost one comparison
each, and the full rule for the rest. DuckDB evaluates the branches of CASE only for the rows that reach
them.
"""

from __future__ import annotations

from sources.contract import Column

SPACES = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\ufeff"
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Dates outside these years are typing errors (``1.3.24`` is read by nobody as the year 24)."""

PERSONAL_MASK = "***"

_GROUPED = r"(?:[0-9]+|[0-9]{1,3}(?:[ \x{00A0}\x{202F}][0-9]{3})+)(?:[.,][0-9]+)?"
_MINUS = r"[-\x{2212}]"
_NUMBER = rf"(?:{_MINUS}[ \x{{00A0}}]?)?{_GROUPED}|{_GROUPED}[ \x{{00A0}}]?{_MINUS}"
_MIDNIGHT = r"[T ]+0{1,2}[:.]00(?:[:.]00(?:[.,]0+)?)?Z?$"
_ISO = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_CLOCK = (
    r"^(\S+?)(?:T|\s+(?:klo\s+)?)([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s*(Z|[-+][0-9]{2}(?::[0-9]{2})?)?$"
)
_CLOCK_PARTS = "['day', 'hour', 'minute', 'second', 'fraction', 'zone']"


def literal(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


MACROS = f"""
CREATE MACRO cell_text(c) AS nullif(trim(c, {literal(SPACES)}), '');

-- Digits and decimal point of a number, without sign, group spaces or trailing zero decimals, or NULL.
CREATE MACRO number_digits(t) AS CASE
    WHEN regexp_full_match(t, {literal(_NUMBER)})
    THEN rtrim(
        regexp_replace(
            replace(regexp_replace(t, '[^0-9.,]', '', 'g'), ',', '.'), '(\\.[0-9]*?)0+$', '\\1'
        ), '.'
    ) END;
CREATE MACRO number_sign(t) AS CASE WHEN regexp_matches(t, {literal(_MINUS)}) THEN '-' ELSE '' END;
CREATE MACRO decimals_of(digits) AS strlen(split_part(digits, '.', 2));
CREATE MACRO number_value_text(t, scale) AS CASE
    WHEN decimals_of(number_digits(t)) <= scale THEN number_sign(t) || number_digits(t) END;
CREATE MACRO number_fault(t, scale) AS CASE
    WHEN number_digits(t) IS NULL THEN 'bad_number'
    WHEN decimals_of(number_digits(t)) > scale THEN 'too_many_decimals'
    ELSE 'out_of_range' END;

CREATE MACRO plain_date(t) AS CASE
    WHEN t GLOB '{_ISO}' THEN TRY_CAST(t AS DATE)
    WHEN regexp_full_match(t, '[0-9]{{1,2}}\\.[0-9]{{1,2}}\\.[0-9]{{4}}')
    THEN CAST(try_strptime(t, '%d.%m.%Y') AS DATE) END;
CREATE MACRO date_value(t) AS plain_date(regexp_replace(t, '{_MIDNIGHT}', ''));

-- A date in a month column is an Excel date cell: its month.
CREATE MACRO month_value(t) AS CASE
    WHEN regexp_full_match(t, '[0-9]{{4}}-[0-9]{{2}}') THEN TRY_CAST(t || '-01' AS DATE)
    WHEN regexp_full_match(t, '[0-9]{{6}}') THEN TRY_CAST(left(t, 4) || '-' || right(t, 2) || '-01' AS DATE)
    WHEN regexp_full_match(t, '[0-9]{{1,2}}[/.][0-9]{{4}}')
    THEN TRY_CAST(right(t, 4) || '-' || lpad(left(t, strlen(t) - 5), 2, '0') || '-01' AS DATE)
    WHEN regexp_matches(t, '^[0-9]{{4}}-') THEN CAST(date_trunc('month', date_value(t)) AS DATE) END;

-- Naive as delivered, a time with a zone becomes UTC. A date alone is its midnight.
CREATE MACRO clock(t) AS regexp_extract(t, {literal(_CLOCK)}, {_CLOCK_PARTS});
CREATE MACRO iso_clock(day, part) AS
    CAST(day AS VARCHAR) || ' ' || lpad(part.hour, 2, '0') || ':' || part.minute
    || ':' || coalesce(nullif(part.second, ''), '00')
    || CASE WHEN part.fraction <> '' THEN '.' || part.fraction ELSE '' END || coalesce(nullif(part.zone, ''), 'Z');
CREATE MACRO timestamp_value(t) AS CASE
    WHEN regexp_matches(t, {literal(_CLOCK)})
    THEN make_timestamp(epoch_us(TRY_CAST(iso_clock(plain_date(clock(t).day), clock(t)) AS TIMESTAMPTZ)))
    ELSE CAST(plain_date(t) AS TIMESTAMP) END;
"""
"""Run once on a connection before any expression of this module is used on it."""


def text_sql(cell: str) -> str:
    """Trimmed text; NULL where nothing is left. The first branch knows clean ASCII text by its ends alone."""
    blanks = " OR ".join(f"suffix({cell}, {literal(s)})" for s in SPACES)
    return f"CASE WHEN {cell} BETWEEN '!' AND '~' AND NOT ({blanks}) THEN {cell} ELSE cell_text({cell}) END"


def value_sql(column: Column, cell: str) -> str:
    """Return the typed value of the raw VARCHAR expression ``cell`` for ``column``; NULL where empty or faulty."""
    match column.kind:
        case "int" | "dec":
            return _number_sql(column, cell)
        case "date":
            return _date_sql(cell)
        case "month":
            return _month_sql(cell)
        case "timestamp":
            return f"timestamp_value(cell_text({cell}))"
        case "code":
            return _code_sql(column, cell)
        case "choice":
            return _choice_sql(column, cell)
        case "text":
            return text_sql(cell)


def fault_sql(column: Column, text: str, value: str) -> str:
    """Return the reason code of a cell, or NULL where there is nothing to say.

    ``text`` is the trimmed cell, ``value`` what :func:`value_sql` made of it.
    """
    missing = f"WHEN {text} IS NULL THEN " + ("'missing'" if column.required else "NULL")
    unread = {
        "int": f"number_fault({text}, {column.scale})",
        "dec": f"number_fault({text}, {column.scale})",
        "date": "'bad_date'",
        "month": "'bad_month'",
        "timestamp": "'bad_timestamp'",
        "code": "'bad_code'",
        "choice": "'not_allowed'",
        "text": "NULL",
    }[column.kind]
    out = doubtful_value_sql(column, value)
    reason = {"date": "bad_date", "month": "bad_month", "timestamp": "bad_timestamp", "text": "bad_code"}
    beyond = f"WHEN {out} THEN '{reason.get(column.kind, 'out_of_range')}'" if out else ""
    return f"CASE {missing} WHEN {value} IS NULL THEN {unread} {beyond} END"


def doubtful_sql(column: Column, cell: str, value: str) -> str:
    """Return a condition that every faulty cell of ``column`` meets, identity codes apart; few others should."""
    nothing = f"{value} IS NULL"
    if not column.required:
        nothing = f"({nothing} AND {cell} IS NOT NULL)"
    out = doubtful_value_sql(column, value)
    return f"{nothing} OR {out}" if out else nothing


def doubtful_value_sql(column: Column, value: str) -> str:
    """Return the condition that a typed value is outside what the contract allows; empty where it allows any."""
    if column.personal:
        return ""
    if column.kind in ("date", "month", "timestamp"):
        return f"{value} NOT BETWEEN DATE '{FIRST_YEAR}-01-01' AND DATE '{LAST_YEAR}-12-31'"
    if column.kind == "text" and column.pattern:
        return f"NOT regexp_full_match({value}, {literal(column.pattern)})"
    limits = [f"{value} < {column.minimum}"] if column.minimum is not None else []
    limits += [f"{value} > {column.maximum}"] if column.maximum is not None else []
    return " OR ".join(limits)


def _number_sql(column: Column, cell: str) -> str:
    whole = column.precision - column.scale if column.kind == "dec" else 18
    decimals = f"([.,][0-9]{{1,{column.scale}}})?" if column.scale else ""
    usual = f"regexp_full_match({cell}, '-?[0-9]{{1,{whole}}}{decimals}')"
    exact = f"number_value_text(cell_text({cell}), {column.scale})"
    kind = column.duckdb_type
    return (
        f"CASE WHEN {usual} THEN TRY_CAST(replace({cell}, ',', '.') AS {kind}) "
        f"WHEN {cell} IS NOT NULL THEN TRY_CAST({exact} AS {kind}) END"
    )


def _date_sql(cell: str) -> str:
    return (
        f"CASE WHEN {cell} GLOB '{_ISO}' THEN TRY_CAST({cell} AS DATE) "
        f"WHEN {cell} LIKE '__.__.____' THEN CAST(try_strptime({cell}, '%d.%m.%Y') AS DATE) "
        f"WHEN {cell} IS NOT NULL THEN date_value(cell_text({cell})) END"
    )


def _month_sql(cell: str) -> str:
    return (
        f"CASE WHEN {cell} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]' THEN TRY_CAST({cell} || '-01' AS DATE) "
        f"WHEN {cell} IS NOT NULL THEN month_value(cell_text({cell})) END"
    )


def _code_sql(column: Column, cell: str) -> str:
    form = column.pattern or _digits(column)
    exact = f"cell_text({cell})" if column.pattern is None else f"upper(cell_text({cell}))"
    return (
        f"CASE WHEN regexp_full_match({cell}, {literal(form)}) THEN {cell} "
        f"WHEN regexp_full_match({exact}, {literal(form)}) THEN {exact} END"
    )


def _choice_sql(column: Column, cell: str) -> str:
    allowed = ", ".join(literal(word) for word in column.allowed)
    others = " ".join(f"WHEN {literal(word.lower())} THEN {literal(word)}" for word in column.allowed)
    return f"CASE WHEN {cell} IN ({allowed}) THEN {cell} ELSE CASE lower(cell_text({cell})) {others} END END"


def _digits(column: Column) -> str:
    return f"[0-9]{{{column.width[0]},{column.width[1]}}}" if column.width else "[0-9]+"
