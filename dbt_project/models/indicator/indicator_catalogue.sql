{{ config(alias="catalogue") }}

select
    indicator.programme_id,
    indicator.indicator_id,
    programme.organisation_id,
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
    indicator.companion_measure_id,
    indicator.has_division,
    indicator.definition_version,
    indicator.valid_from,
    indicator.baseline_rule,
    indicator.target_kind,
    indicator.target_month,
    indicator.certainty,
    indicator.caveats,
    indicator.owner_role,
    indicator.document,
    indicator.place
from {{ ref("indicator") }} as indicator
inner join {{ ref("programme") }} as programme
    on indicator.programme_id = programme.programme_id
