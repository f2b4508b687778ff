"""Wall time and peak memory of one command with everything it starts.

Memory is the resident set, summed over the process tree and sampled: pages that processes share count once for
each, and a peak shorter than :data:`INTERVAL` can be missed. Does not measure disk or cores; see the README.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psutil

INTERVAL = 0.03
"""Seconds between two samples."""

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: wall ``seconds`` from start to exit, ``peak`` of memory in bytes."""

    seconds: float
    peak: int
    exit_code: int
    out: str
    err: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, whatever its exit code; ``environment`` is added to this process's own."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        sampler = _Sampler(process.pid)
        sampler.start()
        try:
            exit_code = process.wait()
        finally:
            seconds = time.perf_counter() - began
            process.kill()  # nothing to kill unless the wait was interrupted
            sampler.finish()
        out.seek(0)
        err.seek(0)
        return Run(seconds, sampler.peak, exit_code, out.read(), err.read())


class _Sampler(threading.Thread):
    """Looks at the memory of a process tree until it is told to finish."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(INTERVAL):
            self.peak = max(self.peak, _resident(self._root))

    def finish(self) -> None:
        """Stop, after the sample that is being taken."""
        self._done.set()
        self.join()


def _resident(root: psutil.Process) -> int:
    """Bytes of the tree under ``root`` now; a process that ends meanwhile counts 0."""
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_own, tree))


def _own(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def machine() -> str:
    """One line on where and with what the figures were made."""
    memory = psutil.virtual_memory()
    load, _, _ = psutil.getloadavg()
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "dbt-duckdb", "dagster"))
    return (
        f"{os.cpu_count()} cores, {memory.total / 1e9:.0f} GB memory, load {load:.1f} at the start; "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {packages}"
    )
