"""A made county, clean, read by the real reader; and homes into whose lakes the cases are planted.

Every case is an organisation of its own, so that one run of the guard judges them all and a failure that is blamed on
the wrong one shows. Its history has passed before; what it delivers now is new.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from expectations.result import CheckResult
from expectations.runner import validate_landed
from sources import lake as layout
from sources.demo import contacts, ledger, places, staff
from sources.demo.county import county
from sources.demo.delivery import Landing
from sources.demo.scene import Scene, month_of, months_from, next_month
from sources.landing import scan, take_in
from sources.public import PAYLOADS, land_public_payloads
from sources.settings import Settings
from tests.expectations.faults.cases import Fault, Harmless
from tests.expectations.lake_maker import Lake

ORGANISATION = "keski_pohjanmaa"
"""A small county, so that staffing of every month is quick."""
_LEDGER_SCALE, _CONTACT_SCALE = 0.003, 0.11
"""As few ledger lines as there can be; contacts enough that a unit has some fifty a month."""

_WITH = {
    "kirjanpito": ("henkilosto", "talousarvio"),
    "sairauspoissaolot": ("henkilosto",),
    "enps_vastaukset": ("henkilosto",),
}
"""What else an organisation of a case has delivered, for the checks that read it."""
_MONTH = {
    "kirjanpito": "strftime(kausi, '%Y-%m')",
    "henkilosto": "strftime(kuukausi, '%Y-%m')",
    "toimipisteet": "strftime(kuukausi, '%Y-%m')",
    "asiakaskontaktit": "strftime(pvm, '%Y-%m')",
    "asumisjono": "strftime(pvm, '%Y-%m')",
    # What still went on when the county began came with its first month.
    "sairauspoissaolot": "greatest(strftime(alkupvm, '%Y-%m'), '2023-01')",
    # A round has the name of its month; a year's original budget is known from its January on.
    "enps_vastaukset": "right(kysely, 7)",
    "talousarvio": "vuosi || CASE versio WHEN 'muutettu' THEN '-11' ELSE '-01' END",
}
EXTRACTS = tuple(_MONTH)
_NATIONAL = ("tililuettelo", "palveluluokitus")


class World:
    """The clean county: everything it delivers in ``months`` months from January 2023, in a file a year."""

    def __init__(self, folder: Path, seed: int, months: int) -> None:
        self.folder = folder
        self._made = Settings(home=folder / "made").ensure()
        self._empty = Settings(home=folder / "empty").ensure()
        for settings in (self._made, self._empty):
            layout.ensure(settings)
        scene = Scene(county(ORGANISATION), months_from("2023-01", months), _LEDGER_SCALE, seed, "year")
        denser = replace(scene, scale=_CONTACT_SCALE)
        now = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
        with Landing(self._made.landing, ORGANISATION, now) as landing:
            for thunk in [*ledger.plan(scene), *staff.plan(scene), *places.plan(scene), *contacts.plan(denser)]:
                landing.land(thunk())
        land_public_payloads(self._made)
        for extract_id in set(PAYLOADS) - set(_NATIONAL):
            shutil.rmtree(self._made.landing / "public" / extract_id)
        files = scan(self._made, sleep=lambda _: None).files
        for extract_id in {file.extract_id for file in files}:
            taken = take_in(self._made, extract_id, [file for file in files if file.extract_id == extract_id])
            assert not taken.failures, taken.failures
            assert {receipt.decision for receipt in taken.receipts} == {"accepted"}

    def rows(self, extract_id: str) -> str:
        """SQL that reads every clean row of an extract."""
        owner = "public" if extract_id in _NATIONAL else ORGANISATION
        files = self._made.lake / extract_id / f"organisation={owner}" / "*.parquet"
        fixed = ", ".join(layout.DELIVERY_COLUMNS)
        rows = f"FROM read_parquet('{files}', hive_partitioning = false)"
        if extract_id == "sairauspoissaolot":
            # The last state of each spell, known at once: no month must have what is known in the future.
            known = "least(muutosaika, alkupvm + INTERVAL 34 HOUR) AS muutosaika"
            last = "QUALIFY row_number() OVER (PARTITION BY henkilo, alkupvm, syy ORDER BY t.muutosaika DESC) = 1"
            return f"(SELECT * EXCLUDE ({fixed}) REPLACE ({known}) {rows} AS t {last})"
        if extract_id == "talousarvio":
            # The demo has no budget after 2025: the last is decided again each year.
            again = "SELECT * REPLACE (year AS vuosi) FROM made, unnest([2026, 2027]) AS t(year) WHERE vuosi = 2025"
            made = f"SELECT * EXCLUDE ({fixed}) {rows}"
            return f"(WITH made AS ({made}) SELECT * FROM made UNION ALL SELECT * EXCLUDE (year) FROM ({again}))"
        return f"(SELECT * EXCLUDE ({fixed}) {rows})"

    def home(self, name: str) -> Home:
        """A home with nothing but the national lists."""
        settings = Settings(home=self.folder / name).ensure()
        shutil.copytree(self._empty.lake, settings.lake, dirs_exist_ok=True)
        return Home(self, settings)


class Home:
    """A home in which cases of one month are planted."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.settings = settings
        self._world = world
        self._lake = Lake(settings)
        for extract_id in _NATIONAL:
            passed = self._lake.deliver(extract_id, f"FROM {world.rows(extract_id)}", organisation="public")
            self._lake.decide(extract_id, passed, "passed", "public")

    def plant(self, case: Fault | Harmless, month: str, organisation: str, until: str = "") -> None:
        """Deliver the case's history and what it makes of ``month``, and of each after it to ``until``."""
        self._show(case.extract_id, month)
        before, on_time, later = arrivals(month)
        self._stands(case.extract_id, case.past, organisation, before)
        last = until or month
        for extract_id in _WITH.get(case.extract_id, ()):
            year_before = f"{next_month(month_of(month), -13):%Y-%m}"
            known = (
                f"FROM {self._world.rows(extract_id)} WHERE {_MONTH[extract_id]} BETWEEN '{year_before}' AND '{last}'"
            )
            self._stands(extract_id, known, organisation, arrivals(last)[1])
        if case.replaces:
            self._stands(case.extract_id, "FROM clean", organisation, on_time)
        while case.rows and month <= last:
            received = later if case.replaces else arrivals(month)[1]
            self._lake.deliver(case.extract_id, case.rows, organisation=organisation, received=received)
            month = f"{next_month(month_of(month)):%Y-%m}"
            if month <= last:
                self._show(case.extract_id, month)

    def deliver_each(self, extract_id: str, organisation: str) -> int:
        """Deliver every month of an extract clean, all new, a delivery each; return how many."""
        rows, month = self._world.rows(extract_id), _MONTH[extract_id]
        months = self._lake.duck.execute(f"SELECT DISTINCT {month} AS month FROM {rows} ORDER BY ALL").fetchall()
        for (one,) in months:
            query = f"FROM {rows} WHERE {month} = '{one}'"
            self._lake.deliver(extract_id, query, organisation=organisation, received=arrivals(one)[1])
        return len(months)

    def judge(self, as_of: date) -> list[CheckResult]:
        """Run the guard."""
        return validate_landed(self.settings, "night", as_of)

    def verdicts(self) -> dict[str, str]:
        """Organisation -> the verdict on what it delivered now."""
        return {organisation: verdict for (organisation, _), (verdict, _) in self._lake.verdicts("night").items()}

    def persons(self) -> set[str]:
        """Every pseudonym of the lake."""
        lake = self.settings.lake
        files = [(e, c) for e, c in _PERSONAL if list((lake / e).glob("organisation=[!s]*/*.parquet"))]
        found: set[str] = set()
        for extract_id, column in files:
            pattern = lake / extract_id / "*" / "*.parquet"
            rows = self._lake.duck.execute(f"SELECT DISTINCT {column} FROM read_parquet('{pattern}')").fetchall()
            found |= {row[0] for row in rows if row[0]}
        return found

    def _stands(self, extract_id: str, rows: str, organisation: str, received: datetime) -> None:
        passed = self._lake.deliver(extract_id, rows, organisation=organisation, received=received)
        self._lake.decide(extract_id, passed, "passed", organisation)

    def _show(self, extract_id: str, month: str) -> None:
        """Make the views that the case's SQL reads. A round or a budget is the newest of the month."""
        rows, when = self._world.rows(extract_id), _MONTH[extract_id]
        newest = f"(SELECT max({when}) FROM {rows} WHERE {when} {{}})"
        current = (
            f"'{month}'" if extract_id not in ("enps_vastaukset", "talousarvio") else newest.format(f"<= '{month}'")
        )
        [(now,)] = self._lake.duck.execute(f"SELECT {current}").fetchall()
        for view, condition in (
            ("clean", f"= '{now}'"),
            ("before", f"= {newest.format(chr(60) + f' {chr(39)}{now}{chr(39)}')}"),
            ("history", f"< '{now}'"),
        ):
            self._lake.duck.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS FROM {rows} WHERE {when} {condition}")


_PERSONAL = (("henkilosto", "henkilo"), ("sairauspoissaolot", "henkilo"), ("asiakaskontaktit", "asiakas"))


def arrivals(month: str) -> tuple[datetime, datetime, datetime]:
    """When the month before came, when the month comes, and when it comes once more."""
    first = month_of(month)
    on_time = datetime(next_month(first).year, next_month(first).month, 4, 4)  # noqa: DTZ001 (naive UTC by convention)
    return datetime(first.year, first.month, 4, 4), on_time, on_time + timedelta(days=8)  # noqa: DTZ001


def night_after(month: str) -> date:
    """A night when everything of the month is due."""
    return next_month(month_of(month)).replace(day=22)


def failures(results: Iterable[CheckResult], organisation: str) -> list[CheckResult]:
    """What failed or crashed of one organisation."""
    return [r for r in results if r.organisation_id == organisation and r.status in ("failed", "error")]
