{{ config(severity="warn") }}

-- Single figures that no measure of their own declares: they are kept in the lake and shown nowhere until a row is
-- added to the seed `measure`. Figures of what has an extract of its own are taken from that extract.
select
    figure.organisation_id,
    figure.measure_id,
    min(figure.month) as first_month
from {{ ref("stg_tunnusluvut") }} as figure
left join {{ ref("int_measure_source") }} as source
    on figure.measure_id = source.measure_id
    and source.rule = 'figure'
where source.measure_id is null
group by figure.organisation_id, figure.measure_id
