-- What each measure is made from, and whose coverage it needs. Most measures share the coverage of their extract; a
-- single figure (rule `figure`) is delivered or not by itself, so its coverage is its own.
select
    measure.*,
    rule.rule,
    case when rule.rule = 'figure' then measure.extract_id || ' ' || measure.measure_id else measure.extract_id end
        as coverage_id
from {{ ref("measure") }} as measure
inner join {{ ref("coverage_rule") }} as rule
    on measure.extract_id = rule.extract_id
