"""Make the demo extracts of one county and land them as its suppliers would.

What each extract holds, and from which document its calibration comes, is said in its own module. The dirt is
deliberate and small: a few rows that a reader must reject, a corrected ledger of one past month, an unknown
column in one staffing file, sites of the last month that have not come. No delivery is refused.

Everything is a function of the arguments: two runs give the same bytes. Times of files are those at which a
supplier would deliver, never later than now.

Does not read anything back and does not touch the lake.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sources.demo import contacts, ledger, places, population, projects, staff
from sources.demo.county import county
from sources.demo.delivery import Landing, Thunk
from sources.demo.scene import Scene, months_from
from sources.settings import Settings

Progress = Callable[[int, int, str], None]
"""Called after each file with files landed, files in all, and the path of the file below ``landing``."""


@dataclass(frozen=True, slots=True)
class GenerateReport:
    """What was generated.

    ``folder`` is the organisation's landing place; ``files`` all data files written (the population among
    them where there was none yet), ``rows`` their data rows by extract. ``scale`` is also the share of
    the county's contacts that the files hold: counts of contacts and contacts per 1,000 residents are to be
    read times that share.
    """

    organisation_id: str
    first_month: str
    last_month: str
    scale: float
    seed: int
    folder: Path
    files: tuple[Path, ...]
    rows: Mapping[str, int]
    seconds: float


def generate(
    settings: Settings,
    organisation_id: str = "kymenlaakso",
    months: int = 36,
    scale: float = 0.02,
    seed: int = 1,
    start: str = "2023-01",
    progress: Progress | None = None,
    *,
    beside_others: bool = False,
) -> GenerateReport:
    """Write the extracts of ``months`` months from ``start`` into ``settings.landing``.

    ``scale`` is the share of ledger lines and client contacts made (1: about 4 million lines and 2 million
    contacts a year for Kymenlaakso); euros and head counts do not depend on it. The population is
    written unless the home has one, landed or archived.

    FileExistsError where the organisation has landed or archived files already, so that generated and
    real figures never mix; ``beside_others`` permits it. ValueError for an organisation without calibration
    and for impossible months, scale or seed.
    """
    began = time.monotonic()
    if not 0 < scale <= 10:
        raise ValueError(f"The scale must be over 0 and at most 10, not {scale}")
    if seed < 0:
        raise ValueError(f"The seed must be at least 0, not {seed}")
    scene = Scene(county(organisation_id), months_from(start, months), scale, seed)
    if not beside_others:
        _refuse_to_mix(settings, organisation_id)
    rows: Counter[str] = Counter()
    files: list[Path] = []
    # A minute old: a file of this very moment would pass for one that is still being written.
    now = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=1)
    thunks = plan(scene)
    with Landing(settings.landing, organisation_id, now) as landing:
        for thunk in thunks:
            delivery = thunk()
            files.append(landing.land(delivery))
            rows[delivery.extract_id] += delivery.rows
            if progress:
                progress(len(files), len(thunks), str(files[-1].relative_to(settings.landing)))
    if not _holds_files(settings, "public", population.EXTRACT_ID):
        files.append(population.land(settings.landing, scene.months, now))
    first, last = (f"{month:%Y-%m}" for month in (scene.months[0], scene.months[-1]))
    folder = settings.landing / organisation_id
    seconds = time.monotonic() - began
    return GenerateReport(organisation_id, first, last, scale, seed, folder, tuple(files), dict(rows), seconds)


def plan(scene: Scene) -> list[Thunk]:
    """Return every delivery of the organisation's own extracts, each to be made when it is called."""
    return [thunk for part in (ledger, staff, contacts, places, projects) for thunk in part.plan(scene)]


def _refuse_to_mix(settings: Settings, organisation_id: str) -> None:
    for place in (settings.landing, settings.archive):
        if _has_files(place / organisation_id):
            raise FileExistsError(
                f"There are files of {organisation_id} in {place / organisation_id} already; generated extracts "
                "would mix with them. Use another home directory or organisation, or move the files away."
            )


def _holds_files(settings: Settings, organisation_id: str, extract_id: str) -> bool:
    return any(_has_files(place / organisation_id / extract_id) for place in (settings.landing, settings.archive))


def _has_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))
