"""The peer: what ``floor.py`` computes, in pandas.

The same files, the same months, the same shortcuts, written the way a good pandas user would for these very
files: only the columns that are needed, types and decimal comma given to the reader, one file at a time reduced to
its small sums at once. It uses pandas' C reader, because Arrow is not among what Tilannekuva installs.

    python benchmarks/peer.py LANDING 2026-01-20
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

KYMENLAAKSO = ["KU075", "KU285", "KU286", "KU489", "KU624", "KU935"]
CLIENT = {"R10", "R20", "R30", "R40", "R41", "R50", "R51", "R52", "R55", "R56"}
REMOTE = {"R50", "R51", "R52", "R55", "R56"}

Figures = dict[str, tuple[str, float]]
"""Value by indicator_id, with the first day of its month as ISO text."""


def figures(landing: Path, as_of: date) -> Figures:
    """Newest value of each headline indicator from the files under ``landing``; EUR million, percent and so on."""
    home = landing / "kymenlaakso"
    return {
        **costs(home),
        **contacts(home / "asiakaskontaktit", landing / "public" / "vaesto"),
        **sick_leave(home, pd.Timestamp(as_of)),
        **survey(home / "enps_vastaukset"),
        **sites(home / "toimipisteet"),
        **housing(home / "asumisjono"),
        **stabilisation(home / "hanketalous"),
    }


def costs(home: Path) -> Figures:
    """Costs of the newest twelve months, and what is saved against the original budget of 2023."""
    # A correction sorts after the file that it replaces, and takes its place.
    current = {path.name[: len("kirjanpito_2024-05")]: path for path in files(home / "kirjanpito", "*.csv")}
    lines = pd.concat([ledger(path) for path in current.values()])
    newest = max(lines["month"])
    year = lines[lines["month"] > newest - pd.DateOffset(months=12)]
    account = year["tili"].astype(int)
    in_specialised_care = year["service"].between("2600", "2699") & ~year["service"].isin(["2603", "2604"])

    def million(which: pd.Series) -> float:
        return float(year.loc[which, "summa"].sum()) / 1e6

    budget = pd.read_csv(
        files(home / "talousarvio", "*2023_alkuperainen.csv")[0],
        sep=";",
        decimal=",",
        usecols=["Tili", "Summa"],
    )
    planned = budget.loc[budget["Tili"].between(4000, 4999), "Summa"].sum() / 1e6
    return dated(
        newest,
        kyme_purchases_cost=million(account.between(4300, 4499)),
        kyme_personnel_cost=million(account.between(4000, 4299)),
        kyme_rent_cost=million(account.between(4800, 4899)),
        kyme_esh_cost=million(account.between(3000, 4999) & in_specialised_care),
        kyme_savings_total=15 + planned - million(account.between(4000, 4999)),
    )


def ledger(path: Path) -> pd.DataFrame:
    """Sums of one ledger file by month, national account and service class ('' where it has none)."""
    names = [
        "voucher",
        "row",
        "kausi",
        "booked",
        "tili",
        "centre",
        "service",
        "division",
        "partner",
        "summa",
        "text",
    ]
    used = ["kausi", "booked", "tili", "service", "summa"]
    frame = pd.read_csv(
        path,
        sep=";",
        encoding="cp1252",
        decimal=",",
        header=0,
        names=names,
        usecols=used,
        dtype={"kausi": "category", "booked": "category", "tili": "category", "service": "category"},
        na_values={"summa": ["tarkistetaan"]},
    )
    # As categories: there are some thirty dates in a file and not thirty thousand. A sum row has no date.
    dates = frame["booked"].cat.categories
    bad = dates[pd.to_datetime(dates, format="%d.%m.%Y", errors="coerce").isna()]
    frame = frame[frame["booked"].notna() & ~frame["booked"].isin(bad) & frame["summa"].notna()]
    sums = frame.groupby(["kausi", "tili", "service"], observed=True, dropna=False, as_index=False)["summa"].sum()
    sums = sums.astype({"kausi": str, "tili": str, "service": str}).fillna({"service": ""})
    return sums.assign(month=pd.to_datetime(sums["kausi"], format="%Y-%m"), tili=sums["tili"].str[:4])


def contacts(folder: Path, population: Path) -> Figures:
    """Shares and counts of the contacts of the newest twelve months."""
    counts = pd.concat([contacts_of(path) for path in files(folder, "*.csv.gz")])
    newest = max(counts["month"])
    year = counts[counts["month"] > newest - pd.DateOffset(months=12)]
    mode, channel = year["Yhteystapa"], year["Kanava"]
    remote = mode.isin(REMOTE)
    digital = (
        remote
        & (channel != "puhelin")
        & (channel.isin(["video", "chat", "viesti", "lomake"]) | (mode == "R51") | ((mode == "R56") & (channel == "")))
    )
    mobile = remote | (mode == "R20") | channel.isin(["koti", "liikkuva"])
    specialised = year["Palvelu"].between("2600", "2699") & ~year["Palvelu"].isin(["2603", "2604"])

    def count(which: pd.Series) -> float:
        return float(year.loc[which, "n"].sum())

    total = float(year["n"].sum())
    return dated(
        newest,
        kyme_digital_share=100 * count(digital) / total,
        kyme_remote_share=100 * count(remote) / total,
        kyme_digital_services=100 * year.loc[digital, "Palvelu"].nunique() / year["Palvelu"].nunique(),
        kyme_mobile_services=count(mobile),
        kyme_esh_use=1000 * count(specialised) / residents(population, newest.year - 1),
    )


def contacts_of(path: Path) -> pd.DataFrame:
    """Client contacts of one file by month, service class, mode and channel ('' where it has none)."""
    used = ["Pvm", "Palvelu", "Yhteystapa", "Kanava", "Peruttu"]
    frame = pd.read_csv(path, sep=";", usecols=used, dtype="category")
    dates = frame["Pvm"].cat.categories
    month = pd.Series(pd.to_datetime(dates, format="%d.%m.%Y", errors="coerce"), dates).dt.to_period("M").dt.start_time
    frame = frame[
        (frame["Peruttu"] == "E")
        & frame["Yhteystapa"].isin(CLIENT)
        & (frame["Kanava"] != "faksi")  # a channel in no list: the row is rejected
    ]
    keys = ["Pvm", "Palvelu", "Yhteystapa", "Kanava"]
    counts = frame.groupby(keys, observed=True, dropna=False).size().rename("n").reset_index()
    counts = counts.astype(dict.fromkeys(keys, str)).fillna({"Kanava": ""})
    counts["month"] = counts["Pvm"].map(month)
    return counts[counts["month"].notna()]


def residents(folder: Path, year: int) -> float:
    """Residents of the county's municipalities at the end of a year, from the newest json-stat2 file."""
    cube = json.loads(files(folder, "vaesto_????_????.json")[-1].read_text(encoding="utf-8"))
    labels = [list(cube["dimension"][name]["category"]["index"]) for name in cube["id"]]
    values = np.array(cube["value"], dtype=float).reshape(cube["size"])
    area, age, time = (
        [labels[0].index(code) for code in KYMENLAAKSO],
        labels[1].index("SSS"),
        labels[3].index(str(year)),
    )
    return float(values[area, age, 0, time, 0].sum())


def sick_leave(home: Path, as_of: pd.Timestamp) -> Figures:
    """Days of own illness for each full-time equivalent; a person's day counts once, by the largest percentage."""
    fte = pd.concat([staffing(path) for path in files(home / "henkilosto", "*.csv")])
    newest = max(fte["month"])
    begin, end = newest - pd.DateOffset(months=11), newest + pd.offsets.MonthEnd(1)
    spells = pd.concat([spells_of(path) for path in files(home / "sairauspoissaolot", "*.csv")])
    spells = spells[(spells["syy"] == "oma") & ~(spells["loppupvm"] < spells["alkupvm"])]
    # Stable: of equal times of change the later delivery is last, and stands.
    spells = spells.sort_values("muutosaika", kind="stable").drop_duplicates(["henkilo", "alkupvm"], keep="last")
    first = spells["alkupvm"].clip(lower=begin)
    last = spells["loppupvm"].fillna(as_of).clip(upper=min(as_of, end))
    length = ((last - first).dt.days + 1).clip(lower=0).to_numpy()
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    days = pd.DataFrame(
        {
            "person": np.repeat(pd.factorize(spells["henkilo"])[0], length),
            "day": np.repeat(first.to_numpy().astype("datetime64[D]").astype(int), length) + offset,
            "share": np.repeat(spells["osa_aika_prosentti"].to_numpy() / 100, length),
        }
    )
    away = days.groupby(["person", "day"], sort=False)["share"].max().sum()
    years = fte.loc[fte["month"] >= begin, "htv"].sum() / 12
    return dated(newest, kyme_sick_leave=float(away / years))


def staffing(path: Path) -> pd.DataFrame:
    """Full-time equivalents of the own staff of one file by month."""
    used = ["Kuukausi", "Ammattiryhmä", "Palvelussuhde", "HTV"]
    types = {"Kuukausi": "category", "Ammattiryhmä": "category", "Palvelussuhde": "category"}
    frame = pd.read_csv(path, sep=";", decimal=",", usecols=used, dtype=types)
    own = frame["Palvelussuhde"].isin(["vakinainen", "maaraaikainen"]) & (frame["Ammattiryhmä"] != "siivooja")
    sums = frame[own].groupby("Kuukausi", observed=True)["HTV"].sum()
    months = pd.to_datetime(sums.index.astype(str), format="%m/%Y")
    return pd.DataFrame({"month": months, "htv": sums.to_numpy()})


def spells_of(path: Path) -> pd.DataFrame:
    """Spells of one file as they stand in it."""
    return pd.read_csv(
        path,
        usecols=["henkilo", "alkupvm", "loppupvm", "syy", "osa_aika_prosentti", "muutosaika"],
        parse_dates=["alkupvm", "loppupvm", "muutosaika"],
    )


def survey(folder: Path) -> Figures:
    """Employee net promoter score of the newest round."""
    answers = pd.concat([pd.read_csv(path, sep="\t") for path in files(folder, "*.txt")])
    answers = answers[answers["Arvosana"].between(0, 10)]
    answers["day"] = pd.to_datetime(answers["Vastauspvm"], format="%d.%m.%Y")
    rounds = answers.groupby("Kysely").agg(
        day=("day", "max"),
        promoters=("Arvosana", lambda mark: (mark >= 9).sum()),
        detractors=("Arvosana", lambda mark: (mark <= 6).sum()),
        respondents=("Arvosana", "size"),
    )
    newest = rounds.sort_values("day").iloc[-1]
    score = 100 * (newest["promoters"] - newest["detractors"]) / newest["respondents"]
    return dated(newest["day"].replace(day=1), kyme_enps=float(score))


def sites(folder: Path) -> Figures:
    """Sites in use in the newest month."""
    frame = pd.concat(
        [
            pd.read_csv(path, sep=";", usecols=["KUUKAUSI", "KÄYTÖSSÄ"], dtype=str, encoding="utf-8-sig")
            for path in files(folder, "*.csv")
        ]
    )
    month = pd.to_datetime(frame["KUUKAUSI"], format="%m.%Y")
    return dated(month.max(), kyme_sites=float((frame.loc[month == month.max(), "KÄYTÖSSÄ"] == "K").sum()))


def housing(folder: Path) -> Figures:
    """Persons who wait for round-the-clock housing at the newest count."""
    frame = pd.concat([pd.read_csv(path, sep=";", usecols=["pvm", "Jonottajia"]) for path in files(folder, "*.csv")])
    day = pd.to_datetime(frame["pvm"], format="%d.%m.%Y")
    waiting = frame.loc[day == day.max(), "Jonottajia"].sum()
    return dated(day.max().replace(day=1), kyme_housing_pressure=float(waiting))


def stabilisation(folder: Path) -> Figures:
    """What is spent of the stabilisation money, EUR million."""
    frame = pd.read_csv(files(folder, "*.csv")[-1], sep=";", decimal=",", thousands=" ", encoding="cp1252")
    spent = frame[(frame["Hanke"] == "vakauttamisraha") & (frame["Laji"] == "toteuma")]
    newest = pd.to_datetime(spent["Kuukausi"], format="%Y-%m").max()
    return dated(newest, kyme_stabilisation_used=float(spent["Summa (€)"].sum()) / 1e6)


def files(folder: Path, pattern: str) -> list[Path]:
    """Files of a folder in the order of their names; FileNotFoundError where there is none."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} in {folder}")
    return found


def dated(month: pd.Timestamp, **values: float) -> Figures:
    """Put the month to each value."""
    return {name: (f"{month:%Y-%m-%d}", value) for name, value in values.items()}


if __name__ == "__main__":
    json.dump(figures(Path(sys.argv[1]), date.fromisoformat(sys.argv[2])), sys.stdout, indent=1)
