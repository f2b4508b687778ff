"""The reader, clause by clause of what every reader must take; small files by hand, results worked out by hand."""

import datetime as dt
import gzip
import io
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sources.contract import load_contract
from sources.header import MAX_TITLE_LINES
from sources.pseudonym import pseudonym
from sources.reader import check_file
from tests.sources.helpers import KEY, LEDGER_HEADER, ledger, ledger_line, opened, read, rows_of, workbook

L = ledger_line
TWO = ledger(L(1, toimiala="Päijät"), L(2, summa="-2,50"))


# --- Encoding, line ends, delimiter ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        (TWO.encode(), "utf-8"),
        (TWO.encode("utf-8-sig"), "utf-8"),
        (TWO.encode("cp1252"), "windows-1252"),
        (TWO.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TWO.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings(tmp_path, encoded, encoding):
    found = read(tmp_path, encoded)
    assert found.encoding == encoding
    assert found.column("toimiala") == ["Päijät", "TESPA"]
    assert found.column("summa") == [Decimal("10.00"), Decimal("-2.50")]


def test_the_euro_sign_of_windows_1252(tmp_path):
    header = LEDGER_HEADER.replace("summa", "summa €")
    assert b"\x80" in header.encode("cp1252")
    assert read(tmp_path, ledger(L(1), header=header).encode("cp1252")).column("summa") == [Decimal("10.00")]


def test_bytes_that_no_encoding_knows_are_refused_with_the_line(tmp_path):
    found = read(tmp_path, ledger(L(1), L(2)).encode() + b"\xe4\x81;;\n")
    assert (found.code, found.refusal.values["line"]) == ("bad_encoding", 4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(tmp_path, end, last):
    text = TWO if last else TWO.rstrip("\n")
    assert read(tmp_path, text.replace("\n", end)).column("row_number") == [2, 3]


def test_mixed_line_ends_and_a_lone_return_inside_a_text(tmp_path):
    text = LEDGER_HEADER + "\r\n" + L(1, kumppani="a\rb") + "\n" + L(2) + "\r\n"
    found = read(tmp_path, text)
    assert found.column("row_number") == [2, 3]
    assert found.column("kumppani") == ["a b", None]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_delimiters(tmp_path, delimiter):
    text = ledger(L(1, summa="10.50")).replace(";", delimiter)
    found = read(tmp_path, text, name="file.txt")
    assert found.delimiter == delimiter
    assert found.column("summa") == [Decimal("10.50")]


def test_quotes(tmp_path):
    found = read(
        tmp_path,
        ledger(
            L(1, toimiala='"a;b"', selite='"two\nlines"'),
            L(2, toimiala='"say ""hei"""', summa='"1 000,00"'),
            L(3, toimiala='5" putki'),
        ),
    )
    assert found.column("row_number") == [2, 3, 4]
    assert found.column("toimiala") == ["a;b", 'say "hei"', '5" putki']
    assert found.column("summa") == [Decimal("10.00"), Decimal("1000.00"), Decimal("10.00")]


@pytest.mark.parametrize("broken", ['"never closed', '"closed" too early'])
def test_an_unclosed_quote_is_refused_with_its_line(tmp_path, broken):
    found = read(tmp_path, ledger(L(1), L(2, selite='"two\nlines"'), L(3, selite=broken), L(4)))
    assert (found.code, found.refusal.values["line"]) == ("unclosed_quote", 5)


def test_an_embedded_nul_is_refused_with_its_line(tmp_path):
    found = read(tmp_path, ledger(L(1), L(2, selite="a\0b")))
    assert (found.code, found.refusal.values["line"]) == ("embedded_nul", 3)


def test_utf_16_without_its_mark_is_refused(tmp_path):
    assert read(tmp_path, TWO.encode("utf-16-le")).code == "embedded_nul"


# --- Header ------------------------------------------------------------------------------------------------------


def test_header_in_any_order_case_and_spelling(tmp_path):
    header = "SELITE;Summa (EUR);Tosite;Rivi ;Kirjaus_päivä;KAUSI;Tilinumero;Kustannus-paikka;Toimiala"
    found = read(tmp_path, f"{header}\nx;1,00;T9;3;1.2.2024;2/2024;4000;KP;PELA\n")
    assert found.code is None
    row = found.rows[0]
    assert (row["tositenumero"], row["rivi"], row["summa"]) == ("T9", 3, Decimal("1.00"))
    assert row["kirjauspvm"] == dt.date(2024, 2, 1)
    assert found.caveats == ("absent_column:palveluluokka", "absent_column:kumppani")
    assert "selite" not in row


def test_header_in_decomposed_and_in_plain_ascii_letters(tmp_path):
    for name in ("Kirjauspa\u0308iva\u0308", "kirjauspaiva"):
        assert read(tmp_path, ledger(L(1), header=LEDGER_HEADER.replace("kirjauspvm", name))).counts.accepted == 1


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("kumppani", "Tilinumero", "duplicate_column", "tili"),
        ("kumppani", "selite", "duplicate_column", "selite"),
        ("toimiala", "osasto", "missing_column", "toimiala"),
    ],
)
def test_header_faults_are_refused_with_names(tmp_path, old, new, code, named):
    found = read(tmp_path, ledger(L(1), header=LEDGER_HEADER.replace(old, new, 1)))
    assert found.code == code
    assert named in found.refusal.values["columns"]
    assert found.counts.read == 0


def test_an_unreadable_header_is_refused(tmp_path):
    assert read(tmp_path, "a;b;c\n1;2;3\n").code == "no_header"


def test_an_unknown_column_is_a_caveat_and_is_not_loaded(tmp_path):
    found = read(tmp_path, ledger(L(1) + ";Virtanen", header=LEDGER_HEADER + ";Toimittajan nimi"))
    assert found.caveats == ("unknown_column:Toimittajan nimi",)
    assert "Virtanen" not in str(found.rows)


@pytest.mark.parametrize("name", ["Diagnoosi", "ICD-10", "dg", "diagnosis_code", "Tautiluokitus"])
def test_a_column_that_names_a_diagnosis_refuses_the_delivery(tmp_path, name):
    header = "henkilo;toimiala;kustannuspaikka;alkupvm;loppupvm;syy;osa_aika_prosentti;muutosaika;" + name
    found = read(tmp_path, header + "\n1;A;B;1.1.2024;;oma;100;2024-01-02;M54\n", "sairauspoissaolot")
    assert found.code == "forbidden_column"
    assert name in found.refusal.values["columns"]


def test_titles_before_the_header(tmp_path):
    text = "Kirjanpito maaliskuu\n\nAjettu 1.4.2024;klo 10\n" + TWO
    found = read(tmp_path, text)
    assert found.counts.skipped == {"title": 2, "blank": 1}
    assert found.column("row_number") == [5, 6]
    assert read(tmp_path, "otsikko\n" * MAX_TITLE_LINES + TWO).counts.accepted == 2
    assert read(tmp_path, "otsikko\n" * (MAX_TITLE_LINES + 1) + TWO).code == "no_header"


# --- Rows that are no data ---------------------------------------------------------------------------------------


def test_skipped_rows_are_counted_by_kind(tmp_path):
    found = read(
        tmp_path,
        ledger(
            L(1),
            "",
            "   ",
            ";;;;;;;;;;",
            LEDGER_HEADER.upper(),
            "Yhteensä;;;;;;;;;10,00;",
            L(2, toimiala="TOTALT"),
            ";;;;;;;;Välisumma:;10,00;",
            "Yhteensä maaliskuu;;;;;;;;;10,00;",
            L(3),
            "Sivu 1 / 2",
            L(4),
            "Tulostettu 1.4.2024 10:00;;;;;;;;;;",
            "Käyttäjä X",
        ),
    )
    assert found.counts.skipped == {"blank": 3, "header": 1, "sum": 4, "footer": 3}
    assert found.column("row_number") == [2, 11, 13]
    assert found.faults == []


def test_what_only_looks_like_a_sum_row_or_a_footer_is_data(tmp_path):
    found = read(tmp_path, ledger(L(1, tositenumero="Summa-17"), L(2, selite="Yhteensä"), L(3, tositenumero="Sivu 3")))
    assert found.counts.accepted == 3
    sites = "kuukausi;toimipiste;nimi;kunta;toimiala;pinta_ala_m2;vuokra_eur;kaytossa\n3.2024;T1;Summa;285;A;1;2;k\n"
    assert read(tmp_path, sites, "toimipisteet").column("nimi") == ["Summa"]


def test_a_lone_text_in_the_middle_is_a_rejected_row(tmp_path):
    found = read(tmp_path, ledger(L(1), "jotain", L(2), L(3), L(4)))
    assert found.counts.rejected == 1
    assert (3, "rivi", "missing") in found.reasons


@pytest.mark.parametrize(
    "content", [LEDGER_HEADER + "\n", LEDGER_HEADER, ledger("", "Yhteensä;;;;;;;;;0,00;"), "", "\n\n"]
)
def test_a_file_of_no_data_rows_is_refused(tmp_path, content):
    assert read(tmp_path, content).code == "no_rows"


# --- Rejected rows -----------------------------------------------------------------------------------------------


def test_faults_have_row_column_and_reason(tmp_path):
    found = read(
        tmp_path,
        ledger(
            L(1),
            L(2, kausi="13/2024", summa="1.234,56"),
            L(3, tili="123", kirjauspvm="31.2.2024"),
            L(4, toimiala=" "),
            L(5, palveluluokka="261", rivi="1,5"),
            L(6) + ";liikaa",
            L(7) + ";;",
        ),
    )
    assert found.reasons == [
        (3, "kausi", "bad_month"),
        (3, "summa", "bad_number"),
        (4, "kirjauspvm", "bad_date"),
        (4, "tili", "bad_code"),
        (5, "toimiala", "missing"),
        (6, "rivi", "too_many_decimals"),
        (6, "palveluluokka", "bad_code"),
        (7, None, "too_many_columns"),
    ]
    assert [f.value for f in found.faults[:2]] == ["13/2024", "1.234,56"]
    assert found.column("row_number") == [2, 8]
    assert (found.counts.accepted, found.counts.rejected) == (2, 5)


def test_a_short_row_lacks_its_last_cells(tmp_path):
    found = read(tmp_path, ledger(L(1), "T2;1;2024-03;15.3.2024;430000;KP1;2610;TESPA"))
    assert found.reasons == [(3, "summa", "missing")]


def test_too_wide_rows_far_down_are_found(tmp_path):
    lines = [L(n) for n in range(1, 400)] + [L(400) + ";;;x;y;z"]
    found = read(tmp_path, ledger(*lines))
    assert found.reasons == [(401, None, "too_many_columns")]
    assert found.counts.accepted == 399


def test_duplicate_keys_the_first_stands(tmp_path):
    found = read(tmp_path, ledger(L(1, summa="x"), L(1, summa="1,00"), L(1, summa="2,00"), L(1, rivi="2")))
    assert found.reasons == [(2, "summa", "bad_number"), (4, "tositenumero+rivi+kausi", "duplicate_key")]
    assert found.column("summa") == [Decimal("1.00"), Decimal("10.00")]


def test_empty_cells_of_an_optional_key_are_equal(tmp_path):
    budget = (
        "vuosi;versio;tili;palveluluokka;toimiala;summa\n2023;alkuperainen;4300;;A;1\n2023;Alkuperainen;4300;;A;2\n"
    )
    found = read(tmp_path, budget, "talousarvio")
    assert [r[2] for r in found.reasons] == ["duplicate_key"]
    assert found.periods == ("2023|alkuperainen",)


def test_a_later_state_of_a_spell_is_no_duplicate(tmp_path):
    header = "henkilo;toimiala;kustannuspaikka;alkupvm;loppupvm;syy;osa_aika_prosentti;muutosaika\n"
    lines = [
        "7;A;B;1.1.2024;;oma;100;2024-01-02 08:00",
        "7;A;B;1.1.2024;9.1.2024;oma;100;2024-01-10 08:00",
        "7;A;B;1.1.2024;8.1.2024;oma;50;2024-01-10 08:00",
        "8;A;B;5.1.2024;4.1.2024;oma;100;2024-01-10 08:00",
        "9;A;B;5.1.2024;;oma;100,5;2024-01-10 08:00",
    ]
    found = read(tmp_path, header + "\n".join(lines), "sairauspoissaolot")
    assert found.reasons == [
        (4, "henkilo+alkupvm+syy+muutosaika", "duplicate_key"),
        (5, "loppupvm", "end_before_start"),
        (6, "osa_aika_prosentti", "out_of_range"),
    ]
    assert found.column("period") == [None, None]
    assert found.faults[0].value == "***"


def test_the_reject_limit(tmp_path):
    contract = load_contract("kirjanpito")
    good = [L(n) for n in range(1, 100)]
    assert read(tmp_path, ledger(*good, L(100, summa="x")), contract).counts.rejected == 1  # 1 of 100: at the limit
    found = read(tmp_path, ledger(*good[:98], L(99, summa="x"), L(100, summa="y")), contract)
    assert found.code == "reject_limit"
    assert (found.counts.accepted, found.counts.rejected) == (0, 100)
    assert found.refusal.values["most"] == "bad_number summa (2)"
    assert found.periods == ("2024-03",)


# --- Persons -----------------------------------------------------------------------------------------------------

STAFF = "kuukausi;henkilo;toimiala;kustannuspaikka;ammattiryhma;palvelussuhde;tyoaikaprosentti;htv"


def test_personal_columns_become_pseudonyms(tmp_path):
    found = read(tmp_path, f"{STAFF}\n3.2024; 010190-123A ;A;B;Hoitaja;vakinainen;100;1\n", "henkilosto")
    assert found.column("henkilo") == [pseudonym(KEY, "kymenlaakso", "010190-123A")]
    assert found.column("ammattiryhma") == ["hoitaja"]


@pytest.mark.parametrize("column", ["toimiala", "kumppani", "selite", "tositenumero", "palveluluokka", "summa"])
def test_an_identity_code_elsewhere_rejects_the_row_and_is_masked(tmp_path, column):
    found = read(tmp_path, ledger(L(1), L(2, **{column: "010190-123A"})))
    assert (3, column, "identity_code") in found.reasons
    assert "010190" not in str(found.faults)
    assert found.column("row_number") == [2]


def test_an_identity_code_in_an_unknown_column_or_beyond_the_header(tmp_path):
    found = read(tmp_path, ledger(L(1) + ";x 010190-123a y", header=LEDGER_HEADER + ";muu"))
    assert found.reasons == [(2, "muu", "identity_code")]
    found = read(tmp_path, ledger(L(1) + ";010190-123A"))
    assert {r[2] for r in found.reasons} == {"too_many_columns", "identity_code"}
    assert "010190" not in str(found.faults)


def test_values_of_a_shifted_row_are_not_shown(tmp_path):
    found = read(tmp_path, f"{STAFF}\n3.2024;x;Matti Meikäläinen;A;B;hoitaja;vakinainen;100;1\n", "henkilosto")
    assert "too_many_columns" in {r[2] for r in found.reasons}
    assert all(f.value in (None, "***") for f in found.faults)


# --- Other forms of file -----------------------------------------------------------------------------------------


def test_gzip(tmp_path):
    packed = gzip.compress(TWO.encode("cp1252"))
    assert read(tmp_path, packed, name="a.csv.gz").column("toimiala") == ["Päijät", "TESPA"]
    assert read(tmp_path, packed[:-9], name="a.csv.gz").code == "broken_gzip"
    assert read(tmp_path, b"abc", name="a.csv.gz").code == "broken_gzip"


def test_a_workbook(tmp_path):
    rows = [
        ["Pääkirja 2024"],
        [],
        LEDGER_HEADER.split(";"),
        ["T1", 1, dt.date(2024, 3, 1), dt.date(2024, 3, 5), 430000, "KP", "2610", "A", None, 0.1 + 0.2, "rivi\nkaksi"],
        ["T2", 1, "3.2024", "5.3.2024", "0430", "KP", None, "A", None, -1234567890.12, None],
        ["Yhteensä", None, None, None, None, None, None, None, None, 5],
    ]
    found = read(tmp_path, workbook([["ohje"]], rows), name="Kirjanpito [1].xlsx")
    assert found.counts.skipped == {"title": 1, "blank": 1, "sum": 1}
    assert found.column("row_number") == [4, 5]
    assert found.column("kausi") == [dt.date(2024, 3, 1)] * 2
    assert found.column("kirjauspvm") == [dt.date(2024, 3, 5)] * 2
    assert found.column("tili") == ["430000", "0430"]
    assert found.column("summa") == [Decimal("0.30"), Decimal("-1234567890.12")]


def test_a_broken_or_headerless_workbook_is_refused(tmp_path):
    assert read(tmp_path, b"PK\x03\x04 not really", name="a.xlsx").code == "broken_workbook"
    assert read(tmp_path, workbook([["a", "b"], [1, 2]]), name="a.xlsx").code == "no_header"


def test_parquet(tmp_path):
    path = tmp_path / "source.parquet"
    duckdb.sql(
        "SELECT 'T1' AS tositenumero, 1 AS rivi, DATE '2024-03-01' AS kausi, DATE '2024-03-05' AS kirjauspvm, "
        "'4300' AS tili, 'KP' AS kustannuspaikka, 'A' AS toimiala, 0.1::DOUBLE + 0.2::DOUBLE AS summa"
    ).write_parquet(str(path))
    found = read(tmp_path, path.read_bytes(), name="[a].parquet")
    assert found.column("summa") == [Decimal("0.30")]
    assert found.column("row_number") == [2]
    assert read(tmp_path, b"PAR1", name="a.parquet").code == "broken_parquet"


def test_other_formats_are_refused(tmp_path):
    assert read(tmp_path, TWO, name="a.pdf").code == "unknown_format"


# --- Control sidecar ---------------------------------------------------------------------------------------------

THREE = ledger(L(1, summa="100,00"), L(2, summa="-30,50"), L(3, summa="x"), "Yhteensä;;;;;;;;;69,50;")


@pytest.mark.parametrize(
    ("control", "code"),
    [
        ({"rows": 3, "sums": {"summa": "69.50"}}, None),
        ({"rows": 3}, None),
        ({"sums": {"Summa (EUR)": 69.5}, "origin": "generated"}, None),
        ({"rows": 2}, "control_rows"),
        ({"sums": {"summa": "69.51"}}, "control_sum"),
        ({"sums": {"toimiala": "1"}}, "broken_control"),
        ({"rows": "3"}, "broken_control"),
        ({"sums": {"summa": "NaN"}}, "broken_control"),
        ({"origin": "guessed"}, "broken_control"),
        ([], "broken_control"),
    ],
)
def test_control(tmp_path, control, code):
    found = read(tmp_path, THREE, control=control)
    assert found.code == code
    if code == "control_rows":
        assert "2 rows" in found.refusal.text() and "holds 3" in found.refusal.text()
    if code == "control_sum":
        assert "69.51" in found.refusal.text() and "69.50" in found.refusal.text()


def test_a_sum_that_leaves_out_an_unreadable_number_disagrees(tmp_path):
    text = ledger(L(1, summa="100,00"), L(2, summa="1.000,00"))
    found = read(tmp_path, text, control={"sums": {"summa": "1100.00"}})
    assert found.refusal.values["found"] == "100.00"


def test_control_that_is_no_json(tmp_path):
    (tmp_path / "file.csv.control.json").write_text("{rows: 3}")
    assert read(tmp_path, THREE).code == "broken_control"


# --- Conservation ------------------------------------------------------------------------------------------------

DIRTY = st.sampled_from(
    ["", " ", "x", "1", "2024-03", "3.2024", "1.1.2024", "4300", "2610", "12,50", "1.234,5", "Yhteensä", "Summa:",
     "Sivu 1", '"a;b"', '"two\nlines"', "010190-123A", "Tulostettu", "summa", "\u00a0", "K"]
)  # fmt: skip
LINE = st.one_of(
    st.just(""),
    st.just(LEDGER_HEADER),
    st.integers(1, 5).map(L),
    st.lists(DIRTY, max_size=13).map(";".join),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, max_size=12), st.sampled_from(["\n", "\r\n"]))
@example(["", "", L(1), ""], "\n")
@example([";" * 30, L(1)], "\n")
def test_no_record_is_lost(tmp_path, lines, end):
    import csv

    text = end.join([LEDGER_HEADER, *lines]) + end
    found = read(tmp_path, text)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert found.counts.read == len(records) - 1
    skipped = found.counts.skipped_rows
    if found.refusal is None:
        rejected = {f.row_number for f in found.faults}
        accepted = found.column("row_number")
        assert len(accepted) == found.counts.accepted and len(rejected) == found.counts.rejected
        assert not rejected & set(accepted)
        assert len(accepted) + len(rejected) + skipped == len(records) - 1
        for row in found.rows:  # the accepted row is that record of the file, by a reader of another make
            assert records[row["row_number"] - 1][0].strip() == row["tositenumero"]
    else:
        assert found.code == "no_rows" and found.counts.rejected == 0


def test_many_rows_in_parallel_keep_their_numbers(tmp_path):
    lines = [L(n, summa="x" if n % 50_000 == 0 else "1,00") for n in range(1, 300_001)]
    found = read(tmp_path, ledger(*lines, ""))
    assert [f.row_number for f in found.faults] == [n + 1 for n in range(50_000, 300_001, 50_000)]
    assert found.counts.accepted == 299_994
    assert all(row["tositenumero"] == f"T{row['row_number'] - 1}" for row in found.rows)
    assert found.counts.skipped == {"blank": 1}


# --- What is written ---------------------------------------------------------------------------------------------


def test_rejects_are_written_with_their_delivery(tmp_path):
    with opened(tmp_path, ledger(L(1), L(2, summa="x", kausi="y")), "kirjanpito", "a.csv", None) as reading:
        assert reading.write_rejects(tmp_path / "rejects.parquet", "r1")
        delivery_id = reading.delivery_id
    common = {
        "receipt_id": "r1",
        "delivery_id": delivery_id,
        "organisation_id": "kymenlaakso",
        "extract_id": "kirjanpito",
        "sheet_name": None,
    }
    assert rows_of(tmp_path / "rejects.parquet") == [
        {**common, "row_number": 3, "column_name": "kausi", "reason_code": "bad_month", "value": "y"},
        {**common, "row_number": 3, "column_name": "summa", "reason_code": "bad_number", "value": "x"},
    ]


def test_nothing_is_left_behind(tmp_path):
    read(tmp_path, TWO)
    assert {p.name for p in tmp_path.iterdir()} == {"file.csv", "accepted.parquet"}


def test_check_tells_a_supplier_all_and_writes_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(ledger(L(1), L(2, summa="x")))
    report = check_file(path, load_contract("kirjanpito"), "kymenlaakso")
    assert (report.decision, report.refusal.code) == ("refused", "reject_limit")
    assert [(f.row_number, f.column_name, f.value) for f in report.faults] == [(3, "summa", "x")]
    assert list(tmp_path.iterdir()) == [path]
