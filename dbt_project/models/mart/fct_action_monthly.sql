select
    organisation_id,
    programme_id,
    month,
    action_code,
    name,
    goal_id,
    theme_code,
    division_id,
    owner_role,
    starts_on,
    ends_on,
    state,
    cast(completion_percent as integer) as completion_percent,
    is_overdue,
    cast(saving_planned_eur as decimal(18, 2)) as saving_planned_eur,
    cast(saving_realised_eur as decimal(18, 2)) as saving_realised_eur,
    cast(investment_eur as decimal(18, 2)) as investment_eur
from {{ ref("int_action_monthly") }}
