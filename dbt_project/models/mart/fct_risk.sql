-- The risks of each programme with their owner, the newest assessment (points, probability times impact) and its trend
-- against the assessment before. A risk that nobody has assessed stays in the list.
with assessed as (
    select
        risk.programme_id,
        risk.risk_id,
        programme.organisation_id,
        measure.month,
        measure.value,
        lag(measure.value) over (partition by risk.programme_id, risk.risk_id order by measure.month) as value_before,
        row_number() over (partition by risk.programme_id, risk.risk_id order by measure.month desc) as newness
    from {{ ref("risk") }} as risk
    inner join {{ ref("programme") }} as programme
        on risk.programme_id = programme.programme_id
    inner join {{ ref("int_measure_disclosed") }} as measure
        on programme.organisation_id = measure.organisation_id
        and risk.measure_id = measure.measure_id
        and measure.division_id = 'all'
        and not measure.is_hidden
)

select
    risk.programme_id,
    programme.organisation_id,
    risk.risk_id,
    risk.name_fi,
    risk.name_sv,
    risk.name_en,
    risk.avoidance_fi,
    risk.avoidance_sv,
    risk.avoidance_en,
    risk.owner_role,
    assessed.month,
    assessed.value as points,
    case
        when assessed.value is null then 'no_data'
        when assessed.value_before is null then 'new'
        when assessed.value > assessed.value_before then 'rising'
        when assessed.value < assessed.value_before then 'falling'
        else 'steady'
    end as trend,
    case when assessed.value is null then 'tunnusluvut ' || risk.measure_id end as waits_for,
    risk.certainty,
    document.title as document,
    risk.place
from {{ ref("risk") }} as risk
inner join {{ ref("programme") }} as programme
    on risk.programme_id = programme.programme_id
inner join {{ ref("document") }} as document
    on risk.document_id = document.document_id
left join assessed
    on risk.programme_id = assessed.programme_id
    and risk.risk_id = assessed.risk_id
    and assessed.newness = 1
