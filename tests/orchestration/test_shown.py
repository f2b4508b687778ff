"""What `tilannekuva check` prints and writes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.shown import checked
from sources.contract import load_contract
from sources.reader import check_file
from tests.sources.helpers import workbook

HEADER = ["Tunnusluku", "Arvo", "Lähde"]


def printed(path: Path, language: str) -> list[list[str]]:
    report = check_file(path, load_contract("tunnusluvut"), "pori")
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(checked(report, language))
    return [[cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]
            for line in console.export_text().splitlines()]  # fmt: skip


@pytest.mark.parametrize(("language", "sheet", "row"), [("fi", "Välilehti", "Rivi"), ("sv", "Blad", "Rad")])
def test_a_fault_of_a_workbook_names_sheet_and_row(tmp_path: Path, language: str, sheet: str, row: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(**{"2024-03": [HEADER, ["a", 1, "x"]], "2024-04": [["Luvut"], HEADER, ["a", "y", "x"]]}))
    lines = printed(path, language)
    assert [line[:2] for line in lines if sheet in line] == [[sheet, row]]
    assert [line[:4] for line in lines if "2024-04" in line] == [["2024-04", "3", "arvo", "y"]]


def test_a_fault_of_one_table_has_no_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kuukausi;tunnusluku;arvo;lahde\n2024-03;a;y;x\n")
    lines = printed(path, "fi")
    assert ["Rivi", "Sarake", "Arvo", "Mikä on vialla"] in lines
    assert [line[:3] for line in lines if "arvo" in line] == [["2", "arvo", "y"]]


def command(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *arguments, "--extract", "tunnusluvut", "--organisation", "pori"])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("language", "sheet", "said"),
    [
        ("fi", "Virheelliset rivit", "Virheluettelo kirjoitettiin tiedostoon"),
        ("sv", "Rader med fel", "Fellistan skrevs till"),
        ("en", "Rows with faults", "The error list was written to"),
    ],
)
def test_the_error_list_is_written_where_asked(tmp_path: Path, language: str, sheet: str, said: str) -> None:
    path, errors = tmp_path / "a.csv", tmp_path / "virheet.xlsx"
    path.write_text("kuukausi;tunnusluku;arvo;lahde\n2024-03;a;y;x\n")
    code, printed = command(str(path), "--language", language, "--errors", str(errors))
    assert code == 1
    assert f"{said} {errors}" in printed.replace("\n", "")
    rows = CalamineWorkbook.from_path(str(errors)).get_sheet_by_name(sheet).to_python()
    assert [row[:3] for row in rows[1:]] == [[2, "arvo", "y"]]


def test_a_good_file_has_a_list_without_rows(tmp_path: Path) -> None:
    path, errors = tmp_path / "a.csv", tmp_path / "virheet.xlsx"
    path.write_text("kuukausi;tunnusluku;arvo;lahde\n2024-03;a;1;x\n")
    assert command(str(path), "--errors", str(errors))[0] == 0
    assert CalamineWorkbook.from_path(str(errors)).sheet_names == ["Päätös"]


def test_the_checked_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    content = workbook(**{"2024-03": [HEADER, ["a", 1, "x"]]})
    path.write_bytes(content)
    for errors in (path, tmp_path / "virheet.csv", tmp_path / "virheet"):
        code, printed = command(str(path), "--errors", str(errors))
        assert code == 1
        assert "Virheluettelon on oltava .xlsx-tiedosto" in printed
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kuukausi;tunnusluku;arvo;lahde\n2024-03;a;1;x\n")
    code, printed = command(str(path), "--errors", str(path / "virheet.xlsx"))
    assert code == 1
    assert "Virheluetteloa ei voi kirjoittaa" in printed
