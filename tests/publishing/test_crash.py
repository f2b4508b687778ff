"""Killed at any moment: current opens, the next night is whole; and readers are never in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from publishing import release
from publishing.model import NightlyRun
from sources.settings import Settings
from tests.publishing.warehouse_maker import CURRENT_VALUE, ask, change_build, current_database

STEPS = [
    "warehouse.assemble",
    "disclosure.audit",
    "warehouse.export_parquet",
    "report.render",
    "quality.render",
    "manifest.write",
    "files.seal",
    "_verify_staged",
    "_rename",
    "_make_current",
    "Path.replace",  # the temporary symlink is there, the swap is not
    "_complete_ledger",
    "_prune",
]
SWAPPED = {"_complete_ledger", "_prune"}

KILLED = """
import os, signal, sys
from datetime import date, datetime
from pathlib import Path
from publishing import release
from publishing.model import NightlyRun
from sources.settings import Settings

home, step = sys.argv[1:]
owner = release
*modules, name = step.split(".")
for module in modules:
    owner = getattr(owner, module)
original = getattr(owner, name)
calls = 0

def die(*args, **kwargs):
    global calls
    calls += 1
    # publish() completes the ledger when it begins too: only the second call is the step under test.
    if step == "_complete_ledger" and calls == 1:
        return original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, die)
release.publish(Settings(home=Path(home)), NightlyRun("killed", date(2025, 11, 24), datetime(2025, 11, 24, 3)))
"""


@pytest.mark.parametrize("step", STEPS)
def test_killed_before_any_step_current_opens_and_the_next_night_is_whole(
    settings: Settings, run: NightlyRun, step: str
) -> None:
    first = release.publish(settings, run)
    change_build(settings, "UPDATE indicator.value SET value = 55 WHERE value = 1234.56")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.home), step],
        cwd=Path(__file__).parents[2],
        env=os.environ,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    reached_swap = step in SWAPPED
    assert ask(current_database(settings), CURRENT_VALUE) == [(55.0 if reached_swap else 1234.56,)]
    assert release.verify(settings) == []

    release.recover(settings)
    swapped = [(settings.releases / "current").readlink().name] if reached_swap else []
    left = {path.name for path in settings.releases.iterdir()}
    assert left == {"current", first.release_id, *swapped}
    assert {part.stem for part in (settings.lake / "reported").iterdir()} == {first.release_id, *swapped}

    after = release.publish(settings, run)
    assert ask(after.database, CURRENT_VALUE) == [(55.0,)]
    assert ask(after.database, "SELECT count(DISTINCT release_id) FROM indicator.reported") == [(2 + len(swapped),)]


def test_recover_removes_a_half_removed_release_and_leaves_strange_files(settings: Settings, run: NightlyRun) -> None:
    made = release.publish(settings, run)
    (settings.releases / ".removing-old").mkdir()
    (settings.releases / ".nfs0001").touch()
    assert release.recover(settings) == ["removed .removing-old"]
    assert {path.name for path in settings.releases.iterdir()} == {"current", made.release_id, ".nfs0001"}


def test_recover_of_an_empty_home_does_nothing(tmp_path: Path) -> None:
    assert release.recover(Settings(home=tmp_path / "nowhere")) == []


def test_recover_keeps_past_releases_even_without_the_ledger_files(settings: Settings, run: NightlyRun) -> None:
    made = [release.publish(settings, run) for _ in range(3)]
    for part in (settings.lake / "reported").iterdir():
        part.unlink()
    release.recover(settings)
    assert len(release.list_releases(settings)) == len(made)


def test_an_exception_leaves_nothing_readable(
    settings: Settings, run: NightlyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(release.manifest, "write", fail)
    with pytest.raises(OSError, match="disk full"):
        release.publish(settings, run)
    assert list(settings.releases.iterdir()) == []


def test_two_processes_read_the_release_at_once(settings: Settings, run: NightlyRun) -> None:
    release.publish(settings, run)
    reader = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); "
        "print(con.execute('SELECT count(*) FROM indicator.value').fetchone()[0], flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", reader, str(current_database(settings))]
    readers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        # Both hold the file open; a night goes on meanwhile.
        answers = [one.stdout.readline().strip() for one in readers if one.stdout]
        release.publish(settings, run)
    finally:
        for one in readers:
            one.communicate("")
    assert answers == ["18", "18"]
    assert [one.returncode for one in readers] == [0, 0]
