{{ config(alias="catalogue") }}

select
    indicator.programme_id,
    indicator.indicator_id,
    programme.organisation_id,
    indicator.goal_id,
    indicator.theme,
    indicator.name_fi,
    indicator.name_sv,
    indicator.name_en,
    indicator.translated,
    indicator.unit,
    indicator.better,
    indicator.family,
    indicator.numerator,
    indicator.numerator_less,
    indicator.denominator,
    indicator.window_months,
    cast(indicator.scale as double) as scale,
    indicator.ranked_indicator_id,
    indicator.companion_measure_id,
    indicator.has_division,
    indicator.definition_version,
    indicator.valid_from,
    indicator.baseline_rule,
    indicator.target_kind,
    indicator.target_value as stated_target_value,
    indicator.target_weakest as stated_target_weakest,
    indicator.target_low as stated_target_low,
    indicator.target_high as stated_target_high,
    indicator.target_month,
    indicator.path_shape,
    indicator.certainty,
    indicator.caveats,
    indicator.owner_role,
    document.title as document,
    document.source_file as document_file,
    indicator.place
from {{ ref("int_indicator") }} as indicator
inner join {{ ref("programme") }} as programme
    on indicator.programme_id = programme.programme_id
inner join {{ ref("document") }} as document
    on indicator.document_id = document.document_id
