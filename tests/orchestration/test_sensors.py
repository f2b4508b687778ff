"""When the landing sensor asks for a night, and when it waits."""

from __future__ import annotations

from pathlib import Path

from orchestration.sensors import listing, run_key

FILE = {"kymenlaakso/kirjanpito/a.csv": [100, 1]}


def test_a_file_is_picked_up_when_two_looks_agree() -> None:
    assert run_key(FILE, {}) is None
    assert run_key(FILE, FILE) is not None


def test_a_growing_file_is_not_picked_up() -> None:
    assert run_key({"kymenlaakso/kirjanpito/a.csv": [150, 2]}, FILE) is None


def test_an_empty_landing_asks_for_nothing() -> None:
    assert run_key({}, {}) is None


def test_the_same_files_ask_for_one_night_and_a_new_one_for_another() -> None:
    more = {**FILE, "kymenlaakso/kirjanpito/b.csv": [1, 3]}
    assert run_key(FILE, dict(FILE)) == run_key(dict(FILE), FILE)
    assert run_key(FILE, FILE) != run_key(more, more)


def test_unfinished_uploads_are_not_listed(tmp_path: Path) -> None:
    folder = tmp_path / "kymenlaakso" / "kirjanpito"
    folder.mkdir(parents=True)
    for name in ("a.csv", "b.csv.part", ".c.csv.swp", "~$d.xlsx", "e.filepart", "f.tmp"):
        (folder / name).write_text("x")
    assert list(listing(tmp_path)) == ["kymenlaakso/kirjanpito/a.csv"]
