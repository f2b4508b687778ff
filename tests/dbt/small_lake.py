"""A small year of Kymenlaakso, 2024, with every extract; the figures it must give are worked out beside the rows.

As-of date 20 January 2025: the ledger of December is due (15 January), January 2025 is not due yet.
"""

from __future__ import annotations

from tests.dbt.conftest import NightLake

AS_OF = "2025-01-20"
MONTHS = "(SELECT unnest(range(DATE '2024-01-01', DATE '2025-01-01', INTERVAL 1 MONTH))::DATE AS m)"


def fill(lake: NightLake) -> None:
    """Everything at once, in the order of the functions below."""
    _money(lake)
    _people(lake)
    _services(lake)
    _public(lake)


def _money(lake: NightLake) -> None:
    # A month: purchases 30 M (TESPA), rent 2 M (KONSERNI), salaries 33 M (TESPA), specialised care 20 M of the
    # purchases less 1 M of revenue, and 1 M of an unknown division. Costs 30 + 2 + 33 + 1 = 66 M, so 792 M a year.
    lines = """
        (VALUES ('43000001', '2612', 'TESPA', 20e6), ('4346', '2530', 'TESPA', 10e6), ('4820', NULL, 'KONSERNI', 2e6),
                ('4000', '2530', ' tespa', 33e6), ('3250', '2612', 'TESPA', -1e6), ('4500', NULL, 'XX', 1e6))
        AS line (tili, palveluluokka, toimiala, summa)"""
    lake.deliver("kirjanpito", f"SELECT m AS kausi, line.* FROM {MONTHS}, {lines}", received="2025-01-14")
    # May is delivered again with 3 M less of purchases, and a later delivery of May was failed by the guard last night.
    may = "SELECT DATE '2024-05-01' AS kausi, tili, palveluluokka, toimiala, summa - {} AS summa FROM {}"
    less = may.format("CASE WHEN tili = '4346' THEN 3e6 ELSE 0 END", lines)
    lake.deliver("kirjanpito", less, received="2025-01-15")
    bad = lake.deliver("kirjanpito", may.format("50e6", lines), received="2025-01-15")
    lake.decide("kirjanpito", bad, "failed")
    # The original 2023 budget: purchases 391, salaries 410, rent 25, other 111, so 937 M; ESH 230 - 6. The revised one
    # must move nothing.
    lake.deliver(
        "talousarvio",
        """SELECT 2023 AS vuosi, * FROM (VALUES
            ('alkuperainen', '4300', '2600', 'TESPA', 230e6), ('alkuperainen', '4300', '2530', 'TESPA', 161e6),
            ('alkuperainen', '4000', '2530', 'TESPA', 410e6), ('alkuperainen', '4820', NULL, 'KONSERNI', 25e6),
            ('alkuperainen', '4500', NULL, 'SOSPA', 111e6), ('alkuperainen', '3250', '2600', 'TESPA', -6e6),
            ('muutettu', '4300', '2530', 'TESPA', 999e6)
        ) AS budget (versio, tili, palveluluokka, toimiala, summa)""",
        received="2024-01-01",
    )
    # The newest file is everything: 1 + 2.5 M by August; the forecast is no spending; another project is another's.
    lake.deliver("hanketalous", _project("9e6"), received="2024-08-01")
    lake.deliver("hanketalous", _project("2.5e6"), received="2024-09-15")


def _project(august: str) -> str:
    return f"""SELECT 'Vakauttamisraha' AS hanke, 'digi' AS osa_alue, 'palkat' AS kululaji, 2024 AS vuosi, kuukausi,
        laji, summa FROM (VALUES (DATE '2024-06-01', 'toteuma', 1e6), (DATE '2024-08-01', 'toteuma', {august}),
                           (NULL, 'ennuste', 5e6)) AS line (kuukausi, laji, summa)
        UNION ALL SELECT 'muu', NULL, 'palkat', 2024, DATE '2024-07-01', 'toteuma', 77e6"""


def _people(lake: NightLake) -> None:
    # 10 persons in TESPA, 6 in SOSPA and 3 in PELA, each 1.0 a month: 19 a month, 228 in the year, 19 person-years.
    # PELA has fewer than five, so SOSPA (the next fewest) is hidden with it. Hired labour counts apart.
    staff = """(SELECT unnest(range(1, 11)) AS n, 'TESPA' AS toimiala, 'vakinainen' AS palvelussuhde
        UNION ALL SELECT unnest(range(11, 17)), 'SOSPA', 'maaraaikainen'
        UNION ALL SELECT unnest(range(17, 20)), 'PELA', 'vakinainen'
        UNION ALL SELECT 99, 'TESPA', 'vuokra')"""
    lake.deliver(
        "henkilosto",
        f"SELECT m AS kuukausi, 'p' || n AS henkilo, toimiala, 'kp' AS kustannuspaikka, 'muu' AS ammattiryhma, "
        f"palvelussuhde, 100 AS tyoaikaprosentti, 1 AS htv FROM {MONTHS}, {staff}",
        received="2025-01-09",
    )
    # p1: 29 January - 2 February, first reported without an end, then ended: 3 days in January, 2 in February.
    # p11 half away the whole of March: 15.5 days. p2 from 30 December on, still away: 2 days in December.
    # All 22.5 days; per person-year 22.5 / 228 * 12.
    spell = "SELECT '{}' AS henkilo, '{}' AS toimiala, DATE '{}' AS alkupvm, {} AS loppupvm, 'oma' AS syy, {} AS \
osa_aika_prosentti, TIMESTAMP '{}' AS muutosaika"
    first = [
        spell.format("p1", "TESPA", "2024-01-29", "NULL::DATE", 100, "2024-01-29 08:00:00"),
        spell.format("p11", "SOSPA", "2024-03-01", "DATE '2024-03-31'", 50, "2024-03-01 08:00:00"),
    ]
    second = [
        spell.format("p1", "TESPA", "2024-01-29", "DATE '2024-02-02'", 100, "2024-02-03 08:00:00"),
        spell.format("p2", "TESPA", "2024-12-30", "NULL::DATE", 100, "2024-12-30 08:00:00"),
    ]
    lake.deliver("sairauspoissaolot", " UNION ALL ".join(first), received="2024-04-01")
    lake.deliver("sairauspoissaolot", " UNION ALL ".join(second), received="2025-01-06")
    # One round in November: TESPA 5 promoters, 2 passive, 3 detractors of 10; SOSPA 2 detractors of 2, hidden, and with
    # it TESPA. All: (5 - 5) / 12 = 0. One answer was given again: the later score counts.
    scores = "[9, 9, 9, 10, 10, 7, 8, 6, 0, 3]"
    lake.deliver(
        "enps_vastaukset",
        f"""SELECT 'r1' AS kysely, 'v' || n AS vastaus_id, DATE '2024-11-05' AS vastauspvm, 'TESPA' AS toimiala,
            {scores}[n] AS arvosana FROM range(1, 11) AS answer (n)
            UNION ALL SELECT 'r1', 'w' || n, DATE '2024-10-30', 'SOSPA', 10 FROM range(1, 3) AS answer (n)""",
        received="2024-11-10",
    )
    lake.deliver(
        "enps_vastaukset",
        """SELECT 'r1' AS kysely, 'w' || n AS vastaus_id, DATE '2024-10-30' AS vastauspvm, 'SOSPA' AS toimiala,
            1 AS arvosana FROM range(1, 3) AS answer (n)""",
        received="2024-11-11",
    )


def contacts(lake: NightLake, organisation: str, digital: int) -> None:
    """A month: 10 contacts, of which ``digital`` by video; one of specialised care; one more was cancelled."""
    lake.deliver(
        "asiakaskontaktit",
        f"""SELECT m + 9 AS pvm, n::VARCHAR AS kontakti_id, 'y' AS yksikko, 'TESPA' AS toimiala,
            CASE WHEN n = 10 THEN '2612' ELSE '2530' END AS palvelu,
            CASE WHEN n <= {digital} THEN 'R52' WHEN n = 9 THEN 'R20' ELSE 'R10' END AS yhteystapa,
            CASE WHEN n <= {digital} THEN 'video' END AS kanava, 'c' AS asiakas,
            CASE WHEN n = 11 THEN 'K' ELSE 'E' END AS peruttu
            FROM {MONTHS}, range(1, 12) AS contact (n)""",
        organisation=organisation,
        received="2025-01-04",
    )


def _services(lake: NightLake) -> None:
    contacts(lake, "kymenlaakso", 2)
    contacts(lake, "kainuu", 4)
    contacts(lake, "lappi", 1)
    # 20 sites in January, 15 in December (five closed); the queue of the latest day of the month counts.
    lake.deliver(
        "toimipisteet",
        f"""SELECT m AS kuukausi, 't' || n AS toimipiste, 'n' AS nimi, '286' AS kunta, 'SOSPA' AS toimiala,
            1 AS pinta_ala_m2, 1 AS vuokra_eur,
            CASE WHEN n > 15 AND m = DATE '2024-12-01' THEN 'E' ELSE 'K' END AS kaytossa
            FROM {MONTHS}, range(1, 21) AS site (n)""",
        received="2025-01-09",
    )
    # A correction of December's sites was refused: the delivered ones stand, and say that they are in doubt.
    lake.refuse("toimipisteet", "2025-01-10", ["2024-12"])
    lake.deliver(
        "asumisjono",
        """SELECT * FROM (VALUES
            (DATE '2024-12-02', '2211', '286', 90, 50.0), (DATE '2024-12-30', '2211', '286', 30, 40.0),
            (DATE '2024-12-30', '2211', '285', 10, 80.0)
        ) AS queue (pvm, palvelu, kunta, jonottajia, odotus_mediaani_pv)""",
        received="2025-01-09",
    )


def _public(lake: NightLake) -> None:
    # Six municipalities of 1,000 at the end of 2023: 6,000 residents in 2024. Nothing of 2024 yet.
    lake.deliver(
        "vaesto",
        """SELECT alue, 'SSS' AS ika, 'SSS' AS sukupuoli, 2023 AS vuosi, 1000 AS vaesto
            FROM (VALUES ('KU075'), ('285'), ('KU286'), ('KU489'), ('KU624'), ('KU935'), ('KU020')) AS area (alue)""",
        organisation="public",
        received="2024-04-01",
    )
    lake.deliver(
        "htas",
        "SELECT '10' AS organisaatio_koodi, 2023 AS vuosi, 936.968 AS toimintamenot_meur",
        organisation="public",
        received="2024-04-01",
    )
    lake.deliver(
        "hyvinvointialueet",
        "SELECT '10' AS koodi, 'Kymenlaakson hyvinvointialue' AS nimi_fi, 'K' AS nimi_sv, 'K' AS nimi_en, "
        "'967' AS sotkanet_alue_id",
        organisation="public",
        received="2024-04-01",
    )
    lake.deliver(
        "sotkanet",
        """SELECT * FROM (VALUES ('127', '967', NULL, 2023, 'total', 158000, 'sotkanet_region'),
                                 ('1080', NULL, '10', 2024, 'total', 2177, 'hyvinvointialue'),
                                 ('1080', NULL, 'FI', 2024, 'total', 2022, 'hyvinvointialue'))
            AS figure (indikaattori, alue_id, alue_koodi, vuosi, sukupuoli, arvo, luokitus)""",
        organisation="public",
        received="2024-04-01",
    )
