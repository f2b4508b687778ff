"""Workbooks kept by hand: a sheet for each month, read as one delivery. Counts and rows are worked out by hand."""

import dataclasses
import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.contract import load_contract
from sources.sheets import month_of_name
from tests.sources.helpers import lenient, opened, read, rows_of, workbook

MONTHS = {
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "January February March April May June July August September October November December",
}
HEADER = ["Tunnusluku", "Arvo", "Lähde"]
FULL = ["Kuukausi", *HEADER]


def luvut(tmp_path, **sheets):
    return read(tmp_path, workbook(**sheets), "tunnusluvut", "luvut.xlsx")


# --- The month in a sheet's name ---------------------------------------------------------------------------------


@given(
    st.integers(1, 12),
    st.integers(1900, 2199),
    st.sampled_from(sorted(MONTHS)),
    st.sampled_from(["{m} {y}", "{m}{y}", "{y} {m}", " {m}-{y} ", "{m}_{y}"]),
    st.sampled_from([str, str.upper, str.title]),
)
def test_month_names(month, year, language, form, case):
    name = MONTHS[language].split()[month - 1]
    assert month_of_name(case(form.format(m=name, y=year))) == f"{year}-{month:02}"


@given(st.integers(1, 12), st.integers(1900, 2199))
def test_month_numbers(month, year):
    for form in ("{y}-{m:02}", "{y}{m:02}", "{m:02}-{y}", "{m}-{y}", "{m:02}.{y}", "{m}.{y}", " {y}-{m:02} "):
        assert month_of_name(form.format(y=year, m=month)) == f"{year}-{month:02}"


@pytest.mark.parametrize(
    "name",
    ["Ohje", "Taul1", "Sheet1", "2024", "maaliskuu", "13-2024", "2024-13", "0.2024", "2024-3", "202413", "maalis 2024",
     "3.24", "2024-03 (2)", "maaliskuu 24", "maaliskuu 20245", "maaliskuu 1899", "0001-01", "2024-03-01", ""],
)  # fmt: skip
def test_what_is_no_month(name):
    assert month_of_name(name) is None


# --- All tables of a workbook ------------------------------------------------------------------------------------

BOOK = {
    "Ohje": [["Täytä kuukauden luvut omalle välilehdelleen."]],
    "maaliskuu 2024": [
        ["Hankkeen luvut"],
        [],
        ["Tunnusluku", "Toimiala", "Arvo", "Lähde"],
        ["referrals_esh", None, 100, "Lifecare"],
        ["emergency_visits", "A", "x", "Lifecare"],
        ["Yhteensä", None, 100, None],
    ],
    "4.2024": [
        ["Lähde", "Arvo", "Kuukausi", "Tunnusluku", "Huom"],
        ["Lifecare", 90.5, dt.date(2024, 4, 1), "referrals_esh", "tarkista"],
        ["Lifecare", 1, "13/2024", "emergency_visits"],
        ["Lifecare", 5, "3/2024", "referrals_esh"],
        ["Lähde", "ARVO", "Kuukausi", "Tunnusluku", "Huom"],
    ],
    "2024-05": [["Mittari", "Arvo", "Lähde"], ["referrals_esh", 80, "Lifecare"], [], ["Tarkistettu"]],
    "Tyhjä": [],
}


def test_every_sheet_with_the_header_is_read(tmp_path):
    found = luvut(tmp_path, **BOOK)
    # 6 + 5 + 4 records, of which the first header is not counted.
    assert (found.counts.read, found.counts.accepted, found.counts.rejected) == (14, 3, 3)
    assert found.counts.skipped == {"title": 1, "blank": 2, "sum": 1, "header": 3, "footer": 1}
    assert [(f.sheet_name, f.row_number, f.column_name, f.reason_code, f.value) for f in found.faults] == [
        ("maaliskuu 2024", 5, "arvo", "bad_number", "x"),
        ("4.2024", 3, "kuukausi", "bad_month", "13/2024"),
        ("4.2024", 4, "kuukausi+tunnusluku+toimiala", "duplicate_key", "2024-03-01|referrals_esh"),
    ]
    assert [(r["row_number"], r["period"], r["arvo"]) for r in found.rows] == [
        (4, "2024-03|referrals_esh", Decimal(100)),
        (8, "2024-04|referrals_esh", Decimal("90.5")),
        (13, "2024-05|referrals_esh", Decimal(80)),
    ]
    assert found.column("kuukausi") == [dt.date(2024, 3, 1), dt.date(2024, 4, 1), dt.date(2024, 5, 1)]
    assert found.caveats == ("unknown_column:Huom", "omitted_sheet:Ohje")
    assert found.encoding == "xlsx"


def test_rejects_are_written_with_their_sheet(tmp_path):
    with opened(tmp_path, workbook(**BOOK), "tunnusluvut", "a.xlsx", {"rows": 6}) as reading:
        assert reading.write_rejects(tmp_path / "rejects.parquet", "r1")
        assert [f.sheet_name for f in reading.faults(1)] == ["maaliskuu 2024"]
    written = [(r["sheet_name"], r["row_number"]) for r in rows_of(tmp_path / "rejects.parquet")]
    assert written == [("maaliskuu 2024", 5), ("4.2024", 3), ("4.2024", 4)]


def test_a_month_from_the_name_is_in_the_way_of_no_rule(tmp_path):
    """Sum rows, footers and blank lines are what they are although every row of the sheet has a month."""
    rows = [
        HEADER,
        ["total_visits", 7, "x"],
        [" ", None, None],
        ["Yhteensä maaliskuu", 7],
        ["jotain"],
        ["summa-17", 3, "x"],
        ["Sivu 1 / 2"],
        ["a", 1, "x"],
        ["Laatinut: talous"],
    ]
    turned = [cells[::-1] if len(cells) == 3 and cells[2] else cells for cells in rows]
    before = [FULL, ["2024-02", "b", 1, "x"]]
    for sheets in ({"2024-03": rows}, {"2024-02": before, "2024-03": rows}, {"2024-02": before, "2024-03": turned}):
        found = luvut(tmp_path, **sheets)
        assert found.column("tunnusluku")[-3:] == ["total_visits", "summa-17", "a"]
        assert {k: n for k, n in found.counts.skipped.items() if k != "header"} == {"blank": 1, "sum": 1, "footer": 2}
        assert {(f.row_number, f.reason_code) for f in found.faults} == {(5, "missing")}


def test_the_columns_own_month_goes_before_the_name(tmp_path):
    found = luvut(tmp_path, **{"2024-03": [FULL, ["2024-01", "a", 1, "x"], [None, "b", 1, "x"]]})
    assert found.column("period") == ["2024-01|a"]
    assert found.reasons == [(3, "kuukausi", "missing")]
    assert found.faults[0].sheet_name is None  # one table: the row number says it all


def test_one_table_reads_as_it_would_without_the_property(tmp_path):
    book = workbook([["Otsikko"], [], FULL, ["3.2024", "a", "1,5", "x"], ["2024-04", "b", "y", "x"], ["Yhteensä"]])
    ours = lenient(load_contract("tunnusluvut"))
    plain = dataclasses.replace(ours, sheet_period_column=None)
    first, second = (read(tmp_path, book, contract, "a.xlsx") for contract in (ours, plain))
    assert first == second
    assert (first.counts.accepted, first.counts.rejected, first.counts.skipped_rows) == (1, 1, 3)


@pytest.mark.parametrize(
    ("sheets", "code", "named"),
    [
        ({"2024-03": [HEADER, ["a", 1, "x"]], "Luvut": [HEADER, ["a", 1, "x"]]}, "sheet_month", "Luvut"),
        ({"2024-03 (2)": [HEADER, ["a", 1, "x"]]}, "sheet_month", "2024-03 (2)"),
        ({"2024-03": [HEADER], "2024-04": [HEADER[:2], ["a", 1]]}, "missing_column", "lahde [2024-04]"),
        ({"2024-03": [[*HEADER, "Source"], ["a", 1, "x"]]}, "duplicate_column", "lahde [2024-03]"),
        ({"2024-03": [["Ohje", "ei lukuja"]], "2024-04": []}, "no_header", "tunnusluku"),
        ({"2024-03": [HEADER], "2024-04": [HEADER]}, "no_rows", ""),
        ({"010190-123A": [HEADER, ["a", 1, "x"]]}, "sheet_month", "******-****"),
    ],
)
def test_refusals_name_the_sheet(tmp_path, sheets, code, named):
    found = luvut(tmp_path, **sheets)
    assert found.code == code
    assert named in found.refusal.text()


def test_a_broken_workbook_and_other_formats(tmp_path):
    assert read(tmp_path, b"PK no", "tunnusluvut", "a.xlsx").code == "broken_workbook"
    found = read(tmp_path, "kuukausi;tunnusluku;arvo;lahde\n2024-03;a;1;x\n", "tunnusluvut", "2024-03.csv")
    assert found.counts.accepted == 1
    assert read(tmp_path, "tunnusluku;arvo;lahde\na;1;x\n", "tunnusluvut", "2024-03.csv").code == "missing_column"


def test_other_contracts_read_the_first_table_only(tmp_path):
    rows = [["kuukausi", "toimipiste", "nimi", "kunta", "toimiala", "pinta_ala_m2", "vuokra_eur", "kaytossa"],
            ["2024-03", "T1", "A", "285", "X", 1, 1, "K"]]  # fmt: skip
    found = read(tmp_path, workbook([["ohje"]], rows, rows), "toimipisteet", "a.xlsx")
    assert (found.counts.read, found.counts.accepted, found.caveats) == (1, 1, ())


def test_hidden_sheets_are_read_and_charts_are_not(tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name in ("2024-03", "2024-04"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, ["a", 1, "x"])
        sheet.hide()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "='2024-03'!$B$2:$B$2"})
        book.add_chartsheet("Kuvio").set_chart(chart)
    found = read(tmp_path, buffer.getvalue(), "tunnusluvut", "a.xlsx")
    assert (found.column("period"), found.caveats) == (["2024-03|a", "2024-04|a"], ("absent_column:toimiala",))


CELL = st.sampled_from([None, " ", "a", "b", 1, 2.5, "x", "2024-03", "Yhteensä", "Sivu 1", "Arvo", "010190-123A"])
ROW = st.one_of(st.just(HEADER), st.just(FULL), st.just(["a", 1, "x"]), st.lists(CELL, max_size=5))
SHEET = st.tuples(st.sampled_from([HEADER, FULL, HEADER[::-1]]), st.lists(ROW, max_size=5))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SHEET, min_size=1, max_size=3))
def test_no_record_of_any_sheet_is_lost(tmp_path, tables):
    from python_calamine import CalamineWorkbook

    sheets = {f"2024-{number:02}": [head, *rows] for number, (head, rows) in enumerate(tables, start=1)}
    found = luvut(tmp_path, **sheets)
    book = CalamineWorkbook.from_path(str(tmp_path / "luvut.xlsx"))
    cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in sheets}
    if found.code in ("duplicate_column", "missing_column"):  # a longer header lower down is taken for the header
        return
    assert found.counts.read == sum(map(len, cells.values())) - 1
    if found.code is None:
        places = {(f.sheet_name or "2024-01", f.row_number) for f in found.faults}
        assert len(places) == found.counts.rejected
        for sheet, row in places:
            assert any(cell not in ("", " ") for cell in cells[sheet][row - 1])
        records = [row for rows in cells.values() for row in rows]
        for row in found.rows:
            assert row["tunnusluku"] in map(str, records[row["row_number"] - 1])
    else:
        assert found.code == "no_rows"
