{{ config(alias="definition") }}

-- Every version of every definition, also those that a newer one has superseded: what an old release's
-- definition_version meant.
select
    indicator.programme_id,
    indicator.indicator_id,
    indicator.definition_version,
    indicator.valid_from,
    lead(indicator.valid_from) over (
        partition by indicator.programme_id, indicator.indicator_id
        order by indicator.definition_version
    ) as superseded_from,
    in_force.definition_version is not null as is_in_force,
    indicator.theme,
    indicator.name_fi,
    indicator.name_sv,
    indicator.name_en,
    indicator.unit,
    indicator.better,
    indicator.family,
    indicator.numerator,
    indicator.numerator_less,
    indicator.denominator,
    indicator.window_months,
    cast(indicator.scale as double) as scale,
    indicator.ranked_indicator_id,
    indicator.baseline_rule,
    indicator.baseline_month,
    cast(indicator.baseline_value as double) as stated_baseline_value,
    indicator.target_kind,
    cast(indicator.target_value as double) as stated_target_value,
    cast(indicator.target_weakest as double) as stated_target_weakest,
    cast(indicator.target_low as double) as stated_target_low,
    cast(indicator.target_high as double) as stated_target_high,
    indicator.target_month,
    indicator.certainty,
    indicator.caveats,
    document.title as document,
    indicator.place
from {{ ref("indicator") }} as indicator
inner join {{ ref("document") }} as document
    on indicator.document_id = document.document_id
left join {{ ref("int_indicator") }} as in_force
    on indicator.programme_id = in_force.programme_id
    and indicator.indicator_id = in_force.indicator_id
    and indicator.definition_version = in_force.definition_version
