"""The money of a programme: cost lines and divisions, allocations of a grant, project finance and its plan."""

from __future__ import annotations

from itertools import groupby

from publishing.formats import Formats
from publishing.part import Part, dated, name, percent, span, state, word
from publishing.situation import Row, Situation

# Msgids. Whether below a range is good depends on the line, so the words do not judge.
RANGE_STATES = {
    "in_range": "in its range",
    "above_range": "above its range",
    "below_range": "below its range",
    "no_target": "no target",
    "no_data": "no data",
}
COST_KINDS = {"cost_line": "Cost lines against their ranges", "division": "Divisions against their ranges"}
COST_CAVEATS = {"saving_in_budget_unknown": "how much of the range the budget already held is not known"}
SHARE_STATES = {"within_share": "within its share", "over_share": "over its share", "no_data": "no data"}
PLAN_RULES = {
    "parts": "the lines under it",
    "years": "actual and forecast together",
    "funding": "own funding and grant together",
    "share": "its share of the costs",
}
PLAN_FIGURES = {"budget_eur": "budget", "actual_eur": "actual", "forecast_eur": "forecast", "total_eur": "total"}
NAMED_STATES = ("above_range", "below_range")
MILLION = "EUR_million"


def cost_targets(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """Cost lines and divisions of the newest month, with the range of that month and of the target."""
    text = formats.text
    return Part(
        title=dated(text("Costs against their ranges, EUR million"), rows[0]["month"], rows, formats),
        columns=[
            (text("Line or division"), False),
            (text("12 months"), True),
            (text("Original budget"), True),
            (text("Change"), True),
            (text("Range now"), True),
            (text("Range at the target"), True),
            (text("State"), False),
        ],
        rows=[_cost_row(row, formats) for row in rows],
        lines=[
            line
            for kind, group in groupby(rows, key=lambda row: row["kind"])
            if (line := _cost_line(kind, list(group), formats))
        ],
        note=text("The change counts in the saving that the original budget already held."),
    )


def _cost_row(row: Row, formats: Formats) -> list[str]:
    caveat = word(COST_CAVEATS, row["caveat"], formats) if row["caveat"] else ""
    shown = state(row, "range_status", RANGE_STATES, formats)
    return [
        name(row, "cost_target_id", formats),
        formats.number(row["value_eur_million"], MILLION),
        formats.number(row["original_budget_eur_million"], MILLION),
        formats.number(row["change_eur_million"], MILLION, signed=True),
        span(row["expected_low_eur_million"], row["expected_high_eur_million"], MILLION, formats),
        span(row["target_low_eur_million"], row["target_high_eur_million"], MILLION, formats),
        f"{shown}; {caveat}" if caveat else shown,
    ]


def _cost_line(kind: str, rows: list[Row], formats: Formats) -> str:
    """How many stand where, and which are not in their range; nothing where none has a figure."""
    if all(row["value_eur_million"] is None for row in rows):
        return ""
    counts = []
    for status in RANGE_STATES:
        having = [row for row in rows if row["range_status"] == status]
        if having:
            named = f" ({_changes(having, formats)})" if status in NAMED_STATES else ""
            counts.append(f"{word(RANGE_STATES, status, formats)} {len(having)}{named}")
    return f"{dated(word(COST_KINDS, kind, formats), rows[0]['month'], rows, formats)}: {', '.join(counts)}"


def _changes(rows: list[Row], formats: Formats) -> str:
    return "; ".join(
        f"{name(row, 'cost_target_id', formats)} {formats.number(row['change_eur_million'], MILLION, signed=True)}"
        for row in rows
    )


def allocations(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """What each allocation of a grant has used of the whole, against the share that it has."""
    text = formats.text
    month = rows[0]["month"]
    used = "; ".join(_allocation(row, formats) for row in rows)
    return Part(
        title=dated(text("The grant by allocation"), month, rows, formats),
        columns=[
            (text("Allocation"), False),
            (text("Spent, EUR"), True),
            (text("Of the grant"), True),
            (text("Its share"), True),
            (text("At most, EUR"), True),
            (text("State"), False),
        ],
        rows=[_allocation_row(row, formats) for row in rows],
        lines=[dated(text("Spent of the grant, and the share given"), month, rows, formats) + f": {used}"]
        if any(row["spent_eur"] is not None for row in rows)
        else [],
    )


def _share(row: Row, formats: Formats) -> str:
    return f"{span(row['share_low_percent'], row['share_high_percent'], 'percent', formats)}\N{NO-BREAK SPACE}%"


def _allocation_row(row: Row, formats: Formats) -> list[str]:
    return [
        name(row, "allocation_id", formats),
        formats.number(row["spent_eur"], "EUR"),
        percent(row["share_percent"], formats),
        _share(row, formats),
        formats.number(row["limit_eur"], "EUR"),
        state(row, "share_status", SHARE_STATES, formats),
    ]


def _allocation(row: Row, formats: Formats) -> str:
    over = f" – {word(SHARE_STATES, 'over_share', formats)}" if row["share_status"] == "over_share" else ""
    used = percent(row["share_percent"], formats)
    return f"{name(row, 'allocation_id', formats)} {used} ({_share(row, formats)}){over}"


def projects(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """Actual, and actual with forecast, of each sub-project against what its plan was approved for."""
    text = formats.text
    told = [row for row in rows if row["estimate_eur"] is not None]
    return Part(
        title=text("Project finance by sub-project, EUR"),
        columns=[
            (text("Sub-project"), False),
            (text("Approved"), True),
            (text("Actual"), True),
            (text("Actual and forecast"), True),
            (text("Left"), True),
        ],
        rows=[_project_row(row, formats) for row in rows],
        lines=[
            text("Actual and forecast of what was approved, EUR")
            + ": "
            + "; ".join(
                text(
                    "sub-project {code}: {estimate} of {approved}",
                    code=row["sub_project"],
                    estimate=formats.number(row["estimate_eur"], "EUR"),
                    approved=formats.number(row["approved_eur"], "EUR"),
                )
                for row in told
            )
        ]
        if told
        else [],
    )


def _project_row(row: Row, formats: Formats) -> list[str]:
    approved, estimate = row["approved_eur"], row["estimate_eur"]
    left = None if approved is None or estimate is None else approved - estimate
    return [
        row["sub_project"],
        formats.number(approved, "EUR"),
        formats.number(row["actual_eur"], "EUR"),
        formats.number(estimate, "EUR"),
        formats.number(left, "EUR"),
    ]


def reconciliation(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """Every place where the tables of a project's plan do not add up, those of a euro or two last."""
    text = formats.text
    rounding = sum(bool(row["is_rounding"]) for row in rows)
    counted = text(
        "The plan's own tables do not add up in {count} places; in {rounding} more only by rounding.",
        count=len(rows) - rounding,
        rounding=rounding,
    )
    return Part(
        title=text("Where the plan does not add up, EUR"),
        columns=[
            (text("Sub-project"), False),
            (text("Line"), False),
            (text("Column"), False),
            (text("Compared with"), False),
            (text("Stated"), True),
            (text("Computed"), True),
            (text("Difference"), True),
        ],
        rows=[_place(row, formats) for row in rows],
        lines=[counted],
        note=counted,
    )


def _place(row: Row, formats: Formats) -> list[str]:
    difference = formats.number(row["difference_eur"], "EUR", signed=True)
    rounding = formats.text("rounding")
    return [
        row["sub_project"],
        f"{row['line_no']} {row['name_fi']}",
        word(PLAN_FIGURES, row["figure"], formats),
        word(PLAN_RULES, row["rule"], formats),
        formats.number(row["stated_eur"], "EUR"),
        formats.number(row["computed_eur"], "EUR"),
        difference + (f" ({rounding})" if row["is_rounding"] else ""),
    ]
