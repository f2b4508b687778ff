"""Durable, atomic file operations that a release stands on.

Knows nothing of what the files hold. POSIX only: ``os.replace`` of a symlink is what makes the swap atomic.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fsync(path: Path) -> None:
    """Force one file or directory to the disk; a rename is durable only when its directory is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def files_below(folder: Path) -> list[Path]:
    """Every regular file below a folder, in a stable order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def seal(folder: Path) -> None:
    """Make every file below ``folder`` read-only (0444) and force files and directories to the disk."""
    for path in files_below(folder):
        path.chmod(0o444)
        fsync(path)
    for directory in (path for path in folder.rglob("*") if path.is_dir()):
        fsync(directory)
    fsync(folder)


def point(link: Path, target_name: str) -> None:
    """Make the symlink ``link`` point at its sibling ``target_name`` in one atomic step.

    The target is relative, so the whole home can be moved or mounted elsewhere.
    """
    temporary = link.with_name(f".{link.name}-{target_name}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target_name)
    temporary.replace(link)
    fsync(link.parent)
