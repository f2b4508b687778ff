"""Make the demo extracts of one organisation and land them as its suppliers would.

What each extract holds, and from which document its calibration comes, is said in its own module; which extracts an
organisation delivers, in :mod:`sources.demo.profile`. The dirt is
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

from sources.control import SUFFIX, load_control
from sources.demo import population
from sources.demo.county import county
from sources.demo.delivery import Landing
from sources.demo.profile import PROGRAMMES, plan, scene_of
from sources.demo.scene import Scene, months_from
from sources.lake import origins
from sources.refusal import Refused
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

    Pori's joint services are older than the counties: their months are their programme's, whatever is asked for.

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
    scene = scene_of(Scene(county(organisation_id), months_from(start, months), scale, seed))
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
        files.extend(population.land(settings.landing, scene.months, now))
    first, last = (f"{month:%Y-%m}" for month in (scene.months[0], scene.months[-1]))
    folder = settings.landing / organisation_id
    seconds = time.monotonic() - began
    return GenerateReport(organisation_id, first, last, scale, seed, folder, tuple(files), dict(rows), seconds)


def without_files(settings: Settings) -> list[str]:
    """Organisations of :data:`PROGRAMMES` whose demo can still be made: nothing of theirs has ever landed.

    None where the house has ever had a delivery that was not generated and is not public, read or still waiting: who
    has begun with figures of their own gets no demo beside them.
    """
    waiting = (path for path in settings.landing.glob("*/*/*") if path.is_file() and _is_data(path))
    if "delivered" in origins(settings) or not all(map(_is_made, waiting)):
        return []
    places = (settings.landing, settings.archive)
    return [name for name in PROGRAMMES if not any(_has_files(place / name) for place in places)]


def _is_data(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith(SUFFIX)


def _is_made(path: Path) -> bool:
    """Whether the sidecar says that a file was generated or is public; one that cannot be read says nothing."""
    try:
        return load_control(path).origin != "delivered"
    except Refused:
        return False


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
