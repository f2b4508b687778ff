"""The files that the night, the floor and the peer each get a copy of."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

SIDECAR = ".control.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How much landed; ``rows`` are those that the sidecars declare."""

    files: int
    rows: int
    bytes: int


def size(landing: Path) -> Size:
    """Count the files under ``landing`` without their sidecars."""
    everything = [path for path in landing.rglob("*") if path.is_file()]
    sidecars = [path for path in everything if path.name.endswith(SIDECAR)]
    data = [path for path in everything if not path.name.endswith(SIDECAR)]
    rows = sum(json.loads(path.read_text(encoding="utf-8")).get("rows", 0) for path in sidecars)
    return Size(len(data), rows, sum(path.stat().st_size for path in data))


def warm(landing: Path) -> None:
    """Read every byte once, so that whoever is measured first does not pay for the disk."""
    for path in landing.rglob("*"):
        if path.is_file():
            path.read_bytes()


def copy(landing: Path, to: Path) -> Path:
    """Give ``to`` the same files, by hard links where the disk has them; times of landing are kept.

    The night moves what it reads, which takes its link away and leaves the others.
    """
    return Path(shutil.copytree(landing, to, copy_function=_link))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
