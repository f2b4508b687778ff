"""The public figures that come with the software, and their way into the landing place.

Real payloads in the form in which their publishers give them, so that a new installation shows real figures
of its neighbours from the first night and every reader is proven on real input. README.md beside gives origin
and licence of each file. Newer payloads are landed by hand under ``landing/public/<extract>/`` and then lead.

Not here: the population by municipality and age, which each installation lands itself, and anything
confidential.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from sources.settings import Settings

FOLDER = Path(__file__).parent
ORGANISATION = "public"
SIDECAR = ".control.json"

PAYLOADS: dict[str, tuple[str, ...]] = {
    "sotkanet": (
        "sotkanet_hva_extract_2020_2025.csv",
        "sotkanet_json_5513_2023.json",
        "sotkanet_json_127_2023.json",
        "sotkanet_127_2009_rest11_csv.csv",
    ),
    "htas": ("htas_toimintamenot_hva_2023_2026.csv",),
    "tilastokeskus": ("statfin_tjt_122s_jsonstat2_2024.json",),
    "tililuettelo": ("valtiokonttori_kunta_tililuettelo_2021_2023.csv",),
    "palveluluokitus": ("valtiokonttori_kunta_palveluluokitus_2021_2023.csv",),
    "hyvinvointialueet": ("hyvinvointialueet_codes.csv",),
}
"""File names of the payloads of each extract."""


def land_public_payloads(settings: Settings) -> list[Path]:
    """Copy the payloads that this installation has not seen into ``landing/public/<extract>/``; return their paths.

    Seen is what waits in landing under its name or lies in the archive by its content, whatever was decided
    of it. An extract of which the installation has ever landed a payload of its own is left alone: ours,
    older in content but later in landing, would take the place of newer figures.
    """
    return [
        _land(FOLDER / name, settings.landing / ORGANISATION / extract_id / name)
        for extract_id, names in PAYLOADS.items()
        for name in _unseen(settings, extract_id, names)
    ]


def _unseen(settings: Settings, extract_id: str, names: tuple[str, ...]) -> list[str]:
    waiting = _files(settings.landing / ORGANISATION / extract_id)
    archived = _files(settings.archive / ORGANISATION / extract_id)  # named <first 12 of the SHA-256>_<name>
    delivered = waiting | {name.partition("_")[2] for name in archived}
    if delivered - set(names):
        return []
    digests = {name: sha256((FOLDER / name).read_bytes()).hexdigest()[:12] for name in names}
    return [name for name in names if name not in waiting and f"{digests[name]}_{name}" not in archived]


def _files(folder: Path) -> set[str]:
    """Names of the payloads in ``folder``, without sidecars and hidden files (which are still being written)."""
    if not folder.is_dir():
        return set()
    return {p.name for p in folder.iterdir() if not p.name.startswith(".") and not p.name.endswith(SIDECAR)}


def _land(source: Path, target: Path) -> Path:
    """Copy ``source`` to ``target``: the sidecar first and the payload by a rename, so neither is ever seen half."""
    target.parent.mkdir(parents=True, exist_ok=True)
    sidecar = target.with_name(target.name + SIDECAR)
    sidecar.write_text(json.dumps({"origin": "public"}) + "\n", encoding="utf-8")
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(source.read_bytes())
    return part.replace(target)
