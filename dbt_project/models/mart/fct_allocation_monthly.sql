-- Spending of a grant by what it is allocated to, accumulated, against the share of the whole that the programme gives
-- each allocation. Every allocation has a row for every month since the programme's start.
with allocation_month as (
    select
        allocation.programme_id,
        programme.organisation_id,
        allocation.allocation_id,
        allocation.name_fi,
        allocation.name_sv,
        allocation.name_en,
        allocation.project_code,
        allocation.part_code,
        cast(allocation.total_eur as double) as total_eur,
        cast(allocation.share_low_percent as double) as share_low_percent,
        cast(allocation.share_high_percent as double) as share_high_percent,
        calendar.month
    from {{ ref("allocation") }} as allocation
    inner join {{ ref("programme") }} as programme
        on allocation.programme_id = programme.programme_id
    inner join {{ ref("int_calendar") }} as calendar
        on {{ month_of("programme.period_start") }} <= calendar.month
),

spent as (
    select
        allocation_month.programme_id,
        allocation_month.allocation_id,
        allocation_month.month,
        cast(sum(line.amount_eur) as double) as spent_eur
    from allocation_month
    inner join {{ ref("int_project_line") }} as line
        on allocation_month.organisation_id = line.organisation_id
        and allocation_month.project_code = line.project_code
        and allocation_month.part_code = line.part_code
        and line.line_class = 'cost'
        and line.line_kind = 'toteuma'
        and allocation_month.month >= line.month
    group by allocation_month.programme_id, allocation_month.allocation_id, allocation_month.month
),

judged as (
    select
        allocation_month.*,
        coverage.month_status as value_status,
        case when coverage.is_covered then coalesce(spent.spent_eur, 0) end as spent_eur
    from allocation_month
    inner join {{ ref("int_coverage") }} as coverage
        on allocation_month.organisation_id = coverage.organisation_id
        and allocation_month.month = coverage.month
        and coverage.coverage_id = 'hanketalous'
    left join spent
        on allocation_month.programme_id = spent.programme_id
        and allocation_month.allocation_id = spent.allocation_id
        and allocation_month.month = spent.month
)

select
    programme_id,
    organisation_id,
    allocation_id,
    name_fi,
    name_sv,
    name_en,
    month,
    spent_eur,
    total_eur,
    100 * {{ ratio("spent_eur", "total_eur") }} as share_percent,
    share_low_percent,
    share_high_percent,
    total_eur * share_high_percent / 100 as limit_eur,
    case
        when spent_eur is null then 'no_data'
        when {{ rounded("spent_eur - total_eur * share_high_percent / 100") }} > 0 then 'over_share'
        else 'within_share'
    end as share_status,
    value_status
from judged
