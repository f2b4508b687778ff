"""One night at a time.

The lock is the operating system's (flock through ``filelock``), so a killed night never leaves it behind; the
JSON beside it only says who holds it. It guards the lake, the build and the releases of one home directory on
one machine; it does not guard a home that several machines mount over a network.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout


class NightIsRunning(RuntimeError):
    """Another night holds the lock; the message says who and since when."""


@contextmanager
def one_night_at_a_time(home: Path, who: str) -> Iterator[None]:
    """Hold the home's lock for the length of the block; within a block of the same process it is held already.

    Args:
        home: the installation's home directory.
        who: what is running, for whoever is turned away (``nightly``, ``schedule``, ``rollback``).

    Raises:
        NightIsRunning: at once, when somebody else holds it.
    """
    holder = home / "nightly.lock.json"
    # One object a process and file: the command holds the lock from its first moment, and the run inside it goes on.
    lock = FileLock(home / "nightly.lock", timeout=0, thread_local=False, is_singleton=True)
    if lock.is_locked:
        yield
        return
    try:
        with lock:
            holder.write_text(
                json.dumps(
                    {
                        "who": who,
                        "pid": os.getpid(),
                        "host": socket.gethostname(),
                        "since": datetime.now(UTC).isoformat(timespec="seconds"),
                    }
                )
            )
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout as taken:
        raise NightIsRunning(_describe(holder)) from taken


def _describe(holder: Path) -> str:
    try:
        by = json.loads(holder.read_text())
        return f"a night is running already: {by['who']}, process {by['pid']} on {by['host']} since {by['since']}"
    except (OSError, ValueError, KeyError):
        return "a night is running already (who holds the lock is not written yet)"
