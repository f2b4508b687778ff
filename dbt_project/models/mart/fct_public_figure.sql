-- Published national figures, each with its source and the classification of its area. A figure of a wellbeing services
-- county carries the organisation too; other areas keep only their code.
with sotkanet as (
    select
        'sotkanet' as source,
        figure.figure_id,
        figure.area_classification,
        coalesce(figure.area_code, figure.sotkanet_region_id) as area_code,
        coalesce(figure.area_code, county.county_code) as county_code,
        figure.year,
        figure.sex,
        figure.value,
        figure.absolute_value
    from {{ ref("stg_sotkanet") }} as figure
    -- Sotkanet keys rows by its own region id; the county list translates those of the counties.
    left join {{ ref("stg_hyvinvointialueet") }} as county
        on figure.area_classification = 'sotkanet_region'
        and figure.sotkanet_region_id = county.sotkanet_region_id
),

htas as (
    select
        'htas' as source,
        'operating_costs' as figure_id,
        'hyvinvointialue' as area_classification,
        county_code as area_code,
        county_code,
        year,
        'total' as sex,
        operating_costs_eur_million as value,
        cast(null as double) as absolute_value
    from {{ ref("stg_htas") }}
),

figure as (
    select * from sotkanet
    union all
    select * from htas
)

select
    figure.source,
    figure.figure_id,
    declared.name_fi,
    declared.name_sv,
    declared.name_en,
    declared.unit,
    organisation.organisation_id,
    figure.area_classification,
    figure.area_code,
    figure.year,
    figure.sex,
    figure.value,
    figure.absolute_value,
    declared.break_year,
    declared.attribution
from figure
left join {{ ref("public_indicator") }} as declared
    on figure.source = declared.source
    and figure.figure_id = declared.figure_id
left join {{ ref("organisation") }} as organisation
    on figure.county_code = organisation.county_code
