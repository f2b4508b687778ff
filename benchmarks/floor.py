"""The floor: the headline indicators of Kymenlaakso by DuckDB, straight from the landed files, in a few queries.

What is written in an afternoon for these very files by somebody who knows them: every file of every month is
read, typed, and summed by month, and the newest value is printed as JSON. It knows where the files are dirty
and passes over it; it keeps no receipt, no rejected row, no pseudonym, no history, no baseline (but the budget
that the savings are measured from), no division and no check. That is what the night's extra time buys.

``kyme_digital_rank`` is left out: it needs three organisations, and this is one.

    python benchmarks/floor.py LANDING 2026-01-20
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import duckdb

KYMENLAAKSO = ("KU075", "KU285", "KU286", "KU489", "KU624", "KU935")

Figures = dict[str, tuple[str, float]]
"""Value by indicator_id, with the first day of its month as ISO text."""

# Windows-1252 without its 0x80-0x9f, which these files do not use; errors are the rows a reader must reject.
LEDGER = """
with monthly as (
    select
        (kausi || '-01')::date as month,
        sum(summa) filter (tili >= '4000' and tili < '5000') as total,
        sum(summa) filter (tili >= '4300' and tili < '4500') as purchases,
        sum(summa) filter (tili >= '4000' and tili < '4300') as personnel,
        sum(summa) filter (tili >= '4800' and tili < '4900') as rent,
        sum(summa) filter (
            tili >= '3000' and tili < '5000' and palveluluokka between '2600' and '2699'
            and palveluluokka not in ('2603', '2604')
        ) as esh
    from read_csv(
        $files, auto_detect = false, header = true, delim = ';', quote = '"', encoding = 'latin-1',
        decimal_separator = ',', dateformat = '%d.%m.%Y', ignore_errors = true,
        columns = {
            'tositenumero': 'VARCHAR', 'rivi': 'INTEGER', 'kausi': 'VARCHAR', 'kirjauspvm': 'DATE',
            'tili': 'VARCHAR', 'kustannuspaikka': 'VARCHAR', 'palveluluokka': 'VARCHAR',
            'toimiala': 'VARCHAR', 'kumppani': 'VARCHAR', 'summa': 'DECIMAL(18,2)', 'selite': 'VARCHAR'
        }
    )
    where tili is not null and kirjauspvm is not null  -- sum rows and footers have neither
    group by all
),
budget as (
    select sum(summa) as total
    from read_csv(
        $budget, auto_detect = false, header = true, delim = ';', decimal_separator = ',',
        columns = {
            'vuosi': 'INTEGER', 'versio': 'VARCHAR', 'tili': 'VARCHAR', 'palveluluokka': 'VARCHAR',
            'toimiala': 'VARCHAR', 'summa': 'DECIMAL(18,2)'
        }
    )
    where tili >= '4000' and tili < '5000'
),
latest as (select max(month) as month from monthly),
year as (
    select
        latest.month,
        sum(total) / 1e6 as total,
        sum(purchases) / 1e6 as purchases,
        sum(personnel) / 1e6 as personnel,
        sum(rent) / 1e6 as rent,
        sum(esh) / 1e6 as esh
    from monthly, latest
    where monthly.month > latest.month - interval 12 month
    group by all
)
select
    year.month,
    purchases as kyme_purchases_cost,
    personnel as kyme_personnel_cost,
    rent as kyme_rent_cost,
    esh as kyme_esh_cost,
    15 + budget.total / 1e6 - year.total as kyme_savings_total
from year, budget
"""

CONTACTS = """
with contact as (
    select
        date_trunc('month', pvm)::date as month,
        palvelu,
        kanava,
        yhteystapa in ('R50', 'R51', 'R52', 'R55', 'R56') as remote,
        yhteystapa = 'R20' or coalesce(kanava in ('koti', 'liikkuva'), false) as at_home,
        remote and coalesce(kanava <> 'puhelin', true) and (
            coalesce(kanava in ('video', 'chat', 'viesti', 'lomake'), false)
            or yhteystapa = 'R51'
            or (yhteystapa = 'R56' and kanava is null)
        ) as digital
    from read_csv(
        $files, auto_detect = false, header = true, delim = ';', dateformat = '%d.%m.%Y', ignore_errors = true,
        columns = {
            'kontakti_id': 'VARCHAR', 'pvm': 'DATE', 'yksikko': 'VARCHAR', 'toimiala': 'VARCHAR',
            'palvelu': 'VARCHAR', 'yhteystapa': 'VARCHAR', 'kanava': 'VARCHAR', 'ammattiryhma': 'VARCHAR',
            'asiakas': 'VARCHAR', 'peruttu': 'VARCHAR'
        }
    )
    where
        peruttu = 'E'
        and yhteystapa in ('R10', 'R20', 'R30', 'R40', 'R41', 'R50', 'R51', 'R52', 'R55', 'R56')
        and (kanava is null or kanava <> 'faksi')  -- a channel in no list: the row is rejected
),
monthly as (
    select
        month,
        palvelu,
        count(*) as client,
        count(*) filter (remote) as remote,
        count(*) filter (digital) as digital,
        count(*) filter (remote or at_home) as home_mobile
    from contact
    group by all
),
latest as (select max(month) as month from monthly),
year as (
    select
        latest.month,
        palvelu,
        sum(client) as client,
        sum(remote) as remote,
        sum(digital) as digital,
        sum(home_mobile) as home_mobile
    from monthly, latest
    where monthly.month > latest.month - interval 12 month
    group by all
)
select
    month,
    100 * sum(digital) / sum(client) as kyme_digital_share,
    100 * sum(remote) / sum(client) as kyme_remote_share,
    100 * count(*) filter (digital > 0) / count(*) as kyme_digital_services,
    sum(home_mobile) as kyme_mobile_services,
    1000 * sum(client) filter (palvelu between '2600' and '2699' and palvelu not in ('2603', '2604'))
        / $residents as kyme_esh_use
from year
group by month
"""

# A person's day counts once, by the largest percentage of the spells that cover it.
SICK_LEAVE = """
with staffing as (
    select
        strptime(kuukausi, '%m/%Y')::date as month,
        sum(htv) as fte
    from read_csv(
        -- One month has a ninth column, which only a lenient reader passes over.
        $staffing, auto_detect = false, header = true, delim = ';', decimal_separator = ',', strict_mode = false,
        columns = {
            'kuukausi': 'VARCHAR', 'henkilo': 'VARCHAR', 'toimiala': 'VARCHAR', 'kustannuspaikka': 'VARCHAR',
            'ammattiryhma': 'VARCHAR', 'palvelussuhde': 'VARCHAR', 'tyoaikaprosentti': 'DECIMAL(5,2)',
            'htv': 'DECIMAL(6,4)'
        }
    )
    where palvelussuhde in ('vakinainen', 'maaraaikainen') and ammattiryhma <> 'siivooja'  -- in no list: rejected
    group by all
),
latest as (select max(month) as month from staffing),
spell as (
    select
        henkilo,
        alkupvm,
        arg_max(coalesce(loppupvm, $as_of::date), (muutosaika, filename)) as loppupvm,
        arg_max(osa_aika_prosentti, (muutosaika, filename)) as percent
    from read_csv(
        $spells, auto_detect = false, header = true, delim = ',', filename = true,
        columns = {
            'henkilo': 'VARCHAR', 'toimiala': 'VARCHAR', 'kustannuspaikka': 'VARCHAR', 'alkupvm': 'DATE',
            'loppupvm': 'DATE', 'syy': 'VARCHAR', 'osa_aika_prosentti': 'DECIMAL(5,2)', 'muutosaika': 'TIMESTAMP'
        }
    )
    where syy = 'oma' and (loppupvm is null or loppupvm >= alkupvm)
    group by henkilo, alkupvm
),
day as (
    select
        henkilo,
        unnest(generate_series(alkupvm, least(loppupvm, $as_of::date), interval 1 day))::date as day,
        percent
    from spell
),
away as (select henkilo, day, max(percent) / 100 as days from day group by all),
sick as (
    select sum(days) as days
    from away, latest
    where day > latest.month - interval 11 month - interval 1 day and day < latest.month + interval 1 month
)
select
    latest.month,
    any_value(sick.days) / (sum(fte) / 12) as kyme_sick_leave
from staffing, latest, sick
where staffing.month > latest.month - interval 12 month
group by all
"""

SURVEY = """
select
    date_trunc('month', max(vastauspvm))::date as month,
    100.0 * (count(*) filter (arvosana >= 9) - count(*) filter (arvosana <= 6)) / count(*) as kyme_enps
from read_csv(
    $files, auto_detect = false, header = true, delim = '\t', dateformat = '%-d.%-m.%Y',
    columns = {
        'kysely': 'VARCHAR', 'vastaus_id': 'VARCHAR', 'vastauspvm': 'DATE', 'toimiala': 'VARCHAR',
        'ammattiryhma': 'VARCHAR', 'arvosana': 'INTEGER'
    }
)
where arvosana between 0 and 10
group by kysely
order by month desc
limit 1
"""

SITES = """
select strptime(kuukausi, '%-m.%Y')::date as month, count(*) filter (kaytossa = 'K') as kyme_sites
from read_csv(
    $files, auto_detect = false, header = true, delim = ';', decimal_separator = ',',
    columns = {
        'kuukausi': 'VARCHAR', 'toimipiste': 'VARCHAR', 'nimi': 'VARCHAR', 'kunta': 'VARCHAR',
        'toimiala': 'VARCHAR', 'pinta_ala_m2': 'DECIMAL(10,1)', 'vuokra_eur': 'DECIMAL(12,2)', 'kaytossa': 'VARCHAR'
    }
)
group by all
order by month desc
limit 1
"""

HOUSING = """
select date_trunc('month', pvm)::date as month, sum(jonottajia) as kyme_housing_pressure
from read_csv(
    $files, auto_detect = false, header = true, delim = ';', decimal_separator = ',', dateformat = '%d.%m.%Y',
    columns = {
        'pvm': 'DATE', 'palvelu': 'VARCHAR', 'kunta': 'VARCHAR', 'jonottajia': 'INTEGER', 'odotus': 'DECIMAL(6,1)'
    }
)
group by pvm
order by pvm desc
limit 1
"""

STABILISATION = """
select
    max(strptime(kuukausi, '%Y-%m'))::date as month,
    sum(replace(replace(summa, ' ', ''), ',', '.')::decimal(18, 2)) / 1e6 as kyme_stabilisation_used
from read_csv(
    -- Skipped and not read as a header: its euro sign is no UTF-8, and the rest of the file is plain ASCII.
    $files, auto_detect = false, header = false, skip = 1, delim = ';',
    columns = {
        'hanke': 'VARCHAR', 'osa_alue': 'VARCHAR', 'kululaji': 'VARCHAR', 'vuosi': 'INTEGER',
        'kuukausi': 'VARCHAR', 'laji': 'VARCHAR', 'summa': 'VARCHAR'
    }
)
where hanke = 'vakauttamisraha' and laji = 'toteuma'
"""


def figures(landing: Path, as_of: date) -> Figures:
    """Newest value of each headline indicator from the files under ``landing``; EUR million, percent and so on."""
    home = landing / "kymenlaakso"
    con = duckdb.connect()

    def ask(sql: str, **parameters: object) -> Figures:
        relation = con.execute(sql, parameters)
        names = [column[0] for column in relation.description]
        (month, *values) = relation.fetchall()[0]
        return {name: (str(month), float(value)) for name, value in zip(names[1:], values, strict=True)}

    ledger = ask(
        LEDGER,
        files=current_ledger(home / "kirjanpito"),
        budget=files(home / "talousarvio", "*2023_alkuperainen.csv"),
    )
    newest = date.fromisoformat(ledger["kyme_purchases_cost"][0])
    return {
        **ledger,
        **ask(
            CONTACTS,
            files=files(home / "asiakaskontaktit", "*.csv.gz"),
            residents=residents(landing / "public" / "vaesto", newest.year - 1),
        ),
        **ask(
            SICK_LEAVE,
            staffing=files(home / "henkilosto", "*.csv"),
            spells=files(home / "sairauspoissaolot", "*.csv"),
            as_of=as_of,
        ),
        **ask(SURVEY, files=files(home / "enps_vastaukset", "*.txt")),
        **ask(SITES, files=files(home / "toimipisteet", "*.csv")),
        **ask(HOUSING, files=files(home / "asumisjono", "*.csv")),
        **ask(STABILISATION, files=files(home / "hanketalous", "*.csv")),
    }


def files(folder: Path, pattern: str) -> list[str]:
    """Files of a folder in the order of their names; FileNotFoundError where there is none."""
    found = sorted(str(path) for path in folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} in {folder}")
    return found


def current_ledger(folder: Path) -> list[str]:
    """Ledger files, one a month: the name that sorts last, ``kirjanpito_2024-05_korjattu``, is the correction."""
    by_month = {Path(name).name[: len("kirjanpito_2024-05")]: name for name in files(folder, "*.csv")}
    return list(by_month.values())


def residents(folder: Path, year: int) -> int:
    """Residents of the county's municipalities at the end of a year, from the newest json-stat2 file."""
    cube = json.loads(Path(files(folder, "vaesto_????_????.json")[-1]).read_text(encoding="utf-8"))
    _, ages, sexes, years, contents = cube["size"]
    area, age, _, time, _ = (cube["dimension"][name]["category"]["index"] for name in cube["id"])
    rest = sexes * years * contents
    return sum(
        cube["value"][area[code] * ages * rest + age["SSS"] * rest + time[str(year)] * contents] for code in KYMENLAAKSO
    )


if __name__ == "__main__":
    json.dump(figures(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])), sys.stdout, indent=1)
