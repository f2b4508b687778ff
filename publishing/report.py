"""The situation picture as one self-contained HTML page per language, rendered from a release.

What every page has in common is in :mod:`publishing.page`. It is the thin first page: the interactive view and the PDF
are not made here, and how the data came is told by :mod:`publishing.quality`.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from publishing import page, situation
from publishing.charts import Point, spark_line
from publishing.formats import LANGUAGES, NO_VALUE, Formats
from publishing.indicator_text import VALUE_STATUSES, definition, notes, target, target_note, waited_for
from publishing.part import Part, span
from publishing.programme import parts
from publishing.situation import Row, Situation, key
from publishing.summary import STATUSES, held_back, incident_line, organisation_name, programme_name

__all__ = ["LANGUAGES", "render"]

# Wellbeing services counties began on 1 January 2023: series of public figures break there.
BREAK_YEAR = 2023


@dataclass(frozen=True, slots=True)
class Card:
    """One indicator as the page shows it: every text is formatted, nothing is escaped yet."""

    anchor: str
    name: str
    status: str
    word: str
    icon: str
    has_value: bool
    quantity: str
    month: str
    baseline: str
    expected: str
    target: str
    target_note: str
    gap: str
    forecast: str
    forecast_note: str
    explained: str
    notes: list[str]
    chart: Markup
    first_month: str
    last_month: str
    figures: list[tuple[str, str, str, str]]
    definition: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """One programme of one organisation: its indicators, and what it follows beside them."""

    title: str
    anchor: str
    cards: list[Card]
    divisions: list[str]
    division_rows: list[tuple[str, str, list[str]]]
    beside: list[Part]


@dataclass(frozen=True, slots=True)
class Figure:
    """One public figure: areas by years."""

    name: str
    source: str
    areas: list[tuple[str, bool, list[str]]]


def render(release_dir: Path, language: str, target: Path | None = None) -> Path:
    """Write the page of a release and return its path: ``report/<language>.html`` in the release unless told else.

    A published release is sealed; give a ``target`` outside it to render its page anew. Raises duckdb.Error where the
    release does not open.
    """
    found = situation.read(release_dir)
    return page.write(target or release_dir / "report" / f"{language}.html", _html(found, Formats(language)))


def _html(found: Situation, formats: Formats) -> str:
    """The whole page as HTML text."""
    return page.html(
        "report",
        found.release,
        formats,
        found=found,
        statuses=_statuses(found, formats),
        held_back=held_back(found, formats),
        sections=_sections(found, formats),
        provisional=_names_with(found, formats, "provisional"),
        waiting=_waiting(found, formats),
        incidents=[incident_line(found, row, formats) for row in found.incidents],
        figures=public_figures(found, formats),
        figure_years=_years(found),
        break_year=BREAK_YEAR,
    )


def _statuses(found: Situation, formats: Formats) -> list[tuple[str, str, str, int]]:
    """Status, icon, word and how many indicators have it; those that none has are left out, but for the four."""
    counts = Counter(row["status"] for row in found.indicators)
    always = ("achieved", "on_track", "at_risk", "off_track")
    return [
        (status, icon, formats.text(word), counts[status])
        for status, (word, icon, _) in STATUSES.items()
        if counts[status] or status in always
    ]


def _sections(found: Situation, formats: Formats) -> list[Section]:
    sections = []
    for (programme_id, organisation_id), group in groupby(
        found.indicators, key=lambda row: (row["programme_id"], row["organisation_id"])
    ):
        indicators = list(group)
        divisions = [row for row in found.divisions if row["organisation_id"] == organisation_id]
        sections.append(
            Section(
                title=programme_name(found, indicators[0], formats.language),
                anchor=f"{programme_id}-{organisation_id}",
                cards=[_card(found, row, formats) for row in indicators],
                divisions=[row[f"name_{formats.language}"] for row in divisions],
                division_rows=[
                    _division_row(row, found.by_division[key(row)], divisions, formats)
                    for row in indicators
                    if _has_divisions(found.by_division.get(key(row), {}))
                ],
                beside=parts(found, programme_id, organisation_id, formats),
            )
        )
    return sections


def _card(found: Situation, row: Row, formats: Formats) -> Card:
    unit = row["unit"]
    word, icon, _ = STATUSES[row["status"]]
    months = found.series.get(key(row), [])
    spanned = [point.month for point in _points(months)] + ([row["target_month"]] if row["target_month"] else [])
    return Card(
        anchor="-".join(key(row)),
        name=row[f"name_{formats.language}"],
        status=row["status"],
        word=formats.text(word),
        icon=icon,
        has_value=row["value"] is not None,
        quantity=formats.quantity(row["value"], unit),
        month=formats.month(row["month"]),
        baseline=formats.number(row["baseline_value"], unit),
        expected=formats.number(row["expected_value"], unit),
        target=target(row, formats),
        target_note=target_note(row, formats),
        gap=formats.number(row["gap_to_expected"], unit, signed=True),
        forecast=_forecast(row, formats),
        forecast_note=_forecast_note(found, row, formats),
        explained=next((told[f"text_{formats.language}"] for told in found.explanations.get(key(row), ())), ""),
        notes=notes(row, months, formats),
        chart=_chart(row, months, formats),
        first_month=formats.month(min(spanned, default=None)),
        last_month=formats.month(max(spanned, default=None)),
        figures=[_figure_row(month, unit, formats) for month in months],
        definition=definition(found, row, formats),
    )


def _forecast(row: Row, formats: Formats) -> str:
    """The forecast of the target month with its interval of 80 %; empty where there is none."""
    if row["forecast_value"] is None:
        return ""
    interval = span(row["forecast_low"], row["forecast_high"], row["unit"], formats)
    return f"{formats.number(row['forecast_value'], row['unit'])} ({interval})"


def _forecast_note(found: Situation, row: Row, formats: Formats) -> str:
    probability = found.probabilities.get(key(row))
    if probability is None:
        return formats.month(row["target_month"])
    # Of some hundred futures none may reach it, or all: that is no certainty.
    bound = (
        "<\N{NO-BREAK SPACE}1"
        if probability < 0.01
        else ">\N{NO-BREAK SPACE}99"
        if probability > 0.99
        else f"{100 * probability:.0f}"
    )
    return formats.text(
        "{month}; the target is reached with a probability of {probability}",
        month=formats.month(row["target_month"]),
        probability=f"{bound}\N{NO-BREAK SPACE}%",
    )


def _chart(row: Row, months: list[Row], formats: Formats) -> Markup:
    aim = None if row["target_kind"] == "direction" else _float(row["target_value"])
    title = formats.text(
        "{name}: {value} in {month}; expected {expected}, target {target}.",
        name=row[f"name_{formats.language}"],
        value=formats.quantity(row["value"], row["unit"]),
        month=formats.month(row["month"]),
        expected=formats.number(row["expected_value"], row["unit"]),
        target=target(row, formats),
    )
    return spark_line(
        _points(months),
        row["target_month"],
        aim,
        title=title,
        key="chart-" + "-".join(key(row)),
        # The way that is left of a trajectory is not a straight line, and what it is stands in no published table.
        runs_on=row["target_kind"] != "trajectory",
    )


def _points(months: list[Row]) -> list[Point]:
    """The months of the chart: one without a round is no gap, and what is not yet due is no month."""
    return [
        Point(month["month"], _float(month["value"]), _float(month["expected_value"]))
        for month in months
        if month["value_status"] not in ("not_applicable", "not_yet_due")
    ]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _figure_row(month: Row, unit: str, formats: Formats) -> tuple[str, str, str, str]:
    return (
        formats.month(month["month"]),
        formats.number(month["value"], unit),
        formats.number(month["expected_value"], unit),
        _why(month, formats),
    )


def _why(month: Row, formats: Formats) -> str:
    """What the month's figure is, or why there is none and what it waits for."""
    shown = formats.text(VALUE_STATUSES[month["value_status"]])
    waiting = [formats.text("Baseline") if name == "baseline" else name for name in waited_for(month)]
    return f"{shown} ({', '.join(waiting)})" if waiting else shown


def _has_divisions(cells: dict[str, Row]) -> bool:
    """Whether the indicator is followed by division at all; one that is not has only ``not_applicable`` cells."""
    return any(cell["value_status"] != "not_applicable" for cell in cells.values())


def _division_row(
    row: Row, cells: dict[str, Row], divisions: list[Row], formats: Formats
) -> tuple[str, str, list[str]]:
    shown = []
    for division in divisions:
        cell = cells.get(division["division_id"])
        if cell is None:
            shown.append(NO_VALUE)
        elif cell["value"] is None:
            shown.append(formats.text(VALUE_STATUSES[cell["value_status"]]))
        else:
            shown.append(formats.number(cell["value"], row["unit"]))
    return f"{row[f'name_{formats.language}']}, {formats.unit(row['unit'])}", formats.month(row["month"]), shown


def _names_with(found: Situation, formats: Formats, value_status: str) -> list[str]:
    """The indicators whose latest figure has this value status."""
    latest = {k: {m["month"]: m["value_status"] for m in months} for k, months in found.series.items()}
    return [
        row[f"name_{formats.language}"]
        for row in found.indicators
        if latest.get(key(row), {}).get(row["month"]) == value_status
    ]


def _waiting(found: Situation, formats: Formats) -> list[str]:
    """The indicators that have no figure at all, together by programme and by what they wait for."""
    lines: dict[tuple[str, str], list[str]] = {}
    for row in found.indicators:
        if row["value"] is None:
            why = " ".join(notes(row, [], formats))
            names = lines.setdefault((programme_name(found, row, formats.language), why), [])
            names.append(row[f"name_{formats.language}"])
    return [" ".join(filter(None, (f"{place}.", why, f"{'; '.join(names)}."))) for (place, why), names in lines.items()]


def _years(found: Situation) -> list[int]:
    return sorted({int(row["year"]) for row in found.public_figures})


def public_figures(found: Situation, formats: Formats) -> list[Figure]:
    """The public figures of the programmes' organisations, those they are compared with, and the whole country.

    A figure that none of the programmes' organisations has is left out.
    """
    own = list(dict.fromkeys(row["organisation_id"] for row in found.indicators))
    areas = [*own, *compared_with(own), "FI"]
    years = _years(found)
    figures = []
    for _, group in groupby(found.public_figures, key=lambda row: (row["source"], row["figure_id"])):
        cells = list(group)
        values = {(row["area_id"], row["year"]): row["value"] for row in cells}
        shown = [area for area in areas if any((area, year) in values for year in years)]
        if not any(area in own for area in shown):
            continue
        first = cells[0]
        figures.append(
            Figure(
                name=_figure_name(first, formats),
                source=first["attribution"],
                areas=[
                    (
                        _area_name(found, area, cells, formats),
                        area in own,
                        [formats.number(values.get((area, year)), first["unit"]) for year in years],
                    )
                    for area in shown
                ],
            )
        )
    return figures


def _figure_name(row: Row, formats: Formats) -> str:
    """The figure's name with its unit; the names of Sotkanet say the unit themselves."""
    name = str(row[f"name_{formats.language}"])
    return name if row["source"] == "sotkanet" else f"{name}, {formats.unit(row['unit'])}"


def compared_with(own: list[str]) -> list[str]:
    """The organisations that these are shown beside, as ``comparison.csv`` lists them, without repeats."""
    with (Path(__file__).parent / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        pairs = [(row["organisation_id"], row["beside"]) for row in csv.DictReader(stream)]
    return list(dict.fromkeys(beside for name, beside in pairs if name in own and beside not in own))


def _area_name(found: Situation, area: str, cells: list[Row], formats: Formats) -> str:
    if area != "FI":
        return organisation_name(found, area, formats.language)
    summed = max((row["summed"] for row in cells if row["area_id"] == "FI" and row["summed"]), default=0)
    if summed:
        return formats.text("Whole country (sum of {count} organisers)", count=summed)
    return formats.text("Whole country")
