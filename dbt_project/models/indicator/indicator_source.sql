{{ config(alias="source") }}

-- What each indicator is made of: its measures and the extracts they come from. The budget stands behind a baseline.
select distinct
    programme_id,
    indicator_id,
    organisation_id,
    role,
    measure_id,
    extract_id
from {{ ref("int_indicator_term") }}

union

select
    indicator.programme_id,
    indicator.indicator_id,
    programme.organisation_id,
    'baseline' as role,
    indicator.numerator as measure_id,
    'talousarvio' as extract_id
from {{ ref("int_indicator") }} as indicator
inner join {{ ref("programme") }} as programme
    on indicator.programme_id = programme.programme_id
where
    indicator.family = 'saving'
    or indicator.baseline_rule = 'original_budget'
