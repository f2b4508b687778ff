"""Values of cells: listed cases by hand, and arbitrary text against an independent Python reading of the rules."""

import datetime as dt
import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import identity, parsing
from sources.contract import Column

SUMMA = Column("summa", "dec", precision=18, scale=2)
LUKU = Column("luku", "int")
PVM = Column("pvm", "date")
KUUKAUSI = Column("kuukausi", "month")
AIKA = Column("aika", "timestamp")


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        connection.execute(parsing.MACROS)
        yield connection


def judge_all(connection, column, cells):
    """(value, fault) of each cell, as the reader would judge it."""
    value = parsing.value_sql(column, "c")
    fault = parsing.fault_sql(column, "cell_text(c)", "v")
    query = f"SELECT v, {fault} FROM (SELECT c, {value} AS v FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS c))"
    rows = connection.execute(query, [list(cells)]).fetchall()
    return [(None, fault) if fault else (value, None) for value, fault in rows]


def judge(connection, column, cell):
    return judge_all(connection, column, [cell])[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0", "0"),
        ("1234", "1234"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("-0,5", "-0.5"),
        ("1 234,56-", "-1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234\u202f567,8", "1234567.8"),
        ("\u221212,30", "-12.30"),
        ("12,30\u2212", "-12.30"),
        ("  7,00 ", "7"),
        ("5,5000", "5.5"),
        ("007", "7"),
        ("9999999999999999,99", "9999999999999999.99"),
    ],
)
def test_numbers(connection, cell, expected):
    assert judge(connection, SUMMA, cell) == (Decimal(expected), None)


@pytest.mark.parametrize(
    "cell",
    [
        "1.234,56", "1,234.56", "1 23,4", "12 34", "1 2345", "1234 567", "1e5", "abc", "-", ",5", "5,", "--5", "-5-",
        "12,3,4", "5 €", "+5", "0x1F", "1_000", "nan", "inf", "1/2", "5,5 5", " 1  234", "१२",
    ],
)  # fmt: skip
def test_what_is_no_number(connection, cell):
    assert judge(connection, SUMMA, cell) == (None, "bad_number")


@pytest.mark.parametrize(("cell", "fault"), [("1,239", "too_many_decimals"), ("99999999999999999", "out_of_range")])
def test_numbers_are_never_rounded_or_cut(connection, cell, fault):
    assert judge(connection, SUMMA, cell) == (None, fault)


def test_whole_numbers_and_ranges(connection):
    grade = Column("arvosana", "int", required=True, minimum=Decimal(0), maximum=Decimal(10))
    cells = ["0", "10", "11", "-1", "3,0", "3,5", "", "kymmenen"]
    assert [judge(connection, grade, c) for c in cells] == [
        (0, None),
        (10, None),
        (None, "out_of_range"),
        (None, "out_of_range"),
        (3, None),
        (None, "too_many_decimals"),
        (None, "missing"),
        (None, "bad_number"),
    ]


@pytest.mark.parametrize(
    "cell", ["05.03.2024", "5.3.2024", "2024-03-05", " 5.3.2024 ", "2024-03-05 00:00:00", "5.3.2024 0.00"]
)
def test_dates(connection, cell):
    assert judge(connection, PVM, cell) == (dt.date(2024, 3, 5), None)


@pytest.mark.parametrize(
    "cell",
    [
        "31.2.2024", "29.2.2023", "2024-13-01", "2024-3-5", "2024-03-1x", "5.3.24", "5/3/2024", "20240305",
        "2024/03/05", "5.3.2024 14:30", "huomenna", "0.1.2024", "2024-02-30", "45356", "1.1.1024",
    ],
)  # fmt: skip
def test_what_is_no_date(connection, cell):
    assert judge(connection, PVM, cell) == (None, "bad_date")


@pytest.mark.parametrize(
    "cell", ["2024-03", "202403", "03/2024", "3/2024", "3.2024", "03.2024", "2024-03-01", "2024-03-17"]
)
def test_months(connection, cell):
    assert judge(connection, KUUKAUSI, cell) == (dt.date(2024, 3, 1), None)


@pytest.mark.parametrize("cell", ["2024-13", "2024-00", "202413", "13/2024", "0.2024", "2024", "maaliskuu", "2024-3x"])
def test_what_is_no_month(connection, cell):
    assert judge(connection, KUUKAUSI, cell) == (None, "bad_month")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05 14:30:15", "2024-03-05T14:30:15"),
        ("2024-03-05T14:30", "2024-03-05T14:30:00"),
        ("5.3.2024 9:05", "2024-03-05T09:05:00"),
        ("5.3.2024 klo 9.05.07", "2024-03-05T09:05:07"),
        ("2024-03-05T14:30:15.250Z", "2024-03-05T14:30:15.250000"),
        ("2024-03-05T14:30:15+02:00", "2024-03-05T12:30:15"),
        ("2024-03-05", "2024-03-05T00:00:00"),
    ],
)
def test_times(connection, cell, expected):
    assert judge(connection, AIKA, cell) == (dt.datetime.fromisoformat(expected), None)


@pytest.mark.parametrize("cell", ["2024-03-05 25:00", "31.2.2024 10:00", "14:30", "2024-03-05 14:61", "nyt"])
def test_what_is_no_time(connection, cell):
    assert judge(connection, AIKA, cell) == (None, "bad_timestamp")


def test_codes_stay_text_and_keep_zeros(connection):
    kunta = Column("kunta", "code", width=(3, 3))
    mode = Column("yhteystapa", "code", pattern="R[0-9]{2}")
    assert judge(connection, kunta, "075") == ("075", None)
    assert judge(connection, kunta, " 075 ") == ("075", None)
    assert judge(connection, kunta, "75") == (None, "bad_code")
    assert judge(connection, mode, "r10") == ("R10", None)
    assert judge(connection, mode, "10") == (None, "bad_code")


def test_choices_take_the_contracts_spelling(connection):
    column = Column("peruttu", "choice", allowed=("K", "E"))
    assert [judge(connection, column, c) for c in ("K", " e ", "x", "")] == [
        ("K", None),
        ("E", None),
        (None, "not_allowed"),
        (None, None),
    ]


def test_text_is_trimmed_of_every_blank(connection):
    column = Column("toimiala", "text", required=True)
    assert judge(connection, column, "\u00a0 Ääni \u202f\t") == ("Ääni", None)
    assert judge(connection, column, " \u00a0 ") == (None, "missing")


# --- Against an independent reading of the rules -----------------------------------------------------------------


def oracle_number(cell: str, scale: int) -> Decimal | None:
    """The rule for numbers, character by character, without the reader's patterns."""
    text = cell.strip(parsing.SPACES).replace("\u2212", "-")
    negative = text.count("-")
    if negative > 1 or (negative and not (text.startswith("-") or text.endswith("-"))):
        return None
    if text.startswith("-") and text[1:2] in (" ", "\u00a0"):
        text = "-" + text[2:]
    if text.endswith("-") and text[-2:-1] in (" ", "\u00a0"):
        text = text[:-2] + "-"
    text = text.strip("-")
    whole, mark, decimals = text.replace(".", ",").partition(",")
    groups = whole.replace("\u00a0", " ").replace("\u202f", " ").split(" ")
    digits = set("0123456789")
    if not all(g and set(g) <= digits for g in groups) or (mark and not (decimals and set(decimals) <= digits)):
        return None
    if len(groups) > 1 and not (len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        return None
    if len(decimals.rstrip("0")) > scale:
        return None
    number = Decimal("".join(groups) + "." + (decimals or "0"))
    return -number if negative else number


def many(strategy):
    """Cells by the dozen: one query judges them all."""
    return st.lists(strategy, min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(many(st.text(alphabet="0123456789 ,.-\u2212\u00a0\u202fe", max_size=12)))
def test_any_text_as_number(connection, cells):
    found = [value for value, _ in judge_all(connection, SUMMA, cells)]
    assert found == [oracle_number(cell, 2) for cell in cells]


@settings(max_examples=40, deadline=None)
@given(many(st.decimals(-(10**15), 10**15, places=2)), st.sampled_from([" ", "\u00a0", "\u202f", ""]))
def test_every_amount_survives_finnish_writing(connection, amounts, group):
    texts = [f"{abs(a):,.2f}".replace(",", group).replace(".", ",") + ("-" if a < 0 else "") for a in amounts]
    assert judge_all(connection, SUMMA, texts) == [(amount, None) for amount in amounts]


def oracle_date(cell: str) -> dt.date | None:
    text = cell.strip(parsing.SPACES)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        year, month, day = map(int, text.split("-"))
    elif re.fullmatch(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", text):
        day, month, year = map(int, text.split("."))
    else:
        return None
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2199 else None


@settings(max_examples=60, deadline=None)
@given(
    many(
        st.one_of(
            st.text(alphabet="0123456789.- ", max_size=11),
            st.builds("{}.{}.{}".format, st.integers(0, 33), st.integers(0, 13), st.integers(1890, 2210)),
            st.builds("{:04}-{:02}-{:02}".format, st.integers(1890, 2210), st.integers(0, 13), st.integers(0, 33)),
        )
    )
)
def test_any_text_as_date(connection, cells):
    found = [value for value, _ in judge_all(connection, PVM, cells)]
    assert found == [oracle_date(cell) for cell in cells]


def oracle_month(cell: str) -> dt.date | None:
    text = cell.strip(parsing.SPACES)
    for form in (
        r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})",
        r"(?P<m>[0-9]{1,2})[/.](?P<y>[0-9]{4})",
    ):
        match = re.fullmatch(form, text)
        if match and 1 <= int(match["m"]) <= 12 and 1900 <= int(match["y"]) <= 2199:
            return dt.date(int(match["y"]), int(match["m"]), 1)
    day = oracle_date(text) if "-" in text else None
    return day.replace(day=1) if day else None


@settings(max_examples=60, deadline=None)
@given(
    many(
        st.one_of(
            st.text(alphabet="0123456789./-", max_size=8),
            st.builds("{}{}{}".format, st.integers(0, 13), st.sampled_from("./"), st.integers(1890, 2210)),
            st.builds("{:04}{}{:02}".format, st.integers(1890, 2210), st.sampled_from(["", "-"]), st.integers(0, 13)),
        )
    )
)
def test_any_text_as_month(connection, cells):
    found = [value for value, _ in judge_all(connection, KUUKAUSI, cells)]
    assert found == [oracle_month(cell) for cell in cells]


# --- Identity codes ----------------------------------------------------------------------------------------------

CODES = [
    "010190-123A",
    "311299+9999",
    "290200A123b",
    "150585U456X",
    "010170y123c",
    "(010190-123A)",
    "Meikäläinen 010190-123A.",
]
NOT_CODES = ["320190-123A", "011390-123A", "010190-12A", "1010190-123A", "010190-123AB", "010190G123A", "010190-123I"]


@pytest.mark.parametrize("text", CODES)
def test_identity_codes_are_seen_and_masked(connection, text):
    assert connection.execute("SELECT regexp_matches(?, ?)", [text, identity.SQL_PATTERN]).fetchone() == (True,)
    assert identity.MASK in identity.mask(text) and "123" not in identity.mask(text)


@pytest.mark.parametrize("text", NOT_CODES)
def test_what_is_no_identity_code(connection, text):
    assert connection.execute("SELECT regexp_matches(?, ?)", [text, identity.SQL_PATTERN]).fetchone() == (False,)
    assert identity.mask(text) == text
