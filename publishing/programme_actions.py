"""The work of a programme: savings by goal, baskets of measures, paths by municipality, the portfolio and the risks."""

from __future__ import annotations

from publishing import warning_text
from publishing.formats import NO_VALUE, Formats
from publishing.indicator_text import VALUE_STATUSES, goal_name
from publishing.part import Part, dated, millions, percent, state, word
from publishing.situation import Row, Situation

# Msgids.
BASKET_STATES = {
    "in_use": "in use",
    "not_needed": "not needed",
    "to_be_considered": "to be considered",
    "no_data": "no data",
}
BASKET_REASONS = {
    "primary": "the first basket is always in use",
    "saving_on_path": "the saving is on its path",
    "saving_below_path": "the saving is below its path",
    "saving_below_path_once": "the saving is below its path at one check only",
    "saving_below_path_twice": "the saving is below its path at two checks in a row",
    "no_register": "the register of measures has not been delivered",
    "not_reportable": "not reportable",
}
ACTION_STATES = {
    "valmis": "finished",
    "kaynnissa": "under way",
    "viivassa": "delayed",
    "ei_aloitettu": "not begun",
    "keskeytetty": "interrupted",
}
TRENDS = {"rising": "rising", "falling": "falling", "steady": "steady", "new": "new", "no_data": "no data"}

# The goals that the terminal names, and the overdue actions that the page lists; the tables hold all.
LARGEST_GOALS = 3
LISTED_ACTIONS = 30
MILLION = "EUR_million"


def escalations(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """What the weekly management meeting is asked to decide, the most pressing first: what is stuck, whose it is."""
    text = formats.text
    return Part(
        title=text("For the weekly meeting"),
        columns=[(text("What is stuck"), False), (text("Owner"), False), (text("Next step"), False)],
        rows=[
            [
                _stuck(row, formats),
                row["owner_role"] or NO_VALUE,
                warning_text.next_step(row, formats.language),
            ]
            for row in rows
        ],
        note=text("A warning says what is so at the same time, never that one is the cause of the other."),
    )


def _stuck(row: Row, formats: Formats) -> str:
    said = f"{row['place']}. {warning_text.sentence(row, formats.language)}"
    return f"{said} ({formats.text('provisional')})" if row["value_status"] == "provisional" else said


def baskets(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """The accumulated saving against its path and what it means for each basket, at every check."""
    text = formats.text
    newest = [row for row in rows if row["is_newest"]]
    return Part(
        title=text("Accumulated saving and the baskets of measures"),
        columns=[
            (text("Check"), False),
            (text("Basket"), False),
            (text("State"), False),
            (text("Why"), False),
            (text("Saved, EUR million"), True),
            (text("Path, EUR million"), True),
            (text("Of the path"), True),
        ],
        rows=[_basket_row(row, formats) for row in rows],
        lines=[_saved(newest[0], formats), _basket_line(newest, formats)],
    )


def _reason(row: Row, formats: Formats) -> str:
    """Why the basket is where it is, with the limit that it is judged by."""
    reason = word(BASKET_REASONS, row["reason"], formats)
    if row["threshold_percent"] is None or row["path_percent"] is None:
        return reason
    limit = formats.text("limit {limit}", limit=percent(row["threshold_percent"], formats))
    return f"{reason} ({limit})"


def _basket_row(row: Row, formats: Formats) -> list[str]:
    return [
        formats.month(row["check_month"]),
        row["basket_id"],
        state(row, "state", BASKET_STATES, formats),
        _reason(row, formats),
        formats.number(row["realised_eur_million"], MILLION),
        formats.number(row["path_eur_million"], MILLION),
        percent(row["path_percent"], formats),
    ]


def _saved(row: Row, formats: Formats) -> str:
    return formats.text(
        "Accumulated saving at {month}: {saved} of the path's {path} ({share})",
        month=formats.month(row["check_month"]),
        saved=formats.number(row["realised_eur_million"], MILLION),
        path=formats.quantity(row["path_eur_million"], MILLION),
        share=percent(row["path_percent"], formats),
    )


def _basket_line(rows: list[Row], formats: Formats) -> str:
    shown = [
        f"{row['basket_id']} {state(row, 'state', BASKET_STATES, formats)}: {_reason(row, formats)}" for row in rows
    ]
    title = dated(formats.text("Baskets"), rows[0]["check_month"], rows, formats)
    return f"{title}: {'; '.join(shown)}"


def goals(found: Situation, rows: list[Row], formats: Formats) -> Part | None:
    """Potential, planned and realised saving of each goal; nothing where there is neither potential nor register."""
    text = formats.text
    if all(row["potential_eur_million"] is None and row["planned_eur_million"] is None for row in rows):
        return None
    title = text("Saving by goal, EUR million")
    return Part(
        title=dated(title, rows[0]["month"], rows, formats),
        columns=[
            (text("Goal"), False),
            (text("Potential a year"), True),
            (text("Planned"), True),
            (text("Realised"), True),
            (text("Actions"), True),
        ],
        rows=[
            [
                _goal(found, row, formats),
                formats.number(row["potential_eur_million"], MILLION),
                formats.number(row["planned_eur_million"], MILLION),
                formats.number(row["realised_eur_million"], MILLION),
                formats.count(row["actions_count"]),
            ]
            for row in rows
        ],
        lines=_largest_goals(found, rows, formats),
        note=text("A goal contains the goals under it."),
    )


def _goal(found: Situation, row: Row, formats: Formats) -> str:
    """The name of a goal, after its id where that is a number of the document."""
    goal_id = str(row["goal_id"])
    shown = goal_name(found, row["programme_id"], goal_id, formats.language)
    return f"{goal_id} {shown}" if goal_id[:1].isdigit() and shown != goal_id else shown


def _largest_goals(found: Situation, rows: list[Row], formats: Formats) -> list[str]:
    """The goals of the largest potential that are part of no other, with what is planned and realised of it."""
    whole = [row for row in rows if row["parent_goal_id"] is None and row["potential_eur_million"]]
    whole.sort(key=lambda row: -row["potential_eur_million"])
    return [
        formats.text(
            "{goal}: potential {potential} a year, planned {planned}, realised {realised}",
            goal=_goal(found, row, formats),
            potential=formats.quantity(row["potential_eur_million"], MILLION),
            planned=formats.number(row["planned_eur_million"], MILLION),
            realised=formats.number(row["realised_eur_million"], MILLION),
        )
        for row in whole[:LARGEST_GOALS]
        if row["planned_eur_million"] is not None
    ]


def municipalities(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """Each path of the newest year that has a figure: all municipalities together, then one by one."""
    text = formats.text
    names = {row["indicator_id"]: row[f"name_{formats.language}"] for row in found.indicators}
    together = [row for row in rows if row["municipality_code"] == "all" and row["share_percent"] is not None]
    return Part(
        title=dated(text("Paths by municipality"), None, rows, formats),
        columns=[
            (text("Indicator"), False),
            (text("Municipality"), False),
            (text("Year"), True),
            (text("Share"), True),
            (text("Plan"), True),
            (text("Gap"), True),
            (text("State"), False),
        ],
        rows=[
            [
                str(names.get(row["indicator_id"], row["indicator_id"])),
                text("All together") if row["municipality_code"] == "all" else row["municipality_name"],
                str(row["year"]),
                percent(row["share_percent"], formats),
                percent(row["plan_share_percent"], formats),
                formats.number(row["gap_percent"], "percent", signed=True),
                state(row, "value_status", VALUE_STATUSES, formats),
            ]
            for row in rows
        ],
        lines=[
            text(
                "{name} {year}: {share}, plan {plan}, gap {gap}",
                name=names.get(row["indicator_id"], row["indicator_id"]),
                year=row["year"],
                share=percent(row["share_percent"], formats),
                plan=percent(row["plan_share_percent"], formats),
                gap=formats.number(row["gap_percent"], "percent", signed=True),
            )
            for row in together
        ],
    )


def portfolio(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """The programme's actions by state; those that name no known goal are told of beside them."""
    text = formats.text
    unplaced = sum(row["actions_count"] for row in rows if row["programme_id"] is None)
    rows = [row for row in rows if row["programme_id"] is not None]
    note = text("{count} more actions of the organisation name no known goal.", count=unplaced) if unplaced else ""
    title = dated(text("Actions by state"), rows[0]["month"] if rows else None, rows, formats)
    order = [code for code in ACTION_STATES if any(row["state"] == code for row in rows)]
    return Part(
        title=title,
        columns=[
            (text("State"), False),
            (text("Actions"), True),
            (text("Overdue"), True),
            (text("Saving planned, EUR"), True),
            (text("Saving realised, EUR"), True),
            (text("Invested, EUR"), True),
        ],
        rows=[
            *(
                _state_row(word(ACTION_STATES, code, formats), [row for row in rows if row["state"] == code], formats)
                for code in order
            ),
            _state_row(text("All actions"), rows, formats),
        ],
        lines=[line for line in (_portfolio_line(rows, order, formats), note) if line],
        note=note,
    )


SUMS = ("saving_planned_eur", "saving_realised_eur", "investment_eur")


def _state_row(shown: str, rows: list[Row], formats: Formats) -> list[str]:
    return [
        shown,
        formats.count(_total(rows, "actions_count")),
        formats.count(_total(rows, "overdue_count")),
        *(formats.number(_total(rows, column), "EUR") for column in SUMS),
    ]


def _total(rows: list[Row], column: str) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [row[column] for row in rows if row[column] is not None]
    return sum(known) if known else None


def _portfolio_line(rows: list[Row], order: list[str], formats: Formats) -> str:
    if not rows:
        return ""
    by_state = [
        f"{word(ACTION_STATES, code, formats)} {_total([row for row in rows if row['state'] == code], 'actions_count')}"
        for code in order
    ]
    return formats.text(
        "Actions {month}: {count} ({states}); overdue {overdue}; saving planned {planned}, realised {realised}",
        month=formats.month(rows[0]["month"]),
        count=formats.count(_total(rows, "actions_count")),
        states=", ".join(by_state),
        overdue=formats.count(_total(rows, "overdue_count")),
        planned=millions(_total(rows, "saving_planned_eur"), formats),
        realised=f"{millions(_total(rows, 'saving_realised_eur'), formats)}\N{NO-BREAK SPACE}{formats.unit(MILLION)}",
    )


def overdue(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """The actions whose last day has passed, the longest overdue first, with the role that answers for each."""
    text = formats.text
    more = len(rows) - LISTED_ACTIONS
    return Part(
        title=dated(text("Overdue actions"), rows[0]["month"], rows, formats),
        columns=[
            (text("Action"), False),
            (text("Owner"), False),
            (text("Should have ended"), True),
            (text("State"), False),
            (text("Done"), True),
        ],
        rows=[
            [
                f"{row['action_code']} {row['name'] or ''}".strip(),
                row["owner_role"] or NO_VALUE,
                formats.day(row["ends_on"]),
                word(ACTION_STATES, row["state"], formats),
                NO_VALUE if row["completion_percent"] is None else f"{row['completion_percent']}\N{NO-BREAK SPACE}%",
            ]
            for row in rows[:LISTED_ACTIONS]
        ],
        note=text("{count} more are in the warehouse, in mart.fct_action_monthly.", count=more) if more > 0 else "",
    )


def risks(found: Situation, rows: list[Row], formats: Formats) -> Part:
    """The risks with their owner and newest assessment, the largest first; the terminal tells of those that rise."""
    text = formats.text
    rising = [row for row in rows if row["trend"] == "rising"]
    named = [
        text(
            "{risk} ({points} points, {owner})",
            risk=row[f"name_{formats.language}"],
            points=formats.count(row["points"]),
            owner=row["owner_role"],
        )
        for row in rising
    ]
    return Part(
        title=text("Risks, points from 1 to 25"),
        columns=[
            (text("Risk"), False),
            (text("Owner"), False),
            (text("Points"), True),
            (text("Trend"), False),
            (text("Month"), True),
        ],
        rows=[
            [
                row[f"name_{formats.language}"],
                row["owner_role"],
                formats.count(row["points"]),
                word(TRENDS, row["trend"], formats),
                formats.month(row["month"]),
            ]
            for row in rows
        ],
        lines=[text("Rising risks") + ": " + "; ".join(named)] if named else [],
    )
