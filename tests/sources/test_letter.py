"""The supplier's return letter: what it says row by row, that it says nothing personal, and that it is made once."""

from __future__ import annotations

import ast
import csv
import dataclasses
import inspect
import io
import json
import os
import string
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from orchestration import shown
from sources import adapters, lake, landing, letter, messages
from sources import expected as expected_module
from sources.contract import Contract, load_contract, load_contracts
from sources.expected import example, expected, good_value
from sources.letter import Letter, letter_of_report, letters_of_night, outgoing, subject, write_xlsx
from sources.letter import text as text_of
from sources.reader import CheckReport, RowFault, check_file
from sources.refusal import TEMPLATES, refusal_of
from sources.settings import Settings
from tests.sources.helpers import LEDGER_HEADER, ledger, ledger_line, lenient, workbook

L = ledger_line
LANDED = datetime.fromisoformat("2024-04-01T06:30:00")  # naive UTC: half past nine in Finland
SICK_HEADER = "henkilo;toimiala;kustannuspaikka;alkupvm;loppupvm;syy;osa_aika_prosentti;muutosaika"
EXTRACTS = sorted(load_contracts())


def checked(
    folder: Path, content: str | bytes, extract: str | Contract = "kirjanpito", name: str = "a.csv", limit: int = 1000
) -> Letter:
    """The letter about a file of this content; of a contract's name without a reject limit."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    contract = lenient(load_contract(extract)) if isinstance(extract, str) else extract
    return letter_of_report(check_file(path, contract, "kymenlaakso"), contract, "kymenlaakso", name, "en", limit)


def sheets(made: Letter, folder: Path) -> dict[str, list[list[Any]]]:
    """The workbook's cells, by sheet."""
    path = folder / "letter.xlsx"
    write_xlsx(made, path)
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def inside(made: Letter, folder: Path) -> dict[str, str]:
    """The parts of the workbook's file as text."""
    path = folder / "letter.xlsx"
    write_xlsx(made, path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


# --- What it says ------------------------------------------------------------------------------------------------

FAULTY = ledger(
    L(1),
    L(2, summa="1.234,56"),
    L(3, tili="43"),
    L(4, kirjauspvm="30.2.2024"),
    L(1),
    L(6, palveluluokka="261"),
    L(7, summa="1,234", toimiala=""),
)
NUMBER = (
    "A number with a decimal comma or point and at most 2 decimals; at most 16 digits before the decimals; "
    "may not be empty"
)


def test_each_fault_says_row_column_what_was_found_expected_and_an_example(tmp_path: Path) -> None:
    rows = sheets(checked(tmp_path, FAULTY), tmp_path)["Rows with faults"]
    assert [[row[i] for i in (0, 1, 2, 4, 5)] for row in rows] == [
        ["Row", "Column", "Found", "Expected", "Example"],
        [3, "summa", "1.234,56", NUMBER, "1234,56"],
        [4, "tili", "43", "A code of 4 to 8 digits, with its leading zeros; may not be empty", "430000"],
        [
            5,
            "kirjauspvm",
            "30.2.2024",
            "A date that exists, such as 31.12.2024 or 2024-12-31; years 1900 to 2199; may not be empty",
            "31.12.2024",
        ],
        [
            6,
            "tositenumero, rivi, kausi",
            "T1|1|2024-03-01",
            "Each combination of tositenumero, rivi, kausi only once in a file",
            "T-2024-00123 | 12 | 2024-03",
        ],
        [7, "palveluluokka", "261", "A code of exactly 4 digits, with its leading zeros", "2610"],
        [8, "toimiala", "(empty)", "A text; may not be empty", "SOSPA"],
        [8, "summa", "1,234", NUMBER, "1234,56"],
    ]
    assert [row[3] for row in rows[1:3]] == [messages.ROW_REASONS[code] for code in ("bad_number", "bad_code")]


def test_the_first_sheet_has_decision_counts_next_step_contact_and_summary(tmp_path: Path) -> None:
    content = ledger(L(1), *(L(n, summa="x") for n in range(2, 5)), L(5, tili="x"))
    rows = [[cell for cell in row if cell != ""] for row in sheets(checked(tmp_path, content), tmp_path)["Decision"]]
    assert rows[0] == ["Check of a file"]
    assert rows[2:12] == [
        ["Decision", "The file can be delivered, but the rows that have faults would be left out."],
        ["What to do", letter.NEXT_STEPS["replace_period"]],
        ["Try it first", "tilannekuva check FILE --extract kirjanpito"],
        ["Contact", "Taloushallinnon pääkäyttäjä"],
        ["Extract", "General ledger actuals (kirjanpito)"],
        ["Organisation", "kymenlaakso"],
        ["File", "a.csv"],
        ["Periods", "2024-03"],
        ["Rows read", 5],
        ["Rows accepted", 1],
    ]
    assert rows[12:14] == [["Rows rejected", 4], ["Rows skipped (titles, sums, blank lines)", 0]]
    assert [row[:1] + row[2:] for row in rows[15:]] == [
        ["Summary"],
        ["Column", "Rows", "First row"],
        ["summa", 3, 3],
        ["tili", 1, 6],
    ]


def test_a_refusal_says_why_in_each_language(tmp_path: Path) -> None:
    content = ledger(L(1), *(L(n, summa="x") for n in range(2, 4)), L(4, tili="x"))
    refused = checked(tmp_path, content, load_contract("kirjanpito"))
    facts = {row[0]: row[1] for row in sheets(refused, tmp_path)["Decision"]}
    assert facts["Decision"] == "The file would be refused."
    assert facts["Reason"] == (
        "3 of 4 rows were rejected, more than the limit of 1 per cent. Most often: summa (2), tili (1)."
    )
    assert facts["What to do"].startswith("Correct the file and deliver the whole of it again.")
    assert "Syy: 4 rivistä hylättiin 3, enemmän kuin 1 prosentin raja sallii. Useimmin: summa (2), tili (1).\n" in (
        text_of(refused.told_in("fi"))
    )
    assert "Orsak: Av 4 rader avvisades 3," in text_of(refused.told_in("sv"))


def test_a_file_that_was_not_even_read_has_no_rows_to_list(tmp_path: Path) -> None:
    made = checked(tmp_path, "tositenumero;rivi;kausi\nT1;1;2024-03\n")
    assert list(sheets(made, tmp_path)) == ["Decision"]
    assert "The header lacks the required columns: kirjauspvm, tili, kustannuspaikka, toimiala, summa. Add them." in (
        text_of(made)
    )
    assert "Summary" not in text_of(made)


def test_a_good_file_needs_nothing(tmp_path: Path) -> None:
    made = checked(tmp_path, ledger(L(1)))
    assert text_of(made).splitlines()[2:4] == [
        "Decision: The file can be delivered.",
        "What to do: Nothing needs to be done.",
    ]
    assert subject(made) == "Good: General ledger actuals, kymenlaakso, a.csv"


def test_the_plain_text_lists_the_same_faults(tmp_path: Path) -> None:
    said = text_of(checked(tmp_path, ledger(L(1), L(2, summa="n. 10"))).told_in("fi"))
    assert said.endswith(
        "Yhteenveto\n"
        "- summa: Tämä ei ole luku. Kirjoita 1234,56 tai 1 234,56; pistettä ei käytetä tuhaterottimena. (1)\n"
        "\n"
        "Virheelliset rivit\n"
        "- Rivi 3: summa\n"
        "    Löytyi: n. 10\n"
        "    Mikä on vialla: Tämä ei ole luku. Kirjoita 1234,56 tai 1 234,56; pistettä ei käytetä tuhaterottimena.\n"
        "    Odotettiin: Luku, jossa on desimaalipilkku tai -piste ja enintään 2 desimaalia; enintään 16 numeroa ennen "
        "desimaaleja; ei saa olla tyhjä\n"
        "    Esimerkki: 1234,56\n"
    )


def test_faults_of_a_workbook_have_their_sheet(tmp_path: Path) -> None:
    header = ["Tunnusluku", "Arvo", "Lähde"]
    content = workbook(**{"2024-03": [header, ["a", 1, "x"]], "2024-04": [["Luvut"], header, ["a", "n. 5", "x"]]})
    made = checked(tmp_path, content, "tunnusluvut", "a.xlsx")
    found = sheets(made, tmp_path)
    assert [row[:4] for row in found["Rows with faults"]] == [
        ["Sheet", "Row", "Column", "Found"],
        ["2024-04", 3, "arvo", "n. 5"],
    ]
    assert found["Decision"][-1][2:] == [1, 3, "2024-04"]
    assert "- Sheet 2024-04, Row 3: arvo\n" in text_of(made)


def test_faults_beside_a_column_of_the_contract(tmp_path: Path) -> None:
    header = f"{LEDGER_HEADER};huomautus;"
    rows = (
        f"{L(1, kumppani='010190-123A')};;",
        f"{L(2)};010190-123A;",
        f"{L(3)};;010190-123A",
        f"{L(4)};;;x",
        f"{L(5, selite='Eki 010190-123A')};;",
    )
    made = sheets(checked(tmp_path, ledger(*rows, header=header)), tmp_path)["Rows with faults"]
    assert [[row[i] for i in (0, 1, 2, 4, 5)] for row in made[1:]] == [
        [2, "kumppani", "******-****", "No personal identity code; a text", "1000"],
        [
            3,
            "huomautus",
            "******-****",
            "No personal identity code; the column is not in the contract, so leave it out",
            "",
        ],
        [
            4,
            "cell 13, which has no header",
            "******-****",
            "No personal identity code; the column is not in the contract, so leave it out",
            "",
        ],
        [
            5,
            "the whole row",
            "(not shown)",
            "As many cells as the header line has; text that holds the delimiter in quotes",
            '"abc; def"',
        ],
        [6, "selite", "******-****", "No personal identity code", ""],
    ]


REQUIRED = "; may not be empty"
DECIMAL = "A number with a decimal comma or point and at most {} decimals"
YEARS = "; years 1900 to 2199" + REQUIRED
TIME = "A time, such as 2024-12-31 14:30:00 or 31.12.2024 14:30"
PERSON = "An identifier that is the same for the same person in every file"
IN_WORDS = {
    ("kirjanpito", "rivi", "bad_number"): "A whole number; at most 18 digits before the decimals" + REQUIRED,
    ("enps_vastaukset", "arvosana", "out_of_range"): "A whole number; from 0 to 10" + REQUIRED,
    ("henkilosto", "htv", "out_of_range"): DECIMAL.format(4) + "; from 0 to 1,5" + REQUIRED,
    ("asumisjono", "odotus_mediaani_pv", "out_of_range"): (
        DECIMAL.format(1) + "; at least 0; at most 5 digits before the decimals"
    ),
    ("asiakasmaarat", "kuukausi", "bad_month"): "A month, such as 2024-03, 3.2024, 03/2024 or 202403" + YEARS,
    ("sairauspoissaolot", "muutosaika", "bad_timestamp"): TIME + YEARS,
    ("sairauspoissaolot", "syy", "not_allowed"): "One of these: oma, tapaturma, lapsi" + REQUIRED,
    ("sairauspoissaolot", "loppupvm", "end_before_start"): "The same day as alkupvm or a later one",
    ("sairauspoissaolot", "henkilo", "missing"): PERSON + REQUIRED,
    ("asiakaskontaktit", "yhteystapa", "bad_code"): "A code of the same form as R10" + REQUIRED,
    ("sotkanet", "indikaattori", "bad_code"): "Text of the same form as 3764+3766" + REQUIRED,
}


@pytest.mark.parametrize("place", IN_WORDS, ids="-".join)
def test_what_is_expected_in_words(place: tuple[str, str, str]) -> None:
    extract, column, reason = place
    assert expected(load_contract(extract), column, reason, str) == IN_WORDS[place]


# --- Limits, forms, bytes ----------------------------------------------------------------------------------------


def test_at_most_a_limit_is_listed_and_all_are_counted(tmp_path: Path) -> None:
    made = checked(tmp_path, ledger(*(L(n, summa="x") for n in range(1, 61)), L(61, tili="x")), limit=55)
    found = sheets(made, tmp_path)
    more = "6 more faults are not listed here; the summary counts all 61."
    assert [row[0] for row in found["Rows with faults"]] == ["Row", *range(2, 57), "", more]
    assert found["Decision"][-1][0] == more
    assert [tally[:3] for tally in made.tallies] == [("summa", "bad_number", 60), ("tili", "bad_code", 1)]
    said = text_of(made)
    assert said.count("    Found: ") == letter.TEXT_LIMIT == 50
    assert said.endswith("11 more faults are not listed here; the summary counts all 61.\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_cell_that_looks_like_a_formula_is_text(tmp_path: Path, start: str) -> None:
    value = f"{start}A1*2"
    name = f"{start}a.csv"
    made = checked(tmp_path, ledger(L(1), L(2, tili=value)), name=name)
    found = sheets(made, tmp_path)
    assert found["Rows with faults"][1][2] == value
    assert ["File", name] in [row[:2] for row in found["Decision"]]
    parts = inside(made, tmp_path)
    assert not any("<f>" in part for part in parts.values())
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]


def test_the_list_is_a_table_with_a_frozen_header_and_a_filter(tmp_path: Path) -> None:
    parts = inside(checked(tmp_path, ledger(L(1), L(2, summa="x"))), tmp_path)
    tables = [part for name, part in parts.items() if name.startswith("xl/tables/")]
    assert len(tables) == 2
    assert all("<autoFilter" in table for table in tables)
    assert 'ref="A1:F2"' in tables[1]
    rows = parts["xl/worksheets/sheet2.xml"]
    assert '<pane ySplit="1" topLeftCell="A2"' in rows and 'state="frozen"' in rows
    assert rows.count('customWidth="1"') >= 5


def test_the_same_letter_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = checked(tmp_path, FAULTY)
    write_xlsx(made, tmp_path / "a.xlsx")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    write_xlsx(made, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    dated = dataclasses.replace(made, delivery_id="0" * 64, received_at=LANDED)
    assert "2024-04-01T06:30:00Z" in inside(dated, tmp_path)["docProps/core.xml"]
    assert "Received (Finnish time): 2024-04-01 09:30\n" in text_of(dated)


# --- Nothing personal --------------------------------------------------------------------------------------------

NAMES = ("Aino Virtanen", "Eero Lahtinen", "010190-123A", "131052-308T", "290200A123K")


def test_no_letter_holds_a_personal_value(tmp_path: Path) -> None:
    sick = (
        "Aino Virtanen;A;K;1.2.2024;1.1.2024;oma;;1.2.2024",
        "Eero Lahtinen;A;K;x;;oma;101;1.2.2024",
        "131052-308T;290200A123K;K;1.2.2024;;oma;;1.2.2024",
        *["Eero Lahtinen;A;K;1.2.2024;;oma;;1.2.2024"] * 2,
        "Aino Virtanen;A;K;1.2.2024;;oma;;1.2.2024;Aino Virtanen",
        "Aino Virtanen;A;K;1.2.2024;;oma;;x;131052-308T",
    )
    for content, extract, name in (
        (f"{SICK_HEADER};131052-308T\n" + "\n".join(sick), "sairauspoissaolot", "poissa 010190-123A.csv"),
        (f"{SICK_HEADER}\n" + "\n".join(sick), "sairauspoissaolot", "poissa 010190-123A.csv"),
        (
            ledger(L(1, selite="Aino Virtanen", tili="131052-308T"), L(2, toimiala="x 290200A123K")),
            "kirjanpito",
            "a.csv",
        ),
    ):
        for contract in (load_contract(extract), lenient(load_contract(extract))):
            made = checked(tmp_path, content, contract, name)
            assert made.found
            for language in messages.LANGUAGES:
                told = made.told_in(language)
                said = text_of(told) + subject(told) + "".join(inside(told, tmp_path).values())
                assert not [word for word in NAMES if word in said]


def test_a_name_in_a_number_is_shown_by_its_shape_which_is_explained(tmp_path: Path) -> None:
    said = text_of(checked(tmp_path, ledger(L(1), L(2, summa="Aino Virtanen 12"))).told_in("en"))
    assert "    Found: <xxxx xxxxxxxx ##>\n" in said
    assert f"Note: {messages.SHAPES}\n" in said
    assert messages.SHAPES not in text_of(checked(tmp_path, ledger(L(1), L(2, summa="1.2,3"))).told_in("en"))


# --- Examples that would be accepted: every column of every contract ---------------------------------------------


@pytest.fixture
def plain_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public payloads as the tables that their adapters make of them."""

    def table(path: Path) -> list[list[str | None]]:
        with path.open(encoding="utf-8", newline="") as file:
            return [[cell or None for cell in row] for row in csv.reader(file, delimiter=";")]

    for name in adapters.ADAPTERS:
        monkeypatch.setitem(adapters.ADAPTERS, name, table)


def check(folder: Path, contract: Contract, rows: list[dict[str, str]]) -> CheckReport:
    content = io.StringIO()
    csv.writer(content, delimiter=";", lineterminator="\n").writerows([rows[0].keys(), *(row.values() for row in rows)])
    path = folder / f"{contract.extract_id}.csv"
    path.write_text(content.getvalue(), encoding="utf-8")
    return check_file(path, contract, "kymenlaakso")


@pytest.mark.usefixtures("plain_adapters")
@pytest.mark.parametrize("extract", EXTRACTS)
def test_a_row_of_nothing_but_examples_is_accepted(tmp_path: Path, extract: str) -> None:
    contract = load_contract(extract)
    cells = {column.name: good_value(column) for column in contract.loaded_columns}
    assert all(cells.values()), [name for name, value in cells.items() if not value]
    report = check(tmp_path, contract, [cells])
    assert (report.decision, report.counts.accepted, report.faults) == ("accepted", 1, ())


SPOILT = ("", "§", "99999999999999999999", "0,123456789", "x 010190-123A")


@pytest.mark.usefixtures("plain_adapters")
@pytest.mark.parametrize("extract", EXTRACTS)
def test_the_example_of_every_fault_mends_it(tmp_path: Path, extract: str) -> None:
    """Each column spoilt in several ways; the letter's example, put in place of what it found, is accepted."""
    contract = lenient(load_contract(extract))
    # Without its key, for all rows are alike but for the cell that is spoilt.
    contract = dataclasses.replace(
        contract, columns=tuple(dataclasses.replace(column, key_position=None) for column in contract.columns)
    )
    good = {column.name: good_value(column) for column in contract.loaded_columns}
    rows = [good | {name: bad} for name in good for bad in SPOILT]
    made = letter_of_report(check(tmp_path, contract, rows), contract, "kymenlaakso", "a.csv")
    lines = sheets(made, tmp_path)["Virheelliset rivit"][1:]
    for number, name, *_, mended in lines:
        rows[int(number) - 2][name] = mended
    again = check(tmp_path, contract, rows)
    assert (again.counts.accepted, again.faults) == (len(rows), ())
    assert {line[1] for line in lines} == {c.name for c in contract.loaded_columns if not c.personal or c.required}


def test_the_example_of_a_key_and_of_an_end_before_its_start(tmp_path: Path) -> None:
    for extract in EXTRACTS:
        contract = load_contract(extract)
        names = [*contract.key, *([contract.change_time_column] if contract.change_time_column else [])]
        values = example(contract, "+".join(names), "duplicate_key").split(" | ")
        assert values == [good_value(contract.column(name)) for name in names]
        for later, earlier in contract.not_before:
            assert example(contract, later, "end_before_start") == good_value(contract.column(earlier))


def test_an_example_is_no_real_person() -> None:
    for contract in load_contracts().values():
        assert not [c.name for c in contract.columns if not c.loaded and c.example]
        assert all(c.example.startswith(("H-", "A-")) for c in contract.columns if c.personal)


# --- Languages ---------------------------------------------------------------------------------------------------


def said_in(module: Any) -> list[str]:
    """The texts that a module gives to its translator."""
    found = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func
            translated = isinstance(called, ast.Call) or (isinstance(called, ast.Name) and called.id in ("say", "text"))
            if translated and isinstance(node.args[0].value, str):
                found.append(node.args[0].value)
    return found


TEXTS = sorted(
    {
        *(text for module in (letter, expected_module, shown) for text in said_in(module)),
        *letter.DECISIONS.values(),
        *letter.NEXT_STEPS.values(),
        *shown.VERDICTS.values(),
    }
)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_text_of_the_letter_is_translated(language: str) -> None:
    assert len(TEXTS) > 60

    def blanks(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    say = messages.translator(language)
    assert [text for text in TEXTS if say(text) == text] == []
    assert [text for text in TEXTS if blanks(say(text)) != blanks(text)] == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_names_of_sheets_are_such_as_excel_takes(tmp_path: Path, language: str) -> None:
    names = list(sheets(checked(tmp_path, FAULTY).told_in(language), tmp_path))
    assert len(names) == 2
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_refusal_is_known_from_its_english_sentence(code: str) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(TEMPLATES[code]) if name]
    values = {name: f"{name} (a.b) 1.5, c" for name in names}
    found = refusal_of(code, TEMPLATES[code].format(**values))
    assert found is not None and (found.code, found.values) == (code, values)
    assert refusal_of(code, "Something else.") is None
    assert refusal_of("of_another_time", "The file") is None


# --- Of the night's deliveries -----------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("TILANNEKUVA_HOME", raising=False)
    settings = Settings(home=tmp_path / "home", settle_seconds=0).ensure()
    lake.ensure(settings)
    return settings


PARTLY = ledger(*(L(n) for n in range(1, 150)), L(150, summa="x"))


def deliver(
    home: Settings, content: str | bytes, name: str = "a.csv", extract: str = "kirjanpito", control: Any = None
) -> None:
    path = home.landing / "kymenlaakso" / extract / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (LANDED.replace(tzinfo=UTC).timestamp(),) * 2)
    if control is not None:
        path.with_name(f"{name}.control.json").write_text(json.dumps(control))
    taken = landing.take_in(home, extract, [f for f in landing.scan(home).files if f.extract_id == extract])
    assert not taken.failures


def files(home: Settings) -> list[str]:
    return sorted(str(p.relative_to(home.letters)) for p in home.letters.rglob("*") if p.is_file())


def test_a_letter_for_each_refused_or_partly_rejected_delivery_and_once(home: Settings) -> None:
    deliver(home, ledger(L(1)), "good.csv")
    deliver(home, ledger(L(1)), "again.csv")  # a duplicate
    deliver(home, PARTLY, "partly.csv")
    deliver(home, ledger(L(1), L(2, summa="x")), "bad.csv")
    deliver(home, f"{SICK_HEADER};diagnoosi\n", "poissa.csv", "sairauspoissaolot")
    made = letters_of_night(home, None)
    assert sorted((m.extract_id, m.file_name, m.state, m.found) for m in made) == [
        ("kirjanpito", "bad.csv", "refused", 1),
        ("kirjanpito", "partly.csv", "partly", 1),
        ("sairauspoissaolot", "poissa.csv", "refused", 0),
    ]
    assert len(files(home)) == 3 * 3 * 2
    ids = {m.file_name: m.delivery_id[:12] for m in made if m.delivery_id}
    assert f"kymenlaakso/kirjanpito/{ids['partly.csv']}_sv.xlsx" in files(home)
    assert f"kymenlaakso/sairauspoissaolot/{ids['poissa.csv']}_fi.txt" in files(home)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in home.letters.rglob("*") if p.is_file()}
    assert letters_of_night(home, None) == []
    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in home.letters.rglob("*") if p.is_file()}


def test_a_letter_of_the_lake_says_what_one_of_the_file_says(home: Settings, tmp_path: Path) -> None:
    deliver(home, PARTLY)
    made = letters_of_night(home, None)[0]
    (tmp_path / "file").mkdir()
    own = checked(tmp_path / "file", PARTLY, load_contract("kirjanpito"))
    for name in ("faults", "tallies", "found", "periods", "caveats", "decision", "refusal"):
        assert getattr(made, name) == getattr(own, name), name
    assert (made.counts.read, made.counts.accepted, made.counts.rejected) == (150, 149, 1)
    said = (home.letters / "kymenlaakso" / "kirjanpito" / f"{made.delivery_id[:12]}_fi.txt").read_text()  # type: ignore[index]
    assert said == text_of(made)
    assert said.startswith(
        "Palautekirje toimituksesta\n\nPäätös: Toimitus otettiin vastaan ilman virheellisiä rivejä.\n"
        "Mitä pitää tehdä: Korjaa rivit ja toimita koko jakso uudelleen: jakson uusin toimitus korvaa aiemman.\n"
    )
    assert "\n- Rivi 151: summa\n    Löytyi: x\n" in said


def test_the_receipts_english_reason_is_told_in_finnish(home: Settings) -> None:
    deliver(home, ledger(L(1)), control={"rows": 7})
    made = letters_of_night(home, None)[0]
    assert "Syy: Tarkistustiedoston mukaan rivejä on 7, tiedostossa niitä on 1." in text_of(made)
    assert "Decision: The delivery was refused: nothing of it was taken in." in text_of(made.told_in("en"))


def test_a_sentence_of_another_time_is_told_as_it_is(home: Settings) -> None:
    deliver(home, ledger(L(1)), control={"rows": 7})
    [receipt] = [p for p in (home.lake / "receipt").glob("*.parquet") if p.stem != "empty"]
    rows = letter._receipts(home)
    changed = rows[0] | {"reason": "a.csv: An old sentence.", "reason_code": "old"}
    lake.write_parquet(receipt, lake.TABLES["receipt"], [tuple(changed[name] for name in lake.TABLES["receipt"])])
    assert "Syy: An old sentence.\n" in text_of(letters_of_night(home, None)[0])


def test_the_same_bytes_with_another_outcome_give_a_second_letter(home: Settings) -> None:
    deliver(home, PARTLY, control={"rows": 7})
    first = letters_of_night(home, None)
    deliver(home, PARTLY, control={"rows": 7})  # the same mistake again: said already
    deliver(home, PARTLY, "other name.csv", control={"rows": 7})
    assert letters_of_night(home, None) == []
    deliver(home, PARTLY, control={"rows": 8})
    assert [subject(m) for m in letters_of_night(home, None)] == [f"{subject(first[0])} (2)"]
    deliver(home, PARTLY)
    second = letters_of_night(home, None)
    assert [(m.number, m.state) for m in first + second] == [(1, "refused"), (3, "partly")]
    name = f"{second[0].delivery_id[:12]}-3_en.txt"  # type: ignore[index]
    assert f"kymenlaakso/kirjanpito/{name}" in files(home)


def test_only_deliveries_of_the_night(home: Settings) -> None:
    deliver(home, PARTLY)
    assert letters_of_night(home, datetime.fromisoformat("2999-01-01")) == []
    assert list(outgoing(home, datetime.fromisoformat("2999-01-01"))) == []
    assert files(home) == []
    assert len(letters_of_night(home, datetime.fromisoformat("2020-01-01"))) == 1


def test_what_there_is_to_send(home: Settings) -> None:
    deliver(home, PARTLY)
    first = list(outgoing(home, None, "sv"))
    assert first == list(outgoing(home, None, "sv"))  # written or not: the sender knows what it has sent
    [mail] = first
    assert mail[:3] == ("kymenlaakso", "kirjanpito", "Rader lämnades bort: Bokföringens utfall, kymenlaakso, a.csv")
    assert mail.body.startswith("Returbrev om en leverans\n")
    [attached] = mail.attachments
    assert attached.name == f"{mail.delivery_id[:12]}_sv.xlsx"
    assert CalamineWorkbook.from_path(str(attached)).sheet_names == ["Beslut", "Rader med fel"]


def test_a_letter_lists_at_most_a_limit_of_the_lake_too(home: Settings) -> None:
    deliver(home, ledger(*(L(n, summa="x") for n in range(1, 11))))
    [made] = letters_of_night(home, None, limit=4)
    assert [fault.row_number for fault in made.faults] == [2, 3, 4, 5]
    assert (made.found, made.tallies[0].rows, made.tallies[0].first_row) == (10, 10, 2)


def test_sheets_of_the_lake_and_rejects_of_before_the_column(home: Settings) -> None:
    header = ["Tunnusluku", "Arvo", "Lähde"]
    content = workbook(**{"2024-03": [header, ["a", 1, "x"]], "2024-04": [header, ["a", "y", "x"]]})
    deliver(home, content, "a.xlsx", "tunnusluvut")
    [made] = letters_of_night(home, None)
    assert made.faults == (RowFault(2, "arvo", "bad_number", "y", "2024-04"),)
    assert made.tallies[0].first_sheet == "2024-04"
    [rejects] = [p for p in (home.lake / "rejected_row").glob("*.parquet") if p.stem != "empty"]
    schema = {k: v for k, v in lake.TABLES["rejected_row"].items() if k != "sheet_name"}
    lake.write_parquet(
        rejects, schema, [(rejects.stem, "d", "kymenlaakso", "tunnusluvut", 2, "arvo", "bad_number", "y")]
    )
    for path in home.letters.rglob("*.txt"):
        path.unlink()
    [made] = letters_of_night(home, None)
    assert made.faults == (RowFault(2, "arvo", "bad_number", "y", None),)
    assert len(files(home)) == 6


def test_a_home_of_before_the_first_delivery_has_no_letters(tmp_path: Path) -> None:
    assert letters_of_night(Settings(home=tmp_path / "new"), None) == []
