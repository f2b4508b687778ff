"""The quality page says how the data came and what is wrong with them; every figure here is worked out by hand."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from expectations.result import CheckResult
from publishing import quality, quality_text, release
from publishing.charts import bars, small_line
from publishing.formats import LANGUAGES, Formats
from publishing.model import DATABASE, NightlyRun
from sources.settings import Settings
from tests.publishing.reading import parsed, spaced
from tests.publishing.warehouse_maker import NIGHT, REFUSED_DELIVERY, change_build, make_build

PUBLISHING = Path(quality.__file__).parent
HOSTILE = "<img src=x onerror=alert(1)>"
SECRET = "SALAINEN-ARVO"
IDENTITY_CODE = "131052-308T"


def result(run_id: str, check_id: str, status: str, moment: str, **others: str | None) -> CheckResult:
    """A result of Kymenlaakso's ledger unless told else."""
    columns: dict[str, str | None] = {
        "organisation_id": "kymenlaakso",
        "extract_id": "kirjanpito",
        "severity": "ERROR",
        "observed": None,
        "expected": None,
    } | others
    return CheckResult(
        run_id=run_id,
        check_id=check_id,
        status=status,  # type: ignore[arg-type]
        checked_at=datetime.fromisoformat(moment),
        **columns,  # type: ignore[arg-type]
    )


# Two nights. In the second the sign of the ledger is wrong, a warning stands, and one check could not be run.
RESULTS = (
    result("run-0", "kirjanpito.cost_sign", "passed", "2025-11-22 03:00"),
    result("run-0", "kirjanpito.amount_large", "failed", "2025-11-22 03:00", severity="WARN", observed="old"),
    result("run-1", "kirjanpito.cost_sign", "failed", "2025-11-23 03:00", observed=HOSTILE, expected="> 0"),
    result("run-1", "kirjanpito.amount_large", "failed", "2025-11-23 03:00", severity="WARN", observed="501"),
    result("run-1", "kirjanpito.amount_absurd", "error", "2025-11-23 03:00", severity="WARN"),
    result("run-1", "kirjanpito.doubled", "not_applicable", "2025-11-23 03:00"),
    result(
        "run-1", "night.run", "failed", "2025-11-23 03:01", organisation_id=None, extract_id=None, observed="broken"
    ),
)
# Kainuu: one late, two not delivered (one of them never), one refused, one without a due day.
KAINUU = (
    "INSERT INTO quality.timeliness VALUES "
    "('kainuu', 'kirjanpito', 'late', '2023-01-01', '2025-10-01', '2025-10-01', '2025-11-17', '2025-11-18 22:30', 0,"
    " '2025-11-01', '2025-12-15'), "
    "('kainuu', 'henkilosto', 'missing', '2023-01-01', '2025-07-01', '2025-10-01', '2025-11-10', NULL, 3,"
    " '2025-11-01', '2025-12-10'), "
    "('kainuu', 'toimipisteet', 'never', NULL, NULL, '2025-10-01', '2025-11-10', NULL, 0, '2025-11-01', '2025-12-10'), "
    "('kainuu', 'asumisjono', 'refused', '2023-01-01', '2025-09-01', '2025-10-01', '2025-11-10', NULL, 1,"
    " '2025-11-01', '2025-12-10'), "
    "('kainuu', 'talousarvio', 'not_scheduled', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL)",
    f"INSERT INTO quality.delivery VALUES ('{REFUSED_DELIVERY}', 'r', 'kainuu', 'asumisjono', 'jono <b>.csv', "
    "'2025-11-09 06:00', '2025-11-10 03:00', 24, 0, 24, 0, 'refused', "
    "'jono <b>.csv: The header lacks the required columns: kunta. Add them.', 'delivered', NULL, false, true, "
    "'2025-09; 2025-10', 'missing_column')",
    # The mean of September is (50 + 60) / 2; October has 60 and a budget, which is not scored by its month.
    "INSERT INTO quality.score VALUES ('kainuu', 'kirjanpito', '2025-09-01', 50, 1, 1, 1, 1), "
    "('kainuu', 'henkilosto', '2025-09-01', 60, 1, 1, 1, 1), ('kainuu', 'kirjanpito', '2025-10-01', 60, 0.5, 0, 1, 1), "
    "('kainuu', 'talousarvio', '2025-10-01', 100, 1, NULL, NULL, 1), "
    "('kainuu', 'kirjanpito', '2025-11-01', 90, 1, 1, 1, 1)",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one release in which there is something of everything."""
    settings = Settings(home=tmp_path_factory.mktemp("quality")).ensure()
    make_build(settings)
    change_build(settings, f"UPDATE quality.rejected_row SET value = '{SECRET}'", *KAINUU)
    return release.publish(settings, replace(NIGHT, results=RESULTS)).path


@pytest.fixture(scope="module")
def html(made: Path) -> str:
    return (made / "quality" / "fi.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(html: str) -> list[list[str]]:
    return [[spaced(cell) for cell in row] for row in parsed(html).rows]


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A copy of the release whose tables a test may change."""
    shutil.copy(made / DATABASE, tmp_path / DATABASE)
    (tmp_path / DATABASE).chmod(0o600)
    return tmp_path


def changed(folder: Path, language: str, *statements: str) -> str:
    """The page of a release whose tables were changed."""
    with duckdb.connect(folder / DATABASE) as con:
        for statement in statements:
            con.execute(statement)
    return quality.render(folder, language).read_text(encoding="utf-8")


# --- what came --------------------------------------------------------------------------------------------------


def test_an_extract_that_came_in_time(rows: list[list[str]]) -> None:
    # 06:00 UTC is 8.00 in Finland in November. 99.92 less 80 of September is 19.92.
    assert [
        "Kirjanpidon toteumat kirjanpito",
        "✓ ajallaan 10.2025, määräpäivä 17.11.2025 seuraava 11.2025 viimeistään 15.12.2025",
        "14.11.2025 8.00",
        "10.2025",
        "1 000",
        "4",
        "99,9 % 10.2025",
        "hyväksytyt rivit 99,6 %",
        "✕ virhe 1, ▲ varoitus 2",
    ] in rows


@pytest.mark.parametrize(
    ("title", "due"),
    [
        # 22:30 UTC on the 18th is the 19th in Finland.
        (
            "Kirjanpidon toteumat kirjanpito",
            "▲ myöhässä 10.2025, määräpäivä 17.11.2025 tuli 19.11.2025 seuraava 11.2025 viimeistään 15.12.2025",
        ),
        (
            "henkilosto henkilosto",
            "✕ toimittamatta 10.2025, määräpäivä 10.11.2025 puuttuvia kuukausia 3 "
            "seuraava 11.2025 viimeistään 10.12.2025",
        ),
        (
            "toimipisteet toimipisteet",
            "✕ ei koskaan toimitettu 10.2025, määräpäivä 10.11.2025 seuraava 11.2025 viimeistään 10.12.2025",
        ),
        (
            "Asumispalvelujen jono asumisjono",
            "! torjuttu 10.2025, määräpäivä 10.11.2025 seuraava 11.2025 viimeistään 10.12.2025",
        ),
        ("talousarvio talousarvio", "○ ei määräpäivää"),
    ],
)
def test_what_is_late_missing_refused_or_not_scheduled(rows: list[list[str]], title: str, due: str) -> None:
    assert [title, due] in [row[:2] for row in rows]


def test_the_summary_counts_extracts_incidents_and_scores(rows: list[list[str]]) -> None:
    # In time, late, not delivered, refused; errors, warnings; mean score of October, change from September.
    assert ["Kainuun hyvinvointialue", "0", "1", "2", "1", "0", "0", "60,0 % 10.2025", "+5,0", ""] in rows
    assert ["Kymenlaakson hyvinvointialue", "1", "0", "0", "0", "1", "2", "99,9 % 10.2025", "+19,9", ""] in rows
    assert ["Koko tietovarasto", "0", "0", "0", "0", "1", "0", "–", "–", ""] in rows
    # October (60 + 99.92) / 2 = 79.96; September (50 + 60 + 80) / 3 = 63.33.
    assert ["Kaikki yhteensä", "1", "1", "2", "1", "2", "2", "80,0 % 10.2025", "+16,6", ""] in rows


def test_the_headline_is_the_sum_of_the_summary(html: str) -> None:
    text = spaced(parsed(html).text)
    assert "Ajallaan tulleet aineistot 1 / 5 ✓ ajallaan 1 ▲ myöhässä 1 ✕ toimittamatta 2 ! torjuttu 1" in text
    assert "Avoimet poikkeamat 4 ✕ Virhe 2 ▲ Varoitus 2" in text
    assert "Pisteet 10.2025 80,0 % Muutos edelliskuusta +16,6 prosenttiyksikköä" in text


def test_scores_by_month_stand_behind_the_lines(rows: list[list[str]]) -> None:
    assert ["10.2025", "99,9"] in rows
    assert ["9.2025", "80,0"] in rows
    assert ["10.2025", "–", "60,0", "100,0"] in rows  # henkilosto, kirjanpito, talousarvio


def test_a_refused_delivery_is_told_with_its_reason(made: Path, rows: list[list[str]]) -> None:
    begin = ["Asumispalvelujen jono", "jono <b>.csv", "9.11.2025 8.00", "9.2025–10.2025", "24"]
    (row,) = [row for row in rows if row[:5] == begin]
    assert row[5] == "Otsikosta puuttuvat pakolliset sarakkeet: kunta. Lisää ne."
    assert "The header lacks the required columns: kunta. Add them." in (made / "quality" / "en.html").read_text()


def test_rejected_rows_are_told_by_reason_and_never_by_value(made: Path, rows: list[list[str]]) -> None:
    reason = Formats("fi").reject_reason("bad_number")
    assert ["Kirjanpidon toteumat", "summa", spaced(reason), "1"] in rows
    for language in LANGUAGES:
        assert SECRET not in (made / "quality" / f"{language}.html").read_text(encoding="utf-8")


def test_faults_of_a_replaced_delivery_are_history(copied: Path) -> None:
    page = changed(copied, "fi", "UPDATE quality.delivery SET is_current = false, awaits_replacement = false")
    assert "Voimassa olevissa toimituksissa ei ole hylättyjä rivejä." in page
    assert "Hylätyt rivit syittäin" not in page


# --- what is wrong ----------------------------------------------------------------------------------------------


def test_an_incident_says_what_is_not_met_whose_it_is_and_what_to_do(html: str, rows: list[list[str]]) -> None:
    moment = "23.11.2025 5.00"
    assert [
        "Kirjanpidon toteumat kirjanpito.cost_sign", f"{HOSTILE} odotettu > 0", "talous", moment, moment, "avoin"
    ] in [row[:6] for row in rows]  # fmt: skip
    # Open since the night before; what was observed is of the newest night.
    assert [
        "Kirjanpidon toteumat kirjanpito.amount_large", "501", "talous", "22.11.2025 5.00", moment, "avoin"
    ] in [row[:6] for row in rows]  # fmt: skip
    text = spaced(parsed(html).text)
    assert "▲ Varoitus Ei toteudu: Yksikään kirjausrivi ei ole yli 500 miljoonaa euroa." in text
    assert "Seuraava askel: Tarkista suurin kirjaus. Se voi olla oikea esimerkiksi taseen siirtona." in text


def test_what_concerns_everybody_is_told_by_itself_and_in_its_language(html: str, rows: list[list[str]]) -> None:
    assert ["kaikki aineistot night.run", "broken", "tietohallinto"] in [row[:3] for row in rows]
    assert '<span lang="en">broken</span>' in html
    assert "Ei toteudu: Yöajo on tehnyt julkaisun." in spaced(parsed(html).text)


def test_acknowledged_incidents_say_by_whom(copied: Path) -> None:
    page = changed(
        copied,
        "sv",
        "UPDATE quality.incident SET state = 'acknowledged', acknowledged_by = 'finance', "
        f"acknowledged_note = 'ny fil i dag, {IDENTITY_CODE}' WHERE check_id = 'kirjanpito.cost_sign'",
    )
    assert "kvitterad av finance: ny fil i dag, ******-****" in page
    assert IDENTITY_CODE not in page


@pytest.mark.parametrize(
    ("check_id", "observed"),
    [("deliveries.without_rejects", "hylättyjä rivejä 4"), ("deliveries.stand", "uutta odottavia toimituksia 1")],
)
def test_checks_of_deliveries_are_observed_in_the_language_of_the_page(
    copied: Path, check_id: str, observed: str
) -> None:
    page = changed(
        copied,
        "fi",
        "UPDATE quality.delivery SET awaits_replacement = true",
        f"UPDATE quality.incident SET check_id = '{check_id}' WHERE check_id = 'kirjanpito.cost_sign'",
    )
    assert observed in page


def test_caveats_name_the_indicators_that_they_stand_beside(rows: list[list[str]]) -> None:
    meaning = "Yksikään kirjausrivi ei ole yli 500 miljoonaa euroa."
    (row,) = [row for row in rows if row[1:3] == ["▲ Varoitus", meaning]]
    assert row[0] == "Kirjanpidon toteumat"
    assert row[3].split("; ") == ["Jono", "Ostot", "Suositteluindeksi"]


def test_what_there_is_none_of_is_told_in_words(html: str, copied: Path) -> None:
    assert "Avoimia poikkeamia ei ole." in html  # Kainuu has none
    page = changed(
        copied,
        "fi",
        "DELETE FROM quality.incident",
        "DELETE FROM quality.caveat",
        "DELETE FROM quality.rejected_row",
        "DELETE FROM quality.check_result",
        "UPDATE quality.delivery SET awaits_replacement = false",
    )
    every = (
        "Avoimia poikkeamia ei ole. Mikään toimitus ei odota uutta. "
        "Voimassa olevissa toimituksissa ei ole hylättyjä rivejä. Minkään luvun vieressä ei ole varausta."
    )
    assert page.count(every) == 2
    assert "Yhtään tarkistusta ei ole vielä kirjattu." in page


def test_a_release_of_nothing_is_a_page_too(copied: Path) -> None:
    tables = ("timeliness", "delivery", "score", "incident", "caveat", "rejected_row", "check_result")
    page = changed(copied, "fi", *(f"DELETE FROM quality.{table}" for table in tables))
    assert "Mitään ei ole vielä toimitettu." in page
    assert "Millään aineistolla ei ole määräpäivää." in page
    assert "Yhtään kuukautta ei voi vielä pisteyttää." in page


# --- nights -----------------------------------------------------------------------------------------------------


def test_checks_are_counted_by_night(rows: list[list[str]]) -> None:
    # Passed, failed, could not be run, did not apply; the newest night first. It ended at 3.01 UTC.
    assert ["23.11.2025 5.01", "0", "3", "1", "1"] in rows
    assert ["22.11.2025 5.00", "1", "1", "0", "0"] in rows
    # The newest night, the least and the most of a night.
    assert ["läpi", "0", "0", "1", ""] in rows
    assert ["ei läpi", "3", "1", "3", ""] in rows


def test_a_small_line_of_hand_computed_values() -> None:
    """x from 3 to 101 over two steps, y from 23 (lowest) to 3 (highest); nothing is joined over a gap."""
    line = str(small_line([0, None, 100], 0, 100))
    assert 'd="M3 23L3 23"' in line
    assert 'd="M101 3L101 3"' in line
    assert '<circle class="last" cx="101" cy="3"' in line
    assert 'aria-hidden="true"' in line
    assert 'd="M3 23L52 13L101 3"' in str(small_line([0, 50, 100], 0, 100))
    assert small_line([None, None], 0, 100) == ""


def test_bars_of_hand_computed_counts() -> None:
    """Three bars at the right end of 45 places of 8, the highest 32 high; one of a thousand is still a line."""
    drawn = str(bars([0, 2, 4]))
    assert 'viewBox="0 0 360 32"' in drawn
    assert drawn.count("<rect") == 2
    assert '<rect x="344" y="16" width="6" height="16"/>' in drawn
    assert '<rect x="352" y="0" width="6" height="32"/>' in drawn
    assert 'height="1.5"' in str(bars([1, 1000]))
    assert bars([0, 0]) == ""


@pytest.mark.parametrize(
    ("periods", "shown"),
    [
        ("2024-11; 2025-01; 2024-12", "11.2024–1.2025"),
        ("2025-01|visits; 2025-01|beds", "1.2025"),
        ("2023|alkuperainen", "2023"),
        ("2010|2022; 2010|2023", "2022–2023"),
        ("122s|2024", "2024"),
        (None, "–"),
    ],
)
def test_the_period_of_a_delivery(periods: str | None, shown: str) -> None:
    assert quality_text.period(periods, None, None, Formats("fi")) == shown


# --- the page itself --------------------------------------------------------------------------------------------


def test_nothing_of_the_input_becomes_markup(html: str) -> None:
    assert HOSTILE not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "jono &lt;b&gt;.csv" in html
    forbidden = {"script", "iframe", "object", "img", "link", "base", "b"}
    assert not [tag for tag, _ in parsed(html).tags if tag in forbidden]


def test_the_policy_allows_only_the_pages_own_style(html: str) -> None:
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = [a["content"] for tag, a in parsed(html).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not [tag for tag, attributes in parsed(html).tags if "style" in attributes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_lead_nowhere_but_into_the_release(made: Path, language: str) -> None:
    page = made / "quality" / f"{language}.html"
    text = page.read_text(encoding="utf-8")
    tags = parsed(text).tags
    addresses = [a[name] for _, a in tags for name in ("href", "src", "action") if name in a]
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert f"../report/{language}.html" in addresses
    for address in addresses:
        assert address is not None
        assert address[1:] in ids if address.startswith("#") else (page.parent / address).resolve().is_file()
    assert "url(" not in text and "://" not in text
    other = (made / "report" / f"{language}.html").read_text(encoding="utf-8")
    assert other.count(f'href="../quality/{language}.html"') == 2


def test_tables_and_headings_can_be_followed_by_ear(html: str) -> None:
    tags = parsed(html).tags
    names = [tag for tag, _ in tags]
    assert names.count("caption") == names.count("table")
    assert not [a for tag, a in tags if tag == "th" and "scope" not in a]
    assert all(a["aria-hidden"] == "true" for tag, a in tags if tag == "svg")
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert {"header", "nav", "main", "footer"} <= set(names)


def test_generated_figures_are_marked(copied: Path) -> None:
    banner = "Luvut on luotu koneellisesti esittelyä varten"
    assert banner not in changed(copied, "fi")
    assert banner in changed(copied, "fi", "UPDATE meta.release SET data_origin = 'generated'")


def test_rendering_anew_leaves_the_release_as_it_is(settings: Settings, run: NightlyRun, tmp_path: Path) -> None:
    published = release.publish(settings, run)
    again = quality.render(published.path, "sv", tmp_path / "elsewhere" / "sv.html")
    assert again.read_bytes() == (published.path / "quality" / "sv.html").read_bytes()
    assert release.verify(settings) == []


# --- texts ------------------------------------------------------------------------------------------------------


def catalogue(name: str) -> dict[str, str]:
    with (PUBLISHING / "locale" / f"{name}.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def used_texts() -> set[str]:
    found = set()
    for name in ("quality.py", "quality_text.py"):
        texts = extract_from_file("python", str(PUBLISHING / name), keywords={"text": None})
        found |= {str(message) for _, message, _, _ in texts}
    texts = extract_from_file(
        "jinja2.ext:babel_extract", str(PUBLISHING / "templates" / "quality.html"), keywords={"_": None}
    )
    found |= {str(message) for _, message, _, _ in texts}
    pairs = (*quality_text.STATES.values(), *quality_text.SEVERITIES.values(), *quality_text.COUNTED.values())
    return found | {word for _, word in pairs} | {*quality_text.NIGHT_STATUSES.values(), *quality_text.PARTS.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_placeholders(language: str) -> None:
    own = catalogue(f"quality_{language}")
    assert set(own) == used_texts() - set(catalogue(language))
    for text, translation in own.items():
        assert translation
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", translation))


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_text_of_a_page_is_left_in_english(made: Path, language: str) -> None:
    text = spaced(parsed((made / "quality" / f"{language}.html").read_text(encoding="utf-8")).text)
    translated = catalogue(language) | catalogue(f"quality_{language}")
    for english, translation in translated.items():
        # A word alone may be a word of the other language too.
        if " " in english and english != translation and "{" not in english:
            assert english not in text


def test_the_meaning_of_every_check_is_in_the_release(made: Path) -> None:
    with duckdb.connect(made / DATABASE, read_only=True) as con:
        found = con.execute(
            "SELECT is_of_suite, meaning_sv, what_to_do_en FROM quality.check_meaning "
            "WHERE check_id = 'kirjanpito.amount_large'"
        ).fetchall()
        unknown = con.execute(
            "SELECT count(*) FROM quality.check_result ANTI JOIN quality.check_meaning USING (check_id)"
        ).fetchone()
    assert found == [
        (
            True,
            "Ingen bokföringsrad överstiger 500 miljoner euro.",
            "Check the largest line. It may be right, such as a transfer on the balance sheet.",
        )
    ]
    assert unknown == (0,)
