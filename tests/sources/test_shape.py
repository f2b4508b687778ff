"""What is shown of a cell, a header and a sheet's name; each case is judged by hand."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import identity, shape
from sources.contract import load_contract
from sources.header import match_header, shown_name
from sources.refusal import Refused

PLAIN = ["13/2024", "31.2.2024", "1.234,56", "12345,678", "1 234 567,891", "99999999", "R1", "x", "n. 10", "40 %", "-",
         "A1*2", "2024-13-01", "430000A", "75–84", "8.5.2024 7:65"]  # fmt: skip
SHAPES = {
    "Aino": "<xxxx>",
    "Aino Esimerkki": "<xxxx xxxxxxxxx>",
    "Åke Öhman": "<xxx xxxxx>",
    "Li": "<xx>",
    "A B C D": "<x x x x>",
    "2024-03 Aino": "<####-## xxxx>",
    "H-1001 KP": "<x-#### xx>",
    "aino.esimerkki@example.org": "<xxxx.xxxxxxxxx@xxxxxxx.xxx>",
    "320190-123A": "<######-###x>",
    "010190 123A": "<###### ###x>",
    "0101901234": "<##########>",
    "010190 - 123": "<###### - ###>",
    "Мария": "<xxxxx>",
    "1" * 41: f"<{'#' * 40}…>",
}
MASKED = {"010190-123A": identity.MASK, "010190\u2013123A": identity.MASK}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute(shape.MACROS)
    return opened


def in_sql(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    return str(connection.execute("SELECT shown_text(?)", [text]).fetchall()[0][0])


@pytest.mark.parametrize("text", PLAIN)
def test_what_holds_no_word_and_no_code_is_shown(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert shape.shown(text) == in_sql(connection, text) == text


@pytest.mark.parametrize("text", SHAPES)
def test_of_the_rest_the_shape_is_shown(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert shape.shown(text) == in_sql(connection, text) == SHAPES[text]


@pytest.mark.parametrize("text", MASKED)
def test_an_identity_code_is_masked(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert shape.shown(text) == in_sql(connection, text) == MASKED[text]


ALPHABET = "aZåÖ019 .,-+:/()#%_@'\u2013"


@settings(deadline=None)
@given(st.text(ALPHABET, max_size=45))
def test_python_and_sql_show_the_same(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    masked = identity.mask(text) != text  # the cell as a whole is masked in SQL, in Python only the code
    assert masked or shape.shown(text) == in_sql(connection, text)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{6}[-+A ]?[0-9]{3}[0-9A-Y]", fullmatch=True))
def test_no_form_of_an_identity_code_is_ever_shown(connection: duckdb.DuckDBPyConnection, code: str) -> None:
    assert not any(digit.isdigit() for digit in shape.shown(code) + in_sql(connection, code))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Lääkäri", "Lääkäri"),
        ("muu hoito", "muu hoito"),
        ("hoitjaa", "hoitjaa"),
        ("Hoito", "<xxxxx>"),
        ("Muru", "<xxxx>"),
        ("Aino", "<xxxx>"),
    ],
)
def test_of_a_choice_a_word_nearly_allowed_is_shown(
    connection: duckdb.DuckDBPyConnection, text: str, shown: str
) -> None:
    allowed = list(load_contract("henkilosto").column("ammattiryhma").allowed)
    assert connection.execute("SELECT shown_choice(?, ?)", [text, allowed]).fetchone() == (shown,)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Toimittajan nimi", "Toimittajan nimi"),
        ("Alv-koodi", "Alv-koodi"),
        ("Kustanuspaikka", "Kustanuspaikka"),
        ("maaliskuu 2024", "maaliskuu 2024"),
        ("Taul1", "Taul1"),
        ("Tilin 4300 selite", "#4 <xxxxx #### xxxxxx>"),
        ("Aino Esimerkki", "#4 <xxxx xxxxxxxxx>"),
        ("nimi Esimerkki", "#4 <xxxx xxxxxxxxx>"),
        ("Summanen", "#4 <xxxxxxxx>"),
        ("010190-123A", identity.MASK),
        ("320190-123A", "#4 <######-###x>"),
    ],
)
def test_a_header_is_shown_where_all_its_words_are_known(text: str, shown: str) -> None:
    assert shown_name(text, 4, load_contract("kirjanpito")) == shown


@pytest.mark.parametrize(
    ("doubled", "columns"),
    [
        ("Aino Esimerkki", "#3 <xxxx xxxxxxxxx>"),
        ("010190-123A", identity.MASK),
        ("Huom", "Huom"),
        ("Päivä", "pvm"),
    ],
)
def test_a_doubled_header_is_named_by_what_may_be_shown(doubled: str, columns: str) -> None:
    header = ["palvelu", "kunta", doubled, "jonottajia", doubled, "pvm" if columns != "pvm" else "odotus_mediaani_pv"]
    if columns == "pvm":
        header[2] = header[4] = "pvm"
    with pytest.raises(Refused) as refused:
        match_header(header, 1, load_contract("asumisjono"))
    assert (refused.value.refusal.code, refused.value.refusal.values["columns"]) == ("duplicate_column", columns)
