"""One night at a time, also after a night was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.lock import NightIsRunning, one_night_at_a_time

HOLD = """
import sys, time, pathlib
from orchestration.lock import one_night_at_a_time
with one_night_at_a_time(pathlib.Path(sys.argv[1]), "nightly"):
    print("held", flush=True)
    time.sleep(60)
"""


def _hold(home: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_the_second_is_turned_away_with_the_name_of_the_first(tmp_path: Path) -> None:
    holder = _hold(tmp_path)
    try:
        turned_away = pytest.raises(NightIsRunning, match=f"nightly, process {holder.pid} on ")
        with turned_away, one_night_at_a_time(tmp_path, "schedule"):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_night_leaves_no_lock(tmp_path: Path) -> None:
    holder = _hold(tmp_path)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    time.sleep(0.1)
    with one_night_at_a_time(tmp_path, "nightly"):
        assert json.loads((tmp_path / "nightly.lock.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "nightly.lock.json").exists()
