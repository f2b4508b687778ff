"""The landing place: what has arrived, and taking it in.

``landing/<organisation_id>/<extract_id>/<any name>``. A file is taken in once: read, written to the lake, receipted,
and moved to the archive. The order of the writes is the safety: accepted rows, rejects, RECEIPT (the commit), then
the move. A night that dies before the receipt leaves the file in landing and nothing that counts; one that dies after
it finds the receipt and only finishes the move.

Not here: whether a delivery is plausible (the guard's matter), and which one is current (the receipts' and the
transform's).
"""

from __future__ import annotations

import csv
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import duckdb

from sources import identity, lake, messages
from sources.contract import Contract, Retired, load_contract, load_contracts, load_retired
from sources.control import SUFFIX, Control, load_control, sidecar_of
from sources.pseudonym import load_key
from sources.reader import Counts, Decision, Reading, read_delivery
from sources.refusal import Refusal, Refused
from sources.settings import Settings
from sources.textfile import sha256_of

ORGANISATIONS = Path(__file__).with_name("organisations.csv")
PUBLIC = "public"

_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
_HIDDEN = (".", "~$")

StrayKind = Literal[
    "unknown_organisation",
    "unknown_extract",
    "retired_extract",
    "wrong_scope",
    "stray_file",
    "stray_folder",
    "orphan_control",
]


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file ready to be taken in. ``received_at`` is naive UTC in whole seconds."""

    path: Path
    organisation_id: str
    extract_id: str
    received_at: datetime
    file_bytes: int

    @property
    def file_name(self) -> str:
        """The name as receipts show it: an identity code in it is masked."""
        return identity.mask_loosely(self.path.name)


@dataclass(frozen=True, slots=True)
class Stray:
    """Something in landing that belongs nowhere; ``path`` is relative to landing, identity codes masked.

    ``retired`` is the contract that a file of the kind ``retired_extract`` was dropped for.
    """

    kind: StrayKind
    path: str
    organisation_id: str | None = None
    retired: Retired | None = None

    def text(self, language: str = "en") -> str:
        """Kind and path; of a retired extract also when and why it was retired."""
        shown = f"{self.kind}: {self.path}"
        if self.retired is None:
            return shown
        sentence = messages.translator(language)(messages.RETIRED).format(
            extract=self.retired.contract.extract_id,
            date=self.retired.retired_on.isoformat(),
            reason=self.retired.reason[language],
        )
        return f"{shown}. {sentence}"


@dataclass(frozen=True, slots=True)
class Scan:
    """What is in landing. ``files`` are in delivery order; ``unsettled`` still grow and stay for the next night."""

    files: tuple[LandedFile, ...]
    unknown: tuple[Stray, ...]
    unsettled: tuple[LandedFile, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery event, in the order of the columns of ``receipt`` in the lake."""

    receipt_id: str
    delivery_id: str
    organisation_id: str
    extract_id: str
    file_name: str
    file_bytes: int
    received_at: datetime
    read_at: datetime
    contract_version: str
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_skipped: int
    decision: Decision
    reason_code: str | None
    reason: str | None
    periods: tuple[str, ...]
    caveats: tuple[str, ...]
    encoding: str | None
    delimiter: str | None
    origin: str

    def row(self) -> tuple[object, ...]:
        """The receipt as a row of the lake's table."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(list(value) if isinstance(value, tuple) else value for value in values)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in for a reason that is not the file's; it stays in landing."""

    file: LandedFile
    error: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the files of one extract. Interrupted moves that were only finished give no new receipt."""

    receipts: tuple[Receipt, ...]
    failures: tuple[Failure, ...]


def known_organisations(settings: Settings) -> dict[str, str]:
    """Return organisation_id -> kind: those that may deliver, those of the home's own ``organisations.csv``, public.

    The repository's file is also dbt's seed ``organisation``. National public data land under :data:`PUBLIC`, which is
    no organisation and therefore no row of it.
    """
    known: dict[str, str] = {}
    for path in (ORGANISATIONS, settings.home / "organisations.csv"):
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                known |= {row["organisation_id"]: row.get("kind") or "county" for row in csv.DictReader(file)}
    return known | {PUBLIC: PUBLIC}


# --- What has arrived -------------------------------------------------------------------------------------------


def scan(settings: Settings, sleep: Callable[[float], None] = time.sleep) -> Scan:
    """Return what lies in landing. Waits ``settle_seconds`` once where a file is younger than that."""
    files, strays = _walk(settings)
    now = time.time()
    young = [f for f in files if now - f.path.stat().st_mtime < settings.settle_seconds]
    before = {f.path: _state(f.path) for f in young}
    if young:
        sleep(settings.settle_seconds)
    growing = {path for path, state in before.items() if _state(path) != state}
    return Scan(
        files=tuple(f for f in files if f.path not in growing),
        unknown=tuple(strays),
        unsettled=tuple(f for f in files if f.path in growing),
    )


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns


def _walk(settings: Settings) -> tuple[list[LandedFile], list[Stray]]:
    files: list[LandedFile] = []
    strays: list[Stray] = []
    organisations, contracts = known_organisations(settings), load_contracts()
    for folder in _entries(settings.landing):
        if not folder.is_dir():
            strays.append(Stray("stray_file", identity.mask_loosely(folder.name)))
        elif folder.name not in organisations:
            strays.append(Stray("unknown_organisation", identity.mask_loosely(folder.name)))
        else:
            for extract in _entries(folder):
                found, odd = _extract_folder(extract, folder.name, organisations[folder.name], contracts)
                files += found
                strays += odd
    return sorted(files, key=lambda f: (f.received_at, f.path.name)), strays


def _extract_folder(
    folder: Path, organisation_id: str, kind: str, contracts: dict[str, Contract]
) -> tuple[list[LandedFile], list[Stray]]:
    relative = identity.mask_loosely(f"{organisation_id}/{folder.name}")
    if not folder.is_dir():
        return [], [Stray("stray_file", relative, organisation_id)]
    contract = contracts.get(folder.name)
    if contract is None:
        return [], _of_no_contract(folder, relative, organisation_id)
    if (contract.scope == "public") != (kind == PUBLIC):
        return [], [Stray("wrong_scope", relative, organisation_id)]
    files, strays = [], []
    for entry in _entries(folder):
        shown = f"{relative}/{identity.mask_loosely(entry.name)}"
        if not entry.is_file():
            strays.append(Stray("stray_folder", shown, organisation_id))
        elif not entry.name.endswith(SUFFIX):
            files.append(_landed(entry, organisation_id, folder.name))
        elif not entry.with_name(entry.name.removesuffix(SUFFIX)).exists():
            strays.append(Stray("orphan_control", shown, organisation_id))
    return files, strays


def _of_no_contract(folder: Path, relative: str, organisation_id: str) -> list[Stray]:
    """The folder of an unknown extract, or each file of a retired one: its empty folder may well stay."""
    retired = load_retired().get(folder.name)
    if retired is None:
        return [Stray("unknown_extract", relative, organisation_id)]
    paths = (f"{relative}/{identity.mask_loosely(entry.name)}" for entry in _entries(folder))
    return [Stray("retired_extract", path, organisation_id, retired) for path in paths]


def _entries(folder: Path) -> Iterator[Path]:
    """Entries by name, without hidden, temporary and half-transferred ones."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not entry.name.startswith(_HIDDEN) and not entry.name.lower().endswith(_UNFINISHED):
            yield entry


def _landed(path: Path, organisation_id: str, extract_id: str) -> LandedFile:
    status = path.stat()
    received_at = min(
        datetime.fromtimestamp(int(status.st_mtime), UTC).replace(tzinfo=None), _now().replace(microsecond=0)
    )
    return LandedFile(path, organisation_id, extract_id, received_at, status.st_size)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


# --- Taking it in -----------------------------------------------------------------------------------------------


def take_in(
    settings: Settings,
    extract_id: str,
    files: Iterable[LandedFile],
    progress: Callable[[LandedFile], None] | None = None,
) -> TakenIn:
    """Take in the ``files`` of one extract in delivery order; ``progress`` is called after each.

    One file's unexpected error does not stop the others: it is returned as a failure and the file stays. The caller
    holds the night's lock: two processes must not take in at once.
    """
    intake = _Intake(settings, load_contract(extract_id))
    receipts: list[Receipt] = []
    failures: list[Failure] = []
    for file in sorted(files, key=lambda f: (f.received_at, f.path.name)):
        try:
            receipt = intake.take(file)
            if receipt is not None:
                receipts.append(receipt)
        except Exception as error:
            failures.append(Failure(file, _error_text(error)))
        if progress is not None:
            progress(file)
    return TakenIn(tuple(receipts), tuple(failures))


def _error_text(error: Exception) -> str:
    """What people may read of an unexpected error. Only the system's and our own never quote a cell of the data."""
    ours = isinstance(error, OSError) or type(error) is RuntimeError
    return identity.mask_loosely(f"{type(error).__name__}: {error}") if ours else type(error).__name__


class _Intake:
    """Takes in files of one extract; knows the receipts of earlier nights and of this one."""

    def __init__(self, settings: Settings, contract: Contract) -> None:
        self.settings = settings
        self.contract = contract
        _sweep(settings)
        self.accepted, self.seen = _earlier(settings, contract.extract_id)

    @cached_property
    def key(self) -> bytes:
        """The pseudonym key, made when the first file is read."""
        return load_key(self.settings.secrets)

    def take(self, file: LandedFile) -> Receipt | None:
        delivery_id = sha256_of(file.path)
        archived = self._archive_path(file, delivery_id)
        event = (file.organisation_id, delivery_id, file.file_name, file.received_at)
        if event in self.seen and not archived.exists():
            _move(file.path, archived)  # an earlier night died between the receipt and the move
            return None
        if (file.organisation_id, delivery_id) in self.accepted:
            receipt = self._duplicate(file, delivery_id)
        else:
            receipt = self._read(file, delivery_id)
        lake.write_parquet(
            lake.table_path(self.settings, "receipt", receipt.receipt_id), lake.TABLES["receipt"], [receipt.row()]
        )
        self.seen.add(event)
        if receipt.decision == "accepted":
            self.accepted.add((file.organisation_id, delivery_id))
        _move(file.path, archived)
        return receipt

    def _archive_path(self, file: LandedFile, delivery_id: str) -> Path:
        folder = self.settings.archive / file.organisation_id / file.extract_id
        return folder / f"{delivery_id[:12]}_{file.file_name}"

    def _read(self, file: LandedFile, delivery_id: str) -> Receipt:
        settings = self.settings
        settings.build.mkdir(parents=True, exist_ok=True)
        with read_delivery(
            file.path, self.contract, file.organisation_id, self.key, settings.build, delivery_id
        ) as reading:
            receipt = self._receipt(file, reading)
            if reading.decision == "accepted":
                reading.write_accepted(lake.delivery_path(settings, file.extract_id, file.organisation_id, delivery_id))
            reading.write_rejects(lake.table_path(settings, "rejected_row", receipt.receipt_id), receipt.receipt_id)
        return receipt

    def _receipt(self, file: LandedFile, reading: Reading) -> Receipt:
        return self._event(
            file,
            reading.delivery_id,
            reading.decision,
            counts=reading.counts,
            refusal=reading.refusal,
            periods=reading.periods,
            caveats=reading.caveats,
            encoding=reading.encoding,
            delimiter=reading.delimiter,
            origin=self._origin(reading.control),
        )

    def _origin(self, control: Control) -> str:
        public = self.contract.scope == "public" and control.origin == "delivered"
        return "public" if public else control.origin

    def _duplicate(self, file: LandedFile, delivery_id: str) -> Receipt:
        try:
            control = load_control(file.path)
        except Refused:  # of a file that changes nothing the control matters to nobody
            control = Control()
        reason = Refusal("duplicate", {"name": file.file_name})
        return self._event(file, delivery_id, "duplicate", refusal=reason, origin=self._origin(control))

    def _event(
        self,
        file: LandedFile,
        delivery_id: str,
        decision: Decision,
        *,
        counts: Counts | None = None,
        refusal: Refusal | None = None,
        periods: tuple[str, ...] = (),
        caveats: tuple[str, ...] = (),
        encoding: str | None = None,
        delimiter: str | None = None,
        origin: str = "delivered",
    ) -> Receipt:
        counts = counts or Counts()
        read_at = _now()
        return Receipt(
            # to the microsecond: receipts sort as they were written, also within a second
            receipt_id=f"{read_at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:12]}",
            delivery_id=delivery_id,
            organisation_id=file.organisation_id,
            extract_id=file.extract_id,
            file_name=file.file_name,
            file_bytes=file.file_bytes,
            received_at=file.received_at,
            read_at=read_at.replace(microsecond=0),
            contract_version=self.contract.version,
            rows_read=counts.read,
            rows_accepted=counts.accepted,
            rows_rejected=counts.rejected,
            rows_skipped=counts.skipped_rows,
            decision=decision,
            reason_code=refusal.code if refusal else None,
            reason=_sentence(file, refusal),
            periods=periods,
            caveats=caveats,
            encoding=encoding,
            delimiter=delimiter,
            origin=origin,
        )


def _sentence(file: LandedFile, refusal: Refusal | None) -> str | None:
    """The reason as receipts tell it: it names the file."""
    if refusal is None:
        return None
    text = refusal.text()
    return text if file.file_name in text else f"{file.file_name}: {text}"


def _earlier(settings: Settings, extract_id: str) -> tuple[set[tuple[str, str]], set[tuple[str, str, str, datetime]]]:
    """Return (organisation, delivery) pairs accepted before, and every delivery event with a receipt."""
    folder = settings.lake / "receipt"
    if not any(folder.glob("*.parquet")):
        return set(), set()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT organisation_id, delivery_id, file_name, received_at, decision FROM read_parquet(?) "
            "WHERE extract_id = ?",
            [str(folder / "*.parquet"), extract_id],
        ).fetchall()
    accepted = {(organisation, delivery) for organisation, delivery, *_, decision in rows if decision == "accepted"}
    return accepted, {(row[0], row[1], row[2], row[3]) for row in rows}


def _sweep(settings: Settings) -> None:
    """Remove what a night that died left behind: rejects without their receipt, half-written files, work folders."""
    for rejects in (settings.lake / "rejected_row").glob("*.parquet"):
        if rejects.stem != "empty" and not lake.table_path(settings, "receipt", rejects.stem).exists():
            rejects.unlink()
    for half in settings.lake.glob("**/.*.tmp"):
        half.unlink()
    for folder in settings.build.glob("reading-*"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _move(path: Path, archived: Path) -> None:
    """Move a file to the archive, its sidecar first: a sidecar without its file would be an orphan."""
    archived.parent.mkdir(parents=True, exist_ok=True)
    sidecar = sidecar_of(path)
    if sidecar.is_file():
        sidecar.replace(sidecar_of(archived))
    path.replace(archived)
