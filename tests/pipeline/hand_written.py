"""Three extracts as somebody types them into a text editor, and what they must give, worked out by hand.

Each month of 2024, in euros (TESPA unless said otherwise):

    account  class  amount                        a month      the year
    4300     2612   ESH bought                 20 000 000   240 000 000
    4300     2530   other services bought      10 000 000   120 000 000
    4346     2530   hired labour                1 000 000    12 000 000
    4000     2530   salaries                   30 000 000   360 000 000
    4110     2201   pensions (SOSPA)            4 000 000    48 000 000
    4820     5501   rents (KONSERNI)            2 000 000    24 000 000
    4500     2561   materials                   9 000 000   107 500 000   (December 8 500 000)
    3000     2612   ESH revenue                  -500 000    -6 000 000
    4300     2604   emergency medical care        0,00 (in no ESH figure)

    purchases 4300-4499   240 + 120 + 12 = 372
    personnel 4000-4299   360 + 48 = 408
    rents 24, ESH net 240 - 6 = 234, all costs 372 + 408 + 24 + 107,5 = 911,5

The 2023 budget: purchases 254 (2612) + 137 = 391, personnel 410, rents 28, materials 108, so 937; ESH 254 - 6 = 248.
A revised budget is delivered too, and must not move the baseline.
"""

from __future__ import annotations

NBSP = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"

MONTH_FORMS = [
    "2024-01", "202402", "03/2024", "4.2024", "2024-05", "202406",
    "07/2024", "8.2024", "2024-09", "202410", "11/2024", "12.2024",
]  # fmt: skip


def kirjanpito() -> bytes:
    """Windows-1252, semicolons, header of its own order and case, sum rows, a page break, a footer, one bad date."""
    header = (
        "Summa (EUR);Tili;KAUSI;Tositenumero;rivi;Kirjauspvm;kustannuspaikka;Palveluluokka;Toimiala;Kumppani;Selite"
    )
    lines = [header]
    for number, month in enumerate(MONTH_FORMS, start=1):
        day = f"5.{number}.2024" if number % 2 else f"2024-{number:02d}-05"
        materials = "8 500 000,00" if number == 12 else "9 000 000,00"
        rows = [
            (f"20{NBSP}000{NBSP}000,00", "43000010", "2612", "TESPA"),
            ("10000000.00", "4300", "2530", "TESPA"),
            ("1 000 000", "4346", "2530", "TESPA"),
            ("30 000 000,00", "40001234", "2530", "TESPA"),
            ("4000000,00", "4110", "2201", "SOSPA"),
            ("2 000 000,00", "4820", "5501", "KONSERNI"),
            (materials, "4500", "2561", "TESPA"),
            ("500 000,00-" if number % 2 else "-500 000,00", "3000", "2612", "TESPA"),
            ("0,00", "4300", "2604", "TESPA"),
        ]
        for line, (amount, account, service, division) in enumerate(rows, start=1):
            lines.append(
                f'{amount};{account};{month};T{number};{line};{day};1000;{service};{division};;"Päiväkirja; ä ö €"'
            )
        if number == 6:
            lines += ["Yhteensä 456 000 000,00;;;;;;;;;;", "", header]
    lines.append("1,00;4300;2024-12;T99;1;31.2.2024;1000;2530;TESPA;;")  # 1 bad row of 109: under the limit of 1 %
    lines += ["Yhteensä;;;;;;;;;;905500000,00", "Tulostettu 15.1.2025 klo 8.00"]
    return "\r\n".join(lines).encode("cp1252")


def talousarvio() -> str:
    """UTF-8 with a byte-order mark, commas, decimal points, a quoted field."""
    rows = [
        "vuosi,versio,tili,palveluluokka,toimiala,summa",
        "2023,alkuperainen,4300,2612,TESPA,254000000.00",
        "2023,alkuperainen,4300,2530,TESPA,137000000.00",
        '2023,"alkuperainen",4000,2530,TESPA,410000000.00',
        "2023,alkuperainen,4820,,KONSERNI,28000000.00",
        "2023,alkuperainen,4500,2561,TESPA,108000000.00",
        "2023,alkuperainen,3000,2612,TESPA,-6000000.00",
        "2023,muutettu,4300,2530,TESPA,999000000.00",
    ]
    return "\ufeff" + "\n".join(rows) + "\n"


def enps() -> bytes:
    """UTF-16, tabs. Ten answers: 4 promoters, 3 passives, 3 detractors, so +10."""
    marks = [10, 9, 9, 10, 8, 7, 7, 6, 0, 3]
    lines = ["kysely\tvastaus_id\tvastauspvm\ttoimiala\tammattiryhma\tarvosana"]
    lines += [f"2024-talvi\tv{n}\t{n}.12.2024\tTESPA\thoitaja\t{mark}" for n, mark in enumerate(marks, start=1)]
    return "\n".join(lines).encode("utf-16")


# value, baseline, target, expected at 2024-12 (half-way from 2023-12 to 2025-12), status
EXPECTED = {
    "kyme_purchases_cost": (372.0, 391.0, 301.0, 346.0, "off_track"),  # 26 worse, 10 % of 90 is 9
    "kyme_personnel_cost": (
        408.0,
        410.0,
        424.0,
        417.0,
        "off_track",
    ),  # band 416-418, 8 outside, 10 % of 14 is 1.4
    "kyme_rent_cost": (24.0, 28.0, 23.0, 25.5, "on_track"),
    "kyme_esh_cost": (234.0, 248.0, 228.0, 238.0, "on_track"),
    # 15 + (937 - 911.5) = 40.5; expected half-way from 15 to 78; 6.0 worse, 10 % of 63 is 6.3
    "kyme_savings_total": (40.5, 15.0, 78.0, 46.5, "at_risk"),
    # -9 in 2022-12 to 20 in 2025-12, 24 of 36 months: -9 + 29 * 2/3; 0.33 worse, 10 % of 29 is 2.9
    "kyme_enps": (10.0, -9.0, 20.0, -9 + 29 * 24 / 36, "at_risk"),
}
