-- Clients with many visits: how many of them had at least so many within the window that ends in the month. What a
-- visit is, how many and how long are data (client_rule). Counted only for the organisations whose programme follows
-- it, and only where every month of the window is covered; nothing but the count leaves this model.
with rule as (
    select distinct
        measure_id,
        visits_at_least,
        window_months
    from {{ ref("client_rule") }}
),

wanted as (
    select distinct
        organisation_id,
        measure_id
    from {{ ref("int_indicator_term") }}
),

visit as (
    select
        contact.organisation_id,
        rule.measure_id,
        contact.month,
        contact.client_hash,
        count(*) as visits
    from {{ ref("stg_asiakaskontaktit") }} as contact
    inner join {{ ref("client_rule") }} as rule
        on contact.mode_code = rule.mode_code
        and contact.service_class_code between rule.service_class_from and rule.service_class_to
    inner join wanted
        on contact.organisation_id = wanted.organisation_id
        and rule.measure_id = wanted.measure_id
    where
        not contact.is_cancelled
        and contact.client_hash is not null
    group by contact.organisation_id, rule.measure_id, contact.month, contact.client_hash
),

covered_window as (
    select
        wanted.organisation_id,
        rule.measure_id,
        rule.visits_at_least,
        calendar.month,
        {{ add_months("calendar.month", "1 - rule.window_months") }} as first_month
    from wanted
    inner join rule
        on wanted.measure_id = rule.measure_id
    inner join {{ ref("measure") }} as measure
        on rule.measure_id = measure.measure_id
    cross join {{ ref("int_calendar") }} as calendar
    inner join {{ ref("int_covered_month") }} as covered
        on wanted.organisation_id = covered.organisation_id
        and measure.extract_id = covered.coverage_id
        and covered.month between {{ add_months("calendar.month", "1 - rule.window_months") }} and calendar.month
    group by wanted.organisation_id, rule.measure_id, rule.visits_at_least, rule.window_months, calendar.month
    having count(*) = rule.window_months
),

client_window as (
    select
        covered_window.organisation_id,
        covered_window.measure_id,
        covered_window.month,
        covered_window.visits_at_least,
        visit.client_hash,
        sum(visit.visits) as visits
    from covered_window
    left join visit
        on covered_window.organisation_id = visit.organisation_id
        and covered_window.measure_id = visit.measure_id
        and visit.month between covered_window.first_month and covered_window.month
    group by
        covered_window.organisation_id, covered_window.measure_id, covered_window.month,
        covered_window.visits_at_least, visit.client_hash
)

select
    organisation_id,
    month,
    measure_id,
    cast(sum(case when visits >= visits_at_least then 1 else 0 end) as double) as value
from client_window
group by organisation_id, month, measure_id
