"""What `tilannekuva check` prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

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
