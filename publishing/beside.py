"""Reads what a programme follows beside its indicators: the newest rows of each table of that kind, nothing recomputed.

No programme is named here: a programme has of each kind what the tables have rows for. Figures are of the newest month
that has any, and of tonight's month where none has.
"""

from __future__ import annotations

from typing import Any

from publishing.sql import Connection, exists, rows

Row = dict[str, Any]

# A line is called as its measure is, a division as itself.
COST_TARGETS = """
SELECT
    target.*,
    coalesce(division.name_fi, measure.name_fi) AS name_fi,
    coalesce(division.name_sv, measure.name_sv) AS name_sv,
    coalesce(division.name_en, measure.name_en) AS name_en
FROM indicator.cost_target AS target
LEFT JOIN mart.dim_measure AS measure USING (measure_id)
LEFT JOIN (
    SELECT
        organisation_id, division_id, max(name_fi) AS name_fi, max(name_sv) AS name_sv, max(name_en) AS name_en
    FROM mart.dim_division
    WHERE division_id <> 'all'
    GROUP BY ALL
) AS division USING (organisation_id, division_id)
WINDOW programme AS (PARTITION BY programme_id, organisation_id)
QUALIFY month = coalesce(max(month) FILTER (value_eur_million IS NOT NULL) OVER programme, max(month) OVER programme)
-- The largest first, which begins with the total.
ORDER BY kind, original_budget_eur_million DESC NULLS LAST, stated_budget_eur_million DESC NULLS LAST, cost_target_id
"""

ALLOCATIONS = """
FROM mart.fct_allocation_monthly
WINDOW programme AS (PARTITION BY programme_id, organisation_id)
QUALIFY month = coalesce(max(month) FILTER (spent_eur IS NOT NULL) OVER programme, max(month) OVER programme)
ORDER BY share_high_percent DESC, allocation_id
"""

# A goal stands before its parts.
GOALS = """
FROM indicator.goal_saving
WINDOW programme AS (PARTITION BY programme_id, organisation_id)
QUALIFY month = coalesce(
    max(month) FILTER (value_status IN ('ok', 'provisional')) OVER programme, max(month) OVER programme
)
ORDER BY coalesce(parent_goal_id, goal_id), parent_goal_id IS NOT NULL, goal_id
"""

# Every check, the newest first. `is_newest` marks the newest that could be judged.
BASKETS = """
SELECT
    *,
    check_month = coalesce(
        max(check_month) FILTER (path_percent IS NOT NULL) OVER programme, max(check_month) OVER programme
    ) AS is_newest
FROM indicator.basket_status
WINDOW programme AS (PARTITION BY programme_id, organisation_id)
ORDER BY check_month DESC, basket_id
"""

MUNICIPALITIES = """
FROM indicator.municipality_status
WINDOW path AS (PARTITION BY programme_id, organisation_id, indicator_id)
QUALIFY year = coalesce(max(year) FILTER (share_percent IS NOT NULL) OVER path, max(year) OVER path)
ORDER BY indicator_id, municipality_code <> 'all', municipality_name, municipality_code
"""

# What each part of a project was approved for, by its plan, beside what the register says it has cost and will cost.
PROJECTS = """
SELECT
    plan.programme_id, programme.organisation_id, plan.project_code, plan.sub_project,
    plan.total_eur AS approved_eur, finance.actual_eur, finance.estimate_eur
FROM mart.fct_project_plan AS plan
JOIN mart.dim_programme AS programme USING (programme_id)
LEFT JOIN (
    SELECT
        organisation_id, project_code, part_code, sum(actual_eur) AS actual_eur, sum(estimate_eur) AS estimate_eur
    FROM mart.fct_project_finance
    WHERE line_class = 'cost'
    GROUP BY ALL
) AS finance
    ON finance.organisation_id = programme.organisation_id
    AND finance.project_code = plan.project_code
    AND finance.part_code = plan.sub_project
WHERE plan.line_class = 'total'
ORDER BY project_code, sub_project
"""

# The differences that are no rounding first.
RECONCILIATION = """
SELECT place.*, programme.organisation_id
FROM quality.project_reconciliation AS place
JOIN mart.dim_programme AS programme USING (programme_id)
ORDER BY is_rounding, project_code, sub_project, line_no, rule, figure
"""

# Each month of a register holds all of it: what an earlier month had and the newest has not is gone. Actions that name
# no known goal have no programme, and stand here for whoever the organisation's are.
PORTFOLIO = """
SELECT
    programme_id, organisation_id, month, state,
    sum(actions_count)::BIGINT AS actions_count,
    sum(overdue_count)::BIGINT AS overdue_count,
    sum(saving_planned_eur) AS saving_planned_eur,
    sum(saving_realised_eur) AS saving_realised_eur,
    sum(investment_eur) AS investment_eur
FROM (
    FROM mart.fct_portfolio_monthly QUALIFY month = max(month) OVER (PARTITION BY organisation_id)
)
GROUP BY ALL
ORDER BY programme_id, state
"""

OVERDUE = """
FROM (
    FROM mart.fct_action_monthly QUALIFY month = max(month) OVER (PARTITION BY organisation_id)
)
WHERE is_overdue
ORDER BY ends_on, action_code
"""

RISKS = "FROM mart.fct_risk ORDER BY points DESC NULLS LAST, risk_id"

ESCALATIONS = "FROM indicator.escalation ORDER BY place"

# What is read, and the tables that it needs; a release from before they were made has none of it.
QUERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "cost_targets": (COST_TARGETS, ("indicator.cost_target", "mart.dim_measure", "mart.dim_division")),
    "allocations": (ALLOCATIONS, ("mart.fct_allocation_monthly",)),
    "goals": (GOALS, ("indicator.goal_saving",)),
    "baskets": (BASKETS, ("indicator.basket_status",)),
    "municipalities": (MUNICIPALITIES, ("indicator.municipality_status",)),
    "projects": (PROJECTS, ("mart.fct_project_plan", "mart.fct_project_finance", "mart.dim_programme")),
    "reconciliation": (RECONCILIATION, ("quality.project_reconciliation", "mart.dim_programme")),
    "portfolio": (PORTFOLIO, ("mart.fct_portfolio_monthly",)),
    "overdue": (OVERDUE, ("mart.fct_action_monthly",)),
    "escalations": (ESCALATIONS, ("indicator.escalation",)),
    "risks": (RISKS, ("mart.fct_risk",)),
}


def read(con: Connection) -> dict[str, list[Row]]:
    """The rows of each kind, for all programmes together."""
    return {
        name: rows(con, query) if all(exists(con, table) for table in tables) else []
        for name, (query, tables) in QUERIES.items()
    }
