"""Nothing of a person leaves the files that suppliers deliver: one night of planted faults, and every place looked at.

**What is delivered**, as files in landing: two years and three months of four counties with twenty of the faults of
:mod:`tests.expectations.faults`, a fault of each extract in each county; and a county whose suppliers make mistakes of
form (:func:`mistakes`): malformed and misplaced identity codes, shifted columns, headers, sheets, file names and
control files that name persons, wrong delimiters. Every person has a canary: identifiers are ``KANARIA-…`` or identity
codes of the artificial individual numbers 900 to 999, names are ``Kanarialintu Testinen…`` with two letters that tell
which mistake leaked.

**Where personal data may be**: in ``landing/`` until a file is read, and in ``archive/``, the originals. Nowhere else
may an identifier of the personal columns or a right identity code be. A name, or a number that is no right code, may
also be where the reader has taken it for what the contract calls a text, such as a division's code: in the accepted
rows of ``lake/<extract>/`` and what dbt makes of them in ``build/``, which only the nightly reads. It may be in nothing
that is shown, told, sent or released.

Not planted, because no form tells them from what belongs there: names in a file's name, and in the texts that
``toimenpiteet`` and ``hanketalous`` deliver for publication, whose contracts forbid them.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from sources.contract import load_contract
from tests.conftest import Home
from tests.expectations.faults.cases import FAULTS, Fault
from tests.expectations.faults.world import World, arrivals, night_after
from tests.pipeline import hand_written
from tests.publishing.alert_maker import PostOffice, post_office
from tests.sources.helpers import workbook

pytestmark = pytest.mark.pipeline

MONTH = "2025-03"
COUNTIES = ("kymenlaakso", "pohjois_savo", "kainuu", "satakunta")
MISTAKEN = "itauusimaa"
EXTRACTS = (
    "kirjanpito", "talousarvio", "henkilosto", "sairauspoissaolot", "asiakaskontaktit", "enps_vastaukset",
    "toimipisteet",
)  # fmt: skip

SETTINGS = """
[alerts]
language = "fi"
quiet_from = 0
quiet_to = 0
digest_hour = 0

[[alerts.channels]]
role = "*"
urls = ["{everybody}"]

[alerts.contacts]
"""

# --- The mistakes ------------------------------------------------------------------------------------------------

CODE = "010190-912A"
CODES = (CODE, "320190-913I", "010190\u2013914B", "010190 - 915C", "011390-916D", "0101909171", "010190A918E")
"""A right code; of wrong date and check character; with a dash of a word processor, spaces, no sign at all."""

STAFF = "kuukausi;henkilo;toimiala;kustannuspaikka;ammattiryhma;palvelussuhde;tyoaikaprosentti;htv"
SICK = "henkilo;toimiala;kustannuspaikka;alkupvm;loppupvm;syy;osa_aika_prosentti;muutosaika"
QUEUE = "pvm;palvelu;kunta;jonottajia;odotus_mediaani_pv"
SITES = "kuukausi;toimipiste;nimi;kunta;toimiala;pinta_ala_m2;vuokra_eur;kaytossa"
CONTACTS = "kontakti_id;pvm;yksikko;toimiala;palvelu;yhteystapa;kanava;ammattiryhma;asiakas;peruttu"
ANSWERS = "kysely;vastaus_id;vastauspvm;toimiala;ammattiryhma;arvosana"
CLIENTS = "kuukausi;palvelu;kunta;ikaryhma;asiakkaita;paikkoja"
LEDGER = "tositenumero;rivi;kausi;kirjauspvm;tili;kustannuspaikka;palveluluokka;toimiala;kumppani;summa;selite"
PLAN = "vuosi;versio;tili;palveluluokka;toimiala;summa"
ACTIONS = (
    "raportointikuukausi;tunnus;nimi;tavoite;teema;toimiala;vastuurooli;alku;loppu;tila;valmius_prosentti;"
    "saasto_tavoite_eur;saasto_toteuma_eur;panostus_eur"
)
PUBLISHED_TEXTS = ("tunnus", "nimi", "tavoite", "teema", "toimiala", "vastuurooli")
PROJECT = "hanke;osa_alue;kululaji;vuosi;kuukausi;laji;summa"


@dataclass(frozen=True)
class File:
    """A delivery with a mistake, the text of its control file, and the organisation whose folder it is dropped in."""

    extract: str
    name: str
    content: str | bytes
    control: str | None = None
    folder: str = MISTAKEN


def name(mistake: str) -> str:
    """A person of a mistake, known by its two letters."""
    return f"Kanarialintu Testinen{mistake}"


def among_good(header: str, good: str, count: int, *bad: str) -> str:
    """So many good rows (``{n}`` is their number) that the bad ones are within the limit of one per cent."""
    return "\n".join([header, *(good.format(n=n) for n in range(count)), *bad]) + "\n"


def _with(good: str, header: str, **cells: str) -> str:
    values = dict(zip(header.split(";"), good.split(";"), strict=True))
    return ";".join((values | cells).values())


GOOD_STAFF = "2025-03;KANARIA-H{n};TESPA;KP1;hoitaja;vakinainen;100;1"
GOOD_SICK = "KANARIA-H{n};TESPA;KP1;2025-03-03;2025-03-05;oma;100;2025-03-06 08:00"
GOOD_LEDGER = "T{n};1;2025-03;2025-03-05;4300;KP1;2530;TESPA;;10,00;" + name("aa")
GOOD_CONTACT = "K{n};2025-03-05;Asema;TESPA;2201;R10;vastaanotto;hoitaja;KANARIA-A{n};E"
GOOD_ACTION = "2025-03;T1;Nimi;Tavoite;1;TESPA;palvelujohtaja;2025-01-01;2026-12-31;kaynnissa;10;1,00;0,00;0,00"


def every_column(header: str, good: str, value: str, but: tuple[str, ...] = ()) -> list[str]:
    """A row for each column but those, with ``value`` in it."""
    columns = [column for column in header.split(";") if column not in but]
    return [_with(good.format(n=f"X{i}"), header, **{column: value}) for i, column in enumerate(columns)]


def mistakes() -> list[File]:
    staff_bad = [
        *every_column(STAFF, GOOD_STAFF, name("ab"), ("henkilo",)),
        *(row for code in CODES for row in every_column(STAFF, GOOD_STAFF, code, ("henkilo",))),
        # An extra cell: everything behind it stands one column to the right.
        f"2025-03;Testinenac;{name('ac')};TESPA;KP1;hoitaja;vakinainen;100;1",
        *[GOOD_STAFF.format(n=1)] * 2,
    ]
    sick_bad = [
        *every_column(SICK, GOOD_SICK, name("ad"), ("henkilo",)),
        *(row for code in CODES for row in every_column(SICK, GOOD_SICK, code, ("henkilo",))),
        *[GOOD_SICK.format(n=1)] * 2,
        _with(GOOD_SICK.format(n=2), SICK, loppupvm="2025-03-01"),
    ]
    contact_bad = [
        *every_column(CONTACTS, GOOD_CONTACT, name("ae"), ("asiakas",)),
        *(row for code in CODES for row in every_column(CONTACTS, GOOD_CONTACT, code, ("asiakas",))),
        _with(GOOD_CONTACT.format(n=1), CONTACTS, kontakti_id=name("ae")),
        _with(GOOD_CONTACT.format(n=1), CONTACTS, kontakti_id=name("ae")),
    ]
    answers = "2025-talvi;KANARIA-V{n};2025-03-05;TESPA;hoitaja;9"
    rounds = [
        f"20{year}-talvi;KANARIA-V{year}{n};20{year}-01-{1 + n % 28:02};TESPA;hoitaja;{n % 11}"
        for year in (21, 22, 23, 24)
        for n in range(200)
    ]
    answer_bad = [
        *(row for row in every_column(ANSWERS, answers, name("af"))),
        *(row for code in CODES for row in every_column(ANSWERS, answers, code)),
        # The first two columns changed places: each answer is a round of its own.
        *(f"KANARIA-V9{n};2025-talvi;2025-03-0{1 + n};TESPA;hoitaja;9" for n in range(5)),
        *[answers.format(n=1)] * 2,
    ]
    queue_good = "2025-03-{n:02};2211;286;40;21,5"
    queue = [queue_good.format(n=1 + n) for n in range(28)]
    queue_bad = [
        *every_column(QUEUE, queue_good.replace("{n:02}", "31"), name("ag")),
        *(row for code in CODES for row in every_column(QUEUE, queue_good.replace("{n:02}", "31"), code)),
        f"31.3.2025|2211|286|{name('ah')}|{CODE}",  # another delimiter: the whole line is one cell
    ]
    plan_good = "2025;muutettu;4300;2530;TESPA;1"
    site_good = "2025-03;S{n};Asema;286;TESPA;10,0;10,00;K"
    client_good = "2025-03;kotihoito;286;75+;40;"
    project_good = "vakauttamisraha;;palvelut;2025;2025-03;toteuma;1,00"
    figures = ["Tunnusluku", "Arvo", "Lähde"]
    book = {
        "2025-02": [
            [*figures, name("ai"), "Testinenai"],
            ["total_visits", 7, "Lifecare", "x", "y"],
            ["referrals_esh", name("ai"), "Lifecare"],
            [name("ai"), 5, "Lifecare"],
            ["emergency_visits", CODE, "Lifecare"],
            ["emergency_visits", 3, "Lifecare", CODES[4]],
        ],
        "Testinenai": [["Kuukausi", *figures], ["2025-01", "esh_revisits", name("ai"), "x"]],
        name("ai"): [["muistiinpano", CODE]],
    }
    doubled = "henkilo;{0};toimiala;kustannuspaikka;alkupvm;{0};loppupvm;syy;osa_aika_prosentti;muutosaika\n"
    return [
        # February has a shifted row that is a text all the same, March has not: is a division silent?
        File(
            "henkilosto",
            "kaksi kuukautta.csv",
            among_good(
                STAFF,
                GOOD_STAFF,
                60,
                *(GOOD_STAFF.format(n=n).replace("2025-03", "2025-02") for n in range(60)),
                f"2025-02;TESPA;{name('aj')};KANARIA-T7;hoitaja;vakinainen;100;1",
                "2025-02;TESPA;KANARIA-T8;KP1;hoitaja;vakinainen;100;1",
            ),
        ),
        File("henkilosto", "vähän.csv", among_good(STAFF, GOOD_STAFF, 100 * len(staff_bad), *staff_bad)),
        File("henkilosto", "paljon.csv", among_good(STAFF, GOOD_STAFF, 3, *staff_bad)),
        File("sairauspoissaolot", "vähän.csv", among_good(SICK, GOOD_SICK, 100 * len(sick_bad), *sick_bad)),
        File("sairauspoissaolot", "paljon.csv", among_good(SICK, GOOD_SICK, 3, *sick_bad)),
        File("sairauspoissaolot", "tunnus otsikkona.csv", doubled.format(CODE) + "x\n"),
        File("sairauspoissaolot", "väärä tunnus otsikkona.csv", doubled.format(CODES[1]) + "x\n"),
        File("sairauspoissaolot", "nimi otsikkona.csv", doubled.format(name("ak")) + "x\n"),
        File("sairauspoissaolot", "kielletty.csv", f"{SICK};diagnoosi {name('al')}\n" + GOOD_SICK.format(n=1)),
        File(
            "sairauspoissaolot",
            "tuntematon.csv",
            f"{SICK};{name('am')};Testinenam;{CODE};{CODES[1]}\n{GOOD_SICK.format(n=1)};{CODE};;;\n"
            + "\n".join(f"{GOOD_SICK.format(n=n)};{name('am')};;;" for n in range(2, 150)),
        ),
        File("kirjanpito", f"palkat {CODE}.csv", among_good(LEDGER, GOOD_LEDGER, 120, "x;" * 12)),
        File("kirjanpito", f"palkat {CODES[1]}.csv", among_good(LEDGER, GOOD_LEDGER, 130, "x;" * 12)),
        File(
            "kirjanpito",
            f"ohjaus {CODE}.csv",
            among_good(LEDGER, GOOD_LEDGER, 140),
            f'{{"rows": 140, "note": "{name("an")}", "sums": {{"{name("an")}": "1"}}}}',
        ),
        File("kirjanpito", "rikki.csv", among_good(LEDGER, GOOD_LEDGER, 150), f'{{"rows": "{name("ao")} {CODE}"}}'),
        File("kirjanpito", "rikki2.csv", among_good(LEDGER, GOOD_LEDGER, 160), f"{{{name('ao')} {CODE}"),
        File("kirjanpito", "ohjattu.csv", among_good(LEDGER, GOOD_LEDGER, 170), f'{{"rows": 170, "kuka": "{CODE}"}}'),
        File(
            "kirjanpito",
            "rivit.csv",
            among_good(
                LEDGER,
                GOOD_LEDGER,
                9000,
                *every_column(LEDGER, GOOD_LEDGER, name("ap"), ("selite",)),
                *(row for code in CODES for row in every_column(LEDGER, GOOD_LEDGER, code)),
                _with(GOOD_LEDGER, LEDGER, tositenumero=name("ap")),
                _with(GOOD_LEDGER, LEDGER, tositenumero=name("ap")),
            ),
        ),
        File("asiakaskontaktit", "k.csv", among_good(CONTACTS, GOOD_CONTACT, 100 * len(contact_bad), *contact_bad)),
        File("asiakaskontaktit", "p.csv", among_good(CONTACTS, GOOD_CONTACT, 3, *contact_bad)),
        File("enps_vastaukset", "kierrokset.csv", "\n".join([ANSWERS, *rounds])),
        File("enps_vastaukset", "v.csv", among_good(ANSWERS, answers, 100 * len(answer_bad), *answer_bad)),
        File("enps_vastaukset", "p.csv", among_good(ANSWERS, answers, 3, *answer_bad)),
        File("asumisjono", "jono.csv", "\n".join([QUEUE, *queue, *queue_bad])),
        File("asumisjono", "putki.csv", f"{QUEUE.replace(';', '|')}\n31.3.2025|2211|286|{name('ah')}|{CODE}\n"),
        File("toimipisteet", "t.csv", "\n".join([SITES, *every_column(SITES, site_good, name("aq"), ("nimi",))])),
        File(
            "talousarvio", "ta.csv", "\n".join([PLAN, plan_good, plan_good, *every_column(PLAN, plan_good, name("ar"))])
        ),
        File("asiakasmaarat", "a.csv", "\n".join([CLIENTS, *every_column(CLIENTS, client_good, name("as"))])),
        File(
            "toimenpiteet",
            "rekisteri.csv",
            "\n".join(
                [
                    ACTIONS,
                    *every_column(
                        ACTIONS,
                        GOOD_ACTION,
                        name("at"),
                        ("tunnus", "nimi", "tavoite", "teema", "toimiala", "vastuurooli"),
                    ),
                ]
            ),
        ),
        File(
            "hanketalous",
            "hanke.csv",
            "\n".join([PROJECT, *every_column(PROJECT, project_good, name("au"), ("hanke", "osa_alue", "kululaji"))]),
        ),
        File("tunnusluvut", "käsin.xlsx", workbook(**book)),
        File("tunnusluvut", "kuukaudeton.xlsx", workbook(**{name("av"): [figures, ["total_visits", 7, "x"]]})),
        File("henkilosto", "kirja.xlsx", workbook([[name("aw")], [*STAFF.split(";"), name("aw")], [name("aw")] * 9])),
        File("sotkanet", "vahingossa.csv", f"{name('ax')};{CODE}\n{name('ax')};2\n", folder="public"),
    ]


# --- The night ---------------------------------------------------------------------------------------------------

NAMES = r"kanaria[a-z0-9-]*|testinen[a-z]{0,2}"
# Of the many made persons: a code of a right date and the artificial numbers.
MADE = r"(?<![0-9a-z])(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}-9[0-9]{2}[0-9a-y](?![0-9a-z])"
PLANTED = "|".join(re.escape(code) for code in (*CODES, *(re.sub(r"\W", "", code) for code in CODES)))
CANARY = re.compile(f"{NAMES}|{PLANTED}|{MADE}", re.IGNORECASE)
IDENTIFIER = re.compile(f"kanaria-[ha][a-z0-9]*|{re.escape(CODE)}|{MADE}", re.IGNORECASE)
# In the bytes of a table numbers stand without anything between them, and by chance look like a code.
IN_BYTES = re.compile(f"kanaria-[ha]|{PLANTED}", re.IGNORECASE)
IDENTIFIER_IN_BYTES = re.compile(f"kanaria-[ha]|{re.escape(CODE)}", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """The home after the night, the e-mails, and what the commands have printed, by command."""

    home: Home
    office: PostOffice
    printed: dict[str, str]
    planted: dict[str, tuple[Fault, ...]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("persons")
    home = Home(folder / "home")
    with post_office() as office:
        home.path.mkdir()
        contacts = "".join(f'{extract} = ["{office.address("supplier")}"]\n' for extract in sorted(_extracts()))
        settings = SETTINGS.format(everybody=office.address("everybody"))
        (home.path / "settings.toml").write_text(settings + contacts)
        planted = plant_faults(home, World(folder / "world", seed=1, months=28), folder / "made")
        home.land(MISTAKEN, "talousarvio", "ta2023.csv", hand_written.talousarvio())
        printed = {}
        for number, file in enumerate(mistakes()):
            path = home.land(file.folder, file.extract, file.name, file.content)
            if file.control is not None:
                path.with_name(f"{file.name}.control.json").write_text(file.control)
            language, errors = ("fi", "sv", "en")[number % 3], folder / f"errors-{number}.xlsx"
            arguments = ("--extract", file.extract, "--language", language, "--errors", str(errors))
            # In this process: it takes a second and a half to start the command, and there are many files.
            printed[f"check {file.extract} {number}"] = CliRunner().invoke(app, ["check", str(path), *arguments]).output
            if errors.exists():
                printed[f"errors of {file.extract} {number}"] = "\n".join(
                    text.decode(errors="replace") for _, text in unpacked(errors.read_bytes())
                )
        night = home.run("nightly", "--as-of", night_after(MONTH).isoformat())
        assert night.returncode in (0, 2), night.stdout + night.stderr
        printed["nightly"] = night.stdout + night.stderr
        for command in (("incident", "list", "--all"), ("status",), ("alerts", "digest"), ("watchdog",)):
            done = home.run(*command)
            printed[" ".join(command)] = done.stdout + done.stderr
        yield Told(home, office, printed, planted)


def _extracts() -> set[str]:
    return {file.extract for file in mistakes()} | set(EXTRACTS)


PERSON = """
CREATE MACRO code_digits(h) AS printf('%02d%02d%02d', 1 + hash(h) % 28, 1 + hash(h, 1) % 12, hash(h, 2) % 100);
CREATE MACRO person(h) AS CASE
    WHEN hash(h, 3) % 2 = 0 THEN 'KANARIA-H' || left(h, 16)
    ELSE code_digits(h) || '-' || (900 + hash(h, 4) % 100) || substr(
        '0123456789ABCDEFHJKLMNPRSTUVWXY',
        1 + (code_digits(h) || (900 + hash(h, 4) % 100))::INTEGER % 31, 1
    ) END;
"""
"""A pseudonym of the made county as an identifier: half are identity codes with a right check character."""
CANARIES = {
    "henkilosto": "person(henkilo) AS henkilo",
    "sairauspoissaolot": "person(henkilo) AS henkilo",
    "asiakaskontaktit": "person(asiakas) AS asiakas",
    "enps_vastaukset": "'KANARIA-V' || vastaus_id AS vastaus_id",
}


def plant_faults(home: Home, world: World, folder: Path) -> dict[str, tuple[Fault, ...]]:
    """Deliver each county's history and a faulty month of each extract; the faults by county."""
    folder.mkdir()
    source = world.home("source")
    duck = source._lake.duck
    duck.execute(PERSON)
    before, on_time, _ = arrivals(MONTH)
    planted: dict[str, list[Fault]] = {county: [] for county in COUNTIES}
    for extract in EXTRACTS:
        faults = [fault for fault in FAULTS if fault.extract_id == extract and fault.rows and not fault.replaces]
        if extract == "sairauspoissaolot":  # strangers are only seen where the staffing of the month stands
            faults = faults[1:] + faults[:1]
        typed = ", ".join(f'"{c.name}"::{c.duckdb_type} AS "{c.name}"' for c in load_contract(extract).loaded_columns)
        source._show(extract, MONTH)
        for number, county in enumerate(COUNTIES):
            fault = faults[number] if number < len(faults) else None
            rows = {"history": "FROM history", "month": fault.rows if fault else "FROM clean"}
            for part, when in (("history", before), ("month", on_time)):
                canaries = f"SELECT * REPLACE ({CANARIES[extract]})" if extract in CANARIES else "SELECT *"
                path = home.path / "landing" / county / extract / f"{part}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                query = f"{canaries} FROM (SELECT {typed} FROM ({rows[part]}))"
                duck.execute(f"COPY ({query}) TO '{path}' (DELIMITER ';', HEADER)")
                moment = when.replace(tzinfo=UTC).timestamp()
                os.utime(path, (moment, moment))
            planted[county] += [fault] if fault else []
    return {county: tuple(faults) for county, faults in planted.items()}


# --- Looking -----------------------------------------------------------------------------------------------------


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a zip; nothing of what is none."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            for part in book.namelist():
                yield part, book.read(part)


def pieces(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, its name, and what is packed in it: parts of a workbook, values of tables."""
    content = path.read_bytes()
    yield "name", path.name.encode()
    yield ("bytes of a table" if path.suffix in (".parquet", ".duckdb") else "bytes"), content
    yield from unpacked(content)
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            yield from values(con, f"read_parquet('{path}', hive_partitioning = false)")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.execute(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            ).fetchall()
            for schema, table in tables:
                yield from values(con, f'"{schema}"."{table}"')


def values(con: duckdb.DuckDBPyConnection, relation: str) -> Iterator[tuple[str, bytes]]:
    """Every text of a relation, column by column."""
    for column, kind, *_ in con.execute(f"DESCRIBE FROM {relation}").fetchall():
        if "VARCHAR" in kind or kind in ("BLOB", "JSON"):
            rows = con.execute(f'SELECT DISTINCT "{column}"::VARCHAR FROM {relation} WHERE "{column}" IS NOT NULL')
            yield f"{relation}.{column}", "\n".join(row[0] for row in rows.fetchall()).encode()


TABLE_BYTES = "[bytes of a table]"


def leaks(
    named: Iterator[tuple[str, bytes]], canary: re.Pattern[str] = CANARY, in_bytes: re.Pattern[str] = IN_BYTES
) -> list[str]:
    """``place: …canary…`` of each leak, with what stands around it; at most one of a canary and place."""
    found: dict[tuple[str, str], str] = {}
    for place, content in named:
        text = content.decode(errors="replace")
        for match in (in_bytes if place.endswith(TABLE_BYTES) else canary).finditer(text):
            around = text[max(0, match.start() - 60) : match.end() + 40]
            found.setdefault((place, match[0].lower()), f"{place}: {around!r}")
    return sorted(found.values())[:40]


def below(home: Home, *places: str) -> Iterator[tuple[str, bytes]]:
    """The pieces of every file of some places of the home."""
    for place in places:
        for path in sorted((home.path / place).rglob("*")) if (home.path / place).is_dir() else [home.path / place]:
            if path.is_file() and not path.is_symlink():
                for piece, content in pieces(path):
                    yield f"{path.relative_to(home.path)} [{piece}]", content


LOGS = (
    "receipt", "rejected_row", "verdict", "check_result", "reported", "contract", "due_date", "incident_event",
    "message", "message_event",
)  # fmt: skip
RAW = ("landing", "archive")
OWN = ("settings.toml", "secrets", "lake", "build", "releases", "letters", "dagster", "nightly.lock", "alerts.lock",
       "outbox.lock", "nightly.lock.json")  # fmt: skip


def test_the_faults_are_really_there(told: Told) -> None:
    """Each planted fault fails its check for its county, and each mistake leaves its trace."""
    failed = set(
        told.home.query(
            "select distinct organisation_id, check_id from quality.check_result where status in ('failed', 'error')"
        )
    )
    wanted = {(county, fault.check_id) for county, faults in told.planted.items() for fault in faults}
    assert len(wanted) >= 20
    assert wanted <= failed, wanted - failed
    decisions = dict(
        told.home.query(
            "select extract_id || '/' || file_name, coalesce(reason_code, 'accepted') from quality.delivery"
            f" where organisation_id in ('{MISTAKEN}', 'public') order by decision"
        )
    )
    assert {name: decisions[name] for name in EXPECTED} == EXPECTED
    assert len(decisions) >= len(mistakes()) - 1  # two files of one name look the same when their codes are masked
    assert told.home.one("select count(*) from quality.rejected_row") > 500


EXPECTED = {
    "henkilosto/vähän.csv": "accepted",
    "henkilosto/paljon.csv": "reject_limit",
    "sairauspoissaolot/vähän.csv": "accepted",
    "sairauspoissaolot/tunnus otsikkona.csv": "duplicate_column",
    "sairauspoissaolot/nimi otsikkona.csv": "duplicate_column",
    "sairauspoissaolot/kielletty.csv": "forbidden_column",
    "sairauspoissaolot/tuntematon.csv": "accepted",
    "kirjanpito/palkat ******-****.csv": "accepted",
    "kirjanpito/ohjaus ******-****.csv": "broken_control",
    "kirjanpito/rikki.csv": "broken_control",
    "kirjanpito/rivit.csv": "accepted",
    "asiakaskontaktit/k.csv": "accepted",
    "enps_vastaukset/v.csv": "accepted",
    "asumisjono/jono.csv": "reject_limit",
    "asumisjono/putki.csv": "no_header",
    "tunnusluvut/käsin.xlsx": "reject_limit",
    "tunnusluvut/kuukaudeton.xlsx": "sheet_month",
    "sotkanet/vahingossa.csv": "unknown_payload",
}


def test_every_place_of_the_home_is_looked_at(told: Told) -> None:
    assert {path.name for path in told.home.path.iterdir()} <= {*RAW, *OWN}
    tables = {path.name for path in (told.home.path / "lake").iterdir()}
    assert {"receipt", "rejected_row", "check_result", "message"} <= tables


def test_the_canaries_are_seen_where_they_are(told: Told) -> None:
    """The look itself works: the archive is full of them, and so is a name in the accepted rows."""
    assert len(leaks(below(told.home, "archive"))) == 40
    assert leaks(below(told.home, "lake/henkilosto"))


@pytest.mark.parametrize("table", LOGS)
def test_no_log_of_the_lake_holds_a_person(told: Told, table: str) -> None:
    assert leaks(below(told.home, f"lake/{table}")) == []


@pytest.mark.parametrize("place", ["releases", "letters", "dagster", "nightly.lock", "alerts.lock", "outbox.lock"])
def test_nothing_that_is_shown_holds_a_person(told: Told, place: str) -> None:
    assert leaks(below(told.home, place)) == []


def test_no_accepted_row_and_no_build_holds_an_identifier(told: Told) -> None:
    extracts = [f"lake/{path.name}" for path in sorted((told.home.path / "lake").iterdir()) if path.name not in LOGS]
    assert leaks(below(told.home, *extracts, "build"), IDENTIFIER, IDENTIFIER_IN_BYTES) == []


def test_no_mail_holds_a_person(told: Told) -> None:
    mails = told.office.letters
    assert len(mails) > 20
    parts: list[tuple[str, bytes]] = []
    for number, (readers, mail) in enumerate(mails):
        place = f"mail {number} to {readers}: {mail['subject']}"
        parts.append((place, mail.as_bytes()))
        for part in mail.walk():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                parts.append((f"{place} [{part.get_filename() or part.get_content_type()}]", payload))
                parts += [(f"{place} [{name}]", content) for name, content in unpacked(payload)]
        parts.append((f"{place} [headers]", json.dumps([str(v) for v in mail.values()]).encode()))
    assert any(".xlsx" in place for place, _ in parts)
    assert leaks(iter(parts)) == []


def test_no_command_prints_a_person(told: Told) -> None:
    # It says something of every fault; where the terminal is narrow the shape goes on in the next line of its cell.
    assert all(part in told.printed["check henkilosto 1"] for part in ("<xxxxxxxxxxxx", "xxxxxxxxxx>"))
    assert leaks((command, text.encode()) for command, text in told.printed.items()) == []
