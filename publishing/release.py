"""Makes, lists, verifies and takes back releases; the only writer of ``releases/`` and of the as-reported ledger.

A release is written whole under a hidden name, verified by reopening it read-only, renamed, and only then made
current by swapping one symlink. Whatever moment the machine dies at, ``current`` opens and is a whole release:

    before the rename    a hidden directory is left       recover() removes it
    before the swap      a directory nobody points at     recover() removes it
    before the ledger    current has no ledger part       recover() writes it from the release itself
    in a rollback        the ledger's last is another     recover() records that it was rolled back

Not covered: two nights at once (the caller holds the lock), and what goes into the tables (:mod:`.warehouse`).
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from publishing import disclosure, files, history, manifest, quality, report, warehouse
from publishing.model import DATABASE, DisclosureError, NightlyRun, Release, ReleaseError
from publishing.sql import literal
from sources.settings import REPOSITORY, Settings

__all__ = [
    "DisclosureError",
    "NightlyRun",
    "Release",
    "ReleaseError",
    "list_releases",
    "publish",
    "recover",
    "rollback",
    "verify",
]

CURRENT = "current"
STAGING = ".staging-"
REMOVING = ".removing-"

log = logging.getLogger(__name__)


def publish(settings: Settings, run: NightlyRun) -> Release:
    """Publish the night's build as the new current release.

    Withheld organisations keep the rows of the release that is current now, marked ``provisional``. Raises
    DisclosureError when the audit finds anything, ReleaseError when the release is not what it should be; ``current``
    is then unchanged and nothing of the attempt is left readable.
    """
    _complete_ledger(settings)
    previous = _current_id(settings)
    inputs = warehouse.input_deliveries(settings)
    git_sha = _git_sha()
    created_at = datetime.now(UTC).replace(tzinfo=None)
    passport = warehouse.Passport(
        release_id=_new_release_id(settings, created_at, [*(i["delivery_id"] for i in inputs), git_sha, run.as_of]),
        created_at=created_at,
        run=run,
        git_sha=git_sha,
        previous_release_id=previous,
    )
    staging = settings.releases / f"{STAGING}{passport.release_id}"
    # Nobody but the nightly may read what the disclosure audit has not passed.
    staging.mkdir(mode=0o700, parents=True)
    try:
        _stage(settings, passport, inputs, staging)
        _verify_staged(staging)
    except BaseException:
        shutil.rmtree(staging)
        raise
    final = settings.releases / passport.release_id
    _rename(staging, final)
    _make_current(settings, passport.release_id)
    _complete_ledger(settings)
    _prune(settings)
    return manifest.release_of(final, passport.release_id)


def list_releases(settings: Settings) -> list[Release]:
    """Releases on disk, newest first. One whose manifest cannot be read is logged and left out: see verify()."""
    releases = []
    for folder in _release_folders(settings):
        try:
            releases.append(manifest.release_of(folder, _current_id(settings)))
        except (OSError, ValueError, KeyError) as error:
            log.warning("release %s has no readable manifest: %s", folder.name, error)
    return sorted(releases, key=lambda release: (release.created_at, release.release_id), reverse=True)


def verify(settings: Settings, release_id: str | None = None) -> list[str]:
    """What differs between a release (the current one by default) and its manifest; empty when nothing does."""
    release_id = release_id or _current_id(settings)
    if release_id is None:
        return ["nothing is released yet"]
    folder = settings.releases / release_id
    if folder not in _release_folders(settings):
        return [f"there is no release {release_id}"]
    return manifest.problems(folder)


def rollback(settings: Settings, release_id: str | None = None) -> Release:
    """Make an earlier release current again: the one before the current by default. The ledger keeps all.

    The rollback is recorded as a publication of its own, so that what readers saw on which day stays known.
    The caller holds the lock of the night. Raises ReleaseError where there is no such release or it is damaged.
    """
    _complete_ledger(settings)
    current = _current_id(settings)
    if current is None:
        raise ReleaseError("nothing is released yet")
    target = release_id or manifest.release_of(settings.releases / current, current).previous_release_id
    if target is None:
        raise ReleaseError(f"there is no release before {current}")
    if found := verify(settings, target):
        raise ReleaseError(f"cannot roll back to {target}: {'; '.join(found)}")
    _make_current(settings, target)
    _complete_ledger(settings)
    return manifest.release_of(settings.releases / target, target)


def recover(settings: Settings) -> list[str]:
    """Clear away what an interrupted night left and complete the ledger; returns what was done, for the log.

    Run under the lock before anything else of a night. A release that was current at any time is never removed,
    even if the ledger's files were lost: the current release carries the whole ledger itself.
    """
    if not settings.releases.exists():
        return []
    done = [f"wrote the missing ledger part of {name}" for name in _complete_ledger(settings)]
    for leftover in sorted(settings.releases.glob(".*")):
        if leftover.name.startswith((STAGING, REMOVING)):
            shutil.rmtree(leftover)
        elif leftover.name.startswith(f".{CURRENT}-"):
            leftover.unlink()
        else:
            continue
        done.append(f"removed {leftover.name}")
    known = _ever_current(settings)
    for folder in _release_folders(settings):
        if folder.name not in known:
            _remove(folder)
            done.append(f"removed {folder.name}, which was never current")
    for temporary in (settings.lake / "reported").glob(".*.tmp"):
        temporary.unlink()
    return done


def _stage(settings: Settings, passport: warehouse.Passport, inputs: list[dict[str, str]], staging: Path) -> None:
    """Write every file of the release into the staging directory, the manifest last."""
    database = staging / DATABASE
    current = settings.releases / passport.previous_release_id if passport.previous_release_id else None
    warehouse.assemble(settings, passport, current and current / DATABASE, database)
    disclosure.audit(database, settings.small_number, warehouse.known_hashes(settings))
    warehouse.export_parquet(database, staging)
    for language in report.LANGUAGES:
        report.render(staging, language)
        quality.render(staging, language)
    manifest.write(
        staging,
        {
            "release_id": passport.release_id,
            "created_at": passport.created_at,
            "as_of_date": passport.run.as_of,
            "run_id": passport.run.run_id,
            "started_at": passport.run.started_at,
            "git_sha": passport.git_sha,
            "previous_release_id": passport.previous_release_id,
            "inputs": inputs,
            **warehouse.facts(database),
        },
    )
    files.seal(staging)


def _verify_staged(staging: Path) -> None:
    """Reopen what was written as a reader would, before anybody can see it."""
    if found := manifest.problems(staging):
        raise ReleaseError("the staged release is not what was written: " + "; ".join(found))
    with duckdb.connect(staging / DATABASE, read_only=True) as con:
        row = con.execute(
            """
            SELECT
                (SELECT count(*) FROM indicator.value),
                (SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database())
            """
        ).fetchone()
    if row is None or row[0] == 0:
        raise ReleaseError("the staged release has no indicator values")
    if not str(row[1]).startswith(warehouse.STORAGE_VERSION):
        raise ReleaseError(f"the staged release has storage format {row[1]}, not {warehouse.STORAGE_VERSION}")


def _rename(staging: Path, final: Path) -> None:
    staging.chmod(0o755)
    staging.rename(final)
    files.fsync(final.parent)


def _make_current(settings: Settings, release_id: str) -> None:
    files.point(settings.releases / CURRENT, release_id)


def _complete_ledger(settings: Settings) -> list[str]:
    """Write the ledger part of the current release from its own table, if it is missing, and record a rollback; returns
    what was missing.
    """
    release_id = _current_id(settings)
    if release_id is None:
        return []
    part = settings.lake / "reported" / f"{release_id}.parquet"
    if part.exists():
        now = datetime.now(UTC).replace(tzinfo=None)
        return [f"{release_id} (rolled back to)"] if history.note_rollback(settings, release_id, now) else []
    part.parent.mkdir(parents=True, exist_ok=True)
    temporary = part.with_name(f".{part.name}.tmp")
    with duckdb.connect(settings.releases / release_id / DATABASE, read_only=True) as con:
        history.write_parts(settings, con, release_id)  # before the ledger's own part, which says that all is written
        query = f"FROM indicator.reported WHERE release_id = {literal(release_id)} ORDER BY ALL"
        warehouse.copy_parquet(con, query, temporary)
    files.fsync(temporary)
    temporary.replace(part)
    files.fsync(part.parent)
    return [release_id]


def _ever_current(settings: Settings) -> set[str]:
    """Releases that were current at some time: those in the ledger, as its files or as the current release has it,
    and those that another release followed.
    """
    known = {part.stem for part in (settings.lake / "reported").glob("*.parquet")}
    known |= {release.previous_release_id or "" for release in list_releases(settings)}
    if release_id := _current_id(settings):
        known.add(release_id)
        with duckdb.connect(settings.releases / release_id / DATABASE, read_only=True) as con:
            known.update(row[0] for row in con.execute("SELECT DISTINCT release_id FROM indicator.reported").fetchall())
    return known


def _prune(settings: Settings) -> None:
    """Keep the newest ``keep_releases``, and always the current release and the one before it."""
    releases = list_releases(settings)
    kept = {release.release_id for release in releases[: settings.keep_releases]}
    for current in (release for release in releases if release.current):
        kept |= {current.release_id, current.previous_release_id or ""}
    for release in releases:
        if release.release_id not in kept:
            _remove(release.path)


def _remove(folder: Path) -> None:
    """Remove a release so that a half-removed one is never taken for a release."""
    hidden = folder.with_name(f"{REMOVING}{folder.name}")
    folder.rename(hidden)
    shutil.rmtree(hidden)


def _release_folders(settings: Settings) -> list[Path]:
    return sorted(
        path
        for path in settings.releases.glob("*")
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def _current_id(settings: Settings) -> str | None:
    link = settings.releases / CURRENT
    if not link.is_symlink():
        return None
    if not (link / DATABASE).exists():
        # Only a hand in the releases directory can do this. The night goes on as the first one and mends it.
        log.warning("current points at %s, which is not there", link.readlink())
        return None
    return link.readlink().name


def _new_release_id(settings: Settings, created_at: datetime, parts: Iterable[object]) -> str:
    """``<UTC time>-<hash>`` of the inputs, the code and the as-of date; another hash where that is taken already."""
    content = "|".join(map(str, parts))
    taken = {path.name for path in settings.releases.glob("*")}
    taken |= {part.stem for part in (settings.lake / "reported").glob("*.parquet")}
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{content}|{attempt}".encode()).hexdigest()[:8]
        release_id = f"{created_at:%Y%m%dT%H%M%SZ}-{digest}"
        if release_id not in taken:
            return release_id
        attempt += 1


def _git_sha() -> str:
    """The commit of the running code, ``-dirty`` where files differ from it; ``unknown`` outside a checkout."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
