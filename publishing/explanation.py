"""What moved an indicator, in sentences for a report: rows of `indicator.contribution` in, text out.

The sentences say only what the figures say. Names stand where no language would inflect them, after a colon; numbers
and units are those of :mod:`publishing.formats`. A figure that the table does not show is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from publishing.formats import LANGUAGES, Formats
from publishing.sql import Connection, exists, rows

Row = dict[str, Any]
Key = tuple[str, str, str]

KEY = ("programme_id", "indicator_id", "organisation_id", "against")
# The splits that sentences tell of, in this order: the first that has parts is told.
DIMENSIONS = ("division", "account_group")
# Families whose figure is of one month; the months of their window only say what must be covered behind it.
OF_ONE_MONTH = ("level", "cumulative", "rank")
# A change of a share is told in its own points only, and a rank or a score has no zero to count percents from.
WITHOUT_PERCENT = ("percent", "score", "rank")

# Every text below is a msgid of the catalogue. {name} and the parts' names are nominatives in all three languages.
FIGURES = {
    "month": "{name}, {month}: {value}.",
    "window": "{name}, {count} months to {month}: {value}.",
    "rank": "{name}, {month}: rank {value}.",
    "no_value": "{name}: no figure.",
    "withheld": "{name}: the figure is not shown.",
}
CHANGES = {
    ("year_before", "up"): "The figure is {change} higher than a year earlier.",
    ("year_before", "down"): "The figure is {change} lower than a year earlier.",
    ("year_before", "same"): "The figure is the same as a year earlier.",
    ("baseline", "up"): "The figure is {change} higher than the baseline ({month}).",
    ("baseline", "down"): "The figure is {change} lower than the baseline ({month}).",
    ("baseline", "same"): "The figure is the same as the baseline ({month}).",
    ("plan", "up"): "The figure is {change} higher than the plan for the month.",
    ("plan", "down"): "The figure is {change} lower than the plan for the month.",
    ("plan", "same"): "The figure is the same as the plan for the month.",
    ("budget", "up"): "The figure is {change} higher than the budget of the same months.",
    ("budget", "down"): "The figure is {change} lower than the budget of the same months.",
    ("budget", "same"): "The figure is the same as the budget of the same months.",
}
RANKS = {
    "year_before": "A year earlier the rank was {value}.",
    "baseline": "At the baseline ({month}) the rank was {value}.",
    "plan": "By the plan the rank would be {value}.",
}
NO_COMPARISON = {
    "no_value_before": "There is no figure of a year earlier to compare with.",
    "not_covered": "The months of a year earlier are not all covered by data, so there is no comparison.",
    "no_baseline": "There is no baseline to compare with.",
    "no_plan": "There is no plan for the month to compare with.",
    "withheld": "The figure to compare with is not shown, to protect small groups.",
}
MOVERS = {
    ("division", "both"): "Division that raised the figure most: {up}; that lowered it most: {down}.",
    ("division", "up"): "Division that raised the figure most: {up}.",
    ("division", "down"): "Division that lowered the figure most: {down}.",
    ("division", "one"): "The whole change is in one division: {name}.",
    ("account_group", "both"): "Account group that raised the figure most: {up}; that lowered it most: {down}.",
    ("account_group", "up"): "Account group that raised the figure most: {up}.",
    ("account_group", "down"): "Account group that lowered the figure most: {down}.",
    ("account_group", "one"): "The whole change is in one account group: {name}.",
}
BESIDE_THE_MOVERS = {
    "mix_rate": "Change within the divisions together: {rate}; change in the divisions' shares of the whole: {mix}.",
    "hidden": "Small groups, protected, together: {change}.",
    "remainder": "Laid to no part: {change}.",
    "withheld": "The split by division is not shown, to protect small groups.",
    "provisional": "The figures are provisional.",
}
# Units that are counted, as they stand after the number one.
ONE = {
    "EUR": "one EUR",
    "score": "point",
    "days": "day",
    "contacts": "contact",
    "visits": "visit",
    "referrals": "referral",
    "decisions": "decision",
    "beds": "bed",
    "places": "place",
    "sites": "site",
    "persons": "person",
}
# The same after one as the measure of a difference: Finnish then has the genitive ("1 paikan pienempi").
ONE_APART = {
    "EUR": "EUR of difference",
    "score": "point of difference",
    "days": "day of difference",
    "contacts": "contact of difference",
    "visits": "visit of difference",
    "referrals": "referral of difference",
    "decisions": "decision of difference",
    "beds": "bed of difference",
    "places": "place of difference",
    "sites": "site of difference",
    "persons": "person of difference",
}
POINTS = {"percent": "percentage points"}
# Parts that moved the figure by less than this did not move it: the last bit of a sum.
NOTHING = 1e-9

# The contributions with the names of what they are about; other splits are for analysts.
CONTRIBUTIONS = """
SELECT
    contribution.*,
    catalogue.name_fi, catalogue.name_sv, catalogue.name_en,
    catalogue.unit, catalogue.family, catalogue.window_months,
    coalesce(division.name_fi, account.name_fi) AS part_fi,
    coalesce(division.name_sv, account.name_sv) AS part_sv,
    coalesce(division.name_en, account.name_en) AS part_en
FROM {schema}indicator.contribution AS contribution
JOIN {schema}indicator.catalogue AS catalogue USING (programme_id, indicator_id, organisation_id)
LEFT JOIN (
    -- Several codes of the extracts may lead to one division.
    SELECT organisation_id, division_id, min(name_fi) AS name_fi, min(name_sv) AS name_sv, min(name_en) AS name_en
    FROM {schema}mart.dim_division
    GROUP BY ALL
) AS division
    ON contribution.dimension = 'division'
    AND contribution.organisation_id = division.organisation_id
    AND contribution.part_id = division.division_id
LEFT JOIN {schema}mart.dim_account_group AS account
    ON contribution.dimension = 'account_group'
    AND contribution.part_id = account.account_group_id
WHERE contribution.dimension IN ('division', 'account_group')
ORDER BY programme_id, indicator_id, organisation_id, against, dimension, place NULLS FIRST, part_id
"""


# The published table: each column and its type.
COLUMNS = (
    ("programme_id", "VARCHAR"),
    ("indicator_id", "VARCHAR"),
    ("organisation_id", "VARCHAR"),
    ("month", "DATE"),
    ("against", "VARCHAR"),
    *((f"text_{language}", "VARCHAR") for language in LANGUAGES),
)


def add(con: Connection, database: str) -> None:
    """Make `indicator.explanation` in an attached release, from what that release shows and from nothing else."""
    table = f"{database}.indicator.explanation"
    con.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in COLUMNS)})")
    found = list(explanations(rows(con, CONTRIBUTIONS.format(schema=f"{database}."))))
    # A column at a time: inserting row by row takes seconds on a busy machine.
    unnested = ", ".join(f"unnest(?::{kind}[])" for _, kind in COLUMNS)
    con.execute(f"INSERT INTO {table} SELECT {unnested}", [[row[name] for row in found] for name, _ in COLUMNS])


def read(con: Connection) -> dict[Key, list[Row]]:
    """The sentences of an opened release by (programme_id, indicator_id, organisation_id), a year before first.

    Empty for a release from before they were made. Show ``row[f"text_{language}"]``.
    """
    found: dict[Key, list[Row]] = defaultdict(list)
    if exists(con, "indicator.explanation"):
        order = "list_position(['year_before', 'baseline', 'plan'], against)"
        for row in rows(con, f"FROM indicator.explanation ORDER BY programme_id, indicator_id, {order}"):
            found[row["programme_id"], row["indicator_id"], row["organisation_id"]].append(row)
    return dict(found)


def explanations(contributions: Iterable[Row]) -> Iterator[Row]:
    """One row a comparison, with its text in each language, from the rows of CONTRIBUTIONS in their order."""
    formats = [Formats(language) for language in LANGUAGES]
    for key, group in groupby(contributions, key=lambda row: tuple(row[column] for column in KEY)):
        found = list(group)
        texts = {f"text_{f.language}": explain(found, f) for f in formats}
        yield dict(zip(KEY, key, strict=True)) | {"month": found[0]["month"]} | texts


def explain(contributions: Sequence[Row], formats: Formats) -> str:
    """The sentences of one comparison: the figure, its change, what moved it most.

    ``contributions`` are the rows of one indicator and one ``against``, of every dimension. Figures are in the
    indicator's unit.
    """
    whole = next(row for row in contributions if row["part_kind"] == "whole" and row["dimension"] == DIMENSIONS[0])
    if whole["value_now"] is None:
        return _told(formats, FIGURES, whole["status"], name=_name(whole, "name", formats))
    sentences = [_figure(whole, formats)]
    if whole["contribution"] is None:
        sentences.append(_told(formats, NO_COMPARISON, whole["status"]))
    else:
        sentences.append(_change(whole, formats))
        sentences += _split(contributions, formats)
    if whole["value_status"] == "provisional":
        sentences.append(_told(formats, BESIDE_THE_MOVERS, "provisional"))
    # A unit that is abbreviated brings a full stop of its own.
    return " ".join(sentence.replace("..", ".") for sentence in sentences)


def _figure(whole: Row, formats: Formats) -> str:
    unit, months = whole["unit"], whole["window_months"]
    kind = "rank" if unit == "rank" else "window" if months > 1 and whole["family"] not in OF_ONE_MONTH else "month"
    return _told(
        formats,
        FIGURES,
        kind,
        name=_name(whole, "name", formats),
        count=months,
        month=formats.month(whole["month"]),
        value=_amount(formats.number(whole["value_now"], unit), unit, ONE, formats),
    )


def _change(whole: Row, formats: Formats) -> str:
    month = formats.month(whole["against_month"])
    if whole["unit"] == "rank":
        before = formats.number(whole["value_before"], "rank")
        return _told(formats, RANKS, whole["against"], value=before, month=month)
    against = "budget" if whole["against"] == "plan" and whole["basis"] != "path" else whole["against"]
    shown = formats.number(whole["contribution"], whole["unit"], signed=True)
    return _told(formats, CHANGES, (against, _direction(shown)), change=_size(whole, shown, formats), month=month)


def _direction(shown: str) -> str:
    """Which way a signed number goes, as it is shown: a change too small to show is none."""
    return "up" if shown.startswith("+") else "down" if shown.startswith("\N{MINUS SIGN}") else "same"


def _size(whole: Row, shown: str, formats: Formats) -> str:
    """A change without its sign, and what it is in percent where there is a positive figure to count it from."""
    size = _difference(shown.lstrip("+\N{MINUS SIGN}"), whole["unit"], ONE_APART, formats)
    before = whole["value_before"]
    if whole["unit"] in WITHOUT_PERCENT or before <= 0:
        return size
    percent = formats.number(100 * abs(whole["contribution"]) / before, "percent")
    if percent == formats.number(0, "percent"):
        return size
    return f"{size} ({percent}\N{NO-BREAK SPACE}%)"


def _split(contributions: Sequence[Row], formats: Formats) -> list[str]:
    """What moved the figure, by the first dimension that has parts; that divisions are protected is said as well."""
    splits = [[row for row in contributions if row["dimension"] == name] for name in DIMENSIONS]
    sentences = []
    if splits[0][0]["status"] == "withheld":
        sentences.append(_told(formats, BESIDE_THE_MOVERS, "withheld"))
    told = next((split for split in splits if split and split[0]["status"] == "ok"), [])
    return sentences + _movers(told, formats) + _beside(told, formats)


def _movers(split: Sequence[Row], formats: Formats) -> list[str]:
    """The part that raised the figure most and the one that lowered it most, or that all is in one part."""
    effects: dict[str, float] = defaultdict(float)
    names: dict[str, str] = {}
    others = [row for row in split if row["part_kind"] in ("hidden", "remainder")]
    for row in split:
        if row["part_kind"] in ("part", "rate", "mix"):
            effects[row["part_id"]] += row["contribution"]
            names[row["part_id"]] = _name(row, "part", formats)
    if not effects:
        return []
    dimension, unit = split[0]["dimension"], split[0]["unit"]
    shown = {part: formats.number(effect, unit, signed=True) for part, effect in effects.items()}
    moved = [part for part, effect in effects.items() if abs(effect) > NOTHING]
    if len(moved) == 1 and not others:
        return [_told(formats, MOVERS, (dimension, "one"), name=names[moved[0]])]
    ends = {
        "up": max(moved, key=effects.__getitem__, default=None),
        "down": min(moved, key=effects.__getitem__, default=None),
    }
    told = {
        way: f"{names[part]} ({_difference(shown[part], unit, ONE, formats)})"
        for way, part in ends.items()
        if part is not None and _direction(shown[part]) == way
    }
    if not told:
        return []
    return [_told(formats, MOVERS, (dimension, "both" if len(told) == 2 else next(iter(told))), **told)]


def _beside(split: Sequence[Row], formats: Formats) -> list[str]:
    """Mix and rate of a ratio all of whose parts are shown, and what stands beside the parts."""
    kinds: dict[str, float] = defaultdict(float)
    for row in split:
        kinds[row["part_kind"]] += row["contribution"] or 0.0
    if not kinds:
        return []
    unit = split[0]["unit"]

    def change(kind: str) -> str:
        return _difference(formats.number(kinds[kind], unit, signed=True), unit, ONE, formats)

    sentences = []
    if "rate" in kinds and "hidden" not in kinds and split[0]["contribution"]:
        texts = {"rate": change("rate"), "mix": change("mix")}
        sentences.append(_told(formats, BESIDE_THE_MOVERS, "mix_rate", **texts))
    return sentences + [
        _told(formats, BESIDE_THE_MOVERS, kind, change=change(kind))
        for kind in ("hidden", "remainder")
        if kind in kinds
    ]


def _told(formats: Formats, texts: Mapping[Any, str], code: object, **params: object) -> str:
    """The text of a code in the reader's language."""
    return formats.text(texts[code], **params)


def _difference(shown: str, unit: str, ones: Mapping[str, str], formats: Formats) -> str:
    """A change and its unit: of a percentage that is percentage points."""
    if unit in POINTS:
        return f"{shown}\N{NO-BREAK SPACE}{formats.text(POINTS[unit])}"
    return _amount(shown, unit, ones, formats)


def _amount(shown: str, unit: str, ones: Mapping[str, str], formats: Formats) -> str:
    """A number and its unit, after one by ``ones``; a rank is a bare number."""
    if unit == "rank":
        return shown
    is_one = shown.lstrip("+\N{MINUS SIGN}") == "1" and unit in ones
    return f"{shown}\N{NO-BREAK SPACE}{formats.text(ones[unit]) if is_one else formats.unit(unit)}"


def _name(row: Row, column: str, formats: Formats) -> str:
    """A name in the reader's language, or in Finnish, or the part's own key where the release does not name it."""
    return str(row[f"{column}_{formats.language}"] or row[f"{column}_fi"] or row["part_id"])
